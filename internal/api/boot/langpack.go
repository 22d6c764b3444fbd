package boot

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"

	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

//go:embed lang/*.json
var langFiles embed.FS

// packVersion grows with every change of the files in lang.
const packVersion = 1

// webPack is the name of the pack of our own web client, which has words of its own.
const webPack = "web"

// languages lists the packs; the first is the one for everybody else.
var languages = []struct{ code, name, native string }{
	{"en", "English", "English"},
	{"nb", "Norwegian Bokmål", "Norsk bokmål"},
}

// packs are the strings of each language. Every client platform but our own gets the same set; the strings that a
// client does not find in it, it has built in.
type packs struct {
	all []*pack
}

// A pack is one language.
type pack struct {
	version            int32
	code, name, native string
	keys               []string // sorted
	strings            map[string]phrase
}

// A phrase is a text with its forms for numbers, if it counts things.
type phrase struct{ Zero, One, Two, Few, Many, Other string }

// UnmarshalJSON reads a text, or an object with the forms.
func (p *phrase) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &p.Other); err == nil {
		return nil
	}
	type forms phrase
	return json.Unmarshal(b, (*forms)(p))
}

func (p *phrase) counts() bool { return p.Zero+p.One+p.Two+p.Few+p.Many != "" }

func loadPacks() (packs, error) {
	var ps packs
	for _, l := range languages {
		b, err := langFiles.ReadFile("lang/" + l.code + ".json")
		if err != nil {
			return ps, err
		}
		p := &pack{version: packVersion, code: l.code, name: l.name, native: l.native}
		if err := json.Unmarshal(b, &p.strings); err != nil {
			return ps, fmt.Errorf("language %s: %w", l.code, err)
		}
		p.keys = slices.Sorted(maps.Keys(p.strings))
		ps.all = append(ps.all, p)
	}
	return ps, nil
}

// loadWebPacks reads a folder of files for each language. Its version is a sum of them, by which the page, that has the
// words of its own build, knows whether these are other ones (web/build/words.ts makes the same sum).
func loadWebPacks(files fs.FS) (packs, error) {
	var ps packs
	for _, l := range languages {
		p := &pack{code: l.code, name: l.name, native: l.native, strings: map[string]phrase{}}
		names, err := fs.Glob(files, l.code+"/*.json")
		if err != nil {
			return ps, err
		}
		sum := crc32.NewIEEE()
		for _, name := range names {
			b, err := fs.ReadFile(files, name)
			if err != nil {
				return ps, err
			}
			if err := json.Unmarshal(b, &p.strings); err != nil {
				return ps, fmt.Errorf("words of the web client, %s: %w", name, err)
			}
			_, _ = sum.Write(b)
		}
		p.version = int32(sum.Sum32() & math.MaxInt32)
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

// packsOf returns the packs of a platform: the one that is named, or the one that the caller said when it connected.
func (h *Handlers) packsOf(call *rpc.Call, platform string) packs {
	if cmp.Or(platform, call.Client.LangPack) == webPack {
		return h.webPacks
	}
	return h.packs
}

func (h *Handlers) pack(call *rpc.Call, platform, code string) (*pack, error) {
	if p := h.packsOf(call, platform).find(code); p != nil {
		return p, nil
	}
	return nil, errLanguage
}

// getLangPack serves https://core.telegram.org/method/langpack.getLangPack.
func (h *Handlers) getLangPack(_ context.Context, call *rpc.Call, in *tg.LangpackGetLangPack) (*tg.LangPackDifference, error) {
	p, err := h.pack(call, in.LangPack, in.LangCode)
	if err != nil {
		return nil, err
	}
	return difference(p, in.LangCode, 0), nil
}

// getDifference serves https://core.telegram.org/method/langpack.getDifference.
func (h *Handlers) getDifference(_ context.Context, call *rpc.Call, in *tg.LangpackGetDifference) (*tg.LangPackDifference, error) {
	p, err := h.pack(call, in.LangPack, in.LangCode)
	if err != nil {
		return nil, err
	}
	return difference(p, in.LangCode, in.FromVersion), nil
}

// difference is nothing for who is up to date, and everything for all others.
func difference(p *pack, code string, from int32) *tg.LangPackDifference {
	d := &tg.LangPackDifference{LangCode: code, FromVersion: from, Version: p.version}
	if from != p.version {
		d.Strings = p.texts(p.keys)
	}
	return d
}

// getStrings serves https://core.telegram.org/method/langpack.getStrings.
func (h *Handlers) getStrings(_ context.Context, call *rpc.Call, in *tg.LangpackGetStrings) (tg.Vector[tg.LangPackStringClass], error) {
	p, err := h.pack(call, in.LangPack, in.LangCode)
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
	case s.counts():
		return &tg.LangPackStringPluralized{
			Key: key, ZeroValue: optional(s.Zero), OneValue: optional(s.One), TwoValue: optional(s.Two),
			FewValue: optional(s.Few), ManyValue: optional(s.Many), OtherValue: s.Other,
		}
	}
	return &tg.LangPackString{Key: key, Value: s.Other}
}

// optional is a form that a language may lack.
func optional(form string) *string {
	if form == "" {
		return nil
	}
	return &form
}

// getLanguages serves https://core.telegram.org/method/langpack.getLanguages.
func (h *Handlers) getLanguages(_ context.Context, call *rpc.Call, in *tg.LangpackGetLanguages) (tg.Vector[*tg.LangPackLanguage], error) {
	all := h.packsOf(call, in.LangPack).all
	list := make(tg.Vector[*tg.LangPackLanguage], len(all))
	for i, p := range all {
		list[i] = p.language()
	}
	return list, nil
}

// getLanguage serves https://core.telegram.org/method/langpack.getLanguage.
func (h *Handlers) getLanguage(_ context.Context, call *rpc.Call, in *tg.LangpackGetLanguage) (*tg.LangPackLanguage, error) {
	p, err := h.pack(call, in.LangPack, in.LangCode)
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
