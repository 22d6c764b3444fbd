package secret

import (
	"crypto/subtle"
	"fmt"
	"time"

	e2e "hermod/internal/tl/secret"
)

// The change of keys, so that who takes a device tomorrow cannot read what was recorded yesterday. One side asks
// (A), the other accepts (B), A commits and uses the new key from then on, B follows. Everything happens inside the
// sequence of messages, so that both sides see the same order.
// Spec: https://core.telegram.org/api/end-to-end/pfs

// pauseAfterAbort holds off a new exchange after one that failed, so that two sides that cannot agree do not fill the
// chat with attempts.
const pauseAfterAbort = time.Hour

// rekeyDue tells that the key was used for too many messages or too long, and nothing is under way.
func (t *tx) rekeyDue() bool {
	s := t.s
	if s.State != Ready || s.Exchange != nil || s.Next != nil || s.Old != nil || s.Key.Used == 0 {
		return false
	}
	old := t.now.Sub(unix(s.Key.Since)) > t.c.o.RekeyAge
	return (old || s.Key.Used > t.c.o.RekeyAfter) && t.now.Unix() >= s.NoExchangeBefore
}

func (t *tx) maybeRekey() error {
	if !t.rekeyDue() {
		return nil
	}
	secret, public, err := t.s.group().newSecret(nil)
	if err != nil {
		return err
	}
	t.s.Exchange = &exchange{ID: randomID(), Secret: secret}
	return t.service(&e2e.DecryptedMessageActionRequestKey{ExchangeID: t.s.Exchange.ID, GA: public})
}

// requestedKey answers the other side's wish for a new key. If both sides asked at once, the exchange with the
// greater id goes on, and nobody says so; with equal ids neither does.
func (t *tx) requestedKey(a *e2e.DecryptedMessageActionRequestKey) error {
	if e := t.s.Exchange; e != nil && e.Secret != nil {
		switch {
		case e.ID > a.ExchangeID:
			return nil
		case e.ID == a.ExchangeID:
			t.abandon(nil)
			return nil
		}
		t.s.Exchange = nil
		t.wipe = true
	}
	if t.s.Exchange != nil || t.s.Next != nil || t.s.Old != nil {
		return t.abort(a.ExchangeID, nil) // there is another that is not finished
	}
	secret, public, err := t.s.group().newSecret(nil)
	if err != nil {
		return err
	}
	key, err := t.s.group().shared(secret, a.GA)
	if err != nil {
		return t.abort(a.ExchangeID, err)
	}
	t.s.Exchange = &exchange{ID: a.ExchangeID}
	t.s.Next = newSecretKey(key, t.now.Unix())
	return t.service(&e2e.DecryptedMessageActionAcceptKey{
		ExchangeID: a.ExchangeID, GB: public, KeyFingerprint: t.s.Next.ID,
	})
}

// acceptedKey commits the key that the other side accepted. The commit is the last message under the old key.
func (t *tx) acceptedKey(a *e2e.DecryptedMessageActionAcceptKey) error {
	e := t.s.Exchange
	if e == nil || e.Secret == nil || e.ID != a.ExchangeID {
		return t.abort(a.ExchangeID, nil) // one that this side gave up
	}
	key, err := t.s.group().shared(e.Secret, a.GB)
	if err == nil && !equal64(fingerprint(key), a.KeyFingerprint) {
		err = fmt.Errorf("fingerprints of the new key differ: %w", ErrGroup)
	}
	if err != nil {
		t.abandon(err)
		return t.abort(a.ExchangeID, nil)
	}
	commit := &e2e.DecryptedMessageActionCommitKey{ExchangeID: e.ID, KeyFingerprint: fingerprint(key)}
	if err := t.service(commit); err != nil {
		return err
	}
	t.s.Next = newSecretKey(key, t.now.Unix())
	t.use()
	return nil
}

func equal64(a, b int64) bool {
	return subtle.ConstantTimeCompare(le.AppendUint64(nil, uint64(a)), le.AppendUint64(nil, uint64(b))) == 1
}

// committedKey takes the new key into use. The other side has it in use already, so that a commit that does not fit
// leaves no key in common.
func (t *tx) committedKey(a *e2e.DecryptedMessageActionCommitKey) error {
	e := t.s.Exchange
	if e == nil || e.Secret != nil || e.ID != a.ExchangeID {
		t.end(fmt.Errorf("commit of an unknown exchange: %w", ErrFrame))
		return nil
	}
	next := t.s.Next
	if next == nil {
		next = t.s.Key // a message under it came before the commit
	}
	if !equal64(next.ID, a.KeyFingerprint) {
		t.end(fmt.Errorf("commit of another key: %w", ErrFrame))
		return nil
	}
	if t.s.Next != nil {
		t.use()
	}
	t.s.Exchange, t.s.KeySeen = nil, true
	t.forgetOld()
	return t.service(&e2e.DecryptedMessageActionNoop{}) // so that the other side can forget the old key too
}

// switchTo follows the other side if it uses the new key already, which it can only after its commit; that may have
// been lost and comes again.
func (t *tx) switchTo(key *secretKey) {
	if t.s.Next == nil || key != t.s.Next {
		return
	}
	e := t.s.Exchange
	t.use()
	t.s.Exchange = e // the commit is still to be interpreted
}

// use seals with the new key from here on.
func (t *tx) use() {
	t.s.Old, t.s.Key, t.s.Next, t.s.Exchange = t.s.Key, t.s.Next, nil, nil
	t.s.Key.Since = t.now.Unix()
	t.s.OldUntil, t.s.KeySeen, t.s.NoExchangeBefore = t.s.Out, false, 0
	t.wipe = true
	t.event(Event{Kind: KeyChanged})
}

// usedByPartner notes that a message under key was interpreted in its turn: all that follow are under it too.
func (t *tx) usedByPartner(key *secretKey) {
	if t.s.Old == nil {
		return
	}
	if key == t.s.Key && t.s.Exchange == nil {
		t.s.KeySeen = true
	}
	t.forgetOld()
}

// forgetOld destroys the old key once nothing needs it: the other side uses the new one, and it has interpreted all
// that was sealed with the old one, so that nothing of that has to be made again.
func (t *tx) forgetOld() {
	if t.s.Old == nil || !t.s.KeySeen || t.s.Seen < t.s.OldUntil {
		return
	}
	t.s.Old = nil
	t.wipe = true
}

// abort ends an exchange towards the other side, which goes on with the key of now.
func (t *tx) abort(id int64, reason error) error {
	if reason != nil {
		t.event(Event{Kind: ExchangeAborted, Err: reason})
	}
	return t.service(&e2e.DecryptedMessageActionAbortKey{ExchangeID: id})
}

// abortedKey heeds the other side's abort of the exchange under way. It cannot abort what it has committed.
func (t *tx) abortedKey(a *e2e.DecryptedMessageActionAbortKey) {
	if e := t.s.Exchange; e != nil && e.ID == a.ExchangeID && (e.Secret != nil || t.s.Next != nil) {
		t.abandon(nil)
	}
}

// abandon forgets the exchange under way.
func (t *tx) abandon(reason error) {
	t.s.Exchange, t.s.Next = nil, nil
	t.s.NoExchangeBefore = t.now.Add(pauseAfterAbort).Unix()
	t.wipe = true
	t.event(Event{Kind: ExchangeAborted, Err: reason})
}
