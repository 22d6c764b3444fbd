import type { FileRef } from './types.ts';

/** The same for the same content, however often its file reference was renewed: key of caches and of progress. */
export function contentKey(id: string): string {
	const [letter, a = '', b = '', c = ''] = id.split('~');
	if (letter === 'd' || letter === 'p') return `${letter}~${a}~${c}`;
	if (letter === 'a') return `a~${b}~${c}`;
	return id;
}

/** The server's number of a document that lies in a message or set. */
export function documentId({ id }: FileRef): string | undefined {
	return id.split('~')[1];
}
