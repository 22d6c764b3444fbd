package external

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"hermod/internal/guard"
)

// ErrMap means a map that there is none of: its place or size is out of bounds, the provider has none, or there is no
// provider.
var ErrMap = errors.New("no such map")

// A Map is the picture of a place.
type Map struct {
	Lat, Lon          float64
	W, H, Zoom, Scale int
}

// Bounds of a map.
// Spec: https://core.telegram.org/constructor/inputWebFileGeoPointLocation
const (
	minSide, maxSide   = 16, 1024
	minZoom, maxZoom   = 13, 20
	minScale, maxScale = 1, 3
	maxLat             = 85.0511 // of the projection that tiles use
)

const (
	maxPicture = 512 << 10 // bytes
	pictures   = 64        // kept, because clients load them in pieces
	keepMaps   = 10 * time.Minute
	mapTime    = 10 * time.Second
	mapsAtOnce = 8
)

// A Picture is a map as the provider draws it.
type Picture struct {
	Type string // MIME type
	Body []byte
	At   time.Time
}

// Maps brings maps from a provider. Safe for concurrent use.
type Maps struct {
	client   *guard.Client
	template string // "": none
	kept     *lru.Cache[string, Picture]
	flights  singleflight.Group
	running  *semaphore.Weighted
}

// NewMaps makes a Maps of an address with {lat}, {lon}, {zoom}, {w}, {h}, {scale}, {x} and {y} in it, "" for none. client
// has to trust its host where that is inside.
func NewMaps(client *guard.Client, template string) *Maps {
	kept, _ := lru.New[string, Picture](pictures) // fails only for a size below 1
	return &Maps{client: client, template: template, kept: kept, running: semaphore.NewWeighted(mapsAtOnce)}
}

// Provider is the host in a template, by which a guard.Client is told to trust it; "" for none.
func Provider(template string) string {
	u, err := url.Parse(template)
	if err != nil {
		return ""
	}
	return u.Host
}

// Get returns a map. It fails with ErrMap, or the error of ctx.
func (m *Maps) Get(ctx context.Context, at Map) (Picture, error) {
	if m.template == "" || !at.valid() {
		return Picture{}, ErrMap
	}
	address := at.address(m.template)
	if p, ok := m.kept.Get(address); ok && time.Since(p.At) < keepMaps {
		return p, nil
	}
	flight := m.flights.DoChan(address, func() (any, error) { return m.fetch(context.WithoutCancel(ctx), address) })
	select {
	case r := <-flight:
		p, _ := r.Val.(Picture)
		return p, r.Err
	case <-ctx.Done():
		return Picture{}, ctx.Err()
	}
}

func (at Map) valid() bool {
	within := func(n, low, high int) bool { return low <= n && n <= high }
	return within(at.W, minSide, maxSide) && within(at.H, minSide, maxSide) && within(at.Zoom, minZoom, maxZoom) &&
		within(at.Scale, minScale, maxScale) && math.Abs(at.Lat) <= maxLat && math.Abs(at.Lon) <= 180
}

// address fills a template.
func (at Map) address(template string) string {
	x, y := at.tile()
	degrees := func(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }
	return strings.NewReplacer("{lat}", degrees(at.Lat), "{lon}", degrees(at.Lon), "{zoom}", strconv.Itoa(at.Zoom),
		"{w}", strconv.Itoa(at.W), "{h}", strconv.Itoa(at.H), "{scale}", strconv.Itoa(at.Scale),
		"{x}", strconv.Itoa(x), "{y}", strconv.Itoa(y)).Replace(template)
}

// tile numbers the square in which a place lies, as all makers of tiles do.
// Spec: https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames
func (at Map) tile() (x, y int) {
	n := float64(int(1) << at.Zoom)
	lat := at.Lat * math.Pi / 180
	x = int((at.Lon + 180) / 360 * n)
	y = int((1 - math.Asinh(math.Tan(lat))/math.Pi) / 2 * n)
	last := int(n) - 1
	return min(max(x, 0), last), min(max(y, 0), last)
}

// fetch asks the provider. All of what can go wrong there means that there is no map.
func (m *Maps) fetch(ctx context.Context, address string) (Picture, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*mapTime)
	defer cancel()
	if err := m.running.Acquire(ctx, 1); err != nil {
		return Picture{}, ErrMap
	}
	defer m.running.Release(1)
	u, err := url.Parse(address)
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %w", ErrMap, err)
	}
	f, err := m.client.Fetch(ctx, u, guard.Bounds{Max: maxPicture, Time: mapTime, Types: []string{"image/png", "image/jpeg", "image/webp"}})
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %w", ErrMap, err)
	}
	defer func() { _ = f.Close() }()
	body, err := io.ReadAll(f)
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %w", ErrMap, err)
	}
	p := Picture{Type: f.Type, Body: body, At: time.Now()}
	m.kept.Add(address, p)
	return p, nil
}
