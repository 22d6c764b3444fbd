package dialogs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

const (
	lastChannel = -1_000_000_000_000 // peers below it are channels
	maxChannels = 1000               // of one person that are looked at; more than he can join
)

// AskPrivacy makes the list heed what its owner has set about the archive. Call it before anything else.
func (s *Service) AskPrivacy(privacy func(context.Context, ids.User) (users.GlobalPrivacy, error)) {
	s.privacy = privacy
}

// Joined puts a channel into the list of user, who has read what is there up to a message. Again is no error.
// Packages groups and channels call it in the transaction of the joining.
func (s *Service) Joined(ctx context.Context, tx *db.Tx, user ids.User, channel ids.Peer, read ids.Message, at time.Time) error {
	const insert = `INSERT INTO dialog (` + columns + `) VALUES ($1, $2, 0, $3, 0, $4, 0, 0, 0, 0, 0)
		ON CONFLICT (owner, peer) DO UPDATE SET top_date = excluded.top_date,
		read_inbox = CASE WHEN dialog.read_inbox > excluded.read_inbox THEN dialog.read_inbox ELSE excluded.read_inbox END`
	if err := tx.Queue(ctx, insert, int64(user), int64(channel), at, int64(read)); err != nil {
		return fmt.Errorf("list channel for user %d: %w", user, err)
	}
	return nil
}

// Left takes a channel out of the list of user. What he had set in it goes as well and is taken back in his log: a device
// that misses both that he left and that he came again sees no change, and would keep it.
func (s *Service) Left(ctx context.Context, tx *db.Tx, user ids.User, channel ids.Peer) error {
	d, err := s.Get(ctx, tx, user, channel)
	if err == nil {
		err = s.takeBack(ctx, tx, d)
	}
	if err == nil {
		err = tx.Queue(ctx, `DELETE FROM dialog WHERE owner = $1 AND peer = $2`, int64(user), int64(channel))
	}
	if err != nil {
		return fmt.Errorf("unlist channel for user %d: %w", user, err)
	}
	return nil
}

// takeBack logs that d is neither pinned nor marked nor archived any more.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, d Dialog) error {
	owner := d.Owner.Peer()
	if d.Pinned > 0 {
		if err := s.log.Note(ctx, tx, owner, updates.DialogPinned{Peer: d.Peer, Folder: int32(d.Folder)}); err != nil {
			return err
		}
	}
	if d.Marked {
		if err := s.log.Note(ctx, tx, owner, updates.DialogUnread{Peer: d.Peer}); err != nil {
			return err
		}
	}
	if d.Folder == Main {
		return nil
	}
	_, err := s.log.Append(ctx, tx, owner, updates.FolderPeers{Peers: []ids.Peer{d.Peer}, Folder: Main})
	return err
}

func (s *Service) saveChannel(ctx context.Context, tx *db.Tx, d Dialog) error {
	const set = `UPDATE dialog SET read_inbox = $3, marked = $4, pinned = $5, folder = $6, archived_top = $7
		WHERE owner = $1 AND peer = $2`
	_, err := tx.Exec(ctx, set, int64(d.Owner), int64(d.Peer), int64(d.ReadInbox), d.Marked, d.Pinned, d.Folder, int64(d.archived))
	if err != nil {
		return fmt.Errorf("save channel of user %d: %w", d.Owner, err)
	}
	return nil
}

const channelColumns = `l.owner, l.top, l.top_date, l.messages, l.read_max, l.pts, COALESCE(d.read_inbox, 0),
	COALESCE(d.marked, 0), COALESCE(d.pinned, 0), COALESCE(d.folder, 0), COALESCE(d.archived_top, 0),
	COALESCE(d.top_date, 0), COALESCE(m.available, 0), CASE WHEN d.peer IS NULL THEN 0 ELSE 1 END`

const ofMember = ` LEFT JOIN channel_member m ON m.channel = -1000000000000 - l.owner AND m.member = $1`

func scanChannel(rows *db.Rows) (d Dialog, err error) {
	err = rows.Scan(&d.Peer, &d.Top, &d.TopDate, &d.Messages, &d.ReadOutbox, &d.PTS, &d.ReadInbox, &d.Marked, &d.Pinned,
		&d.Folder, &d.archived, &d.joined, &d.Available, &d.Listed)
	d.ReadInbox = max(d.ReadInbox, d.Available)
	if d.Top <= d.Available { // all that is there came before him
		d.Top, d.TopDate = 0, d.joined
	}
	return d, err
}

func queryChannels(ctx context.Context, tx *db.Tx, sql string, owner ids.User, args ...any) (all []Dialog, err error) {
	err = tx.Each(ctx, sql, append([]any{int64(owner)}, args...), func(rows *db.Rows) error {
		d, err := scanChannel(rows)
		d.Owner = owner
		all = append(all, d)
		return err
	})
	return all, err
}

// someChannels returns owner's dialogs with channels, those that have a log, in no particular order.
func someChannels(ctx context.Context, tx *db.Tx, owner ids.User, peers []ids.Peer) ([]Dialog, error) {
	args := make([]any, len(peers))
	for i, p := range peers {
		args[i] = int64(p)
	}
	return queryChannels(ctx, tx, `SELECT `+channelColumns+` FROM log_state l
		LEFT JOIN dialog d ON d.owner = $1 AND d.peer = l.owner`+ofMember+`
		WHERE l.owner IN (`+db.List(2, len(peers))+`)`, owner, args...)
}

// channels returns the channels in owner's list, each in the folder where it stands now.
func (s *Service) channels(ctx context.Context, tx *db.Tx, owner ids.User) ([]Dialog, error) {
	const list = `SELECT ` + channelColumns + ` FROM dialog d JOIN log_state l ON l.owner = d.peer` + ofMember + `
		WHERE d.owner = $1 AND d.peer < $2 LIMIT $3`
	all, err := queryChannels(ctx, tx, list, owner, int64(lastChannel), maxChannels)
	if err != nil {
		return nil, fmt.Errorf("channels of user %d: %w", owner, err)
	}
	return all, s.unarchive(ctx, tx, owner, all)
}

// unarchive takes those channels out of the archive that have something new and are not muted, unless owner wants them
// kept there. For a post no row of a member is written, so this is found out when the list is read.
// Spec: https://core.telegram.org/api/folders#archived-chats
func (s *Service) unarchive(ctx context.Context, tx *db.Tx, owner ids.User, all []Dialog) error {
	var woken []ids.Peer
	for _, d := range all {
		if d.Folder == Archive && d.Listed && d.Top > d.archived {
			woken = append(woken, d.Peer)
		}
	}
	if len(woken) == 0 {
		return nil
	}
	if keep, err := s.keepsArchived(ctx, owner); err != nil || keep {
		return err
	}
	muted, err := s.muted(ctx, tx, owner, woken)
	if err != nil {
		return err
	}
	for i, d := range all {
		if slices.Contains(woken, d.Peer) && !muted[d.Peer] {
			all[i].Folder, all[i].Pinned = Main, 0
			if s.arrived != nil { // so that it is moved for good
				s.arrived(Arrival{Owner: owner, Peer: d.Peer, Message: d.Top, Date: d.TopDate, Unread: true})
			}
		}
	}
	return nil
}

func (s *Service) keepsArchived(ctx context.Context, owner ids.User) (bool, error) {
	if s.privacy == nil {
		return false, nil
	}
	p, err := s.privacy(ctx, owner)
	return p.KeepArchived, err
}

// muted tells which of peers owner has silenced. A channel counts as silenced by the setting for all groups or all
// channels alike: which of the two it is, is not known here.
func (s *Service) muted(ctx context.Context, tx *db.Tx, owner ids.User, peers []ids.Peer) (map[ids.Peer]bool, error) {
	own, err := s.NotifyOf(ctx, tx, owner, peers)
	if err != nil {
		return nil, err
	}
	scopes, err := s.notify(ctx, tx, owner, `AND scope <> 'peer'`)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	muted := make(map[ids.Peer]bool, len(peers))
	for _, p := range peers {
		n, ok := own[p]
		switch {
		case ok && n.MuteUntil != nil:
			muted[p] = n.Muted(now)
		case p.User() != 0:
			muted[p] = scopes[Target{Scope: ScopeUsers}].Muted(now)
		case p.Chat() != 0:
			muted[p] = scopes[Target{Scope: ScopeChats}].Muted(now)
		default:
			muted[p] = scopes[Target{Scope: ScopeChats}].Muted(now) || scopes[Target{Scope: ScopeBroadcasts}].Muted(now)
		}
	}
	return muted, nil
}
