// Package threads serves what grows around messages of channels: views, forwards, and the discussions below posts.
package threads

import (
	"context"
	"math"
	"slices"
	"time"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/threads"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods. Safe for concurrent use.
type Handlers struct {
	o Options
}

// Options are what the handlers work with.
type Options struct {
	Threads  *threads.Service
	Messages *messages.Service
	View     *view.View
	Render   *render.Renderer
	// AllRead reports whether viewer has read all topics of a channel, if it is a forum.
	AllRead func(ctx context.Context, viewer ids.User, ch ids.Channel) (bool, error)
}

// New makes the handlers and gives o.Render what they know.
func New(o Options) *Handlers {
	h := &Handlers{o}
	o.Render.SetCounters(h.counters)
	render.OnEvent(o.Render, h.read)
	render.OnLive(o.Render, h.counted)
	render.OnLive(o.Render, h.seen)
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	threads.ErrNone:    errMessage,
	threads.ErrTooMany: rpc.BadRequest("LIMIT_INVALID"),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.SignedIn, h.getMessagesViews)
	rpc.Handle(r, rpc.UserOnly, h.getDiscussionMessage)
	rpc.Handle(r, rpc.UserOnly, h.getReplies)
	rpc.Handle(r, rpc.UserOnly, h.readDiscussion)
}

var errMessage = rpc.BadRequest("MSG_ID_INVALID")

// getMessagesViews serves https://core.telegram.org/method/messages.getMessagesViews. There is an answer for each message
// asked for, also where nothing is counted.
func (h *Handlers) getMessagesViews(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessagesViews) (*tg.MessagesMessageViews, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	answer := &tg.MessagesMessageViews{Views: make([]*tg.MessageViews, len(in.ID)), Chats: []tg.ChatClass{}, Users: []tg.UserClass{}}
	for i := range answer.Views {
		answer.Views[i] = &tg.MessageViews{}
	}
	if len(in.ID) > threads.MaxPosts {
		return nil, threads.ErrTooMany
	}
	if peer.Channel() == 0 || len(in.ID) == 0 {
		return answer, nil
	}
	found, err := h.o.Messages.Get(ctx, call.User, peer, messageIDs(in.ID))
	if err != nil {
		return nil, err
	}
	if in.Increment {
		if err := h.o.Threads.View(call.User, peer.Channel(), unseen(call.User, found)); err != nil {
			return nil, err
		}
	}
	counts, err := h.counters(ctx, call.User, peer, values(found))
	if err != nil {
		return nil, err
	}
	about := []ids.Peer{peer}
	for i, id := range messageIDs(in.ID) {
		c := counts[id]
		answer.Views[i] = &tg.MessageViews{Views: c.Views, Forwards: c.Forwards, Replies: c.Replies}
		about = append(about, c.About...)
	}
	answer.Users, answer.Chats, err = h.o.Render.Peers(ctx, call.User, about)
	return answer, err
}

// unseen are those of the messages of which a view of viewer counts: posts, but not his own, whose view show adds.
func unseen(viewer ids.User, found map[ids.Message]*messages.Message) (list []ids.Message) {
	for id, m := range found {
		if m.Flags.Has(messages.Post) && !m.IsOut(viewer) {
			list = append(list, id)
		}
	}
	return list
}

func values(found map[ids.Message]*messages.Message) []*messages.Message {
	list := make([]*messages.Message, 0, len(found))
	for _, m := range found {
		list = append(list, m)
	}
	return list
}

// counters shows what is counted of messages of a channel.
func (h *Handlers) counters(
	ctx context.Context, viewer ids.User, owner ids.Peer, list []*messages.Message,
) (map[ids.Message]render.Counts, error) {
	shown := make(map[ids.Message]render.Counts, len(list))
	for part := range slices.Chunk(list, threads.MaxPosts) {
		want := make([]ids.Message, len(part))
		for i, m := range part {
			want[i] = m.ID
		}
		found, err := h.o.Threads.Counters(ctx, viewer, owner, want)
		if err != nil {
			return nil, err
		}
		for _, m := range part {
			if c := show(m, found[m.ID]); c != nil {
				shown[m.ID] = *c
			}
		}
	}
	return shown, nil
}

// show is nil for a message of which nothing is counted. Whoever wrote a post has seen it. What is below a post in its
// group is counted from the beginning: clients open a discussion by that.
// Spec: https://core.telegram.org/constructor/messageReplies
func show(m *messages.Message, c threads.Counts) *render.Counts {
	t := &render.Counts{}
	if m.Flags.Has(messages.Post) {
		t.Views, t.Forwards = new(c.Views+1), new(c.Forwards)
	}
	post := c.Discussion.Root != 0
	if !post && (c.Replies == 0 && !isCopy(m) || m.Flags.Has(messages.Post)) {
		if t.Views == nil {
			return nil
		}
		return t
	}
	t.Replies = &tg.MessageReplies{Comments: post, Replies: c.Replies, MaxID: some(c.MaxID), ReadMaxID: some(c.ReadInbox)}
	for _, p := range c.Recent {
		t.Replies.RecentRepliers = append(t.Replies.RecentRepliers, view.Peer(p))
	}
	t.About = c.Recent
	if post {
		t.Replies.ChannelID = new(int64(c.Discussion.Group))
		t.About = append(slices.Clone(c.Recent), c.Discussion.Group.Peer())
	}
	return t
}

// isCopy reports whether m stands in a group for a post of the channel that is linked to it.
func isCopy(m *messages.Message) bool {
	return m.Forward != nil && m.Forward.SavedFrom != 0 && m.Forward.SavedFrom == m.From
}

func some(id ids.Message) *int32 {
	if id == 0 {
		return nil
	}
	return new(int32(id))
}

// getDiscussionMessage serves https://core.telegram.org/method/messages.getDiscussionMessage.
func (h *Handlers) getDiscussionMessage(ctx context.Context, call *rpc.Call, in *tg.MessagesGetDiscussionMessage) (*tg.MessagesDiscussionMessage, error) {
	t, err := h.thread(ctx, call, in.Peer, in.MsgID)
	if err != nil {
		return nil, err
	}
	roots, err := h.o.Threads.Roots(ctx, call.User, t)
	if err != nil {
		return nil, err
	}
	state, err := h.o.Threads.State(ctx, call.User, t)
	if err != nil {
		return nil, err
	}
	shown, about, err := h.o.Render.Messages(ctx, call.User, roots)
	if err != nil {
		return nil, err
	}
	answer := &tg.MessagesDiscussionMessage{
		Messages: shown, MaxID: some(state.MaxID), ReadInboxMaxID: some(state.ReadInbox), ReadOutboxMaxID: some(state.ReadMax),
		UnreadCount: int32(state.Unread),
	}
	answer.Users, answer.Chats, err = h.o.Render.Peers(ctx, call.User, append(about, places(t)...))
	return answer, err
}

// places are the chats that a thread is about.
func places(t threads.Thread) []ids.Peer {
	if t.Of == 0 {
		return []ids.Peer{t.Channel.Peer()}
	}
	return []ids.Peer{t.Channel.Peer(), t.Of.Peer()}
}

// thread resolves the thread below a message. It fails with 400 MSG_ID_INVALID, and PEER_ID_INVALID where there are none.
func (h *Handlers) thread(ctx context.Context, call *rpc.Call, in tg.InputPeerClass, id int32) (threads.Thread, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in)
	if err != nil {
		return threads.Thread{}, err
	}
	if peer.Channel() == 0 {
		return threads.Thread{}, rpc.BadRequest("PEER_ID_INVALID")
	}
	if id <= 0 {
		return threads.Thread{}, errMessage
	}
	return h.o.Threads.Find(ctx, call.User, peer.Channel(), ids.Message(id))
}

// getReplies serves https://core.telegram.org/method/messages.getReplies.
func (h *Handlers) getReplies(ctx context.Context, call *rpc.Call, in *tg.MessagesGetReplies) (tg.MessagesMessagesClass, error) {
	t, err := h.thread(ctx, call, in.Peer, in.MsgID)
	if err != nil {
		return nil, err
	}
	page, err := h.o.Messages.Thread(ctx, call.User, t.Channel, t.Root, messages.Window{
		OffsetID: ids.Message(in.OffsetID), OffsetDate: fromUnix(in.OffsetDate), AddOffset: int(in.AddOffset), Limit: int(in.Limit),
		MinID: ids.Message(in.MinID), MaxID: ids.Message(in.MaxID),
	})
	if err != nil {
		return nil, err
	}
	return h.o.Render.Page(ctx, call.User, page, in.Hash, places(t)...)
}

// readDiscussion serves https://core.telegram.org/method/messages.readDiscussion.
func (h *Handlers) readDiscussion(ctx context.Context, call *rpc.Call, in *tg.MessagesReadDiscussion) (tg.Bool, error) {
	t, err := h.thread(ctx, call, in.Peer, in.MsgID)
	if err != nil {
		return false, err
	}
	if err := h.o.Threads.Read(ctx, call.User, t, ids.Message(in.ReadMaxID)); err != nil {
		return false, err
	}
	return true, h.readForum(ctx, call.User, t.Channel)
}

// readForum marks a forum as read when all of its topics are.
func (h *Handlers) readForum(ctx context.Context, viewer ids.User, ch ids.Channel) error {
	if h.o.AllRead == nil {
		return nil
	}
	all, err := h.o.AllRead(ctx, viewer, ch)
	if err != nil || !all {
		return err
	}
	_, err = h.o.Messages.Read(ctx, viewer, ch.Peer(), math.MaxInt32)
	return err
}

// read shows how far the owner has read a thread.
func (h *Handlers) read(_ context.Context, _ ids.User, _ updates.Entry, ev updates.ThreadRead) (tg.UpdateClass, []ids.Peer, error) {
	t := &tg.UpdateReadChannelDiscussionInbox{ChannelID: int64(ev.Channel), TopMsgID: int32(ev.Thread), ReadMaxID: int32(ev.MaxID)}
	about := []ids.Peer{ev.Channel.Peer()}
	if ev.Of != 0 {
		t.BroadcastID, t.BroadcastPost = new(int64(ev.Of)), new(int32(ev.Post))
		about = append(about, ev.Of.Peer())
	}
	return t, about, nil
}

// counted shows how often a post was seen or forwarded; all who look at the channel get the same.
func (h *Handlers) counted(_ context.Context, _ ids.User, v threads.Counted) (tg.UpdateClass, []ids.Peer, error) {
	if v.ByForward {
		return &tg.UpdateChannelMessageForwards{ChannelID: int64(v.Channel), ID: int32(v.ID), Forwards: v.Forwards}, nil, nil
	}
	return &tg.UpdateChannelMessageViews{ChannelID: int64(v.Channel), ID: int32(v.ID), Views: v.Views + 1}, nil, nil
}

// seen shows how far a thread was read by others.
func (h *Handlers) seen(_ context.Context, _ ids.User, v threads.Seen) (tg.UpdateClass, []ids.Peer, error) {
	return &tg.UpdateReadChannelDiscussionOutbox{
		ChannelID: int64(v.Channel), TopMsgID: int32(v.Thread), ReadMaxID: int32(v.MaxID),
	}, nil, nil
}

func messageIDs(in []int32) []ids.Message {
	out := make([]ids.Message, len(in))
	for i, id := range in {
		out[i] = ids.Message(id)
	}
	return out
}

func fromUnix(n int32) time.Time {
	if n <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0)
}
