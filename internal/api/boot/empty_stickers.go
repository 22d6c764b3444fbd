package boot

import (
	"context"

	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// emptyStickers serves stickers, custom emoji, GIFs, reactions and message effects, none of which exist yet.
func emptyStickers(r *rpc.Router) {
	emptyStickerSets(r)
	emptyFeatured(r)
	emptyGroups(r)
	emptyReactions(r)
	emptyKeywords(r)
}

// emptyStickerSets serves the sets. Clients ask for a dozen special ones at their start and live without.
func emptyStickerSets(r *rpc.Router) {
	refused[*tg.MessagesGetStickerSet](r, rpc.BadRequest("STICKERSET_INVALID"))
	refused[*tg.MessagesInstallStickerSet](r, rpc.BadRequest("STICKERSET_INVALID"))
	refused[*tg.MessagesUninstallStickerSet](r, rpc.BadRequest("STICKERSET_INVALID"))
	sets, sameSets := &tg.MessagesAllStickers{Hash: emptyHash}, &tg.MessagesAllStickersNotModified{}
	listed(r, func(in *tg.MessagesGetAllStickers) int64 { return in.Hash }, sets, sameSets)
	listed(r, func(in *tg.MessagesGetEmojiStickers) int64 { return in.Hash }, sets, sameSets)
	listed(r, func(in *tg.MessagesGetMaskStickers) int64 { return in.Hash }, sets, sameSets)
	listed(r, func(in *tg.MessagesGetStickers) int64 { return in.Hash },
		&tg.MessagesStickers{Hash: emptyHash}, &tg.MessagesStickersNotModified{})
	listed(r, func(in *tg.MessagesGetFavedStickers) int64 { return in.Hash },
		&tg.MessagesFavedStickers{Hash: emptyHash}, &tg.MessagesFavedStickersNotModified{})
	listed(r, func(in *tg.MessagesGetRecentStickers) int64 { return in.Hash },
		&tg.MessagesRecentStickers{Hash: emptyHash}, &tg.MessagesRecentStickersNotModified{})
	listed(r, func(in *tg.MessagesGetSavedGifs) int64 { return in.Hash },
		&tg.MessagesSavedGifs{Hash: emptyHash}, &tg.MessagesSavedGifsNotModified{})
	none[*tg.MessagesGetArchivedStickers](r, &tg.MessagesArchivedStickers{})
	none[*tg.MessagesGetMyStickers](r, &tg.MessagesMyStickers{})
	none[*tg.MessagesGetAttachedStickers](r, tg.Vector[*tg.StickerSetCovered]{})
	ok[*tg.MessagesClearRecentStickers](r)
	ok[*tg.MessagesReorderStickerSets](r)
	ok[*tg.ChannelsSetStickers](r)
	ok[*tg.ChannelsSetEmojiStickers](r)
}

func emptyFeatured(r *rpc.Router) {
	featured, same := &tg.MessagesFeaturedStickers{Hash: emptyHash}, &tg.MessagesFeaturedStickersNotModified{}
	listed(r, func(in *tg.MessagesGetFeaturedStickers) int64 { return in.Hash }, featured, same)
	listed(r, func(in *tg.MessagesGetFeaturedEmojiStickers) int64 { return in.Hash }, featured, same)
	listed(r, func(in *tg.MessagesGetOldFeaturedStickers) int64 { return in.Hash }, featured, same)
	ok[*tg.MessagesReadFeaturedStickers](r)
	found, sameFound := &tg.MessagesFoundStickerSets{Hash: emptyHash}, &tg.MessagesFoundStickerSetsNotModified{}
	listed(r, func(in *tg.MessagesSearchStickerSets) int64 { return in.Hash }, found, sameFound)
	listed(r, func(in *tg.MessagesSearchEmojiStickerSets) int64 { return in.Hash }, found, sameFound)
	listed(r, func(in *tg.MessagesSearchStickers) int64 { return in.Hash },
		&tg.MessagesFoundStickers{Hash: emptyHash}, &tg.MessagesFoundStickersNotModified{})
}

func emptyGroups(r *rpc.Router) {
	groups, same := &tg.MessagesEmojiGroups{Hash: emptyHash}, &tg.MessagesEmojiGroupsNotModified{}
	listed(r, func(in *tg.MessagesGetEmojiGroups) int64 { return int64(in.Hash) }, groups, same)
	listed(r, func(in *tg.MessagesGetEmojiProfilePhotoGroups) int64 { return int64(in.Hash) }, groups, same)
	listed(r, func(in *tg.MessagesGetEmojiStatusGroups) int64 { return int64(in.Hash) }, groups, same)
	listed(r, func(in *tg.MessagesGetEmojiStickerGroups) int64 { return int64(in.Hash) }, groups, same)
}

// emptyReactions serves effects, which need files, and what needs payments.
func emptyReactions(r *rpc.Router) {
	listed(r, func(in *tg.MessagesGetAvailableEffects) int64 { return int64(in.Hash) },
		&tg.MessagesAvailableEffects{Hash: emptyHash}, &tg.MessagesAvailableEffectsNotModified{})
	ok[*tg.MessagesTogglePaidReactionPrivacy](r)
	quiet[*tg.MessagesGetPaidReactionPrivacy](r)
}

// emptyKeywords serves the words by which emoji are found.
func emptyKeywords(r *rpc.Router) {
	rpc.HandleEmpty(r, rpc.SignedIn, func(_ context.Context, _ *rpc.Call, in *tg.MessagesGetEmojiKeywords) (*tg.EmojiKeywordsDifference, error) {
		return &tg.EmojiKeywordsDifference{LangCode: in.LangCode, Version: 1}, nil
	})
	rpc.HandleEmpty(r, rpc.SignedIn, func(_ context.Context, _ *rpc.Call, in *tg.MessagesGetEmojiKeywordsDifference) (*tg.EmojiKeywordsDifference, error) {
		return &tg.EmojiKeywordsDifference{LangCode: in.LangCode, FromVersion: in.FromVersion, Version: in.FromVersion}, nil
	})
	rpc.HandleEmpty(r, rpc.SignedIn, func(_ context.Context, _ *rpc.Call, in *tg.MessagesGetEmojiKeywordsLanguages) (tg.Vector[*tg.EmojiLanguage], error) {
		langs := make(tg.Vector[*tg.EmojiLanguage], 0, min(len(in.LangCodes), maxItems))
		for _, code := range in.LangCodes[:cap(langs)] {
			langs = append(langs, &tg.EmojiLanguage{LangCode: code})
		}
		return langs, nil
	})
}
