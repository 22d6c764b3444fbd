import { createContext } from 'svelte';
import type { Api } from '../api/api.ts';
import type { Content, FileRef, Message } from '../api/types.ts';
import type { FileStore } from './files.svelte.ts';

type Playable = Extract<Content, { kind: 'voice' | 'audio' | 'round' }>;

export const rates = [1, 1.5, 2] as const;

/**
 * The one thing that sounds. Voice messages and songs play on while other chats are open; after one the next of its
 * chat follows. Round videos play in their bubble, with the sound and place that are kept here.
 */
export class PlayerStore {
	readonly #api: Pick<Api, 'media' | 'messages'>;
	readonly #files: FileStore;
	readonly #audio = new Audio();
	/** What plays now: the audio element, or the video of a round message. */
	#element: HTMLMediaElement;
	message = $state.raw<Message>();
	isPlaying = $state(false);
	isLoading = $state(false);
	/** Seconds. */
	time = $state(0);
	duration = $state(0);
	rate = $state<number>(1);
	#around: Message[] = [];

	constructor(api: Pick<Api, 'media' | 'messages'>, files: FileStore) {
		this.#api = api;
		this.#files = files;
		this.#element = this.#audio;
		this.#listen(this.#audio);
	}

	get content(): Playable | undefined {
		const content = this.message?.content;
		return content && isPlayable(content) ? content : undefined;
	}

	isCurrent(message: Message): boolean {
		return this.message?.key === message.key;
	}

	/** A click on the button of a message: plays it, or lets it stand still. */
	toggle(message: Message) {
		if (!this.isCurrent(message)) void this.play(message);
		else if (this.isPlaying) this.#element.pause();
		else void this.#element.play();
	}

	async play(message: Message, element: HTMLMediaElement = this.#audio) {
		const { content } = message;
		if (!isPlayable(content)) return;
		this.#stopCurrent();
		this.#begin(message, content.duration, element);
		if (element === this.#audio) await this.#load(message, content.file);
		if (!this.isCurrent(message)) return;
		await element.play().catch(() => (this.isPlaying = false));
		this.#markHeard(message);
	}

	/** A round video that plays with sound in its bubble. When the bubble goes, so does the sound. */
	leave(element: HTMLMediaElement) {
		if (this.#element === element) this.close();
	}

	/** 0 to 1. */
	seek(part: number) {
		if (this.duration > 0) this.#element.currentTime = part * this.duration;
		this.time = this.#element.currentTime;
	}

	skip(seconds: number) {
		this.#element.currentTime = Math.max(0, Math.min(this.duration, this.#element.currentTime + seconds));
	}

	nextRate() {
		const at = rates.findIndex((rate) => rate === this.rate);
		this.rate = rates[(at + 1) % rates.length] ?? 1;
		this.#element.playbackRate = this.rate;
	}

	async step(by: 1 | -1) {
		const { message } = this;
		if (!message) return;
		if (by < 0 && this.time > 3) return this.seek(0);
		const next = await this.#neighbour(message, by);
		if (next && this.isCurrent(message)) await this.play(next);
		else if (!next && by > 0) this.close();
	}

	close() {
		this.#stopCurrent();
		this.message = undefined;
		this.isPlaying = false;
	}

	#begin(message: Message, duration: number, element: HTMLMediaElement) {
		this.message = message;
		this.time = 0;
		this.duration = duration;
		this.isPlaying = true;
		if (element !== this.#audio && element !== this.#element) this.#listen(element);
		this.#element = element;
		element.playbackRate = message.content.kind === 'audio' ? 1 : this.rate;
		this.#tellSystem(message);
	}

	async #load(message: Message, file: FileRef) {
		this.isLoading = true;
		try {
			const url = await this.#files.url(file);
			if (this.isCurrent(message)) this.#audio.src = url;
		} catch {
			if (this.isCurrent(message)) this.close();
		} finally {
			this.isLoading = false;
		}
	}

	#stopCurrent() {
		this.#element.pause();
		if (this.#element === this.#audio) this.#audio.removeAttribute('src');
		this.#element = this.#audio;
	}

	#listen(element: HTMLMediaElement) {
		const whenCurrent = (fn: () => void) => () => this.#element === element && this.message && fn();
		element.addEventListener(
			'timeupdate',
			whenCurrent(() => (this.time = element.currentTime)),
		);
		element.addEventListener(
			'play',
			whenCurrent(() => (this.isPlaying = true)),
		);
		element.addEventListener(
			'pause',
			whenCurrent(() => (this.isPlaying = false)),
		);
		element.addEventListener(
			'ended',
			whenCurrent(() => void this.step(1)),
		);
		element.addEventListener(
			'durationchange',
			whenCurrent(() => {
				if (Number.isFinite(element.duration)) this.duration = element.duration;
			}),
		);
	}

	/** The neighbour in the chat, of voice messages or of songs: asked for when the known ones come to their end. */
	async #neighbour(message: Message, by: 1 | -1): Promise<Message | undefined> {
		const find = () => {
			const at = this.#around.findIndex((other) => other.peer === message.peer && other.id === message.id);
			return at < 0 ? undefined : this.#around[at + by];
		};
		const known = find();
		if (known) return known;
		const kind = message.content.kind === 'audio' ? 'audio' : 'voice';
		this.#around = await this.#api.media.playlist(message.peer, message.id, kind).catch(() => []);
		return find();
	}

	#markHeard(message: Message) {
		if (message.isOut || !message.isUnheard) return;
		void this.#api.messages.readContents(message.peer, [message.id]);
	}

	#tellSystem(message: Message) {
		if (!('mediaSession' in navigator)) return;
		const { content } = message;
		const title = content.kind === 'audio' ? (content.title ?? content.name ?? '') : '';
		navigator.mediaSession.metadata = new MediaMetadata({
			title,
			artist: content.kind === 'audio' ? content.performer : '',
		});
		navigator.mediaSession.setActionHandler('play', () => void this.#element.play());
		navigator.mediaSession.setActionHandler('pause', () => this.#element.pause());
		navigator.mediaSession.setActionHandler('nexttrack', () => void this.step(1));
		navigator.mediaSession.setActionHandler('previoustrack', () => void this.step(-1));
	}
}

function isPlayable(content: Content): content is Playable {
	return content.kind === 'voice' || content.kind === 'audio' || content.kind === 'round';
}

export const [usePlayer, providePlayer] = createContext<PlayerStore>();
