package auth

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

const (
	pollEvery  = 2 * time.Second
	flushEvery = 30 * time.Second
	sweepEvery = 10 * time.Minute
	endEvery   = 6 * time.Hour
	sweepBatch = 500
)

// Run does the timed work until ctx ends: it hears of keys that other processes have signed out, writes down which
// logins are in use, removes what has expired, and ends logins and accounts that nobody used for too long. Several
// nodes may run it beside each other.
func (s *Service) Run(ctx context.Context, log *slog.Logger) error {
	steps := []struct {
		name  string
		every time.Duration
		do    func(context.Context) error
		due   time.Time
	}{
		{name: "poll", every: pollEvery, do: s.pollEnds},
		{name: "flush", every: flushEvery, do: s.flushUse},
		{name: "sweep", every: sweepEvery, do: s.Sweep},
		{name: "end unused", every: endEvery, do: s.EndUnused},
	}
	for i := range steps {
		steps[i].due = time.Now().Add(steps[i].every)
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			// What was noted since the last flush is not worth waiting long for.
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			return s.flushUse(last)
		case now := <-tick.C:
			for i := range steps {
				step := &steps[i]
				if now.Before(step.due) {
					continue
				}
				step.due = now.Add(step.every)
				if err := step.do(ctx); err != nil && ctx.Err() == nil {
					log.Error("timed work on logins failed", "step", step.name, "error", err)
				}
			}
		}
	}
}

// Sweep removes what has expired, in small transactions.
func (s *Service) Sweep(ctx context.Context) error {
	for _, table := range []struct{ sql, what string }{
		{`DELETE FROM phone_code WHERE (phone, hash) IN (SELECT phone, hash FROM phone_code WHERE expires_at <= $1 LIMIT $2)`, "codes"},
		{`DELETE FROM email_code WHERE scope IN (SELECT scope FROM email_code WHERE expires_at <= $1 LIMIT $2)`, "e-mail codes"},
		{`DELETE FROM password_challenge WHERE (user_id, id) IN (SELECT user_id, id FROM password_challenge WHERE expires_at <= $1 LIMIT $2)`, "challenges"},
		{`DELETE FROM future_token WHERE (user_id, token) IN (SELECT user_id, token FROM future_token WHERE expires_at <= $1 LIMIT $2)`, "future tokens"},
		{`DELETE FROM gate WHERE name IN (SELECT name FROM gate WHERE full_at <= $1 LIMIT $2)`, "gates"},
		{`DELETE FROM key_end WHERE (ended_at, key_id) IN (SELECT ended_at, key_id FROM key_end WHERE ended_at + 3600 <= $1 LIMIT $2)`, "ended keys"},
	} {
		if err := s.sweepTable(ctx, table.sql); err != nil {
			return fmt.Errorf("sweep %s: %w", table.what, err)
		}
	}
	return s.sweepKeys(ctx)
}

func (s *Service) sweepTable(ctx context.Context, sql string) error {
	for {
		var n int64
		err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = tx.Exec(ctx, sql, s.now(), sweepBatch)
			return err
		})
		if err != nil || n < sweepBatch {
			return err
		}
	}
}

// sweepKeys removes temporary keys that have ended and permanent ones that nobody signed in by.
func (s *Service) sweepKeys(ctx context.Context) error {
	for {
		n := 0
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			const remove = `DELETE FROM auth_key WHERE id IN (SELECT id FROM auth_key WHERE sweep_at > 0 AND sweep_at <= $1 LIMIT $2)
				RETURNING id`
			rows, err := tx.Query(ctx, remove, s.now(), sweepBatch)
			if err != nil {
				return fmt.Errorf("sweep keys: %w", err)
			}
			for n = 0; rows.Next(); n++ {
				var id ids.AuthKey
				if err := rows.Scan(&id); err != nil {
					return err
				}
				s.changed(tx, id)
			}
			return rows.Err()
		})
		if err != nil || n < sweepBatch {
			return err
		}
	}
}

// EndUnused ends logins and accounts that nobody used for the time their owners chose, walking through all users.
func (s *Service) EndUnused(ctx context.Context) error {
	for last := ids.User(0); ; {
		page, err := s.lives(ctx, last)
		if err != nil {
			return err
		}
		for _, l := range page {
			if err := s.endIfUnused(ctx, l); err != nil {
				return err
			}
			last = l.user
		}
		if len(page) < sweepBatch {
			return nil
		}
	}
}

// life is how long an account and its logins may rest, and since when they do.
type life struct {
	user                   ids.User
	accountDays, loginDays int
	seenAt                 time.Time // last sign of the person
	oldest                 time.Time // last use of the login that rests longest
}

// lives reads a page of people after last. Beside our own tables it reads when they came and were last seen.
func (s *Service) lives(ctx context.Context, last ids.User) (page []life, err error) {
	const list = `SELECT u.id, COALESCE(a.account_days, $3), COALESCE(a.login_days, $4), u.created_at,
		COALESCE((SELECT seen_at FROM last_seen WHERE user_id = u.id), 0),
		COALESCE((SELECT MAX(active_at) FROM login WHERE user_id = u.id), 0),
		COALESCE((SELECT MIN(active_at) FROM login WHERE user_id = u.id), 0)
		FROM user_account u LEFT JOIN account_life a ON a.user_id = u.id
		WHERE u.id > $1 AND u.deleted_at = 0 AND u.bot = 0 AND u.id <> $5 ORDER BY u.id LIMIT $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, list, last, sweepBatch, s.opts.AccountDays, s.opts.LoginDays, ids.Service)
		if err != nil {
			return fmt.Errorf("read the lives of accounts: %w", err)
		}
		for rows.Next() {
			var l life
			var created, seen, active time.Time
			if err := rows.Scan(&l.user, &l.accountDays, &l.loginDays, &created, &seen, &active, &l.oldest); err != nil {
				return err
			}
			l.seenAt = latest(created, seen, active)
			page = append(page, l)
		}
		return rows.Err()
	})
	return page, err
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func (s *Service) endIfUnused(ctx context.Context, l life) error {
	now := s.now()
	if now.Sub(l.seenAt) > days(l.accountDays) {
		return s.Delete(ctx, l.user)
	}
	if l.oldest.IsZero() || now.Sub(l.oldest) <= days(l.loginDays) {
		return nil
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		const list = `SELECT ` + loginColumns + ` FROM login WHERE user_id = $1 AND active_at < $2 LIMIT $3`
		all, err := readLogins(ctx, tx, list, l.user, now.Add(-days(l.loginDays)), maxLogins)
		if err != nil {
			return err
		}
		for _, old := range all {
			if err := s.end(ctx, tx, l.user, old.Key); err != nil {
				return err
			}
		}
		return nil
	})
}
