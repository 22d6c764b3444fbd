package render

import (
	"context"
	"errors"
	"slices"

	"hermod/internal/domain/text"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// simpleEntities are the kinds that have nothing but a place.
var simpleEntities = map[text.Kind]func(offset, length int32) tg.MessageEntityClass{
	text.Mention:    func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityMention{Offset: o, Length: l} },
	text.Hashtag:    func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityHashtag{Offset: o, Length: l} },
	text.BotCommand: func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityBotCommand{Offset: o, Length: l} },
	text.URL:        func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityURL{Offset: o, Length: l} },
	text.Email:      func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityEmail{Offset: o, Length: l} },
	text.Bold:       func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityBold{Offset: o, Length: l} },
	text.Italic:     func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityItalic{Offset: o, Length: l} },
	text.Code:       func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityCode{Offset: o, Length: l} },
	text.Phone:      func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityPhone{Offset: o, Length: l} },
	text.Cashtag:    func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityCashtag{Offset: o, Length: l} },
	text.Underline:  func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityUnderline{Offset: o, Length: l} },
	text.Strike:     func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityStrike{Offset: o, Length: l} },
	text.BankCard:   func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityBankCard{Offset: o, Length: l} },
	text.Spoiler:    func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntitySpoiler{Offset: o, Length: l} },
	text.DiffInsert: func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityDiffInsert{Offset: o, Length: l} },
	text.DiffDelete: func(o, l int32) tg.MessageEntityClass { return &tg.MessageEntityDiffDelete{Offset: o, Length: l} },
}

// Entities shows entities; nil for none.
func Entities(in []text.Entity) []tg.MessageEntityClass {
	var out []tg.MessageEntityClass
	for _, e := range in {
		if t := entityTo(e); t != nil {
			out = append(out, t)
		}
	}
	return out
}

func entityTo(e text.Entity) tg.MessageEntityClass {
	o, l := int32(e.Offset), int32(e.Length)
	if simple, ok := simpleEntities[e.Kind]; ok {
		return simple(o, l)
	}
	switch e.Kind {
	case text.Pre:
		return &tg.MessageEntityPre{Offset: o, Length: l, Language: e.Value}
	case text.TextURL:
		return &tg.MessageEntityTextURL{Offset: o, Length: l, URL: e.Value}
	case text.MentionName:
		return &tg.MessageEntityMentionName{Offset: o, Length: l, UserID: e.Number}
	case text.CustomEmoji:
		return &tg.MessageEntityCustomEmoji{Offset: o, Length: l, DocumentID: e.Number}
	case text.Blockquote:
		return &tg.MessageEntityBlockquote{Offset: o, Length: l, Collapsed: e.Flags&1 != 0}
	case text.FormattedDate:
		return dateTo(e)
	case text.DiffReplace:
		return &tg.MessageEntityDiffReplace{Offset: o, Length: l, OldText: e.Value}
	}
	return nil
}

func dateTo(e text.Entity) *tg.MessageEntityFormattedDate {
	d := &tg.MessageEntityFormattedDate{Offset: int32(e.Offset), Length: int32(e.Length), Date: int32(e.Number)}
	for i, flag := range dateFlags(d) {
		*flag = e.Flags&(1<<i) != 0
	}
	return d
}

// dateFlags are the properties of d in the order in which text.Entity.Flags has them.
func dateFlags(d *tg.MessageEntityFormattedDate) []*bool {
	return []*bool{&d.Relative, &d.ShortTime, &d.LongTime, &d.ShortDate, &d.LongDate, &d.DayOfWeek}
}

// Text reads a formatted text. It fails only with errors of ours.
func (r *Renderer) Text(ctx context.Context, call *rpc.Call, s string, entities []tg.MessageEntityClass) (text.Text, error) {
	list, err := r.entitiesFrom(ctx, call, entities)
	return text.Text{String: s, Entities: list}, err
}

// entitiesFrom reads what a client marked. A mention of somebody whom he cannot name is dropped, as are unknown kinds and
// custom emoji that do not exist.
func (r *Renderer) entitiesFrom(ctx context.Context, call *rpc.Call, in []tg.MessageEntityClass) ([]text.Entity, error) {
	var out []text.Entity
	for _, t := range in {
		e, ok, err := r.entityFrom(ctx, call, t)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, e)
		}
	}
	return r.withoutUnknown(ctx, out)
}

// withoutUnknown drops custom emoji that do not exist.
func (r *Renderer) withoutUnknown(ctx context.Context, all []text.Entity) ([]text.Entity, error) {
	var wanted []int64
	for _, e := range all {
		if e.Kind == text.CustomEmoji && len(wanted) < maxCustomEmoji {
			wanted = append(wanted, e.Number)
		}
	}
	if len(wanted) == 0 || r.parts.emoji == nil {
		return all, nil
	}
	known, err := r.parts.emoji(ctx, wanted...)
	return slices.DeleteFunc(all, func(e text.Entity) bool { return e.Kind == text.CustomEmoji && !known[e.Number] }), err
}

// maxCustomEmoji is how many custom emoji a text can have.
// Spec: https://core.telegram.org/api/custom-emoji
const maxCustomEmoji = 100

func (r *Renderer) entityFrom(
	ctx context.Context, call *rpc.Call, in tg.MessageEntityClass,
) (e text.Entity, ok bool, err error) {
	at := func(kind text.Kind, offset, length int32) text.Entity {
		return text.Entity{Kind: kind, Offset: int(offset), Length: int(length)}
	}
	switch t := in.(type) {
	case *tg.MessageEntityPre:
		e = at(text.Pre, t.Offset, t.Length)
		e.Value = t.Language
	case *tg.MessageEntityTextURL:
		e = at(text.TextURL, t.Offset, t.Length)
		e.Value = t.URL
	case *tg.InputMessageEntityMentionName:
		user, err := r.view.UserFromInput(ctx, call, t.UserID)
		if err != nil {
			return e, false, ours(err)
		}
		e = at(text.MentionName, t.Offset, t.Length)
		e.Number = int64(user)
	case *tg.MessageEntityCustomEmoji:
		e = at(text.CustomEmoji, t.Offset, t.Length)
		e.Number = t.DocumentID
	case *tg.MessageEntityBlockquote:
		e = at(text.Blockquote, t.Offset, t.Length)
		if t.Collapsed {
			e.Flags = 1
		}
	case *tg.MessageEntityFormattedDate:
		e = at(text.FormattedDate, t.Offset, t.Length)
		e.Number = int64(t.Date)
		for i, flag := range dateFlags(t) {
			if *flag {
				e.Flags |= 1 << i
			}
		}
	case *tg.MessageEntityDiffReplace:
		e = at(text.DiffReplace, t.Offset, t.Length)
		e.Value = t.OldText
	default:
		return simpleFrom(in)
	}
	return e, true, nil
}

// simpleFrom reads an entity that has nothing but a place.
func simpleFrom(in tg.MessageEntityClass) (e text.Entity, ok bool, err error) {
	var kind text.Kind
	var offset, length int32
	switch t := in.(type) {
	case *tg.MessageEntityBold:
		kind, offset, length = text.Bold, t.Offset, t.Length
	case *tg.MessageEntityItalic:
		kind, offset, length = text.Italic, t.Offset, t.Length
	case *tg.MessageEntityCode:
		kind, offset, length = text.Code, t.Offset, t.Length
	case *tg.MessageEntityUnderline:
		kind, offset, length = text.Underline, t.Offset, t.Length
	case *tg.MessageEntityStrike:
		kind, offset, length = text.Strike, t.Offset, t.Length
	case *tg.MessageEntitySpoiler:
		kind, offset, length = text.Spoiler, t.Offset, t.Length
	case *tg.MessageEntityMention:
		kind, offset, length = text.Mention, t.Offset, t.Length
	case *tg.MessageEntityHashtag:
		kind, offset, length = text.Hashtag, t.Offset, t.Length
	case *tg.MessageEntityBotCommand:
		kind, offset, length = text.BotCommand, t.Offset, t.Length
	case *tg.MessageEntityURL:
		kind, offset, length = text.URL, t.Offset, t.Length
	case *tg.MessageEntityEmail:
		kind, offset, length = text.Email, t.Offset, t.Length
	case *tg.MessageEntityPhone:
		kind, offset, length = text.Phone, t.Offset, t.Length
	case *tg.MessageEntityCashtag:
		kind, offset, length = text.Cashtag, t.Offset, t.Length
	case *tg.MessageEntityBankCard:
		kind, offset, length = text.BankCard, t.Offset, t.Length
	case *tg.MessageEntityDiffInsert:
		kind, offset, length = text.DiffInsert, t.Offset, t.Length
	case *tg.MessageEntityDiffDelete:
		kind, offset, length = text.DiffDelete, t.Offset, t.Length
	default:
		return e, false, nil
	}
	return text.Entity{Kind: kind, Offset: int(offset), Length: int(length)}, true, nil
}

// ours is err unless it tells the client that he is wrong.
func ours(err error) error {
	var wire rpc.Error
	if errors.As(err, &wire) {
		return nil
	}
	return err
}
