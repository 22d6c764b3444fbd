package messages

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
)

func TestSendReachesBothSides(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		m := w.send(p[0], p[1], " hello ")
		if !m.Flags.Has(Out) || m.ID != 1 || m.PTS != 2 || m.Text.String != "hello" || m.Twin != 1 {
			t.Errorf("sent %+v", m)
		}
		w.send(p[1], p[0], "hi")
		for _, side := range [][2]ids.User{{p[0], p[1]}, {p[1], p[0]}} {
			if got := w.texts(side[0], side[1]); got != "hello hi" {
				t.Errorf("user %d sees %q", side[0], got)
			}
			d := w.dialog(side[0], side[1])
			if d.Top != 2 || d.Unread != 1 || d.Messages != 2 {
				t.Errorf("dialog %+v", d)
			}
		}
	})
}

func TestSavedMessagesHaveOneRow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(1)
		m := w.send(p[0], p[0], "note")
		if m.Flags.Has(Out) || m.Twin != 0 || m.PTS != 2 {
			t.Errorf("sent %+v", m)
		}
		if got := w.texts(p[0], p[0]); got != "note" {
			t.Errorf("sees %q", got)
		}
		if d := w.dialog(p[0], p[0]); d.Unread != 0 || d.Messages != 1 {
			t.Errorf("dialog %+v", d)
		}
	})
}

func TestSendTwiceSendsOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		req := SendRequest{From: p[0], To: p[1].Peer(), RandomID: 77, Text: text.Text{String: "once"}}
		const racers = 8
		var got [racers]Sent
		var wait sync.WaitGroup
		for i := range racers {
			wait.Go(func() {
				var err error
				if got[i], err = w.Send(t.Context(), req); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		first := 0
		for i := range got {
			if !got[i].Again {
				first++
			}
			if got[i].Message == nil || got[i].Message.ID != 1 || got[i].Message.PTS != 2 || got[i].Message.RandomID != 77 {
				t.Errorf("racer %d got %+v", i, got[i].Message)
			}
		}
		if first != 1 {
			t.Errorf("%d times sent anew", first)
		}
		if got := w.texts(p[1], p[0]); got != "once" {
			t.Errorf("receiver sees %q", got)
		}
		if d := w.since(p[1], 1); len(d.Entries) != 1 || d.State.PTS != 2 {
			t.Errorf("receiver's log %+v", d)
		}
	})
}

func TestSendFails(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		w.send(p[0], p[2], "elsewhere")
		tests := map[string]struct {
			req SendRequest
			err error
		}{
			"empty":          {SendRequest{To: p[1].Peer(), Text: text.Text{String: " \n"}}, ErrEmpty},
			"long":           {SendRequest{To: p[1].Peer(), Text: text.Text{String: strings.Repeat("😀", 2049)}}, ErrTooLong},
			"very long":      {SendRequest{To: p[1].Peer(), Text: text.Text{String: strings.Repeat("a", 1<<20)}}, ErrTooLong},
			"entity outside": {SendRequest{To: p[1].Peer(), Text: text.Text{String: "a", Entities: []text.Entity{{Kind: text.Bold, Length: 2}}}}, text.ErrBounds},
			"nobody":         {SendRequest{To: 1 << 39, Text: text.Text{String: "a"}}, ErrPeer},
			"service":        {SendRequest{To: ids.Service.Peer(), Text: text.Text{String: "a"}}, ErrPeer},
			"no reply":       {SendRequest{To: p[1].Peer(), Text: text.Text{String: "a"}, Reply: &ReplyTo{ID: 9}}, ErrReply},
			"reply to other": {SendRequest{To: p[1].Peer(), Text: text.Text{String: "a"}, Reply: &ReplyTo{ID: 1}}, ErrReply},
			"quote not there": {SendRequest{To: p[2].Peer(), Text: text.Text{String: "a"},
				Reply: &ReplyTo{ID: 1, Quote: &text.Text{String: "nothing"}}}, ErrQuote},
		}
		for name, tt := range tests {
			tt.req.From = p[0]
			if _, err := w.Send(t.Context(), tt.req); !errors.Is(err, tt.err) {
				t.Errorf("%s: got %v, want %v", name, err, tt.err)
			}
		}
		fits := SendRequest{From: p[0], To: p[1].Peer(), Text: text.Text{String: strings.Repeat("😀", 2048)}}
		if _, err := w.Send(t.Context(), fits); err != nil {
			t.Errorf("4096 units: %v", err)
		}
	})
}

func TestReplyIsInEachNumbering(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		w.send(p[1], p[2], "shifts the numbers of the second")
		a := w.send(p[0], p[1], "the quick brown fox")
		sent, err := w.Send(t.Context(), SendRequest{From: p[1], To: p[0].Peer(), Text: text.Text{String: "yes"},
			Reply: &ReplyTo{ID: a.Twin, Quote: &text.Text{String: "brown"}, QuoteOffset: 10}})
		if err != nil {
			t.Fatal(err)
		}
		want := Reply{ID: a.Twin, Quote: &text.Text{String: "brown"}, QuoteOffset: 10, Manual: true}
		if got := sent.Message.Reply; !reflect.DeepEqual(*got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		found, err := w.Get(t.Context(), p[0], 0, []ids.Message{sent.Message.Twin})
		if err != nil {
			t.Fatal(err)
		}
		want.ID = a.ID
		if got := found[sent.Message.Twin].Reply; !reflect.DeepEqual(*got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestReplyFromAnotherChat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		a := w.send(p[1], p[0], "secret plan")
		sent, err := w.Send(t.Context(), SendRequest{From: p[0], To: p[2].Peer(), Text: text.Text{String: "see"},
			Reply: &ReplyTo{ID: a.Twin, Peer: p[1].Peer()}})
		if err != nil {
			t.Fatal(err)
		}
		found, err := w.Get(t.Context(), p[2], 0, []ids.Message{sent.Message.Twin})
		if err != nil {
			t.Fatal(err)
		}
		r := found[sent.Message.Twin].Reply
		if r == nil || r.ID != 0 || r.Peer != 0 || r.From == nil || r.From.From != p[1].Peer() || r.Quote.String != "secret plan" {
			t.Errorf("receiver has %+v", r)
		}
		if r := sent.Message.Reply; r.ID != a.Twin || r.Peer != p[1].Peer() {
			t.Errorf("sender has %+v", r)
		}
	})
}

// TestSendAgainWhenTheAnsweredIsGone repeats a request whose answer got lost, after the message that it answers to was
// deleted.
func TestSendAgainWhenTheAnsweredIsGone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		for _, chat := range []ids.User{p[1], p[2]} { // the same chat, and another one
			a := w.send(chat, p[0], "a question")
			req := SendRequest{From: p[0], To: p[1].Peer(), RandomID: int64(chat), Text: text.Text{String: "an answer"},
				Reply: &ReplyTo{ID: a.Twin, Peer: chat.Peer()}}
			first, err := w.Send(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Delete(t.Context(), p[0], 0, []ids.Message{a.Twin}, false); err != nil {
				t.Fatal(err)
			}
			again, err := w.Send(t.Context(), req)
			if err != nil || !again.Again || again.Message.ID != first.Message.ID {
				t.Errorf("got %+v, %v, want message %d", again, err, first.Message.ID)
			}
		}
	})
}

func TestAPrivateMessageCostsFewStatements(t *testing.T) {
	const budget = 8
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		w.send(p[0], p[1], "first")
		before := w.db.Statements()
		w.send(p[0], p[1], "second")
		if n := w.db.Statements() - before; n > budget {
			t.Errorf("%d statements, at most %d", n, budget)
		} else {
			t.Logf("%d statements", n)
		}
	})
}

func TestNotify(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(1)
		if err := w.Notify(t.Context(), p[0], text.Text{String: "Your code is secret"}); err != nil {
			t.Fatal(err)
		}
		if err := w.SignedUp(t.Context(), p[0], 1234, true); err != nil {
			t.Fatal(err)
		}
		if d := w.dialog(p[0], ids.Service); d.Unread != 1 || d.Top != 1 {
			t.Errorf("dialog %+v", d)
		}
		d := w.since(p[0], 1)
		if len(d.Entries) != 2 || d.Entries[1].Value.(*Message).Action.Kind != actions.SignUp {
			t.Errorf("log %+v", d.Entries)
		}
		if _, ok := d.Entries[0].Event.(updates.NewMessage); !ok {
			t.Errorf("event %+v", d.Entries[0].Event)
		}
		// Reading a chat that has one side only touches nobody else.
		if moved, err := w.Read(t.Context(), p[0], ids.Service.Peer(), 0); err != nil || moved.Count != 1 || moved.PTS != 4 {
			t.Errorf("read: %+v, %v", moved, err)
		}
	})
}
