package push

import (
	"context"
	"errors"
	"slices"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/secretchats"
	"hermod/internal/domain/updates"
)

// A task is something to tell.
type task interface {
	do(ctx context.Context, s *Service) error
}

// heard takes what is new in a log. It does not wait: what asks the database is a task.
func (s *Service) heard(m bus.Message) {
	e, ok := m.Value.(updates.Entry)
	if !ok || !s.any() || s.o.Caller == nil {
		return
	}
	owner := ids.Peer(m.Key)
	switch ev := e.Event.(type) {
	case updates.NewMessage:
		s.heardMessage(owner, e.Value)
	case updates.ReadInbox:
		s.heardRead(owner.User(), ev.Peer, ev.MaxID)
	case updates.ReadChannel:
		if mark, ok := e.Value.(updates.ReadMark); ok {
			s.heardRead(owner.User(), ev.Channel.Peer(), mark.MaxID)
		}
	case updates.DeleteMessages:
		s.releaseDeleted(owner, ev.IDs)
		if peer, id, ok := s.pushedIn(owner.User(), ev.IDs); ok {
			s.forget(owner.User(), peer, id)
			s.put(over{user: owner.User(), peer: peer, key: keyDeleted, custom: "messages", id: id})
		}
	}
}

func (s *Service) heardMessage(owner ids.Peer, value any) {
	m, ok := value.(*messages.Message)
	user := owner.User()
	if !ok || m.Flags.Has(messages.IsAction) || user != 0 && (!s.has(user) || quiet(m, user)) {
		return
	}
	s.put(arrived{owner, m})
}

func (s *Service) heardRead(user ids.User, peer ids.Peer, upTo ids.Message) {
	s.release(user, peer, upTo)
	if s.forget(user, peer, upTo) {
		s.put(over{user: user, peer: peer, key: keyRead, custom: "max_id", id: upTo})
	}
}

// heardDevice takes what concerns one device: secret chats.
func (s *Service) heardDevice(m bus.Message) {
	user := ids.User(m.Key)
	n, ok := m.Value.(updates.DeviceNews)
	if !ok || s.o.Caller == nil || !s.has(user) {
		return
	}
	switch v := n.Value.(type) {
	case secretchats.Queued:
		if !v.Service {
			s.put(secret{user, n.Device, v.Chat, "ENCRYPTED_MESSAGE"})
		}
	case secretchats.Changed:
		s.put(changed{user, n.Device, v.ID})
	}
}

// arrived tells of a new message.
type arrived struct {
	owner   ids.Peer // the user whose it is, or the channel
	message *messages.Message
}

func (t arrived) do(ctx context.Context, s *Service) error {
	users := []ids.User{t.owner.User()}
	if t.owner.User() == 0 {
		var err error
		if users, err = s.members(ctx, t.owner); err != nil {
			return err
		}
	}
	here, away, err := s.parted(ctx, users)
	if err != nil {
		return err
	}
	for _, u := range here {
		if !quiet(t.message, u) {
			s.hold(u, t.message, time.Now())
		}
	}
	for _, u := range away {
		if quiet(t.message, u) {
			continue
		}
		if err := s.tell(ctx, u, t.message); err != nil {
			return err
		}
	}
	return nil
}

// parted are those of users who are looking at one of their devices, and those who are not.
func (s *Service) parted(ctx context.Context, users []ids.User) (here, away []ids.User, err error) {
	all, err := s.o.Presence.Statuses(ctx, users)
	if err != nil {
		return nil, nil, wrap("who is here", err)
	}
	now := time.Now()
	for i, u := range users {
		if isHere(all[i], now) {
			here = append(here, u)
		} else {
			away = append(away, u)
		}
	}
	return here, away, nil
}

// tell pushes a message to one person, unless he has silenced the chat. What mentions him comes through.
func (s *Service) tell(ctx context.Context, user ids.User, m *messages.Message) error {
	settings, err := s.settings(ctx, user, m)
	if err != nil {
		return err
	}
	mentioned := m.Flags.Has(messages.Mentioned) || slices.Contains(m.Mentions, user)
	if settings.Muted(time.Now()) && !mentioned {
		return nil
	}
	p, err := s.describe(ctx, user, m, settings, mentioned)
	if err != nil {
		return err
	}
	devices, err := s.devices(ctx, user, 0)
	if err != nil {
		return err
	}
	if p.Badge, err = s.badge(ctx, user); err != nil {
		return err
	}
	s.remember(user, m.Peer, m.ID)
	s.send(ctx, devices, p)
	return nil
}

// settings are what user wants for the chat of m: as set for the topic, the chat, or all chats of the kind.
func (s *Service) settings(ctx context.Context, user ids.User, m *messages.Message) (n dialogs.Notify, err error) {
	scope := dialogs.ScopeUsers
	if m.Peer.User() == 0 {
		scope = dialogs.ScopeChats
	}
	if ch := m.Peer.Channel(); ch != 0 {
		broadcast, err := s.o.Broadcast(ctx, ch)
		if err != nil {
			return n, err
		}
		if broadcast {
			scope = dialogs.ScopeBroadcasts
		}
	}
	err = s.o.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = s.o.Dialogs.Effective(ctx, tx, user, m.Peer, m.Thread, scope)
		return err
	})
	return n, wrap("notification settings", err)
}

// over tells that something that was pushed was read or deleted.
type over struct {
	user   ids.User
	peer   ids.Peer
	key    string // of the text
	custom string // the name of id
	id     ids.Message
}

func (t over) do(ctx context.Context, s *Service) error {
	devices, err := s.devices(ctx, t.user, 0)
	if err != nil {
		return err
	}
	p := newPayload(t.user, t.key, t.peer)
	p.Custom[t.custom] = number(t.id)
	p.silent = true
	if p.Badge, err = s.badge(ctx, t.user); err != nil {
		return err
	}
	s.send(ctx, devices, p)
	return nil
}

// badge is the number on the icon of user's clients.
func (s *Service) badge(ctx context.Context, user ids.User) (*int, error) {
	n, err := s.o.Dialogs.Unread(ctx, user)
	return &n, wrap("count what is unread", err)
}

// secret tells a device that something came in a secret chat: not from whom, and nothing of it.
type secret struct {
	user ids.User
	key  ids.AuthKey
	chat int32
	text string // its key
}

func (t secret) do(ctx context.Context, s *Service) error {
	_, away, err := s.parted(ctx, []ids.User{t.user})
	if err != nil || len(away) == 0 {
		return err
	}
	devices, err := s.devices(ctx, t.user, t.key)
	if err != nil {
		return err
	}
	p := newPayload(t.user, t.text, 0)
	p.Custom["encryption_id"] = number(t.chat)
	s.send(ctx, devices, p)
	return nil
}

// changed tells a device that somebody asks for a secret chat, if that is what has changed.
type changed struct {
	user ids.User
	key  ids.AuthKey
	chat int32
}

func (t changed) do(ctx context.Context, s *Service) error {
	c, err := s.o.Secret(ctx, t.user, t.chat)
	if errors.Is(err, secretchats.ErrChat) {
		return nil
	}
	if err != nil || c.For(t.key) != secretchats.LooksRequested {
		return wrap("look at a secret chat", err)
	}
	return secret{t.user, t.key, t.chat, "ENCRYPTION_REQUEST"}.do(ctx, s)
}
