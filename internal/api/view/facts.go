package view

import (
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/tl/tg"
)

// ChatFacts is what the page about a group or channel says of the viewer's own side of it.
type ChatFacts struct {
	Notify        *tg.PeerNotifySettings
	PinnedMessage ids.Message
	Folder        int32
	Scheduled     bool
	Untranslated  bool // translations are not offered here
	ReadInbox     ids.Message
	ReadOutbox    ids.Message
	Unread        int32
}

// Facts looks ChatFacts up.
type Facts func(ctx context.Context, owner ids.User, peer ids.Peer) (ChatFacts, error)

// Of is f, also for a nil Facts, and with settings where there are none: clients insist on them.
func (f Facts) Of(ctx context.Context, owner ids.User, peer ids.Peer) (facts ChatFacts, err error) {
	if f != nil {
		facts, err = f(ctx, owner, peer)
	}
	if facts.Notify == nil {
		facts.Notify = &tg.PeerNotifySettings{}
	}
	return facts, err
}
