/** How a picture lies in its box: its scale, and its middle's distance from the box's middle in pixels. */
export interface View {
	scale: number;
	x: number;
	y: number;
}

const MAX_SCALE = 8;

/** The point (x, y) of the box, from its middle, stays where it is. */
export function zoomAt(view: View, scale: number, x: number, y: number): View {
	const next = Math.max(1, Math.min(MAX_SCALE, scale));
	const by = next / view.scale;
	return { scale: next, x: x - (x - view.x) * by, y: y - (y - view.y) * by };
}

/** The picture does not leave the box. */
export function clampView({ scale, x, y }: View, width: number, height: number): View {
	const [most, mostDown] = [((scale - 1) * width) / 2, ((scale - 1) * height) / 2];
	return { scale, x: clamp(x, most), y: clamp(y, mostDown) };
}

function clamp(value: number, most: number): number {
	return Math.max(-most, Math.min(most, value)) + 0;
}
