package channels

import (
	"context"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// maxAsked bounds how many channels are shown at once.
const maxAsked = 200

func (h *Handlers) registerInfo(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.createChannel)
	rpc.Handle(r, rpc.UserOnly, h.deleteChannel)
	rpc.Handle(r, rpc.SignedIn, h.editTitle)
	rpc.Handle(r, rpc.SignedIn, h.editPhoto)
	rpc.Handle(r, rpc.UserOnly, h.editLocation)
	rpc.Handle(r, rpc.UserOnly, h.updateColor)
	rpc.Handle(r, rpc.UserOnly, h.updateEmojiStatus)
	rpc.Handle(r, rpc.SignedIn, h.getChannels)
	rpc.Handle(r, rpc.SignedIn, h.getFullChannel)
	rpc.Handle(r, rpc.UserOnly, h.convertToGigagroup)
}

// createChannel serves https://core.telegram.org/method/channels.createChannel. What is not said to be a supergroup is
// a broadcast channel.
func (h *Handlers) createChannel(ctx context.Context, call *rpc.Call, in *tg.ChannelsCreateChannel) (*tg.Updates, error) {
	n := channels.NewChannel{
		By: call.User, Title: in.Title, About: in.About, Broadcast: !in.Megagroup && !in.Forum, Forum: in.Forum,
		Location: location(in.GeoPoint, in.Address),
	}
	if in.TTLPeriod != nil {
		n.Period = *in.TTLPeriod
	}
	res, err := h.channels.Create(ctx, n)
	if err != nil {
		return nil, err
	}
	return h.created(ctx, call.User, res.Channel.ID, res)
}

func location(in tg.InputGeoPointClass, address *string) *channels.Location {
	p, ok := in.(*tg.InputGeoPoint)
	if !ok || address == nil || *address == "" {
		return nil
	}
	return &channels.Location{Lat: p.Lat, Long: p.Long, Address: *address}
}

// deleteChannel serves https://core.telegram.org/method/channels.deleteChannel.
func (h *Handlers) deleteChannel(ctx context.Context, call *rpc.Call, in *tg.ChannelsDeleteChannel) (*tg.Updates, error) {
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.Delete(ctx, call.User, ch)
	})
}

// editTitle serves https://core.telegram.org/method/channels.editTitle.
func (h *Handlers) editTitle(ctx context.Context, call *rpc.Call, in *tg.ChannelsEditTitle) (*tg.Updates, error) {
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.SetTitle(ctx, call.User, ch, in.Title)
	})
}

// editPhoto serves https://core.telegram.org/method/channels.editPhoto.
func (h *Handlers) editPhoto(ctx context.Context, call *rpc.Call, in *tg.ChannelsEditPhoto) (*tg.Updates, error) {
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		if _, err := h.channels.CheckMay(ctx, nil, ch, call.User, rights.ChangeInfo); err != nil {
			return channels.Result{}, err // before anything is made of a picture
		}
		p, err := h.view.ChatPhotoFromInput(ctx, call.User, in.Photo)
		if err != nil {
			return channels.Result{}, err
		}
		return h.channels.SetPhoto(ctx, call.User, ch, p)
	})
}

// editLocation serves https://core.telegram.org/method/channels.editLocation.
func (h *Handlers) editLocation(ctx context.Context, call *rpc.Call, in *tg.ChannelsEditLocation) (tg.Bool, error) {
	return h.set(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.SetLocation(ctx, call.User, ch, location(in.GeoPoint, &in.Address))
	})
}

// getChannels serves https://core.telegram.org/method/channels.getChannels.
func (h *Handlers) getChannels(ctx context.Context, call *rpc.Call, in *tg.ChannelsGetChannels) (*tg.MessagesChats, error) {
	if len(in.ID) > maxAsked {
		return nil, rpc.BadRequest("LIMIT_INVALID")
	}
	list := make([]ids.Peer, 0, len(in.ID))
	for _, one := range in.ID {
		ch, err := h.view.ChannelFromInput(ctx, call, one)
		if err != nil {
			return nil, err
		}
		list = append(list, ch.Peer())
	}
	chats, err := h.view.Chats(ctx, call.User, list)
	return &tg.MessagesChats{Chats: chats}, err
}

// maxColors is how many colours clients can name by a number.
const maxColors = 256

// updateColor serves https://core.telegram.org/method/channels.updateColor. Without a colour it is taken away.
func (h *Handlers) updateColor(ctx context.Context, call *rpc.Call, in *tg.ChannelsUpdateColor) (*tg.Updates, error) {
	var color *users.Color
	switch {
	case in.Color != nil && (*in.Color < 0 || *in.Color >= maxColors):
		return nil, rpc.BadRequest("COLOR_INVALID")
	case in.Color != nil || in.BackgroundEmojiID != nil:
		color = &users.Color{Number: in.Color}
		if in.BackgroundEmojiID != nil {
			color.Emoji = *in.BackgroundEmojiID
		}
	}
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.SetColor(ctx, call.User, ch, in.ForProfile, color)
	})
}

// updateEmojiStatus serves https://core.telegram.org/method/channels.updateEmojiStatus.
func (h *Handlers) updateEmojiStatus(ctx context.Context, call *rpc.Call, in *tg.ChannelsUpdateEmojiStatus) (*tg.Updates, error) {
	var status *users.EmojiStatus
	switch e := in.EmojiStatus.(type) {
	case *tg.EmojiStatusEmpty:
	case *tg.EmojiStatus:
		status = &users.EmojiStatus{Document: e.DocumentID}
		if e.Until != nil {
			status.Until = int64(*e.Until)
		}
	default:
		return nil, rpc.BadRequest("DOCUMENT_INVALID")
	}
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.SetEmojiStatus(ctx, call.User, ch, status)
	})
}

// convertToGigagroup serves https://core.telegram.org/method/channels.convertToGigagroup. A supergroup here is not
// limited to the size from which others turn it into a group where only admins write.
func (h *Handlers) convertToGigagroup(ctx context.Context, call *rpc.Call, in *tg.ChannelsConvertToGigagroup) (*tg.Updates, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	if _, err := h.channels.CheckAdmin(ctx, ch, call.User, 0); err != nil {
		return nil, err
	}
	return nil, rpc.BadRequest("PARTICIPANTS_TOO_FEW")
}
