/** The service worker: keeps the page for times without a network. Built by build/sw.ts, see there. */
declare const __FILES__: string[];
declare const __VERSION__: string;
declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', () => {
	void self.skipWaiting();
});
console.warn(__VERSION__, __FILES__.length);
