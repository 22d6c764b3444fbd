package secretchats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
)

// A File is an encrypted file, of which the server knows the size only.
//
// It is deleted when both sides are done with it: the sender has been answered, and the device that gets it has
// acknowledged the message and received every byte. It is deleted as well when the chat is discarded, and when nobody
// fetched it for as long as ciphertexts are kept.
type File struct {
	ID          int64
	Size        int64
	Fingerprint int32 // of its key, as the sender says
}

func (f *File) id() int64 {
	if f == nil {
		return 0
	}
	return f.ID
}

// Upload makes a file of what was uploaded, for a chat. It fails with ErrChat, ErrDiscarded, or as files.Assemble does.
// Spec: https://core.telegram.org/method/messages.uploadEncryptedFile
func (s *Service) Upload(ctx context.Context, by Side, chat int32, in files.Input, fingerprint int32) (f File, err error) {
	if _, err := s.Check(ctx, by, chat); err != nil {
		return File{}, err
	}
	b, err := s.o.Files.Assemble(ctx, by.User, in)
	if err != nil {
		return File{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.open(ctx, tx, by, chat)
		if err != nil {
			return err
		}
		made, err := s.o.Files.Create(ctx, tx, files.File{Kind: files.Encrypted, Owner: by.User, Size: b.Size, Blob: b.Hash})
		if err != nil {
			return err
		}
		f = File{ID: made.ID, Size: b.Size, Fingerprint: fingerprint}
		if err := s.o.Files.Use(ctx, tx, f.ID); err != nil {
			return err
		}
		return insertFile(ctx, tx, c, f, s.now())
	})
	if err != nil {
		return File{}, fmt.Errorf("upload into secret chat %d: %w", chat, err)
	}
	return f, nil
}

func insertFile(ctx context.Context, tx *db.Tx, c Chat, f File, now time.Time) error {
	const insert = `INSERT INTO secret_file (file, owner, chat, device, peer, peer_device, size, fingerprint, used_at, sent, acked, loaded)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0)`
	_, err := tx.Exec(ctx, insert, f.ID, c.Owner, c.ID, c.Device, c.Peer, c.PeerDevice, f.Size, f.Fingerprint, now)
	if err != nil {
		return fmt.Errorf("insert encrypted file: %w", err)
	}
	return nil
}

// SendUploaded is Send with a file that is still to be made of what was uploaded. It fails as Send and Upload do.
func (s *Service) SendUploaded(ctx context.Context, by Side, m Message, in files.Input, fingerprint int32) (sent Sent, err error) {
	if err := m.check(); err != nil {
		return Sent{}, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err := readChat(ctx, tx, by.User, m.Chat)
		if err := checkOpen(c, by, err); err != nil {
			return err
		}
		sent, err = sentBefore(ctx, tx, c, m)
		return err
	})
	if !errors.Is(err, db.ErrNotFound) {
		return sent, err
	}
	f, err := s.Upload(ctx, by, m.Chat, in, fingerprint)
	if err != nil {
		return Sent{}, err
	}
	m.File = &f
	return s.Send(ctx, by, m)
}

// useFile counts one more message of the owner of c with a file, which he has in this chat or another. It fails with
// ErrFile.
func useFile(ctx context.Context, tx *db.Tx, c Chat, id int64, now time.Time) (*File, error) {
	const known = `SELECT size, fingerprint FROM secret_file WHERE file = $1 AND
		(owner = $2 AND device = $3 OR peer = $2 AND peer_device = $3) LIMIT 1`
	f := &File{ID: id}
	err := tx.QueryRow(ctx, known, id, c.Owner, c.Device).Scan(&f.Size, &f.Fingerprint)
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrFile
	}
	if err != nil {
		return nil, fmt.Errorf("find encrypted file: %w", err)
	}
	const use = `UPDATE secret_file SET sent = sent + 1, used_at = $4 WHERE file = $1 AND owner = $2 AND chat = $3`
	n, err := tx.Exec(ctx, use, id, c.Owner, c.ID, now)
	if err == nil && n == 0 {
		if err = insertFile(ctx, tx, c, *f, now); err == nil {
			_, err = tx.Exec(ctx, use, id, c.Owner, c.ID, now)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("use encrypted file: %w", err)
	}
	return f, nil
}

// ackFile notes that the device which got a message with a file has acknowledged it.
func (s *Service) ackFile(ctx context.Context, tx *db.Tx, device ids.AuthKey, q Queued) error {
	const ack = `UPDATE secret_file SET sent = sent - 1, acked = 1 WHERE file = $1 AND chat = $2 AND peer_device = $3`
	if _, err := tx.Exec(ctx, ack, q.File.ID, q.Chat, device); err != nil {
		return fmt.Errorf("acknowledge encrypted file: %w", err)
	}
	return s.dropDone(ctx, tx, q.File.ID)
}

// Loaded notes that a device has every byte of a file.
func (s *Service) Loaded(ctx context.Context, device ids.AuthKey, id int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		const set = `UPDATE secret_file SET loaded = 1 WHERE file = $1 AND peer_device = $2`
		if _, err := tx.Exec(ctx, set, id, device); err != nil {
			return fmt.Errorf("note that an encrypted file was loaded: %w", err)
		}
		return s.dropDone(ctx, tx, id)
	})
}

// dropDone takes a file out of the chats where both sides are done with it.
func (s *Service) dropDone(ctx context.Context, tx *db.Tx, id int64) error {
	const done = `DELETE FROM secret_file WHERE file = $1 AND acked = 1 AND loaded = 1 AND sent <= 0`
	n, err := tx.Exec(ctx, done, id)
	if err != nil || n == 0 {
		return err
	}
	return s.dropUnused(ctx, tx, id)
}

// dropFiles takes all files out of a chat.
func (s *Service) dropFiles(ctx context.Context, tx *db.Tx, own, other Chat) error {
	const remove = `DELETE FROM secret_file WHERE owner = $1 AND chat = $2 RETURNING file`
	for _, c := range []Chat{own, other} {
		var list []int64
		err := tx.Each(ctx, remove, []any{c.Owner, c.ID}, func(rows *db.Rows) error {
			var id int64
			err := rows.Scan(&id)
			list = append(list, id)
			return err
		})
		if err != nil {
			return fmt.Errorf("delete the files of a secret chat: %w", err)
		}
		for _, id := range list {
			if err := s.dropUnused(ctx, tx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropUnused deletes a file that is in no chat any more.
func (s *Service) dropUnused(ctx context.Context, tx *db.Tx, id int64) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM secret_file WHERE file = $1`, id).Scan(&n); err != nil || n > 0 {
		return err
	}
	tx.OnCommit(s.dirty)
	tx.OnCommit(func() { s.loads.forget(id) })
	return s.o.Files.Drop(ctx, tx, id)
}

// held returns which of files are in a chat.
func (s *Service) held(ctx context.Context, list []int64) ([]int64, error) {
	return db.Among(ctx, s.db, list, `SELECT DISTINCT file FROM secret_file WHERE file IN (`)
}

// A Copy is a file as a side of a chat has it.
type Copy struct {
	File
	Side
	Sender bool
	Blob   files.Hash
}

// Copies returns the copies of a file that a user has. It fails with ErrFile when there are none.
func (s *Service) Copies(ctx context.Context, user ids.User, id int64) (list []Copy, err error) {
	const find = `SELECT owner, device, peer, peer_device, size, fingerprint FROM secret_file WHERE file = $1 AND (owner = $2 OR peer = $2)
		LIMIT 100`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, find, []any{id, user}, func(rows *db.Rows) error {
			var sender, other Side
			f := File{ID: id}
			if err := rows.Scan(&sender.User, &sender.Device, &other.User, &other.Device, &f.Size, &f.Fingerprint); err != nil {
				return err
			}
			if sender.User == user {
				list = append(list, Copy{File: f, Side: sender, Sender: true})
			} else {
				list = append(list, Copy{File: f, Side: other})
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("find encrypted file: %w", err)
	}
	if len(list) == 0 {
		return nil, ErrFile
	}
	f, err := s.o.Files.One(ctx, id)
	if errors.Is(err, files.ErrNotFound) {
		err = ErrFile
	}
	for i := range list {
		list[i].Blob = f.Blob
	}
	return list, err
}
