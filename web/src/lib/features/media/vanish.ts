import { VIEW_ONCE } from '$lib/api/media.ts';
import { t, tn } from '$lib/text';

/** What is said over a content that vanishes when it is opened. */
export function vanishWords(ttl: number): string {
	return ttl >= VIEW_ONCE ? t('MediaViewOnce') : tn('MediaVanishes', ttl);
}
