package server

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hermod/internal/api/apitest"
	"hermod/internal/config"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/push"
	"hermod/internal/domain/secretchats"
	"hermod/internal/domain/updates"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A pushService is the one of a browser: it takes what is for the browser and can be told to fail.
type pushService struct {
	*httptest.Server
	t      *testing.T
	key    *ecdh.PrivateKey
	auth   []byte
	status atomic.Int32
	asked  atomic.Int32
	got    chan pushed
}

// A pushed is what the browser reads.
type pushed struct {
	User   string            `json:"user_id"`
	Key    string            `json:"loc_key"`
	Args   []string          `json:"loc_args"`
	Badge  int               `json:"badge"`
	Custom map[string]string `json:"custom"`
}

func newPushService(t *testing.T) *pushService {
	p := &pushService{t: t, got: make(chan pushed, 16), auth: make([]byte, 16)}
	var err error
	if p.key, err = ecdh.P256().GenerateKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	_, _ = rand.Read(p.auth)
	p.status.Store(http.StatusCreated)
	p.Server = httptest.NewServer(http.HandlerFunc(p.take))
	t.Cleanup(p.Close)
	return p
}

func (p *pushService) host() string { return strings.TrimPrefix(p.URL, "http://") }

// token is what the browser registers with.
func (p *pushService) token() string {
	b64 := base64.RawURLEncoding.EncodeToString
	text, _ := json.Marshal(map[string]any{
		"endpoint": p.URL + "/device", "keys": map[string]string{"p256dh": b64(p.key.PublicKey().Bytes()), "auth": b64(p.auth)},
	})
	return string(text)
}

func (p *pushService) take(w http.ResponseWriter, r *http.Request) {
	p.asked.Add(1)
	status := int(p.status.Load())
	w.WriteHeader(status)
	if status != http.StatusCreated {
		return
	}
	body, _ := io.ReadAll(r.Body)
	if !strings.HasPrefix(r.Header.Get("Authorization"), "vapid t=") || r.Header.Get("TTL") == "" || r.Header.Get("Topic") == "" {
		p.t.Errorf("headers %v", r.Header)
	}
	var got pushed
	if text := p.decrypt(body); json.Unmarshal(text, &got) != nil {
		p.t.Errorf("got %q", text)
	}
	p.got <- got
}

// decrypt is what a browser does.
// Spec: https://www.rfc-editor.org/rfc/rfc8291#section-3.4, https://www.rfc-editor.org/rfc/rfc8188#section-2
func (p *pushService) decrypt(body []byte) []byte {
	must := func(b []byte, err error) []byte {
		if err != nil {
			p.t.Error(err)
		}
		return b
	}
	salt, idLength := body[:16], int(body[20])
	theirs, sealed := body[21:21+idLength], body[21+idLength:]
	public, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		p.t.Error(err)
		return nil
	}
	shared := must(p.key.ECDH(public))
	info := "WebPush: info\x00" + string(p.key.PublicKey().Bytes()) + string(theirs)
	ikm := must(hkdf.Key(sha256.New, shared, p.auth, info, 32))
	key := must(hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	nonce := must(hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12))
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	return []byte(strings.TrimRight(string(must(gcm.Open(nil, nonce, sealed, nil))), "\x00\x02"))
}

// next is what comes next, or fails the test.
func (p *pushService) next() pushed {
	p.t.Helper()
	select {
	case got := <-p.got:
		return got
	case <-time.After(10 * time.Second):
		p.t.Fatal("nothing was pushed")
		return pushed{}
	}
}

// none fails the test when something comes.
func (p *pushService) none() {
	p.t.Helper()
	select {
	case got := <-p.got:
		p.t.Errorf("pushed %+v", got)
	case <-time.After(200 * time.Millisecond):
	}
}

// newPushing makes a whole server that pushes to a service, and bo's device registered there.
func newPushing(t *testing.T, url string) (*whole, *pushService) {
	service := newPushService(t)
	w := newWhole(t, url, func(c *config.Config) {
		c.Push.Mode, c.Push.Trusted = "on", []string{service.host()}
	})
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { _ = w.core.Push.Run(ctx) })
	t.Cleanup(func() { cancel(); group.Wait() })
	w.as(w.bo, &tg.AccountRegisterDevice{TokenType: 10, Token: service.token()})
	return w, service
}

// onBoth runs a test on both databases.
func onBoth(t *testing.T, fn func(t *testing.T, url string)) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": dbtest.SQLiteURL, "PostgreSQL": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) { fn(t, url(t)) })
	}
}

// as calls a method as somebody.
func (w *whole) as(user ids.User, in tg.Request) tl.Object {
	w.t.Helper()
	answer, err := w.api.router.Serve(w.t.Context(), apitest.Call(user), in)
	if err != nil {
		w.t.Fatalf("%s: %v", in.TLName(), err)
	}
	return answer
}

func (w *whole) write(text string) {
	w.t.Helper()
	w.as(w.anna, &tg.MessagesSendMessage{Peer: w.toBo, Message: text, RandomID: mathrand.Int64()})
}

func TestAMessageIsPushed(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		w, service := newPushing(t, url)
		w.write("Good morning")
		got := service.next()
		if got.Key != "MESSAGE_TEXT" || len(got.Args) != 2 || got.Args[0] != "Kari" || got.Args[1] != "Good morning" {
			t.Errorf("got %+v", got)
		}
		if got.User == "" || got.Custom["from_id"] == "" || got.Custom["msg_id"] == "" || got.Badge != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestWhatIsReadElsewhereIsClosed(t *testing.T) {
	w, service := newPushing(t, "")
	w.write("Good morning")
	first := service.next()
	dialogs := w.as(w.bo, &tg.MessagesGetDialogs{OffsetPeer: &tg.InputPeerEmpty{}, Limit: 10})
	var anna *tg.User
	for _, u := range dialogs.(*tg.MessagesDialogs).Users {
		if found, ok := u.(*tg.User); ok && found.ID == int64(w.anna) {
			anna = found
		}
	}
	w.as(w.bo, &tg.MessagesReadHistory{Peer: &tg.InputPeerUser{UserID: anna.ID, AccessHash: *anna.AccessHash}, MaxID: 100})
	if got := service.next(); got.Key != "READ_HISTORY" || got.Custom["from_id"] != first.Custom["from_id"] || got.Custom["max_id"] == "" || got.Badge != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestWhatIsSilencedIsNotPushed(t *testing.T) {
	w, service := newPushing(t, "")
	until := int32(time.Now().Add(time.Hour).Unix())
	err := w.core.Dialogs.SetNotify(t.Context(), w.bo, dialogs.Target{Scope: dialogs.ScopePeer, Peer: w.anna.Peer()}, dialogs.Notify{MuteUntil: &until})
	if err != nil {
		t.Fatal(err)
	}
	w.write("Nobody hears this")
	service.none()
	unmuted, hidden := int32(0), false
	err = w.core.Dialogs.SetNotify(t.Context(), w.bo, dialogs.Target{Scope: dialogs.ScopePeer, Peer: w.anna.Peer()}, dialogs.Notify{MuteUntil: &unmuted, ShowPreviews: &hidden})
	if err != nil {
		t.Fatal(err)
	}
	w.write("Nobody reads this")
	if got := service.next(); got.Key != "MESSAGE_NOTEXT" || len(got.Args) != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestAPollIsPushedByItsQuestion(t *testing.T) {
	w, service := newPushing(t, "")
	plain := func(s string) *tg.TextWithEntities { return &tg.TextWithEntities{Text: s} }
	w.as(w.anna, &tg.MessagesSendMedia{Peer: w.toBo, RandomID: mathrand.Int64(), Media: &tg.InputMediaPoll{Poll: &tg.Poll{
		Question: plain("Tea or coffee?"), Answers: []tg.PollAnswerClass{
			&tg.PollAnswer{Text: plain("Tea"), Option: []byte("0")}, &tg.PollAnswer{Text: plain("Coffee"), Option: []byte("1")},
		},
	}}})
	if got := service.next(); got.Key != "MESSAGE_POLL" || len(got.Args) != 2 || got.Args[1] != "Tea or coffee?" {
		t.Errorf("got %+v", got)
	}
}

// A group of few and a channel go other ways to those who are in them.
func TestAPostIsPushed(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		w, service := newPushing(t, url)
		made := w.as(w.anna, &tg.ChannelsCreateChannel{Broadcast: true, Title: "News"}).(*tg.Updates)
		ch := made.Chats[0].(*tg.Channel)
		toChannel := &tg.InputPeerChannel{ChannelID: ch.ID, AccessHash: *ch.AccessHash}
		if _, err := w.core.Channels.MakeMembers(t.Context(), ids.Channel(ch.ID), []ids.User{w.bo}); err != nil {
			t.Fatal(err)
		}
		w.as(w.anna, &tg.MessagesSendMessage{Peer: toChannel, Message: "It rains", RandomID: mathrand.Int64()})
		got := service.next()
		if got.Key != "CHANNEL_MESSAGE_TEXT" || len(got.Args) != 2 || got.Args[0] != "News" || got.Custom["channel_id"] == "" {
			t.Errorf("got %+v", got)
		}
		w.as(w.bo, &tg.AccountUpdateNotifySettings{
			Peer: &tg.InputNotifyBroadcasts{}, Settings: &tg.InputPeerNotifySettings{MuteUntil: new(int32(1<<31 - 1))},
		})
		w.as(w.anna, &tg.MessagesSendMessage{Peer: toChannel, Message: "It still rains", RandomID: mathrand.Int64()})
		service.none()
	})
}

func TestWhoIsLookingIsNotPushedTo(t *testing.T) {
	w, service := newPushing(t, "")
	w.as(w.bo, &tg.AccountUpdateStatus{Offline: false})
	w.write("Here I am")
	service.none()
	w.as(w.bo, &tg.AccountUpdateStatus{Offline: true})
	w.write("Are you there?")
	service.next()
}

// Of a secret chat nothing is pushed but that there is something.
func TestASecretChatIsPushedWithoutAWordOfIt(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		w, service := newPushing(t, url)
		tell := func(value any) {
			w.core.Updates.TellDeviceLive(w.bo, updates.DeviceNews{Device: ids.AuthKey(w.bo), Value: value})
		}
		tell(secretchats.Queued{QTS: 2, Chat: 7, Data: []byte("ciphertext")})
		got := service.next()
		if got.Key != "ENCRYPTED_MESSAGE" || got.Args != nil || len(got.Custom) != 1 || got.Custom["encryption_id"] != "7" {
			t.Errorf("got %+v", got)
		}
		tell(secretchats.Queued{QTS: 3, Chat: 7, Service: true})
		tell(secretchats.Changed{Owner: w.bo, ID: 8}) // which is not there
		service.none()
	})
}

func TestADeviceThatIsGoneIsForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		w, service := newPushing(t, url)
		service.status.Store(http.StatusGone)
		w.write("To nobody")
		for service.asked.Load() == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond)
		service.status.Store(http.StatusCreated)
		w.write("To nobody again")
		service.none()
	})
}

func TestADeviceCanBeTakenBack(t *testing.T) {
	w, service := newPushing(t, "")
	w.as(w.bo, &tg.AccountUnregisterDevice{TokenType: 10, Token: service.token()})
	w.write("To nobody")
	service.none()
}

func TestTokensThatAreNotAsked(t *testing.T) {
	w, service := newPushing(t, "")
	good := service.token()
	tests := map[string]string{
		"no JSON":        "abc",
		"inside":         strings.ReplaceAll(good, service.URL, "https://127.0.0.1:9999"),
		"metadata":       strings.ReplaceAll(good, service.URL, "https://169.254.169.254"),
		"no TLS":         strings.ReplaceAll(good, service.URL, "http://push.example.org"),
		"another port":   strings.ReplaceAll(good, service.URL, "https://push.example.org:22"),
		"broken key":     strings.Replace(good, `"p256dh":"`, `"p256dh":"AAAA`, 1),
		"another scheme": strings.ReplaceAll(good, service.URL, "file:///etc/passwd"),
	}
	for name, token := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := w.api.router.Serve(t.Context(), apitest.Call(w.bo), &tg.AccountRegisterDevice{TokenType: 10, Token: token})
			if !errors.Is(err, push.ErrToken) {
				t.Errorf("got %v", err)
			}
		})
	}
}
