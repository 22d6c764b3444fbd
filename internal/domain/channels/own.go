package channels

import (
	"context"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
)

// ownEdit changes something about a channel that concerns only the one who does it.
func (s *Service) ownEdit(
	ctx context.Context, tx *db.Tx, user ids.User, ch ids.Channel, fn func(m *Member) error,
) (told bool, err error) {
	m, err := readMember(ctx, tx, ch, user.Peer())
	if err != nil {
		return false, err
	}
	before := m
	if err := fn(&m); err != nil || m == before {
		return false, err
	}
	return true, s.saveMember(ctx, tx, m)
}

// Hide hides the messages of a channel up to one from user: he has cleared his history. It fails with
// rights.ErrNotParticipant.
// Spec: https://core.telegram.org/method/channels.deleteHistory
func (s *Service) Hide(ctx context.Context, tx *db.Tx, ch ids.Channel, user ids.User, upTo ids.Message) error {
	_, err := s.ownEdit(ctx, tx, user, ch, func(m *Member) error {
		if !m.In() {
			return rights.ErrNotParticipant
		}
		m.Available = max(m.Available, upTo)
		return nil
	})
	return wrap(err, "hide history of", ch)
}

// SetSendAs keeps in whose name user writes in a group when he does not say; his own peer for himself. It fails as
// CheckMaySend does.
// Spec: https://core.telegram.org/method/messages.saveDefaultSendAs
func (s *Service) SetSendAs(ctx context.Context, user ids.User, ch ids.Channel, as ids.Peer) error {
	v, err := s.See(ctx, user, ch)
	if err != nil {
		return err
	}
	if err := s.CheckAs(ctx, nil, v, user, as); err != nil {
		return err
	}
	return s.ownWrite(ctx, user, ch, func(m *Member) error {
		if m.Status == groups.Never {
			return rights.ErrNotParticipant
		}
		m.SendAs = as
		return nil
	})
}

// SetViewForum keeps whether user sees a forum as one chat. It fails with rights.ErrNotParticipant.
// Spec: https://core.telegram.org/method/channels.toggleViewForumAsMessages
func (s *Service) SetViewForum(ctx context.Context, user ids.User, ch ids.Channel, on bool) error {
	return s.ownWrite(ctx, user, ch, func(m *Member) error {
		if !m.In() {
			return rights.ErrNotParticipant
		}
		m.ViewForum = on
		return nil
	})
}

func (s *Service) ownWrite(ctx context.Context, user ids.User, ch ids.Channel, fn func(m *Member) error) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		told, err := s.ownEdit(ctx, tx, user, ch, fn)
		if err != nil || !told {
			return err
		}
		return s.log.Note(ctx, tx, user.Peer(), updates.ChannelChanged{Channel: ch})
	})
	return wrap(err, "set in", ch)
}

// A Reader is somebody who has read a message.
type Reader struct {
	User ids.User
	Date time.Time
}

// keepReads is how long it is known who read what.
// Spec: https://core.telegram.org/method/messages.getMessageReadParticipants
const keepReads = 7 * 24 * time.Hour

// MarkRead notes that a member of a small group has read it up to a message. In a large one it does nothing.
func (s *Service) MarkRead(ctx context.Context, tx *db.Tx, ch ids.Channel, user ids.User, upTo ids.Message, at time.Time) error {
	c, err := s.one(ctx, tx, ch)
	if err != nil || c.Broadcast || c.Members > SeenByLimit {
		return err
	}
	const (
		forget = `DELETE FROM channel_read WHERE channel = $1 AND member = $2 AND read_at < $3`
		note   = `INSERT INTO channel_read (channel, member, max_id, read_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (channel, member, max_id) DO NOTHING`
	)
	if err := tx.Queue(ctx, forget, ch, user, at.Add(-keepReads)); err != nil {
		return wrap(err, "read", ch)
	}
	return wrap(tx.Queue(ctx, note, ch, user, upTo, at), "read", ch)
}

// ReadBy returns who has read a message, by ascending id; nobody in a large group. Its author is for the caller to drop.
func (s *Service) ReadBy(ctx context.Context, ch ids.Channel, id ids.Message) (list []Reader, err error) {
	c, err := s.One(ctx, ch)
	if err != nil || c.Broadcast || c.Members > SeenByLimit {
		return nil, err
	}
	const find = `SELECT member, COALESCE((SELECT min(r.read_at) FROM channel_read r
		WHERE r.channel = $1 AND r.member = m.member AND r.max_id >= $2), 0)
		FROM channel_member m WHERE m.channel = $1 AND m.status = 1 ORDER BY m.member LIMIT $3`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, find, []any{ch, id, SeenByLimit}, func(rows *db.Rows) error {
			var r Reader
			err := rows.Scan(&r.User, &r.Date)
			if !r.Date.IsZero() {
				list = append(list, r)
			}
			return err
		})
	})
	return list, wrap(err, "who read", ch)
}

// LeftChannels returns channels that user has left, the newest first, and may see again.
// Spec: https://core.telegram.org/method/channels.getLeftChannels
func (s *Service) LeftChannels(ctx context.Context, user ids.User, offset, limit int) (list []Channel, count int, err error) {
	all, err := s.groups.Belongings(ctx, user)
	if err != nil {
		return nil, 0, err
	}
	var want []ids.Channel
	for _, b := range all {
		if ch := b.Peer.Channel(); ch != 0 && b.Status == groups.Left {
			want = append(want, ch)
		}
	}
	count = len(want)
	want = want[min(max(offset, 0), count):]
	found, err := s.Get(ctx, want[:min(len(want), limit)]...)
	return slices.DeleteFunc(found, Channel.Deleted), count, err
}

// An Inactive is a channel in which nothing has happened for long.
type Inactive struct {
	Channel Channel
	Last    time.Time
}

const (
	// inactiveFor is for how long nothing has happened then.
	inactiveFor = 30 * 24 * time.Hour
	// maxInactive bounds the list.
	maxInactive = 100
)

// InactiveChannels returns the channels of user where nothing has happened for longest, those first.
// Spec: https://core.telegram.org/method/channels.getInactiveChannels
func (s *Service) InactiveChannels(ctx context.Context, user ids.User) (list []Inactive, err error) {
	joined, err := s.Joined(ctx, user)
	if err != nil || len(joined) == 0 {
		return nil, err
	}
	found, err := s.Get(ctx, joined...)
	if err != nil {
		return nil, err
	}
	peers := make([]ids.Peer, len(found))
	for i, c := range found {
		peers[i] = c.ID.Peer()
	}
	var heads map[ids.Peer]updates.Head
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		heads, err = s.log.Heads(ctx, tx, peers...)
		return err
	})
	for _, c := range found {
		last := heads[c.ID.Peer()].TopDate
		if last.IsZero() {
			last = c.CreatedAt
		}
		if !c.Deleted() && time.Since(last) > inactiveFor {
			list = append(list, Inactive{c, last})
		}
	}
	slices.SortFunc(list, func(a, b Inactive) int { return a.Last.Compare(b.Last) })
	return list[:min(len(list), maxInactive)], err
}
