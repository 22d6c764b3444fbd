package previews

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"hermod/internal/api/apitest"
	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/preview"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/text"
	"hermod/internal/domain/translate"
	"hermod/internal/guard"
	"hermod/internal/tl/tg"
)

// loud translates into capitals.
type loud struct{}

func (loud) Translate(_ context.Context, texts []string, _ string) ([]string, error) {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = strings.ToUpper(s)
	}
	return out, nil
}

type world struct {
	*apitest.World
	*Handlers
	anna, bo ids.User
	pages    *preview.Service
	attacher *preview.Attacher
}

func each(t *testing.T, provider translate.Provider, fn func(t *testing.T, w *world)) {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<title>Harbour</title>")
	}))
	t.Cleanup(site.Close)
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		w := &world{World: in}
		w.pages = preview.New(in.DB, guard.Dialing(func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, site.Listener.Addr().String())
		}))
		w.attacher = preview.NewAttacher(w.pages, in.Log, in.Messages, func(ctx context.Context, u ids.User, p ids.Peer) (bool, error) {
			v, err := in.Channels.Look(ctx, u, p.Channel())
			return v.May(rights.EmbedLinks), err
		})
		w.Handlers = New(Options{
			Pages: w.pages, Translate: translate.New(in.DB, provider), Messages: in.Messages, View: in.View,
			Text: in.Render.Text, Entities: render.Entities,
		})
		p := in.People(2)
		w.anna, w.bo = p[0], p[1]
		fn(t, w)
	})
}

func TestGetWebPagePreview(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ask := func(message string) tg.MessageMediaClass {
			t.Helper()
			return apitest.Must[*tg.MessagesWebPagePreview](t, "messages.getWebPagePreview")(w.getWebPagePreview(t.Context(), apitest.Call(w.anna),
				&tg.MessagesGetWebPagePreview{Message: message})).Media
		}
		page, ok := ask("look at example.com/a").(*tg.MessageMediaWebPage)
		if !ok || *page.Webpage.(*tg.WebPage).Title != "Harbour" || *page.Webpage.(*tg.WebPage).SiteName != "example.com" {
			t.Errorf("got %+v", page)
		}
		for _, message := range []string{"nothing here", "see http://127.0.0.1/", "see example.com/none"} {
			if m, ok := ask(message).(*tg.MessageMediaEmpty); !ok {
				t.Errorf("%q: got %+v", message, m)
			}
		}
		in := &tg.MessagesGetWebPage{URL: "http://example.com/a"}
		got := apitest.Must[*tg.MessagesWebPage](t, "messages.getWebPage")(w.getWebPage(t.Context(), apitest.Call(w.anna), in))
		in.Hash = got.Webpage.(*tg.WebPage).Hash
		again := apitest.Must[*tg.MessagesWebPage](t, "messages.getWebPage")(w.getWebPage(t.Context(), apitest.Call(w.anna), in))
		if again.Webpage.TLName() != "webPageNotModified" {
			t.Errorf("got %+v", again.Webpage)
		}
		_, err := w.getWebPage(t.Context(), apitest.Call(w.anna), &tg.MessagesGetWebPage{URL: ""})
		apitest.Refused(t, wireErrors, err, "WC_CONVERT_URL_INVALID")
	})
}

// A new message with a link waits for its page, and the devices of both sides are told when it is there.
func TestPageBelowMessage(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		m := w.Send(w.anna, w.bo.Peer(), "look at example.com/b", nil)
		if m.Media == nil || m.Media.WebPage == nil {
			t.Fatalf("got %+v", m)
		}
		id := m.Media.WebPage.ID
		shown, err := Pages(w.pages, nil)(t.Context(), []int64{id})
		if err != nil || shown[id].TLName() != "webPagePending" {
			t.Errorf("at once: got %+v, %v", shown, err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.attacher.Run(ctx) }()
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if slices.Contains(w.Events(w.bo.Peer(), 1), "edit_message") && slices.Contains(w.Events(w.anna.Peer(), 1), "edit_message") {
				break
			}
		}
		stop()
		<-done
		shown, err = Pages(w.pages, nil)(t.Context(), []int64{id})
		if err != nil || shown[id].TLName() != "webPage" {
			t.Errorf("later: got %+v, %v", shown, err)
		}
		if m := w.Send(w.bo, w.anna.Peer(), "again example.com/b", nil); m.Media == nil || m.Media.WebPage.ID != id {
			t.Errorf("known: got %+v", m.Media)
		}
		edited, err := w.Messages.Edit(t.Context(), messages.EditRequest{
			By: w.anna, Peer: w.bo.Peer(), ID: m.ID, Text: &text.Text{String: "no link"},
		})
		if err != nil || edited.Message.Media != nil {
			t.Errorf("edited: got %+v, %v", edited.Message, err)
		}
		if m := w.Send(w.bo, w.anna.Peer(), "no link", nil); m.Media != nil {
			t.Errorf("got %+v", m.Media)
		}
		group := w.Channel(false, w.anna, w.bo)
		if _, err := w.Channels.SetDefaults(t.Context(), w.anna, group.Channel(), rights.EmbedLinks); err != nil {
			t.Fatal(err)
		}
		if m := w.Send(w.bo, group, "example.com/b", nil); m.Media != nil {
			t.Errorf("where links may not be embedded: got %+v", m.Media)
		}
		if m := w.Send(w.bo, w.anna.Peer(), "inside http://10.0.0.1/", nil); m.Media != nil {
			t.Errorf("got %+v", m.Media)
		}
	})
}

func TestTranslate(t *testing.T) {
	each(t, loud{}, func(t *testing.T, w *world) {
		m := w.Send(w.anna, w.bo.Peer(), "hei", nil)
		call := apitest.Call(w.anna)
		in := &tg.MessagesTranslateText{Peer: w.Peer(w.anna, w.bo.Peer()), ID: []int32{int32(m.ID)}, ToLang: "en"}
		got := apitest.Must[*tg.MessagesTranslateResult](t, "messages.translateText")(w.translateText(t.Context(), call, in))
		if len(got.Result) != 1 || got.Result[0].Text != "HEI" {
			t.Errorf("got %+v", got.Result)
		}
		in.ID = []int32{99}
		_, err := w.translateText(t.Context(), call, in)
		apitest.Refused(t, wireErrors, err, "MSG_ID_INVALID")
		_, err = w.translateText(t.Context(), call, &tg.MessagesTranslateText{Text: []*tg.TextWithEntities{{Text: "x"}}, ToLang: "?"})
		apitest.Refused(t, wireErrors, err, "TO_LANG_INVALID")
		if _, err := w.togglePeerTranslations(t.Context(), call, &tg.MessagesTogglePeerTranslations{Disabled: true, Peer: in.Peer}); err != nil {
			t.Error(err)
		}
	})
}

func TestTranslateOff(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		_, err := w.translateText(t.Context(), apitest.Call(w.anna), &tg.MessagesTranslateText{ToLang: "en"})
		apitest.Refused(t, wireErrors, err, "TRANSLATIONS_DISABLED_ALT")
	})
}
