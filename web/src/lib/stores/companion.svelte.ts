import { createContext } from 'svelte';
import type { Session } from '../api/api.ts';
import type { OpenRequest, StreamRequest, ToServiceWorker } from '../api/companion.ts';

type Request = Partial<StreamRequest & OpenRequest>;

interface Options {
	/** The session of a slot, for players that read its files. */
	find: (slot: number) => Session | undefined;
	container?: ServiceWorkerContainer;
	reload?: () => void;
}

/** A notification that was clicked while no page was open says in the address whose chat it is of. */
function readAddress(): OpenRequest['open'] | undefined {
	const { search, hash } = globalThis.location ?? { search: '', hash: '' };
	const user = new URLSearchParams(search).get('account');
	if (!user) return undefined;
	history.replaceState(history.state, '', location.pathname + hash);
	return { user, peer: hash.slice(1) };
}

/**
 * The service worker beside the page: it keeps the page for times without a network, hands parts of files to players and
 * takes what is pushed. Without one (no TLS, an old browser) all of that is missing and the rest works.
 */
export class CompanionStore {
	readonly #container?: ServiceWorkerContainer;
	readonly #find: Options['find'];
	readonly #reload: () => void;
	#waiting?: ServiceWorker;
	#isStarted = false;
	/** A newer version of the page has been loaded and waits for `update`. */
	hasUpdate = $state(false);
	/** A notification was clicked: whose chat is to be shown. Whoever shows it sets it back. */
	wanted = $state.raw<OpenRequest['open'] | undefined>(readAddress());

	constructor({ find, container = globalThis.navigator?.serviceWorker, reload = () => location.reload() }: Options) {
		this.#find = find;
		this.#container = container;
		this.#reload = reload;
	}

	/** Starts the service worker. To be called when the page has nothing more urgent to load. */
	async start(): Promise<void> {
		if (!this.#container || this.#isStarted) return;
		this.#isStarted = true;
		this.#container.addEventListener('message', (event) => void this.#answer(event));
		const registration = await this.#container.register('/sw.js', { updateViaCache: 'none' });
		this.#watch(registration);
	}

	/** How to show notifications and to subscribe, once the service worker can; undefined where there is none. */
	async registration(): Promise<ServiceWorkerRegistration | undefined> {
		const registration = await this.#container?.getRegistration('/');
		return registration && !registration.active ? this.#container?.ready : registration;
	}

	/** The language of what is shown while no page is open. */
	async setLanguage(code: string): Promise<void> {
		(await this.registration())?.active?.postMessage({ kind: 'language', code } satisfies ToServiceWorker);
	}

	/** What was pushed and counted while no page was open is counted by the page now. */
	async takeCount(): Promise<void> {
		(await this.registration())?.active?.postMessage({ kind: 'counting' } satisfies ToServiceWorker);
	}

	/** Loads the page anew, as its newer version. */
	update() {
		this.#container?.addEventListener('controllerchange', () => this.#reload(), { once: true });
		this.#waiting?.postMessage({ kind: 'update' } satisfies ToServiceWorker);
	}

	#watch(registration: ServiceWorkerRegistration) {
		if (registration.waiting) this.#found(registration.waiting);
		registration.addEventListener('updatefound', () => {
			const worker = registration.installing;
			worker?.addEventListener('statechange', () => worker.state === 'installed' && this.#found(worker));
		});
	}

	/** The first one that a browser installs is no update. */
	#found(worker: ServiceWorker) {
		if (!this.#container?.controller) return;
		this.#waiting = worker;
		this.hasUpdate = true;
	}

	async #answer({ data, ports }: MessageEvent<Request>) {
		if (data.open) this.wanted = data.open;
		if (data.stream && ports[0]) ports[0].postMessage(await this.#read(data.stream));
	}

	async #read({ slot, id, size, mime, offset, length }: StreamRequest['stream']): Promise<ArrayBuffer | null> {
		try {
			return (await this.#find(slot)?.api.media.part({ id, size, mime }, offset, length)) ?? null;
		} catch {
			return null; // the player says that it cannot go on
		}
	}
}

export const [useCompanion, provideCompanion] = createContext<CompanionStore>();
