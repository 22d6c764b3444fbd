package search

import (
	"fmt"
	"slices"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
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
		fn(t, &world{in, New(Options{Messages: in.Messages, Channels: in.Channels, View: in.View, Render: in.Render})})
	})
}

// found are the texts, or kinds of media, that are in an answer, and the count it tells.
func found(t *testing.T, answer tg.MessagesMessagesClass) (texts []string, count int) {
	t.Helper()
	var list []tg.MessageClass
	switch a := answer.(type) {
	case *tg.MessagesMessages:
		list, count = a.Messages, len(a.Messages)
	case *tg.MessagesMessagesSlice:
		list, count = a.Messages, int(a.Count)
	case *tg.MessagesChannelMessages:
		list, count = a.Messages, int(a.Count)
	}
	for _, m := range list {
		texts = append(texts, m.(*tg.Message).Message)
	}
	return texts, count
}

func TestSearchInEveryKindOfChat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		place := &media.Media{Kind: media.Geo, Geo: &media.Point{Lat: 1, Long: 2}}
		for name, chat := range w.Chats(p[0], p[1]) {
			w.Send(p[0], chat[0], "hello #World", nil)
			w.Send(p[0], chat[0], "see https://example.com/world", nil)
			w.Send(p[0], chat[0], "", place)
			w.Send(p[0], chat[0], "nothing here", nil)
			look := func(what string, in *tg.MessagesSearch, want ...string) {
				t.Helper()
				in.Peer, in.Limit = w.Peer(p[1], chat[1]), 10
				if in.Filter == nil {
					in.Filter = &tg.InputMessagesFilterEmpty{}
				}
				answer, err := w.h.search(t.Context(), apitest.Call(p[1]), in)
				got, count := found(t, apitest.Must[tg.MessagesMessagesClass](t, "messages.search")(answer, err))
				if !slices.Equal(got, want) || count != len(want) {
					t.Errorf("%s: %s: got %q of %d, want %q", name, what, got, count, want)
				}
			}
			look("words", &tg.MessagesSearch{Q: "wor"}, "see https://example.com/world", "hello #World")
			look("hashtag", &tg.MessagesSearch{Q: "#world"}, "hello #World")
			look("two words", &tg.MessagesSearch{Q: "world hel"}, "hello #World")
			look("links", &tg.MessagesSearch{Filter: &tg.InputMessagesFilterURL{}}, "see https://example.com/world")
			look("places", &tg.MessagesSearch{Filter: &tg.InputMessagesFilterGeo{}}, "")
			look("photos", &tg.MessagesSearch{Filter: &tg.InputMessagesFilterPhotos{}})
			look("by its author", &tg.MessagesSearch{Q: "world", FromID: w.Peer(p[1], p[1].Peer())})
		}
	})
}

func TestCountersCalendarAndPositions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(1)
		call := apitest.Call(p[0])
		channel := w.Channel(true, p[0])
		for i := range 5 {
			w.Send(p[0], channel, fmt.Sprintf("https://example.com/%d", i), nil)
			w.Send(p[0], channel, "no link", nil)
		}
		peer := w.Peer(p[0], channel)
		links := &tg.InputMessagesFilterURL{}
		counts, err := w.h.getSearchCounters(t.Context(), call, &tg.MessagesGetSearchCounters{
			Peer: peer, Filters: []tg.MessagesFilterClass{links, &tg.InputMessagesFilterVideo{}},
		})
		if err != nil || counts[0].Count != 5 || counts[0].Inexact || counts[1].Count != 0 {
			t.Errorf("counters: got %+v, %v", counts, err)
		}
		calendar := apitest.Must[*tg.MessagesSearchResultsCalendar](t, "messages.getSearchResultsCalendar")(
			w.h.getSearchResultsCalendar(t.Context(), call, &tg.MessagesGetSearchResultsCalendar{Peer: peer, Filter: links}))
		if calendar.Count != 5 || len(calendar.Periods) == 0 || len(calendar.Messages) != len(calendar.Periods) {
			t.Errorf("calendar: got %+v", calendar)
		}
		places := apitest.Must[*tg.MessagesSearchResultsPositions](t, "messages.getSearchResultsPositions")(
			w.h.getSearchResultsPositions(t.Context(), call, &tg.MessagesGetSearchResultsPositions{Peer: peer, Filter: links, Limit: 3}))
		if places.Count != 5 || len(places.Positions) != 3 || places.Positions[2].Offset != 2 {
			t.Errorf("positions: got %+v", places)
		}
		next := apitest.Must[*tg.MessagesSearchResultsPositions](t, "messages.getSearchResultsPositions")(
			w.h.getSearchResultsPositions(t.Context(), call, &tg.MessagesGetSearchResultsPositions{
				Peer: peer, Filter: links, Limit: 3, OffsetID: places.Positions[2].MsgID,
			}))
		if len(next.Positions) != 2 || next.Positions[0].Offset != 3 {
			t.Errorf("positions behind: got %+v", next)
		}
		_, err = w.h.getSearchResultsCalendar(t.Context(), call, &tg.MessagesGetSearchResultsCalendar{Peer: peer, Filter: &tg.InputMessagesFilterEmpty{}})
		apitest.Refused(t, wireErrors, err, "FILTER_NOT_SUPPORTED")
	})
}

func TestSearchEverywhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		me := p[0]
		channel, super, group, strange := w.Channel(true, p[1], me), w.Channel(false, p[1], me), w.Group(p[1], me), w.Channel(true, p[2])
		for i, chat := range []ids.Peer{channel, super, group, me.Peer()} {
			w.Send(p[1], chat, fmt.Sprint("needle ", i), nil)
		}
		w.Send(p[2], strange, "needle of others", nil)
		for i := range 4 {
			w.Send(me, p[2].Peer(), fmt.Sprint("needle ", 4+i), nil)
		}
		look := func(in *tg.MessagesSearchGlobal) (all []string) {
			t.Helper()
			in.Q, in.OffsetPeer, in.Filter, in.Limit = "need", &tg.InputPeerEmpty{}, &tg.InputMessagesFilterEmpty{}, 3
			for range 10 {
				answer := apitest.Must[tg.MessagesMessagesClass](t, "messages.searchGlobal")(w.h.searchGlobal(t.Context(), apitest.Call(me), in))
				texts, _ := found(t, answer)
				all = append(all, texts...)
				slice, ok := answer.(*tg.MessagesMessagesSlice)
				if !ok || slice.NextRate == nil {
					break
				}
				last := slice.Messages[len(slice.Messages)-1].(*tg.Message)
				in.OffsetRate, in.OffsetID, in.OffsetPeer = *slice.NextRate, last.ID, w.Peer(me, peerOf(last.PeerID))
			}
			slices.Sort(all)
			return all
		}
		tests := map[string]struct {
			in   *tg.MessagesSearchGlobal
			want string
		}{
			"all":        {&tg.MessagesSearchGlobal{}, "[0 1 2 3 4 5 6 7]"},
			"channels":   {&tg.MessagesSearchGlobal{BroadcastsOnly: true}, "[0]"},
			"groups":     {&tg.MessagesSearchGlobal{GroupsOnly: true}, "[1 2]"},
			"people":     {&tg.MessagesSearchGlobal{UsersOnly: true}, "[3 4 5 6 7]"},
			"in archive": {&tg.MessagesSearchGlobal{FolderID: new(int32(1))}, "[]"},
		}
		for name, tt := range tests {
			var got []string
			for _, s := range look(tt.in) {
				got = append(got, s[len("needle "):])
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("%s: got %v, want %s", name, got, tt.want)
			}
		}
	})
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

func TestHashtagsOfPublicChannels(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		open, closed := w.Channel(true, p[0]), w.Channel(true, p[0])
		if _, err := w.Channels.SetUsername(t.Context(), p[0], open.Channel(), "openchannel"); err != nil {
			t.Fatal(err)
		}
		w.Send(p[0], open, "first #News", nil)
		w.Send(p[0], closed, "secret #news", nil)
		gone := w.Send(p[0], open, "gone #news", nil)
		w.Send(p[0], open, "second #news and #weather", nil)
		if _, err := w.Messages.Delete(t.Context(), p[0], open, []ids.Message{gone.ID}, true); err != nil {
			t.Fatal(err)
		}
		for tag, want := range map[string]string{"news": "[second #news and #weather first #News]", "#Weather": "[second #news and #weather]", "new": "[]"} {
			answer := apitest.Must[tg.MessagesMessagesClass](t, "channels.searchPosts")(w.h.searchPosts(t.Context(), apitest.Call(p[1]),
				&tg.ChannelsSearchPosts{Hashtag: &tag, OffsetPeer: &tg.InputPeerEmpty{}, Limit: 10}))
			if got, _ := found(t, answer); fmt.Sprint(got) != want {
				t.Errorf("%s: got %v, want %s", tag, got, want)
			}
		}
		answer, err := w.h.searchPosts(t.Context(), apitest.Call(p[1]), &tg.ChannelsSearchPosts{Query: new("x"), OffsetPeer: &tg.InputPeerEmpty{}})
		if slice, ok := answer.(*tg.MessagesMessagesSlice); !ok || err != nil || slice.SearchFlood == nil {
			t.Errorf("TDLib wants the limits of searching by words; got %+v, %v", answer, err)
		}
	})
}

func TestStrangersSearchNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		channel := w.Channel(true, p[0])
		w.Send(p[0], channel, "secret", nil)
		in := &tg.MessagesSearch{Peer: w.Peer(p[1], channel), Q: "secret", Filter: &tg.InputMessagesFilterEmpty{}, Limit: 10}
		if answer, err := w.h.search(t.Context(), apitest.Call(p[1]), in); err == nil {
			t.Errorf("got %+v", answer)
		}
	})
}
