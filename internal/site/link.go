package site

import (
	"bytes"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
)

// A Link is what a path on this server names: somebody with a username, or an invite link.
type Link struct {
	Name   string // username
	Invite string // hash of an invite link
	// Rest is what follows a username: "/15" for a post, "/15/3" for one in a topic.
	Rest string
}

// A Card is what may be told of a link to anybody.
type Card struct {
	Kind    string // "Channel", "Group", "Person" or "Bot"
	Title   string
	About   string
	Members int // 0: not told
}

var (
	usernamePath = regexp.MustCompile(`^/([A-Za-z][A-Za-z0-9_]{1,31})((?:/[0-9]{1,10}){0,2})$`)
	privatePath  = regexp.MustCompile(`^/c/([0-9]{1,19})((?:/[0-9]{1,10}){1,2})$`)
	invitePath   = regexp.MustCompile(`^/(?:\+|joinchat/)([A-Za-z0-9_-]{8,64})$`)
)

// parseLink reads a path of the forms that clients make links of.
// Spec: https://core.telegram.org/api/links
func parseLink(path string) (Link, bool) {
	if m := invitePath.FindStringSubmatch(path); m != nil {
		return Link{Invite: m[1]}, true
	}
	if m := usernamePath.FindStringSubmatch(path); m != nil {
		return Link{Name: m[1], Rest: m[2]}, true
	}
	return Link{}, false
}

// app is the link by which a client opens what the page is about.
func (l Link) app() string {
	if l.Invite != "" {
		return "tg://join?invite=" + url.QueryEscape(l.Invite)
	}
	return "tg://resolve?domain=" + url.QueryEscape(l.Name)
}

// browser is the address by which the web client opens what the page is about.
func (l Link) browser() string { return "/#" + l.shown() + l.Rest }

func (l Link) shown() string {
	if l.Invite != "" {
		return "+" + l.Invite
	}
	return "@" + l.Name
}

// A Finder tells what a link leads to, or nil.
type Finder func(ctx context.Context, l Link) (*Card, error)

// serveLink answers the address of a link with a page about it, and 404 where there is nothing that anybody may see.
func (s *Site) serveLink(w http.ResponseWriter, r *http.Request) {
	// What is private has no page: only the client can tell whether its user may see it.
	if m := privatePath.FindStringSubmatch(r.URL.Path); m != nil && s.app.built() {
		http.Redirect(w, r, "/#c"+m[1]+m[2], http.StatusFound)
		return
	}
	l, ok := parseLink(r.URL.Path)
	if !ok || s.opts.Find == nil {
		http.NotFound(w, r)
		return
	}
	card, err := s.opts.Find(r.Context(), l)
	if err != nil {
		http.Error(w, "the page could not be made", http.StatusServiceUnavailable)
		return
	}
	if card == nil {
		http.NotFound(w, r)
		return
	}
	s.writeCard(w, l, card)
}

func (s *Site) writeCard(w http.ResponseWriter, l Link, card *Card) {
	var b bytes.Buffer
	browser := ""
	if s.app.built() {
		browser = l.browser()
	}
	err := s.link.Execute(&b, struct {
		Options
		Card    *Card
		Shown   string
		Open    template.URL // made of letters that parseLink has let through
		Browser template.URL // the same
	}{s.opts, card, l.shown(), template.URL(l.app()), template.URL(browser)})
	if err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", s.csp)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(b.Bytes())
}
