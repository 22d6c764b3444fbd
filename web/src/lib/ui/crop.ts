export interface Size {
	width: number;
	height: number;
}

/** The part of a picture that is kept, in the picture's own pixels. */
export interface Square {
	x: number;
	y: number;
	side: number;
}

/** Closer than this, faces become blots. */
export const mostZoom = 4;

/** What is kept when nobody chooses: the middle, as much of it as there is. */
export function middleSquare({ width, height }: Size): Square {
	const side = Math.min(width, height);
	return { x: (width - side) / 2, y: (height - side) / 2, side };
}

/** 1: all of the shorter side. */
export function zoomOf({ side }: Square, { width, height }: Size): number {
	return Math.min(width, height) / side;
}

/** Nearer or farther, with the middle staying where it is as far as the picture reaches. */
export function zoomSquare(square: Square, size: Size, zoom: number): Square {
	const side = Math.min(size.width, size.height) / clamp(zoom, 1, mostZoom);
	const shift = (square.side - side) / 2;
	return inside({ x: square.x + shift, y: square.y + shift, side }, size);
}

export function moveSquare(square: Square, size: Size, right: number, down: number): Square {
	return inside({ ...square, x: square.x + right, y: square.y + down }, size);
}

function inside({ x, y, side }: Square, { width, height }: Size): Square {
	return { x: clamp(x, 0, width - side), y: clamp(y, 0, height - side), side };
}

function clamp(value: number, least: number, most: number): number {
	return Math.min(Math.max(value, least), most);
}
