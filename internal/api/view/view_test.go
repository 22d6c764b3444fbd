package view_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// world is a view on three people.
type world struct {
	*view.View
	users    *users.Service
	contacts *contacts.Service
	db       *db.DB
	anna, bo users.User
	stranger users.User
	met      met
}

// met says whom viewers have come across.
type met map[ids.User]bool

func (m met) HasDialog(_ context.Context, _ ids.User, peer ids.Peer) (bool, error) {
	return m[peer.User()], nil
}

func (m met) Names(_ context.Context, _ ids.User, _ ids.Peer, msg ids.Message, user ids.Peer) (bool, error) {
	return m[user.User()] && msg == 5, nil
}

func newWorld(t *testing.T, d *db.DB) world {
	t.Helper()
	b := bus.NewLocal()
	log := updates.New(d, b)
	u := users.New(d, b, log)
	t.Cleanup(u.Close)
	c, err := contacts.New(t.Context(), d, u, log)
	if err != nil {
		t.Fatal(err)
	}
	w := world{users: u, contacts: c, db: d, met: met{}}
	w.View = view.New(u, c, ids.NewAccess([32]byte{1}), w.met)
	w.anna, w.bo, w.stranger = w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo"), w.person(t, "4790000003", "Cyd")
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

// sees returns user as viewer sees him.
func (w world) sees(t *testing.T, viewer, user users.User) *tg.User {
	t.Helper()
	u, err := w.User(t.Context(), viewer.ID, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return u.(*tg.User)
}

func (w world) privacy(t *testing.T, user users.User, key users.PrivacyKey, rules ...users.Rule) {
	t.Helper()
	if err := w.users.SetPrivacy(t.Context(), user.ID, key, rules); err != nil {
		t.Fatal(err)
	}
}

func TestUserAsOthersSeeHim(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		me := w.sees(t, w.anna, w.anna)
		if !me.Self || me.Min || me.Phone == nil || *me.Phone != "4790000001" || me.AccessHash == nil || *me.AccessHash == 0 {
			t.Errorf("oneself: got %+v", me)
		}
		if u := w.sees(t, w.anna, w.bo); u.Self || u.Min || u.Contact || u.Phone != nil || u.AccessHash == nil || *u.FirstName != "Bo" {
			t.Errorf("a stranger: got %+v", u)
		}
		card := contacts.Card{FirstName: "Bosse", LastName: "B", Phone: "4790000002"}
		if err := w.contacts.Add(ctx, w.anna.ID, w.bo.ID, card, false); err != nil {
			t.Fatal(err)
		}
		if u := w.sees(t, w.anna, w.bo); !u.Contact || u.MutualContact || *u.FirstName != "Bosse" || *u.LastName != "B" || u.Phone == nil {
			t.Errorf("a contact: got %+v", u)
		}
		if u := w.sees(t, w.bo, w.anna); u.Contact || u.Phone == nil || *u.FirstName != "Anna" {
			t.Errorf("who has one as a contact: got %+v, want the number", u)
		}
		if err := w.contacts.Add(ctx, w.bo.ID, w.anna.ID, contacts.Card{FirstName: "A"}, false); err != nil {
			t.Fatal(err)
		}
		if u := w.sees(t, w.anna, w.bo); !u.MutualContact {
			t.Errorf("mutual: got %+v", u)
		}
	})
}

func TestPhone(t *testing.T) {
	nobody, all := users.Rule{Kind: users.DisallowAll}, users.Rule{Kind: users.AllowAll}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		tests := []struct {
			name  string
			rule  users.Rule
			setup func() error
			want  bool
		}{
			{"nobody may", nobody, nil, false},
			{"all may", all, nil, true},
			{"nobody may, added without number", nobody, func() error {
				return w.contacts.Add(ctx, w.anna.ID, w.bo.ID, contacts.Card{FirstName: "B"}, false)
			}, false},
			{"nobody may, but the number was known", nobody, func() error {
				return w.contacts.Add(ctx, w.anna.ID, w.bo.ID, contacts.Card{FirstName: "B", Phone: "4790000002"}, false)
			}, true},
			{"blocked, number known all the same", all, func() error {
				return w.contacts.Block(ctx, w.bo.ID, w.anna.ID.Peer(), contacts.Messages)
			}, true},
			{"blocked, number not known", all, func() error {
				return w.contacts.Delete(ctx, w.anna.ID, []ids.User{w.bo.ID})
			}, false},
		}
		for _, tt := range tests {
			w.privacy(t, w.bo, users.PhoneNumber, tt.rule)
			if tt.setup != nil {
				if err := tt.setup(); err != nil {
					t.Fatal(err)
				}
			}
			if got := w.sees(t, w.anna, w.bo).Phone != nil; got != tt.want {
				t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
			}
		}
	})
}

func TestStatus(t *testing.T) {
	hidden := users.Rule{Kind: users.DisallowAll}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		now := time.Now()
		check := func(viewer, user users.User, want tg.UserStatusClass, when string) {
			t.Helper()
			got := w.sees(t, viewer, user).Status
			if got == nil || got.TLName() != want.TLName() {
				t.Errorf("%s: got %T, want %T", when, got, want)
			}
			if r, ok := got.(*tg.UserStatusRecently); ok && r.ByMe != want.(*tg.UserStatusRecently).ByMe {
				t.Errorf("%s: by me %v", when, r.ByMe)
			}
		}
		check(w.anna, w.bo, &tg.UserStatusEmpty{}, "never here")
		w.users.Presence().Set(w.bo.ID, true, now)
		check(w.anna, w.bo, &tg.UserStatusOnline{}, "here")
		w.users.Presence().Set(w.bo.ID, false, now)
		check(w.anna, w.bo, &tg.UserStatusOffline{}, "gone")
		w.privacy(t, w.anna, users.StatusTimestamp, hidden)
		check(w.anna, w.bo, &tg.UserStatusRecently{ByMe: true}, "who hides sees nothing")
		w.privacy(t, w.bo, users.StatusTimestamp, hidden)
		check(w.anna, w.bo, &tg.UserStatusRecently{}, "both hide")
		w.users.Presence().Set(w.bo.ID, true, now)
		check(w.anna, w.bo, &tg.UserStatusRecently{}, "hidden and here")
		check(w.bo, w.bo, &tg.UserStatusOnline{}, "oneself, hidden")
		for _, tt := range []struct {
			days int
			want tg.UserStatusClass
		}{{2, &tg.UserStatusRecently{}}, {5, &tg.UserStatusLastWeek{}}, {20, &tg.UserStatusLastMonth{}}, {40, &tg.UserStatusEmpty{}}} {
			other := w.person(t, users.Phone("47911111"+string(rune('0'+tt.days/10))+string(rune('0'+tt.days%10))), "Old")
			w.privacy(t, other, users.StatusTimestamp, hidden)
			w.users.Presence().Set(other.ID, false, now.AddDate(0, 0, -tt.days))
			check(w.stranger, other, tt.want, "gone for days")
		}
		if err := w.contacts.Block(t.Context(), w.bo.ID, w.anna.ID.Peer(), contacts.Messages); err != nil {
			t.Fatal(err)
		}
		check(w.anna, w.bo, &tg.UserStatusEmpty{}, "seen by somebody blocked")
		if u := w.sees(t, w.anna, users.User{ID: ids.Service}); u.Status != nil || !u.Verified {
			t.Errorf("service: got %+v", u)
		}
	})
}

func TestBotsAndDeletedAccounts(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		var bot users.User
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			info := &users.BotInfo{NoGroups: true, InlinePlaceholder: new("")}
			bot, err = w.users.Create(ctx, tx, users.NewUser{Username: "echo_bot", FirstName: "Echo", Bot: info})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		u := w.sees(t, w.anna, bot)
		if !u.Bot || !u.BotNochats || u.BotInfoVersion == nil || u.BotInlinePlaceholder == nil || u.Status != nil || u.Phone != nil {
			t.Errorf("bot: got %+v", u)
		}
		w.sees(t, w.anna, w.bo)
		if err := d.Write(ctx, func(tx *db.Tx) error { return w.users.Delete(ctx, tx, w.bo.ID) }); err != nil {
			t.Fatal(err)
		}
		u = w.sees(t, w.anna, w.bo)
		if !u.Deleted || u.FirstName != nil || u.Phone != nil || u.Status != nil || u.AccessHash == nil {
			t.Errorf("deleted: got %+v", u)
		}
	})
}

func TestUsersNeedNoSQLTwice(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		want := []ids.User{w.bo.ID, 0, w.anna.ID, w.bo.ID, 4711, w.stranger.ID}
		list, err := w.Users(t.Context(), w.anna.ID, want)
		if err != nil || len(list) != 3 || list[0].(*tg.User).ID != int64(w.bo.ID) || list[2].(*tg.User).ID != int64(w.stranger.ID) {
			t.Fatalf("got %v, %v", list, err)
		}
		before := d.Statements()
		known := []ids.User{w.bo.ID, w.anna.ID, w.stranger.ID}
		again, err := w.Users(t.Context(), w.anna.ID, known)
		if n := d.Statements() - before; err != nil || n != 0 {
			t.Errorf("again: %d statements, %v; want none", n, err)
		}
		again[0].(*tg.User).Status = nil // the caller's own
		if w.sees(t, w.anna, w.bo).Status == nil {
			t.Error("callers share objects")
		}
		if _, err := w.users.UpdateProfile(t.Context(), w.bo.ID, users.Profile{FirstName: new("Bob")}); err != nil {
			t.Fatal(err)
		}
		if got := *w.sees(t, w.anna, w.bo).FirstName; got != "Bob" {
			t.Errorf("after a change: got %q", got)
		}
	})
}

func TestUsersEncodeInEveryLayer(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		err := w.users.UpdateSettings(t.Context(), w.bo.ID, func(s *users.Settings) users.Change {
			s.Color, s.EmojiStatus = &users.Color{Number: new(int32(5)), Emoji: 7}, &users.EmojiStatus{Document: 8, Until: 1<<31 - 1}
			return users.ChangedProfile
		})
		if err != nil {
			t.Fatal(err)
		}
		u := w.sees(t, w.anna, w.bo)
		for layer := 134; layer <= tg.Newest; layer++ {
			if len(tl.Encode(u, layer)) < 20 {
				t.Errorf("layer %d: too short", layer)
			}
		}
	})
}

func TestInput(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		hash := func(viewer, user users.User) int64 { return *w.sees(t, viewer, user).AccessHash }
		mine := hash(w.anna, w.bo)
		if mine == hash(w.stranger, w.bo) || mine == hash(w.bo, w.anna) {
			t.Error("an access hash serves two viewers or two users")
		}
		w.met[w.bo.ID] = true
		bo, cyd := int64(w.bo.ID), int64(w.stranger.ID)
		peerOfBo := &tg.InputPeerUser{UserID: bo, AccessHash: mine}
		tests := map[string]struct {
			in   tg.InputUserClass
			bot  bool
			want ids.User // 0: refused
		}{
			"self":                        {&tg.InputUserSelf{}, false, w.anna.ID},
			"self by id":                  {&tg.InputUser{UserID: int64(w.anna.ID)}, false, w.anna.ID},
			"right hash":                  {&tg.InputUser{UserID: bo, AccessHash: mine}, false, w.bo.ID},
			"hash of another viewer":      {&tg.InputUser{UserID: bo, AccessHash: hash(w.stranger, w.bo)}, false, 0},
			"hash of another user":        {&tg.InputUser{UserID: cyd, AccessHash: mine}, false, 0},
			"no hash":                     {&tg.InputUser{UserID: bo}, false, 0},
			"no hash, bot that met him":   {&tg.InputUser{UserID: bo}, true, w.bo.ID},
			"no hash, bot that did not":   {&tg.InputUser{UserID: cyd}, true, 0},
			"wrong hash, bot":             {&tg.InputUser{UserID: bo, AccessHash: 5}, true, 0},
			"negative":                    {&tg.InputUser{UserID: -bo, AccessHash: mine}, false, 0},
			"empty":                       {&tg.InputUserEmpty{}, false, 0},
			"nil":                         {nil, false, 0},
			"from message":                {&tg.InputUserFromMessage{Peer: peerOfBo, MsgID: 5, UserID: bo}, false, w.bo.ID},
			"from message without him":    {&tg.InputUserFromMessage{Peer: peerOfBo, MsgID: 5, UserID: cyd}, false, 0},
			"from message that is not":    {&tg.InputUserFromMessage{Peer: peerOfBo, MsgID: 6, UserID: bo}, false, 0},
			"from message of a chat that": {&tg.InputUserFromMessage{Peer: &tg.InputPeerUser{UserID: bo}, MsgID: 5, UserID: bo}, false, 0},
		}
		for name, tt := range tests {
			call := &rpc.Call{User: w.anna.ID, Bot: tt.bot}
			got, err := w.UserFromInput(t.Context(), call, tt.in)
			if refused := isRefusal(err); refused != (tt.want == 0) || !refused && (got != tt.want || err != nil) {
				t.Errorf("%s: got %d, %v; want %d", name, got, err, tt.want)
			}
			if peer, err := w.PeerFromInput(t.Context(), call, asPeer(tt.in)); isRefusal(err) != (tt.want == 0) || err == nil && peer != tt.want.Peer() {
				t.Errorf("%s, as a peer: got %d, %v; want %d", name, peer, err, tt.want)
			}
		}
		if _, err := w.PeerFromInput(t.Context(), &rpc.Call{User: w.anna.ID}, &tg.InputPeerChannel{ChannelID: 5, AccessHash: mine}); !errors.Is(err, rpc.BadRequest("CHANNEL_INVALID")) {
			t.Errorf("channel: got %v", err)
		}
	})
}

func isRefusal(err error) bool {
	var e rpc.Error
	return errors.As(err, &e) && e.Code == 400
}

// asPeer is the input peer that says what in says.
func asPeer(in tg.InputUserClass) tg.InputPeerClass {
	switch in := in.(type) {
	case *tg.InputUserSelf:
		return &tg.InputPeerSelf{}
	case *tg.InputUser:
		return &tg.InputPeerUser{UserID: in.UserID, AccessHash: in.AccessHash}
	case *tg.InputUserFromMessage:
		return &tg.InputPeerUserFromMessage{Peer: in.Peer, MsgID: in.MsgID, UserID: in.UserID}
	case *tg.InputUserEmpty:
		return &tg.InputPeerEmpty{}
	}
	return nil
}

func TestUpdate(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		w.privacy(t, w.anna, users.About, users.Rule{Kind: users.AllowUsers, Users: []ids.User{w.bo.ID}}, users.Rule{Kind: users.DisallowAll})
		w.users.Presence().Set(w.bo.ID, true, time.Now())
		tests := map[string]struct {
			what any
			want string // TL name, "" for none
		}{
			"name":               {updates.UserChanged{User: w.bo.ID, What: string(users.ChangedName)}, "updateUserName"},
			"name, live":         {users.Changed{User: w.bo.ID, What: users.ChangedName}, "updateUserName"},
			"own number":         {updates.UserChanged{User: w.anna.ID, What: string(users.ChangedPhone)}, "updateUserPhone"},
			"number, hidden":     {users.Changed{User: w.bo.ID, What: users.ChangedPhone}, ""},
			"profile":            {updates.UserChanged{User: w.anna.ID}, "updateUser"},
			"emoji":              {users.Changed{User: w.bo.ID, What: users.ChangedEmoji}, "updateUserEmojiStatus"},
			"status":             {users.StatusChanged{User: w.bo.ID}, "updateUserStatus"},
			"status, never here": {users.StatusChanged{User: w.stranger.ID}, ""},
			"privacy":            {updates.Privacy{Key: string(users.About)}, "updatePrivacy"},
			"blocked":            {updates.PeerBlocked{Peer: w.bo.ID.Peer(), Blocked: true}, "updatePeerBlocked"},
			"settings":           {updates.PeerSettings{Peer: w.bo.ID.Peer()}, "updatePeerSettings"},
			"contacts":           {updates.ContactsReset{}, "updateContactsReset"},
			"something else":     {updates.DialogFilters{}, ""},
		}
		for name, tt := range tests {
			u, _, err := w.Update(ctx, w.anna.ID, tt.what)
			switch {
			case err != nil:
				t.Errorf("%s: %v", name, err)
			case tt.want == "" && u != nil, tt.want != "" && (u == nil || u.TLName() != tt.want):
				t.Errorf("%s: got %v, want %q", name, u, tt.want)
			}
		}
		u, about, err := w.Update(ctx, w.anna.ID, updates.Privacy{Key: string(users.About)})
		if err != nil || len(u.(*tg.UpdatePrivacy).Rules) != 2 || len(about) != 1 || about[0] != w.bo.ID {
			t.Errorf("privacy: got %v about %v, %v", u, about, err)
		}
	})
}

func BenchmarkUsers(b *testing.B) {
	d := dbtest.SQLite(b)
	bs := bus.NewLocal()
	log := updates.New(d, bs)
	u := users.New(d, bs, log)
	b.Cleanup(u.Close)
	c, err := contacts.New(b.Context(), d, u, log)
	if err != nil {
		b.Fatal(err)
	}
	v := view.New(u, c, ids.NewAccess([32]byte{1}), nil)
	var both []ids.User
	for _, phone := range []users.Phone{"4790000001", "4790000002"} {
		err := d.Write(b.Context(), func(tx *db.Tx) error {
			made, err := u.Create(b.Context(), tx, users.NewUser{Phone: phone, FirstName: "A"})
			both = append(both, made.ID)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Users(b.Context(), both[0], both); err != nil {
			b.Fatal(err)
		}
	}
}
