import type { Message } from '$lib/api/types.ts';

/** What the list shows as one unit: a message, or the messages of an album together. */
export interface Row {
	/** Stays the same while the message lives, also when the server gives it its id. */
	key: string;
	message: Message;
	/** The messages of the album, the first one included; missing: not an album. */
	album?: Message[];
	/** Midnight before the first message of a day: the day is written above the row. */
	day?: number;
	isFirstUnread: boolean;
	/** The row opens a run of messages of one sender: it carries the name. */
	isFirst: boolean;
	/** The row closes a run: it carries the picture and the tail. */
	isLast: boolean;
}

export interface RowOptions {
	/** Id of the first message that was not read when the chat was opened. */
	unreadFrom?: number;
	/** False while older messages may follow: the first row then does not pretend to open a day. */
	isAtStart: boolean;
}

/** Messages of one sender that came within so many seconds stand together. */
const runGap = 600;

/** Finds the day of a date; dates of one day that follow each other cost a comparison. */
class DayFinder {
	#from = 0;
	#to = 0;

	/** Midnight before `seconds` by the clock of the browser. */
	find(seconds: number): number {
		if (seconds < this.#from || seconds >= this.#to) {
			const midnight = new Date(seconds * 1000);
			this.#from = midnight.setHours(0, 0, 0, 0) / 1000;
			this.#to = midnight.setDate(midnight.getDate() + 1) / 1000;
		}
		return this.#from;
	}
}

/**
 * Makes the rows of messages in ascending order. A row of `before` that would look the same is taken over as it is,
 * so that only what changed is drawn again.
 */
export function buildRows(messages: readonly Message[], options: RowOptions, before?: RowSet): RowSet {
	const days = new DayFinder();
	const rows: Row[] = [];
	let lastDay = options.isAtStart || !messages[0] ? 0 : days.find(messages[0].date);
	let isUnreadSeen = options.unreadFrom === undefined;
	let end = 0;
	for (let i = 0; i < messages.length; i = end) {
		const message = messages[i]!;
		end = findAlbumEnd(messages, i);
		const day = days.find(message.date);
		const isFirstUnread = !isUnreadSeen && message.id >= options.unreadFrom! && !message.isOut;
		isUnreadSeen ||= isFirstUnread;
		const isBreak = day !== lastDay || isFirstUnread;
		const previous = rows.at(-1);
		const isFirst = isBreak || !previous || !isSameRun(previous.message, message);
		if (isFirst && previous) previous.isLast = true;
		rows.push({
			key: message.key,
			message,
			album: end - i > 1 ? messages.slice(i, end) : undefined,
			day: day !== lastDay ? day : undefined,
			isFirstUnread,
			isFirst,
			isLast: end === messages.length,
		});
		lastDay = day;
	}
	return takeOver(rows, before);
}

export interface RowSet {
	rows: Row[];
	byKey: Map<string, Row>;
}

export const noRows: RowSet = { rows: [], byKey: new Map() };

function takeOver(fresh: readonly Row[], before?: RowSet): RowSet {
	const rows = fresh.map((row) => {
		const known = before?.byKey.get(row.key);
		return known && isSameRow(known, row) ? known : row;
	});
	return { rows, byKey: new Map(rows.map((row) => [row.key, row])) };
}

function findAlbumEnd(messages: readonly Message[], start: number): number {
	const { album, sender } = messages[start]!;
	let end = start + 1;
	while (album && messages[end]?.album === album && messages[end]?.sender === sender) end++;
	return end;
}

function isSameRun(a: Message, b: Message): boolean {
	return (
		a.content.kind !== 'service' &&
		b.content.kind !== 'service' &&
		a.sender === b.sender &&
		a.isOut === b.isOut &&
		a.isPost === b.isPost &&
		a.viaBot === b.viaBot &&
		a.forward?.from === b.forward?.from &&
		b.date - a.date < runGap
	);
}

function isSameRow(a: Row, b: Row): boolean {
	return (
		a.message === b.message &&
		a.day === b.day &&
		a.isFirst === b.isFirst &&
		a.isLast === b.isLast &&
		a.isFirstUnread === b.isFirstUnread &&
		isSameAlbum(a.album, b.album)
	);
}

function isSameAlbum(a?: Message[], b?: Message[]): boolean {
	if (!a || !b) return a === b;
	return a.length === b.length && a.every((message, i) => message === b[i]);
}

/** How the rows changed, as far as the list has to know it to stay where it is. */
export type RowChange = 'same' | 'front' | 'back' | 'other';

/**
 * Tells whether rows were put (or taken away) in front, behind, or whether another part of the history came.
 * An append and a prepend in one step count as `front`.
 */
export function compareRows(before: RowSet, after: RowSet): RowChange {
	const [oldFirst, newFirst] = [before.rows[0], after.rows[0]];
	if (!oldFirst || !newFirst) return oldFirst === newFirst ? 'same' : 'other';
	if (oldFirst.key === newFirst.key) return before.rows.length === after.rows.length ? 'same' : 'back';
	return after.byKey.has(oldFirst.key) || before.byKey.has(newFirst.key) ? 'front' : 'other';
}

/** The row that shows a message; albums are found by each of their messages. -1: not here. */
export function findRow({ rows }: RowSet, id: number): number {
	if (id < 0) return rows.findIndex((row) => isShown(row, id));
	let low = 0;
	let high = rows.length - 1;
	while (low <= high) {
		const middle = (low + high) >> 1;
		const row = rows[middle]!;
		if (row.message.id < 0 || id < row.message.id) high = middle - 1;
		else if (id > lastIdOf(row)) low = middle + 1;
		else return isShown(row, id) ? middle : -1;
	}
	return -1;
}

function lastIdOf({ message, album }: Row): number {
	return album?.at(-1)?.id ?? message.id;
}

function isShown({ message, album }: Row, id: number): boolean {
	return message.id === id || album?.some((part) => part.id === id) === true;
}
