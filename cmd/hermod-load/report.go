package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"hermod/internal/mtproto/client"
)

// A report is what a run, or a part of it, found. It is written as JSON and can be joined with others.
type report struct {
	Scenario   string                `json:"scenario"`
	Part       string                `json:"part"`
	Begin      time.Time             `json:"begin"`
	End        time.Time             `json:"end"`
	Operations int                   `json:"operations"`
	Errors     map[string]int        `json:"errors,omitempty"`
	Times      map[string]*histogram `json:"times"`
	// Found counts what a scenario looked for, such as losses, in the order of the names.
	Found map[string]int `json:"found,omitempty"`
	// Figures are what a scenario measures beside its times.
	Figures map[string]float64 `json:"figures,omitempty"`
	Server  *serverReport      `json:"server,omitempty"`

	mu sync.Mutex
}

// A serverReport is what the server used: processor seconds since it started, bytes of memory.
type serverReport struct {
	CPUBegin    float64 `json:"cpuBegin"`
	CPUEnd      float64 `json:"cpuEnd"`
	RSSBegin    int64   `json:"rssBegin"`
	RSSEnd      int64   `json:"rssEnd"`
	HeapBegin   int64   `json:"heapBegin,omitempty"`
	HeapEnd     int64   `json:"heapEnd,omitempty"`
	Connections int     `json:"connections,omitempty"` // that the growth of memory is due to
}

// Names of times and findings.
const (
	timeOperation = "operation"
	timeDelivery  = "delivery"

	foundLost       = "lost"
	foundDoubled    = "doubled"
	foundOutOfOrder = "out of order"
	foundLate       = "only in the difference"
	foundTooLong    = "told to ask"
)

func newReport(scenario string, p part) *report {
	return &report{
		Scenario: scenario, Part: fmt.Sprintf("%d/%d", p.Index, p.Of),
		Errors: make(map[string]int), Times: make(map[string]*histogram), Found: make(map[string]int),
		Figures: make(map[string]float64),
	}
}

// operation records one.
func (r *report) operation(d time.Duration, err error) {
	if err != nil {
		r.fail(err)
		return
	}
	r.mu.Lock()
	r.Operations++
	r.mu.Unlock()
	r.time(timeOperation, d)
}

func (r *report) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Errors[describe(err)]++
}

// describe shortens an error to what it has in common with others of its kind.
func describe(err error) string {
	var refused client.RPCError
	var broken client.TransportError
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.As(err, &broken):
		return broken.Error()
	}
	return err.Error()
}

func (r *report) time(name string, d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Times[name] == nil {
		r.Times[name] = new(histogram)
	}
	r.Times[name].add(d)
}

func (r *report) found(name string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Found[name] += n
}

func (r *report) figure(name string, value float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Figures[name] = value
}

// write prints the report for people, and as JSON to the file.
func (r *report) write(file string) error {
	if file != "-" {
		r.print(os.Stdout)
	}
	if file == "" {
		return nil
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if file == "-" {
		_, err = fmt.Printf("%s\n", b)
		return err
	}
	return os.WriteFile(file, b, 0o644)
}

func (r *report) print(w io.Writer) {
	seconds := r.End.Sub(r.Begin).Seconds()
	fmt.Fprintf(w, "%s, part %s: %d operations in %.1f s, %.1f per second\n",
		r.Scenario, r.Part, r.Operations, seconds, float64(r.Operations)/seconds)
	for _, name := range slices.Sorted(maps.Keys(r.Times)) {
		h := r.Times[name]
		fmt.Fprintf(w, "  %-29s p50 %v   p90 %v   p99 %v   p99.9 %v   max %v\n", name,
			h.quantile(.5), h.quantile(.9), h.quantile(.99), h.quantile(.999), h.Max.Round(time.Microsecond))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Found)) {
		fmt.Fprintf(w, "  %-24s %d\n", name, r.Found[name])
	}
	for _, name := range slices.Sorted(maps.Keys(r.Figures)) {
		fmt.Fprintf(w, "  %-42s %.4g\n", name, r.Figures[name])
	}
	for _, text := range slices.Sorted(maps.Keys(r.Errors)) {
		fmt.Fprintf(w, "  %d times: %s\n", r.Errors[text], text)
	}
	r.printServer(w)
}

func (r *report) printServer(w io.Writer) {
	s := r.Server
	if s == nil {
		return
	}
	cpu := s.CPUEnd - s.CPUBegin
	fmt.Fprintf(w, "  server: %.2f s of processor time", cpu)
	if r.Operations > 0 {
		fmt.Fprintf(w, ", %.3f ms per operation", 1000*cpu/float64(r.Operations))
	}
	fmt.Fprintf(w, "; memory %.1f MiB, before %.1f\n", float64(s.RSSEnd)/(1<<20), float64(s.RSSBegin)/(1<<20))
	if s.Connections > 0 {
		n := float64(s.Connections)
		fmt.Fprintf(w, "  each of %d connections: %.0f bytes of resident memory, %.0f of heap and stack\n",
			s.Connections, float64(s.RSSEnd-s.RSSBegin)/n, float64(s.HeapEnd-s.HeapBegin)/n)
	}
}

// verdict fails if the run met what must not be.
func (r *report) verdict() error {
	var bad []error
	for _, name := range []string{foundLost, foundDoubled, foundOutOfOrder} {
		if n := r.Found[name]; n > 0 {
			bad = append(bad, fmt.Errorf("%d %s", n, name))
		}
	}
	if n := len(r.Errors); n > 0 {
		bad = append(bad, fmt.Errorf("%d kinds of errors", n))
	}
	if r.Operations == 0 {
		bad = append(bad, errors.New("no operation succeeded"))
	}
	return errors.Join(bad...)
}

// merge joins the report of another part into r.
func (r *report) merge(o *report) {
	r.Part += " and " + o.Part
	if o.Begin.Before(r.Begin) {
		r.Begin = o.Begin
	}
	if o.End.After(r.End) {
		r.End = o.End
	}
	r.Operations += o.Operations
	for text, n := range o.Errors {
		r.Errors[text] += n
	}
	for name, n := range o.Found {
		r.Found[name] += n
	}
	maps.Copy(r.Figures, o.Figures)
	for name, h := range o.Times {
		if r.Times[name] == nil {
			r.Times[name] = new(histogram)
		}
		r.Times[name].merge(h)
	}
	r.Server.merge(o.Server)
}

// merge takes the widest span: all parts watched the same server.
func (s *serverReport) merge(o *serverReport) {
	if s == nil || o == nil {
		return
	}
	s.CPUBegin, s.CPUEnd = min(s.CPUBegin, o.CPUBegin), max(s.CPUEnd, o.CPUEnd)
	s.RSSBegin, s.RSSEnd = min(s.RSSBegin, o.RSSBegin), max(s.RSSEnd, o.RSSEnd)
	s.HeapBegin, s.HeapEnd = min(s.HeapBegin, o.HeapBegin), max(s.HeapEnd, o.HeapEnd)
	s.Connections += o.Connections
}

// A histogram counts durations in steps of two per cent, so that those of several processes can be added up.
type histogram struct {
	Counts map[int]int   `json:"counts"`
	Total  int           `json:"total"`
	Max    time.Duration `json:"max"`
}

const histogramStep = 1.02

func (h *histogram) add(d time.Duration) {
	if h.Counts == nil {
		h.Counts = make(map[int]int)
	}
	h.Counts[int(math.Log(float64(max(d, 1)))/math.Log(histogramStep))]++
	h.Total++
	h.Max = max(h.Max, d)
}

func (h *histogram) merge(o *histogram) {
	if h.Counts == nil {
		h.Counts = make(map[int]int)
	}
	for step, n := range o.Counts {
		h.Counts[step] += n
	}
	h.Total += o.Total
	h.Max = max(h.Max, o.Max)
}

// quantile returns the duration that the share q of all does not exceed.
func (h *histogram) quantile(q float64) time.Duration {
	left := int(math.Ceil(q * float64(h.Total)))
	for _, step := range slices.Sorted(maps.Keys(h.Counts)) {
		if left -= h.Counts[step]; left <= 0 {
			d := time.Duration(math.Pow(histogramStep, float64(step+1)))
			return min(d, h.Max).Round(10 * time.Microsecond)
		}
	}
	return 0
}

// mergeCmd joins reports.
type mergeCmd struct {
	Reports []string `arg:"" help:"Reports written with --json." type:"existingfile"`
	JSON    string   `name:"json" help:"Write the joined report to this file; '-' is the standard output." placeholder:"FILE"`
}

// Run joins the reports and prints the result.
func (c *mergeCmd) Run() error {
	var whole *report
	for _, file := range c.Reports {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		r := newReport("", part{1, 1})
		if err := json.Unmarshal(b, r); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if whole == nil {
			whole = r
			continue
		}
		if whole.Scenario != r.Scenario {
			return fmt.Errorf("%s is of another scenario, %s", file, r.Scenario)
		}
		whole.merge(r)
	}
	if err := whole.write(c.JSON); err != nil {
		return err
	}
	return whole.verdict()
}
