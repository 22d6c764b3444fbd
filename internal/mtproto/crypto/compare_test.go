package crypto

import (
	"runtime"
	"testing"
	"time"
)

// compare runs two ways to do the same in turns, and reports what each takes and the ratio. The shortest turn
// of each counts: what else the machine does can only make a turn longer.
func compare(b *testing.B, perTurn int, ours, plain func()) (ourTime, plainTime time.Duration) {
	b.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for b.Loop() {
		for _, way := range []struct {
			do   func()
			best *time.Duration
		}{{ours, &ourTime}, {plain, &plainTime}} {
			begin := threadTime()
			for range perTurn {
				way.do()
			}
			took := (threadTime() - begin) / time.Duration(perTurn)
			if *way.best == 0 || took < *way.best {
				*way.best = took
			}
		}
	}
	b.ReportMetric(0, "ns/op") // of both together: says nothing
	b.ReportMetric(float64(ourTime), "ns/ours")
	b.ReportMetric(float64(plainTime), "ns/plain")
	return ourTime, plainTime
}
