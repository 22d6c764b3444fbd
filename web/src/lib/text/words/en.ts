import type { Words } from '../language.svelte.ts';
import { merge } from './merge.ts';

/** Every word of the page in English: the language that all others fall back to. */
export const english = merge(import.meta.glob<Words>('../../../../lang/en/*.json', { eager: true, import: 'default' }));
