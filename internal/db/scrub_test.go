package db_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"math"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// inFiles counts how often marker stands in the files that begin with path.
func inFiles(t *testing.T, path string, marker []byte) (n int) {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n += bytes.Count(b, marker)
	}
	return n
}

// TestScrubLeavesNoRemains puts ciphertexts of all sizes between each other, in an order that splits and joins pages, and
// deletes them in another. Every 16 bytes of them begin with the same marker, so that no part of one is overlooked.
func TestScrubLeavesNoRemains(t *testing.T) {
	url := dbtest.SQLiteURL(t)
	d := dbtest.Open(t, url)
	path := strings.TrimPrefix(url, "sqlite:")
	marker := make([]byte, 12)
	_, _ = rand.Read(marker)
	type row struct{ device, qts int64 }
	var rows []row
	for device := range int64(200) {
		for qts := range int64(10) {
			rows = append(rows, row{device*7919%10007 + 1, qts})
		}
	}
	shuffle := func() { mathrand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] }) }
	shuffle()
	write := func(fn func(tx *db.Tx) error) {
		t.Helper()
		if err := d.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	const insert = `INSERT INTO device_queue (device, qts, chat, random_id, sent_at, service, file, size, room, data)
		VALUES ($1, $2, 1, 1, 1, 0, 0, 1, $3, $4)`
	const remove = `DELETE FROM device_queue WHERE device = $1 AND qts = $2`
	other := make([]byte, len(marker))
	stays := func(r row) bool { return r.qts%2 == 0 }
	for i, r := range rows {
		size := []int{64, 300, 900, 1500, 3000, 6000}[mathrand.N(6)]
		write(func(tx *db.Tx) error {
			data := pattern(marker, size)
			if stays(r) {
				data = pattern(other, size)
			}
			_, err := tx.Exec(t.Context(), insert, r.device, r.qts, make([]byte, 1002), data)
			return err
		})
		if old := rows[mathrand.N(i+1)]; i%3 == 0 && !stays(old) { // deletions in between join pages
			write(func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), remove, old.device, old.qts)
				return err
			})
		}
	}
	if inFiles(t, path, marker) < 1000 {
		t.Fatal("the search does not find what is there")
	}
	shuffle()
	for _, r := range rows {
		if stays(r) {
			continue
		}
		write(func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), remove, r.device, r.qts)
			return err
		})
	}
	if err := d.Scrub(t.Context(), "device_queue"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("the log has %d bytes (%v)", info.Size(), err)
	}
	if got := inFiles(t, path, marker); got != 0 {
		t.Errorf("%d markers are left in the files", got)
	}
}

func pattern(marker []byte, size int) []byte {
	b := make([]byte, 0, size)
	for len(b)+16 <= size {
		b = append(b, marker...)
		b = binary.BigEndian.AppendUint32(b, mathrand.Uint32N(math.MaxUint32))
	}
	return b
}

// TestScrubLetsOthersWork scrubs while others read and write.
func TestScrubLetsOthersWork(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var ended [3]chan error
		for i := range ended {
			ended[i] = make(chan error, 1)
			go func() {
				const put = `INSERT INTO device_state (device, qts, waiting, bytes) VALUES ($1, 1, 0, 0)
					ON CONFLICT (device) DO UPDATE SET qts = device_state.qts + 1`
				for ctx.Err() == nil {
					work := d.Write
					if i > 0 {
						work = d.Read
					}
					err := work(t.Context(), func(tx *db.Tx) error {
						if i > 0 {
							_, err := tx.Query(t.Context(), `SELECT qts FROM device_state`)
							return err
						}
						_, err := tx.Exec(t.Context(), put, mathrand.Int64N(1000))
						return err
					})
					if err != nil {
						ended[i] <- err
						return
					}
				}
				ended[i] <- nil
			}()
		}
		for range 3 {
			within, cancel := context.WithTimeout(t.Context(), time.Minute)
			if err := d.Scrub(within, "device_queue"); err != nil {
				t.Error(err)
			}
			cancel()
		}
		stop()
		for _, e := range slices.All(ended[:]) {
			if err := <-e; err != nil {
				t.Error(err)
			}
		}
	})
}
