import type { Api } from '$lib/api/api.ts';
import type { Member, MemberFilter } from '$lib/api/community.ts';
import { failureOf } from '$lib/api/failure.ts';
import type { ApiFailure, PeerKey } from '$lib/api/types.ts';

const PART = 100;

/** Members of a chat, a part at a time. */
export class MemberList {
	readonly #api: Pick<Api, 'chats'>;
	readonly #peer: PeerKey;
	readonly #filter: MemberFilter;
	#query = '';
	#round = 0;
	members = $state.raw<readonly Member[]>([]);
	count = $state(0);
	isBusy = $state(false);
	isReady = $state(false);
	failure = $state.raw<ApiFailure>();

	constructor(api: Pick<Api, 'chats'>, peer: PeerKey, filter: MemberFilter) {
		this.#api = api;
		this.#peer = peer;
		this.#filter = filter;
	}

	async load(query = this.#query) {
		this.#query = query;
		const round = ++this.#round;
		await this.#read(0, round, []);
		if (round === this.#round) this.isReady = true;
	}

	async more() {
		if (this.isBusy || this.members.length >= this.count) return;
		await this.#read(this.members.length, this.#round, this.members);
	}

	async #read(offset: number, round: number, before: readonly Member[]) {
		this.isBusy = true;
		this.failure = undefined;
		const place = { peer: this.#peer, filter: this.#filter, query: this.#query, offset, limit: PART };
		try {
			const page = await this.#api.chats.members(place);
			if (round !== this.#round) return;
			const known = new Set(before.map(({ peer }) => peer));
			this.members = [...before, ...page.members.filter(({ peer }) => !known.has(peer))];
			this.count = page.members.length === 0 ? this.members.length : page.count;
		} catch (error) {
			if (round === this.#round) this.failure = failureOf(error);
		} finally {
			if (round === this.#round) this.isBusy = false;
		}
	}
}
