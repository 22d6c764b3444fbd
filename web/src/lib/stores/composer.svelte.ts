import { createContext } from 'svelte';
import { ApiError } from '../api/failure.ts';
import type { Api } from '../api/api.ts';
import { documentId } from '../api/file-key.ts';
import type { NewFile, NewItem, NewMedia, PickItem } from '../api/media.ts';
import type { Draft, Message, NewMessage, PeerKey, RichText } from '../api/types.ts';
import { onlyStyles, plain, replace, trim } from '../text/formatting.ts';
import { readMarkdown } from '../text/markdown.ts';
import type { DraftStore } from './drafts.svelte.ts';
import { groupFiles, splitText } from './pieces.ts';

export type ComposerKind = 'history' | 'scheduled';

export interface Answering {
	message: Message;
	quote?: RichText;
	quoteOffset?: number;
}

export interface SendOptions {
	isSilent?: boolean;
	/** When the server is to send it. */
	scheduleAt?: number;
}

/** What is being written in the open chat. */
export class ComposerStore {
	readonly #api: Pick<Api, 'messages' | 'media' | 'compose'>;
	readonly #drafts: DraftStore;
	peer = $state<PeerKey>();
	thread = $state<number>();
	kind = $state<ComposerKind>('history');
	text = $state.raw<RichText>(plain(''));
	answering = $state.raw<Answering>();
	editing = $state.raw<Message>();
	/** Files that were chosen, dropped or pasted and have not been looked at yet: a dialog opens for them. */
	files = $state.raw<File[]>([]);
	isPreviewHidden = $state(false);
	/** Counts up when the field is to take the focus. */
	focusAsked = $state(0);
	/** Where the caret is; kept by the field. */
	caret = $state.raw({ from: 0, to: 0 });
	#waiting = $state.raw<{ peer: PeerKey; left: number }>();
	#before = plain('');
	#visit = 0;
	/** The draft that the field was last filled with. */
	#adopted = plain('');

	constructor(api: Pick<Api, 'messages' | 'media' | 'compose'>, drafts: DraftStore) {
		this.#api = api;
		this.#drafts = drafts;
	}

	/** The edited message has a file in whose place another can come. */
	readonly canReplace = $derived(
		['photo', 'video', 'gif', 'audio', 'document'].includes(this.editing?.content.kind ?? ''),
	);
	/** Seconds until slow mode takes a message from the user. */
	readonly wait = $derived.by(() => {
		if (!this.#waiting || this.#waiting.peer !== this.peer || this.kind !== 'history') return 0;
		return this.#waiting.left;
	});
	readonly isEmpty = $derived(this.text.text.trim() === '');

	/**
	 * A chat is shown: its draft comes back. Returns what `leave` is to be told: the view of the next chat is there
	 * before that of this one has gone, and what is read while a view goes is what was there before.
	 */
	open(
		peer: PeerKey,
		thread: number | undefined,
		kind: ComposerKind,
		find: (id: number) => Message | undefined,
	): number {
		this.leave();
		this.peer = peer;
		this.thread = thread;
		this.kind = kind;
		this.text = this.#adopted = plain('');
		this.caret = { from: 0, to: 0 };
		if (kind === 'history') this.adopt(this.#drafts.get(peer, thread), find);
		return ++this.#visit;
	}

	/** A draft that is known now, or that another device changed, comes into a field where nothing else was written. */
	adopt(draft: Draft | undefined, find: (id: number) => Message | undefined) {
		if (this.kind !== 'history' || this.editing) return;
		const text = draft ? onlyStyles(draft.text) : plain('');
		if (text.text === this.text.text) this.#adopted = text;
		if (this.text.text !== this.#adopted.text || text.text === this.text.text) return;
		this.text = this.#adopted = text;
		const answered = draft?.replyTo === undefined ? undefined : find(draft.replyTo);
		this.answering = answered && { message: answered };
		this.caret = { from: text.text.length, to: text.text.length };
	}

	/** The chat is left: what was written stays as its draft. Nothing happens when another one was opened since. */
	leave(visit = this.#visit) {
		if (visit !== this.#visit) return;
		if (this.peer && !this.editing && this.kind === 'history') this.#drafts.flush(this.peer, this.thread);
		this.editing = undefined;
		this.answering = undefined;
		this.files = [];
		this.peer = undefined;
	}

	/** What the field holds now. */
	write(text: RichText) {
		this.text = text;
		if (this.isEmpty) this.isPreviewHidden = false;
		this.#keepDraft();
	}

	reply(message: Message, quote?: RichText, quoteOffset?: number) {
		if (this.editing) this.cancelEdit();
		this.answering = { message, quote, quoteOffset };
		this.#keepDraft();
		this.focus();
	}

	cancelReply() {
		this.answering = undefined;
		this.#keepDraft();
		this.focus();
	}

	/** The words of a sent message come into the field. */
	edit(message: Message) {
		if (!this.editing) this.#before = this.text;
		this.answering = undefined;
		this.editing = message;
		this.text = onlyStyles(message.text);
		this.#caretToEnd();
	}

	cancelEdit() {
		this.editing = undefined;
		this.text = this.#before;
		this.#caretToEnd();
	}

	attach(files: File[]) {
		if (!this.editing) this.files = [...this.files, ...files];
		else if (this.canReplace) this.files = files.slice(0, 1);
	}

	/** Puts something where the caret is. */
	insert(text: string) {
		this.add(plain(text));
		this.focus();
	}

	/** The same for a picker, which keeps the focus for more. */
	add(piece: RichText) {
		const { from, to } = this.caret;
		this.write(replace(this.text, from, to, piece));
		this.caret = { from: from + piece.text.length, to: from + piece.text.length };
	}

	/** Puts a custom emoji where the caret is. */
	addEmoji({ content }: PickItem) {
		const text = content.kind === 'sticker' ? content.sticker.emoji : '';
		const document = documentId(content.file);
		this.add({ text, entities: [{ kind: 'emoji', offset: 0, length: text.length, document }] });
	}

	/** Slow mode: nothing is taken in this chat for so many seconds. */
	setWait(peer: PeerKey, left: number) {
		this.#waiting = { peer, left };
	}

	focus() {
		this.focusAsked++;
	}

	/** Sends what is written, or saves what is edited. Resolves when it is safe in this browser. */
	async send(options: SendOptions = {}): Promise<void> {
		const text = trim(readMarkdown(this.text));
		if (this.editing) return this.#saveEdit(this.editing, text, options);
		if (!this.peer || text.text === '') return;
		const shared = this.#takeShared(options);
		const { isPreviewHidden } = this;
		this.clear();
		for (const [index, part] of splitText(text).entries()) {
			const message: NewMessage = { ...shared, text: part, noPreview: isPreviewHidden, clearDraft: index === 0 };
			if (index > 0) message.reply = undefined;
			await this.#api.messages.send(message);
		}
	}

	/** Words that are not in the field: the keyboard of a bot. */
	async sendText(text: string): Promise<void> {
		if (!this.peer || this.wait > 0) return;
		await this.#api.messages.send({ ...this.#takeShared({}), text: plain(text) });
	}

	/** Files with a text under them; more than ten make several albums. Kinds that cannot stand together go apart. */
	async sendFiles(files: NewFile[], text: RichText, isGrouped: boolean, options: SendOptions = {}): Promise<void> {
		const shared = this.#takeShared(options);
		this.files = [];
		const groups = isGrouped ? groupFiles(files) : files.map((file) => [file]);
		for (const [index, group] of groups.entries()) {
			const items = group.map((file): NewItem => ({ kind: 'file', file }));
			const caption = index === 0 ? trim(readMarkdown(text)) : plain('');
			await this.#api.media.send({ ...shared, items, text: caption, reply: index === 0 ? shared.reply : undefined });
		}
	}

	/** The file takes the place of that in the edited message. */
	async replaceFile(file: NewFile, text: RichText): Promise<void> {
		if (!this.editing) return;
		const { peer, id, isScheduled, date } = this.editing;
		const at = isScheduled ? date : undefined;
		await this.#api.media.replace({ peer, id, at }, file, trim(readMarkdown(text)));
		if (this.editing?.id === id) this.cancelEdit();
	}

	/** A sticker, GIF, poll, place … */
	async sendItem(item: NewItem, options: SendOptions = {}): Promise<void> {
		await this.#api.media.send({ ...this.#takeShared(options), items: [item], text: plain('') });
	}

	sendPick(pick: PickItem, options: SendOptions = {}): Promise<void> {
		return this.sendItem({ kind: 'known', content: pick.content }, options);
	}

	/** Where a new message goes. The answered one is used up by it. */
	#takeShared(options: SendOptions): Omit<NewMedia, 'items' | 'text'> {
		const { peer, thread, answering } = this;
		if (!peer) throw new Error('no chat is open');
		if (this.wait > 0 && options.scheduleAt === undefined)
			throw new ApiError({ text: 'SLOWMODE_WAIT', code: 420, value: this.wait });
		this.answering = undefined;
		const reply = answering && {
			message: answering.message.id,
			peer: answering.message.peer === peer ? undefined : answering.message.peer,
			quote: answering.quote,
			quoteOffset: answering.quoteOffset,
		};
		return { peer, thread, reply, isSilent: options.isSilent, scheduleAt: options.scheduleAt };
	}

	async #saveEdit(message: Message, text: RichText, options: SendOptions) {
		if (text.text === '' && message.content.kind === 'none') return;
		this.cancelEdit();
		if (message.isScheduled) {
			await this.#api.compose.reschedule(message.peer, message.id, options.scheduleAt ?? message.date, text);
		} else await this.#api.messages.edit(message.peer, message.id, text);
	}

	/** What was written is sent: nothing of it stays. */
	clear() {
		this.text = this.#adopted = plain('');
		this.isPreviewHidden = false;
		this.caret = { from: 0, to: 0 };
		if (this.peer && this.kind === 'history') this.#drafts.forget(this.peer, this.thread);
	}

	#keepDraft() {
		const { peer, thread, editing, answering, text } = this;
		if (!peer || editing || this.kind !== 'history') return;
		const replyTo = answering?.message.id;
		const isNothing = this.isEmpty && replyTo === undefined;
		this.#drafts.set(peer, thread, isNothing ? undefined : { text, replyTo, date: Math.floor(Date.now() / 1000) });
	}

	#caretToEnd() {
		this.caret = { from: this.text.text.length, to: this.text.text.length };
		this.focus();
	}
}

export const [useComposer, provideComposer] = createContext<ComposerStore>();
