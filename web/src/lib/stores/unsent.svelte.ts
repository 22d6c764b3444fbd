import type { Message } from '../api/types.ts';
import { withKey, type Stretch } from './stretches.ts';

/** The messages of one chat that are not sent yet. Their ids are negative; they stand at the end. */
export class UnsentMessages {
	#all = $state.raw<readonly Message[]>([]);
	/** What `behind` answered last: made anew only when one of its parts is another. */
	#joined?: { stretch: Stretch; unsent: readonly Message[]; messages: readonly Message[] };

	get(id: number): Message | undefined {
		return this.#all.find((message) => message.id === id);
	}

	/** The messages of a stretch and, where it goes to the end, those that are not sent yet. */
	behind(stretch: Stretch): readonly Message[] {
		const unsent = this.#all;
		if (!stretch.isEnd || unsent.length === 0) return stretch.messages;
		if (this.#joined?.stretch !== stretch || this.#joined.unsent !== unsent)
			this.#joined = { stretch, unsent, messages: [...stretch.messages, ...unsent] };
		return this.#joined.messages;
	}

	/** Takes those of a page that are not sent yet. */
	takeFrom(messages: readonly Message[]) {
		for (const message of messages) if (message.id < 0) this.take(message);
	}

	take(message: Message) {
		const isKnown = this.get(message.id) !== undefined;
		this.#all = isKnown
			? this.#all.map((other) => (other.id === message.id ? message : other))
			: [...this.#all, message];
	}

	change(id: number, change: (message: Message) => Message) {
		this.#all = this.#all.map((message) => (message.id === id ? change(message) : message));
	}

	/** A message took the place of another, whose key it keeps. */
	replace(message: Message, replaces?: number): Message {
		if (replaces === undefined) return message;
		const unsent = this.get(replaces);
		if (unsent) this.#all = this.#all.filter((other) => other !== unsent);
		return withKey(message, unsent?.key);
	}

	remove(gone: ReadonlySet<number>) {
		if (this.#all.some((message) => gone.has(message.id)))
			this.#all = this.#all.filter((message) => !gone.has(message.id));
	}
}
