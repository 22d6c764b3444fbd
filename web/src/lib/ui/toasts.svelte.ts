import { createContext } from 'svelte';

export interface Toast {
	id: number;
	text: string;
	kind: 'plain' | 'error' | 'success';
	/** A button beside the words: "Undo". */
	action?: { label: string; run: () => unknown };
}

/** Short words at the foot of the page that go by themselves. */
export class Toasts {
	#next = 1;
	readonly shown = $state<Toast[]>([]);

	show(text: string, options: Partial<Omit<Toast, 'id' | 'text'>> & { seconds?: number } = {}): () => void {
		const { seconds = options.action ? 6 : 4, kind = 'plain', action } = options;
		const id = this.#next++;
		// The same words are not said twice at a time.
		const before = this.shown.find((toast) => toast.text === text);
		if (before) this.close(before.id);
		this.shown.push({ id, text, kind, action });
		if (this.shown.length > 3) this.shown.shift();
		setTimeout(() => this.close(id), seconds * 1000);
		return () => this.close(id);
	}

	error(text: string) {
		this.show(text, { kind: 'error' });
	}

	close(id: number) {
		const at = this.shown.findIndex((toast) => toast.id === id);
		if (at >= 0) this.shown.splice(at, 1);
	}
}

export const [useToasts, provideToasts] = createContext<Toasts>();
