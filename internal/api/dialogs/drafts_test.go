package dialogs

import (
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/tl/tg"
)

// A draft keeps which page is to be shown under it, and nothing of other media.
func TestDraftsKeepTheirPage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		call := apitest.Call(p[0])
		page := &tg.InputMediaWebPage{URL: "https://example.org/", ForceLargeMedia: true, Optional: true}
		for _, tt := range []struct {
			in   tg.InputMediaClass
			want bool
		}{{page, true}, {&tg.InputMediaPhoto{ID: &tg.InputPhoto{ID: 5}}, false}} {
			_, err := w.h.saveDraft(t.Context(), call, &tg.MessagesSaveDraft{Peer: w.Peer(p[0], p[1].Peer()), Message: "look", Media: tt.in})
			if err != nil {
				t.Fatal(err)
			}
			answer := apitest.Must[tg.UpdatesClass](t, "messages.getAllDrafts")(w.h.getAllDrafts(t.Context(), call, &tg.MessagesGetAllDrafts{}))
			got := apitest.Find[*tg.UpdateDraftMessage](t, answer).Draft.(*tg.DraftMessage)
			if shown, ok := got.Media.(*tg.InputMediaWebPage); ok != tt.want || ok && *shown != *page {
				t.Errorf("%T is kept as %+v", tt.in, got.Media)
			}
		}
	})
}
