package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"hermod/internal/domain/scan"
	"hermod/internal/server"
)

type quarantineCmd struct {
	List  quarantineListCmd  `cmd:"" default:"withargs" help:"List what was found, oldest first."`
	Save  quarantineSaveCmd  `cmd:"" help:"Save what is in quarantine into a file. It is malware: take care."`
	Clear quarantineClearCmd `cmd:"" help:"Say that something is no malware: everybody may send it from now on."`
	Drop  quarantineDropCmd  `cmd:"" help:"Forget a finding and delete what is kept of it."`
}

type quarantineListCmd struct {
	common
	After int64 `help:"Begin after this number."`
	Limit int   `help:"Most findings to list." default:"100"`
}

// Run implements the command.
func (l *quarantineListCmd) Run(ctx context.Context) error {
	return l.withCore(ctx, func(core *server.Core) error {
		list, err := core.Scan.List(ctx, l.After, l.Limit)
		for _, f := range list {
			printFinding(os.Stdout, f)
		}
		return err
	})
}

func printFinding(w io.Writer, f scan.Finding) {
	kept := "not kept"
	if f.File != 0 {
		kept = "kept"
	}
	fmt.Fprintf(w, "%d  %s  user %d  %s  %d bytes  %s  %s\n",
		f.ID, f.At.UTC().Format(time.DateTime), f.Owner, plainLine(f.Signature), f.Size, kept, plainLine(f.Name))
}

type quarantineSaveCmd struct {
	common
	ID int64  `arg:"" name:"id" help:"Number of the finding."`
	To string `arg:"" help:"File to write, which must not exist yet." type:"path"`
}

// Run implements the command.
func (s *quarantineSaveCmd) Run(ctx context.Context) error {
	return s.withCore(ctx, func(core *server.Core) error {
		r, _, err := core.Scan.Open(ctx, s.ID)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(s.To, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, r); err != nil {
			_ = f.Close()
			return err
		}
		return f.Close()
	})
}

type quarantineClearCmd struct {
	common
	IDs []int64 `arg:"" name:"id" help:"Numbers of findings."`
}

// Run implements the command.
func (c *quarantineClearCmd) Run(ctx context.Context) error {
	return c.withCore(ctx, func(core *server.Core) error {
		return each(c.IDs, func(id int64) error { return core.Scan.Clear(ctx, id) })
	})
}

type quarantineDropCmd struct {
	common
	IDs []int64 `arg:"" name:"id" help:"Numbers of findings."`
}

// Run implements the command.
func (d *quarantineDropCmd) Run(ctx context.Context) error {
	return d.withCore(ctx, func(core *server.Core) error {
		return each(d.IDs, func(id int64) error { return core.Scan.Drop(ctx, id) })
	})
}

func each(list []int64, fn func(int64) error) error {
	for _, id := range list {
		if err := fn(id); err != nil {
			return err
		}
	}
	return nil
}
