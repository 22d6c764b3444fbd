package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/reports"
	"hermod/internal/server"
)

type reportsCmd struct {
	List  reportsListCmd  `cmd:"" default:"withargs" help:"List the reports that are open, oldest first."`
	Close reportsCloseCmd `cmd:"" help:"Put reports away."`
}

type reportsListCmd struct {
	common
	Limit int `help:"Most reports to list." default:"100"`
}

// Run implements the command.
func (l *reportsListCmd) Run(ctx context.Context) error {
	return l.withCore(ctx, func(core *server.Core) error {
		list, err := core.Reports.Open(ctx, 0, l.Limit)
		for _, r := range list {
			printReport(os.Stdout, r)
		}
		return err
	})
}

// printReport writes a report and what stood in the messages. Users are positive numbers, groups and channels negative ones.
func printReport(w io.Writer, r reports.Report) {
	fmt.Fprintf(w, "%d  %s  %s: %s reports %d", r.ID, r.At.UTC().Format(time.DateTime), r.Reason, reporter(r.Reporter), r.Peer)
	if r.Author != 0 {
		fmt.Fprintf(w, ", messages of %d", r.Author)
	}
	fmt.Fprintln(w)
	if r.Comment != "" {
		fmt.Fprintf(w, "    says: %s\n", plainLine(r.Comment))
	}
	for _, e := range r.Content {
		fmt.Fprintf(w, "    message %d of %d: %s\n", e.ID, e.From, plainLine(e.Text))
	}
}

func reporter(u ids.User) string {
	if u == ids.Service {
		return "the server"
	}
	return fmt.Sprintf("user %d", u)
}

// plainLine is s without what could play tricks on a terminal.
func plainLine(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n':
			return ' '
		case !unicode.IsPrint(c):
			return -1
		}
		return c
	}, s)
}

type reportsCloseCmd struct {
	common
	IDs []int64 `arg:"" name:"id" help:"Numbers of the reports."`
}

// Run implements the command.
func (c *reportsCloseCmd) Run(ctx context.Context) error {
	return c.withCore(ctx, func(core *server.Core) error {
		for _, id := range c.IDs {
			if err := core.Reports.Close(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
}
