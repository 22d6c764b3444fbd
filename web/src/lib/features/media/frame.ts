/** The largest and smallest box of a photo or video in a bubble, in rem. */
const MAX_WIDTH = 26;
const MAX_HEIGHT = 26;
const MIN_WIDTH = 9;
const MIN_HEIGHT = 6;

export interface Frame {
	/** Rem. */
	width: number;
	/** Width by height. */
	ratio: number;
}

/** The box that a picture of so many pixels gets: its own form, within bounds; it does not depend on what is loaded. */
export function frameOf(width: number, height: number): Frame {
	const [w, h] = width > 0 && height > 0 ? [width, height] : [4, 3];
	const scale = Math.min(MAX_WIDTH / w, MAX_HEIGHT / h, 2 / 16);
	const shown = Math.max(MIN_WIDTH, w * scale);
	const tall = Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, h * scale));
	return { width: shown, ratio: shown / tall };
}
