package stickers

import (
	"context"
	"slices"

	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/stickers"
	"hermod/internal/domain/stickers/format"
	"hermod/internal/tl/tg"
)

// Set shows a set without its stickers, as viewer has it; nil when it is gone.
func (h *Handlers) Set(ctx context.Context, viewer ids.User, id int64) (*tg.StickerSet, error) {
	found, err := h.sets.Sets(ctx, viewer, id)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return h.set(ctx, viewer, found[0])
}

// set shows a set without its stickers.
// Spec: https://core.telegram.org/constructor/stickerSet
func (h *Handlers) set(ctx context.Context, viewer ids.User, s stickers.Set) (*tg.StickerSet, error) {
	t := &tg.StickerSet{
		Archived: s.Archived, Masks: s.Kind == stickers.Masks, Emojis: s.Kind == stickers.Emoji, TextColor: s.TextColor,
		Creator: viewer != 0 && s.Creator == viewer, ID: s.ID, AccessHash: h.sets.AccessHash(s.ID), Title: s.Title,
		ShortName: s.Name, Count: int32(s.Count), Hash: s.Hash,
	}
	if !s.Installed.IsZero() {
		t.InstalledDate = new(int32(s.Installed.Unix()))
	}
	if s.ThumbEmoji != 0 {
		t.ThumbDocumentID = &s.ThumbEmoji
	}
	if s.Thumb == 0 {
		return t, nil
	}
	found, err := h.forms.Files().Get(ctx, s.Thumb)
	if f, ok := found[s.Thumb]; ok {
		t.Thumbs, t.ThumbDCID, t.ThumbVersion = []tg.PhotoSizeClass{thumb(f)}, &h.o.DC, &s.ThumbAt
	}
	return t, err
}

// thumb shows the thumbnail of a set; its type says how it moves.
// Spec: https://core.telegram.org/api/files#image-thumbnail-types
func thumb(f files.File) tg.PhotoSizeClass {
	typ := "s"
	switch f.MIME {
	case format.MIMETGS:
		typ = "a"
	case format.MIMEWebM:
		typ = "v"
	}
	return &tg.PhotoSize{Type: typ, W: int32(f.W), H: int32(f.H), Size: int32(f.Size)}
}

// full shows a set with its stickers.
func (h *Handlers) full(ctx context.Context, viewer ids.User, f stickers.Full) (*tg.MessagesStickerSet, error) {
	set, err := h.set(ctx, viewer, f.Set)
	if err != nil {
		return nil, err
	}
	order := make([]int64, len(f.Stickers))
	for i, st := range f.Stickers {
		order[i] = st.File
	}
	docs, err := h.documents(ctx, order)
	if err != nil {
		return nil, err
	}
	set.Count = int32(len(docs))
	return &tg.MessagesStickerSet{Set: set, Packs: packs(f.Stickers), Keywords: keywords(f.Stickers), Documents: docs}, nil
}

// packs are the stickers by emoji, in the order in which the emoji come first.
func packs(all []stickers.Sticker) []*tg.StickerPack {
	out := []*tg.StickerPack{}
	at := map[string]*tg.StickerPack{}
	for _, st := range all {
		for _, e := range st.Emoji {
			p := at[e]
			if p == nil {
				p = &tg.StickerPack{Emoticon: e}
				at[e] = p
				out = append(out, p)
			}
			if !slices.Contains(p.Documents, st.File) {
				p.Documents = append(p.Documents, st.File)
			}
		}
	}
	return out
}

func keywords(all []stickers.Sticker) []*tg.StickerKeyword {
	out := []*tg.StickerKeyword{}
	for _, st := range all {
		if len(st.Keywords) > 0 {
			out = append(out, &tg.StickerKeyword{DocumentID: st.File, Keyword: st.Keywords})
		}
	}
	return out
}

// covered shows sets, each with its first sticker.
func (h *Handlers) covered(ctx context.Context, viewer ids.User, all []stickers.Set) ([]tg.StickerSetCoveredClass, error) {
	var covers []int64
	for _, s := range all {
		covers = append(covers, s.Cover)
	}
	found, err := h.forms.Files().Get(ctx, covers...)
	if err != nil {
		return nil, err
	}
	out := make([]tg.StickerSetCoveredClass, 0, len(all))
	for _, s := range all {
		set, err := h.set(ctx, viewer, s)
		if err != nil {
			return nil, err
		}
		if f, ok := found[s.Cover]; ok {
			out = append(out, &tg.StickerSetCovered{Set: set, Cover: h.forms.Document(f)})
		} else {
			out = append(out, &tg.StickerSetMultiCovered{Set: set, Covers: []tg.DocumentClass{}})
		}
	}
	return out, nil
}
