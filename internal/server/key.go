package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"hermod/internal/mtproto/crypto"
)

// Names of the key files in the data directory.
const (
	PrivateKeyFile = "rsa_private.pem"
	PublicKeyFile  = "rsa_public.pem"
)

// LoadKey reads the server's key from dir and makes one on the first start. Clients know the server by its public half,
// which is written beside it each time.
//
// It fails if the file is not what it should be; a key is never replaced.
func LoadKey(dir string) (*crypto.PrivateKey, error) {
	path := filepath.Join(dir, PrivateKeyFile)
	key, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKey(path); err == nil || errors.Is(err, fs.ErrExist) { // another process may have been first
			key, err = readKey(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the server's key: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, PublicKeyFile), key.PublicKey.PEM(), 0o644); err != nil {
		return nil, fmt.Errorf("the server's public key: %w", err)
	}
	return key, nil
}

func readKey(path string) (*crypto.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := crypto.ParsePrivateKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// makeKey writes a new key under another name first and links it to its own, so that nobody ever reads half a key and
// two processes agree on one. It fails with fs.ErrExist if there is one by now.
func makeKey(path string) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(key.PEM())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}

// newKey makes a key that every client can find.
func newKey() (*crypto.PrivateKey, error) {
	for {
		key, err := crypto.GenerateKey()
		if err != nil || findable(key.Fingerprint()) {
			return key, err
		}
	}
}

// findable reports whether a fingerprint has 16 hexadecimal digits. mtcute (0.30) keeps its keys by the digits with
// leading zeros and looks them up without, so it finds none of the one in sixteen that begin with a zero.
func findable(fingerprint int64) bool {
	const lastDigits = 60 // bits
	return uint64(fingerprint)>>lastDigits != 0
}
