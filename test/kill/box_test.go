package kill

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"hermod/internal/mtproto/client"
	"hermod/internal/tl/gen"
)

// A box is what a device knows of its account: the messages, and up to which position. Every change goes through
// apply, which takes each position once and in order, as all clients do.
// Spec: https://core.telegram.org/api/updates#update-handling
type box struct {
	t        *testing.T
	name     string
	pts      int32
	date     int32
	messages map[int32]message
}

type message struct {
	peer int64
	text string
	out  bool
}

// errGap says that changes are missing before the one at hand.
var errGap = errors.New("gap")

// apply takes a change that moves the position by count to pts. It fails with errGap when others are missing before.
func (b *box) apply(pts, count int32, change func()) error {
	switch {
	case b.pts+count == pts:
		b.pts = pts
		change()
		return nil
	case b.pts+count < pts:
		return errGap
	}
	return nil // seen before
}

// update applies one update of any kind.
func (b *box) update(u gen.Value) error {
	pts, ok := u.Fields["pts"].(int32)
	if !ok {
		return nil
	}
	return b.apply(pts, u.Fields["pts_count"].(int32), func() { b.change(u) })
}

func (b *box) change(u gen.Value) {
	switch u.Name {
	case "updateNewMessage":
		b.add(u.Fields["message"].(gen.Value))
	case "updateShortMessage":
		b.keep(u.Fields["id"].(int32), message{
			peer: u.Fields["user_id"].(int64), text: u.Fields["message"].(string), out: u.Fields["out"] == true,
		})
	case "updateEditMessage":
		m := u.Fields["message"].(gen.Value)
		b.messages[m.Fields["id"].(int32)] = parse(m)
	case "updateDeleteMessages":
		for _, id := range u.Fields["messages"].([]any) {
			delete(b.messages, id.(int32))
		}
	}
}

// add keeps a new message.
func (b *box) add(m gen.Value) {
	if m.Name == "message" {
		b.keep(m.Fields["id"].(int32), parse(m))
	}
}

func (b *box) keep(id int32, m message) {
	if _, ok := b.messages[id]; ok {
		b.t.Errorf("%s: message %d came twice", b.name, id)
	}
	b.messages[id] = m
}

func parse(m gen.Value) message {
	peer := m.Fields["peer_id"].(gen.Value)
	return message{peer: peer.Fields["user_id"].(int64), text: m.Fields["message"].(string), out: m.Fields["out"] == true}
}

// take applies what the server sent on its own account or as an answer.
func (b *box) take(v gen.Value) error {
	switch v.Name {
	case "updates", "updatesCombined":
		for _, u := range v.Fields["updates"].([]any) {
			if err := b.update(u.(gen.Value)); err != nil {
				return err
			}
		}
		return nil
	case "updateShort":
		return b.update(v.Fields["update"].(gen.Value))
	case "updatesTooLong":
		return errGap
	}
	return b.update(v)
}

// drain applies the pushes that have come, and asks for the difference where they leave a gap.
func (d *device) drain(ctx context.Context) error {
	d.mu.Lock()
	pushes := d.pushes
	d.pushes = nil
	d.mu.Unlock()
	for _, p := range pushes {
		if err := d.take(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (d *device) take(ctx context.Context, v gen.Value) error {
	err := d.box.take(v)
	if errors.Is(err, errGap) {
		return d.catchUp(ctx)
	}
	return err
}

// catchUp reads the difference to its end.
func (d *device) catchUp(ctx context.Context) error {
	for {
		diff, err := d.try(ctx, "updates.getDifference", fields{"pts": d.box.pts, "date": d.box.date, "qts": int32(1)})
		var refused client.RPCError
		if errors.As(err, &refused) {
			d.t.Errorf("%s: %v", d.name, err)
		}
		if err != nil {
			return err
		}
		more, err := d.box.difference(diff)
		if err != nil || !more {
			return err
		}
	}
}

// difference applies an answer of updates.getDifference and says whether there is more.
func (b *box) difference(diff gen.Value) (more bool, err error) {
	var state gen.Value
	switch diff.Name {
	case "updates.differenceEmpty":
		b.date = diff.Fields["date"].(int32)
		return false, nil
	case "updates.difference":
		state = diff.Fields["state"].(gen.Value)
	case "updates.differenceSlice":
		state, more = diff.Fields["intermediate_state"].(gen.Value), true
	default:
		b.t.Errorf("%s: difference since %d answered %s", b.name, b.pts, diff.Name)
		return false, fmt.Errorf("unexpected %s", diff.Name)
	}
	pts := state.Fields["pts"].(int32)
	if pts < b.pts || more && pts == b.pts {
		b.t.Errorf("%s: difference since %d ends at %d", b.name, b.pts, pts)
	}
	for _, m := range diff.Fields["new_messages"].([]any) {
		b.add(m.(gen.Value))
	}
	for _, u := range diff.Fields["other_updates"].([]any) {
		b.change(u.(gen.Value))
	}
	b.pts, b.date = pts, state.Fields["date"].(int32)
	return more, nil
}
