// Package clamd asks ClamAV's daemon whether a stream of bytes is malware.
//
// It speaks the one command that this takes, INSTREAM, over TCP or a Unix socket, a connection for each scan. An answer
// that it does not understand is an error and never a clean verdict. It knows no domain.
//
// Spec: https://docs.clamav.net/manual/Usage/Scanning.html#clamd, man clamd(8)
package clamd

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Errors of this package.
var (
	// ErrAddress means an address that is none of the two forms.
	ErrAddress = errors.New("no address of clamd: want unix:PATH or tcp:HOST:PORT")
	// ErrAway means that the daemon could not be reached, or went away in the middle.
	ErrAway = errors.New("clamd is away")
	// ErrTooBig means a stream of more bytes than the daemon takes: its StreamMaxLength.
	ErrTooBig = errors.New("stream is longer than clamd takes")
	// ErrScan means that the daemon could not scan the stream, or answered what is no verdict.
	ErrScan = errors.New("clamd could not scan")
)

const (
	dialTime = 3 * time.Second
	maxReply = 1 << 10 // bytes of an answer that are read
	maxChunk = 64 << 10
	maxName  = 128 // bytes of a signature's name
)

// A Client asks one daemon. Safe for concurrent use; it keeps no connection.
type Client struct{ network, address string }

// New makes a client for an address such as unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310. It fails with ErrAddress.
func New(address string) (*Client, error) {
	network, at, ok := strings.Cut(address, ":")
	if !ok || at == "" || network != "unix" && network != "tcp" {
		return nil, ErrAddress
	}
	if _, _, err := net.SplitHostPort(at); network == "tcp" && err != nil {
		return nil, ErrAddress
	}
	return &Client{network: network, address: at}, nil
}

// Scan sends r to the daemon and returns the name of the signature that it matches, "" for none. It fails with ErrAway,
// ErrTooBig or ErrScan, with the error of ctx, or with what reading r failed with.
func (c *Client) Scan(ctx context.Context, r io.Reader) (signature string, err error) {
	reply, err := c.ask(ctx, "zINSTREAM\x00", r)
	if err != nil {
		return "", fmt.Errorf("scan: %w", err)
	}
	signature, err = verdict(reply)
	if err != nil {
		return "", fmt.Errorf("scan: %w", err)
	}
	return signature, nil
}

// Version says which program with which signatures answers. It fails with ErrAway or the error of ctx.
func (c *Client) Version(ctx context.Context) (string, error) {
	return c.ask(ctx, "zVERSION\x00", nil)
}

// ask sends a command, and body in chunks when there is one, and returns the answer. The answer is read beside the writing:
// a daemon that wants no more says so and closes.
func (c *Client) ask(ctx context.Context, command string, body io.Reader) (string, error) {
	d := net.Dialer{Timeout: dialTime}
	conn, err := d.DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", away(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	answered := make(chan answer, 1)
	go func() { answered <- read(conn) }()
	err = send(conn, command, body)
	var theirs *sourceError
	if errors.As(err, &theirs) { // the daemon waits for the rest, which never comes
		_ = conn.Close()
	}
	got := <-answered
	switch {
	case theirs != nil:
		return "", theirs.err
	case got.err != nil:
		return "", away(ctx, got.err)
	}
	return got.text, nil
}

type answer struct {
	text string
	err  error
}

// read reads an answer, which ends in a zero byte.
func read(conn net.Conn) answer {
	b, err := bufio.NewReader(io.LimitReader(conn, maxReply)).ReadString(0)
	if err != nil {
		return answer{err: err}
	}
	return answer{text: strings.TrimRight(b, "\x00\n")}
}

// A sourceError is what reading the stream failed with.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }

// send writes a command and the chunks of body: each its length in four bytes, big end first, and its bytes; one of no
// bytes ends them.
func send(w io.Writer, command string, body io.Reader) error {
	if _, err := io.WriteString(w, command); err != nil || body == nil {
		return err
	}
	chunk := make([]byte, 4+maxChunk)
	for {
		n, err := fill(chunk[4:], body)
		if err != nil {
			return &sourceError{err}
		}
		binary.BigEndian.PutUint32(chunk, uint32(n))
		if _, err := w.Write(chunk[:4+n]); err != nil || n == 0 {
			return err
		}
	}
}

// fill reads until p is full or r ends. Unlike io.ReadFull it tells the end from a source that ends before its time: what is
// cut short must not be called clean.
func fill(p []byte, r io.Reader) (n int, err error) {
	for n < len(p) {
		more, err := r.Read(p[n:])
		n += more
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func away(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrAway, err)
}

// verdict reads the answer to a stream. It fails with ErrTooBig or ErrScan.
func verdict(reply string) (signature string, err error) {
	const of = "stream: "
	switch name, found := strings.CutSuffix(reply, " FOUND"); {
	case reply == of+"OK":
		return "", nil
	case found && strings.HasPrefix(name, of) && len(name) > len(of):
		return plain(name[len(of):]), nil
	case strings.HasSuffix(reply, "size limit exceeded. ERROR"):
		return "", ErrTooBig
	}
	return "", fmt.Errorf("%w: it answers %q", ErrScan, reply)
}

// plain is the name of a signature without what has no place in one line, and never empty.
func plain(name string) string {
	name = strings.Map(func(c rune) rune {
		if c <= ' ' || c > '~' {
			return '_'
		}
		return c
	}, name)
	return name[:min(len(name), maxName)]
}
