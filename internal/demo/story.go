package demo

import (
	"context"
	"fmt"

	"hermod/internal/tl/tg"
)

// A line is what somebody says.
type line struct {
	who   int
	words string
	// answers is the place of the line that this one answers, from 1.
	answers int
	// hearts are those who react, with what.
	hearts map[int]string
}

// talk writes lines at a place and returns the numbers of their messages, as their authors know them.
func (w *world) talk(ctx context.Context, at func(who int) place, lines []line) ([]int32, error) {
	sent := make([]int32, len(lines))
	for i, l := range lines {
		var answered int32
		if l.answers > 0 {
			answered = sent[l.answers-1]
		}
		id, err := w.people[l.who].say(ctx, at(l.who), answered, l.words)
		if err != nil {
			return nil, err
		}
		sent[i] = id
		for who, emoji := range l.hearts {
			if err := w.people[who].react(ctx, at(who), id, emoji); err != nil {
				return nil, err
			}
		}
	}
	return sent, nil
}

// chats are the private ones. Numbers of messages differ from side to side, so nothing is answered there.
func (w *world) chats(ctx context.Context) error {
	for _, c := range []struct {
		a, b  int
		lines []line
	}{
		{0, 1, []line{
			{who: 0, words: "Is the boat in the water yet?"},
			{who: 1, words: "It is *next to* the water. That counts for something."},
			{who: 0, words: "Two years next to the water 😄"},
			{who: 1, words: "Saturday. I promise. Bring rope and low expectations."},
			{who: 0, words: "Rope I have."},
		}},
		{2, 0, []line{
			{who: 2, words: "The tape from the harbour is cleaned up. You can hear the gulls now."},
			{who: 0, words: "Please send it!"},
		}},
		{3, 0, []line{
			{who: 3, words: "Cardamom buns are out of the oven. They last until eight, if nobody tells Kenji."},
			{who: 0, words: "On my way 🏃"},
			{who: 3, words: "I keep you two."},
		}},
		{5, 0, []line{
			{who: 5, words: "The 16:42 runs only on days with a low tide before nine. I made a table."},
			{who: 0, words: "Of course you made a table."},
		}},
		{4, 0, []line{
			{who: 4, words: "May we print your photo of the ridge on the front page?"},
		}},
	} {
		a, b := w.people[c.a], w.people[c.b]
		at := func(who int) place {
			if who == c.a {
				return with(b)
			}
			return with(a)
		}
		if _, err := w.talk(ctx, at, c.lines); err != nil {
			return err
		}
	}
	return w.things(ctx)
}

// things are sent in the private chats.
func (w *world) things(ctx context.Context) error {
	ingrid, jonas, amina := w.people[0], w.people[1], w.people[2]
	boat, err := w.picture(1280, 860)
	if err != nil {
		return err
	}
	if _, err := jonas.photo(ctx, with(ingrid), boat, "The view from where the boat will be"); err != nil {
		return err
	}
	tune, seconds := melody()
	title, by := "Harbour, tape 3", "Amina Yusuf"
	_, err = amina.document(ctx, with(ingrid), "harbour-3.wav", "audio/wav", tune,
		&tg.DocumentAttributeAudio{Duration: seconds, Title: &title, Performer: &by})
	if err != nil {
		return err
	}
	list := "Packing list\n\n- rope\n- coffee\n- more rope\n"
	if _, err = ingrid.document(ctx, with(jonas), "packing-list.txt", "text/plain", []byte(list)); err != nil {
		return err
	}
	return w.small(ctx)
}

// small are a voice message, a sticker and a moving picture.
func (w *world) small(ctx context.Context) error {
	ingrid, jonas, mateo := w.people[0], w.people[1], w.people[3]
	hum, seconds, waves := hum()
	_, err := jonas.document(ctx, with(ingrid), "voice.wav", "audio/wav", hum, &tg.DocumentAttributeAudio{Voice: true, Duration: seconds, Waveform: waves})
	if err != nil {
		return err
	}
	stickers, err := ingrid.stickers(ctx)
	if err != nil {
		return err
	}
	if _, err := ingrid.show(ctx, with(jonas), stickers[1], ""); err != nil {
		return err
	}
	dawn, err := sunrise(gifWidth, gifHeight)
	if err != nil {
		return err
	}
	_, err = mateo.document(ctx, with(ingrid), "dawn.gif", "image/gif", dawn,
		new(tg.DocumentAttributeAnimated), &tg.DocumentAttributeImageSize{W: gifWidth, H: gifHeight})
	return err
}

// groups are a supergroup of all.
func (w *world) groups(ctx context.Context) error {
	ingrid := w.people[0]
	id, err := w.found(ctx, ingrid, &tg.ChannelsCreateChannel{Megagroup: true, Title: "Sunday walks", About: "Where to on Sunday? Everybody is welcome, dogs most of all."})
	if err != nil {
		return err
	}
	w.walks = id
	if err := w.face(ctx, ingrid, id); err != nil {
		return err
	}
	at := func(int) place { return inChannel(id) }
	sent, err := w.talk(ctx, at, []line{
		{who: 0, words: "*Sunday, ten o'clock,* at the old mill. We take the ridge if the fog lifts, otherwise the lake.", hearts: map[int]string{1: "👍", 3: "👍", 5: "❤"}},
		{who: 5, words: "The fog lifts at 10:40. There is a table.", answers: 1, hearts: map[int]string{0: "😁", 2: "😁", 4: "😁"}},
		{who: 3, words: "I bring buns. How many are we?"},
		{who: 2, words: "Five and a half, my sister's dog counts for a half", answers: 3},
		{who: 1, words: "I come later, the boat …"},
		{who: 4, words: "… is next to the water, we know 😄", answers: 5, hearts: map[int]string{0: "😁", 1: "😢"}},
	})
	if err != nil {
		return err
	}
	if err := ingrid.pin(ctx, inChannel(id), sent[0]); err != nil {
		return err
	}
	if err := w.lastSunday(ctx, inChannel(id)); err != nil {
		return err
	}
	if err := w.bring(ctx, inChannel(id)); err != nil {
		return err
	}
	return w.whereTo(ctx, inChannel(id))
}

// bring is the to-do list.
func (w *world) bring(ctx context.Context, at place) error {
	list, err := w.people[3].todo(ctx, at, "Who brings what", "Buns", "Coffee, two flasks", "The map", "A towel for the dog")
	if err != nil {
		return err
	}
	for who, done := range map[int]int32{3: 1, 0: 3} {
		if _, err := w.people[who].change(ctx, &tg.MessagesToggleTodoCompleted{Peer: at(w.people[who]), MsgID: list, Completed: []int32{done}}); err != nil {
			return err
		}
	}
	return nil
}

// forum is a group with topics.
func (w *world) forum(ctx context.Context) (err error) {
	jonas := w.people[1]
	w.club, err = w.found(ctx, jonas, &tg.ChannelsCreateChannel{Megagroup: true, Forum: true, Title: "Boat club", About: "For those with a boat, and for those next to one."})
	if err != nil {
		return err
	}
	if err := w.face(ctx, jonas, w.club); err != nil {
		return err
	}
	at := inChannel(w.club)
	for i, t := range []struct {
		title string
		lines []line
	}{
		{"Engines", []line{{who: 1, words: "It coughs, then it starts, then it thinks better of it."}, {who: 5, words: "That is the fuel filter. It is always the fuel filter."}}},
		{"Crew wanted", []line{{who: 2, words: "Two evenings a week, no experience needed. We have none either."}, {who: 4, words: "I can knot one knot."}}},
		{"Weather", []line{{who: 5, words: "Gale warning for Thursday. I drew a chart."}, {who: 3, words: "Then Thursday is for baking."}}},
		{"Lost and found", []line{{who: 4, words: "Found at the jetty: one left boot, size 44, full of _confidence_."}}},
	} {
		topic, err := jonas.topic(ctx, at, t.title, topicColours[i])
		if err != nil {
			return err
		}
		for _, l := range t.lines {
			if _, err := w.people[l.who].say(ctx, at, topic, l.words); err != nil {
				return err
			}
		}
	}
	return nil
}

// topicColours are some of those that topics can have.
var topicColours = []int32{0x6fb9f0, 0xff93b2, 0x8eee98, 0xffd67e}

// lastSunday shows an album.
func (w *world) lastSunday(ctx context.Context, at place) error {
	var photos [][]byte
	for range 3 {
		data, err := w.picture(1200, 800)
		if err != nil {
			return err
		}
		photos = append(photos, data)
	}
	return w.people[2].album(ctx, at, "Last Sunday, in the right order", photos...)
}

// whereTo is the poll.
func (w *world) whereTo(ctx context.Context, at place) error {
	poll, err := w.people[0].poll(ctx, at, "Where to next?", "The lighthouse", "Over the ridge", "Wherever the buns are")
	if err != nil {
		return err
	}
	for who, answer := range []byte{1, 0, 2, 2, 0} {
		if err := w.people[who].vote(ctx, at, poll, answer); err != nil {
			return err
		}
	}
	return nil
}

// channel is a busy one, with a group for its comments.
func (w *world) channel(ctx context.Context) error {
	editor := w.people[4]
	id, err := w.found(ctx, editor, &tg.ChannelsCreateChannel{Broadcast: true, Title: "The Northern Post", About: "Small news from a small coast."})
	if err != nil {
		return err
	}
	w.paper = id
	comments, err := w.found(ctx, editor, &tg.ChannelsCreateChannel{Megagroup: true, Title: "Letters to the editor", About: "What readers say."})
	if err != nil {
		return err
	}
	w.letters = comments
	if _, err := ask(ctx, editor, &tg.ChannelsSetDiscussionGroup{Broadcast: editor.channel(id), Group: editor.channel(comments)}, decodeBool); err != nil {
		return err
	}
	if _, err := ask(ctx, editor, &tg.ChannelsUpdateUsername{Channel: editor.channel(id), Username: "northern_post"}, decodeBool); err != nil {
		return err
	}
	if err := w.face(ctx, editor, id); err != nil {
		return err
	}
	return w.posts(ctx, inChannel(id), comments)
}

var news = []string{
	"*Good morning.* The ferry runs, the library opens at ten, and the bakery has already sold out of cardamom buns.",
	"*Council votes for longer benches.* The old ones seated two and a half. The new ones, says the mayor, seat _a conversation_.",
	"*Weather.* Wind from the west, then from everywhere. Hats are a matter of personal courage.",
	"*Correction.* Yesterday we wrote that the lighthouse is the tallest building on the coast. It is the second tallest. We regret the height.",
}

func (w *world) posts(ctx context.Context, at place, comments int64) error {
	editor := w.people[4]
	var last int32
	for i, words := range news {
		post, err := w.post(ctx, at, i, words)
		if err != nil {
			return err
		}
		for who := range 4 {
			if err := w.people[who].react(ctx, at, post, []string{"👍", "❤", "😁", "🔥"}[(who*i)%4]); err != nil {
				return err
			}
		}
		last = post
	}
	reader := w.people[0] // of all but the two newest
	if _, err := ask(ctx, reader, &tg.ChannelsReadHistory{Channel: reader.channel(w.paper), MaxID: last - 2}, decodeBool); err != nil {
		return err
	}
	return w.comment(ctx, at, editor, last, comments)
}

// post writes a piece of news; some have a picture.
func (w *world) post(ctx context.Context, at place, i int, words string) (int32, error) {
	if i%2 == 0 {
		return w.people[4].say(ctx, at, 0, words)
	}
	data, err := w.picture(1280, 720)
	if err != nil {
		return 0, err
	}
	return w.people[4].photo(ctx, at, data, words)
}

// comment lets readers answer a post.
func (w *world) comment(ctx context.Context, at place, editor *person, post int32, group int64) error {
	found, err := ask(ctx, editor, &tg.MessagesGetDiscussionMessage{Peer: at(editor), MsgID: post}, tg.DecodeMessagesDiscussionMessage)
	if err != nil {
		return err
	}
	if len(found.Messages) == 0 {
		return fmt.Errorf("the post has no place for comments: %w", errAnswer)
	}
	top, ok := found.Messages[len(found.Messages)-1].(*tg.Message)
	if !ok {
		return fmt.Errorf("the post has no place for comments: %w", errAnswer)
	}
	for _, l := range []line{
		{who: 5, words: "By 1.4 metres. I wrote to you about it twice."},
		{who: 1, words: "What is the tallest, then?"},
		{who: 5, words: "The silo."},
		{who: 2, words: "Justice for the silo ✊"},
	} {
		if _, err := w.people[l.who].say(ctx, inChannel(group), top.ID, l.words); err != nil {
			return err
		}
	}
	return nil
}

// bot lets the bot greet somebody who has started it.
func (w *world) bot(ctx context.Context) error {
	if w.o.Bot == nil {
		return nil
	}
	token, err := w.o.Bot(ctx)
	if err != nil {
		return err
	}
	bot := &person{name: "Tide bot"}
	if err := bot.connect(ctx, w.o.Address, w.key, w.group); err != nil {
		return err
	}
	defer bot.close()
	in, err := ask(ctx, bot, &tg.AuthImportBotAuthorization{APIID: 1, APIHash: "demo", BotAuthToken: token}, tg.DecodeAuthAuthorizationClass)
	if err != nil {
		return err
	}
	if err := bot.welcome(in); err != nil {
		return err
	}
	return w.askForTide(ctx, bot)
}

func (w *world) askForTide(ctx context.Context, bot *person) error {
	ingrid := w.people[0]
	found, err := ask(ctx, ingrid, &tg.ContactsResolveUsername{Username: BotUsername}, tg.DecodeContactsResolvedPeer)
	if err != nil {
		return err
	}
	ingrid.learn(found.Users, found.Chats)
	if _, err := ingrid.say(ctx, with(bot), 0, "/start"); err != nil {
		return err
	}
	missed, err := ask(ctx, bot, &tg.UpdatesGetDifference{Pts: 1, Date: 1}, tg.DecodeUpdatesDifferenceClass)
	if err != nil {
		return err
	}
	if d, ok := missed.(*tg.UpdatesDifference); ok {
		bot.learn(d.Users, d.Chats)
	}
	_, err = bot.say(ctx, with(ingrid), 0, "Hello! *High tide* today at 14:52, low tide at 20:58. I tell you when it is time for a swim.")
	return err
}

// BotUsername and BotName are those of the bot of the world.
const (
	BotUsername = "tide_table_bot"
	BotName     = "Tide table"
)
