package signin

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"

	"hermod/internal/api/view"
	"hermod/internal/bus"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/auth/sender"
	"hermod/internal/domain/auth/srp/srptest"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/gen"
	"hermod/internal/tl/tg"
)

// world is the handlers behind a dispatcher, on a fresh database.
type world struct {
	t    *testing.T
	d    *rpc.Dispatcher
	auth *auth.Service
	file *gen.File
	bus  *bus.Local

	mu      sync.Mutex
	mail    []sender.Message
	notices []string
	joined  []users.Phone
}

func (w *world) Send(_ context.Context, m sender.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mail = append(w.mail, m)
	return nil
}

func (w *world) last() sender.Message {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.mail) == 0 {
		w.t.Fatal("nothing was sent")
	}
	return w.mail[len(w.mail)-1]
}

// identity is what server makes of auth.
type identity struct{ *auth.Service }

func (i identity) Who(ctx context.Context, key ids.AuthKey) (rpc.Who, error) {
	w, err := i.Service.Who(ctx, key)
	return rpc.Who{User: w.User, Bot: w.Bot, PermKey: w.PermKey, Layer: w.Layer, PasswordPending: w.PasswordPending}, err
}

func (i identity) Announce(ctx context.Context, key ids.AuthKey, layer int, c rpc.Client) error {
	return i.Service.Announce(ctx, key, layer, auth.Client(c))
}

func newWorld(t *testing.T) *world {
	t.Helper()
	d, b := dbtest.SQLite(t), bus.NewLocal()
	log := updates.New(d, b)
	people := users.New(d, b, log)
	t.Cleanup(people.Close)
	known, err := contacts.New(t.Context(), d, people, log)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, bus: b, file: schema(t)}
	w.auth, err = auth.New(t.Context(), d, b, people, log, auth.Options{
		TestNumbers: true, Senders: map[auth.Kind]sender.Sender{auth.SMS: w, auth.Call: w, auth.Email: w},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.auth.Close)
	h := New(Options{
		Auth: w.auth, View: view.New(people, known, ids.NewAccess([32]byte{1}), nil), Users: people, Terms: "Be kind.",
		Notify: func(_ context.Context, _ ids.User, text string) error {
			w.notices = append(w.notices, text)
			return nil
		},
		Joined: func(_ context.Context, _ ids.User, phone users.Phone, _ bool) error {
			w.joined = append(w.joined, phone)
			return nil
		},
	})
	w.d, err = rpc.NewDispatcher(rpc.Options{Router: rpc.NewRouter(h), Identity: identity{w.auth}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func schema(t *testing.T) *gen.File {
	t.Helper()
	in, err := os.Open("../../../schema/api.tl")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	file, err := gen.Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// device is a client that knows nothing but its own layer.
type device struct {
	w    *world
	key  ids.AuthKey
	temp ids.AuthKey
	s    *gen.Schema
}

func (w *world) device(layer int) *device {
	w.t.Helper()
	k := w.newKey(false)
	if err := w.auth.Announce(w.t.Context(), k, layer, auth.Client{APIID: 4, Device: "Phone", System: "1", App: "2"}); err != nil {
		w.t.Fatal(err)
	}
	return &device{w: w, key: k, s: w.file.At(layer)}
}

func (w *world) newKey(temporary bool) ids.AuthKey {
	k := auth.Key{DC: 2, Temporary: temporary}
	rand.Read(k.Secret[:])
	k.ID = int64(binary.LittleEndian.Uint64(k.Secret[:]))
	if err := w.auth.Create(w.t.Context(), k); err != nil {
		w.t.Fatal(err)
	}
	return ids.AuthKey(k.ID)
}

type fields = map[string]any

// try calls a method, and reads the answer as one of the method's type.
func (d *device) try(method string, in fields) (any, error) {
	d.w.t.Helper()
	body, err := d.s.Encode(method, in)
	if err != nil {
		d.w.t.Fatal(err)
	}
	who, err := identity{d.w.auth}.Who(d.w.t.Context(), d.key)
	if err != nil {
		d.w.t.Fatal(err)
	}
	call := &rpc.Call{
		User: who.User, Bot: who.Bot, PasswordPending: who.PasswordPending, Key: d.key, TempKey: d.temp, Layer: d.s.Layer, DC: 2,
		Addr: netip.MustParseAddr("192.0.2.7"),
	}
	out, err := d.w.d.Call(d.w.t.Context(), call, body)
	if err != nil {
		return nil, err
	}
	typ, err := d.s.ResultOf(method)
	if err != nil {
		d.w.t.Fatal(err)
	}
	answer, err := d.s.DecodeAs(typ, tl.Encode(out, d.s.Layer))
	if err != nil {
		d.w.t.Fatalf("answer to %s: %v", method, err)
	}
	if who, err := d.w.auth.Who(d.w.t.Context(), d.key); err != nil || who.User != call.User {
		d.w.t.Errorf("after %s the call is user %d's, the key %d's", method, call.User, who.User)
	}
	return answer, nil
}

// ask is try for a call that has to work, and is answered by an object.
func (d *device) ask(method string, in fields) gen.Value {
	d.w.t.Helper()
	v, ok := d.do(method, in).(gen.Value)
	if !ok {
		d.w.t.Fatalf("%s is not answered by an object", method)
	}
	return v
}

func (d *device) do(method string, in fields) any {
	d.w.t.Helper()
	out, err := d.try(method, in)
	if err != nil {
		d.w.t.Fatalf("%s: %v", method, err)
	}
	return out
}

// refused calls a method that has to fail with a wire error that begins with typ.
func (d *device) refused(method string, in fields, code int, typ string) {
	d.w.t.Helper()
	out, err := d.try(method, in)
	var e rpc.Error
	if !errors.As(err, &e) || e.Code != code || !strings.HasPrefix(e.Type, typ) {
		d.w.t.Errorf("%s: got %v, %v; want %d %s", method, out, err, code, typ)
	}
}

func (d *device) sendCode(phone string) (hash string) {
	d.w.t.Helper()
	sent := d.ask("auth.sendCode", fields{"phone_number": phone, "api_id": int32(4), "api_hash": "x", "settings": gen.Value{Name: "codeSettings"}})
	if sent.Name != "auth.sentCode" {
		d.w.t.Fatalf("sent %+v", sent)
	}
	return sent.Fields["phone_code_hash"].(string)
}

func (d *device) signIn(phone string) (gen.Value, error) {
	d.w.t.Helper()
	out, err := d.try("auth.signIn", fields{"phone_number": phone, "phone_code_hash": d.sendCode(phone), "phone_code": "55555"})
	v, _ := out.(gen.Value)
	return v, err
}

// join signs up, and returns the user id.
func (d *device) join(phone string) int64 {
	d.w.t.Helper()
	hash := d.sendCode(phone)
	in := d.ask("auth.signIn", fields{"phone_number": phone, "phone_code_hash": hash, "phone_code": "55555"})
	if in.Name != "auth.authorizationSignUpRequired" || in.Fields["terms_of_service"] == nil {
		d.w.t.Fatalf("sign in: %+v", in)
	}
	up := d.ask("auth.signUp", fields{"phone_number": phone, "phone_code_hash": hash, "first_name": "Ada", "last_name": "L"})
	return d.self(up)
}

// self is the user of an authorization, who must be complete.
func (d *device) self(v gen.Value) int64 {
	d.w.t.Helper()
	u, ok := v.Fields["user"].(gen.Value)
	if v.Name != "auth.authorization" || !ok || u.Name != "user" || u.Fields["self"] != true || u.Fields["min"] != nil {
		d.w.t.Fatalf("authorization %+v", v)
	}
	return u.Fields["id"].(int64)
}

// Everything that a client does on its way in and out, in every layer, as a client would read it that knows no other.
func TestWayInAndOutInEveryLayer(t *testing.T) {
	w := newWorld(t)
	for i, layer := range tg.Layers() {
		phone := "999665" + string([]byte{'0', '0', '0' + byte(i/10), '0' + byte(i%10)})
		a, b := w.device(layer), w.device(layer)
		user := a.join(phone)
		in, err := b.signIn(phone)
		if err != nil || b.self(in) != user {
			t.Fatalf("layer %d: sign in: %+v, %v", layer, in, err)
		}
		all := a.ask("account.getAuthorizations", nil).Fields["authorizations"].([]any)
		checkAuthorizations(t, layer, all)
		other := all[1].(gen.Value).Fields["hash"].(int64)
		if a.do("account.resetAuthorization", fields{"hash": other}) != true {
			t.Errorf("layer %d: not reset", layer)
		}
		b.refused("account.getAuthorizations", nil, 401, "AUTH_KEY_UNREGISTERED")
		a.do("account.getPassword", nil)
		a.do("account.getWebAuthorizations", nil)
		a.do("account.getAccountTTL", nil)
		a.do("auth.exportAuthorization", fields{"dc_id": int32(4)})
		b.do("auth.exportLoginToken", fields{"api_id": int32(4), "api_hash": "x"})
		out := a.do("auth.logOut", nil)
		if v, ok := out.(gen.Value); layer >= 135 && (!ok || v.Fields["future_auth_token"] == nil) || layer < 135 && out != true {
			t.Errorf("layer %d: logged out %v", layer, out)
		}
		a.refused("account.getAuthorizations", nil, 401, "AUTH_KEY_UNREGISTERED")
	}
	if len(w.joined) != len(tg.Layers()) || len(w.notices) != len(tg.Layers()) {
		t.Errorf("%d people joined, %d were told of a new login", len(w.joined), len(w.notices))
	}
}

func checkAuthorizations(t *testing.T, layer int, all []any) {
	t.Helper()
	if len(all) != 2 {
		t.Fatalf("layer %d: authorizations %+v", layer, all)
	}
	one, two := all[0].(gen.Value).Fields, all[1].(gen.Value).Fields
	if one["current"] != true || one["hash"] != int64(0) || two["current"] != nil || two["hash"] == int64(0) {
		t.Errorf("layer %d: authorizations %+v", layer, all)
	}
	if one["device_model"] != "Phone" || one["ip"] != "192.0.2.7" || one["date_created"] == int32(0) {
		t.Errorf("layer %d: authorization %+v", layer, one)
	}
}

func TestErrorsClientsKnow(t *testing.T) {
	w := newWorld(t)
	d := w.device(228)
	settings := gen.Value{Name: "codeSettings"}
	d.refused("auth.sendCode", fields{"phone_number": "12", "api_id": int32(4), "settings": settings}, 400, "PHONE_NUMBER_INVALID")
	d.refused("auth.sendCode", fields{"phone_number": "9996651234", "settings": settings}, 400, "API_ID_INVALID")
	hash := d.sendCode("9996651234")
	in := func(hash, code string) fields {
		return fields{"phone_number": "9996651234", "phone_code_hash": hash, "phone_code": code}
	}
	d.refused("auth.signIn", in("", "55555"), 400, "PHONE_CODE_HASH_EMPTY")
	d.refused("auth.signIn", in(hash, ""), 400, "PHONE_CODE_EMPTY")
	d.refused("auth.signIn", in(hash, "11111"), 400, "PHONE_CODE_INVALID")
	d.refused("auth.signIn", in("abc", "55555"), 400, "PHONE_CODE_EXPIRED")
	d.refused("auth.resendCode", fields{"phone_number": "9996651234", "phone_code_hash": hash}, 406, "SEND_CODE_UNAVAILABLE")
	d.do("auth.signIn", in(hash, "55555"))
	up := fields{"phone_number": "9996651234", "phone_code_hash": hash, "first_name": "", "last_name": ""}
	d.refused("auth.signUp", up, 400, "FIRSTNAME_INVALID")
	d.refused("auth.importBotAuthorization", fields{"api_id": int32(4), "bot_auth_token": "1:x"}, 400, "ACCESS_TOKEN_INVALID")
	d.refused("auth.importAuthorization", fields{"id": int64(5), "bytes": []byte("x")}, 400, "AUTH_BYTES_INVALID")
	d.refused("auth.importLoginToken", fields{"token": []byte("x")}, 400, "AUTH_TOKEN_INVALID")
	d.refused("auth.bindTempAuthKey", fields{"perm_auth_key_id": int64(5)}, 400, "TEMP_AUTH_KEY_EMPTY")
	d.refused("account.getPassword", nil, 401, "AUTH_KEY_UNREGISTERED")
	d.refused("auth.checkPassword", fields{"password": gen.Value{Name: "inputCheckPasswordEmpty"}}, 401, "AUTH_KEY_UNREGISTERED")

	d.join("9996650001")
	d.refused("auth.exportAuthorization", fields{"dc_id": int32(9)}, 400, "DC_ID_INVALID")
	d.refused("account.resetAuthorization", fields{"hash": int64(9)}, 400, "HASH_INVALID")
	d.refused("account.setAccountTTL", fields{"ttl": gen.Value{Name: "accountDaysTTL"}}, 400, "TTL_DAYS_INVALID")
	d.refused("account.resetPassword", nil, 400, "PASSWORD_EMPTY")
	d.refused("account.declinePasswordReset", nil, 400, "RESET_REQUEST_MISSING")
	d.refused("account.confirmPasswordEmail", fields{"code": "1"}, 400, "EMAIL_HASH_EXPIRED")
	d.refused("auth.requestPasswordRecovery", nil, 400, "PASSWORD_EMPTY")
	d.refused("account.sendConfirmPhoneCode", fields{"hash": "x", "settings": settings}, 400, "HASH_INVALID")
	d.refused("account.resetWebAuthorization", fields{"hash": int64(1)}, 400, "HASH_INVALID")
	d.refused("auth.acceptLoginToken", fields{"token": []byte("x")}, 400, "AUTH_TOKEN_INVALID")
	e := w.device(228)
	e.join("9996650002")
	d.refused("account.sendChangePhoneCode", fields{"phone_number": "9996650002", "settings": settings}, 400, "PHONE_NUMBER_OCCUPIED")
}

func TestFloodTellsTheSeconds(t *testing.T) {
	w := newWorld(t)
	d := w.device(228)
	for n := 0; n < 50; n++ {
		_, err := d.try("auth.sendCode", fields{"phone_number": "4790000001", "api_id": int32(4), "settings": gen.Value{Name: "codeSettings"}})
		var e rpc.Error
		if errors.As(err, &e) {
			if e.Code != 420 || !strings.HasPrefix(e.Type, "FLOOD_WAIT_") || e.Type == "FLOOD_WAIT_0" {
				t.Errorf("got %v", e)
			}
			return
		}
	}
	t.Error("codes without end")
}

// algoOf reads a password algorithm from an answer.
func algoOf(v any) srptest.Params {
	f := v.(gen.Value).Fields
	return srptest.Params{Salt1: f["salt1"].([]byte), Salt2: f["salt2"].([]byte), G: int(f["g"].(int32)), P: f["p"].([]byte), Fast: true}
}

const modPowName = "passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow"

// setPassword does what a client does to set a password.
func (d *device) setPassword(password, email string) (any, error) {
	d.w.t.Helper()
	in := algoOf(d.ask("account.getPassword", nil).Fields["new_algo"])
	verifier, salt1 := srptest.NewVerifier(d.w.t, password, in)
	next := fields{
		"new_algo":          gen.Value{Name: modPowName, Fields: fields{"salt1": salt1, "salt2": in.Salt2, "g": int32(in.G), "p": in.P}},
		"new_password_hash": verifier, "hint": "hint",
	}
	if email != "" {
		next["email"] = email
	}
	return d.try("account.updatePasswordSettings", fields{
		"password": gen.Value{Name: "inputCheckPasswordEmpty"}, "new_settings": gen.Value{Name: "account.passwordInputSettings", Fields: next},
	})
}

// proof does what a client does to enter a password.
func (d *device) proof(password string) gen.Value {
	d.w.t.Helper()
	st := d.ask("account.getPassword", nil).Fields
	if st["has_password"] != true || st["hint"] != "hint" {
		d.w.t.Fatalf("state %+v", st)
	}
	a, m1 := srptest.Prove(d.w.t, password, st["srp_B"].([]byte), algoOf(st["current_algo"]))
	return gen.Value{Name: "inputCheckPasswordSRP", Fields: fields{"srp_id": st["srp_id"], "A": a, "M1": m1}}
}

func TestPasswordOverTheWire(t *testing.T) {
	w := newWorld(t)
	a := w.device(229)
	phone := "9996650003"
	user := a.join(phone)
	_, err := a.setPassword("secret", "ada@example.org")
	if e := (rpc.Error{}); !errors.As(err, &e) || e.Type != "EMAIL_UNCONFIRMED_6" {
		t.Fatalf("set password: %v", err)
	}
	a.refused("account.confirmPasswordEmail", fields{"code": "1"}, 400, "CODE_INVALID")
	a.do("account.confirmPasswordEmail", fields{"code": w.last().Code})

	b := w.device(134)
	_, err = b.signIn(phone)
	if e := (rpc.Error{}); !errors.As(err, &e) || e.Code != 401 || e.Type != "SESSION_PASSWORD_NEEDED" {
		t.Fatalf("sign in: %v", err)
	}
	b.refused("account.getAuthorizations", nil, 401, "SESSION_PASSWORD_NEEDED")
	b.refused("auth.checkPassword", fields{"password": b.proof("wrong")}, 400, "PASSWORD_HASH_INVALID")
	p := b.proof("secret")
	if got := b.self(b.ask("auth.checkPassword", fields{"password": p})); got != user {
		t.Errorf("signed in as %d, want %d", got, user)
	}
	a.refused("account.getPasswordSettings", fields{"password": p}, 400, "SRP_ID_INVALID")
	if got := a.ask("account.getPasswordSettings", fields{"password": a.proof("secret")}); got.Fields["email"] != "ada@example.org" {
		t.Errorf("settings %+v", got)
	}
	removal := gen.Value{Name: "account.passwordInputSettings", Fields: fields{
		"new_algo": gen.Value{Name: "passwordKdfAlgoUnknown"}, "new_password_hash": []byte{}, "hint": "",
	}}
	a.do("account.updatePasswordSettings", fields{"password": a.proof("secret"), "new_settings": removal})
	if st := a.ask("account.getPassword", nil); st.Fields["has_password"] != nil {
		t.Errorf("still protected: %+v", st)
	}
}

func TestTokenBetweenTwoDevices(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(227), w.device(198)
	user := a.join("9996650004")
	export := fields{"api_id": int32(4), "api_hash": "x"}
	shown := b.ask("auth.exportLoginToken", export)
	if shown.Name != "auth.loginToken" {
		t.Fatalf("export %+v", shown)
	}
	told := 0
	defer w.bus.Subscribe(auth.SubjectKeyLive, func(m bus.Message) {
		if m.Key == int64(b.key) {
			told++
		}
	})()
	got := a.ask("auth.acceptLoginToken", fields{"token": shown.Fields["token"]})
	if got.Name != "authorization" || got.Fields["current"] != nil || told != 1 {
		t.Errorf("accepted %+v, told %d times", got, told)
	}
	a.refused("auth.acceptLoginToken", fields{"token": shown.Fields["token"]}, 400, "AUTH_TOKEN_ALREADY_ACCEPTED")
	done := b.ask("auth.exportLoginToken", export)
	if done.Name != "auth.loginTokenSuccess" || b.self(done.Fields["authorization"].(gen.Value)) != user {
		t.Errorf("after acceptance %+v", done)
	}
}

func TestLoginEmailOverTheWire(t *testing.T) {
	w := newWorld(t)
	a := w.device(229)
	a.join("9996650005")
	change := gen.Value{Name: "emailVerifyPurposeLoginChange"}
	sent := a.ask("account.sendVerifyEmailCode", fields{"purpose": change, "email": "ada@example.org"})
	if sent.Fields["email_pattern"] != "a***a@example.org" || sent.Fields["length"] != int32(6) {
		t.Errorf("sent %+v", sent)
	}
	code := gen.Value{Name: "emailVerificationCode", Fields: fields{"code": w.last().Code}}
	if got := a.ask("account.verifyEmail", fields{"purpose": change, "verification": code}); got.Name != "account.emailVerified" {
		t.Errorf("verified %+v", got)
	}
	old := w.device(140)
	old.join("9996650006")
	old.do("account.sendVerifyEmailCode", fields{"email": "bob@example.org"})
	if old.do("account.verifyEmail", fields{"email": "bob@example.org", "code": w.last().Code}) != true {
		t.Error("not verified in an old layer")
	}
	nobody := w.device(229)
	nobody.refused("account.sendVerifyEmailCode", fields{"purpose": change, "email": "ada@example.org"}, 400, "EMAIL_NOT_SETUP")
}

func TestDeletionOverTheWire(t *testing.T) {
	w := newWorld(t)
	a := w.device(229)
	a.join("9996650007")
	if _, err := a.setPassword("secret", ""); err != nil {
		t.Fatal(err)
	}
	a.refused("account.deleteAccount", fields{"reason": "tired"}, 420, "2FA_CONFIRM_WAIT_604800")
	if len(w.notices) != 1 {
		t.Errorf("%d notices", len(w.notices))
	}
	a.do("account.deleteAccount", fields{"reason": "tired", "password": a.proof("secret")})
	a.refused("account.getAuthorizations", nil, 401, "AUTH_KEY_UNREGISTERED")
}

// Whatever a client sends, it gets an answer or an error that it understands.
func TestEveryMethodAnswers(t *testing.T) {
	w := newWorld(t)
	for i, layer := range []int{134, 158, 198, 229} {
		in, out := w.device(layer), w.device(layer)
		in.join("999665005" + string([]byte{'0' + byte(i)}))
		sampler := gen.NewSampler(in.s)
		for _, method := range in.s.Functions() {
			for range 4 {
				for _, d := range []*device{out, in} {
					d.sample(method, sampler.Fields(method, 2))
				}
			}
		}
	}
}

// sample calls a method and looks at the answer only as far as try does.
func (d *device) sample(method string, in fields) {
	d.w.t.Helper()
	if method == "auth.logOut" || method == "account.deleteAccount" {
		return
	}
	_, err := d.try(method, in)
	var e rpc.Error
	if err != nil && (!errors.As(err, &e) || e.Code >= 500) {
		d.w.t.Errorf("layer %d: %s: %v", d.s.Layer, method, err)
	}
}
