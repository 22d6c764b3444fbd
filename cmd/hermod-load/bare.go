package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/transport"
)

// bareCmd is the bare program that fanout compares the server with: for every connection it encrypts the same bytes
// and writes them to the socket, and does nothing else. It is started by fanout, as a process of its own.
type bareCmd struct{}

// A barePlan is what the bare program is told on its standard input. It says its address on the standard output and
// begins when a line follows the plan.
type barePlan struct {
	Connections int
	Posts       int
	Body        []byte
	Secret      [crypto.KeySize]byte
}

// bareSession is the session of all its connections.
const bareSession = 1

// Run serves one comparison.
func (c *bareCmd) Run(ctx context.Context) error {
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	var plan barePlan
	if err := json.Unmarshal(line, &plan); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	fmt.Println(l.Addr())
	conns := make([]net.Conn, plan.Connections)
	for i := range conns {
		if conns[i], err = l.Accept(); err != nil {
			return err
		}
		go func() { _, _ = io.Copy(io.Discard, conns[i]) }() // the opening, and acknowledgements
	}
	if _, err := in.ReadBytes('\n'); err != nil {
		return err
	}
	err = plan.write(conns)
	_, _ = io.Copy(io.Discard, in) // the other side ends when everything has come
	return err
}

// write sends every post to every connection, from a goroutine per processor.
func (p *barePlan) write(conns []net.Conn) error {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	errs := make(chan error, workers)
	for w := range workers {
		wg.Go(func() {
			if err := p.writeSome(conns, w, workers); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// writeSome serves the connections w, w+workers, and so on.
func (p *barePlan) writeSome(conns []net.Conn, w, workers int) error {
	key := crypto.NewKey(p.Secret)
	codec := transport.NewCodec(transport.Intermediate, transport.Server, 1<<20)
	var sealed, frame []byte
	for n := range p.Posts {
		id := time.Now().Unix()<<32 | int64(n)<<2 | 1
		for i := w; i < len(conns); i += workers {
			sealed = key.Seal(sealed[:0], crypto.Message{
				Salt: 1, Session: bareSession, ID: id, SeqNo: int32(2*n + 1), Body: p.Body,
			}, crypto.FromServer)
			frame = codec.Append(frame[:0], sealed)
			if _, err := conns[i].Write(frame); err != nil {
				return err
			}
		}
	}
	return nil
}

// bare measures the deliveries per second of the bare program, with the same receivers that the server has.
func bare(ctx context.Context, plan barePlan) (perSecond float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, self, "bare")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	perSecond, err = plan.measure(ctx, in, bufio.NewReader(out))
	_ = in.Close() // it waits for this
	if err := cmd.Wait(); err != nil {
		return 0, fmt.Errorf("the bare program: %w", err)
	}
	return perSecond, err
}

// measure connects as the members, lets the bare program begin, and takes the time until everything has come.
func (p *barePlan) measure(ctx context.Context, in io.Writer, out *bufio.Reader) (float64, error) {
	if err := json.NewEncoder(in).Encode(p); err != nil {
		return 0, err
	}
	address, err := out.ReadString('\n')
	if err != nil {
		return 0, err
	}
	var left atomic.Int64
	left.Store(int64(p.Connections * p.Posts))
	done := make(chan struct{})
	listeners, err := p.listen(ctx, address[:len(address)-1], func(int, time.Time) {
		if left.Add(-1) == 0 {
			close(done)
		}
	})
	defer func() {
		for _, u := range listeners {
			u.close()
		}
	}()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if _, err := io.WriteString(in, "\n"); err != nil {
		return 0, err
	}
	select {
	case <-done:
		return float64(p.Connections*p.Posts) / time.Since(begin).Seconds(), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// listen opens the connections.
func (p *barePlan) listen(ctx context.Context, address string, took func(int, time.Time)) ([]*user, error) {
	var listeners []*user
	for range p.Connections {
		u, err := connect(ctx, client.Options{
			Address: address, Transport: transport.Intermediate,
			Session:  client.Session{Key: crypto.NewKey(p.Secret), ID: bareSession, Salt: 1},
			OnUpdate: func(body []byte) { eachMarker(body, took) },
		})
		if err != nil {
			return listeners, err
		}
		listeners = append(listeners, u)
	}
	return listeners, nil
}
