package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
)

// A DialogPage is a page of the dialog list with what is shown of each.
type DialogPage struct {
	dialogs.Page
	Tops      map[ids.Peer]*Message // by the peer of the dialog
	Notify    map[ids.Peer]dialogs.Notify
	Drafts    map[ids.Peer]dialogs.Draft
	Mentions  map[ids.Peer]int // of the owner, not seen yet
	Reactions map[ids.Peer]int // to messages of the owner, not seen yet
	Periods   map[ids.Peer]int // seconds after which new messages go
}

// DialogList returns a page of owner's dialogs.
func (s *Service) DialogList(ctx context.Context, owner ids.User, q dialogs.ListQuery) (DialogPage, error) {
	return s.dialogPage(ctx, owner, func(tx *db.Tx) (dialogs.Page, error) { return s.dialogs.List(ctx, tx, owner, q) })
}

// PinnedDialogs returns owner's pinned dialogs of a folder.
func (s *Service) PinnedDialogs(ctx context.Context, owner ids.User, folder int) (DialogPage, error) {
	return s.dialogPage(ctx, owner, func(tx *db.Tx) (dialogs.Page, error) {
		all, err := s.dialogs.Pinned(ctx, tx, owner, folder)
		return dialogs.Page{Dialogs: all, Total: len(all), Whole: true}, err
	})
}

// PeerDialogs returns owner's dialogs with peers, in their order. Those that do not exist come empty. Whether owner may
// look into a channel is for the caller to ask.
func (s *Service) PeerDialogs(ctx context.Context, owner ids.User, peers []ids.Peer) (DialogPage, error) {
	if len(peers) > MaxBatch {
		return DialogPage{}, ErrTooMany
	}
	return s.dialogPage(ctx, owner, func(tx *db.Tx) (dialogs.Page, error) {
		all, err := s.dialogs.Some(ctx, tx, owner, peers)
		return dialogs.Page{Dialogs: all, Total: len(all), Whole: true}, err
	})
}

func (s *Service) dialogPage(
	ctx context.Context, owner ids.User, list func(tx *db.Tx) (dialogs.Page, error),
) (page DialogPage, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page = DialogPage{}
		if page.Page, err = list(tx); err != nil {
			return err
		}
		return s.fill(ctx, tx, owner, &page)
	})
	if err != nil {
		return DialogPage{}, fmt.Errorf("dialogs of user %d: %w", owner, err)
	}
	return page, nil
}

// fill reads what is shown of the dialogs of a page.
func (s *Service) fill(ctx context.Context, tx *db.Tx, owner ids.User, page *DialogPage) (err error) {
	peers := make([]ids.Peer, len(page.Dialogs))
	for i, d := range page.Dialogs {
		peers[i] = d.Peer
	}
	if len(peers) == 0 {
		return nil
	}
	if err := s.countUnread(ctx, tx, page.Dialogs); err != nil {
		return err
	}
	if page.Tops, err = tops(ctx, tx, page.Dialogs); err != nil {
		return err
	}
	if page.Notify, err = s.dialogs.NotifyOf(ctx, tx, owner, peers); err != nil {
		return err
	}
	if page.Drafts, err = s.dialogs.DraftsOf(ctx, tx, owner, peers); err != nil {
		return err
	}
	if page.Mentions, err = unreadMentions(ctx, tx, owner, peers); err != nil {
		return err
	}
	const reactions = `SELECT peer, COUNT(*) FROM unread_reaction WHERE owner = $1 AND peer IN (%s) GROUP BY peer`
	if page.Reactions, err = counts(ctx, tx, reactions, owner, peers); err != nil {
		return err
	}
	const periods = `SELECT peer, period FROM history_ttl WHERE owner = $1 AND peer IN (%s)`
	page.Periods, err = counts(ctx, tx, periods, owner, peers)
	return err
}

// tops returns the top messages of dialogs.
func tops(ctx context.Context, tx *db.Tx, all []dialogs.Dialog) (map[ids.Peer]*Message, error) {
	var lists [][]any
	for _, d := range all {
		if d.Top > 0 {
			lists = append(lists, []any{int64(Box(d.Owner, d.Peer)), int64(d.Top)})
		}
	}
	const get = `SELECT ` + columns + ` FROM message WHERE owner = $1 AND id = $2`
	rows, err := tx.QueryRows(ctx, get, lists...)
	if err != nil {
		return nil, fmt.Errorf("read top messages: %w", err)
	}
	found := make(map[ids.Peer]*Message, len(rows))
	for _, row := range rows {
		m, err := scan(row)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read top message: %w", err)
		}
		found[m.Peer] = m
	}
	return found, nil
}

// countUnread fills in how much is unread in those of the dialogs that are channels.
func (s *Service) countUnread(ctx context.Context, tx *db.Tx, all []dialogs.Dialog) error {
	var marks []Mark
	var at []int
	for i, d := range all {
		if d.Peer.Channel() != 0 && d.Listed && d.Top > d.ReadInbox {
			marks, at = append(marks, Mark{Channel: d.Peer.Channel(), After: d.ReadInbox}), append(at, i)
		}
	}
	n, err := s.Unread(ctx, tx, marks...)
	for i, place := range at {
		if err == nil {
			all[place].Unread = n[i]
		}
	}
	return err
}

// unreadMentions counts the messages that mention owner and that he has not seen. Those of channels are kept with them.
func unreadMentions(ctx context.Context, tx *db.Tx, owner ids.User, peers []ids.Peer) (map[ids.Peer]int, error) {
	owners := []ids.Peer{owner.Peer()}
	for _, p := range peers {
		if p.Channel() != 0 {
			owners = append(owners, p)
		}
	}
	const list = `SELECT peer, COUNT(*) FROM unread_mention WHERE user_id = $1 AND owner IN (%s) GROUP BY peer`
	return counts(ctx, tx, list, owner, owners)
}

// counts runs a statement that has a number for each of some peers; its %s becomes the list of them.
func counts(ctx context.Context, tx *db.Tx, sql string, owner ids.User, peers []ids.Peer) (map[ids.Peer]int, error) {
	found := make(map[ids.Peer]int)
	for part := range slices.Chunk(peers, MaxBatch) {
		args := []any{int64(owner)}
		for _, p := range part {
			args = append(args, int64(p))
		}
		err := tx.Each(ctx, fmt.Sprintf(sql, db.List(2, len(part))), args, func(rows *db.Rows) error {
			var p ids.Peer
			var n int
			err := rows.Scan(&p, &n)
			found[p] = n
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("count for dialogs of user %d: %w", owner, err)
		}
	}
	return found, nil
}
