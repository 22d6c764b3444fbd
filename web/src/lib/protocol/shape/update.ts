import type { RawUpdateInfo, tl } from '@mtcute/core';
import type { Account } from '../account.ts';
import { chatUpdates } from '../updates/chats.ts';
import type { Handlers } from '../updates/handlers.ts';
import { messageUpdates } from '../updates/messages.ts';
import { otherUpdates } from '../updates/other.ts';
import { peopleUpdates } from '../updates/people.ts';
import { readingUpdates } from '../updates/reading.ts';

const handlers: Handlers = { ...messageUpdates, ...readingUpdates, ...chatUpdates, ...peopleUpdates, ...otherUpdates };

/** The updates of a container share their peers, which are taken with the first of them. */
const taken = new WeakSet<RawUpdateInfo['peers']>();

/** Turns an update into events for the page, and writes the cache. Kinds that are not known here are nothing to us. */
export async function applyUpdate(account: Account, { update, peers }: RawUpdateInfo): Promise<void> {
	if (!taken.has(peers) && !peers.empty) {
		taken.add(peers);
		account.take({ users: [...peers.users.values()], chats: [...peers.chats.values()] });
	}
	const handle = handlers[update._] as ((account: Account, update: tl.TypeUpdate) => unknown) | undefined;
	await handle?.(account, update);
}
