package main

import (
	"context"
	"fmt"

	"hermod/internal/server/doctor"
)

type doctorCmd struct {
	common
	PublicAddress *string `help:"Address that clients are told to use, if not in the configuration." placeholder:"HOST[:PORT]"`
}

// Run implements the command.
func (d *doctorCmd) Run(ctx context.Context) error {
	cfg, err := d.load(nil)
	if err != nil {
		return err
	}
	override(&cfg.PublicAddress, d.PublicAddress)
	troubles := 0
	for _, f := range doctor.Examine(ctx, cfg) {
		mark := "ok  "
		if !f.OK {
			mark = "FAIL"
			troubles++
		}
		fmt.Printf("%s  %-15s %s\n", mark, f.Name, f.Detail)
		if f.Advice != "" {
			fmt.Printf("      %-15s → %s\n", "", f.Advice)
		}
	}
	if troubles > 0 {
		return fmt.Errorf("%d of these need your attention", troubles)
	}
	return nil
}
