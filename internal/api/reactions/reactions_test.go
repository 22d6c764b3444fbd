package reactions

import (
	"context"
	"errors"
	"slices"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/reactions"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// world is the handlers over a world with people in it.
type world struct {
	*apitest.World
	*Handlers
	reported []ids.Peer
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		w := &world{World: in}
		w.Handlers = New(Options{
			Reactions: reactions.New(in.DB, in.Log, in.Messages, in.Stands), Messages: in.Messages, View: w.View, Render: w.Render,
			Report: func(_ context.Context, _ ids.User, _ ids.Peer, _ ids.Message, of ids.Peer) error {
				w.reported = append(w.reported, of)
				return nil
			},
		})
		fn(t, w)
	})
}

func call(u ids.User) *rpc.Call { return &rpc.Call{User: u, Layer: tg.Newest} }

// input names a peer as viewer does.
func (w *world) input(viewer ids.User, p ids.Peer) tg.InputPeerClass { return w.Peer(viewer, p) }

// must unwraps an answer and checks that it can be written in old layers and the newest.
func must[O tl.Object](t testing.TB) func(O, error) O { return apitest.MustFrom[O](t, 181) }

func emoji(list ...string) (out []tg.ReactionClass) {
	for _, e := range list {
		out = append(out, &tg.ReactionEmoji{Emoticon: e})
	}
	return out
}

// of finds the one update of a kind in an answer.
func of[U tg.UpdateClass](t testing.TB, list []tg.UpdateClass) (found U) {
	t.Helper()
	for _, u := range list {
		if u, ok := u.(U); ok {
			return u
		}
	}
	t.Fatalf("no %T in %v", found, list)
	return found
}

func TestSendReaction(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		for name, peers := range w.Chats(anna, bo) {
			w.Send(anna, peers[0], "hello", nil)
			theirs := w.Last(bo, peers[1])
			answer := must[*tg.Updates](t)(w.sendReaction(t.Context(), call(bo), &tg.MessagesSendReaction{
				Peer: w.input(bo, peers[1]), MsgID: int32(theirs.ID), Reaction: emoji("❤️", "👍"), Big: true, AddToRecent: true,
			}))
			r := of[*tg.UpdateMessageReactions](t, answer.Updates).Reactions
			if len(r.Results) != 2 || r.Results[0].ChosenOrder == nil || r.Min {
				t.Errorf("%s: bo is answered %+v", name, r)
			}
			if r.CanSeeList != (name != "channel") || r.CanSeeList && (len(r.RecentReactions) != 2 || !r.RecentReactions[0].My || !r.RecentReactions[0].Big) {
				t.Errorf("%s: list %v, recent %+v", name, r.CanSeeList, r.RecentReactions)
			}
			if peers[1].Channel() != 0 {
				edit := of[*tg.UpdateEditChannelMessage](t, answer.Updates)
				if edit.Pts != w.Position(peers[1]) || edit.Message.(*tg.Message).Reactions == nil {
					t.Errorf("%s: edit at %d, the log is at %d", name, edit.Pts, w.Position(peers[1]))
				}
			}
			w.sharedFormIsMin(t, name, w.Last(bo, peers[1]).ID, peers[1], bo)
		}
	})
}

// sharedFormIsMin checks what is pushed to all members of a channel.
func (w *world) sharedFormIsMin(t *testing.T, name string, id ids.Message, peer ids.Peer, viewer ids.User) {
	t.Helper()
	if peer.Channel() == 0 {
		return
	}
	m, _, err := w.Render.Message(t.Context(), 0, w.Last(viewer, peer))
	if err != nil {
		t.Fatal(err)
	}
	if r := m.(*tg.Message).Reactions; r == nil || !r.Min || r.Results[0].ChosenOrder != nil {
		t.Errorf("%s: all are shown %+v of message %d", name, r, id)
	}
}

func TestReactionsAreToldAndUnread(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		m := w.Send(anna, bo.Peer(), "hello", nil)
		must[*tg.Updates](t)(w.sendReaction(t.Context(), call(bo), &tg.MessagesSendReaction{
			Peer: w.input(bo, anna.Peer()), MsgID: int32(m.Twin), Reaction: emoji("🔥"),
		}))
		e := updates.Entry{Owner: anna.Peer(), Event: updates.MessageReactions{Peer: bo.Peer(), ID: m.ID}}
		u, about, err := w.Render.Entry(t.Context(), anna, e)
		if err != nil {
			t.Fatal(err)
		}
		told := u.(*tg.UpdateMessageReactions)
		if told.MsgID != int32(m.ID) || !told.Reactions.RecentReactions[0].Unread || len(about) == 0 {
			t.Errorf("anna is told %+v", told)
		}
		peer := w.input(anna, bo.Peer())
		page := must[tg.MessagesMessagesClass](t)(w.getUnreadReactions(t.Context(), call(anna), &tg.MessagesGetUnreadReactions{Peer: peer, Limit: 10}))
		if got := page.(*tg.MessagesMessages).Messages; len(got) != 1 || got[0].(*tg.Message).Reactions == nil {
			t.Errorf("unread: %v", got)
		}
		read := must[*tg.MessagesAffectedHistory](t)(w.readReactions(t.Context(), call(anna), &tg.MessagesReadReactions{Peer: peer}))
		if read.Offset != 0 || read.Pts != w.Position(anna.Peer()) {
			t.Errorf("read: %+v", read)
		}
		page = must[tg.MessagesMessagesClass](t)(w.getUnreadReactions(t.Context(), call(anna), &tg.MessagesGetUnreadReactions{Peer: peer, Limit: 10}))
		if got := page.(*tg.MessagesMessages).Messages; len(got) != 0 {
			t.Errorf("still unread: %v", got)
		}
		all1 := must[*tg.Updates](t)(w.getMessagesReactions(t.Context(), call(anna), &tg.MessagesGetMessagesReactions{Peer: peer, ID: []int32{int32(m.ID), int32(m.ID), 999}}))
		if len(all1.Updates) != 1 || of[*tg.UpdateMessageReactions](t, all1.Updates).Reactions.RecentReactions[0].Unread {
			t.Errorf("asked for: %v", all1.Updates)
		}
	})
}

func TestReactionsListAndAdmins(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(3)
		anna, bo, cleo := all[0], all[1], all[2]
		super := w.Channel(false, all...)
		m := w.Send(anna, super, "hello", nil)
		for _, u := range []ids.User{bo, cleo} {
			must[*tg.Updates](t)(w.sendReaction(t.Context(), call(u), &tg.MessagesSendReaction{
				Peer: w.input(u, super), MsgID: int32(m.ID), Reaction: emoji("💩"),
			}))
		}
		ask := &tg.MessagesGetMessageReactionsList{Peer: w.input(anna, super), ID: int32(m.ID), Limit: 1, Reaction: emoji("💩")[0]}
		first := must[*tg.MessagesMessageReactionsList](t)(w.getMessageReactionsList(t.Context(), call(anna), ask))
		if first.Count != 2 || len(first.Reactions) != 1 || len(first.Users) != 1 || first.NextOffset == nil {
			t.Fatalf("first page: %+v", first)
		}
		ask.Offset = first.NextOffset
		if second := must[*tg.MessagesMessageReactionsList](t)(w.getMessageReactionsList(t.Context(), call(anna), ask)); len(second.Reactions) != 1 || second.NextOffset != nil {
			t.Errorf("second page: %+v", second)
		}
		must[tg.Bool](t)(w.reportReaction(t.Context(), call(anna), &tg.MessagesReportReaction{
			Peer: w.input(anna, super), ID: int32(m.ID), ReactionPeer: w.input(anna, cleo.Peer()),
		}))
		if len(w.reported) != 1 || w.reported[0] != cleo.Peer() {
			t.Errorf("reported: %v", w.reported)
		}
		must[*tg.Updates](t)(w.deleteParticipantReaction(t.Context(), call(anna), &tg.MessagesDeleteParticipantReaction{
			Peer: w.input(anna, super), MsgID: int32(m.ID), Participant: w.input(anna, cleo.Peer()),
		}))
		must[tg.Bool](t)(w.deleteParticipantReactions(t.Context(), call(anna), &tg.MessagesDeleteParticipantReactions{
			Peer: w.input(anna, super), Participant: w.input(anna, bo.Peer()),
		}))
		if r := w.Last(anna, super).Reactions; r != nil {
			t.Errorf("left: %+v", r)
		}
		if _, err := w.sendPaidReaction(t.Context(), call(bo), &tg.MessagesSendPaidReaction{}); !errors.Is(err, errPaid) {
			t.Errorf("paid: %v", err)
		}
	})
}

func TestReactionSettings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna := w.People(1)[0]
		c := call(anna)
		m := w.Send(anna, anna.Peer(), "note", nil)
		answer := must[*tg.Updates](t)(w.sendReaction(t.Context(), c, &tg.MessagesSendReaction{
			Peer: &tg.InputPeerSelf{}, MsgID: int32(m.ID), Reaction: emoji("🔥"), AddToRecent: true,
		}))
		if r := of[*tg.UpdateMessageReactions](t, answer.Updates).Reactions; !r.ReactionsAsTags || r.CanSeeList {
			t.Errorf("a tag shows as %+v", r)
		}
		must[tg.Bool](t)(w.updateSavedReactionTag(t.Context(), c, &tg.MessagesUpdateSavedReactionTag{Reaction: emoji("🔥")[0], Title: new("hot")}))
		tags := must[tg.MessagesSavedReactionTagsClass](t)(w.getSavedReactionTags(t.Context(), c, &tg.MessagesGetSavedReactionTags{})).(*tg.MessagesSavedReactionTags)
		if len(tags.Tags) != 1 || *tags.Tags[0].Title != "hot" || tags.Tags[0].Count != 1 {
			t.Errorf("tags: %+v", tags.Tags)
		}
		if _, ok := must[tg.MessagesSavedReactionTagsClass](t)(w.getSavedReactionTags(t.Context(), c, &tg.MessagesGetSavedReactionTags{Hash: tags.Hash})).(*tg.MessagesSavedReactionTagsNotModified); !ok {
			t.Error("tags are told again")
		}
		for name, list := range map[string]tg.MessagesReactionsClass{
			"top":    must[tg.MessagesReactionsClass](t)(w.getTopReactions(t.Context(), c, &tg.MessagesGetTopReactions{Limit: 5})),
			"recent": must[tg.MessagesReactionsClass](t)(w.getRecentReactions(t.Context(), c, &tg.MessagesGetRecentReactions{Limit: 5})),
			"tags":   must[tg.MessagesReactionsClass](t)(w.getDefaultTagReactions(t.Context(), c, &tg.MessagesGetDefaultTagReactions{})),
		} {
			if l := list.(*tg.MessagesReactions); len(l.Reactions) == 0 || l.Hash == 0 || name != "tags" && l.Reactions[0].(*tg.ReactionEmoji).Emoticon != "🔥" {
				t.Errorf("%s: %+v", name, l)
			}
		}
		must[tg.Bool](t)(w.clearRecentReactions(t.Context(), c, &tg.MessagesClearRecentReactions{}))
		must[tg.Bool](t)(w.setDefaultReaction(t.Context(), c, &tg.MessagesSetDefaultReaction{Reaction: emoji("👍")[0]}))
		if _, err := w.setDefaultReaction(t.Context(), c, &tg.MessagesSetDefaultReaction{Reaction: &tg.ReactionEmpty{}}); !errors.Is(err, reactions.ErrInvalid) {
			t.Errorf("no default: %v", err)
		}
	})
}

func TestAvailableReactionsCanBeLoaded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := call(w.People(1)[0])
		list := must[tg.MessagesAvailableReactionsClass](t)(w.getAvailableReactions(t.Context(), c, &tg.MessagesGetAvailableReactions{})).(*tg.MessagesAvailableReactions)
		if len(list.Reactions) != len(reactions.Emoji()) {
			t.Errorf("%d reactions", len(list.Reactions))
		}
		if _, ok := must[tg.MessagesAvailableReactionsClass](t)(w.getAvailableReactions(t.Context(), c, &tg.MessagesGetAvailableReactions{Hash: list.Hash})).(*tg.MessagesAvailableReactionsNotModified); !ok {
			t.Error("the list is told again")
		}
		doc := list.Reactions[0].ActivateAnimation.(*tg.Document)
		at := &tg.InputDocumentFileLocation{ID: doc.ID, AccessHash: doc.AccessHash}
		found, ok, err := w.Locate(t.Context(), c, at)
		if err != nil || !ok || found.Size != doc.Size {
			t.Fatalf("found %v of %d bytes, %v", ok, found.Size, err)
		}
		if got, err := found.ReadAt(t.Context(), 0, int(doc.Size)+1); err != nil || int64(len(got)) != doc.Size {
			t.Errorf("read %d of %d bytes, %v", len(got), doc.Size, err)
		}
		at.AccessHash = 5
		if _, _, err := w.Locate(t.Context(), c, at); !errors.Is(err, errLocation) {
			t.Errorf("with another hash: %v", err)
		}
		if _, ok, err := w.Locate(t.Context(), c, &tg.InputDocumentFileLocation{ID: 5}); ok || err != nil {
			t.Errorf("another document: %v, %v", ok, err)
		}
	})
}

// Who reacts to a post of a channel stays unknown to all others: not even the people beside the messages tell.
func TestNobodyIsShownBelowPosts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(3)
		bo, cleo := all[1], all[2]
		channel := w.Channel(true, all...)
		m := w.Send(all[0], channel, "news", nil)
		must[*tg.Updates](t)(w.sendReaction(t.Context(), call(bo), &tg.MessagesSendReaction{
			Peer: w.input(bo, channel), MsgID: int32(m.ID), Reaction: emoji("👍"),
		}))
		got := must[*tg.Updates](t)(w.getMessagesReactions(t.Context(), call(cleo), &tg.MessagesGetMessagesReactions{
			Peer: w.input(cleo, channel), ID: []int32{int32(m.ID)},
		}))
		if r := of[*tg.UpdateMessageReactions](t, got.Updates).Reactions; len(r.Results) != 1 || len(r.RecentReactions) != 0 || len(got.Users) != 0 {
			t.Errorf("got %+v with %d people", r, len(got.Users))
		}
		read := w.Last(cleo, channel)
		if _, about, err := w.Render.Message(t.Context(), cleo, read); err != nil || slices.Contains(about, bo.Peer()) {
			t.Errorf("the post comes with %v, %v", about, err)
		}
		if named, err := w.Messages.Names(t.Context(), cleo, channel, m.ID, bo.Peer()); err != nil || named {
			t.Errorf("the post names him: %v, %v", named, err)
		}
	})
}

func TestCustomEmojiAsReactions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		w.Render.SetCustomEmoji(func(_ context.Context, wanted ...int64) (map[int64]bool, error) {
			return map[int64]bool{5: slices.Contains(wanted, 5)}, nil
		})
		m := w.Send(anna, bo.Peer(), "hello", nil)
		react := func(id int64) (*tg.Updates, error) {
			return w.sendReaction(t.Context(), call(bo), &tg.MessagesSendReaction{
				Peer: w.input(bo, anna.Peer()), MsgID: int32(m.Twin), Reaction: []tg.ReactionClass{&tg.ReactionCustomEmoji{DocumentID: id}},
			})
		}
		got := of[*tg.UpdateMessageReactions](t, must[*tg.Updates](t)(react(5)).Updates).Reactions
		if c, ok := got.Results[0].Reaction.(*tg.ReactionCustomEmoji); !ok || c.DocumentID != 5 {
			t.Errorf("got %+v", got.Results)
		}
		if _, err := react(6); !errors.Is(err, reactions.ErrInvalid) {
			t.Errorf("an emoji that does not exist: %v", err)
		}
		super := w.Channel(false, anna, bo)
		post := w.Send(anna, super, "hello", nil)
		_, err := w.sendReaction(t.Context(), call(bo), &tg.MessagesSendReaction{
			Peer: w.input(bo, super), MsgID: int32(post.ID), Reaction: []tg.ReactionClass{&tg.ReactionCustomEmoji{DocumentID: 5}},
		})
		if !errors.Is(err, reactions.ErrInvalid) {
			t.Errorf("in a group that has not allowed them: %v", err)
		}
	})
}
