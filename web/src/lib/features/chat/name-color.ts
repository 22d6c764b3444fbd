/** The colour of a name; the index is the peer's own. */
export function nameColor(color = 0): string {
	return `var(--name-${color % 7})`;
}
