package chats

import (
	"context"
	"errors"
	"fmt"

	"hermod/internal/api/render"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerSending(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.sendMessage)
	rpc.Handle(r, rpc.SignedIn, h.sendMedia)
	rpc.Handle(r, rpc.SignedIn, h.sendMultiMedia)
	rpc.Handle(r, rpc.SignedIn, h.uploadMedia)
	rpc.Handle(r, rpc.SignedIn, h.getDocumentByHash)
	rpc.Handle(r, rpc.SignedIn, h.editMessage)
	rpc.Handle(r, rpc.SignedIn, h.forwardMessages)
	rpc.Handle(r, rpc.SignedIn, h.setTyping)
	rpc.Handle(r, rpc.UserOnly, h.sendScreenshotNotification)
}

// sendMessage serves https://core.telegram.org/method/messages.sendMessage.
//
// The answer is always a full "updates": it is the one form that every client takes, and it carries the links and
// mentions that the server has found.
func (h *Handlers) sendMessage(ctx context.Context, call *rpc.Call, in *tg.MessagesSendMessage) (tg.UpdatesClass, error) {
	req, err := h.request(ctx, call, outgoing{
		peer: in.Peer, as: in.SendAs, reply: in.ReplyTo, text: in.Message, entities: in.Entities, randomID: in.RandomID,
		markup: in.ReplyMarkup, shortcut: in.QuickReplyShortcut,
		flags: flags(in.Silent, in.Noforwards, in.InvertMedia, in.NoWebpage), clearDraft: in.ClearDraft,
	})
	if err != nil {
		return nil, err
	}
	return h.send(ctx, call, in.ScheduleDate, req)
}

// sendMedia serves https://core.telegram.org/method/messages.sendMedia.
func (h *Handlers) sendMedia(ctx context.Context, call *rpc.Call, in *tg.MessagesSendMedia) (tg.UpdatesClass, error) {
	if in.ScheduleDate == nil {
		if answer, err := h.sentBefore(ctx, call, in.Peer, in.RandomID); answer != nil || err != nil {
			return answer, err
		}
	}
	req, err := h.request(ctx, call, outgoing{
		peer: in.Peer, as: in.SendAs, reply: in.ReplyTo, text: in.Message, entities: in.Entities, randomID: in.RandomID,
		media: in.Media, markup: in.ReplyMarkup, shortcut: in.QuickReplyShortcut,
		flags: flags(in.Silent, in.Noforwards, in.InvertMedia, false), clearDraft: in.ClearDraft,
	})
	if err != nil {
		return nil, err
	}
	answer, err := h.send(ctx, call, in.ScheduleDate, req)
	if err == nil && in.UpdateStickersetsOrder && media.KindOf(req.Media) == media.Sticker && h.o.ToTop != nil {
		err = h.o.ToTop(ctx, call.User, req.Media.File.ID)
	}
	return answer, err
}

// maxAlbum is how many messages make an album.
const maxAlbum = 10

// sendMultiMedia serves https://core.telegram.org/method/messages.sendMultiMedia. The messages are stored together, or none
// of them.
func (h *Handlers) sendMultiMedia(ctx context.Context, call *rpc.Call, in *tg.MessagesSendMultiMedia) (tg.UpdatesClass, error) {
	if len(in.MultiMedia) == 0 || len(in.MultiMedia) > maxAlbum {
		return nil, errAlbum
	}
	random := make([]int64, len(in.MultiMedia))
	for i, m := range in.MultiMedia {
		random[i] = m.RandomID
	}
	if in.ScheduleDate == nil {
		if answer, err := h.sentBefore(ctx, call, in.Peer, random...); answer != nil || err != nil {
			return answer, err
		}
	}
	reqs, err := h.album(ctx, call, in)
	if err != nil {
		return nil, err
	}
	return h.send(ctx, call, in.ScheduleDate, reqs...)
}

// sentBefore answers a call that is repeated: what it uploads may be gone since. It is nil for a new one.
func (h *Handlers) sentBefore(ctx context.Context, call *rpc.Call, in tg.InputPeerClass, random ...int64) (tg.UpdatesClass, error) {
	to, err := h.peer(ctx, call, in)
	if err != nil {
		return nil, err
	}
	sent, err := h.messages.SentBefore(ctx, call.User, to, random...)
	if err != nil || sent == nil {
		return nil, err
	}
	return h.render.Sent(ctx, call.User, sent...)
}

// album reads the messages of an album. An error about a file tells of which one.
func (h *Handlers) album(ctx context.Context, call *rpc.Call, in *tg.MessagesSendMultiMedia) ([]messages.SendRequest, error) {
	group := newGroupID()
	reqs := make([]messages.SendRequest, 0, len(in.MultiMedia))
	all := make([]*media.Media, 0, len(in.MultiMedia))
	for i, m := range in.MultiMedia {
		req, err := h.request(ctx, call, outgoing{
			peer: in.Peer, as: in.SendAs, reply: in.ReplyTo, text: m.Message, entities: m.Entities, randomID: m.RandomID,
			media: m.Media, shortcut: in.QuickReplyShortcut,
			flags: flags(in.Silent, in.Noforwards, in.InvertMedia, false), clearDraft: in.ClearDraft && i == 0,
		})
		if err != nil {
			return nil, inAlbum(err, i)
		}
		if len(in.MultiMedia) > 1 {
			req.GroupedID = group
		}
		reqs, all = append(reqs, req), append(all, req.Media)
	}
	return reqs, media.CheckAlbum(all...)
}

// getDocumentByHash serves https://core.telegram.org/method/messages.getDocumentByHash. It finds nothing: who could ask by a
// hash would learn whether somebody else has a file.
func (h *Handlers) getDocumentByHash(context.Context, *rpc.Call, *tg.MessagesGetDocumentByHash) (tg.DocumentClass, error) {
	return &tg.DocumentEmpty{}, nil
}

// inAlbum is err with the place of the medium that it is about, where that is told.
// Spec: https://core.telegram.org/api/file_reference
func inAlbum(err error, place int) error {
	for sentinel, end := range map[error]string{files.ErrRefExpired: "EXPIRED", files.ErrRefInvalid: "INVALID"} {
		if errors.Is(err, sentinel) {
			return rpc.BadRequest(fmt.Sprintf("FILE_REFERENCE_%d_%s", place, end))
		}
	}
	return err
}

// uploadMedia serves https://core.telegram.org/method/messages.uploadMedia.
func (h *Handlers) uploadMedia(ctx context.Context, call *rpc.Call, in *tg.MessagesUploadMedia) (tg.MessageMediaClass, error) {
	if in.BusinessConnectionID != nil {
		return nil, errBusiness
	}
	if _, err := h.peer(ctx, call, in.Peer); err != nil {
		return nil, err
	}
	if h.o.MediaFrom == nil || h.o.MediaTo == nil {
		return nil, errMedia
	}
	m, err := h.o.MediaFrom(ctx, call, in.Media)
	if err != nil {
		return nil, err
	}
	if len(m.Files()) == 0 {
		return nil, errMedia
	}
	shown, _, err := h.o.MediaTo(ctx, call.User, m)
	return shown, err
}

// outgoing is what the methods that send have in common.
type outgoing struct {
	peer, as   tg.InputPeerClass
	reply      tg.InputReplyToClass
	text       string
	entities   []tg.MessageEntityClass
	media      tg.InputMediaClass
	markup     tg.ReplyMarkupClass
	randomID   int64
	shortcut   tg.InputQuickReplyShortcutClass
	flags      messages.Flags
	clearDraft bool
}

// request reads a message to be sent.
func (h *Handlers) request(ctx context.Context, call *rpc.Call, in outgoing) (req messages.SendRequest, err error) {
	switch {
	case in.shortcut != nil: // it is to be kept for later, and must not go out now
		return req, errShortcut
	case in.randomID == 0:
		return req, errRandomID
	}
	req = messages.SendRequest{From: call.User, RandomID: in.randomID, Flags: in.flags, ClearDraft: in.clearDraft}
	if req.To, err = h.peer(ctx, call, in.peer); err != nil {
		return req, err
	}
	if req.As, err = h.sendAs(ctx, call, in.as); err != nil {
		return req, err
	}
	if call.Bot {
		req.Markup = render.Markup(in.markup)
	}
	if req.Text, err = h.render.Text(ctx, call, in.text, in.entities); err != nil {
		return req, err
	}
	if req.Reply, err = h.render.ReplyTo(ctx, call, in.reply); err != nil {
		return req, err
	}
	if in.media != nil {
		if h.o.MediaFrom == nil {
			return req, errMedia
		}
		req.Media, err = h.o.MediaFrom(ctx, call, in.media)
	}
	return req, err
}

// sendAs reads who shall show as the author; 0 for the sender himself.
func (h *Handlers) sendAs(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	as, err := h.render.PeerOrNone(ctx, call, in)
	switch {
	case err != nil:
		return 0, err
	case as == call.User.Peer():
		return 0, nil
	case as != 0 && as.Channel() == 0:
		return 0, errSendAs
	}
	return as, nil
}

// send sends now, or keeps for later what has a date. Without something that keeps it, that is refused.
func (h *Handlers) send(ctx context.Context, call *rpc.Call, at *int32, reqs ...messages.SendRequest) (tg.UpdatesClass, error) {
	if at != nil {
		if h.o.Schedule == nil {
			return nil, errScheduled
		}
		return h.o.Schedule(ctx, call, *at, reqs)
	}
	var sent []messages.Sent
	var err error
	if len(reqs) == 1 {
		sent = make([]messages.Sent, 1)
		sent[0], err = h.messages.Send(ctx, reqs[0])
	} else {
		sent, err = h.messages.SendMany(ctx, reqs)
	}
	if err != nil {
		return nil, err
	}
	return h.render.Sent(ctx, call.User, sent...)
}

// flags are those that a sender chooses.
func flags(silent, noForwards, invertMedia, noWebpage bool) messages.Flags {
	return on(messages.Silent, silent) | on(messages.NoForwards, noForwards) |
		on(messages.InvertMedia, invertMedia) | on(messages.NoWebpage, noWebpage)
}

func on(f messages.Flags, set bool) messages.Flags {
	if set {
		return f
	}
	return 0
}

// forwardMessages serves https://core.telegram.org/method/messages.forwardMessages.
func (h *Handlers) forwardMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesForwardMessages) (tg.UpdatesClass, error) {
	if in.QuickReplyShortcut != nil {
		return nil, errShortcut
	}
	req := messages.ForwardRequest{
		From: call.User, IDs: messageIDs(in.ID), RandomIDs: in.RandomID, DropAuthor: in.DropAuthor,
		DropCaptions: in.DropMediaCaptions, Flags: flags(in.Silent, in.Noforwards, false, false),
	}
	var err error
	if req.Source, err = h.render.PeerOrNone(ctx, call, in.FromPeer); err != nil {
		return nil, err
	}
	if req.To, err = h.peer(ctx, call, in.ToPeer); err != nil {
		return nil, err
	}
	if req.As, err = h.sendAs(ctx, call, in.SendAs); err != nil {
		return nil, err
	}
	if req.Reply, err = h.render.ReplyTo(ctx, call, in.ReplyTo); err != nil {
		return nil, err
	}
	if in.TopMsgID != nil {
		if req.Reply == nil {
			req.Reply = &messages.ReplyTo{}
		}
		req.Reply.Thread = ids.Message(*in.TopMsgID)
	}
	return h.forward(ctx, call, in.ScheduleDate, req)
}

func (h *Handlers) forward(ctx context.Context, call *rpc.Call, at *int32, req messages.ForwardRequest) (tg.UpdatesClass, error) {
	if at != nil {
		if h.o.ScheduleForward == nil {
			return nil, errScheduled
		}
		return h.o.ScheduleForward(ctx, call, *at, req)
	}
	all, err := h.messages.Forward(ctx, req)
	if err != nil {
		return nil, err
	}
	return h.render.Sent(ctx, call.User, all...)
}

// setTyping serves https://core.telegram.org/method/messages.setTyping.
func (h *Handlers) setTyping(ctx context.Context, call *rpc.Call, in *tg.MessagesSetTyping) (tg.Bool, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	action, progress := typingFrom(in.Action)
	if action == "" {
		return true, nil // something that is not passed on
	}
	err = h.messages.SetTyping(ctx, messages.Typing{
		From: call.User, To: peer, Thread: thread(in.TopMsgID), Action: action, Progress: progress,
	})
	return true, err
}

// sendScreenshotNotification serves https://core.telegram.org/method/messages.sendScreenshotNotification.
func (h *Handlers) sendScreenshotNotification(ctx context.Context, call *rpc.Call, in *tg.MessagesSendScreenshotNotification) (tg.UpdatesClass, error) {
	if in.RandomID == 0 {
		return nil, errRandomID
	}
	peer, err := h.private(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	of, err := h.render.ReplyTo(ctx, call, in.ReplyTo)
	if err != nil {
		return nil, err
	}
	if of == nil {
		return nil, messages.ErrReply
	}
	sent, err := h.messages.Screenshot(ctx, call.User, peer.User(), of.ID, in.RandomID)
	if err != nil {
		return nil, err
	}
	return h.render.Sent(ctx, call.User, sent)
}
