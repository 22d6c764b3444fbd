import type { tl } from '@mtcute/core';
import type { PeerKey, ServiceAction } from '../../api/types.ts';
import type { FileOrigin } from './file.ts';
import { channelKey, groupKey, keyOf, userKey } from './key.ts';
import { shapePhoto } from './picture.ts';

/** What a service message tells; `actor` is who did it. Undefined for an action that is nothing to show. */
export function shapeAction(
	message: tl.RawMessageService,
	actor: PeerKey | undefined,
	origin: FileOrigin,
): ServiceAction {
	return { actor, ...shapeKind(message, actor, origin) };
}

function shapeKind(message: tl.RawMessageService, actor: PeerKey | undefined, origin: FileOrigin): ServiceAction {
	const { action } = message;
	switch (action._) {
		case 'messageActionChatCreate':
			return { kind: 'chat-create', title: action.title, users: action.users.map(userKey) };
		case 'messageActionChannelCreate':
			return { kind: message.post ? 'channel-create' : 'chat-create', title: action.title };
		case 'messageActionChatEditTitle':
			return { kind: 'chat-title', title: action.title };
		case 'messageActionChatEditPhoto':
			return { kind: 'chat-photo', picture: shapePhoto(action.photo, origin) };
		case 'messageActionChatDeletePhoto':
			return { kind: 'chat-photo-delete' };
		case 'messageActionChatAddUser':
			return shapeAdded(action.users.map(userKey), actor);
		case 'messageActionChatDeleteUser':
			return userKey(action.userId) === actor
				? { kind: 'member-left' }
				: { kind: 'member-removed', users: [userKey(action.userId)] };
		case 'messageActionChatJoinedByLink':
			return { kind: 'joined-link', users: [userKey(action.inviterId)] };
		case 'messageActionChatJoinedByRequest':
			return { kind: 'joined-request' };
		case 'messageActionChatMigrateTo':
			return { kind: 'migrated-to', users: [channelKey(action.channelId)] };
		case 'messageActionChannelMigrateFrom':
			return { kind: 'migrated-from', title: action.title, users: [groupKey(action.chatId)] };
		case 'messageActionPinMessage':
			return { kind: 'pin', message: repliedTo(message) };
		case 'messageActionHistoryClear':
			return { kind: 'history-clear' };
		case 'messageActionSetMessagesTTL':
			return { kind: 'ttl', seconds: action.period };
		case 'messageActionScreenshotTaken':
			return { kind: 'screenshot' };
		case 'messageActionContactSignUp':
			return { kind: 'contact-signup' };
		case 'messageActionCustomAction':
			return { kind: 'custom', text: action.message };
		case 'messageActionTopicCreate':
			return { kind: 'topic-create', title: action.title };
		case 'messageActionTopicEdit':
			return shapeTopicEdit(action);
		case 'messageActionTodoCompletions':
			return {
				kind: action.completed.length > 0 ? 'todo-done' : 'todo-undone',
				count: action.completed.length || action.incompleted.length,
				message: repliedTo(message),
			};
		case 'messageActionTodoAppendTasks':
			return { kind: 'todo-added', count: action.list.length, message: repliedTo(message) };
		case 'messageActionGameScore':
			return { kind: 'game-score', count: action.score, message: repliedTo(message) };
		case 'messageActionPhoneCall':
			return { kind: action.duration === undefined ? 'call-missed' : 'call', seconds: action.duration };
		case 'messageActionBotAllowed':
			return { kind: 'bot-allowed', text: action.domain };
		case 'messageActionSuggestProfilePhoto':
			return { kind: 'photo-suggested', picture: shapePhoto(action.photo, origin) };
		case 'messageActionSetChatTheme':
			return { kind: 'theme', text: action.theme._ === 'chatTheme' ? action.theme.emoticon : undefined };
		case 'messageActionSetChatWallPaper':
			return { kind: 'wallpaper' };
		case 'messageActionBoostApply':
			return { kind: 'boost', count: action.boosts };
		case 'messageActionGeoProximityReached':
			return { kind: 'near', users: [keyOf(action.fromId), keyOf(action.toId)], count: action.distance };
		default:
			return { kind: 'other' };
	}
}

function shapeAdded(users: PeerKey[], actor: PeerKey | undefined): ServiceAction {
	return users.length === 1 && users[0] === actor ? { kind: 'member-joined' } : { kind: 'members-add', users };
}

function shapeTopicEdit(action: tl.RawMessageActionTopicEdit): ServiceAction {
	if (action.closed !== undefined) return { kind: action.closed ? 'topic-closed' : 'topic-opened' };
	if (action.hidden !== undefined) return { kind: action.hidden ? 'topic-hidden' : 'topic-shown' };
	return action.title === undefined ? { kind: 'topic-icon' } : { kind: 'topic-title', title: action.title };
}

function repliedTo(message: tl.RawMessageService): number | undefined {
	return message.replyTo?._ === 'messageReplyHeader' ? message.replyTo.replyToMsgId : undefined;
}
