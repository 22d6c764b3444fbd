package secret

import (
	"fmt"
	"math"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	e2e "hermod/internal/tl/secret"
)

// maxText bounds a text, in bytes. Programs send 4096 characters.
const maxText = 64 << 10

// toTL shapes m for the other side's layer. It fails with ErrPartnerLayer or ErrDraft; what is only decoration is
// left out.
func (m *Message) toTL(layer int) (e2e.DecryptedMessageClass, error) {
	media, err := m.Media.toTL(layer)
	if err != nil {
		return nil, err
	}
	if layer < LayerEnvelope2 {
		return m.oldToTL(media, layer), nil
	}
	return &e2e.DecryptedMessage{
		Silent: m.Silent, RandomID: m.ID, TTL: seconds(m.TTL), Message: m.Text, Media: media,
		Entities:   entitiesToTL(m.Entities, layer),
		ViaBotName: optional(m.ViaBot), ReplyToRandomID: optional(m.ReplyTo), GroupedID: optional(m.Group),
	}, nil
}

// oldToTL is the form of layer 46, which knows neither silence nor albums.
func (m *Message) oldToTL(media e2e.DecryptedMessageMediaClass, layer int) e2e.DecryptedMessageClass {
	return &e2e.DecryptedMessage46{
		RandomID: m.ID, TTL: seconds(m.TTL), Message: m.Text, Media: media,
		Entities:   entitiesToTL(m.Entities, layer),
		ViaBotName: optional(m.ViaBot), ReplyToRandomID: optional(m.ReplyTo),
	}
}

// optional is nil for the zero value.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// check fails with ErrDraft unless m has a content that can be sent.
func (m *Message) check() error {
	switch {
	case m.Text == "" && m.Media == nil:
		return fmt.Errorf("empty: %w", ErrDraft)
	case len(m.Text) > maxText || !utf8.ValidString(m.Text):
		return fmt.Errorf("text of %d bytes: %w", len(m.Text), ErrDraft)
	case len(m.Entities) > maxEntities:
		return fmt.Errorf("%d entities: %w", len(m.Entities), ErrDraft)
	case m.TTL < 0 || m.TTL%time.Second != 0 || m.TTL > maxTTL:
		return fmt.Errorf("timer of %v: %w", m.TTL, ErrDraft)
	}
	units := utf16Length(m.Text)
	for _, e := range m.Entities {
		if e.Offset < 0 || e.Length <= 0 || e.Offset > units-e.Length {
			return fmt.Errorf("entity at %d of length %d: %w", e.Offset, e.Length, ErrDraft)
		}
	}
	return nil
}

// maxTTL bounds a timer to what fits an int of seconds.
const maxTTL = math.MaxInt32 * time.Second

func utf16Length(s string) (n int) {
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// messageFromTL reads an ordinary message; nil if o is a service message.
func messageFromTL(o e2e.DecryptedMessageClass) *Message {
	switch o := o.(type) {
	case *e2e.DecryptedMessage:
		return &Message{
			ID: o.RandomID, TTL: duration(o.TTL), Text: text(o.Message), Media: mediaFromTL(o.Media),
			Entities: entitiesFromTL(o.Entities, utf16Length(text(o.Message))), Silent: o.Silent,
			ViaBot: cut(value(o.ViaBotName)), ReplyTo: value(o.ReplyToRandomID), Group: value(o.GroupedID),
		}
	case *e2e.DecryptedMessage46:
		return &Message{
			ID: o.RandomID, TTL: duration(o.TTL), Text: text(o.Message), Media: mediaFromTL(o.Media),
			Entities: entitiesFromTL(o.Entities, utf16Length(text(o.Message))),
			ViaBot:   cut(value(o.ViaBotName)), ReplyTo: value(o.ReplyToRandomID),
		}
	case *e2e.DecryptedMessage23:
		return &Message{ID: o.RandomID, TTL: duration(o.TTL), Text: text(o.Message), Media: mediaFromTL(o.Media)}
	case *e2e.DecryptedMessage8:
		return &Message{ID: o.RandomID, Text: text(o.Message), Media: mediaFromTL(o.Media)}
	default:
		return nil
	}
}

func text(s string) string { return s[:min(len(s), maxText)] }

// actionFromTL returns the action of a service message with its random id; nil if o is an ordinary one.
func actionFromTL(o e2e.DecryptedMessageClass) (id int64, action e2e.DecryptedMessageActionClass) {
	switch o := o.(type) {
	case *e2e.DecryptedMessageService:
		return o.RandomID, o.Action
	case *e2e.DecryptedMessageService8:
		return o.RandomID, o.Action
	default:
		return 0, nil
	}
}

// typingTL gives every kind of typing its form.
var typingTL = map[Typing]func() e2e.SendMessageActionClass{
	Writing:          func() e2e.SendMessageActionClass { return &e2e.SendMessageTypingAction{} },
	Stopped:          func() e2e.SendMessageActionClass { return &e2e.SendMessageCancelAction{} },
	RecordingVideo:   func() e2e.SendMessageActionClass { return &e2e.SendMessageRecordVideoAction{} },
	SendingVideo:     func() e2e.SendMessageActionClass { return &e2e.SendMessageUploadVideoAction{} },
	RecordingVoice:   func() e2e.SendMessageActionClass { return &e2e.SendMessageRecordAudioAction{} },
	SendingVoice:     func() e2e.SendMessageActionClass { return &e2e.SendMessageUploadAudioAction{} },
	SendingPhoto:     func() e2e.SendMessageActionClass { return &e2e.SendMessageUploadPhotoAction{} },
	SendingDocument:  func() e2e.SendMessageActionClass { return &e2e.SendMessageUploadDocumentAction{} },
	ChoosingLocation: func() e2e.SendMessageActionClass { return &e2e.SendMessageGeoLocationAction{} },
	ChoosingContact:  func() e2e.SendMessageActionClass { return &e2e.SendMessageChooseContactAction{} },
	RecordingRound:   func() e2e.SendMessageActionClass { return &e2e.SendMessageRecordRoundAction{} },
	SendingRound:     func() e2e.SendMessageActionClass { return &e2e.SendMessageUploadRoundAction{} },
}

// typingFromTL is 0 for a kind that is not known.
func typingFromTL(o e2e.SendMessageActionClass) Typing {
	for kind, form := range typingTL {
		if o != nil && form().TLName() == o.TLName() {
			return kind
		}
	}
	return 0
}
