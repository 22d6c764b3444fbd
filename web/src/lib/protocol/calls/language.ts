import type { tl } from '@mtcute/core';
import type { Account } from '../account.ts';
import type { Calls } from './calls.ts';

/** The language pack of this client. */
const pack = 'web';

export interface LanguageOffer {
	code: string;
	name: string;
	native: string;
}

export interface NewerWords {
	version: number;
	/** Texts and forms, as the page keeps its own; only what the server has. Empty when the version is the known one. */
	words: Record<string, string | Record<string, string>>;
}

export const language = {
	/** The languages of the server. */
	async list(account: Account): Promise<LanguageOffer[]> {
		const list = await account.call({ _: 'langpack.getLanguages', langPack: pack });
		return list.map((offer) => ({ code: offer.langCode, name: offer.name, native: offer.nativeName }));
	},

	/** The words of the server in a language, when its version is not `known`. */
	async words(account: Account, code: string, known: number): Promise<NewerWords> {
		const answer = await account.call({
			_: 'langpack.getDifference',
			langPack: pack,
			langCode: code,
			fromVersion: known,
		});
		return { version: answer.version, words: Object.fromEntries(answer.strings.flatMap(entryOf)) };
	},
} satisfies Calls;

function entryOf(text: tl.TypeLangPackString): [string, string | Record<string, string>][] {
	switch (text._) {
		case 'langPackString':
			return [[text.key, text.value]];
		case 'langPackStringPluralized':
			return [[text.key, formsOf(text)]];
		case 'langPackStringDeleted':
			return [];
	}
}

function formsOf(text: tl.RawLangPackStringPluralized): Record<string, string> {
	const forms = {
		zero: text.zeroValue,
		one: text.oneValue,
		two: text.twoValue,
		few: text.fewValue,
		many: text.manyValue,
		other: text.otherValue,
	};
	return Object.fromEntries(Object.entries(forms).filter((form): form is [string, string] => form[1] !== undefined));
}
