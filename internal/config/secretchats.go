package config

import (
	"errors"
	"time"
)

// SecretChats configures what is kept of secret chats.
type SecretChats struct {
	Keep  Duration `toml:"keep" comment:"How long a ciphertext waits for a device that does not come for it, and a request for an answer."`
	Scrub Duration `toml:"scrub" comment:"How long what a device has acknowledged may stay in the files of the database after it was deleted there. It is removed in one step for\nall that was deleted meanwhile; on PostgreSQL the table of what waits is then written anew."`
}

func defaultSecretChats() SecretChats {
	return SecretChats{Keep: Duration(30 * 24 * time.Hour), Scrub: Duration(10 * time.Second)}
}

func (s SecretChats) check() error {
	if s.Keep < Duration(time.Minute) {
		return errors.New("secret_chats.keep must be a minute at least")
	}
	if s.Scrub <= 0 {
		return errors.New("secret_chats.scrub must be more than 0")
	}
	return nil
}
