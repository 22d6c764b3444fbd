import { randomLong } from '@mtcute/core/utils.js';

/** A fresh random id for a message, decimal. */
export function randomId(): string {
	return randomLong().toString();
}
