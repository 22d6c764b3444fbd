// Package reports keeps what people report, for those who run the server: chats, people, messages. The server itself, as
// ids.Service, reports what it finds. Nothing happens by itself to who is reported.
//
// What was written is kept with the report, because messages can be deleted before a moderator looks. It owns the table
// complaint. Callers are the api packages and the command line.
package reports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Errors of this package.
var (
	// ErrReason means a reason that there is none of.
	ErrReason = errors.New("no such reason to report")
	// ErrTooMany means more messages in one report than MaxMessages.
	ErrTooMany = errors.New("too many messages in a report")
	// ErrNone means a report that is not there.
	ErrNone = errors.New("no such report")
)

// Bounds.
const (
	MaxMessages = 100
	maxComment  = 1024 // characters
	maxExcerpt  = 1024
	maxContent  = 20  // messages whose content is kept
	maxADay     = 200 // reports by one person, and by the server about one; more are taken and forgotten
)

// A Report is what somebody has to say against somebody.
type Report struct {
	ID       int64
	At       time.Time
	Reporter ids.User
	Peer     ids.Peer // the chat, or who is reported
	Author   ids.Peer // whose messages they are, when one member of a group is reported
	Reason   string
	Comment  string
	IDs      []ids.Message // as the reporter has them
	Content  []Excerpt
}

// An Excerpt is what stood in a message that was reported.
type Excerpt struct {
	ID   ids.Message `json:"i"`
	From ids.Peer    `json:"f"`
	Date int64       `json:"d"`
	Text string      `json:"t,omitempty"`
}

// A Service keeps reports. Safe for concurrent use.
type Service struct{ db *db.DB }

// New makes the service.
func New(d *db.DB) *Service { return &Service{db: d} }

// Add keeps r. What is too long is cut. It fails with ErrTooMany.
func (s *Service) Add(ctx context.Context, r Report) error {
	if len(r.IDs) > MaxMessages {
		return ErrTooMany
	}
	r.Comment = cut(r.Comment, maxComment)
	r.Content = r.Content[:min(len(r.Content), maxContent)]
	for i := range r.Content {
		r.Content[i].Text = cut(r.Content[i].Text, maxExcerpt)
	}
	id, err := s.db.NextID(ctx, "complaint")
	if err != nil {
		return err
	}
	r.ID = id
	err = s.db.Write(ctx, func(tx *db.Tx) error { return insert(ctx, tx, r) })
	if err != nil {
		return fmt.Errorf("keep report of user %d: %w", r.Reporter, err)
	}
	return nil
}

func cut(s string, limit int) string {
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit])
	}
	return s
}

// insert writes r, unless its reporter has said enough for a day. The same report again takes the place of the first.
func insert(ctx context.Context, tx *db.Tx, r Report) error {
	since := time.Now().Add(-24 * time.Hour)
	if enough, err := saidEnough(ctx, tx, r, since); err != nil || enough {
		return err
	}
	list, err := marshal(r.IDs, len(r.IDs))
	if err != nil {
		return err
	}
	content, err := marshal(r.Content, len(r.Content))
	if err != nil {
		return err
	}
	if err := replace(ctx, tx, r, list, since); err != nil {
		return err
	}
	const put = `INSERT INTO complaint (id, reported_at, reporter, peer, author, reason, message, ids, content)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	_, err = tx.Exec(ctx, put, r.ID, time.Now(), r.Reporter, r.Peer, r.Author, r.Reason, r.Comment, list, content)
	return err
}

func saidEnough(ctx context.Context, tx *db.Tx, r Report, since time.Time) (bool, error) {
	count := `SELECT COUNT(*) FROM complaint WHERE reporter = $1 AND reported_at > $2`
	args := []any{r.Reporter, since}
	if r.Reporter == ids.Service {
		count, args = count+` AND peer = $3`, append(args, r.Peer)
	}
	var n int
	err := tx.QueryRow(ctx, count, args...).Scan(&n)
	return n >= maxADay, err
}

// replace drops an open report that is the same. Those of the server are told apart by their words.
func replace(ctx context.Context, tx *db.Tx, r Report, list string, since time.Time) error {
	same := `DELETE FROM complaint WHERE reporter = $1 AND reported_at > $2 AND peer = $3 AND author = $4 AND reason = $5
		AND ids = $6 AND closed_at = 0`
	args := []any{r.Reporter, since, r.Peer, r.Author, r.Reason, list}
	if r.Reporter == ids.Service {
		same, args = same+` AND message = $7`, append(args, r.Comment)
	}
	_, err := tx.Exec(ctx, same, args...)
	return err
}

func marshal(v any, n int) (string, error) {
	if n == 0 {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// Open lists reports that nobody has closed, oldest first, from after an id.
func (s *Service) Open(ctx context.Context, after int64, limit int) (list []Report, err error) {
	const get = `SELECT id, reported_at, reporter, peer, author, reason, message, ids, content FROM complaint
		WHERE closed_at = 0 AND id > $1 ORDER BY id LIMIT $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, get, []any{after, limit}, func(rows *db.Rows) error {
			r, err := scan(rows)
			list = append(list, r)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	return list, nil
}

func scan(rows *db.Rows) (r Report, err error) {
	var list, content string
	if err := rows.Scan(&r.ID, &r.At, &r.Reporter, &r.Peer, &r.Author, &r.Reason, &r.Comment, &list, &content); err != nil {
		return r, err
	}
	if list != "" {
		err = json.Unmarshal([]byte(list), &r.IDs)
	}
	if content != "" && err == nil {
		err = json.Unmarshal([]byte(content), &r.Content)
	}
	return r, err
}

// Close marks a report as dealt with. It fails with ErrNone.
func (s *Service) Close(ctx context.Context, id int64) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		const mark = `UPDATE complaint SET closed_at = $2 WHERE id = $1 AND closed_at = 0`
		n, err := tx.Exec(ctx, mark, id, time.Now())
		if err == nil && n == 0 {
			err = ErrNone
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("close report %d: %w", id, err)
	}
	return nil
}
