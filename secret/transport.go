package secret

import (
	"context"
	"errors"
	"io"
	"time"
)

// A Peer names a chat towards the server.
type Peer struct {
	Chat       ChatID
	AccessHash int64
}

// A Transport calls the server. The methods bear the names of those of the API that they stand for.
//
// Errors: ErrGone when the server has ended the chat or never had it, ErrAlreadyAccepted from Accept, ErrRefused
// when the server will never take this call; anything else means that it may be tried again. It may be used from
// many goroutines, and a call may come again after a crash with the same arguments.
type Transport interface {
	// DHConfig stands for messages.getDhConfig. version is that of the parameters that are known, 0 for none.
	DHConfig(ctx context.Context, version int) (DHConfig, error)
	// Request stands for messages.requestEncryption. random names the request.
	Request(ctx context.Context, with User, random int32, ga []byte) (ChatUpdate, error)
	// Accept stands for messages.acceptEncryption.
	Accept(ctx context.Context, chat Peer, gb []byte, fingerprint int64) (ChatUpdate, error)
	// Discard stands for messages.discardEncryption.
	Discard(ctx context.Context, chat ChatID, deleteHistory bool) error
	// Send stands for messages.sendEncrypted, sendEncryptedService and sendEncryptedFile. The messages of a chat
	// are given one after the other and must reach the other device in this order.
	Send(ctx context.Context, chat Peer, p Packet) (Receipt, error)
	// MarkRead stands for messages.readEncryptedHistory.
	MarkRead(ctx context.Context, chat Peer, until time.Time) error
	// SetTyping stands for messages.setEncryptedTyping.
	SetTyping(ctx context.Context, chat Peer, typing bool) error
	// Upload uploads size bytes of r in parts.
	Upload(ctx context.Context, r io.Reader, size int64) (Upload, error)
	// Download returns limit bytes of a file from offset on, fewer at its end. Both are divisible by 4096.
	Download(ctx context.Context, file FilePlace, offset int64, limit int) ([]byte, error)
}

// Errors of a Transport.
var (
	// ErrGone means that the chat is over, or that the server does not know it: ENCRYPTION_DECLINED,
	// ENCRYPTION_ID_INVALID, CHAT_ID_INVALID.
	ErrGone = errors.New("secret: the server has ended the chat")
	// ErrAlreadyAccepted means that the chat was accepted before: ENCRYPTION_ALREADY_ACCEPTED.
	ErrAlreadyAccepted = errors.New("secret: the chat was accepted before")
	// ErrRefused means that trying again does not help.
	ErrRefused = errors.New("secret: the server refuses")
)

// A Packet is what the server passes on.
type Packet struct {
	RandomID int64
	Data     []byte
	// Service asks for messages.sendEncryptedService: nobody is notified.
	Service bool
	Silent  bool
	// File is sent with it; nil for none.
	File *PacketFile
}

// A PacketFile is the file of a packet: one that the server has, or if Place.ID is 0 one that was uploaded.
// Spec: https://core.telegram.org/type/InputEncryptedFile
type PacketFile struct {
	Place  FilePlace
	Upload *Upload `json:",omitempty"`
	// Fingerprint is that of the file's key.
	Fingerprint int32
}

// A Receipt is what the server says of a packet that it took.
type Receipt struct {
	Date time.Time
	// Place is where the file is now; zero without a file.
	Place FilePlace
}

// A ChatUpdate is what the server says of a chat: an EncryptedChat, from an update or as an answer.
// Spec: https://core.telegram.org/type/EncryptedChat
type ChatUpdate struct {
	Chat       ChatID
	AccessHash int64
	Date       time.Time
	// Admin asked for the chat, Participant was asked.
	Admin, Participant int64
	// Stage says which constructor it is.
	Stage Stage
	// Public is g_a of a request, g_a_or_b of an accepted chat.
	Public []byte
	// Fingerprint is that of the key, of an accepted chat.
	Fingerprint int64
	// DeleteHistory, of a discarded chat, tells to delete its messages.
	DeleteHistory bool
}

// A Stage is how the server sees a chat.
type Stage int

// The stages of a chat.
const (
	StageWaiting   Stage = iota + 1 // encryptedChatWaiting
	StageRequested                  // encryptedChatRequested
	StageAccepted                   // encryptedChat
	StageDiscarded                  // encryptedChatDiscarded, encryptedChatEmpty
)

// An Incoming is an encrypted message: updateNewEncryptedMessage, or from a difference.
// Spec: https://core.telegram.org/type/EncryptedMessage
type Incoming struct {
	Chat     ChatID
	RandomID int64
	Date     time.Time
	Data     []byte
	// Place is where the file of the message is; zero for none.
	Place FilePlace
}

// A Clock tells the time. Timers of messages and of keys go by it.
type Clock interface {
	Now() time.Time
	// After returns a channel that receives once d has passed.
	After(d time.Duration) <-chan time.Time
}

// SystemClock is the clock of the machine.
type SystemClock struct{}

// Now implements Clock.
func (SystemClock) Now() time.Time { return time.Now() }

// After implements Clock.
func (SystemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
