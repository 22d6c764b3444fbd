package channels

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/topics"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// getAdminLog serves https://core.telegram.org/method/channels.getAdminLog.
func (h *Handlers) getAdminLog(ctx context.Context, call *rpc.Call, in *tg.ChannelsGetAdminLog) (*tg.ChannelsAdminLogResults, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	q := channels.LogQuery{Text: in.Q, Class: logClass(in.EventsFilter), Max: in.MaxID, Min: in.MinID, Limit: int(in.Limit)}
	if q.Admins, err = h.users(ctx, call, in.Admins); err != nil {
		return nil, err
	}
	page, err := h.channels.Log(ctx, call.User, ch, q)
	if err != nil {
		return nil, err
	}
	v, err := h.channels.See(ctx, call.User, ch)
	if err != nil {
		return nil, err
	}
	return h.logResults(ctx, v, page)
}

func (h *Handlers) logResults(ctx context.Context, v channels.Sight, page []channels.LogEntry) (*tg.ChannelsAdminLogResults, error) {
	s := logShower{Handlers: h, ctx: ctx, v: v, about: []ids.Peer{v.ID.Peer()}}
	out := &tg.ChannelsAdminLogResults{Events: []*tg.ChannelAdminLogEvent{}}
	for _, e := range page {
		action, err := s.action(e)
		if err != nil {
			return nil, err
		}
		if action == nil {
			continue
		}
		s.about = append(s.about, e.By.Peer())
		out.Events = append(out.Events, &tg.ChannelAdminLogEvent{
			ID: e.ID, Date: int32(e.Date.Unix()), UserID: int64(e.By), Action: action,
		})
	}
	var err error
	out.Users, out.Chats, err = h.view.Peers(ctx, v.Me.User, s.about)
	return out, err
}

// logClass reads what kinds of events are asked for; 0 is all.
func logClass(f *tg.ChannelAdminLogEventsFilter) (c channels.LogClass) {
	if f == nil {
		return 0
	}
	for i, on := range []bool{
		f.Join, f.Leave, f.Invite, f.Ban, f.Unban, f.Kick, f.Unkick, f.Promote, f.Demote, f.Info, f.Settings, f.Pinned,
		f.Edit, f.Delete, f.GroupCall, f.Invites, f.Send, f.Forums, f.SubExtend, f.EditRank,
	} {
		if on {
			c |= 1 << i
		}
	}
	return c
}

// A logShower shows the entries of one page, and gathers whom they name.
type logShower struct {
	*Handlers
	ctx   context.Context // of the one call
	v     channels.Sight
	about []ids.Peer
}

type actionClass = tg.ChannelAdminLogEventActionClass

// action shows what an admin did; nil for what clients have no form for.
func (s *logShower) action(e channels.LogEntry) (actionClass, error) {
	if show := logSwitches[e.Kind]; show != nil {
		on, err := channels.Decode[bool](e.After)
		return show(on), err
	}
	if show := logShown[e.Kind]; show != nil {
		return show(s, e)
	}
	return nil, nil
}

// logSwitches show what can be on or off.
var logSwitches = map[channels.LogKind]func(on bool) actionClass{
	channels.LogInvites:    func(on bool) actionClass { return &tg.ChannelAdminLogEventActionToggleInvites{NewValue: on} },
	channels.LogSignatures: func(on bool) actionClass { return &tg.ChannelAdminLogEventActionToggleSignatures{NewValue: on} },
	channels.LogSignatureProfiles: func(on bool) actionClass {
		return &tg.ChannelAdminLogEventActionToggleSignatureProfiles{NewValue: on}
	},
	channels.LogHiddenHistory: func(on bool) actionClass {
		return &tg.ChannelAdminLogEventActionTogglePreHistoryHidden{NewValue: on}
	},
	channels.LogNoForwards: func(on bool) actionClass { return &tg.ChannelAdminLogEventActionToggleNoForwards{NewValue: on} },
	channels.LogForum:      func(on bool) actionClass { return &tg.ChannelAdminLogEventActionToggleForum{NewValue: on} },
	channels.LogAntiSpam:   func(on bool) actionClass { return &tg.ChannelAdminLogEventActionToggleAntiSpam{NewValue: on} },
	channels.LogAutotranslation: func(on bool) actionClass {
		return &tg.ChannelAdminLogEventActionToggleAutotranslation{NewValue: on}
	},
}

type showLog func(s *logShower, e channels.LogEntry) (actionClass, error)

// logShown show all other events.
var logShown = map[channels.LogKind]showLog{
	channels.LogTitle: changed(func(before, after string) actionClass {
		return &tg.ChannelAdminLogEventActionChangeTitle{PrevValue: before, NewValue: after}
	}),
	channels.LogAbout: changed(func(before, after string) actionClass {
		return &tg.ChannelAdminLogEventActionChangeAbout{PrevValue: before, NewValue: after}
	}),
	channels.LogUsername: changed(func(before, after string) actionClass {
		return &tg.ChannelAdminLogEventActionChangeUsername{PrevValue: before, NewValue: after}
	}),
	channels.LogUsernames: changed(func(before, after []string) actionClass {
		return &tg.ChannelAdminLogEventActionChangeUsernames{PrevValue: strings(before), NewValue: strings(after)}
	}),
	channels.LogPhoto:         (*logShower).photo,
	channels.LogStickers:      (*logShower).stickers,
	channels.LogEmojiStickers: (*logShower).emojiStickers,
	channels.LogWallpaper:     (*logShower).wallpaper,
	channels.LogDefaults: changed(func(before, after rights.Banned) actionClass {
		return &tg.ChannelAdminLogEventActionDefaultBannedRights{
			PrevBannedRights: view.BannedRights(before), NewBannedRights: view.BannedRights(after),
		}
	}),
	channels.LogSlowMode: changed(func(before, after int32) actionClass {
		return &tg.ChannelAdminLogEventActionToggleSlowMode{PrevValue: before, NewValue: after}
	}),
	channels.LogPeriod: changed(func(before, after int32) actionClass {
		return &tg.ChannelAdminLogEventActionChangeHistoryTTL{PrevValue: before, NewValue: after}
	}),
	channels.LogLocation: changed(func(before, after *channels.Location) actionClass {
		return &tg.ChannelAdminLogEventActionChangeLocation{PrevValue: place(before), NewValue: place(after)}
	}),
	channels.LogReactions: changed(func(before, after groups.Reactions) actionClass {
		return &tg.ChannelAdminLogEventActionChangeAvailableReactions{
			PrevValue: view.ChatReactions(before), NewValue: view.ChatReactions(after),
		}
	}),
	channels.LogColor: changed(func(before, after *users.Color) actionClass {
		return &tg.ChannelAdminLogEventActionChangePeerColor{PrevValue: color(before), NewValue: color(after)}
	}),
	channels.LogProfileColor: changed(func(before, after *users.Color) actionClass {
		return &tg.ChannelAdminLogEventActionChangeProfilePeerColor{PrevValue: color(before), NewValue: color(after)}
	}),
	channels.LogEmojiStatus: changed(func(before, after *users.EmojiStatus) actionClass {
		return &tg.ChannelAdminLogEventActionChangeEmojiStatus{
			PrevValue: view.EmojiStatus(before), NewValue: view.EmojiStatus(after),
		}
	}),
	channels.LogLinked: (*logShower).linked,
	channels.LogJoin: func(*logShower, channels.LogEntry) (actionClass, error) {
		return &tg.ChannelAdminLogEventActionParticipantJoin{}, nil
	},
	channels.LogLeave: func(*logShower, channels.LogEntry) (actionClass, error) {
		return &tg.ChannelAdminLogEventActionParticipantLeave{}, nil
	},
	channels.LogInvite: members(func(_, after tg.ChannelParticipantClass) actionClass {
		return &tg.ChannelAdminLogEventActionParticipantInvite{Participant: after}
	}),
	channels.LogBan: members(func(before, after tg.ChannelParticipantClass) actionClass {
		return &tg.ChannelAdminLogEventActionParticipantToggleBan{PrevParticipant: before, NewParticipant: after}
	}),
	channels.LogAdmin: members(func(before, after tg.ChannelParticipantClass) actionClass {
		return &tg.ChannelAdminLogEventActionParticipantToggleAdmin{PrevParticipant: before, NewParticipant: after}
	}),
	channels.LogJoinByInvite: links(func(_, after tg.ExportedChatInviteClass) actionClass {
		return &tg.ChannelAdminLogEventActionParticipantJoinByInvite{Invite: after}
	}),
	channels.LogInviteEdit: links(func(before, after tg.ExportedChatInviteClass) actionClass {
		return &tg.ChannelAdminLogEventActionExportedInviteEdit{PrevInvite: before, NewInvite: after}
	}),
	channels.LogInviteRevoke: links(func(_, after tg.ExportedChatInviteClass) actionClass {
		return &tg.ChannelAdminLogEventActionExportedInviteRevoke{Invite: after}
	}),
	channels.LogInviteDelete: links(func(_, after tg.ExportedChatInviteClass) actionClass {
		return &tg.ChannelAdminLogEventActionExportedInviteDelete{Invite: after}
	}),
	channels.LogTopicCreate: threads(func(_, after tg.ForumTopicClass) actionClass {
		return &tg.ChannelAdminLogEventActionCreateTopic{Topic: after}
	}),
	channels.LogTopicEdit: threads(func(before, after tg.ForumTopicClass) actionClass {
		return &tg.ChannelAdminLogEventActionEditTopic{PrevTopic: before, NewTopic: after}
	}),
	channels.LogTopicDelete: threads(func(before, _ tg.ForumTopicClass) actionClass {
		return &tg.ChannelAdminLogEventActionDeleteTopic{Topic: before}
	}),
	channels.LogTopicPin: threads(func(before, after tg.ForumTopicClass) actionClass {
		return &tg.ChannelAdminLogEventActionPinTopic{PrevTopic: before, NewTopic: after}
	}),
	channels.LogJoinByRequest: (*logShower).approved,
	channels.LogRank:          (*logShower).rank,
	channels.LogPin: said(func(_, after tg.MessageClass) actionClass {
		return &tg.ChannelAdminLogEventActionUpdatePinned{Message: after}
	}),
	channels.LogEdit: said(func(before, after tg.MessageClass) actionClass {
		return &tg.ChannelAdminLogEventActionEditMessage{PrevMessage: before, NewMessage: after}
	}),
	channels.LogDelete: said(func(before, _ tg.MessageClass) actionClass {
		return &tg.ChannelAdminLogEventActionDeleteMessage{Message: before}
	}),
	channels.LogStopPoll: said(func(_, after tg.MessageClass) actionClass {
		return &tg.ChannelAdminLogEventActionStopPoll{Message: after}
	}),
	channels.LogSend: said(func(_, after tg.MessageClass) actionClass {
		return &tg.ChannelAdminLogEventActionSendMessage{Message: after}
	}),
}

// changed shows a value that was one and is another.
func changed[T any](show func(before, after T) actionClass) showLog {
	return func(_ *logShower, e channels.LogEntry) (actionClass, error) {
		before, err := channels.Decode[T](e.Before)
		if err != nil {
			return nil, err
		}
		after, err := channels.Decode[T](e.After)
		return show(before, after), err
	}
}

// members shows how somebody stood and stands to the channel.
func members(show func(before, after tg.ChannelParticipantClass) actionClass) showLog {
	return func(s *logShower, e channels.LogEntry) (actionClass, error) {
		before, err := channels.Decode[channels.Member](e.Before)
		if err != nil {
			return nil, err
		}
		after, err := channels.Decode[channels.Member](e.After)
		if err != nil {
			return nil, err
		}
		if before.Peer == 0 {
			before.Peer, before.User = after.Peer, after.User
		}
		s.about = append(append(s.about, view.ParticipantPeers(before)...), view.ParticipantPeers(after)...)
		return show(view.Participant(s.v, before), view.Participant(s.v, after)), nil
	}
}

// said shows a message as it was and is; one that there was not is an empty one.
func said(show func(before, after tg.MessageClass) actionClass) showLog {
	return func(s *logShower, e channels.LogEntry) (actionClass, error) {
		before, err := s.message(e.Before)
		if err != nil {
			return nil, err
		}
		after, err := s.message(e.After)
		return show(before, after), err
	}
}

func (s *logShower) message(data []byte) (tg.MessageClass, error) {
	m, err := channels.Decode[*messages.Message](data)
	if err != nil || m == nil {
		return &tg.MessageEmpty{}, err
	}
	shown, about, err := s.render.Message(s.ctx, s.v.Me.User, m)
	s.about = append(s.about, about...)
	return shown, err
}

func (s *logShower) photo(e channels.LogEntry) (actionClass, error) {
	before, err := channels.Decode[int64](e.Before)
	if err != nil {
		return nil, err
	}
	after, err := channels.Decode[int64](e.After)
	if err != nil {
		return nil, err
	}
	t := &tg.ChannelAdminLogEventActionChangePhoto{}
	if t.PrevPhoto, err = s.view.Photo(s.ctx, before); err != nil {
		return nil, err
	}
	t.NewPhoto, err = s.view.Photo(s.ctx, after)
	return t, err
}

func (s *logShower) linked(e channels.LogEntry) (actionClass, error) {
	return changed(func(before, after ids.Channel) actionClass {
		for _, ch := range []ids.Channel{before, after} {
			if ch != 0 {
				s.about = append(s.about, ch.Peer())
			}
		}
		return &tg.ChannelAdminLogEventActionChangeLinkedChat{PrevValue: int64(before), NewValue: int64(after)}
	})(s, e)
}

// threads shows a topic as it was and is.
func threads(show func(before, after tg.ForumTopicClass) actionClass) showLog {
	return func(s *logShower, e channels.LogEntry) (actionClass, error) {
		if s.o.Topic == nil {
			return nil, nil
		}
		before, err := s.topic(e.Before)
		if err != nil {
			return nil, err
		}
		after, err := s.topic(e.After)
		return show(before, after), err
	}
}

// topic is nil for nothing.
func (s *logShower) topic(data []byte) (tg.ForumTopicClass, error) {
	t, err := channels.Decode[*topics.Topic](data)
	if err != nil || t == nil {
		return nil, err
	}
	s.about = append(s.about, t.Creator, t.Author.Peer())
	return s.o.Topic(s.v.ID, *t), nil
}

// links shows a link as it was and is.
func links(show func(before, after tg.ExportedChatInviteClass) actionClass) showLog {
	return func(s *logShower, e channels.LogEntry) (actionClass, error) {
		before, err := s.link(e.Before)
		if err != nil {
			return nil, err
		}
		after, err := s.link(e.After)
		return show(before, after), err
	}
}

func (s *logShower) link(data []byte) (tg.ExportedChatInviteClass, error) {
	i, err := channels.Decode[invites.Invite](data)
	s.about = append(s.about, i.Admin.Peer())
	return view.ExportedInvite(s.o.LinkPrefix, i), err
}

// approved shows somebody who was let in. Who came by no link was found by the name of the channel.
func (s *logShower) approved(e channels.LogEntry) (actionClass, error) {
	a, err := channels.Decode[channels.Approval](e.After)
	if err != nil {
		return nil, err
	}
	t := &tg.ChannelAdminLogEventActionParticipantJoinByRequest{Invite: &tg.ChatInvitePublicJoinRequests{}, ApprovedBy: int64(a.By)}
	s.about = append(s.about, a.By.Peer())
	i, err := channels.Decode[invites.Invite](a.Invite)
	if i.Hash != "" {
		t.Invite = view.ExportedInvite(s.o.LinkPrefix, i)
	}
	return t, err
}

func (s *logShower) rank(e channels.LogEntry) (actionClass, error) {
	c, err := channels.Decode[channels.RankChange](e.After)
	s.about = append(s.about, c.User.Peer())
	return &tg.ChannelAdminLogEventActionParticipantEditRank{UserID: int64(c.User), PrevRank: c.Before, NewRank: c.After}, err
}

func place(l *channels.Location) tg.ChannelLocationClass {
	if l == nil {
		return &tg.ChannelLocationEmpty{}
	}
	return &tg.ChannelLocation{GeoPoint: &tg.GeoPoint{Lat: l.Lat, Long: l.Long}, Address: l.Address}
}

func color(c *users.Color) tg.PeerColorClass {
	if c == nil {
		return &tg.PeerColor{}
	}
	return view.Color(c)
}

func strings(list []string) []string { return append([]string{}, list...) }
