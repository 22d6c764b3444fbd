package rights

import (
	"slices"
	"testing"

	"hermod/internal/tl/gen"
)

// A party is a basic group: its creator, an admin, two members, and somebody who is not in it.
type party struct {
	id                               int64
	creator, admin, member, other, s *person
}

func (r *rig) party() *party {
	b := &party{creator: r.people[0], admin: r.people[1], member: r.people[2], other: r.people[3], s: r.people[4]}
	made := b.creator.ask("messages.createChat", fields{
		"title": "Party", "users": []any{b.creator.user(b.admin), b.creator.user(b.member), b.creator.user(b.other)},
	})
	for _, o := range all(made) {
		if o.Name == "chat" {
			b.id = o.Fields["id"].(int64)
		}
	}
	b.creator.ask("messages.editChatAdmin", fields{"chat_id": b.id, "user_id": b.creator.user(b.admin), "is_admin": true})
	return b
}

func (b *party) peer() gen.Value { return object("inputPeerChat", fields{"chat_id": b.id}) }

func (b *party) forbid(things ...string) {
	err := b.creator.do("messages.editChatDefaultBannedRights", fields{"peer": b.peer(), "banned_rights": banned(things...)})
	if t := refusal(err); t != "" && t != "CHAT_NOT_MODIFIED" {
		b.creator.r.t.Fatalf("forbid %v: %v", things, err)
	}
}

// A partyOperation is something that one can do in a basic group.
type partyOperation struct {
	name      string
	forbidden []string // what takes it from members; none: only admins can
	creator   bool     // not even admins can
	refused   string   // "" is CHAT_ADMIN_REQUIRED
	do        func(b *party, p *person, n int) error
}

func (o partyOperation) refusal() string { return operation{refused: o.refused}.refusal() }

var partyOperations = []partyOperation{
	{name: "text", forbidden: []string{"send_plain"}, refused: "CHAT_SEND_PLAIN_FORBIDDEN", do: func(b *party, p *person, _ int) error {
		return p.do("messages.sendMessage", fields{"peer": b.peer(), "message": "hello", "random_id": random()})
	}},
	{name: "poll", forbidden: []string{"send_media", "send_polls"}, refused: "CHAT_SEND_POLL_FORBIDDEN", do: func(b *party, p *person, _ int) error {
		return p.do("messages.sendMedia", fields{"peer": b.peer(), "media": poll(), "message": "", "random_id": random()})
	}},
	{name: "title", forbidden: []string{"change_info"}, do: func(b *party, p *person, n int) error {
		return p.do("messages.editChatTitle", fields{"chat_id": b.id, "title": string(rune('A'+n%26)) + " party"})
	}},
	{name: "invite", forbidden: []string{"invite_users"}, do: func(b *party, p *person, _ int) error {
		defer func() {
			_ = b.creator.do("messages.deleteChatUser", fields{"chat_id": b.id, "user_id": b.creator.user(b.s)})
		}()
		return p.do("messages.addChatUser", fields{"chat_id": b.id, "user_id": p.user(b.s), "fwd_limit": int32(0)})
	}},
	{name: "defaults", do: func(b *party, p *person, _ int) error {
		return p.do("messages.editChatDefaultBannedRights", fields{"peer": b.peer(), "banned_rights": banned("send_games")})
	}},
	{name: "link", do: func(b *party, p *person, _ int) error {
		return p.do("messages.exportChatInvite", fields{"peer": b.peer()})
	}},
	{name: "promote", creator: true, do: func(b *party, p *person, _ int) error {
		return p.do("messages.editChatAdmin", fields{"chat_id": b.id, "user_id": p.user(b.other), "is_admin": false})
	}},
	{name: "migrate", creator: true, do: func(b *party, p *person, _ int) error {
		return p.do("messages.migrateChat", fields{"chat_id": b.id})
	}},
	{name: "end", creator: true, do: func(b *party, p *person, _ int) error {
		return p.do("messages.deleteChat", fields{"chat_id": b.id})
	}},
}

func TestRightsInBasicGroups(t *testing.T) {
	each(t, crowd, func(t *testing.T, r *rig) {
		b := r.party()
		n := 0
		check := func(p *person, o partyOperation, want string) {
			t.Helper()
			n++
			if got := refusal(o.do(b, p, n)); got != want && (want != "" || got != "CHAT_NOT_MODIFIED") {
				t.Errorf("%s: got %q, want %q", o.name, got, want)
			}
		}
		for _, thing := range []string{"send_plain", "send_media", "send_polls", "change_info", "invite_users", "send_stickers"} {
			for _, o := range partyOperations {
				want := ""
				if o.forbidden == nil || slices.Contains(o.forbidden, thing) {
					want = o.refusal()
				}
				b.forbid(thing)
				check(b.member, o, want)
			}
		}
		b.forbid("send_messages", "change_info", "invite_users")
		for _, o := range partyOperations {
			want := ""
			if o.creator {
				want = o.refusal()
			}
			check(b.admin, o, want)
		}
		for _, o := range partyOperations {
			check(b.s, o, "USER_NOT_PARTICIPANT") // he was in it
		}
	})
}
