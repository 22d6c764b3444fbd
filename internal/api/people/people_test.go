package people

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/reports"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// world is the handlers over a database with two people.
type world struct {
	*Handlers
	db       *db.DB
	anna, bo *rpc.Call
	talking  []ids.User // with whom everybody talks
	notify   *tg.PeerNotifySettings
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	b := bus.NewLocal()
	log := updates.New(d, b)
	u := users.New(d, b, log)
	t.Cleanup(u.Close)
	c, err := contacts.New(t.Context(), d, u, log)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{db: d}
	w.Handlers = New(Options{
		Reports: reports.New(d),
		Users:   u, Contacts: c, View: view.New(u, c, ids.NewAccess([32]byte{1}), nil),
		Facts: func(context.Context, ids.User, ids.Peer) (ChatFacts, error) {
			return ChatFacts{Notify: w.notify, PinnedMessage: 7}, nil
		},
		Partners: func(context.Context, ids.User) ([]ids.User, error) { return w.talking, nil },
	})
	w.anna, w.bo = w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo")
	return w
}

// person makes an account and a call of its session.
func (w *world) person(t *testing.T, phone users.Phone, first string) *rpc.Call {
	t.Helper()
	call := &rpc.Call{Layer: tg.Newest}
	err := w.db.Write(t.Context(), func(tx *db.Tx) error {
		u, err := w.users.Create(t.Context(), tx, users.NewUser{Phone: phone, FirstName: first})
		call.User = u.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return call
}

// input names user as viewer does.
func (w *world) input(viewer, user *rpc.Call) *tg.InputUser {
	return &tg.InputUser{UserID: int64(user.User), AccessHash: w.view.Access().Hash(viewer.User, user.User.Peer())}
}

func (w *world) inputPeer(viewer, user *rpc.Call) *tg.InputPeerUser {
	in := w.input(viewer, user)
	return &tg.InputPeerUser{UserID: in.UserID, AccessHash: in.AccessHash}
}

// must unwraps an answer and checks that it can be written in the oldest and the newest layer.
func must[O tl.Object](t *testing.T) func(O, error) O {
	return func(out O, err error) O {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, layer := range []int{134, 158, 181, 198, 214, 223, 227, 228, 229} {
			tl.Encode(out, layer)
		}
		return out
	}
}

// refused checks that err reaches the client as 400 with that type.
func refused(t *testing.T, err error, want string) {
	t.Helper()
	var e rpc.Error
	if !errors.As(err, &e) {
		for known, wire := range wireErrors {
			if errors.Is(err, known) {
				e = wire
			}
		}
	}
	if e.Code != 400 || e.Type != want {
		t.Errorf("got %v (%v), want 400 %s", err, e, want)
	}
}

func TestRegister(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		r := rpc.NewRouter(newWorld(t, d))
		if err := r.Check(); err != nil {
			t.Error(err)
		}
	})
}

func TestGetUsers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		in := &tg.UsersGetUsers{ID: []tg.InputUserClass{w.input(w.anna, w.bo), &tg.InputUser{UserID: 99, AccessHash: 5}, &tg.InputUserSelf{}}}
		got := must[tg.Vector[tg.UserClass]](t)(w.getUsers(t.Context(), w.anna, in))
		if len(got) != 3 || got[0].(*tg.User).ID != int64(w.bo.User) || got[1].(*tg.UserEmpty).ID != 99 || !got[2].(*tg.User).Self {
			t.Errorf("got %v", got)
		}
		in.ID = make([]tg.InputUserClass, maxList+1)
		_, err := w.getUsers(t.Context(), w.anna, in)
		refused(t, err, "LIMIT_INVALID")
	})
}

func TestGetFullUser(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		w.notify = &tg.PeerNotifySettings{Silent: new(true)}
		if _, err := w.updateProfile(ctx, w.bo, &tg.AccountUpdateProfile{About: new("Hello")}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.updateBirthday(ctx, w.bo, &tg.AccountUpdateBirthday{Birthday: &tg.Birthday{Day: 29, Month: 2}}); err != nil {
			t.Fatal(err)
		}
		full := func(viewer, user *rpc.Call) *tg.UsersUserFull {
			t.Helper()
			out := must[tl.Object](t)(w.getFullUser(ctx, viewer, &tg.UsersGetFullUser{ID: w.input(viewer, user)}))
			return out.(*tg.UsersUserFull)
		}
		got := full(w.anna, w.bo)
		if len(got.Users) != 1 || got.Users[0].(*tg.User).ID != int64(w.bo.User) {
			t.Errorf("users: got %v, want the one asked for", got.Users)
		}
		f := got.FullUser
		if f.About == nil || *f.About != "Hello" || f.Birthday != nil || f.Settings == nil || !f.Settings.AddContact ||
			f.NotifySettings == nil || f.NotifySettings.Silent == nil || *f.PinnedMsgID != 7 || f.Blocked {
			t.Errorf("stranger: got %+v", f)
		}
		if self := full(w.bo, w.bo).FullUser; self.Birthday == nil || self.Birthday.Year != nil || self.Settings.AddContact {
			t.Errorf("oneself: got %+v", self)
		}
		w.notify = nil
		if _, err := w.block(ctx, w.anna, &tg.ContactsBlock{ID: w.inputPeer(w.anna, w.bo)}); err != nil {
			t.Fatal(err)
		}
		if f := full(w.anna, w.bo).FullUser; !f.Blocked || f.NotifySettings == nil || f.Settings.BlockContact {
			t.Errorf("blocked by oneself: got %+v", f)
		}
		if f := full(w.bo, w.anna).FullUser; f.Blocked || !f.PhoneCallsPrivate || !f.VoiceMessagesForbidden {
			t.Errorf("blocked by the other: got %+v", f)
		}
		old := &rpc.Call{User: w.anna.User, Layer: 134}
		if out, err := w.getFullUser(ctx, old, &tg.UsersGetFullUser{ID: &tg.InputUserSelf{}}); err != nil || out.TLName() != "userFull" {
			t.Errorf("layer 134: got %v, %v", out, err)
		}
		_, err := w.getFullUser(ctx, w.anna, &tg.UsersGetFullUser{ID: &tg.InputUser{UserID: 4711}})
		refused(t, err, "USER_ID_INVALID")
	})
}

func TestImportAndList(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		in := &tg.ContactsImportContacts{Contacts: []*tg.InputPhoneContact{{ClientID: 42, Phone: "+47 900 00 002", FirstName: "Bo", LastName: "Ek"}}}
		for range 2 {
			got := must[*tg.ContactsImportedContacts](t)(w.importContacts(ctx, w.anna, in))
			if len(got.Imported) != 1 || got.Imported[0].UserID != int64(w.bo.User) || got.Imported[0].ClientID != 42 || len(got.Users) != 1 {
				t.Errorf("got %+v", got)
			}
			if u := got.Users[0].(*tg.User); !u.Contact || *u.LastName != "Ek" || u.Phone == nil {
				t.Errorf("user: got %+v", u)
			}
		}
		list := must[tg.ContactsContactsClass](t)(w.getContacts(ctx, w.anna, &tg.ContactsGetContacts{})).(*tg.ContactsContacts)
		if len(list.Contacts) != 1 || list.Contacts[0].Mutual || len(list.Users) != 1 {
			t.Fatalf("contacts: got %+v", list)
		}
		hash := contacts.Hash([]contacts.Contact{{User: w.bo.User}}, 0)
		same := must[tg.ContactsContactsClass](t)(w.getContacts(ctx, w.anna, &tg.ContactsGetContacts{Hash: hash}))
		if _, ok := same.(*tg.ContactsContactsNotModified); !ok {
			t.Errorf("right hash: got %T", same)
		}
		if other := must[tg.ContactsContactsClass](t)(w.getContacts(ctx, w.anna, &tg.ContactsGetContacts{Hash: hash + 1})); other.TLName() != "contacts.contacts" {
			t.Errorf("wrong hash: got %T", other)
		}
		none := must[tg.ContactsContactsClass](t)(w.getContacts(ctx, w.bo, &tg.ContactsGetContacts{}))
		if c, ok := none.(*tg.ContactsContacts); !ok || len(c.Contacts) != 0 {
			t.Errorf("empty list: got %+v", none)
		}
		if got := must[tg.IntVector](t)(w.getContactIDs(ctx, w.anna, &tg.ContactsGetContactIDs{})); !slices.Equal(got, tg.IntVector{int32(w.bo.User)}) {
			t.Errorf("ids: got %v", got)
		}
		if got := must[tg.Vector[*tg.ContactStatus]](t)(w.getStatuses(ctx, w.anna, &tg.ContactsGetStatuses{})); len(got) != 1 {
			t.Errorf("statuses: got %v", got)
		}
	})
}

func TestAddAndDeleteContact(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		add := &tg.ContactsAddContact{
			ID: w.input(w.anna, w.bo), FirstName: "Bo", AddPhonePrivacyException: true,
			Note: &tg.TextWithEntities{Text: "met in Oslo", Entities: []tg.MessageEntityClass{&tg.MessageEntityBold{Offset: 0, Length: 3}}},
		}
		got := must[tg.UpdatesClass](t)(w.addContact(ctx, w.anna, add)).(*tg.Updates)
		if len(got.Updates) != 1 || len(got.Users) != 1 || !got.Users[0].(*tg.User).Contact || got.Seq != 0 || got.Date == 0 {
			t.Fatalf("got %+v", got)
		}
		if up := got.Updates[0].(*tg.UpdatePeerSettings); up.Settings.AddContact {
			t.Errorf("settings: got %+v", up.Settings)
		}
		full := must[tl.Object](t)(w.getFullUser(ctx, w.anna, &tg.UsersGetFullUser{ID: add.ID})).(*tg.UsersUserFull).FullUser
		if full.Note == nil || full.Note.Text != "met in Oslo" || len(full.Note.Entities) != 1 {
			t.Errorf("note: got %+v", full.Note)
		}
		_, err := w.acceptContact(ctx, w.anna, &tg.ContactsAcceptContact{ID: w.input(w.anna, w.bo)})
		refused(t, err, "CONTACT_REQ_MISSING")
		must[tg.UpdatesClass](t)(w.acceptContact(ctx, w.bo, &tg.ContactsAcceptContact{ID: w.input(w.bo, w.anna)}))
		got = must[tg.UpdatesClass](t)(w.deleteContacts(ctx, w.anna, &tg.ContactsDeleteContacts{ID: []tg.InputUserClass{add.ID, &tg.InputUser{UserID: 5}}})).(*tg.Updates)
		if len(got.Updates) != 1 || got.Users[0].(*tg.User).Contact {
			t.Errorf("deletion: got %+v", got)
		}
		_, err = w.addContact(ctx, w.anna, &tg.ContactsAddContact{ID: &tg.InputUserSelf{}, FirstName: "I"})
		refused(t, err, "CONTACT_ID_INVALID")
		_, err = w.addContact(ctx, w.anna, &tg.ContactsAddContact{ID: add.ID})
		refused(t, err, "CONTACT_NAME_EMPTY")
	})
}

func TestResolve(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		if _, err := w.updateUsername(ctx, w.bo, &tg.AccountUpdateUsername{Username: "Bo_Ek"}); err != nil {
			t.Fatal(err)
		}
		got := must[*tg.ContactsResolvedPeer](t)(w.resolveUsername(ctx, w.anna, &tg.ContactsResolveUsername{Username: "bo_ek"}))
		if got.Peer.(*tg.PeerUser).UserID != int64(w.bo.User) || len(got.Users) != 1 || *got.Users[0].(*tg.User).Username != "Bo_Ek" {
			t.Errorf("got %+v", got)
		}
		_, err := w.resolveUsername(ctx, w.anna, &tg.ContactsResolveUsername{Username: "nobody_here"})
		refused(t, err, "USERNAME_NOT_OCCUPIED")
		_, err = w.resolveUsername(ctx, w.anna, &tg.ContactsResolveUsername{Username: "no body"})
		refused(t, err, "USERNAME_INVALID")
		if got := must[*tg.ContactsResolvedPeer](t)(w.resolvePhone(ctx, w.anna, &tg.ContactsResolvePhone{Phone: "4790000002"})); len(got.Users) != 1 {
			t.Errorf("got %+v", got)
		}
		_, err = w.resolvePhone(ctx, w.anna, &tg.ContactsResolvePhone{Phone: "4790000099"})
		refused(t, err, "PHONE_NOT_OCCUPIED")
		_, err = w.resolvePhone(ctx, w.anna, &tg.ContactsResolvePhone{Phone: "x"})
		refused(t, err, "PHONE_NOT_OCCUPIED")
		token := must[*tg.ExportedContactToken](t)(w.exportContactToken(ctx, w.bo, nil))
		u := must[tg.UserClass](t)(w.importContactToken(ctx, w.anna, &tg.ContactsImportContactToken{Token: token.URL[len(w.contactLink):]}))
		if u.(*tg.User).ID != int64(w.bo.User) {
			t.Errorf("token: got %+v", u)
		}
		_, err = w.importContactToken(ctx, w.anna, &tg.ContactsImportContactToken{Token: "x"})
		refused(t, err, "IMPORT_TOKEN_INVALID")
	})
}

func TestSearch(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		cyd := w.person(t, "4790000003", "Bodil")
		if _, err := w.updateUsername(ctx, w.bo, &tg.AccountUpdateUsername{Username: "bo_ek"}); err != nil {
			t.Fatal(err)
		}
		w.talking = []ids.User{cyd.User}
		got := must[*tg.ContactsFound](t)(w.search(ctx, w.anna, &tg.ContactsSearch{Q: "bo", Limit: 10}))
		if len(got.MyResults) != 1 || len(got.Results) != 1 || len(got.Users) != 2 {
			t.Errorf("got %+v", got)
		}
		if got := must[*tg.ContactsFound](t)(w.search(ctx, w.anna, &tg.ContactsSearch{Q: "bo", Limit: 10, Bots: true})); len(got.Users) != 0 {
			t.Errorf("bots only: got %+v", got)
		}
		if got := must[*tg.ContactsFound](t)(w.search(ctx, w.anna, &tg.ContactsSearch{Q: "bo", Limit: -1})); len(got.Users) != 0 {
			t.Errorf("negative limit: got %+v", got)
		}
	})
}

func TestBlockList(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		cyd := w.person(t, "4790000003", "Cyd")
		for _, other := range []*rpc.Call{w.bo, cyd} {
			must[tg.Bool](t)(w.block(ctx, w.anna, &tg.ContactsBlock{ID: w.inputPeer(w.anna, other)}))
		}
		page := must[tg.ContactsBlockedClass](t)(w.getBlocked(ctx, w.anna, &tg.ContactsGetBlocked{Limit: 1})).(*tg.ContactsBlockedSlice)
		if page.Count != 2 || len(page.Blocked) != 1 || len(page.Users) != 1 {
			t.Errorf("page: got %+v", page)
		}
		all := must[tg.ContactsBlockedClass](t)(w.getBlocked(ctx, w.anna, &tg.ContactsGetBlocked{Limit: 100})).(*tg.ContactsBlocked)
		if len(all.Blocked) != 2 {
			t.Errorf("all: got %+v", all)
		}
		must[tg.Bool](t)(w.unblock(ctx, w.anna, &tg.ContactsUnblock{ID: w.inputPeer(w.anna, cyd)}))
		must[tg.Bool](t)(w.setBlocked(ctx, w.anna, &tg.ContactsSetBlocked{ID: []tg.InputPeerClass{w.inputPeer(w.anna, cyd)}}))
		all = must[tg.ContactsBlockedClass](t)(w.getBlocked(ctx, w.anna, &tg.ContactsGetBlocked{Limit: 100})).(*tg.ContactsBlocked)
		if len(all.Blocked) != 1 || all.Blocked[0].PeerID.(*tg.PeerUser).UserID != int64(cyd.User) {
			t.Errorf("after set: got %+v", all)
		}
		_, err := w.block(ctx, w.anna, &tg.ContactsBlock{ID: &tg.InputPeerSelf{}})
		refused(t, err, "CONTACT_ID_INVALID")
		_, err = w.block(ctx, w.anna, &tg.ContactsBlock{ID: &tg.InputPeerUser{UserID: 5}})
		refused(t, err, "PEER_ID_INVALID")
	})
}

func TestPeerSettings(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		in := &tg.MessagesGetPeerSettings{Peer: w.inputPeer(w.anna, w.bo)}
		settings := func() *tg.PeerSettings {
			t.Helper()
			return must[tl.Object](t)(w.getPeerSettings(ctx, w.anna, in)).(*tg.MessagesPeerSettings).Settings
		}
		if s := settings(); !s.ReportSpam || !s.AddContact || s.RegistrationMonth == nil {
			t.Errorf("strangers: got %+v", s)
		}
		must[tg.Bool](t)(w.reportSpam(ctx, w.anna, &tg.MessagesReportSpam{Peer: in.Peer}))
		must[tg.Bool](t)(w.reportPeer(ctx, w.anna, &tg.AccountReportPeer{Peer: in.Peer, Reason: &tg.InputReportReasonFake{}, Message: "x"}))
		_, err := w.reportSpam(ctx, w.anna, &tg.MessagesReportSpam{Peer: &tg.InputPeerSelf{}})
		refused(t, err, "PEER_ID_INVALID")
		must[tg.Bool](t)(w.hidePeerSettingsBar(ctx, w.anna, &tg.MessagesHidePeerSettingsBar{Peer: in.Peer}))
		if s := settings(); s.ReportSpam || s.AddContact {
			t.Errorf("hidden: got %+v", s)
		}
	})
}

func TestProfile(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		u := must[tg.UserClass](t)(w.updateProfile(ctx, w.anna, &tg.AccountUpdateProfile{FirstName: new("Ännchen")})).(*tg.User)
		if *u.FirstName != "Ännchen" || !u.Self {
			t.Errorf("got %+v", u)
		}
		_, err := w.updateProfile(ctx, w.anna, &tg.AccountUpdateProfile{FirstName: new("")})
		refused(t, err, "FIRSTNAME_INVALID")
		must[tg.UserClass](t)(w.updateUsername(ctx, w.anna, &tg.AccountUpdateUsername{Username: "anna_1"}))
		_, err = w.updateUsername(ctx, w.anna, &tg.AccountUpdateUsername{Username: "anna_1"})
		refused(t, err, "USERNAME_NOT_MODIFIED")
		_, err = w.updateUsername(ctx, w.bo, &tg.AccountUpdateUsername{Username: "anna_1"})
		refused(t, err, "USERNAME_OCCUPIED")
		if ok, err := w.checkUsername(ctx, w.bo, &tg.AccountCheckUsername{Username: "anna_1"}); bool(ok) || err != nil {
			t.Errorf("occupied name: got %v, %v", ok, err)
		}
		if ok, err := w.checkUsername(ctx, w.bo, &tg.AccountCheckUsername{Username: "anna_2"}); !bool(ok) || err != nil {
			t.Errorf("free name: got %v, %v", ok, err)
		}
		_, err = w.checkUsername(ctx, w.bo, &tg.AccountCheckUsername{Username: "a b"})
		refused(t, err, "USERNAME_INVALID")
		for name, b := range map[string]*tg.Birthday{
			"30 February": {Day: 30, Month: 2}, "month 13": {Day: 1, Month: 13}, "zeros": {},
			"future": {Day: 1, Month: 1, Year: new(int32(time.Now().Year() + 1))}, "1700": {Day: 1, Month: 1, Year: new(int32(1700))},
		} {
			if _, err := w.updateBirthday(ctx, w.anna, &tg.AccountUpdateBirthday{Birthday: b}); err == nil {
				t.Errorf("birthday %s: no error", name)
			}
		}
		must[tg.Bool](t)(w.updateColor(ctx, w.anna, &tg.AccountUpdateColor{Color: &tg.PeerColor{Color: new(int32(3)), BackgroundEmojiID: new(int64(9))}}))
		must[tg.Bool](t)(w.updateEmojiStatus(ctx, w.anna, &tg.AccountUpdateEmojiStatus{EmojiStatus: &tg.EmojiStatus{DocumentID: 8}}))
		must[tg.Bool](t)(w.updateStatus(ctx, w.anna, &tg.AccountUpdateStatus{}))
		me := must[tg.Vector[tg.UserClass]](t)(w.getUsers(ctx, w.anna, &tg.UsersGetUsers{ID: []tg.InputUserClass{&tg.InputUserSelf{}}}))[0].(*tg.User)
		if *me.Color.(*tg.PeerColor).Color != 3 || me.EmojiStatus.(*tg.EmojiStatus).DocumentID != 8 {
			t.Errorf("looks: got %+v", me)
		}
		if _, ok := me.Status.(*tg.UserStatusOnline); !ok {
			t.Errorf("status: got %T", me.Status)
		}
		for _, silent := range []bool{true, false} {
			must[tg.Bool](t)(w.setContactSignUpNotification(ctx, w.anna, &tg.AccountSetContactSignUpNotification{Silent: silent}))
			if got := must[tg.Bool](t)(w.getContactSignUpNotification(ctx, w.anna, nil)); bool(got) != silent {
				t.Errorf("sign-up notices: got %v, want %v", got, silent)
			}
		}
		for _, on := range []bool{false, true} {
			must[tg.Bool](t)(w.toggleTopPeers(ctx, w.anna, &tg.ContactsToggleTopPeers{Enabled: on}))
			got := must[tg.ContactsTopPeersClass](t)(w.getTopPeers(ctx, w.anna, nil))
			if _, disabled := got.(*tg.ContactsTopPeersDisabled); disabled == on {
				t.Errorf("top peers %v: got %T", on, got)
			}
		}
	})
}

func TestPrivacy(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		keys := []tg.InputPrivacyKeyClass{
			&tg.InputPrivacyKeyStatusTimestamp{}, &tg.InputPrivacyKeyChatInvite{}, &tg.InputPrivacyKeyPhoneCall{},
			&tg.InputPrivacyKeyPhoneP2P{}, &tg.InputPrivacyKeyForwards{}, &tg.InputPrivacyKeyProfilePhoto{},
			&tg.InputPrivacyKeyPhoneNumber{}, &tg.InputPrivacyKeyAddedByPhone{}, &tg.InputPrivacyKeyVoiceMessages{},
			&tg.InputPrivacyKeyAbout{}, &tg.InputPrivacyKeyBirthday{}, &tg.InputPrivacyKeyStarGiftsAutoSave{},
			&tg.InputPrivacyKeyNoPaidMessages{}, &tg.InputPrivacyKeySavedMusic{},
		}
		rules := []tg.InputPrivacyRuleClass{
			&tg.InputPrivacyValueAllowUsers{Users: []tg.InputUserClass{w.input(w.anna, w.bo), &tg.InputUser{UserID: 5}}},
			&tg.InputPrivacyValueAllowChatParticipants{Chats: []int64{7}}, &tg.InputPrivacyValueAllowCloseFriends{},
			&tg.InputPrivacyValueDisallowAll{},
		}
		want := []string{"privacyValueAllowUsers", "privacyValueAllowChatParticipants", "privacyValueAllowCloseFriends", "privacyValueDisallowAll"}
		for _, key := range keys {
			if got := must[*tg.AccountPrivacyRules](t)(w.getPrivacy(ctx, w.anna, &tg.AccountGetPrivacy{Key: key})); len(got.Rules) != 1 {
				t.Errorf("%s: standard %v", key.TLName(), got.Rules)
			}
			set := must[*tg.AccountPrivacyRules](t)(w.setPrivacy(ctx, w.anna, &tg.AccountSetPrivacy{Key: key, Rules: rules}))
			var names []string
			for _, r := range set.Rules {
				names = append(names, r.TLName())
			}
			if !slices.Equal(names, want) || len(set.Users) != 1 || len(set.Rules[0].(*tg.PrivacyValueAllowUsers).Users) != 1 {
				t.Errorf("%s: got %v with %d users", key.TLName(), names, len(set.Users))
			}
		}
		_, err := w.setPrivacy(ctx, w.anna, &tg.AccountSetPrivacy{Key: keys[0], Rules: make([]tg.InputPrivacyRuleClass, 0, 1)})
		if err != nil {
			t.Errorf("no rules: %v", err)
		}
		_, err = w.setPrivacy(ctx, w.anna, &tg.AccountSetPrivacy{Key: keys[0], Rules: slices.Repeat(rules[3:], 20)})
		refused(t, err, "PRIVACY_VALUE_INVALID")
		_, err = w.getPrivacy(ctx, w.anna, &tg.AccountGetPrivacy{})
		refused(t, err, "PRIVACY_KEY_INVALID")
	})
}

func TestGlobalPrivacy(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		in := &tg.GlobalPrivacySettings{HideReadMarks: true, DisallowedGifts: &tg.DisallowedGiftsSettings{DisallowUniqueStargifts: true}}
		must[*tg.GlobalPrivacySettings](t)(w.setGlobalPrivacySettings(t.Context(), w.anna, &tg.AccountSetGlobalPrivacySettings{Settings: in}))
		got := must[*tg.GlobalPrivacySettings](t)(w.getGlobalPrivacySettings(t.Context(), w.anna, nil))
		if !got.HideReadMarks || got.DisallowedGifts == nil || !got.DisallowedGifts.DisallowUniqueStargifts || got.DisallowedGifts.DisallowPremiumGifts {
			t.Errorf("got %+v", got)
		}
	})
}

func TestContentSettings(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, on := range []bool{true, false} {
			must[tg.Bool](t)(w.setContentSettings(t.Context(), w.anna, &tg.AccountSetContentSettings{SensitiveEnabled: on}))
			got := must[*tg.AccountContentSettings](t)(w.getContentSettings(t.Context(), w.anna, nil))
			if got.SensitiveEnabled != on || !got.SensitiveCanChange {
				t.Errorf("set %v: got %+v", on, got)
			}
		}
	})
}

func TestReactionNotices(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if got := must[*tg.ReactionsNotifySettings](t)(w.getReactionsNotifySettings(t.Context(), w.anna, nil)); !got.ShowPreviews || got.Sound == nil {
			t.Errorf("unset: got %+v", got)
		}
		in := &tg.ReactionsNotifySettings{MessagesNotifyFrom: &tg.ReactionNotificationsFromAll{}}
		must[*tg.ReactionsNotifySettings](t)(w.setReactionsNotifySettings(t.Context(), w.anna, &tg.AccountSetReactionsNotifySettings{Settings: in}))
		got := must[*tg.ReactionsNotifySettings](t)(w.getReactionsNotifySettings(t.Context(), w.anna, nil))
		if _, all := got.MessagesNotifyFrom.(*tg.ReactionNotificationsFromAll); !all || got.StoriesNotifyFrom != nil || got.ShowPreviews {
			t.Errorf("got %+v", got)
		}
	})
}
