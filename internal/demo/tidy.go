package demo

import (
	"context"
	"math"

	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// tidy leaves the list of the first person as somebody has it who uses it: most of it read, some chats pinned, one muted,
// a draft, a folder.
func (w *world) tidy(ctx context.Context) error {
	ingrid := w.people[0]
	for _, step := range []func(context.Context, *person) error{w.read, w.pinned, w.muted, w.draft, w.folder} {
		if err := step(ctx, ingrid); err != nil {
			return err
		}
	}
	return nil
}

// read has everything read but what came last in some chats, and the others have read what p wrote to them.
func (w *world) read(ctx context.Context, p *person) error {
	for _, o := range w.people[1:4] {
		if err := p.readAll(ctx, with(o)); err != nil {
			return err
		}
		if err := o.readAll(ctx, with(p)); err != nil {
			return err
		}
	}
	for _, id := range []int64{w.walks, w.letters} {
		for _, o := range w.people {
			if _, err := ask(ctx, o, &tg.ChannelsReadHistory{Channel: o.channel(id), MaxID: math.MaxInt32}, decodeBool); err != nil {
				return err
			}
		}
	}
	at := inChannel(w.walks)(p)
	for _, marks := range []tl.Object{&tg.MessagesReadMentions{Peer: at}, &tg.MessagesReadReactions{Peer: at}} {
		if _, err := ask(ctx, p, marks, tg.DecodeMessagesAffectedHistory); err != nil {
			return err
		}
	}
	return nil
}

func (p *person) readAll(ctx context.Context, at place) error {
	_, err := ask(ctx, p, &tg.MessagesReadHistory{Peer: at(p), MaxID: math.MaxInt32}, tg.DecodeMessagesAffectedMessages)
	return err
}

func (w *world) pinned(ctx context.Context, p *person) error {
	for _, id := range []int64{w.paper, w.walks} {
		chat := &tg.InputDialogPeer{Peer: inChannel(id)(p)}
		if _, err := ask(ctx, p, &tg.MessagesToggleDialogPin{Pinned: true, Peer: chat}, decodeBool); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) muted(ctx context.Context, p *person) error {
	forEver := int32(math.MaxInt32)
	_, err := ask(ctx, p, &tg.AccountUpdateNotifySettings{
		Peer: &tg.InputNotifyPeer{Peer: inChannel(w.letters)(p)}, Settings: &tg.InputPeerNotifySettings{MuteUntil: &forEver},
	}, decodeBool)
	return err
}

func (w *world) draft(ctx context.Context, p *person) error {
	_, err := ask(ctx, p, &tg.MessagesSaveDraft{Peer: with(w.people[2])(p), Message: "I hear them! Is that the ferry at"}, decodeBool)
	return err
}

func (w *world) folder(ctx context.Context, p *person) error {
	coast := &tg.DialogFilter{ID: 2, Title: &tg.TextWithEntities{Text: "Coast"}}
	for _, id := range []int64{w.walks, w.club, w.paper} {
		coast.IncludePeers = append(coast.IncludePeers, inChannel(id)(p))
	}
	_, err := ask(ctx, p, &tg.MessagesUpdateDialogFilter{ID: coast.ID, Filter: coast}, decodeBool)
	return err
}
