package stickers

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hermod/internal/db"
)

// nameShape tells whether name can be a short name: letters, digits and single underscores, a letter first.
// Spec: https://core.telegram.org/method/stickers.createStickerSet
func nameShape(name string) bool {
	if name == "" || len(name) > maxName || strings.Contains(name, "__") || strings.HasSuffix(name, "_") {
		return false
	}
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return true
}

// CheckName tells whether a set can have a short name: nil, ErrName or ErrNameTaken.
func (s *Service) CheckName(ctx context.Context, name string) error {
	if !nameShape(name) {
		return ErrName
	}
	taken, err := s.taken(ctx, name)
	if err == nil && taken {
		err = ErrNameTaken
	}
	return err
}

func (s *Service) taken(ctx context.Context, name string) (bool, error) {
	n, err := read(ctx, s, func(tx *db.Tx) ([]int64, error) {
		return db.Column[int64](ctx, tx, `SELECT set_id FROM sticker_set_name WHERE name = $1`, strings.ToLower(name))
	})
	return len(n) > 0, err
}

// SuggestName proposes a short name for a title. It fails with ErrTitle when the title has nothing to make one of.
// Spec: https://core.telegram.org/method/stickers.suggestShortName
func (s *Service) SuggestName(ctx context.Context, title string) (string, error) {
	title, err := cleanTitle(title)
	if err != nil {
		return "", err
	}
	base := nameOf(title)
	if base == "" {
		return "", ErrTitle
	}
	name := base
	for range 10 {
		if taken, err := s.taken(ctx, name); err != nil || !taken {
			return name, err
		}
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		if err != nil {
			return "", err
		}
		name = fmt.Sprintf("%s_%06d", base, n)
	}
	return "", ErrTitle
}

// nameOf makes of a title what a short name may have; "" when it has no letter that could be in one.
func nameOf(title string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == ' ' || r == '_' || r == '-':
			b.WriteByte('_')
		}
	}
	name := strings.TrimLeft(b.String(), "_0123456789")
	for strings.Contains(name, "__") {
		name = strings.ReplaceAll(name, "__", "_")
	}
	const room = 7 // for a number behind it
	return strings.TrimRight(name[:min(len(name), maxName-room)], "_")
}

// cleanTitle checks a title and takes the space around it off. It fails with ErrTitle.
func cleanTitle(title string) (string, error) {
	title = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(title, "")))
	if title == "" || utf8.RuneCountInString(title) > maxTitle {
		return "", ErrTitle
	}
	return title, nil
}
