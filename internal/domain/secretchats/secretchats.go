// Package secretchats carries secret chats: the exchange of keys between two devices, and what they send each other,
// which the server cannot read.
//
// A chat is between two devices, not between two people. Until it is accepted it stands open to all devices of the one who
// is asked; the first that accepts has it, and for the others it is discarded. From then on no other device hears of it.
//
// What is sent waits in the queue of the receiving device, at positions (qts) that rise by one, and is deleted for good
// when the device acknowledges it, when the chat is discarded, or when nobody fetched it for a month. What has changed
// about a chat stands in its row, and is found by its date; there is no log of it.
//
// It owns the tables secret_chat, device_state, device_queue and secret_file. Rows are locked in the order chats, each by
// ascending owner, then devices, then files.
// Spec: https://core.telegram.org/api/end-to-end
package secretchats

import (
	"context"
	"errors"
	"math/big"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Errors of secret chats, besides those of users.CheckMayWrite.
var (
	// ErrChat means a chat that there is not, or that the device has no part in.
	ErrChat = errors.New("no such secret chat")
	// ErrPeer means somebody with whom there can be no secret chat.
	ErrPeer = errors.New("no secret chats with this user")
	// ErrRefused means that no device of the other side takes secret chats.
	ErrRefused = errors.New("user takes no secret chats")
	// ErrValue means a value that does not belong into the exchange of keys.
	ErrValue = errors.New("value of the key exchange is out of range")
	// ErrTaken means an id that another chat of one of both has.
	ErrTaken = errors.New("another secret chat has this id")
	// ErrAccepted and ErrDeclined mean a request that was answered already.
	ErrAccepted = errors.New("secret chat was accepted already")
	ErrDeclined = errors.New("secret chat was declined already")
	// ErrDiscarded means that there is nobody any more to send to.
	ErrDiscarded = errors.New("secret chat is discarded")
	// ErrData and ErrDataLong mean what cannot be a ciphertext, and one that is too long.
	ErrData     = errors.New("not a ciphertext")
	ErrDataLong = errors.New("ciphertext is too long")
	// ErrFile means an encrypted file that there is not, or that is none of the device's business.
	ErrFile = errors.New("no such encrypted file")
	// ErrFull means a device for which too much waits, or somebody who has too many chats.
	ErrFull = errors.New("too much waits")
	// ErrQTS means a position that the queue has not reached.
	ErrQTS = errors.New("position is not of this queue")
	// ErrDate means a date that lies in the future.
	ErrDate = errors.New("date lies in the future")
	// ErrSignedOut means a device by which the user is not signed in any more.
	ErrSignedOut = errors.New("device is signed out")
)

// Bounds.
const (
	maxData    = 64 << 10 // bytes of a ciphertext
	maxWaiting = 10_000   // ciphertexts that wait for a device
	maxBytes   = 64 << 20 // of those
	maxShare   = 4        // one chat may fill this part of a queue once half of it is full
	maxOpen    = 1000     // chats that somebody has, discarded ones not counted
	maxAsked   = 50       // requests of one user that another has not answered
	maxDevices = 200      // of one user, which are asked
	pageItems  = 100      // ciphertexts in one difference
	pageBytes  = 512 << 10
	maxOver    = 500 // chats that are over, in one difference
)

// A Service carries secret chats. Safe for concurrent use.
type Service struct {
	db        *db.DB
	log       *updates.Log
	users     *users.Service
	o         Options
	low, high *big.Int      // values of the exchange lie between
	wake      chan struct{} // has a value when something was deleted
	loads     loads
}

// Options are what a Service works with.
type Options struct {
	DB    *db.DB
	Log   *updates.Log
	Users *users.Service
	// Prime is the modulus of the exchange of keys, as clients are told.
	Prime []byte
	// Devices returns the keys by which a user is signed in on devices that take secret chats.
	Devices func(ctx context.Context, tx *db.Tx, user ids.User) ([]ids.AuthKey, error)
	// Claim reports whether a user is signed in by a key, and keeps that so until tx ends; nil if all are.
	Claim func(ctx context.Context, tx *db.Tx, key ids.AuthKey, user ids.User) (bool, error)
	// Keep is how long a ciphertext waits to be fetched and a request to be answered; 0 is a month.
	Keep time.Duration
	// Files keeps encrypted files.
	Files *files.Service
	// Scrub is how long what was deleted may stay in the files of the database; it goes in one step for all that was
	// deleted meanwhile. 0 is DefaultScrub.
	Scrub time.Duration
	// Now is the clock; nil is that of the machine.
	Now func() time.Time
}

// Defaults of Options.
const (
	DefaultKeep  = 30 * 24 * time.Hour
	DefaultScrub = 10 * time.Second
)

// keepUnsent is how long a file is kept that was uploaded and came into no message.
const keepUnsent = 24 * time.Hour

// valueBits is the size of the values of the exchange; they keep a distance of 2^(valueBits-64) to both ends.
const valueBits = 2048

// New makes the service.
func New(o Options) *Service {
	if o.Keep == 0 {
		o.Keep = DefaultKeep
	}
	if o.Scrub == 0 {
		o.Scrub = DefaultScrub
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Service{db: o.DB, log: o.Log, users: o.Users, o: o, wake: make(chan struct{}, 1)}
	s.dirty() // what was deleted before the last end of the process may not be gone
	if o.Files != nil {
		o.Files.HeldBy("secret chats", s.held)
	}
	s.low = new(big.Int).Lsh(big.NewInt(1), valueBits-64)
	s.high = new(big.Int).Sub(new(big.Int).SetBytes(o.Prime), s.low)
	return s
}

// checkValue fails with ErrValue unless value is one that both sides have to accept.
// Spec: https://core.telegram.org/mtproto/security_guidelines#g-a-and-g-b-validation
func (s *Service) checkValue(value []byte) error {
	x := new(big.Int)
	if len(value) > valueBits/8 || x.SetBytes(value).Cmp(s.low) < 0 || x.Cmp(s.high) > 0 {
		return ErrValue
	}
	return nil
}

func (s *Service) now() time.Time { return s.o.Now().Truncate(time.Second) }

// A Side is who uses a chat: a user, by one of his devices.
type Side struct {
	User   ids.User
	Device ids.AuthKey
}

// claim keeps the device of by from being signed out until tx ends: Ended finds what it begins. It is called before chats
// are locked. It fails with ErrSignedOut.
func (s *Service) claim(ctx context.Context, tx *db.Tx, by Side) error {
	if s.o.Claim == nil {
		return nil
	}
	ok, err := s.o.Claim(ctx, tx, by.Device, by.User)
	if err == nil && !ok {
		err = ErrSignedOut
	}
	return err
}
