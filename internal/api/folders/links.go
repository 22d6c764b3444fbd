package folders

import (
	"context"
	"errors"
	"slices"
	"strings"

	"hermod/internal/api/view"
	"hermod/internal/domain/folders"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerLinks(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.exportChatlistInvite)
	rpc.Handle(r, rpc.UserOnly, h.getExportedInvites)
	rpc.Handle(r, rpc.UserOnly, h.editExportedInvite)
	rpc.Handle(r, rpc.UserOnly, h.deleteExportedInvite)
	rpc.Handle(r, rpc.UserOnly, h.checkChatlistInvite)
	rpc.Handle(r, rpc.UserOnly, h.joinChatlistInvite)
	rpc.Handle(r, rpc.UserOnly, h.getChatlistUpdates)
	rpc.Handle(r, rpc.UserOnly, h.joinChatlistUpdates)
	rpc.Handle(r, rpc.UserOnly, h.hideChatlistUpdates)
	rpc.Handle(r, rpc.UserOnly, h.getLeaveChatlistSuggestions)
	rpc.Handle(r, rpc.UserOnly, h.leaveChatlist)
}

var (
	errSlug  = rpc.BadRequest("INVITE_SLUG_EMPTY")
	errKinds = rpc.BadRequest("FILTER_NOT_SUPPORTED")
)

// folderOf reads which folder is meant.
func folderOf(in *tg.InputChatlistDialogFilter) (int32, error) {
	if in == nil {
		return 0, folders.ErrNone
	}
	return in.FilterID, nil
}

// slug reads the end of a link; clients also send the whole of it.
func slug(s string) (string, error) {
	if s = s[strings.LastIndexByte(s, '/')+1:]; s == "" {
		return "", errSlug
	}
	return s, nil
}

func (h *Handlers) exported(l folders.Link) *tg.ExportedChatlistInvite {
	t := &tg.ExportedChatlistInvite{Title: l.Title, URL: h.o.LinkPrefix + "addlist/" + l.Slug, Peers: []tg.PeerClass{}}
	for _, p := range l.Peers {
		t.Peers = append(t.Peers, view.Peer(p))
	}
	return t
}

func peersOf(list []ids.Peer) []tg.PeerClass {
	out := make([]tg.PeerClass, len(list))
	for i, p := range list {
		out[i] = view.Peer(p)
	}
	return out
}

// shareable reads the chats of a link: those that the caller can share.
func (h *Handlers) shareable(ctx context.Context, call *rpc.Call, in []tg.InputPeerClass) ([]ids.Peer, error) {
	list, err := h.resolve(ctx, call, in)
	if err != nil {
		return nil, err
	}
	return h.o.Folders.Shareable(ctx, call.User, list)
}

// exportChatlistInvite serves https://core.telegram.org/method/chatlists.exportChatlistInvite.
func (h *Handlers) exportChatlistInvite(ctx context.Context, call *rpc.Call, in *tg.ChatlistsExportChatlistInvite) (*tg.ChatlistsExportedChatlistInvite, error) {
	id, err := folderOf(in.Chatlist)
	if err != nil {
		return nil, err
	}
	peers, err := h.shareable(ctx, call, in.Peers)
	if err != nil {
		return nil, err
	}
	f, l, err := h.o.Folders.Export(ctx, call.User, id, in.Title, peers, asShared)
	if err != nil {
		return nil, err
	}
	return &tg.ChatlistsExportedChatlistInvite{Filter: decode(f.Data), Invite: h.exported(l)}, nil
}

// asShared makes the data of a folder that of a shared one. It fails for one that takes in chats by their kind.
func asShared(data []byte) ([]byte, error) {
	switch t := decode(data).(type) {
	case *tg.DialogFilterChatlist:
		t.HasMyInvites = true
		return tl.Encode(t, tg.Newest), nil
	case *tg.DialogFilter:
		if kinds(t) != ([6]bool{}) || t.ExcludeMuted || t.ExcludeArchived || len(t.ExcludePeers) > 0 {
			return nil, errKinds
		}
		shared := named(t)
		shared.HasMyInvites = true
		return tl.Encode(shared, tg.Newest), nil
	}
	return nil, folders.ErrNone
}

func asUnshared(data []byte) ([]byte, error) {
	if t, ok := decode(data).(*tg.DialogFilterChatlist); ok {
		t.HasMyInvites = false
		return tl.Encode(t, tg.Newest), nil
	}
	return data, nil
}

// getExportedInvites serves https://core.telegram.org/method/chatlists.getExportedInvites.
func (h *Handlers) getExportedInvites(ctx context.Context, call *rpc.Call, in *tg.ChatlistsGetExportedInvites) (*tg.ChatlistsExportedInvites, error) {
	id, err := folderOf(in.Chatlist)
	if err != nil {
		return nil, err
	}
	list, err := h.o.Folders.Links(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	t := &tg.ChatlistsExportedInvites{Invites: []*tg.ExportedChatlistInvite{}}
	var about []ids.Peer
	for _, l := range list {
		t.Invites, about = append(t.Invites, h.exported(l)), append(about, l.Peers...)
	}
	t.Users, t.Chats, err = h.o.Render.Peers(ctx, call.User, about)
	return t, err
}

// editExportedInvite serves https://core.telegram.org/method/chatlists.editExportedInvite.
func (h *Handlers) editExportedInvite(ctx context.Context, call *rpc.Call, in *tg.ChatlistsEditExportedInvite) (*tg.ExportedChatlistInvite, error) {
	id, err := folderOf(in.Chatlist)
	if err != nil {
		return nil, err
	}
	s, err := slug(in.Slug)
	if err != nil {
		return nil, err
	}
	var peers []ids.Peer
	if in.Peers != nil {
		if peers, err = h.shareable(ctx, call, in.Peers); err != nil {
			return nil, err
		}
		peers = append([]ids.Peer{}, peers...)
	}
	l, err := h.o.Folders.EditLink(ctx, call.User, id, s, in.Title, peers)
	if err != nil {
		return nil, err
	}
	return h.exported(l), nil
}

// deleteExportedInvite serves https://core.telegram.org/method/chatlists.deleteExportedInvite.
func (h *Handlers) deleteExportedInvite(ctx context.Context, call *rpc.Call, in *tg.ChatlistsDeleteExportedInvite) (tg.Bool, error) {
	id, err := folderOf(in.Chatlist)
	if err != nil {
		return false, err
	}
	s, err := slug(in.Slug)
	if err != nil {
		return false, err
	}
	return true, h.o.Folders.DeleteLink(ctx, call.User, id, s, asUnshared)
}

// checkChatlistInvite serves https://core.telegram.org/method/chatlists.checkChatlistInvite.
func (h *Handlers) checkChatlistInvite(ctx context.Context, call *rpc.Call, in *tg.ChatlistsCheckChatlistInvite) (tg.ChatlistsChatlistInviteClass, error) {
	s, err := slug(in.Slug)
	if err != nil {
		return nil, err
	}
	l, err := h.o.Folders.Link(ctx, s)
	if err != nil {
		return nil, err
	}
	open, err := h.o.Folders.Shareable(ctx, l.Owner, l.Peers)
	if err != nil {
		return nil, err
	}
	users, chats, err := h.o.Render.Peers(ctx, call.User, open)
	if err != nil {
		return nil, err
	}
	id, err := h.o.Folders.JoinedBy(ctx, call.User, l)
	if err != nil {
		return nil, err
	}
	if id != 0 {
		return h.already(ctx, call, id, open, users, chats)
	}
	t := &tg.ChatlistsChatlistInvite{Peers: peersOf(open), Users: users, Chats: chats}
	t.Title, t.Emoticon, t.TitleNoanimate, err = h.titleOf(ctx, l)
	return t, err
}

// already says which of the chats of a link the caller has in his folder.
func (h *Handlers) already(
	ctx context.Context, call *rpc.Call, id int32, open []ids.Peer, users []tg.UserClass, chats []tg.ChatClass,
) (tg.ChatlistsChatlistInviteClass, error) {
	mine, err := h.inFolder(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	t := &tg.ChatlistsChatlistInviteAlready{
		FilterID: id, MissingPeers: []tg.PeerClass{}, AlreadyPeers: []tg.PeerClass{}, Users: users, Chats: chats,
	}
	for _, p := range open {
		if slices.Contains(mine, p) {
			t.AlreadyPeers = append(t.AlreadyPeers, view.Peer(p))
		} else {
			t.MissingPeers = append(t.MissingPeers, view.Peer(p))
		}
	}
	return t, nil
}

// titleOf is how the folder is called by the one whose link it is.
func (h *Handlers) titleOf(ctx context.Context, l folders.Link) (title *tg.TextWithEntities, emoticon *string, still bool, err error) {
	t, err := h.chatlist(ctx, l.Owner, l.Folder)
	if errors.Is(err, folders.ErrNone) || errors.Is(err, folders.ErrNotShared) {
		err = folders.ErrLink
	}
	if err != nil {
		return nil, nil, false, err
	}
	return t.Title, t.Emoticon, t.TitleNoanimate, nil
}

// inFolder returns the chats that a shared folder of user names.
func (h *Handlers) inFolder(ctx context.Context, user ids.User, id int32) ([]ids.Peer, error) {
	t, err := h.chatlist(ctx, user, id)
	if err != nil {
		return nil, err
	}
	var list []ids.Peer
	for _, in := range append(slices.Clone(t.PinnedPeers), t.IncludePeers...) {
		switch in := in.(type) {
		case *tg.InputPeerChannel:
			list = append(list, ids.Channel(in.ChannelID).Peer())
		case *tg.InputPeerChat:
			list = append(list, ids.Chat(in.ChatID).Peer())
		}
	}
	return list, nil
}

// wanted reads which chats of a link the caller wants.
func (h *Handlers) wanted(l folders.Link, in []tg.InputPeerClass) []ids.Peer {
	var list []ids.Peer
	for _, one := range in { // in a link everybody may name them: no access hash is needed
		var p ids.Peer
		switch one := one.(type) {
		case *tg.InputPeerChannel:
			p = ids.Channel(one.ChannelID).Peer()
		case *tg.InputPeerChat:
			p = ids.Chat(one.ChatID).Peer()
		}
		if p != 0 && slices.Contains(l.Peers, p) && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// joinChatlistInvite serves https://core.telegram.org/method/chatlists.joinChatlistInvite.
func (h *Handlers) joinChatlistInvite(ctx context.Context, call *rpc.Call, in *tg.ChatlistsJoinChatlistInvite) (tg.UpdatesClass, error) {
	s, err := slug(in.Slug)
	if err != nil {
		return nil, err
	}
	l, err := h.o.Folders.Link(ctx, s)
	if err != nil {
		return nil, err
	}
	peers := h.wanted(l, in.Peers)
	if len(peers) == 0 {
		return nil, folders.ErrPeers
	}
	id, err := h.o.Folders.JoinedBy(ctx, call.User, l)
	if err != nil {
		return nil, err
	}
	entered, err := h.o.Folders.Enter(ctx, call.User, l, peers)
	if err != nil {
		return nil, err
	}
	if id != 0 {
		return h.grown(ctx, call, id, peers, entered)
	}
	title, emoticon, still, err := h.titleOf(ctx, l)
	if err != nil {
		return nil, err
	}
	f, err := h.o.Folders.Join(ctx, call.User, l, func(id int32) []byte {
		t := &tg.DialogFilterChatlist{ID: id, Title: title, Emoticon: emoticon, TitleNoanimate: still}
		for _, p := range peers {
			t.IncludePeers = append(t.IncludePeers, h.inputPeer(call.User, p))
		}
		return tl.Encode(t, tg.Newest)
	})
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, call, f, entered)
}

// grown puts chats into a shared folder that the caller has.
func (h *Handlers) grown(ctx context.Context, call *rpc.Call, id int32, peers []ids.Peer, entered []folders.Entered) (tg.UpdatesClass, error) {
	t, err := h.chatlist(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	have, err := h.inFolder(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	for _, p := range peers {
		if !slices.Contains(have, p) && len(t.IncludePeers) < folders.MaxPeers {
			t.IncludePeers = append(t.IncludePeers, h.inputPeer(call.User, p))
		}
	}
	f := folders.Folder{ID: id, Data: tl.Encode(t, tg.Newest)}
	if err := h.o.Folders.Set(ctx, call.User, f); err != nil {
		return nil, err
	}
	return h.answer(ctx, call, f, entered)
}

// answer tells of a changed folder, and of the chats that the caller came into or left.
func (h *Handlers) answer(ctx context.Context, call *rpc.Call, f folders.Folder, changed []folders.Entered) (tg.UpdatesClass, error) {
	up := &tg.UpdateDialogFilter{ID: f.ID}
	if f.Data != nil {
		up.Filter = decode(f.Data)
	}
	list := []tg.UpdateClass{up}
	var about []ids.Peer
	for _, e := range changed {
		about = append(about, e.Peer)
		if ch := e.Peer.Channel(); ch != 0 {
			list = append(list, &tg.UpdateChannel{ChannelID: int64(ch)})
		}
		us, who, err := h.o.Render.Written(ctx, call.User, e.Written...)
		if err != nil {
			return nil, err
		}
		list, about = append(list, us...), append(about, who...)
	}
	return h.o.Render.Answer(ctx, call.User, about, list...)
}

// missing returns the chats that were added to the link of a folder since the caller took it, and that he did not put away.
func (h *Handlers) missing(ctx context.Context, call *rpc.Call, id int32) ([]ids.Peer, error) {
	l, hidden, err := h.o.Folders.Joined(ctx, call.User, id)
	if errors.Is(err, folders.ErrLink) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	have, err := h.inFolder(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	open, err := h.o.Folders.Shareable(ctx, l.Owner, l.Peers)
	return slices.DeleteFunc(open, func(p ids.Peer) bool { return slices.Contains(have, p) || slices.Contains(hidden, p) }), err
}

// getChatlistUpdates serves https://core.telegram.org/method/chatlists.getChatlistUpdates.
func (h *Handlers) getChatlistUpdates(ctx context.Context, call *rpc.Call, in *tg.ChatlistsGetChatlistUpdates) (*tg.ChatlistsChatlistUpdates, error) {
	id, err := folderOf(in.Chatlist)
	if err != nil {
		return nil, err
	}
	list, err := h.missing(ctx, call, id)
	if err != nil {
		return nil, err
	}
	t := &tg.ChatlistsChatlistUpdates{MissingPeers: peersOf(list)}
	t.Users, t.Chats, err = h.o.Render.Peers(ctx, call.User, list)
	return t, err
}

// joinChatlistUpdates serves https://core.telegram.org/method/chatlists.joinChatlistUpdates.
func (h *Handlers) joinChatlistUpdates(ctx context.Context, call *rpc.Call, in *tg.ChatlistsJoinChatlistUpdates) (tg.UpdatesClass, error) {
	id, err := folderOf(in.Chatlist)
	if err != nil {
		return nil, err
	}
	l, _, err := h.o.Folders.Joined(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	peers := h.wanted(l, in.Peers)
	entered, err := h.o.Folders.Enter(ctx, call.User, l, peers)
	if err != nil {
		return nil, err
	}
	return h.grown(ctx, call, id, peers, entered)
}

// hideChatlistUpdates serves https://core.telegram.org/method/chatlists.hideChatlistUpdates.
func (h *Handlers) hideChatlistUpdates(ctx context.Context, call *rpc.Call, in *tg.ChatlistsHideChatlistUpdates) (tg.Bool, error) {
	id, err := folderOf(in.Chatlist)
	if err != nil {
		return false, err
	}
	l, _, err := h.o.Folders.Joined(ctx, call.User, id)
	if err != nil {
		return false, err
	}
	return true, h.o.Folders.Hide(ctx, call.User, id, l.Peers)
}

// getLeaveChatlistSuggestions serves https://core.telegram.org/method/chatlists.getLeaveChatlistSuggestions: the chats of
// the folder that its link brought.
func (h *Handlers) getLeaveChatlistSuggestions(ctx context.Context, call *rpc.Call, in *tg.ChatlistsGetLeaveChatlistSuggestions) (tg.Vector[tg.PeerClass], error) {
	id, err := folderOf(in.Chatlist)
	if err != nil {
		return nil, err
	}
	have, err := h.inFolder(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	l, _, err := h.o.Folders.Joined(ctx, call.User, id)
	if errors.Is(err, folders.ErrNotShared) || errors.Is(err, folders.ErrLink) {
		return tg.Vector[tg.PeerClass]{}, nil
	}
	have = slices.DeleteFunc(have, func(p ids.Peer) bool { return !slices.Contains(l.Peers, p) })
	return peersOf(have), err
}

// leaveChatlist serves https://core.telegram.org/method/chatlists.leaveChatlist: the folder goes, and the caller leaves
// those of its chats that he names.
func (h *Handlers) leaveChatlist(ctx context.Context, call *rpc.Call, in *tg.ChatlistsLeaveChatlist) (tg.UpdatesClass, error) {
	id, err := folderOf(in.Chatlist)
	if err != nil {
		return nil, err
	}
	have, err := h.inFolder(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	peers, err := h.resolve(ctx, call, in.Peers)
	if err != nil {
		return nil, err
	}
	peers = slices.DeleteFunc(peers, func(p ids.Peer) bool { return !slices.Contains(have, p) })
	left, err := h.o.Folders.Quit(ctx, call.User, peers)
	if err != nil {
		return nil, err
	}
	f := folders.Folder{ID: id}
	if err := h.o.Folders.Set(ctx, call.User, f); err != nil {
		return nil, err
	}
	return h.answer(ctx, call, f, left)
}
