// Package sender brings codes to people: by SMS or call through any gateway that takes a web request, by
// e-mail, or, for development, to the terminal. Package auth decides what is sent to whom.
package sender

import (
	"context"
	"log/slog"
)

// A Message is a code on its way to a person. Logs show stars.
type Message struct {
	Kind  string // "sms", "call" or "email"
	Phone string // digits without plus; may be empty when Kind is "email"
	Email string // only when Kind is "email"
	Code  string
	Text  string // for people, holds the code
}

// LogValue hides the message.
func (Message) LogValue() slog.Value { return slog.StringValue("***") }

// to is where the message goes, for people.
func (m Message) to() string {
	if m.Email != "" {
		return m.Email
	}
	return "+" + m.Phone
}

// A Sender takes messages out of the house. Send returns when the next station has accepted the message, and
// gives up when ctx ends. Its errors do not contain the message.
type Sender interface {
	Send(ctx context.Context, m Message) error
}
