/** The sound of a new message: two soft tones, made here, so that no file has to be loaded for it. */
const tones = [
	{ frequency: 784, at: 0 },
	{ frequency: 1175, at: 0.09 },
];

const length = 0.35; // seconds of each tone

/** Seconds that a sound keeps others away. */
const rest = 1.5;

/** Plays the sound of a new message, not more often than one can bear. */
export class Chime {
	#context?: AudioContext;
	#last = -Infinity;

	play(volume: number, now = performance.now() / 1000) {
		if (now - this.#last < rest || volume <= 0) return;
		this.#last = now;
		this.#context ??= new AudioContext();
		// A page that nobody has touched yet may not make a sound.
		if (this.#context.state === 'suspended') void this.#context.resume().catch(() => undefined);
		for (const tone of tones) this.#tone(this.#context, tone.frequency, tone.at, volume);
	}

	close() {
		void this.#context?.close();
	}

	#tone(context: AudioContext, frequency: number, delay: number, volume: number) {
		const start = context.currentTime + delay;
		const tone = new OscillatorNode(context, { type: 'sine', frequency });
		const level = new GainNode(context, { gain: 0 });
		level.gain.setValueAtTime(0, start);
		level.gain.linearRampToValueAtTime(volume * 0.25, start + 0.015);
		level.gain.exponentialRampToValueAtTime(0.0001, start + length);
		tone.connect(level).connect(context.destination);
		tone.start(start);
		tone.stop(start + length);
	}
}
