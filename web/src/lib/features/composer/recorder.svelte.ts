import type { NewFile } from '$lib/api/media.ts';
import { makeCover } from './measure.ts';

/** Side of a round video in pixels, as other clients record it. */
const ROUND = 384;
/** Seconds that a round video may last. */
export const ROUND_LIMIT = 60;
const BARS = 64;

/** A recording from the microphone, and for round videos the camera. */
export class Recorder {
	readonly kind: 'voice' | 'round';
	state = $state<'starting' | 'recording' | 'paused' | 'finishing' | 'denied'>('starting');
	/** Seconds. */
	time = $state(0);
	/** Loudness now, 0 to 1. */
	level = $state(0);
	stream = $state.raw<MediaStream>();
	#recorder?: MediaRecorder;
	#chunks: Blob[] = [];
	#levels: number[] = [];
	#audio?: AudioContext;
	#timer?: ReturnType<typeof setInterval>;
	#counted = 0;
	#since = 0;
	#onlimit: () => void;

	constructor(kind: 'voice' | 'round', onlimit: () => void) {
		this.kind = kind;
		this.#onlimit = onlimit;
	}

	async start() {
		try {
			this.stream = await navigator.mediaDevices.getUserMedia({
				audio: { echoCancellation: true, noiseSuppression: true },
				video: this.kind === 'round' && { width: ROUND, height: ROUND, aspectRatio: 1, facingMode: 'user' },
			});
		} catch {
			this.state = 'denied';
			return;
		}
		this.#recorder = new MediaRecorder(this.stream, {
			mimeType: chooseMime(this.kind),
			audioBitsPerSecond: 32_000,
			videoBitsPerSecond: 900_000,
		});
		this.#recorder.ondataavailable = ({ data }) => this.#chunks.push(data);
		this.#recorder.start(1000);
		this.#listen(this.stream);
		this.#run();
	}

	pause() {
		this.#recorder?.pause();
		this.#counted = this.time;
		clearInterval(this.#timer);
		this.state = 'paused';
	}

	resume() {
		this.#recorder?.resume();
		this.#run();
	}

	/** Ends the recording and makes it ready to be sent; undefined when there is nothing in it. */
	async finish(): Promise<NewFile | undefined> {
		const recorder = this.#recorder;
		if (!recorder || this.state === 'starting') return undefined;
		this.state = 'finishing';
		clearInterval(this.#timer);
		await new Promise((resolve) => {
			recorder.onstop = resolve;
			recorder.stop();
		});
		const duration = this.time;
		this.cancel();
		const raw = new Blob(this.#chunks, { type: recorder.mimeType });
		if (raw.size === 0 || duration < 0.5) return undefined;
		return this.kind === 'voice' ? makeVoice(raw, duration, toBars(this.#levels)) : makeRound(raw, duration);
	}

	/** Lets microphone and camera go. */
	cancel() {
		clearInterval(this.#timer);
		if (this.#recorder?.state !== 'inactive') this.#recorder?.stop();
		for (const track of this.stream?.getTracks() ?? []) track.stop();
		void this.#audio?.close();
		this.#audio = undefined;
		this.stream = undefined;
	}

	#run() {
		this.state = 'recording';
		this.#since = performance.now();
		this.#timer = setInterval(() => this.#tick(), 50);
	}

	#tick() {
		this.time = this.#counted + (performance.now() - this.#since) / 1000;
		this.level = this.#measure();
		this.#levels.push(this.level);
		if (this.kind === 'round' && this.time >= ROUND_LIMIT) this.#onlimit();
	}

	#measure: () => number = () => 0;

	#listen(stream: MediaStream) {
		this.#audio = new AudioContext();
		const analyser = this.#audio.createAnalyser();
		analyser.fftSize = 512;
		this.#audio.createMediaStreamSource(stream).connect(analyser);
		const samples = new Float32Array(analyser.fftSize);
		this.#measure = () => {
			analyser.getFloatTimeDomainData(samples);
			const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
			return Math.min(1, Math.sqrt(power) * 5);
		};
	}
}

function chooseMime(kind: 'voice' | 'round'): string {
	const wanted =
		kind === 'voice'
			? ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4']
			: [
					'video/mp4;codecs=avc1.42E01E,mp4a.40.2',
					'video/mp4;codecs=avc1,opus',
					'video/webm;codecs=h264,opus',
					'video/webm;codecs=vp8,opus',
					'video/webm',
					'video/mp4',
				];
	return wanted.find((mime) => MediaRecorder.isTypeSupported(mime)) ?? '';
}

/** Heights 0 to 31 from the loudness of each twentieth of a second. */
export function toBars(levels: readonly number[]): number[] {
	const most = Math.max(...levels, 0.05);
	return Array.from({ length: BARS }, (_, i) => {
		const part = levels.slice(
			Math.floor((i * levels.length) / BARS),
			Math.max(1, Math.floor(((i + 1) * levels.length) / BARS)),
		);
		const peak = part.length > 0 ? Math.max(...part) : 0;
		return Math.round((peak / most) * 31);
	});
}

/** Other clients play voice messages as Opus in Ogg; the recorder of most browsers writes the same Opus into WebM. */
async function makeVoice(raw: Blob, duration: number, waveform: number[]): Promise<NewFile> {
	const blob = raw.type.startsWith('audio/webm') ? await repack(raw, 'ogg').catch(() => raw) : raw;
	const mime = blob.type.split(';')[0] ?? 'audio/ogg';
	return { kind: 'voice', blob, name: mime === 'audio/ogg' ? 'voice.ogg' : 'voice.m4a', mime, duration, waveform };
}

async function makeRound(raw: Blob, duration: number): Promise<NewFile> {
	const blob = await repack(raw, 'mp4').catch(() => raw);
	const mime = blob.type.split(';')[0] ?? 'video/mp4';
	const { cover, preview } = await makeCover(blob).catch(() => ({ cover: undefined, preview: undefined }));
	return {
		kind: 'round',
		blob,
		name: mime === 'video/mp4' ? 'round.mp4' : 'round.webm',
		mime,
		duration,
		width: ROUND,
		height: ROUND,
		cover,
		preview,
	};
}

/** The same sound and picture in another container, with its length written in it. */
async function repack(raw: Blob, form: 'ogg' | 'mp4'): Promise<Blob> {
	const { ALL_FORMATS, BlobSource, BufferTarget, Conversion, Input, Mp4OutputFormat, OggOutputFormat, Output } =
		await import('mediabunny');
	const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(raw) });
	const target = new BufferTarget();
	const format = form === 'ogg' ? new OggOutputFormat() : new Mp4OutputFormat({ fastStart: 'in-memory' });
	const conversion = await Conversion.init({ input, output: new Output({ format, target }) });
	await conversion.execute();
	if (!target.buffer) throw new Error('nothing was written');
	return new Blob([target.buffer], { type: form === 'ogg' ? 'audio/ogg' : 'video/mp4' });
}
