/** How many characters of a text stand before the words that were found. */
const ahead = 24;

export interface Cut {
	before: string;
	hit: string;
	after: string;
}

/** The piece of a text around the first of the words, in one line. Without a hit the whole stands in `before`. */
export function cutAround(text: string, words: string): Cut {
	const line = text.replace(/\s+/g, ' ');
	const lower = line.toLocaleLowerCase();
	const wanted = words.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
	const hit = wanted.find((word) => lower.includes(word));
	if (hit === undefined) return { before: line, hit: '', after: '' };
	const at = lower.indexOf(hit);
	const from = at > ahead ? line.lastIndexOf(' ', at - ahead) + 1 || at - ahead : 0;
	return {
		before: `${from > 0 ? '…' : ''}${line.slice(from, at)}`,
		hit: line.slice(at, at + hit.length),
		after: line.slice(at + hit.length),
	};
}
