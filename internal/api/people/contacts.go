package people

import (
	"context"
	"errors"
	"slices"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerContacts(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getContacts)
	rpc.Handle(r, rpc.UserOnly, h.getContactIDs)
	rpc.Handle(r, rpc.UserOnly, h.getStatuses)
	rpc.Handle(r, rpc.UserOnly, h.importContacts)
	rpc.Handle(r, rpc.UserOnly, h.addContact)
	rpc.Handle(r, rpc.UserOnly, h.acceptContact)
	rpc.Handle(r, rpc.UserOnly, h.deleteContacts)
	rpc.Handle(r, rpc.UserOnly, h.deleteByPhones)
	rpc.Handle(r, rpc.UserOnly, h.updateContactNote)
	rpc.Handle(r, rpc.UserOnly, h.editCloseFriends)
	rpc.Handle(r, rpc.UserOnly, h.getSaved)
	rpc.Handle(r, rpc.UserOnly, h.resetSaved)
	rpc.Handle(r, rpc.UserOnly, h.search)
	rpc.Handle(r, rpc.SignedIn, h.resolveUsername)
	rpc.Handle(r, rpc.UserOnly, h.resolvePhone)
	rpc.Handle(r, rpc.UserOnly, h.exportContactToken)
	rpc.Handle(r, rpc.UserOnly, h.importContactToken)
	rpc.Handle(r, rpc.UserOnly, h.getTopPeers)
	rpc.Handle(r, rpc.UserOnly, h.resetTopPeerRating)
	rpc.Handle(r, rpc.UserOnly, h.toggleTopPeers)
}

// getContacts serves https://core.telegram.org/method/contacts.getContacts.
func (h *Handlers) getContacts(ctx context.Context, call *rpc.Call, in *tg.ContactsGetContacts) (tg.ContactsContactsClass, error) {
	list, saved, err := h.contacts.List(ctx, call.User)
	if err != nil {
		return nil, err
	}
	if in.Hash != 0 && in.Hash == contacts.Hash(list, saved) {
		return &tg.ContactsContactsNotModified{}, nil
	}
	answer := &tg.ContactsContacts{Contacts: make([]*tg.Contact, len(list)), SavedCount: int32(saved)}
	for i, c := range list {
		answer.Contacts[i] = &tg.Contact{UserID: int64(c.User), Mutual: c.Mutual}
	}
	answer.Users, err = h.view.Users(ctx, call.User, idsOf(list))
	return answer, err
}

func idsOf(list []contacts.Contact) []ids.User {
	out := make([]ids.User, len(list))
	for i, c := range list {
		out[i] = c.User
	}
	return out
}

// getContactIDs serves https://core.telegram.org/method/contacts.getContactIDs. Ids are ints there: larger ones
// are left out. An empty answer to a hash means that nothing changed.
func (h *Handlers) getContactIDs(ctx context.Context, call *rpc.Call, in *tg.ContactsGetContactIDs) (tg.IntVector, error) {
	list, saved, err := h.contacts.List(ctx, call.User)
	if err != nil {
		return nil, err
	}
	out := tg.IntVector{}
	if in.Hash != 0 && in.Hash == contacts.Hash(list, saved) {
		return out, nil
	}
	for _, c := range list {
		if id := int32(c.User); ids.User(id) == c.User {
			out = append(out, id)
		}
	}
	return out, nil
}

// getStatuses serves https://core.telegram.org/method/contacts.getStatuses.
func (h *Handlers) getStatuses(ctx context.Context, call *rpc.Call, _ *tg.ContactsGetStatuses) (tg.Vector[*tg.ContactStatus], error) {
	list, _, err := h.contacts.List(ctx, call.User)
	if err != nil {
		return nil, err
	}
	people, err := h.view.Users(ctx, call.User, idsOf(list))
	if err != nil {
		return nil, err
	}
	out := make(tg.Vector[*tg.ContactStatus], 0, len(people))
	for _, u := range people {
		if u := u.(*tg.User); u.Status != nil {
			out = append(out, &tg.ContactStatus{UserID: u.ID, Status: u.Status})
		}
	}
	return out, nil
}

// importContacts serves https://core.telegram.org/method/contacts.importContacts.
func (h *Handlers) importContacts(ctx context.Context, call *rpc.Call, in *tg.ContactsImportContacts) (*tg.ContactsImportedContacts, error) {
	entries := make([]contacts.Entry, len(in.Contacts))
	for i, c := range in.Contacts {
		entries[i] = contacts.Entry{ClientID: c.ClientID}
		entries[i].Phone, entries[i].FirstName, entries[i].LastName = c.Phone, c.FirstName, c.LastName
	}
	done, err := h.contacts.Import(ctx, call.User, entries)
	if err != nil {
		return nil, err
	}
	answer := &tg.ContactsImportedContacts{
		Imported: []*tg.ImportedContact{}, PopularInvites: []*tg.PopularContact{}, RetryContacts: append([]int64{}, done.Retry...),
	}
	found := make([]ids.User, len(done.Found))
	for i, m := range done.Found {
		answer.Imported, found[i] = append(answer.Imported, &tg.ImportedContact{UserID: int64(m.User), ClientID: m.ClientID}), m.User
	}
	for _, p := range done.Popular {
		answer.PopularInvites = append(answer.PopularInvites, &tg.PopularContact{ClientID: p.ClientID, Importers: p.Importers})
	}
	answer.Users, err = h.view.Users(ctx, call.User, found)
	return answer, err
}

// addContact serves https://core.telegram.org/method/contacts.addContact.
func (h *Handlers) addContact(ctx context.Context, call *rpc.Call, in *tg.ContactsAddContact) (tg.UpdatesClass, error) {
	user, err := h.view.UserFromInput(ctx, call, in.ID)
	if err != nil {
		return nil, err
	}
	card := contacts.Card{FirstName: in.FirstName, LastName: in.LastName, Phone: in.Phone}
	card.Note, card.NoteEntities = noteOf(in.Note)
	if err := h.contacts.Add(ctx, call.User, user, card, in.AddPhonePrivacyException); err != nil {
		return nil, err
	}
	return h.settingsUpdates(ctx, call, []ids.User{user})
}

// settingsUpdates answers with updatePeerSettings of each user.
func (h *Handlers) settingsUpdates(ctx context.Context, call *rpc.Call, list []ids.User) (tg.UpdatesClass, error) {
	ups := make([]tg.UpdateClass, 0, len(list))
	for _, user := range list {
		up, _, err := h.view.Update(ctx, call.User, updates.PeerSettings{Peer: user.Peer()})
		if err != nil {
			return nil, err
		}
		ups = append(ups, up)
	}
	return h.updatesOf(ctx, call, list, ups...)
}

// acceptContact serves https://core.telegram.org/method/contacts.acceptContact.
func (h *Handlers) acceptContact(ctx context.Context, call *rpc.Call, in *tg.ContactsAcceptContact) (tg.UpdatesClass, error) {
	user, err := h.view.UserFromInput(ctx, call, in.ID)
	if err != nil {
		return nil, err
	}
	if err := h.contacts.Accept(ctx, call.User, user); err != nil {
		return nil, err
	}
	return h.settingsUpdates(ctx, call, []ids.User{user})
}

// deleteContacts serves https://core.telegram.org/method/contacts.deleteContacts.
func (h *Handlers) deleteContacts(ctx context.Context, call *rpc.Call, in *tg.ContactsDeleteContacts) (tg.UpdatesClass, error) {
	list, err := h.usersFromInput(ctx, call, in.ID)
	if err != nil {
		return nil, err
	}
	if err := h.contacts.Delete(ctx, call.User, list); err != nil {
		return nil, err
	}
	return h.settingsUpdates(ctx, call, list)
}

// deleteByPhones serves https://core.telegram.org/method/contacts.deleteByPhones.
func (h *Handlers) deleteByPhones(ctx context.Context, call *rpc.Call, in *tg.ContactsDeleteByPhones) (tg.Bool, error) {
	return true, h.contacts.DeleteByPhones(ctx, call.User, in.Phones)
}

// updateContactNote serves https://core.telegram.org/method/contacts.updateContactNote.
func (h *Handlers) updateContactNote(ctx context.Context, call *rpc.Call, in *tg.ContactsUpdateContactNote) (tg.Bool, error) {
	user, err := h.view.UserFromInput(ctx, call, in.ID)
	if err != nil {
		return false, err
	}
	text, entities := noteOf(in.Note)
	if text == nil {
		text = new("")
	}
	return true, h.contacts.SetNote(ctx, call.User, user, *text, entities)
}

// editCloseFriends serves https://core.telegram.org/method/contacts.editCloseFriends.
func (h *Handlers) editCloseFriends(ctx context.Context, call *rpc.Call, in *tg.ContactsEditCloseFriends) (tg.Bool, error) {
	list := make([]ids.User, len(in.ID))
	for i, id := range in.ID {
		list[i] = ids.User(id)
	}
	return true, h.contacts.SetCloseFriends(ctx, call.User, list)
}

// getSaved serves https://core.telegram.org/method/contacts.getSaved.
func (h *Handlers) getSaved(ctx context.Context, call *rpc.Call, _ *tg.ContactsGetSaved) (tg.Vector[*tg.SavedPhoneContact], error) {
	list, err := h.contacts.Saved(ctx, call.User)
	if err != nil {
		return nil, err
	}
	out := make(tg.Vector[*tg.SavedPhoneContact], len(list))
	for i, s := range list {
		out[i] = &tg.SavedPhoneContact{
			Phone: string(s.Phone), FirstName: s.FirstName, LastName: s.LastName, Date: int32(s.SavedAt.Unix()),
		}
	}
	return out, nil
}

// resetSaved serves https://core.telegram.org/method/contacts.resetSaved.
func (h *Handlers) resetSaved(ctx context.Context, call *rpc.Call, _ *tg.ContactsResetSaved) (tg.Bool, error) {
	return true, h.contacts.ResetSaved(ctx, call.User)
}

// search serves https://core.telegram.org/method/contacts.search: people by their names, groups and channels that the
// caller is in by their titles, and among all that is public by usernames and titles.
func (h *Handlers) search(ctx context.Context, call *rpc.Call, in *tg.ContactsSearch) (*tg.ContactsFound, error) {
	known, err := h.partners(ctx, call.User)
	if err != nil {
		return nil, err
	}
	people, others, err := h.contacts.Search(ctx, call.User, in.Q, known, int(in.Limit))
	if err != nil {
		return nil, err
	}
	mine := make([]ids.Peer, 0, len(people))
	for _, u := range people {
		mine = append(mine, u.Peer())
	}
	if h.o.Public != nil {
		joined, public, err := h.o.Public(ctx, call.User, in.Q, min(int(in.Limit), maxFound))
		if err != nil {
			return nil, err
		}
		mine, others = append(mine, joined...), append(others, public...)
	}
	if mine, err = h.ofKind(ctx, in, mine); err != nil {
		return nil, err
	}
	if others, err = h.ofKind(ctx, in, others); err != nil {
		return nil, err
	}
	return h.found(ctx, call, mine, others)
}

// maxFound bounds each half of what a search finds.
const maxFound = 50

// ofKind drops what was not asked for.
func (h *Handlers) ofKind(ctx context.Context, in *tg.ContactsSearch, list []ids.Peer) ([]ids.Peer, error) {
	switch {
	case in.Broadcasts:
		return slices.DeleteFunc(list, func(p ids.Peer) bool { return p.Channel() == 0 }), nil
	case in.Bots:
		people, _ := view.Split(list)
		bots, err := h.onlyBots(ctx, people)
		list = list[:0]
		for _, u := range bots {
			list = append(list, u.Peer())
		}
		return list, err
	}
	return list, nil
}

// found shows what was found, each once.
func (h *Handlers) found(ctx context.Context, call *rpc.Call, mine, others []ids.Peer) (*tg.ContactsFound, error) {
	answer := &tg.ContactsFound{MyResults: []tg.PeerClass{}, Results: []tg.PeerClass{}}
	seen := make(map[ids.Peer]bool)
	for i, p := range append(slices.Clone(mine), others...) {
		switch {
		case seen[p]:
			continue
		case i < len(mine):
			answer.MyResults = append(answer.MyResults, view.Peer(p))
		default:
			answer.Results = append(answer.Results, view.Peer(p))
		}
		seen[p] = true
	}
	var err error
	answer.Users, answer.Chats, err = h.view.Peers(ctx, call.User, append(mine, others...))
	return answer, err
}

func (h *Handlers) onlyBots(ctx context.Context, list []ids.User) ([]ids.User, error) {
	people, err := h.users.Get(ctx, list...)
	bots := []ids.User{}
	for _, u := range people {
		if u.Bot {
			bots = append(bots, u.ID)
		}
	}
	return bots, err
}

// resolveUsername serves https://core.telegram.org/method/contacts.resolveUsername. The answer names nobody
// but the one asked for: Web A takes the first.
func (h *Handlers) resolveUsername(ctx context.Context, call *rpc.Call, in *tg.ContactsResolveUsername) (*tg.ContactsResolvedPeer, error) {
	peer, err := h.users.ByUsername(ctx, in.Username)
	if errors.Is(err, users.ErrNotFound) {
		err = rpc.BadRequest("USERNAME_NOT_OCCUPIED")
	}
	if err != nil {
		return nil, err
	}
	return h.resolved(ctx, call, peer)
}

// resolvePhone serves https://core.telegram.org/method/contacts.resolvePhone.
func (h *Handlers) resolvePhone(ctx context.Context, call *rpc.Call, in *tg.ContactsResolvePhone) (*tg.ContactsResolvedPeer, error) {
	user, err := h.contacts.ResolvePhone(ctx, call.User, in.Phone)
	if errors.Is(err, users.ErrNotFound) || errors.Is(err, users.ErrPhone) {
		err = rpc.BadRequest("PHONE_NOT_OCCUPIED")
	}
	if err != nil {
		return nil, err
	}
	return h.resolved(ctx, call, user.Peer())
}

func (h *Handlers) resolved(ctx context.Context, call *rpc.Call, peer ids.Peer) (*tg.ContactsResolvedPeer, error) {
	people, chats, err := h.view.Peers(ctx, call.User, []ids.Peer{peer})
	if err == nil && len(people)+len(chats) == 0 {
		err = rpc.BadRequest("USERNAME_NOT_OCCUPIED")
	}
	return &tg.ContactsResolvedPeer{Peer: view.Peer(peer), Chats: chats, Users: people}, err
}

// exportContactToken serves https://core.telegram.org/method/contacts.exportContactToken.
func (h *Handlers) exportContactToken(_ context.Context, call *rpc.Call, _ *tg.ContactsExportContactToken) (*tg.ExportedContactToken, error) {
	token, expires := h.contacts.Token(call.User, time.Now())
	return &tg.ExportedContactToken{URL: h.contactLink + token, Expires: int32(expires.Unix())}, nil
}

// importContactToken serves https://core.telegram.org/method/contacts.importContactToken.
func (h *Handlers) importContactToken(ctx context.Context, call *rpc.Call, in *tg.ContactsImportContactToken) (tg.UserClass, error) {
	user, err := h.contacts.FromToken(in.Token, time.Now())
	if err != nil {
		return nil, err
	}
	return h.view.User(ctx, call.User, user)
}

// toggleTopPeers serves https://core.telegram.org/method/contacts.toggleTopPeers.
func (h *Handlers) toggleTopPeers(ctx context.Context, call *rpc.Call, in *tg.ContactsToggleTopPeers) (tg.Bool, error) {
	return true, h.users.UpdateSettings(ctx, call.User, func(s *users.Settings) users.Change {
		s.TopPeersOff = !in.Enabled
		return ""
	})
}
