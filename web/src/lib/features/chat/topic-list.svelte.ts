import type { Api } from '$lib/api/api.ts';
import type { Events } from '$lib/api/events.ts';
import type { Message, PeerKey, Topic } from '$lib/api/types.ts';

/** The topics of one forum: pinned first, then the newest. */
export class TopicList {
	readonly #api: Pick<Api, 'chats'>;
	readonly #peer: PeerKey;
	#all = $state.raw<readonly Topic[]>([]);
	#isWhole = false;
	status = $state<'loading' | 'ready' | 'failed'>('loading');
	readonly topics = $derived(this.#all.filter((topic) => !topic.isHidden).toSorted(compareTopics));

	constructor(api: Pick<Api, 'chats'>, peer: PeerKey) {
		this.#api = api;
		this.#peer = peer;
	}

	async load() {
		this.status = 'loading';
		await this.#load();
	}

	async loadMore() {
		if (!this.#isWhole && this.status === 'ready') await this.#load(this.#all.at(-1));
	}

	take(topic: Topic) {
		this.#put([topic]);
	}

	takeMessage(message: Message) {
		const id = topicOf(message);
		const topic = this.#all.find((known) => known.id === id);
		if (topic) this.#put([{ ...topic, last: message, unread: topic.unread + (message.isOut ? 0 : 1) }]);
		else void this.#ask(id);
	}

	takeRead({ topic: id, inbox = 0, unread }: Events['read']) {
		const topic = this.#all.find((known) => known.id === id);
		if (!topic || inbox < topic.readInbox) return;
		const left = unread ?? (inbox >= (topic.last?.id ?? 0) ? 0 : topic.unread);
		this.#put([{ ...topic, readInbox: inbox, unread: left }]);
	}

	/** A topic that was made just now, or lies further down than what is loaded. */
	async #ask(id: number) {
		const topic = await this.#api.chats.topic(this.#peer, id).catch(() => undefined);
		if (topic) this.#put([topic]);
	}

	async #load(after?: Topic) {
		try {
			const page = await this.#api.chats.topics(this.#peer, { after });
			this.#put(page.topics);
			this.#isWhole = page.isEnd;
			this.status = 'ready';
		} catch {
			this.status = this.#all.length > 0 ? 'ready' : 'failed';
		}
	}

	#put(topics: readonly Topic[]) {
		const ids = new Set(topics.map(({ id }) => id));
		this.#all = [...this.#all.filter(({ id }) => !ids.has(id)), ...topics];
	}
}

const generalTopic = 1;

function topicOf({ id, content, reply }: Message): number {
	if (content.kind === 'service' && content.action.kind === 'topic-create') return id;
	return reply?.top ?? reply?.message ?? generalTopic;
}

function compareTopics(a: Topic, b: Topic): number {
	if (a.isPinned !== b.isPinned) return a.isPinned ? -1 : 1;
	return (b.last?.date ?? 0) - (a.last?.date ?? 0);
}
