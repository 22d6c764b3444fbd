package boot

import (
	"context"
	"time"

	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerConfig(r *rpc.Router) {
	rpc.Handle(r, rpc.Anyone, h.getConfig)
	rpc.Handle(r, rpc.Anyone, h.getNearestDC)
	rpc.Handle(r, rpc.Anyone, h.getAppConfig)
	rpc.Handle(r, rpc.Anyone, h.getCountriesList)
	rpc.HandleEmpty(r, rpc.Anyone, func(context.Context, *rpc.Call, *tg.HelpGetCdnConfig) (*tg.CdnConfig, error) {
		return &tg.CdnConfig{}, nil
	})
}

// Every data centre number that clients know leads here.
const (
	firstDC    = 1
	lastDC     = 5
	testOffset = 10_000 // what clients add to the number in test mode
)

// dc is the data centre that the caller addressed, without the signs of test mode and of media connections.
// Spec: https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
func (h *Handlers) dc(call *rpc.Call) (dc int32, test bool) {
	dc = max(call.DC, -call.DC)
	if dc > testOffset {
		dc, test = dc-testOffset, true
	}
	if dc < firstDC || dc > lastDC {
		dc = h.o.DC
	}
	return dc, test
}

// configLife is how long clients keep the configuration. One that is out of date when it arrives makes mtcute
// and Web A ask in a tight loop.
const configLife = time.Hour

// getConfig serves https://core.telegram.org/method/help.getConfig.
//
// this_dc has to be what the caller addressed: gotd waits for that for ever, TDLib asks without a pause until it is.
func (h *Handlers) getConfig(ctx context.Context, call *rpc.Call, _ *tg.HelpGetConfig) (*tg.Config, error) {
	dc, test := h.dc(call)
	c := limits()
	c.Date, c.Expires = h.in(0), h.in(configLife)
	c.ThisDC, c.WebfileDCID, c.TestMode = dc, dc, test
	c.DCOptions = h.dcOptions(call)
	c.MeURLPrefix = h.o.LinkPrefix
	suggested := h.packs.match(call.Client.Lang)
	c.SuggestedLangCode = new(suggested.code)
	if p := h.packsOf(call, "").find(suggested.code); p != nil {
		c.LangPackVersion, c.BaseLangPackVersion = new(p.version), new(p.version)
	}
	if h.o.Reaction != nil && call.User != 0 {
		emoji, err := h.o.Reaction(ctx, call.User)
		if err != nil {
			return nil, err
		}
		c.ReactionsDefault = &tg.ReactionEmoji{Emoticon: emoji}
	}
	return c, nil
}

// limits is the part of the configuration that never changes.
func limits() *tg.Config {
	const day = 24 * 60 * 60
	return &tg.Config{
		RevokePmInbox: true,
		ChatSizeMax:   200, MegagroupSizeMax: 200_000, ForwardedCountMax: 100,
		OnlineUpdatePeriodMs: 120_000, OfflineBlurTimeoutMs: 5_000, OfflineIdleTimeoutMs: 30_000, OnlineCloudTimeoutMs: 300_000,
		NotifyCloudDelayMs: 30_000, NotifyDefaultDelayMs: 1_500, PushChatPeriodMs: 60_000, PushChatLimit: 2,
		EditTimeLimit: 2 * day, RevokeTimeLimit: 1<<31 - 1, RevokePmTimeLimit: 1<<31 - 1,
		RatingEDecay: 2_419_200, StickersRecentLimit: 200, ChannelsReadMediaPeriod: 7 * day,
		CallReceiveTimeoutMs: 20_000, CallRingTimeoutMs: 90_000, CallConnectTimeoutMs: 30_000, CallPacketTimeoutMs: 10_000,
		CaptionLengthMax: 1024, MessageLengthMax: 4096,
		SavedGifsLimit: 200, StickersFavedLimit: 5, PinnedDialogsCountMax: 5, PinnedInfolderCountMax: 100,
	}
}

// dcOptions names our address for every data centre, for messages and for files.
// Spec: https://core.telegram.org/constructor/dcOption
func (h *Handlers) dcOptions(call *rpc.Call) []*tg.DCOption {
	var all []*tg.DCOption
	for id := int32(firstDC); id <= lastDC; id++ {
		for _, media := range []bool{false, true} {
			for _, a := range h.o.Addresses(call) {
				all = append(all, &tg.DCOption{
					ID: id, IPAddress: a.Addr().Unmap().String(), Port: int32(a.Port()), Ipv6: !a.Addr().Unmap().Is4(),
					MediaOnly: media, ThisPortOnly: true, // TDLib would try ports 443 and 80 as well
				})
			}
		}
	}
	return all
}

// getNearestDC serves https://core.telegram.org/method/help.getNearestDc.
func (h *Handlers) getNearestDC(_ context.Context, call *rpc.Call, _ *tg.HelpGetNearestDC) (*tg.NearestDC, error) {
	dc, _ := h.dc(call)
	return &tg.NearestDC{Country: region(call.Client.SystemLang), ThisDC: dc, NearestDC: dc}, nil
}

// appConfigLayer is the first layer in which the answer has a hash.
const appConfigLayer = 154

// getAppConfig serves https://core.telegram.org/method/help.getAppConfig.
func (h *Handlers) getAppConfig(_ context.Context, call *rpc.Call, in *tg.HelpGetAppConfig) (tl.Object, error) {
	switch {
	case call.Layer < appConfigLayer:
		return h.app.value, nil
	case in.Hash == h.app.hash:
		return &tg.HelpAppConfigNotModified{}, nil
	}
	return &tg.HelpAppConfig{Hash: h.app.hash, Config: h.app.value}, nil
}

// getCountriesList serves https://core.telegram.org/method/help.getCountriesList.
func (h *Handlers) getCountriesList(_ context.Context, _ *rpc.Call, in *tg.HelpGetCountriesList) (tg.HelpCountriesListClass, error) {
	list := h.countries.in(in.LangCode)
	if in.Hash == list.Hash {
		return &tg.HelpCountriesListNotModified{}, nil
	}
	return list, nil
}
