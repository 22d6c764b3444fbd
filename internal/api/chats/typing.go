package chats

import "hermod/internal/tl/tg"

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
