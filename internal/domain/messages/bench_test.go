package messages

import (
	"fmt"
	"testing"

	"hermod/internal/db/dbtest"
)

// BenchmarkIndex is the cost, per row, of taking messages into the search index of SQLite.
func BenchmarkIndex(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	p := w.people(20)
	for i := range b.N {
		w.send(p[i%20], p[(i+1)%20], fmt.Sprintf("A message of an ordinary length, number %d, as people write them.", i))
	}
	b.ResetTimer()
	if err := w.index.drain(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(2*b.N), "µs/row")
}

// BenchmarkHistory is a page of a long chat.
func BenchmarkHistory(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	p := w.people(2)
	for i := range 2000 {
		w.send(p[0], p[1], fmt.Sprint("message ", i))
	}
	b.ReportAllocs()
	for b.Loop() {
		page, err := w.History(b.Context(), p[0], p[1].Peer(), Window{OffsetID: 1000, AddOffset: -25, Limit: 50})
		if err != nil || len(page.Messages) != 50 {
			b.Fatal(len(page.Messages), err)
		}
	}
}

// BenchmarkGroup is a message in a basic group of as many members as there can be.
func BenchmarkGroup(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	p := w.people(200)
	g := w.group(p[0], p[1:]...).Peer()
	before := w.db.Statements()
	b.ReportAllocs()
	for b.Loop() {
		w.write(p[0], g, "A message of an ordinary length, as people write them.")
	}
	b.ReportMetric(float64(w.db.Statements()-before)/float64(b.N), "statements/op")
}

// BenchmarkPost is a post of a channel.
func BenchmarkPost(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	p := w.people(2)
	ch := w.channel(true, p[0], p[1]).Peer()
	b.ReportAllocs()
	for b.Loop() {
		w.write(p[0], ch, "A message of an ordinary length, as people write them.")
	}
}

// BenchmarkPrivate is a message to one person.
func BenchmarkPrivate(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	p := w.people(2)
	b.ReportAllocs()
	for b.Loop() {
		w.send(p[0], p[1], "A message of an ordinary length, as people write them.")
	}
}
