import type { Message, Peer } from '$lib/api/types.ts';

/** What may be done with a message. The menu and the keys show and obey only this. */
export interface Permissions {
	canReply: boolean;
	canEdit: boolean;
	canCopy: boolean;
	canForward: boolean;
	canPin: boolean;
	canDelete: boolean;
	/** Deleting may take it away from the others too. */
	canRevoke: boolean;
	/** Deleting always takes it away from the others: there is nothing to ask. */
	mustRevoke: boolean;
	canReact: boolean;
	canLink: boolean;
}

/** Seconds in which a message may be changed where no admin right and no own chat says otherwise. */
const editTime = 48 * 3600;

export function findPermissions(message: Message, peer: Peer, now: number): Permissions {
	const isSent = message.state === 'sent';
	const isService = message.content.kind === 'service';
	const isSecret = peer.kind === 'secret';
	const isFree = !message.isProtected && !peer.noForwards && !isSecret && message.ttl === undefined;
	return {
		canReply: isSent && !message.isScheduled && canWrite(peer) && (!isService || !isSecret),
		canEdit: isSent && !isService && !isSecret && canEdit(message, peer, now),
		canCopy: message.text.text !== '' && !message.isProtected && !peer.noForwards,
		canForward: isSent && !isService && isFree && !message.isScheduled,
		canPin: isSent && !isService && !isSecret && !message.isScheduled && canPin(peer),
		canDelete: canDelete(message, peer),
		canRevoke: isSent && canRevoke(message, peer),
		mustRevoke: peer.key.startsWith('c') || isSecret || peer.isSelf || message.isScheduled,
		canReact: canReact(message, peer),
		canLink: isSent && peer.key.startsWith('c') && !message.isScheduled,
	};
}

export function canReact(message: Message, peer: Peer): boolean {
	const isSent = message.state === 'sent' && !message.isScheduled;
	return isSent && message.content.kind !== 'service' && peer.kind !== 'secret' && !peer.isLeft;
}

/** The account by which the server itself writes: nobody can answer it. */
export function isService(peer: Peer): boolean {
	return peer.key === 'u777000';
}

/** Whether the composer has a place in the chat at all. */
export function canWrite(peer: Peer): boolean {
	if (peer.isLeft || peer.isDeleted || isService(peer)) return false;
	if (peer.kind === 'channel') return peer.isCreator || peer.admin?.post === true;
	return isAdmin(peer) || peer.denied?.text !== true || peer.denied?.media !== true;
}

/** Whether somebody who is not in a discussion may comment there on a post. */
export function canComment(peer: Peer): boolean {
	const isOpen = peer.kind === 'supergroup' && peer.hasLink && !peer.mustJoin;
	return isOpen && peer.isLeft && canWrite({ ...peer, isLeft: false });
}

function isAdmin(peer: Peer): boolean {
	return peer.isCreator || peer.admin !== undefined;
}

function canEdit(message: Message, peer: Peer, now: number): boolean {
	if (message.forward || message.viaBot || !isEditable(message)) return false;
	if (message.isPost)
		return peer.isCreator || peer.admin?.edit === true || (message.isOut && peer.admin?.post === true);
	if (!message.isOut) return false;
	return peer.isSelf || message.isScheduled || now - message.date < editTime;
}

function isEditable({ content }: Message): boolean {
	return ![
		'sticker',
		'round',
		'dice',
		'poll',
		'todo',
		'location',
		'contact',
		'game',
		'service',
		'unsupported',
	].includes(content.kind);
}

function canPin(peer: Peer): boolean {
	if (peer.kind === 'user' || peer.kind === 'bot') return true;
	if (peer.isCreator) return true;
	if (peer.kind === 'channel') return peer.admin?.edit === true;
	return peer.admin?.pin === true || (peer.denied !== undefined && !peer.denied.pin && !peer.isLeft);
}

function canDelete(message: Message, peer: Peer): boolean {
	if (message.isOut || message.state !== 'sent') return true;
	if (peer.key.startsWith('c')) return peer.isCreator || peer.admin?.delete === true;
	return true;
}

function canRevoke(message: Message, peer: Peer): boolean {
	if (peer.isSelf) return false;
	if (peer.kind === 'user' || peer.kind === 'secret') return true;
	if (peer.kind === 'bot') return false;
	return message.isOut || peer.isCreator || peer.admin?.delete === true;
}
