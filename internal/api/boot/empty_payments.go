package boot

import (
	"context"

	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// emptyPayments serves payments, Stars, gifts and boosts: nobody can buy anything here.
func emptyPayments(r *rpc.Router) {
	emptyStars(r)
	emptyGifts(r)
	ok[*tg.PaymentsClearSavedInfo](r)
	none[*tg.PaymentsGetSavedInfo](r, &tg.PaymentsSavedInfo{})
	none[*tg.PaymentsGetConnectedStarRefBots](r, &tg.PaymentsConnectedStarRefBots{})
	none[*tg.PaymentsGetSuggestedStarRefBots](r, &tg.PaymentsSuggestedStarRefBots{})
	none[*tg.PaymentsGetPremiumGiftCodeOptions](r, tg.Vector[*tg.PremiumGiftCodeOption]{})
	none[*tg.PremiumGetBoostsList](r, &tg.PremiumBoostsList{})
	none[*tg.PremiumGetUserBoosts](r, &tg.PremiumBoostsList{})
	none[*tg.PremiumGetMyBoosts](r, &tg.PremiumMyBoosts{})
	none[*tg.PremiumGetBoostsStatus](r, &tg.PremiumBoostsStatus{})
	refused[*tg.FragmentGetCollectibleInfo](r, rpc.BadRequest("COLLECTIBLE_INVALID"))
}

const tonLayer = 206 // the first that has the amount in TON

// balance answers method I with an empty purse in the currency asked for: TDLib refuses the other.
func balance[I tg.Request](r *rpc.Router, ton func(I) bool) {
	rpc.HandleEmpty(r, rpc.SignedIn, func(_ context.Context, call *rpc.Call, in I) (*tg.PaymentsStarsStatus, error) {
		if ton(in) && call.Layer >= tonLayer {
			return &tg.PaymentsStarsStatus{Balance: &tg.StarsTonAmount{}}, nil
		}
		return &tg.PaymentsStarsStatus{Balance: &tg.StarsAmount{}}, nil
	})
}

func emptyStars(r *rpc.Router) {
	balance(r, func(in *tg.PaymentsGetStarsStatus) bool { return in.Ton })
	balance(r, func(*tg.PaymentsGetStarsSubscriptions) bool { return false })
	balance(r, func(in *tg.PaymentsGetStarsTransactions) bool { return in.Ton })
	balance(r, func(in *tg.PaymentsGetStarsTransactionsByID) bool { return in.Ton })
	none[*tg.PaymentsGetStarsGiftOptions](r, tg.Vector[*tg.StarsGiftOption]{})
	none[*tg.PaymentsGetStarsGiveawayOptions](r, tg.Vector[*tg.StarsGiveawayOption]{})
	none[*tg.PaymentsGetStarsTopupOptions](r, tg.Vector[*tg.StarsTopupOption]{})
}

func emptyGifts(r *rpc.Router) {
	none[*tg.PaymentsGetSavedStarGift](r, &tg.PaymentsSavedStarGifts{})
	none[*tg.PaymentsGetSavedStarGifts](r, &tg.PaymentsSavedStarGifts{})
	none[*tg.PaymentsGetStarGiftActiveAuctions](r, &tg.PaymentsStarGiftActiveAuctions{})
	none[*tg.PaymentsGetStarGiftCollections](r, &tg.PaymentsStarGiftCollections{})
	listed(r, func(in *tg.PaymentsGetStarGifts) int64 { return int64(in.Hash) },
		&tg.PaymentsStarGifts{Hash: emptyHash}, &tg.PaymentsStarGiftsNotModified{})
}
