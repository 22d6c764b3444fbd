package bustest

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"hermod/internal/bus"
)

// Faults are what may happen to a message, each with a probability from 0 to 1.
type Faults struct {
	Lost, Doubled, Late float64
	// Delay is the longest that a late message waits; others overtake it.
	Delay time.Duration
	// NoValue is the probability that a message arrives as from another node: without its Value.
	NoValue float64
}

// AllFaults are frequent faults of every sort.
var AllFaults = Faults{Lost: 0.2, Doubled: 0.2, Late: 0.2, Delay: 5 * time.Millisecond, NoValue: 0.2}

// Faulty is a bus that mistreats messages on their way to another, as the contract of bus.Bus allows.
type Faulty struct {
	bus.Bus
	mu     sync.Mutex
	faults Faults
	rand   *rand.Rand
	late   sync.WaitGroup
}

// NewFaulty returns a bus that delivers through b. Its choices follow seed. Messages that are late have arrived when
// the test ends.
func NewFaulty(t testing.TB, b bus.Bus, f Faults, seed uint64) *Faulty {
	faulty := &Faulty{Bus: b, faults: f, rand: rand.New(rand.NewPCG(seed, seed))}
	t.Cleanup(faulty.late.Wait)
	return faulty
}

// Set changes what happens from now on; the zero Faults heal the bus.
func (b *Faulty) Set(f Faults) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = f
}

// Publish implements bus.Bus.
func (b *Faulty) Publish(m bus.Message) {
	for _, delay := range b.fate(&m) {
		if delay == 0 {
			b.Bus.Publish(m)
			continue
		}
		b.late.Go(func() {
			time.Sleep(delay)
			b.Bus.Publish(m)
		})
	}
}

// fate draws what happens to m: an arrival, at once or late, none, or two.
func (b *Faulty) fate(m *bus.Message) (arrivals []time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.happens(b.faults.Lost) {
		return nil
	}
	if b.happens(b.faults.NoValue) {
		m.Value = nil
	}
	arrivals = append(arrivals, 0)
	if b.happens(b.faults.Doubled) {
		arrivals = append(arrivals, 0)
	}
	for i := range arrivals {
		if b.faults.Delay > 0 && b.happens(b.faults.Late) {
			arrivals[i] = 1 + time.Duration(b.rand.Int64N(int64(b.faults.Delay)))
		}
	}
	return arrivals
}

func (b *Faulty) happens(probability float64) bool { return b.rand.Float64() < probability }
