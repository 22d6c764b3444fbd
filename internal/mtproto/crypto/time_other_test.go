//go:build !linux

package crypto

import "time"

var start = time.Now()

func threadTime() time.Duration { return time.Since(start) }
