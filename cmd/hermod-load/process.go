package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// A process is the server's, which we watch through /proc.
type process struct {
	pid   int
	admin string
}

// usage is what a process has used so far.
type usage struct {
	cpu float64 // seconds, in user and system mode
	rss int64   // bytes
}

// ticks per second in /proc; it is 100 on every Linux.
const ticks = 100

var errProc = errors.New("unexpected content")

// usage reads processor time and memory.
func (p *process) usage() (u usage, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		return u, err
	}
	// The name of the program, in brackets, may contain anything. What follows it begins with field 3.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 22 {
		return u, fmt.Errorf("/proc/%d/stat: %w", p.pid, errProc)
	}
	var numbers [3]int64
	for i, field := range []int{14, 15, 24} {
		if numbers[i], err = strconv.ParseInt(fields[field-3], 10, 64); err != nil {
			return u, err
		}
	}
	return usage{cpu: float64(numbers[0]+numbers[1]) / ticks, rss: numbers[2] * int64(os.Getpagesize())}, nil
}

// settle lets the server collect its garbage, so that memory is what it needs and not what it happens to hold.
func (p *process) settle() error {
	if p.admin == "" {
		return nil
	}
	c := http.Client{Timeout: time.Minute}
	for range 2 { // the second collects what finalizers and pools let go in the first
		resp, err := c.Get("http://" + p.admin + "/debug/pprof/heap?gc=1")
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return err
		}
		if err := resp.Body.Close(); err != nil {
			return err
		}
	}
	return nil
}

// memory asks the Go runtime of the server for the bytes in use by heap and stacks. It returns 0 without an admin
// listener.
func (p *process) memory() (int64, error) {
	if p.admin == "" {
		return 0, nil
	}
	resp, err := http.Get("http://" + p.admin + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	var sum float64
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "go_memstats_heap_inuse_bytes" || name == "go_memstats_stack_inuse_bytes" {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return 0, err
			}
			sum += n
		}
	}
	return int64(sum), nil
}

// resetPeak lets the peak of the memory begin anew.
func (p *process) resetPeak() error {
	const peakOnly = "5"
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.pid), []byte(peakOnly), 0)
}

// peak is the most resident memory since resetPeak.
func (p *process) peak() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if text, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "kB")), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status: %w", p.pid, errProc)
}
