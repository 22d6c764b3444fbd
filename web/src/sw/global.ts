/** What a service worker runs in; the library of types only knows this name for it. */
export const worker = globalThis as unknown as ServiceWorkerGlobalScope;
