package invites

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
)

const (
	// maxCounted is up to how many requests are counted.
	maxCounted = 10_000
	// maxRecent is how many requesters are named beside their number.
	maxRecent = 3
	// decided is how many requests are decided by one transaction.
	decided = 20
	// maxScan bounds how many importers a search by name looks at.
	maxScan = 1000
)

// ask notes that user asks to be let in, and tells the admins. Again is no error.
func (s *Service) ask(ctx context.Context, tx *db.Tx, peer ids.Peer, user ids.User, hash, about string) error {
	const note = `INSERT INTO join_request (peer, user_id, hash, asked_at, about) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (peer, user_id) DO NOTHING`
	n, err := tx.Exec(ctx, note, peer, user, hash, time.Now(), about)
	if err != nil || n == 0 {
		return wrap(err, "ask to be let in", peer)
	}
	return s.tellAdmins(ctx, tx, peer)
}

// tellAdmins tells those who may let people in that the requests have changed.
func (s *Service) tellAdmins(ctx context.Context, tx *db.Tx, peer ids.Peer) error {
	admins, err := s.deciders(ctx, tx, peer)
	if err != nil {
		return err
	}
	for _, u := range admins {
		if err := s.log.Note(ctx, tx, u.Peer(), updates.PendingRequests{Peer: peer}); err != nil {
			return err
		}
	}
	return nil
}

// deciders are the admins who may let people in, by ascending id.
func (s *Service) deciders(ctx context.Context, tx *db.Tx, peer ids.Peer) (list []ids.User, err error) {
	if ch := peer.Channel(); ch != 0 {
		admins, err := s.channels.AdminsTx(ctx, tx, ch)
		for _, m := range admins {
			if m.Creator || m.Admin.Has(rights.AdminInviteUsers) {
				list = append(list, m.User)
			}
		}
		return list, err
	}
	members, err := s.groups.Members(ctx, tx, peer.Chat())
	for _, m := range members {
		if m.Admin {
			list = append(list, m.User)
		}
	}
	return list, err
}

// Decides tells whether user may let people into peer.
func (s *Service) Decides(ctx context.Context, user ids.User, peer ids.Peer) bool {
	_, err := s.host(ctx, user, peer)
	return err == nil
}

// Pending returns how many wait to be let into peer, and who came last. Whether the caller may know is his to ask.
func (s *Service) Pending(ctx context.Context, peer ids.Peer) (count int, recent []ids.User, err error) {
	const (
		total = `SELECT count(*) FROM (SELECT 1 AS one FROM join_request WHERE peer = $1 LIMIT $2) AS waiting`
		last  = `SELECT user_id FROM join_request WHERE peer = $1 ORDER BY asked_at DESC, user_id DESC LIMIT $2`
	)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		recent = nil
		if err := tx.QueryRow(ctx, total, peer, maxCounted).Scan(&count); err != nil || count == 0 {
			return err
		}
		return tx.Each(ctx, last, []any{peer, maxRecent}, func(rows *db.Rows) error {
			var u ids.User
			err := rows.Scan(&u)
			recent = append(recent, u)
			return err
		})
	})
	return count, recent, wrap(err, "requests", peer)
}

// Waits tells whether user has asked to be let into peer and has no answer yet.
func (s *Service) Waits(ctx context.Context, user ids.User, peer ids.Peer) (waits bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := readRequest(ctx, tx, peer, user)
		waits = err == nil
		if errors.Is(err, ErrNoRequest) {
			err = nil
		}
		return err
	})
	return waits, err
}

// A request is somebody who waits.
type request struct {
	user  ids.User
	hash  string
	about string
}

func readRequest(ctx context.Context, tx *db.Tx, peer ids.Peer, user ids.User) (request, error) {
	r := request{user: user}
	const get = `SELECT hash, about FROM join_request WHERE peer = $1 AND user_id = $2`
	err := tx.QueryRow(ctx, get, peer, user).Scan(&r.hash, &r.about)
	if errors.Is(err, db.ErrNotFound) {
		return r, ErrNoRequest
	}
	return r, wrap(err, "request", peer)
}

// Decide lets somebody in who asks, or dismisses him. It fails as host does, and with ErrNoRequest, or as channels.Enter does.
// Spec: https://core.telegram.org/method/messages.hideChatJoinRequest
func (s *Service) Decide(ctx context.Context, by ids.User, peer ids.Peer, user ids.User, approve bool) (res Result, err error) {
	if _, err := s.host(ctx, by, peer); err != nil {
		return Result{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		r, err := readRequest(ctx, tx, peer, user)
		if err != nil {
			return err
		}
		if res, err = s.decide(ctx, tx, by, peer, r, approve); err != nil {
			return err
		}
		return s.tellAdmins(ctx, tx, peer)
	})
	return res, wrap(err, "decide on a request", peer)
}

func (s *Service) decide(
	ctx context.Context, tx *db.Tx, by ids.User, peer ids.Peer, r request, approve bool,
) (Result, error) {
	res := Result{Peer: peer}
	if approve {
		var err error
		if res, err = s.approve(ctx, tx, by, peer, r); err != nil && !already(err) {
			return Result{}, err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM join_request WHERE peer = $1 AND user_id = $2`, peer, r.user)
	return res, err
}

func already(err error) bool {
	return errors.Is(err, channels.ErrAlready) || errors.Is(err, groups.ErrAlready)
}

func (s *Service) approve(ctx context.Context, tx *db.Tx, by ids.User, peer ids.Peer, r request) (Result, error) {
	i := Invite{Peer: peer, Admin: by}
	if r.hash != "" {
		found, err := read(ctx, tx, peer, r.hash)
		if err != nil && !errors.Is(err, ErrHash) {
			return Result{}, err
		}
		if err == nil {
			i = found
		}
	}
	data, err := json.Marshal(i)
	if err != nil {
		return Result{}, err
	}
	e, err := channels.Event(channels.LogJoinByRequest, nil, channels.Approval{By: by, Invite: data})
	if err != nil {
		return Result{}, err
	}
	res, err := s.letIn(ctx, tx, peer, channels.Entrance{
		User: r.user, Inviter: i.Admin, ViaRequest: true, Action: actions.Action{Kind: actions.JoinedByRequest}, Event: e,
	})
	if err != nil || i.Hash == "" {
		return res, err
	}
	return res, spend(ctx, tx, i, r.user, by, r.about)
}

// DecideAll lets all in who ask, or dismisses them: those who came by one link, or with hash "" all. Who cannot come in, since
// he is in too many channels, say, is dismissed. It fails as host does.
// Spec: https://core.telegram.org/method/messages.hideAllChatJoinRequests
func (s *Service) DecideAll(ctx context.Context, by ids.User, peer ids.Peer, hash string, approve bool) (res Result, err error) {
	if _, err := s.host(ctx, by, peer); err != nil {
		return Result{}, err
	}
	res.Peer = peer
	for {
		var who []request
		err = s.db.Read(ctx, func(tx *db.Tx) error {
			who, err = readRequests(ctx, tx, peer, hash)
			return err
		})
		if err != nil || len(who) == 0 {
			return res, wrap(err, "requests", peer)
		}
		for _, r := range who {
			one, err := s.Decide(ctx, by, peer, r.user, approve)
			if refused(err) {
				_, err = s.Decide(ctx, by, peer, r.user, false)
			}
			if err != nil && !errors.Is(err, ErrNoRequest) {
				return res, err
			}
			res.Written = append(res.Written, one.Written...)
		}
	}
}

// refused tells whether err says that somebody cannot come in, whatever an admin wants.
func refused(err error) bool {
	return slices.ContainsFunc([]error{
		channels.ErrTooMany, channels.ErrKicked, channels.ErrUser, channels.ErrBotsTooMany, groups.ErrTooMany, ErrExpired,
	}, func(e error) bool { return errors.Is(err, e) })
}

func readRequests(ctx context.Context, tx *db.Tx, peer ids.Peer, hash string) (list []request, err error) {
	sql, args := `SELECT user_id, hash, about FROM join_request WHERE peer = $1 ORDER BY asked_at, user_id LIMIT $2`, []any{peer, decided}
	if hash != "" {
		sql = `SELECT user_id, hash, about FROM join_request WHERE peer = $1 AND hash = $3 ORDER BY asked_at, user_id LIMIT $2`
		args = append(args, hash)
	}
	err = tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		var r request
		err := rows.Scan(&r.user, &r.hash, &r.about)
		list = append(list, r)
		return err
	})
	return list, err
}

// An Importer is somebody who came by a link, or waits to be let in.
type Importer struct {
	User       ids.User
	Date       time.Time
	About      string
	ApprovedBy ids.User // 0: needed no approval
	Requested  bool     // he waits
}

// An ImporterQuery asks for who came by a link, or with Requested for who waits; the newest first.
type ImporterQuery struct {
	Hash      string // "" with Requested: by any link or none
	Requested bool
	Text      string // the beginnings of words of the name
	Before    time.Time
	User      ids.User // the last one that is known, at Before
	Limit     int
}

// Importers returns who came by a link, or who waits, and how many there are. It fails as One does.
// Spec: https://core.telegram.org/method/messages.getChatInviteImporters
func (s *Service) Importers(ctx context.Context, by ids.User, peer ids.Peer, q ImporterQuery) (list []Importer, count int, err error) {
	if _, err := s.host(ctx, by, peer); err != nil {
		return nil, 0, err
	}
	if q.Hash != "" {
		if _, err := s.One(ctx, by, peer, q.Hash); err != nil {
			return nil, 0, err
		}
	} else if !q.Requested {
		return nil, 0, ErrHash
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, count, err = importers(ctx, tx, peer, q)
		return err
	})
	if err == nil && q.Text != "" {
		list, err = s.named(ctx, list, q.Text)
		count = len(list)
	}
	return list[:min(len(list), min(max(q.Limit, 1), MaxPage))], count, wrap(err, "importers", peer)
}

func importers(ctx context.Context, tx *db.Tx, peer ids.Peer, q ImporterQuery) (list []Importer, count int, err error) {
	from, date, rest := `join_request WHERE peer = $1`, "asked_at", "asked_at, user_id, 0, about"
	if !q.Requested {
		from, date, rest = `invite_importer WHERE peer = $1`, "joined_at", "joined_at, user_id, approved_by, about"
	}
	args := []any{peer}
	if q.Hash != "" {
		from, args = from+` AND hash = $2`, append(args, q.Hash)
	}
	n := len(args)
	counted := `SELECT count(*) FROM (SELECT 1 AS one FROM ` + from + ` LIMIT ` + db.List(n+1, 1) + `) AS known`
	if err := tx.QueryRow(ctx, counted, append(slices.Clone(args), maxCounted)...).Scan(&count); err != nil {
		return nil, 0, err
	}
	if !q.Before.IsZero() {
		at, who := db.List(n+1, 1), db.List(n+2, 1)
		from += ` AND (` + date + ` < ` + at + ` OR ` + date + ` = ` + at + ` AND user_id < ` + who + `)`
		args, n = append(args, q.Before, q.User), n+2
	}
	limit := min(max(q.Limit, 1), MaxPage)
	if q.Text != "" {
		limit = maxScan
	}
	sql := `SELECT ` + rest + ` FROM ` + from + ` ORDER BY ` + date + ` DESC, user_id DESC LIMIT ` + db.List(n+1, 1)
	err = tx.Each(ctx, sql, append(args, limit), func(rows *db.Rows) error {
		i := Importer{Requested: q.Requested}
		err := rows.Scan(&i.Date, &i.User, &i.ApprovedBy, &i.About)
		list = append(list, i)
		return err
	})
	return list, count, err
}

// named returns those of list whose names fit text.
func (s *Service) named(ctx context.Context, list []Importer, text string) ([]Importer, error) {
	who := make([]ids.User, len(list))
	for i, one := range list {
		who[i] = one.User
	}
	found, err := s.users.Get(ctx, who...)
	if err != nil {
		return nil, err
	}
	text = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(text), "@"))
	fits := make(map[ids.User]bool, len(found))
	for _, u := range found {
		name := strings.ToLower(u.FirstName + " " + u.LastName + " " + u.Username)
		fits[u.ID] = strings.HasPrefix(name, text) || strings.Contains(name, " "+text)
	}
	return slices.DeleteFunc(list, func(i Importer) bool { return !fits[i.User] }), nil
}
