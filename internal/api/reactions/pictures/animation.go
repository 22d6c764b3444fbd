package pictures

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// object is an object of the Lottie format, of which animated stickers use a part.
// Spec: https://core.telegram.org/stickers#animated-stickers-and-emoji
type object = map[string]any

const (
	side   = 512
	center = side / 2
)

// animation makes the animation of a kind, packed as clients expect it.
func animation(d drawing, kind Kind) ([]byte, error) {
	shapes, err := groups(d)
	if err != nil {
		return nil, err
	}
	file := object{
		"tgs": 1, "v": "5.5.2", "fr": 60, "ip": 0, "w": side, "h": side, "nm": "", "ddd": 0, "assets": []object{},
	}
	if kind == Effect {
		file["op"] = effectFrames
		file["assets"] = []object{{"id": "one", "layers": []object{layer(shapes, still(), effectFrames)}}}
		file["layers"] = sparks()
	} else {
		m := moves[kind]
		file["op"] = m.frames
		file["layers"] = []object{layer(shapes, m.transform(), m.frames)}
	}
	return packed(file)
}

func packed(file object) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(w).Encode(file); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// groups are the shapes of a drawing, the highest first.
func groups(d drawing) ([]object, error) {
	var all []object
	for i := len(d.Shapes) - 1; i >= 0; i-- {
		g, err := group(d.Shapes[i])
		if err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	return all, nil
}

func group(s shape) (object, error) {
	parts, err := contours(s.Path)
	if err != nil {
		return nil, err
	}
	color, err := rgb(s.Color)
	if err != nil {
		return nil, err
	}
	var items []object
	for _, knots := range parts {
		items = append(items, object{"ty": "sh", "ks": fixed(contour(knots))})
	}
	rule, opacity := 1, 100
	if s.EvenOdd {
		rule = 2
	}
	if s.Opacity > 0 {
		opacity = s.Opacity
	}
	items = append(items, object{"ty": "fl", "c": fixed(color), "o": fixed(opacity), "r": rule}, object{
		"ty": "tr", "p": fixed(point{}), "a": fixed(point{}), "s": fixed(point{100, 100}), "r": fixed(0), "o": fixed(100),
		"sk": fixed(0), "sa": fixed(0),
	})
	return object{"ty": "gr", "it": items, "nm": ""}, nil
}

func contour(knots []knot) object {
	var at, in, out []point
	for _, k := range knots {
		at, in, out = append(at, k.at.round()), append(in, k.in.round()), append(out, k.out.round())
	}
	return object{"c": true, "v": at, "i": in, "o": out}
}

func (p point) round() point { return point{math.Round(p[0]*10) / 10, math.Round(p[1]*10) / 10} }

func rgb(hex string) ([]float64, error) {
	n, err := strconv.ParseUint(hex, 16, 24)
	if err != nil || len(hex) != 6 {
		return nil, fmt.Errorf("colour %q", hex)
	}
	part := func(shift int) float64 { return math.Round(float64(n>>shift&0xff)/255*1000) / 1000 }
	return []float64{part(16), part(8), part(0), 1}, nil
}

func fixed(v any) object { return object{"a": 0, "k": v} }

// A frame is a value at a time.
type frame struct {
	at    int
	value []float64
}

// moving goes through values smoothly.
func moving(frames ...frame) object {
	keys := make([]object, len(frames))
	for i, f := range frames {
		keys[i] = object{"t": f.at, "s": f.value}
		if i < len(frames)-1 {
			keys[i]["o"], keys[i]["i"] = ease(0.33, 0, len(f.value)), ease(0.67, 1, len(f.value))
		}
	}
	return object{"a": 1, "k": keys}
}

func ease(x, y float64, n int) object {
	xs, ys := make([]float64, n), make([]float64, n)
	for i := range n {
		xs[i], ys[i] = x, y
	}
	return object{"x": xs, "y": ys}
}

// layer is a layer with shapes.
func layer(shapes []object, transform object, frames int) object {
	return object{
		"ddd": 0, "ind": 1, "ty": 4, "nm": "", "sr": 1, "ks": transform, "ao": 0, "shapes": shapes, "ip": 0, "op": frames,
		"st": 0, "bm": 0,
	}
}

func still() object { return around(fixed([]float64{100, 100, 100}), fixed(0)) }

// around scales and turns a picture about its middle.
func around(scale, turn object) object {
	middle := []float64{center, center, 0}
	return object{"o": fixed(100), "r": turn, "p": fixed(middle), "a": fixed(middle), "s": scale}
}

// A move is what a picture does: sizes in percent and turns in degrees, at frames.
type move struct {
	frames int
	scale  []frame
	turn   []frame
}

// moves are what pictures do, by kind.
var moves = map[Kind]move{
	Appear: {frames: 40, scale: []frame{{0, size(0)}, {16, size(112)}, {26, size(95)}, {34, size(100)}}},
	Select: {
		frames: 60, scale: []frame{{0, size(100)}, {15, size(112)}, {30, size(96)}, {45, size(100)}},
		turn: []frame{{0, []float64{0}}, {12, []float64{-9}}, {28, []float64{8}}, {44, []float64{0}}},
	},
	Activate: {
		frames: 60, scale: []frame{{0, size(60)}, {14, size(125)}, {28, size(92)}, {40, size(104)}, {50, size(100)}},
		turn: []frame{{0, []float64{-14}}, {20, []float64{10}}, {40, []float64{0}}},
	},
}

func size(percent float64) []float64 { return []float64{percent, percent, 100} }

func (m move) transform() object {
	turn := fixed(0)
	if m.turn != nil {
		turn = moving(m.turn...)
	}
	return around(moving(m.scale...), turn)
}

const (
	effectFrames = 80
	sparkCount   = 7
	sparkReach   = 200.0 // how far they fly
)

// sparks are small copies of a picture that fly out from its middle and fade.
func sparks() []object {
	all := make([]object, sparkCount)
	for i := range all {
		angle := 2 * math.Pi * (float64(i) + 0.25) / sparkCount
		to := []float64{math.Round(center + sparkReach*math.Cos(angle)), math.Round(center + sparkReach*math.Sin(angle)), 0}
		from := []float64{center, center, 0}
		start := 3 * (i % 3)
		all[i] = object{
			"ddd": 0, "ind": i + 1, "ty": 0, "nm": "", "refId": "one", "sr": 1, "ao": 0, "w": side, "h": side, "ip": 0,
			"op": effectFrames, "st": 0, "bm": 0, "ks": object{
				"o": moving(frame{start, []float64{100}}, frame{45, []float64{100}}, frame{effectFrames - 5, []float64{0}}),
				"r": fixed(0), "a": fixed(from), "p": moving(frame{start, from}, frame{effectFrames - 5, to}),
				"s": moving(frame{start, size(0)}, frame{25, size(24)}, frame{effectFrames - 5, size(14)}),
			},
		}
	}
	return all
}
