package main

import (
	"bufio"
	"context"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"hermod/internal/mtproto"
	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/transport"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// bareFilesCmd is the bare program that upload and download compare the server with. Of a part that comes it decrypts
// the packet, hashes the part, writes it to a new file, makes that durable as the server does, and answers; of a part
// that is asked for it reads the file and encrypts it. It knows no accounts, no database and no rights.
type bareFilesCmd struct{}

// Directions of a transfer.
const (
	directionUp   = "up"
	directionDown = "down"
)

// A bareFilesPlan is what the bare program is told on its standard input. It says its address on the standard output
// and serves until the input ends.
type bareFilesPlan struct {
	Direction   string
	Dir         string // a folder of its own within is used, and removed
	Connections int
	Window      int
	Size        int64
	Base        []byte // of the content
	Secret      [crypto.KeySize]byte
	content     content
}

// Run serves one comparison.
func (c *bareFilesCmd) Run() error {
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	var plan bareFilesPlan
	if err := json.Unmarshal(line, &plan); err != nil {
		return err
	}
	plan.content = content{size: plan.Size, base: plan.Base}
	if plan.Dir, err = os.MkdirTemp(plan.Dir, "bare-"); err != nil {
		return err
	}
	defer os.RemoveAll(plan.Dir)
	if plan.Direction == directionDown {
		if err := plan.writeAll(); err != nil {
			return err
		}
	}
	return plan.serve(in)
}

// writeAll writes the file that will be downloaded.
func (p *bareFilesPlan) writeAll() error {
	for i := range partsOf(p.Size) {
		if err := p.write(i, p.content.part(i)); err != nil {
			return err
		}
	}
	return nil
}

func (p *bareFilesPlan) serve(in io.Reader) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	fmt.Println(l.Addr())
	var serving errgroup.Group
	for range p.Connections {
		nc, err := l.Accept()
		if err != nil {
			return err
		}
		serving.Go(func() error { return p.serveConn(transport.NewServerConn(nc, nil, transport.Options{})) })
	}
	_, _ = io.Copy(io.Discard, in) // the other side ends when it is done
	return serving.Wait()
}

// serveConn answers requests until the connection ends, as many at once as the client has on their way.
func (p *bareFilesPlan) serveConn(c *transport.Conn) error {
	defer c.Close()
	key := crypto.NewKey(p.Secret)
	free := make(chan []byte, p.Window)
	for range p.Window {
		free <- make([]byte, 0, partSize+1024)
	}
	var calls errgroup.Group
	for {
		packet, err := c.Receive()
		if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
			return calls.Wait()
		}
		if err != nil {
			return errors.Join(err, calls.Wait())
		}
		b := append(<-free, packet.Data...)
		calls.Go(func() error {
			defer func() { free <- b[:0] }()
			return p.answer(c, &key, b)
		})
	}
}

// answer serves one packet: a request, or one beside acknowledgements.
func (p *bareFilesPlan) answer(c *transport.Conn, key *crypto.Key, packet []byte) error {
	m, _, err := key.Open(packet, crypto.FromClient)
	if err != nil {
		return err
	}
	requests := []mtproto.Message{{ID: mtproto.MessageID(m.ID), Body: m.Body}}
	if r := tl.NewReader(m.Body); r.PeekID() == idContainer {
		r.ID()
		if requests, err = mtproto.DecodeContainer(r.Rest()); err != nil {
			return err
		}
	}
	for _, q := range requests {
		body, err := p.do(q)
		if err != nil || body == nil {
			if err != nil {
				return err
			}
			continue
		}
		sealed := key.Seal(make([]byte, 0, crypto.SealedSize(len(body))), crypto.Message{
			Salt: 1, Session: m.Session, ID: time.Now().Unix()<<32 | rand.Int64N(1<<30)<<2 | 1, SeqNo: 1, Body: body,
		}, crypto.FromServer)
		if err := c.Send(sealed); err != nil {
			return err
		}
	}
	return nil
}

// idContainer is msg_container.
const idContainer = 0x73f1f8dc

// Ids of the two requests, in the newest layer.
var (
	idSave = tl.NewReader(tl.Encode(new(tg.UploadSaveBigFilePart), 0)).PeekID()
	idGet  = tl.NewReader(tl.Encode(&tg.UploadGetFile{Location: new(tg.InputDocumentFileLocation)}, 0)).PeekID()
)

// do serves a request, and returns the body of the answer; none to what is no request.
func (p *bareFilesPlan) do(q mtproto.Message) ([]byte, error) {
	r := tl.NewReader(q.Body)
	switch r.ID() {
	case idSave:
		r.Int64()
		i := int(r.Int32())
		r.Int32()
		part := r.Bytes()
		if err := r.End(); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(part)
		if sum == [sha256.Size]byte{} {
			return nil, errAnswer // it is looked at, so that it is computed
		}
		var yes tl.Writer
		yes.Bool(true)
		return mtproto.Result(q.ID, yes.B, false), p.write(i, part)
	case idGet:
		r.Int32()
		r.ID()
		r.Int64()
		r.Int64()
		r.Bytes()
		_ = r.String()
		b, err := os.ReadFile(p.path(int(r.Int64() / partSize)))
		return mtproto.Result(q.ID, tl.Encode(&tg.UploadFile{Type: new(tg.StorageFileUnknown), Bytes: b}, tg.Newest), false), err
	}
	return nil, nil
}

func (p *bareFilesPlan) path(i int) string { return filepath.Join(p.Dir, fmt.Sprintf("%d", i)) }

// write makes a part durable: written under another name, synchronised, renamed, and the name synchronised.
func (p *bareFilesPlan) write(i int, b []byte) error {
	path := p.path(i)
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	d, err := os.Open(p.Dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// A bareSpeed is what the bare program reached.
type bareSpeed struct {
	perSecond float64 // MB
	cpu       float64 // seconds for a GB
}

// run starts the bare program and moves the content, with the same client that the server has.
func (p *bareFilesPlan) run(ctx context.Context) (speed bareSpeed, err error) {
	_, _ = crand.Read(p.Secret[:]) // never fails
	p.Size, p.Base = p.content.size, p.content.base
	self, err := os.Executable()
	if err != nil {
		return speed, err
	}
	cmd := exec.CommandContext(ctx, self, "bare-files")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return speed, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return speed, err
	}
	if err := cmd.Start(); err != nil {
		return speed, err
	}
	speed, err = p.measure(ctx, in, bufio.NewReader(out), &process{pid: cmd.Process.Pid})
	_ = in.Close() // it waits for this
	if ended := cmd.Wait(); ended != nil && err == nil {
		return speed, fmt.Errorf("the bare program: %w", ended)
	}
	return speed, err
}

func (p *bareFilesPlan) measure(ctx context.Context, in io.Writer, out *bufio.Reader, watched *process) (speed bareSpeed, err error) {
	if err := json.NewEncoder(in).Encode(p); err != nil {
		return speed, err
	}
	address, err := out.ReadString('\n')
	if err != nil {
		return speed, err
	}
	conns, err := p.connect(ctx, strings.TrimSpace(address))
	defer func() {
		for _, u := range conns {
			u.close()
		}
	}()
	if err != nil {
		return speed, err
	}
	before, err := watched.usage()
	if err != nil {
		return speed, err
	}
	begin := time.Now()
	if p.Direction == directionUp {
		err = p.content.send(ctx, conns, p.Window, 1, nothing)
	} else {
		err = p.content.receive(ctx, conns, p.Window, new(tg.InputDocumentFileLocation), nothing)
	}
	if err != nil {
		return speed, err
	}
	took := time.Since(begin).Seconds()
	after, err := watched.usage()
	return bareSpeed{perSecond: float64(p.Size) / 1e6 / took, cpu: (after.cpu - before.cpu) * 1e9 / float64(p.Size)}, err
}

// nothing is done with times that nobody wants to know.
func nothing(time.Duration, error) {}

// connect opens the connections, each with a session of its own.
func (p *bareFilesPlan) connect(ctx context.Context, address string) (conns []*user, err error) {
	for i := range p.Connections {
		u, err := connect(ctx, client.Options{
			Address: address, Transport: transport.Intermediate, Plain: true,
			Session: client.Session{Key: crypto.NewKey(p.Secret), ID: int64(i) + 1, Salt: 1},
		})
		if err != nil {
			return conns, err
		}
		conns = append(conns, u)
	}
	return conns, nil
}
