package channels

import (
	"context"
	"errors"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerUsernames(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.checkUsername)
	rpc.Handle(r, rpc.UserOnly, h.updateUsername)
	rpc.Handle(r, rpc.UserOnly, h.toggleUsername)
	rpc.Handle(r, rpc.UserOnly, h.reorderUsernames)
	rpc.Handle(r, rpc.UserOnly, h.deactivateAllUsernames)
}

// checkUsername serves https://core.telegram.org/method/channels.checkUsername. Clients ask for channels that are not made
// yet, too. A name that somebody has is no error.
func (h *Handlers) checkUsername(ctx context.Context, call *rpc.Call, in *tg.ChannelsCheckUsername) (tg.Bool, error) {
	var ch ids.Channel
	if _, none := in.Channel.(*tg.InputChannelEmpty); !none {
		var err error
		if ch, err = h.view.ChannelFromInput(ctx, call, in.Channel); err != nil {
			return false, err
		}
	}
	err := h.channels.CheckUsername(ctx, call.User, ch, in.Username)
	if errors.Is(err, users.ErrUsernameTaken) {
		return false, nil
	}
	return err == nil, err
}

// updateUsername serves https://core.telegram.org/method/channels.updateUsername.
func (h *Handlers) updateUsername(ctx context.Context, call *rpc.Call, in *tg.ChannelsUpdateUsername) (tg.Bool, error) {
	return h.set(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.SetUsername(ctx, call.User, ch, in.Username)
	})
}

// toggleUsername serves https://core.telegram.org/method/channels.toggleUsername.
func (h *Handlers) toggleUsername(ctx context.Context, call *rpc.Call, in *tg.ChannelsToggleUsername) (tg.Bool, error) {
	return h.set(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.ToggleUsername(ctx, call.User, ch, in.Username, in.Active)
	})
}

// reorderUsernames serves https://core.telegram.org/method/channels.reorderUsernames.
func (h *Handlers) reorderUsernames(ctx context.Context, call *rpc.Call, in *tg.ChannelsReorderUsernames) (tg.Bool, error) {
	return h.set(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.ReorderUsernames(ctx, call.User, ch, in.Order)
	})
}

// deactivateAllUsernames serves https://core.telegram.org/method/channels.deactivateAllUsernames.
func (h *Handlers) deactivateAllUsernames(ctx context.Context, call *rpc.Call, in *tg.ChannelsDeactivateAllUsernames) (tg.Bool, error) {
	return h.set(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.DeactivateUsernames(ctx, call.User, ch)
	})
}
