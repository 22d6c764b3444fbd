package rights

import (
	"fmt"

	"hermod/internal/tl/gen"
)

// A club is a channel or supergroup, with its owner, somebody whose rights are tried, and a plain member.
type club struct {
	r                      *rig
	id                     int64
	owner, subject, victim *person
	stranger               *person  // in no club
	other                  *person  // likewise
	base                   []string // what is forbidden to all members
	n                      int
}

// found makes a club.
func (r *rig) found(kind string) *club {
	c := &club{r: r, owner: r.people[0], subject: r.people[1], victim: r.people[2], stranger: r.people[3], other: r.people[4]}
	f := fields{"title": "Club", "about": ""}
	switch kind {
	case "channel":
		f["broadcast"] = true
	case "forum":
		f["megagroup"], f["forum"] = true, true
	default:
		f["megagroup"] = true
	}
	made := c.owner.ask("channels.createChannel", f)
	for _, o := range all(made) {
		if o.Name == "channel" {
			c.id = o.Fields["id"].(int64)
		}
	}
	c.add(c.subject, c.victim)
	return c
}

// add lets people in, who then have their own access hashes.
func (c *club) add(people ...*person) {
	c.r.t.Helper()
	for _, p := range people {
		c.owner.ask("channels.inviteToChannel", fields{"channel": c.channel(c.owner), "users": []any{c.owner.user(p)}})
		p.ask("messages.getDialogs", fields{
			"offset_date": int32(0), "offset_id": int32(0), "offset_peer": object("inputPeerEmpty", nil), "limit": int32(100), "hash": int64(0),
		})
	}
}

func (c *club) channel(p *person) gen.Value {
	return object("inputChannel", fields{"channel_id": c.id, "access_hash": p.hashes[key{"channel", c.id}]})
}

func (c *club) peer(p *person) gen.Value {
	return object("inputPeerChannel", fields{"channel_id": c.id, "access_hash": p.hashes[key{"channel", c.id}]})
}

// send lets somebody write, and returns the number of his message.
func (c *club) send(p *person) int32 {
	c.r.t.Helper()
	out := p.ask("messages.sendMessage", fields{"peer": c.peer(p), "message": "hello", "random_id": random()})
	for _, o := range all(out) {
		if o.Name == "updateMessageID" {
			return o.Fields["id"].(int32)
		}
	}
	c.r.t.Fatalf("no updateMessageID in %+v", out)
	return 0
}

// promote gives somebody rights, and no others; none makes him a plain member.
func (c *club) promote(p *person, rights ...string) {
	c.r.t.Helper()
	f := fields{}
	for _, r := range rights {
		f[r] = true
	}
	err := c.owner.do("channels.editAdmin", fields{
		"channel": c.channel(c.owner), "user_id": c.owner.user(p), "admin_rights": object("chatAdminRights", f),
	})
	if t := refusal(err); t != "" && t != "CHAT_NOT_MODIFIED" {
		c.r.t.Fatalf("promote with %v: %v", rights, err)
	}
}

// restrict forbids things to somebody; nothing lifts it.
func (c *club) restrict(p *person, things ...string) {
	c.r.t.Helper()
	err := c.owner.do("channels.editBanned", fields{
		"channel": c.channel(c.owner), "participant": c.owner.peer(p), "banned_rights": banned(things...),
	})
	if t := refusal(err); t != "" && t != "CHAT_NOT_MODIFIED" {
		c.r.t.Fatalf("restrict %v: %v", things, err)
	}
}

// forbid forbids things to all members.
func (c *club) forbid(things ...string) {
	c.r.t.Helper()
	err := c.owner.do("messages.editChatDefaultBannedRights", fields{"peer": c.peer(c.owner), "banned_rights": banned(things...)})
	if t := refusal(err); t != "" && t != "CHAT_NOT_MODIFIED" {
		c.r.t.Fatalf("forbid %v: %v", things, err)
	}
}

func banned(things ...string) gen.Value {
	f := fields{"until_date": int32(0)}
	for _, thing := range things {
		f[thing] = true
	}
	return object("chatBannedRights", f)
}

// title is another one each time.
func (c *club) title() string {
	c.n++
	return fmt.Sprintf("Club %d", c.n)
}
