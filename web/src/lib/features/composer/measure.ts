/** Makes files ready to be sent: their kind, their size in pixels and seconds, a small picture of them. */
import type { NewFile, NewFileKind } from '$lib/api/media.ts';

/** The longer side of a photo that is sent as one. */
const PHOTO_SIDE = 2560;
const COVER_SIDE = 320;
const PREVIEW_SIDE = 24;
/** Formats that every client shows as a photo. */
const photoTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/bmp'];
const MAX_PHOTO = 40 * 1024 * 1024; // bytes

/** What a file is sent as unless the person wants a plain file. */
export function kindOf(file: File): NewFileKind {
	if (photoTypes.includes(file.type) && file.size <= MAX_PHOTO) return 'photo';
	if (file.type === 'image/gif') return 'gif';
	if (['video/mp4', 'video/webm', 'video/quicktime'].includes(file.type)) return 'video';
	if (/^audio\/(mpeg|mp4|x-m4a|flac|ogg|aac|wav|x-wav)$/.test(file.type)) return 'audio';
	return 'document';
}

/** What cannot be read as what it claims to be goes as a plain file. */
export async function prepare(file: File, asDocument: boolean): Promise<NewFile> {
	const kind = asDocument ? 'document' : kindOf(file);
	try {
		return await prepareAs(kind, file);
	} catch {
		return plainFile(file);
	}
}

function prepareAs(kind: NewFileKind, file: File): Promise<NewFile> {
	switch (kind) {
		case 'photo':
			return preparePhoto(file);
		case 'gif':
			return prepareGif(file);
		case 'video':
			return prepareVideo(file);
		case 'audio':
			return prepareAudio(file);
		default:
			return prepareDocument(file);
	}
}

function plainFile(file: File): NewFile {
	return { kind: 'document', blob: file, name: file.name, mime: file.type || 'application/octet-stream' };
}

async function prepareDocument(file: File): Promise<NewFile> {
	if (!photoTypes.includes(file.type)) return plainFile(file);
	const bitmap = await createImageBitmap(file);
	const cover = await draw(bitmap, COVER_SIDE);
	return { ...plainFile(file), width: bitmap.width, height: bitmap.height, cover };
}

/** A photo is turned upright and made no larger than others show it; small JPEGs stay as they are. */
async function preparePhoto(file: File): Promise<NewFile> {
	const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
	const isFine =
		file.type === 'image/jpeg' && Math.max(bitmap.width, bitmap.height) <= PHOTO_SIDE && file.size < 3_000_000;
	const blob = isFine ? file : await draw(bitmap, PHOTO_SIDE, 0.9);
	const [width, height] = fit(bitmap.width, bitmap.height, PHOTO_SIDE);
	return {
		kind: 'photo',
		blob,
		name: 'photo.jpg',
		mime: 'image/jpeg',
		width,
		height,
		preview: await previewOf(bitmap),
	};
}

/** Animated images stay files; the server and other clients show them as GIFs. */
async function prepareGif(file: File): Promise<NewFile> {
	const bitmap = await createImageBitmap(file);
	const { width, height } = bitmap;
	return {
		kind: 'gif',
		blob: file,
		name: file.name,
		mime: file.type,
		width,
		height,
		duration: 0,
		cover: await draw(bitmap, COVER_SIDE),
		preview: await previewOf(bitmap),
	};
}

async function prepareVideo(file: File): Promise<NewFile> {
	const { cover, preview, width, height, duration } = await makeCover(file);
	return { kind: 'video', blob: file, name: file.name, mime: file.type, width, height, duration, cover, preview };
}

async function prepareAudio(file: File): Promise<NewFile> {
	const { ALL_FORMATS, BlobSource, Input } = await import('mediabunny');
	const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(file) });
	const [duration, tags] = await Promise.all([input.computeDuration(), input.getMetadataTags().catch(() => undefined)]);
	const image = tags?.images?.[0];
	const cover =
		image &&
		(await createImageBitmap(new Blob([image.data as Uint8Array<ArrayBuffer>], { type: image.mimeType })).then(
			(bitmap) => draw(bitmap, COVER_SIDE),
			() => undefined,
		));
	return {
		kind: 'audio',
		blob: file,
		name: file.name,
		mime: file.type,
		duration,
		title: tags?.title,
		performer: tags?.artist,
		cover,
	};
}

export interface Cover {
	cover: Blob;
	preview: string;
	width: number;
	height: number;
	duration: number;
}

/** A picture from the beginning of a video, and how large and long that is. */
export async function makeCover(blob: Blob): Promise<Cover> {
	const video = document.createElement('video');
	const url = URL.createObjectURL(blob);
	try {
		Object.assign(video, { muted: true, playsInline: true, preload: 'auto', src: url });
		await once(video, 'loadeddata');
		video.currentTime = Math.min(0.5, (video.duration || 0) / 2);
		await once(video, 'seeked');
		const { videoWidth: width, videoHeight: height, duration } = video;
		if (!width || !height) throw new Error('no picture in it');
		const bitmap = await createImageBitmap(video);
		return {
			cover: await draw(bitmap, COVER_SIDE),
			preview: await previewOf(bitmap),
			width,
			height,
			duration: Number.isFinite(duration) ? duration : 0,
		};
	} finally {
		video.removeAttribute('src');
		URL.revokeObjectURL(url);
	}
}

function once(element: HTMLMediaElement, name: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`no ${name}`)), 15_000);
		element.addEventListener(name, () => (clearTimeout(timer), resolve()), { once: true });
		element.addEventListener('error', () => (clearTimeout(timer), reject(new Error('cannot be read'))), { once: true });
	});
}

export function fit(width: number, height: number, side: number): [number, number] {
	const scale = Math.min(1, side / Math.max(width, height, 1));
	return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** A JPEG no larger than `side`; what shines through becomes white. */
async function draw(bitmap: ImageBitmap, side: number, quality = 0.8): Promise<Blob> {
	const [width, height] = fit(bitmap.width, bitmap.height, side);
	const canvas = new OffscreenCanvas(width, height);
	const context = canvas.getContext('2d');
	if (!context) throw new Error('no canvas');
	context.fillStyle = '#fff';
	context.fillRect(0, 0, width, height);
	context.drawImage(bitmap, 0, 0, width, height);
	return canvas.convertToBlob({ type: 'image/jpeg', quality });
}

async function previewOf(bitmap: ImageBitmap): Promise<string> {
	const small = await draw(bitmap, PREVIEW_SIDE, 0.5);
	const bytes = new Uint8Array(await small.arrayBuffer());
	return `data:image/jpeg;base64,${btoa(String.fromCharCode(...bytes))}`;
}
