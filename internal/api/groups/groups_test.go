package groups

import (
	"errors"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A world is the handlers over a database, with some people.
type world struct {
	t testing.TB
	*Handlers
	in       *apitest.World
	channels *channels.Service
	people   []*rpc.Call
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		h := New(Options{Groups: in.Groups, View: in.View, Render: in.Render})
		fn(t, &world{t: t, in: in, channels: in.Channels, Handlers: h, people: in.Calls(4)})
	})
}

func (w *world) user(viewer, other *rpc.Call) tg.InputUserClass {
	return w.in.User(viewer.User, other.User)
}

// found makes a group of the first two.
func (w *world) found() (int64, *tg.Updates) {
	w.t.Helper()
	anna, bo := w.people[0], w.people[1]
	out := must[*tg.MessagesInvitedUsers](w.t)(w.createChat(w.t.Context(), anna, &tg.MessagesCreateChat{
		Title: "Friends", Users: []tg.InputUserClass{w.user(anna, bo)},
	}))
	all := out.Updates.(*tg.Updates)
	return all.Chats[0].(*tg.Chat).ID, all
}

// must unwraps an answer and checks that it can be written in old layers and in the newest.
func must[O tl.Object](t testing.TB) func(O, error) O {
	return func(o O, err error) O {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, layer := range []int{134, 158, 181, 214, tg.Newest} {
			lowered := tl.Object(o)
			if o.TLName() == "messages.invitedUsers" {
				lowered = tg.LowerAnswer("messages.createChat", o, layer)
			}
			if len(tl.Encode(lowered, layer)) == 0 {
				t.Fatalf("%s has no form in layer %d", o.TLName(), layer)
			}
		}
		return o
	}
}

func of[U tg.UpdateClass](all *tg.Updates) (list []U) {
	for _, u := range all.Updates {
		if u, ok := u.(U); ok {
			list = append(list, u)
		}
	}
	return list
}

// TDLib fails the call unless there is just one new message, with just one updateMessageID that names it.
func TestCreateChatAnswersAsTDLibInsists(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, out := w.found()
		news, named, who := of[*tg.UpdateNewMessage](out), of[*tg.UpdateMessageID](out), of[*tg.UpdateChatParticipants](out)
		if len(news) != 1 || len(named) != 1 || len(who) != 1 {
			t.Fatalf("updates %v", out.Updates)
		}
		m := news[0].Message.(*tg.MessageService)
		if a, ok := m.Action.(*tg.MessageActionChatCreate); !ok || len(a.Users) != 2 || named[0].ID != m.ID || named[0].RandomID == 0 {
			t.Errorf("message %+v, id %+v", m, named[0])
		}
		c := out.Chats[0].(*tg.Chat)
		p := who[0].Participants.(*tg.ChatParticipants)
		if !c.Creator || c.ParticipantsCount != 2 || c.Version != p.Version || len(p.Participants) != 2 || len(out.Users) != 2 {
			t.Errorf("chat %+v, participants %+v", c, p)
		}
	})
}

func TestVersionMovesByOneWithEachMember(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, out := w.found()
		anna, cy := w.people[0], w.people[2]
		version := out.Chats[0].(*tg.Chat).Version
		added := must[*tg.MessagesInvitedUsers](t)(w.addChatUser(t.Context(), anna, &tg.MessagesAddChatUser{ChatID: id, UserID: w.user(anna, cy)}))
		if got := added.Updates.(*tg.Updates).Chats[0].(*tg.Chat).Version; got != version+1 {
			t.Errorf("after adding: version %d, was %d", got, version)
		}
		gone := must[*tg.Updates](t)(w.deleteChatUser(t.Context(), anna, &tg.MessagesDeleteChatUser{ChatID: id, UserID: w.user(anna, cy)}))
		if got := gone.Chats[0].(*tg.Chat).Version; got != version+2 {
			t.Errorf("after removing: version %d, was %d", got, version)
		}
		shown := must[*tg.MessagesChats](t)(w.getChats(t.Context(), cy, &tg.MessagesGetChats{ID: []int64{id}}))
		if f, ok := shown.Chats[0].(*tg.ChatForbidden); !ok || f.Title != "Friends" {
			t.Errorf("to who was removed: %+v", shown.Chats[0])
		}
	})
}

func TestFullChatHasAllMembersButNotForOutsiders(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, _ := w.found()
		full := must[*tg.MessagesChatFull](t)(w.getFullChat(t.Context(), w.people[1], &tg.MessagesGetFullChat{ChatID: id}))
		p := full.FullChat.(*tg.ChatFull).Participants.(*tg.ChatParticipants)
		if len(p.Participants) != 2 || len(full.Users) != 2 || p.Version != full.Chats[0].(*tg.Chat).Version {
			t.Errorf("full %+v", full)
		}
		_, err := w.getFullChat(t.Context(), w.people[3], &tg.MessagesGetFullChat{ChatID: id})
		if !errors.Is(err, rpc.BadRequest("CHAT_ID_INVALID")) {
			t.Errorf("a stranger: %v", err)
		}
		must[*tg.Updates](t)(w.deleteChatUser(t.Context(), w.people[1], &tg.MessagesDeleteChatUser{ChatID: id, UserID: &tg.InputUserSelf{}}))
		full = must[*tg.MessagesChatFull](t)(w.getFullChat(t.Context(), w.people[1], &tg.MessagesGetFullChat{ChatID: id}))
		if _, ok := full.FullChat.(*tg.ChatFull).Participants.(*tg.ChatParticipantsForbidden); !ok {
			t.Errorf("after leaving: %+v", full.FullChat)
		}
	})
}

func TestOnlyAdminsManageAGroup(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, _ := w.found()
		anna, bo, cy := w.people[0], w.people[1], w.people[2]
		must[*tg.MessagesInvitedUsers](t)(w.addChatUser(t.Context(), anna, &tg.MessagesAddChatUser{ChatID: id, UserID: w.user(anna, cy)}))
		remove := &tg.MessagesDeleteChatUser{ChatID: id, UserID: w.user(bo, cy)}
		if _, err := w.deleteChatUser(t.Context(), bo, remove); !errors.Is(err, rights.ErrAdminRequired) {
			t.Errorf("a member removes another: %v", err)
		}
		if _, err := w.editChatAdmin(t.Context(), bo, &tg.MessagesEditChatAdmin{ChatID: id, UserID: w.user(bo, cy), IsAdmin: true}); !errors.Is(err, rights.ErrAdminRequired) {
			t.Errorf("a member promotes: %v", err)
		}
		for range 2 { // again is no failure, or TDLib shows one
			ok, err := w.editChatAdmin(t.Context(), anna, &tg.MessagesEditChatAdmin{ChatID: id, UserID: w.user(anna, bo), IsAdmin: true})
			if !bool(ok) || err != nil {
				t.Errorf("promote: %v, %v", ok, err)
			}
		}
		must[*tg.Updates](t)(w.deleteChatUser(t.Context(), bo, remove))
		if _, err := w.deleteChat(t.Context(), bo, &tg.MessagesDeleteChat{ChatID: id}); !errors.Is(err, rights.ErrAdminRequired) {
			t.Errorf("an admin ends the group: %v", err)
		}
		must[tg.Bool](t)(w.deleteChat(t.Context(), anna, &tg.MessagesDeleteChat{ChatID: id}))
	})
}

func TestMigratedGroupPointsToItsChannel(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, _ := w.found()
		res, err := w.channels.Migrate(t.Context(), w.people[0].User, ids.Chat(id))
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range w.people[:2] {
			shown := must[*tg.MessagesChats](t)(w.getChats(t.Context(), call, &tg.MessagesGetChats{ID: []int64{id}}))
			c, ok := shown.Chats[0].(*tg.Chat)
			if !ok || !c.Deactivated || !c.Left || c.MigratedTo == nil || c.MigratedTo.(*tg.InputChannel).ChannelID != int64(res.Channel.ID) {
				t.Errorf("got %+v", shown.Chats[0])
			}
		}
	})
}

func TestChangesAreShownToMembers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, _ := w.found()
		show := func(what string) tg.UpdateClass {
			u, _, err := w.showChanged(t.Context(), w.people[1].User, updates.Entry{}, updates.ChatChanged{Chat: ids.Chat(id), What: what})
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		for what, want := range map[string]string{
			updates.ChatParticipants: "updateChatParticipants", updates.ChatRights: "updateChatDefaultBannedRights", "": "updateChat",
		} {
			if got := show(what).TLName(); got != want {
				t.Errorf("%q: got %s", what, got)
			}
		}
	})
}
