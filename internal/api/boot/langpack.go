package boot

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

//go:embed lang/*.json
var langFiles embed.FS

// packVersion grows with every change of the files in lang.
const packVersion = 1

// languages lists the packs; the first is the one for everybody else.
var languages = []struct{ code, name, native string }{
	{"en", "English", "English"},
	{"nb", "Norwegian Bokmål", "Norsk bokmål"},
}

// packs are the strings of each language. Every client platform gets the same set; the strings that a client
// does not find in it, it has built in.
type packs struct {
	version int32
	all     []*pack
}

// A pack is one language.
type pack struct {
	code, name, native string
	keys               []string // sorted
	strings            map[string]phrase
}

// A phrase is a text with its form for one thing, if it counts things.
type phrase struct{ One, Other string }

// UnmarshalJSON reads a text, or an object with the forms one and other.
func (p *phrase) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &p.Other); err == nil {
		return nil
	}
	type forms phrase
	return json.Unmarshal(b, (*forms)(p))
}

func loadPacks() (packs, error) {
	ps := packs{version: packVersion}
	for _, l := range languages {
		b, err := langFiles.ReadFile("lang/" + l.code + ".json")
		if err != nil {
			return ps, err
		}
		p := &pack{code: l.code, name: l.name, native: l.native}
		if err := json.Unmarshal(b, &p.strings); err != nil {
			return ps, fmt.Errorf("language %s: %w", l.code, err)
		}
		p.keys = slices.Sorted(maps.Keys(p.strings))
		ps.all = append(ps.all, p)
	}
	return ps, nil
}

// find returns the pack of a language code such as "nb", "no-NO" or "nb-raw"; nil if there is none.
func (ps packs) find(code string) *pack {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(code, "_", "-")), "-")
	if base == "no" || base == "nn" {
		base = "nb"
	}
	for _, p := range ps.all {
		if p.code == base {
			return p
		}
	}
	return nil
}

// match returns the pack of a language, or the English one.
func (ps packs) match(code string) *pack {
	if p := ps.find(code); p != nil {
		return p
	}
	return ps.all[0]
}

func (h *Handlers) registerLangPack(r *rpc.Router) {
	rpc.Handle(r, rpc.Anyone, h.getLangPack)
	rpc.Handle(r, rpc.Anyone, h.getStrings)
	rpc.Handle(r, rpc.Anyone, h.getDifference)
	rpc.Handle(r, rpc.Anyone, h.getLanguages)
	rpc.Handle(r, rpc.Anyone, h.getLanguage)
}

// errLanguage is the answer to a language that we do not have.
var errLanguage = rpc.BadRequest("LANG_CODE_NOT_SUPPORTED")

func (h *Handlers) pack(code string) (*pack, error) {
	if p := h.packs.find(code); p != nil {
		return p, nil
	}
	return nil, errLanguage
}

// getLangPack serves https://core.telegram.org/method/langpack.getLangPack.
func (h *Handlers) getLangPack(_ context.Context, _ *rpc.Call, in *tg.LangpackGetLangPack) (*tg.LangPackDifference, error) {
	p, err := h.pack(in.LangCode)
	if err != nil {
		return nil, err
	}
	return h.difference(p, in.LangCode, 0), nil
}

// getDifference serves https://core.telegram.org/method/langpack.getDifference.
func (h *Handlers) getDifference(_ context.Context, _ *rpc.Call, in *tg.LangpackGetDifference) (*tg.LangPackDifference, error) {
	p, err := h.pack(in.LangCode)
	if err != nil {
		return nil, err
	}
	return h.difference(p, in.LangCode, in.FromVersion), nil
}

// difference is nothing for who is up to date, and everything for all others.
func (h *Handlers) difference(p *pack, code string, from int32) *tg.LangPackDifference {
	d := &tg.LangPackDifference{LangCode: code, FromVersion: from, Version: h.packs.version}
	if from != h.packs.version {
		d.Strings = p.texts(p.keys)
	}
	return d
}

// getStrings serves https://core.telegram.org/method/langpack.getStrings.
func (h *Handlers) getStrings(_ context.Context, _ *rpc.Call, in *tg.LangpackGetStrings) (tg.Vector[tg.LangPackStringClass], error) {
	p, err := h.pack(in.LangCode)
	if err != nil {
		return nil, err
	}
	return p.texts(in.Keys[:min(len(in.Keys), maxItems)]), nil
}

// texts returns the strings of keys, in their order.
func (p *pack) texts(keys []string) []tg.LangPackStringClass {
	texts := make([]tg.LangPackStringClass, len(keys))
	for i, key := range keys {
		texts[i] = p.text(key)
	}
	return texts
}

func (p *pack) text(key string) tg.LangPackStringClass {
	s, known := p.strings[key]
	switch {
	case !known:
		return &tg.LangPackStringDeleted{Key: key}
	case s.One != "":
		return &tg.LangPackStringPluralized{Key: key, OneValue: &s.One, OtherValue: s.Other}
	}
	return &tg.LangPackString{Key: key, Value: s.Other}
}

// getLanguages serves https://core.telegram.org/method/langpack.getLanguages.
func (h *Handlers) getLanguages(context.Context, *rpc.Call, *tg.LangpackGetLanguages) (tg.Vector[*tg.LangPackLanguage], error) {
	list := make(tg.Vector[*tg.LangPackLanguage], len(h.packs.all))
	for i, p := range h.packs.all {
		list[i] = p.language()
	}
	return list, nil
}

// getLanguage serves https://core.telegram.org/method/langpack.getLanguage.
func (h *Handlers) getLanguage(_ context.Context, _ *rpc.Call, in *tg.LangpackGetLanguage) (*tg.LangPackLanguage, error) {
	p, err := h.pack(in.LangCode)
	if err != nil {
		return nil, err
	}
	return p.language(), nil
}

func (p *pack) language() *tg.LangPackLanguage {
	n := int32(len(p.keys))
	return &tg.LangPackLanguage{
		Official: true, Name: p.name, NativeName: p.native, LangCode: p.code, PluralCode: p.code,
		StringsCount: n, TranslatedCount: n,
	}
}
