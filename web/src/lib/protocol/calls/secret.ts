import type { SecretInfo } from '../../api/secret.ts';
import type { PeerKey } from '../../api/types.ts';
import { emojiOf, squaresOf, textOf } from '../../secret/index.ts';
import type { Account } from '../account.ts';
import { phaseOf } from '../secret/shape.ts';
import type { Calls } from './calls.ts';

/** Secret chats. Their messages are asked for and sent like all others, by `messages`. */
export const secret = {
	/** Asks a person for a secret chat; the answer names it. */
	request(account: Account, user: PeerKey): Promise<PeerKey> {
		return account.secrets.request(user);
	},

	accept(account: Account, peer: PeerKey): Promise<void> {
		return account.secrets.accept(peer);
	},

	/** Ends a chat, or refuses the request for one. */
	discard(account: Account, peer: PeerKey, how: { deleteHistory: boolean }): Promise<void> {
		return account.secrets.discard(peer, how.deleteHistory);
	},

	/** Forgets a chat that is over. */
	remove(account: Account, peer: PeerKey): Promise<void> {
		return account.secrets.remove(peer);
	},

	async info(account: Account, peer: PeerKey): Promise<SecretInfo> {
		const chat = await account.secrets.chat(peer);
		const { fingerprint } = chat;
		const key = fingerprint && {
			squares: squaresOf(fingerprint),
			emoji: emojiOf(fingerprint),
			text: textOf(fingerprint),
		};
		return { state: phaseOf(chat), partner: `u${chat.partner}`, isCreator: chat.isCreator, ttl: chat.ttl, key };
	},

	/** Messages that either side sends from now on vanish so many seconds after they were read; 0: they stay. */
	setTtl(account: Account, peer: PeerKey, ttl: number): Promise<void> {
		return account.secrets.setTtl(peer, ttl);
	},

	/** Removes all messages on both sides. */
	clear(account: Account, peer: PeerKey): Promise<void> {
		return account.secrets.clear(peer);
	},

	/** The file of a message was opened: its time begins. */
	markOpened(account: Account, peer: PeerKey, ids: number[]): Promise<void> {
		return account.secrets.markOpened(peer, ids);
	},

	/** Tells the other side that these messages were on a screenshot. */
	tookScreenshot(account: Account, peer: PeerKey, ids: number[]): Promise<void> {
		return account.secrets.tookScreenshot(peer, ids);
	},
} satisfies Calls;
