package messages

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// maxAuthors bounds how many authors are told that somebody has read what they wrote.
const maxAuthors = 100

// A ReadLive is told live to somebody who wrote into a supergroup: others have read up to MaxID.
type ReadLive struct {
	Channel ids.Channel
	MaxID   ids.Message
}

// readGroup logs that somebody has read on in a basic group, for him and for those who wrote what he read. d is his dialog
// as it is to be.
func (s *Service) readGroup(ctx context.Context, tx *db.Tx, d dialogs.Dialog, last incoming) (moved Moved, err error) {
	authors, err := groupAuthors(ctx, tx, d.Owner, d.Peer, last.after, d.ReadInbox)
	if err != nil {
		return Moved{}, err
	}
	told := false
	for _, a := range authors {
		if !told && a.user > d.Owner {
			if moved, err = s.readInbox(ctx, tx, d); err != nil {
				return Moved{}, err
			}
			told = true
		}
		copies, err := copiesOf(ctx, tx, []ids.User{a.user}, d.Peer, a.number)
		if err != nil {
			return Moved{}, err
		}
		if err := s.readOutbox(ctx, tx, a.user, d.Peer, copies[a.user.Peer()]); err != nil {
			return Moved{}, err
		}
	}
	if !told {
		if moved, err = s.readInbox(ctx, tx, d); err != nil {
			return Moved{}, err
		}
	}
	return moved, keepReadDate(ctx, tx, d.Peer, d.Owner.Peer(), last.twin)
}

// lockReading locks the logs in which it will stand that owner has read on: his own and those of the authors.
func (s *Service) lockReading(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, maxID ids.Message) error {
	if peer.Chat() == 0 {
		return s.lock(ctx, tx, owner, peer.User())
	}
	d, err := s.dialogs.Get(ctx, tx, owner, peer)
	if err != nil {
		return err
	}
	if maxID <= 0 {
		maxID = d.Top
	}
	authors, err := groupAuthors(ctx, tx, owner, peer, d.ReadInbox, maxID)
	if err != nil {
		return err
	}
	owners := []ids.Peer{owner.Peer()}
	for _, a := range authors {
		owners = append(owners, a.user.Peer())
	}
	slices.Sort(owners)
	return s.log.Lock(ctx, tx, owners...)
}

// An author is somebody who wrote into a group, and the number of his last message in a stretch.
type author struct {
	user   ids.User
	number ids.Message
}

// groupAuthors are those who wrote what stands in a stretch of a basic group, by ascending id.
func groupAuthors(
	ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, after, upTo ids.Message,
) (all []author, err error) {
	const list = `SELECT from_id, MAX(twin) FROM message WHERE owner = $1 AND peer = $2 AND id > $3 AND id <= $4
		AND from_id > 0 AND from_id <> $1 GROUP BY from_id ORDER BY from_id LIMIT $5`
	args := []any{int64(owner), int64(peer), int64(after), int64(upTo), maxAuthors}
	err = tx.Each(ctx, list, args, func(rows *db.Rows) error {
		var a author
		err := rows.Scan(&a.user, &a.number)
		all = append(all, a)
		return err
	})
	return all, err
}

// readChannel marks a channel as read for one member. Nothing is written for anybody else but how far others have read.
// Spec: https://core.telegram.org/method/channels.readHistory
func (s *Service) readChannel(
	ctx context.Context, tx *db.Tx, viewer ids.User, ch ids.Channel, maxID ids.Message,
) (Moved, error) {
	if s.channels == nil {
		return Moved{}, ErrPeer
	}
	v, err := s.channels.SeeTx(ctx, tx, viewer, ch)
	if err != nil {
		return Moved{}, err
	}
	peer := ch.Peer()
	d, err := s.dialogs.Get(ctx, tx, viewer, peer)
	if err != nil {
		return Moved{}, err
	}
	if !v.Me.In() {
		return Moved{PTS: d.PTS}, nil
	}
	if err := s.dialogs.SetMark(ctx, tx, viewer, peer, false); err != nil {
		return Moved{}, err
	}
	if maxID <= 0 || maxID > d.Top {
		maxID = d.Top
	}
	if maxID <= d.ReadInbox {
		return Moved{PTS: d.PTS}, nil
	}
	if err := s.dialogs.ReadUpTo(ctx, tx, viewer, peer, maxID); err != nil {
		return Moved{}, err
	}
	if err := s.readOthers(ctx, tx, viewer, ch, d, maxID); err != nil {
		return Moved{}, err
	}
	counts, err := s.Unread(ctx, tx, Mark{Channel: ch, After: maxID})
	if err != nil {
		return Moved{}, err
	}
	mark := updates.ReadMark{MaxID: maxID, Unread: counts[0], PTS: d.PTS}
	return Moved{PTS: d.PTS}, s.log.NoteWith(ctx, tx, viewer.Peer(), updates.ReadChannel{Channel: ch}, mark)
}

// readOthers notes in a supergroup who has read what others wrote, and tells these when it is the first time.
func (s *Service) readOthers(
	ctx context.Context, tx *db.Tx, viewer ids.User, ch ids.Channel, d dialogs.Dialog, maxID ids.Message,
) error {
	c, err := s.channels.OneTx(ctx, tx, ch)
	if err != nil || c.Broadcast {
		return err
	}
	if err := s.channels.MarkRead(ctx, tx, ch, viewer, maxID, time.Now()); err != nil {
		return err
	}
	if maxID <= d.ReadOutbox {
		return nil
	}
	authors, last, err := postAuthors(ctx, tx, ch.Peer(), viewer, d.ReadOutbox, maxID)
	if err != nil || last == 0 {
		return err
	}
	moved, err := s.log.ReadUpTo(ctx, tx, ch.Peer(), last)
	if err != nil || !moved {
		return err
	}
	tx.OnCommit(func() {
		for _, a := range authors {
			live := ReadLive{Channel: ch, MaxID: last}
			s.bus.Publish(bus.Message{Subject: SubjectLive, Key: int64(a.Peer()), Value: live})
		}
	})
	return nil
}

// readStretch bounds how many messages are looked at to find out whose they are.
const readStretch = 500

// postAuthors are those who wrote the last messages in a stretch of a supergroup, but not reader, and the last message
// that one of them wrote.
func postAuthors(
	ctx context.Context, tx *db.Tx, channel ids.Peer, reader ids.User, after, upTo ids.Message,
) (all []ids.User, last ids.Message, err error) {
	const list = `SELECT author, MAX(id) FROM (SELECT author, id FROM message WHERE owner = $1 AND id > $2 AND id <= $3
		ORDER BY id DESC LIMIT $4) AS stretch WHERE author > 0 AND author <> $5 GROUP BY author LIMIT $6`
	args := []any{int64(channel), int64(after), int64(upTo), readStretch, int64(reader), maxAuthors}
	err = tx.Each(ctx, list, args, func(rows *db.Rows) error {
		var u ids.User
		var id ids.Message
		err := rows.Scan(&u, &id)
		all, last = append(all, u), max(last, id)
		return err
	})
	return all, last, err
}

// ReadMark returns how far viewer has read in a channel.
func (s *Service) ReadMark(ctx context.Context, viewer ids.User, ch ids.Channel) (mark updates.ReadMark, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		d, err := s.dialogs.Get(ctx, tx, viewer, ch.Peer())
		if err != nil {
			return err
		}
		counts, err := s.Unread(ctx, tx, Mark{Channel: ch, After: d.ReadInbox})
		if err != nil {
			return err
		}
		mark = updates.ReadMark{MaxID: d.ReadInbox, Unread: counts[0], PTS: d.PTS}
		return nil
	})
	if err != nil {
		return updates.ReadMark{}, fmt.Errorf("read mark of user %d: %w", viewer, err)
	}
	return mark, nil
}

// A Reading is that somebody has read a message.
type Reading struct {
	User ids.User
	Date time.Time
}

// ReadBy returns who has read a message that viewer wrote in a basic group, as far as that is remembered.
//
// It fails with ErrNone when it is not his, or with ErrTooOld.
// Spec: https://core.telegram.org/method/messages.getMessageReadParticipants
func (s *Service) ReadBy(ctx context.Context, viewer ids.User, peer ids.Peer, id ids.Message) (all []Reading, err error) {
	const first = `SELECT date FROM read_date WHERE owner = $1 AND peer = $2 AND max_id >= $3 ORDER BY max_id LIMIT 1`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		m, err := one(ctx, tx, viewer.Peer(), id)
		if err != nil {
			return noneIfMissing(err)
		}
		switch {
		case m.Peer != peer || peer.Chat() == 0 || s.groups == nil || m.Writer() != viewer:
			return ErrNone
		case time.Since(m.Date) > readDates:
			return ErrTooOld
		}
		members, err := s.groups.Members(ctx, tx, peer.Chat())
		if err != nil {
			return err
		}
		lists := make([][]any, len(members))
		for i, o := range members {
			lists[i] = []any{int64(peer), int64(o.User), int64(m.Twin)}
		}
		found, err := tx.QueryRows(ctx, first, lists...)
		if err != nil {
			return err
		}
		for i, row := range found {
			r := Reading{User: members[i].User}
			if row.Scan(&r.Date) == nil && r.User != viewer {
				all = append(all, r)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("who has read message %d of user %d: %w", id, viewer, err)
	}
	return slices.Clip(all), nil
}
