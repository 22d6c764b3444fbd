import { WebSocketConnection } from '@fuman/net';
import { IntermediatePacketCodec, ObfuscatedPacketCodec, type TelegramTransport } from '@mtcute/core';

/** A server that has not opened the socket after so long is taken for gone. Milliseconds. */
const openTimeout = 8_000;

/** The server cannot be reached. */
export class ConnectError extends Error {}

/**
 * Obfuscated intermediate packets over a WebSocket to the host that served the page.
 *
 * Spec: https://core.telegram.org/mtproto/transports#websocket
 */
export class WebSocketTransport implements TelegramTransport {
	readonly #url: string;
	readonly #sockets = new Set<WebSocket>();

	/** `origin` is the page's, as `https://example.org:8443`. */
	constructor(origin: string) {
		this.#url = `${origin.replace(/^http/, 'ws')}/apiws`;
	}

	async connect(): Promise<WebSocketConnection> {
		const socket = new WebSocket(this.#url, 'binary');
		socket.binaryType = 'arraybuffer';
		this.#sockets.add(socket);
		socket.addEventListener('close', () => this.#sockets.delete(socket));
		await opened(socket);
		return new WebSocketConnection(socket);
	}

	packetCodec() {
		return new ObfuscatedPacketCodec(new IntermediatePacketCodec());
	}

	/** Closes every socket, also those being opened, so that the client connects anew: they may be dead and not know. */
	drop() {
		for (const socket of this.#sockets) {
			socket.close();
			// The close handshake with a server that is gone takes long; what waits for the socket shall know now.
			socket.dispatchEvent(new CloseEvent('close', { code: 1006, reason: 'dropped' }));
		}
	}
}

function opened(socket: WebSocket): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => socket.close(), openTimeout);
		const fail = () => {
			clearTimeout(timer);
			reject(new ConnectError('cannot open the WebSocket'));
		};
		socket.addEventListener('error', fail, { once: true });
		socket.addEventListener('close', fail, { once: true });
		socket.addEventListener('open', () => {
			clearTimeout(timer);
			socket.removeEventListener('error', fail);
			socket.removeEventListener('close', fail);
			resolve();
		});
	});
}
