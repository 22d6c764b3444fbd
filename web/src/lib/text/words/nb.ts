import type { Words } from '../language.svelte.ts';
import { merge } from './merge.ts';

/** Every word of the page in Norwegian bokmål. Loaded when it is wanted. */
export const norwegian = merge(
	import.meta.glob<Words>('../../../../lang/nb/*.json', { eager: true, import: 'default' }),
);
