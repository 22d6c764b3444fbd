package channels

import (
	"context"
	"errors"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerSwitches(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.toggleSignatures)
	rpc.Handle(r, rpc.UserOnly, h.toggleJoinToSend)
	rpc.Handle(r, rpc.UserOnly, h.toggleJoinRequest)
	rpc.Handle(r, rpc.UserOnly, h.togglePreHistoryHidden)
	rpc.Handle(r, rpc.UserOnly, h.toggleAntiSpam)
	rpc.Handle(r, rpc.UserOnly, h.toggleParticipantsHidden)
	rpc.Handle(r, rpc.UserOnly, h.toggleAutotranslation)
	rpc.Handle(r, rpc.UserOnly, h.toggleForum)
	rpc.Handle(r, rpc.UserOnly, h.toggleSlowMode)
	rpc.Handle(r, rpc.UserOnly, h.restrictSponsoredMessages)
}

// turn switches something of a channel on or off.
func (h *Handlers) turn(
	ctx context.Context, call *rpc.Call, in tg.InputChannelClass, what channels.Switch, on bool,
) (*tg.Updates, error) {
	return h.change(ctx, call, in, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.Turn(ctx, call.User, ch, what, on)
	})
}

// A setting is what a switch is to be.
type setting struct {
	what channels.Switch
	on   bool
}

// turnAll turns switches that come together; some of them may be as they were.
func (h *Handlers) turnAll(ctx context.Context, by ids.User, ch ids.Channel, all ...setting) (res channels.Result, err error) {
	same := error(channels.ErrSame)
	for _, s := range all {
		done, err := h.channels.Turn(ctx, by, ch, s.what, s.on)
		if errors.Is(err, channels.ErrSame) {
			continue
		}
		if err != nil {
			return res, err
		}
		res, same = done, nil
	}
	return res, same
}

// toggleSignatures serves https://core.telegram.org/method/channels.toggleSignatures.
func (h *Handlers) toggleSignatures(ctx context.Context, call *rpc.Call, in *tg.ChannelsToggleSignatures) (*tg.Updates, error) {
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.turnAll(ctx, call.User, ch,
			setting{channels.SwitchSignatures, in.SignaturesEnabled}, setting{channels.SwitchSignatureProfiles, in.ProfilesEnabled})
	})
}

// toggleJoinToSend serves https://core.telegram.org/method/channels.toggleJoinToSend.
func (h *Handlers) toggleJoinToSend(ctx context.Context, call *rpc.Call, in *tg.ChannelsToggleJoinToSend) (*tg.Updates, error) {
	return h.turn(ctx, call, in.Channel, channels.SwitchJoinToSend, in.Enabled)
}

// togglePreHistoryHidden serves https://core.telegram.org/method/channels.togglePreHistoryHidden.
func (h *Handlers) togglePreHistoryHidden(ctx context.Context, call *rpc.Call, in *tg.ChannelsTogglePreHistoryHidden) (*tg.Updates, error) {
	return h.turn(ctx, call, in.Channel, channels.SwitchHiddenHistory, in.Enabled)
}

// toggleAntiSpam serves https://core.telegram.org/method/channels.toggleAntiSpam.
func (h *Handlers) toggleAntiSpam(ctx context.Context, call *rpc.Call, in *tg.ChannelsToggleAntiSpam) (*tg.Updates, error) {
	return h.turn(ctx, call, in.Channel, channels.SwitchAntiSpam, in.Enabled)
}

// toggleParticipantsHidden serves https://core.telegram.org/method/channels.toggleParticipantsHidden.
func (h *Handlers) toggleParticipantsHidden(ctx context.Context, call *rpc.Call, in *tg.ChannelsToggleParticipantsHidden) (*tg.Updates, error) {
	return h.turn(ctx, call, in.Channel, channels.SwitchHiddenMembers, in.Enabled)
}

// toggleAutotranslation serves https://core.telegram.org/method/channels.toggleAutotranslation.
func (h *Handlers) toggleAutotranslation(ctx context.Context, call *rpc.Call, in *tg.ChannelsToggleAutotranslation) (*tg.Updates, error) {
	return h.turn(ctx, call, in.Channel, channels.SwitchAutotranslation, in.Enabled)
}

// toggleJoinRequest serves https://core.telegram.org/method/channels.toggleJoinRequest. Bots do not let people in yet.
func (h *Handlers) toggleJoinRequest(ctx context.Context, call *rpc.Call, in *tg.ChannelsToggleJoinRequest) (*tg.Updates, error) {
	if in.GuardBot != nil {
		return nil, rpc.BadRequest("BOT_INVALID")
	}
	return h.turn(ctx, call, in.Channel, channels.SwitchJoinRequest, in.Enabled)
}

// toggleForum serves https://core.telegram.org/method/channels.toggleForum.
func (h *Handlers) toggleForum(ctx context.Context, call *rpc.Call, in *tg.ChannelsToggleForum) (*tg.Updates, error) {
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.turnAll(ctx, call.User, ch,
			setting{channels.SwitchForum, in.Enabled}, setting{channels.SwitchForumTabs, in.Enabled && in.Tabs})
	})
}

// toggleSlowMode serves https://core.telegram.org/method/channels.toggleSlowMode.
func (h *Handlers) toggleSlowMode(ctx context.Context, call *rpc.Call, in *tg.ChannelsToggleSlowMode) (*tg.Updates, error) {
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.SetSlowMode(ctx, call.User, ch, in.Seconds)
	})
}

// restrictSponsoredMessages serves https://core.telegram.org/method/channels.restrictSponsoredMessages. There are none.
func (h *Handlers) restrictSponsoredMessages(ctx context.Context, call *rpc.Call, in *tg.ChannelsRestrictSponsoredMessages) (*tg.Updates, error) {
	return h.turn(ctx, call, in.Channel, channels.SwitchNoAds, in.Restricted)
}
