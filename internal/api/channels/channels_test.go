package channels

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/text"
	"hermod/internal/tl/tg"
)

// TDLib fails the call unless there is just one new message, with just one updateMessageID that names it.
func TestCreateChannelAnswersAsTDLibInsists(t *testing.T) {
	for name, megagroup := range map[string]bool{"broadcast": false, "supergroup": true} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				anna := w.callers(1)[0]
				out := must[*tg.Updates](t)(w.createChannel(t.Context(), anna, &tg.ChannelsCreateChannel{Megagroup: megagroup, Title: " Club "}))
				news, ids := updatesOf[*tg.UpdateNewChannelMessage](out), updatesOf[*tg.UpdateMessageID](out)
				if len(news) != 1 || len(ids) != 1 || len(updatesOf[*tg.UpdateChannel](out)) != 1 {
					t.Fatalf("updates %v", out.Updates)
				}
				m := news[0].Message.(*tg.MessageService)
				if ids[0].ID != m.ID || ids[0].RandomID == 0 || news[0].Pts != 2 || news[0].PtsCount != 1 {
					t.Errorf("message %d, id %+v, pts %d/%d", m.ID, ids[0], news[0].Pts, news[0].PtsCount)
				}
				if a, ok := m.Action.(*tg.MessageActionChannelCreate); !ok || a.Title != "Club" {
					t.Errorf("action %+v", m.Action)
				}
				c := out.Chats[0].(*tg.Channel)
				if !c.Creator || c.Left || c.Megagroup != megagroup || c.Broadcast == megagroup || c.AdminRights == nil || *c.AccessHash == 0 {
					t.Errorf("channel %+v", c)
				}
			})
		})
	}
}

func TestFullChannelOfOwnerAndMember(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.callers(2)
		ch := w.found(all[0], true, all[1])
		for i, call := range all {
			out := must[*tg.MessagesChatFull](t)(w.getFullChannel(t.Context(), call, &tg.ChannelsGetFullChannel{Channel: w.input(call, ch)}))
			full := out.FullChat.(*tg.ChannelFull)
			if full.Pts < 2 || *full.ParticipantsCount != 2 || !full.CanViewParticipants || full.NotifySettings == nil {
				t.Errorf("%d: full %+v", i, full)
			}
			if owner := i == 0; full.CanSetUsername != owner || (full.AdminsCount != nil) != owner || full.CanViewStats != owner {
				t.Errorf("%d: full %+v", i, full)
			}
			if out.Chats[0].(*tg.Channel).ID != int64(ch) {
				t.Errorf("%d: the first chat is %+v", i, out.Chats[0])
			}
		}
	})
}

func TestParticipants(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.callers(3)
		ch := w.found(all[0], true, all[1])
		list := must[*tg.ChannelsChannelParticipants](t)(participantsOf(w.getParticipants(t.Context(), all[1], &tg.ChannelsGetParticipants{
			Channel: w.input(all[1], ch), Filter: &tg.ChannelParticipantsRecent{}, Limit: 100,
		})))
		if list.Count != 2 || len(list.Participants) != 2 || len(list.Users) != 2 {
			t.Errorf("participants %+v", list)
		}
		self := must[*tg.ChannelsChannelParticipant](t)(w.getParticipant(t.Context(), all[1], &tg.ChannelsGetParticipant{
			Channel: w.input(all[1], ch), Participant: &tg.InputPeerSelf{},
		}))
		if p, ok := self.Participant.(*tg.ChannelParticipantSelf); !ok || p.InviterID != int64(all[0].User) {
			t.Errorf("self %+v", self.Participant)
		}
		_, err := w.getParticipant(t.Context(), all[0], &tg.ChannelsGetParticipant{
			Channel: w.input(all[0], ch), Participant: w.peer(all[0], all[2].User.Peer()),
		})
		if !errors.Is(err, rights.ErrNotParticipant) {
			t.Errorf("stranger: %v", err)
		}
	})
}

func participantsOf(a tg.ChannelsChannelParticipantsClass, err error) (*tg.ChannelsChannelParticipants, error) {
	list, _ := a.(*tg.ChannelsChannelParticipants)
	return list, err
}

func TestLeavingAndJoining(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.callers(2)
		ch := w.found(all[0], true, all[1])
		out := must[*tg.Updates](t)(w.leaveChannel(t.Context(), all[1], &tg.ChannelsLeaveChannel{Channel: w.input(all[1], ch)}))
		if c := out.Chats[0].(*tg.Channel); !c.Left {
			t.Errorf("after leaving: %+v", c)
		}
		join := &tg.ChannelsJoinChannel{Channel: w.input(all[1], ch)}
		if _, err := w.joinChannel(t.Context(), all[1], join); !errors.Is(err, rights.ErrPrivate) {
			t.Errorf("joining a private channel: %v", err)
		}
		must[tg.Bool](t)(w.updateUsername(t.Context(), all[0], &tg.ChannelsUpdateUsername{Channel: w.input(all[0], ch), Username: "the_club"}))
		in := must[*tg.MessagesChatInviteJoinResultOk](t)(w.joinChannel(t.Context(), all[1], join))
		if c := in.Updates.(*tg.Updates).Chats[0].(*tg.Channel); c.Left || *c.Username != "the_club" {
			t.Errorf("after joining: %+v", c)
		}
	})
}

func TestBannedUserSeesAForbiddenChannel(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.callers(2)
		ch := w.found(all[0], true, all[1])
		must[*tg.Updates](t)(w.editBanned(t.Context(), all[0], &tg.ChannelsEditBanned{
			Channel: w.input(all[0], ch), Participant: w.peer(all[0], all[1].User.Peer()),
			BannedRights: &tg.ChatBannedRights{ViewMessages: true},
		}))
		chats := must[*tg.MessagesChats](t)(w.getChannels(t.Context(), all[1], &tg.ChannelsGetChannels{ID: []tg.InputChannelClass{w.input(all[1], ch)}}))
		if f, ok := chats.Chats[0].(*tg.ChannelForbidden); !ok || f.AccessHash == 0 || f.Title != "Club" {
			t.Errorf("got %+v", chats.Chats[0])
		}
		_, err := w.getFullChannel(t.Context(), all[1], &tg.ChannelsGetFullChannel{Channel: w.input(all[1], ch)})
		if !errors.Is(err, rights.ErrPrivate) {
			t.Errorf("full: %v", err)
		}
	})
}

func TestAdminLogShowsWhatWasDone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.callers(2)
		anna := all[0]
		ch := w.found(anna, true, all[1])
		in := w.input(anna, ch)
		must[*tg.Updates](t)(w.editTitle(t.Context(), anna, &tg.ChannelsEditTitle{Channel: in, Title: "New"}))
		must[tg.Bool](t)(w.editChatAbout(t.Context(), anna, &tg.MessagesEditChatAbout{Peer: w.peer(anna, ch.Peer()), About: "All"}))
		must[*tg.Updates](t)(w.toggleSlowMode(t.Context(), anna, &tg.ChannelsToggleSlowMode{Channel: in, Seconds: 30}))
		must[*tg.Updates](t)(w.togglePreHistoryHidden(t.Context(), anna, &tg.ChannelsTogglePreHistoryHidden{Channel: in, Enabled: true}))
		must[*tg.Updates](t)(w.editAdmin(t.Context(), anna, &tg.ChannelsEditAdmin{
			Channel: in, UserID: w.user(anna, all[1]), AdminRights: &tg.ChatAdminRights{BanUsers: true}, Rank: new("guard"),
		}))
		must[*tg.Updates](t)(w.editChatDefaultBannedRights(t.Context(), anna, &tg.MessagesEditChatDefaultBannedRights{
			Peer: w.peer(anna, ch.Peer()), BannedRights: &tg.ChatBannedRights{SendPolls: true},
		}))
		log := must[*tg.ChannelsAdminLogResults](t)(w.getAdminLog(t.Context(), anna, &tg.ChannelsGetAdminLog{Channel: in, Limit: 100}))
		want := []string{
			"channelAdminLogEventActionDefaultBannedRights", "channelAdminLogEventActionParticipantToggleAdmin",
			"channelAdminLogEventActionTogglePreHistoryHidden", "channelAdminLogEventActionToggleSlowMode",
			"channelAdminLogEventActionChangeAbout", "channelAdminLogEventActionChangeTitle", "channelAdminLogEventActionParticipantInvite",
		}
		var got []string
		for _, e := range log.Events {
			got = append(got, e.Action.TLName())
		}
		if len(got) != len(want) {
			t.Fatalf("got %v", got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("event %d: got %s, want %s", i, got[i], want[i])
			}
		}
		some := must[*tg.ChannelsAdminLogResults](t)(w.getAdminLog(t.Context(), anna, &tg.ChannelsGetAdminLog{
			Channel: in, Limit: 100, EventsFilter: &tg.ChannelAdminLogEventsFilter{Promote: true},
		}))
		if len(some.Events) != 1 {
			t.Errorf("promotions: %+v", some.Events)
		}
	})
}

func TestSignaturesAreTwoSwitches(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna := w.callers(1)[0]
		ch := w.found(anna, false)
		set := func(signatures, profiles bool) (*tg.Updates, error) {
			return w.toggleSignatures(t.Context(), anna, &tg.ChannelsToggleSignatures{
				Channel: w.input(anna, ch), SignaturesEnabled: signatures, ProfilesEnabled: profiles,
			})
		}
		out := must[*tg.Updates](t)(set(true, true))
		if c := out.Chats[0].(*tg.Channel); !c.Signatures || !c.SignatureProfiles {
			t.Errorf("both on: %+v", c)
		}
		out = must[*tg.Updates](t)(set(true, false))
		if c := out.Chats[0].(*tg.Channel); !c.Signatures || c.SignatureProfiles {
			t.Errorf("one off: %+v", c)
		}
		if _, err := set(true, false); !errors.Is(err, channels.ErrSame) {
			t.Errorf("again: %v", err)
		}
	})
}

func TestCommonChatsGoOnAfterTheLast(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := w.callers(2)
		var made []int64
		for range 3 {
			made = append(made, int64(w.found(all[0], true, all[1])))
		}
		w.found(all[0], false, all[1]) // no group
		seen := map[int64]bool{}
		last := int64(0)
		for range made {
			out, err := w.getCommonChats(t.Context(), all[0], &tg.MessagesGetCommonChats{UserID: w.user(all[0], all[1]), MaxID: last, Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			page := out.(*tg.MessagesChatsSlice)
			if page.Count != 3 || len(page.Chats) != 1 {
				t.Fatalf("page %+v", page)
			}
			last = page.Chats[0].(*tg.Channel).ID
			seen[last] = true
		}
		for _, id := range made {
			if !seen[id] {
				t.Errorf("group %d is missing among %v", id, seen)
			}
		}
	})
}

func TestMessageLinksAreUnderOurHost(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna := w.callers(1)[0]
		ch := w.found(anna, true)
		link := func() string {
			return must[*tg.ExportedMessageLink](t)(w.exportMessageLink(t.Context(), anna, &tg.ChannelsExportMessageLink{
				Channel: w.input(anna, ch), ID: 1,
			})).Link
		}
		if got, want := link(), fmt.Sprintf("https://chat.example.org/c/%d/1", ch); got != want {
			t.Errorf("private: got %s, want %s", got, want)
		}
		must[tg.Bool](t)(w.updateUsername(t.Context(), anna, &tg.ChannelsUpdateUsername{Channel: w.input(anna, ch), Username: "the_club"}))
		if got, want := link(), "https://chat.example.org/the_club/1"; got != want {
			t.Errorf("public: got %s, want %s", got, want)
		}
	})
}

// A long history goes in steps, and a request takes no more of them when its time is over.
func TestLongHistoryGoesInSteps(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna := w.callers(1)[0]
		ch := w.found(anna, true)
		const written = 600
		err := w.in.DB.Write(t.Context(), func(tx *db.Tx) error {
			for range written {
				m := &messages.Message{Owner: ch.Peer(), Peer: ch.Peer(), From: anna.User.Peer(), Date: time.Now(), Text: text.Text{String: "x"}}
				if err := w.messages.Post(t.Context(), tx, m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		left := func() int {
			page, err := w.messages.History(t.Context(), anna.User, ch.Peer(), messages.Window{Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			return page.Total
		}
		req := messages.ClearRequest{By: anna.User, Peer: ch.Peer(), Revoke: true}
		if err := w.clear(t.Context(), req, time.Now()); err != nil {
			t.Fatal(err)
		}
		if n := left(); n < 2 || n >= written {
			t.Errorf("%d are left after a step", n)
		}
		must[*tg.Updates](t)(w.deleteHistory(t.Context(), anna, &tg.ChannelsDeleteHistory{Channel: w.input(anna, ch), ForEveryone: true}))
		if n := left(); n > 1 { // the founding of a channel stays
			t.Errorf("%d are left", n)
		}
	})
}
