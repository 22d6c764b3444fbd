package preview

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A Page is what a page says of itself.
type Page struct {
	Type        string `json:"t,omitempty"` // as webPage.type: article, video, …
	SiteName    string `json:"n,omitempty"`
	Title       string `json:"h,omitempty"`
	Description string `json:"d,omitempty"`
	Author      string `json:"a,omitempty"`
	Photo       int64  `json:"p,omitempty"` // the file of its picture

	Image string `json:"-"` // the address of its picture, while it is being fetched
}

// Empty reports whether there is nothing to show.
func (p Page) Empty() bool { return p.Title == "" && p.Description == "" && p.Photo == 0 }

const (
	maxTitle       = 256 // characters
	maxDescription = 512
	maxName        = 128
	maxAddress     = 2048
	maxToken       = 64 << 10 // bytes of one piece of markup
)

// parse reads the head of a page. Whatever comes in, it returns: broken pages just say less.
func parse(r io.Reader) Page {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	found := map[string]string{}
	for {
		switch z.Next() {
		case html.ErrorToken:
			return page(found)
		case html.StartTagToken, html.SelfClosingTagToken:
			name, hasAttr := z.TagName()
			switch atom.Lookup(name) {
			case atom.Body:
				return page(found)
			case atom.Title:
				if z.Next() == html.TextToken {
					keep(found, "title", string(z.Text()))
				}
			case atom.Meta:
				meta(z, hasAttr, found)
			}
		}
	}
}

// meta keeps what a meta tag says: the first of each name counts.
func meta(z *html.Tokenizer, more bool, found map[string]string) {
	var name, content string
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "property", "name":
			name = strings.ToLower(string(value))
		case "content":
			content = string(value)
		}
	}
	if names[name] {
		keep(found, name, content)
	}
}

// names are the tags that are heeded.
// Spec: https://ogp.me, https://developer.x.com/en/docs/x-for-websites/cards/overview/markup
var names = map[string]bool{
	"og:title": true, "og:description": true, "og:site_name": true, "og:type": true,
	"twitter:title": true, "twitter:description": true, "description": true, "author": true, "article:author": true,
	"og:image": true, "og:image:url": true, "og:image:secure_url": true, "twitter:image": true,
}

func keep(found map[string]string, name, value string) {
	if found[name] == "" {
		found[name] = value
	}
}

// page chooses among what was found.
func page(found map[string]string) Page {
	first := func(limit int, names ...string) string {
		for _, n := range names {
			if s := tidy(found[n], limit); s != "" {
				return s
			}
		}
		return ""
	}
	p := Page{
		SiteName:    first(maxName, "og:site_name"),
		Title:       first(maxTitle, "og:title", "twitter:title", "title"),
		Description: first(maxDescription, "og:description", "twitter:description", "description"),
		Author:      first(maxName, "author", "article:author"),
		Type:        "article",
		Image:       first(maxAddress, "og:image", "og:image:secure_url", "og:image:url", "twitter:image"),
	}
	if strings.HasPrefix(p.Author, "http") {
		p.Author = "" // a page about him, not his name
	}
	if strings.HasPrefix(found["og:type"], "profile") {
		p.Type = "profile"
	}
	if p.Empty() {
		return Page{}
	}
	return p
}

// tidy makes one line of s, of at most limit characters, without what cannot be seen or would turn the line around.
func tidy(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return -1
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:limit-1])) + "…"
}
