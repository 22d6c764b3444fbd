package tg

// The functions of this file bring requests of older layers into their newest shape, right after decoding.
// A lift method looks at the fields that only older layers have; schema/tlgen.toml lists who has one.

// liftRequest turns methods that later got another name into that one.
func liftRequest(r Request) Request {
	switch m := r.(type) {
	case *ChannelsDeleteUserHistory:
		return &ChannelsDeleteParticipantHistory{Channel: m.Channel, Participant: peerOfUser(m.UserID)}
	case *ChannelsEditCreator:
		return &MessagesEditChatCreator{Peer: peerOfChannel(m.Channel), UserID: m.UserID, Password: m.Password}
	case *ChannelsGetFutureCreatorAfterLeave:
		return &MessagesGetFutureChatCreatorAfterLeave{Peer: peerOfChannel(m.Channel)}
	case *ContactsToggleStoriesHidden:
		return &StoriesTogglePeerStoriesHidden{Peer: peerOfUser(m.ID), Hidden: m.Hidden}
	case *StoriesGetAllReadUserStories:
		return &StoriesGetAllReadPeerStories{}
	case *UsersGetStoriesMaxIDs:
		return &StoriesGetPeerMaxIDs{ID: peersOfUsers(m.ID)}
	}
	if r := liftTopics(r); r != nil {
		return r
	}
	if r := liftSponsored(r); r != nil {
		return r
	}
	return r
}

// liftTopics moves forum methods from channels.* to messages.*, where they are since layer 216.
func liftTopics(r Request) Request {
	switch m := r.(type) {
	case *ChannelsCreateForumTopic:
		return &MessagesCreateForumTopic{
			Peer: peerOfChannel(m.Channel), Title: m.Title, IconColor: m.IconColor, IconEmojiID: m.IconEmojiID,
			RandomID: m.RandomID, SendAs: m.SendAs,
		}
	case *ChannelsGetForumTopics:
		return &MessagesGetForumTopics{
			Peer: peerOfChannel(m.Channel), Q: m.Q, OffsetDate: m.OffsetDate, OffsetID: m.OffsetID,
			OffsetTopic: m.OffsetTopic, Limit: m.Limit,
		}
	case *ChannelsGetForumTopicsByID:
		return &MessagesGetForumTopicsByID{Peer: peerOfChannel(m.Channel), Topics: m.Topics}
	case *ChannelsEditForumTopic:
		return &MessagesEditForumTopic{
			Peer: peerOfChannel(m.Channel), TopicID: m.TopicID, Title: m.Title, IconEmojiID: m.IconEmojiID,
			Closed: m.Closed, Hidden: m.Hidden,
		}
	case *ChannelsUpdatePinnedForumTopic:
		return &MessagesUpdatePinnedForumTopic{Peer: peerOfChannel(m.Channel), TopicID: m.TopicID, Pinned: m.Pinned}
	case *ChannelsDeleteTopicHistory:
		return &MessagesDeleteTopicHistory{Peer: peerOfChannel(m.Channel), TopMsgID: m.TopMsgID}
	case *ChannelsReorderPinnedForumTopics:
		return &MessagesReorderPinnedForumTopics{Force: m.Force, Peer: peerOfChannel(m.Channel), Order: m.Order}
	}
	return nil
}

// liftSponsored moves the methods of sponsored messages from channels.* to messages.*.
func liftSponsored(r Request) Request {
	switch m := r.(type) {
	case *ChannelsGetSponsoredMessages:
		return &MessagesGetSponsoredMessages{Peer: peerOfChannel(m.Channel)}
	case *ChannelsViewSponsoredMessage:
		return &MessagesViewSponsoredMessage{RandomID: m.RandomID}
	case *ChannelsClickSponsoredMessage:
		return &MessagesClickSponsoredMessage{RandomID: m.RandomID, Media: m.Media, Fullscreen: m.Fullscreen}
	case *ChannelsReportSponsoredMessage:
		return &MessagesReportSponsoredMessage{RandomID: m.RandomID, Option: m.Option}
	}
	return nil
}

// liftReply makes a reply_to of the message ids that layers before 160 (drafts: 166) gave instead. A topic
// without a message to reply to is said by replying to the topic's first message.
func liftReply(to *InputReplyToClass, msg, top **int32) {
	if *to == nil && (*msg != nil || *top != nil) {
		reply := &InputReplyToMessage{TopMsgID: *top}
		if *msg != nil {
			reply.ReplyToMsgID = **msg
		} else {
			reply.ReplyToMsgID = **top
		}
		*to = reply
	}
	*msg, *top = nil, nil
}

func (o *MessagesSendMessage) lift()         { liftReply(&o.ReplyTo, &o.ReplyToMsgID, &o.TopMsgID) }
func (o *MessagesSendMedia) lift()           { liftReply(&o.ReplyTo, &o.ReplyToMsgID, &o.TopMsgID) }
func (o *MessagesSendMultiMedia) lift()      { liftReply(&o.ReplyTo, &o.ReplyToMsgID, &o.TopMsgID) }
func (o *MessagesSendInlineBotResult) lift() { liftReply(&o.ReplyTo, &o.ReplyToMsgID, &o.TopMsgID) }
func (o *MessagesSaveDraft) lift()           { liftReply(&o.ReplyTo, &o.ReplyToMsgID, &o.TopMsgID) }
func (o *MessagesRequestWebView) lift()      { liftReply(&o.ReplyTo, &o.ReplyToMsgID, &o.TopMsgID) }
func (o *MessagesProlongWebView) lift()      { liftReply(&o.ReplyTo, &o.ReplyToMsgID, &o.TopMsgID) }

func (o *DraftMessage) lift() {
	var top *int32
	liftReply(&o.ReplyTo, &o.ReplyToMsgID, &top)
}

func (o *MessagesSendScreenshotNotification) lift() {
	if o.ReplyTo == nil {
		o.ReplyTo = &InputReplyToMessage{ReplyToMsgID: o.ReplyToMsgID}
	}
}

func (o *MessagesSetChatTheme) lift() {
	switch {
	case o.Theme != nil:
	case o.Emoticon == "":
		o.Theme = &InputChatThemeEmpty{}
	default:
		o.Theme = &InputChatTheme{Emoticon: o.Emoticon}
	}
}

func (o *MessagesTranslateText) lift() {
	if o.MsgID != nil {
		o.ID, o.MsgID = []int32{*o.MsgID}, nil
	}
}

func (o *MessagesSendBotRequestedPeer) lift() {
	if o.RequestedPeers == nil && o.RequestedPeer != nil {
		o.RequestedPeers = []InputPeerClass{o.RequestedPeer}
	}
}

// liftReason makes a report option of the reason that layers before 189 gave.
func liftReason(option *[]byte, reason ReportReasonClass) {
	if reason != nil {
		*option = []byte(reason.TLName())
	}
}

func (o *MessagesReport) lift() { liftReason(&o.Option, o.Reason) }

func (o *StoriesReport) lift() {
	liftReason(&o.Option, o.Reason)
	liftStoryPeer(&o.Peer, o.UserID)
}

func (o *AccountSendVerifyEmailCode) lift() {
	if o.Purpose == nil {
		o.Purpose = &EmailVerifyPurposePassport{}
	}
}

func (o *AccountVerifyEmail) lift() {
	if o.Purpose == nil {
		o.Purpose = &EmailVerifyPurposePassport{}
	}
	if o.Verification == nil {
		o.Verification = &EmailVerificationCode{Code: o.Code}
	}
}

func (o *AccountUpdateColor) lift() {
	if c, ok := o.Color.(*PeerColor); ok && o.BackgroundEmojiID != nil {
		c.BackgroundEmojiID = o.BackgroundEmojiID
	} else if o.Color == nil && o.BackgroundEmojiID != nil {
		o.Color = &PeerColor{BackgroundEmojiID: o.BackgroundEmojiID}
	}
	o.BackgroundEmojiID = nil
}

func (o *AccountUpdateConnectedBot) lift() {
	if o.CanReply && o.Rights == nil {
		o.Rights = &BusinessBotRights{Reply: true}
	}
}

func (o *ChannelsToggleSignatures) lift() { o.SignaturesEnabled = o.SignaturesEnabled || o.Enabled }

func (o *ChannelsReportSpam) lift() {
	if o.Participant == nil {
		o.Participant = peerOfUser(o.UserID)
	}
}

func (o *PaymentsGetPaymentForm) lift() { liftInvoice(&o.Invoice, o.Peer, o.MsgID) }

func (o *PaymentsValidateRequestedInfo) lift() { liftInvoice(&o.Invoice, o.Peer, o.MsgID) }

func (o *PaymentsSendPaymentForm) lift() { liftInvoice(&o.Invoice, o.Peer, o.MsgID) }

func liftInvoice(invoice *InputInvoiceClass, peer InputPeerClass, msg int32) {
	if *invoice == nil {
		*invoice = &InputInvoiceMessage{Peer: peer, MsgID: msg}
	}
}

func (o *PaymentsSaveStarGift) lift() { liftGift(&o.Stargift, o.MsgID) }

func (o *PaymentsConvertStarGift) lift() { liftGift(&o.Stargift, o.MsgID) }

func liftGift(gift *InputSavedStarGiftClass, msg int32) {
	if *gift == nil {
		*gift = &InputSavedStarGiftUser{MsgID: msg}
	}
}

func (o *PaymentsUpdateStarGiftPrice) lift() {
	if o.ResellAmount == nil {
		o.ResellAmount = &StarsAmount{Amount: o.ResellStars}
	}
}

// lift finds which answers are right: until layer 223 they were named by their bytes, later by position.
func (o *InputMediaPoll) lift() {
	if o.CorrectAnswers != nil || o.CorrectAnswersBytes == nil {
		return
	}
	o.CorrectAnswers = []int32{}
	for _, option := range o.CorrectAnswersBytes {
		if i := o.Poll.position(option); i >= 0 {
			o.CorrectAnswers = append(o.CorrectAnswers, int32(i))
		}
	}
	o.CorrectAnswersBytes = nil
}

// position is the place of the answer with the given option bytes, or -1.
func (o *Poll) position(option []byte) int {
	if o == nil {
		return -1
	}
	for i, a := range o.Answers {
		if a, ok := a.(*PollAnswer); ok && string(a.Option) == string(option) {
			return i
		}
	}
	return -1
}

func (o *InputReplyToStory) lift() { liftStoryPeer(&o.Peer, o.UserID) }

func (o *InputMediaStory) lift() { liftStoryPeer(&o.Peer, o.UserID) }

// liftStoryPeer gives a story request of layers 160 to 163 its peer: the user it named, else the caller.
func liftStoryPeer(peer *InputPeerClass, user InputUserClass) {
	switch {
	case *peer != nil:
	case user != nil:
		*peer = peerOfUser(user)
	default:
		*peer = &InputPeerSelf{}
	}
}

func (o *StoriesGetPinnedStories) lift()    { liftStoryPeer(&o.Peer, o.UserID) }
func (o *StoriesGetStoriesByID) lift()      { liftStoryPeer(&o.Peer, o.UserID) }
func (o *StoriesReadStories) lift()         { liftStoryPeer(&o.Peer, o.UserID) }
func (o *StoriesIncrementStoryViews) lift() { liftStoryPeer(&o.Peer, o.UserID) }
func (o *StoriesExportStoryLink) lift()     { liftStoryPeer(&o.Peer, o.UserID) }
func (o *StoriesSendReaction) lift()        { liftStoryPeer(&o.Peer, o.UserID) }
func (o *StoriesCanSendStory) lift()        { liftStoryPeer(&o.Peer, nil) }
func (o *StoriesSendStory) lift()           { liftStoryPeer(&o.Peer, nil) }
func (o *StoriesEditStory) lift()           { liftStoryPeer(&o.Peer, nil) }
func (o *StoriesDeleteStories) lift()       { liftStoryPeer(&o.Peer, nil) }
func (o *StoriesTogglePinned) lift()        { liftStoryPeer(&o.Peer, nil) }
func (o *StoriesGetStoriesArchive) lift()   { liftStoryPeer(&o.Peer, nil) }
func (o *StoriesGetStoryViewsList) lift()   { liftStoryPeer(&o.Peer, nil) }
func (o *StoriesGetStoriesViews) lift()     { liftStoryPeer(&o.Peer, nil) }

// peerOfUser says the same person as a peer.
func peerOfUser(u InputUserClass) InputPeerClass {
	switch u := u.(type) {
	case *InputUser:
		return &InputPeerUser{UserID: u.UserID, AccessHash: u.AccessHash}
	case *InputUserSelf:
		return &InputPeerSelf{}
	case *InputUserFromMessage:
		return &InputPeerUserFromMessage{Peer: u.Peer, MsgID: u.MsgID, UserID: u.UserID}
	}
	return &InputPeerEmpty{}
}

func peersOfUsers(users []InputUserClass) []InputPeerClass {
	peers := make([]InputPeerClass, len(users))
	for i, u := range users {
		peers[i] = peerOfUser(u)
	}
	return peers
}

// peerOfChannel says the same channel as a peer.
func peerOfChannel(c InputChannelClass) InputPeerClass {
	switch c := c.(type) {
	case *InputChannel:
		return &InputPeerChannel{ChannelID: c.ChannelID, AccessHash: c.AccessHash}
	case *InputChannelFromMessage:
		return &InputPeerChannelFromMessage{Peer: c.Peer, MsgID: c.MsgID, ChannelID: c.ChannelID}
	}
	return &InputPeerEmpty{}
}
