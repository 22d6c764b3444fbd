package upgrade

import (
	"fmt"
	"strings"

	"hermod/internal/mtproto/client"
	"hermod/internal/tl/gen"
)

// A world is some people and what they did, in words that every release serves.
type world struct {
	people []*person
	chats  []*chat
	random int64
}

// A person is what outlives the server: who he is, and his session.
type person struct {
	Name, Phone string
	ID          int64
	Hashes      map[string]int64 // access hashes of the others, by name
	Session     client.Session
	PTS, Date   int32 // a position in the middle of it all
	device      *device
}

func (r *rig) people(d func() *device) *world {
	w := new(world)
	for i, name := range []string{"Anna", "Bent", "Cleo", "Dora"} {
		p := &person{Name: name, Phone: fmt.Sprintf("999661700%d", i), device: d()}
		p.signUp()
		w.people = append(w.people, p)
	}
	return w
}

func (p *person) signUp() {
	d := p.device
	hash := d.ask("auth.sendCode", fields{
		"phone_number": p.Phone, "api_id": int32(1), "api_hash": "x", "settings": object("codeSettings", fields{}),
	})["phone_code_hash"]
	d.call("auth.signIn", fields{"phone_number": p.Phone, "phone_code_hash": hash, "phone_code": "11111"})
	in := d.ask("auth.signUp", fields{
		"phone_number": p.Phone, "phone_code_hash": hash, "first_name": p.Name, "last_name": "Before",
	})
	p.ID = sub(in, "user")["id"].(int64)
}

// meet puts everybody into each other's contacts.
func (w *world) meet() {
	for _, p := range w.people {
		var contacts []any
		for i, o := range w.people {
			if o != p {
				contacts = append(contacts, object("inputPhoneContact", fields{
					"client_id": int64(i), "phone": o.Phone, "first_name": o.Name, "last_name": "of " + p.Name,
				}))
			}
		}
		p.Hashes = map[string]int64{}
		for _, u := range list(p.device.ask("contacts.importContacts", fields{"contacts": contacts})["users"]) {
			p.Hashes[u.Fields["first_name"].(string)] = u.Fields["access_hash"].(int64)
		}
	}
}

func (w *world) named(name string) *person {
	for _, p := range w.people {
		if p.Name == name {
			return p
		}
	}
	return nil
}

func (w *world) peer(p *person, name string) gen.Value {
	if p.Name == name {
		return object("inputPeerSelf", fields{})
	}
	return object("inputPeerUser", fields{"user_id": w.named(name).ID, "access_hash": p.Hashes[name]})
}

func (w *world) user(p *person, name string) gen.Value {
	return object("inputUser", fields{"user_id": w.named(name).ID, "access_hash": p.Hashes[name]})
}

// send sends a text and returns its id.
func (w *world) send(from, to, text string, more fields) int32 {
	p := w.named(from)
	w.random++
	f := fields{"peer": w.peer(p, to), "message": text, "random_id": w.random}
	for name, v := range more {
		f[name] = v
	}
	answer := p.device.ask("messages.sendMessage", f)
	if id, ok := answer["id"].(int32); ok {
		return id
	}
	for _, u := range list(answer["updates"]) {
		if u.Name == "updateMessageID" {
			return u.Fields["id"].(int32)
		}
	}
	return 0
}

// live does a bit of everything.
func (w *world) live() {
	w.meet()
	anna, bent, cleo := w.named("Anna"), w.named("Bent"), w.named("Cleo")
	for i := range 30 {
		w.send("Anna", "Bent", fmt.Sprintf("question %d about the weather", i), nil)
		w.send("Bent", "Anna", fmt.Sprintf("answer %d: rain in Bergen", i), nil)
	}
	first := w.send("Anna", "Cleo", "a mistkae", nil)
	anna.device.call("messages.editMessage", fields{"peer": w.peer(anna, "Cleo"), "id": first, "message": "a mistake"})
	gone := w.send("Anna", "Cleo", "to be deleted", nil)
	for _, p := range w.people {
		state := p.device.ask("updates.getState", nil)
		p.PTS, p.Date = state["pts"].(int32), state["date"].(int32)
	}
	anna.device.call("messages.deleteMessages", fields{"revoke": true, "id": []any{gone}})
	bold := object("messageEntityBold", fields{"offset": int32(0), "length": int32(4)})
	w.send("Anna", "Cleo", "bold, see https://example.org #news @cleo", fields{"entities": []any{bold}})
	w.send("Anna", "Cleo", "in answer", fields{"reply_to": object("inputReplyToMessage", fields{"reply_to_msg_id": first})})
	pinned := w.send("Anna", "Cleo", "pinned", fields{"silent": true})
	anna.device.call("messages.updatePinnedMessage", fields{"peer": w.peer(anna, "Cleo"), "id": pinned})
	w.random++
	anna.device.call("messages.forwardMessages", fields{
		"from_peer": w.peer(anna, "Cleo"), "to_peer": w.peer(anna, "Anna"), "id": []any{first}, "random_id": []any{w.random},
	})
	w.send("Anna", "Anna", "a note to myself", nil)
	w.send("Cleo", "Bent", strings.Repeat("long ", 500), nil)
	cleo.device.call("messages.readHistory", fields{"peer": w.peer(cleo, "Anna"), "max_id": int32(1 << 30)})
	bent.device.call("messages.readHistory", fields{"peer": w.peer(bent, "Anna"), "max_id": int32(40)})
	w.settings(anna, bent, cleo)
}

// settings are what people keep about themselves and their chats.
func (w *world) settings(anna, bent, cleo *person) {
	anna.device.call("account.updateProfile", fields{"first_name": "Anna", "last_name": "Arnesen", "about": "A bio"})
	anna.device.call("account.updateUsername", fields{"username": "anna_arnesen"})
	anna.device.call("messages.saveDraft", fields{"peer": w.peer(anna, "Dora"), "message": "not yet sent"})
	anna.device.call("messages.toggleDialogPin", fields{
		"pinned": true, "peer": object("inputDialogPeer", fields{"peer": w.peer(anna, "Cleo")}),
	})
	bent.device.call("messages.markDialogUnread", fields{
		"unread": true, "peer": object("inputDialogPeer", fields{"peer": w.peer(bent, "Cleo")}),
	})
	bent.device.call("account.updateNotifySettings", fields{
		"peer":     object("inputNotifyPeer", fields{"peer": w.peer(bent, "Anna")}),
		"settings": object("inputPeerNotifySettings", fields{"mute_until": int32(2147483647)}),
	})
	bent.device.call("contacts.block", fields{"id": w.peer(bent, "Dora")})
	cleo.device.call("account.setPrivacy", fields{
		"key": object("inputPrivacyKeyStatusTimestamp", fields{}),
		"rules": []any{
			object("inputPrivacyValueDisallowUsers", fields{"users": []any{w.user(cleo, "Bent")}}),
			object("inputPrivacyValueAllowContacts", fields{}),
		},
	})
	cleo.device.call("messages.updateDialogFilter", fields{"id": int32(2), "filter": object("dialogFilter", fields{
		"contacts": true, "id": int32(2), "title": object("textWithEntities", fields{"text": "Friends", "entities": []any{}}),
		"pinned_peers": []any{}, "include_peers": []any{w.peer(cleo, "Anna")}, "exclude_peers": []any{},
	})})
	cleo.device.call("folders.editPeerFolders", fields{"folder_peers": []any{
		object("inputFolderPeer", fields{"peer": w.peer(cleo, "Bent"), "folder_id": int32(1)}),
	}})
}
