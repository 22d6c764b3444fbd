package dialogs

import (
	"context"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// maxCounted is how many unread chats are counted: a number on an icon says no more.
const maxCounted = 1000

// Unread counts the chats of owner's main list that have something unread and are not silenced, at most maxCounted of a
// kind: what the icon of a client shows.
func (s *Service) Unread(ctx context.Context, owner ids.User) (int, error) {
	return read(ctx, s, func(tx *db.Tx) (int, error) {
		peers, err := s.unreadPeers(ctx, tx, owner)
		if err != nil {
			return 0, wrap("unread chats", owner, err)
		}
		muted, err := s.muted(ctx, tx, owner, peers)
		n := 0
		for _, p := range peers {
			if !muted[p] {
				n++
			}
		}
		return n, wrap("silenced chats", owner, err)
	})
}

func (s *Service) unreadPeers(ctx context.Context, tx *db.Tx, owner ids.User) (peers []ids.Peer, err error) {
	const list = `SELECT ` + columns + ` FROM dialog WHERE owner = $1 AND peer > $2 AND folder = 0 AND top_message > 0
		AND (unread > 0 OR marked > 0) LIMIT $3`
	chats, err := query(ctx, tx, list, int64(owner), int64(lastChannel), maxCounted)
	if err != nil {
		return nil, err
	}
	channels, err := s.channels(ctx, tx, owner)
	if err != nil {
		return nil, err
	}
	for _, d := range chats {
		peers = append(peers, d.Peer)
	}
	for _, d := range channels {
		if d.Folder == Main && (d.Marked || d.Top > d.ReadInbox) {
			peers = append(peers, d.Peer)
		}
	}
	return peers, nil
}
