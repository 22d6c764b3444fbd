package kill

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"hermod/internal/tl/gen"
)

// A person writes with one device and looks on with another.
type person struct {
	id     int64
	name   string
	phone  string
	writer *device
	looker *device
	hash   map[int64]int64 // access hashes of the others
	others []*person

	acked atomic.Int64
	sent  []*sent // what the server has acknowledged, in order
}

// sent is a message that the server has acknowledged, as it should be now.
type sent struct {
	to      *person
	id      int32
	text    string
	deleted bool
}

func (p *person) peer(other *person) gen.Value {
	return object("inputPeerUser", fields{"user_id": other.id, "access_hash": p.hash[other.id]})
}

// meet learns how to name the others.
func (p *person) meet(ctx context.Context) error {
	var contacts []any
	for i, o := range p.others {
		contacts = append(contacts, object("inputPhoneContact", fields{
			"client_id": int64(i), "phone": o.phone, "first_name": o.name, "last_name": "",
		}))
	}
	answer, err := p.writer.call(ctx, "contacts.importContacts", fields{"contacts": contacts})
	if err != nil {
		return err
	}
	p.hash = map[int64]int64{}
	for _, u := range answer.Fields["users"].([]any) {
		u := u.(gen.Value)
		p.hash[u.Fields["id"].(int64)], _ = u.Fields["access_hash"].(int64)
	}
	return nil
}

// write works until stop is closed. What it has begun it brings to an end: it goes on to ask until it has an answer.
func (p *person) write(ctx context.Context, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return p.writer.drain(ctx)
		default:
		}
		if err := p.act(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		p.acked.Add(1)
		_ = p.writer.drain(ctx) // fails when the connection is lost, which the next call mends
	}
}

// act does one thing, mostly send a message.
func (p *person) act(ctx context.Context) error {
	switch mine := p.recent(); {
	case mine == nil || rand.IntN(10) < 6:
		return p.send(ctx, p.others[rand.IntN(len(p.others))])
	case rand.IntN(3) == 0:
		return p.edit(ctx, mine)
	case rand.IntN(4) == 0:
		return p.delete(ctx, mine)
	}
	return p.read(ctx, p.others[rand.IntN(len(p.others))])
}

// recent is one of the last messages, or nil.
func (p *person) recent() *sent {
	if len(p.sent) == 0 {
		return nil
	}
	s := p.sent[len(p.sent)-1-rand.IntN(min(len(p.sent), 5))]
	if s.deleted {
		return nil
	}
	return s
}

func (p *person) send(ctx context.Context, to *person) error {
	s := &sent{to: to, text: fmt.Sprintf("%s to %s, %d", p.name, to.name, len(p.sent))}
	answer, err := p.writer.call(ctx, "messages.sendMessage", fields{
		"peer": p.peer(to), "message": s.text, "random_id": rand.Int64() | 1, // the same until it is answered
	})
	if err != nil {
		return err
	}
	p.sent = append(p.sent, s)
	if answer.Name != "updateShortSentMessage" {
		for _, u := range answer.Fields["updates"].([]any) {
			if u := u.(gen.Value); u.Name == "updateMessageID" {
				s.id = u.Fields["id"].(int32)
			}
		}
		p.take(ctx, answer)
		return nil
	}
	s.id = answer.Fields["id"].(int32)
	p.moved(ctx, answer, func() {
		p.writer.box.keep(s.id, message{peer: to.id, text: s.text, out: true})
	})
	return nil
}

func (p *person) edit(ctx context.Context, s *sent) error {
	text := s.text + "!"
	answer, err := p.writer.call(ctx, "messages.editMessage", fields{"peer": p.peer(s.to), "id": s.id, "message": text})
	s.text = text
	if err != nil && strings.Contains(err.Error(), "MESSAGE_NOT_MODIFIED") { // it had worked, and its answer was lost
		return nil
	}
	if err == nil {
		p.take(ctx, answer)
	}
	return err
}

func (p *person) delete(ctx context.Context, s *sent) error {
	answer, err := p.writer.call(ctx, "messages.deleteMessages", fields{"revoke": true, "id": []any{s.id}})
	if err != nil {
		return err
	}
	s.deleted = true
	p.moved(ctx, answer, func() { delete(p.writer.box.messages, s.id) })
	return nil
}

func (p *person) read(ctx context.Context, other *person) error {
	answer, err := p.writer.call(ctx, "messages.readHistory", fields{"peer": p.peer(other), "max_id": int32(1 << 30)})
	if err != nil {
		return err
	}
	p.moved(ctx, answer, func() {})
	return nil
}

// take applies updates that came as an answer. When the connection is lost meanwhile, the next one catches up.
func (p *person) take(ctx context.Context, answer gen.Value) { _ = p.writer.take(ctx, answer) }

// moved applies an answer that says only how far the position moved.
func (p *person) moved(ctx context.Context, answer gen.Value, change func()) {
	if p.writer.box.apply(answer.Fields["pts"].(int32), answer.Fields["pts_count"].(int32), change) != nil {
		_ = p.writer.catchUp(ctx)
	}
}

// look follows the account with the other device until stop is closed.
func (p *person) look(ctx context.Context, stop <-chan struct{}) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	d := p.looker
	for {
		select {
		case <-stop:
			return d.settle(ctx)
		case <-d.ended:
			d.disconnect()
			if err := d.connect(ctx); err != nil {
				return fmt.Errorf("%s: %w", d.name, err)
			}
		case <-tick.C:
		}
		_ = d.drain(ctx)
	}
}

// settle brings d to the end of the log.
func (d *device) settle(ctx context.Context) error {
	for {
		err := d.catchUp(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		d.disconnect()
		if err := d.connect(ctx); err != nil {
			return err
		}
	}
}
