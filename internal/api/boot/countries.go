package boot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"hermod/internal/tl/tg"
)

// countries is the list of countries with their calling codes, made once from the tables of the phone-number
// library when somebody first asks; only the names depend on the language.
type countries struct {
	english func() []*tg.HelpCountry // with English names, sorted by them
}

func newCountries() *countries { return &countries{sync.OnceValue(englishCountries)} }

func englishCountries() []*tg.HelpCountry {
	var list []*tg.HelpCountry
	names := display.English.Regions()
	for iso2 := range phonenumbers.GetSupportedRegions() {
		if c := country(iso2, names); c != nil {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b *tg.HelpCountry) int {
		return cmp.Or(strings.Compare(a.DefaultName, b.DefaultName), strings.Compare(a.Iso2, b.Iso2))
	})
	return list
}

// country describes a region; nil if it has no name.
func country(iso2 string, names display.Namer) *tg.HelpCountry {
	region, err := language.ParseRegion(iso2)
	if err != nil || names.Name(region) == "" {
		return nil
	}
	code := &tg.HelpCountryCode{
		CountryCode: strconv.Itoa(phonenumbers.GetCountryCodeForRegion(iso2)),
		Prefixes:    prefixes(iso2),
	}
	if p := pattern(iso2); p != "" {
		code.Patterns = []string{p}
	}
	return &tg.HelpCountry{Iso2: iso2, DefaultName: names.Name(region), CountryCodes: []*tg.HelpCountryCode{code}}
}

// prefixes are the digits after the calling code by which a country is told from those that share the code. It
// is enough for a client to show the right flag; numbers themselves are checked by the library.
func prefixes(iso2 string) []string {
	const northAmerica = 1
	switch {
	case iso2 == "KZ":
		return []string{"6", "7"}
	case iso2 == "VA":
		return []string{"06698"}
	case phonenumbers.GetCountryCodeForRegion(iso2) != northAmerica || iso2 == "US" || iso2 == "CA":
		return nil
	}
	n := phonenumbers.GetExampleNumber(iso2)
	if n == nil || n.GetNationalNumber() < 1_000_000_000 {
		return nil
	}
	return []string{strconv.FormatUint(n.GetNationalNumber(), 10)[:3]} // the area code
}

// pattern shows where a country puts the spaces in a mobile number, such as "XX XX XX XX".
func pattern(iso2 string) string {
	n := phonenumbers.GetExampleNumberForType(iso2, phonenumbers.MOBILE)
	if n == nil {
		return ""
	}
	text := phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
	_, national, _ := strings.Cut(text, " ")
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '0' && c <= '9':
			return 'X'
		case c == '-' || c == ' ':
			return ' '
		}
		return -1
	}, national)
}

// in returns the list with names in a language too, if there are any beside the English ones.
func (c *countries) in(langCode string) *tg.HelpCountriesList {
	tag, err := language.Parse(langCode)
	names := display.Regions(tag)
	english := c.english()
	if err != nil || names == nil || strings.HasPrefix(langCode, "en") {
		return &tg.HelpCountriesList{Countries: english, Hash: countriesHash("", len(english))}
	}
	list := make([]*tg.HelpCountry, len(english))
	for i, plain := range english {
		named := *plain
		if name := names.Name(language.MustParseRegion(plain.Iso2)); name != plain.DefaultName {
			named.Name = &name
		}
		list[i] = &named
	}
	return &tg.HelpCountriesList{Countries: list, Hash: countriesHash(tag.String(), len(list))}
}

// countriesHash names the list in a language. It changes when a country is added.
func countriesHash(lang string, n int) int32 { return listHash([]byte(lang + strconv.Itoa(n))) }

// region guesses the country of a client from its system's language, such as "nb-NO"; clients use it to fill in the
// calling code of a new number.
func region(systemLang string) string {
	tag, err := language.Parse(systemLang)
	if err != nil {
		return ""
	}
	r, sure := tag.Region()
	if sure < language.High || !r.IsCountry() {
		return ""
	}
	return r.String()
}
