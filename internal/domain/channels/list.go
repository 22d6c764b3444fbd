package channels

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
)

// A Filter says which members are asked for.
// Spec: https://core.telegram.org/type/ChannelParticipantsFilter
type Filter int

// The filters.
const (
	Recent Filter = iota
	Admins
	Kicked
	Banned
	Bots
	Search
	Contacts
	Mentions
)

// A MemberQuery asks for a page of members.
type MemberQuery struct {
	Filter Filter
	Text   string // of Search, Kicked, Banned, Contacts and Mentions: the beginnings of words of the name; "" is anybody
	Offset int
	Limit  int
}

// A Page is a part of a list of members.
type Page struct {
	Count   int // how many there are on the whole, as far as that is known
	Members []Member
}

const (
	// maxScan bounds how many members a search looks at.
	maxScan = 1000
	// maxBook bounds how many contacts are looked for among members.
	maxBook = 5000
)

// MembersPage returns a part of the members of a channel. Only admins see those of a broadcast channel, who is banned or
// restricted, and the members of a group that hides them; what remains to others then are admins and bots.
//
// It fails as See does, and with rights.ErrAdminRequired.
// Spec: https://core.telegram.org/method/channels.getParticipants
func (s *Service) MembersPage(ctx context.Context, by ids.User, ch ids.Channel, q MemberQuery) (page Page, err error) {
	v, err := s.See(ctx, by, ch)
	if err != nil {
		return Page{}, err
	}
	if q, err = v.mayList(q); err != nil {
		return Page{}, err
	}
	q.Limit, q.Offset = min(max(q.Limit, 0), MaxPage), max(q.Offset, 0)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = s.list(ctx, tx, v, q)
		return err
	})
	return page, wrap(err, "list members of", ch)
}

// CanList reports whether the viewer sees the list of members.
func (v Sight) CanList() bool {
	return v.Me.IsAdmin() || v.Megagroup() && !v.HiddenMembers
}

func (v Sight) mayList(q MemberQuery) (MemberQuery, error) {
	switch {
	case v.Me.IsAdmin():
		return q, nil
	case q.Filter == Kicked, q.Filter == Banned, v.Broadcast:
		return q, rights.ErrAdminRequired
	case v.HiddenMembers && q.Filter != Bots:
		q.Filter = Admins
	}
	return q, nil
}

func (s *Service) list(ctx context.Context, tx *db.Tx, v Sight, q MemberQuery) (Page, error) {
	switch {
	case q.Filter == Admins:
		return s.pageOf(ctx, tx, v, q, listAdmins, MaxAdmins*2)
	case q.Filter == Bots:
		return s.pageOf(ctx, tx, v, q, listBots, MaxBots*50)
	case q.Filter == Kicked, q.Filter == Banned:
		return s.listBanned(ctx, tx, v, q)
	case q.Filter == Contacts:
		return s.listContacts(ctx, tx, v, q)
	case q.Text != "":
		return s.search(ctx, tx, v, q)
	}
	return s.recent(ctx, tx, v, q)
}

// The lists that are read as a whole, up to a bound. Each has the channel as $1 and the bound as $2. Their orders are those
// of the indexes that they shall be read by.
const (
	listAdmins = ` FROM channel_member WHERE channel = $1 AND admin <> 0 ORDER BY promoted_at, member LIMIT $2`
	listBots   = ` FROM channel_member WHERE channel = $1 AND bot = 1 ORDER BY joined_at, member LIMIT $2`
)

// The lists that are read in pages: who was banned or restricted, whose name begins with a word, and all.
const (
	listKicked = ` FROM channel_member WHERE channel = $1 AND banned <> 0 AND (banned & 1) = $2
		AND (banned_until = 0 OR banned_until > $3) ORDER BY banned_at DESC, member DESC LIMIT $4`
	findWord = `SELECT member FROM channel_member_word WHERE channel = $1 AND word >= $2 AND word < $3
		ORDER BY word, member LIMIT $4`

	pageOrder = ` ORDER BY joined_at DESC, member DESC LIMIT $2`
	pageAll   = `SELECT joined_at, member FROM channel_member WHERE channel = $1 AND status = 1`
	pageFar   = pageAll + pageOrder + ` OFFSET $3`
	pageNext  = pageAll + ` AND joined_at <= $3 AND (joined_at < $3 OR member < $4)` + pageOrder
)

// pageOf reads a short list as a whole and cuts the page out of it.
func (s *Service) pageOf(ctx context.Context, tx *db.Tx, v Sight, q MemberQuery, list string, bound int) (Page, error) {
	all, err := queryMembers(ctx, tx, list, v.ID, bound)
	if err != nil {
		return Page{}, err
	}
	all = slices.DeleteFunc(all, func(m Member) bool { return !m.In() })
	if q.Filter == Admins {
		slices.SortStableFunc(all, func(a, b Member) int { return creatorFirst(b) - creatorFirst(a) })
	}
	if all, err = s.named(ctx, tx, all, q.Text); err != nil {
		return Page{}, err
	}
	return cut(all, q), nil
}

func creatorFirst(m Member) int {
	if m.Creator {
		return 1
	}
	return 0
}

func cut(all []Member, q MemberQuery) Page {
	from := min(q.Offset, len(all))
	return Page{Count: len(all), Members: all[from:min(from+q.Limit, len(all))]}
}

func queryMembers(ctx context.Context, tx *db.Tx, list string, args ...any) (all []Member, err error) {
	err = tx.Each(ctx, `SELECT `+memberColumns+list, args, func(rows *db.Rows) error {
		m, err := scanMember(rows)
		all = append(all, m)
		return err
	})
	return all, err
}

// named returns those of all in whose name a word begins with each word of text.
func (s *Service) named(ctx context.Context, tx *db.Tx, all []Member, text string) ([]Member, error) {
	query := queryWords(text)
	if len(query) == 0 {
		return all, nil
	}
	who := make([]ids.User, len(all))
	for i, m := range all {
		who[i] = m.User
	}
	found, err := s.users.GetTx(ctx, tx, who...)
	if err != nil {
		return nil, err
	}
	fits := make(map[ids.User]bool, len(found))
	for _, u := range found {
		fits[u.ID] = begins(memberWords(u), query)
	}
	return slices.DeleteFunc(all, func(m Member) bool { return !fits[m.User] }), nil
}

func queryWords(text string) []string {
	words := users.Words(strings.TrimPrefix(text, "@"))
	return words[:min(len(words), maxWords)]
}

func begins(words, query []string) bool {
	for _, q := range query {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, q[:min(len(q), maxWord)]) }) {
			return false
		}
	}
	return true
}

// listContacts is the list of members that the viewer has in his address book. It is the book that is gone through, and not
// the list of members.
func (s *Service) listContacts(ctx context.Context, tx *db.Tx, v Sight, q MemberQuery) (Page, error) {
	const find = `SELECT user_id FROM contact WHERE owner = $1 ORDER BY user_id LIMIT $2`
	var book []ids.Peer
	err := tx.Each(ctx, find, []any{v.Me.User, maxBook}, func(rows *db.Rows) error {
		var u ids.User
		err := rows.Scan(&u)
		book = append(book, u.Peer())
		return err
	})
	if err != nil {
		return Page{}, err
	}
	all, err := readMembers(ctx, tx, v.ID, book)
	if err != nil {
		return Page{}, err
	}
	all = slices.DeleteFunc(all, func(m Member) bool { return !m.In() })
	slices.SortFunc(all, func(a, b Member) int { return int(a.User - b.User) })
	if all, err = s.named(ctx, tx, all, q.Text); err != nil {
		return Page{}, err
	}
	return cut(all, q), nil
}

// listBanned is the list of who was banned or restricted, the last first, and still is.
func (s *Service) listBanned(ctx context.Context, tx *db.Tx, v Sight, q MemberQuery) (Page, error) {
	kicked := 0
	if q.Filter == Kicked {
		kicked = 1
	}
	bound := maxScan
	if q.Text == "" {
		bound = q.Offset + q.Limit
	}
	all, err := queryMembers(ctx, tx, listKicked, v.ID, kicked, time.Now(), bound)
	if err != nil {
		return Page{}, err
	}
	if all, err = s.named(ctx, tx, all, q.Text); err != nil {
		return Page{}, err
	}
	page := cut(all, q)
	if q.Text == "" {
		known := v.Banned
		if q.Filter == Kicked {
			known = v.Channel.Kicked
		}
		page.Count = max(page.Count, known)
	}
	return page, nil
}

// search finds members by the beginnings of the words of their names. It looks at no more than maxScan of those who fit the
// longest word.
func (s *Service) search(ctx context.Context, tx *db.Tx, v Sight, q MemberQuery) (Page, error) {
	query := queryWords(q.Text)
	if len(query) == 0 {
		return Page{}, nil
	}
	longest := []byte(slices.MaxFunc(query, func(a, b string) int { return len(a) - len(b) }))
	longest = longest[:min(len(longest), maxWord)]
	var who []ids.Peer
	args := []any{v.ID, longest, append(slices.Clone(longest), 0xff), maxScan}
	err := tx.Each(ctx, findWord, args, func(rows *db.Rows) error {
		var u ids.User
		err := rows.Scan(&u)
		who = append(who, u.Peer())
		return err
	})
	if err != nil {
		return Page{}, err
	}
	slices.Sort(who) // somebody with two such words is there twice
	all, err := readMembers(ctx, tx, v.ID, slices.Compact(who))
	if err != nil {
		return Page{}, err
	}
	all = slices.DeleteFunc(all, func(m Member) bool { return !m.In() })
	slices.SortFunc(all, func(a, b Member) int { return int(a.User - b.User) })
	if len(query) > 1 {
		if all, err = s.named(ctx, tx, all, q.Text); err != nil {
			return Page{}, err
		}
	}
	return cut(all, q), nil
}

// Participant returns how peer stands to a channel, as somebody who sees it may know. One may always ask for oneself, and
// for who shows as an author; who is banned is shown to admins only.
// It fails as See does, and with rights.ErrNotParticipant or rights.ErrAdminRequired.
// Spec: https://core.telegram.org/method/channels.getParticipant
func (s *Service) Participant(ctx context.Context, by ids.User, ch ids.Channel, peer ids.Peer) (Member, error) {
	v, err := s.See(ctx, by, ch)
	if err != nil {
		return Member{}, err
	}
	m, err := s.MemberPeer(ctx, nil, ch, peer)
	if err != nil {
		return Member{}, err
	}
	switch {
	case peer == by.Peer() && m.In(), m.In() && (v.CanList() || m.IsAdmin() && v.Megagroup()):
		return m, nil
	case v.Me.IsAdmin() && m.Banned() != 0:
		return m, nil
	case v.Broadcast && !v.Me.IsAdmin():
		return Member{}, rights.ErrAdminRequired
	}
	return Member{}, rights.ErrNotParticipant
}

// admins are the admins of a channel, by ascending id.
func (s *Service) admins(ctx context.Context, ch ids.Channel) (all []Member, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = queryMembers(ctx, tx, listAdmins, ch, MaxAdmins*2)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("admins of channel %d: %w", ch, err)
	}
	return all, nil
}

// Admins returns the admins of a channel, its owner among them, by ascending id, for whoever tells them something.
func (s *Service) Admins(ctx context.Context, ch ids.Channel) ([]Member, error) {
	return s.admins(ctx, ch)
}

// AllMembers calls fn with the members of a channel, piece by piece, by ascending id.
func (s *Service) AllMembers(ctx context.Context, ch ids.Channel, fn func([]ids.User) error) error {
	const find = `SELECT member, status FROM channel_member WHERE channel = $1 AND member > $2 ORDER BY member LIMIT $3`
	var last ids.User
	for {
		var part []ids.User
		rows := 0
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			part, rows = nil, 0
			return tx.Each(ctx, find, []any{ch, last, maxScan}, func(r *db.Rows) error {
				var u ids.User
				var status groups.Status
				err := r.Scan(&u, &status)
				if rows++; status == groups.In {
					part = append(part, u)
				}
				last = u
				return err
			})
		})
		if err != nil {
			return wrap(err, "members of", ch)
		}
		if err := fn(part); err != nil || rows < maxScan {
			return err
		}
	}
}

// AdminsTx is Admins inside a transaction.
func (s *Service) AdminsTx(ctx context.Context, tx *db.Tx, ch ids.Channel) ([]Member, error) {
	all, err := queryMembers(ctx, tx, listAdmins, ch, MaxAdmins*2)
	if err != nil {
		return nil, fmt.Errorf("admins of channel %d: %w", ch, err)
	}
	all = slices.DeleteFunc(all, func(m Member) bool { return !m.In() })
	slices.SortFunc(all, func(a, b Member) int { return int(a.User - b.User) })
	return all, nil
}

// SomeMembers returns some of the newest members of a channel, whoever asks.
func (s *Service) SomeMembers(ctx context.Context, ch ids.Channel, limit int) (some []ids.User, err error) {
	const find = ` FROM channel_member WHERE channel = $1 AND status = 1 ORDER BY joined_at DESC, member DESC LIMIT $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		some = nil
		all, err := queryMembers(ctx, tx, find, ch, limit)
		for _, m := range all {
			some = append(some, m.User)
		}
		return err
	})
	return some, wrap(err, "members of", ch)
}
