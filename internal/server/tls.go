package server

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"

	"hermod/internal/config"
)

// certificateAge is how old a loaded certificate may be before its file is looked at again.
const certificateAge = time.Minute

// certificates serves a certificate from two files and takes up renewed ones.
type certificates struct {
	files config.TLS

	mu      sync.Mutex
	current *tls.Certificate
	written time.Time // of the file that current comes from
	looked  time.Time
}

// tlsConfig returns nil if no certificate is configured. It fails if there is one that cannot be used.
func tlsConfig(files config.TLS) (*tls.Config, error) {
	if files.Cert == "" {
		return nil, nil
	}
	c := &certificates{files: files}
	if _, err := c.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}, nil
}

// get implements tls.Config.GetCertificate. A renewed file that is broken leaves the old certificate in force.
func (c *certificates) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < certificateAge {
		return c.current, nil
	}
	err := c.loadLocked()
	if c.current == nil {
		return nil, err
	}
	return c.current, nil
}

func (c *certificates) loadLocked() error {
	c.looked = time.Now()
	info, err := os.Stat(c.files.Cert)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	if c.current != nil && info.ModTime().Equal(c.written) {
		return nil
	}
	cert, err := tls.LoadX509KeyPair(c.files.Cert, c.files.Key)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	c.current, c.written = &cert, info.ModTime()
	return nil
}
