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

// What is drawn, or stays for ever, is made a bounded number of times, and does not keep its maker from chatting.
func TestWhatIsCostlyIsBounded(t *testing.T) {
	for _, method := range []string{"photos.uploadProfilePhoto", "account.uploadWallPaper", "stickers.createStickerSet", "messages.uploadMedia"} {
		synctest.Test(t, func(t *testing.T) {
			l := NewLimiter(DefaultLimits(), nil)
			for n := 0; l.AllowMethod(&Call{Key: 1, User: 1, InvokedMethod: method}) == nil; n++ {
				if n > 1000 {
					t.Fatalf("%s is answered without end", method)
				}
			}
			if err := l.AllowMethod(&Call{Key: 1, User: 1, InvokedMethod: "messages.sendReaction"}); err != nil {
				t.Errorf("after %s: %v", method, err)
			}
		})
	}
}
