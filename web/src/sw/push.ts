import type { OpenRequest } from '../lib/api/companion.ts';
import { worker } from './global.ts';
import { sumUnread } from './unread.ts';
import { findWords, isWord } from './words.ts';

/**
 * What the server pushes, in the form of Telegram's push messages.
 * Spec: https://core.telegram.org/api/push-updates
 */
interface Pushed {
	/** Whom it is for, when several accounts are in this browser. */
	user_id?: string;
	loc_key: string;
	loc_args?: string[];
	badge?: number;
	custom?: {
		from_id?: string;
		chat_id?: string;
		channel_id?: string;
		encryption_id?: string;
		msg_id?: string;
		max_id?: string;
		messages?: string;
		silent?: string;
	};
}

/** What a shown notification remembers for its click. */
interface Remembered {
	user: string;
	peer: string;
	message: number;
}

/** Shows what was pushed, or closes what it says was read. */
export async function showPush(data: PushMessageData | null): Promise<void> {
	const pushed = read(data);
	if (!pushed) return;
	await setBadge(pushed);
	if (pushed.loc_key === 'READ_HISTORY')
		return close(pushed, ({ message }) => message <= Number(pushed.custom?.max_id));
	if (pushed.loc_key === 'MESSAGE_DELETED') {
		const gone = new Set((pushed.custom?.messages ?? '').split(',').map(Number));
		return close(pushed, ({ message }) => gone.has(message));
	}
	// The page itself shows it, or need not: somebody is looking.
	const pages = await findPages();
	if (pages.some((page) => page.visibilityState === 'visible' && page.focused)) return;
	await show(pushed);
}

function read(data: PushMessageData | null): Pushed | undefined {
	try {
		return data?.json() as Pushed | undefined;
	} catch {
		return undefined;
	}
}

async function show(pushed: Pushed): Promise<void> {
	const [title, body] = await textOf(pushed);
	const peer = peerOf(pushed);
	const remembered: Remembered = { user: pushed.user_id ?? '', peer, message: Number(pushed.custom?.msg_id ?? 0) };
	await worker.registration.showNotification(title, {
		body,
		tag: `${remembered.user}/${peer}`,
		icon: '/icon-192.png',
		badge: '/badge-96.png',
		silent: pushed.custom?.silent === '1',
		data: remembered,
	});
}

/** CHAT_MESSAGE_PHOTO with [sender, chat, …]: the chat is the title, what remains the text. */
async function textOf({ loc_key, loc_args = [] }: Pushed): Promise<[title: string, body: string]> {
	const words = await findWords();
	if (loc_key === 'ENCRYPTED_MESSAGE') return ['Hermod', words.PushSecret];
	if (loc_key === 'ENCRYPTION_REQUEST') return ['Hermod', words.PushSecretRequest];
	const [, place = '', kind = ''] = /^(CHAT_|CHANNEL_)?(?:MESSAGE_)?(.+)$/.exec(loc_key) ?? [];
	const names = place === 'CHAT_' ? loc_args.slice(0, 2) : loc_args.slice(0, 1);
	const key = `Push${kind.toLowerCase().replaceAll(/(^|_)(\w)/g, (_all, _gap, letter: string) => letter.toUpperCase())}`;
	const text = fill(isWord(key) ? words[key] : words.PushNoText, loc_args.slice(names.length));
	const title = names.at(-1) ?? 'Hermod';
	return [title, place === 'CHAT_' ? fill(words.PushSender, [names[0] ?? '', text]) : text];
}

function fill(text: string, values: string[]): string {
	return text.replaceAll(/\{(\d)\}/g, (_whole, index: string) => values[Number(index)] ?? '').trim();
}

/** The chat as the page names it. */
function peerOf({ custom = {} }: Pushed): string {
	if (custom.encryption_id) return `s${custom.encryption_id}`;
	if (custom.channel_id) return `c${custom.channel_id}`;
	if (custom.chat_id) return `g${custom.chat_id}`;
	return custom.from_id ? `u${custom.from_id}` : '';
}

async function close(pushed: Pushed, isOver: (shown: Remembered) => boolean): Promise<void> {
	const tag = `${pushed.user_id ?? ''}/${peerOf(pushed)}`;
	for (const notification of await worker.registration.getNotifications({ tag })) {
		if (isOver(notification.data as Remembered)) notification.close();
	}
}

/** A browser demands that something is shown for what is pushed; the number on the icon is not enough for it, but good. */
async function setBadge({ user_id = '', badge }: Pushed): Promise<void> {
	if (badge === undefined || !('setAppBadge' in worker.navigator)) return;
	const count = await sumUnread(user_id, badge);
	await (count > 0 ? worker.navigator.setAppBadge(count) : worker.navigator.clearAppBadge()).catch(() => undefined);
}

/** Brings the page to the front, or opens it, at the chat that a notification is of. */
export async function click({ data }: Notification): Promise<void> {
	const { user, peer } = data as Remembered;
	const [page] = await findPages();
	if (!page) {
		await worker.clients.openWindow(`/${user ? `?account=${user}` : ''}${peer ? `#${peer}` : ''}`);
		return;
	}
	page.postMessage({ open: { user, peer } } satisfies OpenRequest);
	await page.focus();
}

/** The open messengers; the pages of links and for other clients are none. */
async function findPages(): Promise<WindowClient[]> {
	const pages = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
	return pages.filter((page) => new URL(page.url).pathname === '/');
}
