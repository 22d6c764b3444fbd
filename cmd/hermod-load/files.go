package main

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hermod/internal/mtproto/client"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// filesCmd is what uploads and downloads have in common.
type filesCmd struct {
	target
	Size        byteSize      `help:"Bytes of the file: a number with kB, MB, GB, KiB, MiB or GiB." default:"256MB"`
	Connections int           `help:"Connections of the client." default:"4"`
	Window      int           `help:"Parts on their way at once, on each connection." default:"2"`
	Duration    time.Duration `help:"Time of the measurement, at most." default:"5m"`
	First       int           `help:"The test number to use." default:"0"`
	JSON        string        `name:"json" help:"Write the report as JSON to this file; '-' is the standard output." placeholder:"FILE"`
	Dir         string        `help:"Where the bare program writes: a folder on the disk of the server's data. The default is that of temporary files." placeholder:"DIR" type:"existingdir"`
	Bare        byteSize      `help:"Bytes that the bare program moves, at most, before and after; 0: do not compare." default:"256MB"`
}

// A byteSize is read as people write it.
type byteSize int64

// units of sizes, longest first.
var units = []struct {
	name string
	size float64
}{{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"", 1}}

// UnmarshalText reads "2GB".
func (s *byteSize) UnmarshalText(text []byte) error {
	for _, u := range units {
		number, ok := strings.CutSuffix(string(text), u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || n < 0 || n*u.size > maxFile {
			return fmt.Errorf("%q is not a size up to 4GB", text)
		}
		*s = byteSize(n * u.size)
		return nil
	}
	return nil // the last unit fits all
}

const (
	partSize = 512 << 10
	maxFile  = 8000 * partSize // bytes: 4 GB, as clients put it
	maxConns = 64
)

// Validate checks the bounds of the run.
func (c *filesCmd) Validate() error {
	switch {
	case c.Size < 1:
		return errors.New("--size must be at least 1")
	case c.Connections < 1 || c.Connections > maxConns:
		return fmt.Errorf("--connections must be 1 to %d", maxConns)
	case c.Window < 1 || c.Window > 16:
		return errors.New("--window must be 1 to 16")
	case c.Duration <= 0 || c.Duration > maxDuration:
		return fmt.Errorf("--duration must be at most %v", maxDuration)
	}
	return nil
}

// A transfer is a run of upload or download.
type transfer struct {
	*filesCmd
	r       *run
	conns   []*user // of one account
	content content
	before  int64 // memory of the server before any file came
}

// newTransfer signs in, on all connections.
func newTransfer(ctx context.Context, scenario string, c *filesCmd) (*transfer, error) {
	parts := partsOf(int64(c.Size))
	b := bounds{
		Count: parts, Duration: c.Duration, Workers: c.Connections * c.Window, Part: part{1, 1}, First: c.First, JSON: c.JSON,
	}
	r, err := newRun(ctx, scenario, c.target, b)
	if err != nil {
		return nil, err
	}
	t := &transfer{filesCmd: c, r: r, content: newContent(int64(c.Size))}
	for i := range c.Connections {
		o := r.options()
		o.Plain = true
		var u *user
		if i == 0 {
			u, err = r.signIn(ctx, 0, o)
		} else {
			s := t.conns[0].client.Session()
			o.Session = client.Session{Key: s.Key, Salt: s.Salt, Ahead: s.Ahead}
			u, err = t.join(ctx, o)
		}
		if err != nil {
			t.close()
			return nil, err
		}
		t.conns = append(t.conns, u)
	}
	if err := t.look(); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// look takes the memory that the server needs without files.
func (t *transfer) look() error {
	if t.r.server == nil {
		return nil
	}
	if err := t.r.server.settle(); err != nil {
		return err
	}
	u, err := t.r.server.usage()
	t.before = u.rss
	return err
}

// join opens one more connection of the account, with a session of its own.
func (t *transfer) join(ctx context.Context, o client.Options) (*user, error) {
	u, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	if _, err := u.client.Invoke(ctx, &tg.InvokeWithoutUpdates{Query: tl.Encode(new(tg.HelpGetNearestDC), 0)}); err != nil {
		u.close()
		return nil, err
	}
	return u, nil
}

func (t *transfer) close() {
	for _, u := range t.conns {
		u.close()
	}
}

// overConns does something for each of n parts, on all connections at once, and returns the first error.
func overConns(ctx context.Context, conns []*user, window, n int, do func(ctx context.Context, u *user, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for _, u := range conns {
		for range window {
			wg.Go(func() {
				for ctx.Err() == nil {
					i := int(next.Add(1)) - 1
					if i >= n {
						return
					}
					if err := do(ctx, u, i); err != nil {
						cancel(err)
					}
				}
			})
		}
	}
	wg.Wait()
	return context.Cause(ctx)
}

// send uploads parts of a file.
func (c content) send(ctx context.Context, conns []*user, window int, id int64, took func(time.Duration, error)) error {
	total := partsOf(c.size)
	return overConns(ctx, conns, window, total, func(ctx context.Context, u *user, i int) error {
		begin := time.Now()
		_, err := u.client.Invoke(ctx, &tg.UploadSaveBigFilePart{
			FileID: id, FilePart: int32(i), FileTotalParts: int32(total), Bytes: c.part(i),
		})
		took(time.Since(begin), err)
		return err
	})
}

// upload uploads the whole file and makes a document of it.
func (t *transfer) upload(ctx context.Context, took func(time.Duration, error)) (*tg.Document, error) {
	id := rand.Int64()
	if err := t.content.send(ctx, t.conns, t.Window, id, took); err != nil {
		return nil, err
	}
	file := &tg.InputFileBig{ID: id, Parts: int32(partsOf(t.content.size)), Name: "load.bin"}
	media, err := ask(ctx, t.conns[0], &tg.MessagesUploadMedia{Peer: new(tg.InputPeerSelf), Media: &tg.InputMediaUploadedDocument{
		File: file, MimeType: "application/octet-stream", ForceFile: true,
		Attributes: []tg.DocumentAttributeClass{&tg.DocumentAttributeFilename{FileName: "load.bin"}},
	}}, tg.DecodeMessageMediaClass)
	if err != nil {
		return nil, err
	}
	m, ok := media.(*tg.MessageMediaDocument)
	if !ok {
		return nil, fmt.Errorf("%s: %w", media.TLName(), errAnswer)
	}
	doc, ok := m.Document.(*tg.Document)
	if !ok || doc.Size != t.content.size {
		return nil, fmt.Errorf("document of another size: %w", errAnswer)
	}
	return doc, nil
}

// receive downloads parts of a file and compares them with what was sent.
func (c content) receive(ctx context.Context, conns []*user, window int, from tg.InputFileLocationClass, took func(time.Duration, error)) error {
	return overConns(ctx, conns, window, partsOf(c.size), func(ctx context.Context, u *user, i int) error {
		begin := time.Now()
		file, err := ask(ctx, u, &tg.UploadGetFile{Location: from, Offset: int64(i) * partSize, Limit: partSize}, tg.DecodeUploadFileClass)
		if f, ok := file.(*tg.UploadFile); err == nil && (!ok || !c.is(i, f.Bytes)) {
			err = fmt.Errorf("part %d came back changed: %w", i, errAnswer)
		}
		took(time.Since(begin), err)
		return err
	})
}

// A content is that of a large file, which is nowhere as a whole: parts that differ in their first bytes only, and do
// not get shorter by packing.
type content struct {
	size int64
	base []byte
}

func newContent(size int64) content {
	c := content{size: size, base: make([]byte, partSize)}
	_, _ = crand.Read(c.base) // never fails
	return c
}

func partsOf(size int64) int { return int((size + partSize - 1) / partSize) }

// part returns a part in memory of its own.
func (c content) part(i int) []byte {
	b := make([]byte, min(partSize, c.size-int64(i)*partSize))
	copy(b, c.base)
	copy(b, stamp(i))
	return b
}

// is says whether b is a part.
func (c content) is(i int, b []byte) bool {
	n := min(partSize, c.size-int64(i)*partSize)
	head := min(n, 8)
	return int64(len(b)) == n && bytes.Equal(b[:head], stamp(i)[:head]) && bytes.Equal(b[head:], c.base[head:n])
}

func stamp(i int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(i)+1) }

// Figures of transfers.
const (
	figureMegabytes = "MB per second"
	figureBareMB    = "MB per second of the bare program"
	figureFileCPU   = "server CPU per GB, s"
	figureBareCPU   = "CPU of the bare program per GB, s"
	figurePeak      = "peak memory of the server above idle, MB"
)

// measure does what is measured between two runs of the bare program, and says how it stands beside them.
func (t *transfer) measure(ctx context.Context, direction string, do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, t.Duration)
	defer cancel()
	before, err := t.bare(ctx, direction)
	if err != nil {
		return err
	}
	if err := t.watched(ctx, do); err != nil {
		return err
	}
	after, err := t.bare(ctx, direction)
	if err != nil {
		return err
	}
	r := t.r.report
	perSecond := float64(t.Size) / 1e6 / r.End.Sub(r.Begin).Seconds()
	r.figure(figureMegabytes, perSecond)
	if t.Bare > 0 {
		r.figure(figureBareMB, (before.perSecond+after.perSecond)/2)
		r.figure(figureRatio, perSecond/((before.perSecond+after.perSecond)/2))
		r.figure(figureBareCPU, (before.cpu+after.cpu)/2)
	}
	if s := r.Server; s != nil {
		r.figure(figureFileCPU, (s.CPUEnd-s.CPUBegin)*1e9/float64(t.Size))
	}
	return nil
}

// watched does something while the peak of the server's memory is taken.
func (t *transfer) watched(ctx context.Context, do func(ctx context.Context) error) error {
	s := t.r.server
	if s != nil {
		if err := s.resetPeak(); err != nil {
			return err
		}
	}
	if err := t.r.begin(ctx); err != nil {
		return err
	}
	if err := do(ctx); err != nil {
		return err
	}
	if err := t.r.end(); err != nil || s == nil {
		return err
	}
	peak, err := s.peak()
	if err == nil {
		t.r.report.figure(figurePeak, float64(peak-t.before)/1e6)
	}
	return err
}

// bare lets the bare program move as much, or less.
func (t *transfer) bare(ctx context.Context, direction string) (bareSpeed, error) {
	if t.Bare == 0 {
		return bareSpeed{}, nil
	}
	plan := bareFilesPlan{
		Direction: direction, Dir: t.Dir, Connections: t.Connections, Window: t.Window, content: newContent(min(int64(t.Size), int64(t.Bare))),
	}
	return plan.run(ctx)
}
