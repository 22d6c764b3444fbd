package gotd

import (
	"testing"

	"github.com/gotd/td/tg"
)

// A club is three people who know each other. Anna has two devices.
type club struct {
	s                        *server
	anna, second, bent, cleo *device
	names                    map[*device]string
	ids                      map[*device]int64
	hashes                   map[*device]map[int64]int64 // access hashes, as each device has them; those of channels under minus their ids
}

func newClub(t *testing.T, settings ...string) *club {
	t.Helper()
	s := startServer(t, settings...)
	c := &club{s: s, names: map[*device]string{}, ids: map[*device]int64{}, hashes: map[*device]map[int64]int64{}}
	phones := map[string]string{}
	enter := func(name string, w way) *device {
		if phones[name] == "" {
			phones[name] = newNumber()
		}
		d := s.login(t, w, phones[name], name)
		c.names[d], c.ids[d], c.hashes[d] = name, d.self().ID, map[int64]int64{}
		return d
	}
	c.anna, c.second = enter("Anna", intermediate), enter("Anna", webSocket)
	c.bent, c.cleo = enter("Bent", intermediate), enter("Cleo", intermediate)
	for d := range c.names {
		for name, phone := range phones {
			if name != c.names[d] {
				p := d.importContact(phone, name)
				c.hashes[d][p.UserID] = p.AccessHash
			}
		}
	}
	return c
}

// who names a person as a device does.
func (c *club) who(as, other *device) *tg.InputUser {
	return &tg.InputUser{UserID: c.ids[other], AccessHash: c.hashes[as][c.ids[other]]}
}

func (c *club) peer(as, other *device) *tg.InputPeerUser {
	return &tg.InputPeerUser{UserID: c.ids[other], AccessHash: c.hashes[as][c.ids[other]]}
}

// group makes a basic group of all three.
func (c *club) group(t *testing.T, title string) int64 {
	t.Helper()
	got := must(c.anna.api.MessagesCreateChat(t.Context(), &tg.MessagesCreateChatRequest{
		Title: title, Users: []tg.InputUserClass{c.who(c.anna, c.bent), c.who(c.anna, c.cleo)},
	}))(t)
	if len(got.MissingInvitees) != 0 {
		t.Errorf("missing: %v", got.MissingInvitees)
	}
	return one[*tg.Chat](t, chats(got.Updates)).ID
}

// supergroup makes one of all three; channel makes a channel.
func (c *club) supergroup(t *testing.T, title string) *tg.InputChannel { return c.make(t, title, true) }
func (c *club) channel(t *testing.T, title string) *tg.InputChannel    { return c.make(t, title, false) }

func (c *club) make(t *testing.T, title string, group bool) *tg.InputChannel {
	t.Helper()
	made := must(c.anna.api.ChannelsCreateChannel(t.Context(), &tg.ChannelsCreateChannelRequest{
		Title: title, About: "about " + title, Megagroup: group, Broadcast: !group,
	}))(t)
	ch := one[*tg.Channel](t, chats(made)).AsInput()
	c.keep(c.anna, ch)
	got := must(c.anna.api.ChannelsInviteToChannel(t.Context(), &tg.ChannelsInviteToChannelRequest{
		Channel: ch, Users: []tg.InputUserClass{c.who(c.anna, c.bent), c.who(c.anna, c.cleo)},
	}))(t)
	if len(got.MissingInvitees) != 0 {
		t.Errorf("missing: %v", got.MissingInvitees)
	}
	for _, d := range []*device{c.second, c.bent, c.cleo} {
		c.find(t, d, ch.ChannelID)
	}
	return ch
}

func (c *club) keep(d *device, ch *tg.InputChannel) { c.hashes[d][-ch.ChannelID] = ch.AccessHash }

// find learns how a device names a channel that it is in: from its list of dialogs.
func (c *club) find(t *testing.T, d *device, id int64) {
	t.Helper()
	list := must(d.api.MessagesGetDialogs(t.Context(), &tg.MessagesGetDialogsRequest{OffsetPeer: &tg.InputPeerEmpty{}, Limit: 100}))(t)
	modified, ok := list.AsModified()
	if !ok {
		t.Fatalf("got %T", list)
	}
	for _, chat := range modified.GetChats() {
		if ch, ok := chat.(*tg.Channel); ok && ch.ID == id {
			c.keep(d, ch.AsInput())
			return
		}
	}
	t.Fatalf("%s does not see channel %d", c.names[d], id)
}

// in names a channel as a device does.
func (c *club) in(d *device, ch *tg.InputChannel) *tg.InputChannel {
	return &tg.InputChannel{ChannelID: ch.ChannelID, AccessHash: c.hashes[d][-ch.ChannelID]}
}

func (c *club) chat(d *device, ch *tg.InputChannel) *tg.InputPeerChannel {
	return &tg.InputPeerChannel{ChannelID: ch.ChannelID, AccessHash: c.hashes[d][-ch.ChannelID]}
}

// chats are those that come with updates.
func chats(u tg.UpdatesClass) []tg.ChatClass {
	switch u := u.(type) {
	case *tg.Updates:
		return u.Chats
	case *tg.UpdatesCombined:
		return u.Chats
	}
	return nil
}

// one is the first of a list that has this type.
func one[T, L any](t *testing.T, list []L) T {
	t.Helper()
	for _, item := range list {
		if v, ok := any(item).(T); ok {
			return v
		}
	}
	var none T
	t.Fatalf("no %T among %d items %T", none, len(list), list)
	return none
}

// posted waits for a new message in a channel with this text.
func (d *device) posted(text string) *tg.Message {
	d.t.Helper()
	u := wait(d, func(u *tg.UpdateNewChannelMessage) bool {
		m, ok := u.Message.(*tg.Message)
		return ok && m.Message == text
	})
	return u.Message.(*tg.Message)
}

// service waits for a service message with this action, in a group or a channel.
func service[A tg.MessageActionClass](d *device, where tg.PeerClass) A {
	d.t.Helper()
	for {
		if p, ok := where.(*tg.PeerChannel); ok {
			u := wait(d, func(u *tg.UpdateNewChannelMessage) bool { return hasAction[A](u.Message, p) })
			return u.Message.(*tg.MessageService).Action.(A)
		}
		u := wait(d, func(u *tg.UpdateNewMessage) bool { return hasAction[A](u.Message, where) })
		return u.Message.(*tg.MessageService).Action.(A)
	}
}

func hasAction[A tg.MessageActionClass](m tg.MessageClass, where tg.PeerClass) bool {
	s, ok := m.(*tg.MessageService)
	if !ok || s.PeerID.String() != where.String() {
		return false
	}
	_, ok = s.Action.(A)
	return ok
}

// history is the newest messages of a chat.
func (d *device) history(peer tg.InputPeerClass) []tg.MessageClass {
	d.t.Helper()
	h := must(d.api.MessagesGetHistory(d.t.Context(), &tg.MessagesGetHistoryRequest{Peer: peer, Limit: 100}))(d.t)
	modified, ok := h.AsModified()
	if !ok {
		d.t.Fatalf("got %T", h)
	}
	return modified.GetMessages()
}

// texts are those of messages.
func textsOf(list []tg.MessageClass) []string {
	var out []string
	for _, m := range list {
		if m, ok := m.(*tg.Message); ok {
			out = append(out, m.Message)
		}
	}
	return out
}
