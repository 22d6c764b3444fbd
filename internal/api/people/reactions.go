package people

import (
	"context"

	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerReactions(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getReactionsNotifySettings)
	rpc.Handle(r, rpc.UserOnly, h.setReactionsNotifySettings)
}

// unsetReactions holds for who has chosen nothing.
var unsetReactions = users.Reactions{
	Messages: users.FromContacts, Stories: users.FromContacts, Polls: users.FromContacts, Previews: true,
}

// getReactionsNotifySettings serves https://core.telegram.org/method/account.getReactionsNotifySettings.
func (h *Handlers) getReactionsNotifySettings(ctx context.Context, call *rpc.Call, _ *tg.AccountGetReactionsNotifySettings) (*tg.ReactionsNotifySettings, error) {
	me, err := h.users.One(ctx, call.User)
	if err != nil {
		return nil, err
	}
	if me.Settings.Reactions == nil {
		return reactions(unsetReactions), nil
	}
	return reactions(*me.Settings.Reactions), nil
}

// setReactionsNotifySettings serves https://core.telegram.org/method/account.setReactionsNotifySettings. The
// sound stays the default one.
func (h *Handlers) setReactionsNotifySettings(ctx context.Context, call *rpc.Call, in *tg.AccountSetReactionsNotifySettings) (*tg.ReactionsNotifySettings, error) {
	if in.Settings == nil {
		return nil, rpc.ErrMalformed
	}
	wanted := users.Reactions{
		Messages: reactionsFrom(in.Settings.MessagesNotifyFrom), Stories: reactionsFrom(in.Settings.StoriesNotifyFrom),
		Polls: reactionsFrom(in.Settings.PollVotesNotifyFrom), Previews: in.Settings.ShowPreviews,
	}
	err := h.users.UpdateSettings(ctx, call.User, func(s *users.Settings) users.Change {
		s.Reactions = &wanted
		return ""
	})
	return reactions(wanted), err
}

func reactions(r users.Reactions) *tg.ReactionsNotifySettings {
	return &tg.ReactionsNotifySettings{
		MessagesNotifyFrom: reactionsShown(r.Messages), StoriesNotifyFrom: reactionsShown(r.Stories),
		PollVotesNotifyFrom: reactionsShown(r.Polls), Sound: &tg.NotificationSoundDefault{}, ShowPreviews: r.Previews,
	}
}

func reactionsFrom(in tg.ReactionNotificationsFromClass) users.ReactionsFrom {
	switch in.(type) {
	case *tg.ReactionNotificationsFromContacts:
		return users.FromContacts
	case *tg.ReactionNotificationsFromAll:
		return users.FromAll
	}
	return users.FromNobody
}

func reactionsShown(from users.ReactionsFrom) tg.ReactionNotificationsFromClass {
	switch from {
	case users.FromContacts:
		return &tg.ReactionNotificationsFromContacts{}
	case users.FromAll:
		return &tg.ReactionNotificationsFromAll{}
	}
	return nil
}
