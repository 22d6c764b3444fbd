package search

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// kindIn reads of which kind of messages in which chat something is asked.
func (h *Handlers) kindIn(ctx context.Context, call *rpc.Call, peer, saved tg.InputPeerClass, filter tg.MessagesFilterClass) (q messages.Query, err error) {
	q.By = call.User
	wanted(&q, filter)
	if q.Filter == messages.FilterAll {
		return q, rpc.BadRequest("FILTER_NOT_SUPPORTED")
	}
	if q.Peer, err = h.peer(ctx, call, peer); err != nil {
		return q, err
	}
	if saved != nil {
		q.Saved, err = h.o.View.PeerFromInput(ctx, call, saved)
	}
	return q, err
}

// getSearchResultsCalendar serves https://core.telegram.org/method/messages.getSearchResultsCalendar.
func (h *Handlers) getSearchResultsCalendar(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSearchResultsCalendar) (*tg.MessagesSearchResultsCalendar, error) {
	q, err := h.kindIn(ctx, call, in.Peer, in.SavedPeerID, in.Filter)
	if err != nil {
		return nil, err
	}
	q.Window.OffsetID, q.Window.OffsetDate = ids.Message(in.OffsetID), render.Time(in.OffsetDate)
	c, err := h.o.Messages.Calendar(ctx, q)
	if err != nil {
		return nil, err
	}
	t := &tg.MessagesSearchResultsCalendar{
		Inexact: !c.Exact, Count: int32(c.Count), MinDate: render.Unix(c.MinDate), MinMsgID: int32(c.MinID),
		Periods: []*tg.SearchResultsCalendarPeriod{},
	}
	if in.OffsetID > 0 {
		t.OffsetIDOffset = new(int32(c.Above))
	}
	for _, d := range c.Days {
		t.Periods = append(t.Periods, &tg.SearchResultsCalendarPeriod{
			Date: render.Unix(d.Date), MinMsgID: int32(d.MinID), MaxMsgID: int32(d.MaxID), Count: int32(d.Count),
		})
	}
	shown, about, err := h.o.Render.Messages(ctx, call.User, c.Messages)
	if err != nil {
		return nil, err
	}
	t.Messages = shown
	t.Users, t.Chats, err = h.o.Render.Peers(ctx, call.User, append(about, q.Peer))
	return t, err
}

// getSearchResultsPositions serves https://core.telegram.org/method/messages.getSearchResultsPositions.
func (h *Handlers) getSearchResultsPositions(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSearchResultsPositions) (*tg.MessagesSearchResultsPositions, error) {
	q, err := h.kindIn(ctx, call, in.Peer, in.SavedPeerID, in.Filter)
	if err != nil {
		return nil, err
	}
	q.Window.OffsetID, q.Window.Limit = ids.Message(in.OffsetID), int(in.Limit)
	list, count, err := h.o.Messages.Positions(ctx, q)
	if err != nil {
		return nil, err
	}
	t := &tg.MessagesSearchResultsPositions{Count: int32(count), Positions: []*tg.SearchResultPosition{}}
	for _, p := range list {
		t.Positions = append(t.Positions, &tg.SearchResultPosition{MsgID: int32(p.ID), Date: render.Unix(p.Date), Offset: int32(p.Place)})
	}
	return t, nil
}
