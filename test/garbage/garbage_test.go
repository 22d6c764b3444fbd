// Package garbage proves that connections which send garbage, stop half way, or never read do no harm to honest ones:
// a real server is attacked by many of them while some clients go on with calls.
package garbage

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

const (
	honest      = 8                     // clients that behave
	pause       = 20 * time.Millisecond // between their calls
	quiet       = 3 * time.Second
	attackLasts = 12 * time.Second

	// What the attack may cost. The clients share the machine with the attackers, which take most of it.
	maxMedian = 100 * time.Millisecond
	maxLate   = 1500 * time.Millisecond // of 99 in 100
	maxMemory = 384 << 20               // bytes more than before
)

func TestMain(m *testing.M) {
	if words := strings.Fields(os.Getenv(attackEnv)); len(words) > 1 {
		playAttackers(words)
		return
	}
	os.Exit(m.Run())
}

func TestGarbage(t *testing.T) {
	attackers, err := strconv.Atoi(os.Getenv("HERMOD_TEST_GARBAGE"))
	if err != nil {
		attackers = 400
	}
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	server := startServer(t)
	clients, villains := greet(t, server, honest), greet(t, server, 6)
	before := measure(t, clients, quiet)
	memory := server.memory()
	stop := attack(t, server, attackers, keysOf(villains))
	defer stop()
	peak, served := watch(server), server.processor()
	during := measure(t, clients, attackLasts)
	served = server.processor() - served
	top := peak()
	done := stop()
	after := measure(t, clients, quiet)
	t.Logf("%d attackers, %d connections, %d MiB sent", attackers, done.Dialled, done.Sent>>20)
	t.Logf("calls  before: %v\n       during: %v\n        after: %v", before, during, after)
	t.Logf("processor in %v of attack: server %v, attackers %v", attackLasts, served, done.Processor)
	t.Logf("memory before: %d MiB, at most: %d MiB", memory>>20, top>>20)
	if during.median > maxMedian || during.late > maxLate {
		t.Errorf("honest calls take %v, want a median of %v and 99 %% within %v", during, maxMedian, maxLate)
	}
	if memory > 0 && top-memory > maxMemory {
		t.Errorf("the server grew by %d MiB, want at most %d", (top-memory)>>20, maxMemory>>20)
	}
	for kind, n := range done.Kinds {
		if n == 0 {
			t.Errorf("no %s got through: the attack is not what it should be", kind)
		}
	}
}

// greet connects n clients.
func greet(t *testing.T, server *process, n int) []*client.Client {
	t.Helper()
	group := crypto.NewGroup()
	clients := make([]*client.Client, n)
	for i := range clients {
		c, err := client.Dial(t.Context(), client.Options{
			Address:    server.address,
			Obfuscated: i%2 == 0,
			Exchange:   handshake.ClientOptions{Keys: []crypto.PublicKey{server.key}, Group: group, DC: 2},
			Wrap:       initConnection,
		})
		if err != nil {
			t.Fatal(err)
		}
		clients[i] = c
		ctx, cancel := context.WithCancel(context.Background())
		go func() { _ = c.Run(ctx) }()
		t.Cleanup(func() { cancel(); _ = c.Close(); <-c.Done() })
	}
	return clients
}

func initConnection(body []byte) []byte {
	in := &tg.InitConnection{APIID: 1, DeviceModel: "test", SystemVersion: "1", AppVersion: "1", LangCode: "en", Query: body}
	return tl.Encode(&tg.InvokeWithLayer{Layer: tg.Newest, Query: tl.Encode(in, 0)}, 0)
}

func keysOf(clients []*client.Client) (keys []crypto.Key) {
	for _, c := range clients {
		keys = append(keys, c.Session().Key)
	}
	return keys
}

// latency is what calls took.
type latency struct {
	calls               int
	median, late, worst time.Duration
}

func (l latency) String() string {
	round := func(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
	return strconv.Itoa(l.calls) + " calls, median " + round(l.median) + ", 99 % " + round(l.late) + ", worst " + round(l.worst)
}

// measure lets the clients make calls for some time. Each must be answered.
func measure(t *testing.T, clients []*client.Client, lasts time.Duration) latency {
	t.Helper()
	var (
		mu   sync.Mutex
		took []time.Duration
		wait sync.WaitGroup
	)
	end := time.Now().Add(lasts)
	for _, c := range clients {
		wait.Go(func() {
			for time.Now().Before(end) {
				d, err := call(t.Context(), c)
				if err != nil {
					t.Errorf("an honest call failed: %v", err)
					return
				}
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
				time.Sleep(pause)
			}
		})
	}
	wait.Wait()
	if len(took) == 0 {
		t.Fatal("no call was answered")
	}
	slices.Sort(took)
	return latency{len(took), took[len(took)/2], took[len(took)*99/100], took[len(took)-1]}
}

func call(ctx context.Context, c *client.Client) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	start := time.Now()
	_, err := c.InvokeBytes(ctx, getConfig)
	return time.Since(start), err
}

// getConfig is help.getConfig.
var getConfig = []byte{0x6b, 0x18, 0xf9, 0xc4}

// watch notes the most memory that the server takes until the returned function is called, which tells it.
func watch(server *process) (peak func() int64) {
	var most atomic.Int64
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			most.Store(max(most.Load(), server.memory()))
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
	return func() int64 {
		close(done)
		wait.Wait()
		return most.Load()
	}
}
