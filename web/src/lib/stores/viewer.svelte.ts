import { createContext } from 'svelte';
import type { Message } from '../api/types.ts';

/** The picture or video that fills the page, and its neighbours. */
export class ViewerStore {
	current = $state.raw<Message>();
	/** What can be leafed through, oldest first; holds `current`. */
	siblings = $state.raw<readonly Message[]>([]);

	readonly index = $derived(this.siblings.findIndex((message) => message.key === this.current?.key));
	readonly hasPrevious = $derived(this.index > 0);
	readonly hasNext = $derived(this.index >= 0 && this.index < this.siblings.length - 1);

	/** Without neighbours the message stands alone. */
	open(message: Message, siblings: readonly Message[] = [message]) {
		const all = siblings.filter(isViewable);
		this.siblings = all.some((other) => other.key === message.key) ? all : [message];
		this.current = message;
	}

	previous() {
		if (this.hasPrevious) this.current = this.siblings[this.index - 1];
	}

	next() {
		if (this.hasNext) this.current = this.siblings[this.index + 1];
	}

	close() {
		this.current = undefined;
		this.siblings = [];
	}
}

/** Media that vanish are looked at alone and never stand among others. */
function isViewable({ content, page }: Message): boolean {
	if (content.kind === 'photo' || content.kind === 'video') return content.ttl === undefined && !content.isGone;
	return content.kind === 'gif' || (content.kind === 'none' && page?.picture !== undefined);
}

export const [useViewer, provideViewer] = createContext<ViewerStore>();
