package secretchats

import (
	"context"
	"errors"

	"hermod/internal/api/render"
	"hermod/internal/domain/reports"
	"hermod/internal/domain/secretchats"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// requestEncryption serves https://core.telegram.org/method/messages.requestEncryption. The random id is the id of the chat.
func (h *Handlers) requestEncryption(ctx context.Context, call *rpc.Call, in *tg.MessagesRequestEncryption) (tg.EncryptedChatClass, error) {
	to, err := h.view.UserFromInput(ctx, call, in.UserID)
	if err != nil {
		return nil, err
	}
	if in.RandomID == 0 {
		return nil, errRandomID
	}
	c, err := h.secret.Request(ctx, side(call), to, in.RandomID, in.GA)
	if err != nil {
		return nil, err
	}
	return h.shown(c, call.Key), nil
}

// acceptEncryption serves https://core.telegram.org/method/messages.acceptEncryption.
func (h *Handlers) acceptEncryption(ctx context.Context, call *rpc.Call, in *tg.MessagesAcceptEncryption) (tg.EncryptedChatClass, error) {
	id, err := h.chat(call, in.Peer)
	if err != nil {
		return nil, err
	}
	c, err := h.secret.Accept(ctx, side(call), id, in.GB, in.KeyFingerprint)
	if err != nil {
		return nil, err
	}
	return h.shown(c, call.Key), nil
}

// discardEncryption serves https://core.telegram.org/method/messages.discardEncryption.
func (h *Handlers) discardEncryption(ctx context.Context, call *rpc.Call, in *tg.MessagesDiscardEncryption) (tg.Bool, error) {
	if in.ChatID == 0 {
		return false, errNoChat
	}
	err := h.secret.Discard(ctx, side(call), in.ChatID, in.DeleteHistory)
	if errors.Is(err, secretchats.ErrChat) {
		err = errEncryption
	}
	return err == nil, err
}

// sendEncrypted serves https://core.telegram.org/method/messages.sendEncrypted.
func (h *Handlers) sendEncrypted(ctx context.Context, call *rpc.Call, in *tg.MessagesSendEncrypted) (tg.MessagesSentEncryptedMessageClass, error) {
	return h.send(ctx, call, in.Peer, secretchats.Message{RandomID: in.RandomID, Data: in.Data}, incoming{})
}

// sendEncryptedService serves https://core.telegram.org/method/messages.sendEncryptedService.
func (h *Handlers) sendEncryptedService(
	ctx context.Context, call *rpc.Call, in *tg.MessagesSendEncryptedService,
) (tg.MessagesSentEncryptedMessageClass, error) {
	sent, err := h.send(ctx, call, in.Peer, secretchats.Message{RandomID: in.RandomID, Data: in.Data, Service: true}, incoming{})
	switch {
	case errors.Is(err, secretchats.ErrChat), errors.Is(err, errChat):
		err = errEncryption
	case errors.Is(err, users.ErrDeleted):
		err = errGone
	}
	return sent, err
}

func (h *Handlers) send(
	ctx context.Context, call *rpc.Call, peer *tg.InputEncryptedChat, m secretchats.Message, file incoming,
) (_ tg.MessagesSentEncryptedMessageClass, err error) {
	if m.Chat, err = h.chat(call, peer); err != nil {
		return nil, err
	}
	if m.RandomID == 0 {
		return nil, errRandomID
	}
	var sent secretchats.Sent
	if file.upload != nil {
		sent, err = h.secret.SendUploaded(ctx, side(call), m, *file.upload, file.fingerprint)
	} else {
		sent, err = h.secret.Send(ctx, side(call), m)
	}
	if err != nil {
		return nil, err
	}
	if sent.File != nil {
		return &tg.MessagesSentEncryptedFile{Date: render.Unix(sent.At), File: h.file(call.User, call.Key, sent.File)}, nil
	}
	return &tg.MessagesSentEncryptedMessage{Date: render.Unix(sent.At)}, nil
}

// setEncryptedTyping serves https://core.telegram.org/method/messages.setEncryptedTyping. There is no update that says
// that somebody has stopped: clients let it time out.
func (h *Handlers) setEncryptedTyping(ctx context.Context, call *rpc.Call, in *tg.MessagesSetEncryptedTyping) (tg.Bool, error) {
	id, err := h.chat(call, in.Peer)
	if err != nil {
		return false, err
	}
	if !in.Typing {
		_, err = h.secret.Check(ctx, side(call), id)
		return err == nil, err
	}
	err = h.secret.Type(ctx, side(call), id)
	return err == nil, err
}

// readEncryptedHistory serves https://core.telegram.org/method/messages.readEncryptedHistory.
func (h *Handlers) readEncryptedHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesReadEncryptedHistory) (tg.Bool, error) {
	id, err := h.chat(call, in.Peer)
	if err != nil {
		return false, err
	}
	if in.MaxDate < 0 {
		return false, rpc.BadRequest("MAX_DATE_INVALID")
	}
	err = h.secret.Read(ctx, side(call), id, render.Time(in.MaxDate))
	return err == nil, err
}

// receivedQueue serves https://core.telegram.org/method/messages.receivedQueue.
func (h *Handlers) receivedQueue(ctx context.Context, call *rpc.Call, in *tg.MessagesReceivedQueue) (tg.LongVector, error) {
	random, err := h.secret.Received(ctx, call.Key, in.MaxQts)
	if err != nil {
		return nil, err
	}
	return append(tg.LongVector{}, random...), nil
}

// reportEncryptedSpam serves https://core.telegram.org/method/messages.reportEncryptedSpam. There is nothing in the report
// but who complains about whom.
func (h *Handlers) reportEncryptedSpam(ctx context.Context, call *rpc.Call, in *tg.MessagesReportEncryptedSpam) (tg.Bool, error) {
	id, err := h.chat(call, in.Peer)
	if err != nil {
		return false, err
	}
	c, err := h.secret.Find(ctx, call.User, id)
	if err == nil && (c.Peer == 0 || c.For(call.Key) == secretchats.Unseen) {
		err = secretchats.ErrChat
	}
	if err != nil {
		return false, err
	}
	err = h.o.Reports.Add(ctx, reports.Report{Reporter: call.User, Peer: c.Peer.Peer(), Reason: "spam", Comment: "in a secret chat"})
	return err == nil, err
}
