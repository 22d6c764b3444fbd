package server

import (
	"net"
	"net/http"
	"time"

	"hermod/internal/config"
	"hermod/internal/domain/translate"
	"hermod/internal/guard"
)

// strangers is what asks for pages that people link to; nil where nothing is asked.
func strangers(cfg config.Config) *guard.Client {
	if !fetchesPages(cfg) {
		return nil
	}
	return guard.New()
}

// fetchesPages says whether pages that people link to are looked at.
func fetchesPages(cfg config.Config) bool {
	switch cfg.Previews {
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
