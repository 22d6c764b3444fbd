package boot

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"testing"
	"testing/fstest"

	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/gen"
	"hermod/internal/tl/tg"
)

// nobody is an rpc.Identity that is never asked for anything that matters here.
type nobody struct{}

func (nobody) Who(context.Context, ids.AuthKey) (rpc.Who, error)            { return rpc.Who{}, nil }
func (nobody) Announce(context.Context, ids.AuthKey, int, rpc.Client) error { return nil }

func testHandlers(t *testing.T) *Handlers {
	t.Helper()
	h, err := New(Options{
		DC: 2, Name: "Hermod", LinkPrefix: "http://127.0.0.1:8080/",
		Addresses: func(*rpc.Call) []netip.AddrPort { return []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:8080")} },
		DH:        DHGroup{G: 3, Prime: make([]byte, 256), Version: 1},
		WebWords: fstest.MapFS{
			"en/a.json": {Data: []byte(`{"Chats": {"one": "{n} chat", "other": "{n} chats"}}`)},
			"en/b.json": {Data: []byte(`{"Hello": "Hello"}`)},
			"nb/a.json": {Data: []byte(`{"Chats": {"one": "{n} samtale", "other": "{n} samtaler"}}`)},
			"nb/b.json": {Data: []byte(`{"Hello": "Hei"}`)},
		},
		User: func(_ context.Context, _, u ids.User) (tg.UserClass, error) {
			return &tg.User{ID: int64(u), AccessHash: new(int64(1)), FirstName: new("Hermod")}, nil
		},
		Peer:     func(context.Context, *rpc.Call, tg.InputPeerClass) (ids.Peer, error) { return 1_000_002, nil },
		Position: func(context.Context, ids.User) (int32, error) { return 5, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func testDispatcher(t *testing.T) *rpc.Dispatcher {
	t.Helper()
	d, err := rpc.NewDispatcher(rpc.Options{Router: rpc.NewRouter(testHandlers(t)), Identity: nobody{}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func testSchema(t *testing.T) *gen.File {
	t.Helper()
	in, err := os.Open("../../../schema/api.tl")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	file, err := gen.Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// Every answer must be readable by a client that knows nothing but its own layer.
func TestEveryAnswerIsValidInEveryLayer(t *testing.T) {
	d, file := testDispatcher(t), testSchema(t)
	served := map[string]bool{}
	for _, layer := range tg.Layers() {
		schema := file.At(layer)
		sampler := gen.NewSampler(schema)
		for _, method := range schema.Functions() {
			body, err := schema.Encode(method, sampler.Fields(method, 2))
			if err != nil {
				t.Fatalf("layer %d: encode %s: %v", layer, method, err)
			}
			call := &rpc.Call{User: 1_000_001, Key: 1, Layer: layer, DC: 2}
			answer, err := d.Call(t.Context(), call, body)
			if errors.Is(err, rpc.ErrUnknownMethod) {
				continue
			}
			served[method] = true
			checkAnswer(t, schema, layer, method, answer, err)
		}
	}
	t.Logf("%d methods over %d layers", len(served), len(tg.Layers()))
	if len(served) < 140 {
		t.Errorf("only %d methods were tried", len(served))
	}
}

func checkAnswer(t *testing.T, schema *gen.Schema, layer int, method string, answer tl.Object, err error) {
	t.Helper()
	if err != nil {
		if e, ok := errors.AsType[rpc.Error](err); !ok || e.Code != 400 {
			t.Errorf("layer %d: %s: %v", layer, method, err)
		}
		return
	}
	result, err := schema.ResultOf(method)
	if err != nil {
		t.Fatalf("layer %d: %s: %v", layer, method, err)
	}
	if _, err := schema.DecodeAs(result, tl.Encode(answer, layer)); err != nil {
		t.Errorf("layer %d: the answer to %s: %v", layer, method, err)
	}
}
