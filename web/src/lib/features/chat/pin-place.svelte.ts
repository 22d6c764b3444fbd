import type { Message } from '$lib/api/types.ts';

/** Which of the pinned messages the bar shows: the newest at or above the end of the view; after a press, the one before. */
export class PinPlace {
	/** Newest first. */
	pinned = $state.raw<readonly Message[]>([]);
	#last = $state(Infinity);
	/** The pin that was gone to. It counts from the press until it was in view and has left it; on the way the view is nothing to go by. */
	#pressed = $state.raw<{ id: number; hasArrived: boolean }>();

	readonly at = $derived.by(() => {
		const pressed = this.#pressed;
		const older = pressed ? pressed.id - 1 : Infinity;
		const upTo = pressed?.hasArrived === false ? older : Math.min(this.#last, older);
		const index = this.pinned.findIndex(({ id }) => id <= upTo);
		if (index >= 0) return index;
		return pressed ? 0 : Math.max(0, this.pinned.length - 1);
	});
	readonly shown = $derived<Message | undefined>(this.pinned[this.at]);

	/** The messages from `first` to `last` are in view. */
	look(first: number, last: number) {
		this.#last = last;
		const pressed = this.#pressed;
		if (!pressed) return;
		const isInView = first <= pressed.id && pressed.id <= last;
		if (isInView && !pressed.hasArrived) this.#pressed = { ...pressed, hasArrived: true };
		else if (!isInView && pressed.hasArrived) this.#pressed = undefined;
	}

	/** The shown pin is gone to: the bar shows the next older one, after the oldest the newest again. */
	press(): Message | undefined {
		const { shown } = this;
		if (shown) this.#pressed = { id: shown.id, hasArrived: false };
		return shown;
	}

	remove(ids: readonly number[]) {
		this.pinned = this.pinned.filter(({ id }) => !ids.includes(id));
	}
}
