import { english } from './words/en.ts';

/** A text, or its forms for numbers; `{name}` stands for what is filled in. */
export type Entry = string | Partial<Record<Intl.LDMLPluralRule, string>>;

export type Words = Readonly<Record<string, Entry>>;

/** A language that the page brings along. */
export interface LanguageInfo {
	code: string;
	/** In English, and in the language itself. */
	name: string;
	native: string;
}

/** The languages that the page brings along. The server may have more, and newer words of these. */
export const builtIn: readonly LanguageInfo[] = [
	{ code: 'en', name: 'English', native: 'English' },
	{ code: 'nb', name: 'Norwegian Bokmål', native: 'Norsk bokmål' },
];

/** The version of the words of each language that the page was built with; see build/words.ts. */
declare const __WORDS__: Readonly<Record<string, number>>;
export const builtInVersions = __WORDS__;

const packs: Readonly<Record<string, () => Promise<Words>>> = {
	en: () => Promise.resolve(english),
	nb: async () => (await import('./words/nb.ts')).norwegian,
};

const rightToLeft = new Set(['ar', 'fa', 'he', 'ur', 'yi', 'ku', 'dv', 'ps']);

/**
 * The language of the page. Everything that reads it follows a change. English is always there: what a language lacks
 * is shown in English.
 */
class Language {
	code = $state('en');
	/** The variant of the language that the browser prefers, en-GB for example: dates and numbers are written its way. */
	readonly locale = $derived(chooseVariant(this.code, globalThis.navigator?.languages ?? []));
	#words = $state.raw<Words>(english);
	readonly direction = $derived<'ltr' | 'rtl'>(rightToLeft.has(this.code.split('-')[0] ?? '') ? 'rtl' : 'ltr');

	/** Returns the entry of `key`, or undefined. */
	find(key: string): Entry | undefined {
		return this.#words[key] ?? english[key];
	}

	/**
	 * Changes to the language `code`: its own words, with the `newer` ones of the server above them. A code of which
	 * there are no words at all leaves everything as it is.
	 */
	async use(code: string, newer: Words = {}): Promise<void> {
		const words = await packs[code]?.();
		if (!words && Object.keys(newer).length === 0) return;
		this.#words = { ...words, ...newer };
		this.code = code;
	}
}

export const language = new Language();

/** Returns the first of the `wanted` languages (as of navigator.languages) that the page brings along, or English. */
export function chooseLanguage(wanted: readonly string[]): string {
	for (const tag of wanted) {
		const base = tag.toLowerCase().split('-')[0] ?? '';
		const code = base === 'no' || base === 'nn' ? 'nb' : base;
		if (code in packs) return code;
	}
	return 'en';
}

/** Returns the first of the `wanted` tags that is a variant of the language `code`, or `code` itself. */
export function chooseVariant(code: string, wanted: readonly string[]): string {
	return wanted.find((tag) => tag.toLowerCase().startsWith(`${code}-`)) ?? code;
}
