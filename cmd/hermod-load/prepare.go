package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"hermod/internal/config"
	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/users"
	"hermod/internal/server"
)

// prepareCmd fills the data directory of a server that does not run yet, faster than clients could: a public supergroup or
// channel with many members and messages, and a person with many dialogs. It uses the operations of the domain, so
// what it makes is as if people had made it.
type prepareCmd struct {
	Data      string `help:"Data directory." required:"" type:"path"`
	DB        string `name:"db" help:"Database, if it is not in the data directory." placeholder:"URL"`
	Channel   string `help:"Username of what is made." default:"load_prepared"`
	Broadcast bool   `help:"Make a channel, and not a supergroup."`
	Members   int    `help:"Members of it, beside the owner." default:"0"`
	Messages  int    `help:"Messages in it." default:"0"`
	Dialogs   int    `help:"Other people who have written to the owner." default:"0"`
	First     int    `help:"Which of the 100,000 test numbers is the owner." default:"0"`
}

// The most that is made.
const (
	maxMade      = 1_000_000
	maxDialogs   = 100_000
	usersPerTx   = 500
	postsPerTx   = 250
	wordsPerPost = 12
)

func (c *prepareCmd) Validate() error {
	if c.Members < 0 || c.Members > maxMade || c.Messages < 0 || c.Messages > maxMade || c.Dialogs < 0 || c.Dialogs > maxDialogs {
		return fmt.Errorf("at most %d members and messages, and %d dialogs", maxMade, maxDialogs)
	}
	return nil
}

// A preparation is a run of it.
type preparation struct {
	*prepareCmd
	core    *server.Core
	owner   ids.User
	channel ids.Channel
}

// Run makes everything and says how long it took.
func (c *prepareCmd) Run(ctx context.Context) error {
	cfg := config.Default()
	cfg.Data, cfg.DB = c.Data, c.DB
	core, err := server.OpenCore(ctx, cfg, server.Options{Log: slog.New(slog.DiscardHandler), Codes: os.Stdout})
	if err != nil {
		return err
	}
	p := &preparation{prepareCmd: c, core: core}
	return errors.Join(p.run(ctx), core.Close())
}

func (p *preparation) run(ctx context.Context) error {
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"the owner and the channel", p.begin}, {"members", p.members}, {"messages", p.messages}, {"dialogs", p.dialogs},
		{"the search index", p.index},
	} {
		begin := time.Now()
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		fmt.Printf("%s: %.1f s\n", step.name, time.Since(begin).Seconds())
	}
	return nil
}

func (p *preparation) begin(ctx context.Context) error {
	made, err := p.people(ctx, 1, func(int) users.Phone { return users.Phone(fmt.Sprintf("99966%05d", p.First)) })
	if err != nil {
		return err
	}
	p.owner = made[0]
	res, err := p.core.Channels.Create(ctx, channels.NewChannel{
		By: p.owner, Title: "Prepared", About: "made by the load generator", Broadcast: p.Broadcast,
	})
	if err != nil {
		return err
	}
	p.channel = res.Channel.ID
	return p.core.Channels.GiveUsername(ctx, p.channel, p.Channel)
}

// people makes n accounts.
func (p *preparation) people(ctx context.Context, n int, phone func(i int) users.Phone) ([]ids.User, error) {
	var made []ids.User
	for from := 0; from < n; from += usersPerTx {
		var batch []ids.User
		err := p.core.DB.Write(ctx, func(tx *db.Tx) error {
			batch = batch[:0]
			for i := from; i < min(from+usersPerTx, n); i++ {
				u, err := p.core.Users.Create(ctx, tx, users.NewUser{Phone: phone(i), FirstName: firstNames[i%len(firstNames)], LastName: fmt.Sprint(i)})
				if err != nil {
					return err
				}
				batch = append(batch, u.ID)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		made = append(made, batch...)
	}
	return made, nil
}

var firstNames = []string{"Anna", "Bent", "Cleo", "Dora", "Erik", "Frida", "Gustav", "Hanna", "Ivar", "Jorunn"}

// members have numbers that nobody can sign in with.
func (p *preparation) members(ctx context.Context) error {
	made, err := p.people(ctx, p.Members, func(i int) users.Phone { return users.Phone(fmt.Sprintf("88810%07d", i)) })
	if err != nil {
		return err
	}
	for from := 0; from < len(made); from += channels.MaxMade {
		if _, err := p.core.Channels.MakeMembers(ctx, p.channel, made[from:min(from+channels.MaxMade, len(made))]); err != nil {
			return err
		}
	}
	return nil
}

// messages writes into the channel.
func (p *preparation) messages(ctx context.Context) error {
	return p.write(ctx, p.Messages, func(int) messages.SendRequest {
		return messages.SendRequest{From: p.owner, To: p.channel.Peer()}
	})
}

// dialogs lets others write to the owner, a message each.
func (p *preparation) dialogs(ctx context.Context) error {
	made, err := p.people(ctx, p.Dialogs, func(i int) users.Phone { return users.Phone(fmt.Sprintf("88820%07d", i)) })
	if err != nil {
		return err
	}
	return p.write(ctx, len(made), func(i int) messages.SendRequest {
		return messages.SendRequest{From: made[i], To: p.owner.Peer()}
	})
}

// write sends n messages, many in a transaction.
func (p *preparation) write(ctx context.Context, n int, request func(i int) messages.SendRequest) error {
	rnd := rand.New(rand.NewPCG(1, 2))
	for from := 0; from < n; from += postsPerTx {
		err := p.core.DB.Write(ctx, func(tx *db.Tx) error {
			for i := from; i < min(from+postsPerTx, n); i++ {
				req := request(i)
				req.Text = text.Text{String: sentence(rnd, i)}
				if _, err := p.core.Messages.SendTx(ctx, tx, req); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sentence is made of words of which some are common and most are rare, as in a language.
func sentence(rnd *rand.Rand, i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "number%d", i)
	for range wordsPerPost {
		fmt.Fprintf(&b, " word%d", int(rnd.ExpFloat64()*rnd.ExpFloat64()*500))
	}
	return b.String()
}

// index waits until what was written can be searched.
func (p *preparation) index(ctx context.Context) error {
	if p.core.DB.Engine() != db.SQLite || p.Messages+p.Dialogs == 0 {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- p.core.Messages.Run(ctx) }()
	err := p.awaitIndex(ctx)
	stop()
	return errors.Join(err, <-done)
}

func (p *preparation) awaitIndex(ctx context.Context) error {
	const mark = `SELECT COALESCE(MAX(s.id), 0), COALESCE(MAX(l.top), 0) FROM log_state AS l LEFT JOIN search_mark AS s ON s.owner = l.owner
		WHERE l.owner = $1`
	for ctx.Err() == nil {
		var indexed, last int64
		err := p.core.DB.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, mark, p.channel.Peer()).Scan(&indexed, &last)
		})
		if err != nil || indexed >= last {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return ctx.Err()
}
