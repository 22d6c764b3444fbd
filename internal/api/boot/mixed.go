package boot

import (
	"context"
	"crypto/rand"

	"hermod/internal/api/view"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// registerMixed adds what is neither constant nor of help.*.
func (h *Handlers) registerMixed(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.getDHConfig)
	rpc.HandleEmpty(r, rpc.SignedIn, h.readPollVotes)
	rpc.HandleEmpty(r, rpc.SignedIn, h.getPeerMaxIDs)
	rpc.HandleEmpty(r, rpc.SignedIn, h.getSponsoredMessages)
	rpc.HandleEmpty(r, rpc.SignedIn, h.getPeerStories)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getGroupCallJoinAs)
}

const maxRandom = 1024 // bytes that a client may ask for

// getDHConfig serves https://core.telegram.org/method/messages.getDhConfig.
func (h *Handlers) getDHConfig(_ context.Context, _ *rpc.Call, in *tg.MessagesGetDhConfig) (tg.MessagesDhConfigClass, error) {
	if in.RandomLength < 0 || in.RandomLength > maxRandom {
		return nil, rpc.BadRequest("RANDOM_LENGTH_INVALID")
	}
	random := make([]byte, in.RandomLength)
	_, _ = rand.Read(random) // never fails
	if in.Version == h.o.DH.Version {
		return &tg.MessagesDhConfigNotModified{Random: random}, nil
	}
	return &tg.MessagesDhConfig{G: h.o.DH.G, P: h.o.DH.Prime, Version: h.o.DH.Version, Random: random}, nil
}

// readPollVotes serves https://core.telegram.org/method/messages.readPollVotes.
func (h *Handlers) readPollVotes(ctx context.Context, call *rpc.Call, _ *tg.MessagesReadPollVotes) (*tg.MessagesAffectedHistory, error) {
	pts, err := h.o.Position(ctx, call.User)
	if err != nil {
		return nil, err
	}
	return &tg.MessagesAffectedHistory{Pts: pts}, nil
}

// Layers in which an answer took its present form.
const (
	recentStoryLayer    = 217
	sponsoredEmptyLayer = 148
)

// getPeerMaxIDs serves https://core.telegram.org/method/stories.getPeerMaxIDs.
func (h *Handlers) getPeerMaxIDs(_ context.Context, call *rpc.Call, in *tg.StoriesGetPeerMaxIDs) (tl.Object, error) {
	if call.Layer < recentStoryLayer {
		return tg.IntVector(repeat(int32(0), len(in.ID))), nil
	}
	return tg.Vector[*tg.RecentStory](repeat(&tg.RecentStory{}, len(in.ID))), nil
}

// getSponsoredMessages serves https://core.telegram.org/method/messages.getSponsoredMessages.
func (h *Handlers) getSponsoredMessages(_ context.Context, call *rpc.Call, _ *tg.MessagesGetSponsoredMessages) (tl.Object, error) {
	if call.Layer < sponsoredEmptyLayer {
		return &tg.MessagesSponsoredMessages{}, nil
	}
	return &tg.MessagesSponsoredMessagesEmpty{}, nil
}

// getPeerStories serves https://core.telegram.org/method/stories.getPeerStories.
func (h *Handlers) getPeerStories(ctx context.Context, call *rpc.Call, in *tg.StoriesGetPeerStories) (*tg.StoriesPeerStories, error) {
	peer, err := h.o.Peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	answer := &tg.StoriesPeerStories{Stories: &tg.PeerStories{Peer: view.Peer(peer)}}
	if peer.User() != 0 {
		user, err := h.o.User(ctx, call.User, peer.User())
		if err != nil {
			return nil, err
		}
		answer.Users = []tg.UserClass{user}
	}
	return answer, nil
}

// getGroupCallJoinAs serves https://core.telegram.org/method/phone.getGroupCallJoinAs: everybody joins as himself.
func (h *Handlers) getGroupCallJoinAs(ctx context.Context, call *rpc.Call, _ *tg.PhoneGetGroupCallJoinAs) (*tg.PhoneJoinAsPeers, error) {
	self, err := h.o.User(ctx, call.User, call.User)
	if err != nil {
		return nil, err
	}
	return &tg.PhoneJoinAsPeers{Peers: []tg.PeerClass{view.Peer(call.User.Peer())}, Users: []tg.UserClass{self}}, nil
}
