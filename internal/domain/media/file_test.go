package media

import (
	"errors"
	"slices"
	"testing"

	"hermod/internal/domain/rights"
)

func of(kind Kind) *Media { return &Media{Kind: kind, File: &FileRef{ID: 1}} }

func TestCleanFiles(t *testing.T) {
	tests := map[string]struct {
		media Media
		err   error
	}{
		"photo":               {Media{Kind: Photo, File: &FileRef{ID: 1, Spoiler: true}}, nil},
		"no file":             {Media{Kind: Photo}, ErrInvalid},
		"no id":               {Media{Kind: Photo, File: &FileRef{}}, ErrInvalid},
		"was looked at":       {Media{Kind: Photo, File: &FileRef{ID: 1, TTL: 5, Expired: true}}, ErrInvalid},
		"for a while":         {Media{Kind: Photo, File: &FileRef{ID: 1, TTL: MaxTTL}}, nil},
		"for too long":        {Media{Kind: Photo, File: &FileRef{ID: 1, TTL: MaxTTL + 1}}, ErrTTL},
		"once":                {Media{Kind: Round, File: &FileRef{ID: 1, TTL: Once}}, nil},
		"for less than none":  {Media{Kind: Photo, File: &FileRef{ID: 1, TTL: -1}}, ErrTTL},
		"a file for a while":  {Media{Kind: Document, File: &FileRef{ID: 1, TTL: 5}}, ErrTTL},
		"a GIF for a while":   {Media{Kind: GIF, File: &FileRef{ID: 1, TTL: 5}}, ErrTTL},
		"of service messages": {Media{Kind: ChatPhoto, File: &FileRef{ID: 1}}, ErrInvalid},
	}
	for name, tt := range tests {
		if err := tt.media.Clean(); !errors.Is(err, tt.err) {
			t.Errorf("%s: got %v, want %v", name, err, tt.err)
		}
	}
	m := Media{Kind: Document, File: &FileRef{ID: 1, Cover: 2, Start: 3, Motion: 4}}
	if err := m.Clean(); err != nil || *m.File != (FileRef{ID: 1}) {
		t.Errorf("a document keeps %+v, %v", m.File, err)
	}
}

func TestFilesOfMedia(t *testing.T) {
	m := &Media{Kind: Video, File: &FileRef{ID: 1, Cover: 2}}
	if got := m.Files(); !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("got %v", got)
	}
	gone := (&Media{Kind: Photo, File: &FileRef{ID: 1, TTL: 5}}).Vanished()
	if len(gone.Files()) != 0 || gone.TTL() != 5 || !gone.File.Expired {
		t.Errorf("got %+v", gone.File)
	}
	var none *Media
	if len(none.Files()) != 0 || none.TTL() != 0 || none.Album() != Alone {
		t.Error("nothing has something")
	}
}

func TestWhatReplacesWhat(t *testing.T) {
	tests := map[string]struct {
		fresh, old *Media
		grouped    bool
		err        error
	}{
		"photo by video":        {of(Video), of(Photo), false, nil},
		"photo by a file":       {of(Document), of(Photo), false, nil},
		"text by a photo":       {of(Photo), nil, false, nil},
		"page by a photo":       {of(Photo), &Media{Kind: WebPage}, false, nil},
		"place by a place":      {&Media{Kind: Geo}, &Media{Kind: Geo}, false, nil},
		"photo by a place":      {&Media{Kind: Geo}, of(Photo), false, ErrNew},
		"photo by a page":       {&Media{Kind: WebPage}, of(Photo), false, ErrNew},
		"place by a photo":      {of(Photo), &Media{Kind: Geo}, false, ErrPrevious},
		"voice by music":        {of(Music), of(Voice), false, ErrPrevious},
		"music by voice":        {of(Voice), of(Music), false, ErrNew},
		"sticker by a photo":    {of(Photo), of(Sticker), false, ErrPrevious},
		"in an album":           {of(Video), of(Photo), true, nil},
		"out of an album":       {of(Document), of(Photo), true, ErrGrouped},
		"GIF into an album":     {of(GIF), of(Photo), true, ErrGrouped},
		"what vanishes":         {of(Photo), &Media{Kind: Photo, File: &FileRef{ID: 1, TTL: 5}}, false, ErrPrevious},
		"by what will vanish":   {&Media{Kind: Photo, File: &FileRef{ID: 1, TTL: 5}}, of(Photo), false, ErrNew},
		"what has vanished yet": {of(Photo), &Media{Kind: Photo, File: &FileRef{TTL: 5, Expired: true}}, false, ErrPrevious},
	}
	for name, tt := range tests {
		if err := tt.fresh.CheckReplaces(tt.old, tt.grouped); !errors.Is(err, tt.err) {
			t.Errorf("%s: got %v, want %v", name, err, tt.err)
		}
	}
}

func TestEveryKindOfFileNeedsARightOfItsOwn(t *testing.T) {
	seen := map[rights.Content]Kind{}
	for k := Photo; k <= Sticker; k++ {
		needs := of(k).Needs()
		if needs == 0 || seen[needs] != 0 {
			t.Errorf("kind %d needs %b, as does %d", k, needs, seen[needs])
		}
		seen[needs] = k
	}
}
