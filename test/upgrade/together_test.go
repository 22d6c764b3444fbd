package upgrade

import (
	"fmt"
	"time"

	"hermod/internal/tl/gen"
)

// A chat is a group or a channel that people made together. Releases before groups have none.
type chat struct {
	Title     string
	ID        int64
	Community bool             // a supergroup or a channel: it has a log of its own
	Hashes    map[string]int64 // access hashes, by the name of who sees it
}

func (c *chat) peer(p *person) gen.Value {
	if !c.Community {
		return object("inputPeerChat", fields{"chat_id": c.ID})
	}
	return object("inputPeerChannel", fields{"channel_id": c.ID, "access_hash": c.Hashes[p.Name]})
}

func (c *chat) channel(p *person) gen.Value {
	return object("inputChannel", fields{"channel_id": c.ID, "access_hash": c.Hashes[p.Name]})
}

// sees says whether p is or was a member.
func (c *chat) sees(p *person) bool { return c.Hashes[p.Name] != 0 || !c.Community }

// say sends a text, or a medium with it, to a chat and returns its id.
func (w *world) say(from string, c *chat, text string, more fields) int32 {
	p := w.named(from)
	w.random++
	method, f := "messages.sendMessage", fields{"peer": c.peer(p), "message": text, "random_id": w.random}
	for name, v := range more {
		f[name] = v
	}
	if more["media"] != nil {
		method = "messages.sendMedia"
	}
	for _, u := range list(p.device.ask(method, f)["updates"]) {
		if u.Name == "updateMessageID" {
			return u.Fields["id"].(int32)
		}
	}
	return 0
}

// liveTogether makes a group of each kind, and lets people do in them what the second release serves.
func (w *world) liveTogether() {
	w.basic()
	club := w.community("Club", fields{"megagroup": true})
	w.inClub(club)
	w.inClubLater(club)
	w.news(w.community("News", fields{"broadcast": true}))
	w.learnHashes()
	w.expressive()
}

func (w *world) basic() {
	anna := w.named("Anna")
	made := anna.device.ask("messages.createChat", fields{
		"title": "Family", "users": []any{w.user(anna, "Bent"), w.user(anna, "Cleo")},
	})
	c := &chat{Title: "Family", ID: list(sub(made, "updates")["chats"])[0].Fields["id"].(int64)}
	w.chats = append(w.chats, c)
	for i := range 5 {
		w.say("Anna", c, fmt.Sprintf("who cooks on day %d?", i), nil)
		w.say("Bent", c, fmt.Sprintf("rain cooks on day %d", i), nil)
	}
	anna.device.call("messages.editChatTitle", fields{"chat_id": c.ID, "title": "The family"})
	anna.device.call("messages.editChatAbout", fields{"peer": c.peer(anna), "about": "About dinner"})
	anna.device.call("messages.editChatAdmin", fields{"chat_id": c.ID, "user_id": w.user(anna, "Bent"), "is_admin": true})
	anna.device.call("messages.addChatUser", fields{"chat_id": c.ID, "user_id": w.user(anna, "Dora"), "fwd_limit": int32(3)})
	anna.device.call("messages.deleteChatUser", fields{"chat_id": c.ID, "user_id": w.user(anna, "Cleo")})
	anna.device.call("messages.exportChatInvite", fields{"peer": c.peer(anna), "title": "for cousins"})
}

// community makes a supergroup or a channel of Anna's.
func (w *world) community(title string, kind fields) *chat {
	anna := w.named("Anna")
	f := fields{"title": title, "about": "About " + title}
	for name, v := range kind {
		f[name] = v
	}
	made := list(anna.device.ask("channels.createChannel", f)["chats"])[0].Fields
	c := &chat{Title: title, ID: made["id"].(int64), Community: true, Hashes: map[string]int64{"Anna": made["access_hash"].(int64)}}
	w.chats = append(w.chats, c)
	anna.device.call("channels.inviteToChannel", fields{
		"channel": c.channel(anna), "users": []any{w.user(anna, "Bent"), w.user(anna, "Cleo"), w.user(anna, "Dora")},
	})
	w.learnHashes()
	return c
}

// learnHashes reads the access hashes of communities off everybody's dialogs.
func (w *world) learnHashes() {
	for _, p := range w.people {
		answer := p.device.ask("messages.getDialogs", fields{
			"offset_date": int32(0), "offset_id": int32(0), "offset_peer": object("inputPeerEmpty", fields{}),
			"limit": int32(100), "hash": int64(0),
		})
		for _, seen := range list(answer["chats"]) {
			for _, c := range w.chats {
				if hash, ok := seen.Fields["access_hash"].(int64); ok && c.Community && seen.Fields["id"] == c.ID {
					c.Hashes[p.Name] = hash
				}
			}
		}
	}
}

func (w *world) inClub(c *chat) {
	anna, bent, cleo := w.named("Anna"), w.named("Bent"), w.named("Cleo")
	first := w.say("Anna", c, "welcome to the club", nil)
	for i := range 10 {
		w.say("Bent", c, fmt.Sprintf("thought %d on rain", i), nil)
	}
	answer := w.say("Cleo", c, "thank you", fields{"reply_to": object("inputReplyToMessage", fields{"reply_to_msg_id": first})})
	like := object("reactionEmoji", fields{"emoticon": "👍"})
	bent.device.call("messages.sendReaction", fields{"peer": c.peer(bent), "msg_id": answer, "reaction": []any{like}})
	anna.device.call("messages.updatePinnedMessage", fields{"peer": c.peer(anna), "id": first})
	gone := w.say("Cleo", c, "soon gone", nil)
	cleo.device.call("channels.deleteMessages", fields{"channel": c.channel(cleo), "id": []any{gone}})
	poll := w.say("Anna", c, "", fields{"media": poll("Tea?", "yes", "no")})
	bent.device.call("messages.sendVote", fields{"peer": c.peer(bent), "msg_id": poll, "options": []any{[]byte{0}}})
	cleo.device.call("messages.sendVote", fields{"peer": c.peer(cleo), "msg_id": poll, "options": []any{[]byte{1}}})
	cleo.device.call("channels.readHistory", fields{"channel": c.channel(cleo), "max_id": answer})
}

func poll(question string, answers ...string) gen.Value {
	text := func(s string) gen.Value { return object("textWithEntities", fields{"text": s, "entities": []any{}}) }
	var options []any
	for i, a := range answers {
		options = append(options, object("pollAnswer", fields{"text": text(a), "option": []byte{byte(i)}}))
	}
	return object("inputMediaPoll", fields{"poll": object("poll", fields{
		"id": int64(1), "question": text(question), "answers": options, "public_voters": true, "hash": int64(0),
	})})
}

// inClubLater changes who may do what, and writes in a topic.
func (w *world) inClubLater(c *chat) {
	anna, cleo := w.named("Anna"), w.named("Cleo")
	anna.device.call("channels.editAdmin", fields{
		"channel": c.channel(anna), "user_id": w.user(anna, "Bent"), "rank": "guard",
		"admin_rights": object("chatAdminRights", fields{"ban_users": true, "pin_messages": true}),
	})
	anna.device.call("channels.editBanned", fields{
		"channel": c.channel(anna), "participant": w.peer(anna, "Dora"),
		"banned_rights": object("chatBannedRights", fields{"send_polls": true, "send_media": true, "until_date": int32(0)}),
	})
	anna.device.call("messages.editChatDefaultBannedRights", fields{
		"peer": c.peer(anna), "banned_rights": object("chatBannedRights", fields{"change_info": true, "until_date": int32(0)}),
	})
	anna.device.call("messages.exportChatInvite", fields{"peer": c.peer(anna), "title": "friends", "request_needed": true})
	anna.device.call("channels.toggleForum", fields{"channel": c.channel(anna), "enabled": true, "tabs": false})
	w.random++
	made := anna.device.ask("messages.createForumTopic", fields{"peer": c.peer(anna), "title": "Walks", "random_id": w.random})
	for _, u := range list(made["updates"]) {
		if u.Name == "updateMessageID" {
			topic := object("inputReplyToMessage", fields{"reply_to_msg_id": u.Fields["id"], "top_msg_id": u.Fields["id"]})
			w.say("Cleo", c, "on Sunday, if no rain", fields{"reply_to": topic})
		}
	}
	cleo.device.call("messages.sendMedia", fields{
		"peer": c.peer(cleo), "message": "", "random_id": w.random + 1<<30, "media": object("inputMediaGeoPoint", fields{
			"geo_point": object("inputGeoPoint", fields{"lat": 60.39, "long": 5.32}),
		}),
	})
}

func (w *world) news(c *chat) {
	anna, cleo := w.named("Anna"), w.named("Cleo")
	anna.device.call("channels.updateUsername", fields{"channel": c.channel(anna), "username": "news_of_bergen"})
	anna.device.call("channels.toggleSignatures", fields{"channel": c.channel(anna), "signatures_enabled": true})
	var last int32
	for i := range 5 {
		last = w.say("Anna", c, fmt.Sprintf("news %d: rain", i), nil)
	}
	like := object("reactionEmoji", fields{"emoticon": "❤"})
	cleo.device.call("messages.sendReaction", fields{"peer": c.peer(cleo), "msg_id": last, "reaction": []any{like}})
	dora := w.named("Dora")
	dora.device.call("channels.leaveChannel", fields{"channel": c.channel(dora)})
	w.random++
	cleo.device.call("messages.forwardMessages", fields{
		"from_peer": c.peer(cleo), "to_peer": w.peer(cleo, "Anna"), "id": []any{last}, "random_id": []any{w.random},
	})
}

// expressive is what stands around messages between two.
func (w *world) expressive() {
	anna, bent := w.named("Anna"), w.named("Bent")
	w.send("Anna", "Bent", "do you like this?", nil)
	bent.device.call("messages.sendReaction", fields{
		"peer": w.peer(bent, "Anna"), "msg_id": w.lastOf(bent, "Anna"), "reaction": []any{object("reactionEmoji", fields{"emoticon": "🔥"})},
	})
	w.random++
	anna.device.call("messages.sendMedia", fields{
		"peer": w.peer(anna, "Bent"), "message": "", "random_id": w.random, "media": object("inputMediaContact", fields{
			"phone_number": "4755512345", "first_name": "Gran", "last_name": "", "vcard": "",
		}),
	})
	soon := time.Now().Add(300 * 24 * time.Hour).Unix()
	w.send("Anna", "Bent", "in the spring", fields{"schedule_date": int32(soon)})
}

func (w *world) lastOf(p *person, with string) int32 {
	answer := p.device.ask("messages.getHistory", fields{
		"peer": w.peer(p, with), "offset_id": int32(0), "offset_date": int32(0), "add_offset": int32(0),
		"limit": int32(1), "max_id": int32(0), "min_id": int32(0), "hash": int64(0),
	})
	return list(answer["messages"])[0].Fields["id"].(int32)
}
