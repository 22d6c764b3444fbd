package progressive

import (
	"image"
	"image/color"
)

const side = 8 // of a block, in pixels

// A block is 64 coefficients: in zigzag order when they are quantised.
type block [side * side]int16

// A component is one of brightness and the two colours.
type component struct {
	sampling int // how many blocks of it, each way, a unit of the picture has
	table    int // of quantisation and Huffman codes
	blocks   []block
	stride   int // blocks in a row, with those that only fill up the last unit
	wide     int // blocks in a row that show something
	high     int
}

// A frame is a picture as coefficients.
type frame struct {
	size       image.Point
	quant      [2][side * side]int32 // in the natural order
	components [3]component
	units      image.Point // of 16×16 pixels
}

func newFrame(m *image.RGBA, quality int) *frame {
	size := m.Bounds().Size()
	f := &frame{size: size, units: image.Pt(ceil(size.X, 2*side), ceil(size.Y, 2*side))}
	f.quant = quantTables(quality)
	for i := range f.components {
		c := &f.components[i]
		c.sampling, c.table = 1, 1
		w, h := ceil(size.X, 2), ceil(size.Y, 2)
		if i == 0 {
			c.sampling, c.table = 2, 0
			w, h = size.X, size.Y
		}
		c.wide, c.high = ceil(w, side), ceil(h, side)
		c.stride = f.units.X * c.sampling
		c.blocks = make([]block, c.stride*f.units.Y*c.sampling)
	}
	f.fill(m)
	return f
}

func ceil(n, d int) int { return (n + d - 1) / d }

// fill transforms m unit by unit.
func (f *frame) fill(m *image.RGBA) {
	scale := [2][side * side]float32{divisors(&f.quant[0]), divisors(&f.quant[1])}
	var u unit
	for y := range f.units.Y {
		for x := range f.units.X {
			u.load(m, x, y)
			bright, blue, red := &f.components[0], &f.components[1], &f.components[2]
			for i := range 4 {
				at := (2*y+i/2)*bright.stride + 2*x + i%2
				transform(&u.bright[i], &scale[0], &bright.blocks[at])
			}
			transform(&u.blue, &scale[1], &blue.blocks[y*blue.stride+x])
			transform(&u.red, &scale[1], &red.blocks[y*red.stride+x])
		}
	}
}

// A unit is 16×16 pixels: four blocks of brightness, one of each colour.
type unit struct {
	bright    [4][side * side]float32
	blue, red [side * side]float32
}

// load takes the unit at x, y of m. What lies outside is like the last pixels inside.
func (u *unit) load(m *image.RGBA, x, y int) {
	clear(u.blue[:])
	clear(u.red[:])
	size := m.Bounds().Size()
	for j := range 2 * side {
		row := m.Pix[min(y*2*side+j, size.Y-1)*m.Stride:]
		for i := range 2 * side {
			p := row[4*min(x*2*side+i, size.X-1):]
			yy, cb, cr := color.RGBToYCbCr(p[0], p[1], p[2])
			u.bright[j/side*2+i/side][j%side*side+i%side] = float32(yy) - 128
			at := j/2*side + i/2
			u.blue[at] += float32(cb)
			u.red[at] += float32(cr)
		}
	}
	for i := range u.blue {
		u.blue[i] = u.blue[i]/4 - 128
		u.red[i] = u.red[i]/4 - 128
	}
}

// walkDC tells the first coefficients of all components, unit by unit, each as the difference to the one before.
// Spec: T.81, F.1.2.1 and G.1.2.1
func (f *frame) walkDC(to sink) {
	var last [3]int32
	for y := range f.units.Y {
		for x := range f.units.X {
			for i := range f.components {
				c := &f.components[i]
				for b := range c.sampling * c.sampling {
					dc := int32(c.blocks[(y*c.sampling+b/c.sampling)*c.stride+x*c.sampling+b%c.sampling][0])
					n, bits := magnitude(dc - last[i])
					to.put(c.table, byte(n), bits, n)
					last[i] = dc
				}
			}
		}
	}
}

// maxRun is how many blocks without anything in them one symbol can stand for.
const maxRun = 1<<15 - 1

// walkAC tells the coefficients first to last of the blocks that show something. Blocks with nothing more to tell are
// counted together.
// Spec: T.81, G.1.2.2
func (c *component) walkAC(first, last int, to sink) {
	run := 0 // blocks that are over
	for y := range c.high {
		for x := range c.wide {
			if !c.blocks[y*c.stride+x].tell(c.table, first, last, &run, to) {
				continue
			}
			if run++; run == maxRun {
				endRun(c.table, &run, to)
			}
		}
	}
	endRun(c.table, &run, to)
}

// tell tells a block and reports whether zeros remain at its end.
func (b *block) tell(table, first, last int, run *int, to sink) bool {
	zeros := 0
	for k := first; k <= last; k++ {
		v := int32(b[k])
		if v == 0 {
			zeros++
			continue
		}
		endRun(table, run, to)
		for ; zeros > 15; zeros -= 16 {
			to.put(table, 0xf0, 0, 0)
		}
		n, bits := magnitude(v)
		to.put(table, byte(zeros<<4)|byte(n), bits, n)
		zeros = 0
	}
	return zeros > 0
}

// endRun tells how many blocks were over.
func endRun(table int, run *int, to sink) {
	if *run == 0 {
		return
	}
	n := uint(0)
	for *run>>(n+1) != 0 {
		n++
	}
	to.put(table, byte(n<<4), uint32(*run)-1<<n, n)
	*run = 0
}

// magnitude is how many bits v takes, and these bits: those of v, or of v-1 when it is negative.
// Spec: T.81, F.1.2.1.1
func magnitude(v int32) (n uint, bits uint32) {
	a := v
	if v < 0 {
		a, v = -v, v-1
	}
	for ; a != 0; a >>= 1 {
		n++
	}
	return n, uint32(v) & (1<<n - 1)
}
