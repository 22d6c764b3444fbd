package secret

import (
	"math"

	e2e "hermod/internal/tl/secret"
)

// entityLayer is the layer that brought a kind of entity; the others have been there from the first.
var entityLayer = map[EntityKind]int{
	Underline: LayerEntities, Strike: LayerEntities, Blockquote: LayerEntities,
	Spoiler: Layer, CustomEmoji: Layer,
	// These are not in the published schema. Programs find them in the text by themselves.
	Phone: Layer, Cashtag: Layer, BankCard: Layer,
}

// maxEntities bounds what a message carries.
const maxEntities = 1000

// entitiesToTL leaves out what layer lacks: the text itself remains.
func entitiesToTL(entities []Entity, layer int) []e2e.MessageEntityClass {
	var out []e2e.MessageEntityClass
	for _, e := range entities {
		if layer < entityLayer[e.Kind] {
			continue
		}
		if o := e.toTL(); o != nil {
			out = append(out, o)
		}
	}
	return out
}

func (e Entity) toTL() e2e.MessageEntityClass {
	at, n := int32(e.Offset), int32(e.Length)
	switch e.Kind {
	case Mention:
		return &e2e.MessageEntityMention{Offset: at, Length: n}
	case Hashtag:
		return &e2e.MessageEntityHashtag{Offset: at, Length: n}
	case BotCommand:
		return &e2e.MessageEntityBotCommand{Offset: at, Length: n}
	case URL:
		return &e2e.MessageEntityURL{Offset: at, Length: n}
	case Email:
		return &e2e.MessageEntityEmail{Offset: at, Length: n}
	case Bold:
		return &e2e.MessageEntityBold{Offset: at, Length: n}
	case Italic:
		return &e2e.MessageEntityItalic{Offset: at, Length: n}
	case Code:
		return &e2e.MessageEntityCode{Offset: at, Length: n}
	case Pre:
		return &e2e.MessageEntityPre{Offset: at, Length: n, Language: e.Value}
	case TextURL:
		return &e2e.MessageEntityTextURL{Offset: at, Length: n, URL: e.Value}
	case UserName:
		return userNameToTL(e)
	}
	return e.laterToTL(at, n)
}

// userNameToTL leaves out users whose id does not fit the schema.
func userNameToTL(e Entity) e2e.MessageEntityClass {
	if e.Number <= 0 || e.Number > math.MaxInt32 {
		return nil
	}
	return &e2e.MessageEntityMentionName{Offset: int32(e.Offset), Length: int32(e.Length), UserID: int32(e.Number)}
}

func (e Entity) laterToTL(at, n int32) e2e.MessageEntityClass {
	switch e.Kind {
	case Phone:
		return &e2e.MessageEntityPhone{Offset: at, Length: n}
	case Cashtag:
		return &e2e.MessageEntityCashtag{Offset: at, Length: n}
	case BankCard:
		return &e2e.MessageEntityBankCard{Offset: at, Length: n}
	case Underline:
		return &e2e.MessageEntityUnderline{Offset: at, Length: n}
	case Strike:
		return &e2e.MessageEntityStrike{Offset: at, Length: n}
	case Blockquote:
		return &e2e.MessageEntityBlockquote{Offset: at, Length: n}
	case Spoiler:
		return &e2e.MessageEntitySpoiler{Offset: at, Length: n}
	case CustomEmoji:
		return &e2e.MessageEntityCustomEmoji{Offset: at, Length: n, DocumentID: e.Number}
	default:
		return nil // UnknownEntity says nothing
	}
}

// entitiesFromTL keeps the entities that lie within a text of units UTF-16 code units.
func entitiesFromTL(in []e2e.MessageEntityClass, units int) []Entity {
	var out []Entity
	for _, o := range in[:min(len(in), maxEntities)] {
		e := entityFromTL(o)
		if e.Kind != 0 && e.Offset >= 0 && e.Length > 0 && e.Offset <= units-e.Length {
			out = append(out, e)
		}
	}
	return out
}

func entityFromTL(o e2e.MessageEntityClass) Entity {
	of := func(kind EntityKind, at, n int32) Entity {
		return Entity{Kind: kind, Offset: int(at), Length: int(n)}
	}
	switch o := o.(type) {
	case *e2e.MessageEntityUnknown:
		return of(UnknownEntity, o.Offset, o.Length)
	case *e2e.MessageEntityMention:
		return of(Mention, o.Offset, o.Length)
	case *e2e.MessageEntityHashtag:
		return of(Hashtag, o.Offset, o.Length)
	case *e2e.MessageEntityBotCommand:
		return of(BotCommand, o.Offset, o.Length)
	case *e2e.MessageEntityURL:
		return of(URL, o.Offset, o.Length)
	case *e2e.MessageEntityEmail:
		return of(Email, o.Offset, o.Length)
	case *e2e.MessageEntityBold:
		return of(Bold, o.Offset, o.Length)
	case *e2e.MessageEntityItalic:
		return of(Italic, o.Offset, o.Length)
	case *e2e.MessageEntityCode:
		return of(Code, o.Offset, o.Length)
	case *e2e.MessageEntityPhone:
		return of(Phone, o.Offset, o.Length)
	case *e2e.MessageEntityCashtag:
		return of(Cashtag, o.Offset, o.Length)
	case *e2e.MessageEntityBankCard:
		return of(BankCard, o.Offset, o.Length)
	case *e2e.MessageEntityUnderline:
		return of(Underline, o.Offset, o.Length)
	case *e2e.MessageEntityStrike:
		return of(Strike, o.Offset, o.Length)
	case *e2e.MessageEntityBlockquote:
		return of(Blockquote, o.Offset, o.Length)
	case *e2e.MessageEntitySpoiler:
		return of(Spoiler, o.Offset, o.Length)
	}
	return valuedEntityFromTL(o)
}

func valuedEntityFromTL(o e2e.MessageEntityClass) Entity {
	switch o := o.(type) {
	case *e2e.MessageEntityPre:
		return Entity{Kind: Pre, Offset: int(o.Offset), Length: int(o.Length), Value: o.Language}
	case *e2e.MessageEntityTextURL:
		return Entity{Kind: TextURL, Offset: int(o.Offset), Length: int(o.Length), Value: o.URL}
	case *e2e.MessageEntityMentionName:
		return Entity{Kind: UserName, Offset: int(o.Offset), Length: int(o.Length), Number: int64(o.UserID)}
	case *e2e.MessageEntityCustomEmoji:
		return Entity{Kind: CustomEmoji, Offset: int(o.Offset), Length: int(o.Length), Number: o.DocumentID}
	default:
		return Entity{}
	}
}
