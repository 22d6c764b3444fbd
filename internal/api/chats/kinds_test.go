package chats

import (
	"context"
	"slices"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// group makes a basic group of the first of people with the others.
func (w *world) group(people ...*rpc.Call) ids.Chat {
	w.t.Helper()
	var rest []ids.User
	for _, p := range people[1:] {
		rest = append(rest, p.User)
	}
	made, err := w.groups.Create(w.t.Context(), groups.NewGroup{By: people[0].User, Title: "A group", Users: rest})
	if err != nil {
		w.t.Fatal(err)
	}
	return made.Group.ID
}

// geo stands for what reads media.
func geo(_ context.Context, _ *rpc.Call, in tg.InputMediaClass) (*media.Media, error) {
	p := in.(*tg.InputMediaGeoPoint).GeoPoint.(*tg.InputGeoPoint)
	return &media.Media{Kind: media.Geo, Geo: &media.Point{Lat: p.Lat, Long: p.Long}}, nil
}

func geoIn(lat float64) tg.InputMediaClass {
	return &tg.InputMediaGeoPoint{GeoPoint: &tg.InputGeoPoint{Lat: lat, Long: 10}}
}

// chatsOf runs fn with a private chat, a basic group and a supergroup of two people, as the first of them names it.
func chatsOf(t *testing.T, fn func(t *testing.T, w *world, p []*rpc.Call, peer ids.Peer, in tg.InputPeerClass)) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, bus.NewLocal())
		w.o.MediaFrom = geo
		p := w.people(2)
		t.Run("private", func(t *testing.T) { fn(t, w, p, p[1].User.Peer(), w.peer(p[0], p[1])) })
		t.Run("group", func(t *testing.T) {
			c := w.group(p...)
			fn(t, w, p, c.Peer(), &tg.InputPeerChat{ChatID: int64(c)})
		})
		t.Run("supergroup", func(t *testing.T) {
			c := w.supergroup(p...)
			fn(t, w, p, c.Peer(), w.channelPeer(p[0], c))
		})
	})
}

// fresh are the new messages of an answer, and the ids under the random ids that it names.
func fresh(t testing.TB, u tg.UpdatesClass) (list []*tg.Message, numbers []int32) {
	t.Helper()
	for _, one := range u.(*tg.Updates).Updates {
		switch one := one.(type) {
		case *tg.UpdateMessageID:
			numbers = append(numbers, one.ID)
		case *tg.UpdateNewMessage:
			list = append(list, one.Message.(*tg.Message))
		case *tg.UpdateNewChannelMessage:
			list = append(list, one.Message.(*tg.Message))
		}
	}
	return list, numbers
}

func TestMediaIsSentEverywhere(t *testing.T) {
	chatsOf(t, func(t *testing.T, w *world, p []*rpc.Call, peer ids.Peer, in tg.InputPeerClass) {
		w.render.SetMedia(func(_ context.Context, _ ids.User, list []*messages.Message) (map[*messages.Message]tg.MessageMediaClass, []ids.Peer, error) {
			all := map[*messages.Message]tg.MessageMediaClass{}
			for _, m := range list {
				all[m] = &tg.MessageMediaGeo{Geo: &tg.GeoPoint{Lat: m.Media.Geo.Lat, Long: m.Media.Geo.Long}}
			}
			return all, nil, nil
		})
		u := must[tg.UpdatesClass](t)(w.sendMedia(t.Context(), p[0], &tg.MessagesSendMedia{Peer: in, Media: geoIn(59), RandomID: 77}))
		list, numbers := fresh(t, u)
		if len(list) != 1 || len(numbers) != 1 || numbers[0] != list[0].ID || !list[0].Out {
			t.Fatalf("answer %+v", u)
		}
		if m, ok := list[0].Media.(*tg.MessageMediaGeo); !ok || m.Geo.(*tg.GeoPoint).Lat != 59 {
			t.Errorf("media %+v", list[0].Media)
		}
	})
}

func TestForwardsGoEverywhere(t *testing.T) {
	chatsOf(t, func(t *testing.T, w *world, p []*rpc.Call, peer ids.Peer, in tg.InputPeerClass) {
		first, _ := fresh(t, must[tg.UpdatesClass](t)(w.sendMessage(t.Context(), p[0], &tg.MessagesSendMessage{Peer: in, Message: "one", RandomID: 1001 + int64(peer)})))
		for to, name := range map[tg.InputPeerClass]string{in: "the same chat", &tg.InputPeerSelf{}: "saved messages"} {
			u := must[tg.UpdatesClass](t)(w.forwardMessages(t.Context(), p[0], &tg.MessagesForwardMessages{
				FromPeer: in, ID: []int32{first[0].ID}, RandomID: []int64{2000 + int64(len(name)) + int64(peer)}, ToPeer: to,
			}))
			list, _ := fresh(t, u)
			if len(list) != 1 || list[0].Message != "one" || list[0].FwdFrom == nil {
				t.Errorf("to %s: %+v", name, u)
			}
		}
	})
}

func TestReadingAndMentions(t *testing.T) {
	chatsOf(t, func(t *testing.T, w *world, p []*rpc.Call, peer ids.Peer, in tg.InputPeerClass) {
		if peer.User() != 0 {
			return // nobody is mentioned in a private chat
		}
		list, _ := fresh(t, must[tg.UpdatesClass](t)(w.sendMessage(t.Context(), p[0], &tg.MessagesSendMessage{
			Peer: in, Message: "you", RandomID: 5 + int64(peer), Entities: []tg.MessageEntityClass{
				&tg.InputMessageEntityMentionName{Length: 3, UserID: &tg.InputUser{
					UserID: int64(p[1].User), AccessHash: w.view.Access().Hash(p[0].User, p[1].User.Peer()),
				}},
			},
		})))
		theirs := in
		if c := peer.Channel(); c != 0 {
			theirs = w.channelPeer(p[1], c)
		}
		page := must[tg.MessagesMessagesClass](t)(w.getUnreadMentions(t.Context(), p[1], &tg.MessagesGetUnreadMentions{Peer: theirs, Limit: 10}))
		mentions := messagesIn(page)
		if len(mentions) != 1 || !mentions[0].(*tg.Message).Mentioned || mentions[0].(*tg.Message).Out {
			t.Fatalf("%d mentions: %+v", len(mentions), page)
		}
		if peer.Channel() != 0 && mentions[0].(*tg.Message).ID != list[0].ID {
			t.Errorf("message %d, want %d", mentions[0].(*tg.Message).ID, list[0].ID)
		}
		must[*tg.MessagesAffectedHistory](t)(w.readMentions(t.Context(), p[1], &tg.MessagesReadMentions{Peer: theirs}))
		page = must[tg.MessagesMessagesClass](t)(w.getUnreadMentions(t.Context(), p[1], &tg.MessagesGetUnreadMentions{Peer: theirs, Limit: 10}))
		if left := messagesIn(page); len(left) != 0 {
			t.Errorf("%d mentions are left", len(left))
		}
	})
}

func messagesIn(page tg.MessagesMessagesClass) []tg.MessageClass {
	switch page := page.(type) {
	case *tg.MessagesMessages:
		return page.Messages
	case *tg.MessagesMessagesSlice:
		return page.Messages
	case *tg.MessagesChannelMessages:
		return page.Messages
	}
	return nil
}

func TestChannelPagesSayWhereTheLogStands(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.supergroup(p...)
		m := w.post(p[0], ch, "hello", 1)
		st, err := w.messages.State(t.Context(), ch.Peer())
		if err != nil {
			t.Fatal(err)
		}
		page := must[tg.MessagesMessagesClass](t)(w.getHistory(t.Context(), p[1], &tg.MessagesGetHistory{Peer: w.channelPeer(p[1], ch), Limit: 10}))
		if got, ok := page.(*tg.MessagesChannelMessages); !ok || got.Pts != st.PTS || len(got.Chats) != 1 || got.Messages[0].(*tg.Message).ID != m.ID {
			t.Errorf("history %+v", page)
		}
		page = must[tg.MessagesMessagesClass](t)(w.channelsGetMessages(t.Context(), p[1], &tg.ChannelsGetMessages{
			Channel: w.inputChannel(p[1], ch), ID: []tg.InputMessageClass{&tg.InputMessageID{ID: 99}, &tg.InputMessageID{ID: m.ID}},
		}))
		got, ok := page.(*tg.MessagesChannelMessages)
		if !ok || got.Pts != st.PTS || len(got.Messages) != 2 {
			t.Fatalf("messages %+v", page)
		}
		if e, ok := got.Messages[0].(*tg.MessageEmpty); !ok || e.ID != 99 || got.Messages[1].(*tg.Message).Out {
			t.Errorf("messages %+v", got.Messages)
		}
		if _, err := w.channelsReadHistory(t.Context(), p[1], &tg.ChannelsReadHistory{Channel: w.inputChannel(p[1], ch), MaxID: m.ID}); err != nil {
			t.Error(err)
		}
	})
}

// TestReadersAndAuthorsHearOfReading reads in a supergroup: the reader's other devices hear how far, the author that it
// was read.
func TestReadersAndAuthorsHearOfReading(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.supergroup(p...)
		m := w.post(p[0], ch, "hello", 1)
		_, author := w.listen(p[0])
		_, reader := w.listen(p[1])
		if _, err := w.channelsReadHistory(t.Context(), p[1], &tg.ChannelsReadHistory{Channel: w.inputChannel(p[1], ch), MaxID: m.ID}); err != nil {
			t.Fatal(err)
		}
		read := next[*tg.UpdateReadChannelInbox](t, reader)
		if read.MaxID != m.ID || read.StillUnreadCount != 0 || read.ChannelID != int64(ch) || read.Pts == 0 {
			t.Errorf("the reader hears %+v", read)
		}
		if seen := next[*tg.UpdateReadChannelOutbox](t, author); seen.MaxID != m.ID {
			t.Errorf("the author hears %+v", seen)
		}
	})
}

// next is the first update of type U that a stream has.
func next[U tg.UpdateClass](t testing.TB, s *Stream) (u U) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		items, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			for _, one := range updatesIn(item.Update) {
				if u, ok := one.(U); ok {
					return u
				}
			}
		}
	}
	t.Fatalf("no %T came", u)
	return u
}

func updatesIn(u tg.UpdatesClass) []tg.UpdateClass {
	switch u := u.(type) {
	case *tg.Updates:
		return u.Updates
	case *tg.UpdateShort:
		return []tg.UpdateClass{u.Update}
	}
	return nil
}

func TestTypingIsSeenByOthers(t *testing.T) {
	chatsOf(t, func(t *testing.T, w *world, p []*rpc.Call, peer ids.Peer, in tg.InputPeerClass) {
		mine, _ := w.listen(p[0])
		e, s := w.listen(p[1])
		if _, err := w.setTyping(t.Context(), p[0], &tg.MessagesSetTyping{Peer: in, Action: &tg.SendMessageTypingAction{}}); err != nil {
			t.Fatal(err)
		}
		switch {
		case peer.User() != 0:
			if u := next[*tg.UpdateUserTyping](t, s); u.UserID != int64(p[0].User) {
				t.Errorf("%+v", u)
			}
		case peer.Chat() != 0:
			if u := next[*tg.UpdateChatUserTyping](t, s); u.ChatID != int64(peer.Chat()) || u.FromID.(*tg.PeerUser).UserID != int64(p[0].User) {
				t.Errorf("%+v", u)
			}
		default:
			eventually(t, func() bool {
				return slices.ContainsFunc(e.take(), func(h heard) bool {
					u, ok := updatesIn(h.update)[0].(*tg.UpdateChannelUserTyping)
					return ok && u.ChannelID == int64(peer.Channel())
				})
			})
			time.Sleep(20 * time.Millisecond)
			if list := mine.take(); len(list) != 0 {
				t.Errorf("he hears of himself: %+v", list)
			}
		}
	})
}

func eventually(t testing.TB, what func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if what() {
			return
		}
	}
	t.Fatal("it did not happen")
}

// TestFarBehindRoomTellsThatItIsTooLong misses more than is read from the log.
func TestFarBehindRoomTellsThatItIsTooLong(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), bus.NewLocal())
	p := w.people(2)
	ch := w.supergroup(p...)
	e, _ := w.listen(p[1])
	r := w.streams.room(ch.Peer())
	r.mu.Lock()
	r.running = true // nobody tells anything for now
	r.mu.Unlock()
	err := w.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE log_state SET pruned = pts + 10, pts = pts + 20 WHERE owner = $1`, int64(ch.Peer()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r.nudged(updates.Entry{}, false)
	r.run()
	for _, h := range e.take() {
		if long, ok := updatesIn(h.update)[0].(*tg.UpdateChannelTooLong); ok {
			if st, _ := w.messages.State(t.Context(), ch.Peer()); *long.Pts != st.PTS {
				t.Errorf("told to go to %d, the log stands at %d", *long.Pts, st.PTS)
			}
			return
		}
	}
	t.Error("nobody was told")
}
