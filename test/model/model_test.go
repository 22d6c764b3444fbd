package model

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"hermod/internal/db/dbtest"
)

// TestDevicesKnowWhatIsThere is the model test.
func TestDevicesKnowWhatIsThere(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long")
	}
	engines := map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return dbtest.SQLiteURL(t) + "?synchronous=off" },
		"postgres": dbtest.PostgresURL,
	}
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			seed := number(t, "HERMOD_TEST_SEED", rand.Uint64N(1_000_000))
			n := number(t, "HERMOD_TEST_OPERATIONS", 1500)
			t.Logf("to repeat: HERMOD_TEST_SEED=%d HERMOD_TEST_OPERATIONS=%d go test -count=1 -run 'TestDevicesKnowWhatIsThere/%s' ./test/model",
				seed, n, engine)
			play(t, url(t), seed, int(n))
		})
	}
}

func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func play(t *testing.T, url string, seed uint64, n int) {
	ctx := t.Context()
	w := newWorld(t, url, seed)
	must(t, w.populate(ctx))
	must(t, w.run(ctx, n))
	must(t, w.settle(ctx))
	for _, name := range slices.Sorted(maps.Keys(w.outcome)) {
		t.Logf("%5d %s", w.outcome[name], name)
	}
	t.Logf("%d gaps, %d gaps in channels, %d channels too long", w.gaps, w.channelGaps, w.tooLong)
	pushed := w.snapshot()
	must(t, w.catchUpAll(ctx))
	for _, p := range w.people {
		w.judge(ctx, p, pushed)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// snapshot is what every device knows from pushes, before it asks.
func (w *world) snapshot() map[*device][]string {
	out := map[*device][]string{}
	for _, d := range w.devices {
		out[d] = d.box.lines()
	}
	return out
}

// maxShown bounds the lines that a failing device shows.
const maxShown = 12

// judge compares the devices of a person with a fresh login.
func (w *world) judge(ctx context.Context, p *person, pushed map[*device][]string) {
	fresh, err := w.login(ctx, p)
	must(w.t, err)
	defer fresh.goAway()
	want := fresh.box.lines()
	w.checkFiles(ctx, fresh)
	for _, d := range p.devices {
		must(w.t, d.drain(ctx))
		missing, unexpected := differ(d.box.lines(), want)
		for _, line := range missing[:min(len(missing), maxShown)] {
			w.t.Errorf("%s lacks  %s", d.name, line)
		}
		for _, line := range unexpected[:min(len(unexpected), maxShown)] {
			w.t.Errorf("%s has    %s", d.name, line)
		}
		if len(missing)+len(unexpected) > 0 {
			continue
		}
		missing, _ = differ(pushed[d], d.box.lines())
		for _, line := range missing[:min(len(missing), maxShown)] {
			w.t.Logf("%s was not pushed, and only learnt by asking: %s", d.name, line)
		}
	}
}
