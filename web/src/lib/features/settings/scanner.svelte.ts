type Read = (picture: ImageData) => string | undefined;

/** Looks for a QR code in the picture of the camera, a few times a second, until it has one that is wanted. */
export class QrScanner {
	/** Gets the text of a code; returns whether it was the one. */
	readonly #onText: (text: string) => boolean;
	#stream?: MediaStream;
	#timer?: ReturnType<typeof setTimeout>;
	/** `unsafe`: the page came over plain HTTP, and so the browser has no camera for it. */
	status = $state<'idle' | 'starting' | 'looking' | 'refused' | 'unsafe'>('idle');

	constructor(onText: (text: string) => boolean) {
		this.#onText = onText;
	}

	async start(video: HTMLVideoElement) {
		this.stop();
		if (!isSecureContext) {
			this.status = 'unsafe';
			return;
		}
		this.status = 'starting';
		try {
			this.#stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
			video.srcObject = this.#stream;
			await video.play();
			const { default: jsQR } = await import('jsqr');
			this.status = 'looking';
			this.#look(video, ({ data, width, height }) => jsQR(data, width, height)?.data);
		} catch {
			this.stop();
			this.status = 'refused';
		}
	}

	stop() {
		clearTimeout(this.#timer);
		for (const track of this.#stream?.getTracks() ?? []) track.stop();
		this.#stream = undefined;
		this.status = 'idle';
	}

	#look(video: HTMLVideoElement, read: Read) {
		const text = video.videoWidth ? read(pictureOf(video)) : undefined;
		if (text && this.#onText(text)) return this.stop();
		if (this.status === 'looking') this.#timer = setTimeout(() => this.#look(video, read), 150);
	}
}

/** The middle square of the picture, small enough to be searched in some milliseconds. */
function pictureOf(video: HTMLVideoElement): ImageData {
	const side = Math.min(video.videoWidth, video.videoHeight);
	const size = Math.min(side, 480);
	const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true })!;
	context.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, size, size);
	return context.getImageData(0, 0, size, size);
}
