package polls

import (
	"bytes"
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// Answers about the buttons of inline keyboards.
var (
	// errNoBot is answered where nobody listens behind a button. Clients show that the bot does not respond.
	errNoBot = rpc.BadRequest("BOT_RESPONSE_TIMEOUT")
	errData  = rpc.BadRequest("DATA_INVALID")
)

// getBotCallbackAnswer serves https://core.telegram.org/method/messages.getBotCallbackAnswer as far as there are bots to
// answer: it finds the button, and nobody behind it.
func (h *Handlers) getBotCallbackAnswer(ctx context.Context, call *rpc.Call, in *tg.MessagesGetBotCallbackAnswer) (*tg.MessagesBotCallbackAnswer, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	found, err := h.o.Messages.Get(ctx, call.User, peer, []ids.Message{ids.Message(in.MsgID)})
	if err != nil {
		return nil, err
	}
	m := found[ids.Message(in.MsgID)]
	switch {
	case m == nil || m.Peer != peer:
		return nil, messages.ErrNone
	case !in.Game && !hasButton(m.Markup, in.Data):
		return nil, errData
	}
	return nil, errNoBot
}

// hasButton tells whether a stored keyboard has a button with the given data.
func hasButton(stored, data []byte) bool {
	if stored == nil {
		return false
	}
	r := tl.NewReader(stored)
	keyboard, ok := tg.DecodeReplyMarkupClass(r).(*tg.ReplyInlineMarkup)
	if !ok || r.End() != nil {
		return false
	}
	for _, row := range keyboard.Rows {
		for _, b := range row.Buttons {
			if call, ok := b.Type.(*tg.InlineButtonTypeCallback); ok && bytes.Equal(call.Data, data) {
				return true
			}
		}
	}
	return false
}
