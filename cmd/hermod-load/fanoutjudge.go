package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// Figures of fanout.
const (
	figureDeliveries = "deliveries per second"
	figureBare       = "deliveries per second of the bare program"
	figureRatio      = "ratio of the two"
	figureCPU        = "server CPU per delivery, µs"
	figureGrowth     = "server memory grew by, MiB"
)

// compare says how the deliveries stand beside those of the bare program.
func (r *report) compare(bare float64, delivered int64) {
	perSecond := float64(delivered) / r.End.Sub(r.Begin).Seconds()
	r.figure(figureDeliveries, perSecond)
	r.figure(figureBare, bare)
	r.figure(figureRatio, perSecond/bare)
	if s := r.Server; s != nil && delivered > 0 {
		r.figure(figureCPU, (s.CPUEnd-s.CPUBegin)*1e6/float64(delivered))
		r.figure(figureGrowth, float64(s.RSSEnd-s.RSSBegin)/(1<<20))
	}
}

// judge counts what went wrong. What was not pushed must be in the channel's difference, as for any client that finds
// a gap or was told to ask.
func (f *fanout) judge(ctx context.Context) {
	f.wake()
	time.Sleep(time.Second) // silent members read what waits for them
	for _, name := range []string{foundLost, foundDoubled, foundOutOfOrder, foundLate, foundTooLong} {
		f.r.report.found(name, 0)
	}
	f.r.spread(ctx, len(f.members), func(i int) {
		if err := f.members[i].judge(ctx); err != nil {
			f.r.report.fail(err)
		}
	})
}

func (m *member) judge(ctx context.Context) error {
	missing := m.missing()
	all := len(missing)
	var err error
	if all > 0 {
		err = m.channelDifference(ctx, m.channel, m.pts, func(class tgMessage) {
			if message, ok := class.(*tg.Message); ok {
				eachMarker([]byte(message.Message), func(n int, _ time.Time) { delete(missing, n) })
			}
		})
	}
	m.f.r.report.found(foundLost, len(missing))
	if !m.silent { // of those it is expected
		m.f.r.report.found(foundLate, all-len(missing))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.f.r.report.found(foundTooLong, m.tooLong)
	for _, times := range m.heard[1:] {
		if times > 1 {
			m.f.r.report.found(foundDoubled, int(times)-1)
		}
	}
	return err
}

// missing lists the posts that were not pushed.
func (m *member) missing() map[int]bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	missing := make(map[int]bool)
	for n := 1; n <= m.f.posted; n++ {
		if m.heard[n] == 0 {
			missing[n] = true
		}
	}
	return missing
}

// tooLong are the constructor ids that tell to ask for a difference.
var tooLong = [][]byte{tl.Encode(new(tg.UpdateChannelTooLong), 0)[:4], tl.Encode(new(tg.UpdatesTooLong), 0)[:4]}

// hasTooLong reports whether an update tells to ask for a difference.
func hasTooLong(body []byte) bool {
	return slices.ContainsFunc(tooLong, func(id []byte) bool { return bytes.Contains(body, id) })
}

// smallBuffer dials a connection that holds little of what is not read.
func smallBuffer(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return c, nil
	}
	if err := tcp.SetReadBuffer(4096); err != nil {
		_ = tcp.Close() // what failed is already known
		return nil, fmt.Errorf("socket: %w", err)
	}
	return tcp, nil
}
