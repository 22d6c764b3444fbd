const KEY = 'hermod.tags';
const KEPT = 50;

/** Hashtags that were sent from this browser, the last used first. */
export function knownTags(begin: string): string[] {
	const wanted = begin.toLowerCase();
	return read().filter((tag) => tag.toLowerCase().startsWith(wanted) && tag !== begin);
}

export function rememberTags(text: string) {
	const used = [...text.matchAll(/(?:^|\s)#([\p{L}\p{N}_]+)/gu)].flatMap((match) => match[1] ?? []);
	if (used.length === 0) return;
	const all = [...new Set([...used, ...read()])].slice(0, KEPT);
	localStorage.setItem(KEY, JSON.stringify(all));
}

function read(): string[] {
	try {
		const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
		return Array.isArray(value) ? value.filter((tag) => typeof tag === 'string') : [];
	} catch {
		return [];
	}
}
