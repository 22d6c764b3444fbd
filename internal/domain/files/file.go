package files

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// body is what stands in the column of that name.
type body struct {
	Attributes
	Sizes  []Size      `json:"sizes,omitempty"`
	Videos []VideoSize `json:"videos,omitempty"`
}

const (
	insertFile = `INSERT INTO file (id, kind, owner, date, size, bytes, blob, mime, body, sticker_set, touched, check_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	holdBlob = `UPDATE file_blob SET refs = refs + 1 WHERE hash = $1`
	columns  = `id, kind, owner, date, size, blob, mime, body, sticker_set`
	retag    = `UPDATE file SET sticker_set = $2, body = $3 WHERE id = $1`
)

// Create makes a file of blobs that Assemble or Put gave, and gives it an id; where its date is zero it is now. tx may be nil. Somebody
// has to Use it within some hours, or it goes.
//
// What was registered by OnAccept looks at what users send when tx is nil, and its errors are returned; within a transaction
// there is no time for it: call Accept before. Create fails with ErrQuota, or with ErrNoContent when a blob is gone.
func (s *Service) Create(ctx context.Context, tx *db.Tx, f File) (File, error) {
	if f.Date.IsZero() {
		f.Date = s.now()
	}
	id, err := s.db.NextID(ctx, "file")
	if err != nil {
		return File{}, err
	}
	f.ID = id
	if tx != nil {
		err = s.create(ctx, tx, f)
	} else if err = s.Accept(ctx, f); err == nil {
		err = s.db.Write(ctx, func(tx *db.Tx) error { return s.create(ctx, tx, f) })
	}
	if err != nil {
		return File{}, fmt.Errorf("create a file of user %d: %w", f.Owner, err)
	}
	return f, nil
}

// Accept asks all who want to look at what users send; Create does it where it is given no transaction. It fails with the error
// of who refuses f.
func (s *Service) Accept(ctx context.Context, f File) error {
	if f.Kind == Encrypted || f.Owner == 0 {
		return nil
	}
	h := f.Blob
	if blobs := f.blobs(); h.IsZero() && len(blobs) > 0 {
		h = blobs[len(blobs)-1]
	}
	for _, look := range s.accept {
		if err := look(ctx, f.Owner, f, func() (*Reader, error) { return s.Open(ctx, h) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) create(ctx context.Context, tx *db.Tx, f File) error {
	if err := s.checkQuota(ctx, tx, f.Owner, f.bytes()); err != nil {
		return err
	}
	if f.Owner != 0 && !f.Blob.IsZero() {
		if err := tx.Queue(ctx, claimUpload, f.Owner, f.Blob[:]); err != nil {
			return err
		}
	}
	for _, h := range sorted(f.blobs()) {
		n, err := tx.Exec(ctx, holdBlob, h[:])
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNoContent
		}
	}
	text, err := json.Marshal(body{f.Attributes, f.Sizes, f.Videos})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, insertFile, f.ID, f.Kind, f.Owner, f.Date, f.Size, f.bytes(), f.Blob.column(), f.MIME, string(text),
		f.Set, s.now(), s.now().Add(s.o.Grace))
	if err != nil {
		return err
	}
	return charge(ctx, tx, f.Owner, f.bytes(), 1)
}

// sorted returns hashes in the order in which all transactions lock them.
func sorted(all []Hash) []Hash {
	slices.SortFunc(all, func(a, b Hash) int { return slices.Compare(a[:], b[:]) })
	return all
}

// maxGet bounds how many files one statement reads.
const maxGet = 64

// Get returns files by their ids, without those that do not exist.
func (s *Service) Get(ctx context.Context, ids ...int64) (map[int64]File, error) {
	found, missing := s.cached(ids)
	if len(missing) == 0 {
		return found, nil
	}
	before := s.changes.Load()
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		for batch := range slices.Chunk(missing, maxGet) {
			all, err := read(ctx, tx, batch)
			if err != nil {
				return err
			}
			for _, f := range all {
				found[f.ID] = f
			}
			s.remember(before, all)
		}
		return nil
	})
	return found, err
}

// remember keeps files in memory that were read since there had been so many changes. If there were more of them meanwhile,
// a file may be one that is gone or another by now: it is read again the next time.
func (s *Service) remember(before uint64, all []File) {
	for _, f := range all {
		s.files.Add(f.ID, f)
		if s.changes.Load() != before {
			s.files.Remove(f.ID)
		}
	}
}

// forget notes that a file is gone, or another. It is called when that has been committed.
func (s *Service) forget(id int64) {
	s.changes.Add(1) // before the removal, so that who adds it behind our back sees it
	s.files.Remove(id)
}

// One returns a file. It fails with ErrNotFound.
func (s *Service) One(ctx context.Context, id int64) (File, error) {
	all, err := s.Get(ctx, id)
	if err != nil {
		return File{}, err
	}
	f, ok := all[id]
	if !ok {
		return File{}, ErrNotFound
	}
	return f, nil
}

// GetIn is One within a transaction, which also sees what the transaction has made.
func (s *Service) GetIn(ctx context.Context, tx *db.Tx, id int64) (File, error) {
	all, err := read(ctx, tx, []int64{id})
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return File{}, err
	}
	return all[0], nil
}

func (s *Service) cached(ids []int64) (found map[int64]File, missing []int64) {
	found = make(map[int64]File, len(ids))
	for _, id := range ids {
		if f, ok := s.files.Get(id); ok {
			found[id] = f
		} else if id != 0 && !slices.Contains(missing, id) {
			missing = append(missing, id)
		}
	}
	return found, missing
}

// read reads at most maxGet files.
func read(ctx context.Context, tx *db.Tx, ids []int64) (all []File, err error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	get := `SELECT ` + columns + ` FROM file WHERE id IN (` + db.List(1, len(ids)) + `)`
	err = tx.Each(ctx, get, args, func(rows *db.Rows) error {
		f, err := scan(rows.Scan)
		all = append(all, f)
		return err
	})
	return all, err
}

func scan(columns func(...any) error) (f File, err error) {
	var hash []byte
	var text string
	var owner int64
	var date time.Time
	if err := columns(&f.ID, &f.Kind, &owner, &date, &f.Size, &hash, &f.MIME, &text, &f.Set); err != nil {
		return File{}, err
	}
	var b body
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return File{}, fmt.Errorf("read file %d: %w", f.ID, err)
	}
	f.Owner, f.Date, f.Blob = ids.User(owner), date, hashFrom(hash)
	f.Attributes, f.Sizes, f.Videos = b.Attributes, b.Sizes, b.Videos
	return f, nil
}

// Retag puts a document into a sticker set, or out of one with 0, and says anew what sticker it is. It fails with ErrNotFound.
func (s *Service) Retag(ctx context.Context, tx *db.Tx, id, set int64, sticker *Sticker) error {
	f, err := s.GetIn(ctx, tx, id)
	if err != nil {
		return err
	}
	f.Sticker = sticker
	text, err := json.Marshal(body{f.Attributes, f.Sizes, f.Videos})
	if err != nil {
		return err
	}
	tx.OnCommit(func() { s.forget(id) })
	_, err = tx.Exec(ctx, retag, id, set, string(text))
	return err
}
