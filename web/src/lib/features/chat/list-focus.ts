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
 * Makes a list of messages one stop of the Tab key, which leads on to a message by `enter`; while that has the focus the
 * list is no stop, so that the way out is free. Returns how to end it.
 */
export function enterByKey(list: HTMLElement, enter: () => void): () => void {
	list.tabIndex = 0;
	const offs = [
		on(list, 'focusin', ({ target }) => {
			if (target !== list) list.tabIndex = -1;
			else if (list.matches(':focus-visible')) enter();
		}),
		on(list, 'focusout', ({ relatedTarget }) => {
			if (!list.contains(relatedTarget as Node | null)) list.tabIndex = 0;
		}),
	];
	return () => offs.forEach((off) => off());
}
