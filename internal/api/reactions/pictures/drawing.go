package pictures

import (
	"fmt"
	"math"
	"strconv"
)

// A drawing is the shapes of an emoji, the lowest first, and its name.
type drawing struct {
	Title  string  `json:"t"`
	Shapes []shape `json:"s"`
}

// A shape is an area of one colour.
type shape struct {
	Color   string `json:"c"` // rrggbb
	Path    string `json:"p"` // M, L, C and Z of SVG, absolute, in hundredths of a unit of 32
	Opacity int    `json:"o"` // percent; 0: all of it
	EvenOdd bool   `json:"e"`
}

// A point is a place in a picture of 512 by 512.
type point [2]float64

// A knot is a point of a contour with the handles of the curves before and behind it, relative to it.
type knot struct{ at, in, out point }

// unit is a hundredth of a unit of 32 in a picture of 512.
const unit = 512.0 / 3200

// contours reads a path.
func contours(path string) ([][]knot, error) {
	var all [][]knot
	for at := 0; at < len(path); {
		command := path[at]
		numbers, next, err := numbers(path, at+1)
		if err != nil {
			return nil, err
		}
		at = next
		switch {
		case command == 'M' && len(numbers) == 2:
			all = append(all, []knot{{at: point{numbers[0], numbers[1]}}})
		case command == 'Z' && len(numbers) == 0:
		case command == 'L' && len(numbers) == 2 && len(all) > 0:
			last := &all[len(all)-1]
			*last = append(*last, knot{at: point{numbers[0], numbers[1]}})
		case command == 'C' && len(numbers) == 6 && len(all) > 0:
			curve(&all[len(all)-1], numbers)
		default:
			return nil, fmt.Errorf("path has %q with %d numbers", command, len(numbers))
		}
	}
	return all, nil
}

// curve adds a knot and the handles that lead to it.
func curve(to *[]knot, n []float64) {
	last := &(*to)[len(*to)-1]
	last.out = point{n[0] - last.at[0], n[1] - last.at[1]}
	*to = append(*to, knot{at: point{n[4], n[5]}, in: point{n[2] - n[4], n[3] - n[5]}})
}

// numbers reads the numbers of a path from a place on, up to the next command.
func numbers(path string, at int) (all []float64, next int, err error) {
	for at < len(path) {
		c := path[at]
		if c == ' ' {
			at++
			continue
		}
		if c != '-' && (c < '0' || c > '9') {
			break
		}
		end := at + 1
		for end < len(path) && path[end] >= '0' && path[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(path[at:end])
		if err != nil {
			return nil, 0, err
		}
		all, at = append(all, float64(n)*unit), end
	}
	return all, at, nil
}

// letters are what the bytes from 192 on stand for in an outline.
const letters = "AACAAAAHAAALMAAAQASTAVAAAZaacaaaahaaalmaaaqastava.az0123456789-,"

// maxOutline bounds an outline, in bytes.
const maxOutline = 1 << 10

// outline is the lowest shape, which is the largest, packed as clients read it: it is shown until the picture is loaded.
// The first M and the last Z are left out.
// Spec: https://core.telegram.org/api/files#vector-thumbnails
func (d drawing) outline() []byte {
	if len(d.Shapes) == 0 {
		return nil
	}
	all, err := contours(d.Shapes[0].Path)
	if err != nil {
		return nil
	}
	var out []byte
	for i, contour := range all {
		var part []byte
		if i > 0 {
			part = append(part, letter('z'), letter('M'))
		}
		part = appendPoints(part, contour[0].at)
		for j := 1; j < len(contour); j++ {
			a, b := contour[j-1], contour[j]
			part = append(part, letter('C'))
			part = appendPoints(part, a.at.plus(a.out), b.at.plus(b.in), b.at)
		}
		if len(out)+len(part) > maxOutline {
			break
		}
		out = append(out, part...)
	}
	return out
}

func letter(c byte) byte {
	for i := range len(letters) {
		if letters[i] == c {
			return byte(192 + i)
		}
	}
	return 192
}

func (p point) plus(o point) point { return point{p[0] + o[0], p[1] + o[1]} }

// appendPoints packs points that follow a letter.
func appendPoints(b []byte, all ...point) []byte {
	for i, p := range all {
		b = appendNumber(b, p[0], i == 0)
		b = appendNumber(b, p[1], false)
	}
	return b
}

// appendNumber packs a number: as many of its first digits as make up to 63 in one byte with the sign or a comma, which
// the first of a list does not have, the others as letters.
func appendNumber(b []byte, v float64, first bool) []byte {
	n, mark := int(math.Round(v)), byte(128)
	switch {
	case n < 0:
		n, mark = -n, 64
	case first:
		mark = 0
	}
	digits := strconv.Itoa(n)
	head := min(len(digits), 2)
	if high, _ := strconv.Atoi(digits[:head]); high > 63 {
		head = 1
	}
	high, _ := strconv.Atoi(digits[:head])
	b = append(b, mark|byte(high))
	for _, c := range []byte(digits[head:]) {
		b = append(b, letter(c))
	}
	return b
}
