// Package search serves the finding of messages, in one chat and in all, and the counting of what there is of each kind.
//
// Handlers resolve, call the domain and shape the answer; the rules are in domain/messages.
package search

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Options are what the handlers work with.
type Options struct {
	Messages *messages.Service
	Channels *channels.Service // nil: there are none
	View     *view.View
	Render   *render.Renderer
}

// Handlers serve the methods. Safe for concurrent use.
type Handlers struct{ o Options }

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.UserOnly, h.search)
	rpc.Handle(r, rpc.UserOnly, h.searchGlobal)
	rpc.Handle(r, rpc.UserOnly, h.getSearchCounters)
	rpc.Handle(r, rpc.UserOnly, h.getSearchResultsCalendar)
	rpc.Handle(r, rpc.UserOnly, h.getSearchResultsPositions)
	rpc.Handle(r, rpc.UserOnly, h.searchSentMedia)
	rpc.Handle(r, rpc.UserOnly, h.searchPosts)
	rpc.Handle(r, rpc.UserOnly, h.checkSearchPostsFlood)
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{}

var (
	errPeer  = rpc.BadRequest("PEER_ID_INVALID")
	errQuery = rpc.BadRequest("SEARCH_QUERY_EMPTY")
)

// peer resolves a peer, and looks whether the caller may see it where that is a channel.
func (h *Handlers) peer(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	p, err := h.o.View.PeerFromInput(ctx, call, in)
	if err != nil || p.Channel() == 0 {
		return p, err
	}
	if h.o.Channels == nil {
		return 0, errPeer
	}
	_, err = h.o.Channels.See(ctx, call.User, p.Channel())
	return p, err
}

// peerOrNone is peer, but 0 for inputPeerEmpty.
func (h *Handlers) peerOrNone(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	if _, empty := in.(*tg.InputPeerEmpty); empty || in == nil {
		return 0, nil
	}
	return h.peer(ctx, call, in)
}

// kinds are the kinds of media that filters stand for.
// Spec: https://core.telegram.org/type/MessagesFilter
func kinds(in tg.MessagesFilterClass) []media.Kind {
	switch in.(type) {
	case *tg.InputMessagesFilterPhotos:
		return []media.Kind{media.Photo}
	case *tg.InputMessagesFilterVideo:
		return []media.Kind{media.Video}
	case *tg.InputMessagesFilterPhotoVideo:
		return []media.Kind{media.Photo, media.Video}
	case *tg.InputMessagesFilterDocument:
		return []media.Kind{media.Document}
	case *tg.InputMessagesFilterGif:
		return []media.Kind{media.GIF}
	case *tg.InputMessagesFilterVoice:
		return []media.Kind{media.Voice}
	case *tg.InputMessagesFilterMusic:
		return []media.Kind{media.Music}
	case *tg.InputMessagesFilterRoundVoice:
		return []media.Kind{media.Voice, media.Round}
	case *tg.InputMessagesFilterRoundVideo:
		return []media.Kind{media.Round}
	case *tg.InputMessagesFilterChatPhotos:
		return []media.Kind{media.ChatPhoto}
	case *tg.InputMessagesFilterGeo:
		return []media.Kind{media.Geo, media.LiveGeo, media.Venue}
	case *tg.InputMessagesFilterContacts:
		return []media.Kind{media.Contact}
	case *tg.InputMessagesFilterPoll:
		return []media.Kind{media.Poll}
	}
	return nil
}

// wanted reads what kind of messages a search is after, into q. Unknown kinds find nothing.
func wanted(q *messages.Query, in tg.MessagesFilterClass) {
	q.Filter, q.Media = messages.FilterNothing, nil
	switch in.(type) {
	case nil, *tg.InputMessagesFilterEmpty:
		q.Filter = messages.FilterAll
	case *tg.InputMessagesFilterURL:
		q.Filter = messages.FilterLinks
	case *tg.InputMessagesFilterPinned:
		q.Filter = messages.FilterPinned
	case *tg.InputMessagesFilterMyMentions:
		q.Filter = messages.FilterMentions
	default:
		if q.Media = kinds(in); q.Media != nil {
			q.Filter = messages.FilterMedia
		}
	}
}

// search serves https://core.telegram.org/method/messages.search.
func (h *Handlers) search(ctx context.Context, call *rpc.Call, in *tg.MessagesSearch) (tg.MessagesMessagesClass, error) {
	q := messages.Query{
		By: call.User, Words: in.Q, MinDate: render.Time(in.MinDate), MaxDate: render.Time(in.MaxDate),
		Window: messages.Window{
			OffsetID: ids.Message(in.OffsetID), AddOffset: int(in.AddOffset), Limit: int(in.Limit),
			MaxID: ids.Message(in.MaxID), MinID: ids.Message(in.MinID),
		},
	}
	wanted(&q, in.Filter)
	if err := h.scope(ctx, call, &q, in); err != nil {
		return nil, err
	}
	page, err := h.o.Messages.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	return h.o.Render.Page(ctx, call.User, page, in.Hash, q.Peer)
}

// scope reads where a search looks, and for whose messages.
func (h *Handlers) scope(ctx context.Context, call *rpc.Call, q *messages.Query, in *tg.MessagesSearch) (err error) {
	if q.Peer, err = h.peerOrNone(ctx, call, in.Peer); err != nil {
		return err
	}
	if from := in.FromID; from != nil {
		if _, empty := from.(*tg.InputPeerEmpty); !empty {
			q.From, err = h.o.View.PeerFromInput(ctx, call, from) // an author need not be open to the caller
		}
	}
	if err != nil {
		return err
	}
	if in.TopMsgID != nil {
		q.Thread = ids.Message(*in.TopMsgID)
	}
	if in.SavedPeerID != nil {
		if q.Saved, err = h.o.View.PeerFromInput(ctx, call, in.SavedPeerID); err != nil {
			return err
		}
	}
	return tags(q, in.SavedReaction)
}

// maxTags bounds by how many tags one search goes.
const maxTags = 10

// tags makes a search be after saved messages that are tagged with all of some reactions.
func tags(q *messages.Query, in []tg.ReactionClass) error {
	if len(in) > maxTags {
		return messages.ErrTooMany
	}
	for _, one := range in {
		switch one := one.(type) {
		case *tg.ReactionEmoji:
			q.Tags = append(q.Tags, messages.Reaction(one.Emoticon))
		case *tg.ReactionCustomEmoji:
			q.Tags = append(q.Tags, messages.CustomReaction(one.DocumentID))
		default:
			return rpc.BadRequest("REACTION_INVALID")
		}
	}
	return nil
}

// maxCounters bounds how many filters are counted in one call.
const maxCounters = 32

// getSearchCounters serves https://core.telegram.org/method/messages.getSearchCounters.
func (h *Handlers) getSearchCounters(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSearchCounters) (tg.Vector[*tg.MessagesSearchCounter], error) {
	q := messages.Query{By: call.User}
	var err error
	if q.Peer, err = h.peer(ctx, call, in.Peer); err != nil {
		return nil, err
	}
	if in.SavedPeerID != nil {
		if q.Saved, err = h.o.View.PeerFromInput(ctx, call, in.SavedPeerID); err != nil {
			return nil, err
		}
	}
	if in.TopMsgID != nil {
		q.Thread = ids.Message(*in.TopMsgID)
	}
	if len(in.Filters) > maxCounters {
		return nil, messages.ErrTooMany
	}
	all := tg.Vector[*tg.MessagesSearchCounter]{}
	for _, f := range in.Filters {
		wanted(&q, f)
		n, exact, err := h.o.Messages.Count(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, &tg.MessagesSearchCounter{Filter: f, Count: int32(n), Inexact: !exact})
	}
	return all, nil
}

// searchSentMedia serves https://core.telegram.org/method/messages.searchSentMedia: what the caller has sent himself.
func (h *Handlers) searchSentMedia(ctx context.Context, call *rpc.Call, in *tg.MessagesSearchSentMedia) (tg.MessagesMessagesClass, error) {
	q := messages.Query{
		By: call.User, From: call.User.Peer(), Words: in.Q, Filter: messages.FilterMedia, Media: kinds(in.Filter),
		Window: messages.Window{Limit: int(in.Limit)},
	}
	if q.Media == nil {
		return render.NoMessages(), nil
	}
	page, err := h.o.Messages.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	page.Above, page.Whole = 0, true // there is no next page to ask for
	return h.o.Render.Page(ctx, call.User, page, 0)
}
