package push

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf16"

	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
)

// A payload is a push message in Telegram's form: the key of a text, which the browser has in its language, and what is
// filled in.
// Spec: https://core.telegram.org/api/push-updates
type payload struct {
	User   string            `json:"user_id"` // whom it is for, when a browser has several accounts
	Key    string            `json:"loc_key"`
	Args   []string          `json:"loc_args,omitempty"`
	Badge  *int              `json:"badge,omitempty"` // how many chats have something unread; nil: not known
	Custom map[string]string `json:"custom"`

	chat   string // to which chat it belongs: a newer one replaces an older one that still waits
	silent bool   // may wait until the device is used
}

// Keys of what is no message.
const (
	keyRead    = "READ_HISTORY"
	keyDeleted = "MESSAGE_DELETED"
)

// maxShown is how much of a text is pushed, in bytes: a push message may have 4096, encrypted.
const maxShown = 1000

func newPayload(user ids.User, key string, peer ids.Peer) payload {
	p := payload{User: number(user), Key: key, Custom: map[string]string{}, chat: fmt.Sprint(user, peer)}
	switch {
	case peer.User() != 0:
		p.Custom["from_id"] = number(peer.User())
	case peer.Chat() != 0:
		p.Custom["chat_id"] = number(peer.Chat())
	case peer.Channel() != 0:
		p.Custom["channel_id"] = number(peer.Channel())
	}
	return p
}

// describe makes the push message of m for user.
func (s *Service) describe(ctx context.Context, user ids.User, m *messages.Message, n dialogs.Notify, mentioned bool) (payload, error) {
	kind, shown := "NOTEXT", []string(nil)
	if n.ShowPreviews == nil || *n.ShowPreviews {
		var err error
		if kind, shown, err = s.content(ctx, m); err != nil {
			return payload{}, err
		}
	}
	prefix, names, err := s.names(ctx, user, m)
	if err != nil {
		return payload{}, err
	}
	p := newPayload(user, prefix+"MESSAGE_"+kind, m.Peer)
	p.Args = append(names, shown...)
	p.Custom["msg_id"] = number(m.ID)
	if m.Thread != 0 {
		p.Custom["top_msg_id"] = number(m.Thread)
	}
	if mentioned {
		p.Custom["mention"] = "1"
	}
	if m.Flags.Has(messages.Silent) || n.Silent != nil && *n.Silent {
		p.Custom["silent"] = "1"
	}
	return p, nil
}

// names are who wrote, and in which group; and what the key of the text begins with.
func (s *Service) names(ctx context.Context, user ids.User, m *messages.Message) (prefix string, names []string, err error) {
	var all []ids.Peer
	switch {
	case m.Peer.User() != 0:
		all = []ids.Peer{m.Peer}
	case m.Flags.Has(messages.Post) || m.From == m.Peer:
		prefix, all = "CHANNEL_", []ids.Peer{m.Peer}
	default:
		prefix, all = "CHAT_", []ids.Peer{m.From, m.Peer}
	}
	for _, p := range all {
		name, err := s.o.Name(ctx, user, p)
		if err != nil {
			return "", nil, err
		}
		names = append(names, name)
	}
	return prefix, names, nil
}

// kinds are the ends of the keys of media without words.
var kinds = map[media.Kind]string{
	media.Photo: "PHOTO", media.Video: "VIDEO", media.Round: "ROUND", media.Document: "DOC", media.Voice: "AUDIO", media.Music: "DOC",
	media.GIF: "GIF", media.Geo: "GEO", media.Venue: "GEO", media.LiveGeo: "GEOLIVE", media.Contact: "CONTACT2",
}

// content is the end of the key of a text, and what is filled in.
func (s *Service) content(ctx context.Context, m *messages.Message) (kind string, shown []string, err error) {
	switch media.KindOf(m.Media) {
	case media.Poll:
		question, err := s.o.Question(ctx, m.Media.Poll.ID)
		return "POLL", []string{short(question)}, wrap("question of a poll", err)
	case media.Sticker:
		emoji, err := s.o.Emoji(ctx, m.Media.File.ID)
		return "STICKER", []string{emoji}, wrap("emoji of a sticker", err)
	case media.Todo:
		return "TODO", []string{short(m.Media.Todo.Title.String)}, nil
	case media.Dice:
		return "TEXT", []string{m.Media.Dice.Emoji}, nil
	}
	if m.Text.String != "" {
		return "TEXT", []string{short(hideSpoilers(m.Text))}, nil
	}
	return cmp.Or(kinds[media.KindOf(m.Media)], "NOTEXT"), nil, nil
}

// hideSpoilers covers what the writer wanted to be covered until it is touched.
func hideSpoilers(t text.Text) string {
	units := utf16.Encode([]rune(t.String))
	for _, e := range t.Entities {
		if e.Kind == text.Spoiler {
			for i := max(e.Offset, 0); i < min(e.Offset+e.Length, len(units)); i++ {
				units[i] = '▒'
			}
		}
	}
	return string(utf16.Decode(units))
}

// short cuts a text between two characters.
func short(s string) string {
	if len(s) <= maxShown {
		return s
	}
	cut := 0
	for i := range s {
		if i > maxShown {
			break
		}
		cut = i
	}
	return s[:cut] + "…"
}

func (p payload) encode() ([]byte, error) { return json.Marshal(p) }

// topic names the chat to the push service, which learns nothing else by it than that two messages belong together.
func (p payload) topic(secret string) string {
	sum := sha256.Sum256([]byte(secret + p.chat))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

func number[N ~int32 | ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }
