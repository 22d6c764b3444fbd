package people

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// maxTopPeers bounds a category.
const maxTopPeers = 100

// getTopPeers serves https://core.telegram.org/method/contacts.getTopPeers.
func (h *Handlers) getTopPeers(ctx context.Context, call *rpc.Call, in *tg.ContactsGetTopPeers) (tg.ContactsTopPeersClass, error) {
	me, err := h.users.One(ctx, call.User)
	if err != nil {
		return nil, err
	}
	if me.Settings.TopPeersOff {
		return &tg.ContactsTopPeersDisabled{}, nil
	}
	answer := &tg.ContactsTopPeers{Categories: []*tg.TopPeerCategoryPeers{}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{}}
	if h.o.Rated == nil {
		return answer, nil
	}
	list, err := h.o.Rated(ctx, call.User)
	if err != nil {
		return nil, err
	}
	var about []ids.Peer
	for _, c := range categories(in) {
		shown, who := c.of(list, int(in.Offset), int(in.Limit))
		if len(who) > 0 {
			answer.Categories, about = append(answer.Categories, shown), append(about, who...)
		}
	}
	answer.Users, answer.Chats, err = h.view.Peers(ctx, call.User, about)
	return answer, err
}

// A category is a kind of chats, in TL and as ratings have it.
type category struct {
	shown tg.TopPeerCategoryClass
	kind  string
}

// categories are those that were asked for and that chats are rated in.
func categories(in *tg.ContactsGetTopPeers) (list []category) {
	for _, c := range []struct {
		asked bool
		category
	}{
		{in.Correspondents, category{&tg.TopPeerCategoryCorrespondents{}, "users"}},
		{in.BotsPm, category{&tg.TopPeerCategoryBotsPM{}, "bots"}},
		{in.Groups, category{&tg.TopPeerCategoryGroups{}, "groups"}},
		{in.Channels, category{&tg.TopPeerCategoryChannels{}, "channels"}},
	} {
		if c.asked {
			list = append(list, c.category)
		}
	}
	return list
}

// of shows a page of the ratings of the category.
func (c category) of(list []Rating, offset, limit int) (*tg.TopPeerCategoryPeers, []ids.Peer) {
	t := &tg.TopPeerCategoryPeers{Category: c.shown, Peers: []*tg.TopPeer{}}
	var who []ids.Peer
	for _, r := range list {
		if r.Kind != c.kind {
			continue
		}
		if t.Count++; int(t.Count) <= offset || len(who) >= min(max(limit, 1), maxTopPeers) {
			continue
		}
		t.Peers, who = append(t.Peers, &tg.TopPeer{Peer: view.Peer(r.Peer), Rating: r.Rating}), append(who, r.Peer)
	}
	return t, who
}

// resetTopPeerRating serves https://core.telegram.org/method/contacts.resetTopPeerRating.
func (h *Handlers) resetTopPeerRating(ctx context.Context, call *rpc.Call, in *tg.ContactsResetTopPeerRating) (tg.Bool, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in.Peer)
	if err != nil || h.o.Unrate == nil {
		return err == nil, err
	}
	return true, h.o.Unrate(ctx, call.User, peer)
}
