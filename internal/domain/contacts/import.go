package contacts

import (
	"context"
	"maps"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// An Entry is a line of a client's address book.
type Entry struct {
	ClientID int64 // by which the client knows it
	Card
}

// Imported is what came of an import.
type Imported struct {
	Found   []Match
	Popular []Popular // numbers of nobody here that others have, too
	Retry   []int64   // client ids that were not looked at: to be sent again
}

// A Match is an Entry whose number has an account.
type Match struct {
	ClientID int64
	User     ids.User
}

// A Popular is an Entry whose number Importers people wait for.
type Popular struct {
	ClientID  int64
	Importers int32
}

// A Saved is a number in an address book that belongs to nobody here.
type Saved struct {
	Phone               users.Phone
	FirstName, LastName string
	SavedAt             time.Time
}

// importAtOnce is how many entries one transaction writes, so that nobody waits long behind an import.
const importAtOnce = 256

// Import adds the people of an address book to owner's contacts, as far as they are here and let themselves
// be found by their number, and keeps the other numbers until somebody signs up with them. The same import
// again changes nothing. What is no number is left out of the answer.
func (s *Service) Import(ctx context.Context, owner ids.User, entries []Entry) (Imported, error) {
	var result Imported
	for _, e := range entries[min(len(entries), MaxImport):] {
		result.Retry = append(result.Retry, e.ClientID)
	}
	me, err := s.users.One(ctx, owner)
	if err != nil {
		return Imported{}, err
	}
	lines := parse(entries[:min(len(entries), MaxImport)], me.Phone)
	for chunk := range slices.Chunk(lines, importAtOnce) {
		if err := s.importSome(ctx, owner, chunk, &result); err != nil {
			return Imported{}, wrap(err, "import contacts")
		}
	}
	return result, nil
}

// A line is an Entry whose number was understood.
type line struct {
	Entry
	phone users.Phone
}

// parse keeps the entries that have a number.
func parse(entries []Entry, home users.Phone) []line {
	lines := make([]line, 0, len(entries))
	for _, e := range entries {
		phone, err := users.ParsePhone(e.Phone, home)
		if err != nil || e.clean() != nil {
			continue
		}
		lines = append(lines, line{Entry: e, phone: phone})
	}
	return lines
}

func (s *Service) importSome(ctx context.Context, owner ids.User, lines []line, result *Imported) error {
	found, err := s.findable(ctx, owner, lines)
	if err != nil {
		return err
	}
	var people []entry
	var numbers []line
	for _, l := range lines {
		user, ok := found[l.phone]
		if !ok {
			numbers = append(numbers, l)
			continue
		}
		result.Found = append(result.Found, Match{ClientID: l.ClientID, User: user})
		if user != owner {
			people = append(people, entry{user: user, phone: l.phone, first: l.FirstName, last: l.LastName})
		}
	}
	people = uniqueBy(people, func(e entry) ids.User { return e.user })
	numbers = uniqueBy(numbers, func(l line) users.Phone { return l.phone })
	var popular []Popular
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		popular, err = s.keep(ctx, tx, owner, people, numbers)
		return err
	})
	result.Popular = append(result.Popular, popular...)
	return err
}

// findable returns who has the numbers of lines and lets owner find him by it.
func (s *Service) findable(ctx context.Context, owner ids.User, lines []line) (map[users.Phone]ids.User, error) {
	phones := make([]users.Phone, len(lines))
	for i, l := range lines {
		phones[i] = l.phone
	}
	var found map[users.Phone]ids.User
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		found, err = s.users.ByPhones(ctx, tx, phones)
		return err
	})
	if err != nil {
		return nil, err
	}
	allowed, err := s.users.AllowedBy(ctx, slices.Collect(maps.Values(found)), owner, users.AddedByPhone)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(found, func(_ users.Phone, user ids.User) bool { return !allowed[user] })
	return found, nil
}

// uniqueBy keeps the last of those that have the same key.
func uniqueBy[T any, K comparable](list []T, key func(T) K) []T {
	place := make(map[K]int, len(list))
	kept := list[:0]
	for _, item := range list {
		if i, ok := place[key(item)]; ok {
			kept[i] = item
			continue
		}
		place[key(item)] = len(kept)
		kept = append(kept, item)
	}
	return kept
}

// keep writes what is new or different, and tells the owner's other sessions if anything was.
func (s *Service) keep(ctx context.Context, tx *db.Tx, owner ids.User, people []entry, numbers []line) ([]Popular, error) {
	fresh, err := different(ctx, tx, owner, people)
	if err != nil {
		return nil, err
	}
	if len(fresh) > 0 {
		if err := s.put(ctx, tx, owner, fresh); err != nil {
			return nil, err
		}
		if err := s.log.Note(ctx, tx, owner.Peer(), updates.ContactsReset{}); err != nil {
			return nil, err
		}
	}
	if err := saveNumbers(ctx, tx, owner, numbers); err != nil {
		return nil, err
	}
	return countWaiting(ctx, tx, numbers)
}

// different returns those of people who do not stand in owner's book just so.
func different(ctx context.Context, tx *db.Tx, owner ids.User, people []entry) ([]entry, error) {
	if len(people) == 0 {
		return nil, nil
	}
	have := make(map[ids.User]entry, len(people))
	args := []any{owner}
	for _, e := range people {
		args = append(args, e.user)
	}
	err := tx.Each(ctx, `SELECT user_id, phone, first_name, last_name FROM contact WHERE owner = $1 AND user_id IN (`+
		db.List(2, len(people))+`)`, args, func(rows *db.Rows) error {
		var e entry
		err := rows.Scan(&e.user, &e.phone, &e.first, &e.last)
		have[e.user] = e
		return err
	})
	fresh := slices.DeleteFunc(slices.Clone(people), func(e entry) bool { return have[e.user] == e })
	return fresh, err
}

func saveNumbers(ctx context.Context, tx *db.Tx, owner ids.User, numbers []line) error {
	if len(numbers) == 0 {
		return nil
	}
	var have int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM saved_phone WHERE owner = $1`, owner).Scan(&have); err != nil {
		return err
	}
	numbers = numbers[:min(len(numbers), max(MaxContacts-have, 0))] // what is beyond is not waited for
	slices.SortFunc(numbers, func(a, b line) int { return compare(a.phone, b.phone) })
	now := time.Now().Unix()
	for chunk := range slices.Chunk(numbers, rowsAtOnce) {
		var saved, awaited []any
		for _, l := range chunk {
			saved = append(saved, owner, l.phone, l.FirstName, l.LastName, now)
			awaited = append(awaited, l.phone, owner)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO saved_phone (owner, phone, first_name, last_name, saved_at) VALUES `+
			values(len(chunk), 5)+` ON CONFLICT (owner, phone) DO UPDATE SET first_name = excluded.first_name,
			last_name = excluded.last_name`, saved...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO awaited_phone (phone, owner) VALUES `+values(len(chunk), 2)+
			` ON CONFLICT (phone, owner) DO NOTHING`, awaited...); err != nil {
			return err
		}
	}
	return nil
}

// minPopular is how many must wait for a number before it is worth an invitation.
const minPopular = 2

func countWaiting(ctx context.Context, tx *db.Tx, numbers []line) ([]Popular, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	clientOf := make(map[users.Phone]int64, len(numbers))
	var args []any
	for _, l := range numbers {
		clientOf[l.phone] = l.ClientID
		args = append(args, l.phone)
	}
	args = append(args, minPopular)
	var popular []Popular
	err := tx.Each(ctx, `SELECT phone, count(*) FROM awaited_phone WHERE phone IN (`+db.List(1, len(numbers))+
		`) GROUP BY phone HAVING count(*) >= `+placeholder(len(args)), args, func(rows *db.Rows) error {
		var phone users.Phone
		var p Popular
		err := rows.Scan(&phone, &p.Importers)
		p.ClientID = clientOf[phone]
		popular = append(popular, p)
		return err
	})
	slices.SortFunc(popular, func(a, b Popular) int { return int(b.Importers - a.Importers) })
	return popular, err
}
