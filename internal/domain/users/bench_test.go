package users_test

import (
	"testing"

	"hermod/internal/domain/users"
)

func BenchmarkParsePhone(b *testing.B) {
	for b.Loop() {
		if _, err := users.ParsePhone("4790123456", "4740000000"); err != nil {
			b.Fatal(err)
		}
	}
}
