package contacts_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// world is a database with some people in it.
type world struct {
	*contacts.Service
	users         *users.Service
	log           *updates.Log
	db            *db.DB
	anna, bo, cyd users.User
}

func newWorld(t *testing.T, d *db.DB) world {
	t.Helper()
	b := bus.NewLocal()
	log := updates.New(d, b)
	u := users.New(d, b, log)
	t.Cleanup(u.Close)
	s, err := contacts.New(t.Context(), d, u, log)
	if err != nil {
		t.Fatal(err)
	}
	w := world{Service: s, users: u, log: log, db: d}
	w.anna, w.bo, w.cyd = w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo"), w.person(t, "4790000003", "Cyd")
	return w
}

func (w world) person(t *testing.T, phone users.Phone, first string) (u users.User) {
	t.Helper()
	err := w.db.Write(t.Context(), func(tx *db.Tx) (err error) {
		u, err = w.users.Create(t.Context(), tx, users.NewUser{Phone: phone, FirstName: first})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (w world) list(t *testing.T, owner users.User) []contacts.Contact {
	t.Helper()
	list, _, err := w.List(t.Context(), owner.ID)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (w world) relation(t *testing.T, viewer, user users.User) users.Relation {
	t.Helper()
	rel, err := w.users.Relation(t.Context(), viewer.ID, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return rel
}

func (w world) add(t *testing.T, owner, user users.User) {
	t.Helper()
	if err := w.Add(t.Context(), owner.ID, user.ID, contacts.Card{FirstName: "My " + user.FirstName}, false); err != nil {
		t.Fatal(err)
	}
}

// notes counts the entries in the log of owner that have no pts.
func (w world) notes(t *testing.T, owner users.User) (n int) {
	t.Helper()
	err := w.db.Read(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM update_log WHERE owner = $1 AND n > 0`, owner.ID).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func entry(client int64, phone, first string) contacts.Entry {
	return contacts.Entry{ClientID: client, Card: contacts.Card{Phone: phone, FirstName: first}}
}

func TestImport(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		book := []contacts.Entry{
			entry(1, "+47 900 00 002", "Bosse"),
			entry(2, "90000003", "Cyd"), // as written at home
			entry(3, "not a number", "X"),
			entry(4, "4791111111", "Nobody"),
			entry(5, "4790000001", "Me"),
			entry(6, "0047 90000002", "Bosse again"), // the same number
		}
		done, err := w.Import(ctx, w.anna.ID, book)
		if err != nil {
			t.Fatal(err)
		}
		want := []contacts.Match{{ClientID: 1, User: w.bo.ID}, {ClientID: 2, User: w.cyd.ID}, {ClientID: 5, User: w.anna.ID}, {ClientID: 6, User: w.bo.ID}}
		if !slices.Equal(done.Found, want) || len(done.Retry) != 0 || len(done.Popular) != 0 {
			t.Errorf("got %+v, want %+v", done, want)
		}
		if got := w.list(t, w.anna); len(got) != 2 || got[0].User != w.bo.ID || got[1].User != w.cyd.ID {
			t.Errorf("contacts: got %v", got)
		}
		rel := w.relation(t, w.anna, w.bo)
		if rel.Saved.FirstName != "Bosse again" || rel.Saved.Phone != w.bo.Phone || rel.Mutual() {
			t.Errorf("relation: got %+v", rel)
		}
		notes := w.notes(t, w.anna)
		if notes == 0 {
			t.Error("the other sessions were not told")
		}
		if again, err := w.Import(ctx, w.anna.ID, book); err != nil || !slices.Equal(again.Found, want) {
			t.Errorf("again: got %+v, %v", again, err)
		}
		if n := w.notes(t, w.anna); n != notes {
			t.Errorf("the same import again was told: %d entries, before %d", n, notes)
		}
		if _, saved, err := w.List(ctx, w.anna.ID); err != nil || saved != 1 {
			t.Errorf("saved numbers: got %d, %v, want 1", saved, err)
		}
	})
}

func TestImportHonoursPrivacy(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		only := []users.Rule{{Kind: users.AllowContacts}}
		if err := w.users.SetPrivacy(t.Context(), w.bo.ID, users.AddedByPhone, only); err != nil {
			t.Fatal(err)
		}
		book := []contacts.Entry{entry(1, "4790000002", "Bo")}
		if done, err := w.Import(t.Context(), w.anna.ID, book); err != nil || len(done.Found) != 0 {
			t.Errorf("stranger: got %+v, %v", done, err)
		}
		if _, err := w.ResolvePhone(t.Context(), w.anna.ID, "4790000002"); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("resolve: got %v, want ErrNotFound", err)
		}
		w.add(t, w.bo, w.anna)
		if done, err := w.Import(t.Context(), w.anna.ID, book); err != nil || len(done.Found) != 1 {
			t.Errorf("contact: got %+v, %v", done, err)
		}
		if err := w.Block(t.Context(), w.bo.ID, w.anna.ID.Peer(), contacts.Messages); err != nil {
			t.Fatal(err)
		}
		if u, err := w.ResolvePhone(t.Context(), w.anna.ID, "900 00 002"); err != nil || u != w.bo.ID { // blocked or not
			t.Errorf("resolve: got %d, %v", u, err)
		}
	})
}

func TestImportIsBounded(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		book := make([]contacts.Entry, contacts.MaxImport+3)
		for i := range book {
			book[i] = entry(int64(i), fmt.Sprintf("47911%05d", i), "N")
		}
		done, err := w.Import(t.Context(), w.anna.ID, book)
		if err != nil || len(done.Retry) != 3 || done.Retry[0] != contacts.MaxImport {
			t.Fatalf("got %d to retry, %v; want 3", len(done.Retry), err)
		}
		if list, err := w.Saved(t.Context(), w.anna.ID); err != nil || len(list) != contacts.MaxImport {
			t.Errorf("saved: got %d, %v", len(list), err)
		}
		if err := w.ResetSaved(t.Context(), w.anna.ID); err != nil {
			t.Fatal(err)
		}
		if list, err := w.Saved(t.Context(), w.anna.ID); err != nil || len(list) != 0 {
			t.Errorf("after reset: got %d, %v", len(list), err)
		}
	})
}

func TestJoined(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		book := []contacts.Entry{entry(7, "4790000004", "Our Dora")}
		for i, owner := range []users.User{w.anna, w.bo, w.cyd} {
			done, err := w.Import(ctx, owner.ID, book)
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 && (len(done.Popular) != 1 || done.Popular[0] != contacts.Popular{ClientID: 7, Importers: int32(i + 1)}) {
				t.Errorf("importer %d: popular %v", i+1, done.Popular)
			}
		}
		if err := w.users.UpdateSettings(ctx, w.bo.ID, func(s *users.Settings) users.Change { s.SilentSignUps = true; return "" }); err != nil {
			t.Fatal(err)
		}
		if err := w.DeleteByPhones(ctx, w.cyd.ID, []string{"+47 900 00 004"}); err != nil {
			t.Fatal(err)
		}
		dora := w.person(t, "4790000004", "Dora")
		for range 2 { // repeating it changes nothing
			tell, err := w.Joined(ctx, dora.ID, dora.Phone)
			if err != nil {
				t.Fatal(err)
			}
			if len(tell) > 0 && !slices.Equal(tell, []ids.User{w.anna.ID}) {
				t.Errorf("tell: got %v, want %d", tell, w.anna.ID)
			}
		}
		if rel := w.relation(t, w.anna, dora); !rel.Mine.Contact || rel.Saved.FirstName != "Our Dora" || rel.Saved.Phone != dora.Phone {
			t.Errorf("anna: got %+v", rel)
		}
		if rel := w.relation(t, w.bo, dora); !rel.Mine.Contact {
			t.Error("who is not told has her all the same")
		}
		if rel := w.relation(t, w.cyd, dora); rel.Mine.Contact {
			t.Error("who deleted the number has her")
		}
	})
}

func TestAddDeleteAndMutual(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		w.add(t, w.anna, w.bo)
		w.add(t, w.bo, w.anna)
		if got := w.list(t, w.anna); len(got) != 1 || !got[0].Mutual {
			t.Errorf("contacts of Anna: got %v, want Bo, mutual", got)
		}
		for name, tt := range map[string]struct {
			user ids.User
			card contacts.Card
			err  error
		}{
			"oneself":   {w.anna.ID, contacts.Card{FirstName: "I"}, contacts.ErrSelf},
			"no name":   {w.bo.ID, contacts.Card{LastName: "B"}, contacts.ErrNoName},
			"nobody":    {4711, contacts.Card{FirstName: "N"}, users.ErrNotFound},
			"long note": {w.bo.ID, contacts.Card{FirstName: "B", Note: new(strings.Repeat("ø", 129))}, contacts.ErrNote},
		} {
			if err := w.Add(ctx, w.anna.ID, tt.user, tt.card, false); !errors.Is(err, tt.err) {
				t.Errorf("%s: got %v, want %v", name, err, tt.err)
			}
		}
		if err := w.Delete(ctx, w.anna.ID, []ids.User{w.bo.ID, w.cyd.ID}); err != nil {
			t.Fatal(err)
		}
		if got := w.list(t, w.anna); len(got) != 0 {
			t.Errorf("after deletion: got %v", got)
		}
		if got := w.list(t, w.bo); len(got) != 1 || got[0].Mutual {
			t.Errorf("contacts of Bo: got %v, want Anna, not mutual", got)
		}
	})
}

func TestAddKnowsNumberOnlyIfTyped(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		add := func(phone string) users.Phone {
			t.Helper()
			if err := w.Add(t.Context(), w.anna.ID, w.bo.ID, contacts.Card{FirstName: "Bo", Phone: phone}, false); err != nil {
				t.Fatal(err)
			}
			return w.relation(t, w.anna, w.bo).Saved.Phone
		}
		if got := add(""); got != "" {
			t.Errorf("without number: got %q", string(got))
		}
		if got := add("4790000099"); got != "" {
			t.Errorf("wrong number: got %q", string(got))
		}
		if got := add("900 00 002"); got != w.bo.Phone {
			t.Errorf("right number: got %q", string(got))
		}
		if got := add(""); got != w.bo.Phone {
			t.Errorf("renamed: got %q, want it kept", string(got))
		}
	})
}

func TestAccept(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		if err := w.Accept(ctx, w.anna.ID, w.bo.ID); !errors.Is(err, contacts.ErrNotAsked) {
			t.Errorf("not asked: got %v, want ErrNotAsked", err)
		}
		if err := w.users.SetPrivacy(ctx, w.anna.ID, users.PhoneNumber, []users.Rule{{Kind: users.DisallowAll}}); err != nil {
			t.Fatal(err)
		}
		w.add(t, w.bo, w.anna)
		if err := w.Accept(ctx, w.anna.ID, w.bo.ID); err != nil {
			t.Fatal(err)
		}
		if ok, err := w.users.Allowed(ctx, w.anna.ID, w.bo.ID, users.PhoneNumber); !ok || err != nil {
			t.Errorf("Bo sees Anna's number: got %v, %v", ok, err)
		}
	})
}

func TestHash(t *testing.T) {
	// As TDLib computes it (get_contacts_hash): of the count and the ids, by the algorithm of the documentation.
	list := []contacts.Contact{{User: 1000001}, {User: 1000002}}
	same := contacts.Hash(list, 3)
	if same == 0 || same != contacts.Hash(slices.Clone(list), 3) {
		t.Error("not a function of the list")
	}
	if same == contacts.Hash(list, 4) || same == contacts.Hash(list[:1], 3) {
		t.Error("different lists have the same hash")
	}
	if got := contacts.Hash(nil, 0); got != 0 {
		t.Errorf("no list: got %d, want 0", got)
	}
}

func TestBlock(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		if err := w.Block(ctx, w.anna.ID, w.anna.ID.Peer(), contacts.Messages); !errors.Is(err, contacts.ErrSelf) {
			t.Errorf("oneself: got %v, want ErrSelf", err)
		}
		for range 2 {
			if err := w.Block(ctx, w.anna.ID, w.bo.ID.Peer(), contacts.Messages); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Block(ctx, w.anna.ID, w.cyd.ID.Peer(), contacts.Stories); err != nil {
			t.Fatal(err)
		}
		if rel := w.relation(t, w.bo, w.anna); !rel.Theirs.Blocked || rel.Mine.Blocked {
			t.Errorf("Bo to Anna: got %+v", rel)
		}
		if rel := w.relation(t, w.anna, w.cyd); rel.Mine.Blocked {
			t.Error("kept from stories is blocked")
		}
		if n := w.notes(t, w.anna); n != 2 {
			t.Errorf("told %d times, want once for each list", n)
		}
		page, total, err := w.Blocked(ctx, w.anna.ID, contacts.Messages, 0, 10)
		if err != nil || total != 1 || len(page) != 1 || page[0].Peer != w.bo.ID.Peer() || time.Since(page[0].At) > time.Minute {
			t.Errorf("list: got %v, %d, %v", page, total, err)
		}
		if page, total, err := w.Blocked(ctx, w.anna.ID, contacts.Messages, 1, 10); err != nil || total != 1 || len(page) != 0 {
			t.Errorf("next page: got %v, %d, %v", page, total, err)
		}
		if err := w.SetBlocked(ctx, w.anna.ID, []ids.Peer{w.cyd.ID.Peer()}, contacts.Messages); err != nil {
			t.Fatal(err)
		}
		if a, b := w.relation(t, w.anna, w.bo).Mine.Blocked, w.relation(t, w.anna, w.cyd).Mine.Blocked; a || !b {
			t.Errorf("after setting the list: Bo %v, Cyd %v", a, b)
		}
		for range 2 {
			if err := w.Unblock(ctx, w.anna.ID, w.cyd.ID.Peer(), contacts.Messages); err != nil {
				t.Fatal(err)
			}
		}
		if w.relation(t, w.cyd, w.anna).Theirs.Blocked {
			t.Error("unblocked and still blocked")
		}
	})
}

func TestBlockedContactStaysContact(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.add(t, w.anna, w.bo)
		for _, change := range []func() error{
			func() error { return w.Block(t.Context(), w.anna.ID, w.bo.ID.Peer(), contacts.Messages) },
			func() error { return w.Unblock(t.Context(), w.anna.ID, w.bo.ID.Peer(), contacts.Messages) },
		} {
			if err := change(); err != nil {
				t.Fatal(err)
			}
			if rel := w.relation(t, w.bo, w.anna); !rel.Theirs.Contact {
				t.Error("the other side lost the contact")
			}
		}
		if err := w.Block(t.Context(), w.anna.ID, w.bo.ID.Peer(), contacts.Messages); err != nil {
			t.Fatal(err)
		}
		if err := w.Delete(t.Context(), w.anna.ID, []ids.User{w.bo.ID}); err != nil {
			t.Fatal(err)
		}
		if rel := w.relation(t, w.bo, w.anna); rel.Theirs.Contact || !rel.Theirs.Blocked {
			t.Errorf("deleted, still blocked: got %+v", rel)
		}
	})
}

func TestCloseFriends(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.add(t, w.anna, w.bo)
		set := func(friends ...ids.User) {
			t.Helper()
			if err := w.SetCloseFriends(t.Context(), w.anna.ID, friends); err != nil {
				t.Fatal(err)
			}
		}
		set(w.bo.ID, w.cyd.ID)
		if !w.relation(t, w.anna, w.bo).Mine.CloseFriend || !w.relation(t, w.bo, w.anna).Theirs.CloseFriend {
			t.Error("Bo is no close friend")
		}
		if w.relation(t, w.anna, w.cyd).Mine.CloseFriend {
			t.Error("Cyd is no contact and became a close friend")
		}
		set()
		if w.relation(t, w.bo, w.anna).Theirs.CloseFriend {
			t.Error("Bo is still a close friend")
		}
	})
}

func TestBar(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		check := func(when string, want contacts.Bar) {
			t.Helper()
			got, err := w.Bar(ctx, w.anna.ID, w.bo.ID)
			got.Registered = time.Time{}
			if err != nil || got != want {
				t.Errorf("%s: got %+v, %v; want %+v", when, got, err, want)
			}
		}
		strangers := contacts.Bar{ReportSpam: true, AddContact: true, BlockContact: true, NeedsException: true}
		check("strangers", strangers)
		w.add(t, w.anna, w.bo)
		check("added", contacts.Bar{}) // he sees the number: standard is contacts
		if err := w.users.SetPrivacy(ctx, w.anna.ID, users.PhoneNumber, []users.Rule{{Kind: users.DisallowAll}}); err != nil {
			t.Fatal(err)
		}
		check("added, number hidden", contacts.Bar{ShareContact: true})
		if err := w.Delete(ctx, w.anna.ID, []ids.User{w.bo.ID}); err != nil {
			t.Fatal(err)
		}
		check("deleted", strangers)
		if err := w.HideBar(ctx, w.anna.ID, w.bo.ID.Peer()); err != nil {
			t.Fatal(err)
		}
		check("hidden", contacts.Bar{})
		if bar, err := w.Bar(ctx, w.bo.ID, w.anna.ID); err != nil || !bar.ReportSpam {
			t.Errorf("the other side: got %+v, %v", bar, err)
		}
		for name, user := range map[string]ids.User{"oneself": w.anna.ID, "service": ids.Service, "nobody": 4711} {
			if bar, err := w.Bar(ctx, w.anna.ID, user); err != nil || bar != (contacts.Bar{}) {
				t.Errorf("%s: got %+v, %v", name, bar, err)
			}
		}
	})
}

func TestSearch(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		erik := w.person(t, "4790000005", "Érik Åse")
		if _, err := w.users.UpdateUsername(ctx, w.cyd.ID, "bo_is_cyd"); err != nil {
			t.Fatal(err)
		}
		w.add(t, w.anna, w.bo)
		tests := map[string]struct {
			query  string
			mine   []ids.User
			others []ids.Peer
		}{
			"saved name":            {"my b", []ids.User{w.bo.ID}, nil},
			"own name of a contact": {"bo", []ids.User{w.bo.ID}, []ids.Peer{w.cyd.ID.Peer()}},
			"with at":               {"@BO_IS", nil, []ids.Peer{w.cyd.ID.Peer()}},
			"stranger by name":      {"cyd", nil, nil},
			"partner, no accents":   {"erik ase", []ids.User{erik.ID}, nil},
			"oneself":               {"ann", []ids.User{w.anna.ID}, nil},
			"middle of a word":      {"nna", nil, nil},
			"nothing":               {"  ", nil, nil},
			"signs only":            {"%_'", nil, nil},
		}
		for name, tt := range tests {
			mine, others, err := w.Search(ctx, w.anna.ID, tt.query, []ids.User{erik.ID}, 10)
			if err != nil || !slices.Equal(mine, tt.mine) || !slices.Equal(others, tt.others) {
				t.Errorf("%s: got %v, %v, %v; want %v, %v", name, mine, others, err, tt.mine, tt.others)
			}
		}
	})
}

func TestForget(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		w.add(t, w.anna, w.bo)
		w.add(t, w.cyd, w.anna)
		if err := w.Block(ctx, w.anna.ID, w.cyd.ID.Peer(), contacts.Messages); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return w.Forget(ctx, tx, w.anna.ID) }); err != nil {
			t.Fatal(err)
		}
		if rel := w.relation(t, w.bo, w.anna); rel.Theirs.Contact || rel.Theirs.Blocked {
			t.Errorf("Bo: got %+v", rel)
		}
		if rel := w.relation(t, w.cyd, w.anna); rel.Theirs.Contact || rel.Theirs.Blocked || !rel.Mine.Contact {
			t.Errorf("Cyd: got %+v", rel)
		}
	})
}

func TestToken(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		now := time.Now()
		token, expires := w.Token(w.anna.ID, now)
		if u, err := w.FromToken(token, now); err != nil || u != w.anna.ID {
			t.Errorf("got %d, %v", u, err)
		}
		forged := []byte(token)
		forged[3] ^= 1
		for name, tt := range map[string]struct {
			token string
			now   time.Time
		}{
			"forged": {string(forged), now}, "expired": {token, expires}, "empty": {"", now}, "short": {token[:8], now}, "not base64": {"%%%", now},
		} {
			if _, err := w.FromToken(tt.token, tt.now); !errors.Is(err, contacts.ErrToken) {
				t.Errorf("%s: got %v, want ErrToken", name, err)
			}
		}
	})
}
