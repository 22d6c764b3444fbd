package server

import (
	"errors"
	"net"
	"net/http"
	"time"

	"hermod/internal/config"
	"hermod/internal/domain/external"
	"hermod/internal/domain/translate"
	"hermod/internal/guard"
	"hermod/internal/images"
)

// strangers is what asks for what people name by an address; nil where that is off.
func strangers(setting string) *guard.Client {
	if !fetches(setting) {
		return nil
	}
	return guard.New()
}

// buildExternal makes what brings files and maps from elsewhere.
func (c *Core) buildExternal(cfg config.External) {
	c.External = external.New(strangers(cfg.Media), c.Files, external.Options{
		PhotoSize: int64(cfg.PhotoSize), FileSize: int64(cfg.FileSize), Photo: c.Photos.FromBlob,
		NoPhoto: func(err error) bool {
			return errors.Is(err, images.ErrFormat) || errors.Is(err, images.ErrBroken) || errors.Is(err, images.ErrDimensions)
		},
	})
	c.Maps = external.NewMaps(guard.New(external.Provider(cfg.Maps)), cfg.Maps)
}

// fetches says whether a setting of on, off or auto means that something is fetched.
func fetches(setting string) bool {
	switch setting {
	case "on":
		return true
	case "auto":
		return hasRoute()
	}
	return false
}

// hasRoute reports whether this machine has a way to public addresses. Nothing is sent: to connect a socket of UDP asks the
// system for a route and no more.
func hasRoute() bool {
	const anybody = "8.8.8.8:53"
	conn, err := net.DialTimeout("udp", anybody, time.Second)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

const translateTime = 20 * time.Second

// translator is who translates, if anybody does.
func translator(cfg config.Translate) translate.Provider {
	if cfg.URL == "" {
		return nil
	}
	return &translate.HTTP{URL: cfg.URL, Key: cfg.Key, Client: &http.Client{Timeout: translateTime}}
}
