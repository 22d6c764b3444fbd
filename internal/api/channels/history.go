package channels

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// readKept is how long it is known who has read a message of a group.
const readKept = 7 * 24 * time.Hour

func (h *Handlers) registerHistory(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.deleteHistory)
	rpc.Handle(r, rpc.UserOnly, h.deleteParticipantHistory)
	rpc.Handle(r, rpc.SignedIn, h.exportMessageLink)
	rpc.Handle(r, rpc.UserOnly, h.getMessageAuthor)
	rpc.Handle(r, rpc.UserOnly, h.getMessageReadParticipants)
	rpc.Handle(r, rpc.UserOnly, h.getOnlines)
}

// clearTime is how long one request removes messages of a history.
const clearTime = 10 * time.Second

// deleteHistory serves https://core.telegram.org/method/channels.deleteHistory. Layers before 140 get a boolean. Of a very
// long history a request removes as much as it can in clearTime, the oldest first, and the next one goes on from there.
func (h *Handlers) deleteHistory(ctx context.Context, call *rpc.Call, in *tg.ChannelsDeleteHistory) (*tg.Updates, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	req := messages.ClearRequest{By: call.User, Peer: ch.Peer(), MaxID: ids.Message(in.MaxID), Revoke: in.ForEveryone}
	if err := h.clear(ctx, req, time.Now().Add(clearTime)); err != nil {
		return nil, err
	}
	u := tg.UpdateClass(&tg.UpdateChannel{ChannelID: int64(ch)})
	if !in.ForEveryone {
		v, err := h.channels.See(ctx, call.User, ch)
		if err != nil {
			return nil, err
		}
		u = &tg.UpdateChannelAvailableMessages{ChannelID: int64(ch), AvailableMinID: int32(v.Me.Available)}
	}
	return h.render.Answer(ctx, call.User, []ids.Peer{ch.Peer()}, u)
}

// clear does what a request asks for until it is done or the time has come, in at least one step; each is a transaction of
// its own. Clients do not ask again, and the answer cannot say that something is left.
func (h *Handlers) clear(ctx context.Context, req messages.ClearRequest, until time.Time) error {
	for {
		done, err := h.messages.Clear(ctx, req)
		if err != nil || done.Left == 0 || time.Now().After(until) {
			return err
		}
	}
}

// deleteParticipantHistory serves https://core.telegram.org/method/channels.deleteParticipantHistory.
func (h *Handlers) deleteParticipantHistory(
	ctx context.Context, call *rpc.Call, in *tg.ChannelsDeleteParticipantHistory,
) (*tg.MessagesAffectedHistory, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	who, err := h.participant(ctx, call, in.Participant)
	if err != nil {
		return nil, err
	}
	done, err := h.messages.Clear(ctx, messages.ClearRequest{By: call.User, Peer: ch.Peer(), Author: who, Revoke: true})
	if err != nil {
		return nil, err
	}
	return &tg.MessagesAffectedHistory{Pts: done.PTS, PtsCount: done.Count, Offset: int32(done.Left)}, nil
}

// exportMessageLink serves https://core.telegram.org/method/channels.exportMessageLink. A private channel's link works for
// those who are in it.
// Spec: https://core.telegram.org/api/links#message-links
func (h *Handlers) exportMessageLink(ctx context.Context, call *rpc.Call, in *tg.ChannelsExportMessageLink) (*tg.ExportedMessageLink, error) {
	ch, m, err := h.post(ctx, call, in.Channel, in.ID)
	if err != nil {
		return nil, err
	}
	v, err := h.channels.See(ctx, call.User, ch)
	if err != nil {
		return nil, err
	}
	link := h.o.LinkPrefix + "c/" + strconv.FormatInt(int64(ch), 10)
	if v.Public() {
		link = h.o.LinkPrefix + v.Username()
	}
	if m.Thread != 0 && v.Forum {
		link += "/" + strconv.Itoa(int(m.Thread))
	}
	link += "/" + strconv.Itoa(int(m.ID))
	switch {
	case in.Thread && m.Thread != 0 && !v.Forum:
		link += "?thread=" + strconv.Itoa(int(m.Thread))
	case m.GroupedID != 0 && !in.Grouped:
		link += "?single"
	}
	return &tg.ExportedMessageLink{Link: link, Html: fmt.Sprintf(`<a href="%s">%s</a>`, link, link)}, nil
}

// post finds a message of a channel that the caller may see. It fails with 400 MESSAGE_ID_INVALID.
func (h *Handlers) post(ctx context.Context, call *rpc.Call, in tg.InputChannelClass, id int32) (ids.Channel, *messages.Message, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in)
	if err != nil {
		return 0, nil, err
	}
	found, err := h.messages.Get(ctx, call.User, ch.Peer(), []ids.Message{ids.Message(id)})
	if err != nil {
		return 0, nil, err
	}
	m := found[ids.Message(id)]
	if m == nil {
		return 0, nil, messages.ErrNone
	}
	return ch, m, nil
}

// getMessageAuthor serves https://core.telegram.org/method/channels.getMessageAuthor: who has written in the name of the
// group or of the channel, for its admins.
func (h *Handlers) getMessageAuthor(ctx context.Context, call *rpc.Call, in *tg.ChannelsGetMessageAuthor) (tg.UserClass, error) {
	ch, m, err := h.post(ctx, call, in.Channel, in.ID)
	if err != nil {
		return nil, err
	}
	v, err := h.channels.CheckAdmin(ctx, ch, call.User, 0)
	if err != nil {
		return nil, err
	}
	if v.Broadcast && !v.Can(rights.AdminPostMessages) {
		return nil, rights.ErrAdminRequired
	}
	author := m.Author
	if author == 0 {
		author = m.From.User()
	}
	if author == 0 {
		return nil, messages.ErrNone
	}
	return h.view.User(ctx, call.User, author)
}

// getMessageReadParticipants serves https://core.telegram.org/method/messages.getMessageReadParticipants: who has read a
// message of one's own in a small group. In a private chat that is the other side.
func (h *Handlers) getMessageReadParticipants(
	ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessageReadParticipants,
) (tg.Vector[*tg.ReadParticipantDate], error) {
	peer, err := h.view.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	id := ids.Message(in.MsgID)
	switch {
	case peer.User() != 0:
		return h.readByOther(ctx, call.User, peer, id)
	case peer.Chat() != 0:
		return h.readInChat(ctx, call.User, peer, id)
	}
	return h.readInChannel(ctx, call.User, peer.Channel(), id)
}

func (h *Handlers) readByOther(ctx context.Context, user ids.User, peer ids.Peer, id ids.Message) (tg.Vector[*tg.ReadParticipantDate], error) {
	at, err := h.messages.ReadDate(ctx, user, peer, id)
	switch {
	case errors.Is(err, messages.ErrNone), errors.Is(err, messages.ErrHidden), errors.Is(err, messages.ErrHiding),
		errors.Is(err, messages.ErrTooOld):
		return tg.Vector[*tg.ReadParticipantDate]{}, nil
	case err != nil:
		return nil, err
	}
	return tg.Vector[*tg.ReadParticipantDate]{{UserID: int64(peer.User()), Date: int32(at.Unix())}}, nil
}

// own finds a message of the caller's that is not too old to say who has read it.
func (h *Handlers) own(ctx context.Context, user ids.User, peer ids.Peer, id ids.Message) (*messages.Message, error) {
	found, err := h.messages.Get(ctx, user, peer, []ids.Message{id})
	if err != nil {
		return nil, err
	}
	m := found[id]
	switch {
	case m == nil || m.Peer != peer || !m.IsOut(user):
		return nil, rpc.BadRequest("MSG_ID_INVALID")
	case time.Since(m.Date) > readKept:
		return nil, rpc.BadRequest("MSG_TOO_OLD")
	}
	return m, nil
}

// readInChannel tells a member who has read a message of his in a supergroup that is small enough and shows its members.
func (h *Handlers) readInChannel(ctx context.Context, user ids.User, ch ids.Channel, id ids.Message) (tg.Vector[*tg.ReadParticipantDate], error) {
	v, err := h.channels.See(ctx, user, ch)
	if err != nil {
		return nil, err
	}
	switch {
	case !v.Me.In():
		return nil, rights.ErrNotParticipant
	case v.Broadcast || v.Members > channels.SeenByLimit || !v.CanList():
		return nil, rpc.BadRequest("CHAT_TOO_BIG")
	}
	m, err := h.own(ctx, user, ch.Peer(), id)
	if err != nil {
		return nil, err
	}
	readers, err := h.channels.ReadBy(ctx, ch, id)
	if err != nil {
		return nil, err
	}
	out := tg.Vector[*tg.ReadParticipantDate]{}
	for _, r := range readers {
		if r.User != user && r.User.Peer() != m.From && r.User != m.Author {
			out = append(out, &tg.ReadParticipantDate{UserID: int64(r.User), Date: int32(r.Date.Unix())})
		}
	}
	return out, nil
}

// readInChat tells who has read a message of a basic group: whose copy of it is read.
func (h *Handlers) readInChat(ctx context.Context, user ids.User, peer ids.Peer, id ids.Message) (tg.Vector[*tg.ReadParticipantDate], error) {
	st, err := h.groups.See(ctx, user, peer.Chat())
	if err != nil {
		return nil, err
	}
	if len(st.List) > channels.SeenByLimit {
		return nil, rpc.BadRequest("CHAT_TOO_BIG")
	}
	readers, err := h.messages.ReadBy(ctx, user, peer, id)
	switch {
	case errors.Is(err, messages.ErrNone):
		return nil, rpc.BadRequest("MSG_ID_INVALID")
	case errors.Is(err, messages.ErrTooOld):
		return nil, rpc.BadRequest("MSG_TOO_OLD")
	case err != nil:
		return nil, err
	}
	out := tg.Vector[*tg.ReadParticipantDate]{}
	for _, r := range readers {
		out = append(out, &tg.ReadParticipantDate{UserID: int64(r.User), Date: int32(r.Date.Unix())})
	}
	return out, nil
}

// getOnlines serves https://core.telegram.org/method/messages.getOnlines.
func (h *Handlers) getOnlines(ctx context.Context, call *rpc.Call, in *tg.MessagesGetOnlines) (*tg.ChatOnlines, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	people := []ids.User{peer.User()}
	switch {
	case peer.Channel() != 0:
		n, err := h.onlineIn(ctx, call.User, peer.Channel())
		return &tg.ChatOnlines{Onlines: n}, err
	case peer.Chat() != 0:
		v, err := h.groups.See(ctx, call.User, peer.Chat())
		if err != nil {
			return nil, err
		}
		people = v.Users()
	}
	n, err := h.view.Online(ctx, call.User, people)
	return &tg.ChatOnlines{Onlines: n}, err
}

// onlineIn counts the members of a supergroup who are here; the caller is one of them at least.
func (h *Handlers) onlineIn(ctx context.Context, user ids.User, ch ids.Channel) (int32, error) {
	v, err := h.channels.See(ctx, user, ch)
	if err != nil || v.Broadcast || h.o.Online == nil {
		return 0, err
	}
	n := int32(h.o.Online(ch))
	if v.Me.In() {
		n = max(n, 1)
	}
	return n, nil
}
