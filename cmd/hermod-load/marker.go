package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A marker opens the text of a message of the load: its number and when it was sent. It is found in the bytes of an
// update without decoding them, so that many receivers fit beside the server on one machine.
const (
	markerWord = "load:"
	markerSize = len(markerWord) + 7 + 1 + 19 + 1
)

// marked is a text of so many bytes that begins with a marker.
func marked(n, size int, at time.Time) string {
	head := fmt.Sprintf("%s%07d:%019d:", markerWord, n, at.UnixNano())
	return head + strings.Repeat("x", max(0, size-len(head)))
}

// eachMarker calls do for every message of the load in body.
func eachMarker(body []byte, do func(n int, at time.Time)) {
	for {
		i := bytes.Index(body, []byte(markerWord))
		if i < 0 || len(body) < i+markerSize {
			return
		}
		digits := string(body[i+len(markerWord) : i+markerSize-1])
		n, err1 := strconv.Atoi(digits[:7])
		nanos, err2 := strconv.ParseInt(digits[8:], 10, 64)
		if err1 == nil && err2 == nil {
			do(n, time.Unix(0, nanos))
		}
		body = body[i+markerSize:]
	}
}
