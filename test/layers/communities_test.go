package layers

import (
	"fmt"
	"testing"

	"hermod/internal/tl/gen"
)

// TestCommunitiesInEachLayer lets two people make groups and channels in each layer: whatever is answered or pushed has a
// form there.
func TestCommunitiesInEachLayer(t *testing.T) {
	r := newRig(t)
	for i, layer := range []int{134, 158, 181, 198, 214, 223, 227, 228, 229} {
		t.Run(fmt.Sprint(layer), func(t *testing.T) {
			ada := r.join(t, layer, 2000+10*i, "Ada")
			bob := r.join(t, layer, 2001+10*i, "Bob")
			contact := object("inputPhoneContact", fields{"client_id": int64(1), "phone": bob.phone, "first_name": "B", "last_name": ""})
			ada.meets(bob, ada.ask("contacts.importContacts", fields{"contacts": []any{contact}}))
			basicGroup(ada, bob)
			c := supergroup(ada, bob)
			c.rights()
			c.links()
			c.settings()
			c.readings()
			broadcast(ada)
		})
	}
}

// basicGroup makes a group, changes it, and makes a supergroup of it.
func basicGroup(ada, bob *person) {
	made := ada.ask("messages.createChat", fields{"users": []any{ada.user(bob)}, "title": "Friends"})
	id := find(ada.t, made, "chat").Fields["id"]
	find(ada.t, made, "messageActionChatCreate")
	bob.expect("messageActionChatCreate")
	ada.ask("messages.getFullChat", fields{"chat_id": id})
	ada.ask("messages.editChatTitle", fields{"chat_id": id, "title": "Old friends"})
	ada.call("messages.editChatAdmin", fields{"chat_id": id, "user_id": ada.user(bob), "is_admin": true})
	bob.expect("updateChatParticipants")
	find(ada.t, ada.ask("messages.migrateChat", fields{"chat_id": id}), "channel")
	bob.expect("updateChannel")
}

// A club is a supergroup, as ada and bob name it.
type club struct {
	ada, bob *person
	id       any
	hash     map[*person]any
}

func supergroup(ada, bob *person) *club {
	c := &club{ada: ada, bob: bob, hash: map[*person]any{}}
	made := find(ada.t, ada.ask("channels.createChannel", fields{"title": "Club", "about": "All", "megagroup": true}), "channel")
	c.id, c.hash[ada] = made.Fields["id"], made.Fields["access_hash"]
	ada.ask("channels.inviteToChannel", fields{"channel": c.channel(ada), "users": []any{ada.user(bob)}})
	dialogs := bob.ask("messages.getDialogs", fields{
		"offset_date": int32(0), "offset_id": int32(0), "offset_peer": object("inputPeerEmpty", nil), "limit": int32(10), "hash": int64(0),
	})
	for _, o := range all(dialogs) {
		if o.Name == "channel" && o.Fields["id"] == c.id {
			c.hash[bob] = o.Fields["access_hash"]
		}
	}
	return c
}

func (c *club) channel(p *person) gen.Value {
	return object("inputChannel", fields{"channel_id": c.id, "access_hash": c.hash[p]})
}

func (c *club) peer(p *person) gen.Value {
	return object("inputPeerChannel", fields{"channel_id": c.id, "access_hash": c.hash[p]})
}

// rights promotes, restricts and demotes bob, and reads the log of it.
func (c *club) rights() {
	ada, bob := c.ada, c.bob
	ada.ask("channels.editAdmin", fields{
		"channel": c.channel(ada), "user_id": ada.user(bob), "admin_rights": object("chatAdminRights", fields{"ban_users": true}), "rank": "guard",
	})
	bob.expect("updateChannel")
	for _, rights := range []fields{{"until_date": int32(0), "send_polls": true}, {"until_date": int32(0)}} {
		participant := ada.peer(bob)
		ada.ask("channels.editBanned", fields{
			"channel": c.channel(ada), "participant": participant, "banned_rights": object("chatBannedRights", rights),
		})
	}
	ada.ask("messages.editChatDefaultBannedRights", fields{
		"peer": c.peer(ada), "banned_rights": object("chatBannedRights", fields{"until_date": int32(0), "send_polls": true}),
	})
	ada.ask("channels.getParticipants", fields{
		"channel": c.channel(ada), "filter": object("channelParticipantsRecent", nil), "offset": int32(0), "limit": int32(10), "hash": int64(0),
	})
	bob.ask("channels.getParticipant", fields{"channel": c.channel(bob), "participant": object("inputPeerSelf", nil)})
}

// links makes a link that asks for approval, by which bob comes back.
func (c *club) links() {
	ada, bob := c.ada, c.bob
	bob.ask("channels.leaveChannel", fields{"channel": c.channel(bob)})
	made := ada.ask("messages.exportChatInvite", fields{"peer": c.peer(ada), "request_needed": true, "title": "in"})
	link := made.Fields["link"].(string)
	hash := link[len(link)-16:]
	bob.ask("messages.checkChatInvite", fields{"hash": hash})
	if _, err := bob.try("messages.importChatInvite", fields{"hash": hash}); !isRPCError(err, "INVITE_REQUEST_SENT") {
		ada.t.Errorf("layer %d: asking to be let in: %v", ada.schema.Layer, err)
	}
	ada.expect("updatePendingJoinRequests")
	ada.ask("messages.getChatInviteImporters", fields{
		"peer": c.peer(ada), "requested": true, "offset_date": int32(0), "offset_user": object("inputUserEmpty", nil), "limit": int32(10),
	})
	ada.ask("messages.hideChatJoinRequest", fields{"peer": c.peer(ada), "user_id": ada.user(bob), "approved": true})
	ada.ask("messages.getExportedChatInvites", fields{
		"peer": c.peer(ada), "admin_id": object("inputUserSelf", nil), "limit": int32(10),
	})
	ada.ask("messages.editExportedChatInvite", fields{"peer": c.peer(ada), "link": link, "revoked": true})
	bob.ask("channels.leaveChannel", fields{"channel": c.channel(bob)})
	free := ada.ask("messages.exportChatInvite", fields{"peer": c.peer(ada)}).Fields["link"].(string)
	find(ada.t, bob.ask("messages.importChatInvite", fields{"hash": free[len(free)-16:]}), "updateChannel")
}

// settings changes what can be changed in every layer.
func (c *club) settings() {
	ada := c.ada
	ada.ask("channels.editTitle", fields{"channel": c.channel(ada), "title": "New club"})
	ada.call("messages.editChatAbout", fields{"peer": c.peer(ada), "about": "Few"})
	ada.ask("channels.togglePreHistoryHidden", fields{"channel": c.channel(ada), "enabled": true})
	ada.ask("channels.toggleSlowMode", fields{"channel": c.channel(ada), "seconds": int32(10)})
	for _, m := range []string{"channels.toggleJoinToSend", "channels.toggleJoinRequest", "channels.toggleAntiSpam", "channels.toggleParticipantsHidden"} {
		if ada.schema.Has(m) {
			ada.ask(m, fields{"channel": c.channel(ada), "enabled": true})
		}
	}
	name := fmt.Sprintf("club_of_%d", ada.id)
	ada.call("channels.checkUsername", fields{"channel": c.channel(ada), "username": name})
	ada.call("channels.updateUsername", fields{"channel": c.channel(ada), "username": name})
}

// readings asks for what clients show of a group.
func (c *club) readings() {
	ada, bob := c.ada, c.bob
	ada.ask("channels.getFullChannel", fields{"channel": c.channel(ada)})
	bob.ask("channels.getFullChannel", fields{"channel": c.channel(bob)})
	bob.ask("channels.getChannels", fields{"id": []any{c.channel(bob)}})
	log := ada.ask("channels.getAdminLog", fields{"channel": c.channel(ada), "q": "", "max_id": int64(0), "min_id": int64(0), "limit": int32(100)})
	if n := len(log.Fields["events"].([]any)); n < 8 {
		ada.t.Errorf("layer %d: %d events in the log of admins", ada.schema.Layer, n)
	}
	ada.ask("messages.getCommonChats", fields{"user_id": ada.user(bob), "max_id": int64(0), "limit": int32(10)})
	ada.ask("channels.exportMessageLink", fields{"channel": c.channel(ada), "id": int32(1)})
	ada.ask("messages.getOnlines", fields{"peer": c.peer(ada)})
	ada.ask("channels.getAdminedPublicChannels", nil)
	ada.ask("channels.getGroupsForDiscussion", nil)
	ada.ask("channels.getInactiveChannels", nil)
	ada.ask("channels.getLeftChannels", fields{"offset": int32(0)})
	ada.ask("stats.getMegagroupStats", fields{"channel": c.channel(ada)})
	if ada.schema.Has("channels.getSendAs") {
		ada.ask("channels.getSendAs", fields{"peer": c.peer(ada)})
	}
}

// broadcast makes a channel and ends it.
func broadcast(ada *person) {
	made := find(ada.t, ada.ask("channels.createChannel", fields{"title": "News", "about": "", "broadcast": true}), "channel")
	channel := object("inputChannel", fields{"channel_id": made.Fields["id"], "access_hash": made.Fields["access_hash"]})
	ada.ask("stats.getBroadcastStats", fields{"channel": channel})
	ada.ask("channels.getFullChannel", fields{"channel": channel})
	find(ada.t, ada.ask("channels.deleteChannel", fields{"channel": channel}), "channelForbidden")
}
