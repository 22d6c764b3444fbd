package progressive

import "bytes"

// frequencies count symbols.
type frequencies [256]int64

func (f *frequencies) any() bool { return *f != frequencies{} }

// A counter is a sink that only counts.
type counter struct{ seen [2]frequencies }

func (c *counter) put(table int, symbol byte, _ uint32, _ uint) { c.seen[table][symbol]++ }

const maxCode = 16 // bits

// A table is a Huffman code: how many symbols have each length, and the symbols, shortest first.
type table struct {
	counts  [maxCode + 1]int
	symbols []byte
}

// newTable makes the best code of at most 16 bits for what was counted. No symbol gets a code of ones only.
// Spec: T.81, K.2
func newTable(seen *frequencies) table {
	length := codeLengths(seen)
	var counts [reserved + 2]int
	for _, n := range length {
		counts[n]++
	}
	counts[0] = 0
	t := table{counts: limit(&counts)}
	for n := 1; n <= reserved; n++ {
		for symbol := range reserved {
			if length[symbol] == n {
				t.symbols = append(t.symbols, byte(symbol))
			}
		}
	}
	return t
}

// reserved stands for the code of ones only: it is counted once, and so gets one of the longest codes.
const reserved = 256

// codeLengths returns how long the code of each symbol is, whatever that be; 0 for symbols that do not occur.
func codeLengths(seen *frequencies) (length [reserved + 1]int) {
	var weight [reserved + 1]int64
	var next [reserved + 1]int // the symbols below one node of the tree are a chain
	for i := range next {
		next[i] = -1
	}
	copy(weight[:], seen[:])
	weight[reserved] = 1
	for a, b := lightest(&weight); b >= 0; a, b = lightest(&weight) {
		weight[a], weight[b] = weight[a]+weight[b], 0
		last := a
		for next[last] >= 0 {
			last = next[last]
		}
		next[last] = b
		for i := a; i >= 0; i = next[i] {
			length[i]++
		}
	}
	return length
}

// lightest returns the two least weights that are not 0, of equal ones those with the greatest index; b is -1 when there
// is but one.
func lightest(weight *[reserved + 1]int64) (a, b int) {
	a, b = -1, -1
	for i, w := range weight {
		switch {
		case w == 0:
		case a < 0 || w <= weight[a]:
			a, b = i, a
		case b < 0 || w <= weight[b]:
			b = i
		}
	}
	return a, b
}

// limit shortens codes of more than 16 bits, each pair of them at the price of a short code that grows, and takes the
// reserved code out.
func limit(counts *[reserved + 2]int) (limited [maxCode + 1]int) {
	for n := reserved; n > maxCode; n-- {
		for counts[n] > 0 {
			short := n - 2
			for counts[short] == 0 {
				short--
			}
			counts[n] -= 2
			counts[n-1]++
			counts[short+1] += 2
			counts[short]--
		}
	}
	last := maxCode
	for counts[last] == 0 {
		last--
	}
	counts[last]--
	copy(limited[:], counts[:])
	return limited
}

// spec is the table as a file holds it.
func (t table) spec() []byte {
	b := make([]byte, 0, maxCode+len(t.symbols))
	for _, n := range t.counts[1:] {
		b = append(b, byte(n))
	}
	return append(b, t.symbols...)
}

// A code is some bits for a symbol; none has 0 bits.
type code struct {
	bits uint32
	n    uint
}

type codes [256]code

// codes gives the symbols their codes. Spec: T.81, C.2
func (t table) codes() (all codes) {
	next, at := uint32(0), 0
	for n := 1; n <= maxCode; n++ {
		for range t.counts[n] {
			all[t.symbols[at]] = code{bits: next, n: uint(n)}
			next++
			at++
		}
		next <<= 1
	}
	return all
}

// A bitWriter is a sink that writes. A byte of ones is followed by one of zeros, so that no marker is seen.
type bitWriter struct {
	out   *bytes.Buffer
	codes [2]codes
	acc   uint64
	n     uint
}

func (w *bitWriter) put(table int, symbol byte, bits uint32, n uint) {
	c := w.codes[table][symbol]
	w.write(c.bits, c.n)
	w.write(bits, n)
}

func (w *bitWriter) write(bits uint32, n uint) {
	w.acc = w.acc<<n | uint64(bits)
	for w.n += n; w.n >= 8; {
		w.n -= 8
		b := byte(w.acc >> w.n)
		w.out.WriteByte(b)
		if b == 0xff {
			w.out.WriteByte(0)
		}
	}
}

// flush fills the last byte with ones.
func (w *bitWriter) flush() {
	if w.n > 0 {
		w.write(1<<(8-w.n)-1, 8-w.n)
	}
}
