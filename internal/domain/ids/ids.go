// Package ids holds the identifier types of the domain, and the access hashes that go with them.
// Every domain package may use it; it uses none.
package ids

// A User is a person or a bot: 1 to 2^40-1.
type User int64

// A Chat is a basic group: 1 to 999,999,999,999.
type Chat int64

// A Channel is a channel or supergroup: 1 to 10^12 - 2^31 - 1.
type Channel int64

// A Message is counted per owner of a log, from 1.
type Message int32

// An AuthKey names an authorization key: the low 64 bits of its SHA-1.
// Spec: https://core.telegram.org/mtproto/description#authorization-key
type AuthKey int64

// A Session is the random number by which a client names a session of an AuthKey.
type Session int64

// Service is the account from which the server speaks to people.
const Service User = 777000

// A Peer is a user, a chat or a channel in one number, as the Bot API writes it: users are positive, chats
// are their negative, channels are -(10^12 + id). It is what tables store.
type Peer int64

const channelBase = 1_000_000_000_000

// Peer returns u as a peer.
func (u User) Peer() Peer { return Peer(u) }

// Peer returns c as a peer.
func (c Chat) Peer() Peer { return -Peer(c) }

// Peer returns c as a peer.
func (c Channel) Peer() Peer { return -channelBase - Peer(c) }

// User returns the user that p is, or 0.
func (p Peer) User() User { return User(max(p, 0)) }

// Chat returns the chat that p is, or 0.
func (p Peer) Chat() Chat {
	if p < 0 && p > -channelBase {
		return Chat(-p)
	}
	return 0
}

// Channel returns the channel that p is, or 0.
func (p Peer) Channel() Channel {
	if p < -channelBase {
		return Channel(-channelBase - p)
	}
	return 0
}
