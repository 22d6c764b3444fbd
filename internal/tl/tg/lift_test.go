package tg

import (
	"reflect"
	"testing"

	"hermod/internal/tl"
	"hermod/internal/tl/gen"
)

func value(name string, fields map[string]any) gen.Value {
	return gen.Value{Name: name, Fields: fields}
}

var (
	oldPeer    = value("inputPeerUser", map[string]any{"user_id": int64(5), "access_hash": int64(6)})
	newPeer    = &InputPeerUser{UserID: 5, AccessHash: 6}
	oldUser    = value("inputUser", map[string]any{"user_id": int64(5), "access_hash": int64(6)})
	newUser    = &InputUser{UserID: 5, AccessHash: 6}
	oldChannel = value("inputChannel", map[string]any{"channel_id": int64(8), "access_hash": int64(9)})
	newChannel = &InputPeerChannel{ChannelID: 8, AccessHash: 9}
)

// TestLift sends requests in the shape of an old layer and compares what handlers see.
func TestLift(t *testing.T) {
	tests := []struct {
		name   string
		layer  int
		method string
		fields map[string]any
		want   Request
	}{
		{"reply", 134, "messages.sendMessage",
			map[string]any{"peer": oldPeer, "reply_to_msg_id": int32(3), "message": "hi", "random_id": int64(1)},
			&MessagesSendMessage{Peer: newPeer, Message: "hi", RandomID: 1, ReplyTo: &InputReplyToMessage{ReplyToMsgID: 3}}},
		{"no reply", 158, "messages.sendMessage",
			map[string]any{"peer": oldPeer, "message": "hi", "random_id": int64(1)},
			&MessagesSendMessage{Peer: newPeer, Message: "hi", RandomID: 1}},
		{"reply in a topic", 158, "messages.sendMessage",
			map[string]any{"peer": oldPeer, "reply_to_msg_id": int32(3), "top_msg_id": int32(2), "random_id": int64(1)},
			&MessagesSendMessage{Peer: newPeer, RandomID: 1, ReplyTo: &InputReplyToMessage{ReplyToMsgID: 3, TopMsgID: new(int32(2))}}},
		{"post in a topic", 158, "messages.sendMessage",
			map[string]any{"peer": oldPeer, "top_msg_id": int32(2), "random_id": int64(1)},
			&MessagesSendMessage{Peer: newPeer, RandomID: 1, ReplyTo: &InputReplyToMessage{ReplyToMsgID: 2, TopMsgID: new(int32(2))}}},
		{"draft", 165, "messages.saveDraft",
			map[string]any{"peer": oldPeer, "message": "dr", "reply_to_msg_id": int32(4)},
			&MessagesSaveDraft{Peer: newPeer, Message: "dr", ReplyTo: &InputReplyToMessage{ReplyToMsgID: 4}}},
		{"screenshot", 159, "messages.sendScreenshotNotification",
			map[string]any{"peer": oldPeer, "reply_to_msg_id": int32(4), "random_id": int64(1)},
			&MessagesSendScreenshotNotification{Peer: newPeer, ReplyToMsgID: 4, RandomID: 1, ReplyTo: &InputReplyToMessage{ReplyToMsgID: 4}}},
		{"theme", 212, "messages.setChatTheme", map[string]any{"peer": oldPeer, "emoticon": "x"},
			&MessagesSetChatTheme{Peer: newPeer, Emoticon: "x", Theme: &InputChatTheme{Emoticon: "x"}}},
		{"no theme", 212, "messages.setChatTheme", map[string]any{"peer": oldPeer, "emoticon": ""},
			&MessagesSetChatTheme{Peer: newPeer, Theme: &InputChatThemeEmpty{}}},
		{"reaction", 144, "messages.sendReaction",
			map[string]any{"peer": oldPeer, "msg_id": int32(4), "reaction": "+"},
			&MessagesSendReaction{Peer: newPeer, MsgID: 4, Reaction: []ReactionClass{&ReactionEmoji{Emoticon: "+"}}}},
		{"reaction taken back", 144, "messages.sendReaction",
			map[string]any{"peer": oldPeer, "msg_id": int32(4), "reaction": ""},
			&MessagesSendReaction{Peer: newPeer, MsgID: 4, Reaction: []ReactionClass{}}},
		{"report", 187, "messages.report",
			map[string]any{"peer": oldPeer, "id": []any{int32(1)}, "reason": value("inputReportReasonSpam", nil), "message": "m"},
			&MessagesReport{Peer: newPeer, ID: []int32{1}, Reason: &InputReportReasonSpam{}, Option: []byte("inputReportReasonSpam"), Message: "m"}},
		{"e-mail", 144, "account.verifyEmail", map[string]any{"email": "a@b", "code": "1"},
			&AccountVerifyEmail{Email: "a@b", Code: "1", Purpose: &EmailVerifyPurposePassport{}, Verification: &EmailVerificationCode{Code: "1"}}},
		{"colour", 198, "account.updateColor", map[string]any{"color": int32(2), "background_emoji_id": int64(3)},
			&AccountUpdateColor{Color: &PeerColor{Color: new(int32(2)), BackgroundEmojiID: new(int64(3))}}},
		{"sound", 139, "account.updateNotifySettings",
			map[string]any{"peer": value("inputNotifyUsers", nil), "settings": value("inputPeerNotifySettings", map[string]any{"sound": ""})},
			&AccountUpdateNotifySettings{Peer: &InputNotifyUsers{}, Settings: &InputPeerNotifySettings{Sound: &NotificationSoundNone{}}}},
		{"file offset", 140, "upload.getFile",
			map[string]any{"location": value("inputTakeoutFileLocation", nil), "offset": int32(4096), "limit": int32(4096)},
			&UploadGetFile{Location: &InputTakeoutFileLocation{}, Offset: 4096, Limit: 4096}},
		{"topic", 223, "channels.updatePinnedForumTopic",
			map[string]any{"channel": oldChannel, "topic_id": int32(2), "pinned": true},
			&MessagesUpdatePinnedForumTopic{Peer: newChannel, TopicID: 2, Pinned: true}},
		{"creator", 214, "channels.editCreator",
			map[string]any{"channel": oldChannel, "user_id": oldUser, "password": value("inputCheckPasswordEmpty", nil)},
			&MessagesEditChatCreator{Peer: newChannel, UserID: newUser, Password: &InputCheckPasswordEmpty{}}},
		{"spammer", 134, "channels.deleteUserHistory", map[string]any{"channel": oldChannel, "user_id": oldUser},
			&ChannelsDeleteParticipantHistory{Channel: &InputChannel{ChannelID: 8, AccessHash: 9}, Participant: newPeer}},
		{"story", 160, "stories.getPinnedStories", map[string]any{"user_id": oldUser, "limit": int32(1)},
			&StoriesGetPinnedStories{Peer: newPeer, UserID: newUser, Limit: 1}},
		{"requested peer", 158, "messages.sendBotRequestedPeer",
			map[string]any{"peer": oldPeer, "msg_id": int32(1), "button_id": int32(2), "requested_peer": oldPeer},
			&MessagesSendBotRequestedPeer{Peer: newPeer, MsgID: new(int32(1)), ButtonID: 2, RequestedPeer: newPeer, RequestedPeers: []InputPeerClass{newPeer}}},
		{"translation", 151, "messages.translateText",
			map[string]any{"text": "hei", "to_lang": "en"},
			&MessagesTranslateText{Text: []*TextWithEntities{plain("hei")}, ToLang: "en"}},
		{"filter title", 181, "messages.updateDialogFilter",
			map[string]any{"id": int32(2), "filter": value("dialogFilter", map[string]any{"id": int32(2), "title": "Work"})},
			&MessagesUpdateDialogFilter{ID: 2, Filter: &DialogFilter{ID: 2, Title: plain("Work"),
				PinnedPeers: []InputPeerClass{}, IncludePeers: []InputPeerClass{}, ExcludePeers: []InputPeerClass{}}}},
		{"poll", 158, "messages.sendMedia", map[string]any{"peer": oldPeer, "message": "", "random_id": int64(1), "media": oldPoll()},
			&MessagesSendMedia{Peer: newPeer, RandomID: 1, Media: &InputMediaPoll{Poll: newPoll(), CorrectAnswers: []int32{1}}}},
	}
	file := schemaFile(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := file.At(tt.layer).Encode(tt.method, tt.fields)
			if err != nil {
				t.Fatal(err)
			}
			got, err := DecodeRequest(tl.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func oldPoll() gen.Value {
	answer := func(text string) gen.Value {
		return value("pollAnswer", map[string]any{"text": text, "option": []byte(text)})
	}
	return value("inputMediaPoll", map[string]any{
		"poll": value("poll", map[string]any{
			"id": int64(1), "quiz": true, "question": "?", "answers": []any{answer("a"), answer("b")},
		}),
		"correct_answers": []any{[]byte("b")},
	})
}

func newPoll() *Poll {
	answer := func(text string) PollAnswerClass { return &PollAnswer{Text: plain(text), Option: []byte(text)} }
	return &Poll{ID: 1, Quiz: true, Question: plain("?"), Answers: []PollAnswerClass{answer("a"), answer("b")}}
}

// TestLiftKeyboards reads keyboards of layers before 229, in which every kind of button was a constructor.
func TestLiftKeyboards(t *testing.T) {
	row := func(buttons ...any) []any {
		return []any{value("keyboardButtonRow", map[string]any{"buttons": buttons})}
	}
	url := value("keyboardButtonUrl", map[string]any{"text": "u", "url": "https://x"})
	phone := value("keyboardButtonRequestPhone", map[string]any{"text": "p"})
	tests := []struct {
		name   string
		markup gen.Value
		want   ReplyMarkupClass
	}{
		{"inline", value("replyInlineMarkup", map[string]any{"rows": row(url, phone)}),
			&ReplyInlineMarkup{Rows: []*KeyboardInlineButtonRow{{Buttons: []*KeyboardInlineButton{
				{Text: "u", Type: &InlineButtonTypeURL{URL: "https://x"}},
			}}}}},
		{"reply", value("replyKeyboardMarkup", map[string]any{"rows": row(phone, value("keyboardButton", map[string]any{"text": "t"}))}),
			&ReplyKeyboardMarkup{Rows: []*KeyboardButtonRow{{Buttons: []KeyboardButtonClass{
				&KeyboardButton{Text: "p", Type: &ButtonTypeRequestPhone{}},
				&KeyboardButton{Text: "t", Type: &ButtonTypeDefault{}},
			}}}}},
	}
	file := schemaFile(t)
	for _, tt := range tests {
		for _, layer := range []int{134, 181, 228} {
			b, err := file.At(layer).Encode(tt.markup.Name, tt.markup.Fields)
			if err != nil {
				t.Fatal(err)
			}
			r := tl.NewReader(b)
			got := DecodeReplyMarkupClass(r)
			if err := r.End(); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s, layer %d: got %+v", tt.name, layer, got)
			}
		}
	}
}
