import { getContext, hasContext, setContext, type Component } from 'svelte';
import type { PeerKey } from '../api/types.ts';

/** What a click in a text does. What is missing is shown as plain words, or goes where its address leads. */
export interface TextActions {
	/** `url` is one of those that may be opened; `words` is what the reader saw. */
	openLink?: (url: string, words: string) => void;
	openName?: (username: string) => void;
	openPeer?: (peer: PeerKey) => void;
	openHashtag?: (tag: string) => void;
	sendCommand?: (command: string) => void;
	/** Shows a custom emoji. */
	emoji?: Component<{ document: string; fallback: string; isInert?: boolean }>;
}

const key = Symbol('text actions');

/** For all texts below the component that calls it; what is not given stays as above. */
export function provideTextActions(actions: TextActions) {
	setContext(key, { ...useTextActions(), ...actions });
}

export function useTextActions(): TextActions {
	return hasContext(key) ? getContext<TextActions>(key) : {};
}
