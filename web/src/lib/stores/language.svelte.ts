import { createContext } from 'svelte';
import type { Api } from '../api/api.ts';
import { builtIn, builtInVersions, language, type LanguageInfo, type Words } from '../text/index.ts';

const KEY = 'hermod.words';

/** Words of the server, kept so that the next start has them before there is a connection. */
interface KeptWords {
	code: string;
	/** Of the words that the page was built with: a newer build begins anew. */
	builtIn: number;
	version: number;
	words: Words;
}

/** Brings the words of the server to the page: for the languages that it has beside ours, and for changed words of ours. */
export class LanguageStore {
	readonly #api: Api;
	readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
	/** What can be chosen. */
	offered = $state.raw<readonly LanguageInfo[]>(builtIn);

	constructor(api: Api, storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = localStorage) {
		this.#api = api;
		this.#storage = storage;
	}

	/** Asks for the languages of the server. Without an answer ours stay. */
	async load(): Promise<void> {
		const list = await this.#api.language.list().catch(() => []);
		if (list.length > 0) this.offered = list;
	}

	/** Changes to a language: at once with the words that are here, then with newer ones of the server. */
	async use(code: string): Promise<void> {
		const kept = this.#kept(code);
		await language.use(code, kept?.words);
		const known = kept?.version ?? builtInVersions[code] ?? 0;
		const newer = await this.#api.language.words(code, known).catch(() => undefined);
		if (!newer || newer.version === known) return;
		this.#keep(code, newer.version, newer.words);
		await language.use(code, newer.words);
	}

	#kept(code: string): KeptWords | undefined {
		return readKept(this.#storage, code);
	}

	#keep(code: string, version: number, words: Words) {
		const kept: KeptWords = { code, builtIn: builtInVersions[code] ?? 0, version, words };
		this.#storage.setItem(KEY, JSON.stringify(kept));
	}
}

/** The words of the server that an earlier visit kept for a language of this build. */
export function readKept(storage: Pick<Storage, 'getItem'>, code: string): KeptWords | undefined {
	try {
		const kept = JSON.parse(storage.getItem(KEY) ?? 'null') as KeptWords | null;
		return kept?.code === code && kept.builtIn === (builtInVersions[code] ?? 0) ? kept : undefined;
	} catch {
		return undefined;
	}
}

export const [useLanguages, provideLanguages] = createContext<LanguageStore>();
