// Package signin serves auth.* and the part of account.* that is about getting in and staying in: codes,
// passwords, QR tokens, logins, the number and the end of an account. It resolves, calls package auth, and
// shapes the answer; the rules stand there.
//
// A handler that signs a key in or out sets the call's User, from where the gateway takes it.
package signin

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/push"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// Options are what the handlers stand on.
type Options struct {
	Auth  *auth.Service
	View  *view.View
	Users *users.Service
	// Notify sends a message from the service account to user.
	Notify func(ctx context.Context, user ids.User, text string) error
	// Joined is called after somebody has signed up: those who have his number may want to know, unless silent.
	Joined func(ctx context.Context, user ids.User, phone users.Phone, silent bool) error
	// Push registers devices to push to; nil: there are none.
	Push *push.Service
	// Terms of service are shown to those who sign up; "" for none.
	Terms string
	Log   *slog.Logger
}

// Handlers serve the methods.
type Handlers struct {
	o    Options
	auth *auth.Service
}

// New returns the handlers.
func New(o Options) *Handlers {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Handlers{o: o, auth: o.Auth}
}

// Register adds the handlers to r.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	h.registerCodes(r)
	h.registerTokens(r)
	h.registerPassword(r)
	h.registerEmail(r)
	h.registerLogins(r)
	h.registerAccount(r)
}

// handle registers fn with the errors that carry numbers made into what clients understand.
func handle[I tg.Request, O tl.Object](r *rpc.Router, need rpc.Need, fn func(context.Context, *rpc.Call, I) (O, error)) {
	rpc.Handle(r, need, func(ctx context.Context, call *rpc.Call, in I) (O, error) {
		out, err := fn(ctx, call, in)
		return out, numbered(err)
	})
}

// numbered is err, or the wire error of those errors that carry a number.
func numbered(err error) error {
	var wait *auth.WaitError
	var unconfirmed *auth.UnconfirmedError
	var deletion *auth.DeletionError
	switch {
	case errors.As(err, &wait):
		return rpc.Flood(seconds(wait.Wait))
	case errors.As(err, &unconfirmed):
		return rpc.BadRequest("EMAIL_UNCONFIRMED_" + strconv.Itoa(unconfirmed.Length))
	case errors.As(err, &deletion):
		return rpc.Error{Code: 420, Type: "2FA_CONFIRM_WAIT_" + strconv.Itoa(seconds(deletion.Wait))}
	}
	return err
}

// seconds rounds up: who comes back after them is not too early.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// wireErrors says how the errors of packages auth and push look to clients.
var wireErrors = map[error]rpc.Error{
	push.ErrToken:          rpc.BadRequest("TOKEN_INVALID"),
	auth.ErrPhone:          rpc.BadRequest("PHONE_NUMBER_INVALID"),
	auth.ErrAPIID:          rpc.BadRequest("API_ID_INVALID"),
	auth.ErrCodeEmpty:      rpc.BadRequest("PHONE_CODE_EMPTY"),
	auth.ErrCodeHashEmpty:  rpc.BadRequest("PHONE_CODE_HASH_EMPTY"),
	auth.ErrCodeInvalid:    rpc.BadRequest("PHONE_CODE_INVALID"),
	auth.ErrCodeExpired:    rpc.BadRequest("PHONE_CODE_EXPIRED"),
	auth.ErrNoWay:          rpc.NotAcceptable("SEND_CODE_UNAVAILABLE"),
	auth.ErrNotSent:        rpc.BadRequest("SMS_CODE_CREATE_FAILED"),
	auth.ErrPhoneTaken:     rpc.BadRequest("PHONE_NUMBER_OCCUPIED"),
	users.ErrFirstName:     rpc.BadRequest("FIRSTNAME_INVALID"),
	users.ErrLastName:      rpc.BadRequest("LASTNAME_INVALID"),
	auth.ErrPasswordNeeded: rpc.ErrPasswordNeeded,
	auth.ErrUnknownKey:     rpc.ErrNotSignedIn,
	auth.ErrNotPending:     rpc.ErrNotSignedIn,

	auth.ErrEmail:        rpc.BadRequest("EMAIL_INVALID"),
	auth.ErrNoEmail:      rpc.BadRequest("EMAIL_NOT_ALLOWED"),
	auth.ErrEmailCode:    rpc.BadRequest("CODE_INVALID"),
	auth.ErrEmailExpired: rpc.BadRequest("EMAIL_VERIFY_EXPIRED"),
	auth.ErrResetPending: rpc.BadRequest("TASK_ALREADY_EXISTS"),
	auth.ErrPurpose:      rpc.BadRequest("EMAIL_NOT_SETUP"),

	auth.ErrPassword:        rpc.BadRequest("PASSWORD_HASH_INVALID"),
	auth.ErrSRPID:           rpc.BadRequest("SRP_ID_INVALID"),
	auth.ErrPasswordChanged: rpc.BadRequest("SRP_PASSWORD_CHANGED"),
	auth.ErrNoPassword:      rpc.BadRequest("PASSWORD_EMPTY"),
	auth.ErrSettings:        rpc.BadRequest("NEW_SETTINGS_INVALID"),
	auth.ErrSalt:            rpc.BadRequest("NEW_SALT_INVALID"),
	auth.ErrNoRecovery:      rpc.BadRequest("PASSWORD_RECOVERY_NA"),
	auth.ErrNoReset:         rpc.BadRequest("RESET_REQUEST_MISSING"),

	auth.ErrTokenInvalid:   rpc.BadRequest("AUTH_TOKEN_INVALID"),
	auth.ErrTokenExpired:   rpc.BadRequest("AUTH_TOKEN_EXPIRED"),
	auth.ErrTokenUsed:      rpc.BadRequest("AUTH_TOKEN_ALREADY_ACCEPTED"),
	auth.ErrTokenException: rpc.BadRequest("AUTH_TOKEN_EXCEPTION"),
	auth.ErrTransfer:       rpc.BadRequest("AUTH_BYTES_INVALID"),
	auth.ErrDC:             rpc.BadRequest("DC_ID_INVALID"),
	auth.ErrBotToken:       rpc.BadRequest("ACCESS_TOKEN_INVALID"),
	auth.ErrNotTemporary:   rpc.BadRequest("TEMP_AUTH_KEY_EMPTY"),
	auth.ErrBound:          rpc.BadRequest("TEMP_AUTH_KEY_ALREADY_BOUND"),
	auth.ErrBinding:        rpc.BadRequest("ENCRYPTED_MESSAGE_INVALID"),

	auth.ErrHash:         rpc.BadRequest("HASH_INVALID"),
	auth.ErrDeletionHash: rpc.BadRequest("HASH_INVALID"),
	auth.ErrFresh:        rpc.NotAcceptable("FRESH_RESET_AUTHORISATION_FORBIDDEN"),
	auth.ErrDays:         rpc.BadRequest("TTL_DAYS_INVALID"),
}

// caller says to package auth who asks.
func caller(call *rpc.Call) auth.Caller {
	by := auth.Caller{Key: call.Key}
	if call.Addr.IsValid() {
		by.Addr = call.Addr.Unmap().String()
	}
	return by
}

// admit makes the call the user's of l, and shapes the answer to whatever signs in.
func (h *Handlers) admit(ctx context.Context, call *rpc.Call, l auth.Login) (*tg.AuthAuthorization, error) {
	call.User, call.PasswordPending = l.User, false
	me, err := h.me(ctx, call)
	if err != nil {
		return nil, err
	}
	call.Bot = me.Bot
	h.tell(ctx, l.Notices)
	return &tg.AuthAuthorization{User: me}, nil
}

// me is the caller as he sees himself.
func (h *Handlers) me(ctx context.Context, call *rpc.Call) (*tg.User, error) {
	u, err := h.o.View.User(ctx, call.User, call.User)
	if err != nil {
		return nil, err
	}
	me, ok := u.(*tg.User)
	if !ok {
		return nil, users.ErrNotFound
	}
	return me, nil
}

// tell sends notices. What was done stands whether or not they arrive.
func (h *Handlers) tell(ctx context.Context, notices []auth.Notice) {
	for _, n := range notices {
		if h.o.Notify == nil {
			return
		}
		if err := h.o.Notify(ctx, n.User, n.Text); err != nil {
			h.o.Log.ErrorContext(ctx, "notice not sent", "user", int64(n.User), "error", err)
		}
	}
}

// signOut takes the user off the call.
func signOut(call *rpc.Call) { call.User, call.Bot, call.PasswordPending = 0, false, false }

// done answers true, or the error.
func done(err error) (tg.Bool, error) { return tg.Bool(err == nil), err }

func unix(t time.Time) int32 { return int32(t.Unix()) }
