import type { Api } from '$lib/api/api.ts';
import type { BotCommand } from '$lib/api/media.ts';
import type { Peer, PeerKey, RichText } from '$lib/api/types.ts';
import type { PeerStore } from '$lib/stores/peers.svelte.ts';
import { language } from '$lib/text';
import { plain } from '$lib/text/formatting.ts';
import type { Caret } from './editor-dom.ts';
import { loadEmoji } from './emoji-book.ts';
import type { KnownTags } from './tags.ts';

export type Completion =
	| { kind: 'person'; peer: Peer }
	| { kind: 'tag'; tag: string }
	| { kind: 'emoji'; emoji: string; name: string }
	| { kind: 'command'; command: BotCommand };

/** The word before the caret that can be completed, and where it begins. */
export interface Asked {
	sign: '@' | '#' | ':' | '/';
	word: string;
	from: number;
	to: number;
}

const MOST = 8;
/** A name or tag begins at a word's start; a command only at the start of the text. */
const pattern = /(?:^|[\s(])([@#:])([\p{L}\p{N}_+-]*)$/u;
const command = /^(\/)([\w@]*)$/;

export function findAsked(text: string, caret: Caret): Asked | undefined {
	if (caret.from !== caret.to) return undefined;
	const before = text.slice(0, caret.to);
	const match = command.exec(before) ?? pattern.exec(before);
	const [, sign, word = ''] = match ?? [];
	if (sign !== '@' && sign !== '#' && sign !== ':' && sign !== '/') return undefined;
	if (sign === ':' && word.length < 2) return undefined;
	return { sign, word, from: caret.to - word.length - 1, to: caret.to };
}

type Put = (from: number, to: number, piece: RichText) => void;

/** The list that helps to finish a name, tag, emoji or command. */
export class Completions {
	readonly #api: Pick<Api, 'compose'>;
	readonly #peers: PeerStore;
	readonly #tags: KnownTags;
	readonly #place: { peer: PeerKey; thread?: number };
	#commands?: Promise<BotCommand[]>;
	#asked = $state.raw<Asked>();
	#dismissed = -1;
	found = $state.raw<Completion[]>([]);
	active = $state(0);
	readonly listId = 'composer-completions';

	constructor(api: Pick<Api, 'compose'>, peers: PeerStore, tags: KnownTags, place: { peer: PeerKey; thread?: number }) {
		this.#api = api;
		this.#peers = peers;
		this.#tags = tags;
		this.#place = place;
	}

	get isOpen(): boolean {
		return this.#asked !== undefined && this.found.length > 0;
	}

	get activeId(): string {
		return `${this.listId}-${this.active}`;
	}

	look(text: string, caret: Caret) {
		const asked = findAsked(text, caret);
		if (!asked || asked.from === this.#dismissed) return this.close();
		this.#dismissed = -1;
		this.#asked = asked;
		void this.#find(asked);
	}

	close() {
		this.#asked = undefined;
		this.found = [];
	}

	/** Returns whether the key was for the list. */
	takeKey(event: KeyboardEvent, put: Put): boolean {
		if (!this.isOpen) return false;
		if (event.key === 'ArrowDown' || event.key === 'ArrowUp') this.#move(event.key === 'ArrowDown' ? 1 : -1);
		else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') this.pick(this.active, put);
		else if (event.key === 'Escape') this.#dismiss();
		else return false;
		return true;
	}

	pick(index: number, put: Put) {
		const completion = this.found[index];
		const asked = this.#asked;
		if (!completion || !asked) return;
		put(asked.from, asked.to, pieceOf(completion));
		this.close();
	}

	#move(by: number) {
		this.active = (this.active + by + this.found.length) % this.found.length;
	}

	#dismiss() {
		this.#dismissed = this.#asked?.from ?? -1;
		this.close();
	}

	async #find(asked: Asked) {
		const found = await this.#search(asked).catch(() => []);
		if (this.#asked !== asked) return;
		this.found = found.slice(0, MOST);
		this.active = 0;
	}

	#search(asked: Asked): Promise<Completion[]> {
		switch (asked.sign) {
			case '@':
				return this.#findPeople(asked.word);
			case '#':
				return Promise.resolve(this.#tags.find(asked.word).map((tag) => ({ kind: 'tag', tag })));
			case ':':
				return findEmoji(asked.word);
			case '/':
				return this.#findCommands(asked.word);
		}
	}

	async #findPeople(word: string): Promise<Completion[]> {
		const { peer, thread } = this.#place;
		if (peer.startsWith('u') || peer.startsWith('s')) return [];
		const keys = await this.#api.compose.mentions(peer, word, thread);
		const people = keys.flatMap((key) => this.#peers.get(key) ?? []);
		return people
			.filter((person) => !person.isSelf && !person.isDeleted)
			.map((person) => ({ kind: 'person', peer: person }));
	}

	async #findCommands(word: string): Promise<Completion[]> {
		const { peer } = this.#place;
		const kind = this.#peers.get(peer)?.kind;
		if (kind === 'user' || kind === 'secret' || kind === 'channel') return [];
		this.#commands ??= this.#api.compose.commands(peer);
		const wanted = word.toLowerCase();
		return (await this.#commands)
			.filter(({ command: name }) => name.startsWith(wanted))
			.map((found) => ({ kind: 'command', command: found }));
	}
}

async function findEmoji(word: string): Promise<Completion[]> {
	const book = await loadEmoji(language.code);
	return book.search(word, MOST).map((emoji) => ({ kind: 'emoji', emoji: emoji.char, name: emoji.name }));
}

/** Somebody with a username is mentioned by it; somebody without by a styled name. */
export function pieceOf(completion: Completion): RichText {
	switch (completion.kind) {
		case 'person': {
			const { username, firstName, title, key } = completion.peer;
			if (username) return plain(`@${username} `);
			const name = firstName || title;
			return { text: `${name} `, entities: [{ kind: 'name', offset: 0, length: name.length, user: key }] };
		}
		case 'tag':
			return plain(`#${completion.tag} `);
		case 'emoji':
			return plain(completion.emoji);
		case 'command':
			return plain(`/${completion.command.command} `);
	}
}
