package chats

import (
	"reflect"
	"testing"

	"hermod/internal/tl/tg"
)

// TestReplyAcrossChats answers in one chat to a message of another, first in a draft.
func TestReplyAcrossChats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		w.say(p[1], p[0], "question", 1)
		there := w.peer(p[0], p[1])
		to := &tg.InputReplyToMessage{ReplyToMsgID: 1, ReplyToPeerID: there}
		if _, err := serve[tg.Bool](w, p[0], &tg.MessagesSaveDraft{Peer: w.peer(p[0], p[2]), Message: "ans", ReplyTo: to}); err != nil {
			t.Fatal(err)
		}
		drafts := must[tg.UpdatesClass](t)(serve[tg.UpdatesClass](w, p[0], &tg.MessagesGetAllDrafts{})).(*tg.Updates)
		d := drafts.Updates[0].(*tg.UpdateDraftMessage).Draft.(*tg.DraftMessage)
		if got := d.ReplyTo.(*tg.InputReplyToMessage).ReplyToPeerID; !reflect.DeepEqual(got, there) {
			t.Errorf("draft answers in %+v, want %+v", got, there)
		}
		if got := names(drafts.Users); len(got) != 2 {
			t.Errorf("users %v", got)
		}
		if _, err := w.sendMessage(t.Context(), p[0], &tg.MessagesSendMessage{Peer: w.peer(p[0], p[2]), Message: "answer", RandomID: 2, ReplyTo: to}); err != nil {
			t.Fatal(err)
		}
		// The receiver does not have the message that is answered, so there is none to be given to him.
		got := must[tg.MessagesMessagesClass](t)(w.getMessages(t.Context(), p[2], &tg.MessagesGetMessages{
			ID: []tg.InputMessageClass{&tg.InputMessageReplyTo{ID: 1}},
		})).(*tg.MessagesMessages)
		if len(got.Messages) != 0 {
			t.Errorf("got %+v", got.Messages)
		}
	})
}
