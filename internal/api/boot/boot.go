// Package boot serves what every client asks for before anything else: the configuration, countries, language
// packs, and the long list of things that do not exist here yet, each answered by the valid way to say "none".
//
// It keeps nothing: all answers come from the options, from embedded files and from the clock.
package boot

import (
	"context"
	"io/fs"
	"net/netip"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Options say what clients are told about the server.
type Options struct {
	DC   int32  // the DC number for callers of whom none is known
	Name string // of the installation
	// Addresses returns where clients are to connect; call says who asks.
	Addresses func(call *rpc.Call) []netip.AddrPort
	// LinkPrefix begins the links to people here, such as "https://chat.example.org/".
	LinkPrefix string
	// DH is the group for secret chats and calls.
	DH DHGroup
	// User returns u as viewer sees it.
	User func(ctx context.Context, viewer, u ids.User) (tg.UserClass, error)
	// Peer resolves what call names; it checks the access hash.
	Peer func(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error)
	// Position returns the pts of a user's log.
	Position func(ctx context.Context, u ids.User) (int32, error)
	// Reaction returns the emoji that u reacts with by a double tap; nil: nobody reacts.
	Reaction func(ctx context.Context, u ids.User) (string, error)
	// WebWords are the words of our own web client: a folder for each language; nil: none.
	WebWords fs.FS
}

// A DHGroup is a prime and its generator.
type DHGroup struct {
	G       int32
	Prime   []byte // big-endian
	Version int32
}

// Handlers serve help.*, langpack.* and the valid empty answers.
type Handlers struct {
	o         Options
	app       appConfig
	countries *countries
	packs     packs
	webPacks  packs
	now       func() time.Time
}

// New reads the embedded files. It fails if one of them is faulty.
func New(o Options) (*Handlers, error) {
	app, err := loadAppConfig()
	if err != nil {
		return nil, err
	}
	packs, err := loadPacks()
	if err != nil {
		return nil, err
	}
	h := &Handlers{o: o, app: app, countries: newCountries(), packs: packs, now: time.Now}
	if o.WebWords != nil {
		if h.webPacks, err = loadWebPacks(o.WebWords); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// Register adds the handlers to r.
func (h *Handlers) Register(r *rpc.Router) {
	h.registerConfig(r)
	h.registerLangPack(r)
	h.registerHelp(r)
	h.registerMixed(r)
	emptyAccount(r)
	emptyCalls(r)
	emptyMessages(r)
	emptyPayments(r)
	emptyPeople(r)
	emptyStickers(r)
	emptyStories(r)
}

// in returns the time after d, as clients read times.
func (h *Handlers) in(d time.Duration) int32 { return int32(h.now().Add(d).Unix()) }
