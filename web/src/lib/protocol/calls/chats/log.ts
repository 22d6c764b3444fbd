import { Long, type tl } from '@mtcute/core';
import type { AdminEvent, AdminEventGroup } from '../../../api/community.ts';
import type { PeerKey } from '../../../api/types.ts';
import type { Account } from '../../account.ts';
import { channelKey, userKey } from '../../shape/key.ts';
import { shapeMember } from '../../shape/member.ts';
import { shapeMessages } from '../../shape/message.ts';
import type { Calls } from '../calls.ts';

const PART = 50;

/** What the admins of a group or channel did in the last days. */
export const log = {
	/** Newest first. `after`: the id of the last event of the part before. */
	async adminLog(
		account: Account,
		request: { peer: PeerKey; query?: string; groups?: AdminEventGroup[]; admins?: PeerKey[]; after?: string },
	): Promise<{ events: AdminEvent[]; isEnd: boolean }> {
		const { peer, query = '', groups, admins, after } = request;
		const answer = await account.call({
			_: 'channels.getAdminLog',
			channel: account.inputChannel(peer),
			q: query,
			eventsFilter: groups && toFilter(groups),
			admins: admins?.map((admin) => account.inputUser(admin)),
			maxId: after ? Long.fromString(after) : Long.ZERO,
			minId: Long.ZERO,
			limit: PART,
		});
		account.take(answer);
		const events = answer.events.map((event) => shapeEvent(account, event));
		return { events, isEnd: answer.events.length < PART };
	},
} satisfies Calls;

function toFilter(groups: readonly AdminEventGroup[]): tl.RawChannelAdminLogEventsFilter {
	const has = (group: AdminEventGroup) => groups.includes(group);
	return {
		_: 'channelAdminLogEventsFilter',
		join: has('members'),
		leave: has('members'),
		invite: has('members'),
		ban: has('members'),
		unban: has('members'),
		kick: has('members'),
		unkick: has('members'),
		promote: has('admins'),
		demote: has('admins'),
		info: has('settings'),
		settings: has('settings'),
		pinned: has('messages'),
		edit: has('messages'),
		delete: has('messages'),
		send: has('messages'),
		invites: has('invites'),
		forums: has('topics'),
	};
}

function shapeEvent(account: Account, { id, date, userId, action }: tl.RawChannelAdminLogEvent): AdminEvent {
	const base = { id: id.toString(), date, actor: userKey(userId) };
	return { ...base, kind: kindOf(action), ...detailsOf(account, action) };
}

const prefix = 'channelAdminLogEventAction';

/** `ChangeTitle` of `channelAdminLogEventActionChangeTitle`. */
function kindOf(action: tl.TypeChannelAdminLogEventAction): string {
	return action._.slice(prefix.length);
}

function detailsOf(account: Account, action: tl.TypeChannelAdminLogEventAction): Partial<AdminEvent> {
	const messageOf = (message: tl.TypeMessage) => shapeMessages([message], account)[0];
	switch (action._) {
		case 'channelAdminLogEventActionChangeTitle':
		case 'channelAdminLogEventActionChangeAbout':
		case 'channelAdminLogEventActionChangeUsername':
			return { before: action.prevValue, after: action.newValue };
		case 'channelAdminLogEventActionChangeUsernames':
			return { before: action.prevValue.join(', '), after: action.newValue.join(', ') };
		case 'channelAdminLogEventActionToggleInvites':
		case 'channelAdminLogEventActionToggleSignatures':
		case 'channelAdminLogEventActionTogglePreHistoryHidden':
		case 'channelAdminLogEventActionToggleForum':
		case 'channelAdminLogEventActionToggleNoForwards':
		case 'channelAdminLogEventActionToggleAntiSpam':
			return { isOn: action.newValue };
		case 'channelAdminLogEventActionToggleSlowMode':
		case 'channelAdminLogEventActionChangeHistoryTTL':
			return { seconds: action.newValue, isOn: action.newValue > 0 };
		case 'channelAdminLogEventActionChangeLinkedChat': {
			const id = action.newValue || action.prevValue;
			return { chat: channelKey(id), isOn: action.newValue > 0 };
		}
		case 'channelAdminLogEventActionParticipantInvite':
			return { member: shapeMember(action.participant) };
		case 'channelAdminLogEventActionParticipantToggleBan':
		case 'channelAdminLogEventActionParticipantToggleAdmin':
			return { memberBefore: shapeMember(action.prevParticipant), member: shapeMember(action.newParticipant) };
		case 'channelAdminLogEventActionUpdatePinned':
		case 'channelAdminLogEventActionDeleteMessage':
		case 'channelAdminLogEventActionSendMessage':
		case 'channelAdminLogEventActionStopPoll':
			return { message: messageOf(action.message) };
		case 'channelAdminLogEventActionEditMessage':
			return { messageBefore: messageOf(action.prevMessage), message: messageOf(action.newMessage) };
		case 'channelAdminLogEventActionCreateTopic':
		case 'channelAdminLogEventActionDeleteTopic':
			return { after: titleOf(action.topic) };
		case 'channelAdminLogEventActionEditTopic':
			return { before: titleOf(action.prevTopic), after: titleOf(action.newTopic) };
		case 'channelAdminLogEventActionPinTopic':
			return { after: action.newTopic && titleOf(action.newTopic), isOn: action.newTopic !== undefined };
		case 'channelAdminLogEventActionParticipantJoinByInvite':
		case 'channelAdminLogEventActionParticipantJoinByRequest':
		case 'channelAdminLogEventActionExportedInviteDelete':
		case 'channelAdminLogEventActionExportedInviteRevoke':
			return { after: linkOf(action.invite) };
		case 'channelAdminLogEventActionExportedInviteEdit':
			return { before: linkOf(action.prevInvite), after: linkOf(action.newInvite) };
		default:
			return {};
	}
}

function titleOf(topic: tl.TypeForumTopic): string {
	return topic._ === 'forumTopic' ? topic.title : '';
}

function linkOf(invite: tl.TypeExportedChatInvite): string {
	return invite._ === 'chatInviteExported' ? (invite.title ?? invite.link) : '';
}
