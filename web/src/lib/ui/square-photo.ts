/** The middle square of a picture, at most so many pixels wide, as a JPEG. Rejects when the file is no picture. */
export async function cutSquare(file: Blob, most = 800): Promise<Blob> {
	const picture = await createImageBitmap(file);
	const side = Math.min(picture.width, picture.height);
	const size = Math.min(side, most);
	const canvas = new OffscreenCanvas(size, size);
	const context = canvas.getContext('2d');
	if (!context) throw new Error('no canvas');
	context.fillStyle = '#ffffff';
	context.fillRect(0, 0, size, size);
	context.imageSmoothingQuality = 'high';
	context.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, size, size);
	picture.close();
	return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.88 });
}
