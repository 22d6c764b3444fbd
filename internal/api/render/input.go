package render

import (
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// ReplyTo reads what is answered to; nil for nothing. It fails with messages.ErrReply for what cannot be answered here.
func (r *Renderer) ReplyTo(ctx context.Context, call *rpc.Call, in tg.InputReplyToClass) (*messages.ReplyTo, error) {
	t, ok := in.(*tg.InputReplyToMessage)
	switch {
	case in == nil:
		return nil, nil
	case !ok:
		return nil, messages.ErrReply // stories and the like
	case t.ReplyToMsgID == 0 && t.TopMsgID == nil:
		return nil, nil
	}
	to := &messages.ReplyTo{ID: ids.Message(t.ReplyToMsgID)}
	if t.TopMsgID != nil {
		to.Thread = ids.Message(*t.TopMsgID)
	}
	var err error
	if to.Peer, err = r.PeerOrNone(ctx, call, t.ReplyToPeerID); err != nil {
		return nil, err
	}
	if t.QuoteText == nil || *t.QuoteText == "" {
		return to, nil
	}
	quote, err := r.Text(ctx, call, *t.QuoteText, t.QuoteEntities)
	if err != nil {
		return nil, err
	}
	to.Quote = &quote
	if t.QuoteOffset != nil {
		to.QuoteOffset = int(*t.QuoteOffset)
	}
	return to, nil
}

// PeerOrNone resolves a peer; 0 for inputPeerEmpty and for nothing at all.
func (r *Renderer) PeerOrNone(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	if _, empty := in.(*tg.InputPeerEmpty); empty || in == nil {
		return 0, nil
	}
	return r.view.PeerFromInput(ctx, call, in)
}
