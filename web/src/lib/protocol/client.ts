import { BaseTelegramClient } from '@mtcute/core/client.js';
import { networkMiddlewares, type RpcCallMiddleware } from '@mtcute/core';
import { addPublicKey } from '@mtcute/core/utils.js';
import type { PageConfig } from '../api/config.ts';
import type { DeviceInfo } from '../api/wire.ts';
import type { WebCrypto } from './crypto.ts';
import { WebPlatform } from './platform.ts';
import type { Storage } from './storage.ts';
import { WebSocketTransport } from './transport.ts';

/** Seconds until a channel that the user only looks at is asked again what is new. */
const guestPause = 5;

/** Hermod asks no client for credentials, so these only tell it apart in the list of devices. */
const apiId = 1;
const apiHash = 'hermod';

/** Milliseconds between pings, which keep what lies between from closing an idle connection. See `heartbeat`. */
const pingInterval = 60_000;

export interface ClientOptions {
	config: PageConfig;
	/** Of the page, as `https://example.org:8443`. */
	origin: string;
	device: DeviceInfo;
	storage: Storage;
	/** Runs around every call, outermost first, inside of those that wait and repeat. */
	middlewares: RpcCallMiddleware[];
	/** The server does not tell what happened in a channel: too much. */
	onChannelTooLong: (channel: number) => void;
	crypto: WebCrypto;
}

export interface Client {
	client: BaseTelegramClient;
	transport: WebSocketTransport;
}

/** Builds the protocol client for the server that the page came from. Connects nothing yet. The cryptography has to be ready. */
export function createClient(options: ClientOptions): Client {
	const { config, origin, device, storage, crypto } = options;
	addPublicKey(crypto, config.key);
	const transport = new WebSocketTransport(origin);
	const dc = serverOf(config, origin);
	const client = new BaseTelegramClient({
		apiId,
		apiHash,
		crypto,
		storage,
		transport,
		platform: new WebPlatform(device.model),
		defaultDcs: { main: dc, media: dc },
		testMode: false,
		updates: {
			catchUp: true,
			onChannelTooLong: options.onChannelTooLong,
			// Guests of a channel have it open before them: half a minute is long for an answer to a comment.
			overrideOpenChatTimeout: ({ timeout = guestPause }) => Math.min(timeout, guestPause),
		},
		storageOptions: { peers: { cacheSize: 1000, updatesWriteInterval: 1000 } },
		reconnectionStrategy,
		initConnectionOptions: {
			deviceModel: device.model,
			systemVersion: device.system,
			appVersion: config.version,
			systemLangCode: device.language,
			langPack: 'web',
			langCode: device.language.slice(0, 2),
		},
		network: {
			pingInterval,
			floodControl: false,
			connectionCount: (kind) => (kind === 'main' ? 1 : 2),
			middlewares: [
				networkMiddlewares.floodWaiter({ maxWait: 3_000, maxRetries: 2 }),
				networkMiddlewares.internalErrorsHandler({ maxRetries: 3, waitTime: 1 }),
				...options.middlewares,
			],
		},
		logLevel: 0,
	});
	return { client, transport };
}

/** At once, then more and more patiently, and never by more than five seconds: the server may be back any time. */
function reconnectionStrategy({ previousWait }: { previousWait: number | null }): number {
	if (previousWait === null) return 0;
	return Math.min(previousWait + 500, 5_000);
}

function serverOf(config: PageConfig, origin: string) {
	const url = new URL(origin);
	const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
	return { id: config.dc, ipAddress: url.hostname, port };
}
