package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/server"
)

type userFilesCmd struct {
	common
	Limit int `help:"Most accounts to list, 1 to 100." default:"20"`
}

// Run implements the command.
func (u *userFilesCmd) Run(ctx context.Context) error {
	return u.withCore(ctx, func(core *server.Core) error {
		list, err := core.Files.Largest(ctx, min(max(u.Limit, 1), users.MaxBatch))
		if err != nil {
			return err
		}
		people := make([]ids.User, len(list))
		for i, h := range list {
			people[i] = h.Owner
		}
		found, err := core.Users.Get(ctx, people...)
		if err != nil {
			return err
		}
		names := make(map[ids.User]string, len(found))
		for _, p := range found {
			names[p.ID] = name(p)
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tFILES\tMB\tNAME")
		for _, h := range list {
			fmt.Fprintf(w, "%d\t%d\t%.1f\t%s\n", h.Owner, h.Files, float64(h.Bytes)/(1<<20), names[h.Owner])
		}
		return w.Flush()
	})
}
