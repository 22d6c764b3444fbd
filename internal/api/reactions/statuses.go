package reactions

import (
	"context"

	"hermod/internal/api/reactions/pictures"
	"hermod/internal/domain/reactions"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// maxStatuses is how many custom emoji are offered as statuses.
const maxStatuses = 24

// registerStatuses adds the custom emoji that everybody has, as statuses: the pictures of reactions.
func (h *Handlers) registerStatuses(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.getDefaultEmojiStatuses)
	rpc.Handle(r, rpc.SignedIn, h.getChannelDefaultEmojiStatuses)
}

// getDefaultEmojiStatuses serves https://core.telegram.org/method/account.getDefaultEmojiStatuses.
func (h *Handlers) getDefaultEmojiStatuses(_ context.Context, call *rpc.Call, in *tg.AccountGetDefaultEmojiStatuses) (tg.AccountEmojiStatusesClass, error) {
	return h.statuses(call, in.Hash)
}

// getChannelDefaultEmojiStatuses serves https://core.telegram.org/method/account.getChannelDefaultEmojiStatuses.
func (h *Handlers) getChannelDefaultEmojiStatuses(_ context.Context, call *rpc.Call, in *tg.AccountGetChannelDefaultEmojiStatuses) (tg.AccountEmojiStatusesClass, error) {
	return h.statuses(call, in.Hash)
}

func (h *Handlers) statuses(call *rpc.Call, hash int64) (tg.AccountEmojiStatusesClass, error) {
	all, err := h.pictures()
	if err != nil {
		return nil, err
	}
	t := &tg.AccountEmojiStatuses{Statuses: []tg.EmojiStatusClass{}}
	names := ""
	for _, r := range reactions.Emoji() {
		if a := all.Available(string(r), h.dc(call)); a != nil && len(t.Statuses) < maxStatuses {
			t.Statuses = append(t.Statuses, &tg.EmojiStatus{DocumentID: a.SelectAnimation.(*tg.Document).ID})
			names += a.Reaction
		}
	}
	if t.Hash = hashOf(names)>>1 | 1; t.Hash == hash {
		return &tg.AccountEmojiStatusesNotModified{}, nil
	}
	return t, nil
}

// BuiltIn returns the custom emoji with an id, one of the pictures of reactions; nil for what is none.
func (h *Handlers) BuiltIn(call *rpc.Call, id int64) (*tg.Document, error) {
	if !pictures.Has(id) {
		return nil, nil
	}
	all, err := h.pictures()
	if err != nil {
		return nil, err
	}
	if p, ok := all.ByID(id); ok && p.Kind == pictures.Select {
		return asEmoji(p, h.dc(call)), nil
	}
	return nil, nil
}

// asEmoji shows a picture as a custom emoji in a data centre.
func asEmoji(p pictures.Picture, dc int32) *tg.Document {
	doc := *p.Document
	doc.DCID, doc.Attributes = dc, nil
	for _, a := range p.Attributes {
		if s, ok := a.(*tg.DocumentAttributeSticker); ok {
			a = &tg.DocumentAttributeCustomEmoji{Free: true, Alt: s.Alt, Stickerset: &tg.InputStickerSetEmpty{}}
		}
		doc.Attributes = append(doc.Attributes, a)
	}
	return &doc
}
