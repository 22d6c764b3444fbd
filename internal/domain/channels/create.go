package channels

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A NewChannel is a channel to be.
type NewChannel struct {
	By        ids.User
	Title     string
	About     string
	Broadcast bool // else a supergroup
	Forum     bool
	Period    int32
	Location  *Location
}

// Create makes a channel or supergroup. It fails with groups.ErrTitle, ErrAbout, ErrPeriod, ErrTooMany or ErrForum.
// Spec: https://core.telegram.org/method/channels.createChannel
func (s *Service) Create(ctx context.Context, n NewChannel) (res Result, err error) {
	c, err := n.channel()
	if err != nil {
		return Result{}, err
	}
	id, err := s.db.NextID(ctx, groups.Sequence)
	if err != nil {
		return Result{}, err
	}
	c.ID = ids.Channel(id)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := checkJoined(ctx, tx, n.By); err != nil {
			return err
		}
		a := actions.Action{Kind: actions.ChannelCreate, Title: c.Title}
		res, err = s.found(ctx, tx, c, []Member{creator(c)}, a)
		return err
	})
	return res, wrap(err, "create", c.ID)
}

func (n NewChannel) channel() (c Channel, err error) {
	if n.Forum && n.Broadcast {
		return c, ErrForum
	}
	if c.Title, err = groups.CleanTitle(n.Title); err != nil {
		return c, err
	}
	if c.About, err = groups.CleanAbout(n.About); err != nil {
		return c, err
	}
	if n.Location != nil && !n.Location.valid() {
		return c, ErrSame
	}
	c.Creator, c.CreatedAt = n.By, now()
	c.Settings = Settings{Broadcast: n.Broadcast, Forum: n.Forum, Period: n.Period, Location: n.Location}
	return c, groups.CheckPeriod(n.Period)
}

func (l Location) valid() bool {
	return math.Abs(l.Lat) <= 90 && math.Abs(l.Long) <= 180 && len(l.Address) <= 256
}

// creator is the member who makes c.
func creator(c Channel) Member {
	return Member{
		Channel: c.ID, Peer: c.Creator.Peer(), User: c.Creator, Status: groups.In, Inviter: c.Creator, JoinedAt: c.CreatedAt,
		Creator: true, Admin: c.allRights() &^ rights.AdminAnonymous,
	}
}

// allRights are the rights that an admin of c can have.
func (c Channel) allRights() rights.Admin {
	if c.Broadcast {
		return rights.AdminAll &^ (rights.AdminPinMessages | rights.AdminAnonymous | rights.AdminManageTopics | rights.AdminManageRanks)
	}
	all := rights.AdminOfGroup | rights.AdminAnonymous
	if !c.Forum {
		all &^= rights.AdminManageTopics
	}
	return all
}

// found makes a channel with its first members, by ascending id, and its log, which begins with a.
func (s *Service) found(ctx context.Context, tx *db.Tx, c Channel, members []Member, a actions.Action) (Result, error) {
	c.Members = len(members)
	for _, m := range members {
		if m.IsAdmin() {
			c.Admins++
		}
	}
	if err := insertChannel(ctx, tx, c); err != nil {
		return Result{}, err
	}
	if err := s.log.Create(ctx, tx, c.ID.Peer()); err != nil {
		return Result{}, err
	}
	if err := s.insertMembers(ctx, tx, c.ID, members); err != nil {
		return Result{}, err
	}
	from := c.Creator.Peer()
	if c.Broadcast {
		from = c.ID.Peer()
	}
	w, err := s.scribe.WriteInChannel(ctx, tx, c.ID, from, c.Creator, a)
	if err != nil {
		return Result{}, err
	}
	for _, m := range members {
		if err := s.settle(ctx, tx, m, w.ID); err != nil {
			return Result{}, err
		}
	}
	return Result{Channel: c, Written: []groups.Written{w}}, nil
}

// settle writes down, in what belongs to m himself, that he is in a channel now: the list of where he is, his dialogs and
// his log. What is not newer than read he has read; who comes again is told so, for a device that has missed that he was
// gone goes on from where he had read to before.
func (s *Service) settle(ctx context.Context, tx *db.Tx, m Member, read ids.Message) error {
	if err := s.groups.Belong(ctx, tx, m.User, m.Channel.Peer(), groups.In, m.role()); err != nil {
		return err
	}
	if err := s.dialogs.Joined(ctx, tx, m.User, m.Channel.Peer(), read, m.JoinedAt); err != nil {
		return err
	}
	s.came(tx, m, true)
	err := s.log.Note(ctx, tx, m.User.Peer(), updates.ChannelChanged{Channel: m.Channel})
	if err != nil || !m.again {
		return err
	}
	ctx = updates.WithOrigin(ctx, updates.Origin{}) // the answer does not tell who joins
	return s.log.Note(ctx, tx, m.User.Peer(), updates.ReadChannel{Channel: m.Channel})
}

// came says that m came into a channel or went.
func (s *Service) came(tx *db.Tx, m Member, joined bool) {
	value := Membership{User: m.User, Channel: m.Channel, Joined: joined}
	tx.OnCommit(func() { s.publishMember(value) })
}

// checkJoined fails with ErrTooMany if user is in as many channels as one can be.
func checkJoined(ctx context.Context, tx *db.Tx, user ids.User) error {
	const count = `SELECT count(*) FROM membership WHERE user_id = $1 AND status = 1 AND peer < $2`
	var n int
	if err := tx.QueryRow(ctx, count, user, ids.Channel(0).Peer()).Scan(&n); err != nil {
		return err
	}
	if n >= MaxJoined {
		return ErrTooMany
	}
	return nil
}

// Migrate turns a basic group into a supergroup: its members are in it, its settings are kept, the old group ends and keeps
// its history. Only the creator may. Of a group that has become one already it returns that channel.
//
// It fails with groups.ErrNotFound, rights.ErrNotParticipant or rights.ErrAdminRequired.
// Spec: https://core.telegram.org/method/messages.migrateChat
func (s *Service) Migrate(ctx context.Context, by ids.User, chat ids.Chat) (res Result, err error) {
	id, err := s.db.NextID(ctx, groups.Sequence)
	if err != nil {
		return Result{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		res, err = s.migrate(ctx, tx, by, chat, ids.Channel(id))
		return err
	})
	if errors.Is(err, groups.ErrMigrated) {
		return s.migrated(ctx, by, chat)
	}
	return res, wrap(err, "migrate to", ids.Channel(id))
}

// migrated is the answer to who migrates a group again.
func (s *Service) migrated(ctx context.Context, by ids.User, chat ids.Chat) (Result, error) {
	g, err := s.groups.One(ctx, chat)
	if err != nil {
		return Result{}, err
	}
	v, err := s.See(ctx, by, g.MigratedTo)
	return Result{Channel: v.Channel}, err
}

func (s *Service) migrate(ctx context.Context, tx *db.Tx, by ids.User, chat ids.Chat, id ids.Channel) (Result, error) {
	old, w, err := s.groups.Migrated(ctx, tx, by, chat, id)
	if err != nil {
		return Result{}, err
	}
	c := Channel{ID: id, Title: old.Title, About: old.About, Creator: old.Creator, CreatedAt: now()}
	c.Settings = Settings{
		Defaults: old.Defaults, Period: old.Period, NoForwards: old.NoForwards, Reactions: old.Reactions, Theme: old.Theme,
		Photo: old.Photo, MigratedFrom: chat, HiddenHistory: true,
	}
	members := make([]Member, len(old.List))
	for i, m := range old.List {
		members[i] = c.migrant(m)
	}
	slices.SortFunc(members, func(a, b Member) int { return int(a.User - b.User) })
	a := actions.Action{Kind: actions.MigrateFrom, Title: old.Title, Chat: chat}
	res, err := s.found(ctx, tx, c, members, a)
	if err != nil {
		return res, err
	}
	res.Written = append([]groups.Written{w}, res.Written...)
	return res, s.photos.Swap(ctx, tx, id.Peer(), users.Portrait{}, c.Photo)
}

// migrant is a member of the group that c was.
func (c Channel) migrant(old groups.Member) Member {
	if old.Creator {
		m := creator(c)
		m.Rank = old.Rank
		return m
	}
	m := Member{
		Channel: c.ID, Peer: old.User.Peer(), User: old.User, Status: groups.In, Inviter: old.Inviter, JoinedAt: old.JoinedAt, Rank: old.Rank,
	}
	if old.Admin {
		m.Admin = rights.AdminOfBasic & c.allRights()
		m.PromotedBy, m.PromotedAt = c.Creator, c.CreatedAt
	}
	return m
}

func now() time.Time { return time.Now().Truncate(time.Second) }
