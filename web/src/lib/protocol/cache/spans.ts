/** Ids of a chat between which nothing is missing: first and last, both inside. Of one chat ascending and apart. */
export type Span = [from: number, to: number];

/** Adds a stretch that is known without gaps; what it touches grows together. */
export function addSpan(spans: readonly Span[], [from, to]: Span): Span[] {
	const apart = spans.filter((span) => span[1] < from || span[0] > to);
	const touched = spans.filter((span) => span[1] >= from && span[0] <= to);
	const whole: Span = [Math.min(from, ...touched.map((s) => s[0])), Math.max(to, ...touched.map((s) => s[1]))];
	return [...apart, whole].sort((a, b) => a[0] - b[0]);
}

/** A message that came live: nothing can be between it and the newest that was known. */
export function extendNewest(spans: readonly Span[], id: number): Span[] {
	const newest = spans.at(-1);
	if (!newest) return [[id, id]];
	if (id <= newest[1]) return [...spans];
	return [...spans.slice(0, -1), [newest[0], id]];
}

/** The stretch that holds the id, or with no id the newest. */
export function findSpan(spans: readonly Span[], id?: number): Span | undefined {
	return id === undefined ? spans.at(-1) : spans.find((span) => span[0] <= id && id <= span[1]);
}
