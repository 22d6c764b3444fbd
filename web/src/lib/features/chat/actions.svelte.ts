import { createContext } from 'svelte';
import type { Api } from '$lib/api/api.ts';
import { failureOf } from '$lib/api/failure.ts';
import type { Button, Entity, Message, PeerKey, RichText } from '$lib/api/types.ts';
import type { ComposerStore } from '$lib/stores/composer.svelte.ts';
import type { PeerStore } from '$lib/stores/peers.svelte.ts';
import type { RouteStore } from '$lib/stores/route.svelte.ts';
import type { SelectionStore } from '$lib/stores/selection.svelte.ts';
import { t, tn } from '$lib/text';
import type { Toasts } from '$lib/ui/toasts.svelte.ts';
import { describeFailure } from '../failure.ts';
import type { OpenChat } from './open-chat.svelte.ts';

export interface ActionTools {
	api: Api;
	chat: OpenChat;
	peers: PeerStore;
	route: RouteStore;
	toasts: Toasts;
	selection: SelectionStore;
	composer: ComposerStore;
}

/** What can be done with the messages of the open chat. Failures become words at the foot of the page. */
export class ChatActions {
	readonly #tools: ActionTools;

	constructor(tools: ActionTools) {
		this.#tools = tools;
	}

	reply(message: Message, quote?: RichText) {
		this.#tools.composer.reply(message, quote);
	}

	edit(message: Message) {
		this.#tools.composer.edit(message);
	}

	select(messages: readonly Message[]) {
		this.#tools.selection.toggle(
			this.#tools.chat.peer,
			messages.map(({ id }) => id),
		);
	}

	async copyText(messages: readonly Message[]) {
		const text = messages
			.map((message) => message.text.text)
			.filter((words) => words !== '')
			.join('\n\n');
		await this.#copy(text, t('ChatTextCopied'));
	}

	async copyLink(message: Message) {
		await this.#try(async () => {
			const link = await this.#tools.api.messages.link(message.peer, message.id);
			await this.#copy(link, t('ChatLinkCopied'));
		});
	}

	/** The address that a part of a text leads to. */
	async copyAddress({ text }: Message, entity: Entity) {
		await this.#copy(entity.url ?? text.text.slice(entity.offset, entity.offset + entity.length), t('ChatLinkCopied'));
	}

	/** Puts a reaction on a message or takes it back. */
	async react(message: Message, reaction: string) {
		const chosen = message.reactions.filter((known) => known.isChosen).map((known) => known.reaction);
		const reactions = chosen.includes(reaction) ? chosen.filter((known) => known !== reaction) : [reaction];
		await this.#try(() => this.#tools.api.reactions.set({ peer: message.peer, id: message.id, reactions }));
	}

	async pin(message: Message, how: { isSilent: boolean; forMe: boolean }) {
		await this.#try(() => this.#tools.api.messages.pin(message.peer, message.id, how));
	}

	async unpin(message: Message) {
		await this.#try(() => this.#tools.api.messages.unpin(message.peer, message.id));
	}

	async unpinAll() {
		await this.#try(() => this.#tools.api.messages.unpinAll(this.#tools.chat.peer));
	}

	async delete(messages: readonly Message[], forAll: boolean) {
		const ids = messages.filter(({ id }) => id > 0).map(({ id }) => id);
		for (const message of messages) if (message.id < 0) await this.discard(message);
		this.#tools.selection.clear();
		if (ids.length === 0) return;
		const { api, chat } = this.#tools;
		if (chat.place.kind === 'scheduled') await this.#try(() => api.compose.deleteScheduled(chat.peer, ids));
		else await this.#try(() => api.messages.delete(chat.peer, ids, forAll));
	}

	async forward(
		messages: readonly Message[],
		targets: readonly PeerKey[],
		how: { dropAuthor: boolean; dropCaptions: boolean },
	) {
		const from = this.#tools.chat.peer;
		const ids = messages.map(({ id }) => id);
		this.#tools.selection.clear();
		await this.#try(async () => {
			for (const to of targets) await this.#tools.api.messages.forward({ from, ids, to, ...how });
			this.#tools.toasts.show(tn('ChatForwarded', ids.length), { kind: 'success' });
		});
	}

	async sendNow(messages: readonly Message[]) {
		const ids = messages.map(({ id }) => id);
		await this.#try(() => this.#tools.api.compose.sendScheduledNow(this.#tools.chat.peer, ids));
	}

	async retry(message: Message) {
		await this.#try(() => this.#tools.api.messages.retry(message.key));
	}

	/** Takes back a message that was not sent. */
	async discard(message: Message) {
		await this.#try(() => this.#tools.api.messages.cancel(message.key));
	}

	async vote(message: Message, options: readonly string[]) {
		await this.#try(() => this.#tools.api.compose.vote(message.peer, message.id, [...options]));
	}

	async closePoll(message: Message) {
		await this.#try(() => this.#tools.api.compose.closePoll(message.peer, message.id));
	}

	/** Puts a GIF or sticker where the picker offers it. */
	async keep({ content }: Message) {
		const { api, toasts } = this.#tools;
		await this.#try(async () => {
			if (content.kind === 'gif') await api.stickers.saveGif(content.file, true);
			else if (content.kind === 'sticker') await api.stickers.setFavourite(content.file, true);
			toasts.show(t('CommonSaved'));
		});
	}

	async markTodo(message: Message, item: number, isDone: boolean) {
		const [done, undone] = isDone ? [[item], []] : [[], [item]];
		await this.#try(() => this.#tools.api.compose.markTodo(message.peer, message.id, done, undone));
	}

	/** Puts items at the end of a to-do list. */
	async addTodo({ peer, id, content }: Message, items: RichText[]) {
		if (content.kind !== 'todo') return;
		const last = Math.max(0, ...content.items.map((item) => item.id));
		await this.#try(() => this.#tools.api.compose.addTodo(peer, id, items, last));
	}

	async openComments(message: Message) {
		await this.#try(async () => {
			const place = await this.#tools.api.messages.discussion(message.peer, message.id);
			if (place) this.#tools.route.openChat(place.peer, { thread: place.message });
		});
	}

	/** A button of a bot was pressed. */
	async press(message: Message, button: Button) {
		const { api, chat, composer } = this.#tools;
		if (button.kind === 'url' || button.kind === 'login') return this.openLink(button.url ?? '');
		if (button.kind === 'copy') return this.#copy(button.data ?? '', t('CommonCopied'));
		if (button.kind === 'text') return composer.sendText(button.text);
		if (button.kind === 'switch') return composer.insert(`@${this.#botOf(message)} ${button.query ?? ''}`);
		if (button.kind !== 'callback') return this.#tools.toasts.show(t('ChatButtonUnknown'));
		await this.#try(async () => {
			const answer = await api.compose.pressButton(chat.peer, message.id, button.data ?? '');
			if (answer.text) this.#tools.toasts.show(answer.text, { seconds: answer.isAlert ? 10 : 4 });
			if (answer.url) this.openLink(answer.url);
		});
	}

	/** Opens a place of ours at once; asks before it leaves for another site. */
	openLink(url: string) {
		if (!this.#tools.route.openLink(url)) this.#tools.chat.ask({ kind: 'link', url });
	}

	#botOf(message: Message): string {
		return this.#tools.peers.get(message.viaBot ?? message.sender)?.username ?? '';
	}

	async #copy(text: string, done: string) {
		await this.#try(async () => {
			await navigator.clipboard.writeText(text);
			this.#tools.toasts.show(done);
		});
	}

	async #try(action: () => Promise<unknown>) {
		try {
			await action();
		} catch (error) {
			this.#tools.toasts.error(describeFailure(failureOf(error)));
		}
	}
}

export const [useActions, provideActions] = createContext<ChatActions>();
