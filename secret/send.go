package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	e2e "hermod/internal/tl/secret"
)

// A Draft is a message to be sent.
type Draft struct {
	Text     string
	Entities []Entity
	Media    *Media
	ReplyTo  int64
	ViaBot   string
	Silent   bool
	Group    int64
	// TTL replaces the timer of the chat, if it is not 0.
	TTL time.Duration
}

// Send puts a message into the history and on its way. It is on the disk when Send returns, and Run or Flush sends it.
// The media of the draft must have been uploaded with Attach, or be taken from another message.
//
// What the other side's program does not know is left out, if the message can be understood without it.
//
// It fails with ErrNoChat, ErrState, ErrDraft or ErrPartnerLayer, or an error of the store.
func (c *Client) Send(ctx context.Context, id ChatID, d Draft) (Message, error) {
	defer c.tell()
	var m Message
	err := c.update(ctx, id, func(t *tx) (err error) {
		if t.s.State != Ready {
			return fmt.Errorf("send to chat %d: %w", id, ErrState)
		}
		m, err = t.send(d)
		return err
	})
	return m, err
}

func (t *tx) send(d Draft) (Message, error) {
	m := &Message{
		ID: randomID(), Chat: t.s.ID, Out: true, Date: t.now, Status: Sending, Seq: t.s.Out, Seen: t.s.In,
		Text: d.Text, Entities: d.Entities, Media: d.Media, ReplyTo: d.ReplyTo, ViaBot: d.ViaBot,
		Silent: d.Silent, Group: d.Group, TTL: orDefault(d.TTL, time.Duration(t.s.TTL)*time.Second),
	}
	if err := m.check(); err != nil {
		return Message{}, err
	}
	o, err := m.toTL(t.layer())
	if err != nil {
		return Message{}, err
	}
	p := outgoing{RandomID: m.ID, Silent: m.Silent}
	if f := m.Media.file(); f != nil {
		p.File = &PacketFile{Place: f.Place, Upload: f.Upload, Fingerprint: FileFingerprint(f.Key, f.IV)}
	}
	if err := t.push(o, p); err != nil {
		return Message{}, err
	}
	if err := t.add(m); err != nil {
		return Message{}, err
	}
	return *m, t.maybeRekey()
}

func (t *tx) layer() int { return t.s.layer(t.c.o.Layer) }

// maxSeq is the last number that fits the form in which numbers travel.
const maxSeq = math.MaxInt32/2 - 1

// push numbers and seals a message, and queues it. The numbers are those of this moment for ever.
// Spec: https://core.telegram.org/api/end-to-end/seq_no#preventing-gaps
func (t *tx) push(o e2e.DecryptedMessageClass, p outgoing) error {
	if t.s.Out >= maxSeq {
		return fmt.Errorf("chat %d has no numbers left: %w", t.s.ID, ErrState)
	}
	p.Seq, p.In, p.Layer, p.Key = t.s.Out, t.s.In, t.layer(), t.s.Key.ID
	data, err := t.sealed(p, o, t.s.Key)
	if err != nil {
		return err
	}
	p.Data = data
	t.s.Out++
	t.s.Key.Used++
	t.put(outKey(t.s.ID, p.Seq), p)
	t.enqueue(p.Seq)
	return nil
}

// sealed makes the packet of a message with the numbers of p.
func (t *tx) sealed(p outgoing, o e2e.DecryptedMessageClass, k *secretKey) ([]byte, error) {
	n := t.s.numbering()
	in, out := n.outgoing(p.In, p.Seq)
	content, err := frame{layer: p.Layer, in: in, out: out, message: o}.encode()
	if err != nil {
		return nil, err
	}
	return seal(k, n.x(), content), nil
}

// enqueue has a numbered message sent, once more if it was before.
func (t *tx) enqueue(seq int) {
	t.s.Queue++
	t.urgent = true
	t.put(queueKey(t.s.ID, t.s.Queue), seq)
}

// service queues a service message.
func (t *tx) service(action e2e.DecryptedMessageActionClass) error {
	id := randomID()
	return t.push(&e2e.DecryptedMessageService{RandomID: id, Action: action}, outgoing{RandomID: id, Service: true})
}

// notifyLayer tells the other side what this one understands.
func (t *tx) notifyLayer() {
	t.s.ToldLayer = t.c.o.Layer
	t.err = errors.Join(t.err, t.service(&e2e.DecryptedMessageActionNotifyLayer{Layer: int32(t.c.o.Layer)}))
}

// empty puts a message that deletes itself in the place of one that perhaps has not arrived.
// Spec: https://core.telegram.org/api/end-to-end/seq_no#deleting-unacknowledged-messages
func (t *tx) empty(seq int, id int64) error {
	p, found, err := load[outgoing](t, outKey(t.s.ID, seq))
	if err != nil || !found || p.RandomID != id || p.Empty {
		return err
	}
	key := t.s.key(p.Key)
	if key == nil {
		return fmt.Errorf("key of message %d of chat %d is gone: %w", seq, t.s.ID, ErrStore)
	}
	o := &e2e.DecryptedMessageService{
		RandomID: id, Action: &e2e.DecryptedMessageActionDeleteMessages{RandomIDs: []int64{id}},
	}
	if p.Data, err = t.sealed(p, o, key); err != nil {
		return err
	}
	p.File, p.Service, p.Empty = nil, true, true
	t.put(outKey(t.s.ID, seq), p)
	t.wipe = true
	return nil
}

// Attach encrypts size bytes of r with a key of their own and uploads them. The File is for the media of a Draft.
//
// It fails with ErrDraft for an empty file, with ErrFile if r has fewer bytes, or with an error of r or of the
// transport.
func (c *Client) Attach(ctx context.Context, r io.Reader, size int64) (File, error) {
	if size <= 0 {
		return File{}, fmt.Errorf("file of %d bytes: %w", size, ErrDraft)
	}
	f := newFileKey(size)
	sealed, err := newSealer(f, r)
	if err != nil {
		return File{}, err
	}
	u, err := c.o.Transport.Upload(ctx, sealed, sealedSize(size))
	if err != nil {
		return File{}, fmt.Errorf("upload file: %w", err)
	}
	f.Upload = &u
	return f, nil
}

// OpenFile reads the plain content of a file, a chunk at a time. Reading fails with ErrFile if the server's file is
// too short, or with an error of the transport.
//
// It fails with ErrFile unless the file on the server is the one that the message tells of.
func (c *Client) OpenFile(ctx context.Context, f File) (io.Reader, error) {
	if err := f.checkPlace(); err != nil {
		return nil, err
	}
	return newOpener(f, &download{ctx: ctx, t: c.o.Transport, place: f.Place})
}

// A download reads a file of the server from its beginning.
type download struct {
	ctx   context.Context
	t     Transport
	place FilePlace
	at    int64
	rest  []byte
}

// Read implements io.Reader.
func (d *download) Read(p []byte) (int, error) {
	if len(d.rest) == 0 {
		b, err := d.t.Download(d.ctx, d.place, d.at, fileChunk)
		if err != nil {
			return 0, fmt.Errorf("download at %d: %w", d.at, err)
		}
		if len(b) == 0 {
			return 0, io.EOF
		}
		d.rest = b
		d.at += int64(len(b))
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}
