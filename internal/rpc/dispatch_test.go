package rpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/tl"
	"hermod/internal/tl/packed"
	"hermod/internal/tl/tg"
)

// world plays the identities and counts announcements.
type world struct {
	announced []string
}

func (w *world) Who(context.Context, ids.AuthKey) (Who, error) { return Who{}, nil }

func (w *world) Announce(_ context.Context, key ids.AuthKey, layer int, c Client) error {
	w.announced = append(w.announced, fmt.Sprint(key, layer, c.Device))
	return nil
}

func newDispatcher(t testing.TB, r *Router, change func(*Options)) (*Dispatcher, *world) {
	t.Helper()
	w := new(world)
	o := Options{Router: r, Identity: w, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if change != nil {
		change(&o)
	}
	d, err := NewDispatcher(o)
	if err != nil {
		t.Fatal(err)
	}
	return d, w
}

var errBroken = errors.New("broken")

// newTestRouter serves a method of each need.
func newTestRouter() *Router {
	r := NewRouter()
	Handle(r, Anyone, func(_ context.Context, c *Call, _ *tg.HelpGetConfig) (tg.Bool, error) {
		return tg.Bool(c.WithoutUpdates), nil
	})
	Handle(r, SignedIn, func(context.Context, *Call, *tg.UpdatesGetState) (*tg.UpdatesState, error) {
		return &tg.UpdatesState{Pts: 5}, nil
	})
	Handle(r, UserOnly, func(context.Context, *Call, *tg.ContactsGetStatuses) (tg.Bool, error) { return true, nil })
	Handle(r, BotOnly, func(context.Context, *Call, *tg.BotsSetBotCommands) (tg.Bool, error) { return true, nil })
	Handle(r, Anyone, func(context.Context, *Call, *tg.HelpGetNearestDC) (tg.Bool, error) { panic("a bug") })
	Handle(r, Anyone, func(context.Context, *Call, *tg.HelpGetSupport) (tg.Bool, error) {
		return false, fmt.Errorf("read: %w", errBroken)
	})
	Handle(r, Anyone, func(context.Context, *Call, *tg.HelpGetInviteText) (tg.Bool, error) {
		return false, errors.New("disk on fire")
	})
	r.Errors(map[error]Error{errBroken: BadRequest("BROKEN")})
	return r
}

func encode(o tl.Object) []byte { return tl.Encode(o, 0) }

func head(id uint32, rest ...[]byte) []byte {
	var w tl.Writer
	w.ID(id)
	for _, b := range rest {
		w.Raw(b)
	}
	return w.B
}

var (
	getConfig = head(0xc4f9186b)
	getState  = head(0xedd4882a)
)

func withLayer(layer int32, q []byte) []byte {
	return encode(&tg.InvokeWithLayer{Layer: layer, Query: q})
}

func withInit(q []byte) []byte {
	return encode(&tg.InitConnection{APIID: 4, DeviceModel: "phone", AppVersion: strings.Repeat("1", 100), LangCode: "nb", Query: q})
}

func silent(q []byte) []byte { return encode(&tg.InvokeWithoutUpdates{Query: q}) }

func TestWrappersInAnyNesting(t *testing.T) {
	tests := map[string][]byte{
		"gotd":            withLayer(227, withInit(getConfig)),
		"gotd, media":     silent(withLayer(227, silent(withInit(silent(getConfig))))),
		"packed inside":   withLayer(227, packed.Pack(withInit(getConfig))),
		"packed around":   packed.Pack(withLayer(227, withInit(getConfig))),
		"layer innermost": silent(withInit(withLayer(227, getConfig))),
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			d, w := newDispatcher(t, newTestRouter(), nil)
			call := &Call{Key: 9}
			if _, err := d.Call(t.Context(), call, body); err != nil {
				t.Fatal(err)
			}
			if call.Layer != 227 || call.Client.Device != "phone" || call.InvokedMethod != "help.getConfig" {
				t.Errorf("call %+v", call)
			}
			if want := "9 227phone"; strings.Join(w.announced, ",") != want {
				t.Errorf("announced %v, want %s", w.announced, want)
			}
		})
	}
}

func TestAnnouncedOnceOnly(t *testing.T) {
	d, w := newDispatcher(t, newTestRouter(), nil)
	call := &Call{Key: 9}
	for range 2 {
		if _, err := d.Call(t.Context(), call, withLayer(227, withInit(getConfig))); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.announced) != 1 {
		t.Errorf("announced %v", w.announced)
	}
}

func TestErrors(t *testing.T) {
	deep := getConfig
	for range maxWrappers {
		deep = silent(deep)
	}
	again := withInit(getConfig)
	for range 3 {
		again = repack(again)
	}
	in := Call{Key: 9, Layer: 200, User: 1}
	tests := map[string]struct {
		call Call
		body []byte
		want Error
	}{
		"unknown method":             {in, head(0x12345678), ErrUnknownMethod},
		"cut short":                  {in, head(0x58943ee2), ErrMalformed},
		"bytes left over":            {in, append(head(0xc4f9186b), 1, 2, 3, 4), ErrMalformed},
		"nothing":                    {in, nil, ErrMalformed},
		"nested too deeply":          {in, deep, ErrMalformed},
		"packed again and again":     {in, again, ErrMalformed},
		"packed garbage":             {in, head(packed.ID, []byte{3, 1, 2, 3}), ErrMalformed},
		"not signed in":              {Call{Key: 9, Layer: 200}, getState, ErrNotSignedIn},
		"password missing":           {Call{Key: 9, Layer: 200, PasswordPending: true}, getState, ErrPasswordNeeded},
		"unbound temporary key":      {Call{TempKey: 4, Layer: 200}, getConfig, ErrUnbound},
		"no layer":                   {Call{Key: 9}, getConfig, ErrNotInited},
		"bot":                        {Call{Key: 9, Layer: 200, User: 1, Bot: true}, head(0xc4a353ee), ErrBotMethod},
		"a panic":                    {in, head(0x1fb33026), ErrInternal},
		"a domain error":             {in, head(0x9cdf08cd), BadRequest("BROKEN")},
		"an error nobody foresaw":    {in, head(0x4d392343), ErrInternal},
		"depends on nobody can wait": {in, encode(&tg.InvokeAfterMsg{MsgID: 4, Query: getState}), ErrWaitFailed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, _ := newDispatcher(t, newTestRouter(), nil)
			_, err := d.Call(t.Context(), &tt.call, tt.body)
			var got Error
			if !errors.As(err, &got) || got != tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// waitError carries data.
type waitError int

func (waitError) Error() string { return "wait" }

func TestErrorsThatCarryDataHaveAShape(t *testing.T) {
	r := newTestRouter()
	r.Shape(func(error) (Error, bool) { return Error{}, false })
	r.Shape(func(err error) (Error, bool) {
		var w waitError
		ok := errors.As(err, &w)
		return Flood(int(w)), ok
	})
	if got, ours := r.wire(fmt.Errorf("send: %w", waitError(7))); got != Flood(7) || ours {
		t.Errorf("got %v, ours %v", got, ours)
	}
	if got, ours := r.wire(errors.New("other")); got != ErrInternal || !ours {
		t.Errorf("another error: got %v, ours %v", got, ours)
	}
}

// repack packs what does not get shorter by it, too.
func repack(body []byte) []byte {
	var z bytes.Buffer
	g := gzip.NewWriter(&z)
	_, _ = g.Write(body)
	_ = g.Close()
	var w tl.Writer
	w.ID(packed.ID)
	w.Bytes(z.Bytes())
	return w.B
}

func TestLimitsComeBeforeUnwrapping(t *testing.T) {
	d, _ := newDispatcher(t, newTestRouter(), func(o *Options) {
		o.Limiter = NewLimiter([]Limit{{Per: PerStranger, Burst: 1, Every: time.Hour}}, nil)
	})
	garbage := head(packed.ID, []byte{3, 1, 2, 3})
	for _, want := range []Error{ErrMalformed, Flood(3600)} {
		_, err := d.Call(t.Context(), &Call{Key: 9, Layer: 200, Addr: netip.MustParseAddr("192.0.2.1")}, garbage)
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

func TestEveryErrorIsOneThatClientsUnderstand(t *testing.T) {
	for text, good := range map[string]bool{"PEER_ID_INVALID": true, "FLOOD_WAIT_3": true, "": false, "not found": false, "lower_CASE": false} {
		if got := (Error{Code: 400, Type: text}).valid(); got != good {
			t.Errorf("%q is valid: %v, want %v", text, got, good)
		}
	}
	r := NewRouter()
	r.Errors(map[error]Error{errBroken: {Code: 400, Type: "not like this"}})
	if _, err := NewDispatcher(Options{Router: r}); err == nil {
		t.Error("a table with such an error is accepted")
	}
}

func TestTwoHandlersOfOneMethodAreAFault(t *testing.T) {
	r := newTestRouter()
	HandleEmpty(r, Anyone, func(context.Context, *Call, *tg.HelpGetConfig) (tg.Bool, error) { return true, nil })
	if r.Check() == nil {
		t.Error("no fault")
	}
}

func TestCoverageListsEveryMethodOnce(t *testing.T) {
	seen := make(map[string]State)
	for _, m := range newTestRouter().Coverage() {
		if _, twice := seen[m.Name]; twice {
			t.Errorf("%s is listed twice", m.Name)
		}
		seen[m.Name] = m.State
	}
	for name, want := range map[string]State{"help.getConfig": Works, "messages.sendMessage": Absent, "invokeWithLayer": Works} {
		if seen[name] != want {
			t.Errorf("%s is %q, want %q", name, seen[name], want)
		}
	}
}

func TestLayerIsClamped(t *testing.T) {
	d, _ := newDispatcher(t, newTestRouter(), nil)
	for announced, want := range map[int32]int{5000: tg.Newest, -3: 1, 181: 181} {
		call := &Call{Key: 9}
		if _, err := d.Call(t.Context(), call, withLayer(announced, getConfig)); err != nil || call.Layer != want {
			t.Errorf("layer %d counts as %d, want %d (%v)", announced, call.Layer, want, err)
		}
	}
}

func TestClientFieldsAreBounded(t *testing.T) {
	long := strings.Repeat("æ", 1000) + "\x00"
	got := cut(long)
	if len(got) != maxClientField || cut("a\x00b\nc") != "abc" || cut("\xff\xfe") == "\xff\xfe" {
		t.Errorf("cut to %d bytes", len(got))
	}
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := NewLimiter([]Limit{
			{Methods: []string{"a"}, Per: PerKey, Burst: 2, Every: 10 * time.Second},
			{Per: PerAddress, Burst: 5, Every: time.Hour},
		}, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
		ask := func(method string, key ids.AuthKey, addr string) string {
			call := &Call{Key: key, InvokedMethod: method, Addr: netip.MustParseAddr(addr)}
			err := limits.AllowAny(call)
			if err == nil {
				err = limits.AllowMethod(call)
			}
			if err == nil {
				return ""
			}
			return err.(Error).Type
		}
		for i, want := range []string{"", "", "FLOOD_WAIT_10"} {
			if got := ask("a", 1, "127.0.0.1"); got != want {
				t.Errorf("call %d: %q, want %q", i, got, want)
			}
		}
		if got := ask("a", 2, "127.0.0.1"); got != "" {
			t.Errorf("another key: %q", got)
		}
		time.Sleep(4 * time.Second)
		if got := ask("a", 1, "127.0.0.1"); got != "FLOOD_WAIT_6" {
			t.Errorf("after 4 s: %q", got)
		}
		time.Sleep(6 * time.Second)
		if got := ask("a", 1, "127.0.0.1"); got != "" {
			t.Errorf("after 10 s: %q", got)
		}
		for range 5 {
			ask("b", 3, "2001:db8::1")
		}
		if got := ask("b", 3, "2001:db8::2"); got != "FLOOD_WAIT_3600" {
			t.Errorf("a neighbour of the same network: %q", got)
		}
		if got := ask("b", 3, "2001:db8:0:1::1"); got != "" {
			t.Errorf("another network: %q", got)
		}
	})
}

func TestLimiterIsBounded(t *testing.T) {
	limits := NewLimiter([]Limit{{Per: PerKey, Burst: 1, Every: time.Hour}}, nil)
	for key := range ids.AuthKey(500_000) {
		_ = limits.AllowAny(&Call{Key: key + 1})
	}
	total := 0
	for i := range limits.shards {
		total += len(limits.shards[i].full)
	}
	if total > 16*maxBuckets {
		t.Errorf("%d buckets", total)
	}
}

func TestOverloadShedsNewcomersFirst(t *testing.T) {
	l := &load{max: 10}
	in := func(method string) bool { return l.enter(&Call{InvokedMethod: method}) == nil }
	for range 5 {
		in("messages.sendMessage")
	}
	if in("auth.sendCode") {
		t.Error("a newcomer is served at half load")
	}
	if !in("contacts.search") || !in("messages.getHistory") || !in("messages.getHistory") || !in("account.updateStatus") {
		t.Error("something is turned away too early")
	}
	if in("messages.getHistory") {
		t.Error("history is read at nearly full load")
	}
	if !in("messages.sendMessage") || in("messages.sendMessage") {
		t.Error("messages must be the last to go, but go at full load")
	}
}

func FuzzCall(f *testing.F) {
	f.Add(withLayer(227, withInit(getConfig)))
	f.Add(packed.Pack(silent(getState)))
	f.Add(head(packed.ID, []byte{3, 1, 2, 3}))
	d, _ := newDispatcher(f, newTestRouter(), nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		call := &Call{Key: 9, Layer: 200, User: 1}
		_, err := d.Call(context.Background(), call, body)
		var e Error
		if err != nil && (!errors.As(err, &e) || !e.valid()) {
			t.Errorf("error %v", err)
		}
	})
}

// Strangers' pages are asked for by a user's devices together, within bounds.
func TestLimitOfWebPages(t *testing.T) {
	l := NewLimiter(DefaultLimits(), nil)
	methods := []string{"messages.getWebPage", "messages.getWebPagePreview"}
	allowed := 0
	for i := range 1000 {
		if l.AllowMethod(&Call{User: 1, InvokedMethod: methods[i%2]}) != nil {
			break
		}
		allowed++
	}
	if allowed < 50 || allowed > 200 {
		t.Errorf("%d calls at once", allowed)
	}
}

func BenchmarkCall(b *testing.B) {
	d, _ := newDispatcher(b, newTestRouter(), func(o *Options) { o.Limiter = NewLimiter(DefaultLimits(), nil) })
	d.o.Limiter.every, d.o.Limiter.byMethod = nil, nil
	call := Call{Key: 9, Layer: 200, User: 1}
	b.ReportAllocs()
	for b.Loop() {
		c := call
		if _, err := d.Call(b.Context(), &c, getState); err != nil {
			b.Fatal(err)
		}
	}
}
