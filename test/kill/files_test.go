package kill

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"hermod/internal/db/dbtest"
	"hermod/internal/tl/gen"
)

// couriers is how many people send files at once.
const couriers = 4

// TestKillUploads kills the server while people upload and send files. What was acknowledged before can be downloaded
// whole after each restart, no half file is ever shown, and in the end the collector leaves exactly what is used.
func TestKillUploads(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a server of its own, for a while")
	}
	kills := shortKills
	if s := os.Getenv("HERMOD_TEST_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	for name, url := range map[string]string{"sqlite": dbtest.SQLiteURL(t), "postgres": dbtest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			p := newProcess(t, url)
			p.start()
			w := newMail(t, p)
			for i := range kills {
				w.round()
				if t.Failed() {
					t.Fatalf("kill %d of %d", i+1, kills)
				}
			}
			w.thinOut()
			p.kill()
			w.collect(url)
			p.start()
			w.verify(0)
			t.Logf("%d kills, %d files sent", kills, w.acked())
		})
	}
}

// A mail is some people who send each other files, on a server that does not last.
type mail struct {
	t        *testing.T
	server   *process
	couriers []*courier
}

// A courier is a person who sends files.
type courier struct {
	*person
	kept []*parcel // what the server has acknowledged, in order
}

// A parcel is a file in a message that the server has acknowledged.
type parcel struct {
	to      *courier
	id      int32 // of the sender's message
	name    string
	photo   bool
	content []byte // of a photo: what was sent, which comes back in other sizes
	deleted bool
}

func newMail(t *testing.T, p *process) *mail {
	w := &mail{t: t, server: p}
	n := newNetwork(t, p)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	joiner := &world{t: t, server: p}
	for i := range couriers {
		w.couriers = append(w.couriers, &courier{person: joiner.join(ctx, n, i)})
	}
	for _, c := range w.couriers {
		for _, o := range w.couriers {
			if o != c {
				c.others = append(c.others, o.person)
			}
		}
		if err := c.meet(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *mail) acked() (n int64) {
	for _, c := range w.couriers {
		n += c.acked.Load()
	}
	return n
}

// round lets people send files, kills the server in the midst of it, starts it again, and looks at what is there.
func (w *mail) round() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 2*patience)
	defer cancel()
	before := make([]int, len(w.couriers))
	stop := make(chan struct{})
	work, working := errgroup.WithContext(ctx)
	for i, c := range w.couriers {
		before[i] = len(c.kept)
		work.Go(func() error { return w.work(working, c, stop) })
	}
	w.await(working, w.acked()+couriers)
	time.Sleep(rand.N(200 * time.Millisecond))
	w.server.kill()
	w.server.start()
	w.await(working, w.acked()+couriers)
	close(stop)
	if err := work.Wait(); err != nil {
		w.t.Fatal(err)
	}
	w.verify(slices.Min(before))
}

// await waits until so many files have been sent.
func (w *mail) await(ctx context.Context, n int64) {
	for w.acked() < n && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
}

func (w *mail) work(ctx context.Context, c *courier, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		if err := w.act(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		c.acked.Add(1)
	}
}

// act sends a file, mostly; or gives up an upload, or deletes a message.
func (w *mail) act(ctx context.Context, c *courier) error {
	to := w.couriers[rand.IntN(len(w.couriers))]
	if to == c {
		to = w.couriers[(slices.Index(w.couriers, c)+1)%len(w.couriers)]
	}
	switch n := rand.IntN(10); {
	case n < 1:
		_, err := c.upload(ctx, content(rand.Uint64(), 70_000))
		return err
	case n < 2 && len(c.kept) > 0:
		return c.takeBack(ctx, c.kept[rand.IntN(len(c.kept))])
	}
	return c.sendFile(ctx, to)
}

// sizes of documents: below a part, some parts, and what comes together from small ones.
var sizes = []int{1, 900, 40_000, 524_288, 700_001, 1_300_000}

func (c *courier) sendFile(ctx context.Context, to *courier) error {
	p := &parcel{to: to, name: fmt.Sprintf("%s to %s, %d", c.name, to.name, len(c.kept)), photo: rand.IntN(4) == 0}
	if p.photo {
		p.content = picture(rand.Uint64())
	} else {
		p.content = content(rand.Uint64N(20), sizes[rand.IntN(len(sizes))]) // often what somebody else sends, too
	}
	file, err := c.upload(ctx, p.content)
	if err != nil {
		return err
	}
	answer, err := c.writer.call(ctx, "messages.sendMedia", fields{
		"peer": c.peer(to.person), "media": p.media(file), "message": p.name, "random_id": rand.Int64() | 1,
	})
	if err != nil {
		return err
	}
	for _, u := range answer.Fields["updates"].([]any) {
		if u := u.(gen.Value); u.Name == "updateMessageID" {
			p.id = u.Fields["id"].(int32)
		}
	}
	c.kept = append(c.kept, p)
	return nil
}

func (p *parcel) media(file gen.Value) gen.Value {
	if p.photo {
		return object("inputMediaUploadedPhoto", fields{"file": file})
	}
	return object("inputMediaUploadedDocument", fields{
		"file": file, "mime_type": "application/octet-stream", "force_file": true,
		"attributes": []any{object("documentAttributeFilename", fields{"file_name": p.name})},
	})
}

// upload sends parts in any order, some of them twice, and returns what names the file.
func (c *courier) upload(ctx context.Context, b []byte) (gen.Value, error) {
	id, size := rand.Int64(), 32<<10<<rand.IntN(5)
	parts := (len(b) + size - 1) / size
	order := rand.Perm(parts)
	for _, part := range append(order, order[:rand.IntN(len(order)+1)/4]...) {
		_, err := c.writer.call(ctx, "upload.saveFilePart", fields{
			"file_id": id, "file_part": int32(part), "bytes": b[part*size : min((part+1)*size, len(b))],
		})
		if err != nil {
			return gen.Value{}, err
		}
	}
	return object("inputFile", fields{"id": id, "parts": int32(parts), "name": "file", "md5_checksum": ""}), nil
}

func (c *courier) takeBack(ctx context.Context, p *parcel) error {
	p.deleted = true
	_, err := c.writer.call(ctx, "messages.deleteMessages", fields{"revoke": true, "id": []any{p.id}})
	return err
}

// content is what everybody makes of a seed.
func content(seed uint64, size int) []byte {
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	b := make([]byte, size)
	_, _ = io.ReadFull(rand.NewChaCha8(key), b) // never fails
	return b
}

// picture is a JPEG of coloured squares.
func picture(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	m := image.NewRGBA(image.Rect(0, 0, 480, 320))
	for y := 0; y < 320; y += 40 {
		for x := 0; x < 480; x += 40 {
			c := color.RGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255}
			for i := range 1600 {
				m.Set(x+i%40, y+i/40, c)
			}
		}
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, m, nil) // a buffer takes everything
	return out.Bytes()
}

// thinOut deletes half of what there is.
func (w *mail) thinOut() {
	ctx, cancel := context.WithTimeout(w.t.Context(), 2*patience)
	defer cancel()
	for _, c := range w.couriers {
		for i, p := range c.kept {
			if i%2 == 0 && !p.deleted {
				if err := c.takeBack(ctx, p); err != nil {
					w.t.Fatal(err)
				}
			}
		}
	}
}

// verify looks at everybody's chats: every acknowledged message is there, with its file, and no message has a file that
// is not whole. Of parcels before from, only some are downloaded.
func (w *mail) verify(from int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 2*patience)
	defer cancel()
	var looking errgroup.Group
	for _, c := range w.couriers {
		looking.Go(func() error { return w.verifyOne(ctx, c, from) })
	}
	if err := looking.Wait(); err != nil {
		w.t.Fatal(err)
	}
}

func (w *mail) verifyOne(ctx context.Context, c *courier, from int) error {
	chats := map[string]gen.Value{} // by text
	for _, o := range w.couriers {
		if o == c {
			continue
		}
		if err := c.read(ctx, o, chats); err != nil {
			return err
		}
	}
	for _, o := range w.couriers {
		for i, p := range o.kept {
			if p.to != c {
				continue
			}
			m, ok := chats[p.name]
			if ok == p.deleted {
				w.t.Errorf("%s: %q is there: %v, was deleted: %v", c.name, p.name, ok, p.deleted)
			}
			delete(chats, p.name)
			if !ok || i < from && i%8 != 0 {
				continue
			}
			if err := c.download(ctx, m, p); err != nil {
				w.t.Errorf("%s: %q: %v", c.name, p.name, err)
			}
		}
		for _, p := range c.kept {
			delete(chats, p.name)
		}
	}
	for text, m := range chats {
		w.t.Errorf("%s has a message that nobody was told of: %q, %v", c.name, text, m.Fields["media"])
	}
	return nil
}

// read collects the messages of a chat that carry files.
func (c *courier) read(ctx context.Context, o *courier, into map[string]gen.Value) error {
	for offset := int32(0); ; {
		page, err := c.looker.call(ctx, "messages.getHistory", fields{
			"peer": c.lookerPeer(o), "offset_id": offset, "limit": int32(100),
		})
		if err != nil {
			return err
		}
		messages := page.Fields["messages"].([]any)
		if len(messages) == 0 {
			return nil
		}
		for _, m := range messages {
			m := m.(gen.Value)
			offset = m.Fields["id"].(int32)
			if m.Fields["media"] != nil {
				into[m.Fields["message"].(string)] = m
			}
		}
	}
}

// lookerPeer names another as c does; access hashes are for the user, not for the device.
func (c *courier) lookerPeer(o *courier) gen.Value { return c.peer(o.person) }

// download fetches the file of m and compares it with what was sent.
func (c *courier) download(ctx context.Context, m gen.Value, p *parcel) error {
	media := m.Fields["media"].(gen.Value)
	if p.photo {
		photo, ok := media.Fields["photo"].(gen.Value)
		if !ok || photo.Name != "photo" {
			return fmt.Errorf("no photo in %v", media)
		}
		return c.downloadSizes(ctx, photo)
	}
	doc, ok := media.Fields["document"].(gen.Value)
	if !ok || doc.Name != "document" {
		return fmt.Errorf("no document in %v", media)
	}
	if size := doc.Fields["size"]; size != int64(len(p.content)) {
		return fmt.Errorf("%v bytes, sent were %d", size, len(p.content))
	}
	got, err := c.fetch(ctx, location("inputDocumentFileLocation", doc, ""), len(p.content))
	if err == nil && !bytes.Equal(got, p.content) {
		err = fmt.Errorf("%d bytes came back changed", len(got))
	}
	return err
}

// downloadSizes fetches every size of a photo.
func (c *courier) downloadSizes(ctx context.Context, photo gen.Value) error {
	seen := 0
	for _, s := range photo.Fields["sizes"].([]any) {
		f := s.(gen.Value).Fields
		size, _ := f["size"].(int32)
		if list, ok := f["sizes"].([]any); ok && len(list) > 0 {
			size = list[len(list)-1].(int32)
		}
		if size == 0 {
			continue // it stands in the message
		}
		got, err := c.fetch(ctx, location("inputPhotoFileLocation", photo, f["type"].(string)), int(size))
		if err != nil {
			return err
		}
		if _, err := jpeg.Decode(bytes.NewReader(got)); err != nil || len(got) != int(size) {
			return fmt.Errorf("size %v of %d bytes: %d came, %w", f["type"], size, len(got), err)
		}
		seen++
	}
	if seen == 0 {
		return fmt.Errorf("a photo without sizes")
	}
	return nil
}

func location(name string, file gen.Value, size string) gen.Value {
	return object(name, fields{
		"id": file.Fields["id"], "access_hash": file.Fields["access_hash"], "file_reference": file.Fields["file_reference"],
		"thumb_size": size,
	})
}

// fetch downloads what a location names, up to what should be there and some more.
func (c *courier) fetch(ctx context.Context, from gen.Value, size int) ([]byte, error) {
	const limit = 512 << 10
	var all []byte
	for len(all) <= size {
		part, err := c.looker.call(ctx, "upload.getFile", fields{"location": from, "offset": int64(len(all)), "limit": int32(limit)})
		if err != nil {
			return nil, err
		}
		b := part.Fields["bytes"].([]byte)
		if all = append(all, b...); len(b) < limit {
			break
		}
	}
	return all, nil
}
