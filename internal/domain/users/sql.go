package users

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// MaxBatch is how many accounts, numbers or pairs are read by one statement.
const MaxBatch = 256

// chunks cuts list into pieces for IN lists.
func chunks[T any](list []T) iter.Seq[[]T] { return slices.Chunk(list, MaxBatch) }

// inList returns "($first, …)" and its arguments. It has 1, 2, 4, … places, the last value repeated, so that
// few statements are prepared.
func inList[T any](first int, list []T) (sql string, args []any) {
	n := 1
	for n < len(list) {
		n *= 2
	}
	args = make([]any, n)
	for i := range args {
		args[i] = list[min(i, len(list)-1)]
	}
	return "(" + db.List(first, n) + ")", args
}

// wrap says what was being done, unless nothing went wrong.
func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// readUsers reads accounts with their privacy rules.
func readUsers(ctx context.Context, tx *db.Tx, want []ids.User) ([]User, error) {
	var found []User
	for chunk := range chunks(want) {
		list, args := inList(1, chunk)
		err := tx.Each(ctx, `SELECT id, phone, username, first_name, last_name, about, bot, verified, support, birthday,
			settings, created_at, deleted_at FROM user_account WHERE id IN `+list, args, func(rows *db.Rows) error {
			u, err := scanUser(rows)
			found = append(found, u)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read users: %w", err)
		}
	}
	return found, readRules(ctx, tx, found)
}

// readLocked reads an account to write it back: nobody else changes it until the transaction ends. It fails
// with ErrNotFound.
func readLocked(ctx context.Context, tx *db.Tx, user ids.User) (User, error) {
	rows, err := tx.Exec(ctx, `UPDATE user_account SET id = id WHERE id = $1`, user)
	if err != nil {
		return User{}, fmt.Errorf("lock user %d: %w", user, err)
	}
	if rows == 0 {
		return User{}, ErrNotFound
	}
	found, err := readUsers(ctx, tx, []ids.User{user})
	if err != nil {
		return User{}, err
	}
	return found[0], nil
}

func scanUser(rows *db.Rows) (u User, err error) {
	var born int
	var settings string
	err = rows.Scan(&u.ID, &u.Phone, &u.Username, &u.FirstName, &u.LastName, &u.About, &u.Bot, &u.Verified, &u.Support,
		&born, &settings, &u.CreatedAt, &u.DeletedAt)
	if err == nil && settings != "" {
		err = json.Unmarshal([]byte(settings), &u.Settings)
	}
	u.Birthday = birthday(born)
	return u, err
}

// readRules adds to each of users the privacy rules he has set.
func readRules(ctx context.Context, tx *db.Tx, users []User) error {
	byID := make(map[ids.User]int, len(users))
	for i, u := range users {
		byID[u.ID] = i
	}
	for chunk := range chunks(slices.Collect(mapKeys(byID))) {
		list, args := inList(1, chunk)
		err := tx.Each(ctx, `SELECT user_id, key, rules FROM privacy_rule WHERE user_id IN `+list, args, func(rows *db.Rows) error {
			var id ids.User
			var key PrivacyKey
			var text string
			if err := rows.Scan(&id, &key, &text); err != nil {
				return err
			}
			return users[byID[id]].addRules(key, text)
		})
		if err != nil {
			return fmt.Errorf("read privacy rules: %w", err)
		}
	}
	return nil
}

func mapKeys[K comparable, V any](m map[K]V) iter.Seq[K] {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (u *User) addRules(key PrivacyKey, text string) error {
	var rules []Rule
	if err := json.Unmarshal([]byte(text), &rules); err != nil {
		return err
	}
	if u.rules == nil {
		u.rules = make(map[PrivacyKey][]Rule)
	}
	u.rules[key] = rules
	return nil
}

func insertUser(ctx context.Context, tx *db.Tx, u User) error {
	settings, err := encodeSettings(u.Settings)
	if err != nil {
		return err
	}
	const insert = `INSERT INTO user_account (id, phone, username, first_name, last_name, bot, settings, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	_, err = tx.Exec(ctx, insert, u.ID, u.Phone, u.Username, u.FirstName, u.LastName, u.Bot, settings, u.CreatedAt)
	return err
}

// updateUser writes what an account holder can change about himself.
func updateUser(ctx context.Context, tx *db.Tx, u User) error {
	settings, err := encodeSettings(u.Settings)
	if err != nil {
		return err
	}
	const update = `UPDATE user_account SET username = $2, first_name = $3, last_name = $4, about = $5, birthday = $6,
		settings = $7 WHERE id = $1`
	_, err = tx.Exec(ctx, update, u.ID, u.Username, u.FirstName, u.LastName, u.About, u.Birthday.number(), settings)
	return err
}

func encodeSettings(s Settings) (string, error) {
	text, err := json.Marshal(s)
	if string(text) == "{}" {
		return "", err
	}
	return string(text), err
}

// usernameOwner returns who has name, and whether it leads to him; ErrNotFound if nobody has.
func usernameOwner(ctx context.Context, tx *db.Tx, name string) (peer ids.Peer, active bool, err error) {
	err = tx.QueryRow(ctx, `SELECT peer, active FROM username WHERE name = $1`, strings.ToLower(name)).Scan(&peer, &active)
	if errors.Is(err, db.ErrNotFound) {
		return 0, false, ErrNotFound
	}
	return peer, active, wrap(err, "look up a name")
}

func isNotFound(err error) bool { return errors.Is(err, db.ErrNotFound) }
