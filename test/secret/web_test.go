package secret_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hermod/internal/db/dbtest"
	"hermod/secret"
	"hermod/test/secret/rig"
)

// The numbers of the web client's test and of its partner.
const webPhone, partnerPhone = "9996625011", "9996625012"

// TestWeb has the secret chats of the web client talk to this package through a server. The web client's half is a test
// of its own, web/src/lib/protocol/secret/partner.test.ts, which says what is to happen; the partner here does what it is told.
func TestWeb(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a server and the tests of the web client")
	}
	vitest, err := filepath.Abs("../../web/node_modules/.bin/vitest")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(vitest); err != nil {
		t.Skip("the packages of the web client are not installed: npm ci in web")
	}
	server := rig.Start(t, dbtest.SQLiteURL(t))
	p := newPartner(t, server)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.run(ctx)
	}()
	cmd := exec.CommandContext(t.Context(), vitest, "run", "src/lib/protocol/secret/partner.test.ts")
	cmd.Dir = filepath.Dir(filepath.Dir(filepath.Dir(vitest)))
	cmd.Env = append(os.Environ(), "NODE_OPTIONS=--experimental-websocket", "HERMOD_PARTNER="+server.Address(),
		"HERMOD_PARTNER_KEY="+filepath.Join(server.Data, "rsa_public.pem"))
	out, err := cmd.CombinedOutput()
	cancel()
	<-done
	if err != nil {
		t.Errorf("the web client's half: %v\n%s", err, out)
	}
	if p.keys < 2 || p.lost == 0 {
		t.Errorf("%d changes of a key and %d messages lost, want some of both", p.keys, p.lost)
	}
	t.Logf("%d changes of a key, %d messages lost", p.keys, p.lost)
}

// A partner is a device that does what messages tell it.
type partner struct {
	*rig.Device
	t          *testing.T
	random     *rand.Rand
	keys, lost int
	losing     bool
	news       []secret.Event
}

func newPartner(t *testing.T, server *rig.Server) *partner {
	p := &partner{t: t, random: rand.New(rand.NewPCG(3, 4))}
	p.Device = server.SignIn(t.Context(), partnerPhone, "Partner")
	p.LoseSent = func() bool { return p.lose() }
	err := p.Open(t.Context(), secret.Options{
		Store: new(secret.MemoryStore), RekeyAfter: 25, AskAgain: 2 * time.Second,
		OnEvent: func(e secret.Event) { p.news = append(p.news, e) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *partner) lose() bool {
	if !p.losing || p.random.Float64() >= 0.1 {
		return false
	}
	p.lost++
	return true
}

// run takes in what comes and answers it, until ctx ends.
func (p *partner) run(ctx context.Context) {
	fault := rig.Fault{Messages: func(in []secret.Incoming) (out []secret.Incoming) {
		for _, m := range in {
			if !p.lose() {
				out = append(out, m)
			}
		}
		return out
	}}
	for ctx.Err() == nil {
		if err := p.step(ctx, fault); err != nil && ctx.Err() == nil {
			p.t.Error("partner:", err)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (p *partner) step(ctx context.Context, fault rig.Fault) error {
	if _, err := p.Sync(ctx, fault); err != nil {
		return err
	}
	news := p.news
	p.news = nil
	for _, e := range news {
		if err := p.heed(ctx, e); err != nil {
			return err
		}
	}
	if err := p.Secret.Expire(ctx); err != nil {
		return err
	}
	return p.Secret.Flush(ctx)
}

func (p *partner) heed(ctx context.Context, e secret.Event) error {
	switch {
	case e.Kind == secret.Broken:
		return fmt.Errorf("the chat broke: %w", e.Err)
	case e.Kind == secret.KeyChanged:
		p.keys++
	case e.Kind == secret.ChatChanged && e.Chat.State == secret.Offered:
		return p.Secret.Accept(ctx, e.Chat.ID)
	case e.Kind == secret.MessageAdded && !e.Message.Out && e.Message.Action == nil:
		return p.obey(ctx, e.Message)
	}
	return nil
}

// obey does what a message says: its first word is an order, the rest goes with it. All else is said back.
func (p *partner) obey(ctx context.Context, m secret.Message) error {
	order, rest, _ := strings.Cut(m.Text, " ")
	switch order {
	case "lose":
		p.losing = rest == "on"
	case "key":
		return p.answer(ctx, m, p.fingerprint(m.Chat))
	case "sum":
		return p.sum(ctx, m)
	case "file":
		return p.file(ctx, m)
	case "burn":
		return p.Secret.MarkRead(ctx, m.Chat, m.ID)
	case "delete":
		return p.Secret.Delete(ctx, m.Chat, m.ID)
	case "screenshot":
		return p.Secret.TookScreenshot(ctx, m.Chat, m.ID)
	case "type":
		return p.Secret.SetTyping(ctx, m.Chat, secret.RecordingVoice)
	case "have":
		return p.have(ctx, m, rest)
	case "ask":
		return p.ask(ctx)
	case "end":
		return p.Secret.Discard(ctx, m.Chat, true)
	default:
		return p.answer(ctx, m, "you said "+m.Text)
	}
	return nil
}

func (p *partner) answer(ctx context.Context, m secret.Message, text string) error {
	_, err := p.Secret.Send(ctx, m.Chat, secret.Draft{Text: text, ReplyTo: m.ID})
	return err
}

func (p *partner) fingerprint(id secret.ChatID) string {
	c, err := p.Secret.Chat(id)
	if err != nil {
		return err.Error()
	}
	return c.Fingerprint.Emoji() + "\n" + c.Fingerprint.String()
}

// sum answers with the SHA-256 of the file of a message.
func (p *partner) sum(ctx context.Context, m secret.Message) error {
	if m.Media == nil || m.Media.Document == nil {
		return p.answer(ctx, m, "no file")
	}
	r, err := p.Secret.OpenFile(ctx, m.Media.Document.File)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	return p.answer(ctx, m, hex.EncodeToString(sum[:]))
}

// file answers with a file that says its own sum in its name.
func (p *partner) file(ctx context.Context, m secret.Message) error {
	b := make([]byte, 200_001)
	for i := range b {
		b[i] = byte(p.random.Uint32())
	}
	f, err := p.Secret.Attach(ctx, bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	_, err = p.Secret.Send(ctx, m.Chat, secret.Draft{Text: "here", Media: &secret.Media{Document: &secret.Document{
		File: f, MIME: "application/octet-stream", Attributes: secret.Attributes{Name: hex.EncodeToString(sum[:])},
	}}})
	return err
}

// have answers how many messages hold a text, but for the question.
func (p *partner) have(ctx context.Context, m secret.Message, text string) error {
	n := 0
	all, err := p.Secret.History(ctx, m.Chat, 0, 1000)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID != m.ID && strings.Contains(other.Text, text) {
			n++
		}
	}
	return p.answer(ctx, m, fmt.Sprint(n))
}

// ask asks the web client's user for another chat.
func (p *partner) ask(ctx context.Context) error {
	user, err := p.Meet(ctx, webPhone)
	if err != nil {
		return err
	}
	_, err = p.Secret.Request(ctx, user)
	return err
}
