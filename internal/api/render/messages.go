package render

import (
	"context"

	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/tl/tg"
)

// Message shows one message. See Messages.
func (r *Renderer) Message(ctx context.Context, viewer ids.User, m *messages.Message) (tg.MessageClass, []ids.Peer, error) {
	list, about, err := r.Messages(ctx, viewer, []*messages.Message{m})
	if err != nil {
		return nil, nil, err
	}
	return list[0], about, nil
}

// Messages shows messages in their order, and whom a client must know to understand them. What stands beside their
// texts is asked for all of them at once.
func (r *Renderer) Messages(ctx context.Context, viewer ids.User, list []*messages.Message) ([]tg.MessageClass, []ids.Peer, error) {
	p, err := r.gather(ctx, viewer, list)
	if err != nil {
		return nil, nil, err
	}
	out := make([]tg.MessageClass, 0, len(list))
	for _, m := range list {
		p.about = append(p.about, m.Peers()...)
		out = append(out, p.show(viewer, m))
	}
	return out, p.about, nil
}

// A page is what stands in messages beside their texts.
type page struct {
	media     map[*messages.Message]tg.MessageMediaClass
	reactions map[*messages.Message]*tg.MessageReactions
	counts    map[messageKey]Counts
	forums    map[ids.Peer]bool
	unseen    map[messageKey]bool // mentions of the viewer in channels, and what he has not played there
	photos    map[int64]tg.PhotoClass
	papers    map[*actions.Action]*tg.MessageActionSetChatWallPaper
	about     []ids.Peer
}

type messageKey struct {
	owner ids.Peer
	id    ids.Message
}

func (r *Renderer) gather(ctx context.Context, viewer ids.User, list []*messages.Message) (p page, err error) {
	if p, err = r.gatherOwn(ctx, viewer, list); err != nil {
		return p, err
	}
	for owner, part := range ofChannels(list) {
		if err := r.gatherCounts(ctx, viewer, owner, part, &p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// gatherOwn is gather for what each viewer sees in his own way.
func (r *Renderer) gatherOwn(ctx context.Context, viewer ids.User, list []*messages.Message) (p page, err error) {
	var with []*messages.Message
	for _, m := range list {
		if m.Media != nil {
			with = append(with, m)
		}
	}
	if len(with) > 0 && r.parts.media != nil {
		if p.media, p.about, err = r.parts.media(ctx, viewer, with); err != nil {
			return p, err
		}
	}
	if err := r.gatherReactions(ctx, viewer, list, &p); err != nil {
		return p, err
	}
	if p.photos, err = r.gatherPhotos(ctx, list); err != nil {
		return p, err
	}
	if p.papers, err = r.gatherPapers(ctx, list); err != nil {
		return p, err
	}
	for owner, part := range ofChannels(list) {
		if err := r.gatherUnseen(ctx, viewer, owner, part, &p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// gatherPhotos finds the photos of service messages.
func (r *Renderer) gatherPhotos(ctx context.Context, list []*messages.Message) (map[int64]tg.PhotoClass, error) {
	var want []int64
	for _, m := range list {
		if m.Action != nil && m.Action.Photo != 0 {
			want = append(want, m.Action.Photo)
		}
	}
	if len(want) == 0 || r.parts.photos == nil {
		return nil, nil
	}
	return r.parts.photos(ctx, want)
}

// gatherUnseen finds out which messages of a channel mention viewer without his having looked: its rows are those of all.
func (r *Renderer) gatherUnseen(ctx context.Context, viewer ids.User, owner ids.Peer, list []*messages.Message, p *page) error {
	if viewer == 0 || r.messages == nil {
		return nil
	}
	unseen, err := r.messages.UnseenAmong(ctx, viewer, list)
	for id := range unseen {
		if p.unseen == nil {
			p.unseen = make(map[messageKey]bool)
		}
		p.unseen[messageKey{owner, id}] = true
	}
	return err
}

func (r *Renderer) gatherReactions(ctx context.Context, viewer ids.User, list []*messages.Message, p *page) error {
	var with []*messages.Message
	for _, m := range list {
		if m.Reactions != nil {
			with = append(with, m)
		}
	}
	if len(with) == 0 || r.parts.reactions == nil {
		return nil
	}
	shown, about, err := r.parts.reactions(ctx, viewer, with)
	p.reactions, p.about = shown, append(p.about, about...)
	return err
}

// ofChannels are the messages of each channel in list.
func ofChannels(list []*messages.Message) map[ids.Peer][]*messages.Message {
	var all map[ids.Peer][]*messages.Message
	for _, m := range list {
		if m.Owner.Channel() == 0 {
			continue
		}
		if all == nil {
			all = make(map[ids.Peer][]*messages.Message)
		}
		all[m.Owner] = append(all[m.Owner], m)
	}
	return all
}

func (r *Renderer) gatherCounts(ctx context.Context, viewer ids.User, owner ids.Peer, list []*messages.Message, p *page) error {
	if r.parts.forum != nil {
		forum, err := r.parts.forum(ctx, owner.Channel())
		if err != nil {
			return err
		}
		if p.forums == nil {
			p.forums = make(map[ids.Peer]bool)
		}
		p.forums[owner] = forum
	}
	if r.parts.counters == nil {
		return nil
	}
	found, err := r.parts.counters(ctx, viewer, owner, list)
	if p.counts == nil {
		p.counts = make(map[messageKey]Counts, len(found))
	}
	for id, c := range found {
		p.counts[messageKey{owner, id}] = c
		p.about = append(p.about, c.About...)
	}
	return err
}
