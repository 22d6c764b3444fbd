package view

// ListHash is the number by which clients name a list. Some compute it themselves. Where it would be 0, which they take for
// none, it is 1.
// Spec: https://core.telegram.org/api/offsets#hash-generation
func ListHash[N ~int64 | ~int32](all ...N) int64 {
	var h uint64
	for _, n := range all {
		h ^= h >> 21
		h ^= h << 35
		h ^= h >> 4
		h += uint64(n)
	}
	if h == 0 {
		return 1
	}
	return int64(h)
}
