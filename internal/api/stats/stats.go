// Package stats serves the statistics of channels and supergroups as far as there are counts: members, posts, views
// and forwards by day. What is not counted is a graph that says so.
package stats

import (
	"context"
	"time"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/stats"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

const (
	shownDays   = 90 // of the graphs that go far back
	periodDays  = 7  // of the period that is compared with the one before it
	recentPosts = 20
)

// Counters returns views, forwards and reactions of messages of a channel.
type Counters func(ctx context.Context, viewer ids.User, owner ids.Peer, list []*messages.Message) (map[ids.Message]render.Counts, error)

// Options are what the handlers work with.
type Options struct {
	Stats    *stats.Service
	Channels *channels.Service
	Messages *messages.Service
	View     *view.View
	// Counters are what is counted of messages. Nil: nothing is.
	Counters Counters
}

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct{ o Options }

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getBroadcastStats)
	rpc.Handle(r, rpc.UserOnly, h.getMegagroupStats)
	rpc.Handle(r, rpc.UserOnly, h.getMessageStats)
	rpc.Handle(r, rpc.UserOnly, h.getMessagePublicForwards)
	rpc.Handle(r, rpc.UserOnly, h.loadAsyncGraph)
}

// history is the last days of a channel that the caller is an admin of.
func (h *Handlers) history(ctx context.Context, call *rpc.Call, in tg.InputChannelClass) (channels.Sight, days, error) {
	ch, err := h.o.View.ChannelFromInput(ctx, call, in)
	if err != nil {
		return channels.Sight{}, nil, err
	}
	v, err := h.o.Channels.CheckAdmin(ctx, ch, call.User, 0)
	if err != nil {
		return v, nil, err
	}
	all, err := h.o.Stats.Of(ctx, ch, shownDays)
	return v, since(all, v.CreatedAt), err
}

// days are consecutive days, the last one today.
type days []stats.Day

// since drops what was before the channel.
func since(all []stats.Day, made time.Time) days {
	for len(all) > 1 && all[0].Date.AddDate(0, 0, 1).Before(made) {
		all = all[1:]
	}
	return all
}

func (d days) line(name string, of func(stats.Day) int64) line {
	l := line{name: name, values: make([]int64, len(d))}
	for i, day := range d {
		l.values[i] = of(day)
	}
	return l
}

// chart draws lines over all of d.
func (d days) chart(kind string, all ...line) tg.StatsGraphClass {
	if len(d) == 0 {
		return noData()
	}
	return graph(d[0].Date, len(d), kind, all...)
}

// sum adds up what was counted in the period that ends skip days before tomorrow.
func (d days) sum(skip int, of func(stats.Day) int64) (n int64) {
	end := max(len(d)-skip, 0)
	for _, day := range d[max(end-periodDays, 0):end] {
		n += of(day)
	}
	return n
}

// compared is the sum of this period and of the one before it.
func (d days) compared(of func(stats.Day) int64) *tg.StatsAbsValueAndPrev {
	return &tg.StatsAbsValueAndPrev{Current: float64(d.sum(0, of)), Previous: float64(d.sum(periodDays, of))}
}

// perPost is compared, for each post of the period.
func (d days) perPost(of func(stats.Day) int64) *tg.StatsAbsValueAndPrev {
	each := func(skip int) float64 {
		return float64(d.sum(skip, of)) / float64(max(d.sum(skip, posts), 1))
	}
	return &tg.StatsAbsValueAndPrev{Current: each(0), Previous: each(periodDays)}
}

// memberCount is how many members there are and were at the beginning of the period.
func (d days) memberCount() *tg.StatsAbsValueAndPrev {
	if len(d) == 0 {
		return &tg.StatsAbsValueAndPrev{}
	}
	before := 0.0
	if i := len(d) - 1 - periodDays; i >= 0 {
		before = float64(d[i].Members)
	}
	return &tg.StatsAbsValueAndPrev{Current: float64(d[len(d)-1].Members), Previous: before}
}

func (d days) period() *tg.StatsDateRangeDays {
	if len(d) == 0 {
		return &tg.StatsDateRangeDays{}
	}
	last := d[len(d)-1].Date
	return &tg.StatsDateRangeDays{MinDate: int32(last.AddDate(0, 0, 1-periodDays).Unix()), MaxDate: int32(last.Unix())}
}

// What is counted of a day.
func members(d stats.Day) int64 { return d.Members }
func joined(d stats.Day) int64  { return d.Joined }
func left(d stats.Day) int64    { return d.Left }
func posts(d stats.Day) int64   { return d.Posts }
func views(d stats.Day) int64   { return d.Views }
func shares(d stats.Day) int64  { return d.Shares }
