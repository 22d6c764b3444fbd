package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hermod/internal/tl/tg"
)

// costCmd compares what a post and a private message cost the database.
type costCmd struct {
	fanoutCmd `embed:""`
	Rounds    int `help:"Rounds, each of --count private messages and as many posts." default:"5"`
}

// Figures of cost.
const (
	figurePost     = "database time of a post, µs"
	figurePrivate  = "database time of a private message, µs"
	figureCost     = "ratio of a post to a private message"
	figurePosts    = "SQL statements of a post"
	figurePrivates = "SQL statements of a private message"
)

var errNoAdmin = errors.New("cost reads the metrics of the server: give --pid and --admin")

// Run sends private messages and posts in turn, one at a time, and reads after each round what the database was busy with.
// The members that --members brings online hear the posts meanwhile.
func (c *costCmd) Run(ctx context.Context) error {
	r, err := newRun(ctx, "cost", c.target, c.bounds)
	if err != nil {
		return err
	}
	if r.server == nil || c.Admin == "" {
		return errNoAdmin
	}
	f := &fanout{fanoutCmd: &c.fanoutCmd, r: r, posts: 2 * c.Rounds * c.Count, arrived: make(chan struct{}, 1), release: make(chan struct{})}
	defer f.close()
	if err := f.gather(ctx); err != nil {
		return err
	}
	friend, err := f.poster.find(ctx, f.members[0].user)
	if err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	if err := c.rounds(ctx, f, friend); err != nil {
		return err
	}
	if err := r.end(); err != nil {
		return err
	}
	return r.finish()
}

func (c *costCmd) rounds(ctx context.Context, f *fanout, friend *tg.InputPeerUser) error {
	var posts, privates usageOfDB
	for range c.Rounds {
		err := c.round(ctx, f, &privates, 1, func(n int) error {
			_, err := f.poster.client.Invoke(ctx, &tg.MessagesSendMessage{Peer: friend, RandomID: rand.Int64(), Message: marked(n, f.Size, time.Now())})
			return err
		})
		if err == nil {
			err = c.round(ctx, f, &posts, f.Members, func(n int) error { return f.post(ctx, n) })
		}
		if err != nil {
			return err
		}
	}
	n := float64(c.Rounds * c.Count)
	f.r.report.figure(figurePost, posts.seconds*1e6/n)
	f.r.report.figure(figurePrivate, privates.seconds*1e6/n)
	f.r.report.figure(figureCost, posts.seconds/privates.seconds)
	f.r.report.figure(figurePosts, posts.statements/n)
	f.r.report.figure(figurePrivates, privates.statements/n)
	return nil
}

// round does one thing --count times and adds up what the database did. It waits each time until so many have heard, so
// that the database has not to share the processors with the encryption for them.
func (c *costCmd) round(ctx context.Context, f *fanout, sum *usageOfDB, hear int, do func(n int) error) error {
	before, err := f.r.server.database(ctx)
	if err != nil {
		return err
	}
	for range c.Count {
		begin, already := time.Now(), f.delivered.Load()
		f.posted++
		if err := do(f.posted); err != nil {
			return err
		}
		f.await(ctx, already+int64(hear), time.Second)
		f.r.report.operation(time.Since(begin), nil)
		time.Sleep(5 * time.Millisecond) // what follows a message is done
	}
	time.Sleep(200 * time.Millisecond)
	after, err := f.r.server.database(ctx)
	if err != nil {
		return err
	}
	sum.seconds += after.seconds - before.seconds
	sum.statements += after.statements - before.statements
	return nil
}

// usageOfDB is what the database was busy with, since the server started.
type usageOfDB struct{ seconds, statements float64 }

// database reads the metrics of the server.
func (p *process) database(ctx context.Context) (u usageOfDB, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.admin+"/metrics", nil)
	if err != nil {
		return u, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return u, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil:
		case strings.HasPrefix(name, "hermod_db_transaction_duration_seconds_sum"):
			u.seconds += n
		case name == "hermod_db_statements_total":
			u.statements = n
		}
	}
	if u.statements == 0 {
		return u, fmt.Errorf("metrics: %w", errProc)
	}
	return u, nil
}
