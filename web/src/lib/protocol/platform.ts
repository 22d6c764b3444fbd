import type { ICorePlatform } from '@mtcute/core';

const levels = ['', 'error', 'warn', 'info', 'debug', 'verbose'];

/**
 * The browser, as far as the protocol library asks for it. Not whether there is a network: the library would disconnect
 * on the word of browsers that are wrong about it.
 */
export class WebPlatform implements ICorePlatform {
	readonly #model: string;

	constructor(model: string) {
		this.#model = model;
	}

	getDeviceModel = () => this.#model;
	getDefaultLogLevel = () => null;
	/** Nothing to do: what must survive is written when it happens. */
	beforeExit = () => () => {};

	log = (_color: number, level: number, tag: string, format: string, args: unknown[]) => {
		console.warn(`[${levels[level]}] [${tag}] ${format}`, ...args);
	};
}
