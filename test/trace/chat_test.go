package trace

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"hermod/internal/mtproto/crypto"
	"hermod/internal/tl/gen"
)

// A side is a device with a secret chat.
type side struct {
	*device
	id, hash any // of the chat
}

func (s *side) peer() gen.Value {
	return object("inputEncryptedChat", fields{"chat_id": s.id, "access_hash": s.hash})
}

// inputUser names the person of o as d may: it has met him by his number.
func (d *device) inputUser(o *device) gen.Value {
	d.t.Helper()
	found := d.ask("contacts.resolvePhone", fields{"phone": o.phone})
	u := find(d.t, found, "user")
	return object("inputUser", fields{"user_id": u.Fields["id"], "access_hash": u.Fields["access_hash"]})
}

// request asks all devices of other for a chat.
func (d *device) request(other *device) (*side, crypto.Secret) {
	d.t.Helper()
	secret, public := d.group.NewSecret()
	chat := d.ask("messages.requestEncryption", fields{
		"user_id": d.inputUser(other), "random_id": rand.Int32N(1<<30) + 1, "g_a": public[:],
	})
	if chat.Name != "encryptedChatWaiting" {
		d.t.Fatalf("%s: a request answered %s", d.name, chat.Name)
	}
	return &side{device: d, id: chat.Fields["id"], hash: chat.Fields["access_hash"]}, secret
}

// asked waits for the request of a chat.
func (d *device) asked(id any) (*side, []byte) {
	d.t.Helper()
	chat := d.expect("encryptedChatRequested", func(v gen.Value) bool { return v.Fields["id"] == id })
	return &side{device: d, id: id, hash: chat.Fields["access_hash"]}, chat.Fields["g_a"].([]byte)
}

// accept takes a chat and returns what both sides have in common.
func (s *side) accept(public []byte) []byte {
	s.t.Helper()
	secret, mine := s.group.NewSecret()
	key, err := s.group.Shared(secret, public)
	if err != nil {
		s.t.Fatal(err)
	}
	chat := s.ask("messages.acceptEncryption", fields{"peer": s.peer(), "g_b": mine[:], "key_fingerprint": fingerprint(key[:])})
	if chat.Name != "encryptedChat" {
		s.t.Fatalf("%s: accepting answered %s", s.name, chat.Name)
	}
	return key[:]
}

func fingerprint(key []byte) int64 {
	k := crypto.NewKey([crypto.KeySize]byte(key))
	return k.ID
}

// chat makes an accepted chat of two devices, and returns their key.
func newChat(t *testing.T, a, b *device) (*side, *side, []byte) {
	t.Helper()
	sa, secret := a.request(b)
	sb, public := b.asked(sa.id)
	key := sb.accept(public)
	chat := a.expect("encryptedChat", func(v gen.Value) bool { return v.Fields["id"] == sa.id })
	common, err := a.group.Shared(secret, chat.Fields["g_a_or_b"].([]byte))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(common[:], key) || chat.Fields["key_fingerprint"] != fingerprint(key) {
		t.Fatalf("the sides have different keys: %x and %x, %v and %v", common[:8], key[:8], chat.Fields["key_fingerprint"], fingerprint(key))
	}
	return sa, sb, key
}

func (s *side) send(data []byte) gen.Value {
	s.t.Helper()
	return s.ask("messages.sendEncrypted", fields{"peer": s.peer(), "random_id": rand.Int64(), "data": data})
}

// ciphertext looks like one.
func ciphertext() []byte { return randomBytes(24 + 16*20) }

func (s *side) received(data []byte) (qts int32) {
	s.t.Helper()
	u := s.expect("updateNewEncryptedMessage", func(v gen.Value) bool {
		return bytes.Equal(find(s.t, v, "encryptedMessage").Fields["bytes"].([]byte), data)
	})
	return u.Fields["qts"].(int32)
}

func TestWalk(t *testing.T) {
	r := newRig(t, "")
	anna, bo := r.signUp("Anna", "9996620001"), r.signUp("Bo", "9996620002")
	second := bo.another("Bo's second")
	sa, sb, _ := newChat(t, anna, bo)
	second.expect("encryptedChatDiscarded", func(v gen.Value) bool { return v.Fields["id"] == sa.id })
	data := ciphertext()
	sa.send(data)
	if qts := sb.received(data); qts != 2 {
		t.Errorf("the first message has qts %d", qts)
	}
	if st := bo.ask("updates.getState", nil); st.Fields["qts"] != int32(1) {
		t.Errorf("state passes over what is not acknowledged: qts %v", st.Fields["qts"])
	}
	if st := second.ask("updates.getState", nil); st.Fields["qts"] != int32(1) {
		t.Errorf("the second device has qts %v", st.Fields["qts"])
	}
	diff := bo.difference(1)
	got := find(t, diff, "encryptedMessage")
	if !bytes.Equal(got.Fields["bytes"].([]byte), data) || find(t, diff, "updates.state").Fields["qts"] != int32(2) {
		t.Errorf("difference: %+v", diff)
	}
	if n := len(named(second.difference(1), "encryptedMessage")); n != 0 {
		t.Errorf("the second device is given %d messages", n)
	}
	if n := len(named(bo.difference(2), "encryptedMessage")); n != 0 {
		t.Errorf("%d messages after the acknowledgement", n)
	}
	if st := bo.ask("updates.getState", nil); st.Fields["qts"] != int32(2) {
		t.Errorf("state says qts %v", st.Fields["qts"])
	}
	if n := len(named(bo.difference(1), "encryptedMessage")); n != 0 {
		t.Errorf("%d messages are there after they were acknowledged", n)
	}
	if n := len(second.heard("encryptedMessage")); n != 0 {
		t.Errorf("the second device heard %d messages", n)
	}
}

// difference asks for what came after qts.
func (d *device) difference(qts int32) gen.Value {
	d.t.Helper()
	st := d.ask("updates.getState", nil)
	return d.ask("updates.getDifference", fields{"pts": st.Fields["pts"], "date": st.Fields["date"], "qts": qts})
}
