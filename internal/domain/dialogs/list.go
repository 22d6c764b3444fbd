package dialogs

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A ListQuery asks for a page of the list. Pinned dialogs come first, on the first page only.
// Spec: https://core.telegram.org/method/messages.getDialogs
type ListQuery struct {
	Folder        *int // nil: all
	ExcludePinned bool
	OffsetDate    time.Time // what stands before the page, by any or all of the three
	OffsetID      ids.Message
	OffsetPeer    ids.Peer
	Limit         int
}

func (q ListQuery) first() bool {
	return q.OffsetDate.IsZero() && q.OffsetID == 0 && q.OffsetPeer == 0
}

func (q ListQuery) folderArgs() (from, to int) {
	if q.Folder == nil {
		return 0, math.MaxInt32
	}
	return *q.Folder, *q.Folder
}

func (q ListQuery) in(folder int) bool { return q.Folder == nil || *q.Folder == folder }

// behind reports whether d stands behind the offset.
func (q ListQuery) behind(d Dialog) bool {
	if q.first() {
		return true
	}
	if d.Peer == q.OffsetPeer {
		return false
	}
	if q.OffsetDate.IsZero() {
		return q.OffsetID == 0 || d.Top < q.OffsetID
	}
	return order(d, Dialog{TopDate: q.OffsetDate, Top: q.OffsetID, Peer: q.OffsetPeer}) > 0
}

// order compares two dialogs by their places in the list.
func order(a, b Dialog) int {
	return cmp.Or(cmp.Compare(b.TopDate.Unix(), a.TopDate.Unix()), cmp.Compare(b.Top, a.Top), cmp.Compare(b.Peer, a.Peer))
}

// A Page is a part of the list.
type Page struct {
	Dialogs []Dialog
	Total   int  // in the folder, pinned ones included
	Whole   bool // nothing is left out
}

// List returns a page of owner's dialogs, the newest first.
func (s *Service) List(ctx context.Context, tx *db.Tx, owner ids.User, q ListQuery) (Page, error) {
	q.Limit = min(max(q.Limit, 1), MaxPage)
	q, err := s.placed(ctx, tx, owner, q)
	if err != nil {
		return Page{}, err
	}
	channels, err := s.channels(ctx, tx, owner)
	if err != nil {
		return Page{}, err
	}
	channels = slices.DeleteFunc(channels, func(d Dialog) bool { return !q.in(d.Folder) })
	total, pinned, err := count(ctx, tx, owner, q, channels)
	if err != nil {
		return Page{}, err
	}
	page := Page{Total: total}
	if q.first() && !q.ExcludePinned {
		low, high := q.folderArgs()
		if page.Dialogs, err = pinnedAmong(ctx, tx, owner, low, high, channels); err != nil {
			return Page{}, err
		}
	}
	rest, err := s.unpinned(ctx, tx, owner, q, channels, q.Limit-len(page.Dialogs))
	if err != nil {
		return Page{}, err
	}
	page.Dialogs = append(page.Dialogs, rest...)
	page.Whole = q.first() && len(page.Dialogs) >= page.Total-pinnedLeftOut(q, pinned)
	return page, nil
}

// count is how many dialogs there are in the folder, and how many of them are pinned.
func count(ctx context.Context, tx *db.Tx, owner ids.User, q ListQuery, channels []Dialog) (total, pinned int, err error) {
	low, high := q.folderArgs()
	const count = `SELECT COUNT(*), COALESCE(SUM(CASE WHEN pinned > 0 THEN 1 ELSE 0 END), 0) FROM dialog
		WHERE owner = $1 AND top_message > 0 AND folder BETWEEN $2 AND $3`
	if err := tx.QueryRow(ctx, count, int64(owner), low, high).Scan(&total, &pinned); err != nil {
		return 0, 0, fmt.Errorf("count dialogs of user %d: %w", owner, err)
	}
	for _, d := range channels {
		if d.Pinned > 0 {
			pinned++
		}
	}
	return total + len(channels), pinned, nil
}

// placed finds out where a dialog stands that is named as the offset alone. Behind a pinned one come all that are not
// pinned, as they do behind one that is in no list.
func (s *Service) placed(ctx context.Context, tx *db.Tx, owner ids.User, q ListQuery) (ListQuery, error) {
	if q.OffsetPeer == 0 || q.OffsetID != 0 || !q.OffsetDate.IsZero() {
		return q, nil
	}
	d, err := s.Get(ctx, tx, owner, q.OffsetPeer)
	if err == nil && d.Pinned == 0 && (d.Top > 0 || d.Listed) {
		q.OffsetDate, q.OffsetID = d.TopDate, d.Top
	}
	return q, err
}

func pinnedLeftOut(q ListQuery, pinned int) int {
	if q.ExcludePinned {
		return pinned
	}
	return 0
}

// Pinned returns owner's pinned dialogs of a folder in their order.
func (s *Service) Pinned(ctx context.Context, tx *db.Tx, owner ids.User, folder int) ([]Dialog, error) {
	return s.pinned(ctx, tx, owner, folder, folder)
}

func (s *Service) pinned(ctx context.Context, tx *db.Tx, owner ids.User, low, high int) ([]Dialog, error) {
	channels, err := s.channels(ctx, tx, owner)
	if err != nil {
		return nil, err
	}
	channels = slices.DeleteFunc(channels, func(d Dialog) bool { return d.Folder < low || d.Folder > high })
	return pinnedAmong(ctx, tx, owner, low, high, channels)
}

// pinnedAmong are the pinned ones of channels, and of owner's other dialogs, in their order.
func pinnedAmong(ctx context.Context, tx *db.Tx, owner ids.User, low, high int, channels []Dialog) ([]Dialog, error) {
	const list = `SELECT ` + columns + ` FROM dialog WHERE owner = $1 AND pinned > 0 AND top_message > 0
		AND folder BETWEEN $2 AND $3 ORDER BY folder, pinned DESC LIMIT $4`
	all, err := query(ctx, tx, list, int64(owner), low, high, 2*MaxPinned)
	if err != nil {
		return nil, err
	}
	for _, d := range channels {
		if d.Pinned > 0 {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b Dialog) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(b.Pinned, a.Pinned))
	})
	return all, nil
}

// unpinned returns those behind the offset. Web K pages by date alone: for it a page goes on to the end of the second
// in which it would have ended, or the dialogs of that second would be lost.
func (s *Service) unpinned(
	ctx context.Context, tx *db.Tx, owner ids.User, q ListQuery, channels []Dialog, limit int,
) ([]Dialog, error) {
	if limit <= 0 {
		return nil, nil
	}
	found, err := others(ctx, tx, owner, q, limit+MaxPage)
	if err != nil {
		return nil, err
	}
	for _, d := range channels {
		if d.Pinned == 0 && q.behind(d) {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, order)
	end := min(limit, len(found))
	for !q.ExcludePinned && end > 0 && end < min(len(found), limit+MaxPage) && found[end].TopDate.Equal(found[end-1].TopDate) {
		end++
	}
	return found[:end], nil
}

// others returns the dialogs behind the offset that are not channels.
func others(ctx context.Context, tx *db.Tx, owner ids.User, q ListQuery, limit int) ([]Dialog, error) {
	date, id, peer := int64(math.MaxInt64), int64(math.MaxInt32), int64(math.MinInt64)
	if !q.OffsetDate.IsZero() {
		date, id = q.OffsetDate.Unix(), 0
	}
	if q.OffsetID > 0 {
		id = int64(q.OffsetID)
	}
	if q.OffsetPeer != 0 {
		peer = int64(q.OffsetPeer)
	}
	byID := q.OffsetDate.IsZero() && q.OffsetID > 0
	if byID {
		date = -1
	}
	low, high := q.folderArgs()
	const list = `SELECT ` + columns + ` FROM dialog WHERE owner = $1 AND pinned = 0 AND top_message > 0
		AND folder BETWEEN $2 AND $3 AND peer <> $4 AND (top_date < $5 OR (top_date = $6 AND (top_message < $7
		OR (top_message = $8 AND peer < $9))) OR ($10 = 1 AND top_message < $11))
		ORDER BY top_date DESC, top_message DESC, peer DESC LIMIT $12`
	return query(ctx, tx, list, int64(owner), low, high, int64(q.OffsetPeer), date, date, id, id, peer, byID, id, limit)
}

// Some returns owner's dialogs with peers, in their order; those that do not exist come empty.
func (s *Service) Some(ctx context.Context, tx *db.Tx, owner ids.User, peers []ids.Peer) ([]Dialog, error) {
	all, err := some(ctx, tx, owner, peers)
	if err != nil {
		return nil, err
	}
	return all, s.unarchive(ctx, tx, owner, all)
}

// some is Some with each dialog in the folder where it was put.
func some(ctx context.Context, tx *db.Tx, owner ids.User, peers []ids.Peer) ([]Dialog, error) {
	args := make([]any, 0, 1+len(peers))
	args = append(args, int64(owner))
	for _, p := range peers {
		args = append(args, int64(p))
	}
	if len(peers) == 0 {
		return nil, nil
	}
	found, err := query(ctx, tx, `SELECT `+columns+` FROM dialog WHERE owner = $1 AND peer > $2 AND peer IN (`+
		db.List(3, len(peers))+`)`, append([]any{int64(owner), int64(lastChannel)}, args[1:]...)...)
	if err != nil {
		return nil, err
	}
	ofChannels := slices.DeleteFunc(slices.Clone(peers), func(p ids.Peer) bool { return p.Channel() == 0 })
	if len(ofChannels) > 0 {
		channels, err := someChannels(ctx, tx, owner, ofChannels)
		if err != nil {
			return nil, err
		}
		found = append(found, channels...)
	}
	byPeer := make(map[ids.Peer]Dialog, len(found))
	for _, d := range found {
		byPeer[d.Peer] = d
	}
	all := make([]Dialog, len(peers))
	for i, p := range peers {
		all[i] = byPeer[p]
		all[i].Owner, all[i].Peer = owner, p
	}
	return all, nil
}

func query(ctx context.Context, tx *db.Tx, sql string, args ...any) ([]Dialog, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list dialogs: %w", err)
	}
	var all []Dialog
	for rows.Next() {
		d, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read dialog: %w", err)
		}
		all = append(all, d)
	}
	return all, nil
}
