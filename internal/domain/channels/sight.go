package channels

import (
	"context"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// A Sight is a channel as somebody sees it.
type Sight struct {
	Channel
	Me Member // of the viewer; his Status tells whether he is in it
}

// Can tells whether the viewer, as an admin, has a right. The owner has all.
func (v Sight) Can(right rights.Admin) bool {
	return v.Me.In() && (v.Me.Creator || right != 0 && v.Me.Admin.Has(right))
}

// May tells whether the viewer may do a thing that members of a supergroup can be forbidden, such as to pin messages. In
// a broadcast channel only admins may, by their rights.
// Spec: https://core.telegram.org/api/rights
func (v Sight) May(thing rights.Banned) bool {
	switch {
	case !v.Me.In():
		return false
	case v.Can(v.standsFor(thing)):
		return true
	case v.Broadcast:
		return false
	}
	// An admin without the right is a member in this.
	return !(v.Me.Banned() | v.Defaults.Full()).Any(thing)
}

func (v Sight) standsFor(thing rights.Banned) rights.Admin {
	if v.Broadcast && thing == rights.PinMessages {
		return rights.AdminEditMessages // channels have no right to pin
	}
	return rights.For(thing)
}

// Forbidden is what the viewer may not do, as a member. For admins nothing is forbidden that all others may not do.
func (v Sight) Forbidden() rights.Banned {
	banned := v.Me.Banned()
	if !v.Me.IsAdmin() {
		banned |= v.Defaults.Full()
	}
	return banned
}

// See returns a channel as viewer may see it. It fails with ErrNotFound, or with rights.ErrPrivate if he may not look: he
// is banned, or is no member of a channel that is neither public nor the discussion of one that he may see.
func (s *Service) See(ctx context.Context, viewer ids.User, ch ids.Channel) (Sight, error) {
	return s.see(ctx, nil, viewer, ch)
}

// SeeTx is See inside a transaction. It answers from memory where it can.
func (s *Service) SeeTx(ctx context.Context, tx *db.Tx, viewer ids.User, ch ids.Channel) (Sight, error) {
	return s.see(ctx, tx, viewer, ch)
}

func (s *Service) see(ctx context.Context, tx *db.Tx, viewer ids.User, ch ids.Channel) (Sight, error) {
	v, err := s.look(ctx, tx, viewer, ch)
	if err != nil {
		return v, err
	}
	if v.Deleted() || v.Me.Kicked() {
		return v, rights.ErrPrivate
	}
	if v.Me.In() || v.Public() {
		return v, nil
	}
	if v.Megagroup() && v.Linked != 0 {
		// Who reads a channel reads what is said about its posts.
		channel, err := s.look(ctx, tx, viewer, v.Linked)
		if err == nil && !channel.Me.Kicked() && (channel.Me.In() || channel.Public()) {
			return v, nil
		}
	}
	return v, rights.ErrPrivate
}

// Look returns a channel and how viewer stands to it, whether he may see it or not. It fails with ErrNotFound.
func (s *Service) Look(ctx context.Context, viewer ids.User, ch ids.Channel) (Sight, error) {
	return s.look(ctx, nil, viewer, ch)
}

func (s *Service) look(ctx context.Context, tx *db.Tx, viewer ids.User, ch ids.Channel) (v Sight, err error) {
	if v.Channel, err = s.one(ctx, tx, ch); err != nil {
		return v, err
	}
	v.Me, err = s.Member(ctx, tx, ch, viewer)
	return v, err
}

// CheckAdmin returns a channel as an admin sees it. It fails as See does, and with rights.ErrAdminRequired if user lacks
// right; right 0 asks whether he is an admin at all.
func (s *Service) CheckAdmin(ctx context.Context, ch ids.Channel, user ids.User, right rights.Admin) (Sight, error) {
	return s.CheckAdminTx(ctx, nil, ch, user, right)
}

// CheckAdminTx is CheckAdmin inside a transaction.
func (s *Service) CheckAdminTx(
	ctx context.Context, tx *db.Tx, ch ids.Channel, user ids.User, right rights.Admin,
) (Sight, error) {
	v, err := s.see(ctx, tx, user, ch)
	if err == nil && (right == 0 && !v.Me.IsAdmin() || right != 0 && !v.Can(right)) {
		err = rights.ErrAdminRequired
	}
	return v, err
}

// CheckMay tells whether user may do a thing that members can be forbidden, such as to pin messages. It fails as See does,
// and with rights.ErrAdminRequired.
func (s *Service) CheckMay(ctx context.Context, tx *db.Tx, ch ids.Channel, user ids.User, thing rights.Banned) (Sight, error) {
	v, err := s.see(ctx, tx, user, ch)
	if err == nil && !v.May(thing) {
		err = rights.ErrAdminRequired
	}
	return v, err
}

// CheckMaySend tells whether user may send a message that needs content to be allowed, in the name of as; 0 and his own
// peer are himself. In slow mode it notes that he sends, which is undone when tx rolls back; a nil tx only asks.
//
// It fails as See does, and with rights.ErrAdminRequired, ErrWriteForbidden, ErrUserBanned, ErrGuestSend, ErrSendAs, the
// errors of rights.Banned.Check, or a *rights.SlowModeError. Without slow mode it mostly costs no statement.
func (s *Service) CheckMaySend(
	ctx context.Context, tx *db.Tx, ch ids.Channel, user ids.User, as ids.Peer, content rights.Content,
) (Sight, error) {
	v, err := s.see(ctx, tx, user, ch)
	if err != nil {
		return v, err
	}
	if err := v.mayWrite(content); err != nil {
		return v, err
	}
	if err := s.CheckAs(ctx, tx, v, user, as); err != nil {
		return v, err
	}
	if v.SlowMode == 0 || v.Broadcast || v.Me.IsAdmin() {
		return v, nil
	}
	return v, s.slow(ctx, tx, v)
}

// mayWrite asks what does not depend on the time or on whose name is used.
func (v Sight) mayWrite(content rights.Content) error {
	switch {
	case v.Broadcast && !v.Can(rights.AdminPostMessages):
		return rights.ErrAdminRequired
	case v.Broadcast || v.Me.IsAdmin():
		return nil
	case !v.Me.In() && v.Linked == 0:
		return rights.ErrWriteForbidden
	case !v.Me.In() && v.JoinToSend:
		return rights.ErrGuestSend
	case v.Me.Banned().Any(rights.SendMessages):
		return rights.ErrUserBanned
	}
	return v.Forbidden().Check(content)
}

// CheckAs fails with rights.ErrSendAs unless user may write in v in the name of as.
// Spec: https://core.telegram.org/method/channels.getSendAs
func (s *Service) CheckAs(ctx context.Context, tx *db.Tx, v Sight, user ids.User, as ids.Peer) error {
	switch {
	case as == 0, as == user.Peer():
		return nil
	case as == v.ID.Peer():
		if v.Broadcast || v.Me.Anonymous() {
			return nil
		}
		return rights.ErrSendAs
	case as.Channel() == 0 || v.Broadcast || !v.openToChannels():
		return rights.ErrSendAs
	}
	other, err := s.look(ctx, tx, user, as.Channel())
	if err != nil || !other.mayLend(v) {
		return rights.ErrSendAs
	}
	banned, err := s.MemberPeer(ctx, tx, v.ID, as)
	if err != nil {
		return err
	}
	if banned.Banned().Any(rights.SendMessages) {
		return rights.ErrUserBanned
	}
	return nil
}

// openToChannels tells whether channels may write in v: it is public, or a discussion.
func (v Sight) openToChannels() bool { return v.Public() || v.Linked != 0 }

// mayLend tells whether its viewer may write in the name of channel v in group: it is his and public, or it is the channel of
// which group is the discussion.
func (v Sight) mayLend(group Sight) bool {
	if v.Deleted() || !v.Broadcast {
		return false
	}
	if group.Linked == v.ID && v.Can(rights.AdminPostMessages) {
		return true
	}
	return v.Public() && v.Me.Creator && v.Me.In()
}

// SendAs returns in whose names user may write in ch, himself or, where he is anonymous, the group first.
// Spec: https://core.telegram.org/method/channels.getSendAs
func (s *Service) SendAs(ctx context.Context, user ids.User, ch ids.Channel) ([]ids.Peer, error) {
	v, err := s.See(ctx, user, ch)
	if err != nil {
		return nil, err
	}
	if v.Broadcast {
		return []ids.Peer{ch.Peer()}, nil
	}
	list := []ids.Peer{user.Peer()}
	if v.Me.Anonymous() {
		list = []ids.Peer{ch.Peer(), user.Peer()}
	}
	all, err := s.groups.Belongings(ctx, user)
	for _, b := range all {
		other := b.Peer.Channel()
		if other == 0 || other == ch || b.Status != groups.In || b.Role == groups.Plain || len(list) >= maxSendAs {
			continue
		}
		if s.CheckAs(ctx, nil, v, user, b.Peer) == nil {
			list = append(list, b.Peer)
		}
	}
	return list, err
}

// maxSendAs bounds the names that one can write in.
const maxSendAs = 50

// As is the peer in whose name user writes in v when he does not say: the group if he is anonymous, the one he has
// chosen, or himself; in a broadcast channel the channel.
func (v Sight) As() ids.Peer {
	switch {
	case v.Broadcast:
		return v.ID.Peer()
	case v.Me.Anonymous() && v.Me.SendAs == 0:
		return v.ID.Peer()
	case v.Me.SendAs != 0:
		return v.Me.SendAs
	}
	return v.Me.User.Peer()
}
