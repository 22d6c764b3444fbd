import { on } from 'svelte/events';

/** The row that an event happened in. */
export function findMessageAt(target: EventTarget | null): HTMLElement | undefined {
	return target instanceof Element ? (target.closest<HTMLElement>('[data-key]') ?? undefined) : undefined;
}

/** Where a key leads from row `index` of `count`; undefined: the key does not lead anywhere. */
export function moveFocus(key: string, index: number, count: number): number | undefined {
	const page = 8;
	const to = {
		ArrowUp: index - 1,
		ArrowDown: index + 1,
		PageUp: index - page,
		PageDown: index + page,
		Home: 0,
		End: count - 1,
	}[key];
	return to === undefined ? undefined : Math.min(count - 1, Math.max(0, to));
}

/**
 * Makes a list of messages a stop of the Tab key: who comes from outside is led on to a message by `enter`, who comes from
 * inside is on the way out. Returns how to end it.
 */
export function enterByKey(list: HTMLElement, enter: () => void): () => void {
	list.tabIndex = 0;
	const offs = [
		on(list, 'focusin', ({ target, relatedTarget }) => {
			const isFromInside = list.contains(relatedTarget as Node | null);
			if (target === list && !isFromInside && list.matches(':focus-visible')) enter();
		}),
		on(list, 'keydown', (event) => {
			if (event.target !== list || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
			event.preventDefault();
			enter();
		}),
	];
	return () => offs.forEach((off) => off());
}
