package tg

import (
	"math"
	"strconv"

	"hermod/internal/tl"
)

// The functions of this file carry a field between its newest type and the one it had in older layers;
// schema/tlgen.toml names the pairs. An encode function that has nothing to say in the old type fails, upon
// which the field or what holds it is left out.

// plain is a text without entities.
func plain(s string) *TextWithEntities {
	return &TextWithEntities{Text: s, Entities: []MessageEntityClass{}}
}

func encodePlainText(w *tl.Writer, v *TextWithEntities) {
	if v == nil {
		w.String("")
		return
	}
	w.String(v.Text)
}

func decodePlainText(r *tl.Reader) *TextWithEntities { return plain(r.String()) }

func decodePlainTexts(r *tl.Reader) []*TextWithEntities {
	return []*TextWithEntities{decodePlainText(r)}
}

func encodeStoryMaxID(w *tl.Writer, v *RecentStory) {
	if v == nil || v.MaxID == nil {
		w.Fail()
		return
	}
	w.Int32(*v.MaxID)
}

func decodeStoryMaxID(r *tl.Reader) *RecentStory { return &RecentStory{MaxID: new(r.Int32())} }

func encodeColorIndex(w *tl.Writer, v PeerColorClass) {
	c, ok := v.(*PeerColor)
	if !ok || c == nil || c.Color == nil {
		w.Fail()
		return
	}
	w.Int32(*c.Color)
}

func decodeColorIndex(r *tl.Reader) PeerColorClass { return &PeerColor{Color: new(r.Int32())} }

// encodeEmojiReactions writes the emoji of the allowed reactions; custom emoji have no older form, and
// "all" was said by listing them, which the server cannot do here.
func encodeEmojiReactions(w *tl.Writer, v ChatReactionsClass) {
	some, ok := v.(*ChatReactionsSome)
	if !ok || some == nil {
		if _, none := v.(*ChatReactionsNone); !none && v != nil {
			w.Fail()
			return
		}
		w.Vector(0)
		return
	}
	head := w.Vector(len(some.Reactions))
	for _, r := range some.Reactions {
		mark := w.Mark()
		encodeEmojiReaction(w, r)
		w.Item(mark, head)
	}
}

func decodeEmojiReactions(r *tl.Reader) ChatReactionsClass {
	emoji := tl.Vector(r, "emoji", 4, (*tl.Reader).String)
	if len(emoji) == 0 {
		return &ChatReactionsNone{}
	}
	some := &ChatReactionsSome{Reactions: make([]ReactionClass, len(emoji))}
	for i, e := range emoji {
		some.Reactions[i] = &ReactionEmoji{Emoticon: e}
	}
	return some
}

func encodeEmojiReaction(w *tl.Writer, v ReactionClass) {
	e, ok := v.(*ReactionEmoji)
	if !ok || e == nil {
		w.Fail()
		return
	}
	w.String(e.Emoticon)
}

func decodeEmojiReaction(r *tl.Reader) ReactionClass {
	if s := r.String(); s != "" {
		return &ReactionEmoji{Emoticon: s}
	}
	return &ReactionEmpty{}
}

// decodeFirstEmojiReaction reads the one reaction that older layers could give; an empty one takes it back.
func decodeFirstEmojiReaction(r *tl.Reader) []ReactionClass {
	if s := r.String(); s != "" {
		return []ReactionClass{&ReactionEmoji{Emoticon: s}}
	}
	return []ReactionClass{}
}

// encodeSoundName writes a notification sound as its name: "default", empty for silence, or a title.
func encodeSoundName(w *tl.Writer, v NotificationSoundClass) {
	switch s := v.(type) {
	case *NotificationSoundNone:
		w.String("")
	case *NotificationSoundLocal:
		w.String(s.Data)
	default:
		w.String("default")
	}
}

func decodeSoundName(r *tl.Reader) NotificationSoundClass {
	switch s := r.String(); s {
	case "default":
		return &NotificationSoundDefault{}
	case "":
		return &NotificationSoundNone{}
	default:
		return &NotificationSoundLocal{Title: s, Data: s}
	}
}

func encodeFirstExtendedMedia(w *tl.Writer, v []MessageExtendedMediaClass) {
	if len(v) == 0 || v[0] == nil {
		w.Fail()
		return
	}
	v[0].Encode(w)
}

func encodeFirstSavedCredentials(w *tl.Writer, v []*PaymentSavedCredentialsCard) {
	if len(v) == 0 {
		w.Fail()
		return
	}
	v[0].Encode(w)
}

func encodeWholeStars(w *tl.Writer, v StarsAmountClass) {
	switch s := v.(type) {
	case *StarsAmount:
		w.Int64(s.Amount)
	default:
		w.Fail()
	}
}

func encodePaidReactionPrivate(w *tl.Writer, v PaidReactionPrivacyClass) {
	_, anonymous := v.(*PaidReactionPrivacyAnonymous)
	w.Bool(anonymous)
}

func decodePaidReactionPrivate(r *tl.Reader) PaidReactionPrivacyClass {
	if r.Bool() {
		return &PaidReactionPrivacyAnonymous{}
	}
	return &PaidReactionPrivacyDefault{}
}

func encodePeerUserID(w *tl.Writer, v PeerClass) {
	u, ok := v.(*PeerUser)
	if !ok || u == nil {
		w.Fail()
		return
	}
	w.Int64(u.UserID)
}

func decodePeerUserID(r *tl.Reader) PeerClass { return &PeerUser{UserID: r.Int64()} }

func encodePeerUserIDs(w *tl.Writer, v []PeerClass) {
	head := w.Vector(len(v))
	for _, p := range v {
		mark := w.Mark()
		encodePeerUserID(w, p)
		w.Item(mark, head)
	}
}

func decodePeerUserIDs(r *tl.Reader) []PeerClass {
	return tl.Vector(r, "user ids", 8, decodePeerUserID)
}

func encodeSendAsPeersOnly(w *tl.Writer, v []*SendAsPeer) {
	head := w.Vector(len(v))
	for _, p := range v {
		mark := w.Mark()
		if p == nil {
			w.Fail()
		} else {
			putPeerClass(w, p.Peer)
		}
		w.Item(mark, head)
	}
}

func decodeNumberText(r *tl.Reader) string {
	if n := r.Int32(); n != 0 && n != math.MaxInt32 {
		return strconv.Itoa(int(n))
	}
	return ""
}
