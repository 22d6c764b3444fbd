package media

import (
	"math"
	"time"
)

// Bounds of places.
const (
	MaxAccuracy  = 1500    // meters
	MaxProximity = 100_000 // meters

	minLive = 60            // seconds
	maxLive = 24 * 60 * 60  // seconds
	Forever = math.MaxInt32 // a live location without end
	maxLine = 256           // bytes of a line of a venue
)

// A Point is a place on the globe.
// Spec: https://core.telegram.org/constructor/geoPoint
type Point struct {
	Lat      float64 `json:"a"`
	Long     float64 `json:"o"`
	Accuracy int     `json:"r,omitempty"` // meters; 0: not known
}

func (p *Point) check() error {
	switch {
	case p == nil, math.IsNaN(p.Lat), math.IsNaN(p.Long), math.Abs(p.Lat) > 90, math.Abs(p.Long) > 180:
		return ErrGeo
	}
	p.Accuracy = min(max(p.Accuracy, 0), MaxAccuracy)
	return nil
}

// Distance is how far p is from o on a globe, in meters.
func (p *Point) Distance(o *Point) float64 {
	const radius, rad = 6_371_000, math.Pi / 180
	dLat, dLong := (o.Lat-p.Lat)*rad, (o.Long-p.Long)*rad
	h := math.Pow(math.Sin(dLat/2), 2) +
		math.Cos(p.Lat*rad)*math.Cos(o.Lat*rad)*math.Pow(math.Sin(dLong/2), 2)
	return 2 * radius * math.Asin(math.Sqrt(min(h, 1)))
}

// Live is what a live location has beside its place.
// Spec: https://core.telegram.org/api/live-location
type Live struct {
	Period    int     `json:"p"`           // seconds from the sending; Forever
	Heading   int     `json:"h,omitempty"` // degrees, 1 to 360; 0: not known
	Proximity int     `json:"x,omitempty"` // meters at which the sender wants to hear of others; 0: never
	Reached   []int64 `json:"n,omitempty"` // of whom he was told, so that he is told once
}

func (l *Live) check() error {
	switch {
	case l == nil:
		return ErrInvalid
	case l.Period != Forever && (l.Period < minLive || l.Period > maxLive):
		return ErrPeriod
	case l.Heading < 0 || l.Heading > 360, l.Proximity < 0 || l.Proximity > MaxProximity:
		return ErrInvalid
	}
	return nil
}

// Ends says when a live location that was sent at the given time ends; zero for one without end.
func (l *Live) Ends(sent time.Time) time.Time {
	if l.Period == Forever {
		return time.Time{}
	}
	return sent.Add(time.Duration(l.Period) * time.Second)
}

// Running reports whether m is a live location that, sent at the given time, has not ended at now.
func (m *Media) Running(sent, now time.Time) bool {
	if KindOf(m) != LiveGeo || m.Live == nil {
		return false
	}
	ends := m.Live.Ends(sent)
	return ends.IsZero() || now.Before(ends)
}

// A LiveEdit is what the sender of a live location changes in it. Nil fields stay.
type LiveEdit struct {
	Stop      bool
	Geo       *Point
	Heading   *int
	Period    *int // seconds from the sending
	Proximity *int
}

// EditLive returns what becomes of m, a live location that was sent at the given time. It fails with ErrInvalid when m
// is none or has ended, and as Clean does.
func (m *Media) EditLive(e LiveEdit, sent, now time.Time) (*Media, error) {
	if !m.Running(sent, now) {
		return nil, ErrInvalid
	}
	c := m.Clone()
	if e.Stop {
		c.Live.Period = max(int(now.Sub(sent)/time.Second), 1)
		c.Live.Heading, c.Live.Proximity = 0, 0
		return c, nil
	}
	if e.Geo != nil {
		c.Geo = e.Geo
		c.Live.Heading = 0
	}
	set(&c.Live.Heading, e.Heading)
	set(&c.Live.Period, e.Period)
	if e.Proximity != nil && *e.Proximity != c.Live.Proximity {
		c.Live.Proximity, c.Live.Reached = *e.Proximity, nil
	}
	return c, c.cleanLive(sent, now)
}

// cleanLive is Clean for a live location that was sent before: it may have been extended past what one may begin with.
func (m *Media) cleanLive(sent, now time.Time) error {
	if err := m.Geo.check(); err != nil {
		return err
	}
	l := *m.Live
	if left := l.Period - int(now.Sub(sent)/time.Second); l.Period != Forever && left > 0 && left <= maxLive {
		l.Period = max(left, minLive)
	}
	return l.check()
}

func set(to *int, from *int) {
	if from != nil {
		*to = *from
	}
}

// A VenueInfo is a place with a name.
// Spec: https://core.telegram.org/constructor/messageMediaVenue
type VenueInfo struct {
	Title    string `json:"t"`
	Address  string `json:"a,omitempty"`
	Provider string `json:"p,omitempty"`
	ID       string `json:"i,omitempty"` // with the provider
	Type     string `json:"y,omitempty"`
}

func (v *VenueInfo) clean() error {
	if v == nil {
		return ErrInvalid
	}
	for _, line := range []*string{&v.Title, &v.Address, &v.Provider, &v.ID, &v.Type} {
		if err := cleanLine(line, maxLine); err != nil {
			return err
		}
	}
	return nil
}
