package demo

import (
	"context"
	"fmt"
	"math/rand/v2"

	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// say writes a text and returns the number of its message. Answered is the message that it answers, or 0.
func (p *person) say(ctx context.Context, at place, answered int32, words string) (int32, error) {
	text, entities := format(words)
	return p.change(ctx, &tg.MessagesSendMessage{
		Peer: at(p), ReplyTo: reply(answered), Message: text, Entities: entities, RandomID: rand.Int64(),
	})
}

// show sends something with a caption.
func (p *person) show(ctx context.Context, at place, media tg.InputMediaClass, caption string) (int32, error) {
	text, entities := format(caption)
	return p.change(ctx, &tg.MessagesSendMedia{Peer: at(p), Media: media, Message: text, Entities: entities, RandomID: rand.Int64()})
}

func (p *person) photo(ctx context.Context, at place, data []byte, caption string) (int32, error) {
	file, err := p.upload(ctx, "photo.jpg", data)
	if err != nil {
		return 0, err
	}
	return p.show(ctx, at, &tg.InputMediaUploadedPhoto{File: file}, caption)
}

func (p *person) document(ctx context.Context, at place, name, mime string, data []byte, more ...tg.DocumentAttributeClass) (int32, error) {
	file, err := p.upload(ctx, name, data)
	if err != nil {
		return 0, err
	}
	attributes := append([]tg.DocumentAttributeClass{&tg.DocumentAttributeFilename{FileName: name}}, more...)
	return p.show(ctx, at, &tg.InputMediaUploadedDocument{File: file, MimeType: mime, Attributes: attributes}, "")
}

// album sends several photos as one.
func (p *person) album(ctx context.Context, at place, caption string, photos ...[]byte) error {
	var all []*tg.InputSingleMedia
	for _, data := range photos {
		file, err := p.upload(ctx, "photo.jpg", data)
		if err != nil {
			return err
		}
		kept, err := ask(ctx, p, &tg.MessagesUploadMedia{Peer: at(p), Media: &tg.InputMediaUploadedPhoto{File: file}}, tg.DecodeMessageMediaClass)
		if err != nil {
			return err
		}
		photo, ok := mediaPhoto(kept)
		if !ok {
			return fmt.Errorf("%s: %w", kept.TLName(), errAnswer)
		}
		all = append(all, &tg.InputSingleMedia{Media: photo, RandomID: rand.Int64(), Message: caption})
		caption = ""
	}
	_, err := p.change(ctx, &tg.MessagesSendMultiMedia{Peer: at(p), MultiMedia: all})
	return err
}

func mediaPhoto(m tg.MessageMediaClass) (*tg.InputMediaPhoto, bool) {
	shown, ok := m.(*tg.MessageMediaPhoto)
	if !ok {
		return nil, false
	}
	photo, ok := shown.Photo.(*tg.Photo)
	if !ok {
		return nil, false
	}
	return &tg.InputMediaPhoto{ID: &tg.InputPhoto{ID: photo.ID, AccessHash: photo.AccessHash, FileReference: photo.FileReference}}, true
}

func (p *person) poll(ctx context.Context, at place, question string, answers ...string) (int32, error) {
	poll := &tg.Poll{PublicVoters: true, Question: &tg.TextWithEntities{Text: question}}
	for i, a := range answers {
		poll.Answers = append(poll.Answers, &tg.PollAnswer{Text: &tg.TextWithEntities{Text: a}, Option: []byte{byte(i)}})
	}
	return p.show(ctx, at, &tg.InputMediaPoll{Poll: poll}, "")
}

// todo sends a list of tasks that everybody can tick off.
func (p *person) todo(ctx context.Context, at place, title string, tasks ...string) (int32, error) {
	list := &tg.TodoList{OthersCanAppend: true, OthersCanComplete: true, Title: &tg.TextWithEntities{Text: title}}
	for i, t := range tasks {
		list.List = append(list.List, &tg.TodoItem{ID: int32(i + 1), Title: &tg.TextWithEntities{Text: t}})
	}
	return p.show(ctx, at, &tg.InputMediaTodo{Todo: list}, "")
}

// topic opens a topic of a forum and returns its number.
func (p *person) topic(ctx context.Context, at place, title string, colour int32) (int32, error) {
	return p.change(ctx, &tg.MessagesCreateForumTopic{Peer: at(p), Title: title, IconColor: &colour, RandomID: rand.Int64()})
}

func (p *person) vote(ctx context.Context, at place, message int32, answer byte) error {
	_, err := p.change(ctx, &tg.MessagesSendVote{Peer: at(p), MsgID: message, Options: [][]byte{{answer}}})
	return err
}

func (p *person) react(ctx context.Context, at place, message int32, emoji string) error {
	_, err := p.change(ctx, &tg.MessagesSendReaction{Peer: at(p), MsgID: message, Reaction: []tg.ReactionClass{&tg.ReactionEmoji{Emoticon: emoji}}})
	return err
}

func (p *person) pin(ctx context.Context, at place, message int32) error {
	_, err := p.change(ctx, &tg.MessagesUpdatePinnedMessage{Peer: at(p), ID: message, Silent: true})
	return err
}

// change sends what is answered by updates, learns whom they name, and returns the number of the message that came of it.
func (p *person) change(ctx context.Context, request tl.Object) (int32, error) {
	answer, err := ask(ctx, p, request, tg.DecodeUpdatesClass)
	if err != nil {
		return 0, err
	}
	switch u := answer.(type) {
	case *tg.UpdateShortSentMessage:
		return u.ID, nil
	case *tg.Updates:
		p.learn(u.Users, u.Chats)
		return sentID(u.Updates), nil
	}
	return 0, nil
}

func sentID(list []tg.UpdateClass) int32 {
	for _, u := range list {
		if u, ok := u.(*tg.UpdateMessageID); ok {
			return u.ID
		}
	}
	return 0
}

func reply(to int32) tg.InputReplyToClass {
	if to == 0 {
		return nil
	}
	return &tg.InputReplyToMessage{ReplyToMsgID: to}
}
