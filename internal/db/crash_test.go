package db_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// crashURL, in the environment, makes this test binary the process that gets killed.
const crashURL = "HERMOD_TEST_CRASH_URL"

// What was acknowledged before a kill -9 is there afterwards, on both engines, in every round.
func TestKill(t *testing.T) {
	if url := os.Getenv(crashURL); url != "" {
		writeUntilKilled(t, url)
	}
	for name, url := range map[string]string{"sqlite": dbtest.SQLiteURL(t), "postgres": dbtest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			d, err := db.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			newTable(t, d)
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			total := 0
			for round := range 5 {
				acked := killedAfter(t, url, 100*time.Millisecond+rand.N(200*time.Millisecond))
				total += len(acked)
				checkAcked(t, url, round, acked)
			}
			if total == 0 {
				t.Error("nothing was ever acknowledged")
			}
		})
	}
}

// killedAfter runs the writing process for a while after its first acknowledgement, kills it, and returns the ids it
// has acknowledged.
func killedAfter(t *testing.T, url string, d time.Duration) (acked []int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKill$")
	cmd.Env = append(os.Environ(), crashURL+"="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var timer *time.Timer
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var id int
		if _, err := fmt.Sscanf(lines.Text(), "acked %d.", &id); err == nil && strings.HasSuffix(lines.Text(), ".") {
			acked = append(acked, id)
		}
		if timer == nil {
			timer = time.AfterFunc(d, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = cmd.Wait()
	return acked
}

func checkAcked(t *testing.T, url string, round int, acked []int) {
	t.Helper()
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatalf("round %d: open after the kill: %v", round, err)
	}
	defer d.Close()
	there := map[int]bool{}
	for _, id := range things(t, d) {
		there[id] = true
	}
	for _, id := range acked {
		if !there[id] || !there[-id] {
			t.Errorf("round %d: %d was acknowledged and is lost", round, id)
		}
	}
	for id := range there {
		if !there[-id] {
			t.Errorf("round %d: half of operation %d is there", round, id)
		}
	}
}

// writeUntilKilled writes pairs of rows from several goroutines and says so, each after its commit.
func writeUntilKilled(t *testing.T, url string) {
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for {
				id := 1 + rand.IntN(1<<30)
				err := d.Write(ctx, func(tx *db.Tx) error {
					if err := insert(ctx, tx, id, "a"); err != nil {
						return err
					}
					return insert(ctx, tx, -id, "b")
				})
				if err == nil {
					fmt.Printf("acked %d.\n", id)
				}
			}
		})
	}
	group.Wait()
}
