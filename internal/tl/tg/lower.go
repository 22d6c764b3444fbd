package tg

import "hermod/internal/tl"

// The lower methods of this file say for an older layer what its shape says in another way than the newest.
// They write a changed copy, never change the object (others may be encoding it), and report whether they
// wrote. schema/tlgen.toml lists who has one. What needs no more than leaving things out is generated.

// before reports whether w writes for a layer older than layer.
func before(w *tl.Writer, layer int) bool { return w.Layer != 0 && w.Layer < layer }

// lower fills in limits that clients read from elsewhere since layer 154.
func (o *Config) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 154) {
		return false
	}
	c := *o
	setDefault(&c.SavedGifsLimit, 200)
	setDefault(&c.StickersFavedLimit, 5)
	setDefault(&c.PinnedDialogsCountMax, 5)
	setDefault(&c.PinnedInfolderCountMax, 100)
	c.encode(w)
	return true
}

func setDefault(v *int32, to int32) {
	if *v == 0 {
		*v = to
	}
}

// lower gives layers before 166 the id of the message replied to.
func (o *DraftMessage) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 166) || o.ReplyTo == nil {
		return false
	}
	d := *o
	if to, ok := o.ReplyTo.(*InputReplyToMessage); ok {
		d.ReplyToMsgID = &to.ReplyToMsgID
	}
	d.encode(w)
	return true
}

// lower leaves out a reply to something other than a message, which layers before 166 cannot say.
func (o *MessageReplyHeader) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 166) || o.ReplyToMsgID != nil {
		return false
	}
	w.Fail()
	return true
}

func (o *MessageReplyStoryHeader) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 174) {
		return false
	}
	return lowerPeer(w, o.Peer, func(user int64) { c := *o; c.UserID = user; c.encode(w) })
}

func (o *UpdateStory) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 164) {
		return false
	}
	return lowerPeer(w, o.Peer, func(user int64) { c := *o; c.UserID = user; c.encode(w) })
}

func (o *UpdateReadStories) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 164) {
		return false
	}
	return lowerPeer(w, o.Peer, func(user int64) { c := *o; c.UserID = user; c.encode(w) })
}

func (o *UpdateSentStoryReaction) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 164) {
		return false
	}
	return lowerPeer(w, o.Peer, func(user int64) { c := *o; c.UserID = user; c.encode(w) })
}

func (o *MessageMediaStory) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 164) {
		return false
	}
	return lowerPeer(w, o.Peer, func(user int64) { c := *o; c.UserID = user; c.encode(w) })
}

func (o *UpdateMessagePollVote) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 159) {
		return false
	}
	return lowerPeer(w, o.Peer, func(user int64) { c := *o; c.UserID = user; c.encode(w) })
}

// lowerPeer writes what once was about users only, if peer is one; else it fails.
func lowerPeer(w *tl.Writer, peer PeerClass, write func(user int64)) bool {
	if u, ok := peer.(*PeerUser); ok && u != nil {
		write(u.UserID)
	} else {
		w.Fail()
	}
	return true
}

// lower gives layers before 148 the one user name they know.
func (o *UpdateUserName) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 148) || o.Username != "" {
		return false
	}
	c := *o
	if name := firstActive(o.Usernames); name != nil {
		c.Username = *name
	}
	c.encode(w)
	return true
}

func (o *User) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 148) || o.Username != nil || len(o.Usernames) == 0 {
		return false
	}
	c := *o
	c.Username = firstActive(o.Usernames)
	c.encode(w)
	return true
}

func (o *Channel) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 148) || o.Username != nil || len(o.Usernames) == 0 {
		return false
	}
	c := *o
	c.Username = firstActive(o.Usernames)
	c.encode(w)
	return true
}

func firstActive(names []*Username) *string {
	for _, n := range names {
		if n != nil && n.Active {
			return &n.Username
		}
	}
	return nil
}

func (o *ReactionCount) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 145) || o.ChosenOrder == nil {
		return false
	}
	c := *o
	c.Chosen = true
	c.encode(w)
	return true
}

func (o *MessageActionSetChatTheme) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 214) {
		return false
	}
	theme, ok := o.Theme.(*ChatTheme)
	if !ok {
		w.Fail()
		return true
	}
	c := *o
	c.Emoticon = theme.Emoticon
	c.encode(w)
	return true
}

func (o *MessageActionRequestedPeer) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 169) || len(o.Peers) == 0 {
		return false
	}
	c := *o
	c.Peer = o.Peers[0]
	c.encode(w)
	return true
}

func (o *UserFull) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 214) {
		return false
	}
	theme, ok := o.Theme.(*ChatTheme)
	if !ok || o.ThemeEmoticon != nil {
		return false
	}
	c := *o
	c.ThemeEmoticon = &theme.Emoticon
	c.encode(w)
	return true
}

// lower tells layers before 145 of a code sent by e-mail as one sent by text message: they ask for it alike.
func (o *AuthSentCodeTypeEmailCode) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 145) {
		return false
	}
	(&AuthSentCodeTypeSms{Length: o.Length}).Encode(w)
	return true
}

func (o *AuthSentCodeTypeFragmentSms) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 150) {
		return false
	}
	(&AuthSentCodeTypeSms{Length: o.Length}).Encode(w)
	return true
}

func (o *AuthSentCodeTypeMissedCall) lower(w *tl.Writer) bool {
	if o == nil || !before(w, 135) {
		return false
	}
	(&AuthSentCodeTypeCall{Length: o.Length}).Encode(w)
	return true
}
