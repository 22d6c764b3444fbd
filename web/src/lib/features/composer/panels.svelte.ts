import { createContext } from 'svelte';

export type Panel = 'poll' | 'todo' | 'location' | 'contact' | 'schedule' | 'link';

/** Which of the composer's dialogs stands open, and what is being recorded. */
export class ComposerPanels {
	current = $state<Panel>();
	recording = $state<'voice' | 'round'>();

	open(panel: Panel) {
		this.current = panel;
	}

	close() {
		this.current = undefined;
	}
}

export const [useComposerPanels, provideComposerPanels] = createContext<ComposerPanels>();
