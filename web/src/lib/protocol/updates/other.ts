import type { Events } from '../../api/events.ts';
import type { Account } from '../account.ts';
import type { Handlers } from './handlers.ts';

/** What only says that something is to be asked for again, and what others take care of. */
export const otherUpdates: Handlers = {
	updatePrivacy: stale('privacy'),
	updateNewAuthorization: stale('sessions'),
	updateConfig: stale('config'),
	updateLangPack: stale('language'),
	updateLangPackTooLong: stale('language'),
	updateLoginToken: stale('loginToken'),
	updateNewStickerSet: stale('stickers'),
	updateStickerSets: stale('stickers'),
	updateStickerSetsOrder: stale('stickers'),
	updateFavedStickers: stale('stickers'),
	updateRecentStickers: stale('recentStickers'),
	updateSavedGifs: stale('savedGifs'),
	updateRecentReactions: stale('reactions'),

	updateServiceNotification(account, { message }) {
		account.emit('notice', { text: message });
	},

	updateEncryption: takeSecret,
	updateNewEncryptedMessage: takeSecret,
	updateEncryptedMessagesRead: takeSecret,
	updateEncryptedChatTyping: takeSecret,
};

function stale(what: Events['stale']['what']) {
	return (account: Account) => account.emit('stale', { what });
}

function takeSecret(account: Account, update: Parameters<Account['secrets']['applyUpdate']>[0]) {
	return account.secrets.applyUpdate(update);
}
