package rpc

import (
	"testing"
	"testing/synctest"
	"time"
)

// Somebody who uploads as fast as the line carries can chat meanwhile, and is not slowed down; who asks without end is.
func TestPiecesOfFilesAreCountedApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(DefaultLimits(), nil)
		ask := func(method string) error {
			call := &Call{Key: 1, User: 1}
			if err := l.AllowAny(call); err != nil {
				return err
			}
			call.InvokedMethod = method
			return l.AllowMethod(call)
		}
		for i := range 20_000 { // 10 GB in parts of 512 KiB
			if err := ask("upload.saveBigFilePart"); err != nil {
				t.Fatalf("part %d: %v", i, err)
			}
			time.Sleep(4 * time.Millisecond) // 125 MB a second
		}
		for i := range 2000 {
			if err := ask("messages.getHistory"); err != nil {
				t.Fatalf("call %d: %v", i, err)
			}
		}
		for range 7000 {
			if ask("upload.getFile") != nil {
				return
			}
		}
		t.Error("pieces are given without end")
	})
}
