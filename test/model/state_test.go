package model

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hermod/internal/tl/tg"
)

// fresh reads everything as a client does that has just signed in.
func (d *device) fresh(ctx context.Context) (*box, error) {
	b := newBox(d.person.id)
	if d.box != nil {
		maps.Copy(b.hashes, d.box.hashes)
	}
	old := d.box
	d.box = b
	defer func() { d.box = old }()
	state, err := ask(ctx, d, new(tg.UpdatesGetState), tg.DecodeUpdatesState)
	if err != nil {
		return nil, err
	}
	b.pts, b.date = state.Pts, state.Date
	dialogs, err := d.dialogs(ctx)
	if err != nil {
		return nil, err
	}
	for _, dialog := range dialogs {
		peer := peerID(dialog.Peer)
		if dialog.Pts != nil {
			b.chat(peer).pts = *dialog.Pts
		}
		b.readDialog(dialog)
		if dialog.Pinned {
			b.pinned = append(b.pinned, peer)
		}
		if err := d.history(ctx, peer, b); err != nil {
			return nil, err
		}
		d.compareCounters(b, peer, dialog)
	}
	return b, nil
}

// dialogs lists all, page by page.
func (d *device) dialogs(ctx context.Context) (all []*tg.Dialog, err error) {
	request := &tg.MessagesGetDialogs{OffsetPeer: &tg.InputPeerEmpty{}, Limit: 30}
	seen := map[int64]bool{}
	for {
		answer, err := ask(ctx, d, request, tg.DecodeMessagesDialogsClass)
		if err != nil {
			return nil, err
		}
		page, messages, more := d.dialogPage(answer)
		fresh := 0
		for _, dialog := range page {
			if peer := peerID(dialog.Peer); !seen[peer] {
				seen[peer], fresh = true, fresh+1
				all = append(all, dialog)
			}
		}
		if !more || fresh == 0 {
			return all, nil
		}
		last := page[len(page)-1]
		request.ExcludePinned = true
		request.OffsetPeer, request.OffsetID = d.peer(peerID(last.Peer)), last.TopMessage
		request.OffsetDate = dateOf(messages, peerID(last.Peer), last.TopMessage)
	}
}

func (d *device) dialogPage(class tg.MessagesDialogsClass) (page []*tg.Dialog, messages []tg.MessageClass, more bool) {
	var list []tg.DialogClass
	switch answer := class.(type) {
	case *tg.MessagesDialogs:
		d.box.learn(answer.Users, answer.Chats)
		list, messages = answer.Dialogs, answer.Messages
	case *tg.MessagesDialogsSlice:
		d.box.learn(answer.Users, answer.Chats)
		list, messages, more = answer.Dialogs, answer.Messages, true
	}
	for _, class := range list {
		if dialog, ok := class.(*tg.Dialog); ok {
			page = append(page, dialog)
		}
	}
	return page, messages, more && len(page) > 0
}

func dateOf(messages []tg.MessageClass, peer int64, id int32) int32 {
	for _, class := range messages {
		switch m := class.(type) {
		case *tg.Message:
			if m.ID == id && peerID(m.PeerID) == peer {
				return m.Date
			}
		case *tg.MessageService:
			if m.ID == id && peerID(m.PeerID) == peer {
				return m.Date
			}
		}
	}
	return 0
}

// compareCounters holds what the server counts against what its messages say.
func (d *device) compareCounters(b *box, peer int64, dialog *tg.Dialog) {
	got := fmt.Sprintf("top %d, unread %d, mentions %d, reactions %d", dialog.TopMessage, dialog.UnreadCount,
		dialog.UnreadMentionsCount, dialog.UnreadReactionsCount)
	c := b.chat(peer)
	want := fmt.Sprintf("top %d, unread %d, mentions %d, reactions %d", c.top(), b.unread(peer),
		c.count(func(m *message) bool { return m.mentioned && m.unseen }), c.count(func(m *message) bool { return m.out && m.news }))
	if got != want {
		d.w.t.Errorf("%s: dialog with %d says %s; its messages say %s", d.name, peer, got, want)
	}
}

func (c *chat) top() int32 {
	top := int32(0)
	for id := range c.messages {
		top = max(top, id)
	}
	return top
}

func (c *chat) count(which func(*message) bool) int {
	n := 0
	for _, m := range c.messages {
		if which(m) {
			n++
		}
	}
	return n
}

// unread is how many messages of others are above the mark.
func (b *box) unread(peer int64) int {
	if peer == b.self {
		return 0
	}
	in := b.mark(peer).in
	return b.chat(peer).count(func(m *message) bool { return !m.out && m.id > in })
}

// lines describes a box, one fact on a line.
func (b *box) lines() []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, peer := range slices.Sorted(maps.Keys(b.chats)) {
		c := b.chats[peer]
		if len(c.messages) == 0 || peer == servicePeer {
			continue
		}
		m := b.mark(peer)
		if peer == b.self { // what one writes to oneself is read
			m.in = c.top()
		}
		add("%d: top %d, unread %d, marked %v, draft %q, read %d, read by others %d", peer, c.top(), b.unread(peer), m.unread, m.draft,
			c.below(m.in, false), c.below(m.out, true))
		if isChannel(peer) {
			add("%d: pts %d", peer, c.pts)
		}
		switch known := b.infos[peer]; {
		case known == nil:
		case known.out: // nobody tells him what became of it
			add("%d: out", peer)
		default:
			add("%d: %q, out %v, creator %v,%s", peer, known.title, known.out, known.creator, known.rights)
		}
		for _, id := range c.ids() {
			add("%d: %s", peer, c.messages[id])
		}
	}
	add("pinned %v", b.pinned)
	return out
}

// servicePeer is the account that writes about logins, which not all devices of a person have seen.
const servicePeer = 777000

// below is the last message of others, or of one's own, that a mark covers. What it says beyond that does not matter.
func (c *chat) below(mark int32, own bool) int32 {
	last := int32(0)
	for id, m := range c.messages {
		if id <= mark && m.out == own {
			last = max(last, id)
		}
	}
	return last
}

func (m *message) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d from %d %q%s", m.id, m.from, m.text, m.action)
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"out", m.out}, {"post", m.post}, {"silent", m.silent}, {"edited", m.edited}, {"pinned", m.pinned},
		{"mentioned", m.mentioned}, {"unseen", m.unseen}, {"forwarded", m.forward}, {"new reactions", m.news},
	} {
		if f.set {
			b.WriteString(", " + f.name)
		}
	}
	if m.reply != 0 {
		fmt.Fprintf(&b, ", reply to %d", m.reply)
	}
	if len(m.counts) > 0 {
		fmt.Fprintf(&b, ", reactions %v, own %v", m.counts, m.chosen)
	}
	return b.String()
}

// differ returns the lines that only one of the two has.
func differ(got, want []string) (missing, unexpected []string) {
	have := map[string]bool{}
	for _, line := range got {
		have[line] = true
	}
	for _, line := range want {
		if !have[line] {
			missing = append(missing, line)
		}
		delete(have, line)
	}
	for _, line := range got {
		if have[line] {
			unexpected = append(unexpected, line)
		}
	}
	return missing, unexpected
}
