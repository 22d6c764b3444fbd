package contacts

import (
	"context"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A Bar is what a client offers above a chat with somebody: buttons that make sense as long as the two are
// strangers.
// Spec: https://core.telegram.org/constructor/peerSettings
type Bar struct {
	ReportSpam, AddContact, BlockContact bool
	ShareContact                         bool      // he is a contact who does not know my number
	NeedsException                       bool      // to add him would not show him my number
	Registered                           time.Time // zero unless they are strangers
}

// Bar returns what owner is offered above his chat with user.
func (s *Service) Bar(ctx context.Context, owner, user ids.User) (Bar, error) {
	both, err := s.users.Get(ctx, owner, user)
	if err != nil {
		return Bar{}, err
	}
	if len(both) < 2 || owner == user || user == ids.Service || both[1].Deleted() {
		return Bar{}, nil
	}
	me, them := both[0], both[1]
	rel, err := s.users.Relation(ctx, owner, user)
	if err != nil || rel.Mine.Blocked {
		return Bar{}, err
	}
	hidden, err := s.barHidden(ctx, owner, user.Peer())
	if err != nil || hidden {
		return Bar{}, err
	}
	return bar(me, them, rel), nil
}

func bar(me, them users.User, rel users.Relation) Bar {
	back := users.Relation{Mine: rel.Theirs, Theirs: rel.Mine}
	seesMe := me.Shows(users.PhoneNumber, users.Viewer{ID: them.ID, Bot: them.Bot}, back)
	switch {
	case them.Bot, me.Bot:
		return Bar{}
	case rel.Mine.Contact:
		return Bar{ShareContact: !seesMe && !rel.Theirs.Contact}
	}
	return Bar{
		ReportSpam: true, AddContact: true, BlockContact: true, NeedsException: !seesMe,
		Registered: them.CreatedAt,
	}
}

func (s *Service) barHidden(ctx context.Context, owner ids.User, peer ids.Peer) (bool, error) {
	var n int
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM hidden_bar WHERE owner = $1 AND peer = $2`, owner, peer).Scan(&n)
	})
	return n > 0, wrap(err, "peer settings")
}

// HideBar puts the bar of a chat away for good.
func (s *Service) HideBar(ctx context.Context, owner ids.User, peer ids.Peer) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		const insert = `INSERT INTO hidden_bar (owner, peer) VALUES ($1, $2) ON CONFLICT (owner, peer) DO NOTHING`
		rows, err := tx.Exec(ctx, insert, owner, peer)
		if err != nil || rows == 0 {
			return err
		}
		return s.log.Note(ctx, tx, owner.Peer(), updates.PeerSettings{Peer: peer})
	})
	return wrap(err, "hide peer settings")
}
