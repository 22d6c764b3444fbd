package messages

import (
	"context"
	"errors"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
)

// A leave to send is what admit found out about the chat.
type leave struct {
	channel channels.Sight
	as      ids.Peer // in whose name, in a channel
}

// admit checks that the sender may send all of these, which go to one chat, as one message.
func (s *Service) admit(ctx context.Context, tx *db.Tx, all ...SendRequest) (ok leave, err error) {
	req := all[0]
	needs := req.needs()
	for _, r := range all[1:] {
		needs |= r.needs()
	}
	switch chat, channel := req.To.Chat(), req.To.Channel(); {
	case channel != 0 && s.channels == nil, chat != 0 && s.groups == nil:
		return ok, ErrPeer
	case channel == 0 && req.As != 0 && req.As != req.From.Peer():
		return ok, rights.ErrSendAs
	case channel != 0 && req.trusted():
		if ok.channel.Channel, err = s.channels.OneTx(ctx, tx, channel); err == nil {
			ok.channel.Me, err = s.channels.Member(ctx, tx, channel, req.From)
		}
		if err == nil && req.As != 0 { // in whose name is for nobody else to ask
			err = s.channels.CheckAs(ctx, tx, ok.channel, req.From, req.As)
		}
		if ok.as = req.As; ok.as == 0 {
			ok.as = ok.channel.As()
		}
	case channel != 0:
		return s.admitToChannel(ctx, tx, req, needs)
	case req.trusted():
	case chat != 0:
		_, err = s.groups.CheckMaySend(ctx, tx, chat, req.From, needs)
	default:
		err = s.checkMayWrite(ctx, tx, req.From, req.To.User())
		if err == nil && slices.ContainsFunc(all, func(r SendRequest) bool { return media.KindOf(r.Media).Listened() }) {
			err = s.checkMaySpeak(ctx, req.From, req.To.User())
		}
	}
	return ok, err
}

// checkMaySpeak fails with ErrVoice when to does not take voice messages from a user.
// Spec: https://core.telegram.org/constructor/inputPrivacyKeyVoiceMessages
func (s *Service) checkMaySpeak(ctx context.Context, from, to ids.User) error {
	if from == to {
		return nil
	}
	may, err := s.users.Allowed(ctx, to, from, users.VoiceMessages)
	if err == nil && !may {
		err = ErrVoice
	}
	return err
}

// admitToChannel also finds out in whose name the sender writes: as he says, or as he has chosen before, as long as he may.
func (s *Service) admitToChannel(
	ctx context.Context, tx *db.Tx, req SendRequest, needs rights.Content,
) (ok leave, err error) {
	ch := req.To.Channel()
	if ok.as = req.As; ok.as == 0 {
		me, err := s.channels.Member(ctx, tx, ch, req.From)
		if err != nil {
			return ok, err
		}
		ok.as = me.SendAs
	}
	ok.channel, err = s.channels.CheckMaySend(ctx, tx, ch, req.From, ok.as, needs)
	if errors.Is(err, rights.ErrSendAs) && req.As == 0 {
		ok.as = 0
		ok.channel, err = s.channels.CheckMaySend(ctx, tx, ch, req.From, 0, needs)
		ok.channel.Me.SendAs = 0
	}
	if ok.as == 0 {
		ok.as = ok.channel.As()
	}
	return ok, err
}

func (s *Service) checkMayWrite(ctx context.Context, tx *db.Tx, from, to ids.User) error {
	err := s.users.CheckMayWrite(ctx, tx, from, to)
	if errors.Is(err, users.ErrNotFound) {
		return ErrPeer
	}
	return err
}
