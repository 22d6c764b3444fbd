package messages

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/text"
)

// TestMany has several people do many things at once in chats of all kinds, and then compares every counter with what
// there is to count.
func TestMany(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const actors, steps = 4, 60
		p := w.people(actors)
		chats := []ids.Peer{
			w.group(p[0], p[1:]...).Peer(), w.channel(false, p[0], p[1:]...).Peer(), w.channel(true, p[0], p[1:]...).Peer(),
			p[0].Peer(), p[1].Peer(),
		}
		var all sync.WaitGroup
		for i, u := range p {
			all.Go(func() {
				r := rand.New(rand.NewPCG(1, uint64(i)))
				for range steps {
					if err := w.act(r, u, chats[r.IntN(len(chats))]); err != nil {
						t.Errorf("user %d: %v", u, err)
					}
				}
			})
		}
		all.Wait()
		for _, peer := range chats {
			if ch := peer.Channel(); ch != 0 {
				w.checkChannel(t, ch)
			}
			for _, u := range p {
				if peer.Channel() == 0 && peer != u.Peer() {
					w.checkDialog(t, u, peer)
				}
			}
		}
		w.checkGroup(t, p, chats[0])
	})
}

// act does something that u may do in a chat or not. What a user can be told is no failure.
func (w *world) act(r *rand.Rand, u ids.User, peer ids.Peer) error {
	ctx := w.t.Context()
	page, err := w.History(ctx, u, peer, Window{Limit: 10})
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	var some *Message
	if n := len(page.Messages); n > 0 {
		some = page.Messages[r.IntN(n)]
	}
	body := text.Text{String: fmt.Sprint("text ", r.IntN(1000))}
	switch what := r.IntN(10); {
	case what < 4 || some == nil:
		req := SendRequest{From: u, To: peer, RandomID: r.Int64(), Text: body}
		if some != nil && what == 0 {
			req.Reply = &ReplyTo{ID: some.ID}
		}
		_, err = w.Send(ctx, req)
	case what == 4:
		_, err = w.Edit(ctx, EditRequest{By: u, Peer: peer, ID: some.ID, Text: &body})
	case what == 5:
		_, err = w.Delete(ctx, u, peer, []ids.Message{some.ID}, r.IntN(2) == 0)
	case what == 6:
		_, err = w.Pin(ctx, PinRequest{By: u, Peer: peer, ID: some.ID, Unpin: r.IntN(3) == 0, Silent: r.IntN(2) == 0})
	case what == 7:
		_, err = w.UnpinAll(ctx, u, peer, 0)
	default:
		_, err = w.Read(ctx, u, peer, some.ID)
	}
	for _, theirs := range []error{
		ErrAuthor, ErrNone, ErrSame, ErrDelete, ErrReply, ErrEditTime, ErrPeer, rights.ErrAdminRequired, rights.ErrWriteForbidden,
	} {
		if errors.Is(err, theirs) {
			return nil
		}
	}
	return err
}

func (w *world) number(sql string, args ...any) (n int) {
	w.t.Helper()
	err := w.db.Read(w.t.Context(), func(tx *db.Tx) error { return tx.QueryRow(w.t.Context(), sql, args...).Scan(&n) })
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) checkChannel(t *testing.T, ch ids.Channel) {
	t.Helper()
	owner, h := int64(ch.Peer()), w.head(ch)
	there := w.number(`SELECT COUNT(*) FROM message WHERE owner = $1 AND id > 0`, owner)
	top := w.number(`SELECT MAX(id) FROM message WHERE owner = $1 AND id > 0`, owner)
	counted := w.number(`SELECT SUM(n) FROM message_bucket WHERE owner = $1 AND thread = 0`, owner)
	threads := w.number(`SELECT COALESCE(SUM(n), 0) FROM message_bucket WHERE owner = $1 AND thread > 0`, owner)
	inThreads := w.number(`SELECT COUNT(*) FROM message WHERE owner = $1 AND thread > 0`, owner)
	if h.Messages != there || counted != there || int(h.Top) != top || threads != inThreads {
		t.Errorf("channel %d: head %+v, counted %d and %d in threads; there are %d, %d in threads, the last is %d",
			ch, h, counted, threads, there, inThreads, top)
	}
}

func (w *world) checkDialog(t *testing.T, u ids.User, peer ids.Peer) {
	t.Helper()
	d := w.listed(u, peer)
	there := w.number(`SELECT COUNT(*) FROM message WHERE owner = $1 AND peer = $2`, int64(u), int64(peer))
	top := w.number(`SELECT COALESCE(MAX(id), 0) FROM message WHERE owner = $1 AND peer = $2`, int64(u), int64(peer))
	unread := w.number(`SELECT COUNT(*) FROM message WHERE owner = $1 AND peer = $2 AND id > $3 AND from_id <> $1`,
		int64(u), int64(peer), int64(d.ReadInbox))
	if d.Messages != there || int(d.Top) != top || d.Unread != unread {
		t.Errorf("%d with %d: %+v; there are %d, %d unread, the last is %d", u, peer, d, there, unread, top)
	}
}

// checkGroup holds that those members of a basic group who have a message have it alike.
func (w *world) checkGroup(t *testing.T, members []ids.User, peer ids.Peer) {
	t.Helper()
	alike := make(map[ids.Message]string)
	for _, u := range members {
		page, err := w.History(t.Context(), u, peer, Window{Limit: MaxPage})
		if err != nil {
			t.Fatal(err)
		}
		var last ids.Message
		for _, m := range slices.Backward(page.Messages) {
			shown := fmt.Sprint(m.From, m.Text.String, m.Flags&(Pinned|IsAction))
			if other, ok := alike[m.Twin]; ok && other != shown {
				t.Errorf("message %d: %q and %q", m.Twin, shown, other)
			}
			if m.Twin <= last {
				t.Errorf("message %d comes after %d", m.Twin, last)
			}
			alike[m.Twin], last = shown, m.Twin
		}
	}
}
