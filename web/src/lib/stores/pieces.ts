import type { NewFile } from '../api/media.ts';
import type { RichText } from '../api/types.ts';
import { slice, trim } from '../text/formatting.ts';

/** Units of text in a message; more is sent as several. */
const MAX_TEXT = 4096;
const MAX_ALBUM = 10;

/** Pieces that fit into a message, cut at the end of a line or word where there is one. */
export function splitText(text: RichText, max = MAX_TEXT): RichText[] {
	const parts: RichText[] = [];
	let rest = text;
	while (rest.text.length > max) {
		const cut = lastBreak(rest.text, max);
		parts.push(trim(slice(rest, 0, cut)));
		rest = trim(slice(rest, cut));
	}
	return rest.text === '' ? parts : [...parts, rest];
}

function lastBreak(text: string, max: number): number {
	for (const sign of ['\n', ' ']) {
		const at = text.lastIndexOf(sign, max);
		if (at > max / 2) return at;
	}
	return /[\uD800-\uDBFF]/.test(text[max - 1] ?? '') ? max - 1 : max;
}

/** Photos and videos stand together, songs with songs, documents with documents; the rest alone. At most ten. */
export function groupFiles(files: NewFile[]): NewFile[][] {
	const groups: NewFile[][] = [];
	for (const file of files) {
		const last = groups.at(-1);
		const kind = albumKind(file);
		if (last?.[0] && kind && albumKind(last[0]) === kind && last.length < MAX_ALBUM) last.push(file);
		else groups.push([file]);
	}
	return groups;
}

function albumKind(file: NewFile): string | undefined {
	if (file.kind === 'photo' || file.kind === 'video') return 'visual';
	return file.kind === 'audio' || file.kind === 'document' ? file.kind : undefined;
}
