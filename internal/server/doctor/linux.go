//go:build linux

package doctor

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"hermod/internal/config"
)

// synchronized asks the kernel whether somebody keeps the clock right. Where it does not say, all is well.
func synchronized() error {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err == nil && state == unix.TIME_ERROR {
		return errors.New("the kernel says that nothing keeps the clock right")
	}
	return nil
}

// minFree is the space from which on the database may grow in peace.
const minFree = 1 << 30 // bytes

func space(cfg config.Config) Finding {
	const name = "disk"
	var fs unix.Statfs_t
	if err := unix.Statfs(cfg.Data, &fs); err != nil {
		return ok(name, "not looked at: %v", err)
	}
	free := fs.Bavail * uint64(fs.Bsize)
	if free < minFree {
		return bad(name, fmt.Errorf("%d MiB free", free>>20), "make room: the server refuses to write when the disk is full")
	}
	return ok(name, "%d GiB free", free>>30)
}
