package model

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hermod/internal/config"
	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/server/servertest"
	"hermod/internal/tl/tg"
)

// A world is people, their devices, and the server between them.
type world struct {
	t       *testing.T
	server  *servertest.Server
	address string
	key     crypto.PublicKey
	group   *crypto.Group
	seed    uint64
	rnd     *rand.Rand // of the operation at hand
	slices  *rand.Rand // of what follows from the order in which things arrive
	people  []*person
	devices []*device
	public  []string // names of public channels
	names   int      // how many names were given
	outcome map[string]int

	gaps, channelGaps, tooLong int
}

// A person has several devices.
type person struct {
	id      int64
	name    string
	phone   string
	devices []*device
}

const (
	people  = 5
	devices = 2
)

func newWorld(t *testing.T, url string, seed uint64) *world {
	t.Helper()
	s := servertest.Start(t, func(c *config.Config) { c.DB, c.Limits.Rate = url, 0 })
	key, err := crypto.ParsePublicKey(s.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, server: s, address: s.Addr, key: key, group: crypto.NewGroup(), seed: seed, slices: rand.New(rand.NewPCG(seed, 1)),
		outcome: map[string]int{},
	}
	w.turn(0)
	t.Cleanup(func() {
		for _, d := range w.devices {
			d.goAway()
		}
	})
	return w
}

// turn makes the choices of an operation depend on its number and the seed alone.
func (w *world) turn(n int) { w.rnd = rand.New(rand.NewPCG(w.seed, uint64(n)+2)) }

func (w *world) sliceSize() int32 { return 1 + w.slices.Int32N(100) }

// populate signs everybody in and makes them known to each other.
func (w *world) populate(ctx context.Context) error {
	for i := range people {
		p := &person{name: string(rune('A' + i)), phone: fmt.Sprintf("999663%04d", i)}
		w.people = append(w.people, p)
		for range devices {
			d, err := w.login(ctx, p)
			if err != nil {
				return err
			}
			p.devices = append(p.devices, d)
			w.devices = append(w.devices, d)
		}
		name := &tg.AccountUpdateUsername{Username: "person_" + p.name + "_model"}
		if err := p.devices[0].do(ctx, name); err != nil {
			return err
		}
	}
	for _, d := range w.devices {
		if err := d.meet(ctx); err != nil {
			return err
		}
	}
	return nil
}

// login is a new device of p.
func (w *world) login(ctx context.Context, p *person) (*device, error) {
	d := &device{w: w, person: p, name: fmt.Sprintf("%s%d", p.name, len(p.devices)+1)}
	if err := d.connect(ctx); err != nil {
		return nil, err
	}
	var err error
	if p.id, err = d.signIn(ctx, p.phone, p.name); err != nil {
		return nil, err
	}
	d.box, err = d.fresh(ctx)
	return d, err
}

// meet puts everybody else into the contacts.
func (d *device) meet(ctx context.Context) error {
	var contacts []*tg.InputPhoneContact
	for i, p := range d.w.people {
		if p != d.person {
			contacts = append(contacts, &tg.InputPhoneContact{ClientID: int64(i), Phone: p.phone, FirstName: p.name})
		}
	}
	got, err := ask(ctx, d, &tg.ContactsImportContacts{Contacts: contacts}, tg.DecodeContactsImportedContacts)
	if err != nil {
		return err
	}
	d.box.learn(got.Users, nil)
	return nil
}

// run does n operations.
func (w *world) run(ctx context.Context, n int) error {
	for i := 1; i <= n; i++ {
		w.turn(i)
		if err := w.step(ctx); err != nil {
			return fmt.Errorf("operation %d: %w", i, err)
		}
	}
	return nil
}

// step does one thing, and now and then lets devices come and go.
func (w *world) step(ctx context.Context) error {
	d := w.devices[w.rnd.IntN(len(w.devices))]
	if w.rnd.IntN(60) == 0 {
		d.goAway()
		return nil
	}
	if d.client == nil {
		if w.rnd.IntN(6) != 0 {
			return nil
		}
		return d.comeBack(ctx)
	}
	if err := d.drain(ctx); err != nil {
		return err
	}
	if err := w.act(ctx, d); err != nil {
		return err
	}
	if w.rnd.IntN(3) == 0 {
		return w.drainAll(ctx)
	}
	return nil
}

func (w *world) drainAll(ctx context.Context) error {
	for _, d := range w.devices {
		if err := d.drain(ctx); err != nil {
			return err
		}
	}
	return nil
}

// act does a random operation. What the server refuses is counted, and an error only if it should not be refused.
func (w *world) act(ctx context.Context, d *device) error {
	total := 0
	for _, o := range operations {
		total += o.weight
	}
	at := w.rnd.IntN(total)
	for _, o := range operations {
		if at -= o.weight; at < 0 {
			return w.outcomeOf(o.name, o.do(ctx, d))
		}
	}
	return nil
}

func (w *world) outcomeOf(name string, err error) error {
	var refused client.RPCError
	switch {
	case err == nil:
		w.outcome[name+" done"]++
	case errors.Is(err, errNothing):
		w.outcome[name+" had nothing to do"]++
	case errors.As(err, &refused) && refused.Code < 500 && refused.Code != 420 && !slices.Contains(neverRefused, refused.Type):
		w.outcome[name+" "+refused.Type]++
	default:
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// neverRefused are errors that say that the server does not know what it should.
var neverRefused = []string{"METHOD_INVALID", "INPUT_METHOD_INVALID", "INPUT_FETCH_ERROR", "PERSISTENT_TIMESTAMP_INVALID", "PERSISTENT_TIMESTAMP_OUTDATED"}

var errNothing = errors.New("nothing to do it with")

// settle brings everybody online and waits until nothing comes any more.
func (w *world) settle(ctx context.Context) error {
	for _, d := range w.devices {
		if d.client == nil {
			if err := d.comeBack(ctx); err != nil {
				return err
			}
		}
	}
	for quiet := 0; quiet < 5; quiet++ {
		time.Sleep(40 * time.Millisecond)
		for _, d := range w.devices {
			if d.waiting() {
				quiet = -1
			}
		}
		if err := w.drainAll(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (d *device) waiting() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.pushes) > 0
}

// catchUpAll lets everybody ask for what may be missing.
func (w *world) catchUpAll(ctx context.Context) error {
	for _, d := range w.devices {
		if err := d.catchUp(ctx); err != nil {
			return err
		}
		for peer := range d.box.chats {
			if isChannel(peer) {
				if err := d.channelCatchUp(ctx, peer); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
