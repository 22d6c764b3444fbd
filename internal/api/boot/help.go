package boot

import (
	"context"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// pollLife is how long clients wait before they ask again for what never changes here.
const pollLife = 24 * time.Hour

func (h *Handlers) registerHelp(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.getSupport)
	rpc.Handle(r, rpc.SignedIn, h.getInviteText)
	rpc.Handle(r, rpc.Anyone, h.getPeerColors)
	rpc.HandleEmpty(r, rpc.Anyone, h.getTermsOfServiceUpdate)
	rpc.HandleEmpty(r, rpc.SignedIn, h.getPromoData)
	rpc.HandleEmpty(r, rpc.Anyone, h.getAppUpdate)
	rpc.HandleEmpty(r, rpc.Anyone, h.acceptTermsOfService)
	rpc.HandleEmpty(r, rpc.Anyone, h.saveAppLog)
	quiet[*tg.HelpGetAppChangelog](r)
	listed(r, func(in *tg.HelpGetPeerProfileColors) int64 { return int64(in.Hash) },
		&tg.HelpPeerColors{Hash: emptyHash}, &tg.HelpPeerColorsNotModified{})
	listed(r, func(in *tg.HelpGetPassportConfig) int64 { return int64(in.Hash) },
		&tg.HelpPassportConfig{Hash: emptyHash, CountriesLangs: &tg.DataJSON{Data: "{}"}}, &tg.HelpPassportConfigNotModified{})
	none[*tg.HelpGetPremiumPromo](r, &tg.HelpPremiumPromo{Currency: "EUR"})
	none[*tg.HelpGetDeepLinkInfo](r, &tg.HelpDeepLinkInfoEmpty{})
	none[*tg.HelpGetRecentMeURLs](r, &tg.HelpRecentMeURLs{})
	none[*tg.HelpGetSupportName](r, &tg.HelpSupportName{})
	none[*tg.HelpGetUserInfo](r, &tg.HelpUserInfoEmpty{})
	ok[*tg.HelpHidePromoData](r)
	ok[*tg.HelpDismissSuggestion](r)
	ok[*tg.HelpSetBotUpdatesStatus](r)
}

// getSupport serves https://core.telegram.org/method/help.getSupport with the service account.
func (h *Handlers) getSupport(ctx context.Context, call *rpc.Call, _ *tg.HelpGetSupport) (*tg.HelpSupport, error) {
	user, err := h.o.User(ctx, call.User, ids.Service)
	if err != nil {
		return nil, err
	}
	return &tg.HelpSupport{User: user}, nil
}

// getInviteText serves https://core.telegram.org/method/help.getInviteText.
func (h *Handlers) getInviteText(_ context.Context, call *rpc.Call, _ *tg.HelpGetInviteText) (*tg.HelpInviteText, error) {
	text := h.packs.match(call.Client.Lang).strings["InviteText"].Other
	return &tg.HelpInviteText{Message: text + " " + h.o.LinkPrefix}, nil
}

// basicColors are the colours of names that every client knows by number, without a palette from the server.
const basicColors = 7

// getPeerColors serves https://core.telegram.org/method/help.getPeerColors.
func (h *Handlers) getPeerColors(_ context.Context, _ *rpc.Call, in *tg.HelpGetPeerColors) (tg.HelpPeerColorsClass, error) {
	if in.Hash == basicColors {
		return &tg.HelpPeerColorsNotModified{}, nil
	}
	colors := &tg.HelpPeerColors{Hash: basicColors}
	for id := range int32(basicColors) {
		colors.Colors = append(colors.Colors, &tg.HelpPeerColorOption{ColorID: id})
	}
	return colors, nil
}

// getTermsOfServiceUpdate serves https://core.telegram.org/method/help.getTermsOfServiceUpdate.
func (h *Handlers) getTermsOfServiceUpdate(context.Context, *rpc.Call, *tg.HelpGetTermsOfServiceUpdate) (*tg.HelpTermsOfServiceUpdateEmpty, error) {
	return &tg.HelpTermsOfServiceUpdateEmpty{Expires: h.in(pollLife)}, nil
}

// acceptTermsOfService serves https://core.telegram.org/method/help.acceptTermsOfService. Whoever signs up has
// accepted the terms he was shown; nothing more is kept.
func (h *Handlers) acceptTermsOfService(context.Context, *rpc.Call, *tg.HelpAcceptTermsOfService) (tg.Bool, error) {
	return true, nil
}

// getPromoData serves https://core.telegram.org/method/help.getPromoData.
func (h *Handlers) getPromoData(context.Context, *rpc.Call, *tg.HelpGetPromoData) (*tg.HelpPromoDataEmpty, error) {
	return &tg.HelpPromoDataEmpty{Expires: h.in(pollLife)}, nil
}

// getAppUpdate serves https://core.telegram.org/method/help.getAppUpdate.
func (h *Handlers) getAppUpdate(context.Context, *rpc.Call, *tg.HelpGetAppUpdate) (*tg.HelpNoAppUpdate, error) {
	return &tg.HelpNoAppUpdate{}, nil
}

// saveAppLog serves https://core.telegram.org/method/help.saveAppLog by forgetting what clients report of
// their users.
func (h *Handlers) saveAppLog(context.Context, *rpc.Call, *tg.HelpSaveAppLog) (tl.Object, error) {
	return tg.Bool(true), nil
}
