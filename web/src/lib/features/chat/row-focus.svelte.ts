/** What the focus needs of the list. */
export interface FocusList {
	/** Brings the row into view. */
	show(index: number): void;
	/** The row, when it is drawn. */
	find(key: string): HTMLElement | undefined;
	/** Waits for what was asked to be drawn. */
	wait(isFirst: boolean): Promise<unknown>;
}

/** So many frames a row far away may take until it is drawn, measured and can have the focus. */
const patience = 30;

/** Where the keyboard is in the list of messages. */
export class RowFocus {
	readonly #list: FocusList;
	/** The row on the way to which the focus is. */
	#wanted?: string;
	/** Key of the row that has the focus. It stays drawn out of view too: the focus of a row that goes is lost. */
	kept = $state.raw<string>();

	constructor(list: FocusList) {
		this.#list = list;
	}

	/** Place of the row from which a key leads on: keys may come faster than rows are drawn. */
	indexIn(rows: readonly { key: string }[], focused: string): number {
		const from = this.#wanted ?? focused;
		return rows.findIndex(({ key }) => key === from);
	}

	/** Places of the rows that stay drawn. */
	keptIn(rows: readonly { key: string }[]): number[] | undefined {
		const index = this.kept === undefined ? -1 : rows.findIndex(({ key }) => key === this.kept);
		return index < 0 ? undefined : [index];
	}

	async go(index: number, key: string | undefined) {
		if (key === undefined) return;
		this.#wanted = key;
		this.#list.show(index);
		for (let frames = 0; frames < patience; frames++) {
			await this.#list.wait(frames === 0);
			if (this.#wanted !== key) return;
			if (this.#take(key)) break;
		}
		this.#wanted = undefined;
	}

	/** A row that was not measured yet is hidden, and does not take the focus. */
	#take(key: string): boolean {
		const row = this.#list.find(key);
		row?.focus();
		return row !== undefined && row === row.ownerDocument.activeElement;
	}
}
