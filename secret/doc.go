// Package secret is the end-to-end side of secret chats: it agrees on keys with the other device, seals and opens
// messages and files, keeps their order, asks again for what got lost, changes keys, and lets messages destroy
// themselves. The server carries what it makes and cannot read it.
//
// A Client is one device of one user. It stands between three things that the program brings: a Transport, which
// calls the server; a Store, which keeps the state of the device; and a Clock. What the server pushes goes into
// HandleChat, HandleMessage, HandleRead and HandleTyping; what happens comes out as Events and is found again with
// Chats and History.
//
// Invariants:
//   - What is sent is in the Store before it is sent, and what HandleMessage took is in the Store before it returns.
//     After a crash Open goes on where the last commit was: nothing is lost, and what was perhaps sent is sent
//     again in the same form, which the other side drops.
//   - The messages of the other side are interpreted once each and in the order in which they were made.
//   - Numbers of a message are given when it is made and never change.
//   - Keys leave the device only into the Store; a store should be kept like a key.
//
// Nothing here knows the server of this module, and nothing starts a goroutine; Run is the caller's to start.
//
// Spec: https://core.telegram.org/api/end-to-end
package secret

import "errors"

// Errors that a caller may meet. What the other side does wrong is not an error of a method here: it comes as an
// event, and the worst of it ends the chat.
var (
	// ErrNoChat means a chat that this device does not have.
	ErrNoChat = errors.New("secret: no such chat")
	// ErrState means that the chat is not in the state for it: not ready yet, or ended.
	ErrState = errors.New("secret: chat is not in the state for this")
	// ErrNoMessage means a message that the chat does not have, or no longer has.
	ErrNoMessage = errors.New("secret: no such message")
	// ErrPartnerLayer means that the other side's program is too old to understand it.
	ErrPartnerLayer = errors.New("secret: the other side's layer lacks this")
	// ErrDraft means a message that cannot be: empty, too long, of more than one medium.
	ErrDraft = errors.New("secret: message cannot be sent like this")
	// ErrGroup means Diffie-Hellman parameters or values that are not safe.
	ErrGroup = errors.New("secret: unsafe Diffie-Hellman value")
	// ErrEnvelope means a packet that does not open: of another key, tampered with, or not of the right shape.
	ErrEnvelope = errors.New("secret: packet does not open")
	// ErrFrame means an authentic packet whose content is not what the protocol allows.
	ErrFrame = errors.New("secret: malformed content")
	// ErrFile means a file whose key, size or content does not match its message.
	ErrFile = errors.New("secret: file does not match its message")
	// ErrStore means that what the store holds cannot be read.
	ErrStore = errors.New("secret: damaged store")
)

// Layers of the end-to-end schema that this package heeds.
// Spec: https://core.telegram.org/api/end-to-end#updating-to-new-layers
const (
	// LayerFirst is the oldest that is spoken, and what a new partner is taken to have.
	LayerFirst = 46
	// LayerEnvelope2 brought the second version of the envelope, silent messages and albums.
	LayerEnvelope2 = 73
	// LayerEntities brought underlined, struck and quoted text.
	LayerEntities = 101
	// LayerBigFiles brought files of more than 2 GiB.
	LayerBigFiles = 143
	// Layer brought spoilers and custom emoji; it is the newest.
	Layer = 144

	// layerRound brought round videos.
	layerRound = 66
)
