package boot

import (
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// emptyAccount serves what settings ask for: emoji statuses, business and the like.
func emptyAccount(r *rpc.Router) {
	emptyLooks(r)
	emptyEmojiLists(r)
	ok[*tg.AccountDeleteAutoSaveExceptions](r)
	ok[*tg.AccountSaveAutoDownloadSettings](r)
	ok[*tg.AccountSaveAutoSaveSettings](r)
	ok[*tg.AccountSaveMusic](r)
	ok[*tg.AccountSetMainProfileTab](r)
	ok[*tg.AccountToggleSponsoredMessages](r)
	none[*tg.AccountGetAllSecureValues](r, tg.Vector[*tg.SecureValue]{})
	none[*tg.AccountGetSecureValue](r, tg.Vector[*tg.SecureValue]{})
	none[*tg.AccountGetAutoDownloadSettings](r, &tg.AccountAutoDownloadSettings{
		Low: &tg.AutoDownloadSettings{}, Medium: &tg.AutoDownloadSettings{}, High: &tg.AutoDownloadSettings{},
	})
	none[*tg.AccountGetAutoSaveSettings](r, &tg.AccountAutoSaveSettings{
		UsersSettings: &tg.AutoSaveSettings{}, ChatsSettings: &tg.AutoSaveSettings{}, BroadcastsSettings: &tg.AutoSaveSettings{},
	})
	none[*tg.AccountGetPaidMessagesRevenue](r, &tg.AccountPaidMessagesRevenue{})
	none[*tg.AccountGetPasskeys](r, &tg.AccountPasskeys{})
	none[*tg.AccountGetSavedMusicIDs](r, &tg.AccountSavedMusicIDs{})
	none[*tg.AccountGetBusinessChatLinks](r, &tg.AccountBusinessChatLinks{})
	none[*tg.AccountGetConnectedBots](r, &tg.AccountConnectedBots{})
	quiet[*tg.AccountGetBotBusinessConnection](r)
	refused[*tg.AccountResolveBusinessChatLink](r, rpc.BadRequest("CHATLINK_SLUG_EXPIRED"))
	listed(r, func(in *tg.AicomposeGetTones) int64 { return in.Hash },
		&tg.AicomposeTones{Hash: emptyHash}, &tg.AicomposeTonesNotModified{})
	listed(r, func(in *tg.AccountGetWebBrowserSettings) int64 { return in.Hash },
		&tg.AccountWebBrowserSettings{Hash: emptyHash}, &tg.AccountWebBrowserSettingsNotModified{})
}

func emptyLooks(r *rpc.Router) {
	listed(r, func(in *tg.AccountGetUniqueGiftChatThemes) int64 { return in.Hash },
		&tg.AccountChatThemes{Hash: emptyHash}, &tg.AccountChatThemesNotModified{})
}

func emptyEmojiLists(r *rpc.Router) {
	statuses, sameStatuses := &tg.AccountEmojiStatuses{Hash: emptyHash}, &tg.AccountEmojiStatusesNotModified{}
	listed(r, func(in *tg.AccountGetCollectibleEmojiStatuses) int64 { return in.Hash }, statuses, sameStatuses)

	list, sameList := &tg.EmojiList{Hash: emptyHash}, &tg.EmojiListNotModified{}
	listed(r, func(in *tg.AccountGetChannelRestrictedStatusEmojis) int64 { return in.Hash }, list, sameList)
	listed(r, func(in *tg.AccountGetDefaultBackgroundEmojis) int64 { return in.Hash }, list, sameList)
	listed(r, func(in *tg.AccountGetDefaultGroupPhotoEmojis) int64 { return in.Hash }, list, sameList)
	listed(r, func(in *tg.AccountGetDefaultProfilePhotoEmojis) int64 { return in.Hash }, list, sameList)
}
