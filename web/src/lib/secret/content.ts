import { entitiesFromTl, entitiesToTl, maxEntities } from './entities.ts';
import { SecretError } from './errors.ts';
import { layerEnvelope2, layerRound } from './layers.ts';
import { mediaFromTl } from './media-decode.ts';
import { mediaToTl, seconds } from './media-encode.ts';
import type { DecryptedMessage, DecryptedMessageAction, SendMessageAction } from './tl/types.ts';
import type { Message, Typing } from './types.ts';

/** Bounds a text, in bytes. Programs send 4096 characters. */
const maxText = 64 << 10;

/** Bounds a timer to what fits an int of seconds. */
export const maxTtl = 0x7fffffff;

/** What a message says, without what is counted of it. */
export type Content = Pick<
	Message,
	'id' | 'text' | 'entities' | 'media' | 'replyTo' | 'viaBot' | 'isSilent' | 'group' | 'ttl'
>;

/**
 * Shapes a message for the other side's layer. Throws `partner-layer` or `draft`; what is only decoration is left out.
 * Layer 46 knows neither silence nor albums.
 */
export function messageToTl(m: Content, layer: number): DecryptedMessage {
	const entities = entitiesToTl(m.entities, layer);
	const common = {
		randomId: m.id,
		ttl: seconds(m.ttl),
		message: m.text,
		media: mediaToTl(m.media, layer),
		entities: entities.length > 0 ? entities : undefined,
		viaBotName: m.viaBot || undefined,
		replyToRandomId: m.replyTo,
	};
	return layer < layerEnvelope2
		? { _: 'decryptedMessage46', ...common }
		: { _: 'decryptedMessage', ...common, silent: m.isSilent, groupedId: m.group };
}

/** Throws `draft` unless the message has a content that can be sent. */
export function checkContent(m: Content) {
	if (m.text === '' && !m.media) throw new SecretError('draft', 'empty');
	const bytes = new TextEncoder().encode(m.text).length;
	if (bytes > maxText) throw new SecretError('draft', `text of ${bytes} bytes`);
	if (m.entities.length > maxEntities) throw new SecretError('draft', `${m.entities.length} entities`);
	checkTtl(m.ttl);
	for (const e of m.entities) {
		if (e.offset < 0 || e.length <= 0 || e.offset > m.text.length - e.length) {
			throw new SecretError('draft', `entity at ${e.offset} of length ${e.length}`);
		}
	}
}

/** Throws `draft` for a timer that is not a whole number of seconds. */
export function checkTtl(ttl: number) {
	if (!Number.isInteger(ttl) || ttl < 0 || ttl > maxTtl) throw new SecretError('draft', `timer of ${ttl}`);
}

/** Reads an ordinary message; undefined for a service message. */
export function messageFromTl(o: DecryptedMessage): Content | undefined {
	if (o._ === 'decryptedMessageService' || o._ === 'decryptedMessageService8') return undefined;
	const text = o.message.slice(0, maxText);
	const later = o._ === 'decryptedMessage' || o._ === 'decryptedMessage46' ? o : undefined;
	const newest = o._ === 'decryptedMessage' ? o : undefined;
	return {
		id: o.randomId,
		ttl: 'ttl' in o ? Math.max(o.ttl, 0) : 0,
		text,
		entities: entitiesFromTl(later?.entities, text.length),
		isSilent: newest?.silent ?? false,
		...present({
			media: mediaFromTl(o.media),
			viaBot: later?.viaBotName?.slice(0, 1024),
			replyTo: later?.replyToRandomId,
			group: newest?.groupedId,
		}),
	};
}

/** Without the fields that say nothing. */
function present<T extends object>(o: T): Partial<T> {
	return Object.fromEntries(Object.entries(o).filter(([, value]) => Boolean(value))) as Partial<T>;
}

/** The action of a service message with its random id; undefined for an ordinary message. */
export function actionFromTl(o: DecryptedMessage): { id: bigint; action: DecryptedMessageAction } | undefined {
	const isService = o._ === 'decryptedMessageService' || o._ === 'decryptedMessageService8';
	return isService ? { id: o.randomId, action: o.action } : undefined;
}

const typingForms: Record<Typing, SendMessageAction['_']> = {
	writing: 'sendMessageTypingAction',
	stopped: 'sendMessageCancelAction',
	'recording-video': 'sendMessageRecordVideoAction',
	'sending-video': 'sendMessageUploadVideoAction',
	'recording-voice': 'sendMessageRecordAudioAction',
	'sending-voice': 'sendMessageUploadAudioAction',
	'sending-photo': 'sendMessageUploadPhotoAction',
	'sending-document': 'sendMessageUploadDocumentAction',
	'choosing-location': 'sendMessageGeoLocationAction',
	'choosing-contact': 'sendMessageChooseContactAction',
	'recording-round': 'sendMessageRecordRoundAction',
	'sending-round': 'sendMessageUploadRoundAction',
};

const typings = new Map(Object.entries(typingForms).map(([kind, form]) => [form, kind as Typing]));

/** Old programs get the nearest that they know. */
export function typingToTl(typing: Typing, layer: number): SendMessageAction {
	const isOld = layer < layerRound;
	if (isOld && typing === 'recording-round') return { _: typingForms['recording-video'] };
	if (isOld && typing === 'sending-round') return { _: typingForms['sending-video'] };
	return { _: typingForms[typing] };
}

export function typingFromTl(o: SendMessageAction): Typing | undefined {
	return typings.get(o._);
}
