package server

import (
	"io"
	"time"

	"hermod/internal/config"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/auth/sender"
)

// authOptions turns the configuration of codes into that of package auth.
func authOptions(cfg config.Config, out io.Writer) (auth.Options, error) {
	senders, err := codeSenders(cfg.Codes, out)
	return auth.Options{
		Senders:       senders,
		EmailRequired: cfg.Codes.Sender == "smtp",
		TestNumbers:   cfg.TestNumbers,
		FreshFor:      freshFor(cfg),
		CodesPerHour:  cfg.Codes.PerHour,
	}, err
}

// freshFor is none where anybody can sign in with a test number: there is nothing to protect.
func freshFor(cfg config.Config) time.Duration {
	if cfg.TestNumbers {
		return 0
	}
	return time.Duration(cfg.FreshLogins)
}

func codeSenders(c config.Codes, out io.Writer) (map[auth.Kind]sender.Sender, error) {
	switch c.Sender {
	case "smtp":
		s, err := sender.NewSMTP(sender.SMTPConfig{
			Address: c.SMTP.Host, User: c.SMTP.User, Password: c.SMTP.Password, From: c.SMTP.From,
			Plain: c.SMTP.Plain,
		})
		return map[auth.Kind]sender.Sender{auth.Email: s}, err
	case "webhook":
		s, err := sender.NewWebhook(c.Webhook.URL, c.Webhook.Secret)
		return map[auth.Kind]sender.Sender{auth.SMS: s, auth.Call: s, auth.Email: s}, err
	}
	s := sender.NewLog(out)
	return map[auth.Kind]sender.Sender{auth.SMS: s, auth.Email: s}, nil
}
