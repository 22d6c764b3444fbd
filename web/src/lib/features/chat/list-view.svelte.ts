import { tick } from 'svelte';
import type { HistoryStore } from '$lib/stores/history.svelte.ts';
import { buildRows, compareRows, noRows, type Row, type RowSet } from './rows.ts';

/**
 * The rows that the list draws. The virtualizer keeps its place when rows come in front only if it is told so in
 * the very step in which they come, and then takes every new row for one in front: a step that brings both is
 * therefore shown as two.
 */
export class ListView {
	#set = $state.raw<RowSet>(noRows);
	/** Rows came or went in front. */
	isShift = $state.raw(false);
	/** Counts up when another part of the history is shown; the list is then made anew. */
	part = $state.raw(0);

	get set(): RowSet {
		return this.#set;
	}

	get rows(): readonly Row[] {
		return this.#set.rows;
	}

	/**
	 * Takes over what the history shows now. `canShift`: the list is longer than its view. In a shorter one the virtualizer
	 * has no place to keep: it would wait for a scroll that never comes, and draw nothing until then.
	 */
	update(history: HistoryStore, canShift: boolean, unreadFrom?: number) {
		const before = this.#set;
		const after = buildRows(history.messages, { unreadFrom, isAtStart: history.isAtStart }, before);
		const change = compareRows(before, after);
		if (change === 'other') this.part++;
		const isShift = change === 'front' && canShift;
		const isBoth = isShift && before.rows.at(-1)?.key !== after.rows.at(-1)?.key;
		const front = isBoth ? withoutNewBack(before, after) : undefined;
		this.isShift = isShift;
		this.#set = front ?? after;
		if (front) void tick().then(() => this.update(history, canShift, unreadFrom));
	}
}

/** The rows after the change as far as the last row that was there before. */
function withoutNewBack(before: RowSet, after: RowSet): RowSet | undefined {
	const last = before.rows.at(-1);
	const index = after.rows.findIndex((row) => row.key === last?.key);
	return index < 0 ? undefined : { ...after, rows: after.rows.slice(0, index + 1) };
}
