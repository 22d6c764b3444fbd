package boot

import (
	"context"

	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// emptyStickers serves featured sets, groups of emoji and message effects, of which there are none.
func emptyStickers(r *rpc.Router) {
	emptyFeatured(r)
	emptyGroups(r)
	emptyReactions(r)
	emptyKeywords(r)
}

func emptyFeatured(r *rpc.Router) {
	featured, same := &tg.MessagesFeaturedStickers{Hash: emptyHash}, &tg.MessagesFeaturedStickersNotModified{}
	listed(r, func(in *tg.MessagesGetFeaturedStickers) int64 { return in.Hash }, featured, same)
	listed(r, func(in *tg.MessagesGetFeaturedEmojiStickers) int64 { return in.Hash }, featured, same)
	listed(r, func(in *tg.MessagesGetOldFeaturedStickers) int64 { return in.Hash }, featured, same)
	ok[*tg.MessagesReadFeaturedStickers](r)
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
