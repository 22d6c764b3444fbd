import type { RichText } from '$lib/api/types.ts';
import type { Caret } from './editor-dom.ts';

interface Step {
	text: RichText;
	caret: Caret;
}

const MOST = 200;
/** Keys that follow each other within so many milliseconds are undone together. */
const TOGETHER = 700;

/** Undo and redo of the field: the browser's own does not survive that styles are drawn anew. */
export class EditorHistory {
	#past: Step[] = [];
	#future: Step[] = [];
	#now: Step;
	#changed = 0;

	constructor(text: RichText) {
		this.#now = { text, caret: { from: 0, to: 0 } };
	}

	/** A new text: another chat, or one that was sent. */
	reset(text: RichText) {
		this.#past = [];
		this.#future = [];
		this.#now = { text, caret: { from: text.text.length, to: text.text.length } };
		this.#changed = 0;
	}

	/** `isTyping`: belongs to what was typed just before. */
	add(step: Step, isTyping: boolean, time = Date.now()) {
		if (!isTyping || time - this.#changed > TOGETHER) {
			this.#past.push(this.#now);
			if (this.#past.length > MOST) this.#past.shift();
		}
		this.#future = [];
		this.#now = step;
		this.#changed = isTyping ? time : 0;
	}

	undo(): Step | undefined {
		return this.#go(this.#past, this.#future);
	}

	redo(): Step | undefined {
		return this.#go(this.#future, this.#past);
	}

	#go(from: Step[], to: Step[]): Step | undefined {
		const step = from.pop();
		if (!step) return undefined;
		to.push(this.#now);
		this.#now = step;
		this.#changed = 0;
		return step;
	}
}
