package servertest_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hermod/internal/config"
	"hermod/internal/server"
	"hermod/internal/server/doctor"
	"hermod/internal/server/servertest"
)

func get(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	res, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestThePortAnswersBrowsersAndOperators(t *testing.T) {
	s := servertest.Start(t)
	tests := map[string]string{
		"http://" + s.Addr + "/":                       "Hermod",
		"http://" + s.Addr + "/connect":                "Point a client at it",
		"http://" + s.Addr + "/status":                 `{"healthy":true}`,
		"http://" + s.Addr + "/rsa_public.pem":         "BEGIN RSA PUBLIC KEY",
		"http://" + s.AdminAddress() + "/healthz":      "ok",
		"http://" + s.AdminAddress() + "/readyz":       "ok",
		"http://" + s.AdminAddress() + "/metrics":      "hermod_db_statements_total",
		"http://" + s.AdminAddress() + "/debug/pprof/": "goroutine",
	}
	for url, want := range tests {
		if code, body := get(t, http.DefaultClient, url); code != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: got %d, and no %q in %.200s", url, code, want, body)
		}
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := servertest.Start(t, func(c *config.Config) { c.Admin.Listen = "" })
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if conn, err := net.Dial("tcp", s.Addr); err == nil {
		conn.Close()
		t.Error("it still listens")
	}
}

func TestAServerComesBackWithItsKey(t *testing.T) {
	dir := t.TempDir()
	change := func(c *config.Config) { c.Data = dir }
	first := servertest.Start(t, change)
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	second := servertest.Start(t, change)
	if !bytes.Equal(first.PublicKey(), second.PublicKey()) {
		t.Errorf("first %s, then %s", first.PublicKey(), second.PublicKey())
	}
	if code, _ := get(t, http.DefaultClient, "http://"+second.Addr+"/status"); code != 200 {
		t.Errorf("got %d", code)
	}
}

func TestTLSOnTheSamePort(t *testing.T) {
	cert, key := certificate(t)
	s := servertest.Start(t, func(c *config.Config) { c.TLS = config.TLS{Cert: cert, Key: key} })
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	for _, url := range []string{"https://" + s.Addr + "/status", "http://" + s.Addr + "/status"} {
		if code, _ := get(t, client, url); code != 200 {
			t.Errorf("%s: got %d", url, code)
		}
	}
}

func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "EC PRIVATE KEY", private)
}

func TestWhatCannotWorkIsSaidAtTheStart(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	tests := map[string]struct {
		change func(*config.Config)
		want   string
	}{
		"port in use":    {func(c *config.Config) { c.Listen = busy.Addr().String() }, "listen for clients"},
		"no database":    {func(c *config.Config) { c.DB = "postgres://127.0.0.1:1/none?connect_timeout=1" }, "open the database"},
		"no certificate": {func(c *config.Config) { c.TLS = config.TLS{Cert: "/none", Key: "/none"} }, "certificate"},
		"public address": {func(c *config.Config) { c.PublicAddress = "127.0.0.1:port" }, "is not a port"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := config.Default()
			cfg.Listen, cfg.Admin.Listen, cfg.Data = "127.0.0.1:0", "", t.TempDir()
			tt.change(&cfg)
			_, err := server.New(t.Context(), cfg, server.Options{Log: slog.New(slog.DiscardHandler), Codes: io.Discard})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestTheDoctorFindsWhatIsWrong(t *testing.T) {
	s := servertest.Start(t)
	well := s.Config()
	well.Listen = s.Addr
	tests := map[string]struct {
		change func(*config.Config)
		bad    string
	}{
		"unreachable": {func(c *config.Config) { c.PublicAddress = "127.0.0.1:1" }, "reachability"},
		"no key":      {func(c *config.Config) { c.Data = t.TempDir(); c.DB = "sqlite:" + filepath.Join(t.TempDir(), "x.db") }, "key"},
		"database":    {func(c *config.Config) { c.DB = "postgres://127.0.0.1:1/none?connect_timeout=1" }, "database"},
		"test codes":  {func(*config.Config) {}, "sign-in codes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := well
			tt.change(&cfg)
			for _, f := range doctor.Examine(t.Context(), cfg) {
				if f.OK != (f.Advice == "") {
					t.Errorf("%s: advice %q", f.Name, f.Advice)
				}
				if f.Name == tt.bad && f.OK {
					t.Errorf("%s is found well", f.Name)
				}
			}
		})
	}
}
