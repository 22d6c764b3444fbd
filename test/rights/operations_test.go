package rights

import "hermod/internal/tl/gen"

// An operation is something that one can do in a club, once it was made possible.
type operation struct {
	name string
	// needs is the right of an admin that it takes: "any" is that of any admin, "owner" is nobody's but the owner's, ""
	// is none at all.
	needs string
	// forbidden are the restrictions that take it from members; none: they never can.
	forbidden []string
	// refused is the error without the right, or where it is forbidden; "" is CHAT_ADMIN_REQUIRED.
	refused string
	// always is the error even with the right.
	always string
	do     func(c *club, p *person) error
}

// without is the error for an admin who has another right alone.
func (o operation) without(right string) string {
	switch {
	case o.needs == "" || o.needs == "any" || o.needs == right:
		return o.always
	case o.name == "edit" && right == "post_messages":
		return "MESSAGE_AUTHOR_REQUIRED"
	}
	return o.refusal()
}

func (o operation) refusal() string {
	if o.refused == "" {
		return "CHAT_ADMIN_REQUIRED"
	}
	return o.refused
}

// flip is an operation that sets a switch, which is on and off in turn.
func flip(name, method, needs string) operation {
	on := false
	return operation{name: name, needs: needs, do: func(c *club, p *person) error {
		on = !on
		return p.do(method, fields{"channel": c.channel(p), "enabled": on})
	}}
}

func media(c *club, p *person, media gen.Value) error {
	return p.do("messages.sendMedia", fields{"peer": c.peer(p), "media": media, "message": "", "random_id": random()})
}

func poll() gen.Value {
	text := func(s string) gen.Value {
		return object("textWithEntities", fields{"text": s, "entities": []any{}})
	}
	answer := func(s string) gen.Value {
		return object("inputPollAnswer", fields{"text": text(s)})
	}
	return object("inputMediaPoll", fields{"poll": object("poll", fields{
		"id": int64(1), "question": text("Which?"), "answers": []any{answer("this"), answer("that")}, "hash": int64(0),
	})})
}

var sends = []string{"send_messages", "view_messages"}

// sending are the operations of whoever may write.
func sending() []operation {
	return append(sendingFiles(), []operation{
		{name: "text", forbidden: append(sends, "send_plain"), refused: "CHAT_SEND_PLAIN_FORBIDDEN", do: func(c *club, p *person) error {
			return p.do("messages.sendMessage", fields{"peer": c.peer(p), "message": "hello", "random_id": random()})
		}},
		{name: "poll", forbidden: append(sends, "send_media", "send_polls"), refused: "CHAT_SEND_POLL_FORBIDDEN", do: func(c *club, p *person) error {
			return media(c, p, poll())
		}},
		{name: "dice", forbidden: append(sends, "send_media", "send_stickers"), refused: "CHAT_SEND_STICKERS_FORBIDDEN", do: func(c *club, p *person) error {
			return media(c, p, object("inputMediaDice", fields{"emoticon": "🎲"}))
		}},
		{name: "contact", forbidden: append(sends, "send_plain"), refused: "CHAT_SEND_PLAIN_FORBIDDEN", do: func(c *club, p *person) error {
			return media(c, p, object("inputMediaContact", fields{"phone_number": "4790000001", "first_name": "A", "last_name": "", "vcard": ""}))
		}},
		{name: "place", forbidden: append(sends, "send_plain"), refused: "CHAT_SEND_PLAIN_FORBIDDEN", do: func(c *club, p *person) error {
			return media(c, p, object("inputMediaGeoPoint", fields{"geo_point": object("inputGeoPoint", fields{"lat": 59.9, "long": 10.7})}))
		}},
	}...)
}

// shared are the operations of members, where it is not forbidden to them, and of admins with the right.
func shared() []operation {
	return []operation{
		{name: "title", needs: "change_info", forbidden: []string{"change_info", "view_messages"}, do: func(c *club, p *person) error {
			return p.do("channels.editTitle", fields{"channel": c.channel(p), "title": c.title()})
		}},
		{name: "about", needs: "change_info", forbidden: []string{"change_info", "view_messages"}, do: func(c *club, p *person) error {
			return p.do("messages.editChatAbout", fields{"peer": c.peer(p), "about": c.title()})
		}},
		{name: "invite", needs: "invite_users", forbidden: []string{"invite_users", "view_messages"}, do: func(c *club, p *person) error {
			defer func() { _ = c.owner.do("channels.editBanned", kick(c, c.stranger)) }()
			c.restrict(c.stranger)
			return p.do("channels.inviteToChannel", fields{"channel": c.channel(p), "users": []any{p.user(c.stranger)}})
		}},
		{name: "pin", needs: "pin_messages", forbidden: []string{"pin_messages", "view_messages"}, do: func(c *club, p *person) error {
			return p.do("messages.updatePinnedMessage", fields{"peer": c.peer(p), "id": c.send(c.owner), "silent": true})
		}},
	}
}

func kick(c *club, p *person) fields {
	return fields{"channel": c.channel(c.owner), "participant": c.owner.peer(p), "banned_rights": banned("view_messages")}
}

// administration are the operations of admins of a supergroup.
func administration() []operation {
	return []operation{
		{name: "delete", needs: "delete_messages", refused: "MESSAGE_DELETE_FORBIDDEN", do: func(c *club, p *person) error {
			return p.do("channels.deleteMessages", fields{"channel": c.channel(p), "id": []any{c.send(c.victim)}})
		}},
		{name: "delete all of somebody", needs: "delete_messages", do: func(c *club, p *person) error {
			c.send(c.victim)
			return p.do("channels.deleteParticipantHistory", fields{"channel": c.channel(p), "participant": p.peer(c.victim)})
		}},
		{name: "restrict", needs: "ban_users", do: func(c *club, p *person) error {
			defer c.restrict(c.victim)
			return p.do("channels.editBanned", fields{
				"channel": c.channel(p), "participant": p.peer(c.victim), "banned_rights": banned("send_polls"),
			})
		}},
		{name: "defaults", needs: "ban_users", do: func(c *club, p *person) error {
			defer c.forbid(c.base...)
			return p.do("messages.editChatDefaultBannedRights", fields{"peer": c.peer(p), "banned_rights": banned("send_polls")})
		}},
		{name: "slow mode", needs: "ban_users", do: func(c *club, p *person) error {
			defer func() { _ = c.owner.do("channels.toggleSlowMode", slow(c, c.owner, 0)) }()
			return p.do("channels.toggleSlowMode", slow(c, p, 10))
		}},
		{name: "kicked ones", needs: "any", do: func(c *club, p *person) error {
			return p.do("channels.getParticipants", fields{
				"channel": c.channel(p), "filter": object("channelParticipantsKicked", fields{"q": ""}),
				"offset": int32(0), "limit": int32(10), "hash": int64(0),
			})
		}},
		{name: "log", needs: "any", do: func(c *club, p *person) error {
			return p.do("channels.getAdminLog", fields{
				"channel": c.channel(p), "q": "", "max_id": int64(0), "min_id": int64(0), "limit": int32(10),
			})
		}},
		{name: "link", needs: "invite_users", do: func(c *club, p *person) error {
			return p.do("messages.exportChatInvite", fields{"peer": c.peer(p)})
		}},
		{name: "reactions", needs: "change_info", do: func(c *club, p *person) error {
			return p.do("messages.setChatAvailableReactions", fields{
				"peer": c.peer(p), "available_reactions": object("chatReactionsSome", fields{"reactions": []any{
					object("reactionEmoji", fields{"emoticon": "👍"}),
				}}),
			})
		}},
		{name: "period", needs: "delete_messages", do: func(c *club, p *person) error {
			defer func() { _ = c.owner.do("messages.setHistoryTTL", fields{"peer": c.peer(c.owner), "period": int32(0)}) }()
			return p.do("messages.setHistoryTTL", fields{"peer": c.peer(p), "period": int32(86400)})
		}},
		{name: "statistics", needs: "any", do: func(c *club, p *person) error {
			return p.do("stats.getMegagroupStats", fields{"channel": c.channel(p)})
		}},
		flip("hidden history", "channels.togglePreHistoryHidden", "change_info"),
		flip("hidden members", "channels.toggleParticipantsHidden", "ban_users"),
		flip("join to send", "channels.toggleJoinToSend", "ban_users"),
		flip("join request", "channels.toggleJoinRequest", "invite_users"),
		flip("anti-spam", "channels.toggleAntiSpam", "delete_messages"),
		promotion(), protection(),
	}
}

func slow(c *club, p *person, seconds int32) fields {
	return fields{"channel": c.channel(p), "seconds": seconds}
}

// promotion gives somebody the one right that the subject has for sure.
func promotion() operation {
	return operation{name: "promote", needs: "add_admins", do: func(c *club, p *person) error {
		defer c.promote(c.victim)
		return p.do("channels.editAdmin", fields{
			"channel": c.channel(p), "user_id": p.user(c.victim), "admin_rights": object("chatAdminRights", fields{"add_admins": true}),
		})
	}}
}

func protection() operation {
	on := false
	return operation{name: "protect", needs: "change_info", do: func(c *club, p *person) error {
		on = !on
		return p.do("messages.toggleNoForwards", fields{"peer": c.peer(p), "enabled": on})
	}}
}

// owning are the operations of the owner alone.
func owning() []operation {
	password := object("inputCheckPasswordEmpty", nil)
	return []operation{
		{name: "delete channel", needs: "owner", do: func(c *club, p *person) error {
			return p.do("channels.deleteChannel", fields{"channel": c.channel(p)})
		}},
		{name: "username", needs: "owner", do: func(c *club, p *person) error {
			return p.do("channels.updateUsername", fields{"channel": c.channel(p), "username": "the_club"})
		}},
		{name: "transfer", needs: "owner", do: func(c *club, p *person) error {
			return p.do("messages.editChatCreator", fields{"peer": c.peer(p), "user_id": p.user(c.victim), "password": password})
		}},
		{name: "forum", needs: "owner", do: func(c *club, p *person) error {
			return p.do("channels.toggleForum", fields{"channel": c.channel(p), "enabled": true, "tabs": false})
		}},
		{name: "links of others", needs: "owner", do: func(c *club, p *person) error {
			return p.do("messages.getAdminsWithInvites", fields{"peer": c.peer(p)})
		}},
		{name: "ban the owner", needs: "ban_users", always: "USER_CREATOR", do: func(c *club, p *person) error {
			return p.do("channels.editBanned", fields{
				"channel": c.channel(p), "participant": p.peer(c.owner), "banned_rights": banned("view_messages"),
			})
		}},
		{name: "demote the owner", always: "USER_CREATOR", do: func(c *club, p *person) error {
			return p.do("channels.editAdmin", fields{
				"channel": c.channel(p), "user_id": p.user(c.owner), "admin_rights": object("chatAdminRights", fields{}),
			})
		}},
	}
}

// posting are the operations of admins of a broadcast channel.
func posting() []operation {
	return []operation{
		{name: "post", needs: "post_messages", do: func(c *club, p *person) error {
			return p.do("messages.sendMessage", fields{"peer": c.peer(p), "message": "hello", "random_id": random()})
		}},
		{name: "edit", needs: "edit_messages", do: func(c *club, p *person) error {
			return p.do("messages.editMessage", fields{"peer": c.peer(p), "id": c.send(c.owner), "message": c.title()})
		}},
		{name: "delete", needs: "delete_messages", refused: "MESSAGE_DELETE_FORBIDDEN", do: func(c *club, p *person) error {
			return p.do("channels.deleteMessages", fields{"channel": c.channel(p), "id": []any{c.send(c.owner)}})
		}},
		{name: "pin", needs: "edit_messages", do: func(c *club, p *person) error {
			return p.do("messages.updatePinnedMessage", fields{"peer": c.peer(p), "id": c.send(c.owner), "silent": true})
		}},
		{name: "title", needs: "change_info", do: shared()[0].do},
		{name: "about", needs: "change_info", do: shared()[1].do},
		{name: "invite", needs: "invite_users", do: shared()[2].do},
		{name: "members", needs: "any", do: func(c *club, p *person) error {
			return p.do("channels.getParticipants", fields{
				"channel": c.channel(p), "filter": object("channelParticipantsRecent", nil),
				"offset": int32(0), "limit": int32(10), "hash": int64(0),
			})
		}},
		{name: "statistics", needs: "any", do: func(c *club, p *person) error {
			return p.do("stats.getBroadcastStats", fields{"channel": c.channel(p)})
		}},
		{name: "ban", needs: "ban_users", do: func(c *club, p *person) error {
			defer c.restrict(c.victim)
			return p.do("channels.editBanned", fields{
				"channel": c.channel(p), "participant": p.peer(c.victim), "banned_rights": banned("send_polls"),
			})
		}},
		{name: "signatures", needs: "change_info", do: signatures()},
		promotion(),
	}
}

func signatures() func(c *club, p *person) error {
	on := false
	return func(c *club, p *person) error {
		on = !on
		return p.do("channels.toggleSignatures", fields{"channel": c.channel(p), "signatures_enabled": on})
	}
}
