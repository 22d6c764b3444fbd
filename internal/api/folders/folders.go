// Package folders serves the views of the dialog list, and the links by which people share them: the methods about
// dialog filters, and chatlists.*.
//
// Handlers resolve, call the domain and shape the answer; the rules are in domain/folders.
package folders

import (
	"context"
	"errors"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/folders"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// Options are what the handlers work with.
type Options struct {
	Folders *folders.Service
	Dialogs *dialogs.Service
	View    *view.View
	Render  *render.Renderer
	// LinkPrefix begins links to what is here; it ends in a slash.
	LinkPrefix string
}

// Handlers serve the methods. Safe for concurrent use.
type Handlers struct{ o Options }

// New makes the handlers, and brings the showing of the events of folders.
func New(o Options) *Handlers {
	h := &Handlers{o}
	render.OnEvent(o.Render, h.showFilters)
	render.OnEvent(o.Render, h.showFilter)
	render.OnEvent(o.Render, h.showOrder)
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	folders.ErrNone:          rpc.BadRequest("FILTER_ID_INVALID"),
	folders.ErrTooMany:       rpc.BadRequest("DIALOG_FILTERS_TOO_MUCH"),
	folders.ErrTooLong:       rpc.BadRequest("FILTER_INCLUDE_TOO_MUCH"),
	folders.ErrNotShared:     rpc.BadRequest("FILTER_NOT_SUPPORTED"),
	folders.ErrLink:          rpc.BadRequest("INVITE_SLUG_EXPIRED"),
	folders.ErrLinksTooMany:  rpc.BadRequest("INVITES_TOO_MUCH"),
	folders.ErrSharedTooMany: rpc.BadRequest("CHATLISTS_TOO_MUCH"),
	folders.ErrPeers:         rpc.BadRequest("PEERS_LIST_EMPTY"),
	folders.ErrTitle:         rpc.BadRequest("FILTER_TITLE_EMPTY"),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.UserOnly, h.getDialogFilters)
	rpc.Handle(r, rpc.UserOnly, h.getSuggestedDialogFilters)
	rpc.Handle(r, rpc.UserOnly, h.updateDialogFilter)
	rpc.Handle(r, rpc.UserOnly, h.updateDialogFiltersOrder)
	rpc.Handle(r, rpc.UserOnly, h.toggleDialogFilterTags)
	h.registerLinks(r)
}

// getDialogFilters serves https://core.telegram.org/method/messages.getDialogFilters. The list itself comes first:
// without it Web A leaves "all chats" out.
func (h *Handlers) getDialogFilters(ctx context.Context, call *rpc.Call, _ *tg.MessagesGetDialogFilters) (*tg.MessagesDialogFilters, error) {
	all, err := h.o.Folders.List(ctx, call.User)
	if err != nil {
		return nil, err
	}
	options, err := h.o.Dialogs.Options(ctx, call.User)
	t := &tg.MessagesDialogFilters{TagsEnabled: options.FilterTags, Filters: []tg.DialogFilterClass{&tg.DialogFilterDefault{}}}
	for _, f := range all {
		if shown := decode(f.Data); shown != nil {
			t.Filters = append(t.Filters, shown)
		}
	}
	return t, err
}

// decode reads a stored folder; nil when it cannot be read any more.
func decode(data []byte) tg.DialogFilterClass {
	r := tl.NewReader(data)
	t := tg.DecodeDialogFilterClass(r)
	if r.End() != nil {
		return nil
	}
	return t
}

// updateDialogFilter serves https://core.telegram.org/method/messages.updateDialogFilter. A folder with links stays
// shared, and one that is not shared stays so, whichever way the client names it: it may not have heard yet, and TDLib asks
// again at once when it is refused.
func (h *Handlers) updateDialogFilter(ctx context.Context, call *rpc.Call, in *tg.MessagesUpdateDialogFilter) (tg.Bool, error) {
	f := folders.Folder{ID: in.ID}
	var err error
	switch t := in.Filter.(type) {
	case nil:
	case *tg.DialogFilter:
		if old, none := h.chatlist(ctx, call.User, in.ID); none == nil && old.HasMyInvites {
			f.Data, err = h.shared(ctx, call, in.ID, named(t))
		} else {
			f.Data, err = h.plain(ctx, call, in.ID, t)
		}
	case *tg.DialogFilterChatlist:
		f.Data, err = h.shared(ctx, call, in.ID, t)
		if errors.Is(err, folders.ErrNotShared) {
			f.Data, err = h.plain(ctx, call, in.ID, unlisted(t))
		}
	default:
		err = folders.ErrNone
	}
	if err != nil {
		return false, err
	}
	return true, h.o.Folders.Set(ctx, call.User, f)
}

// named is what a shared folder keeps of one that is not.
func named(t *tg.DialogFilter) *tg.DialogFilterChatlist {
	return &tg.DialogFilterChatlist{
		TitleNoanimate: t.TitleNoanimate, ID: t.ID, Title: t.Title, Emoticon: t.Emoticon, Color: t.Color,
		PinnedPeers: t.PinnedPeers, IncludePeers: t.IncludePeers,
	}
}

// unlisted is a shared folder as one that is not.
func unlisted(t *tg.DialogFilterChatlist) *tg.DialogFilter {
	return &tg.DialogFilter{
		TitleNoanimate: t.TitleNoanimate, ID: t.ID, Title: t.Title, Emoticon: t.Emoticon, Color: t.Color,
		PinnedPeers: t.PinnedPeers, IncludePeers: t.IncludePeers, ExcludePeers: []tg.InputPeerClass{},
	}
}

// plain reads a folder that is not shared.
func (h *Handlers) plain(ctx context.Context, call *rpc.Call, id int32, t *tg.DialogFilter) ([]byte, error) {
	if err := checkTitle(t.Title); err != nil {
		return nil, err
	}
	for _, list := range []*[]tg.InputPeerClass{&t.PinnedPeers, &t.IncludePeers, &t.ExcludePeers} {
		var err error
		if *list, err = h.peers(ctx, call, *list); err != nil {
			return nil, err
		}
	}
	kinds := t.Contacts || t.NonContacts || t.Groups || t.Broadcasts || t.Bots
	if !kinds && len(t.PinnedPeers)+len(t.IncludePeers) == 0 {
		return nil, rpc.BadRequest("FILTER_INCLUDE_EMPTY")
	}
	t.ID = id
	return tl.Encode(t, tg.Newest), nil
}

// shared reads a change of a folder that is shared: the title, and which of its chats are in it.
func (h *Handlers) shared(ctx context.Context, call *rpc.Call, id int32, t *tg.DialogFilterChatlist) ([]byte, error) {
	old, err := h.chatlist(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	if err := checkTitle(t.Title); err != nil {
		return nil, err
	}
	for _, list := range []*[]tg.InputPeerClass{&t.PinnedPeers, &t.IncludePeers} {
		if *list, err = h.peers(ctx, call, *list); err != nil {
			return nil, err
		}
	}
	t.ID, t.HasMyInvites = id, old.HasMyInvites
	return tl.Encode(t, tg.Newest), nil
}

// chatlist returns a shared folder of user. It fails with folders.ErrNone or folders.ErrNotShared.
func (h *Handlers) chatlist(ctx context.Context, user ids.User, id int32) (*tg.DialogFilterChatlist, error) {
	f, err := h.o.Folders.One(ctx, user, id)
	if err != nil {
		return nil, err
	}
	t, ok := decode(f.Data).(*tg.DialogFilterChatlist)
	if !ok {
		return nil, folders.ErrNotShared
	}
	return t, nil
}

const maxTitle = 64 // bytes

func checkTitle(t *tg.TextWithEntities) error {
	if t == nil || t.Text == "" || len(t.Text) > maxTitle {
		return rpc.BadRequest("FILTER_TITLE_EMPTY")
	}
	return nil
}

// peers reads the chats that a folder names, and names them again as their owner does. What he cannot name is left out.
func (h *Handlers) peers(ctx context.Context, call *rpc.Call, in []tg.InputPeerClass) ([]tg.InputPeerClass, error) {
	list, err := h.resolve(ctx, call, in)
	if err != nil {
		return nil, err
	}
	out := make([]tg.InputPeerClass, len(list))
	for i, p := range list {
		out[i] = h.inputPeer(call.User, p)
	}
	return out, nil
}

func (h *Handlers) resolve(ctx context.Context, call *rpc.Call, in []tg.InputPeerClass) ([]ids.Peer, error) {
	if len(in) > folders.MaxPeers {
		return nil, folders.ErrTooLong
	}
	list := make([]ids.Peer, 0, len(in))
	seen := make(map[ids.Peer]bool, len(in))
	for _, one := range in {
		p, err := h.o.View.PeerFromInput(ctx, call, one)
		if isRefusal(err) || seen[p] {
			continue
		}
		if err != nil {
			return nil, err
		}
		seen[p] = true
		list = append(list, p)
	}
	return list, nil
}

// inputPeer names a peer as owner would.
func (h *Handlers) inputPeer(owner ids.User, p ids.Peer) tg.InputPeerClass {
	switch {
	case p == owner.Peer():
		return &tg.InputPeerSelf{}
	case p.Channel() != 0:
		return &tg.InputPeerChannel{ChannelID: int64(p.Channel()), AccessHash: h.o.View.Access().Hash(owner, p)}
	case p.Chat() != 0:
		return &tg.InputPeerChat{ChatID: int64(p.Chat())}
	}
	return &tg.InputPeerUser{UserID: int64(p.User()), AccessHash: h.o.View.Access().Hash(owner, p)}
}

// updateDialogFiltersOrder serves https://core.telegram.org/method/messages.updateDialogFiltersOrder.
func (h *Handlers) updateDialogFiltersOrder(ctx context.Context, call *rpc.Call, in *tg.MessagesUpdateDialogFiltersOrder) (tg.Bool, error) {
	if len(in.Order) > 2*folders.Max {
		return false, folders.ErrTooMany
	}
	return true, h.o.Folders.Order(ctx, call.User, in.Order)
}

// toggleDialogFilterTags serves https://core.telegram.org/method/messages.toggleDialogFilterTags.
func (h *Handlers) toggleDialogFilterTags(ctx context.Context, call *rpc.Call, in *tg.MessagesToggleDialogFilterTags) (tg.Bool, error) {
	return true, h.o.Dialogs.SetOptions(ctx, call.User, func(o *dialogs.Options) { o.FilterTags = in.Enabled })
}

// suggested are folders that most people find useful, with an explanation.
var suggested = []*tg.DialogFilterSuggested{
	{
		Filter: &tg.DialogFilter{
			Title:    &tg.TextWithEntities{Text: "Unread", Entities: []tg.MessageEntityClass{}},
			Contacts: true, NonContacts: true, Groups: true, Broadcasts: true, Bots: true, ExcludeRead: true, ExcludeArchived: true,
		},
		Description: "New messages from all chats",
	},
	{
		Filter: &tg.DialogFilter{
			Title:    &tg.TextWithEntities{Text: "Personal", Entities: []tg.MessageEntityClass{}},
			Contacts: true, NonContacts: true,
		},
		Description: "Messages from people only",
	},
}

// getSuggestedDialogFilters serves https://core.telegram.org/method/messages.getSuggestedDialogFilters: of some folders
// that are useful, those that the caller has none like.
func (h *Handlers) getSuggestedDialogFilters(ctx context.Context, call *rpc.Call, _ *tg.MessagesGetSuggestedDialogFilters) (tg.Vector[*tg.DialogFilterSuggested], error) {
	all, err := h.o.Folders.List(ctx, call.User)
	out := tg.Vector[*tg.DialogFilterSuggested]{}
	for _, s := range suggested {
		if !hasLike(all, s.Filter.(*tg.DialogFilter)) {
			out = append(out, s)
		}
	}
	return out, err
}

func hasLike(all []folders.Folder, want *tg.DialogFilter) bool {
	for _, f := range all {
		t, ok := decode(f.Data).(*tg.DialogFilter)
		if ok && kinds(t) == kinds(want) && len(t.PinnedPeers)+len(t.IncludePeers)+len(t.ExcludePeers) == 0 {
			return true
		}
	}
	return false
}

func kinds(t *tg.DialogFilter) [6]bool {
	return [6]bool{t.Contacts, t.NonContacts, t.Groups, t.Broadcasts, t.Bots, t.ExcludeRead}
}

func (h *Handlers) showFilters(context.Context, ids.User, updates.Entry, updates.DialogFilters) (tg.UpdateClass, []ids.Peer, error) {
	return &tg.UpdateDialogFilters{}, nil, nil
}

func (h *Handlers) showFilter(ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.DialogFilter) (tg.UpdateClass, []ids.Peer, error) {
	all, err := h.o.Folders.List(ctx, viewer)
	t := &tg.UpdateDialogFilter{ID: ev.ID}
	for _, f := range all {
		if f.ID == ev.ID {
			t.Filter = decode(f.Data)
		}
	}
	return t, nil, err
}

func (h *Handlers) showOrder(ctx context.Context, viewer ids.User, _ updates.Entry, _ updates.DialogFilterOrder) (tg.UpdateClass, []ids.Peer, error) {
	all, err := h.o.Folders.List(ctx, viewer)
	t := &tg.UpdateDialogFilterOrder{Order: []int32{0}}
	for _, f := range all {
		t.Order = append(t.Order, f.ID)
	}
	return t, nil, err
}

// isRefusal tells whether err is an answer to the client, not trouble of ours.
func isRefusal(err error) bool {
	var e rpc.Error
	return errors.As(err, &e)
}
