import type { Events } from '../api/events.ts';
import type { PeerKey } from '../api/types.ts';

/** The messages that come while the server is being asked: its answer may be from before them. */
export class LateMessages {
	#asking = 0;
	#events: Events['message'][] = [];

	/** Asks, and takes the answer before what came meanwhile is forgotten. */
	async during<T>(question: Promise<T>, take: (answer: T) => void): Promise<T> {
		this.#asking++;
		try {
			const answer = await question;
			take(answer);
			return answer;
		} finally {
			if (--this.#asking === 0) this.#events = [];
		}
	}

	take(event: Events['message']) {
		if (this.#asking > 0) this.#events.push(event);
	}

	forget({ peer, ids }: Events['deleted']) {
		this.#events = this.#events.filter(({ message }) => message.peer !== peer || !ids.includes(message.id));
	}

	of(peer: PeerKey): Events['message'][] {
		return this.#events.filter(({ message }) => message.peer === peer);
	}
}
