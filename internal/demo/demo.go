// Package demo fills a fresh server with a lively small world: people who know each other, their chats, groups, a channel
// with comments, pictures and a tune that are made here, a poll and a bot. It does so through the public API alone, as any
// client would, on a server that takes test numbers.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"

	"hermod/internal/mtproto/crypto"
	"hermod/internal/tl/tg"
)

// ErrFilled means that the first number of the world has an account already.
var ErrFilled = errors.New("this server is filled already: the demo needs a fresh one")

// Options say which server to fill.
type Options struct {
	Address string // host and port
	Key     []byte // its public key, PEM
	// Bot makes the bot of the world and returns its token; nil: it is left out.
	Bot func(context.Context) (token string, err error)
	// Out is told how to log in.
	Out io.Writer
}

// A world is what is being filled.
type world struct {
	o        Options
	key      crypto.PublicKey
	group    *crypto.Group
	people   []*person
	pictures int
	// The places that more than one step needs.
	walks, paper, letters, club int64
}

// Fill makes the world and tells on o.Out how to look at it. It fails with ErrFilled, with the errors of the connection,
// and with those that the server answers.
func Fill(ctx context.Context, o Options) error {
	key, err := crypto.ParsePublicKey(o.Key)
	if err != nil {
		return fmt.Errorf("public key: %w", err)
	}
	w := &world{o: o, key: key, group: crypto.NewGroup(), people: cast()}
	defer w.close()
	for _, step := range []func(context.Context) error{w.settle, w.chats, w.groups, w.forum, w.channel, w.bot, w.tidy} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	w.tell()
	return nil
}

func cast() []*person {
	return []*person{
		{name: "Ingrid", last: "Solberg", username: "ingrid_solberg", about: "Maps, mountains and too much coffee",
			look: look{rgb(0x9ccfc4), rgb(0x1f4e5f), rgb(0xf3cfb3), rgb(0xc8702f), long}},
		{name: "Jonas", last: "Berg", username: "jonas_berg", about: "Builds boats. Slowly.",
			look: look{rgb(0xe9b872), rgb(0x33475b), rgb(0xf0c39e), rgb(0x6b4226), beard}},
		{name: "Amina", last: "Yusuf", username: "amina_yusuf", about: "Radio, records, Bergen",
			look: look{rgb(0xd9a5b3), rgb(0xf2e3c6), rgb(0x8a5a3c), rgb(0x1d1a20), bun}},
		{name: "Mateo", last: "Rivera", username: "mateo_rivera", about: "I bake at night",
			look: look{rgb(0x8fb8de), rgb(0xf7f4ef), rgb(0xd9a06f), rgb(0x2b1d18), short}},
		{name: "Sunniva", last: "Dahl", username: "sunniva_dahl", about: "Editor of The Northern Post",
			look: look{rgb(0xb9a6d9), rgb(0x8c2f39), rgb(0xf7d9c4), rgb(0xe6c66e), bun}},
		{name: "Kenji", last: "Mori", username: "kenji_mori", about: "Trains and tide tables",
			look: look{rgb(0xa8c686), rgb(0x2f3e46), rgb(0xe8bd93), rgb(0x17161a), short}},
	}
}

// settle signs everybody up and makes them know each other.
func (w *world) settle(ctx context.Context) error {
	for i, p := range w.people {
		if err := p.connect(ctx, w.o.Address, w.key, w.group); err != nil {
			return err
		}
		phone, code := number(i)
		if err := p.signUp(ctx, phone, code); err != nil {
			return err
		}
		face, err := portrait(p.look, 480)
		if err != nil {
			return err
		}
		if err := p.introduce(ctx, face); err != nil {
			return err
		}
	}
	for _, p := range w.people {
		if err := p.meet(ctx, w.people); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) close() {
	for _, p := range w.people {
		p.close()
	}
}

// picture draws the next one.
func (w *world) picture(width, height int) ([]byte, error) {
	w.pictures++
	return landscape(width, height, w.pictures+len(moods))
}

func (w *world) tell() {
	fmt.Fprintf(w.o.Out, "The server is filled. Log in as one of these:\n\n")
	for i, p := range w.people {
		phone, code := number(i)
		fmt.Fprintf(w.o.Out, "  +%s  code %s  %s %s (@%s)\n", phone, code, p.name, p.last, p.username)
	}
	fmt.Fprintln(w.o.Out)
}

// found makes a supergroup or channel and makes all people members of it.
func (w *world) found(ctx context.Context, founder *person, c *tg.ChannelsCreateChannel) (int64, error) {
	before := len(founder.channels)
	if _, err := founder.change(ctx, c); err != nil {
		return 0, err
	}
	var id int64
	for known := range founder.channels {
		id = max(id, known)
	}
	if len(founder.channels) == before {
		return 0, fmt.Errorf("no channel was made: %w", errAnswer)
	}
	var guests []tg.InputUserClass
	for _, p := range w.people {
		if p != founder {
			guests = append(guests, founder.user(p))
		}
	}
	if _, err := ask(ctx, founder, &tg.ChannelsInviteToChannel{Channel: founder.channel(id), Users: guests}, tg.DecodeMessagesInvitedUsers); err != nil {
		return 0, err
	}
	return id, w.notice(ctx)
}

// notice lets everybody read his list of chats, and so learn of those he was brought into.
func (w *world) notice(ctx context.Context) error {
	for _, p := range w.people {
		list, err := ask(ctx, p, &tg.MessagesGetDialogs{OffsetPeer: new(tg.InputPeerEmpty), Limit: 50}, tg.DecodeMessagesDialogsClass)
		if err != nil {
			return err
		}
		if d, ok := list.(*tg.MessagesDialogs); ok {
			p.learn(d.Users, d.Chats)
		}
	}
	return nil
}

// face gives a supergroup or channel a picture.
func (w *world) face(ctx context.Context, p *person, channel int64) error {
	data, err := w.picture(640, 640)
	if err != nil {
		return err
	}
	file, err := p.upload(ctx, "face.jpg", data)
	if err != nil {
		return err
	}
	_, err = p.change(ctx, &tg.ChannelsEditPhoto{Channel: p.channel(channel), Photo: &tg.InputChatUploadedPhoto{File: file}})
	return err
}
