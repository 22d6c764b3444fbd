package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
)

// A WaitError asks the caller to come back later: somebody tried too often.
type WaitError struct{ Wait time.Duration }

// Error implements error.
func (e *WaitError) Error() string { return "too many attempts, wait " + e.Wait.String() }

// A gate is a budget of attempts, measured in time: every attempt costs some, and time gives it back. It
// stands in the database, so that neither a restart nor another node forgets it.
type gate struct {
	cost time.Duration // of one attempt
	room time.Duration // what can be spent at once
}

// The gates. Of a code of five digits somebody who knows the number can guess some 130 times a day, which
// succeeds after two years on average.
var (
	sendGate     = gate{cost: 5 * time.Minute, room: time.Hour}
	testSendGate = gate{cost: time.Second, room: time.Hour} // test numbers: their code is known to everybody
	guessGate    = gate{cost: 10 * time.Minute, room: time.Hour}
	emailGate    = gate{cost: 5 * time.Minute, room: 30 * time.Minute}
	passwordGate = gate{cost: 5 * time.Minute, room: 30 * time.Minute}
)

// take spends the cost of one attempt of name. It fails with *WaitError, and changes nothing, when the budget
// is spent.
func (g gate) take(ctx context.Context, tx *db.Tx, name string, now time.Time) error {
	const spend = `INSERT INTO gate (name, full_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE
		SET full_at = CASE WHEN gate.full_at > $3 THEN gate.full_at ELSE $3 END + $4
		WHERE gate.full_at <= $5 RETURNING full_at`
	cost, latest := int64(g.cost/time.Second), now.Add(g.room-g.cost)
	var fullAt int64
	err := tx.QueryRow(ctx, spend, name, now.Add(g.cost), now, cost, latest).Scan(&fullAt)
	if errors.Is(err, db.ErrNotFound) {
		return refused(ctx, tx, name, latest)
	}
	if err != nil {
		return fmt.Errorf("count an attempt: %w", err)
	}
	return nil
}

// refused is the error of an attempt that has to wait until latest has moved up to the state of the gate.
func refused(ctx context.Context, tx *db.Tx, name string, latest time.Time) error {
	var fullAt time.Time
	if err := tx.QueryRow(ctx, `SELECT full_at FROM gate WHERE name = $1`, name).Scan(&fullAt); err != nil {
		return fmt.Errorf("read the attempts: %w", err)
	}
	return &WaitError{Wait: max(fullAt.Sub(latest), time.Second)}
}

// fine makes the next attempts of name wait, for one that went wrong.
func (g gate) fine(ctx context.Context, tx *db.Tx, name string, now time.Time) error {
	const spend = `INSERT INTO gate (name, full_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE
		SET full_at = CASE WHEN gate.full_at > $3 THEN gate.full_at ELSE $3 END + $4`
	if _, err := tx.Exec(ctx, spend, name, now.Add(g.cost), now, int64(g.cost/time.Second)); err != nil {
		return fmt.Errorf("count a wrong attempt: %w", err)
	}
	return nil
}

// forgive forgets the attempts of name, after one that went right.
func forgive(ctx context.Context, tx *db.Tx, name string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM gate WHERE name = $1`, name); err != nil {
		return fmt.Errorf("forget the attempts: %w", err)
	}
	return nil
}
