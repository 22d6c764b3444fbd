import type { PageConfig } from './config.ts';
import type { EventName, Events } from './events.ts';
import type { ApiFailure } from './types.ts';

/** From the page to the worker. */
export type ToWorker =
	| { start: { slot: number; config: PageConfig; origin: string; device: DeviceInfo } }
	| { id: number; path: [subject: string, name: string]; args: unknown[] }
	/** The page came to the front, or the network came back: look now whether the connection still lives. */
	| { wake: true };

/** From the worker to the page. Events come in one message per turn, before the answers that were made after them. */
export type FromWorker =
	{ id: number; result: unknown } | { id: number; failure: ApiFailure } | { events: WorkerEvent[] };

export type WorkerEvent = { [N in EventName]: { name: N; data: Events[N] } }[EventName];

/** The user waits for what he wrote himself, and for its tick: such an event is not gathered with others. */
export function isOwn({ name, data }: WorkerEvent): boolean {
	return name === 'message' && data.message.isOut;
}

/** How the device list of the account shows this browser. */
export interface DeviceInfo {
	model: string;
	system: string;
	language: string;
}
