package server

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestTheKeyIsMadeOnceAndKept(t *testing.T) {
	dir := t.TempDir()
	first, err := LoadKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.Fingerprint() != again.Fingerprint() {
		t.Error("the second start made another key")
	}
	info, err := os.Stat(filepath.Join(dir, PrivateKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	public, err := os.ReadFile(filepath.Join(dir, PublicKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(public, first.PublicKey.PEM()) || !strings.HasPrefix(string(public), "-----BEGIN RSA PUBLIC KEY-----\n") {
		t.Errorf("got %s", public)
	}
}

func TestProcessesThatStartTogetherAgreeOnOneKey(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	fingerprints := make([]int64, 4)
	for i := range fingerprints {
		all.Go(func() {
			key, err := LoadKey(dir)
			if err != nil {
				t.Error(err)
				return
			}
			fingerprints[i] = key.Fingerprint()
		})
	}
	all.Wait()
	for _, f := range fingerprints[1:] {
		if f != fingerprints[0] {
			t.Error("two keys")
		}
	}
}

func TestABrokenKeyIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, PrivateKeyFile)
	if err := os.WriteFile(path, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(dir); err == nil {
		t.Error("got no error")
	}
	if b, _ := os.ReadFile(path); string(b) != "broken" {
		t.Error("the file was changed")
	}
}

func TestFingerprintsThatAClientCannotFindAreAvoided(t *testing.T) {
	for fingerprint, want := range map[int64]bool{
		0x1000000000000000: true, 0x0fffffffffffffff: false, 0: false, -1: true, 0x0f1577beb8dc234b: false,
	} {
		if got := findable(fingerprint); got != want {
			t.Errorf("findable(%016x) = %v, want %v", uint64(fingerprint), got, want)
		}
	}
}
