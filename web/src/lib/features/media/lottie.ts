/** Animated stickers: Lottie in gzip. The player is loaded when the first of them is seen. */
import type { AnimationItem } from 'lottie-web';
import { watchSeen } from './seen.ts';

export interface LottieOptions {
	/** Only its first picture. */
	isStill?: boolean;
	isOnce?: boolean;
	onready?: () => void;
}

/** Larger ones are not unpacked: a sticker has at most 64 KB packed, and a bomb must not fill the memory. */
const MAX_BYTES = 4 * 1024 * 1024;

const animations = new Map<string, Promise<object>>();

/** Plays the animation behind an address in a box while that is on the screen. Returns what ends it. */
export function playLottie(box: HTMLElement, url: string, options: LottieOptions = {}): () => void {
	let item: AnimationItem | undefined;
	let isOver = false;
	let isSeen = false;
	const isStill =
		options.isStill ||
		matchMedia('(prefers-reduced-motion: reduce)').matches ||
		document.documentElement.dataset.motion === 'less';
	const update = () => (isSeen && !isStill ? item?.play() : item?.pause());
	const unwatch = watchSeen(box, (seen) => {
		isSeen = seen;
		update();
	});
	void start().catch(() => undefined); // its outline stays
	return () => {
		isOver = true;
		unwatch();
		item?.destroy();
	};

	async function start() {
		const [{ default: lottie }, animationData] = await Promise.all([
			import('lottie-web/build/player/lottie_light_canvas'),
			read(url),
		]);
		if (isOver) return;
		item = lottie.loadAnimation({
			container: box,
			renderer: 'canvas',
			loop: !options.isOnce,
			autoplay: false,
			animationData: structuredClone(animationData),
		});
		item.goToAndStop(0, true);
		options.onready?.();
		update();
	}
}

function read(url: string): Promise<object> {
	let animation = animations.get(url);
	if (!animation) {
		animation = unpack(url);
		animations.set(url, animation);
		animation.catch(() => animations.delete(url));
		if (animations.size > 60) animations.delete(animations.keys().next().value ?? '');
	}
	return animation;
}

async function unpack(url: string): Promise<object> {
	const { body } = await fetch(url);
	if (!body) throw new Error('an empty sticker');
	const reader = body.pipeThrough(new DecompressionStream('gzip')).getReader();
	const chunks: Uint8Array<ArrayBuffer>[] = [];
	let size = 0;
	for (let part = await reader.read(); !part.done; part = await reader.read()) {
		size += part.value.length;
		if (size > MAX_BYTES) throw new Error('too large a sticker');
		chunks.push(part.value as Uint8Array<ArrayBuffer>);
	}
	return withoutImages(JSON.parse(await new Blob(chunks).text()) as Animation);
}

interface Animation {
	assets?: { p?: string; u?: string }[];
}

/** A sticker draws shapes. Pictures it might name would be loaded from elsewhere; they are left out. */
function withoutImages(animation: Animation): object {
	return { ...animation, assets: animation.assets?.filter((asset) => asset.p === undefined && asset.u === undefined) };
}
