package upgrade

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"hermod/internal/tl/gen"
)

// readTogether lists what p sees of the groups and channels.
func (w *world) readTogether(out *page, p *person) {
	for _, c := range w.chats {
		if !c.sees(p) {
			continue
		}
		out.line("  in %s", c.Title)
		w.readFull(out, p, c)
		w.readMembers(out, p, c)
		w.readTalk(out, p, c)
	}
	scheduled := p.device.ask("messages.getScheduledHistory", fields{"peer": w.peer(p, "Bent"), "hash": int64(0)})
	for _, m := range list(scheduled["messages"]) {
		out.line("  later to Bent: %v", m.Fields["message"])
	}
}

func (w *world) readFull(out *page, p *person, c *chat) {
	method, f := "messages.getFullChat", fields{"chat_id": c.ID}
	if c.Community {
		method, f = "channels.getFullChannel", fields{"channel": c.channel(p)}
	}
	answer, err := p.device.try(method, f)
	if err != nil {
		out.line("    full: %v", err)
		return
	}
	full := sub(answer, "full_chat")
	out.line("    about %v, members %v, pinned %v, slow %v", full["about"], full["participants_count"], full["pinned_msg_id"], full["slowmode_seconds"])
	for _, chat := range list(answer["chats"]) {
		if chat.Fields["id"] == c.ID {
			f := chat.Fields
			out.line("    %s %v: creator %v left %v forum %v signatures %v username %v, %s, everybody may not %s", chat.Name, f["title"],
				is(f["creator"]), is(f["left"]), is(f["forum"]), is(f["signatures"]), f["username"], rights(f["admin_rights"]),
				rights(f["default_banned_rights"]))
		}
	}
}

// rights lists the flags that are set.
func rights(v any) string {
	o, _ := v.(gen.Value)
	var set []string
	for name, value := range o.Fields {
		if value == true {
			set = append(set, name)
		}
	}
	slices.Sort(set)
	return strings.Join(set, " ")
}

func (w *world) readMembers(out *page, p *person, c *chat) {
	if !c.Community {
		answer, err := p.device.try("messages.getFullChat", fields{"chat_id": c.ID})
		if err != nil {
			return
		}
		for _, m := range list(sub(sub(answer, "full_chat"), "participants")["participants"]) {
			out.line("    %s %v", m.Name, m.Fields["user_id"])
		}
		return
	}
	answer, err := p.device.try("channels.getParticipants", fields{
		"channel": c.channel(p), "filter": object("channelParticipantsRecent", nil), "offset": int32(0), "limit": int32(100), "hash": int64(0),
	})
	if err != nil {
		out.line("    members: %v", err)
		return
	}
	for _, m := range list(answer["participants"]) {
		f := m.Fields
		out.line("    %s %v %v, %s, may not %s", m.Name, f["user_id"], f["rank"], rights(f["admin_rights"]), rights(f["banned_rights"]))
	}
}

func (w *world) readTalk(out *page, p *person, c *chat) {
	answer, err := p.device.try("messages.getHistory", fields{
		"peer": c.peer(p), "offset_id": int32(0), "offset_date": int32(0), "add_offset": int32(0),
		"limit": int32(100), "max_id": int32(0), "min_id": int32(0), "hash": int64(0),
	})
	if err != nil {
		out.line("    history: %v", err)
		return
	}
	for _, m := range list(answer["messages"]) {
		out.line("    %s", spoken(m))
	}
	found := p.device.ask("messages.search", fields{
		"peer": c.peer(p), "q": "rain", "filter": object("inputMessagesFilterEmpty", fields{}),
		"min_date": int32(0), "max_date": int32(0), "offset_id": int32(0), "add_offset": int32(0), "limit": int32(100),
		"max_id": int32(0), "min_id": int32(0), "hash": int64(0),
	})
	out.line("    %d messages, %d about rain", len(list(answer["messages"])), len(list(found["messages"])))
	if c.Community {
		w.readChannelDifference(out, p, c)
	}
	if invites, err := p.device.try("messages.getExportedChatInvites", fields{
		"peer": c.peer(p), "admin_id": object("inputUserSelf", nil), "limit": int32(10),
	}); err == nil {
		for _, i := range list(invites["invites"]) {
			link, _ := i.Fields["link"].(string)
			out.line("    link %s %v, asks %v", path.Base(link), i.Fields["title"], is(i.Fields["request_needed"]))
		}
	}
}

func (w *world) readChannelDifference(out *page, p *person, c *chat) {
	diff := p.device.ask("updates.getChannelDifference", fields{
		"channel": c.channel(p), "filter": object("channelMessagesFilterEmpty", nil), "pts": int32(2), "limit": int32(100),
	})
	var ids []int32
	for _, m := range list(diff["new_messages"]) {
		ids = append(ids, m.Fields["id"].(int32))
	}
	out.line("    difference since 2: new %v, pts %v", ids, diff["pts"])
}

// spoken is a message in a chat of many: who said what, and what stands around it.
func spoken(m gen.Value) string {
	f := m.Fields
	action := f["action"]
	if o, ok := action.(gen.Value); ok {
		action = o.Name
	}
	return fmt.Sprintf("%v %s of %s at %v, signed %v, pinned %v, reply %v, forward %s, views %v, action %v%s%s: %v", f["id"], m.Name,
		peer(f["from_id"]), f["date"], f["post_author"], is(f["pinned"]), sub(f, "reply_to")["reply_to_msg_id"],
		peer(sub(f, "fwd_from")["from_id"]), f["views"] != nil, action, carried(f["media"]), reacted(f["reactions"]), f["message"])
}

// carried tells a medium in few words.
func carried(v any) string {
	o, ok := v.(gen.Value)
	if !ok {
		return ""
	}
	out := ", " + o.Name
	for _, r := range list(sub(o.Fields, "results")["results"]) {
		out += fmt.Sprintf(" %v", r.Fields["voters"])
	}
	return out
}

func reacted(v any) string {
	o, _ := v.(gen.Value)
	out := ""
	for _, r := range list(o.Fields["results"]) {
		out += fmt.Sprintf(", %v times %v", r.Fields["count"], sub(r.Fields, "reaction")["emoticon"])
	}
	return out
}
