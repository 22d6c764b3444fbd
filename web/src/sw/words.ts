import english from '../../lang/en/push.json';
import norwegian from '../../lang/nb/push.json';

type Word = keyof typeof english;

const words: Readonly<Record<string, Readonly<Record<Word, string>>>> = { en: english, nb: norwegian };

/** The language of the page lies in a cache: the only thing beside a database that a service worker keeps. */
const store = 'hermod-state';
const address = '/language';

export async function keepLanguage(code: string): Promise<void> {
	const cache = await caches.open(store);
	await cache.put(address, new Response(code));
}

/** Returns the words for what is pushed, in the language that the page was shown in. */
export async function findWords(): Promise<Readonly<Record<Word, string>>> {
	const kept = await caches.match(address, { cacheName: store });
	return words[(await kept?.text()) ?? 'en'] ?? english;
}

export function isWord(key: string): key is Word {
	return key in english;
}
