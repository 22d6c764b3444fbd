// Package render shows what stands in the logs of users and channels: messages, and what has happened to them. What is
// pushed, what a difference brings and what a call answers is shown by the same code.
//
// A viewer of 0 is nobody in particular: what is shown to him can be given to every member of a channel. Who wrote a
// message, or is mentioned in it, gets a form of his own.
//
// The packages of handlers bring what they know: OnEvent and OnLive take the showing of their events, SetMedia and its
// like what stands in messages beside their text. All of that happens before the first call is served.
package render

import (
	"context"
	"reflect"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// A Renderer shows messages and entries. Safe for concurrent use once it is set up.
type Renderer struct {
	view     *view.View
	messages *messages.Service
	parts    parts
	events   map[reflect.Type]showEvent
	lives    map[reflect.Type]showLive
}

type (
	showEvent func(ctx context.Context, viewer ids.User, e updates.Entry) (tg.UpdateClass, []ids.Peer, error)
	showLive  func(ctx context.Context, viewer ids.User, value any) (tg.UpdateClass, []ids.Peer, error)
)

// New makes a renderer.
func New(v *view.View, m *messages.Service) *Renderer {
	return &Renderer{view: v, messages: m, events: map[reflect.Type]showEvent{}, lives: map[reflect.Type]showLive{}}
}

// OnEvent makes fn show the events of type E. An update of nil means that there is nothing to show any more, or
// nothing that viewer may know; about are those whom a client must know to understand it.
func OnEvent[E updates.Event](
	r *Renderer, fn func(ctx context.Context, viewer ids.User, e updates.Entry, ev E) (tg.UpdateClass, []ids.Peer, error),
) {
	r.events[reflect.TypeFor[E]()] = func(ctx context.Context, viewer ids.User, e updates.Entry) (tg.UpdateClass, []ids.Peer, error) {
		return fn(ctx, viewer, e, e.Event.(E))
	}
}

// OnLive makes fn show the live values of type V, as OnEvent does for events. A viewer of 0 stands for all members of a
// channel; without an update for him it is asked for each of them.
func OnLive[V any](
	r *Renderer, fn func(ctx context.Context, viewer ids.User, value V) (tg.UpdateClass, []ids.Peer, error),
) {
	r.lives[reflect.TypeFor[V]()] = func(ctx context.Context, viewer ids.User, value any) (tg.UpdateClass, []ids.Peer, error) {
		return fn(ctx, viewer, value.(V))
	}
}

// Media shows the media of messages; those without one are left out. A viewer of 0 is nobody in particular.
type Media func(ctx context.Context, viewer ids.User, list []*messages.Message) (map[*messages.Message]tg.MessageMediaClass, []ids.Peer, error)

// Reactions shows the reactions to messages; those without any are left out.
type Reactions func(ctx context.Context, viewer ids.User, list []*messages.Message) (map[*messages.Message]*tg.MessageReactions, []ids.Peer, error)

// Counters shows what is counted of messages in the log of owner, a channel.
type Counters func(ctx context.Context, viewer ids.User, owner ids.Peer, list []*messages.Message) (map[ids.Message]Counts, error)

// Counts are the counters of a message; nil are those that it does not have.
type Counts struct {
	Views, Forwards *int32
	Replies         *tg.MessageReplies
	About           []ids.Peer // who answered last
}

// Photos shows photos by the ids of their files; those that are gone are left out.
type Photos func(ctx context.Context, want []int64) (map[int64]tg.PhotoClass, error)

// parts are what other packages show of a message; nil shows nothing.
type parts struct {
	media      Media
	reactions  Reactions
	counters   Counters
	wallpapers Wallpapers
	emoji      func(ctx context.Context, wanted ...int64) (map[int64]bool, error)
	forum      func(ctx context.Context, ch ids.Channel) (bool, error)
	photos     Photos
}

// SetMedia makes fn show media.
func (r *Renderer) SetMedia(fn Media) { r.parts.media = fn }

// SetReactions makes fn show reactions.
func (r *Renderer) SetReactions(fn Reactions) { r.parts.reactions = fn }

// SetCounters makes fn show counters.
func (r *Renderer) SetCounters(fn Counters) { r.parts.counters = fn }

// SetPhotos makes fn show the photos of service messages.
func (r *Renderer) SetPhotos(fn Photos) { r.parts.photos = fn }

// SetForum makes fn tell which supergroups have topics.
func (r *Renderer) SetForum(fn func(ctx context.Context, ch ids.Channel) (bool, error)) {
	r.parts.forum = fn
}

// SetCustomEmoji makes fn tell which custom emoji there are. Without it texts may name any.
func (r *Renderer) SetCustomEmoji(fn func(ctx context.Context, wanted ...int64) (map[int64]bool, error)) {
	r.parts.emoji = fn
}

// KnowsEmoji tells whether there is a custom emoji.
func (r *Renderer) KnowsEmoji(ctx context.Context, id int64) (bool, error) {
	if r.parts.emoji == nil {
		return false, nil
	}
	known, err := r.parts.emoji(ctx, id)
	return known[id], err
}
