import type { Message, Peer, RichText } from '$lib/api/types.ts';
import { t } from '$lib/text';
import type { MenuItem } from '$lib/ui/menu.ts';
import type { ChatActions } from './actions.svelte.ts';
import type { OpenChat } from './open-chat.svelte.ts';
import { findPermissions } from './permissions.ts';

export interface MenuOptions {
	message: Message;
	/** All messages of the row. */
	together: Message[];
	peer: Peer;
	quote?: RichText;
	actions: ChatActions;
	chat: OpenChat;
}

/** What can be done with a message, as entries of its menu. */
export function listMenu({ message, together, peer, quote, actions, chat }: MenuOptions): MenuItem[] {
	const may = findPermissions(message, peer, Date.now() / 1000);
	const isPosted = message.state === 'sent';
	const links = message.text.entities.filter(({ kind }) => kind === 'url' || kind === 'link');
	const items: (MenuItem | false)[] = [
		message.isScheduled && { label: t('ChatSendNow'), icon: 'send', onselect: () => actions.sendNow(together) },
		message.state === 'failed' && {
			label: t('CommonTryAgain'),
			icon: 'refresh',
			onselect: () => actions.retry(message),
		},
		may.canReply && {
			label: quote ? t('ChatReplyQuote') : t('ChatReply'),
			icon: quote ? 'quote' : 'reply',
			shortcut: 'R',
			onselect: () => actions.reply(message, quote),
		},
		may.canEdit && { label: t('CommonEdit'), icon: 'edit', onselect: () => actions.edit(message) },
		may.canCopy && {
			label: t('ChatCopyText'),
			icon: 'copy',
			shortcut: 'C',
			onselect: () => actions.copyText(together),
		},
		links.length === 1 && {
			label: t('ChatCopyAddress'),
			icon: 'link',
			onselect: () => actions.copyAddress(message, links[0]!),
		},
		may.canLink && { label: t('ChatCopyLink'), icon: 'link', onselect: () => actions.copyLink(message) },
		message.thread !== undefined &&
			!message.isPost &&
			message.thread.replies > 0 &&
			chat.place.thread === undefined &&
			peer.kind === 'supergroup' && {
				label: t('ChatShowThread'),
				icon: 'comment',
				onselect: () => actions.openComments(message),
			},
		may.canPin && pinItem(message, actions, chat),
		closePollItem(message, actions),
		retractItem(message, actions),
		keepItem(message, actions),
		may.canForward && {
			label: t('ChatForward'),
			icon: 'forward',
			shortcut: 'F',
			onselect: () => chat.ask({ kind: 'forward', messages: together }),
		},
		isPosted && { label: t('ChatMenuSelect'), icon: 'select', onselect: () => actions.select(together) },
		isPosted &&
			message.reactions.length > 0 &&
			!message.isPost && {
				label: t('ChatWhoReacted'),
				icon: 'heart',
				onselect: () => chat.ask({ kind: 'reactors', message }),
			},
		canAskReaders(message, peer) && {
			label: t('ChatWhoRead'),
			icon: 'eye',
			onselect: () => chat.ask({ kind: 'readers', message }),
		},
		may.canDelete && 'line',
		may.canDelete && {
			label: t('CommonDelete'),
			icon: 'trash',
			isDanger: true,
			shortcut: 'Del',
			onselect: () => chat.ask({ kind: 'delete', messages: together }),
		},
	];
	return items.filter((item) => item !== false);
}

function pinItem(message: Message, actions: ChatActions, chat: OpenChat): MenuItem {
	if (message.isPinned) return { label: t('ChatUnpin'), icon: 'unpin', onselect: () => actions.unpin(message) };
	return { label: t('ChatPin'), icon: 'pin', onselect: () => chat.ask({ kind: 'pin', message }) };
}

function closePollItem(message: Message, actions: ChatActions): MenuItem | false {
	const { content } = message;
	if (content.kind !== 'poll' || content.poll.isClosed || !message.isOut || message.forward) return false;
	return { label: t('ChatPollClose'), icon: 'stop', onselect: () => actions.closePoll(message) };
}

function retractItem(message: Message, actions: ChatActions): MenuItem | false {
	const { content } = message;
	if (content.kind !== 'poll' || content.poll.isClosed || content.poll.isQuiz) return false;
	const hasVoted = content.poll.answers.some((answer) => answer.isChosen);
	return hasVoted && { label: t('ChatPollRetract'), icon: 'refresh', onselect: () => actions.vote(message, []) };
}

function keepItem(message: Message, actions: ChatActions): MenuItem | false {
	if (message.state !== 'sent') return false;
	const onselect = () => actions.keep(message);
	if (message.content.kind === 'gif') return { label: t('ChatSaveGif'), icon: 'gif', onselect };
	return message.content.kind === 'sticker' && { label: t('ComposerStickerLike'), icon: 'star', onselect };
}

/** Small groups tell who has read a message of one's own. */
function canAskReaders(message: Message, peer: Peer): boolean {
	const isSmall = peer.members !== undefined && peer.members <= 100;
	return message.isOut && message.state === 'sent' && (peer.kind === 'group' || peer.kind === 'supergroup') && isSmall;
}
