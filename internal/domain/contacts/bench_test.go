package contacts_test

import (
	"fmt"
	"testing"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// BenchmarkImport imports an address book of 500 numbers, a fifth of them of people who are here, for a new
// owner each time.
func BenchmarkImport(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			bs := bus.NewLocal()
			log := updates.New(d, bs)
			u := users.New(d, bs, log)
			b.Cleanup(u.Close)
			s, err := contacts.New(b.Context(), d, u, log)
			if err != nil {
				b.Fatal(err)
			}
			create := func(phone string) (id ids.User) {
				err := d.Write(b.Context(), func(tx *db.Tx) error {
					made, err := u.Create(b.Context(), tx, users.NewUser{Phone: users.Phone(phone), FirstName: "A"})
					id = made.ID
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				return id
			}
			book := make([]contacts.Entry, 500)
			for i := range book {
				phone := fmt.Sprintf("47900%05d", i)
				book[i] = entry(int64(i), phone, "N")
				if i%5 == 0 {
					create(phone)
				}
			}
			n, before := 0, d.Statements()
			for b.Loop() {
				b.StopTimer()
				owner := create(fmt.Sprintf("47911%05d", n))
				n++
				b.StartTimer()
				if _, err := s.Import(b.Context(), owner, book); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(d.Statements()-before)/float64(n), "statements/op")
		})
	}
}
