package boot

import (
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

func emptyStars(r *rpc.Router) {
	status := &tg.PaymentsStarsStatus{Balance: &tg.StarsAmount{}}
	none[*tg.PaymentsGetStarsStatus](r, status)
	none[*tg.PaymentsGetStarsSubscriptions](r, status)
	none[*tg.PaymentsGetStarsTransactions](r, status)
	none[*tg.PaymentsGetStarsTransactionsByID](r, status)
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
