import type { ClientEvent } from './events.ts';
import { layerNewest } from './layers.ts';
import type { Primitives } from './primitives.ts';
import type { Store } from './store.ts';
import { systemClock, type Clock, type Transport } from './transport.ts';

/** What a client needs, and what tests change. Times are milliseconds. */
export interface Options {
	store: Store;
	transport: Transport;
	primitives: Primitives;
	/** The user of this device. */
	user: number;
	/** Hears what happens, one event after the other, after it is in the store. It may call the client. */
	onEvent?: (event: ClientEvent) => void;
	clock?: Clock;
	/** The newest layer to speak. */
	layer?: number;
	/** How many messages a key is used for, and for how long. */
	rekeyAfter?: number;
	rekeyAge?: number;
	/** How long a request for lost messages may stay without an answer. */
	askAgain?: number;
}

export type Settings = Required<Options>;

/** The limits of the specification. Spec: https://core.telegram.org/api/end-to-end/pfs */
export function withDefaults(o: Options): Settings {
	return {
		onEvent: () => undefined,
		clock: systemClock,
		layer: layerNewest,
		rekeyAfter: 100,
		rekeyAge: 7 * 24 * 3600 * 1000,
		askAgain: 60 * 1000,
		...o,
	};
}
