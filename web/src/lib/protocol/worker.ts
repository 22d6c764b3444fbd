import type { FromWorker, ToWorker } from '../api/wire.ts';
import { serve } from './serve.ts';

/** The part of a worker's global scope that is used here: the types of pages and workers cannot be had together. */
interface WorkerScope {
	postMessage(message: FromWorker): void;
	onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const server = serve((message) => scope.postMessage(message));
scope.onmessage = (event) => server(event.data);
