package dialogs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// A Scope is what notification settings are about: a peer, or all peers of a kind that have none of their own.
type Scope string

// The scopes.
const (
	ScopePeer       Scope = "peer"
	ScopeUsers      Scope = "users"
	ScopeChats      Scope = "chats"
	ScopeBroadcasts Scope = "broadcasts"
)

// A Target names notification settings: Peer and Thread count with ScopePeer only.
type Target struct {
	Scope  Scope
	Peer   ids.Peer
	Thread ids.Message // a topic of the peer; 0: the whole chat
}

// Notify is how a person wants to be told. What is nil is as in the scope above. Stored as JSON: give fields that
// change their meaning a new name.
// Spec: https://core.telegram.org/constructor/peerNotifySettings
type Notify struct {
	ShowPreviews      *bool  `json:"p,omitempty"`
	Silent            *bool  `json:"s,omitempty"`
	MuteUntil         *int32 `json:"m,omitempty"` // unix seconds
	Sound             []byte `json:"n,omitempty"` // TL bytes of a NotificationSound, carried for the client
	StoriesMuted      *bool  `json:"sm,omitempty"`
	StoriesHideSender *bool  `json:"sh,omitempty"`
	StoriesSound      []byte `json:"sn,omitempty"` // as Sound
}

// Empty reports whether everything is as in the scope above.
func (n Notify) Empty() bool {
	return n.ShowPreviews == nil && n.Silent == nil && n.MuteUntil == nil && n.Sound == nil &&
		n.StoriesMuted == nil && n.StoriesHideSender == nil && n.StoriesSound == nil
}

// Muted reports whether n keeps its peer quiet at a time.
func (n Notify) Muted(at time.Time) bool {
	return n.MuteUntil != nil && int64(*n.MuteUntil) > at.Unix()
}

// SetNotify changes settings: what is not nil in n replaces what was kept. It fails with ErrTooLong or ErrTooMany.
// Spec: https://core.telegram.org/method/account.updateNotifySettings
func (s *Service) SetNotify(ctx context.Context, owner ids.User, at Target, n Notify) error {
	if max(len(n.Sound), len(n.StoriesSound)) > maxSound {
		return ErrTooLong
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.Lock(ctx, tx, owner); err != nil {
			return err
		}
		return s.setNotify(ctx, tx, owner, at, n)
	})
	return wrap("set notifications", owner, err)
}

func (s *Service) setNotify(ctx context.Context, tx *db.Tx, owner ids.User, at Target, n Notify) error {
	const others = `SELECT COUNT(*) FROM notify_setting WHERE owner = $1 AND scope = 'peer' AND (peer <> $2 OR thread <> $3)`
	if at.Scope == ScopePeer {
		if err := checkRoom(ctx, tx, maxExceptions, others, int64(owner), int64(at.Peer), int64(at.Thread)); err != nil {
			return err
		}
	}
	kept, err := s.Notify(ctx, tx, owner, at)
	if err != nil {
		return err
	}
	data, err := json.Marshal(kept.with(n))
	if err != nil {
		return err
	}
	const set = `INSERT INTO notify_setting (owner, scope, peer, thread, data) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, scope, peer, thread) DO UPDATE SET data = excluded.data`
	if _, err := tx.Exec(ctx, set, int64(owner), string(at.Scope), int64(at.Peer),
		int64(at.Thread), string(data)); err != nil {
		return err
	}
	return s.log.Note(ctx, tx, owner.Peer(), at.event())
}

func (at Target) event() updates.NotifySettings {
	if at.Scope == ScopePeer {
		return updates.NotifySettings{Peer: at.Peer, Thread: at.Thread}
	}
	return updates.NotifySettings{Scope: string(at.Scope)}
}

// NotifyTarget is what an event is about.
func NotifyTarget(ev updates.NotifySettings) Target {
	if ev.Scope == "" {
		return Target{ScopePeer, ev.Peer, ev.Thread}
	}
	return Target{Scope: Scope(ev.Scope)}
}

func (n Notify) with(o Notify) Notify {
	pick := func(into **bool, from *bool) {
		if from != nil {
			*into = from
		}
	}
	pick(&n.ShowPreviews, o.ShowPreviews)
	pick(&n.Silent, o.Silent)
	pick(&n.StoriesMuted, o.StoriesMuted)
	pick(&n.StoriesHideSender, o.StoriesHideSender)
	if o.MuteUntil != nil {
		n.MuteUntil = o.MuteUntil
	}
	if o.Sound != nil {
		n.Sound = o.Sound
	}
	if o.StoriesSound != nil {
		n.StoriesSound = o.StoriesSound
	}
	return n
}

// Notify returns settings; where none are kept they are empty.
func (s *Service) Notify(ctx context.Context, tx *db.Tx, owner ids.User, at Target) (Notify, error) {
	all, err := s.notify(ctx, tx, owner, `AND scope = $2 AND peer = $3 AND thread = $4`,
		string(at.Scope), int64(at.Peer), int64(at.Thread))
	return all[at], err
}

// Effective returns the settings that hold for a topic of a chat, or for the chat (thread 0): what it has none of its own
// of is as set for the chat, or else for all chats of its scope.
func (s *Service) Effective(
	ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, thread ids.Message, scope Scope,
) (Notify, error) {
	all, err := s.notify(ctx, tx, owner, `AND (scope = $2 AND peer = 0 OR scope = 'peer' AND peer = $3 AND (thread = 0 OR thread = $4))`,
		string(scope), int64(peer), int64(thread))
	if err != nil {
		return Notify{}, err
	}
	n := all[Target{Scope: scope}].with(all[Target{ScopePeer, peer, 0}])
	if thread != 0 {
		n = n.with(all[Target{ScopePeer, peer, thread}])
	}
	return n, nil
}

// NotifyOf returns the settings of peers as a whole. Those that have none are left out.
func (s *Service) NotifyOf(ctx context.Context, tx *db.Tx, owner ids.User, peers []ids.Peer) (map[ids.Peer]Notify, error) {
	if len(peers) == 0 {
		return nil, nil
	}
	args := make([]any, len(peers))
	for i, p := range peers {
		args[i] = int64(p)
	}
	all, err := s.notify(ctx, tx, owner, `AND scope = 'peer' AND thread = 0 AND peer IN (`+db.List(2, len(peers))+`)`, args...)
	byPeer := make(map[ids.Peer]Notify, len(all))
	for at, n := range all {
		byPeer[at.Peer] = n
	}
	return byPeer, err
}

// Exceptions returns the settings of all peers that have some of their own.
func (s *Service) Exceptions(ctx context.Context, owner ids.User) (all map[Target]Notify, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = s.notify(ctx, tx, owner, `AND scope = 'peer'`)
		return err
	})
	return all, err
}

// ThreadNotify returns the settings of the topics of a chat, those that have some of their own.
func (s *Service) ThreadNotify(ctx context.Context, owner ids.User, peer ids.Peer) (map[ids.Message]Notify, error) {
	return read(ctx, s, func(tx *db.Tx) (map[ids.Message]Notify, error) {
		all, err := s.notify(ctx, tx, owner, `AND scope = 'peer' AND peer = $2 AND thread > 0`, int64(peer))
		byThread := make(map[ids.Message]Notify, len(all))
		for at, n := range all {
			byThread[at.Thread] = n
		}
		return byThread, err
	})
}

// ResetNotify removes all settings of owner.
// Spec: https://core.telegram.org/method/account.resetNotifySettings
func (s *Service) ResetNotify(ctx context.Context, owner ids.User) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.Lock(ctx, tx, owner); err != nil {
			return err
		}
		all, err := s.notify(ctx, tx, owner, ``)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM notify_setting WHERE owner = $1`, int64(owner)); err != nil {
			return err
		}
		for at := range all {
			if err := s.log.Note(ctx, tx, owner.Peer(), at.event()); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap("reset notifications", owner, err)
}

func (s *Service) notify(
	ctx context.Context, tx *db.Tx, owner ids.User, where string, args ...any,
) (map[Target]Notify, error) {
	sql := `SELECT scope, peer, thread, data FROM notify_setting WHERE owner = $1 ` + where + ` LIMIT 2000`
	rows, err := tx.Query(ctx, sql, append([]any{int64(owner)}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("notifications of user %d: %w", owner, err)
	}
	all := make(map[Target]Notify)
	for rows.Next() {
		var at Target
		var data string
		var n Notify
		if err := rows.Scan(&at.Scope, &at.Peer, &at.Thread, &data); err != nil {
			return nil, fmt.Errorf("notifications of user %d: %w", owner, err)
		}
		if err := json.Unmarshal([]byte(data), &n); err != nil {
			return nil, fmt.Errorf("notifications of user %d: %w", owner, err)
		}
		all[at] = n
	}
	return all, nil
}
