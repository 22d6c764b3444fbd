package channels

import (
	"context"
	"slices"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

const (
	// maxWords is by how many words of his name a member is found.
	maxWords = 6
	// maxWord is how many bytes of a word count.
	maxWord = 48
)

// memberWords are the words by which u is found among members: those of his name, and his username.
func memberWords(u users.User) []string {
	words := append(users.Words(u.FirstName+" "+u.LastName), strings.ToLower(u.Username))
	slices.Sort(words)
	words = slices.DeleteFunc(slices.Compact(words), func(w string) bool { return w == "" })
	words = words[:min(len(words), maxWords)]
	for i, w := range words {
		words[i] = w[:min(len(w), maxWord)]
	}
	return words
}

// A namedMember is a member with the words by which he is found.
type namedMember struct {
	user  ids.User
	words []string
}

// insertWords makes members of a channel findable.
func insertWords(ctx context.Context, tx *db.Tx, ch ids.Channel, members []namedMember) error {
	var args []any
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		err := tx.Queue(ctx, `INSERT INTO channel_member_word (channel, word, member) VALUES `+values(len(args)/3, 3)+
			` ON CONFLICT (channel, word, member) DO NOTHING`, args...)
		args = nil
		return err
	}
	for _, m := range members {
		for _, w := range m.words {
			args = append(args, ch, []byte(w), m.user)
		}
		if len(args) >= 3*maxBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// values returns "($1, $2), ($3, $4), …" for rows of columns.
func values(rows, columns int) string {
	var b strings.Builder
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + db.List(1+i*columns, columns) + ")")
	}
	return b.String()
}

// Renamed makes somebody findable by his new name in all his channels, in the transaction that changes his name. Package
// users calls it.
func (s *Service) Renamed(ctx context.Context, tx *db.Tx, before, after users.User) error {
	old, words := memberWords(before), memberWords(after)
	if slices.Equal(old, words) {
		return nil
	}
	all, err := s.groups.BelongingsTx(ctx, tx, after.ID)
	if err != nil {
		return err
	}
	for _, b := range all {
		ch := b.Peer.Channel()
		if ch == 0 || b.Status != groups.In {
			continue
		}
		if err := forgetWords(ctx, tx, ch, after.ID, old); err != nil {
			return err
		}
		if err := insertWords(ctx, tx, ch, []namedMember{{after.ID, words}}); err != nil {
			return err
		}
	}
	return nil
}

// unname makes somebody who has left a channel findable there no more.
func (s *Service) unname(ctx context.Context, tx *db.Tx, m Member) error {
	found, err := s.users.GetTx(ctx, tx, m.User)
	if err != nil || len(found) == 0 {
		return err
	}
	return forgetWords(ctx, tx, m.Channel, m.User, memberWords(found[0]))
}

func forgetWords(ctx context.Context, tx *db.Tx, ch ids.Channel, user ids.User, words []string) error {
	for _, w := range words {
		const forget = `DELETE FROM channel_member_word WHERE channel = $1 AND word = $2 AND member = $3`
		if err := tx.Queue(ctx, forget, ch, []byte(w), user); err != nil {
			return err
		}
	}
	return nil
}
