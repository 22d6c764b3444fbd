package secretchats

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"testing"
	"time"

	"hermod/internal/api/apitest"
	"hermod/internal/db"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/reports"
	"hermod/internal/domain/secretchats"
	"hermod/internal/domain/updates"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A world is the handlers, with people who have two devices each.
type world struct {
	*apitest.World
	*Handlers
	t      *testing.T
	router *rpc.Router
	files  *files.Service
	group  *crypto.Group
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		w := &world{World: in, t: t, files: filestest.New(t, in.DB), group: crypto.NewGroup()}
		w.Handlers = New(Options{
			Secret: secretchats.New(secretchats.Options{
				DB: in.DB, Log: in.Log, Users: in.Users, Files: w.files, Prime: w.group.Prime(),
				Devices: func(_ context.Context, _ *db.Tx, u ids.User) ([]ids.AuthKey, error) {
					return []ids.AuthKey{device(u, 0), device(u, 1)}, nil
				},
			}),
			View: in.View, Render: in.Render, Reports: reports.New(in.DB), Key: [32]byte{7}, Files: w.files, DC: 2,
			Log: slog.New(slog.DiscardHandler),
		})
		w.router = rpc.NewRouter(w.Handlers)
		if err := w.router.Check(); err != nil {
			t.Fatal(err)
		}
		fn(t, w)
	})
}

func device(u ids.User, n int) ids.AuthKey { return ids.AuthKey(int64(u)*10 + int64(n)) }

// by is a call of a device of u.
func by(u ids.User, n int) *rpc.Call {
	return &rpc.Call{User: u, Layer: tg.Newest, Key: device(u, n), Session: ids.Session(device(u, n))}
}

// ask serves a method, whose answer has to have a form in all layers.
func ask[O tl.Object](w *world, call *rpc.Call, in tg.Request) O {
	w.t.Helper()
	out, err := w.router.Serve(w.t.Context(), call, in)
	if err != nil {
		w.t.Fatalf("%s: %v", in.TLName(), err)
	}
	return apitest.Must[O](w.t, in.TLName())(out.(O), nil)
}

func (w *world) refused(want string, call *rpc.Call, in tg.Request) {
	w.t.Helper()
	_, err := w.router.Serve(w.t.Context(), call, in)
	if err == nil {
		w.t.Errorf("%s was served, want %s", in.TLName(), want)
		return
	}
	apitest.Refused(w.t, wireErrors, err, want)
}

func (w *world) public() []byte {
	_, public := w.group.NewSecret()
	return public[:]
}

func (w *world) input(viewer, u ids.User) tg.InputUserClass {
	p := w.Peer(viewer, u.Peer()).(*tg.InputPeerUser)
	return &tg.InputUser{UserID: p.UserID, AccessHash: p.AccessHash}
}

// seen is a chat as a device finds it in its difference.
func (w *world) seen(call *rpc.Call, id int32) tg.EncryptedChatClass {
	w.t.Helper()
	m, err := w.Missed(w.t.Context(), call.User, call.Key, 0, time.Unix(1, 0))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, u := range m.Updates {
		if e, ok := u.(*tg.UpdateEncryption); ok && chatID(e.Chat) == id {
			return e.Chat
		}
	}
	return nil
}

func chatID(c tg.EncryptedChatClass) int32 {
	switch c := c.(type) {
	case *tg.EncryptedChatWaiting:
		return c.ID
	case *tg.EncryptedChatRequested:
		return c.ID
	case *tg.EncryptedChat:
		return c.ID
	case *tg.EncryptedChatDiscarded:
		return c.ID
	}
	return 0
}

// open makes a chat of two devices, and returns how each names it.
func (w *world) open(a, b *rpc.Call, id int32) (ofA, ofB *tg.InputEncryptedChat) {
	w.t.Helper()
	waiting := ask[*tg.EncryptedChatWaiting](w, a, &tg.MessagesRequestEncryption{
		UserID: w.input(a.User, b.User), RandomID: id, GA: w.public(),
	})
	requested := w.seen(b, id).(*tg.EncryptedChatRequested)
	ofB = &tg.InputEncryptedChat{ChatID: id, AccessHash: requested.AccessHash}
	ask[*tg.EncryptedChat](w, b, &tg.MessagesAcceptEncryption{Peer: ofB, GB: w.public(), KeyFingerprint: 5})
	return &tg.InputEncryptedChat{ChatID: id, AccessHash: waiting.AccessHash}, ofB
}

func sealed() []byte {
	b := make([]byte, 24+16*8)
	_, _ = rand.Read(b)
	return b
}

func TestTheWayOfAChat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := w.People(2)
		a1, a2, b1, b2 := by(people[0], 0), by(people[0], 1), by(people[1], 0), by(people[1], 1)
		ga, gb := w.public(), w.public()
		waiting := ask[*tg.EncryptedChatWaiting](w, a1, &tg.MessagesRequestEncryption{
			UserID: w.input(a1.User, b1.User), RandomID: 77, GA: ga,
		})
		if waiting.ID != 77 || waiting.AdminID != int64(a1.User) || waiting.ParticipantID != int64(b1.User) || waiting.AccessHash == 0 {
			t.Errorf("waiting: %+v", waiting)
		}
		if c := w.seen(a2, 77); c != nil {
			t.Errorf("another device of who asked sees %T", c)
		}
		r1, r2 := w.seen(b1, 77).(*tg.EncryptedChatRequested), w.seen(b2, 77).(*tg.EncryptedChatRequested)
		if !bytes.Equal(r1.GA, ga) || r1.AccessHash == r2.AccessHash || r1.AccessHash == waiting.AccessHash {
			t.Errorf("requested: %+v and %+v", r1, r2)
		}
		peer := &tg.InputEncryptedChat{ChatID: 77, AccessHash: r1.AccessHash}
		w.refused("CHAT_ID_INVALID", b2, &tg.MessagesAcceptEncryption{Peer: peer, GB: gb})
		w.refused("CHAT_ID_INVALID", b1, &tg.MessagesSendEncrypted{Peer: peer, RandomID: 1, Data: sealed()})
		w.refused("DH_G_A_INVALID", b1, &tg.MessagesAcceptEncryption{Peer: peer, GB: []byte{1}})
		chat := ask[*tg.EncryptedChat](w, b1, &tg.MessagesAcceptEncryption{Peer: peer, GB: gb, KeyFingerprint: 5})
		if !bytes.Equal(chat.GAOrB, ga) || chat.KeyFingerprint != 5 || chat.AdminID != int64(a1.User) {
			t.Errorf("accepted: %+v", chat)
		}
		if c := w.seen(a1, 77).(*tg.EncryptedChat); !bytes.Equal(c.GAOrB, gb) || c.KeyFingerprint != 5 || c.AccessHash != waiting.AccessHash {
			t.Errorf("who asked sees %+v", c)
		}
		if _, over := w.seen(b2, 77).(*tg.EncryptedChatDiscarded); !over {
			t.Errorf("another device sees %T", w.seen(b2, 77))
		}
		peer2 := &tg.InputEncryptedChat{ChatID: 77, AccessHash: r2.AccessHash}
		w.refused("ENCRYPTION_ALREADY_ACCEPTED", b2, &tg.MessagesAcceptEncryption{Peer: peer2, GB: gb})
		w.refused("ENCRYPTION_ALREADY_ACCEPTED", b2, &tg.MessagesDiscardEncryption{ChatID: 77})
		w.refused("CHAT_ID_INVALID", b2, &tg.MessagesSendEncrypted{Peer: peer2, RandomID: 1, Data: sealed()})
		w.refused("ENCRYPTION_ID_INVALID", b2, &tg.MessagesSendEncryptedService{Peer: peer2, RandomID: 1, Data: sealed()})
		w.refused("ENCRYPTION_ID_INVALID", a2, &tg.MessagesDiscardEncryption{ChatID: 77})
		ask[tg.Bool](w, b1, &tg.MessagesDiscardEncryption{ChatID: 77, DeleteHistory: true})
		for _, call := range []*rpc.Call{a1, b1} {
			if c, ok := w.seen(call, 77).(*tg.EncryptedChatDiscarded); !ok || !c.HistoryDeleted {
				t.Errorf("after the end: %+v", w.seen(call, 77))
			}
		}
		w.refused("ENCRYPTION_ALREADY_DECLINED", a1, &tg.MessagesDiscardEncryption{ChatID: 77})
		w.refused("ENCRYPTION_ALREADY_DECLINED", b1, &tg.MessagesAcceptEncryption{Peer: peer, GB: gb})
		w.refused("ENCRYPTION_DECLINED", b1, &tg.MessagesSendEncrypted{Peer: peer, RandomID: 1, Data: sealed()})
		w.refused("ENCRYPTION_ID_INVALID", b1, &tg.MessagesDiscardEncryption{ChatID: 78})
		w.refused("CHAT_ID_EMPTY", b1, &tg.MessagesDiscardEncryption{})
	})
}

func TestRequestsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := w.People(3)
		anna, bo := by(people[0], 0), by(people[1], 0)
		request := func(u tg.InputUserClass, id int32, ga []byte) tg.Request {
			return &tg.MessagesRequestEncryption{UserID: u, RandomID: id, GA: ga}
		}
		other := w.input(anna.User, bo.User)
		w.refused("RANDOM_ID_EMPTY", anna, request(other, 0, w.public()))
		w.refused("USER_ID_INVALID", anna, request(&tg.InputUserSelf{}, 1, w.public()))
		w.refused("USER_ID_INVALID", anna, request(w.input(bo.User, anna.User), 1, w.public()))
		w.refused("USER_ID_INVALID", anna, request(&tg.InputUser{UserID: int64(bo.User), AccessHash: 1}, 1, w.public()))
		w.refused("DH_G_A_INVALID", anna, request(other, 1, nil))
		w.refused("DH_G_A_INVALID", anna, request(other, 1, w.group.Prime()))
		ask[*tg.EncryptedChatWaiting](w, anna, request(other, 1, w.public()))
		w.refused("RANDOM_ID_DUPLICATE", anna, request(other, 1, w.public()))
		block := func(owner, blocked ids.User) {
			if err := w.Contacts.Block(t.Context(), owner, blocked.Peer(), contacts.Messages); err != nil {
				t.Fatal(err)
			}
		}
		ofA, ofB := w.open(anna, bo, 2)
		block(bo.User, anna.User)
		w.refused("USER_IS_BLOCKED", anna, request(other, 3, w.public()))
		w.refused("USER_IS_BLOCKED", anna, &tg.MessagesSendEncrypted{Peer: ofA, RandomID: 1, Data: sealed()})
		w.refused("YOU_BLOCKED_USER", bo, &tg.MessagesSendEncrypted{Peer: ofB, RandomID: 1, Data: sealed()})
	})
}

func TestMessagesOfAChat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := w.People(2)
		a, b, b2 := by(people[0], 0), by(people[1], 0), by(people[1], 1)
		ofA, ofB := w.open(a, b, 5)
		data, service := sealed(), sealed()
		sent := ask[*tg.MessagesSentEncryptedMessage](w, a, &tg.MessagesSendEncrypted{Peer: ofA, RandomID: 1, Data: data})
		again := ask[*tg.MessagesSentEncryptedMessage](w, a, &tg.MessagesSendEncrypted{Peer: ofA, RandomID: 1, Data: data})
		if sent.Date == 0 || again.Date != sent.Date {
			t.Errorf("sent at %d and %d", sent.Date, again.Date)
		}
		ask[*tg.MessagesSentEncryptedMessage](w, a, &tg.MessagesSendEncryptedService{Peer: ofA, RandomID: 2, Data: service})
		w.refused("DATA_INVALID", a, &tg.MessagesSendEncrypted{Peer: ofA, RandomID: 3, Data: []byte("Hello!")})
		w.refused("DATA_TOO_LONG", a, &tg.MessagesSendEncrypted{Peer: ofA, RandomID: 3, Data: make([]byte, 24+16<<20)})
		w.refused("RANDOM_ID_EMPTY", a, &tg.MessagesSendEncrypted{Peer: ofA, Data: data})
		w.refused("CHAT_ID_INVALID", a, &tg.MessagesSendEncrypted{Peer: ofB, RandomID: 3, Data: data})
		w.refused("CHAT_ID_INVALID", a, &tg.MessagesSendEncrypted{Peer: &tg.InputEncryptedChat{ChatID: 5}, RandomID: 3, Data: data})
		m, err := w.Missed(t.Context(), b.User, b.Key, 1, time.Now().Add(time.Hour))
		if err != nil || len(m.Messages) != 2 || m.QTS != 3 || len(m.Updates) != 0 {
			t.Fatalf("missed: %+v, %v", m, err)
		}
		first, second := m.Messages[0].(*tg.EncryptedMessage), m.Messages[1].(*tg.EncryptedMessageService)
		if !bytes.Equal(first.Bytes, data) || first.ChatID != 5 || first.RandomID != 1 || !bytes.Equal(second.Bytes, service) {
			t.Errorf("messages: %+v, %+v", first, second)
		}
		if _, none := first.File.(*tg.EncryptedFileEmpty); !none {
			t.Errorf("file %T", first.File)
		}
		if m, err := w.Missed(t.Context(), b2.User, b2.Key, 1, time.Unix(1, 0)); err != nil || len(m.Messages) != 0 {
			t.Errorf("another device: %+v, %v", m, err)
		}
		if got := ask[tg.LongVector](w, b, &tg.MessagesReceivedQueue{MaxQts: 2}); len(got) != 1 || got[0] != 1 {
			t.Errorf("acknowledged %v", got)
		}
		if got := ask[tg.LongVector](w, b2, &tg.MessagesReceivedQueue{MaxQts: 1}); len(got) != 0 {
			t.Errorf("another device acknowledged %v", got)
		}
		w.refused("MAX_QTS_INVALID", b, &tg.MessagesReceivedQueue{MaxQts: 4})
		w.refused("MAX_QTS_INVALID", b2, &tg.MessagesReceivedQueue{MaxQts: 2})
		w.refused("MAX_QTS_INVALID", b, &tg.MessagesReceivedQueue{MaxQts: -1})
		page, more, err := w.Waiting(t.Context(), b.Key, 1)
		if err != nil || more || len(page) != 1 || page[0].QTS != 3 || page[0].Device != b.Key {
			t.Errorf("waiting: %+v, %v", page, err)
		}
	})
}

func TestSignsInAChat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := w.People(2)
		a, b, b2 := by(people[0], 0), by(people[1], 0), by(people[1], 1)
		ofA, ofB := w.open(a, b, 5)
		now := int32(time.Now().Unix())
		ask[tg.Bool](w, a, &tg.MessagesSetEncryptedTyping{Peer: ofA, Typing: true})
		ask[tg.Bool](w, a, &tg.MessagesSetEncryptedTyping{Peer: ofA})
		w.refused("CHAT_ID_INVALID", b2, &tg.MessagesSetEncryptedTyping{Peer: ofB, Typing: true})
		ask[tg.Bool](w, b, &tg.MessagesReadEncryptedHistory{Peer: ofB, MaxDate: now})
		w.refused("MAX_DATE_INVALID", b, &tg.MessagesReadEncryptedHistory{Peer: ofB, MaxDate: now + 10_000})
		w.refused("MAX_DATE_INVALID", b, &tg.MessagesReadEncryptedHistory{Peer: ofB, MaxDate: -1})
		m, err := w.Missed(t.Context(), a.User, a.Key, 1, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		var read *tg.UpdateEncryptedMessagesRead
		for _, u := range m.Updates {
			if r, ok := u.(*tg.UpdateEncryptedMessagesRead); ok {
				read = r
			}
		}
		if read == nil || read.ChatID != 5 || read.MaxDate != now {
			t.Errorf("read: %+v of %+v", read, m.Updates)
		}
		ask[tg.Bool](w, b, &tg.MessagesReportEncryptedSpam{Peer: ofB})
		w.refused("CHAT_ID_INVALID", b2, &tg.MessagesReportEncryptedSpam{Peer: ofB})
		list, err := reports.New(w.DB).Open(t.Context(), 0, 10)
		if err != nil || len(list) != 1 || list[0].Peer != a.User.Peer() || list[0].Reporter != b.User || len(list[0].Content) != 0 {
			t.Errorf("reports: %+v, %v", list, err)
		}
	})
}

func TestNewsAreShown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := w.People(2)
		a, b := by(people[0], 0), by(people[1], 0)
		w.open(a, b, 5)
		for name, value := range map[string]any{
			"updateNewEncryptedMessage":   secretchats.Queued{QTS: 2, Chat: 5, Data: sealed(), File: &secretchats.File{ID: 3, Size: 1 << 33}},
			"updateEncryptedChatTyping":   secretchats.Typing{Chat: 5},
			"updateEncryptedMessagesRead": secretchats.Read{Chat: 5, Max: time.Now(), At: time.Now()},
			"updateEncryption":            secretchats.Changed{Owner: b.User, ID: 5},
		} {
			u, err := w.Show(t.Context(), b.User, updates.DeviceNews{Device: b.Key, Value: value})
			if err != nil || u == nil || u.(*tg.Updates).Updates[0].TLName() != name {
				t.Errorf("%s: %+v, %v", name, u, err)
				continue
			}
			for _, layer := range []int{134, 143, 181, tg.Newest} {
				if len(tl.Encode(u, layer)) == 0 {
					t.Errorf("%s has no form in layer %d", name, layer)
				}
			}
		}
		for name, n := range map[string]updates.DeviceNews{
			"a chat that is gone":        {Device: b.Key, Value: secretchats.Changed{Owner: b.User, ID: 6}},
			"a chat of another device":   {Device: device(a.User, 1), Value: secretchats.Changed{Owner: a.User, ID: 5}},
			"something that is not ours": {Device: b.Key, Value: "?"},
		} {
			if u, err := w.Show(t.Context(), b.User, n); u != nil || err != nil {
				t.Errorf("%s: %+v, %v", name, u, err)
			}
		}
	})
}

func TestFilesOfAChat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := w.People(2)
		a, b, b2 := by(people[0], 0), by(people[1], 0), by(people[1], 1)
		ofA, ofB := w.open(a, b, 5)
		content := filestest.Random(4, 200_000)
		up := filestest.Upload(t, w.files, a.User, 44, content)
		in := &tg.InputEncryptedFileUploaded{ID: 44, Parts: int32(up.Parts), KeyFingerprint: 6}
		w.refused("FILE_EMTPY", a, &tg.MessagesSendEncryptedFile{Peer: ofA, RandomID: 1, Data: sealed(), File: &tg.InputEncryptedFileEmpty{}})
		w.refused("FILE_EMTPY", a, &tg.MessagesUploadEncryptedFile{Peer: ofA, File: &tg.InputEncryptedFileEmpty{}})
		w.refused("CHAT_ID_INVALID", b2, &tg.MessagesUploadEncryptedFile{Peer: ofB, File: in})
		sent := ask[*tg.MessagesSentEncryptedFile](w, a, &tg.MessagesSendEncryptedFile{Peer: ofA, RandomID: 1, Data: sealed(), File: in})
		mine := sent.File.(*tg.EncryptedFile)
		if mine.Size != int64(len(content)) || mine.KeyFingerprint != 6 || mine.DCID != 2 {
			t.Errorf("sent: %+v", mine)
		}
		m, err := w.Missed(t.Context(), b.User, b.Key, 1, time.Now())
		if err != nil || len(m.Messages) != 1 {
			t.Fatalf("missed: %+v, %v", m, err)
		}
		theirs := m.Messages[0].(*tg.EncryptedMessage).File.(*tg.EncryptedFile)
		if theirs.ID != mine.ID || theirs.AccessHash == mine.AccessHash {
			t.Errorf("received: %+v", theirs)
		}
		call := by(b.User, 0)
		got := w.load(call, theirs)
		if !bytes.Equal(got, content) {
			t.Errorf("loaded %d bytes", len(got))
		}
		for _, wrong := range []*tg.EncryptedFile{mine, {ID: theirs.ID}, {ID: theirs.ID + 1, AccessHash: theirs.AccessHash}} {
			_, _, err := w.Locate(t.Context(), by(b.User, 1), &tg.InputEncryptedFileLocation{ID: wrong.ID, AccessHash: wrong.AccessHash})
			apitest.Refused(t, wireErrors, err, "FILE_ID_INVALID")
		}
		ask[*tg.MessagesSentEncryptedFile](w, a, &tg.MessagesSendEncryptedFile{
			Peer: ofA, RandomID: 2, Data: sealed(), File: &tg.InputEncryptedFile{ID: mine.ID, AccessHash: mine.AccessHash},
		})
		w.refused("FILE_ID_INVALID", b, &tg.MessagesSendEncryptedFile{
			Peer: ofB, RandomID: 2, Data: sealed(), File: &tg.InputEncryptedFile{ID: mine.ID, AccessHash: mine.AccessHash},
		})
		ask[tg.LongVector](w, b, &tg.MessagesReceivedQueue{MaxQts: 3})
		for _, fn := range call.Received() { // the client has confirmed the answers
			fn()
		}
		if _, err := w.files.One(t.Context(), mine.ID); !errors.Is(err, files.ErrNotFound) {
			t.Errorf("the file is there after both are done with it: %v", err)
		}
	})
}

// load gets a file in pieces, by one call.
func (w *world) load(call *rpc.Call, f *tg.EncryptedFile) (got []byte) {
	w.t.Helper()
	c, ok, err := w.Locate(w.t.Context(), call, &tg.InputEncryptedFileLocation{ID: f.ID, AccessHash: f.AccessHash})
	if err != nil || !ok || c.Size != f.Size {
		w.t.Fatalf("locate: %v, %v, %d bytes", ok, err, c.Size)
	}
	for {
		piece, err := c.ReadAt(w.t.Context(), int64(len(got)), 64<<10)
		if err != nil {
			w.t.Fatal(err)
		}
		if got = append(got, piece...); len(piece) < 64<<10 {
			return got
		}
	}
}
