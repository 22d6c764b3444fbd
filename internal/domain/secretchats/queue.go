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
	if waiting > maxWaiting/2 || size > maxBytes/2 {
		if err := checkShare(ctx, tx, device, q.Chat); err != nil {
			return err
		}
	}
	const insert = `INSERT INTO device_queue (device, qts, chat, random_id, sent_at, service, file, size, room, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	err = tx.Queue(ctx, insert, device, q.QTS, q.Chat, q.RandomID, q.SentAt, q.Service, q.File.id(), len(q.Data), room(tx), q.Data)
	if err != nil {
		return fmt.Errorf("put a ciphertext into the queue of a device: %w", err)
	}
	return nil
}

// checkShare fails with ErrFull when a chat fills so much of the queue of a device that others might not get through.
func checkShare(ctx context.Context, tx *db.Tx, device ids.AuthKey, chat int32) error {
	const sum = `SELECT COUNT(*), COALESCE(SUM(size), 0) FROM device_queue WHERE device = $1 AND chat = $2`
	var waiting, size int64
	if err := tx.QueryRow(ctx, sum, device, chat).Scan(&waiting, &size); err != nil {
		return fmt.Errorf("share of a chat in the queue of a device: %w", err)
	}
	if waiting >= maxWaiting/maxShare || size >= maxBytes/maxShare {
		return ErrFull
	}
	return nil
}

// room is what stands in front of a ciphertext, so that SQLite keeps no part of it in a page with other rows: a page of
// 4 KiB holds 1002 bytes of a row at most, if the row is longer.
// Spec: https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages
func room(tx *db.Tx) []byte {
	if tx.Engine() == db.SQLite {
		return make([]byte, 1002)
	}
	return []byte{}
}

// drop deletes what a condition on the queue of a device finds; its argument is $2.
func (s *Service) drop(ctx context.Context, tx *db.Tx, device ids.AuthKey, condition string, arg any) error {
	_, err := s.take(ctx, tx, device, condition, arg)
	return err
}

// acknowledge deletes what a device has got, up to a position, and the files of that which it has loaded. It returns the
// random ids of what was deleted.
func (s *Service) acknowledge(ctx context.Context, tx *db.Tx, device ids.AuthKey, upTo int32) (random []int64, err error) {
	taken, err := s.take(ctx, tx, device, `qts <= $2`, upTo)
	if err != nil {
		return nil, err
	}
	for _, q := range taken {
		random = append(random, q.RandomID)
		if q.File != nil {
			if err := s.ackFile(ctx, tx, device, q); err != nil {
				return nil, err
			}
		}
	}
	return random, nil
}

// take is drop, and returns what was deleted, without its data.
func (s *Service) take(ctx context.Context, tx *db.Tx, device ids.AuthKey, condition string, arg any) (taken []Queued, err error) {
	// The state is locked first, as whoever puts something into the queue does.
	const lock = `UPDATE device_state SET waiting = waiting WHERE device = $1`
	if _, err := tx.Exec(ctx, lock, device); err != nil {
		return nil, fmt.Errorf("lock the queue of a device: %w", err)
	}
	remove := `DELETE FROM device_queue WHERE device = $1 AND ` + condition + ` RETURNING chat, random_id, size, file`
	var total int64
	err = tx.Each(ctx, remove, []any{device, arg}, func(rows *db.Rows) error {
		var q Queued
		var size, file int64
		err := rows.Scan(&q.Chat, &q.RandomID, &size, &file)
		if file != 0 {
			q.File = &File{ID: file}
		}
		taken, total = append(taken, q), total+size
		return err
	})
	if err != nil || len(taken) == 0 {
		return nil, err
	}
	const count = `UPDATE device_state SET waiting = waiting - $2, bytes = bytes - $3 WHERE device = $1`
	if err := tx.Queue(ctx, count, device, len(taken), total); err != nil {
		return nil, fmt.Errorf("count what waits for a device: %w", err)
	}
	tx.OnCommit(s.dirty)
	return taken, nil
}

// QTS is where the queue of a device stands.
func (s *Service) QTS(ctx context.Context, device ids.AuthKey) (qts int32, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		qts, err = readQTS(ctx, tx, device)
		return err
	})
	return qts, err
}

// Start is the position in front of what waits for a device: who begins there with no memory gets all of it.
func (s *Service) Start(ctx context.Context, device ids.AuthKey) (qts int32, err error) {
	const first = `SELECT qts FROM device_queue WHERE device = $1 ORDER BY qts LIMIT 1`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		err := tx.QueryRow(ctx, first, device).Scan(&qts)
		if errors.Is(err, db.ErrNotFound) {
			qts, err = readQTS(ctx, tx, device)
			return err
		}
		qts--
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
		random, err = s.acknowledge(ctx, tx, device, upTo)
		return err
	})
	return random, err
}

// listQueue joins the file of a message, which the row of its sender describes; a chat has two sides.
const listQueue = `SELECT q.qts, q.chat, q.random_id, q.sent_at, q.service, q.file, q.data, COALESCE(f.size, 0), COALESCE(f.fingerprint, 0)
	FROM device_queue q LEFT JOIN secret_file f ON q.file <> 0 AND f.file = q.file AND f.chat = q.chat AND f.peer_device = q.device
	WHERE q.device = $1 AND q.qts > $2 AND q.qts <= $3 ORDER BY q.qts`

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
	const sizes = `SELECT qts, size FROM device_queue WHERE device = $1 AND qts > $2 ORDER BY qts LIMIT $3`
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
	err = tx.Each(ctx, listQueue, []any{device, after, last}, func(rows *db.Rows) error {
		var q Queued
		var f File
		err := rows.Scan(&q.QTS, &q.Chat, &q.RandomID, &q.SentAt, &q.Service, &f.ID, &q.Data, &f.Size, &f.Fingerprint)
		if f.ID != 0 {
			q.File = &f
		}
		page = append(page, q)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read the queue of a device: %w", err)
	}
	return page, more, nil
}
