package files

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"hermod/internal/blob"
	"hermod/internal/db"
)

const (
	// claimTime is how long a blob without files stays after somebody got its hash, and an upload that was assembled
	// is remembered.
	claimTime = time.Hour
	// orphanAge is the age from which on an object without a row is one that never gets any.
	orphanAge = 24 * time.Hour
	// pace is the time between two rounds of the collector; one round looks at a small part of the store for orphans.
	pace = 5 * time.Minute
	// slots is the number of parts of the store, by the first byte of the names.
	slots = 256
	// countEvery is after how many rounds all is counted again.
	countEvery = 16
	// batch bounds what one transaction of the collector deletes.
	batch = 100
)

// Run deletes what nobody needs until ctx ends: objects at once, everything else within minutes after its time.
func (s *Service) Run(ctx context.Context, log *slog.Logger) error {
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	for slot := 0; ; slot = (slot + 1) % slots {
		err := s.Collect(ctx)
		if err == nil {
			err = s.sweep(ctx, slot)
		}
		if err == nil && slot%countEvery == 0 {
			err = s.count(ctx)
		}
		if err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "files are not collected", "error", err)
		}
		if !s.pause(ctx, log, ticker) {
			return nil
		}
	}
}

// pause deletes objects whenever there are some, until the next round; false when ctx ends.
func (s *Service) pause(ctx context.Context, log *slog.Logger, ticker *time.Ticker) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
			return true
		case <-s.wake:
			if err := s.deleteObjects(ctx); err != nil && ctx.Err() == nil {
				log.ErrorContext(ctx, "objects of files are not deleted", "error", err)
			}
		}
	}
}

// Collect deletes now what is to be deleted by now: uploads that were not finished, files that nobody holds, blobs that no
// file names, and their objects.
func (s *Service) Collect(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		s.expireUploads, s.deleteFiles, s.deleteBlobs, s.deleteObjects,
	} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("collect files: %w", err)
		}
	}
	return nil
}

const (
	oldUploads = `SELECT owner, id FROM file_upload WHERE bytes > 0 AND at <= $1 ORDER BY at, owner, id LIMIT 10`
	lockOld    = `DELETE FROM file_upload WHERE owner = $1 AND id = $2 AND at <= $3`
	oldDone    = `SELECT owner, id FROM file_upload WHERE bytes = 0 AND at <= $1 ORDER BY at, owner, id LIMIT 100`
	partChunks = `SELECT hash, suffix FROM file_part WHERE owner = $1 AND upload = $2`
)

// expireUploads forgets parts that waited too long for others, and uploads that have become files.
func (s *Service) expireUploads(ctx context.Context) error {
	if err := s.expire(ctx, oldUploads, s.now().Add(-s.o.UploadLife)); err != nil {
		return err
	}
	return s.expire(ctx, oldDone, s.now().Add(-claimTime))
}

func (s *Service) expire(ctx context.Context, find string, before time.Time) error {
	for {
		var n int
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			n = 0
			return tx.Each(ctx, find, []any{before}, func(rows *db.Rows) error {
				var owner, id int64
				if err := rows.Scan(&owner, &id); err != nil {
					return err
				}
				n++
				return s.forgetUpload(ctx, tx, owner, id, before)
			})
		})
		if err != nil || n == 0 {
			return err
		}
		s.counts.collected.WithLabelValues("upload").Add(float64(n))
	}
}

func (s *Service) forgetUpload(ctx context.Context, tx *db.Tx, owner, id int64, before time.Time) error {
	n, err := tx.Exec(ctx, lockOld, owner, id, before)
	if err != nil || n == 0 {
		return err
	}
	var all []chunk
	err = tx.Each(ctx, partChunks, []any{owner, id}, func(rows *db.Rows) error {
		var hash, suffix []byte
		err := rows.Scan(&hash, &suffix)
		all = append(all, chunkFrom(hash, suffix))
		return err
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, deleteParts, owner, id); err != nil {
		return err
	}
	return s.release(ctx, tx, all)
}

const (
	candidates = `SELECT ` + columns + ` FROM file WHERE check_at > 0 AND check_at <= $1 ORDER BY check_at LIMIT 100`
	isHeld     = `UPDATE file SET check_at = 0 WHERE id = $1 AND check_at > 0 AND check_at <= $2`
	lookLater  = `UPDATE file SET check_at = $2 WHERE id = $1 AND check_at > 0 AND check_at < $2`
)

// deleteFiles deletes files that nobody holds. Without holders nothing is deleted: the program is not complete.
func (s *Service) deleteFiles(ctx context.Context) error {
	for len(s.holders) > 0 {
		now := s.now()
		var all []File
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			return tx.Each(ctx, candidates, []any{now}, func(rows *db.Rows) error {
				f, err := scan(rows.Scan)
				all = append(all, f)
				return err
			})
		})
		if err != nil || len(all) == 0 {
			return err
		}
		if err := s.judge(ctx, all, now); err != nil {
			return err
		}
	}
	return nil
}

// judge deletes those of some files that nobody holds.
func (s *Service) judge(ctx context.Context, all []File, now time.Time) error {
	held, err := s.held(ctx, all)
	if err != nil {
		return err
	}
	for _, f := range all {
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			if slices.Contains(held, f.ID) {
				_, err := tx.Exec(ctx, isHeld, f.ID, now)
				return err
			}
			if err := s.remove(ctx, tx, f, false, now.Add(-s.o.Grace)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, lookLater, f.ID, now.Add(s.o.Grace)) // if it was touched meanwhile
			return err
		})
		if err != nil {
			return err
		}
	}
	s.counts.collected.WithLabelValues("file").Add(float64(len(all) - len(held)))
	return nil
}

// held returns which of some files somebody holds.
func (s *Service) held(ctx context.Context, all []File) (held []int64, err error) {
	ask := make([]int64, len(all))
	for i, f := range all {
		ask[i] = f.ID
	}
	for _, h := range s.holders {
		found, err := h.held(ctx, ask)
		if err != nil {
			return nil, fmt.Errorf("ask %s: %w", h.name, err)
		}
		held = append(held, found...)
		ask = slices.DeleteFunc(ask, func(id int64) bool { return slices.Contains(found, id) })
	}
	return ascending(held), nil
}

const unusedBlobs = `SELECT hash, chunks FROM file_blob WHERE refs = 0 AND touched <= $1 ORDER BY touched LIMIT 10`

// deleteBlobs deletes content that no file was made of in time.
func (s *Service) deleteBlobs(ctx context.Context) error {
	before := s.now().Add(-claimTime)
	for {
		var n int
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			n = 0
			return tx.Each(ctx, unusedBlobs, []any{before}, func(rows *db.Rows) error {
				var hash, chunks []byte
				if err := rows.Scan(&hash, &chunks); err != nil {
					return err
				}
				n++
				return s.removeBlob(ctx, tx, hashFrom(hash), chunks, before)
			})
		})
		if err != nil || n == 0 {
			return err
		}
		s.counts.collected.WithLabelValues("blob").Add(float64(n))
	}
}

const (
	someGarbage   = `SELECT object FROM file_garbage ORDER BY object LIMIT 100`
	deleteGarbage = `DELETE FROM file_garbage WHERE object = $1`
)

// deleteObjects deletes objects that have lost their rows. What cannot be deleted now is tried again in the next round.
func (s *Service) deleteObjects(ctx context.Context) error {
	for {
		var names []string
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			return tx.Each(ctx, someGarbage, nil, func(rows *db.Rows) error {
				var name string
				err := rows.Scan(&name)
				names = append(names, name)
				return err
			})
		})
		if err != nil || len(names) == 0 {
			return err
		}
		deleted, failed := s.deleteEach(ctx, names)
		err = s.db.Write(ctx, func(tx *db.Tx) error {
			for _, name := range deleted {
				if err := tx.Queue(ctx, deleteGarbage, name); err != nil {
					return err
				}
			}
			return nil
		})
		if err = errors.Join(failed, err); err != nil {
			return err
		}
		s.counts.collected.WithLabelValues("object").Add(float64(len(names)))
	}
}

// deleteEach deletes objects, and returns which of them are gone.
func (s *Service) deleteEach(ctx context.Context, names []string) (deleted []string, failed error) {
	for _, name := range names {
		if err := s.del(ctx, name); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		deleted = append(deleted, name)
	}
	return deleted, failed
}

// Sweep looks at the whole store for objects that no row names, and deletes those that are old. Run does the same over a day.
func (s *Service) Sweep(ctx context.Context) error {
	for slot := range slots {
		if err := s.sweep(ctx, slot); err != nil {
			return fmt.Errorf("sweep files: %w", err)
		}
	}
	return nil
}

// sweep looks for objects of one of 256 parts of the store that no row names, and deletes those that are old. It fails with
// ErrStore, and deletes nothing, when they are another database's to name.
func (s *Service) sweep(ctx context.Context, slot int) error {
	if err := s.checkStore(ctx); err != nil {
		return err
	}
	old := s.now().Add(-orphanAge)
	var names []string
	judge := func() error {
		defer func() { names = names[:0] }()
		return s.deleteOrphans(ctx, names)
	}
	err := s.store.List(ctx, fmt.Sprintf("%02x/", slot), func(o blob.Object) error {
		if o.At.After(old) {
			return nil
		}
		if names = append(names, o.Name); len(names) < batch {
			return nil
		}
		return judge()
	})
	if err != nil {
		return err
	}
	return judge()
}

func (s *Service) deleteOrphans(ctx context.Context, names []string) error {
	var orphans []string
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		orphans = orphans[:0]
		for _, name := range names {
			ours, err := isNamed(ctx, tx, name)
			if err != nil {
				return err
			}
			if !ours {
				orphans = append(orphans, name)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range orphans {
		if err := s.del(ctx, name); err != nil {
			return err
		}
	}
	s.counts.collected.WithLabelValues("orphan").Add(float64(len(orphans)))
	return nil
}
