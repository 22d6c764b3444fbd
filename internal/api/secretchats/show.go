package secretchats

import (
	"context"
	"errors"
	"time"

	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/secretchats"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// shown is a chat as a device of its owner sees it; nil if it sees nothing.
func (h *Handlers) shown(c secretchats.Chat, device ids.AuthKey) tg.EncryptedChatClass {
	admin, participant := c.Sides()
	hash := h.access(forChat, c.Owner, device, int64(c.ID))
	switch c.For(device) {
	case secretchats.LooksWaiting:
		return &tg.EncryptedChatWaiting{
			ID: c.ID, AccessHash: hash, Date: render.Unix(c.MadeAt), AdminID: int64(admin), ParticipantID: int64(participant),
		}
	case secretchats.LooksRequested:
		return &tg.EncryptedChatRequested{
			ID: c.ID, AccessHash: hash, Date: render.Unix(c.MadeAt), AdminID: int64(admin), ParticipantID: int64(participant), GA: c.Value,
		}
	case secretchats.LooksAccepted:
		return &tg.EncryptedChat{
			ID: c.ID, AccessHash: hash, Date: render.Unix(c.MadeAt), AdminID: int64(admin), ParticipantID: int64(participant),
			GAOrB: c.Value, KeyFingerprint: c.Fingerprint,
		}
	case secretchats.LooksDiscarded:
		return &tg.EncryptedChatDiscarded{ID: c.ID, HistoryDeleted: c.Erased}
	}
	return nil
}

// update is the news that a chat looks different, with whom a client must know to understand it; nil if it looks like
// nothing.
func (h *Handlers) update(c secretchats.Chat, device ids.AuthKey) (tg.UpdateClass, []ids.Peer) {
	chat := h.shown(c, device)
	if chat == nil {
		return nil, nil
	}
	var about []ids.Peer
	if _, over := chat.(*tg.EncryptedChatDiscarded); !over {
		about = []ids.Peer{c.Peer.Peer()}
	}
	return &tg.UpdateEncryption{Chat: chat, Date: render.Unix(c.ChangedAt)}, about
}

// message shows a ciphertext to the device for which it waits.
func (h *Handlers) message(user ids.User, device ids.AuthKey, q secretchats.Queued) tg.EncryptedMessageClass {
	if q.Service {
		return &tg.EncryptedMessageService{RandomID: q.RandomID, ChatID: q.Chat, Date: render.Unix(q.SentAt), Bytes: q.Data}
	}
	return &tg.EncryptedMessage{
		RandomID: q.RandomID, ChatID: q.Chat, Date: render.Unix(q.SentAt), Bytes: q.Data, File: h.file(user, device, q.File),
	}
}

// file shows a file to a device.
func (h *Handlers) file(user ids.User, device ids.AuthKey, f *secretchats.File) tg.EncryptedFileClass {
	if f == nil {
		return &tg.EncryptedFileEmpty{}
	}
	return &tg.EncryptedFile{
		ID: f.ID, AccessHash: h.access(forFile, user, device, f.ID), Size: f.Size, DCID: h.o.DC, KeyFingerprint: f.Fingerprint,
	}
}

func readUpdate(r secretchats.Read) tg.UpdateClass {
	return &tg.UpdateEncryptedMessagesRead{ChatID: r.Chat, MaxDate: render.Unix(r.Max), Date: render.Unix(r.At)}
}

// Missed is the part of a difference that is for one device.
type Missed struct {
	Messages []tg.EncryptedMessageClass
	Updates  []tg.UpdateClass
	About    []ids.Peer
	QTS      int32 // the position behind Messages
	More     bool  // there are more messages
}

// QTS implements chats.Devices.
func (h *Handlers) QTS(ctx context.Context, device ids.AuthKey) (int32, error) {
	return h.secret.Start(ctx, device)
}

// Missed is what chats.Devices asks for.
func (h *Handlers) Missed(ctx context.Context, user ids.User, device ids.AuthKey, qts int32, date time.Time) (Missed, error) {
	m, err := h.secret.Missed(ctx, user, device, qts, date)
	if err != nil {
		return Missed{}, err
	}
	t := Missed{QTS: m.QTS, More: m.More}
	for _, q := range m.Messages {
		t.Messages = append(t.Messages, h.message(user, device, q))
	}
	for _, c := range m.Changed {
		if u, about := h.update(c, device); u != nil {
			t.Updates, t.About = append(t.Updates, u), append(t.About, about...)
		}
	}
	for _, r := range m.Reads {
		t.Updates = append(t.Updates, readUpdate(r))
	}
	return t, nil
}

// Waiting implements chats.Devices.
func (h *Handlers) Waiting(ctx context.Context, device ids.AuthKey, qts int32) ([]updates.DeviceNews, bool, error) {
	page, more, err := h.secret.Waiting(ctx, device, qts)
	news := make([]updates.DeviceNews, len(page))
	for i, q := range page {
		news[i] = updates.DeviceNews{Device: device, QTS: q.QTS, Value: q}
	}
	return news, more, err
}

// Show implements chats.Devices.
func (h *Handlers) Show(ctx context.Context, user ids.User, n updates.DeviceNews) (tg.UpdatesClass, error) {
	u, about, err := h.news(ctx, user, n)
	if err != nil || u == nil {
		return nil, err
	}
	return h.render.Answer(ctx, user, about, u)
}

func (h *Handlers) news(ctx context.Context, user ids.User, n updates.DeviceNews) (tg.UpdateClass, []ids.Peer, error) {
	switch v := n.Value.(type) {
	case secretchats.Queued:
		return &tg.UpdateNewEncryptedMessage{Message: h.message(user, n.Device, v), Qts: v.QTS}, nil, nil
	case secretchats.Typing:
		return &tg.UpdateEncryptedChatTyping{ChatID: v.Chat}, nil, nil
	case secretchats.Read:
		return readUpdate(v), nil, nil
	case secretchats.Changed:
		c, err := h.secret.Find(ctx, v.Owner, v.ID) // as it looks now
		if errors.Is(err, secretchats.ErrChat) {
			return nil, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		u, about := h.update(c, n.Device)
		return u, about, nil
	}
	return nil, nil, nil
}
