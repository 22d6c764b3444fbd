package people

import (
	"context"
	"strings"
	"time"

	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerStatuses(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.updateEmojiStatus)
	rpc.Handle(r, rpc.UserOnly, h.getRecentEmojiStatuses)
	rpc.Handle(r, rpc.UserOnly, h.clearRecentEmojiStatuses)
	rpc.Handle(r, rpc.UserOnly, h.getBirthdays)
}

// updateEmojiStatus serves https://core.telegram.org/method/account.updateEmojiStatus.
func (h *Handlers) updateEmojiStatus(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateEmojiStatus) (tg.Bool, error) {
	var status *users.EmojiStatus
	switch e := in.EmojiStatus.(type) {
	case *tg.EmojiStatusEmpty:
	case *tg.EmojiStatus:
		status = &users.EmojiStatus{Document: e.DocumentID}
		if e.Until != nil {
			status.Until = int64(*e.Until)
		}
	case *tg.EmojiStatusUntil: // until layer 197
		status = &users.EmojiStatus{Document: e.DocumentID, Until: int64(e.Until)}
	default:
		return false, errDocument
	}
	if status != nil && status.Document == 0 {
		return false, errDocument
	}
	return true, h.users.SetEmojiStatus(ctx, call.User, status)
}

// getRecentEmojiStatuses serves https://core.telegram.org/method/account.getRecentEmojiStatuses.
func (h *Handlers) getRecentEmojiStatuses(ctx context.Context, call *rpc.Call, in *tg.AccountGetRecentEmojiStatuses) (tg.AccountEmojiStatusesClass, error) {
	me, err := h.users.One(ctx, call.User)
	if err != nil {
		return nil, err
	}
	return statusList(me.Settings.StatusesUsed, in.Hash), nil
}

// statusList shows custom emoji that can be statuses, unless the client has just them.
func statusList(list []int64, hash int64) tg.AccountEmojiStatusesClass {
	answer := &tg.AccountEmojiStatuses{Hash: contacts.HashOf(list), Statuses: []tg.EmojiStatusClass{}}
	if len(list) == 0 {
		answer.Hash = 1 // clients do not keep what has no hash
	}
	if hash == answer.Hash {
		return &tg.AccountEmojiStatusesNotModified{}
	}
	for _, id := range list {
		answer.Statuses = append(answer.Statuses, &tg.EmojiStatus{DocumentID: id})
	}
	return answer
}

// clearRecentEmojiStatuses serves https://core.telegram.org/method/account.clearRecentEmojiStatuses.
func (h *Handlers) clearRecentEmojiStatuses(ctx context.Context, call *rpc.Call, _ *tg.AccountClearRecentEmojiStatuses) (tg.Bool, error) {
	return true, h.users.ClearStatuses(ctx, call.User)
}

// getBirthdays serves https://core.telegram.org/method/contacts.getBirthdays: whose birthday is today, was yesterday or
// is tomorrow.
func (h *Handlers) getBirthdays(ctx context.Context, call *rpc.Call, _ *tg.ContactsGetBirthdays) (*tg.ContactsContactBirthdays, error) {
	list, _, err := h.contacts.List(ctx, call.User)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	found, err := h.users.BirthdaysAround(ctx, call.User, idsOf(list), now.AddDate(0, 0, -1), now, now.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	answer := &tg.ContactsContactBirthdays{Contacts: []*tg.ContactBirthday{}}
	var about []ids.User
	for _, u := range found {
		answer.Contacts = append(answer.Contacts, &tg.ContactBirthday{ContactID: int64(u.ID), Birthday: birthday(u.Birthday)})
		about = append(about, u.ID)
	}
	answer.Users, err = h.view.Users(ctx, call.User, about)
	return answer, err
}

// zoneName is the name of a time zone's best known place.
func zoneName(id string) string {
	return strings.ReplaceAll(id[strings.LastIndexByte(id, '/')+1:], "_", " ")
}
