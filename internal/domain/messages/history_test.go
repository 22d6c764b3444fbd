package messages

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
)

// TestHistoryWindow asks a chat of the ten messages 1, 3, 5 … 19, of which the i-th has the date 1000+i.
func TestHistoryWindow(t *testing.T) {
	at := func(i int64) time.Time { return time.Unix(1000+i, 0) }
	tests := map[string]struct {
		w    Window
		want []ids.Message
	}{
		"top":                            {Window{Limit: 3}, []ids.Message{19, 17, 15}},
		"all":                            {Window{Limit: 50}, []ids.Message{19, 17, 15, 13, 11, 9, 7, 5, 3, 1}},
		"none":                           {Window{}, nil},
		"behind a message":               {Window{OffsetID: 15, Limit: 2}, []ids.Message{13, 11}},
		"behind a number without one":    {Window{OffsetID: 14, Limit: 2}, []ids.Message{13, 11}},
		"behind the largest number":      {Window{OffsetID: 2147483647, Limit: 1}, []ids.Message{19}},
		"skipping":                       {Window{OffsetID: 15, AddOffset: 2, Limit: 2}, []ids.Message{9, 7}},
		"around":                         {Window{OffsetID: 11, AddOffset: -2, Limit: 4}, []ids.Message{13, 11, 9, 7}},
		"around, at the top":             {Window{OffsetID: 19, AddOffset: -3, Limit: 5}, []ids.Message{19, 17, 15}},
		"newer only":                     {Window{OffsetID: 11, AddOffset: -3, Limit: 3}, []ids.Message{15, 13, 11}},
		"newer, further up":              {Window{OffsetID: 11, AddOffset: -5, Limit: 3}, []ids.Message{19, 17, 15}},
		"newer than there is":            {Window{OffsetID: 11, AddOffset: -9, Limit: 3}, nil},
		"newer than the oldest":          {Window{OffsetID: 1, AddOffset: -2, Limit: 2}, []ids.Message{3, 1}},
		"before a date":                  {Window{OffsetDate: at(5), Limit: 2}, []ids.Message{7, 5}},
		"before all dates":               {Window{OffsetDate: at(1), Limit: 2}, nil},
		"before a late date":             {Window{OffsetDate: at(99), Limit: 2}, []ids.Message{19, 17}},
		"around a date":                  {Window{OffsetDate: at(5), AddOffset: -1, Limit: 2}, []ids.Message{9, 7}},
		"behind a message and a date":    {Window{OffsetDate: at(5), OffsetID: 5, Limit: 2}, []ids.Message{3, 1}},
		"newer than min":                 {Window{MinID: 15, Limit: 9}, []ids.Message{19, 17}},
		"older than max":                 {Window{MaxID: 5, Limit: 9}, []ids.Message{3, 1}},
		"between":                        {Window{MinID: 5, MaxID: 11, Limit: 9}, []ids.Message{9, 7}},
		"limit is bounded":               {Window{Limit: 1 << 30}, []ids.Message{19, 17, 15, 13, 11, 9, 7, 5, 3, 1}},
		"negative limit":                 {Window{Limit: -4}, nil},
		"the other end, as Telethon":     {Window{OffsetID: 5, AddOffset: -4, Limit: 4, MinID: 4}, []ids.Message{11, 9, 7, 5}},
		"only the count, as web clients": {Window{OffsetID: 9, AddOffset: -1, Limit: 1}, []ids.Message{9}},
	}
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		for i := range 10 {
			w.send(p[0], p[1], fmt.Sprint(i))
			w.send(p[0], p[2], "in between")
			err := w.db.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE message SET date = $1 WHERE owner = $2 AND id >= $3`,
					at(int64(i)+1), int64(p[0]), 2*i+1)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for name, tt := range tests {
			page, err := w.History(t.Context(), p[0], p[1].Peer(), tt.w)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var got []ids.Message
			for _, m := range page.Messages {
				got = append(got, m.ID)
			}
			if !slices.Equal(got, tt.want) || page.Total != 10 || page.Whole != (len(got) == 10) {
				t.Errorf("%s: got %v of %d, want %v", name, got, page.Total, tt.want)
			}
		}
	})
}

// TestHistoryForWebK asks for as many messages as Web K does.
func TestHistoryForWebK(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		for range 102 {
			w.send(p[0], p[1], "on and on")
		}
		page, err := w.History(t.Context(), p[0], p[1].Peer(), Window{Limit: 101})
		if err != nil || len(page.Messages) != 101 || page.Whole {
			t.Errorf("got %d of %d, whole %v, %v", len(page.Messages), page.Total, page.Whole, err)
		}
	})
}

func TestDialogPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(8)
		me := p[0]
		for i, other := range p[1:] {
			w.send(other, me, fmt.Sprint(i))
		}
		date := func(peer ids.User, at int64) {
			err := w.db.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE dialog SET top_date = $1 WHERE owner = $2 AND peer = $3`, at, int64(me), int64(peer))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for i, other := range p[1:] {
			date(other, int64(1000+i/2*2)) // two share a second
		}
		if _, err := w.dl.Pin(t.Context(), me, p[1].Peer(), true); err != nil {
			t.Fatal(err)
		}
		if _, err := w.dl.Move(t.Context(), me, []ids.Peer{p[2].Peer()}, dialogs.Archive); err != nil {
			t.Fatal(err)
		}
		list := func(q dialogs.ListQuery) (names []int, page DialogPage) {
			page, err := w.DialogList(t.Context(), me, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range page.Dialogs {
				if page.Tops[d.Peer] == nil {
					t.Errorf("top message %d is missing", d.Top)
				}
				names = append(names, slices.Index(p, d.Peer.User()))
			}
			return names, page
		}
		main := 0
		check := func(what string, got []int, want ...int) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", what, got, want)
			}
		}
		got, page := list(dialogs.ListQuery{Folder: &main, Limit: 100})
		check("main", got, 1, 7, 6, 5, 4, 3)
		if !page.Whole || page.Total != 6 {
			t.Errorf("whole %v, total %d", page.Whole, page.Total)
		}
		got, _ = list(dialogs.ListQuery{Limit: 100})
		check("all folders", got, 1, 7, 6, 5, 4, 3, 2)
		archive := dialogs.Archive
		got, _ = list(dialogs.ListQuery{Folder: &archive, Limit: 100})
		check("archive", got, 2)
		got, page = list(dialogs.ListQuery{Folder: &main, ExcludePinned: true, Limit: 100})
		check("without pinned", got, 7, 6, 5, 4, 3)
		if !page.Whole {
			t.Error("not whole")
		}

		// As TDLib, Telethon and Web A do: date, message and peer of the last one.
		var all []int
		q := dialogs.ListQuery{Folder: &main, ExcludePinned: true, Limit: 2}
		for range 10 {
			got, page := list(q)
			if len(got) == 0 {
				break
			}
			all = append(all, got...)
			last := page.Dialogs[len(page.Dialogs)-1]
			q.OffsetDate, q.OffsetID, q.OffsetPeer = last.TopDate, last.Top+1, last.Peer
		}
		check("pages", all, 7, 6, 5, 4, 3)

		// As Web K does: by date alone.
		all, q = nil, dialogs.ListQuery{Folder: &main, Limit: 2}
		for range 10 {
			got, page := list(q)
			if len(got) == 0 {
				break
			}
			all = append(all, got...)
			q.OffsetDate = page.Dialogs[len(page.Dialogs)-1].TopDate
		}
		check("pages by date", all, 1, 7, 6, 5, 4, 3)

		all, q = nil, dialogs.ListQuery{Folder: &main, ExcludePinned: true, Limit: 2}
		for range 10 {
			got, page := list(q)
			if len(got) == 0 {
				break
			}
			all = append(all, got...)
			q.OffsetPeer = page.Dialogs[len(page.Dialogs)-1].Peer
		}
		check("pages by peer", all, 7, 6, 5, 4, 3)
		got, _ = list(dialogs.ListQuery{Folder: &main, OffsetPeer: p[1].Peer(), Limit: 100})
		check("behind a pinned one", got, 7, 6, 5, 4, 3)
	})
}

func TestPinnedDialogs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(5)
		me := p[0]
		for _, o := range p[1:] {
			w.send(o, me, "hi")
		}
		order := func() (got []int) {
			page, err := w.PinnedDialogs(t.Context(), me, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range page.Dialogs {
				got = append(got, slices.Index(p, d.Peer.User()))
			}
			return got
		}
		for _, i := range []int{1, 2, 3} {
			if changed, err := w.dl.Pin(t.Context(), me, p[i].Peer(), true); err != nil || !changed {
				t.Fatal(changed, err)
			}
		}
		if got := order(); !slices.Equal(got, []int{3, 2, 1}) {
			t.Errorf("got %v", got)
		}
		if changed, err := w.dl.Pin(t.Context(), me, p[1].Peer(), true); err != nil || changed {
			t.Error(changed, err)
		}
		reorder := func(force bool, peers ...int) {
			var list []ids.Peer
			for _, i := range peers {
				list = append(list, p[i].Peer())
			}
			if err := w.dl.Reorder(t.Context(), me, 0, list, force); err != nil {
				t.Fatal(err)
			}
		}
		reorder(false, 1, 3)
		if got := order(); !slices.Equal(got, []int{1, 3, 2}) {
			t.Errorf("after reordering some: %v", got)
		}
		reorder(true, 4, 1)
		if got := order(); !slices.Equal(got, []int{4, 1}) {
			t.Errorf("after forcing: %v", got)
		}
	})
}

func TestSearch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		w.send(p[0], p[1], "Hello brave new World")
		w.send(p[1], p[0], "the world is not enough")
		w.send(p[0], p[2], "Blåbærsyltetøy på verden")
		w.send(p[0], p[0], "wor-king on worlds: https://example.com/world_2")
		w.send(p[2], p[1], "world of others")
		// found asks in both states of the index: before and after it took in what there is.
		found := func(what string, q Query, want ...ids.Message) {
			t.Helper()
			q.By, q.Window.Limit = p[0], max(q.Window.Limit, 10)
			page, err := w.Search(t.Context(), q)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			var got []ids.Message
			for _, m := range page.Messages {
				got = append(got, m.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", what, got, want)
			}
		}
		table := func() {
			t.Helper()
			found("word", Query{Words: "world"}, 4, 2, 1)
			found("beginning of a word", Query{Words: "WOR"}, 4, 2, 1)
			found("two words", Query{Words: "new wor"}, 1)
			found("letters of home", Query{Words: "blåbær"}, 3)
			found("letters of home in capitals", Query{Words: "BLÅBÆR"}, 3)
			found("in one chat", Query{Words: "world", Peer: p[1].Peer()}, 2, 1)
			found("from one person", Query{Words: "world", From: p[1].Peer()}, 2)
			found("nothing", Query{Words: "absent"})
			found("the owner, who is in the index", Query{Words: fmt.Sprint(int64(p[0]))})
			found("only signs", Query{Words: "!!!"})
			found("quotes", Query{Words: `"world" OR ('`}, []ids.Message(nil)...)
			found("links", Query{Filter: FilterLinks}, 4)
			found("no words", Query{Peer: p[1].Peer()}, 2, 1)
			found("a part of a link", Query{Words: "example world"}, 4)
			found("behind a message", Query{Words: "world", Window: Window{OffsetID: 4}}, 2, 1)
			found("media", Query{Words: "world", Filter: FilterNothing})
			found("saved", Query{Peer: p[0].Peer(), Saved: p[0].Peer()}, 4)
			found("saved from elsewhere", Query{Peer: p[0].Peer(), Saved: p[1].Peer()})
			found("dates", Query{Words: "world", MinDate: time.Now().Add(time.Hour)})
		}
		table()
		index := func() {
			t.Helper()
			if w.db.Engine() != db.SQLite {
				return
			}
			if err := w.index.load(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := w.index.drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		index()
		table()

		if _, err := w.Edit(t.Context(), EditRequest{By: p[0], ID: 1, Text: &text.Text{String: "changed"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Delete(t.Context(), p[0], 0, []ids.Message{2}, false); err != nil {
			t.Fatal(err)
		}
		w.send(p[1], p[0], "a newer world")
		changed := func() {
			t.Helper()
			found("word", Query{Words: "world"}, 5, 4)
			found("edited", Query{Words: "changed"}, 1)
			if n, _, err := w.Count(t.Context(), Query{By: p[0], Words: "world"}); n != 2 || err != nil {
				t.Errorf("count %d, %v", n, err)
			}
		}
		changed()
		index()
		changed()
	})
}
