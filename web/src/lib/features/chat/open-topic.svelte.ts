import { createContext } from 'svelte';
import type { Api } from '$lib/api/api.ts';
import type { Message, Peer, PeerKey, Topic } from '$lib/api/types.ts';

/** The topic of a forum that is open, if it is one. */
export class OpenTopic {
	readonly #api: Pick<Api, 'chats'>;
	readonly #place: { peer: PeerKey; thread?: number };
	now = $state.raw<Topic>();

	constructor(api: Pick<Api, 'chats'>, place: { peer: PeerKey; thread?: number }) {
		this.#api = api;
		this.#place = place;
	}

	async load() {
		const { peer, thread } = this.#place;
		if (thread === undefined) return;
		this.now = await this.#api.chats.topic(peer, thread).catch(() => this.now);
	}

	/** A line in the chat tells that the topic was changed. */
	takeMessage({ peer, content }: Message) {
		if (peer !== this.#place.peer || content.kind !== 'service') return;
		if (content.action.kind.startsWith('topic-')) void this.load();
	}

	/** A closed topic is for those who run the forum, and for whoever opened it. */
	isClosedTo(chat: Peer): boolean {
		if (!this.now?.isClosed || this.now.isMine) return false;
		return !chat.isCreator && chat.admin?.manageTopics !== true;
	}
}

export const [useOpenTopic, provideOpenTopic] = createContext<OpenTopic>();
