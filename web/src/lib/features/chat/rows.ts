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

export interface RowSet {
	rows: Row[];
	byKey: Map<string, Row>;
	/** What the rows were made of. */
	messages: readonly Message[];
	options: RowOptions;
}

export const noRows: RowSet = { rows: [], byKey: new Map(), messages: [], options: { isAtStart: false } };

/**
 * Makes the rows of messages in ascending order. A row of `before` that would look the same is taken over as it is,
 * so that only what changed is drawn again; where messages only came behind, or only in front, the other rows are not
 * even looked at.
 */
export function buildRows(messages: readonly Message[], options: RowOptions, before: RowSet = noRows): RowSet {
	const behind = countBehind(messages, options, before);
	if (behind > 0) return buildFront(messages, options, before, behind);
	const kept = countKept(messages, options, before);
	const fresh = makeRows(messages, options, before.rows.slice(0, kept));
	// Keys of rows that were kept are in the map already; it grows with the list while that is only added to.
	const byKey = kept > 0 ? before.byKey : new Map<string, Row>();
	const rows = fresh.map((row, i) => (i < kept ? row : takeOver(row, before)));
	for (const row of rows.slice(kept)) byKey.set(row.key, row);
	return { rows, byKey, messages, options };
}

/** Makes the rows of what came in front, and anew the first that was there, which may have got another form. */
function buildFront(messages: readonly Message[], options: RowOptions, before: RowSet, behind: number): RowSet {
	const [first, ...rest] = before.rows;
	const second = rest[0];
	// The second one tells how the first one ends.
	const end = messages.length - before.messages.length + behind;
	const made = makeRows(messages.slice(0, second ? end + sizeOf(second) : end), options, []);
	const front = (second ? made.slice(0, -1) : made).map((row) => takeOver(row, before));
	const { byKey } = before;
	if (first) byKey.delete(first.key); // it may have become a part of an album
	for (const row of front) byKey.set(row.key, row);
	return { rows: [...front, ...rest], byKey, messages, options };
}

/** Of how many messages the first row was made, where messages only came in front of it; 0: something else happened. */
function countBehind(messages: readonly Message[], { unreadFrom }: RowOptions, before: RowSet): number {
	const added = messages.length - before.messages.length;
	const [first] = before.rows;
	if (added <= 0 || !first || unreadFrom !== before.options.unreadFrom) return 0;
	if (unreadFrom !== undefined && first.message.id >= unreadFrom) return 0;
	// Of a step that is shown as two, the second rows are still to come.
	const isWhole = lastOf(before.rows.at(-1)) === before.messages.at(-1);
	const isSame = before.messages.every((message, i) => message === messages[i + added]);
	return isWhole && isSame ? sizeOf(first) : 0;
}

function lastOf(row: Row | undefined): Message | undefined {
	return row?.album?.at(-1) ?? row?.message;
}

function sizeOf({ album }: Row): number {
	return album?.length ?? 1;
}

/** How many rows stay as they are because messages were only added behind them. The last one may change its form. */
function countKept(messages: readonly Message[], options: RowOptions, before: RowSet): number {
	const isSame = options.isAtStart === before.options.isAtStart && options.unreadFrom === before.options.unreadFrom;
	if (!isSame || messages.length < before.messages.length) return 0;
	if (before.messages.some((message, i) => message !== messages[i])) return 0;
	return Math.max(0, before.rows.length - 1);
}

/** Goes on from the rows that are there already, whose messages are the first ones. */
function makeRows(messages: readonly Message[], options: RowOptions, rows: Row[]): Row[] {
	const days = new DayFinder();
	const last = rows.at(-1);
	const start = last ? messages.lastIndexOf(last.album?.at(-1) ?? last.message) + 1 : 0;
	const firstDay = options.isAtStart || !messages[0] ? 0 : days.find(messages[0].date);
	let lastDay = last ? days.find(last.message.date) : firstDay;
	let isUnreadSeen = options.unreadFrom === undefined || rows.some((row) => row.isFirstUnread);
	let end = start;
	for (let i = start; i < messages.length; i = end) {
		const message = messages[i]!;
		end = findAlbumEnd(messages, i);
		const day = days.find(message.date);
		const isFirstUnread = !isUnreadSeen && message.id >= options.unreadFrom! && !message.isOut;
		isUnreadSeen ||= isFirstUnread;
		const previous = rows.at(-1);
		const isFirst = day !== lastDay || isFirstUnread || !previous || !isSameRun(previous.message, message);
		// A run that goes on is closed by its last row alone; a row that was taken over is never the one changed.
		if (previous && i > start) previous.isLast = isFirst;
		rows.push({
			key: message.key,
			message,
			album: end - i > 1 ? messages.slice(i, end) : undefined,
			day: day !== lastDay ? day : undefined,
			isFirstUnread,
			isFirst,
			isLast: true,
		});
		lastDay = day;
	}
	return rows;
}

function takeOver(row: Row, before: RowSet): Row {
	const known = before.byKey.get(row.key);
	return known && isSameRow(known, row) ? known : row;
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
		!a.isPost &&
		!b.isPost &&
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
