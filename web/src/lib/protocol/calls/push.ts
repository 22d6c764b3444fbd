import type { Account } from '../account.ts';
import type { Calls } from './calls.ts';

/** The type of a token that is a subscription of a browser. */
const webPush = 10;

export const push = {
	/** Asks the server to push to this browser; `token` is its PushSubscription as JSON. */
	async register(account: Account, token: string): Promise<void> {
		await account.call({
			_: 'account.registerDevice',
			tokenType: webPush,
			token,
			appSandbox: false,
			secret: new Uint8Array(),
			otherUids: [],
		});
	},

	/** Ends that. */
	async unregister(account: Account, token: string): Promise<void> {
		await account.call({ _: 'account.unregisterDevice', tokenType: webPush, token, otherUids: [] });
	},
} satisfies Calls;
