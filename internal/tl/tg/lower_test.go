package tg

import (
	"bytes"
	"reflect"
	"testing"

	"hermod/internal/tl"
	"hermod/internal/tl/gen"
)

// TestLower encodes for an old layer and compares what its client reads.
func TestLower(t *testing.T) {
	unsupported := value("messageMediaUnsupported", map[string]any{})
	peer := func(id int64) gen.Value { return value("peerUser", map[string]any{"user_id": id}) }
	entity := value("messageEntityBold", map[string]any{"offset": int32(0), "length": int32(2)})
	tests := []struct {
		name  string
		layer int
		in    tl.Object
		want  gen.Value
	}{
		{"media the layer has not", 134,
			&Message{ID: 1, PeerID: &PeerUser{UserID: 2}, Date: 3, Message: "m", Media: &MessageMediaStory{Peer: &PeerUser{UserID: 2}, ID: 1}},
			value("message", map[string]any{"id": int32(1), "peer_id": peer(2), "date": int32(3), "message": "m", "media": unsupported})},
		{"entities the layer has not", 134,
			&Message{ID: 1, PeerID: &PeerUser{UserID: 2}, Entities: []MessageEntityClass{
				&MessageEntityCustomEmoji{Length: 2, DocumentID: 5}, &MessageEntityBold{Length: 2}}},
			value("message", map[string]any{"id": int32(1), "peer_id": peer(2), "date": int32(0), "message": "", "entities": []any{entity}})},
		{"action the layer has not", 158,
			&MessageService{ID: 1, PeerID: &PeerUser{UserID: 2}, Action: &MessageActionGiftStars{}},
			value("messageService", map[string]any{"id": int32(1), "peer_id": peer(2), "date": int32(0), "action": value("messageActionEmpty", map[string]any{})})},
		{"update the layer has not", 158,
			&Updates{Date: 1, Updates: []UpdateClass{
				&UpdateStarsBalance{Balance: &StarsAmount{}}, &UpdateConfig{}, nil, &UpdateNewMessage{Message: nil, Pts: 1}}},
			value("updates", map[string]any{"updates": []any{value("updateConfig", map[string]any{})},
				"users": []any{}, "chats": []any{}, "date": int32(1), "seq": int32(0)})},
		{"reply to a story", 134,
			&Message{ID: 1, PeerID: &PeerUser{UserID: 2}, ReplyTo: &MessageReplyStoryHeader{Peer: &PeerUser{UserID: 2}, StoryID: 1}},
			value("message", map[string]any{"id": int32(1), "peer_id": peer(2), "date": int32(0), "message": ""})},
		{"draft with reply", 158,
			&DraftMessage{Message: "d", Date: 1, ReplyTo: &InputReplyToMessage{ReplyToMsgID: 9}},
			value("draftMessage", map[string]any{"message": "d", "date": int32(1), "reply_to_msg_id": int32(9)})},
		{"user name", 134,
			&UpdateUserName{UserID: 1, FirstName: "a", LastName: "b", Usernames: []*Username{{Username: "old"}, {Username: "new", Active: true}}},
			value("updateUserName", map[string]any{"user_id": int64(1), "first_name": "a", "last_name": "b", "username": "new"})},
		{"title with entities", 181,
			&DialogFilter{ID: 2, Title: plain("Work"), PinnedPeers: []InputPeerClass{}},
			value("dialogFilter", map[string]any{"id": int32(2), "title": "Work", "pinned_peers": []any{}, "include_peers": []any{}, "exclude_peers": []any{}})},
		{"code by e-mail", 134,
			&AuthSentCode{Type: &AuthSentCodeTypeEmailCode{EmailPattern: "a*", Length: 6}, PhoneCodeHash: "h"},
			value("auth.sentCode", map[string]any{"type": value("auth.sentCodeTypeSms", map[string]any{"length": int32(6)}), "phone_code_hash": "h"})},
		{"big file", 134,
			&Document{ID: 1, FileReference: []byte{1}, MimeType: "a/b", Size: 5 << 30, DCID: 2},
			value("document", map[string]any{"id": int64(1), "access_hash": int64(0), "file_reference": []byte{1}, "date": int32(0),
				"mime_type": "a/b", "size": int32(1<<31 - 1), "dc_id": int32(2), "attributes": []any{}})},
		{"reply keyboard", 228,
			&ReplyKeyboardMarkup{Rows: []*KeyboardButtonRow{{Buttons: []KeyboardButtonClass{
				&KeyboardButton{Text: "p", Type: &ButtonTypeRequestPhone{}}, &KeyboardButton{Text: "t", Type: &ButtonTypeDefault{}}}}}},
			value("replyKeyboardMarkup", map[string]any{"rows": []any{value("keyboardButtonRow", map[string]any{"buttons": []any{
				value("keyboardButtonRequestPhone", map[string]any{"text": "p"}), value("keyboardButton", map[string]any{"text": "t"})}})}})},
		{"inline keyboard", 134,
			&ReplyInlineMarkup{Rows: []*KeyboardInlineButtonRow{{Buttons: []*KeyboardInlineButton{
				{Text: "c", Type: &InlineButtonTypeCopy{CopyText: "x"}}, {Text: "u", Type: &InlineButtonTypeURL{URL: "https://x"}}}}}},
			value("replyInlineMarkup", map[string]any{"rows": []any{value("keyboardButtonRow", map[string]any{"buttons": []any{
				value("keyboardButtonUrl", map[string]any{"text": "u", "url": "https://x"})}})}})},
	}
	file := schemaFile(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := file.At(tt.layer).Decode(tl.Encode(tt.in, tt.layer))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// TestLowerAnswer checks every method whose result type changed: the lowered answer is of the old type.
func TestLowerAnswer(t *testing.T) {
	updates := &Updates{Date: 1}
	answers := map[string]tl.Object{
		"account.verifyEmail":                 &AccountEmailVerified{Email: "a@b"},
		"auth.logOut":                         &AuthLoggedOut{},
		"channels.deleteHistory":              updates,
		"messages.report":                     &ReportResultReported{},
		"stories.report":                      &ReportResultReported{},
		"stories.canSendStory":                &StoriesCanSendStoryCount{CountRemains: 1},
		"messages.addChatUser":                &MessagesInvitedUsers{Updates: updates},
		"messages.createChat":                 &MessagesInvitedUsers{Updates: updates},
		"channels.inviteToChannel":            &MessagesInvitedUsers{Updates: updates},
		"messages.importChatInvite":           &MessagesChatInviteJoinResultOk{Updates: updates},
		"channels.joinChannel":                &MessagesChatInviteJoinResultOk{Updates: updates},
		"users.getFullUser":                   &UsersUserFull{FullUser: &UserFull{ID: 1}, Users: []UserClass{&User{ID: 1, Self: true}}},
		"messages.getPeerSettings":            &MessagesPeerSettings{Settings: &PeerSettings{}},
		"messages.getWebPagePreview":          &MessagesWebPagePreview{Media: &MessageMediaEmpty{}},
		"messages.getWebPage":                 &MessagesWebPage{Webpage: &WebPageEmpty{ID: 1}},
		"messages.getDialogFilters":           &MessagesDialogFilters{Filters: []DialogFilterClass{&DialogFilterDefault{}}},
		"messages.getMessageReadParticipants": Vector[*ReadParticipantDate]{{UserID: 1}},
		"messages.requestSimpleWebView":       &WebViewResultURL{URL: "https://x"},
		"messages.requestAppWebView":          &WebViewResultURL{URL: "https://x"},
		"messages.translateText":              &MessagesTranslateResult{Result: []*TextWithEntities{plain("x")}},
		"help.getAppConfig":                   &HelpAppConfig{Config: &JSONObject{}},
		"stories.getPeerMaxIDs":               Vector[*RecentStory]{{MaxID: new(int32(4))}, {}},
		"phone.sendGroupCallMessage":          updates,
		"phone.createConferenceCall":          updates,
		"stats.getMessagePublicForwards":      &StatsPublicForwards{},
	}
	file := schemaFile(t)
	for method := range lowerings {
		if answers[method] == nil {
			t.Errorf("no answer to try for %s", method)
		}
	}
	for method, answer := range answers {
		for _, layer := range file.Layers {
			schema := file.At(layer)
			typ, err := schema.ResultOf(method)
			if err != nil {
				continue
			}
			lowered := LowerAnswer(method, answer, layer)
			if lowered == nil {
				if reflect.ValueOf(lowerings[method].lower).Pointer() != reflect.ValueOf(nothing).Pointer() {
					t.Errorf("%s, layer %d: no answer", method, layer)
				}
				continue
			}
			if again := LowerAnswer(method, lowered, layer); !reflect.DeepEqual(again, lowered) {
				t.Errorf("%s, layer %d: lowered twice it is %v", method, layer, again)
			}
			b := tl.Encode(lowered, layer)
			if _, err := schema.DecodeAs(typ, b); err != nil {
				t.Errorf("%s, layer %d: %v", method, layer, err)
			}
		}
	}
}

// TestResultTypesAreLowered finds methods whose result type changed between layers and that nobody lowers.
func TestResultTypesAreLowered(t *testing.T) {
	file := schemaFile(t)
	newest := map[string]string{}
	for _, m := range Methods() {
		newest[m.Name] = m.Result
	}
	for _, layer := range file.Layers {
		schema := file.At(layer)
		for _, name := range schema.Functions() {
			typ, _ := schema.ResultOf(name)
			l, ok := lowerings[name]
			if typ.String() != newest[name] && (!ok || layer >= l.before) && name != "messages.setBotGuestChatResult" {
				t.Errorf("layer %d: %s answers %s, newest %s", layer, name, typ, newest[name])
			}
		}
	}
}

// TestEncodeDoesNotChangeTheObject encodes one object for many layers: lowering works on copies.
func TestEncodeDoesNotChangeTheObject(t *testing.T) {
	f := newFiller(t)
	for _, o := range allObjects() {
		o = f.object(o, 2)
		before := tl.Encode(o, Newest)
		for _, layer := range []int{134, 147, 158, 165, 181, 198, 214, 223, 227, 228} {
			tl.Encode(o, layer)
		}
		if !bytes.Equal(before, tl.Encode(o, Newest)) {
			t.Errorf("%s changed", o.TLName())
		}
	}
}
