package upgrade

import (
	"fmt"
	"slices"
	"strings"

	"hermod/internal/tl/gen"
)

// A page collects lines of what a person sees.
type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// read lists everything that everybody sees, in words that do not depend on the release.
func (w *world) read() string {
	var out page
	for _, p := range w.people {
		out.line("%s %d", p.Name, p.ID)
		w.readSelf(&out, p)
		w.readDialogs(&out, p)
		for _, o := range w.people {
			w.readChat(&out, p, o.Name)
		}
		w.readDifference(&out, p)
		w.readTogether(&out, p)
	}
	return out.String()
}

func (w *world) readSelf(out *page, p *person) {
	full := p.device.ask("users.getFullUser", fields{"id": object("inputUserSelf", fields{})})
	self := list(full["users"])[0].Fields
	out.line("  self %v %v, phone %v, username %v, about %v", self["first_name"], self["last_name"], self["phone"],
		self["username"], sub(full, "full_user")["about"])
	contacts := p.device.ask("contacts.getContacts", fields{"hash": int64(0)})
	for _, u := range list(contacts["users"]) {
		out.line("  contact %v %v %v", u.Fields["id"], u.Fields["first_name"], u.Fields["last_name"])
	}
	for _, b := range list(p.device.ask("contacts.getBlocked", fields{"offset": int32(0), "limit": int32(100)})["blocked"]) {
		out.line("  blocked %s", peer(b.Fields["peer_id"]))
	}
	for _, r := range list(p.device.ask("account.getPrivacy", fields{"key": object("inputPrivacyKeyStatusTimestamp", fields{})})["rules"]) {
		out.line("  last seen: %s %v", r.Name, r.Fields["users"])
	}
	for _, f := range list(p.device.ask("messages.getDialogFilters", nil)["filters"]) {
		if f.Name == "dialogFilter" {
			out.line("  folder %v %v, %d chats", f.Fields["id"], sub(f.Fields, "title")["text"], len(list(f.Fields["include_peers"])))
		}
	}
}

func (w *world) readDialogs(out *page, p *person) {
	for folder := range int32(2) {
		answer := p.device.ask("messages.getDialogs", fields{
			"offset_date": int32(0), "offset_id": int32(0), "offset_peer": object("inputPeerEmpty", fields{}),
			"limit": int32(100), "hash": int64(0), "folder_id": folder,
		})
		for _, d := range list(answer["dialogs"]) {
			f := d.Fields
			out.line("  dialog %s %s: top %v, in %v, out %v, unread %v, pinned %v, marked %v, folder %v, draft %v, muted %v",
				d.Name, peer(f["peer"]), f["top_message"], f["read_inbox_max_id"], f["read_outbox_max_id"], f["unread_count"],
				is(f["pinned"]), is(f["unread_mark"]), f["folder_id"], sub(f, "draft")["message"], sub(f, "notify_settings")["mute_until"])
		}
	}
}

// is reads a flag: absent is false.
func is(v any) bool { return v == true }

func (w *world) readChat(out *page, p *person, name string) {
	answer := p.device.ask("messages.getHistory", fields{
		"peer": w.peer(p, name), "offset_id": int32(0), "offset_date": int32(0), "add_offset": int32(0),
		"limit": int32(100), "max_id": int32(0), "min_id": int32(0), "hash": int64(0),
	})
	for _, m := range list(answer["messages"]) {
		out.line("  with %s: %s", name, message(m))
	}
	found := p.device.ask("messages.search", fields{
		"peer": w.peer(p, name), "q": "rain", "filter": object("inputMessagesFilterEmpty", fields{}),
		"min_date": int32(0), "max_date": int32(0), "offset_id": int32(0), "add_offset": int32(0), "limit": int32(100),
		"max_id": int32(0), "min_id": int32(0), "hash": int64(0),
	})
	out.line("  with %s: %d messages, %d about rain", name, len(list(answer["messages"])), len(list(found["messages"])))
}

func message(m gen.Value) string {
	f := m.Fields
	var kinds []string
	for _, e := range list(f["entities"]) {
		kinds = append(kinds, e.Name)
	}
	return fmt.Sprintf("%v %s at %v edited %v out %v silent %v pinned %v reply %v forward %s %v: %v", f["id"], m.Name, f["date"],
		f["edit_date"] != nil, is(f["out"]), is(f["silent"]), is(f["pinned"]), sub(f, "reply_to")["reply_to_msg_id"],
		peer(sub(f, "fwd_from")["from_id"]), kinds, f["message"])
}

// readDifference goes on from the middle, as a device that was away.
func (w *world) readDifference(out *page, p *person) {
	diff := p.device.ask("updates.getDifference", fields{"pts": p.PTS, "date": p.Date, "qts": int32(0)})
	var ids []int32
	for _, m := range list(diff["new_messages"]) {
		ids = append(ids, m.Fields["id"].(int32))
	}
	slices.Sort(ids)
	var gone []any
	for _, u := range list(diff["other_updates"]) {
		if u.Name == "updateDeleteMessages" {
			gone = append(gone, u.Fields["messages"])
		}
	}
	out.line("  difference since %d: new %v, deleted %v, pts %v", p.PTS, ids, gone, sub(diff, "state")["pts"])
}
