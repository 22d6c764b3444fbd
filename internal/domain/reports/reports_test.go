package reports_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/reports"
)

func open(t *testing.T, s *reports.Service) []reports.Report {
	t.Helper()
	list, err := s.Open(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func add(t *testing.T, s *reports.Service, r reports.Report) {
	t.Helper()
	if err := s.Add(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func TestReports(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := reports.New(d)
		r := reports.Report{
			Reporter: 5, Peer: -7, Author: 9, Reason: "spam", Comment: "look", IDs: []ids.Message{3, 4},
			Content: []reports.Excerpt{{ID: 3, From: 9, Date: 100, Text: "buy"}},
		}
		add(t, s, r)
		add(t, s, r)
		add(t, s, reports.Report{Reporter: 6, Peer: 5, Reason: "other", Comment: strings.Repeat("æ", 5000)})
		list := open(t, s)
		if len(list) != 2 {
			t.Fatalf("got %d reports, want 2: the same one again counts once", len(list))
		}
		got := list[0]
		if got.At.IsZero() || got.ID == 0 {
			t.Errorf("got %+v", got)
		}
		got.ID, got.At = 0, r.At
		if !reflect.DeepEqual(got, r) {
			t.Errorf("got %+v, want %+v", got, r)
		}
		if n := len([]rune(list[1].Comment)); n != 1024 {
			t.Errorf("comment of %d characters", n)
		}
		if err := s.Close(t.Context(), list[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(t.Context(), list[0].ID); !errors.Is(err, reports.ErrNone) {
			t.Errorf("closed twice: %v", err)
		}
		if list := open(t, s); len(list) != 1 || list[0].Reporter != 6 {
			t.Errorf("got %+v", list)
		}
		if err := s.Add(t.Context(), reports.Report{IDs: make([]ids.Message, 101)}); !errors.Is(err, reports.ErrTooMany) {
			t.Errorf("too many: %v", err)
		}
	})
}

// One person cannot fill the disk.
func TestReportsOfOneDay(t *testing.T) {
	s := reports.New(dbtest.SQLite(t))
	for i := range 210 {
		add(t, s, reports.Report{Reporter: 5, Peer: ids.Peer(i + 10), Reason: "spam"})
	}
	if n := len(open(t, s)); n != 200 {
		t.Errorf("got %d reports", n)
	}
}

// The server reports each thing it finds, but about one person no more in a day than a person may.
func TestReportsOfTheServer(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := reports.New(d)
		for i := range 210 {
			add(t, s, reports.Report{Reporter: ids.Service, Peer: 5, Reason: "malware", Comment: strings.Repeat("x", i)})
		}
		add(t, s, reports.Report{Reporter: ids.Service, Peer: 6, Reason: "malware", Comment: "a"})
		add(t, s, reports.Report{Reporter: ids.Service, Peer: 6, Reason: "malware", Comment: "b"})
		add(t, s, reports.Report{Reporter: ids.Service, Peer: 6, Reason: "malware", Comment: "a"})
		if n := len(open(t, s)); n != 202 {
			t.Errorf("got %d reports, want 200 about one person and two about another", n)
		}
	})
}

func TestChoose(t *testing.T) {
	var walk func(o reports.Option)
	walk = func(o reports.Option) {
		got, err := reports.Choose(o.Key)
		if err != nil || !reflect.DeepEqual(got, o) {
			t.Errorf("%q: got %+v, %v", o.Key, got, err)
		}
		for _, sub := range o.Sub {
			walk(sub)
		}
	}
	root, err := reports.Choose("")
	if err != nil || len(root.Sub) < 5 {
		t.Fatalf("got %+v, %v", root, err)
	}
	walk(root)
	for _, key := range []string{"x", "violence.", "violence.x", "spam.x", "."} {
		if _, err := reports.Choose(key); !errors.Is(err, reports.ErrReason) {
			t.Errorf("%q: got %v", key, err)
		}
	}
}

func TestPlain(t *testing.T) {
	if reason, ok := reports.Plain("inputReportReasonSpam"); !ok || reason != "spam" {
		t.Errorf("got %q, %v", reason, ok)
	}
	for _, key := range []string{"spam", "", "inputReportReason"} {
		if _, ok := reports.Plain(key); ok {
			t.Errorf("%q is one", key)
		}
	}
}
