import type { ICorePlatform } from '@mtcute/core';

const levels = ['', 'error', 'warn', 'info', 'debug', 'verbose'];

/** The browser, as far as the protocol library asks for it. */
export class WebPlatform implements ICorePlatform {
	readonly #model: string;

	constructor(model: string) {
		this.#model = model;
	}

	getDeviceModel = () => this.#model;
	getDefaultLogLevel = () => null;
	/** Nothing to do: what must survive is written when it happens. */
	beforeExit = () => () => {};
	isOnline = () => navigator.onLine;

	log = (_color: number, level: number, tag: string, format: string, args: unknown[]) => {
		console.warn(`[${levels[level]}] [${tag}] ${format}`, ...args);
	};

	onNetworkChanged = (listener: (isConnected: boolean) => void) => {
		const told = () => listener(navigator.onLine);
		globalThis.addEventListener('online', told);
		globalThis.addEventListener('offline', told);
		return () => {
			globalThis.removeEventListener('online', told);
			globalThis.removeEventListener('offline', told);
		};
	};
}
