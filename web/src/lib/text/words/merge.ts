import type { Words } from '../language.svelte.ts';

/** Puts the files of a language together. A test sees to it that no key is in two of them. */
export function merge(files: Record<string, Words>): Words {
	return Object.assign({}, ...Object.values(files)) as Words;
}
