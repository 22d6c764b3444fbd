import type { Message, MessagePage, PageRequest, PeerKey } from '../api/types.ts';
import type { HistoryPart, HistoryPlace, HistorySource } from './history-source.ts';
import {
	changeIn,
	findMessage,
	firstId,
	holds,
	lastId,
	mergePage,
	withMessages,
	type PageEdge,
	type Stretch,
} from './stretches.ts';
import { UnsentMessages } from './unsent.svelte.ts';

const FIRST_PAGE = 40;
const PAGE = 60;
/** Ids of deleted messages are remembered, so that an answer on its way does not bring them back. */
const DELETED_KEPT = 500;

/** The messages of one chat or thread. Shows one stretch of them and reads on from its ends. */
export class HistoryStore {
	readonly peer: PeerKey;
	readonly thread?: number;
	readonly #source: HistorySource;
	readonly #isScheduled: boolean;
	#stretches: readonly Stretch[] = [];
	#current = $state.raw<Stretch>(nothing);
	readonly #unsent = new UnsentMessages();
	readonly #deleted = new Set<number>();
	/** Messages that came while the newest page was on its way, which may not hold them. */
	#late: Message[] = [];
	#running = 0;
	#statusBefore: HistoryStore['status'] = 'failed';
	/** Counts up when what is asked for before does not matter any more. */
	#turn = 0;

	/** `cached`: what is shown is from the browser and not confirmed yet. */
	status = $state<'idle' | 'loading' | 'cached' | 'ready' | 'failed'>('idle');
	isLoadingOlder = $state(false);
	isLoadingNewer = $state(false);
	total = $state<number>();

	constructor(place: HistoryPlace, source: HistorySource) {
		this.peer = place.peer;
		this.thread = place.thread;
		this.#source = source;
		this.#isScheduled = source.isScheduled ?? false;
	}

	// These are no $derived: a history outlives the view in whose effect it is made.

	/** The shown stretch, oldest first; at its end those that are not sent yet. */
	get messages(): readonly Message[] {
		return this.#unsent.behind(this.#current);
	}

	get isAtStart(): boolean {
		return this.#current.isStart;
	}

	get isAtEnd(): boolean {
		return this.#current.isEnd;
	}

	/** A message that is known, also of a stretch that is not shown. */
	get(id: number): Message | undefined {
		if (id < 0) return this.#unsent.get(id);
		const shown = findMessage(this.#current.messages, id);
		if (shown) return shown;
		for (const stretch of this.#stretches) {
			const message = findMessage(stretch.messages, id);
			if (message) return message;
		}
		return undefined;
	}

	/** Shows the newest messages: those that the browser kept at once, then what the server says. */
	async loadEnd() {
		if (this.#showKnown((stretch) => stretch.isEnd)) return;
		const turn = this.#begin();
		void this.#showCached(turn);
		await this.#load({ limit: FIRST_PAGE }, turn);
	}

	/** Shows the message and those about it. */
	async loadAround(id: number) {
		if (this.#showKnown((stretch) => findMessage(stretch.messages, id) !== undefined)) return;
		const turn = this.#begin();
		void this.#readCached({ limit: 1 }).then((page) => page && this.#unsent.takeFrom(page.messages));
		await this.#load({ around: id, limit: PAGE }, turn);
	}

	async loadOlder() {
		const id = firstId(this.#current);
		if (this.isLoadingOlder || this.isAtStart || !Number.isFinite(id)) return;
		this.isLoadingOlder = true;
		try {
			if (this.status === 'cached') await this.#loadOlderCached();
			else await this.#load({ before: id, limit: PAGE }, this.#turn, { before: id });
		} finally {
			this.isLoadingOlder = false;
		}
	}

	async loadNewer() {
		const id = lastId(this.#current);
		if (this.isLoadingNewer || this.isAtEnd || id === 0 || this.status === 'cached') return;
		this.isLoadingNewer = true;
		try {
			await this.#load({ after: id, limit: PAGE }, this.#turn, { after: id });
		} finally {
			this.isLoadingNewer = false;
		}
	}

	/** What is known may have gaps; the shown place is read anew. */
	async reload() {
		if (this.status === 'idle') return;
		this.#stretches = [];
		const turn = ++this.#turn;
		const middle = this.#current.messages[this.#current.messages.length >> 1];
		await this.#load(this.isAtEnd || !middle ? { limit: PAGE } : { around: middle.id, limit: PAGE }, turn);
	}

	/** Messages that came, were sent or changed their form. */
	take(messages: readonly { message: Message; isNew: boolean; replaces?: number }[]) {
		const sent: Message[] = [];
		for (const { message, isNew, replaces } of messages) {
			const own = this.#unsent.replace(message, replaces);
			if (own.isScheduled !== this.#isScheduled) continue;
			if (own.id < 0) this.#unsent.take(own);
			else if (isNew || replaces !== undefined) sent.push(own);
			else this.change(own.id, () => own);
		}
		if (sent.length > 0) this.#takeNew(sent);
	}

	/** Gives a known message another form. */
	change(id: number, change: (message: Message) => Message) {
		if (id < 0) this.#unsent.change(id, change);
		else this.#replace((stretch) => changeIn(stretch, id, change));
	}

	/** Gives every known message another form; `change` returns the same one for those it does not mean. */
	changeAll(change: (message: Message) => Message) {
		this.#replace((stretch) => {
			const messages = stretch.messages.map(change);
			return messages.every((message, i) => message === stretch.messages[i]) ? stretch : { ...stretch, messages };
		});
	}

	remove(ids: readonly number[]) {
		const gone = new Set(ids);
		for (const id of ids) this.#deleted.add(id);
		if (this.#deleted.size > DELETED_KEPT) this.#deleted.clear();
		this.#late = this.#late.filter((message) => !gone.has(message.id));
		this.#unsent.remove(gone);
		this.#filter((message) => !gone.has(message.id));
	}

	/** Everything up to this message was deleted. */
	clear(upTo: number) {
		this.#filter((message) => message.id > upTo);
	}

	/** Gives back what is not shown, and of the end what lies far above, when nobody looks at the chat. */
	shrink(kept: number) {
		const end = this.#stretches.find((stretch) => stretch.isEnd);
		if (!end) return this.#forget();
		if (end.messages.length <= kept) return this.#show([end], end);
		const short = { messages: end.messages.slice(-kept), isStart: false, isEnd: true };
		this.#show([short], short);
	}

	/** Does so while somebody follows the end: once there are more than `most`, what lies far above goes. */
	shorten(most: number, kept: number): boolean {
		const isFollowed = this.status === 'ready' && this.isAtEnd && !this.isLoadingOlder;
		const isTooLong = isFollowed && this.#current.messages.length > most;
		if (isTooLong) this.shrink(kept);
		return isTooLong;
	}

	#forget() {
		this.#show([], nothing);
		this.status = 'idle';
	}

	#showKnown(isIt: (stretch: Stretch) => boolean): boolean {
		const known = this.#stretches.find(isIt);
		if (!known) return false;
		this.#turn++;
		this.#current = known;
		this.status = 'ready';
		return true;
	}

	/** What is shown stays when it does not come. */
	#begin(): number {
		if (this.status !== 'loading') this.#statusBefore = this.#current.messages.length > 0 ? this.status : 'failed';
		this.status = 'loading';
		return ++this.#turn;
	}

	async #showCached(turn: number) {
		const page = await this.#readCached({ limit: FIRST_PAGE });
		if (!page) return;
		this.#unsent.takeFrom(page.messages);
		if (turn !== this.#turn || this.status === 'ready') return;
		const messages = page.messages.filter((message) => message.id > 0);
		if (messages.length === 0) return;
		this.#current = { messages, isStart: page.isStart, isEnd: true };
		this.status = 'cached';
	}

	/** Without a network one can still look at what the browser kept. */
	async #loadOlderCached() {
		const turn = this.#turn;
		const page = await this.#readCached({ before: firstId(this.#current), limit: PAGE });
		if (!page || turn !== this.#turn || this.status !== 'cached') return;
		const messages = [...page.messages.filter((message) => message.id > 0), ...this.#current.messages];
		this.#current = { messages, isStart: page.isStart, isEnd: true };
	}

	#readCached(part: HistoryPart): Promise<MessagePage | undefined> {
		return this.#source.cached?.(this.#request(part)).catch(() => undefined) ?? Promise.resolve(undefined);
	}

	/** Reads a page and, when nothing else was asked for meanwhile, shows the stretch that it belongs to. */
	async #load(part: HistoryPart, turn: number, edge?: PageEdge) {
		this.#running++;
		try {
			const page = await this.#source.page(this.#request(part));
			this.#takePage(page, turn, edge);
		} catch {
			if (turn === this.#turn && this.status === 'loading') this.status = this.#statusBefore;
		} finally {
			if (--this.#running === 0) this.#late = [];
		}
	}

	#takePage(page: MessagePage, turn: number, edge?: PageEdge) {
		const messages = page.messages.filter((message) => !this.#deleted.has(message.id));
		const { stretches, current } = mergePage(this.#known(), { ...page, messages }, edge);
		if (page.total !== undefined) this.total = page.total;
		this.#stretches = stretches;
		const isWanted = turn === this.#turn;
		const shown = isWanted ? current : stretches.find((stretch) => holds(stretch, this.#current));
		if (shown) this.#current = shown;
		if (isWanted) this.status = 'ready';
		if (this.#late.length > 0) this.#takeNew(this.#late);
	}

	/** What the browser kept has no gaps; only whether it goes to the end is open. */
	#known(): readonly Stretch[] {
		return this.status === 'cached' ? [...this.#stretches, { ...this.#current, isEnd: false }] : this.#stretches;
	}

	#takeNew(messages: readonly Message[]) {
		if (this.#running > 0 && messages !== this.#late) this.#late.push(...messages);
		const alive = messages.filter((message) => !this.#deleted.has(message.id));
		const end = this.#stretches.find((stretch) => stretch.isEnd);
		if (end && alive.length > 0) this.#swap(end, { ...end, messages: withMessages(end.messages, alive) });
		else if (this.status === 'cached')
			this.#current = { ...this.#current, messages: withMessages(this.#current.messages, alive) };
	}

	#filter(stays: (message: Message) => boolean) {
		this.#replace((stretch) =>
			stretch.messages.every(stays) ? stretch : { ...stretch, messages: stretch.messages.filter(stays) },
		);
	}

	#replace(change: (stretch: Stretch) => Stretch) {
		for (const stretch of this.#stretches) {
			const next = change(stretch);
			if (next !== stretch) this.#swap(stretch, next);
		}
		if (this.status === 'cached') this.#current = change(this.#current);
	}

	#swap(old: Stretch, next: Stretch) {
		this.#stretches = this.#stretches.map((stretch) => (stretch === old ? next : stretch));
		if (this.#current === old) this.#current = next;
	}

	#show(stretches: readonly Stretch[], current: Stretch) {
		this.#stretches = stretches;
		this.#current = current;
	}

	#request(part: HistoryPart): PageRequest {
		return { peer: this.peer, thread: this.thread, ...part };
	}
}

const nothing: Stretch = { messages: [], isStart: false, isEnd: false };
