package rights

import (
	"slices"
	"testing"
)

const crowd = 5

// ofGroup and ofChannel are the rights that admins can have.
var (
	ofGroup = []string{
		"change_info", "delete_messages", "ban_users", "invite_users", "pin_messages", "add_admins", "anonymous", "manage_call",
		"other", "manage_ranks",
	}
	ofChannel = []string{
		"change_info", "post_messages", "edit_messages", "delete_messages", "ban_users", "invite_users", "add_admins", "manage_call",
		"other",
	}
)

// forbiddable is everything that can be forbidden to members.
var forbiddable = []string{
	"view_messages", "send_messages", "send_media", "send_stickers", "send_gifs", "send_games", "send_inline", "embed_links",
	"send_polls", "change_info", "invite_users", "pin_messages", "manage_topics", "send_photos", "send_videos",
	"send_roundvideos", "send_audios", "send_voices", "send_docs", "send_plain", "send_reactions",
}

// check tries an operation, which is to be refused with want, or not at all.
func check(t *testing.T, c *club, p *person, o operation, want string) {
	t.Helper()
	if got := refusal(o.do(c, p)); got != want && (want != "" || got != "CHAT_NOT_MODIFIED") {
		t.Errorf("%s: got %q, want %q", o.name, got, want)
	}
}

func TestRightsOfAdminsInGroups(t *testing.T) {
	each(t, crowd, func(t *testing.T, r *rig) {
		c := r.found("group")
		c.base = []string{"change_info", "invite_users", "pin_messages"} // so that members may not, where admins may
		c.forbid(c.base...)
		operations := slices.Concat(administration(), shared(), owning(), sending())
		for _, right := range ofGroup {
			c.promote(c.subject, right)
			t.Run(right, func(t *testing.T) {
				for _, o := range operations {
					check(t, c, c.subject, o, o.without(right))
				}
			})
		}
		c.promote(c.subject)
		t.Run("none", func(t *testing.T) {
			for _, o := range slices.Concat(administration(), shared()) {
				check(t, c, c.subject, o, o.refusal())
			}
		})
	})
}

func TestRightsOfAdminsInChannels(t *testing.T) {
	each(t, crowd, func(t *testing.T, r *rig) {
		c := r.found("channel")
		operations := slices.Concat(posting(), owning()[:3])
		for _, right := range ofChannel {
			c.promote(c.subject, right)
			t.Run(right, func(t *testing.T) {
				for _, o := range operations {
					check(t, c, c.subject, o, o.without(right))
				}
			})
		}
		c.promote(c.subject)
		t.Run("none", func(t *testing.T) {
			for _, o := range posting() {
				check(t, c, c.subject, o, o.refusal())
			}
		})
	})
}

// forbidden is the error for a member to whom something is forbidden.
func forbidden(o operation, thing string, sendingAll string) string {
	switch {
	case !slices.Contains(o.forbidden, thing):
		return ""
	case thing == "send_messages":
		return sendingAll
	}
	return o.refusal()
}

func TestRestrictionsOfAMember(t *testing.T) {
	each(t, crowd, func(t *testing.T, r *rig) {
		c := r.found("group")
		for _, thing := range forbiddable {
			c.restrict(c.subject, thing)
			t.Run(thing, func(t *testing.T) {
				for _, o := range slices.Concat(sending(), shared()) {
					want := forbidden(o, thing, "USER_BANNED_IN_CHANNEL")
					if thing == "view_messages" {
						want = "CHANNEL_PRIVATE"
					}
					check(t, c, c.subject, o, want)
				}
			})
			c.restrict(c.subject)
			if thing == "view_messages" {
				c.add(c.subject)
			}
		}
	})
}

func TestWhatIsForbiddenToAllMembers(t *testing.T) {
	each(t, crowd, func(t *testing.T, r *rig) {
		c := r.found("group")
		for _, thing := range forbiddable[1:] { // nobody can be kept from looking so
			c.forbid(thing)
			t.Run(thing, func(t *testing.T) {
				for _, o := range slices.Concat(sending(), shared()) {
					check(t, c, c.subject, o, forbidden(o, thing, "CHAT_WRITE_FORBIDDEN"))
				}
				for _, o := range slices.Concat(sending(), shared()) {
					check(t, c, c.owner, o, "")
				}
			})
		}
	})
}

func TestOwnerMayEverything(t *testing.T) {
	each(t, crowd, func(t *testing.T, r *rig) {
		c := r.found("group")
		for _, o := range slices.Concat(administration(), shared(), sending()) {
			check(t, c, c.owner, o, "")
		}
		for _, o := range owning()[1:5] {
			want := ""
			if o.name == "transfer" {
				want = "PASSWORD_MISSING"
			}
			check(t, c, c.owner, o, want)
		}
		check(t, c, c.owner, owning()[0], "")
		for _, o := range slices.Concat(administration(), shared()) {
			if slices.Contains([]string{"title", "about", "log", "link", "kicked ones", "reactions", "hidden history"}, o.name) {
				check(t, c, c.owner, o, "CHANNEL_PRIVATE")
			}
		}
	})
}

// Who has left a private group, or was banned from any, sees nothing of it, though he has its access hash.
func TestOutsidersAreShutOut(t *testing.T) {
	each(t, crowd, func(t *testing.T, r *rig) {
		c := r.found("group")
		operations := slices.Concat(administration(), shared(), sending(), owning()[:3])
		c.subject.ask("channels.leaveChannel", fields{"channel": c.channel(c.subject)})
		t.Run("left", func(t *testing.T) {
			for _, o := range operations {
				check(t, c, c.subject, o, "CHANNEL_PRIVATE")
			}
		})
		c.owner.ask("channels.updateUsername", fields{"channel": c.channel(c.owner), "username": "the_open_club"})
		t.Run("left, public", func(t *testing.T) {
			for _, o := range sending() {
				check(t, c, c.subject, o, "CHAT_WRITE_FORBIDDEN")
			}
			for _, o := range slices.Concat(administration(), shared(), owning()[:3]) {
				check(t, c, c.subject, o, o.refusal())
			}
		})
		c.restrict(c.subject, "view_messages")
		t.Run("banned, public", func(t *testing.T) {
			for _, o := range operations {
				check(t, c, c.subject, o, "CHANNEL_PRIVATE")
			}
		})
	})
}
