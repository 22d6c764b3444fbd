package render

import (
	"testing"
	"time"

	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

const channel = ids.Channel(7)

// inChannel is a message of a supergroup.
func inChannel(change func(m *messages.Message)) *messages.Message {
	m := &messages.Message{
		Owner: channel.Peer(), Peer: channel.Peer(), From: ids.User(5).Peer(), ID: 10, PTS: 20, Date: time.Unix(1000, 0),
		Text: text.Text{String: "text"},
	}
	change(m)
	return m
}

func TestEveryActionHasAForm(t *testing.T) {
	closed := true
	a := actions.Action{
		Title: "title", Users: []ids.User{1}, User: 2, Channel: 3, Chat: 4, TTL: 5, Emoji: "e", Closed: &closed, IconSet: true,
		Items: []actions.Item{{ID: 1, Text: text.Text{String: "task"}}}, Completed: []int32{1},
	}
	for kind := range shownActions {
		a.Kind = kind
		shown := (&page{}).action(&a)
		if _, empty := shown.(*tg.MessageActionEmpty); empty {
			t.Errorf("%s shows nothing", kind)
		}
		for _, layer := range []int{181, tg.Newest} {
			if len(tl.Encode(shown, layer)) == 0 {
				t.Errorf("%s has no form in layer %d", kind, layer)
			}
		}
	}
	if _, empty := (&page{}).action(&actions.Action{Kind: "of a later version"}).(*tg.MessageActionEmpty); !empty {
		t.Error("an unknown action shows something")
	}
}

func TestHeadersOfReplies(t *testing.T) {
	type header struct {
		id, top int32
		forum   bool
	}
	tests := map[string]struct {
		m     func(m *messages.Message)
		forum bool
		want  *header
	}{
		"nothing": {m: func(*messages.Message) {}},
		"an answer": {
			m:    func(m *messages.Message) { m.Reply, m.Thread = &messages.Reply{ID: 3}, 3 },
			want: &header{id: 3},
		},
		"deeper in a thread": {
			m:    func(m *messages.Message) { m.Reply, m.Thread = &messages.Reply{ID: 4}, 3 },
			want: &header{id: 4, top: 3},
		},
		"in a topic": {
			m: func(m *messages.Message) { m.Thread = 3 }, forum: true,
			want: &header{id: 3, forum: true},
		},
		"what began a topic": {m: func(m *messages.Message) { m.Thread = m.ID }, forum: true},
		"an answer in a topic": {
			m:     func(m *messages.Message) { m.Reply, m.Thread = &messages.Reply{ID: 9}, 3 },
			forum: true, want: &header{id: 9, top: 3, forum: true},
		},
		"in the general topic": {m: func(m *messages.Message) { m.Thread = messages.General }, forum: true},
		"an answer in the general topic": {
			m:     func(m *messages.Message) { m.Reply, m.Thread = &messages.Reply{ID: 9}, messages.General },
			forum: true, want: &header{id: 9},
		},
	}
	for name, tt := range tests {
		p := page{forums: map[ids.Peer]bool{channel.Peer(): tt.forum}}
		got, _ := p.reply(inChannel(tt.m)).(*tg.MessageReplyHeader)
		if got == nil || tt.want == nil {
			if got != nil || tt.want != nil {
				t.Errorf("%s: %+v, want %+v", name, got, tt.want)
			}
			continue
		}
		is := header{forum: got.ForumTopic}
		if got.ReplyToMsgID != nil {
			is.id = *got.ReplyToMsgID
		}
		if got.ReplyToTopID != nil {
			is.top = *got.ReplyToTopID
		}
		if is != *tt.want {
			t.Errorf("%s: %+v, want %+v", name, is, *tt.want)
		}
	}
}

func TestAuthorsAndTheirView(t *testing.T) {
	var p page
	post := inChannel(func(m *messages.Message) {
		m.From, m.Author, m.Signature, m.Flags = channel.Peer(), 5, "Anna", messages.Post
	})
	shown := p.show(5, post).(*tg.Message)
	if !shown.Out || !shown.Post || shown.FromID != nil || *shown.PostAuthor != "Anna" {
		t.Errorf("to its author: %+v", shown)
	}
	if shared := p.show(0, post).(*tg.Message); shared.Out || shared.Mentioned {
		t.Errorf("to everybody: %+v", shared)
	}
	anonymous := inChannel(func(m *messages.Message) { m.From, m.Author = channel.Peer(), 5 })
	if shown := p.show(6, anonymous).(*tg.Message); shown.FromID.(*tg.PeerChannel).ChannelID != int64(channel) || shown.Out {
		t.Errorf("an anonymous admin: %+v", shown)
	}
	mention := inChannel(func(m *messages.Message) { m.Mentions = []ids.User{6} })
	if shown := p.show(6, mention).(*tg.Message); !shown.Mentioned {
		t.Error("he does not see that he is mentioned")
	}
}

func TestPositionsGoIntoTheRightBox(t *testing.T) {
	for owner, want := range map[ids.Peer]string{
		ids.User(5).Peer(): "updateDeleteMessages", channel.Peer(): "updateDeleteChannelMessages",
	} {
		e := updates.Entry{Owner: owner, PTS: 9, Count: 2, Event: updates.DeleteMessages{IDs: []ids.Message{1, 2}}}
		u, _, err := New(nil, nil).Entry(t.Context(), 5, e)
		if err != nil || u.TLName() != want {
			t.Errorf("%d: %v, %v", owner, u, err)
		}
		e.Event = Filler{N: 2}
		if u, _, err = New(nil, nil).Entry(t.Context(), 5, e); err != nil || u.TLName() != want {
			t.Errorf("filler of %d: %v, %v", owner, u, err)
		}
	}
}
