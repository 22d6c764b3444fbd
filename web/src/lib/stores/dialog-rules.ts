import type { Events } from '../api/events.ts';
import type { Dialog, Message, NotifySettings } from '../api/types.ts';

/** What happens to a dialog, as functions from one form of it to the next. */

/** Pinned ones first, in their order; then the newest. */
export function compareDialogs(a: Dialog, b: Dialog): number {
	if (a.pinned !== undefined || b.pinned !== undefined) return (a.pinned ?? Infinity) - (b.pinned ?? Infinity);
	return b.date - a.date || (b.last?.id ?? 0) - (a.last?.id ?? 0) || (a.peer < b.peer ? -1 : 1);
}

/** A private chat that was deleted: the server still tells about it when it is asked, but lists it no more. */
export function isGone({ peer, last, draft, pinned }: Dialog): boolean {
	return peer[0] === 'u' && !last && !draft && pinned === undefined;
}

export function isMutedBy(own: NotifySettings, byDefault?: NotifySettings, now = Date.now() / 1000): boolean {
	return (own.muteUntil ?? byDefault?.muteUntil ?? 0) > now;
}

export interface UnreadCount {
	chats: number;
	messages: number;
	/** Of chats that are not muted. */
	loudChats: number;
	loudMessages: number;
	mentions: number;
}

export function countUnread(dialogs: readonly Dialog[], isMuted: (dialog: Dialog) => boolean): UnreadCount {
	const count: UnreadCount = { chats: 0, messages: 0, loudChats: 0, loudMessages: 0, mentions: 0 };
	for (const dialog of dialogs) {
		count.mentions += dialog.mentions;
		if (dialog.unread === 0 && !dialog.isMarkedUnread) continue;
		count.chats++;
		count.messages += dialog.unread;
		if (isMuted(dialog)) continue;
		count.loudChats++;
		count.loudMessages += dialog.unread;
	}
	return count;
}

/** How a message came. */
export interface Arrival {
	isNew: boolean;
	/** The id that it had before it was sent. */
	replaces?: number;
	/** It is in the chat of the user with himself, where nothing is unread. */
	isOwn?: boolean;
}

/** A message came, was sent, or changed its form. */
export function withMessage(dialog: Dialog, message: Message, { isNew, replaces, isOwn }: Arrival): Dialog {
	const { last } = dialog;
	if (last?.id === message.id) return { ...dialog, last: message };
	if (!isNew) return dialog;
	const isCounted = message.id < 0 || message.id > newestCounted(dialog);
	const next = !isOwn && isCounted ? { ...dialog, ...withCounts(dialog, message) } : dialog;
	const counted = Math.max(newestCounted(dialog), message.id);
	if (last && last.id !== replaces && !isLater(message, last)) return { ...next, counted };
	return { ...next, counted, last: message, date: Math.max(message.date, dialog.draft?.date ?? 0) };
}

/** The numbers of a dialog, which the server told with its last message, are from before newer ones. */
function newestCounted({ last, counted = 0 }: Dialog): number {
	return Math.max(last?.id ?? 0, counted);
}

/** A chat of which this browser knows only a message to it that is not sent yet. */
export function firstDialog(last: Message): Dialog {
	const numbers = { unread: 0, mentions: 0, reactions: 0, readInbox: 0, readOutbox: 0 };
	return { peer: last.peer, last, date: last.date, ...numbers, isMarkedUnread: false, folder: 0, notify: {} };
}

/**
 * What is told of a chat anew: the server does not know of messages that are not sent yet, and nobody but this page of what
 * is being written in a secret chat.
 */
export function withUnsent(told: Dialog, known: Dialog | undefined): Dialog {
	const last = known?.last;
	const served = told.peer[0] === 's' && known?.draft ? { ...told, draft: known.draft } : told;
	if (!last || last.id > 0) return served;
	return { ...served, last, counted: served.last?.id, date: Math.max(last.date, served.date) };
}

/** Whether a message stands after another of its chat; unsent ones are last. */
export function isLater(a: Message, b: Message): boolean {
	if (a.id > 0 && b.id > 0) return a.id > b.id;
	if (a.id < 0 && b.id < 0) return a.date >= b.date;
	return a.id < 0;
}

function withCounts(dialog: Dialog, message: Message): Partial<Dialog> {
	if (message.isOut) return message.id > 0 ? withOwn(dialog, message) : {};
	if (message.id <= dialog.readInbox) return {};
	return { unread: dialog.unread + 1, mentions: dialog.mentions + (message.isMentioned ? 1 : 0) };
}

/** Who writes into a supergroup or channel has read it, says the server; a talk of two is only not marked any more. */
function withOwn(dialog: Dialog, message: Message): Partial<Dialog> {
	if (dialog.peer[0] === 'c') return withRead(dialog, { inbox: message.id, unread: 0 });
	return { isMarkedUnread: false };
}

/** Marks of reading only go forward: an older one, that came late, changes nothing. */
export function withRead(dialog: Dialog, read: Omit<Events['read'], 'peer' | 'topic'>): Dialog {
	const next = { ...dialog };
	if (read.outbox !== undefined) next.readOutbox = Math.max(dialog.readOutbox, read.outbox);
	if (read.mentions !== undefined) next.mentions = read.mentions;
	if (read.reactions !== undefined) next.reactions = read.reactions;
	if (read.inbox === undefined || read.inbox < dialog.readInbox) return next;
	next.readInbox = read.inbox;
	next.isMarkedUnread = false;
	if (read.unread !== undefined) next.unread = read.unread;
	else if (read.inbox >= (dialog.last?.id ?? 0)) next.unread = 0;
	if (next.unread === 0) next.mentions = read.mentions ?? 0;
	return next;
}

/** `isDoubtful`: the last message or an unread one is among the deleted, so the server has to be asked. */
export function withoutMessages(dialog: Dialog, ids: readonly number[]): { dialog: Dialog; isDoubtful: boolean } {
	const isLastGone = dialog.last !== undefined && ids.includes(dialog.last.id);
	const isUnreadGone = dialog.unread > 0 && ids.some((id) => id > dialog.readInbox);
	return {
		dialog: isLastGone ? { ...dialog, last: undefined } : dialog,
		isDoubtful: isLastGone || isUnreadGone,
	};
}
