package layers

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"hermod/internal/mtproto/client"
	"hermod/internal/tl/gen"
)

// TestLayers lets two people meet in each layer, and each layer with the newest.
func TestLayers(t *testing.T) {
	r := newRig(t)
	for i, layer := range []int{134, 158, 181, 198, 214, 223, 227, 228, 229} {
		t.Run(fmt.Sprint(layer), func(t *testing.T) {
			ada := r.join(t, layer, 10*i, "Ada")
			bob := r.join(t, layer, 10*i+1, "Bob")
			eve := r.join(t, 229, 10*i+2, "Eve")
			boot(ada)
			people(ada, bob)
			chat(ada, bob)
			chat(eve, ada)
			devices(t, r, ada, bob)
			account(ada)
		})
	}
}

// A person is a device that is signed in.
type person struct {
	*device
	phone  string
	id     int64
	hashes map[int64]int64 // access hashes of the people met
}

// join signs up with a test number.
func (r *rig) join(t *testing.T, layer, n int, name string) *person {
	t.Helper()
	d := r.device(t, layer)
	p := &person{device: d, phone: fmt.Sprintf("999662%04d", n), hashes: map[int64]int64{}}
	settings := object("codeSettings", fields{})
	sent := d.ask("auth.sendCode", fields{"phone_number": p.phone, "api_id": int32(1), "api_hash": "x", "settings": settings})
	hash := sent.Fields["phone_code_hash"].(string)
	code := fields{"phone_number": p.phone, "phone_code_hash": hash, "phone_code": "22222"}
	if need := d.ask("auth.signIn", code); need.Name != "auth.authorizationSignUpRequired" {
		t.Fatalf("layer %d: sign-in of a new number answered %s", layer, need.Name)
	}
	in := d.ask("auth.signUp", fields{"phone_number": p.phone, "phone_code_hash": hash, "first_name": name, "last_name": "Test"})
	p.id = find(t, in, "user").Fields["id"].(int64)
	return p
}

// boot is what clients ask for first.
func boot(p *person) {
	p.ask("help.getConfig", nil)
	p.ask("help.getNearestDc", nil)
	p.ask("help.getAppConfig", nil)
	p.ask("help.getTermsOfServiceUpdate", nil)
	p.ask("help.getCountriesList", fields{"lang_code": "en"})
	state := p.ask("updates.getState", nil)
	if state.Fields["pts"].(int32) < 1 {
		p.t.Errorf("pts %v", state.Fields["pts"])
	}
	p.ask("messages.getPinnedDialogs", nil)
	p.call("messages.getDialogFilters", nil)
	p.ask("messages.getAllDrafts", nil)
	p.ask("langpack.getLangPack", fields{"lang_pack": "tdesktop", "lang_code": "en"})
	p.ask("account.getNotifySettings", fields{"peer": object("inputNotifyUsers", nil)})
	p.ask("contacts.getTopPeers", fields{"correspondents": true, "limit": int32(10)})
	if p.schema.Has("messages.getAvailableReactions") {
		p.ask("messages.getAvailableReactions", nil)
	}
	p.ask("messages.getAllStickers", nil)
}

// people finds bob by his number.
func people(ada, bob *person) {
	contact := object("inputPhoneContact", fields{"client_id": int64(1), "phone": bob.phone, "first_name": "Bob", "last_name": ""})
	imported := ada.ask("contacts.importContacts", fields{"contacts": []any{contact}})
	ada.meets(bob, imported)
	ada.ask("contacts.getContacts", nil)
	ada.call("contacts.getStatuses", nil)
	ada.ask("contacts.search", fields{"q": "Bob", "limit": int32(10)})
	full := ada.ask("users.getFullUser", fields{"id": object("inputUserSelf", nil)})
	find(ada.t, full, "user")
	ada.call("users.getFullUser", fields{"id": ada.user(bob)})
	ada.call("users.getUsers", fields{"id": []any{object("inputUserSelf", nil), ada.user(bob)}})
	ada.call("account.updateStatus", fields{"offline": false})
	ada.ask("account.updateProfile", fields{"about": "I count."})
	ada.ask("account.updateUsername", fields{"username": fmt.Sprintf("ada_%d_%d", ada.schema.Layer, ada.id)})
	ada.ask("account.getPrivacy", fields{"key": object("inputPrivacyKeyStatusTimestamp", nil)})
	ada.ask("contacts.getBlocked", fields{"limit": int32(10)})
}

// meets remembers how ada may name other, from an answer that holds him.
func (p *person) meets(other *person, answer any) {
	p.t.Helper()
	for _, v := range all(answer) {
		if v.Name == "user" && v.Fields["id"] == other.id {
			p.hashes[other.id] = v.Fields["access_hash"].(int64)
			return
		}
	}
	p.t.Fatalf("layer %d: %d is not in the answer", p.schema.Layer, other.id)
}

func (p *person) user(other *person) gen.Value {
	return object("inputUser", fields{"user_id": other.id, "access_hash": p.hashes[other.id]})
}

func (p *person) peer(other *person) gen.Value {
	return object("inputPeerUser", fields{"user_id": other.id, "access_hash": p.hashes[other.id]})
}

// chat is a conversation of two, begun by ada.
func chat(ada, bob *person) {
	if ada.hashes[bob.id] == 0 {
		contact := object("inputPhoneContact", fields{"client_id": int64(1), "phone": bob.phone, "first_name": "B", "last_name": ""})
		ada.meets(bob, ada.ask("contacts.importContacts", fields{"contacts": []any{contact}}))
	}
	bold := object("messageEntityBold", fields{"offset": int32(0), "length": int32(5)})
	sent := ada.ask("messages.sendMessage", fields{
		"peer": ada.peer(bob), "message": "Hello there", "random_id": ada.id, "entities": []any{bold},
	})
	first := messageID(ada, sent)
	bob.expect("updateNewMessage")
	reply(ada, bob, first)
	ada.ask("messages.editMessage", fields{"peer": ada.peer(bob), "id": first, "message": "Hello, there"})
	bob.expect("updateEditMessage")
	ada.ask("messages.forwardMessages", fields{
		"from_peer": ada.peer(bob), "id": []any{first}, "random_id": []any{ada.id + 2}, "to_peer": ada.peer(bob),
	})
	read(ada, bob)
	ada.call("messages.setTyping", fields{"peer": ada.peer(bob), "action": object("sendMessageTypingAction", nil)})
	bob.expect("updateUserTyping")
	ada.call("messages.saveDraft", fields{"peer": ada.peer(bob), "message": "Later"})
	list(ada, bob, first)
	ada.ask("messages.deleteMessages", fields{"revoke": true, "id": []any{first}})
	bob.expect("updateDeleteMessages")
	catchUp(bob)
}

// reply sends one to a message in the words of the layer.
func reply(ada, bob *person, to int32) {
	f := fields{"peer": ada.peer(bob), "message": "And a reply", "random_id": ada.id + 1}
	if ada.schema.Layer < 160 {
		f["reply_to_msg_id"] = to
	} else {
		f["reply_to"] = object("inputReplyToMessage", fields{"reply_to_msg_id": to})
	}
	second := messageID(ada, ada.ask("messages.sendMessage", f))
	got := ada.ask("messages.getMessages", fields{"id": []any{object("inputMessageID", fields{"id": second})}})
	if header := find(ada.t, got, "messageReplyHeader"); header.Fields["reply_to_msg_id"] != to {
		ada.t.Errorf("layer %d: reply to %v, want %d", ada.schema.Layer, header.Fields["reply_to_msg_id"], to)
	}
}

// messageID is the id of the message that an answer is about.
func messageID(p *person, answer gen.Value) int32 {
	p.t.Helper()
	for _, v := range all(answer) {
		if v.Name == "updateShortSentMessage" || v.Name == "updateMessageID" {
			return v.Fields["id"].(int32)
		}
	}
	p.t.Fatalf("layer %d: no message id in %s", p.schema.Layer, answer.Name)
	return 0
}

func read(ada, bob *person) {
	dialogs := bob.ask("messages.getDialogs", fields{"offset_peer": object("inputPeerEmpty", nil), "limit": int32(20)})
	bob.meets(ada, dialogs)
	history := bob.ask("messages.getHistory", fields{"peer": bob.peer(ada), "limit": int32(20)})
	m := find(bob.t, history, "message")
	bob.ask("messages.readHistory", fields{"peer": bob.peer(ada), "max_id": m.Fields["id"]})
	ada.expect("updateReadHistoryOutbox")
}

func list(ada, bob *person, message int32) {
	dialogs := ada.ask("messages.getDialogs", fields{"offset_peer": object("inputPeerEmpty", nil), "limit": int32(20)})
	draft := find(ada.t, dialogs, "draftMessage")
	if draft.Fields["message"] != "Later" {
		ada.t.Errorf("layer %d: draft %v", ada.schema.Layer, draft.Fields)
	}
	ada.ask("messages.getPeerDialogs", fields{"peers": []any{object("inputDialogPeer", fields{"peer": ada.peer(bob)})}})
	ada.ask("messages.getMessages", fields{"id": []any{object("inputMessageID", fields{"id": message})}})
	found := ada.ask("messages.search", fields{
		"peer": ada.peer(bob), "q": "reply", "filter": object("inputMessagesFilterEmpty", nil), "limit": int32(10),
	})
	find(ada.t, found, "message")
	ada.ask("messages.searchGlobal", fields{
		"q": "reply", "filter": object("inputMessagesFilterEmpty", nil), "offset_peer": object("inputPeerEmpty", nil), "limit": int32(10),
	})
	ada.ask("messages.getPeerSettings", fields{"peer": ada.peer(bob)})
	ada.ask("messages.getAllDrafts", nil)
}

// catchUp asks for everything that ever happened.
func catchUp(p *person) {
	diff := p.ask("updates.getDifference", fields{"pts": int32(1), "date": int32(1), "qts": int32(1)})
	if diff.Name != "updates.difference" && diff.Name != "updates.differenceSlice" {
		p.t.Errorf("layer %d: %s", p.schema.Layer, diff.Name)
	}
	find(p.t, diff, "user")
}

// devices changes things on one device of ada and hears of them on another.
func devices(t *testing.T, r *rig, ada, bob *person) {
	twin := r.enter(t, ada)
	twin.ask("updates.getState", nil)
	peer := ada.peer(bob)
	dialog := object("inputDialogPeer", fields{"peer": peer})
	notify := object("inputNotifyPeer", fields{"peer": peer})
	filter := object("dialogFilter", fields{"id": int32(2), "title": ada.title("Work"), "include_peers": []any{peer}})
	rules := []any{object("inputPrivacyValueDisallowAll", nil)}
	status := object("inputPrivacyKeyStatusTimestamp", nil)
	changes := []struct {
		method string
		fields fields
		update string
	}{
		{"messages.saveDraft", fields{"peer": peer, "message": "Draft"}, "updateDraftMessage"},
		{"messages.toggleDialogPin", fields{"pinned": true, "peer": dialog}, "updateDialogPinned"},
		{"messages.markDialogUnread", fields{"unread": true, "peer": dialog}, "updateDialogUnreadMark"},
		{"messages.updateDialogFilter", fields{"id": int32(2), "filter": filter}, "updateDialogFilter"},
		{"account.updateNotifySettings", fields{"peer": notify, "settings": object("inputPeerNotifySettings", fields{"silent": true})}, "updateNotifySettings"},
		{"account.setPrivacy", fields{"key": status, "rules": rules}, "updatePrivacy"},
		{"account.updateProfile", fields{"first_name": "Augusta"}, "updateUserName"},
		{"contacts.block", fields{"id": peer}, "updatePeerBlocked"},
		{"contacts.unblock", fields{"id": peer}, "updatePeerBlocked"},
	}
	for _, c := range changes {
		ada.call(c.method, c.fields)
		twin.expect(c.update)
	}
	filters := twin.call("messages.getDialogFilters", nil)
	find(t, filters, "dialogFilter")
	catchUp(twin)
}

// title is a text in the words of the layer: since 196 folders have titles with entities.
func (p *person) title(text string) any {
	if p.schema.Layer < 196 {
		return text
	}
	return object("textWithEntities", fields{"text": text})
}

// enter signs p in on another device of the same layer.
func (r *rig) enter(t *testing.T, p *person) *person {
	t.Helper()
	d := r.device(t, p.schema.Layer)
	sent := d.ask("auth.sendCode", fields{
		"phone_number": p.phone, "api_id": int32(1), "api_hash": "x", "settings": object("codeSettings", fields{}),
	})
	in := d.ask("auth.signIn", fields{
		"phone_number": p.phone, "phone_code_hash": sent.Fields["phone_code_hash"], "phone_code": "22222",
	})
	find(t, in, "user")
	return &person{device: d, phone: p.phone, id: p.id, hashes: p.hashes}
}

func account(p *person) {
	p.ask("account.getPassword", nil)
	p.ask("account.getAuthorizations", nil)
	p.ask("account.getAccountTTL", nil)
	if _, err := p.try("auth.exportLoginToken", fields{"api_id": int32(1), "api_hash": "x", "except_ids": []any{}}); err != nil {
		p.t.Errorf("layer %d: export of a token: %v", p.schema.Layer, err)
	}
	p.call("auth.logOut", nil)
	if _, err := p.try("updates.getState", nil); !isRPCError(err, "AUTH_KEY_UNREGISTERED") {
		p.t.Errorf("layer %d: after logging out: %v", p.schema.Layer, err)
	}
}

// harmful methods end the session or the account that calls, or wait for something that does not come.
var harmful = map[string]bool{
	"auth.logOut": true, "auth.resetAuthorizations": true, "account.deleteAccount": true, "account.resetAuthorization": true,
	"auth.bindTempAuthKey": true, "auth.dropTempAuthKeys": true, "auth.importAuthorization": true, "auth.checkPassword": true,
	"auth.signIn": true, "auth.signUp": true, "auth.importBotAuthorization": true, "auth.recoverPassword": true,
	"account.changePhone": true, "auth.importLoginToken": true, "account.setAuthorizationTTL": true,
}

// isWrapper finds methods around others: with sample values they would announce another layer.
func isWrapper(method string) bool {
	return method == "initConnection" || strings.HasPrefix(method, "invoke")
}

// TestEveryMethod calls every method of each layer with sample values. Most are refused; what is answered must
// be readable.
func TestEveryMethod(t *testing.T) {
	r := newRig(t)
	for i, layer := range []int{134, 158, 181, 198, 214, 223, 227, 228, 229} {
		t.Run(fmt.Sprint(layer), func(t *testing.T) {
			p := r.join(t, layer, 1000+i, "Ada")
			sampler := gen.NewSampler(p.schema)
			answered := 0
			for _, method := range p.schema.Functions() {
				if harmful[method] || isWrapper(method) {
					continue
				}
				_, err := p.try(method, sampler.Fields(method, 0))
				var refused client.RPCError
				switch {
				case err == nil:
					answered++
				case !errors.As(err, &refused):
					t.Fatalf("layer %d: %s: %v", layer, method, err)
				case refused.Code == 500:
					t.Errorf("layer %d: %s: %v", layer, method, err)
				}
			}
			t.Logf("%d of %d methods answered", answered, len(p.schema.Functions()))
		})
	}
}
