package reactions

import (
	"math/rand/v2"
	"testing"

	"golang.org/x/sync/errgroup"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
)

// TestReactionsAtOnce lets everybody react while all talk: nothing is lost, and nobody waits for ever.
func TestReactionsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(8)
		for name, peer := range map[string]ids.Peer{"group": w.Group(all...), "supergroup": w.Channel(false, all...)} {
			w.Send(all[0], peer, "hello", nil)
			seen := make([]ids.Message, len(all))
			for i, u := range all {
				seen[i] = w.Last(u, peer).ID
			}
			var g errgroup.Group
			for i, u := range all {
				g.Go(func() error {
					if err := w.react(u, peer, seen[i], "👍"); err != nil {
						return err
					}
					_, err := w.World.Messages.Send(t.Context(), messages.SendRequest{
						From: u, To: peer, RandomID: rand.Int64(), Text: text.Text{String: "yes"},
					})
					if err != nil {
						return err
					}
					return w.react(u, peer, seen[i], "❤", "👍")
				})
			}
			if err := g.Wait(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for i, u := range all {
				if got := w.sees(u, peer, seen[i]); got != "👍8*❤8*" {
					t.Errorf("%s: person %d sees %q", name, i+1, got)
				}
			}
		}
	})
}
