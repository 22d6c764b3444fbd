package sender

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"
	"time"
)

var sms = Message{Kind: "sms", Phone: "4790000001", Code: "12345", Text: "Your code is 12345."}

func TestLogShowsTheCode(t *testing.T) {
	var out bytes.Buffer
	if err := NewLog(&out).Send(t.Context(), sms); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "login code for +4790000001 (sms): 12345\n" {
		t.Errorf("got %q", got)
	}
}

func TestMessagesAreNotLogged(t *testing.T) {
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("sent", "message", sms)
	if strings.Contains(out.String(), "12345") || strings.Contains(out.String(), "479") {
		t.Errorf("logged %s", out.String())
	}
}

func TestWebhook(t *testing.T) {
	status := http.StatusAccepted
	var body []byte
	var signature string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		signature = r.Header.Get("X-Hermod-Signature")
		w.WriteHeader(status)
	}))
	defer srv.Close()
	hook, err := NewWebhook(srv.URL, "secret")
	if err != nil {
		t.Fatal(err)
	}
	if err := hook.Send(t.Context(), sms); err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(body, &got); err != nil || got["phone"] != sms.Phone || got["code"] != sms.Code || got["kind"] != "sms" {
		t.Errorf("posted %s, %v", body, err)
	}
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write(body)
	if want := hex.EncodeToString(mac.Sum(nil)); signature != want {
		t.Errorf("signature %s, want %s", signature, want)
	}
	status = http.StatusBadGateway
	if err := hook.Send(t.Context(), sms); err == nil || strings.Contains(err.Error(), sms.Code) {
		t.Errorf("refused: %v", err)
	}
	srv.Close()
	if err := hook.Send(t.Context(), sms); err == nil || strings.Contains(err.Error(), sms.Code) {
		t.Errorf("gone: %v", err)
	}
	for _, bad := range []string{"", "ftp://example.org", "example.org", "http://"} {
		if _, err := NewWebhook(bad, ""); err == nil {
			t.Errorf("address %q was accepted", bad)
		}
	}
}

// mailServer speaks as much SMTP as a client needs, and returns what it was sent.
func mailServer(t *testing.T, refuse string) (address string, got chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	got = make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		serveMail(conn, refuse, got)
	}()
	return l.Addr().String(), got
}

func serveMail(conn net.Conn, refuse string, got chan<- string) {
	say := func(line string) { io.WriteString(conn, line+"\r\n") }
	say("220 test")
	in := bufio.NewReader(conn)
	var all strings.Builder
	for data := false; ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		all.WriteString(line)
		verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case data && line == ".\r\n":
			data = false
			say("250 taken")
		case data:
		case verb == refuse:
			say("550 no")
		case verb == "DATA":
			data = true
			say("354 go on")
		case verb == "QUIT":
			say("221 bye")
			got <- all.String()
			return
		default:
			say("250 ok")
		}
	}
}

func TestSMTP(t *testing.T) {
	address, got := mailServer(t, "")
	s, err := NewSMTP(SMTPConfig{Address: address, From: "Hermod <codes@example.org>"})
	if err != nil {
		t.Fatal(err)
	}
	m := Message{Kind: "email", Email: "ada@example.org", Code: "123456", Text: "Your code is 123456. Grüße."}
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	talk := <-got
	_, data, _ := strings.Cut(talk, "DATA\r\n")
	parsed, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(talk, "RCPT TO:<ada@example.org>") || parsed.Header.Get("To") != "<ada@example.org>" ||
		parsed.Header.Get("From") != `"Hermod" <codes@example.org>` || !strings.Contains(data, "Your code is 123456.") {
		t.Errorf("talk was\n%s", talk)
	}
	if err := s.Send(t.Context(), sms); err == nil {
		t.Error("a text message went out by e-mail")
	}
}

func TestSMTPRefusals(t *testing.T) {
	for _, bad := range []SMTPConfig{{}, {Address: "example.org", From: "a@b.c"}, {Address: "example.org:25", From: "nobody"}} {
		if _, err := NewSMTP(bad); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
	m := Message{Kind: "email", Email: "ada@example.org", Code: "123456"}
	for _, verb := range []string{"MAIL", "RCPT", "DATA"} {
		address, _ := mailServer(t, verb)
		s, err := NewSMTP(SMTPConfig{Address: address, From: "codes@example.org"})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), m); err == nil || strings.Contains(err.Error(), m.Code) {
			t.Errorf("server refuses %s: %v", verb, err)
		}
	}
}

func TestSMTPGivesUpWithItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // accepts and never speaks
	s, err := NewSMTP(SMTPConfig{Address: l.Addr().String(), From: "codes@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := s.Send(ctx, Message{Kind: "email", Email: "ada@example.org"}); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

// Codes do not leave the machine where whoever listens can read them.
func TestSMTPNeedsEncryption(t *testing.T) {
	for _, plain := range []bool{false, true} {
		address, got := mailServer(t, "")
		s, err := NewSMTP(SMTPConfig{Address: address, From: "codes@example.org", Plain: plain})
		if err != nil {
			t.Fatal(err)
		}
		s.host = "mail.example.org"
		err = s.Send(t.Context(), Message{Kind: "email", Email: "ada@example.org", Code: "123456"})
		if plain != (err == nil) || !plain && !errors.Is(err, errPlain) {
			t.Errorf("plain %v: %v", plain, err)
		}
		if plain {
			<-got
		}
	}
}
