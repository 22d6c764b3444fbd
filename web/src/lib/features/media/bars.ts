/** So many bars, 0 to 1, from heights 0 to 31; a message that came without them shows a quiet line. */
export function fitBars(heights: readonly number[], count: number): number[] {
	if (heights.length === 0) return Array<number>(count).fill(0.12);
	const most = Math.max(8, ...heights);
	return Array.from({ length: count }, (_, i) => {
		const from = Math.floor((i * heights.length) / count);
		const to = Math.max(from + 1, Math.floor(((i + 1) * heights.length) / count));
		return Math.max(0.08, Math.max(...heights.slice(from, to)) / most);
	});
}
