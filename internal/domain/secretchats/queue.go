package secretchats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A Queued is a ciphertext that waits for a device.
type Queued struct {
	QTS      int32
	Chat     int32
	RandomID int64
	SentAt   time.Time
	Service  bool
	File     *File
	Data     []byte
}

// openQueue makes the queue of a device, if it has none.
func openQueue(ctx context.Context, tx *db.Tx, device ids.AuthKey) error {
	const insert = `INSERT INTO device_state (device, qts, waiting, bytes) VALUES ($1, $2, 0, 0) ON CONFLICT (device) DO NOTHING`
	if err := tx.Queue(ctx, insert, device, firstQTS); err != nil {
		return fmt.Errorf("open the queue of a device: %w", err)
	}
	return nil
}

// firstQTS is the position of an empty queue. Clients drop what comes at 1 or below.
const firstQTS = 1

// enqueue puts q at the end of the queue of a device, and sets its position. It fails with ErrFull.
func enqueue(ctx context.Context, tx *db.Tx, device ids.AuthKey, q *Queued) error {
	const next = `UPDATE device_state SET qts = qts + 1, waiting = waiting + 1, bytes = bytes + $2 WHERE device = $1
		RETURNING qts, waiting, bytes`
	var waiting, size int64
	err := tx.QueryRow(ctx, next, device, len(q.Data)).Scan(&q.QTS, &waiting, &size)
	if errors.Is(err, db.ErrNotFound) {
		return ErrDiscarded // the device is gone
	}
	if err != nil {
		return fmt.Errorf("next position in the queue of a device: %w", err)
	}
	if waiting > maxWaiting || size > maxBytes {
		return ErrFull
	}
	const insert = `INSERT INTO device_queue (device, qts, chat, random_id, sent_at, service, file, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	err = tx.Queue(ctx, insert, device, q.QTS, q.Chat, q.RandomID, q.SentAt, q.Service, q.File.id(), q.Data)
	if err != nil {
		return fmt.Errorf("put a ciphertext into the queue of a device: %w", err)
	}
	return nil
}

// drop deletes what a condition on the queue of a device finds; its argument is $2.
func (s *Service) drop(ctx context.Context, tx *db.Tx, device ids.AuthKey, condition string, arg any) error {
	_, err := s.take(ctx, tx, device, condition, arg)
	return err
}

// take is drop, and returns the random ids of what was deleted.
func (s *Service) take(ctx context.Context, tx *db.Tx, device ids.AuthKey, condition string, arg any) ([]int64, error) {
	// The state is locked first, as whoever puts something into the queue does.
	const lock = `UPDATE device_state SET waiting = waiting WHERE device = $1`
	if _, err := tx.Exec(ctx, lock, device); err != nil {
		return nil, fmt.Errorf("lock the queue of a device: %w", err)
	}
	remove := `DELETE FROM device_queue WHERE device = $1 AND ` + condition + ` RETURNING random_id, LENGTH(data)`
	var random []int64
	var size int64
	err := tx.Each(ctx, remove, []any{device, arg}, func(rows *db.Rows) error {
		var id, n int64
		err := rows.Scan(&id, &n)
		random, size = append(random, id), size+n
		return err
	})
	if err != nil || len(random) == 0 {
		return nil, err
	}
	const count = `UPDATE device_state SET waiting = waiting - $2, bytes = bytes - $3 WHERE device = $1`
	if err := tx.Queue(ctx, count, device, len(random), size); err != nil {
		return nil, fmt.Errorf("count what waits for a device: %w", err)
	}
	s.deleted(tx)
	return random, nil
}

// deleted notes that something must leave the files of the database, once tx is durable.
func (s *Service) deleted(tx *db.Tx) {
	if s.o.Deleted != nil {
		tx.OnCommit(s.o.Deleted)
	}
}

// QTS is where the queue of a device stands.
func (s *Service) QTS(ctx context.Context, device ids.AuthKey) (qts int32, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		qts, err = readQTS(ctx, tx, device)
		return err
	})
	return qts, err
}

func readQTS(ctx context.Context, tx *db.Tx, device ids.AuthKey) (qts int32, err error) {
	err = tx.QueryRow(ctx, `SELECT qts FROM device_state WHERE device = $1`, device).Scan(&qts)
	if errors.Is(err, db.ErrNotFound) {
		return firstQTS, nil
	}
	if err != nil {
		return 0, fmt.Errorf("position of a device: %w", err)
	}
	return qts, nil
}

// Received acknowledges what a device was sent up to a position: it is deleted. It returns the random ids of that, and
// fails with ErrQTS.
// Spec: https://core.telegram.org/method/messages.receivedQueue
func (s *Service) Received(ctx context.Context, device ids.AuthKey, upTo int32) (random []int64, err error) {
	qts, err := s.QTS(ctx, device)
	if err != nil {
		return nil, err
	}
	if upTo < 0 || upTo > qts {
		return nil, ErrQTS
	}
	if qts == firstQTS {
		return nil, nil // nothing was ever sent
	}
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		random, err = s.take(ctx, tx, device, `qts <= $2`, upTo)
		return err
	})
	return random, err
}

const queueColumns = `q.qts, q.chat, q.random_id, q.sent_at, q.service, q.file, q.data`

// Waiting returns what waits for a device behind a position, as much as goes into one answer; more says that there is
// something behind that.
func (s *Service) Waiting(ctx context.Context, device ids.AuthKey, after int32) (page []Queued, more bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		page, more, err = readQueue(ctx, tx, device, after, pageItems)
		return err
	})
	return page, more, err
}

func readQueue(ctx context.Context, tx *db.Tx, device ids.AuthKey, after int32, limit int) (page []Queued, more bool, err error) {
	// Sizes first: no more is read than is given.
	const sizes = `SELECT qts, LENGTH(data) FROM device_queue WHERE device = $1 AND qts > $2 ORDER BY qts LIMIT $3`
	last, total, n := after, int64(0), 0
	err = tx.Each(ctx, sizes, []any{device, after, limit + 1}, func(rows *db.Rows) error {
		var qts int32
		var size int64
		if err := rows.Scan(&qts, &size); err != nil {
			return err
		}
		if n == limit || n > 0 && total+size > pageBytes {
			more = true
		}
		if !more {
			last, total, n = qts, total+size, n+1
		}
		return nil
	})
	if err != nil || n == 0 {
		return nil, false, err
	}
	const list = `SELECT ` + queueColumns + ` FROM device_queue q WHERE q.device = $1 AND q.qts > $2 AND q.qts <= $3 ORDER BY q.qts`
	err = tx.Each(ctx, list, []any{device, after, last}, func(rows *db.Rows) error {
		var q Queued
		var file int64
		err := rows.Scan(&q.QTS, &q.Chat, &q.RandomID, &q.SentAt, &q.Service, &file, &q.Data)
		if file != 0 {
			q.File = &File{ID: file}
		}
		page = append(page, q)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read the queue of a device: %w", err)
	}
	return page, more, nil
}
