import type { BaseTelegramClient } from '@mtcute/core/client.js';
import type { ConnectionState } from '../api/types.ts';

/**
 * Tells how the connection stands, each time it may have changed. The library's own word is not enough for a line that
 * people believe: it says `updating` also while there is no connection. Returns what ends it.
 */
export function watchConnection(client: BaseTelegramClient, tell: (state: ConnectionState) => void): () => void {
	let isOpen = false;
	let isBehind = false;
	const update = () => tell(stateOf(isOpen, isBehind));
	const opened = (isUsable: boolean) => {
		isOpen = isUsable;
		update();
	};
	client.mt.onUsable.add(() => opened(true));
	client.mt.onConnecting.add(() => opened(false));
	client.updates?.onCatchingUp((isCatchingUp) => {
		isBehind = isCatchingUp;
		update();
	});
	globalThis.addEventListener('online', update);
	globalThis.addEventListener('offline', update);
	update();
	return () => {
		globalThis.removeEventListener('online', update);
		globalThis.removeEventListener('offline', update);
	};
}

function stateOf(isOpen: boolean, isBehind: boolean): ConnectionState {
	if (isOpen) return isBehind ? 'updating' : 'ready';
	return navigator.onLine ? 'connecting' : 'offline';
}
