package messages

import (
	"context"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
)

const (
	// clearStep is how many messages one transaction removes at most when a history is cleared.
	clearStep = 500
	// groupStep is how many of a basic group, where each has up to two hundred rows.
	groupStep = 20
)

// A ClearRequest empties a chat, all of it or a part.
// Spec: https://core.telegram.org/method/messages.deleteHistory
type ClearRequest struct {
	By       ids.User
	Peer     ids.Peer
	Saved    ids.Peer    // of saved messages, those from this chat; 0: all
	MaxID    ids.Message // 0: all
	From, To time.Time   // only messages of these days; zero: all
	Author   ids.Peer    // only what shows as written by him; 0: all. In channels
	Thread   ids.Message // only this topic; 0: all. In channels
	Revoke   bool        // at the other side as well; in channels: for all; in basic groups: for all, if By is an admin
	Keep     bool        // the empty dialog stays in the list
}

// Cleared is how far Clear came: it removes a bounded number of messages, and is to be called again while Left is not 0,
// which then says no more than that something is left.
type Cleared struct {
	Moved
	Left int
}

// Clear removes messages of a chat. In a channel it takes the right to delete messages, or hides them from By alone when
// Revoke is not set. It fails with ErrPeer, rights.ErrAdminRequired, or as channels.See does.
func (s *Service) Clear(ctx context.Context, req ClearRequest) (done Cleared, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if req.Peer.Channel() != 0 {
			done, err = s.clearChannel(ctx, tx, req)
			return err
		}
		done, err = s.clear(ctx, tx, req)
		return err
	})
	if err != nil {
		return Cleared{}, fmt.Errorf("clear chat of user %d: %w", req.By, err)
	}
	return done, nil
}

// clearChannel removes some messages of a channel for all, or hides them from one member.
// Spec: https://core.telegram.org/method/channels.deleteHistory
func (s *Service) clearChannel(ctx context.Context, tx *db.Tx, req ClearRequest) (done Cleared, err error) {
	if s.channels == nil {
		return Cleared{}, ErrPeer
	}
	if !req.Revoke {
		done.Moved, err = s.hide(ctx, tx, req.By, req.Peer.Channel(), req.MaxID)
		return done, err
	}
	if _, err := s.channels.CheckAdminTx(ctx, tx, req.Peer.Channel(), req.By, rights.AdminDeleteMessages); err != nil {
		return Cleared{}, err
	}
	if err := s.log.Lock(ctx, tx, req.Peer); err != nil {
		return Cleared{}, err
	}
	before, err := s.unmoved(ctx, tx, req.Peer)
	if err != nil {
		return Cleared{}, err
	}
	l := req.list()
	l.and(true, ` AND id > $%d`, int64(firstPost))
	l.and(req.Author != 0, ` AND from_id = $%d AND peer < -1000000000000`, int64(req.Author))
	l.and(req.Thread != 0, ` AND thread = $%d AND thread > 0`, int64(req.Thread))
	rows, left, err := l.step(ctx, tx, clearStep)
	if err != nil {
		return Cleared{}, err
	}
	if done.Moved, err = s.removePosts(ctx, tx, req.Peer, rows); err != nil {
		return Cleared{}, err
	}
	done.Left, done.Count = left, done.PTS-before.PTS
	return done, nil
}

// hide removes what is in a channel up to a message, 0 for all of it, for one member.
func (s *Service) hide(ctx context.Context, tx *db.Tx, by ids.User, ch ids.Channel, upTo ids.Message) (Moved, error) {
	v, err := s.channels.SeeTx(ctx, tx, by, ch)
	if err != nil {
		return Moved{}, err
	}
	heads, err := s.log.Heads(ctx, tx, ch.Peer())
	head := heads[ch.Peer()]
	if err != nil || !v.Me.In() {
		return Moved{PTS: head.PTS}, err
	}
	if upTo <= 0 || upTo > head.Top {
		upTo = head.Top
	}
	if upTo <= v.Me.Available {
		return Moved{PTS: head.PTS}, nil
	}
	if err := s.channels.Hide(ctx, tx, ch, by, upTo); err != nil {
		return Moved{}, err
	}
	if err := s.dialogs.ReadUpTo(ctx, tx, by, ch.Peer(), upTo); err != nil {
		return Moved{}, err
	}
	return Moved{PTS: head.PTS}, s.log.Note(ctx, tx, by.Peer(), updates.ChannelCleared{Channel: ch, UpTo: upTo})
}

func (s *Service) clear(ctx context.Context, tx *db.Tx, req ClearRequest) (done Cleared, err error) {
	limit := clearStep
	if req.Revoke && req.Peer.Chat() != 0 {
		if req.Revoke = s.isAdmin(ctx, tx, req.By, req.Peer.Chat()); req.Revoke {
			limit = groupStep
		}
	}
	if err := s.lock(ctx, tx, req.By, max(req.Peer.User(), 0)); err != nil {
		return Cleared{}, err
	}
	before, err := s.unmoved(ctx, tx, Box(req.By, req.Peer))
	if err != nil {
		return Cleared{}, err
	}
	rows, left, err := req.list().step(ctx, tx, limit)
	if err != nil {
		return Cleared{}, err
	}
	done.Left = left
	var kept *Message
	if req.Keep && !req.Revoke && done.Left == 0 && len(rows) > 0 {
		rows, kept = rows[:len(rows)-1], rows[len(rows)-1]
	}
	if _, err = s.remove(ctx, tx, Box(req.By, req.Peer), rows, req.Revoke); err != nil {
		return Cleared{}, err
	}
	if req.Revoke && done.Left == 0 {
		if done.Left, err = s.clearOther(ctx, tx, req); err != nil {
			return Cleared{}, err
		}
	}
	if kept != nil {
		if err := s.blank(ctx, tx, kept); err != nil {
			return Cleared{}, err
		}
	}
	done.Moved, err = s.unmoved(ctx, tx, Box(req.By, req.Peer))
	done.Count = done.PTS - before.PTS
	return done, err
}

// clearOther removes at the other side what the owner had removed for himself before. It returns how many are left.
func (s *Service) clearOther(ctx context.Context, tx *db.Tx, req ClearRequest) (left int, err error) {
	other := req.Peer.User()
	if other == 0 || other == req.By {
		return 0, nil
	}
	l := list{owner: other.Peer(), peer: req.By.Peer()}
	l.and(req.MaxID > 0, ` AND twin <= $%d`, int64(req.MaxID))
	req.between(&l)
	rows, left, err := l.step(ctx, tx, clearStep)
	if err != nil || len(rows) == 0 {
		return left, err
	}
	_, err = s.remove(ctx, tx, other.Peer(), rows, false)
	return left, err
}

// isAdmin tells whether user is an admin of a basic group now.
func (s *Service) isAdmin(ctx context.Context, tx *db.Tx, user ids.User, chat ids.Chat) bool {
	if s.groups == nil {
		return false
	}
	v, err := s.groups.CheckMay(ctx, tx, chat, user, 0)
	return err == nil && v.Me.Admin
}

// step returns the oldest messages of the list, at most limit; left is not 0 when there are more.
func (l list) step(ctx context.Context, tx *db.Tx, limit int) (rows []*Message, left int, err error) {
	clause, args, n := l.from()
	sql := `SELECT ` + columns + clause + fmt.Sprintf(` ORDER BY id LIMIT $%d`, n)
	rows, err = query(ctx, tx, sql, append(args, limit+1)...)
	if len(rows) > limit {
		rows, left = rows[:limit], 1
	}
	return rows, left, err
}

// blank makes of the last message of a cleared chat the sign that it was cleared, so that the dialog keeps its place.
func (s *Service) blank(ctx context.Context, tx *db.Tx, m *Message) error {
	if m.Action != nil && m.Action.Kind == actions.HistoryClear {
		return nil
	}
	before := *m
	if err := s.forgetBeside(ctx, tx, m.Owner, []*Message{&before}); err != nil {
		return err
	}
	m.Text.String, m.Text.Entities = "", nil
	m.extra = extra{Action: &actions.Action{Kind: actions.HistoryClear}}
	m.Flags = m.Flags&Out | IsAction
	if _, err := s.read(ctx, tx, m.Owner.User(), m.Peer, m.ID); err != nil {
		return err
	}
	_, err := s.rewrite(ctx, tx, m)
	return err
}

func (r ClearRequest) list() list {
	l := list{owner: Box(r.By, r.Peer), peer: r.Peer}
	l.and(r.Saved != 0, ` AND saved = $%d`, int64(r.Saved))
	l.and(r.MaxID > 0, ` AND id <= $%d`, int64(r.MaxID))
	r.between(&l)
	return l
}

// between keeps of l the messages of the days asked for.
func (r ClearRequest) between(l *list) {
	l.and(!r.From.IsZero(), ` AND date >= $%d`, r.From)
	l.and(!r.To.IsZero(), ` AND date <= $%d`, r.To)
}
