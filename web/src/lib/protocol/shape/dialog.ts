import type { tl } from '@mtcute/core';
import type { Dialog, Draft, Message, NotifySettings, PeerKey, Topic } from '../../api/types.ts';
import { keyOf } from './key.ts';
import { shapeMessages, type MessageHints } from './message.ts';
import { shapeText } from './text.ts';

interface DialogsAnswer {
	dialogs: readonly tl.TypeDialog[];
	messages: readonly tl.TypeMessage[];
}

/** The chats of an answer. The archive itself, which the server lists as one of them, is left out. */
export function shapeDialogs(answer: DialogsAnswer, hints: MessageHints): Dialog[] {
	const last = new Map(
		shapeMessages(answer.messages, hints).map((message) => [nameOf(message.peer, message.id), message]),
	);
	return answer.dialogs.flatMap((dialog) => (dialog._ === 'dialog' ? shapeDialog(dialog, last) : []));
}

function shapeDialog(dialog: tl.RawDialog, lasts: ReadonlyMap<string, Message>): Dialog {
	const peer = keyOf(dialog.peer);
	const last = lasts.get(nameOf(peer, dialog.topMessage));
	const draft = shapeDraft(dialog.draft);
	return {
		peer,
		last,
		date: Math.max(last?.date ?? 0, draft?.date ?? 0),
		unread: dialog.unreadCount,
		mentions: dialog.unreadMentionsCount,
		reactions: dialog.unreadReactionsCount,
		isMarkedUnread: dialog.unreadMark ?? false,
		readInbox: dialog.readInboxMaxId,
		readOutbox: dialog.readOutboxMaxId,
		folder: dialog.folderId ?? 0,
		pinned: dialog.pinned ? 0 : undefined,
		notify: shapeNotify(dialog.notifySettings),
		draft,
		ttl: dialog.ttlPeriod,
		pts: dialog.pts,
	};
}

/** Numbers the pinned ones in the order in which the server lists them. */
export function numberPinned(dialogs: readonly Dialog[], from = 0): Dialog[] {
	let next = from;
	return dialogs.map((dialog) => (dialog.pinned === undefined ? dialog : { ...dialog, pinned: next++ }));
}

function nameOf(peer: PeerKey, id: number): string {
	return `${peer}/${id}`;
}

export function shapeNotify(settings: tl.TypePeerNotifySettings): NotifySettings {
	return {
		muteUntil: settings.muteUntil,
		isSilent: settings.silent,
		showPreviews: settings.showPreviews,
		sound: settings.otherSound?._ === 'notificationSoundNone' ? 'none' : undefined,
	};
}

export function toNotify(settings: NotifySettings): tl.TypeInputPeerNotifySettings {
	return {
		_: 'inputPeerNotifySettings',
		muteUntil: settings.muteUntil,
		silent: settings.isSilent,
		showPreviews: settings.showPreviews,
		sound: settings.sound === 'none' ? { _: 'notificationSoundNone' } : undefined,
	};
}

export function shapeDraft(draft: tl.TypeDraftMessage | undefined): Draft | undefined {
	if (draft?._ !== 'draftMessage') return undefined;
	const { replyTo } = draft;
	if (!draft.message && !replyTo) return undefined;
	return {
		text: shapeText(draft.message, draft.entities),
		replyTo: replyTo?._ === 'inputReplyToMessage' ? replyTo.replyToMsgId : undefined,
		date: draft.date,
	};
}

/** A topic of a forum; `lasts` are the messages of the same answer. */
export function shapeTopic(topic: tl.RawForumTopic, lasts: readonly Message[]): Topic {
	return {
		id: topic.id,
		title: topic.title,
		iconColor: topic.iconColor,
		icon: topic.iconEmojiId?.toString(),
		isClosed: topic.closed ?? false,
		isPinned: topic.pinned ?? false,
		isHidden: topic.hidden ?? false,
		isMine: topic.my ?? false,
		last: lasts.find((message) => message.id === topic.topMessage),
		unread: topic.unreadCount,
		mentions: topic.unreadMentionsCount,
		readInbox: topic.readInboxMaxId,
		readOutbox: topic.readOutboxMaxId,
		notify: shapeNotify(topic.notifySettings),
		draft: shapeDraft(topic.draft),
	};
}
