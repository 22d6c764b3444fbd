package rpc

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"hermod/internal/tl"
	"hermod/internal/tl/packed"
)

// An Error is what a client is told instead of an answer. Handlers may return one, plain or wrapped; domain
// errors become one by the table that Router.Errors fills.
//
// Type holds upper-case letters, digits and underscores only: Web K repeats calls for ever after anything else.
// Spec: https://core.telegram.org/api/errors
type Error struct {
	Code int
	Type string
}

// Error implements error.
func (e Error) Error() string { return "rpc " + strconv.Itoa(e.Code) + " " + e.Type }

// Is makes errors.Is compare by value and ignore the numbers that a type ends with, such as seconds to wait.
func (e Error) Is(target error) bool {
	t, ok := target.(Error)
	return ok && t.Code == e.Code && t.kind() == e.kind()
}

func (e Error) kind() string { return strings.TrimRight(e.Type, "0123456789") }

// BadRequest returns a 400: the request can never succeed as it is.
func BadRequest(typ string) Error { return Error{Code: 400, Type: typ} }

// Unauthorized returns a 401. Most clients log out when they see one.
func Unauthorized(typ string) Error { return Error{Code: 401, Type: typ} }

// Forbidden returns a 403: the caller lacks a right.
func Forbidden(typ string) Error { return Error{Code: 403, Type: typ} }

// NotAcceptable returns a 406: clients show nothing of it.
func NotAcceptable(typ string) Error { return Error{Code: 406, Type: typ} }

// Flood returns the 420 that asks to wait. Every client knows it; most wait and try again by themselves.
func Flood(seconds int) Error {
	return Error{Code: 420, Type: "FLOOD_WAIT_" + strconv.Itoa(max(seconds, 1))}
}

// Errors that the dispatcher itself answers with.
var (
	// ErrUnknownMethod means a method that no handler serves, or that no layer has.
	ErrUnknownMethod = BadRequest("METHOD_INVALID")
	// ErrMalformed means a request that ends early, has bytes left over, or an unknown constructor inside.
	ErrMalformed = BadRequest("INPUT_FETCH_ERROR")
	// ErrNotInited means that nobody ever said which layer the key speaks. Clients repeat with the header.
	ErrNotInited = BadRequest("CONNECTION_NOT_INITED")
	// ErrWaitFailed means that a call on which this one depends failed. Clients repeat without the link.
	ErrWaitFailed = BadRequest("MSG_WAIT_FAILED")
	// ErrBotMethod means a method that bots may not call.
	ErrBotMethod = BadRequest("BOT_METHOD_INVALID")
	// ErrUserMethod means a method that only bots may call.
	ErrUserMethod = BadRequest("USER_BOT_REQUIRED")
	// ErrNotSignedIn means that the key has no user.
	ErrNotSignedIn = Unauthorized("AUTH_KEY_UNREGISTERED")
	// ErrPasswordNeeded means that the code was right and the password is still missing.
	ErrPasswordNeeded = Unauthorized("SESSION_PASSWORD_NEEDED")
	// ErrUnbound means a call on a temporary key that is bound to no permanent one.
	ErrUnbound = Unauthorized("AUTH_KEY_PERM_EMPTY")
	// ErrInternal hides what went wrong on our side.
	ErrInternal = Error{Code: 500, Type: "INTERNAL"}
)

// Wire says how err looks to a client.
func (r *Router) Wire(err error) Error {
	e, _ := r.wire(err)
	return e
}

// wire says how err looks to a client, and whether it is one of ours that must be logged.
func (r *Router) wire(err error) (e Error, ours bool) {
	if errors.As(err, &e) {
		if !e.valid() {
			return ErrInternal, true
		}
		return e, false
	}
	for _, row := range r.errors {
		if errors.Is(err, row.err) {
			return row.wire, false
		}
	}
	for _, shape := range r.shapes {
		if e, ok := shape(err); ok && e.valid() {
			return e, false
		}
	}
	if isMalformed(err) {
		return ErrMalformed, false
	}
	return ErrInternal, !errors.Is(err, context.Canceled)
}

func isMalformed(err error) bool {
	return errors.Is(err, packed.ErrCorrupt) || errors.Is(err, tl.ErrShort) || errors.Is(err, tl.ErrLimit) ||
		errors.Is(err, tl.ErrTrailing) || errors.Is(err, tl.ErrUnknown)
}

// valid says whether clients can live with e.
func (e Error) valid() bool {
	if e.Type == "" || e.Code == 0 || e.Code < -9999 || e.Code > 9999 {
		return false
	}
	for _, c := range e.Type {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}
