package gotd

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/session"
	"github.com/gotd/td/telegram/updates"
	"github.com/gotd/td/tg"
)

// A person has two devices.
type person struct {
	id      int64
	devices [2]*device
	to      [2]*tg.InputPeerUser // the other person, as each device names him
}

// pair is two people in each other's contacts.
func (s *server) pair(t *testing.T, a, b way) (anna, bent *person) {
	t.Helper()
	phones := [2]string{newNumber(), newNumber()}
	people := [2]*person{}
	for i, w := range [2]way{a, b} {
		p := &person{}
		for j := range p.devices {
			p.devices[j] = s.login(t, w, phones[i], []string{"Anna", "Bent"}[i])
		}
		p.id = p.devices[0].self().ID
		people[i] = p
	}
	for i, p := range people {
		for j, d := range p.devices {
			p.to[j] = d.importContact(phones[1-i], []string{"Bent", "Anna"}[i])
		}
	}
	return people[0], people[1]
}

func (d *device) importContact(phone, name string) *tg.InputPeerUser {
	d.t.Helper()
	got := must(d.api.ContactsImportContacts(d.t.Context(), []tg.InputPhoneContact{{ClientID: 1, Phone: phone, FirstName: name}}))(d.t)
	if len(got.Users) != 1 {
		d.t.Fatalf("%d users, want 1", len(got.Users))
	}
	return got.Users[0].(*tg.User).AsInputPeer()
}

// send sends a text and returns its id.
func (d *device) send(to tg.InputPeerClass, text string, replyTo int) int {
	d.t.Helper()
	req := &tg.MessagesSendMessageRequest{Peer: to, Message: text, RandomID: rand.Int64()}
	if replyTo != 0 {
		req.SetReplyTo(&tg.InputReplyToMessage{ReplyToMsgID: replyTo})
	}
	switch u := must(d.api.MessagesSendMessage(d.t.Context(), req))(d.t).(type) {
	case *tg.UpdateShortSentMessage:
		return u.ID
	case *tg.Updates:
		for _, u := range u.Updates {
			if u, ok := u.(*tg.UpdateMessageID); ok {
				return u.ID
			}
		}
	}
	d.t.Fatal("no id in the answer to messages.sendMessage")
	return 0
}

func TestChat(t *testing.T) {
	for _, ways := range [][2]way{{intermediate, webSocket}} {
		t.Run(ways[0].name+" with "+ways[1].name, func(t *testing.T) {
			s := startServer(t)
			anna, bent := s.pair(t, ways[0], ways[1])
			for name, test := range map[string]func(*testing.T, *person, *person){
				"contacts": testContacts, "text": testText, "reply": testReply, "edit": testEdit, "delete": testDelete,
				"forward": testForward, "read": testRead, "typing": testTyping, "draft": testDraft, "search": testSearch,
			} {
				t.Run(name, func(t *testing.T) { test(t, anna, bent) })
			}
		})
	}
}

func testContacts(t *testing.T, anna, bent *person) {
	got := must(anna.devices[1].api.ContactsGetContacts(t.Context(), 0))(t).(*tg.ContactsContacts)
	if len(got.Contacts) != 1 || got.Contacts[0].UserID != bent.id || !got.Contacts[0].Mutual {
		t.Errorf("got %+v", got.Contacts)
	}
}

func testText(t *testing.T, anna, bent *person) {
	for _, p := range [][2]*person{{anna, bent}, {bent, anna}} {
		text := fmt.Sprintf("hello to %d", p[1].id)
		id := p[0].devices[0].send(p[0].to[0], text, 0)
		first, second := p[1].devices[0].message(text), p[1].devices[1].message(text)
		if first.ID != second.ID || first.Out {
			t.Errorf("got %d and %d, out %v", first.ID, second.ID, first.Out)
		}
		if own := p[0].devices[1].message(text); own.ID != id || !own.Out {
			t.Errorf("got %d, out %v; want %d", own.ID, own.Out, id)
		}
	}
}

func testReply(t *testing.T, anna, bent *person) {
	anna.devices[0].send(anna.to[0], "a question", 0)
	own, copied := anna.devices[1].message("a question"), bent.devices[0].message("a question")
	bent.devices[0].send(bent.to[0], "an answer", copied.ID)
	reply, ok := anna.devices[0].message("an answer").ReplyTo.(*tg.MessageReplyHeader)
	if !ok || reply.ReplyToMsgID != own.ID {
		t.Errorf("got %+v, want %d", reply, own.ID)
	}
}

func testEdit(t *testing.T, anna, bent *person) {
	id := anna.devices[0].send(anna.to[0], "a mistkae", 0)
	copied := bent.devices[0].message("a mistkae")
	req := &tg.MessagesEditMessageRequest{Peer: anna.to[0], ID: id}
	req.SetMessage("a mistake")
	must(anna.devices[0].api.MessagesEditMessage(t.Context(), req))(t)
	for _, d := range bent.devices {
		edit := wait(d, func(*tg.UpdateEditMessage) bool { return true }).Message.(*tg.Message)
		if edit.ID != copied.ID || edit.Message != "a mistake" {
			t.Errorf("got %d %q", edit.ID, edit.Message)
		}
	}
}

func testDelete(t *testing.T, anna, bent *person) {
	id := anna.devices[0].send(anna.to[0], "to be deleted", 0)
	copied := bent.devices[0].message("to be deleted")
	must(anna.devices[0].api.MessagesDeleteMessages(t.Context(), &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: []int{id}}))(t)
	for _, d := range bent.devices {
		wait(d, func(u *tg.UpdateDeleteMessages) bool { return slices.Equal(u.Messages, []int{copied.ID}) })
	}
	wait(anna.devices[1], func(u *tg.UpdateDeleteMessages) bool { return slices.Equal(u.Messages, []int{id}) })
}

func testForward(t *testing.T, anna, bent *person) {
	anna.devices[0].send(anna.to[0], "to be forwarded", 0)
	copied := bent.devices[0].message("to be forwarded")
	must(bent.devices[0].api.MessagesForwardMessages(t.Context(), &tg.MessagesForwardMessagesRequest{
		FromPeer: bent.to[0], ToPeer: bent.to[0], ID: []int{copied.ID}, RandomID: []int64{rand.Int64()},
	}))(t)
	forwarded := anna.devices[0].message("to be forwarded")
	if from, ok := forwarded.FwdFrom.FromID.(*tg.PeerUser); !ok || from.UserID != anna.id {
		t.Errorf("got %+v, want %d", forwarded.FwdFrom, anna.id)
	}
}

func testRead(t *testing.T, anna, bent *person) {
	id := anna.devices[0].send(anna.to[0], "read me", 0)
	copied := bent.devices[0].message("read me")
	must(bent.devices[0].api.MessagesReadHistory(t.Context(), &tg.MessagesReadHistoryRequest{Peer: bent.to[0], MaxID: copied.ID}))(t)
	for _, d := range anna.devices {
		wait(d, func(u *tg.UpdateReadHistoryOutbox) bool { return u.MaxID == id })
	}
	inbox := wait(bent.devices[1], func(u *tg.UpdateReadHistoryInbox) bool { return u.MaxID == copied.ID })
	if inbox.StillUnreadCount != 0 {
		t.Errorf("%d unread, want 0", inbox.StillUnreadCount)
	}
}

func testTyping(t *testing.T, anna, bent *person) {
	must(anna.devices[0].api.MessagesSetTyping(t.Context(), &tg.MessagesSetTypingRequest{
		Peer: anna.to[0], Action: &tg.SendMessageTypingAction{},
	}))(t)
	for _, d := range bent.devices {
		wait(d, func(u *tg.UpdateUserTyping) bool { return u.UserID == anna.id })
	}
}

func testDraft(t *testing.T, anna, _ *person) {
	must(anna.devices[0].api.MessagesSaveDraft(t.Context(), &tg.MessagesSaveDraftRequest{Peer: anna.to[0], Message: "half a thou"}))(t)
	wait(anna.devices[1], func(u *tg.UpdateDraftMessage) bool {
		d, ok := u.Draft.(*tg.DraftMessage)
		return ok && d.Message == "half a thou"
	})
}

func testSearch(t *testing.T, anna, _ *person) {
	d := anna.devices[0]
	id := d.send(anna.to[0], "the xylophone is out of tune", 0)
	inChat := must(d.api.MessagesSearch(t.Context(), &tg.MessagesSearchRequest{
		Peer: anna.to[0], Q: "xylophone", Filter: &tg.InputMessagesFilterEmpty{}, Limit: 10,
	}))(t)
	everywhere := must(d.api.MessagesSearchGlobal(t.Context(), &tg.MessagesSearchGlobalRequest{
		Q: "xylophone", Filter: &tg.InputMessagesFilterEmpty{}, OffsetPeer: &tg.InputPeerEmpty{}, Limit: 10,
	}))(t)
	for _, found := range []tg.MessagesMessagesClass{inChat, everywhere} {
		list, _ := found.AsModified()
		if got := list.GetMessages(); len(got) != 1 || got[0].GetID() != id {
			t.Errorf("got %v, want message %d", got, id)
		}
	}
}

// The library's own engine asks for what was missed.
func TestFiftyMessagesWhileAway(t *testing.T) {
	s := startServer(t)
	phone := newNumber()
	store, got := new(session.StorageMemory), &texts{}
	dispatcher := tg.NewUpdateDispatcher()
	dispatcher.OnNewMessage(got.take)
	gaps := updates.New(updates.Config{Handler: dispatcher})
	anna := s.open(t, intermediate, store, gaps)
	anna.signIn(phone, "Anna")
	stop := anna.follow(gaps)
	bent := s.login(t, intermediate, newNumber(), "Bent")
	to := bent.importContact(phone, "Anna")
	bent.send(to, "before", 0)
	got.waitFor(t, 1)
	stop()
	anna.close()

	want := []string{"before"}
	for i := range 50 {
		want = append(want, fmt.Sprintf("missed %d", i))
		bent.send(to, want[i+1], 0)
	}
	gaps.Reset()
	again := s.open(t, intermediate, store, gaps)
	defer again.follow(gaps)()
	got.waitFor(t, len(want))
	time.Sleep(time.Second) // anything that came twice would come now
	if !slices.Equal(got.all(), want) {
		t.Errorf("got %q", got.all())
	}
}

// follow runs the engine of d until the returned function is called.
func (d *device) follow(gaps *updates.Manager) (stop func()) {
	d.t.Helper()
	ctx, cancel := context.WithCancel(d.t.Context())
	started, done := make(chan struct{}), make(chan struct{})
	self := d.self().ID
	go func() {
		defer close(done)
		_ = gaps.Run(ctx, d.api, self, updates.AuthOptions{OnStart: func(context.Context) { close(started) }})
	}()
	select {
	case <-started:
	case <-time.After(patience):
		d.t.Fatal("the engine of updates does not start")
	}
	return func() {
		cancel()
		<-done
	}
}

// texts are the messages of one device in the order in which they came.
type texts struct {
	mu   sync.Mutex
	list []string
}

func (x *texts) take(_ context.Context, _ tg.Entities, u *tg.UpdateNewMessage) error {
	if m, ok := u.Message.(*tg.Message); ok && !m.Out {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.list = append(x.list, m.Message)
	}
	return nil
}

func (x *texts) all() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.list)
}

func (x *texts) waitFor(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(patience); len(x.all()) < n; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d messages came, want %d", len(x.all()), n)
		}
	}
}
