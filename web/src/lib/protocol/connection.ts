import type { BaseTelegramClient } from '@mtcute/core/client.js';
import type { ConnectionState } from '../api/types.ts';

/**
 * Tells how the connection stands, each time it changes. The library's own word is not enough for a line that people
 * believe: it says `updating` also while there is no connection.
 */
export function watchConnection(client: BaseTelegramClient, tell: (state: ConnectionState) => void) {
	let isOnline = navigator.onLine;
	let isOpen = false;
	let isBehind = false;
	const update = () => tell(!isOnline ? 'offline' : !isOpen ? 'connecting' : isBehind ? 'updating' : 'ready');

	client.mt.onUsable.add(() => {
		isOpen = true;
		isOnline = true;
		update();
	});
	client.mt.onConnecting.add(() => {
		isOpen = false;
		update();
	});
	client.mt.onNetworkChanged.add((isConnected) => {
		isOnline = isConnected;
		if (!isConnected) isOpen = false;
		update();
	});
	client.updates?.onCatchingUp((isCatchingUp) => {
		isBehind = isCatchingUp;
		update();
	});
	update();
}
