package chats

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hermod/internal/api/render"
	"hermod/internal/bus"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// say sends a text.
func (w *world) say(from, to *rpc.Call, body string, randomID int64) *tg.Updates {
	w.t.Helper()
	ctx := updates.WithOrigin(context.Background(), updates.Origin{Key: from.Key, Session: from.Session})
	u := must[tg.UpdatesClass](w.t)(w.sendMessage(ctx, from, &tg.MessagesSendMessage{
		Peer: w.peer(from, to), Message: body, RandomID: randomID,
	}))
	return u.(*tg.Updates)
}

func names(users []tg.UserClass) (all []int64) {
	for _, u := range users {
		all = append(all, u.(*tg.User).ID)
	}
	slices.Sort(all)
	return all
}

func TestSendMessageAnswersEveryClient(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		u := w.say(p[0], p[1], "see https://example.com", 42)
		if len(u.Updates) != 2 {
			t.Fatalf("%d updates", len(u.Updates))
		}
		number, ok := u.Updates[0].(*tg.UpdateMessageID)
		if !ok || number.RandomID != 42 || number.ID != 1 {
			t.Errorf("first is %+v", u.Updates[0])
		}
		fresh := u.Updates[1].(*tg.UpdateNewMessage)
		m := fresh.Message.(*tg.Message)
		if fresh.Pts != 2 || fresh.PtsCount != 1 || !m.Out || m.ID != 1 || len(m.Entities) != 1 {
			t.Errorf("second is %+v, %+v", fresh, m)
		}
		if got, want := names(u.Users), []int64{int64(p[0].User), int64(p[1].User)}; !slices.Equal(got, want) {
			t.Errorf("users %v, want %v", got, want)
		}
		again := w.say(p[0], p[1], "see https://example.com", 42)
		if !reflect.DeepEqual(again.Updates, u.Updates) {
			t.Errorf("again: %+v", again.Updates)
		}
	})
}

func TestErrorsOfSending(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		r := rpc.NewRouter(w.Handlers)
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		good := w.peer(p[0], p[1])
		stranger := &tg.InputPeerUser{UserID: int64(p[1].User), AccessHash: 1}
		for name, tt := range map[string]struct {
			in   *tg.MessagesSendMessage
			want string
		}{
			"wrong access hash": {&tg.MessagesSendMessage{Peer: stranger, Message: "a", RandomID: 1}, "PEER_ID_INVALID"},
			"no random id":      {&tg.MessagesSendMessage{Peer: good, Message: "a"}, "RANDOM_ID_EMPTY"},
			"empty":             {&tg.MessagesSendMessage{Peer: good, Message: " ", RandomID: 1}, "MESSAGE_EMPTY"},
			"long":              {&tg.MessagesSendMessage{Peer: good, Message: strings.Repeat("x", 4097), RandomID: 1}, "MESSAGE_TOO_LONG"},
			"scheduled":         {&tg.MessagesSendMessage{Peer: good, Message: "a", RandomID: 1, ScheduleDate: new(int32(9))}, "SCHEDULE_DATE_INVALID"},
			"for later": {&tg.MessagesSendMessage{Peer: good, Message: "a", RandomID: 1,
				QuickReplyShortcut: &tg.InputQuickReplyShortcut{Shortcut: "hi"}}, "SHORTCUT_INVALID"},
			"group": {&tg.MessagesSendMessage{Peer: &tg.InputPeerChat{ChatID: 5}, Message: "a", RandomID: 1}, "CHAT_ID_INVALID"},
			"reply to nothing": {&tg.MessagesSendMessage{Peer: good, Message: "a", RandomID: 1,
				ReplyTo: &tg.InputReplyToMessage{ReplyToMsgID: 8}}, "REPLY_MESSAGE_ID_INVALID"},
			"entity outside": {&tg.MessagesSendMessage{Peer: good, Message: "a", RandomID: 1,
				Entities: []tg.MessageEntityClass{&tg.MessageEntityBold{Length: 5}}}, "ENTITY_BOUNDS_INVALID"},
		} {
			_, err := w.sendMessage(t.Context(), p[0], tt.in)
			if got := wireType(err); got != tt.want {
				t.Errorf("%s: got %s (%v), want %s", name, got, err, tt.want)
			}
		}
	})
}

func wireType(err error) string {
	var e rpc.Error
	if errors.As(err, &e) {
		return e.Type
	}
	for theirs, wire := range wireErrors {
		if errors.Is(err, theirs) {
			return wire.Type
		}
	}
	return ""
}

func TestGetMessagesKeepsOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		w.say(p[0], p[1], "one", 1)
		w.say(p[0], p[1], "two", 2)
		got := must[tg.MessagesMessagesClass](t)(w.getMessages(t.Context(), p[1], &tg.MessagesGetMessages{ID: []tg.InputMessageClass{
			&tg.InputMessageID{ID: 2}, &tg.InputMessageID{ID: 9}, &tg.InputMessageID{ID: 1},
		}})).(*tg.MessagesMessages)
		if len(got.Messages) != 3 || got.Messages[0].(*tg.Message).ID != 2 || got.Messages[1].(*tg.MessageEmpty).ID != 9 || got.Messages[2].(*tg.Message).ID != 1 {
			t.Errorf("got %+v", got.Messages)
		}
	})
}

func TestHistoryIsNotModifiedOnlyForAHash(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		w.say(p[0], p[1], "one", 1)
		page, err := w.messages.History(t.Context(), p[0].User, p[1].User.Peer(), messages.Window{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		ask := func(hash int64) tg.MessagesMessagesClass {
			return must[tg.MessagesMessagesClass](t)(w.getHistory(t.Context(), p[0], &tg.MessagesGetHistory{Peer: w.peer(p[0], p[1]), Limit: 10, Hash: hash}))
		}
		if _, ok := ask(render.HashOf(page.Messages)).(*tg.MessagesMessagesNotModified); !ok {
			t.Error("modified")
		}
		for _, hash := range []int64{0, 1} {
			if _, ok := ask(hash).(*tg.MessagesMessages); !ok {
				t.Errorf("hash %d: not modified", hash)
			}
		}
	})
}

func TestDifferenceInSlices(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		for i := range 25 {
			w.say(p[0], p[1], strings.Repeat("x", i+1), int64(i+1))
		}
		st := must[*tg.UpdatesState](t)(w.getState(t.Context(), p[1], &tg.UpdatesGetState{}))
		if st.Pts != 26 || st.Qts < 1 || st.Date < 1 || st.Seq != 0 {
			t.Errorf("state %+v", st)
		}
		pts, got, slices := int32(1), 0, 0
		for range 10 {
			d := must[tg.UpdatesDifferenceClass](t)(w.getDifference(t.Context(), p[1], &tg.UpdatesGetDifference{Pts: pts, Date: 1, Qts: -1, PtsLimit: new(int32(10))}))
			if s, ok := d.(*tg.UpdatesDifferenceSlice); ok {
				pts, got, slices = s.IntermediateState.Pts, got+len(s.NewMessages), slices+1
				continue
			}
			last := d.(*tg.UpdatesDifference)
			pts, got = last.State.Pts, got+len(last.NewMessages)
			break
		}
		if pts != 26 || got != 25 || slices != 2 {
			t.Errorf("at %d after %d messages in %d slices and one", pts, got, slices)
		}
		if d, err := w.getDifference(t.Context(), p[1], &tg.UpdatesGetDifference{Pts: 26, Date: 1}); err != nil || d.TLName() != "updates.differenceEmpty" {
			t.Errorf("at the end: %v, %v", d, err)
		}
		if d, err := w.getDifference(t.Context(), p[1], &tg.UpdatesGetDifference{Pts: 99, Date: 1}); err != nil || d.(*tg.UpdatesDifferenceTooLong).Pts != 26 {
			t.Errorf("in the future: %v, %v", d, err)
		}
		if _, err := w.getDifference(t.Context(), p[1], &tg.UpdatesGetDifference{}); wireType(err) != "PERSISTENT_TIMESTAMP_EMPTY" {
			t.Errorf("without position: %v", err)
		}
	})
}

func TestFeedTellsAllButTheSender(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		open := func(c *rpc.Call) *Stream {
			s, err := w.feed.Open(t.Context(), c.User, &ear{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Close)
			return s
		}
		next := func(s *Stream) []Item {
			items, err := s.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return items
		}
		mine, theirs := open(p[0]), open(p[1])
		before := w.db.Statements()
		w.say(p[0], p[1], "hello", 1)
		a, b := next(mine), next(theirs)
		if n := w.db.Statements() - before; n > 8+8 { // the caches are still cold
			t.Errorf("%d statements", n)
		}
		if len(a) != 1 || len(b) != 1 || a[0].Origin.Session != p[0].Session {
			t.Fatalf("pushed %+v and %+v", a, b)
		}
		m := b[0].Update.(*tg.Updates).Updates[0].(*tg.UpdateNewMessage).Message.(*tg.Message)
		if m.Out || m.Message != "hello" || !slices.Equal(names(b[0].Update.(*tg.Updates).Users), []int64{int64(p[0].User)}) {
			t.Errorf("receiver is pushed %+v", m)
		}
		before = w.db.Statements()
		w.say(p[0], p[1], "again", 2)
		next(mine)
		next(theirs)
		if n := w.db.Statements() - before; n > 8 {
			t.Errorf("a message with its deliveries cost %d statements, at most 8", n)
		} else {
			t.Logf("%d statements", n)
		}
		if _, err := w.setTyping(t.Context(), p[0], &tg.MessagesSetTyping{Peer: w.peer(p[0], p[1]), Action: &tg.SendMessageUploadPhotoAction{Progress: 7}}); err != nil {
			t.Fatal(err)
		}
		typed := next(theirs)
		if len(typed) != 1 {
			t.Fatalf("typing pushed %+v", typed)
		}
		u := typed[0].Update.(*tg.UpdateShort).Update.(*tg.UpdateUserTyping)
		if u.UserID != int64(p[0].User) || u.Action.(*tg.SendMessageUploadPhotoAction).Progress != 7 {
			t.Errorf("typing %+v", u)
		}
		if left := next(mine); len(left) != 0 {
			t.Errorf("sender is pushed %+v", left)
		}
	})
}

func TestFeedThatFallsFarBehindSaysSo(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), bus.NewLocal())
	p := w.people(2)
	s, err := w.feed.Open(t.Context(), p[1].User, &ear{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range maxBehind + 10 {
		w.say(p[0], p[1], "flood", int64(i+1))
	}
	items, err := s.Next(t.Context())
	if err != nil || len(items) != 1 || !items[0].TooLong {
		t.Fatalf("%d items, %v", len(items), err)
	}
	w.say(p[0], p[1], "later", 1<<40)
	items, err = s.Next(t.Context())
	if err != nil || len(items) != 1 || items[0].TooLong {
		t.Errorf("after that: %+v, %v", items, err)
	}
}

func TestServiceMessagesReachClients(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		if err := w.messages.SignedUp(t.Context(), p[0].User, p[1].User, false); err != nil {
			t.Fatal(err)
		}
		d := must[tg.UpdatesDifferenceClass](t)(w.getDifference(t.Context(), p[0], &tg.UpdatesGetDifference{Pts: 1, Date: 1})).(*tg.UpdatesDifference)
		m := d.NewMessages[0].(*tg.MessageService)
		if m.Action.TLName() != "messageActionContactSignUp" || m.FromID.(*tg.PeerUser).UserID != int64(p[1].User) {
			t.Errorf("got %+v", m)
		}
		if !slices.Contains(names(d.Users), int64(p[1].User)) || slices.Contains(names(d.Users), int64(ids.Service)) {
			t.Errorf("users %v", names(d.Users))
		}
	})
}

func TestScreenshotNotice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		w.say(p[1], p[0], "between us", 1)
		in := &tg.MessagesSendScreenshotNotification{
			Peer: w.peer(p[0], p[1]), RandomID: 2, ReplyTo: &tg.InputReplyToMessage{ReplyToMsgID: 1},
		}
		for range 2 {
			u := must[tg.UpdatesClass](t)(w.sendScreenshotNotification(t.Context(), p[0], in)).(*tg.Updates)
			m := u.Updates[1].(*tg.UpdateNewMessage).Message.(*tg.MessageService)
			if m.ID != 2 || !m.Out || m.Action.TLName() != "messageActionScreenshotTaken" {
				t.Errorf("got %+v", m)
			}
		}
	})
}
