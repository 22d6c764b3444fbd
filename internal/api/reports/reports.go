// Package reports serves what people report about messages. Whole chats and people are reported through package people.
package reports

import (
	"context"
	"slices"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/reports"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods. Safe for concurrent use.
type Handlers struct {
	o Options
}

// Options are what the handlers work with.
type Options struct {
	Reports  *reports.Service
	Messages *messages.Service
	View     *view.View
	// Moderates fails unless user may remove messages of others from a group.
	Moderates func(ctx context.Context, user ids.User, ch ids.Channel) error
}

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	reports.ErrReason:  rpc.BadRequest("OPTION_INVALID"),
	reports.ErrTooMany: rpc.BadRequest("LIMIT_INVALID"),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.UserOnly, h.report)
	rpc.Handle(r, rpc.UserOnly, h.reportSpam)
}

var (
	errNoMessages  = rpc.BadRequest("MESSAGE_ID_INVALID")
	errParticipant = rpc.BadRequest("PARTICIPANT_ID_INVALID")
)

// report serves https://core.telegram.org/method/messages.report: the client is led through the reasons, and maybe asked
// for words; clients of layers that knew no options name one reason at once.
func (h *Handlers) report(ctx context.Context, call *rpc.Call, in *tg.MessagesReport) (tg.ReportResultClass, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	found, err := h.messages(ctx, call.User, peer, in.ID)
	if err != nil {
		return nil, err
	}
	reason, plain := reports.Plain(string(in.Option))
	if !plain {
		chosen, err := reports.Choose(string(in.Option))
		if err != nil {
			return nil, err
		}
		if next := ask(chosen, in.Message); next != nil {
			return next, nil
		}
		reason = chosen.Key
	}
	err = h.add(ctx, reports.Report{Reporter: call.User, Peer: peer, Reason: reason, Comment: in.Message}, found)
	return &tg.ReportResultReported{}, err
}

// ask is what a client has to say before a report is taken; nil when that is all.
func ask(o reports.Option, said string) tg.ReportResultClass {
	if len(o.Sub) > 0 {
		t := &tg.ReportResultChooseOption{Title: o.Text}
		for _, sub := range o.Sub {
			t.Options = append(t.Options, &tg.MessageReportOption{Text: sub.Text, Option: []byte(sub.Key)})
		}
		return t
	}
	if said == "" && o.NeedsComment() {
		return &tg.ReportResultAddComment{Option: []byte(o.Key)}
	}
	return nil
}

// reportSpam serves https://core.telegram.org/method/channels.reportSpam: admins report a member of their group.
func (h *Handlers) reportSpam(ctx context.Context, call *rpc.Call, in *tg.ChannelsReportSpam) (tg.Bool, error) {
	ch, err := h.o.View.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return false, err
	}
	if err := h.o.Moderates(ctx, call.User, ch); err != nil {
		return false, err
	}
	author, err := h.o.View.PeerFromInput(ctx, call, in.Participant)
	if err != nil {
		return false, err
	}
	found, err := h.messages(ctx, call.User, ch.Peer(), in.ID)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(found, func(m *messages.Message) bool { return m.From != author }) {
		return false, errParticipant
	}
	return true, h.add(ctx, reports.Report{Reporter: call.User, Peer: ch.Peer(), Author: author, Reason: "spam"}, found)
}

// messages returns the messages that are reported, in their order; such as are gone are left out. It fails with 400
// MESSAGE_ID_INVALID when none is there.
func (h *Handlers) messages(ctx context.Context, viewer ids.User, peer ids.Peer, list []int32) ([]*messages.Message, error) {
	if len(list) > reports.MaxMessages {
		return nil, reports.ErrTooMany
	}
	want := make([]ids.Message, len(list))
	for i, id := range list {
		want[i] = ids.Message(id)
	}
	slices.Sort(want)
	found, err := h.o.Messages.Get(ctx, viewer, peer, want)
	if err != nil {
		return nil, err
	}
	all := make([]*messages.Message, 0, len(found))
	for _, id := range slices.Compact(want) {
		if m := found[id]; m != nil {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return nil, errNoMessages
	}
	return all, nil
}

func (h *Handlers) add(ctx context.Context, r reports.Report, about []*messages.Message) error {
	for _, m := range about {
		r.IDs = append(r.IDs, m.ID)
		r.Content = append(r.Content, reports.Excerpt{ID: m.ID, From: m.From, Date: m.Date.Unix(), Text: m.Text.String})
	}
	return h.o.Reports.Add(ctx, r)
}
