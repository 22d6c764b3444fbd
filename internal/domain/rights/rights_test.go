package rights_test

import (
	"errors"
	"testing"
	"time"

	"hermod/internal/domain/rights"
)

func TestFull(t *testing.T) {
	tests := map[string]struct{ in, want rights.Banned }{
		"nothing":      {0, 0},
		"view":         {rights.ViewMessages, rights.All},
		"send":         {rights.SendMessages, rights.Sending},
		"media":        {rights.SendMedia, rights.SendMedia | rights.Media},
		"polls":        {rights.SendPolls, rights.SendPolls},
		"unknown bits": {1 << 31, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.in.Full(); got != tt.want {
				t.Errorf("got %b, want %b", got, tt.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	tests := map[string]struct {
		banned rights.Banned
		needs  rights.Content
		want   error
	}{
		"nothing forbidden":       {0, rights.SendPlain, nil},
		"other content":           {rights.SendPolls, rights.SendPlain, nil},
		"text":                    {rights.SendPlain, rights.SendPlain, rights.ErrSendPlain},
		"poll":                    {rights.SendPolls, rights.SendPolls, rights.ErrSendPolls},
		"media forbids photos":    {rights.SendMedia, rights.SendPhotos, rights.ErrSendPhotos},
		"media leaves text":       {rights.SendMedia, rights.SendPlain, nil},
		"all messages":            {rights.SendMessages, rights.SendPlain, rights.ErrWriteForbidden},
		"text and media":          {rights.SendPlain | rights.SendMedia, rights.SendPolls, rights.ErrWriteForbidden},
		"photo with a caption":    {rights.SendPhotos, rights.SendPhotos | rights.SendPlain, rights.ErrSendPhotos},
		"link preview":            {rights.EmbedLinks, rights.SendPlain | rights.EmbedLinks, rights.ErrEmbedLinks},
		"pinning is not sending":  {rights.PinMessages | rights.ChangeInfo, rights.SendPlain, nil},
		"view forbids everything": {rights.ViewMessages, rights.SendDocs, rights.ErrWriteForbidden},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if err := tt.banned.Check(tt.needs); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestRestrict(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	tests := map[string]struct {
		until int64
		ends  bool
	}{
		"zero":          {0, false},
		"for ever":      {1<<31 - 1, false},
		"in the past":   {now.Unix() - 100, false},
		"too short":     {now.Unix() + 10, false},
		"an hour":       {now.Unix() + 3600, true},
		"a year":        {now.Add(365 * 24 * time.Hour).Unix(), true},
		"over the year": {now.Add(400 * 24 * time.Hour).Unix(), false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := rights.Restrict(rights.SendPolls, tt.until, now)
			if r.Until.IsZero() == tt.ends {
				t.Fatalf("until %v, want an end: %v", r.Until, tt.ends)
			}
			if got := r.At(now.Add(20 * 365 * 24 * time.Hour)); (got == 0) != tt.ends {
				t.Errorf("after 20 years: got %b", got)
			}
			if got := r.At(now.Add(time.Minute)); got != rights.SendPolls {
				t.Errorf("after a minute: got %b", got)
			}
		})
	}
}

func TestSlowModeError(t *testing.T) {
	err := error(&rights.SlowModeError{Wait: 1500 * time.Millisecond})
	var slow *rights.SlowModeError
	if !errors.Is(err, rights.ErrSlowMode) || !errors.As(err, &slow) || slow.Seconds() != 2 {
		t.Errorf("got %v", err)
	}
}
