package dialogs

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"hermod/internal/api/apitest"
	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// A world is the handlers in a world of people.
type world struct {
	*apitest.World
	h *Handlers
}

// read makes user read all of a chat, such as the message that says that he joined.
func (w *world) read(t *testing.T, user ids.User, peer ids.Peer) {
	t.Helper()
	if _, err := w.Messages.Read(t.Context(), user, peer, 0); err != nil {
		t.Fatal(err)
	}
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		state := func(ctx context.Context, call *rpc.Call) (*tg.UpdatesState, error) {
			st, err := in.Messages.State(ctx, call.User.Peer())
			return &tg.UpdatesState{Pts: st.PTS}, err
		}
		h := New(Options{Messages: in.Messages, Channels: in.Channels, View: in.View, Render: in.Render, State: state})
		fn(t, &world{World: in, h: h})
	})
}

// list is the whole list of user, read in pages of some dialogs.
func (w *world) list(t *testing.T, user ids.User, folder *int32, limit int32) []*tg.Dialog {
	t.Helper()
	in := &tg.MessagesGetDialogs{OffsetPeer: &tg.InputPeerEmpty{}, Limit: limit, FolderID: folder}
	var all []*tg.Dialog
	for range 100 {
		answer, err := w.h.getDialogs(t.Context(), apitest.Call(user), in)
		got := apitest.Must[tg.MessagesDialogsClass](t, "messages.getDialogs")(answer, err)
		var page []tg.DialogClass
		var shown []tg.MessageClass
		switch got := got.(type) {
		case *tg.MessagesDialogs:
			page, shown = got.Dialogs, got.Messages
		case *tg.MessagesDialogsSlice:
			page, shown = got.Dialogs, got.Messages
		}
		if len(page) == 0 {
			return all
		}
		for _, d := range page {
			all = append(all, d.(*tg.Dialog))
		}
		last := all[len(all)-1]
		in.OffsetID, in.OffsetPeer = last.TopMessage, w.Peer(user, peerOf(last.Peer))
		in.OffsetDate = dateOf(shown, last)
		if _, whole := got.(*tg.MessagesDialogs); whole {
			return all
		}
	}
	t.Fatal("the list has no end")
	return nil
}

func peerOf(p tg.PeerClass) ids.Peer {
	switch p := p.(type) {
	case *tg.PeerChannel:
		return ids.Channel(p.ChannelID).Peer()
	case *tg.PeerChat:
		return ids.Chat(p.ChatID).Peer()
	case *tg.PeerUser:
		return ids.User(p.UserID).Peer()
	}
	return 0
}

func dateOf(list []tg.MessageClass, d *tg.Dialog) int32 {
	for _, m := range list {
		switch m := m.(type) {
		case *tg.Message:
			if m.ID == d.TopMessage && peerOf(m.PeerID) == peerOf(d.Peer) {
				return m.Date
			}
		case *tg.MessageService:
			if m.ID == d.TopMessage && peerOf(m.PeerID) == peerOf(d.Peer) {
				return m.Date
			}
		}
	}
	return 0
}

func peers(list []*tg.Dialog) []ids.Peer {
	out := make([]ids.Peer, len(list))
	for i, d := range list {
		out[i] = peerOf(d.Peer)
	}
	return out
}

// at makes what was said last in a chat said at some time of day.
func (w *world) at(t *testing.T, peer ids.Peer, at time.Time) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
		for _, sql := range []string{
			`UPDATE dialog SET top_date = $1 WHERE peer = $2 AND top_message > 0`, `UPDATE log_state SET top_date = $1 WHERE owner = $2`,
			`UPDATE message SET date = $1 WHERE peer = $2`,
		} {
			if _, err := tx.Exec(t.Context(), sql, at, int64(peer)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestListOfAllKindsOfChats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(4)
		me := p[0]
		var want []ids.Peer
		for i := range 4 {
			want = append(want, w.Channel(i%2 == 0, p[1], me), w.Group(p[1], me))
		}
		want = append(want, p[2].Peer(), p[3].Peer())
		w.Send(p[2], me.Peer(), "hi", nil)
		w.Send(p[3], me.Peer(), "hi", nil)
		start := time.Now().Add(-time.Hour)
		for i, peer := range want {
			w.at(t, peer, start.Add(-time.Duration(i)*time.Minute))
		}
		for _, limit := range []int32{1, 3, 4, 100} {
			if got := peers(w.list(t, me, nil, limit)); !slices.Equal(got, want) {
				t.Errorf("pages of %d: got %v, want %v", limit, got, want)
			}
		}
		call := apitest.Call(me)
		pin := func(peer ids.Peer) {
			t.Helper()
			in := &tg.MessagesToggleDialogPin{Peer: &tg.InputDialogPeer{Peer: w.Peer(me, peer)}, Pinned: true}
			if _, err := w.h.toggleDialogPin(t.Context(), call, in); err != nil {
				t.Fatal(err)
			}
		}
		pin(want[4]) // a channel
		pin(want[9]) // a person
		pinned := []ids.Peer{want[9], want[4]}
		rest := slices.DeleteFunc(slices.Clone(want), func(x ids.Peer) bool { return slices.Contains(pinned, x) })
		if got := peers(w.list(t, me, nil, 4)); !slices.Equal(got, append(pinned, rest...)) {
			t.Errorf("with pins: got %v", got)
		}
		answer := apitest.Must[*tg.MessagesPeerDialogs](t, "messages.getPinnedDialogs")(
			w.h.getPinnedDialogs(t.Context(), call, &tg.MessagesGetPinnedDialogs{}))
		if len(answer.Dialogs) != 2 || len(answer.Chats) != 1 || answer.State == nil {
			t.Errorf("pinned: got %+v", answer)
		}
	})
}

func TestCountersOfChannels(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		group := w.Channel(false, p[0], p[1])
		w.read(t, p[1], group)
		for i := range 3 {
			w.Send(p[0], group, fmt.Sprint("post ", i), nil)
		}
		one := func(user ids.User) *tg.Dialog {
			t.Helper()
			in := &tg.MessagesGetPeerDialogs{Peers: []tg.InputDialogPeerClass{&tg.InputDialogPeer{Peer: w.Peer(user, group)}}}
			answer := apitest.Must[*tg.MessagesPeerDialogs](t, "messages.getPeerDialogs")(w.h.getPeerDialogs(t.Context(), apitest.Call(user), in))
			return answer.Dialogs[0].(*tg.Dialog)
		}
		d := one(p[1])
		if d.UnreadCount != 3 || d.Pts == nil || *d.Pts < 4 || d.TopMessage != int32(w.Last(p[1], group).ID) {
			t.Errorf("unread: got %+v", d)
		}
		if mine := one(p[0]); mine.UnreadCount != 0 || mine.TopMessage != d.TopMessage {
			t.Errorf("of the writer: got %+v", mine)
		}
		if _, err := w.Messages.Read(t.Context(), p[1], group, ids.Message(d.TopMessage-1)); err != nil {
			t.Fatal(err)
		}
		if d := one(p[1]); d.UnreadCount != 1 {
			t.Errorf("read but one: got %d unread", d.UnreadCount)
		}
		w.Send(p[1], group, "an answer", nil)
		if d, mine := one(p[1]), one(p[0]); d.UnreadCount != 0 || mine.UnreadCount != 1 || mine.ReadOutboxMaxID != d.TopMessage-2 {
			t.Errorf("after an answer: got %+v and %+v", d, mine)
		}
	})
}

func TestArchive(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		me := p[0]
		channel := w.Channel(true, p[1], me)
		w.Send(p[1], me.Peer(), "hi", nil)
		keeper := dialogs.NewKeeper(w.Dialogs, w.Users)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- keeper.Run(ctx) }()
		defer func() { stop(); <-done }()
		archive := func(peers ...ids.Peer) {
			t.Helper()
			in := &tg.FoldersEditPeerFolders{}
			for _, x := range peers {
				in.FolderPeers = append(in.FolderPeers, &tg.InputFolderPeer{Peer: w.Peer(me, x), FolderID: 1})
			}
			answer := apitest.Must[tg.UpdatesClass](t, "folders.editPeerFolders")(w.h.editPeerFolders(t.Context(), apitest.Call(me), in)).(*tg.Updates)
			if up := answer.Updates[0].(*tg.UpdateFolderPeers); len(up.FolderPeers) != len(peers) || up.PtsCount != 1 {
				t.Errorf("moved: got %+v", up)
			}
		}
		soon := func(folder int32, what string, want ...ids.Peer) {
			t.Helper()
			var got []ids.Peer
			for range 100 {
				got = peers(w.list(t, me, &folder, 10))
				slices.Sort(got)
				slices.Sort(want)
				if slices.Equal(got, want) {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
			t.Errorf("%s: folder %d has %v, want %v", what, folder, got, want)
		}
		archive(channel, p[1].Peer())
		soon(1, "archived", channel, p[1].Peer())
		soon(0, "archived")
		w.Send(p[1], channel, "news", nil)
		w.Send(p[1], me.Peer(), "news", nil)
		soon(0, "something new", channel, p[1].Peer())
		archive(channel, p[1].Peer())
		until := int32(1<<31 - 1)
		for _, x := range []ids.Peer{channel, p[1].Peer()} {
			if err := w.Dialogs.SetNotify(t.Context(), me, dialogs.Target{Scope: dialogs.ScopePeer, Peer: x}, dialogs.Notify{MuteUntil: &until}); err != nil {
				t.Fatal(err)
			}
		}
		w.Send(p[1], channel, "news", nil)
		w.Send(p[1], me.Peer(), "news", nil)
		time.Sleep(100 * time.Millisecond)
		soon(1, "something new, but muted", channel, p[1].Peer())
		err := w.Users.UpdateSettings(t.Context(), me, func(s *users.Settings) users.Change {
			s.Privacy.ArchiveAndMute = true
			return ""
		})
		if err != nil {
			t.Fatal(err)
		}
		w.Send(p[2], me.Peer(), "buy this", nil)
		soon(1, "a stranger", channel, p[1].Peer(), p[2].Peer())
	})
}

func TestDraftsOfThreads(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		group := w.Channel(false, p[0], p[1])
		root := w.Send(p[1], group, "a question", nil)
		call := apitest.Call(p[0])
		save := func(body string, reply tg.InputReplyToClass) {
			t.Helper()
			if _, err := w.h.saveDraft(t.Context(), call, &tg.MessagesSaveDraft{Peer: w.Peer(p[0], group), Message: body, ReplyTo: reply}); err != nil {
				t.Fatal(err)
			}
		}
		thread := &tg.InputReplyToMessage{ReplyToMsgID: int32(root.ID), TopMsgID: new(int32(root.ID))}
		all := func() []tg.UpdateClass {
			t.Helper()
			return apitest.Must[tg.UpdatesClass](t, "messages.getAllDrafts")(w.h.getAllDrafts(t.Context(), call, &tg.MessagesGetAllDrafts{})).(*tg.Updates).Updates
		}
		save("to all", nil)
		save("an answer", thread)
		got := make(map[int32]string)
		for _, u := range all() {
			u := u.(*tg.UpdateDraftMessage)
			top := int32(0)
			if u.TopMsgID != nil {
				top = *u.TopMsgID
			}
			got[top] = u.Draft.(*tg.DraftMessage).Message
		}
		if len(got) != 2 || got[0] != "to all" || got[int32(root.ID)] != "an answer" {
			t.Errorf("got %v", got)
		}
		save("", thread)
		if list := all(); len(list) != 1 {
			t.Errorf("after one went: got %v", list)
		}
		d, err := w.h.DraftAt(t.Context(), p[0], dialogs.Place{Peer: group, Thread: root.ID})
		if err != nil || d != nil {
			t.Errorf("the one that went: got %v, %v", d, err)
		}
	})
}

func TestNotifySettings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		me := p[0]
		channel, group := w.Channel(true, p[1], me), w.Channel(false, p[1], me)
		w.Send(p[1], me.Peer(), "hi", nil)
		call := apitest.Call(me)
		set := func(at tg.InputNotifyPeerClass, s *tg.InputPeerNotifySettings) {
			t.Helper()
			if _, err := w.h.updateNotifySettings(t.Context(), call, &tg.AccountUpdateNotifySettings{Peer: at, Settings: s}); err != nil {
				t.Fatal(err)
			}
		}
		mute := &tg.InputPeerNotifySettings{MuteUntil: new(int32(2147483647)), Sound: &tg.NotificationSoundLocal{Title: "Ping", Data: "p"}}
		for _, x := range []ids.Peer{channel, group, p[1].Peer()} {
			set(&tg.InputNotifyPeer{Peer: w.Peer(me, x)}, mute)
		}
		set(&tg.InputNotifyPeer{Peer: w.Peer(me, channel)}, &tg.InputPeerNotifySettings{Silent: new(true)})
		topic := &tg.InputNotifyForumTopic{Peer: w.Peer(me, group), TopMsgID: 7}
		set(topic, &tg.InputPeerNotifySettings{Silent: new(true)})
		for scope, want := range map[tg.InputNotifyPeerClass]int{
			nil: 4, &tg.InputNotifyUsers{}: 1, &tg.InputNotifyChats{}: 2, &tg.InputNotifyBroadcasts{}: 1,
		} {
			ex := apitest.Must[tg.UpdatesClass](t, "account.getNotifyExceptions")(
				w.h.getNotifyExceptions(t.Context(), call, &tg.AccountGetNotifyExceptions{Peer: scope})).(*tg.Updates)
			if len(ex.Updates) != want {
				t.Errorf("exceptions of %T: got %d, want %d", scope, len(ex.Updates), want)
			}
		}
		for _, d := range w.list(t, me, nil, 10) {
			n := d.NotifySettings
			if n.MuteUntil == nil || *n.MuteUntil != 2147483647 || n.OtherSound.(*tg.NotificationSoundLocal).Title != "Ping" {
				t.Errorf("dialog has %+v", n)
			}
			if broadcast := peerOf(d.Peer) == channel; broadcast != (n.Silent != nil) {
				t.Errorf("silent: got %+v", n)
			}
		}
		if n, err := w.h.getNotifySettings(t.Context(), call, &tg.AccountGetNotifySettings{Peer: topic}); err != nil || n.Silent == nil || n.MuteUntil != nil {
			t.Errorf("topic: got %+v, %v", n, err)
		}
		if _, err := w.h.resetNotifySettings(t.Context(), call, &tg.AccountResetNotifySettings{}); err != nil {
			t.Fatal(err)
		}
		if n, err := w.h.getNotifySettings(t.Context(), call, &tg.AccountGetNotifySettings{Peer: topic}); err != nil || n.Silent != nil {
			t.Errorf("after reset: got %+v, %v", n, err)
		}
	})
}

func TestStrangersSeeNoDialogOfAPrivateChannel(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		channel := w.Channel(true, p[0])
		in := &tg.InputDialogPeer{Peer: w.Peer(p[1], channel)}
		_, err := w.h.getPeerDialogs(t.Context(), apitest.Call(p[1]), &tg.MessagesGetPeerDialogs{Peers: []tg.InputDialogPeerClass{in}})
		if err == nil {
			t.Error("a stranger was shown a private channel")
		}
		if _, err := w.h.toggleDialogPin(t.Context(), apitest.Call(p[1]), &tg.MessagesToggleDialogPin{Peer: in, Pinned: true}); err == nil {
			t.Error("a stranger pinned a private channel")
		}
	})
}

func TestSavedDialogs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		me := p[0]
		call := apitest.Call(me)
		channel := w.Channel(true, p[1], me)
		keep := func(from ids.Peer, m *messages.Message) {
			t.Helper()
			_, err := w.Messages.Forward(t.Context(), messages.ForwardRequest{
				From: me, Source: from, To: me.Peer(), IDs: []ids.Message{m.ID}, RandomIDs: []int64{int64(m.ID)*1000 + int64(from)},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		w.Send(p[1], me.Peer(), "worth keeping", nil)
		keep(p[1].Peer(), w.Last(me, p[1].Peer()))
		keep(channel, w.Send(p[1], channel, "news", nil))
		w.Send(me, me.Peer(), "a note", nil)
		saved := func() (all []ids.Peer, pinned int) {
			t.Helper()
			answer := w.savedDialogs(t, call)
			for _, d := range answer.Dialogs {
				d := d.(*tg.SavedDialog)
				if all = append(all, peerOf(d.Peer)); d.Pinned {
					pinned++
				}
			}
			return all, pinned
		}
		want := []ids.Peer{me.Peer(), channel, p[1].Peer()}
		if got, _ := saved(); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		in := &tg.MessagesToggleSavedDialogPin{Peer: &tg.InputDialogPeer{Peer: w.Peer(me, p[1].Peer())}, Pinned: true}
		if _, err := w.h.toggleSavedDialogPin(t.Context(), call, in); err != nil {
			t.Fatal(err)
		}
		if got, n := saved(); n != 1 || got[0] != p[1].Peer() {
			t.Errorf("pinned: got %v, %d pinned", got, n)
		}
		page := apitest.Must[tg.MessagesMessagesClass](t, "messages.getSavedHistory")(
			w.h.getSavedHistory(t.Context(), call, &tg.MessagesGetSavedHistory{Peer: w.Peer(me, channel), Limit: 10})).(*tg.MessagesMessages)
		if len(page.Messages) != 1 || page.Messages[0].(*tg.Message).Message != "news" {
			t.Errorf("history: got %+v", page.Messages)
		}
		gone, err := w.h.deleteSavedHistory(t.Context(), call, &tg.MessagesDeleteSavedHistory{Peer: w.Peer(me, channel)})
		if err != nil || gone.PtsCount != 1 || gone.Offset != 0 {
			t.Errorf("deleted: got %+v, %v", gone, err)
		}
		if got, _ := saved(); slices.Contains(got, channel) {
			t.Errorf("after deletion: got %v", got)
		}
	})
}

// savedDialogs asks for the parts of saved messages, which layers before 166 do not know.
func (w *world) savedDialogs(t *testing.T, call *rpc.Call) *tg.MessagesSavedDialogs {
	t.Helper()
	answer, err := w.h.getSavedDialogs(t.Context(), call, &tg.MessagesGetSavedDialogs{OffsetPeer: &tg.InputPeerEmpty{}, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return answer.(*tg.MessagesSavedDialogs)
}

// mention names user in a text.
func mention(user ids.User, body string) text.Text {
	return text.Text{String: body, Entities: []text.Entity{{Kind: text.MentionName, Offset: 0, Length: 2, Number: int64(user)}}}
}

func TestUnreadMentions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		group := w.Channel(false, p[0], p[1])
		w.read(t, p[1], group)
		_, err := w.Messages.Send(t.Context(), messages.SendRequest{From: p[0], To: group, RandomID: 9, Text: mention(p[1], "hi you")})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range w.list(t, p[1], nil, 10) {
			if peerOf(d.Peer) == group && (d.UnreadMentionsCount != 1 || d.UnreadCount != 1) {
				t.Errorf("got %+v", d)
			}
		}
	})
}
