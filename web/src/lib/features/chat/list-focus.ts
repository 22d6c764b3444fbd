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
