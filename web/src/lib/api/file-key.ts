/** The same for the same content, however often its file reference was renewed: key of caches and of progress. */
export function contentKey(id: string): string {
	const [letter, a = '', b = '', c = ''] = id.split('~');
	if (letter === 'd' || letter === 'p') return `${letter}~${a}~${c}`;
	if (letter === 'a') return `a~${b}~${c}`;
	return id;
}
