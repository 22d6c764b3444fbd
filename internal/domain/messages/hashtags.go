package messages

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
)

// maxTags is how many hashtags of one post lead to it.
const maxTags = 16

// A TagQuery asks for posts of public channels with a hashtag, the newest first.
// Spec: https://core.telegram.org/method/channels.searchPosts
type TagQuery struct {
	Hashtag    string // with or without its #
	OffsetDate time.Time
	OffsetPeer ids.Peer
	OffsetID   ids.Message
	Limit      int
}

// hashtags are the tags of a text, lower case and without #, each once.
func hashtags(t text.Text) [][]byte {
	var tags []string
	var units []uint16
	for _, e := range t.Entities {
		if e.Kind != text.Hashtag {
			continue
		}
		if units == nil {
			units = utf16.Encode([]rune(t.String))
		}
		if e.Offset < 0 || e.Length < 2 || e.Offset+e.Length > len(units) {
			continue
		}
		tag, _, _ := strings.Cut(strings.ToLower(string(utf16.Decode(units[e.Offset+1:e.Offset+e.Length]))), "@")
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	list := make([][]byte, 0, len(tags))
	for _, tag := range tags[:min(len(tags), maxTags)] {
		list = append(list, []byte(tag))
	}
	return list
}

// tagPosts notes the hashtags of new posts of public channels. It is a Hook.
func (s *Service) tagPosts(ctx context.Context, tx *db.Tx, rows []*Message) error {
	const add = `INSERT INTO hashtag_post (tag, date, owner, id) VALUES ($1, $2, $3, $4) ON CONFLICT (tag, date, owner, id) DO NOTHING`
	return s.eachTag(ctx, rows, func(m *Message, tag []byte) error {
		return tx.Queue(ctx, add, tag, m.Date, int64(m.Owner), int64(m.ID))
	})
}

// untagPosts forgets them. It is a Hook.
func (s *Service) untagPosts(ctx context.Context, tx *db.Tx, rows []*Message) error {
	const remove = `DELETE FROM hashtag_post WHERE tag = $1 AND date = $2 AND owner = $3 AND id = $4`
	return s.eachTag(ctx, rows, func(m *Message, tag []byte) error {
		return tx.Queue(ctx, remove, tag, m.Date, int64(m.Owner), int64(m.ID))
	})
}

func (s *Service) eachTag(ctx context.Context, rows []*Message, fn func(*Message, []byte) error) error {
	for _, m := range rows {
		tags := hashtags(m.Text)
		if len(tags) == 0 || m.Owner.Channel() == 0 {
			continue
		}
		if public, err := s.public(ctx, m.Owner.Channel()); err != nil || !public {
			return err
		}
		for _, tag := range tags {
			if err := fn(m, tag); err != nil {
				return fmt.Errorf("hashtags of %d: %w", m.Owner, err)
			}
		}
	}
	return nil
}

// public tells whether everybody may see a channel. What is remembered of it will do.
func (s *Service) public(ctx context.Context, ch ids.Channel) (bool, error) {
	if s.channels == nil {
		return false, nil
	}
	list, err := s.channels.Get(ctx, ch)
	return err == nil && len(list) > 0 && list[0].Public() && !list[0].Deleted(), err
}

// Tagged returns a page of the posts of public channels that have a hashtag.
func (s *Service) Tagged(ctx context.Context, q TagQuery) (page Page, err error) {
	tag := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(q.Hashtag), "#"))
	if tag == "" {
		return Page{Whole: true}, nil
	}
	q.Limit = min(max(q.Limit, 1), MaxPage)
	date := int64(math.MaxInt64)
	if !q.OffsetDate.IsZero() {
		date = q.OffsetDate.Unix()
	}
	const find = `SELECT owner, id, date FROM hashtag_post WHERE tag = $1 AND (date < $2 OR (date = $3 AND (owner < $4
		OR (owner = $5 AND id < $6)))) ORDER BY date DESC, owner DESC, id DESC LIMIT $7`
	args := []any{[]byte(tag), date, date, int64(q.OffsetPeer), int64(q.OffsetPeer), int64(q.OffsetID), 2 * MaxPage}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var hits []hit
		err := tx.Each(ctx, find, args, func(rows *db.Rows) error {
			var h hit
			err := rows.Scan(&h.owner, &h.id, &h.date)
			hits = append(hits, h)
			return err
		})
		if err != nil {
			return err
		}
		if hits, err = s.onlyPublic(ctx, hits); err != nil {
			return err
		}
		page, err = gather(ctx, tx, hits, q.Limit)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("posts with a hashtag: %w", err)
	}
	page.Messages = slices.DeleteFunc(page.Messages, func(m *Message) bool { // edited since
		return !slices.ContainsFunc(hashtags(m.Text), func(t []byte) bool { return string(t) == tag })
	})
	return page, nil
}

// onlyPublic drops the hits in channels that are not public any more.
func (s *Service) onlyPublic(ctx context.Context, hits []hit) ([]hit, error) {
	open := make(map[ids.Peer]bool)
	for _, h := range hits {
		if _, known := open[h.owner]; known {
			continue
		}
		public, err := s.public(ctx, h.owner.Channel())
		if err != nil {
			return nil, err
		}
		open[h.owner] = public
	}
	return slices.DeleteFunc(hits, func(h hit) bool { return !open[h.owner] }), nil
}
