package main

import (
	"strings"
	"testing"
	"time"
)

func TestTheBareProgramReachesEverybody(t *testing.T) {
	at := time.Unix(0, 1_700_000_000_123_456_789)
	body := []byte("1234" + marked(7, 200, at))
	plan := barePlan{Connections: 20, Posts: 50, Body: body}
	perSecond, err := bare(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	if perSecond <= 0 {
		t.Errorf("%v per second", perSecond)
	}
	t.Logf("%.0f per second", perSecond)
}

func TestMarkersAreFoundInAnyBytes(t *testing.T) {
	at := time.Unix(0, 1_700_000_000_123_456_789)
	body := "\x00\xff" + marked(3, 100, at) + "load:" + marked(4, 10, at) + "load:00"
	var got []int
	eachMarker([]byte(body), func(n int, when time.Time) {
		if !when.Equal(at) {
			t.Errorf("%d: sent at %v, want %v", n, when, at)
		}
		got = append(got, n)
	})
	if len(got) == 0 || got[0] != 3 {
		t.Errorf("found %v", got)
	}
	if s := marked(1, 300, at); len(s) != 300 || !strings.HasPrefix(s, markerWord) {
		t.Errorf("%d bytes", len(s))
	}
}
