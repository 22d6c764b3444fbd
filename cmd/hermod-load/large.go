package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"hermod/internal/tl/tg"
)

// largeCmd does in a large channel what people do there.
type largeCmd struct {
	target
	bounds
	Channel string `help:"Username of what prepare has made; the first number is its owner." default:"load_prepared"`
}

// A large is a run of it.
type large struct {
	owner, guest     *user
	atOwner, atGuest *tg.InputChannel
	name             string
	rnd              *rand.Rand
}

// Run does everything in turn, one call at a time. Slow statements are in the log of the server.
func (c *largeCmd) Run(ctx context.Context) error {
	r, err := newRun(ctx, "large", c.target, c.bounds)
	if err != nil {
		return err
	}
	l := &large{name: c.Channel, rnd: rand.New(rand.NewPCG(5, 6))}
	defer l.close()
	if err := l.enter(ctx, r); err != nil {
		return err
	}
	r.b.Workers = 1
	if err := r.begin(ctx); err != nil {
		return err
	}
	steps := l.steps()
	r.operate(ctx, r.b.Count, func(ctx context.Context, i int) error {
		step := steps[i%len(steps)]
		begin := time.Now()
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		r.report.time(step.name, time.Since(begin))
		return nil
	})
	if err := r.end(); err != nil {
		return err
	}
	return r.finish()
}

func (l *large) enter(ctx context.Context, r *run) (err error) {
	if l.owner, err = r.signIn(ctx, 0, r.options()); err != nil {
		return err
	}
	if l.guest, err = r.signIn(ctx, 1, r.options()); err != nil {
		return err
	}
	if l.atOwner, err = l.owner.look(ctx, l.name); err != nil {
		return err
	}
	l.atGuest, err = l.guest.look(ctx, l.name)
	return err
}

func (l *large) close() {
	for _, u := range []*user{l.owner, l.guest} {
		if u != nil {
			u.close()
		}
	}
}

// A step is one call.
type step struct {
	name string
	do   func(ctx context.Context) error
}

// steps begin with the guest outside and end with him outside.
func (l *large) steps() []step {
	return []step{
		{"join", func(ctx context.Context) error {
			_, err := l.guest.client.Invoke(ctx, &tg.ChannelsJoinChannel{Channel: l.atGuest})
			return err
		}},
		{"list members, the newest", func(ctx context.Context) error { return l.list(ctx, &tg.ChannelParticipantsRecent{}, 0) }},
		{"list members, any page", func(ctx context.Context) error {
			return l.list(ctx, &tg.ChannelParticipantsRecent{}, l.rnd.Int32N(9_800))
		}},
		{"list admins", func(ctx context.Context) error { return l.list(ctx, &tg.ChannelParticipantsAdmins{}, 0) }},
		{"search members, a common name", func(ctx context.Context) error { return l.list(ctx, &tg.ChannelParticipantsSearch{Q: "Ann"}, 0) }},
		{"search members, a rare name", func(ctx context.Context) error {
			return l.list(ctx, &tg.ChannelParticipantsSearch{Q: fmt.Sprintf("Dora %d", 10*l.rnd.Int32N(10_000)+3)}, 0)
		}},
		{"search members, no such name", func(ctx context.Context) error { return l.list(ctx, &tg.ChannelParticipantsSearch{Q: "Zacharias"}, 0) }},
		{"post", func(ctx context.Context) error {
			_, err := l.owner.client.Invoke(ctx, &tg.MessagesSendMessage{
				Peer: peerOf(l.atOwner), RandomID: l.rnd.Int64(), Message: "to everybody",
			})
			return err
		}},
		{"full channel", func(ctx context.Context) error {
			_, err := l.owner.client.Invoke(ctx, &tg.ChannelsGetFullChannel{Channel: l.atOwner})
			return err
		}},
		{"dialogs of a member", func(ctx context.Context) error {
			_, err := l.guest.client.Invoke(ctx, &tg.MessagesGetDialogs{OffsetPeer: &tg.InputPeerEmpty{}, Limit: 100})
			return err
		}},
		{"history", func(ctx context.Context) error {
			_, err := l.guest.client.Invoke(ctx, &tg.MessagesGetHistory{Peer: peerOf(l.atGuest), Limit: 50})
			return err
		}},
		{"leave", func(ctx context.Context) error {
			_, err := l.guest.client.Invoke(ctx, &tg.ChannelsLeaveChannel{Channel: l.atGuest})
			return err
		}},
	}
}

func (l *large) list(ctx context.Context, filter tg.ChannelParticipantsFilterClass, offset int32) error {
	_, err := l.owner.client.Invoke(ctx, &tg.ChannelsGetParticipants{Channel: l.atOwner, Filter: filter, Offset: offset, Limit: 200})
	return err
}
