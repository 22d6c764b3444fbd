package secret

import (
	"context"
	"errors"
	"fmt"

	e2e "hermod/internal/tl/secret"
)

// HandleMessage takes an encrypted message. When it returns nil the message is interpreted, or held back, or was
// dropped, and is in no case needed again: the server may forget it. It fails only when the store does.
func (c *Client) HandleMessage(ctx context.Context, in Incoming) error {
	defer c.tell()
	in.Data = clone(in.Data)
	err := c.update(ctx, in.Chat, func(t *tx) error { return t.receive(in) })
	if errors.Is(err, ErrNoChat) {
		return nil // of a chat that was removed
	}
	return err
}

func (t *tx) receive(in Incoming) error {
	switch t.s.State {
	case Ready:
		return t.take(in)
	case Asked, Accepting:
		return t.keepEarly(in)
	default:
		t.dropped(ErrState)
		return nil
	}
}

func (t *tx) dropped(err error) { t.event(Event{Kind: Dropped, Err: err}) }

// maxEarly bounds what is kept for a chat that has no key yet.
const maxEarly = 100

// keepEarly keeps a message that overtook the news that the chat is accepted.
func (t *tx) keepEarly(in Incoming) error {
	if t.s.Early >= maxEarly {
		t.dropped(ErrState)
		return nil
	}
	t.s.Early++
	t.put(earlyKey(t.s.ID, t.s.Early), held{Incoming: in})
	return nil
}

func (t *tx) replayEarly() error {
	keys, err := t.keys(earlyPrefix(t.s.ID))
	if err != nil {
		return err
	}
	t.s.Early = 0
	for _, key := range keys {
		h, found, err := load[held](t, key)
		if err != nil {
			return err
		}
		t.drop(key)
		if found && t.s.State == Ready {
			if err := t.take(h.Incoming); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxAhead bounds how far behind a gap messages are held back.
const maxAhead = 10_000

// take checks the numbers of a message and interprets it, or holds it back.
// Spec: https://core.telegram.org/api/end-to-end/seq_no#checking-out-seq-no
func (t *tx) take(in Incoming) error {
	f, key, first, err := t.open(in.Data, t.s.Layer < LayerEnvelope2)
	if err != nil {
		t.dropped(err)
		return nil
	}
	seen, seq, ok := t.s.numbering().incoming(f.in, f.out)
	switch {
	case !ok:
		t.end(fmt.Errorf("numbers %d and %d are not the other side's: %w", f.in, f.out, ErrFrame))
		return nil
	case seq < t.s.In:
		return nil // it came before; its content is not looked at
	case seen > t.s.Out:
		t.end(fmt.Errorf("saw %d of %d messages: %w", seen, t.s.Out, ErrFrame))
		return nil
	case seq-t.s.In > maxAhead:
		t.end(fmt.Errorf("number %d where %d is expected: %w", seq, t.s.In, ErrFrame))
		return nil
	}
	t.heardLayer(f.layer)
	t.switchTo(key)
	if seq > t.s.In {
		err = t.hold(held{Incoming: in, First: first}, f, seq)
	} else if err = t.interpret(in, f, key, false); err == nil {
		err = t.release()
	}
	if err != nil || t.s.State != Ready {
		return err
	}
	return errors.Join(t.askAgain(), t.maybeRekey())
}

// open finds the key of a packet and opens it. While the other side may be older than the second version of the
// envelope, the first is tried too; first tells that it was that.
func (t *tx) open(packet []byte, mayBeFirst bool) (f frame, key *secretKey, first bool, err error) {
	if key = t.s.key(packetKeyID(packet)); key == nil {
		return frame{}, nil, false, fmt.Errorf("unknown key: %w", ErrEnvelope)
	}
	content, err := open(key, t.s.numbering().partnerX(), packet)
	if err != nil && mayBeFirst {
		content, err = openV1(key, packet)
		first = true
	}
	if err != nil {
		return frame{}, nil, false, err
	}
	f, err = decodeFrame(content)
	if err == nil && first && f.layer >= LayerEnvelope2 {
		err = fmt.Errorf("first version of the envelope in layer %d: %w", f.layer, ErrEnvelope)
	}
	return f, key, first, err
}

// heardLayer notes a layer that the other side is now known to have.
// Spec: https://core.telegram.org/api/end-to-end#updating-to-new-layers
func (t *tx) heardLayer(layer int) {
	if layer <= t.s.Layer {
		return
	}
	t.s.Layer = layer
	t.event(Event{Kind: ChatChanged})
	if layer > t.c.o.Layer {
		t.event(Event{Kind: Outdated})
	}
}

// hold keeps a message until the ones before it are there. A request to send again is answered at once, so that two
// gaps cannot wait for each other; when its turn comes it does nothing more.
// Spec: https://core.telegram.org/api/end-to-end/seq_no#avoiding-concurrent-gaps
func (t *tx) hold(h held, f frame, seq int) error {
	if _, has, err := t.get(heldKey(t.s.ID, seq)); has || err != nil {
		return err
	}
	_, action := actionFromTL(f.message)
	again, isResend := action.(*e2e.DecryptedMessageActionResend)
	if isResend {
		if err := t.resend(again); err != nil || t.s.State != Ready {
			return err
		}
	}
	t.s.Held++
	h.Answered = isResend
	t.put(heldKey(t.s.ID, seq), h)
	return nil
}

// release interprets what was held back and has its turn now. All of it was readable when it came. If it no longer is,
// the other side has used a key after it had given that up; the server must not keep such a message for ever.
func (t *tx) release() error {
	for t.s.State == Ready && t.s.Held > 0 {
		key := heldKey(t.s.ID, t.s.In)
		h, found, err := load[held](t, key)
		if err != nil || !found {
			return err
		}
		t.drop(key)
		t.s.Held--
		f, k, _, err := t.open(h.Data, h.First)
		if err != nil {
			t.end(fmt.Errorf("message %d was readable when it was held back: %w", t.s.In, err))
			return nil
		}
		if err := t.interpret(h.Incoming, f, k, h.Answered); err != nil {
			return err
		}
	}
	return nil
}

// maxResend bounds how many messages are asked for at once, or given.
const maxResend = 1000

// askAgain asks for the messages of the first gap, once, and after a while once more.
// Spec: https://core.telegram.org/api/end-to-end/seq_no#proper-handling-of-gaps
func (t *tx) askAgain() error {
	first, err := t.first(heldPrefix(t.s.ID))
	if err != nil || first == "" {
		return err
	}
	var until int
	if _, err := fmt.Sscanf(first[len(heldPrefix(t.s.ID)):], "%x", &until); err != nil {
		return fmt.Errorf("number of a message held back: %w", ErrStore)
	}
	until = min(until, t.s.In+maxResend)
	from := t.s.In
	if !t.askOverdue() {
		from = max(from, t.s.AskedTo)
	}
	if from >= until {
		return nil
	}
	partner := numbering{creator: !t.s.Creator}
	_, start := partner.outgoing(0, from)
	_, end := partner.outgoing(0, until-1)
	t.s.AskedTo, t.s.AskedAt = until, t.now.Unix()
	return t.service(&e2e.DecryptedMessageActionResend{StartSeqNo: start, EndSeqNo: end})
}

// askOverdue tells that messages were asked for long ago and are still missing.
func (t *tx) askOverdue() bool {
	return t.s.Held > 0 && t.s.AskedTo > t.s.In && t.now.Sub(unix(t.s.AskedAt)) >= t.c.o.AskAgain
}

// resend queues the messages that the other side asks for again. It can ask only for what it has not acknowledged,
// all of which is kept; who asks for anything else does not keep to the protocol.
func (t *tx) resend(a *e2e.DecryptedMessageActionResend) error {
	_, own := t.s.numbering().outgoing(0, 0)
	from, to := int(a.StartSeqNo>>1), int(a.EndSeqNo>>1)
	if a.StartSeqNo&1 != own || a.EndSeqNo&1 != own || from < 0 || from > to || to >= t.s.Out || to-from >= maxResend {
		t.end(fmt.Errorf("asked again for %d to %d of %d: %w", a.StartSeqNo, a.EndSeqNo, t.s.Out, ErrFrame))
		return nil
	}
	queued, err := t.queuedNumbers()
	if err != nil {
		return err
	}
	for seq := from; seq <= to; seq++ {
		_, kept, err := t.get(outKey(t.s.ID, seq))
		if err != nil {
			return err
		}
		if !kept {
			t.end(fmt.Errorf("asked again for %d, which arrived: %w", seq, ErrFrame))
			return nil
		}
		if !queued[seq] {
			t.enqueue(seq)
		}
	}
	return nil
}

// queuedNumbers are those of the messages that wait to be sent: who asks for one of them again and again gets it once.
func (t *tx) queuedNumbers() (map[int]bool, error) {
	keys, err := t.keys(queuePrefix(t.s.ID))
	if err != nil {
		return nil, err
	}
	numbers := make(map[int]bool, len(keys))
	for _, key := range keys {
		seq, found, err := load[int](t, key)
		if err != nil {
			return nil, err
		}
		if found {
			numbers[seq] = true
		}
	}
	return numbers, nil
}

// interpret does what the next message of the other side says. answered tells that its request was answered before.
func (t *tx) interpret(in Incoming, f frame, key *secretKey, answered bool) error {
	seen, seq, _ := t.s.numbering().incoming(f.in, f.out)
	if seen < t.s.Seen {
		t.end(fmt.Errorf("saw %d messages after it saw %d: %w", seen, t.s.Seen, ErrFrame))
		return nil
	}
	t.s.In++
	key.Used++
	if err := t.arrived(seen); err != nil {
		return err
	}
	t.usedByPartner(key)
	if f.message == nil {
		return t.unsupported(in, seen, seq)
	}
	if id, action := actionFromTL(f.message); action != nil {
		if _, again := action.(*e2e.DecryptedMessageActionResend); again && answered {
			return nil
		}
		return t.act(in, id, action, seen, seq)
	}
	m := messageFromTL(f.message)
	m.Date, m.Status, m.Seq, m.Seen = in.Date.UTC(), Received, seq, seen
	if file := m.Media.file(); file != nil {
		file.Place = in.Place
	}
	return t.add(m)
}

// unsupported keeps the place of a message of a newer program and tells its side what this one understands.
func (t *tx) unsupported(in Incoming, seen, seq int) error {
	t.notifyLayer()
	return t.add(&Message{
		ID: in.RandomID, Date: in.Date.UTC(), Status: Received, Unsupported: true, Seq: seq, Seen: seen,
	})
}

// arrived forgets what was kept of this side's messages that the other one has interpreted.
func (t *tx) arrived(seen int) error {
	for ; t.s.Seen < seen; t.s.Seen++ {
		key := outKey(t.s.ID, t.s.Seen)
		p, found, err := load[outgoing](t, key)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		t.drop(key)
		m, err := t.message(p.RandomID)
		if err != nil {
			if err := ignoreMissing(err); err != nil {
				return err
			}
			continue
		}
		if m.Status == Sending || m.Status == Sent {
			m.Status = Arrived
			t.change(m)
		}
	}
	return nil
}
