import { middleSquare, type Square } from './crop.ts';

/**
 * A square of a picture, the middle one unless another is given, at most so many pixels wide, as a JPEG. Rejects when
 * the file is no picture.
 */
export async function cutSquare(file: Blob, square?: Square, most = 800): Promise<Blob> {
	const picture = await createImageBitmap(file);
	const { x, y, side } = square ?? middleSquare(picture);
	const size = Math.round(Math.min(side, most));
	const canvas = new OffscreenCanvas(size, size);
	const context = canvas.getContext('2d');
	if (!context) throw new Error('no canvas');
	context.fillStyle = '#ffffff';
	context.fillRect(0, 0, size, size);
	context.imageSmoothingQuality = 'high';
	context.drawImage(picture, x, y, side, side, 0, 0, size, size);
	picture.close();
	return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.88 });
}
