package looks

import (
	"context"
	"encoding/json"
	"errors"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
)

// A Shown is a wallpaper as a chat has it. Stored as JSON, in messages and settings of channels too: give fields that change
// their meaning a new name.
type Shown struct {
	Wallpaper int64     `json:"w"`
	Settings  *Settings `json:"s,omitempty"` // nil: those of the wallpaper
	Same      bool      `json:"a,omitempty"` // of a message: the chat has what the other side chose before
	ForBoth   bool      `json:"f,omitempty"` // of a message: chosen for both sides
}

// Decode reads a Shown; nil for none, and for what is none.
func Decode(data []byte) *Shown {
	var s Shown
	if len(data) == 0 || json.Unmarshal(data, &s) != nil || s.Wallpaper == 0 {
		return nil
	}
	return &s
}

// Encode writes a Shown; nil for nil.
func (s *Shown) Encode() []byte {
	if s == nil {
		return nil
	}
	return []byte(encode(s))
}

// A Look is how a private chat looks to one side.
type Look struct {
	Theme      string // an emoji; empty: none
	Wallpaper  *Shown // nil: none
	Overridden bool   // the other side chose the wallpaper for both
}

// Look returns how a private chat looks to owner.
func (s *Service) Look(ctx context.Context, owner ids.User, peer ids.Peer) (Look, error) {
	return read(ctx, s, func(tx *db.Tx) (Look, error) { return look(ctx, tx, owner, peer) })
}

func look(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer) (l Look, err error) {
	const of = `SELECT theme, wallpaper, overridden FROM chat_look WHERE owner = $1 AND peer = $2`
	var paper string
	err = tx.QueryRow(ctx, of, int64(owner), int64(peer)).Scan(&l.Theme, &paper, &l.Overridden)
	if errors.Is(err, db.ErrNotFound) {
		return Look{}, nil
	}
	l.Wallpaper = Decode([]byte(paper))
	return l, err
}

func setLook(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, l Look) error {
	if l == (Look{}) {
		_, err := tx.Exec(ctx, `DELETE FROM chat_look WHERE owner = $1 AND peer = $2`, int64(owner), int64(peer))
		return err
	}
	const put = `INSERT INTO chat_look (owner, peer, theme, wallpaper, paper, overridden) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (owner, peer) DO UPDATE SET theme = excluded.theme, wallpaper = excluded.wallpaper, paper = excluded.paper,
		overridden = excluded.overridden`
	var paper int64
	if l.Wallpaper != nil {
		paper = l.Wallpaper.Wallpaper
	}
	_, err := tx.Exec(ctx, put, int64(owner), int64(peer), l.Theme, string(l.Wallpaper.Encode()), paper, l.Overridden)
	return err
}

// sides are the two sides of a private chat, in the order in which they are locked: who sees it, and with whom.
func sides(a, b ids.User) [][2]ids.User {
	if a == b {
		return [][2]ids.User{{a, a}}
	}
	return [][2]ids.User{{min(a, b), max(a, b)}, {max(a, b), min(a, b)}}
}

// SetTheme gives a private chat a theme for both sides, and writes a service message that says so; "" takes it away. It fails
// with ErrEmoji, or as messages.Send does.
// Spec: https://core.telegram.org/method/messages.setChatTheme
func (s *Service) SetTheme(ctx context.Context, by, other ids.User, emoji string) (sent messages.Sent, err error) {
	if emoji, err = ThemeEmoji(emoji); err != nil {
		return sent, err
	}
	if err := s.messages.CheckPartner(ctx, by, other.Peer()); err != nil {
		return sent, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		sent, err = s.messages.SendTx(ctx, tx, messages.SendRequest{
			From: by, To: other.Peer(), Action: &actions.Action{Kind: actions.SetTheme, Emoji: emoji},
		})
		if err != nil {
			return err
		}
		for _, side := range sides(by, other) {
			l, err := look(ctx, tx, side[0], side[1].Peer())
			if err != nil {
				return err
			}
			l.Theme = emoji
			if err := setLook(ctx, tx, side[0], side[1].Peer(), l); err != nil {
				return err
			}
		}
		return nil
	})
	return sent, err
}

// SetWallpaper gives a private chat a wallpaper, for by alone or for both sides, and writes a service message that says so.
// It fails with ErrSettings, or as messages.Send does.
// Spec: https://core.telegram.org/method/messages.setChatWallPaper
func (s *Service) SetWallpaper(ctx context.Context, by, other ids.User, paper Shown) (sent messages.Sent, err error) {
	if err := paper.Settings.clean(); err != nil {
		return sent, err
	}
	if err := s.messages.CheckPartner(ctx, by, other.Peer()); err != nil {
		return sent, err
	}
	kept := Shown{Wallpaper: paper.Wallpaper, Settings: paper.Settings}
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		sent, err = s.messages.SendTx(ctx, tx, messages.SendRequest{
			From: by, To: other.Peer(), Action: &actions.Action{Kind: actions.SetWallpaper, Data: paper.Encode()},
		})
		if err != nil {
			return err
		}
		for _, side := range sides(by, other) {
			if side[0] != by && !paper.ForBoth {
				continue
			}
			if err := s.paint(ctx, tx, side[0], side[1], &kept, side[0] != by); err != nil {
				return err
			}
		}
		return nil
	})
	return sent, err
}

// paint puts a wallpaper into one side of a private chat; nil takes it away.
func (s *Service) paint(ctx context.Context, tx *db.Tx, owner, other ids.User, paper *Shown, overridden bool) error {
	l, err := look(ctx, tx, owner, other.Peer())
	if err != nil {
		return err
	}
	l.Wallpaper, l.Overridden = paper, overridden
	if err := setLook(ctx, tx, owner, other.Peer(), l); err != nil {
		return err
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.PeerWallpaper{Peer: other.Peer()})
}

// ClearWallpaper takes the wallpaper of a private chat away from by: his own, or that which the other side chose for both.
func (s *Service) ClearWallpaper(ctx context.Context, by, other ids.User) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.paint(ctx, tx, by, other, nil, false) })
}

// WallpaperOf returns the wallpaper that a message tells of. It fails with ErrMessage.
func WallpaperOf(m *messages.Message) (Shown, error) {
	if m == nil || m.Action == nil || m.Action.Kind != actions.SetWallpaper {
		return Shown{}, ErrMessage
	}
	s := Decode(m.Action.Data)
	if s == nil {
		return Shown{}, ErrMessage
	}
	return *s, nil
}
