import type { PeerKey } from '../api/types.ts';

/** A chat, a message in it, a thread or topic of it. */
export interface ChatPlace {
	peer: PeerKey;
	message?: number;
	/** First message of a thread, or a topic. */
	thread?: number;
}

/** What only the server can resolve. */
export type LinkPlace =
	| { kind: 'name'; name: string; message?: number; thread?: number; start?: string }
	| { kind: 'invite'; hash: string }
	| { kind: 'folder'; slug: string }
	| { kind: 'phone'; phone: string }
	| { kind: 'login'; token: string };

export type HashPlace = ChatPlace | LinkPlace | { left: string };

const leftPages = /^(settings|contacts|archive|new-group|new-channel|new-secret|folders|saved)(\/[a-z0-9-]+)*$/;

/** Reads the part of an address behind `#`. */
export function parseHash(hash: string): HashPlace | undefined {
	const text = decode(hash.replace(/^#/, ''));
	const [path = '', query = ''] = text.split('?');
	const [head = '', ...rest] = path.split('/');
	if (/^[ugcs]-?\d+$/.test(head)) return { peer: head as PeerKey, ...numbersOf(rest) };
	if (leftPages.test(path)) return { left: path };
	if (/^\+[\w-]{8,}$/.test(head)) return { kind: 'invite', hash: head.slice(1) };
	if (/^\+\d{5,15}$/.test(head)) return { kind: 'phone', phone: head.slice(1) };
	if (/^@\w{2,64}$/.test(head)) {
		const start = new URLSearchParams(query).get('start') ?? undefined;
		return { kind: 'name', name: head.slice(1), ...numbersOf(rest), ...(start ? { start } : {}) };
	}
	if (head === 'addlist' && rest[0]) return { kind: 'folder', slug: rest[0] };
	return undefined;
}

/** `…/17` is a message; `…/5/17` is message 17 of thread 5. */
function numbersOf(parts: string[]): { message?: number; thread?: number } {
	const numbers = parts.map(Number).filter((n) => Number.isInteger(n) && n > 0);
	const [first, second] = numbers;
	if (second) return { thread: first, message: second };
	if (parts[0] === 't') return first ? { thread: first } : {};
	return first ? { message: first } : {};
}

/** The address of a place, with its `#`; empty for the list of chats. */
export function writeHash(place: { left: string; chat?: ChatPlace }): string {
	const { chat, left } = place;
	if (left !== 'chats') return `#${left}`;
	if (!chat) return '';
	const { peer, thread, message } = chat;
	if (thread) return message ? `#${peer}/${thread}/${message}` : `#${peer}/t/${thread}`;
	return message ? `#${peer}/${message}` : `#${peer}`;
}

/** The place that a link leads to: one of this installation, or one of the forms that Telegram clients know. */
export function linkOf(url: string, origin: string): HashPlace | undefined {
	const parsed = URL.parse(url, origin);
	if (!parsed) return undefined;
	if (parsed.protocol === 'tg:') return tgLink(parsed);
	if (parsed.origin !== origin) return undefined;
	if (parsed.hash.length > 1) return parseHash(parsed.hash);
	return pathLink(parsed);
}

/** `/name/17`, `/+hash`, `/joinchat/hash`, `/c/5/17`. */
function pathLink(url: URL): HashPlace | undefined {
	const [head = '', ...rest] = url.pathname.slice(1).split('/');
	if (head === 'joinchat' && rest[0]) return { kind: 'invite', hash: rest[0] };
	if (head === 'c' && rest[0]) return parseHash(`c${rest.join('/')}`);
	if (head.startsWith('+')) return parseHash(head);
	if (head === 'addlist') return parseHash(url.pathname.slice(1));
	if (/^\w{4,64}$/.test(head) && head !== 'connect') return parseHash(`@${[head, ...rest].join('/')}${url.search}`);
	return undefined;
}

/** `tg://resolve?domain=name&post=17`, `tg://join?invite=hash`, `tg://login?token=…`. */
function tgLink(url: URL): HashPlace | undefined {
	const get = (name: string) => url.searchParams.get(name) ?? undefined;
	const kind = url.host || url.pathname.replace(/^\/+/, '');
	const message = Number(get('post')) || undefined;
	const thread = Number(get('thread') ?? get('topic')) || undefined;
	const domain = get('domain');
	if (kind === 'resolve' && domain) return { kind: 'name', name: domain, message, thread, start: get('start') };
	const phone = get('phone');
	if (kind === 'resolve' && phone) return { kind: 'phone', phone };
	const invite = get('invite');
	if (kind === 'join' && invite) return { kind: 'invite', hash: invite };
	const token = get('token');
	if (kind === 'login' && token) return { kind: 'login', token };
	const slug = get('slug');
	if (kind === 'addlist' && slug) return { kind: 'folder', slug };
	const channel = get('channel');
	if (kind === 'privatepost' && channel) return { peer: `c${Number(channel)}`, message, thread };
	return undefined;
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
