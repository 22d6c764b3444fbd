package files_test

import (
	"testing"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
)

func TestNaming(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		const anna, bo ids.User = 5, 6
		s := filestest.New(t, d)
		f, other := filestest.Document(t, s, anna, []byte("content")), filestest.Document(t, s, anna, []byte("other"))
		size := files.Size{Type: "m", W: 1, H: 1, Bytes: f.Size, Blob: f.Blob}
		var more []int64
		for _, f := range []files.File{
			{Kind: files.Document, Owner: bo, Size: f.Size, Blob: f.Blob}, // the same content
			{Kind: files.Photo, Owner: bo, Sizes: []files.Size{size}},
			{Kind: files.Photo, Owner: bo, Videos: []files.VideoSize{{Type: "u", Blob: f.Blob, Bytes: f.Size}}},
			{Kind: files.Document, Size: f.Size, Blob: f.Blob}, // the server's own
		} {
			made, err := s.Create(t.Context(), nil, f)
			if err != nil {
				t.Fatal(err)
			}
			more = append(more, made.ID)
		}
		got, err := s.Naming(t.Context(), f.Blob)
		want := append([]int64{f.ID}, more[:3]...)
		if err != nil || len(got) != len(want) {
			t.Fatalf("got %v, %v; want %v", got, err, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("got %v, want %v", got, want)
			}
		}
		if got, err := s.Naming(t.Context(), other.Blob); err != nil || len(got) != 1 {
			t.Errorf("got %v, %v", got, err)
		}
		list, err := s.Largest(t.Context(), 10)
		if err != nil || len(list) != 2 || list[0].Owner != bo || list[0].Files != 3 || list[0].Bytes != 3*f.Size || list[1].Owner != anna {
			t.Errorf("got %+v, %v", list, err)
		}
	})
}
