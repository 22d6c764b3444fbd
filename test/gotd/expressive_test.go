package gotd

import (
	"bytes"
	"testing"
	"time"

	"github.com/gotd/td/tg"
)

func TestWhatPeopleSend(t *testing.T) {
	c := newClub(t)
	ch := c.supergroup(t, "Expressive")
	for name, test := range map[string]func(*testing.T, *club, *tg.InputChannel){
		"media": testMedia, "live location": testLiveLocation, "poll": testPoll, "quiz": testQuiz, "to-do list": testTodo,
		"reactions": testReactions, "reactions in private": testPrivateReactions, "allowed reactions": testAllowedReactions,
		"tags": testTags, "album": testAlbum, "preview": testPreview,
	} {
		t.Run(name, func(t *testing.T) { test(t, c, ch) })
	}
}

// media sends a media and returns the message as it is.
func (d *device) media(to tg.InputPeerClass, m tg.InputMediaClass, caption string) *tg.Message {
	d.t.Helper()
	u := must(d.api.MessagesSendMedia(d.t.Context(), &tg.MessagesSendMediaRequest{
		Peer: to, Media: m, Message: caption, RandomID: time.Now().UnixNano(),
	}))(d.t)
	for _, u := range flat(u) {
		switch u := u.(type) {
		case *tg.UpdateNewMessage:
			return u.Message.(*tg.Message)
		case *tg.UpdateNewChannelMessage:
			return u.Message.(*tg.Message)
		}
	}
	d.t.Fatal("no message in the answer")
	return nil
}

// poll is one to send.
func poll(question string, answers ...string) *tg.InputMediaPoll {
	p := tg.Poll{ID: time.Now().UnixNano(), Question: tg.TextWithEntities{Text: question}}
	for i, a := range answers {
		p.Answers = append(p.Answers, &tg.PollAnswer{Text: tg.TextWithEntities{Text: a}, Option: []byte{byte('0' + i)}})
	}
	return &tg.InputMediaPoll{Poll: p}
}

func testMedia(t *testing.T, c *club, ch *tg.InputChannel) {
	point := &tg.InputGeoPoint{Lat: 60.39, Long: 5.32}
	for name, tt := range map[string]struct {
		in   tg.InputMediaClass
		want tg.MessageMediaClass
	}{
		"geo":     {&tg.InputMediaGeoPoint{GeoPoint: point}, &tg.MessageMediaGeo{}},
		"venue":   {&tg.InputMediaVenue{GeoPoint: point, Title: "Harbour", Address: "1 Quay", Provider: "x", VenueID: "1", VenueType: "y"}, &tg.MessageMediaVenue{}},
		"contact": {&tg.InputMediaContact{PhoneNumber: "4791234567", FirstName: "Kari"}, &tg.MessageMediaContact{}},
		"dice":    {&tg.InputMediaDice{Emoticon: "🎲"}, &tg.MessageMediaDice{}},
	} {
		for where, to := range map[string]tg.InputPeerClass{"private": c.peer(c.anna, c.bent), "group": c.chat(c.anna, ch)} {
			m := c.anna.media(to, tt.in, "")
			if m.Media == nil || m.Media.TypeID() != tt.want.TypeID() {
				t.Errorf("%s, %s: got %v", name, where, m.Media)
			}
			if d, ok := m.Media.(*tg.MessageMediaDice); ok && (d.Value < 1 || d.Value > 6) {
				t.Errorf("a dice shows %d", d.Value)
			}
		}
	}
}

func testLiveLocation(t *testing.T, c *club, ch *tg.InputChannel) {
	at := func(lat float64, stopped bool) *tg.InputMediaGeoLive {
		m := &tg.InputMediaGeoLive{GeoPoint: &tg.InputGeoPoint{Lat: lat, Long: 5}, Stopped: stopped}
		m.SetPeriod(900)
		return m
	}
	m := c.anna.media(c.chat(c.anna, ch), at(60, false), "")
	edit := &tg.MessagesEditMessageRequest{Peer: c.chat(c.anna, ch), ID: m.ID}
	edit.SetMedia(at(61, false))
	must(c.anna.api.MessagesEditMessage(t.Context(), edit))(t)
	moved := wait(c.bent, func(u *tg.UpdateEditChannelMessage) bool {
		m2, ok := u.Message.(*tg.Message)
		return ok && m2.ID == m.ID
	})
	live := moved.Message.(*tg.Message).Media.(*tg.MessageMediaGeoLive)
	if p, ok := live.Geo.(*tg.GeoPoint); !ok || p.Lat < 60.5 || live.Period != 900 {
		t.Errorf("got %+v", live)
	}
	must(c.bent.api.MessagesGetRecentLocations(t.Context(), &tg.MessagesGetRecentLocationsRequest{Peer: c.chat(c.bent, ch), Limit: 10}))(t)
}

func vote(t *testing.T, d *device, peer tg.InputPeerClass, id int, options ...string) tg.UpdatesClass {
	t.Helper()
	req := &tg.MessagesSendVoteRequest{Peer: peer, MsgID: id}
	for _, o := range options {
		req.Options = append(req.Options, []byte(o))
	}
	return must(d.api.MessagesSendVote(t.Context(), req))(t)
}

func testPoll(t *testing.T, c *club, ch *tg.InputChannel) {
	in := poll("Where to?", "north", "south")
	in.Poll.PublicVoters = true
	m := c.anna.media(c.chat(c.anna, ch), in, "")
	vote(t, c.bent, c.chat(c.bent, ch), m.ID, "1")
	vote(t, c.cleo, c.chat(c.cleo, ch), m.ID, "1")
	vote(t, c.cleo, c.chat(c.cleo, ch), m.ID)
	got := must(c.bent.api.MessagesGetPollResults(t.Context(), &tg.MessagesGetPollResultsRequest{Peer: c.chat(c.bent, ch), MsgID: m.ID}))(t)
	results := one[*tg.UpdateMessagePoll](t, flat(got)).Results
	if n, _ := results.GetTotalVoters(); n != 1 {
		t.Errorf("%d voters", n)
	}
	for _, r := range results.Results {
		if bytes.Equal(r.Option, []byte("1")) != r.Chosen {
			t.Errorf("got %+v", r)
		}
	}
	req := &tg.MessagesGetPollVotesRequest{Peer: c.chat(c.bent, ch), ID: m.ID, Limit: 10} // who has voted may see the votes
	if votes := must(c.bent.api.MessagesGetPollVotes(t.Context(), req))(t); votes.Count != 1 {
		t.Errorf("%d votes", votes.Count)
	}
	closed := poll("Where to?", "north", "south")
	closed.Poll = m.Media.(*tg.MessageMediaPoll).Poll
	closed.Poll.Closed = true
	edit := &tg.MessagesEditMessageRequest{Peer: c.chat(c.anna, ch), ID: m.ID}
	edit.SetMedia(closed)
	must(c.anna.api.MessagesEditMessage(t.Context(), edit))(t)
	_, err := c.cleo.api.MessagesSendVote(t.Context(), &tg.MessagesSendVoteRequest{Peer: c.chat(c.cleo, ch), MsgID: m.ID, Options: [][]byte{[]byte("0")}})
	refusedLike(t, err, "MESSAGE_POLL_CLOSED", "POLL_CLOSED")
}

func testQuiz(t *testing.T, c *club, ch *tg.InputChannel) {
	in := poll("2 + 2", "4", "5")
	in.Poll.Quiz = true
	in.CorrectAnswers = []int{0}
	in.SetSolution("count them")
	m := c.anna.media(c.chat(c.anna, ch), in, "")
	answer := one[*tg.UpdateMessagePoll](t, flat(vote(t, c.bent, c.chat(c.bent, ch), m.ID, "0")))
	if s, _ := answer.Results.GetSolution(); s != "count them" {
		t.Errorf("the solution is %q", s)
	}
	_, err := c.bent.api.MessagesSendVote(t.Context(), &tg.MessagesSendVoteRequest{Peer: c.chat(c.bent, ch), MsgID: m.ID, Options: [][]byte{[]byte("1")}})
	refusedLike(t, err, "REVOTE_NOT_ALLOWED", "QUIZ_")
}

func testTodo(t *testing.T, c *club, ch *tg.InputChannel) {
	list := tg.TodoList{
		OthersCanComplete: true, OthersCanAppend: true, Title: tg.TextWithEntities{Text: "Trip"},
		List: []tg.TodoItem{{ID: 1, Title: tg.TextWithEntities{Text: "wax"}}, {ID: 2, Title: tg.TextWithEntities{Text: "skis"}}},
	}
	m := c.anna.media(c.chat(c.anna, ch), &tg.InputMediaTodo{Todo: list}, "")
	must(c.bent.api.MessagesToggleTodoCompleted(t.Context(), &tg.MessagesToggleTodoCompletedRequest{Peer: c.chat(c.bent, ch), MsgID: m.ID, Completed: []int{1}}))(t)
	must(c.cleo.api.MessagesAppendTodoList(t.Context(), &tg.MessagesAppendTodoListRequest{
		Peer: c.chat(c.cleo, ch), MsgID: m.ID, List: []tg.TodoItem{{ID: 3, Title: tg.TextWithEntities{Text: "tea"}}},
	}))(t)
	got := must(c.cleo.api.ChannelsGetMessages(t.Context(), &tg.ChannelsGetMessagesRequest{Channel: c.in(c.cleo, ch), ID: []tg.InputMessageClass{&tg.InputMessageID{ID: m.ID}}}))(t)
	todo := one[*tg.Message](t, got.(*tg.MessagesChannelMessages).Messages).Media.(*tg.MessageMediaToDo)
	if len(todo.Todo.List) != 3 || len(todo.Completions) != 1 || todo.Completions[0].ID != 1 {
		t.Errorf("got %+v", todo)
	}
}

func (d *device) react(to tg.InputPeerClass, id int, emoji ...string) tg.UpdatesClass {
	d.t.Helper()
	req := &tg.MessagesSendReactionRequest{Peer: to, MsgID: id, AddToRecent: true}
	list := []tg.ReactionClass{}
	for _, e := range emoji {
		list = append(list, &tg.ReactionEmoji{Emoticon: e})
	}
	req.SetReaction(list)
	return must(d.api.MessagesSendReaction(d.t.Context(), req))(d.t)
}

func testReactions(t *testing.T, c *club, ch *tg.InputChannel) {
	at := c.anna.send(c.chat(c.anna, ch), "react to this", 0)
	c.bent.react(c.chat(c.bent, ch), at, "👍")
	wait(c.anna, func(u *tg.UpdateEditChannelMessage) bool {
		m, ok := u.Message.(*tg.Message)
		return ok && m.ID == at && len(m.Reactions.Results) == 1
	})
	c.cleo.react(c.chat(c.cleo, ch), at, "🔥")
	list := must(c.anna.api.MessagesGetMessageReactionsList(t.Context(), &tg.MessagesGetMessageReactionsListRequest{Peer: c.chat(c.anna, ch), ID: at, Limit: 10}))(t)
	if list.Count != 2 {
		t.Errorf("%d reactions", list.Count)
	}
	unread := must(c.anna.api.MessagesGetUnreadReactions(t.Context(), &tg.MessagesGetUnreadReactionsRequest{Peer: c.chat(c.anna, ch), Limit: 10}))(t)
	if m, _ := unread.AsModified(); len(m.GetMessages()) != 1 {
		t.Errorf("got %v", unread)
	}
	must(c.anna.api.MessagesReadReactions(t.Context(), &tg.MessagesReadReactionsRequest{Peer: c.chat(c.anna, ch)}))(t)
	c.bent.react(c.chat(c.bent, ch), at)
	got := must(c.cleo.api.MessagesGetMessagesReactions(t.Context(), &tg.MessagesGetMessagesReactionsRequest{Peer: c.chat(c.cleo, ch), ID: []int{at}}))(t)
	results := one[*tg.UpdateMessageReactions](t, flat(got)).Reactions.Results
	if len(results) != 1 || results[0].Count != 1 {
		t.Errorf("got %+v", results)
	}
	_, err := c.bent.api.MessagesSendReaction(t.Context(), &tg.MessagesSendReactionRequest{
		Peer: c.chat(c.bent, ch), MsgID: at, Flags: 1, Reaction: []tg.ReactionClass{&tg.ReactionEmoji{Emoticon: "not an emoji"}},
	})
	refused(t, err, "REACTION_INVALID")
	available := must(c.bent.api.MessagesGetAvailableReactions(t.Context(), 0))(t)
	if a, ok := available.(*tg.MessagesAvailableReactions); !ok || len(a.Reactions) == 0 {
		t.Error("no reactions are available")
	}
	must(c.bent.api.MessagesGetTopReactions(t.Context(), &tg.MessagesGetTopReactionsRequest{Limit: 10}))(t)
	must(c.bent.api.MessagesGetRecentReactions(t.Context(), &tg.MessagesGetRecentReactionsRequest{Limit: 10}))(t)
	must(c.bent.api.MessagesSetDefaultReaction(t.Context(), &tg.ReactionEmoji{Emoticon: "❤"}))(t)
}

func testPrivateReactions(t *testing.T, c *club, _ *tg.InputChannel) {
	c.anna.send(c.peer(c.anna, c.bent), "between us", 0)
	at := c.bent.message("between us").ID
	c.bent.react(c.peer(c.bent, c.anna), at, "❤")
	for _, d := range []*device{c.anna, c.second} {
		u := wait(d, func(u *tg.UpdateMessageReactions) bool {
			peer, ok := u.Peer.(*tg.PeerUser)
			return ok && peer.UserID == c.bent.self().ID && len(u.Reactions.Results) == 1
		})
		if u.Reactions.Results[0].Count != 1 || len(u.Reactions.RecentReactions) != 1 || !u.Reactions.RecentReactions[0].Unread {
			t.Errorf("got %+v", u.Reactions)
		}
	}
}

func testAllowedReactions(t *testing.T, c *club, _ *tg.InputChannel) {
	ch := c.supergroup(t, "One reaction")
	must(c.anna.api.MessagesSetChatAvailableReactions(t.Context(), &tg.MessagesSetChatAvailableReactionsRequest{
		Peer: c.chat(c.anna, ch), AvailableReactions: &tg.ChatReactionsSome{Reactions: []tg.ReactionClass{&tg.ReactionEmoji{Emoticon: "👍"}}},
	}))(t)
	at := c.anna.send(c.chat(c.anna, ch), "thumbs only", 0)
	_, err := c.bent.api.MessagesSendReaction(t.Context(), &tg.MessagesSendReactionRequest{
		Peer: c.chat(c.bent, ch), MsgID: at, Flags: 1, Reaction: []tg.ReactionClass{&tg.ReactionEmoji{Emoticon: "🔥"}},
	})
	refused(t, err, "REACTION_INVALID")
	c.bent.react(c.chat(c.bent, ch), at, "👍")
}

func testTags(t *testing.T, c *club, _ *tg.InputChannel) {
	at := c.anna.send(&tg.InputPeerSelf{}, "to be tagged", 0)
	c.anna.react(&tg.InputPeerSelf{}, at, "👍")
	must(c.anna.api.MessagesUpdateSavedReactionTag(t.Context(), &tg.MessagesUpdateSavedReactionTagRequest{Reaction: &tg.ReactionEmoji{Emoticon: "👍"}, Title: "good"}))(t)
	tags := must(c.anna.api.MessagesGetSavedReactionTags(t.Context(), &tg.MessagesGetSavedReactionTagsRequest{}))(t).(*tg.MessagesSavedReactionTags)
	if len(tags.Tags) != 1 || tags.Tags[0].Count != 1 || tags.Tags[0].Title != "good" {
		t.Errorf("got %+v", tags.Tags)
	}
}

func testAlbum(t *testing.T, c *club, ch *tg.InputChannel) {
	req := &tg.MessagesSendMultiMediaRequest{Peer: c.chat(c.anna, ch)}
	for i := range 3 {
		req.MultiMedia = append(req.MultiMedia, tg.InputSingleMedia{
			Media: &tg.InputMediaContact{PhoneNumber: "4791234567", FirstName: "Kari"}, RandomID: time.Now().UnixNano() + int64(i),
		})
	}
	u, err := c.anna.api.MessagesSendMultiMedia(t.Context(), req)
	if err != nil {
		refusedLike(t, err, "MEDIA_INVALID", "MULTI_MEDIA") // albums are of photos and files, which are not served yet
		return
	}
	groups := map[int64]int{}
	for _, u := range flat(u) {
		if u, ok := u.(*tg.UpdateNewChannelMessage); ok {
			groups[u.Message.(*tg.Message).GroupedID]++
		}
	}
	if len(groups) != 1 {
		t.Errorf("got %v", groups)
	}
}

func testPreview(t *testing.T, c *club, ch *tg.InputChannel) {
	c.anna.send(c.chat(c.anna, ch), "see http://127.0.0.1:1/secret", 0)
	if m := c.bent.posted("see http://127.0.0.1:1/secret"); m.Media != nil {
		if w, ok := m.Media.(*tg.MessageMediaWebPage); ok {
			if _, ok := w.Webpage.(*tg.WebPage); ok {
				t.Error("the server read a page of its own machine")
			}
		}
	}
	_, err := c.anna.api.MessagesGetWebPagePreview(t.Context(), &tg.MessagesGetWebPagePreviewRequest{Message: "http://127.0.0.1:1/"})
	if err != nil {
		t.Error(err)
	}
}
