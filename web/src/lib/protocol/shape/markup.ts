import type { tl } from '@mtcute/core';
import type { Button, Markup } from '../../api/types.ts';
import { toBase64 } from './bytes.ts';

/** The buttons under a message, or the keyboard that a bot sends in place of ours. */
export function shapeMarkup(markup: tl.TypeReplyMarkup | undefined): Markup | undefined {
	switch (markup?._) {
		case 'replyInlineMarkup':
			return { kind: 'inline', rows: shapeRows(markup.rows) };
		case 'replyKeyboardMarkup':
			return {
				kind: 'keyboard',
				rows: shapeRows(markup.rows),
				placeholder: markup.placeholder,
				isOneTime: markup.singleUse,
				isSmall: markup.resize,
			};
		case 'replyKeyboardHide':
			return { kind: 'hide', rows: [] };
		case 'replyKeyboardForceReply':
			return { kind: 'force-reply', rows: [], placeholder: markup.placeholder };
		default:
			return undefined;
	}
}

function shapeRows(rows: readonly tl.TypeKeyboardButtonRow[]): Button[][] {
	return rows.map((row) => row.buttons.map(shapeButton));
}

function shapeButton(button: tl.TypeKeyboardButton): Button {
	const { text } = button;
	switch (button._) {
		case 'keyboardButton':
			return { kind: 'text', text };
		case 'keyboardButtonCallback':
			return { kind: 'callback', text, data: toBase64(button.data) };
		case 'keyboardButtonUrl':
			return { kind: 'url', text, url: button.url };
		case 'keyboardButtonUrlAuth':
			return { kind: 'login', text, url: button.url, data: String(button.buttonId) };
		case 'keyboardButtonSwitchInline':
			return { kind: 'switch', text, query: button.query, isHere: button.samePeer };
		case 'keyboardButtonGame':
			return { kind: 'game', text };
		case 'keyboardButtonRequestPhone':
			return { kind: 'phone', text };
		case 'keyboardButtonRequestGeoLocation':
			return { kind: 'location', text };
		case 'keyboardButtonRequestPoll':
			return { kind: 'poll', text };
		case 'keyboardButtonWebView':
		case 'keyboardButtonSimpleWebView':
			return { kind: 'webview', text, url: button.url };
		case 'keyboardButtonCopy':
			return { kind: 'copy', text, data: button.copyText };
		default:
			return { kind: 'other', text };
	}
}
