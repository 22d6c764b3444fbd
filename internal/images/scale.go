package images

import (
	"image"
	"math"
)

// scale returns the part of m inside crop in another size, opaque.
//
// It is the Catmull-Rom filter, widened when the picture shrinks, like that of golang.org/x/image/draw, but goes
// through the picture line by line: besides the result it holds only the lines that one line of the result is made of,
// where the library holds the whole height in numbers of 32 bytes.
func scale(m image.Image, crop image.Rectangle, size image.Point) *image.RGBA {
	to := image.NewRGBA(image.Rectangle{Max: size})
	s := &scaler{
		read: rows(m), from: crop, across: taps(crop.Dx(), size.X),
		line: make([]uint8, 3*crop.Dx()), sum: make([]float32, 3*size.X),
	}
	down := taps(crop.Dy(), size.Y)
	s.kept = make([][]float32, longest(down))
	for i := range s.kept {
		s.kept[i] = make([]float32, 3*size.X)
	}
	for y, tap := range down {
		s.put(tap, to.Pix[y*to.Stride:])
	}
	return to
}

// A tap says of which points of the source, from start on, a point of the result is the sum, and how much of each.
type tap struct {
	start  int
	weight []float32
}

// taps are those of all points when n points become m.
func taps(n, m int) []tap {
	all := make([]tap, m)
	ratio := float64(n) / float64(m)
	wide := max(ratio, 1)
	for i := range all {
		centre := (float64(i)+0.5)*ratio - 0.5
		first := max(int(math.Ceil(centre-2*wide)), 0)
		last := min(int(math.Floor(centre+2*wide)), n-1)
		sum := 0.0
		weight := make([]float32, 0, last-first+1)
		for k := first; k <= last; k++ {
			w := catmullRom(math.Abs(float64(k)-centre) / wide)
			sum += w
			weight = append(weight, float32(w))
		}
		for k := range weight {
			weight[k] /= float32(sum)
		}
		all[i] = tap{start: first, weight: weight}
	}
	return all
}

func catmullRom(t float64) float64 {
	switch {
	case t < 1:
		return (1.5*t-2.5)*t*t + 1
	case t < 2:
		return ((-0.5*t+2.5)*t-4)*t + 2
	}
	return 0
}

func longest(all []tap) int {
	n := 1
	for _, t := range all {
		n = max(n, len(t.weight))
	}
	return n
}

type scaler struct {
	read   func(x, y int, into []uint8)
	from   image.Rectangle
	across []tap
	kept   [][]float32 // the last lines, scaled across; line y is at y modulo their number
	next   int         // the first line that was not read
	line   []uint8
	sum    []float32
}

// put makes one line of the result.
func (s *scaler) put(down tap, into []uint8) {
	for ; s.next < down.start+len(down.weight); s.next++ {
		s.take(s.next)
	}
	clear(s.sum)
	for i, w := range down.weight {
		line := s.kept[(down.start+i)%len(s.kept)]
		for k, v := range line {
			s.sum[k] += w * v
		}
	}
	for x := range s.across {
		p, v := into[4*x:4*x+4], s.sum[3*x:3*x+3]
		p[0], p[1], p[2], p[3] = clamp(v[0]), clamp(v[1]), clamp(v[2]), 255
	}
}

// take reads a line of the source and scales it across.
func (s *scaler) take(y int) {
	s.read(s.from.Min.X, s.from.Min.Y+y, s.line)
	line := s.kept[y%len(s.kept)]
	for x, t := range s.across {
		var r, g, b float32
		px := s.line[3*t.start:]
		for i, w := range t.weight {
			p := px[3*i : 3*i+3]
			r += w * float32(p[0])
			g += w * float32(p[1])
			b += w * float32(p[2])
		}
		line[3*x], line[3*x+1], line[3*x+2] = r, g, b
	}
}

func clamp(v float32) uint8 { return uint8(min(max(v+0.5, 0), 255)) }
