import type { tl } from '@mtcute/core';
import { inflateSvgPath, strippedPhotoToJpg } from '@mtcute/core/utils.js';
import type { FileRef, Picture, PictureSize } from '../../api/types.ts';
import { toBase64 } from './bytes.ts';
import { documentFile, photoFile, type FileOrigin } from './file.ts';

const noPicture: Picture = { sizes: [], width: 0, height: 0 };

/** A photo; one that is gone has no sizes. */
export function shapePhoto(photo: tl.TypePhoto | undefined, origin: FileOrigin): Picture {
	if (photo?._ !== 'photo') return noPicture;
	return shapeSizes(photo.sizes, (size) => photoFile(photo, size, origin));
}

/** The small pictures that stand for a document. */
export function shapeThumbs(document: tl.RawDocument, origin: FileOrigin): Picture | undefined {
	if (!document.thumbs?.length) return undefined;
	return shapeSizes(document.thumbs, (size) => documentFile(document, origin, size));
}

function shapeSizes(
	sizes: readonly tl.TypePhotoSize[],
	fileOf: (size: { type: string; size: number }) => FileRef,
): Picture {
	const shaped = sizes.flatMap((size): PictureSize[] => {
		switch (size._) {
			case 'photoSize':
				return [{ width: size.w, height: size.h, file: fileOf(size) }];
			case 'photoSizeProgressive':
				return [{ width: size.w, height: size.h, file: fileOf({ type: size.type, size: Math.max(...size.sizes) }) }];
			case 'photoCachedSize':
				return [{ width: size.w, height: size.h, file: fileOf({ type: size.type, size: size.bytes.length }) }];
			default:
				return [];
		}
	});
	shaped.sort((a, b) => a.width * a.height - b.width * b.height);
	const biggest = shaped.at(-1);
	return { sizes: shaped, preview: previewOf(sizes), width: biggest?.width ?? 0, height: biggest?.height ?? 0 };
}

function previewOf(sizes: readonly tl.TypePhotoSize[]): string | undefined {
	for (const size of sizes) {
		if (size._ === 'photoStrippedSize') return strippedUrl(size.bytes);
		if (size._ === 'photoPathSize') return outlineUrl(size.bytes);
	}
	return undefined;
}

/** A blurred form of a picture, whose head the protocol leaves out. */
export function strippedUrl(bytes: Uint8Array | undefined): string | undefined {
	if (!bytes || bytes.length < 3 || bytes[0] !== 1) return undefined;
	return `data:image/jpeg;base64,${toBase64(strippedPhotoToJpg(bytes))}`;
}

/** The outline of a sticker. Only the path is from outside, and it has no letters that could leave its attribute. */
function outlineUrl(bytes: Uint8Array): string | undefined {
	const path = inflateSvgPath(bytes);
	if (!/^[A-Za-z0-9 ,.\-]*$/.test(path)) return undefined;
	const image = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><path fill="#8888" d="${path}"/></svg>`;
	return `data:image/svg+xml;base64,${btoa(image)}`;
}
