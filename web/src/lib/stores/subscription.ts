import type { Api } from '../api/api.ts';

/** How a browser is asked; a test has its own. */
export interface PushBrowser {
	permission: NotificationPermission;
	manager: Pick<PushManager, 'subscribe' | 'getSubscription'>;
}

/**
 * Subscribes this browser at its push service and tells the server of it, so that it is told of messages while no page is
 * open. Resolves to whether that is so now; without a permission or a push service it is not, which is no error.
 */
export async function subscribe(api: Api, { permission, manager }: PushBrowser, key: string): Promise<boolean> {
	if (permission !== 'granted' || key === '') return false;
	try {
		const subscription = await freshSubscription(manager, key);
		await api.push.register(JSON.stringify(subscription));
		return true;
	} catch (error) {
		console.warn('push', error);
		return false;
	}
}

/** Ends the pushes to an account; the subscription itself stays for the others of this browser. */
export async function unsubscribe(api: Api, { manager }: PushBrowser): Promise<void> {
	const subscription = await manager.getSubscription();
	if (subscription) await api.push.unregister(JSON.stringify(subscription));
}

/** A subscription that was made for another key, of another installation at this address, is of no use. */
async function freshSubscription(manager: PushBrowser['manager'], key: string): Promise<PushSubscription> {
	const known = await manager.getSubscription();
	if (known && isFor(known, key)) return known;
	await known?.unsubscribe();
	return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function isFor(subscription: PushSubscription, key: string): boolean {
	const made = subscription.options.applicationServerKey;
	if (!made) return true;
	const text = btoa(String.fromCharCode(...new Uint8Array(made)));
	return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') === key;
}
