package groups

import (
	"context"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Add brings a user into a group. Where his privacy does not allow it nothing happens and he is returned as Missing.
// It fails as CheckMay does, and with ErrAlready, ErrTooMany, ErrUser or ErrBot.
// Spec: https://core.telegram.org/method/messages.addChatUser
func (s *Service) Add(ctx context.Context, by ids.User, chat ids.Chat, user ids.User) (res Result, err error) {
	if by == user { // who went may come back, unless he was removed
		return s.comeBack(ctx, chat, user)
	}
	if v, err := s.CheckMay(ctx, nil, chat, by, rights.InviteUsers); err != nil {
		return Result{}, err
	} else if _, in := v.Member(user); in {
		return Result{}, ErrAlready
	}
	_, missing, err := s.Addable(ctx, by, []ids.User{user})
	if err != nil || len(missing) > 0 {
		return Result{Missing: missing}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := s.lock(ctx, tx, chat)
		if err != nil {
			return err
		}
		if v, err := seen(st, by); err != nil {
			return err
		} else if !v.May(rights.InviteUsers) {
			return rights.ErrAdminRequired
		}
		a := actions.Action{Kind: actions.AddUsers, Users: []ids.User{user}}
		res, err = s.join(ctx, tx, st, Member{User: user, Inviter: by, JoinedAt: now()}, by, a)
		return err
	})
	return res, wrap(err, "add to", chat)
}

// comeBack lets somebody in who went by himself.
func (s *Service) comeBack(ctx context.Context, chat ids.Chat, user ids.User) (res Result, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := s.lock(ctx, tx, chat)
		if err != nil {
			return err
		}
		var status Status
		const get = `SELECT status FROM membership WHERE user_id = $1 AND peer = $2`
		if err := tx.QueryRow(ctx, get, user, chat.Peer()).Scan(&status); err != nil && !isNotFound(err) {
			return err
		}
		if status != Left && status != In {
			return rights.ErrNotParticipant
		}
		a := actions.Action{Kind: actions.AddUsers, Users: []ids.User{user}}
		res, err = s.join(ctx, tx, st, Member{User: user, Inviter: user, JoinedAt: now()}, user, a)
		return err
	})
	return res, wrap(err, "come back to", chat)
}

// JoinTx brings somebody into a group by a link, with the service message a from from. It fails with ErrNotFound,
// ErrMigrated, ErrAlready or ErrTooMany. Package invites calls it.
func (s *Service) JoinTx(
	ctx context.Context, tx *db.Tx, chat ids.Chat, m Member, from ids.User, a actions.Action,
) (Result, error) {
	st, err := s.lock(ctx, tx, chat)
	if err != nil {
		return Result{}, err
	}
	return s.join(ctx, tx, st, m, from, a)
}

func (s *Service) join(ctx context.Context, tx *db.Tx, st State, m Member, from ids.User, a actions.Action) (Result, error) {
	if _, in := st.Member(m.User); in {
		return Result{}, ErrAlready
	}
	switch {
	case st.MigratedTo != 0:
		return Result{}, ErrMigrated
	case st.Deleted():
		return Result{}, ErrNotFound
	case len(st.List) >= MaxMembers:
		return Result{}, ErrTooMany
	}
	m.Creator = m.User == st.Creator // he comes back
	st.Members, st.Version = len(st.List)+1, st.Version+1
	if err := s.save(ctx, tx, st.Group); err != nil {
		return Result{}, err
	}
	if err := s.enter(ctx, tx, st.Group, m); err != nil {
		return Result{}, err
	}
	w, err := s.scribe.WriteInGroup(ctx, tx, st.ID, from, a)
	return Result{Group: st.Group, Written: []Written{w}}, err
}

// Remove takes a user out of a group; by may be user himself: he leaves. An admin removes whom he likes but other admins,
// a member those he brought, and the creator anybody. It fails as See does, and with rights.ErrAdminRequired.
// Spec: https://core.telegram.org/method/messages.deleteChatUser
func (s *Service) Remove(ctx context.Context, by ids.User, chat ids.Chat, user ids.User) (res Result, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		res, err = s.removeTx(ctx, tx, by, chat, user)
		return err
	})
	return res, wrap(err, "remove from", chat)
}

func (s *Service) removeTx(ctx context.Context, tx *db.Tx, by ids.User, chat ids.Chat, user ids.User) (Result, error) {
	st, err := s.lock(ctx, tx, chat)
	if err != nil {
		return Result{}, err
	}
	v, err := seen(st, by)
	if err != nil {
		return Result{}, err
	}
	target, in := st.Member(user)
	if !in {
		return Result{}, rights.ErrNotParticipant
	}
	if !mayRemove(v.Me, target) {
		return Result{}, rights.ErrAdminRequired
	}
	status := Left
	if by != user {
		status = Kicked
	}
	if err := s.quit(ctx, tx, &st.Group, user, status); err != nil {
		return Result{}, err
	}
	a := actions.Action{Kind: actions.DeleteUser, User: user}
	w, err := s.scribe.WriteInGroup(ctx, tx, chat, by, a, user)
	return Result{Group: st.Group, Written: []Written{w}}, err
}

// mayRemove tells whether me may remove target from a basic group.
// Spec: https://core.telegram.org/api/rights
func mayRemove(me, target Member) bool {
	switch {
	case me.User == target.User, me.Creator:
		return true
	case target.Admin:
		return false
	}
	return me.Admin || target.Inviter == me.User
}

// quit writes down that user is not in g any more.
func (s *Service) quit(ctx context.Context, tx *db.Tx, g *Group, user ids.User, status Status) error {
	if err := deleteMember(ctx, tx, g.ID, user); err != nil {
		return err
	}
	g.Members, g.Version = g.Members-1, g.Version+1
	if err := s.save(ctx, tx, *g); err != nil {
		return err
	}
	s.came(tx, user, g.ID, false)
	return s.Belong(ctx, tx, user, g.ID.Peer(), status, Plain)
}

// Delete ends a group for all its members, who keep what they have of it. Only the creator may.
// It fails as See does, and with rights.ErrAdminRequired.
// Spec: https://core.telegram.org/method/messages.deleteChat
func (s *Service) Delete(ctx context.Context, by ids.User, chat ids.Chat) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := s.lock(ctx, tx, chat)
		if err != nil {
			return err
		}
		v, err := seen(st, by)
		if err != nil {
			return err
		}
		if !v.Me.Creator {
			return rights.ErrAdminRequired
		}
		photo := st.Photo
		st.DeletedAt, st.Photo = now(), users.Portrait{}
		if err := s.dissolve(ctx, tx, st, Kicked); err != nil {
			return err
		}
		return s.photos.Swap(ctx, tx, chat.Peer(), photo, st.Photo)
	})
	return wrap(err, "delete", chat)
}

// dissolve takes all members out of a group that has ended, and tells them.
func (s *Service) dissolve(ctx context.Context, tx *db.Tx, st State, status Status) error {
	if _, err := tx.Exec(ctx, `DELETE FROM basic_group_member WHERE chat = $1`, st.ID); err != nil {
		return err
	}
	st.Members, st.Version = 0, st.Version+1
	if err := s.save(ctx, tx, st.Group); err != nil {
		return err
	}
	for _, u := range st.Users() {
		s.came(tx, u, st.ID, false)
		if err := s.Belong(ctx, tx, u, st.ID.Peer(), status, Plain); err != nil {
			return err
		}
	}
	return s.tell(ctx, tx, st, "")
}

// tell notes in the logs of all members of st that the group has changed.
func (s *Service) tell(ctx context.Context, tx *db.Tx, st State, what string) error {
	for _, u := range st.Users() {
		if err := s.log.Note(ctx, tx, u.Peer(), updates.ChatChanged{Chat: st.ID, What: what}); err != nil {
			return err
		}
	}
	return nil
}

// Migrated ends a group that has become a supergroup: its members keep its history and can write no more. It writes
// the service message that says so, and returns the members. Package channels calls it.
// It fails as See does, and with rights.ErrAdminRequired for all but the creator.
func (s *Service) Migrated(ctx context.Context, tx *db.Tx, by ids.User, chat ids.Chat, to ids.Channel) (State, Written, error) {
	st, err := s.lock(ctx, tx, chat)
	if err != nil {
		return State{}, Written{}, err
	}
	v, err := seen(st, by)
	if err != nil {
		return State{}, Written{}, err
	}
	if !v.Me.Creator {
		return State{}, Written{}, rights.ErrAdminRequired
	}
	w, err := s.scribe.WriteInGroup(ctx, tx, chat, by, actions.Action{Kind: actions.MigrateTo, Channel: to})
	if err != nil {
		return State{}, Written{}, err
	}
	st.MigratedTo = to
	return st, w, s.dissolve(ctx, tx, st, Left)
}

// Forget takes an account that is being deleted out of all its groups. A group whose creator goes is left without one,
// unless it has another admin, who follows him.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, user ids.User) error {
	all, err := readBelongings(ctx, tx, user)
	if err != nil {
		return err
	}
	slices.Reverse(all) // groups by ascending id
	for _, b := range all {
		if b.Status != In || b.Peer.Chat() == 0 {
			continue
		}
		if err := s.abandon(ctx, tx, b.Peer.Chat(), user); err != nil {
			return wrap(err, "leave", b.Peer.Chat())
		}
	}
	return nil
}

func (s *Service) abandon(ctx context.Context, tx *db.Tx, chat ids.Chat, user ids.User) error {
	st, err := s.lock(ctx, tx, chat)
	if err != nil {
		return err
	}
	if _, in := st.Member(user); !in {
		return nil
	}
	if st.Creator == user {
		st.Creator = 0
		for _, m := range st.List {
			if m.Admin && m.User != user {
				st.Creator = m.User
				break
			}
		}
	}
	if err := s.quit(ctx, tx, &st.Group, user, Left); err != nil {
		return err
	}
	_, err = s.scribe.WriteInGroup(ctx, tx, chat, user, actions.Action{Kind: actions.DeleteUser, User: user}, user)
	return err
}
