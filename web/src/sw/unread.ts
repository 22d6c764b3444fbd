/** What waits in each account of this browser lies in a cache, as nothing else lasts here. */
const store = 'hermod-state';
const address = '/unread';

/** Notes how many chats of an account wait to be read, and returns how many do in all accounts together. */
export async function sumUnread(user: string, count: number): Promise<number> {
	const cache = await caches.open(store);
	const kept = ((await (await cache.match(address))?.json()) ?? {}) as Record<string, number>;
	const counts = { ...kept, [user]: count };
	await cache.put(address, Response.json(counts));
	return Object.values(counts).reduce((sum, one) => sum + one, 0);
}

/** The page shows what is unread, also what was read in it since. */
export async function forgetUnread(): Promise<void> {
	const cache = await caches.open(store);
	await cache.delete(address);
}
