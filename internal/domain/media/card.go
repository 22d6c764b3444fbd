package media

import (
	"crypto/rand"
	"math/big"
	"slices"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
)

// Bounds of contacts.
const (
	maxName  = 256     // bytes
	maxPhone = 32      // bytes
	maxVCard = 4 << 10 // bytes
)

// A Card is a contact that somebody shares.
// Spec: https://core.telegram.org/constructor/messageMediaContact
type Card struct {
	Phone     string   `json:"p"`
	FirstName string   `json:"f"`
	LastName  string   `json:"l,omitempty"`
	VCard     string   `json:"v,omitempty"`
	User      ids.User `json:"u,omitempty"` // who has the number, as far as the sender may find that out
}

func (c *Card) clean() error {
	if c == nil {
		return ErrInvalid
	}
	for _, line := range []struct {
		s   *string
		max int
	}{{&c.Phone, maxPhone}, {&c.FirstName, maxName}, {&c.LastName, maxName}} {
		if err := cleanLine(line.s, line.max); err != nil {
			return err
		}
	}
	if c.FirstName == "" && c.LastName == "" || c.Phone == "" {
		return ErrInvalid
	}
	return cleanBlock(&c.VCard, maxVCard)
}

// cleanLine makes s fit to be kept. It fails with ErrTooLong.
func cleanLine(s *string, most int) error {
	t, err := text.Clean(text.Text{String: *s})
	if err != nil {
		return err
	}
	if len(t.String) > most {
		return ErrTooLong
	}
	*s = t.String
	return nil
}

// cleanBlock is cleanLine for text of several lines, of which too much is cut off with the rest.
func cleanBlock(s *string, most int) error {
	if len(*s) > most {
		*s = ""
		return nil
	}
	return cleanLine(s, most)
}

// A Throw is a dice, or something else that falls by chance.
// Spec: https://core.telegram.org/api/dice
type Throw struct {
	Emoji string `json:"e"`
	Value int    `json:"v"` // from 1
}

// sides are how many ways each dice can fall.
var sides = map[string]int{"🎲": 6, "🎯": 6, "🏀": 5, "⚽": 5, "🎳": 6, "🎰": 64}

// DiceEmoji are the emoji that can be thrown, in the order in which clients show them.
func DiceEmoji() []string { return []string{"🎲", "🎯", "🏀", "⚽", "🎳", "🎰"} }

// DiceSides are how many ways the emoji can fall; 0 when it is no dice.
func DiceSides(emoji string) int { return sides[plainEmoji(emoji)] }

// ThrowDice throws: each side is as likely, and nobody can tell it before. It fails with ErrDice.
func ThrowDice(emoji string) (*Media, error) {
	emoji = plainEmoji(emoji)
	n := sides[emoji]
	if n == 0 {
		return nil, ErrDice
	}
	side, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return nil, err
	}
	return &Media{Kind: Dice, Dice: &Throw{Emoji: emoji, Value: int(side.Int64()) + 1}}, nil
}

// plainEmoji is s without the sign that asks for a coloured picture, which some clients add.
func plainEmoji(s string) string {
	return string(slices.DeleteFunc([]rune(s), func(r rune) bool { return r == 0xfe0f }))
}

func (t *Throw) check() error {
	if t == nil || t.Value < 1 || t.Value > sides[t.Emoji] {
		return ErrDice
	}
	return nil
}
