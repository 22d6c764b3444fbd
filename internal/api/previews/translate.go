package previews

import (
	"context"

	"hermod/internal/domain/text"
	"hermod/internal/domain/translate"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

var errNoMessage = rpc.BadRequest("MSG_ID_INVALID")

// translateText serves https://core.telegram.org/method/messages.translateText: of messages, or of texts.
func (h *Handlers) translateText(ctx context.Context, call *rpc.Call, in *tg.MessagesTranslateText) (*tg.MessagesTranslateResult, error) {
	if !h.o.Translate.On() {
		return nil, translate.ErrOff
	}
	texts, err := h.toTranslate(ctx, call, in)
	if err != nil {
		return nil, err
	}
	done, err := h.o.Translate.Text(ctx, texts, in.ToLang)
	if err != nil {
		return nil, err
	}
	answer := &tg.MessagesTranslateResult{Result: make([]*tg.TextWithEntities, len(done))}
	for i, t := range done {
		answer.Result[i] = &tg.TextWithEntities{Text: t.String, Entities: h.entities(t)}
	}
	return answer, nil
}

func (h *Handlers) entities(t text.Text) []tg.MessageEntityClass {
	if shown := h.o.Entities(t.Entities); shown != nil {
		return shown
	}
	return []tg.MessageEntityClass{}
}

// toTranslate fails with 400 MSG_ID_INVALID, PEER_ID_INVALID or INPUT_TEXT_TOO_LONG.
func (h *Handlers) toTranslate(ctx context.Context, call *rpc.Call, in *tg.MessagesTranslateText) ([]text.Text, error) {
	if len(in.ID) > translate.MaxTexts || len(in.Text) > translate.MaxTexts {
		return nil, translate.ErrTooLong
	}
	if in.Peer == nil {
		texts := make([]text.Text, 0, len(in.Text))
		for _, t := range in.Text {
			texts = append(texts, text.Text{String: t.Text})
		}
		return texts, nil
	}
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	found, err := h.o.Messages.Get(ctx, call.User, peer, messageIDs(in.ID))
	if err != nil {
		return nil, err
	}
	texts := make([]text.Text, 0, len(in.ID))
	for _, id := range messageIDs(in.ID) {
		m := found[id]
		if m == nil {
			return nil, errNoMessage
		}
		texts = append(texts, m.Text)
	}
	return texts, nil
}

// togglePeerTranslations serves https://core.telegram.org/method/messages.togglePeerTranslations.
func (h *Handlers) togglePeerTranslations(ctx context.Context, call *rpc.Call, in *tg.MessagesTogglePeerTranslations) (tg.Bool, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	return true, h.o.Translate.SetHidden(ctx, call.User, peer, in.Disabled)
}
