package dialogs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
)

// A Draft is a message not yet sent. Stored as JSON: give fields that change their meaning a new name.
// Spec: https://core.telegram.org/api/drafts
type Draft struct {
	Peer        ids.Peer    `json:"-"`
	Thread      ids.Message `json:"-"` // the topic or thread it is for; 0: the whole chat
	Date        time.Time   `json:"-"`
	Text        text.Text   `json:"t"`
	ReplyTo     ids.Message `json:"r,omitempty"`
	ReplyPeer   ids.Peer    `json:"p,omitempty"` // the chat of that message, when it is another one
	ReplyTask   *int32      `json:"k,omitempty"` // the task of that to-do list
	Quote       *text.Text  `json:"q,omitempty"` // of the message replied to
	QuoteOffset *int        `json:"o,omitempty"`
	NoWebpage   bool        `json:"w,omitempty"`
	InvertMedia bool        `json:"i,omitempty"`
	Effect      int64       `json:"e,omitempty"`
	Page        *DraftPage  `json:"m,omitempty"` // the page to be shown under the text
}

// A DraftPage is how the sender wants a page to be shown.
type DraftPage struct {
	URL      string `json:"u"`
	Large    bool   `json:"l,omitempty"`
	Small    bool   `json:"s,omitempty"`
	Optional bool   `json:"o,omitempty"` // without it the message is sent all the same
}

// Empty reports whether d says nothing, which stands for no draft. To answer the root of a thread is to write into it.
func (d Draft) Empty() bool { return d.Text.String == "" && (d.ReplyTo == 0 || d.ReplyTo == d.Thread) }

// clean brings the texts of d into the form that is kept. It fails with ErrTooLong or text.ErrBounds.
func (d *Draft) clean() (err error) {
	if d.Page != nil && len(d.Page.URL) > maxDraftURL {
		return ErrTooLong
	}
	if d.Text, err = cleanText(d.Text); err != nil || d.Quote == nil {
		return err
	}
	q, err := cleanText(*d.Quote)
	d.Quote = &q
	return err
}

func cleanText(t text.Text) (text.Text, error) {
	const maxUTF8 = 4 // bytes in a unit, and more
	if len(t.String) > maxUTF8*maxDraftUnits {
		return text.Text{}, ErrTooLong
	}
	t, err := text.Clean(t)
	if err == nil && text.Units(t.String) > maxDraftUnits {
		err = ErrTooLong
	}
	return t, err
}

// A Place is where a draft, or a setting, belongs: a chat, or one thread of it.
type Place struct {
	Peer   ids.Peer
	Thread ids.Message // 0: the whole chat
}

// Place is where d belongs.
func (d Draft) Place() Place { return Place{d.Peer, d.Thread} }

// SetDraft keeps d as owner's draft for its place, or removes the draft when d is empty.
//
// It fails with ErrTooLong, ErrTooMany or text.ErrBounds.
func (s *Service) SetDraft(ctx context.Context, owner ids.User, d Draft) error {
	if err := d.clean(); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.Lock(ctx, tx, owner); err != nil {
			return err
		}
		if d.Empty() {
			return s.DropDraft(ctx, tx, owner, d.Place())
		}
		return s.setDraft(ctx, tx, owner, d)
	})
	return wrap("save draft", owner, err)
}

func (s *Service) setDraft(ctx context.Context, tx *db.Tx, owner ids.User, d Draft) error {
	const others = `SELECT COUNT(*) FROM draft WHERE owner = $1 AND (peer <> $2 OR thread <> $3)`
	if err := checkRoom(ctx, tx, maxDrafts, others, int64(owner), int64(d.Peer), int64(d.Thread)); err != nil {
		return err
	}
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	const set = `INSERT INTO draft (owner, peer, thread, date, data) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, peer, thread) DO UPDATE SET date = excluded.date, data = excluded.data`
	if _, err := tx.Exec(ctx, set, int64(owner), int64(d.Peer), int64(d.Thread), time.Now(), string(data)); err != nil {
		return err
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.Draft{Peer: d.Peer, Thread: d.Thread})
}

// checkRoom fails with ErrTooMany when a count of what is kept has reached its bound.
func checkRoom(ctx context.Context, tx *db.Tx, bound int, count string, args ...any) error {
	var n int
	if err := tx.QueryRow(ctx, count, args...).Scan(&n); err != nil {
		return err
	}
	if n >= bound {
		return ErrTooMany
	}
	return nil
}

// DropDraft removes owner's draft for a place, if there is one. tx has locked owner, or moved his position.
func (s *Service) DropDraft(ctx context.Context, tx *db.Tx, owner ids.User, at Place) error {
	const drop = `DELETE FROM draft WHERE owner = $1 AND peer = $2 AND thread = $3`
	n, err := tx.Exec(ctx, drop, int64(owner), int64(at.Peer), int64(at.Thread))
	if err != nil || n == 0 {
		return err
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.Draft{Peer: at.Peer, Thread: at.Thread})
}

// DropDrafts removes all drafts of owner.
func (s *Service) DropDrafts(ctx context.Context, owner ids.User) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.Lock(ctx, tx, owner); err != nil {
			return err
		}
		all, err := drafts(ctx, tx, owner)
		if err != nil {
			return err
		}
		for _, d := range all {
			if err := s.DropDraft(ctx, tx, owner, d.Place()); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap("drop drafts", owner, err)
}

// Drafts returns all drafts of owner.
func (s *Service) Drafts(ctx context.Context, owner ids.User) (all []Draft, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = drafts(ctx, tx, owner)
		return err
	})
	return all, wrap("drafts", owner, err)
}

const draftColumns = `peer, thread, date, data`

// Draft returns owner's draft for a place, which is empty where there is none.
func (s *Service) Draft(ctx context.Context, tx *db.Tx, owner ids.User, at Place) (Draft, error) {
	const get = `SELECT ` + draftColumns + ` FROM draft WHERE owner = $1 AND peer = $2 AND thread = $3`
	d, err := scanDraft(tx.QueryRow(ctx, get, int64(owner), int64(at.Peer), int64(at.Thread)))
	if errors.Is(err, db.ErrNotFound) {
		return Draft{Peer: at.Peer, Thread: at.Thread}, nil
	}
	return d, wrap("draft", owner, err)
}

func drafts(ctx context.Context, tx *db.Tx, owner ids.User) ([]Draft, error) {
	const list = `SELECT ` + draftColumns + ` FROM draft WHERE owner = $1 ORDER BY date DESC LIMIT $2`
	return queryDrafts(ctx, tx, list, int64(owner), maxDialogs)
}

func queryDrafts(ctx context.Context, tx *db.Tx, sql string, args ...any) ([]Draft, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	var all []Draft
	for rows.Next() {
		d, err := scanDraft(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

func scanDraft(row interface{ Scan(...any) error }) (Draft, error) {
	var d Draft
	var data string
	if err := row.Scan(&d.Peer, &d.Thread, &d.Date, &data); err != nil {
		return Draft{}, err
	}
	if err := json.Unmarshal([]byte(data), &d); err != nil {
		return Draft{}, fmt.Errorf("decode draft: %w", err)
	}
	return d, nil
}

// DraftsOf returns owner's drafts for peers as a whole, those that there are.
func (s *Service) DraftsOf(ctx context.Context, tx *db.Tx, owner ids.User, peers []ids.Peer) (map[ids.Peer]Draft, error) {
	if len(peers) == 0 {
		return nil, nil
	}
	args := make([]any, 1, 1+len(peers))
	args[0] = int64(owner)
	for _, p := range peers {
		args = append(args, int64(p))
	}
	all, err := queryDrafts(ctx, tx, `SELECT `+draftColumns+` FROM draft WHERE owner = $1 AND thread = 0 AND peer IN (`+
		db.List(2, len(peers))+`)`, args...)
	if err != nil {
		return nil, wrap("drafts", owner, err)
	}
	found := make(map[ids.Peer]Draft, len(all))
	for _, d := range all {
		found[d.Peer] = d
	}
	return found, nil
}

// ThreadDrafts returns owner's drafts for the threads of a chat, those that there are.
func (s *Service) ThreadDrafts(ctx context.Context, owner ids.User, peer ids.Peer) (map[ids.Message]Draft, error) {
	const list = `SELECT ` + draftColumns + ` FROM draft WHERE owner = $1 AND peer = $2 AND thread > 0 LIMIT $3`
	return read(ctx, s, func(tx *db.Tx) (map[ids.Message]Draft, error) {
		all, err := queryDrafts(ctx, tx, list, int64(owner), int64(peer), maxDrafts)
		found := make(map[ids.Message]Draft, len(all))
		for _, d := range all {
			found[d.Thread] = d
		}
		return found, wrap("drafts", owner, err)
	})
}
