package chats

import (
	"context"
	"hermod/internal/api/render"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// filter reads what kind of messages a search is after. Those that need media find nothing yet, as do unknown ones.
func filter(in tg.MessagesFilterClass) messages.Filter {
	switch in.(type) {
	case nil, *tg.InputMessagesFilterEmpty:
		return messages.FilterAll
	case *tg.InputMessagesFilterURL:
		return messages.FilterLinks
	case *tg.InputMessagesFilterPinned:
		return messages.FilterPinned
	}
	return messages.FilterNothing
}

// search serves https://core.telegram.org/method/messages.search.
func (h *Handlers) search(ctx context.Context, call *rpc.Call, in *tg.MessagesSearch) (tg.MessagesMessagesClass, error) {
	q := messages.Query{
		By: call.User, Words: in.Q, Filter: filter(in.Filter), MinDate: render.Time(in.MinDate), MaxDate: render.Time(in.MaxDate),
		Window: messages.Window{
			OffsetID: ids.Message(in.OffsetID), AddOffset: int(in.AddOffset), Limit: int(in.Limit),
			MaxID: ids.Message(in.MaxID), MinID: ids.Message(in.MinID),
		},
	}
	var err error
	if q.Peer, err = h.chatOrNone(ctx, call, in.Peer); err != nil {
		return nil, err
	}
	from, err := h.chatOrNone(ctx, call, in.FromID)
	if err != nil {
		return nil, err
	}
	q.From = from
	if q.Saved, err = h.chatOrNone(ctx, call, in.SavedPeerID); err != nil {
		return nil, err
	}
	if len(in.SavedReaction) > 0 {
		q.Filter = messages.FilterNothing
	}
	page, err := h.messages.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	return h.render.Page(ctx, call.User, page, in.Hash, q.Peer)
}

// searchGlobal serves https://core.telegram.org/method/messages.searchGlobal. The numbers of all private chats of a
// person are one sequence, so the last number of a page is where the next begins: it is the rate as well, which
// Web A and Web K want to see move.
func (h *Handlers) searchGlobal(ctx context.Context, call *rpc.Call, in *tg.MessagesSearchGlobal) (tg.MessagesMessagesClass, error) {
	q := messages.Query{
		By: call.User, Words: in.Q, Filter: filter(in.Filter), MinDate: render.Time(in.MinDate), MaxDate: render.Time(in.MaxDate),
		NotPeers: (in.BroadcastsOnly || in.GroupsOnly) && !in.UsersOnly || in.Community != nil,
		Window:   messages.Window{OffsetID: ids.Message(in.OffsetID), Limit: int(in.Limit)},
	}
	if in.OffsetRate > 0 && (in.OffsetID == 0 || in.OffsetRate < in.OffsetID) {
		q.Window.OffsetID = ids.Message(in.OffsetRate)
	}
	if in.FolderID != nil {
		q.Folder = new(int(*in.FolderID))
	}
	page, err := h.messages.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	above := page.Above
	page.Above = 0
	answer, err := h.render.Page(ctx, call.User, page, 0)
	slice, ok := answer.(*tg.MessagesMessagesSlice)
	if n := len(page.Messages); ok && n > 0 && above+n < page.Total {
		slice.NextRate = new(int32(page.Messages[n-1].ID))
	}
	return answer, err
}

// maxCounters bounds how many filters are counted in one call.
const maxCounters = 32

// getSearchCounters serves https://core.telegram.org/method/messages.getSearchCounters.
func (h *Handlers) getSearchCounters(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSearchCounters) (tg.Vector[*tg.MessagesSearchCounter], error) {
	q := messages.Query{By: call.User}
	var err error
	if q.Peer, err = h.chat(ctx, call, in.Peer); err != nil {
		return nil, err
	}
	if q.Saved, err = h.chatOrNone(ctx, call, in.SavedPeerID); err != nil {
		return nil, err
	}
	if len(in.Filters) > maxCounters {
		return nil, messages.ErrTooMany
	}
	all := tg.Vector[*tg.MessagesSearchCounter]{}
	for _, f := range in.Filters {
		q.Filter = filter(f)
		n, err := h.messages.Count(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, &tg.MessagesSearchCounter{Filter: f, Count: int32(n)})
	}
	return all, nil
}

// searchSentMedia serves https://core.telegram.org/method/messages.searchSentMedia.
func (h *Handlers) searchSentMedia(context.Context, *rpc.Call, *tg.MessagesSearchSentMedia) (tg.MessagesMessagesClass, error) {
	return render.NoMessages(), nil
}
