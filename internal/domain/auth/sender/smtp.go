package sender

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"time"
)

// smtpTimeout bounds a whole delivery.
const smtpTimeout = 20 * time.Second

// An SMTPConfig says through which server e-mail leaves.
type SMTPConfig struct {
	Address  string // host:port; port 465 begins with TLS, others change to it
	User     string // empty: no login
	Password string
	From     string // such as "Hermod <codes@example.org>"
	Plain    bool   // go on without TLS when the server offers none
}

// SMTP sends e-mail.
type SMTP struct {
	cfg  SMTPConfig
	host string
	from *mail.Address
}

// NewSMTP fails when cfg cannot be meant.
func NewSMTP(cfg SMTPConfig) (*SMTP, error) {
	host, _, err := net.SplitHostPort(cfg.Address)
	if err != nil || host == "" {
		return nil, errors.New("smtp: the address must be host:port")
	}
	from, err := mail.ParseAddress(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("smtp: the sender's address: %w", err)
	}
	return &SMTP{cfg: cfg, host: host, from: from}, nil
}

// Send implements Sender.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	if m.Email == "" {
		return errors.New("smtp: message without e-mail address")
	}
	ctx, cancel := context.WithTimeout(ctx, smtpTimeout)
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := s.deliver(conn, m); err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	return nil
}

func (s *SMTP) dial(ctx context.Context) (net.Conn, error) {
	if _, port, _ := net.SplitHostPort(s.cfg.Address); port == "465" {
		return (&tls.Dialer{Config: &tls.Config{ServerName: s.host}}).DialContext(ctx, "tcp", s.cfg.Address)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", s.cfg.Address)
}

func (s *SMTP) deliver(conn net.Conn, m Message) error {
	c, err := smtp.NewClient(conn, s.host)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := s.encrypt(conn, c); err != nil {
		return err
	}
	if s.cfg.User != "" { // PlainAuth refuses to show the password without TLS, except to this machine
		if err := c.Auth(smtp.PlainAuth("", s.cfg.User, s.cfg.Password, s.host)); err != nil {
			return err
		}
	}
	if err := c.Mail(s.from.Address); err != nil {
		return err
	}
	if err := c.Rcpt(m.Email); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(s.compose(m)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// errPlain means a mail server that offers no encryption, or somebody on the way who takes the offer out.
var errPlain = errors.New("the mail server offers no encryption (STARTTLS)")

// encrypt changes to TLS unless the connection begins with it. Without an offer it fails, except on this machine.
func (s *SMTP) encrypt(conn net.Conn, c *smtp.Client) error {
	if _, ok := conn.(*tls.Conn); ok {
		return nil
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		return c.StartTLS(&tls.Config{ServerName: s.host})
	}
	if s.cfg.Plain || s.local() {
		return nil
	}
	return errPlain
}

// local tells whether the mail server is on this machine.
func (s *SMTP) local() bool {
	ip := net.ParseIP(s.host)
	return s.host == "localhost" || ip != nil && ip.IsLoopback()
}

// compose writes the e-mail. No header holds anything that a stranger chose but the address, which was parsed.
func (s *SMTP) compose(m Message) []byte {
	var b bytes.Buffer
	to := mail.Address{Address: m.Email}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\n", s.from, &to)
	fmt.Fprintf(&b, "Subject: %s\r\n", mime.QEncoding.Encode("utf-8", "Your code: "+m.Code))
	fmt.Fprintf(&b, "Date: %s\r\n", time.Now().UTC().Format(time.RFC1123Z))
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n" +
		"Content-Transfer-Encoding: quoted-printable\r\nAuto-Submitted: auto-generated\r\n\r\n")
	q := quotedprintable.NewWriter(&b)
	_, _ = q.Write([]byte(m.Text)) // a bytes.Buffer does not fail
	_ = q.Close()
	b.WriteString("\r\n")
	return b.Bytes()
}
