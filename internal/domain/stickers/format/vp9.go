package format

// A bitReader reads bit by bit, the highest first. Behind the end all bits are 0, and short is set.
type bitReader struct {
	b     []byte
	at    int
	short bool
}

func (r *bitReader) read(n int) (v int) {
	for range n {
		v <<= 1
		if r.at>>3 >= len(r.b) {
			r.short = true
			continue
		}
		v |= int(r.b[r.at>>3]) >> (7 - r.at&7) & 1
		r.at++
	}
	return v
}

// frameSize reads from the head of a VP9 key frame how large it is.
// Spec: https://storage.googleapis.com/downloads.webmproject.org/docs/vp9/vp9-bitstream-specification-v0.7-20170222-draft.pdf section 6.2
func frameSize(b []byte) (w, h int, ok bool) {
	r := &bitReader{b: b}
	if r.read(2) != 2 { // frame_marker
		return 0, 0, false
	}
	profile := r.read(1) | r.read(1)<<1
	if profile == 3 {
		r.read(1)
	}
	if r.read(2) != 0 { // shows a frame that there is; is no key frame
		return 0, 0, false
	}
	r.read(2) // show_frame, error_resilient_mode
	if r.read(24) != 0x498342 || !colors(r, profile) {
		return 0, 0, false
	}
	w, h = r.read(16)+1, r.read(16)+1
	return w, h, !r.short
}

// colors passes over color_config. It says false of what cannot be.
func colors(r *bitReader, profile int) bool {
	const rgb = 7
	if profile >= 2 {
		r.read(1) // ten or twelve bits
	}
	odd := profile == 1 || profile == 3
	if r.read(3) == rgb {
		if odd {
			r.read(1)
		}
		return odd
	}
	r.read(1) // color_range
	if odd {
		r.read(3)
	}
	return true
}
