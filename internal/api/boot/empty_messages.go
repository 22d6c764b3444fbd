package boot

import (
	"context"

	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// emptyMessages serves what stands beside the messages themselves: advertising, games, web pages, bots' menus.
func emptyMessages(r *rpc.Router) {
	emptyHistories(r)
	emptyBots(r)
	emptySponsored(r)
	none[*tg.MessagesReceivedMessages](r, tg.Vector[*tg.ReceivedNotifyMessage]{})
	none[*tg.MessagesGetQuickReplies](r, &tg.MessagesQuickReplies{})
	none[*tg.MessagesGetEmojiURL](r, &tg.EmojiURL{URL: "https://example.invalid/"})
	each(r, func(in *tg.MessagesGetFactCheck) int { return len(in.MsgID) }, &tg.FactCheck{})
	quiet[*tg.MessagesGetExtendedMedia](r)
	ok[*tg.MessagesRateTranscribedAudio](r)
	ok[*tg.MessagesReportMessagesDelivery](r)
	ok[*tg.MessagesReportMusicListen](r)
	ok[*tg.MessagesReportReadMetrics](r)
}

// emptyHistories serves kinds of history that nobody can have yet.
func emptyHistories(r *rpc.Router) {
	messages := &tg.MessagesMessages{}
	none[*tg.MessagesGetPersonalChannelHistory](r, messages)
	none[*tg.MessagesGetQuickReplyMessages](r, messages)
	none[*tg.MessagesGetUnreadPollVotes](r, messages)
	ok[*tg.ChannelsSetMainProfileTab](r)
}

func emptyBots(r *rpc.Router) {
	listed(r, func(in *tg.MessagesGetAttachMenuBots) int64 { return in.Hash },
		&tg.AttachMenuBots{Hash: emptyHash}, &tg.AttachMenuBotsNotModified{})
	refused[*tg.MessagesGetAttachMenuBot](r, rpc.BadRequest("BOT_INVALID"))
	ok[*tg.MessagesToggleBotInAttachMenu](r)
	none[*tg.MessagesAcceptURLAuth](r, &tg.URLAuthResultDefault{})
	none[*tg.MessagesRequestURLAuth](r, &tg.URLAuthResultDefault{})
	none[*tg.MessagesGetEmojiGameInfo](r, &tg.MessagesEmojiGameUnavailable{})
	none[*tg.MessagesGetGameHighScores](r, &tg.MessagesHighScores{})
	none[*tg.MessagesGetInlineGameHighScores](r, &tg.MessagesHighScores{})
	none[*tg.BotsGetAdminedBots](r, tg.Vector[*tg.User]{})
	none[*tg.BotsGetBotRecommendations](r, &tg.UsersUsers{})
	none[*tg.BotsGetPopularAppBots](r, &tg.BotsPopularAppBots{})
	none[*tg.BotsGetPreviewInfo](r, &tg.BotsPreviewInfo{})
	none[*tg.BotsGetPreviewMedias](r, tg.Vector[*tg.BotPreviewMedia]{})
	none[*tg.BotsCheckUsername](r, tg.Bool(false)) // bots are made by the operator
}

func emptySponsored(r *rpc.Router) {
	none[*tg.MessagesReportSponsoredMessage](r, &tg.ChannelsSponsoredMessageReportResultReported{})
	none[*tg.ContactsGetSponsoredPeers](r, &tg.ContactsSponsoredPeersEmpty{})
	ok[*tg.MessagesClickSponsoredMessage](r)
	ok[*tg.MessagesViewSponsoredMessage](r)
}

// emptyPeople serves birthdays, music and the like.
func emptyPeople(r *rpc.Router) {
	quiet[*tg.ContactsGetLocated](r)
	none[*tg.UsersGetSavedMusic](r, &tg.UsersSavedMusic{})
	none[*tg.UsersGetSavedMusicByID](r, &tg.UsersSavedMusic{})
	rpc.HandleEmpty(r, rpc.SignedIn, func(_ context.Context, _ *rpc.Call, in *tg.UsersGetRequirementsToContact) (tg.Vector[tg.RequirementToContactClass], error) {
		return repeat[tg.RequirementToContactClass](&tg.RequirementToContactEmpty{}, len(in.ID)), nil
	})
}
