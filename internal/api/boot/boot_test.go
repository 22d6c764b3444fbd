package boot

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
	"time"

	"hermod/internal/rpc"
	"hermod/internal/tl/gen"
	"hermod/internal/tl/tg"
)

// ask calls one method as a client of the newest layer.
func ask[O any](t *testing.T, method string, fields map[string]any, call *rpc.Call) O {
	t.Helper()
	body, err := testSchema(t).At(tg.Newest).Encode(method, fields)
	if err != nil {
		t.Fatal(err)
	}
	if call == nil {
		call = &rpc.Call{User: 1_000_001}
	}
	call.Key, call.Layer = 1, tg.Newest
	answer, err := testDispatcher(t).Call(t.Context(), call, body)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	got, ok := answer.(O)
	if !ok {
		t.Fatalf("%s: got %T", method, answer)
	}
	return got
}

func TestThisDCIsTheOneAddressed(t *testing.T) {
	tests := map[string]struct {
		dialled, want int32
		test          bool
	}{
		"two":        {2, 2, false},
		"four":       {4, 4, false},
		"media":      {-4, 4, false},
		"test mode":  {10_001, 1, true},
		"test media": {-10_003, 3, true},
		"unknown":    {0, 2, false},
		"nonsense":   {77, 2, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := ask[*tg.Config](t, "help.getConfig", nil, &rpc.Call{DC: tt.dialled})
			if c.ThisDC != tt.want || c.TestMode != tt.test {
				t.Errorf("got %d, %v; want %d, %v", c.ThisDC, c.TestMode, tt.want, tt.test)
			}
		})
	}
}

func TestTheConfigurationNamesUsForEveryDC(t *testing.T) {
	c := ask[*tg.Config](t, "help.getConfig", nil, nil)
	if ahead := int64(c.Expires) - time.Now().Unix(); ahead < 60 {
		t.Errorf("expires in %d s", ahead)
	}
	found := map[int32][]bool{}
	for _, o := range c.DCOptions {
		if o.IPAddress != "192.0.2.1" || o.Port != 8080 || o.Ipv6 {
			t.Errorf("got %+v", o)
		}
		found[o.ID] = append(found[o.ID], o.MediaOnly)
	}
	for id := int32(1); id <= 5; id++ {
		if !slices.Equal(found[id], []bool{false, true}) {
			t.Errorf("DC %d: got %v", id, found[id])
		}
	}
}

func TestIPv6AddressesAreMarked(t *testing.T) {
	h := testHandlers(t)
	h.o.Addresses = func(*rpc.Call) []netip.AddrPort {
		return []netip.AddrPort{netip.MustParseAddrPort("[2001:db8::1]:443"), netip.MustParseAddrPort("[::ffff:192.0.2.9]:443")}
	}
	options := h.dcOptions(&rpc.Call{})
	if !options[0].Ipv6 || options[1].Ipv6 || options[1].IPAddress != "192.0.2.9" {
		t.Errorf("got %+v, %+v", options[0], options[1])
	}
}

// What TDLib logs as faults of the server.
func TestEmptinessHasTheShapeTDLibWants(t *testing.T) {
	if all := ask[*tg.StoriesAllStories](t, "stories.getAllStories", nil, nil); all.State == "" {
		t.Error("stories without a state")
	}
	self := gen.Value{Name: "inputPeerSelf"}
	if got := ask[*tg.PaymentsStarsStatus](t, "payments.getStarsStatus", map[string]any{"peer": self}, nil); got.Balance.TLName() != "starsAmount" {
		t.Errorf("stars: got %s", got.Balance.TLName())
	}
	if got := ask[*tg.PaymentsStarsStatus](t, "payments.getStarsStatus", map[string]any{"peer": self, "ton": true}, nil); got.Balance.TLName() != "starsTonAmount" {
		t.Errorf("TON: got %s", got.Balance.TLName())
	}
}

func TestHashesSaveTheAnswer(t *testing.T) {
	app := ask[*tg.HelpAppConfig](t, "help.getAppConfig", nil, nil)
	ask[*tg.HelpAppConfigNotModified](t, "help.getAppConfig", map[string]any{"hash": app.Hash}, nil)
	list := ask[*tg.HelpCountriesList](t, "help.getCountriesList", map[string]any{"lang_code": "nb"}, nil)
	ask[*tg.HelpCountriesListNotModified](t, "help.getCountriesList", map[string]any{"lang_code": "nb", "hash": list.Hash}, nil)
	themes := ask[*tg.AccountChatThemes](t, "account.getUniqueGiftChatThemes", map[string]any{"offset": "", "limit": int32(1)}, nil)
	ask[*tg.AccountChatThemesNotModified](t, "account.getUniqueGiftChatThemes",
		map[string]any{"offset": "", "limit": int32(1), "hash": themes.Hash}, nil)
}

func TestCountries(t *testing.T) {
	list := ask[*tg.HelpCountriesList](t, "help.getCountriesList", map[string]any{"lang_code": "nb"}, nil)
	if len(list.Countries) < 200 {
		t.Errorf("%d countries", len(list.Countries))
	}
	i := slices.IndexFunc(list.Countries, func(c *tg.HelpCountry) bool { return c.Iso2 == "NO" })
	if i < 0 {
		t.Fatal("Norway is missing")
	}
	norway := list.Countries[i]
	code := norway.CountryCodes[0]
	if norway.DefaultName != "Norway" || norway.Name == nil || *norway.Name != "Norge" || code.CountryCode != "47" ||
		!slices.Equal(code.Patterns, []string{"XX XX XX XX"}) {
		t.Errorf("got %+v %+v", norway, code)
	}
}

func TestLanguagePacks(t *testing.T) {
	for _, p := range testHandlers(t).packs.all {
		if !slices.Equal(p.keys, testHandlers(t).packs.all[0].keys) {
			t.Errorf("%s has other keys than English", p.code)
		}
	}
	d := ask[*tg.LangPackDifference](t, "langpack.getLangPack", map[string]any{"lang_pack": "android", "lang_code": "no"}, nil)
	if len(d.Strings) < 150 || d.LangCode != "no" {
		t.Errorf("%d strings of %s", len(d.Strings), d.LangCode)
	}
	d = ask[*tg.LangPackDifference](t, "langpack.getDifference", map[string]any{"lang_code": "nb", "from_version": d.Version}, nil)
	if len(d.Strings) != 0 {
		t.Errorf("%d strings for one who is up to date", len(d.Strings))
	}
	texts := ask[tg.Vector[tg.LangPackStringClass]](t, "langpack.getStrings",
		map[string]any{"lang_code": "nb", "keys": []any{"Cancel", "Hours", "Nonsense"}}, nil)
	if s, ok := texts[0].(*tg.LangPackString); !ok || s.Value != "Avbryt" {
		t.Errorf("got %+v", texts[0])
	}
	if s, ok := texts[1].(*tg.LangPackStringPluralized); !ok || *s.OneValue != "%1$d time" || s.OtherValue != "%1$d timer" {
		t.Errorf("got %+v", texts[1])
	}
	if s, ok := texts[2].(*tg.LangPackStringDeleted); !ok || s.Key != "Nonsense" {
		t.Errorf("got %+v", texts[2])
	}
	if n := len(ask[tg.Vector[*tg.LangPackLanguage]](t, "langpack.getLanguages", nil, nil)); n != 2 {
		t.Errorf("%d languages", n)
	}
}

func TestTheWebClientHasWordsOfItsOwn(t *testing.T) {
	d := ask[*tg.LangPackDifference](t, "langpack.getLangPack", map[string]any{"lang_pack": "web", "lang_code": "nb"}, nil)
	if len(d.Strings) != 2 || d.Version <= 0 {
		t.Fatalf("got %+v", d)
	}
	if s, ok := d.Strings[0].(*tg.LangPackStringPluralized); !ok || *s.OneValue != "{n} samtale" || s.TwoValue != nil {
		t.Errorf("got %+v", d.Strings[0])
	}
	// The pack that the caller named when it connected counts too.
	caller := &rpc.Call{User: 1_000_001, Client: rpc.Client{LangPack: "web", Lang: "nb"}}
	if c := ask[*tg.Config](t, "help.getConfig", nil, caller); *c.LangPackVersion != d.Version {
		t.Errorf("the configuration says %d", *c.LangPackVersion)
	}
	d = ask[*tg.LangPackDifference](t, "langpack.getDifference", map[string]any{"lang_pack": "web", "lang_code": "nb", "from_version": d.Version}, nil)
	if len(d.Strings) != 0 {
		t.Errorf("%d strings for one who is up to date", len(d.Strings))
	}
}

func TestDHConfig(t *testing.T) {
	c := ask[*tg.MessagesDhConfig](t, "messages.getDhConfig", map[string]any{"random_length": int32(32)}, nil)
	if c.G != 3 || len(c.P) != 256 || len(c.Random) != 32 || bytes.Equal(c.Random, make([]byte, 32)) {
		t.Errorf("got %+v", c)
	}
	ask[*tg.MessagesDhConfigNotModified](t, "messages.getDhConfig", map[string]any{"version": c.Version}, nil)
}

func TestTheCountryOfAClient(t *testing.T) {
	for lang, want := range map[string]string{"nb-NO": "NO", "en-US": "US", "en": "", "": "", "x-y-z-": "", "es-419": ""} {
		if got := region(lang); got != want {
			t.Errorf("region(%q) = %q, want %q", lang, got, want)
		}
	}
}
