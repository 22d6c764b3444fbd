package folders

import (
	"slices"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/folders"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// A world is the handlers in a world of people.
type world struct {
	*apitest.World
	h *Handlers
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		fn(t, &world{in, New(Options{
			Folders: folders.New(in.DB, in.Log, in.Groups, in.Channels), Dialogs: in.Dialogs, View: in.View, Render: in.Render,
			LinkPrefix: "https://chat.example/",
		})})
	})
}

func title(s string) *tg.TextWithEntities {
	return &tg.TextWithEntities{Text: s, Entities: []tg.MessageEntityClass{}}
}

func (w *world) set(t *testing.T, call *rpc.Call, id int32, f tg.DialogFilterClass) error {
	t.Helper()
	_, err := w.h.updateDialogFilter(t.Context(), call, &tg.MessagesUpdateDialogFilter{ID: id, Filter: f})
	return err
}

func (w *world) all(t *testing.T, call *rpc.Call) []tg.DialogFilterClass {
	t.Helper()
	return apitest.Must[*tg.MessagesDialogFilters](t, "messages.getDialogFilters")(
		w.h.getDialogFilters(t.Context(), call, &tg.MessagesGetDialogFilters{})).Filters
}

func TestFolders(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		call := apitest.Call(p[0])
		for _, id := range []int32{2, 3} {
			f := &tg.DialogFilter{ID: id, Title: title("Work"), Bots: true, IncludePeers: []tg.InputPeerClass{w.Peer(p[0], p[1].Peer())}}
			if err := w.set(t, call, id, f); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.h.updateDialogFiltersOrder(t.Context(), call, &tg.MessagesUpdateDialogFiltersOrder{Order: []int32{0, 3, 77, 2}}); err != nil {
			t.Fatal(err)
		}
		got := w.all(t, call)
		if len(got) != 3 || got[0].TLName() != "dialogFilterDefault" || got[1].(*tg.DialogFilter).ID != 3 {
			t.Errorf("got %+v", got)
		}
		if err := w.set(t, call, 3, nil); err != nil {
			t.Fatal(err)
		}
		if got = w.all(t, call); len(got) != 2 || got[1].(*tg.DialogFilter).Title.Text != "Work" {
			t.Errorf("got %+v", got)
		}
		apitest.Refused(t, wireErrors, w.set(t, call, 0, &tg.DialogFilter{Title: title("x"), Bots: true}), "FILTER_ID_INVALID")
		apitest.Refused(t, wireErrors, w.set(t, call, 4, &tg.DialogFilter{Title: title(""), Bots: true}), "FILTER_TITLE_EMPTY")
		apitest.Refused(t, wireErrors, w.set(t, call, 4, &tg.DialogFilter{Title: title("x")}), "FILTER_INCLUDE_EMPTY")
		for id := int32(5); ; id++ {
			if err := w.set(t, call, id, &tg.DialogFilter{Title: title("x"), Bots: true}); err != nil {
				apitest.Refused(t, wireErrors, err, "DIALOG_FILTERS_TOO_MUCH")
				break
			}
		}
		if n := len(w.all(t, call)); n != 1+folders.Max {
			t.Errorf("got %d folders", n)
		}
	})
}

func TestSuggestedFolders(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		call := apitest.Call(w.People(1)[0])
		suggest := func() tg.Vector[*tg.DialogFilterSuggested] {
			t.Helper()
			list, err := w.h.getSuggestedDialogFilters(t.Context(), call, &tg.MessagesGetSuggestedDialogFilters{})
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		list := suggest()
		if len(list) != 2 {
			t.Fatalf("got %+v", list)
		}
		if err := w.set(t, call, 2, list[0].Filter); err != nil {
			t.Fatal(err)
		}
		if list = suggest(); len(list) != 1 {
			t.Errorf("after one was taken: got %+v", list)
		}
	})
}

// TestSharedFolder takes a folder by a link, into chats open and closed, and follows it when it grows.
func TestSharedFolder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		anna, bo := p[0], p[1]
		open, closed, other := w.Channel(true, anna), w.Channel(false, anna), w.Channel(true, p[2])
		group := w.Group(anna, p[2])
		if _, err := w.Channels.SetUsername(t.Context(), anna, open.Channel(), "openchannel"); err != nil {
			t.Fatal(err)
		}
		call, guest := apitest.Call(anna), apitest.Call(bo)
		include := []tg.InputPeerClass{w.Peer(anna, open), w.Peer(anna, closed), w.Peer(anna, group), w.Peer(anna, other)}
		if err := w.set(t, call, 2, &tg.DialogFilter{Title: title("Ours"), IncludePeers: include}); err != nil {
			t.Fatal(err)
		}
		list := &tg.InputChatlistDialogFilter{FilterID: 2}
		export := &tg.ChatlistsExportChatlistInvite{Chatlist: list, Title: "link", Peers: include[:2]}
		made := apitest.Must[*tg.ChatlistsExportedChatlistInvite](t, "chatlists.exportChatlistInvite")(w.h.exportChatlistInvite(t.Context(), call, export))
		if !made.Filter.(*tg.DialogFilterChatlist).HasMyInvites || len(made.Invite.Peers) != 2 {
			t.Errorf("exported: got %+v, %+v", made.Filter, made.Invite)
		}
		slug := made.Invite.URL[len("https://chat.example/addlist/"):]
		_, err := w.h.exportChatlistInvite(t.Context(), call, &tg.ChatlistsExportChatlistInvite{Chatlist: list, Peers: include[3:]})
		apitest.Refused(t, wireErrors, err, "PEERS_LIST_EMPTY") // somebody else's channel

		check := func() tg.ChatlistsChatlistInviteClass {
			t.Helper()
			return apitest.Must[tg.ChatlistsChatlistInviteClass](t, "chatlists.checkChatlistInvite")(
				w.h.checkChatlistInvite(t.Context(), guest, &tg.ChatlistsCheckChatlistInvite{Slug: slug}))
		}
		if fresh := check().(*tg.ChatlistsChatlistInvite); fresh.Title.Text != "Ours" || len(fresh.Peers) != 2 || len(fresh.Chats) != 2 {
			t.Errorf("before: got %+v", fresh)
		}
		join := &tg.ChatlistsJoinChatlistInvite{Slug: slug, Peers: []tg.InputPeerClass{w.Peer(bo, open), w.Peer(bo, closed)}}
		answer := apitest.Must[tg.UpdatesClass](t, "chatlists.joinChatlistInvite")(w.h.joinChatlistInvite(t.Context(), guest, join))
		mine := apitest.Find[*tg.UpdateDialogFilter](t, answer).Filter.(*tg.DialogFilterChatlist)
		if len(mine.IncludePeers) != 2 || mine.HasMyInvites {
			t.Errorf("joined: got %+v", mine)
		}
		for _, x := range []ids.Peer{open, closed} {
			if in, err := w.Groups.In(t.Context(), bo, x); err != nil || !in {
				t.Errorf("not in %d: %v", x, err)
			}
		}
		if again := check().(*tg.ChatlistsChatlistInviteAlready); len(again.AlreadyPeers) != 2 || again.FilterID != mine.ID {
			t.Errorf("afterwards: got %+v", again)
		}

		taken := &tg.InputChatlistDialogFilter{FilterID: mine.ID}
		missing := func() int {
			t.Helper()
			got := apitest.Must[*tg.ChatlistsChatlistUpdates](t, "chatlists.getChatlistUpdates")(
				w.h.getChatlistUpdates(t.Context(), guest, &tg.ChatlistsGetChatlistUpdates{Chatlist: taken}))
			return len(got.MissingPeers)
		}
		if n := missing(); n != 0 {
			t.Errorf("%d missing", n)
		}
		_, err = w.h.editExportedInvite(t.Context(), call, &tg.ChatlistsEditExportedInvite{Chatlist: list, Slug: slug, Peers: include[:3]})
		if err != nil {
			t.Fatal(err)
		}
		if n := missing(); n != 1 {
			t.Errorf("%d missing, want the group", n)
		}
		in := &tg.ChatlistsJoinChatlistUpdates{Chatlist: taken, Peers: []tg.InputPeerClass{w.Peer(bo, group)}}
		apitest.Must[tg.UpdatesClass](t, "chatlists.joinChatlistUpdates")(w.h.joinChatlistUpdates(t.Context(), guest, in))
		if n := missing(); n != 0 {
			t.Errorf("%d missing after joining", n)
		}

		suggestions, err := w.h.getLeaveChatlistSuggestions(t.Context(), guest, &tg.ChatlistsGetLeaveChatlistSuggestions{Chatlist: taken})
		if err != nil || len(suggestions) != 3 {
			t.Errorf("to leave: got %v, %v", suggestions, err)
		}
		leave := &tg.ChatlistsLeaveChatlist{Chatlist: taken, Peers: []tg.InputPeerClass{w.Peer(bo, open)}}
		apitest.Must[tg.UpdatesClass](t, "chatlists.leaveChatlist")(w.h.leaveChatlist(t.Context(), guest, leave))
		left, err := w.Groups.InWhich(t.Context(), bo, open, closed, group)
		if err != nil || !slices.Equal(left, []ids.Peer{closed, group}) || len(w.all(t, guest)) != 1 {
			t.Errorf("after leaving: in %v, %v, folders %v", left, err, w.all(t, guest))
		}

		if _, err := w.h.deleteExportedInvite(t.Context(), call, &tg.ChatlistsDeleteExportedInvite{Chatlist: list, Slug: slug}); err != nil {
			t.Fatal(err)
		}
		if w.all(t, call)[1].(*tg.DialogFilterChatlist).HasMyInvites {
			t.Error("a folder without links has some")
		}
		_, err = w.h.checkChatlistInvite(t.Context(), guest, &tg.ChatlistsCheckChatlistInvite{Slug: slug})
		apitest.Refused(t, wireErrors, err, "INVITE_SLUG_EXPIRED")
	})
}

func TestOnlyWhatIsNamedCanBeShared(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(1)
		call := apitest.Call(p[0])
		channel := w.Channel(true, p[0])
		if err := w.set(t, call, 2, &tg.DialogFilter{Title: title("All"), Groups: true}); err != nil {
			t.Fatal(err)
		}
		_, err := w.h.exportChatlistInvite(t.Context(), call, &tg.ChatlistsExportChatlistInvite{
			Chatlist: &tg.InputChatlistDialogFilter{FilterID: 2}, Peers: []tg.InputPeerClass{w.Peer(p[0], channel)},
		})
		apitest.Refused(t, wireErrors, err, "FILTER_NOT_SUPPORTED")
	})
}

// A client that has not heard whether a folder is shared changes it all the same, and it stays what it was.
func TestFolderStaysShared(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(1)
		call := apitest.Call(p[0])
		include := []tg.InputPeerClass{w.Peer(p[0], w.Channel(true, p[0]))}
		plain := func(name string) tg.DialogFilterClass {
			return &tg.DialogFilter{Title: title(name), IncludePeers: include, Groups: true}
		}
		for _, f := range []tg.DialogFilterClass{
			&tg.DialogFilter{Title: title("One"), IncludePeers: include},
			&tg.DialogFilterChatlist{Title: title("Two"), IncludePeers: include, HasMyInvites: true},
		} {
			if err := w.set(t, call, 2, f); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.h.exportChatlistInvite(t.Context(), call, &tg.ChatlistsExportChatlistInvite{
			Chatlist: &tg.InputChatlistDialogFilter{FilterID: 2}, Peers: include,
		}); err != nil {
			t.Fatalf("was not stored as a plain one: %v", err)
		}
		if err := w.set(t, call, 2, plain("Three")); err != nil {
			t.Fatal(err)
		}
		if got, err := w.h.chatlist(t.Context(), p[0], 2); err != nil || !got.HasMyInvites || got.Title.Text != "Three" {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

// TestLinksOfFoldersOpenNothing: by a folder's link nobody comes into a group whose admins let people in one by one, nor
// back into one that he was removed from; and a plain member shares no group that has no name.
func TestLinksOfFoldersOpenNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		anna, bo, cleo := p[0], p[1], p[2]
		asking, closed, group := w.Channel(false, anna), w.Channel(false, anna, bo), w.Group(anna, bo, cleo)
		if _, err := w.Channels.SetUsername(t.Context(), anna, asking.Channel(), "askinggroup"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Channels.Turn(t.Context(), anna, asking.Channel(), channels.SwitchJoinRequest, true); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Groups.Remove(t.Context(), anna, group.Chat(), cleo); err != nil {
			t.Fatal(err)
		}
		call, guest, list := apitest.Call(bo), apitest.Call(cleo), &tg.InputChatlistDialogFilter{FilterID: 2}
		include := []tg.InputPeerClass{w.Peer(bo, asking), w.Peer(bo, closed), w.Peer(bo, group)}
		if err := w.set(t, call, 2, &tg.DialogFilter{Title: title("Ours"), IncludePeers: include}); err != nil {
			t.Fatal(err)
		}
		made := apitest.Must[*tg.ChatlistsExportedChatlistInvite](t, "chatlists.exportChatlistInvite")(
			w.h.exportChatlistInvite(t.Context(), call, &tg.ChatlistsExportChatlistInvite{Chatlist: list, Peers: include}))
		if len(made.Invite.Peers) != 2 {
			t.Errorf("exported: got %+v", made.Invite.Peers)
		}
		apitest.Must[tg.UpdatesClass](t, "chatlists.joinChatlistInvite")(w.h.joinChatlistInvite(t.Context(), guest,
			&tg.ChatlistsJoinChatlistInvite{
				Slug:  made.Invite.URL[len("https://chat.example/addlist/"):],
				Peers: []tg.InputPeerClass{w.Peer(cleo, asking), w.Peer(cleo, closed), w.Peer(cleo, group)},
			}))
		if in, err := w.Groups.InWhich(t.Context(), cleo, asking, closed, group); err != nil || len(in) != 0 {
			t.Errorf("came into %v, %v", in, err)
		}
	})
}
