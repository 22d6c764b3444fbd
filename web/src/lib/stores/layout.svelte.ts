import { createContext } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';

/** How much room the page has. */
export class LayoutStore {
	readonly #narrow = new MediaQuery('(max-width: 48rem)');
	readonly #wide = new MediaQuery('(min-width: 75rem)');

	/** A phone: one column at a time. */
	get isNarrow(): boolean {
		return this.#narrow.current;
	}

	/** Room for all three columns side by side; otherwise the right one lies over the chat. */
	get isWide(): boolean {
		return this.#wide.current;
	}
}

export const [useLayout, provideLayout] = createContext<LayoutStore>();
