const KEY = 'hermod.emoji';
const KEPT = 40;
const first = ['👍', '❤️', '😂', '😊', '🙏', '😍', '🎉', '😢', '🔥', '👏', '🤔', '😎'];

/** Emoji that were used in this browser, the last first; before that some that people like. */
export function recentEmoji(): string[] {
	try {
		const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
		const known = Array.isArray(value) ? value.filter((char) => typeof char === 'string') : [];
		return [...new Set([...known, ...first])].slice(0, KEPT);
	} catch {
		return first;
	}
}

export function rememberEmoji(char: string) {
	const all = [...new Set([char, ...recentEmoji()])].slice(0, KEPT);
	localStorage.setItem(KEY, JSON.stringify(all));
}
