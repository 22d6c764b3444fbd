import type { Content, Message } from '$lib/api/types.ts';
import { t } from '$lib/text';
import { describeService } from './service-words.ts';

/** A message in one line: for replies, pins, the list of chats and notifications. */
export function describeMessage(message: Message, nameOf: (peer: Message['peer']) => string = () => ''): string {
	const { content, text } = message;
	if (content.kind === 'service') return describeService(message, content.action, nameOf);
	const what = describeContent(content);
	if (!what) return text.text;
	return text.text === '' ? what : `${what}, ${text.text}`;
}

function describeContent(content: Content): string {
	switch (content.kind) {
		case 'photo':
			return t('ChatKindPhoto');
		case 'video':
			return t('ChatKindVideo');
		case 'gif':
			return t('ChatKindGif');
		case 'round':
			return t('ChatKindRound');
		case 'voice':
			return t('ChatKindVoice');
		case 'audio':
			return [content.performer, content.title].filter(Boolean).join(' – ') || content.name || t('ChatKindAudio');
		case 'document':
			return content.name || t('ChatKindDocument');
		case 'sticker':
			return t('ChatKindSticker', { emoji: content.sticker.emoji });
		case 'dice':
			return content.emoji;
		case 'poll':
			return `📊 ${content.poll.question.text}`;
		case 'todo':
			return `☑ ${content.title.text}`;
		case 'location':
			return content.title || t('ChatKindLocation');
		case 'contact':
			return t('ChatKindContact', { name: `${content.firstName} ${content.lastName}`.trim() });
		case 'game':
			return `🎮 ${content.title}`;
		case 'unsupported':
			return t('ChatKindUnknown');
		default:
			return '';
	}
}
