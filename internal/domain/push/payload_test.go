package push

import (
	"context"
	"slices"
	"testing"

	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
)

func TestWhatAMessageIsToldAs(t *testing.T) {
	s := &Service{o: Options{
		Question: func(_ context.Context, poll int64) (string, error) {
			return map[int64]string{7: "Tea or coffee?"}[poll], nil
		},
		Emoji: func(_ context.Context, file int64) (string, error) { return map[int64]string{8: "🦊"}[file], nil },
	}}
	of := func(kind media.Kind, poll *media.PollRef, words string) *messages.Message {
		m := &messages.Message{Text: text.Text{String: words}}
		if kind != media.None {
			m.Media = &media.Media{Kind: kind, Poll: poll, File: &media.FileRef{ID: 8}}
		}
		return m
	}
	tests := map[string]struct {
		message *messages.Message
		kind    string
		shown   []string
	}{
		"words":        {of(media.None, nil, "Hello"), "TEXT", []string{"Hello"}},
		"poll":         {of(media.Poll, &media.PollRef{ID: 7}, ""), "POLL", []string{"Tea or coffee?"}},
		"lost poll":    {of(media.Poll, &media.PollRef{ID: 9}, ""), "POLL", []string{""}},
		"sticker":      {of(media.Sticker, nil, ""), "STICKER", []string{"🦊"}},
		"photo":        {of(media.Photo, nil, ""), "PHOTO", nil},
		"with caption": {of(media.Photo, nil, "Us"), "TEXT", []string{"Us"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			kind, shown, err := s.content(t.Context(), tt.message)
			if err != nil || kind != tt.kind || !slices.Equal(shown, tt.shown) {
				t.Errorf("got %s %q, %v", kind, shown, err)
			}
		})
	}
}
