package model

import (
	"context"
	"fmt"

	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// sweep asks for something that is done in steps, until there is no more to do. The answers do not say what
// happened, so the difference does.
func (d *device) sweep(ctx context.Context, peer int64, request tl.Object) error {
	for range 1000 {
		a, err := answer(ctx, d, request, tg.DecodeMessagesAffectedHistory)
		if err != nil {
			return err
		}
		if a.Offset == 0 {
			if isChannel(peer) {
				return d.channelCatchUp(ctx, peer)
			}
			return d.catchUp(ctx)
		}
	}
	return fmt.Errorf("%s: %s does not end", d.name, request.TLName())
}

func readMentions(ctx context.Context, d *device) error {
	peer, err := pick(d, d.where(func(int64, *info) bool { return true }))
	if err != nil {
		return err
	}
	err = d.sweep(ctx, peer, &tg.MessagesReadMentions{Peer: d.peer(peer)})
	if err == nil && isChannel(peer) { // the device that asked is not told
		d.seenAll(peer, func(m *message) { m.unseen = false })
	}
	return err
}

func readReactions(ctx context.Context, d *device) error {
	peer := d.anywhere()
	err := d.sweep(ctx, peer, &tg.MessagesReadReactions{Peer: d.peer(peer)})
	if err == nil {
		d.seenAll(peer, func(m *message) { m.news = false })
	}
	return err
}

func (d *device) seenAll(peer int64, do func(*message)) {
	for _, m := range d.box.chat(peer).messages {
		do(m)
	}
}

func readContents(ctx context.Context, d *device) error {
	m, err := d.message(func(m *message) bool { return m.unseen || m.news })
	if err != nil {
		return err
	}
	if isChannel(m.peer) {
		err := d.do(ctx, &tg.ChannelsReadMessageContents{Channel: d.channel(m.peer), ID: []int32{m.id}})
		if err == nil {
			m.seen()
		}
		return err
	}
	a, err := answer(ctx, d, &tg.MessagesReadMessageContents{ID: []int32{m.id}}, tg.DecodeMessagesAffectedMessages)
	if err != nil {
		return err
	}
	return d.affected(ctx, a, m.seen)
}

func read(ctx context.Context, d *device) error {
	m, err := d.message(func(*message) bool { return true })
	if err != nil {
		return err
	}
	if isChannel(m.peer) {
		err := d.do(ctx, &tg.ChannelsReadHistory{Channel: d.channel(m.peer), MaxID: m.id})
		if err == nil {
			marks := d.box.mark(m.peer)
			marks.in, marks.unread = max(marks.in, m.id), false
		}
		return err
	}
	a, err := answer(ctx, d, &tg.MessagesReadHistory{Peer: d.peer(m.peer), MaxID: m.id}, tg.DecodeMessagesAffectedMessages)
	if err != nil {
		return err
	}
	return d.affected(ctx, a, func() {
		marks := d.box.mark(m.peer)
		marks.in, marks.unread = max(marks.in, m.id), false
	})
}

func clearHistory(ctx context.Context, d *device) error {
	m, err := d.message(func(*message) bool { return true })
	if err != nil {
		return err
	}
	if isChannel(m.peer) {
		return errNothing
	}
	return d.sweep(ctx, m.peer, &tg.MessagesDeleteHistory{
		Peer: d.peer(m.peer), MaxID: m.id, JustClear: d.w.rnd.IntN(2) == 0, Revoke: m.peer > 0 && d.w.rnd.IntN(3) == 0,
	})
}

func saveDraft(ctx context.Context, d *device) error {
	peer, text := d.anywhere(), ""
	if d.w.rnd.IntN(3) > 0 {
		text = d.text()
	}
	err := d.do(ctx, &tg.MessagesSaveDraft{Peer: d.peer(peer), Message: text})
	if err == nil {
		d.box.mark(peer).draft = text
	}
	return err
}

func pinChat(ctx context.Context, d *device) error {
	m, err := d.message(func(*message) bool { return true })
	if err != nil {
		return err
	}
	pinned := d.w.rnd.IntN(2) == 0
	err = d.do(ctx, &tg.MessagesToggleDialogPin{Pinned: pinned, Peer: &tg.InputDialogPeer{Peer: d.peer(m.peer)}})
	if err == nil {
		d.box.pin(m.peer, pinned)
	}
	return err
}

func markUnread(ctx context.Context, d *device) error {
	m, err := d.message(func(*message) bool { return true })
	if err != nil {
		return err
	}
	unread := d.w.rnd.IntN(2) == 0
	err = d.do(ctx, &tg.MessagesMarkDialogUnread{Unread: unread, Peer: &tg.InputDialogPeer{Peer: d.peer(m.peer)}})
	if err == nil {
		d.box.mark(m.peer).unread = unread
	}
	return err
}
