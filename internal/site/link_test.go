package site

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

func TestLinksHaveAPage(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Find = func(_ context.Context, l Link) (*Card, error) {
			switch {
			case l.Name == "news_room":
				return &Card{Kind: "Channel", Title: "News <room>", About: "All of it", Members: 7}, nil
			case l.Invite == "AbCd_fGh1234":
				return &Card{Kind: "Group", Title: "Friends"}, nil
			}
			return nil, nil
		}
	})
	tests := map[string]struct {
		path string
		want []string // nothing: not found
	}{
		"channel":        {"/news_room", []string{"News &lt;room&gt;", "7 subscribers", "tg://resolve?domain=news_room"}},
		"post":           {"/news_room/15", []string{"News &lt;room&gt;"}},
		"comment":        {"/news_room/15/3", []string{"News &lt;room&gt;"}},
		"invite":         {"/+AbCd_fGh1234", []string{"Friends", "tg://join?invite=AbCd_fGh1234"}},
		"old invite":     {"/joinchat/AbCd_fGh1234", []string{"Friends"}},
		"unknown name":   {"/nobody_here", nil},
		"no name at all": {"/favicon.ico", nil},
		"script":         {"/+%3Cscript%3E", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := get(t, s, "http://chat.example.org"+tt.path)
			if found := w.Code == http.StatusOK; found != (tt.want != nil) {
				t.Fatalf("status %d", w.Code)
			}
			for _, want := range tt.want {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("the page does not contain %q", want)
				}
			}
		})
	}
}

func TestLinksWithoutFinder(t *testing.T) {
	if w := get(t, newSite(t, nil), "http://chat.example.org/news_room"); w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}
