package trace

import (
	"testing"
	"time"

	"hermod/internal/tl/gen"
)

// over waits until a side hears that its chat is over.
func (s *side) over() {
	s.t.Helper()
	s.expect("encryptedChatDiscarded", func(v gen.Value) bool { return v.Fields["id"] == s.id })
}

// TestEndsOfADevice ends logins in all ways, and looks whether the chats end with them.
func TestEndsOfADevice(t *testing.T) {
	r := newRig(t, "")
	anna, bo := r.signUp("Anna", "9996620001"), r.signUp("Bo", "9996620002")
	gone := map[string]func(d, other *device){
		"log-out": func(d, _ *device) { d.call("auth.logOut", nil) },
		"ended by another device": func(d, other *device) {
			for _, a := range named(other.ask("account.getAuthorizations", nil), "authorization") {
				if a.Fields["device_model"] == d.name {
					other.call("account.resetAuthorization", fields{"hash": a.Fields["hash"]})
				}
			}
		},
		"all others ended":    func(_, other *device) { other.call("auth.resetAuthorizations", nil) },
		"the account deleted": func(d, _ *device) { d.call("account.deleteAccount", fields{"reason": ""}) },
	}
	for _, name := range []string{"log-out", "ended by another device", "all others ended", "the account deleted"} {
		device := bo.another("Bo, " + name)
		device.ask("updates.getState", nil)
		mine, theirs, _ := newChat(t, anna, device)
		back, _, _ := newChat(t, device, anna)
		mine.send(ciphertext())
		data := ciphertext()
		theirs.send(data)
		mine.received(data)
		gone[name](device, bo)
		mine.over()
		anna.expect("encryptedChatDiscarded", func(v gen.Value) bool { return v.Fields["id"] == back.id })
		mine.refused("ENCRYPTION_DECLINED", "messages.sendEncrypted", fields{
			"peer": mine.peer(), "random_id": int64(5), "data": ciphertext(),
		})
		if n := len(named(anna.difference(1), "encryptedMessage")); n != 0 {
			t.Errorf("%s: %d messages are left", name, n)
		}
	}
}

// TestARequestIsDeclined declines on one device, and withdraws.
func TestARequestIsDeclined(t *testing.T) {
	r := newRig(t, "")
	anna, bo := r.signUp("Anna", "9996620001"), r.signUp("Bo", "9996620002")
	second := bo.another("Bo's second")
	mine, _ := anna.request(bo)
	bo.asked(mine.id)
	other, _ := second.asked(mine.id)
	bo.call("messages.discardEncryption", fields{"chat_id": mine.id})
	mine.over()
	other.over()
	mine, _ = anna.request(bo)
	first, _ := bo.asked(mine.id)
	other, _ = second.asked(mine.id)
	anna.call("messages.discardEncryption", fields{"chat_id": mine.id})
	first.over()
	other.over()
	_, public := r.group.NewSecret()
	bo.refused("ENCRYPTION_ALREADY_DECLINED", "messages.acceptEncryption", fields{
		"peer": first.peer(), "g_b": public[:], "key_fingerprint": int64(1),
	})
}

// TestSigns types and reads, which the other side hears at once; of reading it is told again when it comes back.
func TestSigns(t *testing.T) {
	r := newRig(t, "")
	anna, bo := r.signUp("Anna", "9996620001"), r.signUp("Bo", "9996620002")
	second := anna.another("Anna's second")
	mine, theirs, _ := newChat(t, anna, bo)
	theirs.call("messages.setEncryptedTyping", fields{"peer": theirs.peer(), "typing": true})
	mine.expect("updateEncryptedChatTyping", func(v gen.Value) bool { return v.Fields["chat_id"] == mine.id })
	date := int32(time.Now().Unix())
	theirs.call("messages.readEncryptedHistory", fields{"peer": theirs.peer(), "max_date": date})
	read := func(v gen.Value) bool { return v.Fields["chat_id"] == mine.id && v.Fields["max_date"] == date }
	mine.expect("updateEncryptedMessagesRead", read)
	if list := named(anna.difference(1), "updateEncryptedMessagesRead"); len(list) != 1 || !read(list[0]) {
		t.Errorf("difference: %+v", list)
	}
	second.difference(1) // an answer comes behind what was pushed before
	for _, name := range []string{"updateEncryption", "updateEncryptedMessagesRead", "updateEncryptedChatTyping"} {
		if n := len(second.heard(name)) + len(named(second.difference(1), name)); n != 0 {
			t.Errorf("another device of hers heard %d times %s", n, name)
		}
	}
}

// TestADeviceComesBack finds in the difference what has happened while it was away, also to the chat itself.
func TestADeviceComesBack(t *testing.T) {
	r := newRig(t, "")
	anna, bo := r.signUp("Anna", "9996620001"), r.signUp("Bo", "9996620002")
	state := bo.ask("updates.getState", nil)
	session := bo.client.Session()
	bo.disconnect()
	asked, _ := anna.request(bo)
	bo.connect(session)
	diff := bo.ask("updates.getDifference", fields{"pts": state.Fields["pts"], "date": state.Fields["date"], "qts": int32(1)})
	request := find(t, diff, "encryptedChatRequested")
	theirs := &side{device: bo, id: request.Fields["id"], hash: request.Fields["access_hash"]}
	if theirs.id != asked.id || len(named(diff, "user")) == 0 {
		t.Errorf("difference: %+v", diff)
	}
	session = anna.client.Session()
	state = anna.ask("updates.getState", nil)
	anna.disconnect()
	theirs.accept(request.Fields["g_a"].([]byte))
	data := ciphertext()
	theirs.send(data)
	anna.connect(session)
	diff = anna.ask("updates.getDifference", fields{"pts": state.Fields["pts"], "date": state.Fields["date"], "qts": int32(1)})
	if c := find(t, diff, "encryptedChat"); c.Fields["id"] != asked.id {
		t.Errorf("difference: %+v", diff)
	}
	if m := find(t, diff, "encryptedMessage"); string(m.Fields["bytes"].([]byte)) != string(data) {
		t.Errorf("difference: %+v", diff)
	}
}
