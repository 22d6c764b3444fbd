import english from 'emoji-picker-element-data/en/emojibase/data.json?url';
import norwegian from 'emoji-picker-element-data/nb/cldr/data.json?url';

export interface Emoji {
	char: string;
	name: string;
	group: number;
	/** Without the skin tone it was chosen with. */
	skins: string[];
	/** All words it is found by, in lower case. */
	words: string[];
}

/** Ids of the groups, in the order in which they are shown. */
export const emojiGroups = [0, 1, 3, 4, 6, 5, 7, 8, 9] as const;
export type EmojiGroup = (typeof emojiGroups)[number];

/** As the data of `emoji-picker-element-data` has it. */
interface Entry {
	emoji: string;
	annotation: string;
	group: number;
	shortcodes?: string[];
	tags?: string[];
	skins?: { unicode?: string; emoji?: string }[];
}

/** Each language knows the emoji by its own words; English ones find them everywhere. */
const sources: Readonly<Record<string, string>> = { en: english, nb: norwegian };
const books = new Map<string, Promise<EmojiBook>>();

/** All emoji with their names. Read from our own origin when first needed. */
export function loadEmoji(language: string): Promise<EmojiBook> {
	const code = language in sources ? language : 'en';
	let book = books.get(code);
	if (!book) {
		book = readBook(code);
		books.set(code, book);
		book.catch(() => books.delete(code));
	}
	return book;
}

async function readBook(code: string): Promise<EmojiBook> {
	const urls = [...new Set([sources[code] ?? english, english])];
	const [own = [], inEnglish = own] = await Promise.all(urls.map(readEntries));
	return new EmojiBook(own, inEnglish);
}

async function readEntries(url: string): Promise<Entry[]> {
	const answer = await fetch(url);
	if (!answer.ok) throw new Error('no emoji');
	return (await answer.json()) as Entry[];
}

export class EmojiBook {
	readonly all: readonly Emoji[];
	readonly #byChar: ReadonlyMap<string, Emoji>;

	constructor(own: readonly Entry[], english: readonly Entry[]) {
		const others = new Map(english.map((entry) => [entry.emoji, entry]));
		this.all = own.filter((entry) => entry.group !== 2).map((entry) => shape(entry, others.get(entry.emoji)));
		this.#byChar = new Map(this.all.map((emoji) => [emoji.char, emoji]));
	}

	group(group: EmojiGroup): Emoji[] {
		return this.all.filter((emoji) => emoji.group === group);
	}

	find(char: string): Emoji | undefined {
		return this.#byChar.get(char);
	}

	/** Whose words begin with it: whole words first. */
	search(query: string, most: number): Emoji[] {
		const wanted = query.toLowerCase().trim().split(/\s+/);
		const ranked = this.all.flatMap((emoji) => {
			const ranks = wanted.map((word) => rank(emoji, word));
			return ranks.includes(0) ? [] : [{ emoji, rank: Math.min(...ranks) }];
		});
		ranked.sort((a, b) => b.rank - a.rank);
		return ranked.slice(0, most).map(({ emoji }) => emoji);
	}
}

function shape(entry: Entry, english?: Entry): Emoji {
	const texts = [entry, english].flatMap((one) =>
		one ? [one.annotation, ...(one.shortcodes ?? []), ...(one.tags ?? [])] : [],
	);
	const words = new Set(texts.flatMap((text) => [text.toLowerCase(), ...text.toLowerCase().split(/[\s_-]+/)]));
	const skins = (entry.skins ?? english?.skins ?? []).flatMap((skin) => skin.emoji ?? skin.unicode ?? []);
	return { char: entry.emoji, name: entry.annotation, group: entry.group, skins, words: [...words] };
}

/** 0: not at all. The name counts more than a tag, a whole word more than its beginning. */
function rank(emoji: Emoji, word: string): number {
	const at = emoji.words.findIndex((other) => other === word);
	if (at >= 0) return at < 6 ? 4 : 3;
	const begins = emoji.words.findIndex((other) => other.startsWith(word));
	if (begins < 0) return 0;
	return begins < 4 ? 2 : 1;
}
