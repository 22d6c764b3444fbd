package server

import (
	"context"
	"time"

	"hermod/internal/api/chats"
	"hermod/internal/api/render"
	apisecret "hermod/internal/api/secretchats"
	"hermod/internal/api/view"
	"hermod/internal/config"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/secretchats"
	"hermod/internal/mtproto/crypto"
)

// buildSecret makes the secret chats.
func (c *Core) buildSecret(cfg config.Config) {
	c.Secret = secretchats.New(secretchats.Options{
		DB: c.DB, Log: c.Updates, Users: c.Users, Files: c.Files, Prime: crypto.NewGroup().Prime(), Devices: c.Auth.SecretDevices, Claim: c.Auth.Claim,
		Keep: time.Duration(cfg.SecretChats.Keep), Scrub: time.Duration(cfg.SecretChats.Scrub),
	})
}

// secretChats makes the handlers of secret chats.
func (s *Server) secretChats(ctx context.Context, v *view.View, shown *render.Renderer) (*apisecret.Handlers, error) {
	key, err := s.core.DB.Secret(ctx, "secret_chats")
	if err != nil {
		return nil, err
	}
	return apisecret.New(apisecret.Options{
		Secret: s.core.Secret, View: v, Render: shown, Reports: s.core.Reports, Key: key, Files: s.core.Files, DC: s.cfg.DC,
		Log: s.log,
	}), nil
}

// devices lets package chats tell what concerns single devices.
type devices struct{ *apisecret.Handlers }

// Missed implements chats.Devices.
func (d devices) Missed(ctx context.Context, user ids.User, device ids.AuthKey, qts int32, date time.Time) (chats.Missed, error) {
	m, err := d.Handlers.Missed(ctx, user, device, qts, date)
	return chats.Missed(m), err
}
