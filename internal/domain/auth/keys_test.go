package auth

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/gotd/td/crypto"

	"hermod/internal/domain/ids"
)

func TestKeyIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := newKey(t)
		_, err := w.Key(t.Context(), k.ID)
		wantErr(t, "before", err, ErrUnknownKey)
		must(t, "create", w.Create(t.Context(), k))
		wantErr(t, "create again", w.Create(t.Context(), k), ErrKeyExists)
		for _, from := range []string{"memory", "database"} {
			got, err := w.Key(t.Context(), k.ID)
			if err != nil || got != k {
				t.Errorf("from %s: %v, %v", from, got.ID, err)
			}
			w.keys.drop(ids.AuthKey(k.ID))
		}
		must(t, "destroy", w.Destroy(t.Context(), k.ID))
		_, err = w.Key(t.Context(), k.ID)
		wantErr(t, "after", err, ErrUnknownKey)
		wantErr(t, "destroy again", w.Destroy(t.Context(), k.ID), ErrUnknownKey)
	})
}

func TestLayerOutlivesTheConnection(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by := w.key(t)
		w.keys.drop(by.Key)
		who, err := w.Who(t.Context(), by.Key)
		must(t, "who", err)
		if who.Layer != 200 || who.Client.Device != "Device" || who.PermKey != by.Key || who.User != 0 {
			t.Errorf("who is %+v", who)
		}
		dirty := Client{APIID: 1, Device: "a\x00b\xffc", App: string(make([]byte, 500))}
		must(t, "announce", w.Announce(t.Context(), by.Key, 201, dirty))
		before := w.db.Statements()
		must(t, "announce again", w.Announce(t.Context(), by.Key, 201, dirty))
		who, err = w.Who(t.Context(), by.Key)
		must(t, "who", err)
		if who.Client.Device != "abc" || who.Layer != 201 {
			t.Errorf("who is %+v", who)
		}
		if n := w.db.Statements() - before; n > 1 {
			t.Errorf("announcing what is known took %d statements", n)
		}
		must(t, "announce by an unknown key", w.Announce(t.Context(), 1, 200, Client{}))
	})
}

func TestWhoAnswersFromMemory(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		w.user(t, by.Key)
		before := w.db.Statements()
		for range 10 {
			if got := w.user(t, by.Key); got != user {
				t.Fatalf("who is %d, want %d", got, user)
			}
		}
		if n := w.db.Statements() - before; n != 0 {
			t.Errorf("%d statements", n)
		}
		if who, err := w.Who(t.Context(), 12345); err != nil || who != (Who{}) {
			t.Errorf("unknown key: %+v, %v", who, err)
		}
	})
}

// temporary makes a temporary key.
func (w *world) temporary(t *testing.T, life time.Duration) Key {
	t.Helper()
	k := newKey(t)
	k.Temporary, k.ExpiresAt = true, w.now().Add(life)
	must(t, "create temporary key", w.Create(t.Context(), k))
	return k
}

// binding is the request that a client of gotd would make.
func binding(t *testing.T, w *world, temp Key, perm ids.AuthKey) Binding {
	t.Helper()
	k, err := w.Key(t.Context(), int64(perm))
	must(t, "key", err)
	b := Binding{Temp: ids.AuthKey(temp.ID), Perm: perm, Session: 77, MsgID: 88, Nonce: 99, ExpiresAt: int32(temp.ExpiresAt.Unix())}
	inner := &crypto.BindAuthKeyInner{
		Nonce: b.Nonce, TempAuthKeyID: temp.ID, PermAuthKeyID: k.ID, TempSessionID: 77, ExpiresAt: int(b.ExpiresAt),
	}
	key := crypto.AuthKey{Value: k.Secret}
	for i := range key.ID {
		key.ID[i] = byte(uint64(k.ID) >> (8 * i)) // ours are not hashes in these tests
	}
	b.Encrypted, err = crypto.EncryptBindMessage(rand.Reader, key, b.MsgID, inner)
	must(t, "encrypt", err)
	return b
}

func TestTemporaryKeysSpeakForAPermanentOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		first, second := w.temporary(t, time.Hour), w.temporary(t, 2*time.Hour)
		if got := w.user(t, ids.AuthKey(first.ID)); got != 0 {
			t.Fatalf("unbound key belongs to %d", got)
		}
		for _, k := range []Key{first, second} {
			b := binding(t, w, k, by.Key)
			must(t, "bind", w.Bind(t.Context(), b))
			must(t, "bind again", w.Bind(t.Context(), b))
			if got := w.user(t, ids.AuthKey(k.ID)); got != user {
				t.Errorf("bound key belongs to %d, want %d", got, user)
			}
		}
		other := w.key(t)
		wantErr(t, "bind to another", w.Bind(t.Context(), binding(t, w, first, other.Key)), ErrBound)
		w.pass(time.Hour)
		_, err := w.Key(t.Context(), first.ID)
		wantErr(t, "expired key", err, ErrUnknownKey)
		if got := w.user(t, ids.AuthKey(second.ID)); got != user {
			t.Errorf("second key belongs to %d, want %d", got, user)
		}
		_, err = w.LogOut(t.Context(), by.Key)
		must(t, "log out", err)
		if got := w.user(t, ids.AuthKey(second.ID)); got != 0 {
			t.Errorf("after log-out the bound key belongs to %d", got)
		}
		must(t, "drop", w.DropTemporary(t.Context(), by.Key, []int64{first.ID}))
		_, err = w.Key(t.Context(), second.ID)
		wantErr(t, "dropped key", err, ErrUnknownKey)
		must(t, "sweep", w.Sweep(t.Context()))
	})
}

func TestLayerAnnouncedBeforeBindingIsInherited(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		perm := newKey(t)
		must(t, "create", w.Create(t.Context(), perm))
		temp := w.temporary(t, time.Hour)
		must(t, "announce", w.Announce(t.Context(), ids.AuthKey(temp.ID), 199, Client{APIID: 5}))
		must(t, "bind", w.Bind(t.Context(), binding(t, w, temp, ids.AuthKey(perm.ID))))
		who, err := w.Who(t.Context(), ids.AuthKey(perm.ID))
		if err != nil || who.Layer != 199 || who.Client.APIID != 5 {
			t.Errorf("who is %+v, %v", who, err)
		}
		next := w.temporary(t, time.Hour)
		must(t, "bind", w.Bind(t.Context(), binding(t, w, next, ids.AuthKey(perm.ID))))
		if who, err = w.Who(t.Context(), ids.AuthKey(next.ID)); err != nil || who.Layer != 199 {
			t.Errorf("next temporary key: %+v, %v", who, err)
		}
	})
}

func TestBindRefuses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by := w.key(t)
		temp := w.temporary(t, time.Hour)
		good := binding(t, w, temp, by.Key)
		for name, change := range map[string]func(*Binding){
			"another nonce":      func(b *Binding) { b.Nonce++ },
			"another session":    func(b *Binding) { b.Session++ },
			"another message id": func(b *Binding) { b.MsgID++ },
			"another expiry":     func(b *Binding) { b.ExpiresAt++ },
			"short":              func(b *Binding) { b.Encrypted = b.Encrypted[:60] },
			"empty":              func(b *Binding) { b.Encrypted = nil },
			"long":               func(b *Binding) { b.Encrypted = append(b.Encrypted, make([]byte, 4096)...) },
			"changed":            func(b *Binding) { b.Encrypted = append([]byte(nil), b.Encrypted...); b.Encrypted[40]++ },
			"unknown permanent":  func(b *Binding) { b.Perm = 3 },
			"temporary target":   func(b *Binding) { b.Perm = b.Temp },
		} {
			b := good
			change(&b)
			wantErr(t, name, w.Bind(t.Context(), b), ErrBinding)
		}
		b := good
		b.Temp = by.Key
		wantErr(t, "not temporary", w.Bind(t.Context(), b), ErrNotTemporary)
		must(t, "unchanged", w.Bind(t.Context(), good))
	})
}

func FuzzBinding(f *testing.F) {
	var secret [256]byte
	f.Add(make([]byte, 24+bindingSize+8))
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, in []byte) {
		if err := (Binding{Encrypted: in}).check(secret); err != nil && !errors.Is(err, ErrBinding) {
			t.Errorf("%x: %v", in, err)
		}
	})
}

func TestUnusedKeysAreSwept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		used, user := w.join(t, phones())
		unused := w.key(t)
		temp := w.temporary(t, time.Hour)
		w.pass(unusedKeyLife + time.Second)
		must(t, "sweep", w.Sweep(t.Context()))
		for _, gone := range []int64{int64(unused.Key), temp.ID} {
			_, err := w.Key(t.Context(), gone)
			wantErr(t, "swept key", err, ErrUnknownKey)
		}
		if got := w.user(t, used.Key); got != user {
			t.Errorf("used key belongs to %d, want %d", got, user)
		}
	})
}

// A whole sign-up, key exchange aside, is to stay cheap: 3,000 come in a second.
func TestSignUpTakesFewStatements(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.join(t, phones()) // reserves ids
		before := w.db.Statements()
		by, _ := w.join(t, phones())
		w.user(t, by.Key)
		n := w.db.Statements() - before
		t.Log(n, "statements")
		if n > 19 {
			t.Errorf("sign-up took %d statements, at most 19", n)
		}
	})
}

func BenchmarkWho(b *testing.B) {
	w := newBenchWorld(b)
	by, _ := w.join(b, phones())
	for b.Loop() {
		if _, err := w.Who(b.Context(), by.Key); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSignUp(b *testing.B) {
	w := newBenchWorld(b)
	n := 0
	for b.Loop() {
		n++
		w.join(b, "999665"+string([]byte{'0' + byte(n/1000%10), '0' + byte(n/100%10), '0' + byte(n/10%10), '0' + byte(n%10)}))
		if n == 9999 {
			break
		}
	}
}
