/** The colour of a name; the index is the peer's own. */
export function nameColor(color = 0): string {
	return `var(--name-${color % 7})`;
}

/** The colours that a new topic may have, as the protocol writes them, each with the colour of names that it looks like. */
const topics = new Map([
	[0x6fb9f0, 5],
	[0xffd67e, 1],
	[0xcb86db, 2],
	[0x8eee98, 3],
	[0xff93b2, 6],
	[0xfb6f5f, 0],
]);

export const topicColors: readonly number[] = [...topics.keys()];

/** The colour of a topic's sign. */
export function topicColor(color: number): string {
	return nameColor(topics.get(color) ?? color);
}
