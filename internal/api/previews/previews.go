// Package previews serves what is shown beside a text: the pages that it links to, and its translation.
package previews

import (
	"context"
	"errors"
	"hash/fnv"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/preview"
	"hermod/internal/domain/text"
	"hermod/internal/domain/translate"
	"hermod/internal/guard"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods. Safe for concurrent use.
type Handlers struct {
	o Options
}

// Options are what the handlers work with.
type Options struct {
	Pages     *preview.Service
	Translate *translate.Service
	Messages  *messages.Service
	View      *view.View
	// Text reads a text with what a client marked in it.
	Text func(ctx context.Context, call *rpc.Call, s string, e []tg.MessageEntityClass) (text.Text, error)
	// Entities shows the marks of a text.
	Entities func([]text.Entity) []tg.MessageEntityClass
	// Photos shows photos by the ids of their files; nil: pages are shown without pictures.
	Photos Photos
}

// Photos shows photos by the ids of their files; those that are gone are left out.
type Photos func(ctx context.Context, want []int64) (map[int64]tg.PhotoClass, error)

// of returns the photos of pages.
func (fn Photos) of(ctx context.Context, sites ...preview.Site) (map[int64]tg.PhotoClass, error) {
	var want []int64
	for _, s := range sites {
		if s.Photo != 0 {
			want = append(want, s.Photo)
		}
	}
	if len(want) == 0 || fn == nil {
		return nil, nil
	}
	return fn(ctx, want)
}

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	translate.ErrOff:      rpc.BadRequest("TRANSLATIONS_DISABLED_ALT"),
	translate.ErrLanguage: rpc.BadRequest("TO_LANG_INVALID"),
	translate.ErrEmpty:    rpc.BadRequest("INPUT_TEXT_EMPTY"),
	translate.ErrTooLong:  rpc.BadRequest("INPUT_TEXT_TOO_LONG"),
	translate.ErrFailed:   rpc.BadRequest("TRANSLATE_REQ_FAILED"),
	translate.ErrSlow:     rpc.BadRequest("TRANSLATION_TIMEOUT"),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.SignedIn, h.getWebPagePreview)
	rpc.Handle(r, rpc.SignedIn, h.getWebPage)
	rpc.Handle(r, rpc.UserOnly, h.translateText)
	rpc.Handle(r, rpc.UserOnly, h.togglePeerTranslations)
}

// Bounds of waiting.
const (
	previewTime = 4 * time.Second  // while somebody types
	againAfter  = 3 * time.Second  // when clients should ask again for a page that is not there yet
	pendingTime = 60 * time.Second // how long a page may keep people waiting; past that there is none
)

// getWebPagePreview serves https://core.telegram.org/method/messages.getWebPagePreview.
func (h *Handlers) getWebPagePreview(ctx context.Context, call *rpc.Call, in *tg.MessagesGetWebPagePreview) (*tg.MessagesWebPagePreview, error) {
	t, err := h.o.Text(ctx, call, in.Message, in.Entities)
	if err != nil {
		return nil, err
	}
	answer := &tg.MessagesWebPagePreview{Media: &tg.MessageMediaEmpty{}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{}}
	link, ok := preview.Link(text.Find(t))
	if !ok {
		return answer, nil
	}
	site, err := h.wait(ctx, link)
	if err != nil || site.ID == 0 {
		return answer, err
	}
	switch {
	case site.At.IsZero():
		answer.Media = &tg.MessageMediaWebPage{Webpage: pending(site, time.Now().Add(againAfter))}
	case !site.Empty():
		photos, err := h.o.Photos.of(ctx, site)
		if err != nil {
			return nil, err
		}
		answer.Media = &tg.MessageMediaWebPage{Webpage: show(site, photos)}
	}
	return answer, nil
}

// getWebPage serves https://core.telegram.org/method/messages.getWebPage.
func (h *Handlers) getWebPage(ctx context.Context, _ *rpc.Call, in *tg.MessagesGetWebPage) (*tg.MessagesWebPage, error) {
	answer := &tg.MessagesWebPage{Webpage: &tg.WebPageEmpty{URL: &in.URL}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{}}
	site, err := h.wait(ctx, in.URL)
	if errors.Is(err, guard.ErrURL) {
		return nil, rpc.BadRequest("WC_CONVERT_URL_INVALID")
	}
	if err != nil || site.ID == 0 {
		return answer, err
	}
	photos, err := h.o.Photos.of(ctx, site)
	if err != nil {
		return nil, err
	}
	answer.Webpage = at(site, time.Now(), photos)
	if page, ok := answer.Webpage.(*tg.WebPage); ok && in.Hash != 0 && page.Hash == in.Hash {
		answer.Webpage = &tg.WebPageNotModified{}
	}
	return answer, nil
}

// wait returns a page, for which it waits a while. There is none, with ID 0, where it must not be fetched; one that is
// late has no time. It fails with guard.ErrURL.
func (h *Handlers) wait(ctx context.Context, link string) (preview.Site, error) {
	known, ok, err := h.o.Pages.Known(ctx, link)
	if ok {
		return known, nil
	}
	if errors.Is(err, preview.ErrOff) || errors.Is(err, guard.ErrRefused) {
		return preview.Site{}, nil
	}
	if err != nil {
		return preview.Site{}, err
	}
	waiting, cancel := context.WithTimeout(ctx, previewTime)
	defer cancel()
	site, err := h.o.Pages.Get(waiting, link)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, preview.ErrBusy) {
		return known, nil
	}
	return site, err
}

// Pages returns what shows pages by their ids; those that say nothing are left out.
func Pages(from *preview.Service, photos Photos) func(ctx context.Context, want []int64) (map[int64]tg.WebPageClass, error) {
	return func(ctx context.Context, want []int64) (map[int64]tg.WebPageClass, error) {
		sites, err := from.Sites(ctx, want...)
		if err != nil {
			return nil, err
		}
		pictures, err := photos.of(ctx, slices.Collect(maps.Values(sites))...)
		if err != nil {
			return nil, err
		}
		now, shown := time.Now(), make(map[int64]tg.WebPageClass, len(sites))
		for id, s := range sites {
			page := at(s, now, pictures)
			if _, empty := page.(*tg.WebPageEmpty); !empty {
				shown[id] = page
			}
		}
		return shown, nil
	}
}

// at shows a page as it is known now: itself, that it is waited for, or that there is nothing. One to which no message links
// keeps nobody waiting.
func at(s preview.Site, now time.Time, photos map[int64]tg.PhotoClass) tg.WebPageClass {
	switch {
	case s.At.IsZero() && (s.Asked.IsZero() || now.Sub(s.Asked) < pendingTime):
		return pending(s, now.Add(againAfter))
	case s.Empty():
		return &tg.WebPageEmpty{ID: s.ID, URL: &s.URL}
	}
	return show(s, photos)
}

func pending(s preview.Site, again time.Time) *tg.WebPagePending {
	return &tg.WebPagePending{ID: s.ID, URL: &s.URL, Date: int32(again.Unix())}
}

func show(s preview.Site, photos map[int64]tg.PhotoClass) *tg.WebPage {
	t := &tg.WebPage{
		ID: s.ID, URL: s.URL, DisplayURL: displayed(s.URL), Type: some(s.Type), SiteName: some(s.SiteName),
		Title: some(s.Title), Description: some(s.Description), Author: some(s.Author),
	}
	if photo := photos[s.Photo]; photo != nil {
		t.Photo, t.HasLargeMedia = photo, true
	}
	if t.SiteName == nil {
		t.SiteName = some(host(s.URL))
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.Join([]string{s.URL, s.SiteName, s.Title, s.Description, s.Author, strconv.FormatInt(s.Photo, 10)}, "\x00")))
	t.Hash = int32(h.Sum32()&0x7fffffff | 1)
	return t
}

// displayed is an address as people read it.
func displayed(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func messageIDs(in []int32) []ids.Message {
	out := make([]ids.Message, len(in))
	for i, id := range in {
		out[i] = ids.Message(id)
	}
	return out
}
