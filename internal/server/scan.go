package server

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"hermod/internal/clamd"
	"hermod/internal/config"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/reports"
	"hermod/internal/domain/scan"
)

// buildScan makes what has files scanned, if that is configured; what is in quarantine is kept in any case.
func (c *Core) buildScan(cfg config.Scan) error {
	o := scan.Options{
		Quarantine: cfg.Infected == "quarantine", Pass: cfg.Away == "pass", RefuseUnscanned: cfg.Unscanned == "refuse",
		MaxSize: int64(cfg.MaxSize), Remember: time.Duration(cfg.Remember), Keep: time.Duration(cfg.Keep),
		Tell: c.notify, Report: c.reportMalware,
	}
	if cfg.Clamd != "" {
		client, err := clamd.New(cfg.Clamd)
		if err != nil {
			return fmt.Errorf("scan.clamd: %w", err)
		}
		o.Scanner = client
	}
	c.Scan = scan.New(c.DB, c.Files, o)
	return nil
}

// reportMalware tells the moderators who brought malware.
func (c *Core) reportMalware(ctx context.Context, f scan.Finding) error {
	what := "refused"
	if f.Later {
		what = "taken away after it had been sent"
	}
	words := fmt.Sprintf("%s in %s (%d bytes, content %.8s), %s", f.Signature, strconv.QuoteToGraphic(f.Name), f.Size, f.Hash, what)
	if f.File != 0 {
		words += fmt.Sprintf("; kept in quarantine as %d", f.ID)
	}
	return c.Reports.Add(ctx, reports.Report{Reporter: ids.Service, Peer: f.Owner.Peer(), Reason: "malware", Comment: words})
}
