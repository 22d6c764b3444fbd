package chats

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/tl/tg"
)

// typings are the things a person can be seen doing, by their TL names.
var typings = map[string]func(progress int32) tg.SendMessageActionClass{
	"sendMessageTypingAction":         func(int32) tg.SendMessageActionClass { return &tg.SendMessageTypingAction{} },
	"sendMessageCancelAction":         func(int32) tg.SendMessageActionClass { return &tg.SendMessageCancelAction{} },
	"sendMessageRecordVideoAction":    func(int32) tg.SendMessageActionClass { return &tg.SendMessageRecordVideoAction{} },
	"sendMessageRecordAudioAction":    func(int32) tg.SendMessageActionClass { return &tg.SendMessageRecordAudioAction{} },
	"sendMessageRecordRoundAction":    func(int32) tg.SendMessageActionClass { return &tg.SendMessageRecordRoundAction{} },
	"sendMessageGeoLocationAction":    func(int32) tg.SendMessageActionClass { return &tg.SendMessageGeoLocationAction{} },
	"sendMessageChooseContactAction":  func(int32) tg.SendMessageActionClass { return &tg.SendMessageChooseContactAction{} },
	"sendMessageChooseStickerAction":  func(int32) tg.SendMessageActionClass { return &tg.SendMessageChooseStickerAction{} },
	"sendMessageGamePlayAction":       func(int32) tg.SendMessageActionClass { return &tg.SendMessageGamePlayAction{} },
	"sendMessageUploadVideoAction":    func(p int32) tg.SendMessageActionClass { return &tg.SendMessageUploadVideoAction{Progress: p} },
	"sendMessageUploadAudioAction":    func(p int32) tg.SendMessageActionClass { return &tg.SendMessageUploadAudioAction{Progress: p} },
	"sendMessageUploadPhotoAction":    func(p int32) tg.SendMessageActionClass { return &tg.SendMessageUploadPhotoAction{Progress: p} },
	"sendMessageUploadDocumentAction": func(p int32) tg.SendMessageActionClass { return &tg.SendMessageUploadDocumentAction{Progress: p} },
	"sendMessageUploadRoundAction":    func(p int32) tg.SendMessageActionClass { return &tg.SendMessageUploadRoundAction{Progress: p} },
}

// typingFrom names what a person does; "" for what is not passed on.
func typingFrom(in tg.SendMessageActionClass) (name string, progress int32) {
	if in == nil {
		return "", 0
	}
	switch t := in.(type) {
	case *tg.SendMessageUploadVideoAction:
		progress = t.Progress
	case *tg.SendMessageUploadAudioAction:
		progress = t.Progress
	case *tg.SendMessageUploadPhotoAction:
		progress = t.Progress
	case *tg.SendMessageUploadDocumentAction:
		progress = t.Progress
	case *tg.SendMessageUploadRoundAction:
		progress = t.Progress
	}
	if typings[in.TLName()] == nil {
		return "", 0
	}
	return in.TLName(), progress
}

// showTyping shows what somebody does to those who are in the chat; to himself it does not.
func showTyping(_ context.Context, viewer ids.User, t messages.Typing) (tg.UpdateClass, []ids.Peer, error) {
	show := typings[t.Action]
	if show == nil || viewer == t.From {
		return nil, nil, nil
	}
	action, from := show(t.Progress), t.From.Peer()
	if t.As != 0 {
		from = t.As
	}
	switch {
	case t.To.Channel() != 0:
		u := &tg.UpdateChannelUserTyping{ChannelID: int64(t.To.Channel()), FromID: view.Peer(from), Action: action}
		if t.Thread != 0 {
			u.TopMsgID = new(int32(t.Thread))
		}
		return u, []ids.Peer{from}, nil
	case t.To.Chat() != 0:
		return &tg.UpdateChatUserTyping{ChatID: int64(t.To.Chat()), FromID: view.Peer(from), Action: action}, []ids.Peer{from}, nil
	}
	return &tg.UpdateUserTyping{UserID: int64(t.From), Action: action}, nil, nil
}
