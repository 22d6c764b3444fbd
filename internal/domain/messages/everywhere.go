package messages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/updates"
)

// maxSearched is in how many channels a search without words looks: in those with the newest messages.
const maxSearched = 50

// A GlobalQuery is a search among all that a person has: his own log, and the channels that he is in.
// Spec: https://core.telegram.org/method/messages.searchGlobal
type GlobalQuery struct {
	By               ids.User
	Words            string
	Filter           Filter
	Media            []media.Kind
	Users            bool // only chats with users, only groups, only broadcast channels; none of the three: all
	Groups           bool
	Broadcasts       bool
	Folder           *int
	MinDate, MaxDate time.Time
	OffsetDate       time.Time // where the page begins; zero: from the newest on
	OffsetPeer       ids.Peer
	OffsetID         ids.Message
	Limit            int
}

// A hit is a message that was found, with what it is sorted by.
type hit struct {
	owner, peer ids.Peer
	id          ids.Message
	date        time.Time
}

// newest sorts hits by date, and those of one second in some lasting order.
func newest(a, b hit) int {
	return cmp.Or(cmp.Compare(b.date.Unix(), a.date.Unix()), cmp.Compare(b.id, a.id), cmp.Compare(b.peer, a.peer))
}

// A place is one where somebody may look: an owner of messages, and what of that is hidden from him.
type place struct {
	owner     ids.Peer
	hidden    ids.Message
	broadcast bool // a channel that only admins write in
}

// SearchEverywhere returns a page of what q finds, the newest first.
func (s *Service) SearchEverywhere(ctx context.Context, q GlobalQuery) (page Page, err error) {
	if q.Filter == FilterNothing {
		return Page{Whole: true}, nil
	}
	q.Limit = min(max(q.Limit, 1), MaxPage)
	places, err := s.places(ctx, q)
	if err != nil {
		return Page{}, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		hits, whole, err := s.everywhere(ctx, tx, q, places)
		if err != nil {
			return err
		}
		total := len(hits)
		hits = slices.DeleteFunc(hits, func(h hit) bool { return !q.behind(h) })
		page, err = gather(ctx, tx, hits, q.Limit)
		page.Total, page.Inexact = total, !whole
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("search everywhere for user %d: %w", q.By, err)
	}
	return page, nil
}

// places are where q looks: the own log first.
func (s *Service) places(ctx context.Context, q GlobalQuery) ([]place, error) {
	all := []place{{owner: q.By.Peer()}}
	if s.channels == nil || q.Users && !q.Groups && !q.Broadcasts {
		return all, nil
	}
	joined, err := s.channels.Joined(ctx, q.By)
	if err != nil {
		return nil, err
	}
	list, err := s.channels.Get(ctx, joined...)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		me, err := s.channels.Member(ctx, nil, c.ID, q.By)
		if err != nil {
			return nil, err
		}
		if q.wants(c.Broadcast) {
			all = append(all, place{owner: c.ID.Peer(), hidden: me.Available, broadcast: c.Broadcast})
		}
	}
	return all, nil
}

// wants tells whether q looks into channels of a kind.
func (q GlobalQuery) wants(broadcast bool) bool {
	any := !q.Users && !q.Groups && !q.Broadcasts
	return any || broadcast && q.Broadcasts || !broadcast && q.Groups
}

// everywhere returns what q finds, sorted, and whether that is all.
func (s *Service) everywhere(ctx context.Context, tx *db.Tx, q GlobalQuery, places []place) (hits []hit, whole bool, err error) {
	if strings.TrimSpace(q.Words) == "" {
		hits, whole, err = s.kinds(ctx, tx, q, places)
	} else {
		hits, whole, err = s.wordsEverywhere(ctx, tx, q, places)
	}
	if err != nil {
		return nil, false, err
	}
	hidden := make(map[ids.Peer]ids.Message, len(places))
	for _, p := range places {
		hidden[p.owner] = p.hidden
	}
	inFolder, err := q.inFolder(ctx, tx)
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.id <= hidden[h.owner] || !q.meant(h) || !inFolder(h.peer) })
	slices.SortFunc(hits, newest)
	return hits, whole, err
}

// meant reports whether h is in a chat of a kind that q wants, and of its time.
func (q GlobalQuery) meant(h hit) bool {
	switch {
	case h.owner.Channel() == 0 && h.peer.User() != 0 && !q.Users && (q.Groups || q.Broadcasts):
		return false
	case h.owner.Channel() == 0 && h.peer.Chat() != 0 && !q.Groups && (q.Users || q.Broadcasts):
		return false
	}
	return (q.MinDate.IsZero() || !h.date.Before(q.MinDate)) && (q.MaxDate.IsZero() || !h.date.After(q.MaxDate))
}

// behind reports whether h is behind q's offset, which may lack its last parts.
func (q GlobalQuery) behind(h hit) bool {
	at := q.OffsetDate.Unix()
	switch date := h.date.Unix(); {
	case q.OffsetDate.IsZero():
		return true
	case date != at:
		return date < at
	case q.OffsetID == 0 || h.id != q.OffsetID:
		return h.id < q.OffsetID
	}
	return q.OffsetPeer != 0 && h.peer < q.OffsetPeer
}

// inFolder returns what tells whether a chat is in q's folder.
func (q GlobalQuery) inFolder(ctx context.Context, tx *db.Tx) (func(ids.Peer) bool, error) {
	if q.Folder == nil {
		return func(ids.Peer) bool { return true }, nil
	}
	in := make(map[ids.Peer]bool)
	const list = `SELECT peer FROM dialog WHERE owner = $1 AND folder = $2 LIMIT 20000`
	err := tx.Each(ctx, list, []any{int64(q.By), *q.Folder}, func(rows *db.Rows) error {
		var p ids.Peer
		err := rows.Scan(&p)
		in[p] = true
		return err
	})
	return func(p ids.Peer) bool { return in[p] }, err
}

// kinds finds messages without words, by their kind: in the own log and in the channels with the newest messages.
func (s *Service) kinds(ctx context.Context, tx *db.Tx, q GlobalQuery, places []place) (hits []hit, whole bool, err error) {
	owners := make([]ids.Peer, 0, len(places))
	for _, p := range places[1:] {
		owners = append(owners, p.owner)
	}
	heads, err := s.log.Heads(ctx, tx, owners...)
	if err != nil {
		return nil, false, err
	}
	byDate := func(a, b ids.Peer) int { return cmp.Compare(heads[b].TopDate.Unix(), heads[a].TopDate.Unix()) }
	slices.SortFunc(owners, byDate)
	whole = len(owners) <= maxSearched
	for _, owner := range append([]ids.Peer{places[0].owner}, owners[:min(len(owners), maxSearched)]...) {
		found, err := s.kindIn(ctx, tx, q, owner, heads[owner])
		if err != nil {
			return nil, false, err
		}
		whole = whole && len(found) <= q.Limit
		hits = append(hits, found...)
	}
	return hits, whole, nil
}

func (s *Service) kindIn(ctx context.Context, tx *db.Tx, q GlobalQuery, owner ids.Peer, head updates.Head) ([]hit, error) {
	one := Query{By: q.By, Filter: q.Filter, Media: q.Media, MinDate: q.MinDate, MaxDate: q.MaxDate}
	if owner.Channel() != 0 {
		one.Peer = owner
	}
	late := owner.Channel() == 0 || !head.TopDate.Before(q.OffsetDate) // has something newer than the offset
	if !q.OffsetDate.IsZero() && late && (one.MaxDate.IsZero() || q.OffsetDate.Before(one.MaxDate)) {
		one.MaxDate = q.OffsetDate
	}
	l, err := listOf(ctx, tx, &one)
	if err != nil {
		return nil, err
	}
	one.Window.Limit = q.Limit + 1
	list, err := l.window(ctx, tx, one.Window)
	found := make([]hit, len(list))
	for i, m := range list {
		found[i] = hit{m.Owner, m.Peer, m.ID, m.Date}
	}
	return found, err
}

// wordsEverywhere finds messages by words, in all places with one question to the index.
func (s *Service) wordsEverywhere(ctx context.Context, tx *db.Tx, q GlobalQuery, places []place) ([]hit, bool, error) {
	t := termsOf(q.Words)
	if len(t.words) == 0 {
		return nil, true, nil
	}
	owners := make([]ids.Peer, len(places))
	for i, p := range places {
		owners[i] = p.owner
	}
	var found map[ids.Peer][]ids.Message
	var whole bool
	var err error
	if tx.Engine() == db.Postgres {
		found, whole, err = allPostgres(ctx, tx, owners, t)
	} else {
		found, whole, err = allSQLite(ctx, tx, owners, t)
	}
	if err != nil {
		return nil, false, err
	}
	if !whole { // at least the newest of the own log
		if err := nearest(ctx, tx, q.By.Peer(), t, found); err != nil {
			return nil, false, err
		}
	}
	hits, err := q.read(ctx, tx, t, found)
	return hits, whole, err
}

// nearest adds the newest messages of owner that have the words.
func nearest(ctx context.Context, tx *db.Tx, owner ids.Peer, t terms, into map[ids.Peer][]ids.Message) error {
	var c catch
	p := span{high: 1<<31 - 1}
	_, err := (list{owner: owner}).readThrough(ctx, tx, t, &p, &c, make([]int, len(t.words)))
	into[owner] = append(into[owner], c.ids...)
	return err
}

// read returns the hits among messages that are as q wants them.
func (q GlobalQuery) read(ctx context.Context, tx *db.Tx, t terms, found map[ids.Peer][]ids.Message) (hits []hit, err error) {
	for owner, list := range found {
		one := Query{By: q.By, Filter: q.Filter, Media: q.Media}
		if owner.Channel() != 0 {
			one.Peer = owner
		}
		l, err := listOf(ctx, tx, &one)
		if err != nil {
			return nil, err
		}
		slices.Sort(list)
		for part := range slices.Chunk(slices.Compact(list), 2*MaxBatch) {
			got, err := l.dated(ctx, tx, t, part)
			if err != nil {
				return nil, err
			}
			hits = append(hits, got...)
		}
	}
	return hits, nil
}

// dated returns those of list that have what is searched for.
func (l list) dated(ctx context.Context, tx *db.Tx, t terms, list []ids.Message) (hits []hit, err error) {
	clause, args, n := l.from()
	for _, id := range list {
		args = append(args, int64(id))
	}
	sql := `SELECT id, peer, date, text` + clause + ` AND id IN (` + db.List(n, len(list)) + `)`
	err = tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		h := hit{owner: l.owner}
		var body string
		err := rows.Scan(&h.id, &h.peer, &h.date, &body)
		if err == nil && t.in(body) {
			hits = append(hits, h)
		}
		return err
	})
	return hits, err
}

// allPostgres asks the index for the words of all owners at once.
func allPostgres(ctx context.Context, tx *db.Tx, owners []ids.Peer, t terms) (map[ids.Peer][]ids.Message, bool, error) {
	const find = `SELECT owner, id FROM message
		WHERE text <> '' AND message_terms(owner, text) @@ CAST($1 AS tsquery) AND id > 0 LIMIT $2`
	of := make([]string, len(owners))
	for i, o := range owners {
		words := make([]string, len(t.words))
		for k, w := range t.words {
			words[k] = fmt.Sprintf("'%d/%s':*", o, w)
		}
		of[i] = "(" + strings.Join(words, " & ") + ")"
	}
	found, n := make(map[ids.Peer][]ids.Message), 0
	err := tx.Each(ctx, find, []any{strings.Join(of, " | "), maxHits}, func(rows *db.Rows) error {
		var owner ids.Peer
		var id ids.Message
		err := rows.Scan(&owner, &id)
		found[owner], n = append(found[owner], id), n+1
		return err
	})
	return found, n < maxHits, err
}

// allSQLite does so with message_words, and reads what that does not hold yet.
func allSQLite(ctx context.Context, tx *db.Tx, owners []ids.Peer, t terms) (map[ids.Peer][]ids.Message, bool, error) {
	const find = `SELECT rowid FROM message_words WHERE message_words MATCH $1 LIMIT $2`
	of := make([]string, len(owners))
	for i, o := range owners {
		words := make([]string, len(t.words))
		for k, w := range t.words {
			words[k] = `"` + termKey(o) + w + `" *`
		}
		of[i] = "(" + strings.Join(words, " AND ") + ")"
	}
	found, n := make(map[ids.Peer][]ids.Message), 0
	err := tx.Each(ctx, find, []any{strings.Join(of, " OR "), maxHits}, func(rows *db.Rows) error {
		var row int64
		err := rows.Scan(&row)
		owner, id := ofRow(row)
		found[owner], n = append(found[owner], id), n+1
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return found, n < maxHits, addUnindexed(ctx, tx, owners, t, found)
}

// ofRow is the message whose row in message_words has a number.
func ofRow(row int64) (ids.Peer, ids.Message) {
	owner := row >> 31 // rounds down, also below 0
	id := ids.Message(row - owner<<31)
	if owner < 0 {
		return ids.Channel(-owner).Peer(), id
	}
	return ids.Peer(owner), id
}

// addUnindexed reads, of the owners whose messages are not all in the index as they are, those messages.
func addUnindexed(ctx context.Context, tx *db.Tx, owners []ids.Peer, t terms, found map[ids.Peer][]ids.Message) error {
	const lagging = `SELECT l.owner FROM log_state l LEFT JOIN search_mark s ON s.owner = l.owner
		WHERE l.owner IN (%[1]s) AND l.message_id > COALESCE(s.id, 0)
		UNION SELECT owner FROM search_stale WHERE owner IN (%[1]s)`
	for part := range slices.Chunk(owners, MaxBatch) {
		var late []ids.Peer
		args := make([]any, len(part))
		for i, o := range part {
			args[i] = int64(o)
		}
		err := tx.Each(ctx, fmt.Sprintf(lagging, db.List(1, len(part))), args, func(rows *db.Rows) error {
			var o ids.Peer
			err := rows.Scan(&o)
			late = append(late, o)
			return err
		})
		if err != nil {
			return err
		}
		for _, o := range late {
			stale, fresh, err := unindexed(ctx, tx, o, t, span{high: 1<<31 - 1})
			if err != nil {
				return err
			}
			found[o] = append(slices.DeleteFunc(found[o], func(id ids.Message) bool { return stale[id] }), fresh...)
		}
	}
	return nil
}

// gather reads the messages of the first hits, which are sorted, into a page.
func gather(ctx context.Context, tx *db.Tx, hits []hit, limit int) (Page, error) {
	page := Page{Total: len(hits), Whole: len(hits) <= limit}
	lists := make([][]any, 0, limit)
	for _, h := range hits[:min(len(hits), limit)] {
		lists = append(lists, []any{int64(h.owner), int64(h.id)})
	}
	rows, err := tx.QueryRows(ctx, `SELECT `+columns+` FROM message WHERE owner = $1 AND id = $2`, lists...)
	if err != nil {
		return Page{}, err
	}
	for _, row := range rows {
		m, err := scan(row)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return Page{}, err
		}
		page.Messages = append(page.Messages, m)
	}
	return page, nil
}
