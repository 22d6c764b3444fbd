package format

import (
	"encoding/binary"
	"image"
	"image/color"
	"math/bits"
	"slices"
)

// encodeWebP writes a picture of at most 512 pixels a side as a WebP without loss, which is what sets are made of. The
// libraries that do it in Go either fail at some pictures or bring a compiler with them; this is the part of the format
// that stickers need: one predictor for the whole picture, matches and one set of prefix codes.
// Spec: https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification
func encodeWebP(img image.Image) []byte {
	p := pixelsOf(img)
	w := &bitWriter{}
	w.write(0x2f, 8)
	w.write(uint32(p.w-1), 14)
	w.write(uint32(p.h-1), 14)
	w.write(1, 1) // alpha is used
	w.write(0, 3) // version
	w.write(1|transformGreen<<1, 3)
	p.subtractGreen()
	w.write(1|transformPredict<<1, 3)
	w.write(sideBits-2, 3)
	w.write(0, 1) // the picture of one pixel that names the predictor: no cache
	for _, symbol := range []int{predictSelect, 0, 0, 0, 0} {
		writeCode(w, countsOf(symbol))
	}
	p.predict()
	w.write(0, 3) // no other transform, no cache, one set of codes
	writePixels(w, p)
	return riff(w.bytes())
}

const (
	transformPredict = 0
	transformGreen   = 2
	predictSelect    = 11
	sideBits         = 9 // blocks of 512 pixels a side: the whole picture
)

// riff puts a stream into its container.
func riff(stream []byte) []byte {
	padded := len(stream) + len(stream)&1
	b := make([]byte, 0, 20+padded)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(12+padded))
	b = append(b, "WEBPVP8L"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(stream)))
	b = append(b, stream...)
	return append(b, make([]byte, padded-len(stream))...)
}

// pixels are those of a picture, in rows: alpha, red, green, blue from the highest byte on.
type pixels struct {
	w, h int
	argb []uint32
}

func pixelsOf(img image.Image) *pixels {
	r := img.Bounds()
	p := &pixels{r.Dx(), r.Dy(), make([]uint32, 0, r.Dx()*r.Dy())}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c, _ := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			p.argb = append(p.argb, uint32(c.A)<<24|uint32(c.R)<<16|uint32(c.G)<<8|uint32(c.B))
		}
	}
	return p
}

func (p *pixels) subtractGreen() {
	for i, c := range p.argb {
		g := c >> 8 & 0xff
		p.argb[i] = c&0xff00ff00 | (c>>16-g)&0xff<<16 | (c-g)&0xff
	}
}

// predict leaves of each pixel its difference from what its neighbours let expect.
func (p *pixels) predict() {
	out := make([]uint32, len(p.argb))
	for i, c := range p.argb {
		var guess uint32
		switch x, y := i%p.w, i/p.w; {
		case i == 0:
			guess = 0xff000000
		case y == 0:
			guess = p.argb[i-1]
		case x == 0:
			guess = p.argb[i-p.w]
		default:
			guess = choose(p.argb[i-1], p.argb[i-p.w], p.argb[i-p.w-1])
		}
		out[i] = sub(c, guess)
	}
	p.argb = out
}

// choose is the predictor "select": the neighbour that is nearer to left + top - corner.
func choose(left, top, corner uint32) uint32 {
	toLeft, toTop := 0, 0
	for shift := 0; shift < 32; shift += 8 {
		l, t, c := int(left>>shift&0xff), int(top>>shift&0xff), int(corner>>shift&0xff)
		toLeft += max(t-c, c-t)
		toTop += max(l-c, c-l)
	}
	if toLeft < toTop {
		return left
	}
	return top
}

// sub subtracts byte by byte.
func sub(a, b uint32) (out uint32) {
	for shift := 0; shift < 32; shift += 8 {
		out |= (a>>shift - b>>shift) & 0xff << shift
	}
	return out
}

// A step is a pixel as it is, or a match: length pixels as they were at a distance before.
type step struct {
	pixel            uint32
	length, distance int
}

const (
	minMatch = 3
	maxMatch = 4096
	maxChain = 32 // earlier places that are looked at
	hashBits = 15
)

// steps takes a picture apart.
func (p *pixels) steps() []step {
	head := make([]int32, 1<<hashBits) // where a hash was last seen, plus 1
	prev := make([]int32, len(p.argb))
	hash := func(i int) uint32 {
		return (p.argb[i]*0x9e3779b1 ^ p.argb[i+1]*0x85ebca6b ^ p.argb[i+2]*0xc2b2ae35) >> (32 - hashBits)
	}
	note := func(i int) {
		if i+minMatch <= len(p.argb) {
			h := hash(i)
			prev[i], head[h] = head[h], int32(i+1)
		}
	}
	var out []step
	for i := 0; i < len(p.argb); {
		s := step{pixel: p.argb[i]}
		if i+minMatch <= len(p.argb) {
			at := head[hash(i)]
			for n := 0; n < maxChain && at > 0; n++ {
				if l := p.match(int(at-1), i); l > s.length {
					s.length, s.distance = l, i-int(at-1)
				}
				at = prev[at-1]
			}
		}
		n := 1
		if s.length >= minMatch {
			n = s.length
		} else {
			s.length = 0
		}
		for range n {
			note(i)
			i++
		}
		out = append(out, s)
	}
	return out
}

// match is how many pixels from i on are as those from at on.
func (p *pixels) match(at, i int) int {
	n := 0
	for i+n < len(p.argb) && n < maxMatch && p.argb[at+n] == p.argb[i+n] {
		n++
	}
	return n
}

// writePixels writes the codes and then the picture by them.
func writePixels(w *bitWriter, p *pixels) {
	steps := p.steps()
	counts := [5][]int{make([]int, 256+24), make([]int, 256), make([]int, 256), make([]int, 256), make([]int, 40)}
	for _, s := range steps {
		if s.length > 0 {
			length, _, _ := prefix(s.length)
			distance, _, _ := prefix(p.plane(s.distance))
			counts[0][256+length]++
			counts[4][distance]++
			continue
		}
		for i, shift := range channels {
			counts[i][s.pixel>>shift&0xff]++
		}
	}
	var codes [5][]code
	for i := range codes {
		codes[i] = writeCode(w, counts[i])
	}
	for _, s := range steps {
		if s.length > 0 {
			writePrefixed(w, codes[0][256:], s.length)
			writePrefixed(w, codes[4], p.plane(s.distance))
			continue
		}
		for i, shift := range channels {
			w.code(codes[i][s.pixel>>shift&0xff])
		}
	}
}

// channels are the places of green, red, blue and alpha, in the order of their codes.
var channels = [4]int{8, 16, 0, 24}

// plane is the number for a distance: pixels nearby have short ones.
func (p *pixels) plane(distance int) int {
	switch distance {
	case p.w:
		return 1
	case 1:
		return 2
	}
	return distance + 120
}

// prefix is the symbol of a number from 1 on, and the bits that come after it.
func prefix(n int) (symbol int, extra uint32, width int) {
	if n--; n < 4 {
		return n, 0, 0
	}
	high := bits.Len(uint(n)) - 1
	width = high - 1
	return 2*high + n>>width&1, uint32(n) & (1<<width - 1), width
}

func writePrefixed(w *bitWriter, codes []code, n int) {
	symbol, extra, width := prefix(n)
	w.code(codes[symbol])
	w.write(extra, width)
}

// A code is a prefix code of a symbol, its first bit the lowest.
type code struct {
	bits  uint32
	width int
}

func countsOf(symbol int) []int {
	counts := make([]int, symbol+1)
	counts[symbol] = 1
	return counts
}

// writeCode makes the prefix code for symbols that come so often, and writes it.
func writeCode(w *bitWriter, counts []int) []code {
	var used []int
	for symbol, n := range counts {
		if n > 0 {
			used = append(used, symbol)
		}
	}
	if len(used) == 0 {
		used = []int{0}
	}
	if len(used) <= 2 && slices.Max(used) < 256 {
		return writeSimple(w, used, len(counts))
	}
	widths := widthsOf(counts, 15)
	w.write(0, 1)
	writeWidths(w, widths)
	return codesOf(widths)
}

// writeSimple writes a code for one symbol, which then takes no bits, or for two.
func writeSimple(w *bitWriter, used []int, size int) []code {
	w.write(1, 1)
	w.write(uint32(len(used)-1), 1)
	w.write(1, 1)
	codes := make([]code, size)
	for i, symbol := range used {
		w.write(uint32(symbol), 8)
		codes[symbol] = code{uint32(i), len(used) - 1}
	}
	return codes
}

// widthOrder is the order in which the widths of the code for widths are written.
var widthOrder = [19]int{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// writeWidths writes the widths of a code, in a code of their own.
func writeWidths(w *bitWriter, widths []int) {
	runs := runsOf(widths)
	counts := make([]int, len(widthOrder))
	for _, r := range runs {
		counts[r.symbol]++
	}
	inner := widthsOf(counts, 7)
	n := len(widthOrder)
	for n > 4 && inner[widthOrder[n-1]] == 0 {
		n--
	}
	w.write(uint32(n-4), 4)
	for _, symbol := range widthOrder[:n] {
		w.write(uint32(inner[symbol]), 3)
	}
	w.write(0, 1) // all symbols have a width
	codes := codesOf(inner)
	for _, r := range runs {
		w.code(codes[r.symbol])
		w.write(r.extra, r.width)
	}
}

// A run is a width, or a number of zeros, as it is written.
type run struct {
	symbol int
	extra  uint32
	width  int
}

func runsOf(widths []int) (out []run) {
	for i := 0; i < len(widths); {
		n := 0
		for i+n < len(widths) && widths[i+n] == 0 && n < 138 {
			n++
		}
		switch {
		case n >= 11:
			out = append(out, run{18, uint32(n - 11), 7})
		case n >= 3:
			out = append(out, run{17, uint32(n - 3), 3})
		default:
			out = append(out, run{symbol: widths[i]})
			n = 1
		}
		i += n
	}
	return out
}

// widthsOf are the widths of a Huffman code in which none has more than a number of bits: where one had, the counts are
// made more alike until it fits.
func widthsOf(counts []int, limit int) []int {
	counts = slices.Clone(counts)
	for {
		widths := huffman(counts)
		if slices.Max(widths) <= limit {
			return widths
		}
		for i, n := range counts {
			if n > 0 {
				counts[i] = (n + 1) / 2
			}
		}
	}
}

// huffman are the widths of the best code. A single symbol gets one bit.
func huffman(counts []int) []int {
	type node struct {
		count   int
		symbols []int
	}
	widths := make([]int, len(counts))
	var nodes []node
	for symbol, n := range counts {
		if n > 0 {
			nodes = append(nodes, node{n, []int{symbol}})
			widths[symbol] = 0
		}
	}
	if len(nodes) == 1 {
		widths[nodes[0].symbols[0]] = 1
	}
	byCount := func(a, b node) int { return b.count - a.count }
	slices.SortStableFunc(nodes, byCount)
	for len(nodes) > 1 {
		a, b := nodes[len(nodes)-1], nodes[len(nodes)-2]
		both := node{a.count + b.count, append(append([]int(nil), a.symbols...), b.symbols...)}
		for _, symbol := range both.symbols {
			widths[symbol]++
		}
		nodes = nodes[:len(nodes)-2]
		at, _ := slices.BinarySearchFunc(nodes, both, byCount)
		nodes = slices.Insert(nodes, at, both)
	}
	return widths
}

// codesOf are the canonical codes of widths. Where only one symbol has a code it takes no bits.
func codesOf(widths []int) []code {
	codes := make([]code, len(widths))
	used := 0
	next := uint32(0)
	for width := 1; width <= 15; width++ {
		next <<= 1
		for symbol, n := range widths {
			if n == width {
				codes[symbol] = code{bits.Reverse32(next) >> (32 - width), width}
				next++
				used++
			}
		}
	}
	if used == 1 {
		clear(codes)
	}
	return codes
}

// A bitWriter writes bits, the lowest first.
type bitWriter struct {
	out  []byte
	hold uint64
	n    int
}

func (w *bitWriter) code(c code) { w.write(c.bits, c.width) }

func (w *bitWriter) write(v uint32, n int) {
	w.hold |= uint64(v) << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.hold))
		w.hold >>= 8
	}
}

func (w *bitWriter) bytes() []byte {
	if w.n > 0 {
		w.out = append(w.out, byte(w.hold))
	}
	return w.out
}
