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

// sorts are the kinds of media that are files, with what they are called here.
var sorts = map[string]media.Kind{
	"photo": media.Photo, "video": media.Video, "document": media.Document, "voice": media.Voice, "music": media.Music,
	"round": media.Round, "gif": media.GIF, "sticker": media.Sticker,
}

// filters are what each filter finds.
var filters = []struct {
	filter tg.MessagesFilterClass
	found  []string
}{
	{&tg.InputMessagesFilterPhotos{}, []string{"photo"}},
	{&tg.InputMessagesFilterVideo{}, []string{"video"}},
	{&tg.InputMessagesFilterPhotoVideo{}, []string{"photo", "video"}},
	{&tg.InputMessagesFilterDocument{}, []string{"document"}},
	{&tg.InputMessagesFilterGif{}, []string{"gif"}},
	{&tg.InputMessagesFilterVoice{}, []string{"voice"}},
	{&tg.InputMessagesFilterMusic{}, []string{"music"}},
	{&tg.InputMessagesFilterRoundVoice{}, []string{"round", "voice"}},
	{&tg.InputMessagesFilterRoundVideo{}, []string{"round"}},
	{&tg.InputMessagesFilterPhoneCalls{}, nil},
}

// fill sends one of each kind to a chat.
func (w *world) fill(from ids.User, to ids.Peer) {
	for name, kind := range sorts {
		w.Send(from, to, name, &media.Media{Kind: kind, File: &media.FileRef{ID: int64(kind)}})
	}
}

func TestFiltersFindWhatTheyStandFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		for name, chat := range w.Chats(p[0], p[1]) {
			w.fill(p[0], chat[0])
			in := w.Peer(p[1], chat[1])
			var all []tg.MessagesFilterClass
			for _, f := range filters {
				all = append(all, f.filter)
				answer, err := w.h.search(t.Context(), apitest.Call(p[1]), &tg.MessagesSearch{Peer: in, Limit: 50, Filter: f.filter})
				got, count := found(t, apitest.Must[tg.MessagesMessagesClass](t, "messages.search")(answer, err))
				if slices.Sort(got); !slices.Equal(got, f.found) || count != len(f.found) {
					t.Errorf("%s: %T: got %q of %d, want %q", name, f.filter, got, count, f.found)
				}
			}
			counters, err := w.h.getSearchCounters(t.Context(), apitest.Call(p[1]), &tg.MessagesGetSearchCounters{Peer: in, Filters: all})
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range counters {
				if int(c.Count) != len(filters[i].found) || c.Filter != filters[i].filter {
					t.Errorf("%s: %T: counted %d, want %d", name, c.Filter, c.Count, len(filters[i].found))
				}
			}
			calendar, err := w.h.getSearchResultsCalendar(t.Context(), apitest.Call(p[1]), &tg.MessagesGetSearchResultsCalendar{
				Peer: in, Filter: &tg.InputMessagesFilterPhotoVideo{},
			})
			if err != nil || calendar.Count != 2 || len(calendar.Periods) == 0 {
				t.Errorf("%s: calendar: got %+v, %v", name, calendar, err)
			}
		}
	})
}

func TestMediaOfAllChats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		chats := w.Chats(p[0], p[1])
		for _, chat := range chats {
			w.fill(p[0], chat[0])
		}
		for _, f := range filters {
			answer, err := w.h.searchGlobal(t.Context(), apitest.Call(p[1]), &tg.MessagesSearchGlobal{
				OffsetPeer: &tg.InputPeerEmpty{}, Limit: 50, Filter: f.filter,
			})
			got, _ := found(t, apitest.Must[tg.MessagesMessagesClass](t, "messages.searchGlobal")(answer, err))
			if len(got) != len(chats)*len(f.found) {
				t.Errorf("%T: got %q", f.filter, got)
			}
		}
		sent := func(by ids.User, q string) []string {
			answer, err := w.h.searchSentMedia(t.Context(), apitest.Call(by), &tg.MessagesSearchSentMedia{Q: q, Filter: &tg.InputMessagesFilterDocument{}, Limit: 20})
			got, _ := found(t, apitest.Must[tg.MessagesMessagesClass](t, "messages.searchSentMedia")(answer, err))
			return got
		}
		if got := sent(p[0], ""); len(got) == 0 || slices.ContainsFunc(got, func(s string) bool { return s != "document" }) {
			t.Errorf("sent by oneself: %q", got)
		}
		if got := sent(p[0], "nothing"); len(got) != 0 {
			t.Errorf("sent with other words: %q", got)
		}
		if got := sent(p[1], ""); len(got) != 0 {
			t.Errorf("sent by another: %q", got)
		}
	})
}

// What can be looked at for a while only is found by nobody.
func TestVanishingMediaAreNotFound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		for i, ttl := range []int32{5, media.Once} {
			w.Send(p[0], p[1].Peer(), fmt.Sprint(i), &media.Media{Kind: media.Photo, File: &media.FileRef{ID: int64(i + 1), TTL: ttl}})
		}
		answer, err := w.h.search(t.Context(), apitest.Call(p[1]), &tg.MessagesSearch{
			Peer: w.Peer(p[1], p[0].Peer()), Limit: 50, Filter: &tg.InputMessagesFilterPhotos{},
		})
		if got, count := found(t, apitest.Must[tg.MessagesMessagesClass](t, "messages.search")(answer, err)); len(got) != 0 || count != 0 {
			t.Errorf("found %q of %d", got, count)
		}
	})
}
