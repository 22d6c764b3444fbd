package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"hermod/internal/tl/tg"
)

// historyCmd reads what prepare has made.
type historyCmd struct {
	target
	bounds
	Channel string `help:"Username of what prepare has made; the first number is its owner." default:"load_prepared"`
}

// A reading is something that a client asks for.
type reading struct {
	name string
	do   func(ctx context.Context, h *history) error
}

// A history is a run.
type history struct {
	*user
	channel *tg.InputChannel
	top     int32
	rnd     *rand.Rand
}

func readings() []reading {
	return []reading{
		{"getDialogs, the first 100", func(ctx context.Context, h *history) error { return h.dialogs(ctx, 0) }},
		{"getDialogs, a page of 100", func(ctx context.Context, h *history) error { return h.dialogs(ctx, h.rnd.Int32()) }},
		{"getHistory, the newest 50", func(ctx context.Context, h *history) error { return h.page(ctx, 0, 50) }},
		{"getHistory, any 100", func(ctx context.Context, h *history) error { return h.page(ctx, 1+h.rnd.Int32N(h.top), 100) }},
		{"search, a rare word", func(ctx context.Context, h *history) error {
			return h.search(ctx, fmt.Sprintf("number%d", h.rnd.Int32N(h.top)))
		}},
		{"search, a common word", func(ctx context.Context, h *history) error {
			return h.search(ctx, fmt.Sprintf("word%d", h.rnd.Int32N(20)))
		}},
		{"search, no such word", func(ctx context.Context, h *history) error { return h.search(ctx, "nosuchword") }},
		{"search everywhere", func(ctx context.Context, h *history) error { return h.searchEverywhere(ctx) }},
	}
}

// Run asks for everything in turn, one call at a time, so that the time of a call is that of the server and of the way
// there.
func (c *historyCmd) Run(ctx context.Context) error {
	r, err := newRun(ctx, "history", c.target, c.bounds)
	if err != nil {
		return err
	}
	h, err := c.enter(ctx, r)
	if err != nil {
		return err
	}
	defer h.close()
	r.b.Workers = 1
	if err := r.begin(ctx); err != nil {
		return err
	}
	all := readings()
	r.operate(ctx, r.b.Count, func(ctx context.Context, i int) error {
		one := all[i%len(all)]
		begin := time.Now()
		if err := one.do(ctx, h); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		r.report.time(one.name, time.Since(begin))
		return nil
	})
	if err := r.end(); err != nil {
		return err
	}
	return r.finish()
}

func (c *historyCmd) enter(ctx context.Context, r *run) (*history, error) {
	u, err := r.signIn(ctx, 0, r.options())
	if err != nil {
		return nil, err
	}
	h := &history{user: u, rnd: rand.New(rand.NewPCG(3, 4))}
	if h.channel, err = u.look(ctx, c.Channel); err == nil {
		err = h.measure(ctx)
	}
	if err != nil {
		u.close()
		return nil, err
	}
	return h, nil
}

// measure finds out how long the history is.
func (h *history) measure(ctx context.Context) error {
	return h.recentOnce(ctx, func(m tgMessage) { h.top = max(h.top, messageID(m)) })
}

func (h *history) recentOnce(ctx context.Context, take func(tgMessage)) error {
	got, err := ask(ctx, h.user, &tg.MessagesGetHistory{Peer: peerOf(h.channel), Limit: 1}, tg.DecodeMessagesMessagesClass)
	if err != nil {
		return err
	}
	page, ok := got.(*tg.MessagesChannelMessages)
	if !ok || len(page.Messages) == 0 {
		return fmt.Errorf("the channel is empty: %w", errAnswer)
	}
	each(page.Messages, take)
	return nil
}

var errEmpty = errors.New("an empty page")

func (h *history) dialogs(ctx context.Context, before int32) error {
	got, err := ask(ctx, h.user, &tg.MessagesGetDialogs{
		OffsetDate: before, OffsetPeer: &tg.InputPeerEmpty{}, Limit: 100,
	}, tg.DecodeMessagesDialogsClass)
	if err != nil {
		return err
	}
	if s, ok := got.(*tg.MessagesDialogsSlice); before == 0 && ok && len(s.Dialogs) == 0 {
		return errEmpty
	}
	return nil
}

func (h *history) page(ctx context.Context, offset, limit int32) error {
	got, err := ask(ctx, h.user, &tg.MessagesGetHistory{
		Peer: peerOf(h.channel), OffsetID: offset, AddOffset: -limit / 2, Limit: limit,
	}, tg.DecodeMessagesMessagesClass)
	if err != nil {
		return err
	}
	if page, ok := got.(*tg.MessagesChannelMessages); !ok || len(page.Messages) == 0 {
		return errEmpty
	}
	return nil
}

func (h *history) search(ctx context.Context, word string) error {
	_, err := ask(ctx, h.user, &tg.MessagesSearch{
		Peer: peerOf(h.channel), Q: word, Filter: &tg.InputMessagesFilterEmpty{}, Limit: 50,
	}, tg.DecodeMessagesMessagesClass)
	return err
}

func (h *history) searchEverywhere(ctx context.Context) error {
	_, err := ask(ctx, h.user, &tg.MessagesSearchGlobal{
		Q: fmt.Sprintf("number%d", h.rnd.Int32N(h.top)), Filter: &tg.InputMessagesFilterEmpty{}, OffsetPeer: &tg.InputPeerEmpty{}, Limit: 50,
	}, tg.DecodeMessagesMessagesClass)
	return err
}
