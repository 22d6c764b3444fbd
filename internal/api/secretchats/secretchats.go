// Package secretchats serves secret chats: the methods messages.*Encryption, messages.*Encrypted* and
// messages.receivedQueue. What waits for a device is shown here for package chats, which pushes it and puts it into
// differences.
//
// A chat is named by its id and an access hash, which is another for each device: only the two devices of a chat, and
// those that are asked for it, can name it.
package secretchats

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"log/slog"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/reports"
	"hermod/internal/domain/secretchats"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct {
	o      Options
	secret *secretchats.Service
	view   *view.View
	render *render.Renderer
}

// Options are what the handlers work with.
type Options struct {
	Secret  *secretchats.Service
	View    *view.View
	Render  *render.Renderer
	Reports *reports.Service
	// Key makes access hashes. It stays the same for the life of an installation.
	Key [32]byte
	// Files keeps encrypted files, which clients are told to be in DC.
	Files *files.Service
	DC    int32
	Log   *slog.Logger
}

// New makes the handlers.
func New(o Options) *Handlers {
	return &Handlers{o: o, secret: o.Secret, view: o.View, render: o.Render}
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	secretchats.ErrChat:      errChat,
	secretchats.ErrPeer:      rpc.BadRequest("USER_ID_INVALID"),
	secretchats.ErrRefused:   rpc.Forbidden("USER_PRIVACY_RESTRICTED"),
	secretchats.ErrValue:     rpc.BadRequest("DH_G_A_INVALID"),
	secretchats.ErrTaken:     {Code: 500, Type: "RANDOM_ID_DUPLICATE"},
	secretchats.ErrFile:      errFile,
	secretchats.ErrAccepted:  rpc.BadRequest("ENCRYPTION_ALREADY_ACCEPTED"),
	secretchats.ErrDeclined:  rpc.BadRequest("ENCRYPTION_ALREADY_DECLINED"),
	secretchats.ErrDiscarded: rpc.BadRequest("ENCRYPTION_DECLINED"),
	secretchats.ErrData:      rpc.BadRequest("DATA_INVALID"),
	secretchats.ErrDataLong:  rpc.BadRequest("DATA_TOO_LONG"),
	secretchats.ErrFull:      rpc.Flood(fullSeconds),
	secretchats.ErrQTS:       rpc.BadRequest("MAX_QTS_INVALID"),
	secretchats.ErrDate:      rpc.BadRequest("MAX_DATE_INVALID"),
	secretchats.ErrSignedOut: {Code: 401, Type: "AUTH_KEY_UNREGISTERED"},
	users.ErrBlocked:         rpc.BadRequest("USER_IS_BLOCKED"),
	users.ErrYouBlocked:      rpc.BadRequest("YOU_BLOCKED_USER"),
	users.ErrDeleted:         rpc.BadRequest("INPUT_USER_DEACTIVATED"),
}

// Answers to what cannot be served. The methods differ in how they call a chat that there is not.
var (
	errChat       = rpc.BadRequest("CHAT_ID_INVALID")
	errEncryption = rpc.BadRequest("ENCRYPTION_ID_INVALID")
	errNoChat     = rpc.BadRequest("CHAT_ID_EMPTY")
	errRandomID   = rpc.BadRequest("RANDOM_ID_EMPTY")
	errGone       = rpc.Forbidden("USER_DELETED")
)

// fullSeconds is how long to wait when too much waits already.
const fullSeconds = 60

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.UserOnly, h.requestEncryption)
	rpc.Handle(r, rpc.UserOnly, h.acceptEncryption)
	rpc.Handle(r, rpc.UserOnly, h.discardEncryption)
	rpc.Handle(r, rpc.UserOnly, h.sendEncrypted)
	rpc.Handle(r, rpc.UserOnly, h.sendEncryptedService)
	rpc.Handle(r, rpc.UserOnly, h.uploadEncryptedFile)
	rpc.Handle(r, rpc.UserOnly, h.sendEncryptedFile)
	rpc.Handle(r, rpc.UserOnly, h.setEncryptedTyping)
	rpc.Handle(r, rpc.UserOnly, h.readEncryptedHistory)
	rpc.Handle(r, rpc.UserOnly, h.receivedQueue)
	rpc.Handle(r, rpc.UserOnly, h.reportEncryptedSpam)
}

// side is who calls, and by which device.
func side(call *rpc.Call) secretchats.Side {
	return secretchats.Side{User: call.User, Device: call.Key}
}

// What an access hash is for.
const (
	forChat byte = iota + 1
	forFile
)

// access is the hash by which a device of user names something.
func (h *Handlers) access(what byte, user ids.User, device ids.AuthKey, id int64) int64 {
	var in [1 + 3*8]byte
	in[0] = what
	binary.LittleEndian.PutUint64(in[1:], uint64(user))
	binary.LittleEndian.PutUint64(in[9:], uint64(device))
	binary.LittleEndian.PutUint64(in[17:], uint64(id))
	mac := hmac.New(sha256.New, h.o.Key[:])
	mac.Write(in[:])
	return int64(binary.LittleEndian.Uint64(mac.Sum(nil)) | 1)
}

// same compares access hashes in constant time.
func same(a, b int64) bool {
	return subtle.ConstantTimeEq(int32(a), int32(b))&subtle.ConstantTimeEq(int32(a>>32), int32(b>>32)) == 1
}

// chat is the id of a chat that a device may name. It fails with 400 CHAT_ID_INVALID.
func (h *Handlers) chat(call *rpc.Call, in *tg.InputEncryptedChat) (int32, error) {
	if in == nil || !same(in.AccessHash, h.access(forChat, call.User, call.Key, int64(in.ChatID))) {
		return 0, errChat
	}
	return in.ChatID, nil
}
