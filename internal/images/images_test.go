package images

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"reflect"
	"runtime"
	"testing"

	"github.com/gotd/td/telegram/thumbnail"
)

var (
	red, green = color.RGBA{220, 30, 30, 255}, color.RGBA{30, 200, 40, 255}
	blue, grey = color.RGBA{30, 40, 210, 255}, color.RGBA{120, 120, 120, 255}
)

// quarters is a picture with a colour in each corner: red, green, blue, grey.
func quarters(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := red
			switch {
			case x >= w/2 && y >= h/2:
				c = grey
			case y >= h/2:
				c = blue
			case x >= w/2:
				c = green
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// near tells whether two colours are about the same.
func near(a, b color.Color) bool {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	for _, d := range [...]int{int(ar>>8) - int(br>>8), int(ag>>8) - int(bg>>8), int(ab>>8) - int(bb>>8)} {
		if d < -24 || d > 24 {
			return false
		}
	}
	return true
}

// corners are the colours in the middle of the quarters of a JPEG.
func corners(t *testing.T, data []byte) [4]color.Color {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	return [4]color.Color{m.At(w/4, h/4), m.At(3*w/4, h/4), m.At(w/4, 3*h/4), m.At(3*w/4, 3*h/4)}
}

func photo(t *testing.T, data []byte) []Size {
	t.Helper()
	sizes, err := New(Options{}).Photo(t.Context(), bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}

func TestPhotoSizes(t *testing.T) {
	type sides map[string]image.Point
	tests := map[image.Point]sides{
		{90, 60}:     {"i": {40, 27}, "s": {90, 60}},
		{100, 100}:   {"i": {40, 40}, "s": {100, 100}},
		{101, 20}:    {"i": {40, 8}, "s": {100, 20}, "m": {101, 20}},
		{500, 250}:   {"i": {40, 20}, "s": {100, 50}, "m": {320, 160}, "x": {500, 250}},
		{600, 1200}:  {"i": {20, 40}, "s": {50, 100}, "m": {160, 320}, "x": {400, 800}, "y": {600, 1200}},
		{2000, 1000}: {"i": {40, 20}, "s": {100, 50}, "m": {320, 160}, "x": {800, 400}, "y": {1280, 640}, "w": {2000, 1000}},
		{2600, 1300}: {"i": {40, 20}, "s": {100, 50}, "m": {320, 160}, "x": {800, 400}, "y": {1280, 640}, "w": {2560, 1280}},
		{1, 1}:       {"i": {1, 1}, "s": {1, 1}},
		{1, 20}:      {"i": {1, 20}, "s": {1, 20}},
	}
	for size, want := range tests {
		sizes := photo(t, asPNG(t, quarters(size.X, size.Y)))
		if len(sizes) != len(want) {
			t.Errorf("%v: got %d sizes, want %d", size, len(sizes), len(want))
		}
		for i, s := range sizes {
			if (image.Point{s.W, s.H}) != want[s.Type] {
				t.Errorf("%v: %q is %d×%d, want %v", size, s.Type, s.W, s.H, want[s.Type])
			}
			if s.Type == "i" {
				continue
			}
			m, err := jpeg.Decode(bytes.NewReader(s.Data))
			if err != nil || m.Bounds().Size() != want[s.Type] {
				t.Errorf("%v: %q: %v", size, s.Type, err)
			}
			last := i == len(sizes)-1 && max(s.W, s.H) > smallBox
			if (s.Scans != nil) != last || last && s.Scans[len(s.Scans)-1] != int64(len(s.Data)) {
				t.Errorf("%v: %q has scans %v", size, s.Type, s.Scans)
			}
		}
	}
}

func TestAvatars(t *testing.T) {
	m := quarters(900, 300)
	sizes, err := New(Options{}).Avatar(t.Context(), bytes.NewReader(asJPEG(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"i": 40, "a": 160, "b": 300, "c": 300}
	for _, s := range sizes {
		if s.W != want[s.Type] || s.H != s.W {
			t.Errorf("%q is %d×%d", s.Type, s.W, s.H)
		}
		if s.Type == "i" {
			continue
		}
		if c := corners(t, s.Data); !near(c[0], red) || !near(c[3], grey) {
			t.Errorf("%q: not from the middle: %v", s.Type, c)
		}
	}
	if len(sizes) != len(want) {
		t.Errorf("%d sizes", len(sizes))
	}
	if _, err := New(Options{}).Avatar(t.Context(), bytes.NewReader(asPNG(t, quarters(159, 800)))); !errors.Is(err, ErrSmall) {
		t.Errorf("small: got %v", err)
	}
}

func TestThumbs(t *testing.T) {
	sizes, err := New(Options{}).Thumbs(t.Context(), bytes.NewReader(asJPEG(t, quarters(640, 320))))
	if err != nil || len(sizes) != 2 || sizes[0].Type != "i" || sizes[1].Type != "m" || sizes[1].W != 320 || sizes[1].H != 160 {
		t.Errorf("got %v, %v", sizes, err)
	}
}

// Clients put a fixed head before a stripped picture. gotd has the one of Telegram Desktop.
func TestStrippedIsWhatClientsExpand(t *testing.T) {
	for _, size := range []image.Point{{400, 400}, {1000, 500}, {300, 900}, {7, 9}} {
		sizes := photo(t, asPNG(t, quarters(size.X, size.Y)))
		if len(sizes[0].Data) > 1000 {
			t.Errorf("%v: %d bytes", size, len(sizes[0].Data))
		}
		file, err := thumbnail.Expand(sizes[0].Data)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := m.Bounds().Size(), fit(size, 40); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
		small := scale(quarters(size.X, size.Y), image.Rectangle{Max: size}, fit(size, strippedBox))
		var plain bytes.Buffer
		if err := jpeg.Encode(&plain, small, &jpeg.Options{Quality: strippedQuality}); err != nil {
			t.Fatal(err)
		}
		want, err := jpeg.Decode(&plain)
		if err != nil {
			t.Fatal(err)
		}
		if size.X <= 100 && !reflect.DeepEqual(m, want) {
			t.Errorf("%v: expanded, it is another picture", size)
		}
		if c := m.At(m.Bounds().Dx()-1, m.Bounds().Dy()-1); size.X > 100 && !alike(c, grey) {
			t.Errorf("%v: grey became %v", size, c)
		}
	}
}

// alike tells whether two colours are about the same after the coarsest compression.
func alike(a, b color.Color) bool {
	y, _, _, _ := color.GrayModel.Convert(a).RGBA()
	z, _, _, _ := color.GrayModel.Convert(b).RGBA()
	return max(y, z)-min(y, z) < 48<<8
}

// exif is an EXIF block that says how a camera was held, and where.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("Exif\x00\x00")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = append(b, "II"...)
	} else {
		b = append(b, "MM"...)
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 0x010f) // the maker
	b = order.AppendUint16(b, 2)
	b = order.AppendUint32(b, 4)
	b = append(b, "GPS\x00"...)
	b = order.AppendUint16(b, tagOrientation)
	b = order.AppendUint16(b, typeShort)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, orientation)
	return append(b, 0, 0, 0, 0, 0, 0)
}

// withSegment puts a segment at the beginning of a JPEG.
func withSegment(file []byte, marker byte, body []byte) []byte {
	n := len(body) + 2
	head := append([]byte{0xff, markerSOI, 0xff, marker, byte(n >> 8), byte(n)}, body...)
	return append(head, file[2:]...)
}

func TestOrientation(t *testing.T) {
	// What a camera that was held so stores of quarters, by corners, and what stands upright.
	r, g, b, k := color.Color(red), color.Color(green), color.Color(blue), color.Color(grey)
	want := [9][4]color.Color{
		1: {r, g, b, k}, 2: {g, r, k, b}, 3: {k, b, g, r}, 4: {b, k, r, g},
		5: {r, b, g, k}, 6: {b, r, k, g}, 7: {k, g, b, r}, 8: {g, k, r, b},
	}
	plain := asJPEG(t, quarters(400, 200))
	for o := 1; o <= 8; o++ {
		order := binary.AppendByteOrder(binary.BigEndian)
		if o%2 == 0 {
			order = binary.LittleEndian
		}
		for name, file := range map[string][]byte{
			"jpeg": withSegment(plain, markerAPP1, exif(order, uint16(o))),
			"png":  pngWith(t, quarters(400, 200), "eXIf", exif(order, uint16(o))[6:]),
		} {
			sizes := photo(t, file)
			last := sizes[len(sizes)-1]
			if (last.W < last.H) != turned(o) {
				t.Errorf("%s, orientation %d: %d×%d", name, o, last.W, last.H)
			}
			for i, c := range corners(t, last.Data) {
				if !near(c, want[o][i]) {
					t.Errorf("%s, orientation %d: corner %d is %v, want %v", name, o, i, c, want[o][i])
				}
			}
		}
	}
}

// pngWith puts a chunk before the pixels of a PNG.
func pngWith(t testing.TB, m image.Image, name string, body []byte) []byte {
	t.Helper()
	file := asPNG(t, m)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(chunk, name...)
	chunk = append(chunk, body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc(chunk[4:]))
	const head = 8 + 25
	return append(append(bytes.Clone(file[:head]), chunk...), file[head:]...)
}

func TestNothingOfTheCameraIsLeft(t *testing.T) {
	secret := []byte("59.9139N-10.7522E")
	file := withSegment(asJPEG(t, quarters(300, 300)), markerAPP1, append(exif(binary.BigEndian, 1), secret...))
	file = withSegment(file, 0xfe, secret) // a comment
	file = withSegment(file, 0xed, secret) // what picture agencies write
	file = append(file, secret...)         // behind the end
	for _, s := range photo(t, file) {
		if bytes.Contains(s.Data, secret) || bytes.Contains(s.Data, []byte("Exif")) || bytes.Contains(s.Data, []byte("GPS")) {
			t.Errorf("%q tells where it was taken", s.Type)
		}
	}
}

func TestFormats(t *testing.T) {
	see := image.NewNRGBA(image.Rect(0, 0, 200, 200)) // all to be seen through, which is white
	paletted := image.NewPaletted(image.Rect(0, 0, 200, 200), color.Palette{red, green})
	var animated bytes.Buffer
	frames := &gif.GIF{Config: image.Config{Width: 200, Height: 200}}
	for range 20 {
		frames.Image, frames.Delay = append(frames.Image, paletted), append(frames.Delay, 1)
	}
	if err := gif.EncodeAll(&animated, frames); err != nil {
		t.Fatal(err)
	}
	gray, gray16, deep := image.NewGray(see.Rect), image.NewGray16(see.Rect), image.NewNRGBA64(see.Rect)
	for name, tt := range map[string]struct {
		file []byte
		want color.Color
	}{
		"transparent png": {asPNG(t, see), color.White},
		"paletted png":    {asPNG(t, paletted), red},
		"grey png":        {asPNG(t, gray), color.Black},
		"deep grey png":   {asPNG(t, gray16), color.Black},
		"deep png":        {asPNG(t, deep), color.White},
		"animated gif":    {animated.Bytes(), red},
		"webp":            {losslessWebP(200, 200, blue), blue},
		"grey jpeg":       {asJPEG(t, gray), color.Black},
	} {
		sizes := photo(t, tt.file)
		last := sizes[len(sizes)-1]
		if c := corners(t, last.Data)[0]; last.W != 200 || last.H != 200 || !near(c, tt.want) {
			t.Errorf("%s: %d×%d, %v; want %v", name, last.W, last.H, c, tt.want)
		}
	}
	lossy, err := os.ReadFile("testdata/lossy.webp") // of golang.org/x/image
	if err != nil {
		t.Fatal(err)
	}
	info, err := New(Options{}).Inspect(bytes.NewReader(lossy))
	if err != nil || info.Format != WebP || info.Format.MIME() != "image/webp" {
		t.Errorf("got %+v, %v", info, err)
	}
	if sizes := photo(t, lossy); sizes[len(sizes)-1].W != info.W {
		t.Errorf("lossy webp: %v", sizes)
	}
}

// Whoever tells that a picture is huge is turned away before anything is unpacked.
func TestBombs(t *testing.T) {
	huge := map[string][]byte{
		"png":            pngHead(60000, 60000, 8, 2),
		"png, deep":      pngHead(5000, 5000, 16, 6),
		"gif":            append([]byte("GIF89a\xff\xff\xff\xff\x80\x00\x00"), make([]byte, 100)...),
		"webp":           losslessWebP(16384, 16384, red),
		"webp, by bytes": losslessWebP(4990, 4990, red),
		"jpeg":           jpegHead(markerSOF0, 60000, 60000),
		"jpeg, scans":    jpegHead(markerSOF2, 5000, 5000),
		"long":           pngHead(9999, 2, 8, 2),
	}
	for name, file := range huge {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := New(Options{}).Inspect(bytes.NewReader(file))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrDimensions) {
			t.Errorf("%s: got %v", name, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: %d bytes were taken", name, used)
		}
	}
	if _, err := New(Options{}).Photo(t.Context(), bytes.NewReader(asPNG(t, quarters(2100, 100)))); !errors.Is(err, ErrDimensions) {
		t.Errorf("a band: got %v", err)
	}
	scan := []byte{0xff, markerSOS, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3}
	slow := append(jpegHead(markerSOF2, 1000, 1000), bytes.Repeat(scan, maxScans)...) // beside the one of the head
	plain := append(jpegHead(markerSOF0, 1000, 1000), bytes.Repeat(scan, maxPlainScans)...)
	for name, file := range map[string][]byte{"progressive": slow, "plain": plain} {
		if _, err := New(Options{}).Inspect(bytes.NewReader(file)); !errors.Is(err, errScans) || !errors.Is(err, ErrBroken) {
			t.Errorf("many scans, %s: got %v", name, err)
		}
		if _, err := New(Options{}).Inspect(bytes.NewReader(file[:len(file)-len(scan)])); err != nil {
			t.Errorf("as many scans as there may be, %s: %v", name, err)
		}
	}
	if _, err := New(Options{MaxBytes: 10}).Inspect(bytes.NewReader(slow)); !errors.Is(err, ErrHeavy) {
		t.Errorf("many bytes: got %v", err)
	}
}

func TestBroken(t *testing.T) {
	whole := asJPEG(t, quarters(300, 300))
	for name, tt := range map[string]struct {
		file []byte
		want error
	}{
		"empty":     {nil, ErrFormat},
		"text":      {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), ErrFormat},
		"cut jpeg":  {whole[:len(whole)/2], ErrBroken},
		"cut head":  {whole[:30], ErrBroken},
		"cut png":   {asPNG(t, quarters(300, 300))[:60], ErrBroken},
		"empty png": {pngHead(0, 0, 8, 2), ErrBroken},
		"riff":      {[]byte("RIFF\x04\x00\x00\x00WEBP"), ErrBroken},
	} {
		_, err := New(Options{}).Photo(t.Context(), bytes.NewReader(tt.file))
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

var errDisk = errors.New("disk on fire")

// failing fails after some bytes.
type failing struct {
	io.ReadSeeker
	left int
}

func (f *failing) Read(b []byte) (int, error) {
	if f.left <= 0 {
		return 0, errDisk
	}
	n, err := f.ReadSeeker.Read(b[:min(len(b), f.left)])
	f.left -= n
	return n, err
}

func TestFaultsOfTheStoreAreNotThePictures(t *testing.T) {
	file := asPNG(t, quarters(300, 300))
	for left := 0; left < 2*len(file); left += len(file)/5 + 1 {
		_, err := New(Options{}).Photo(t.Context(), &failing{bytes.NewReader(file), left})
		if err != nil && (!errors.Is(err, errDisk) || errors.Is(err, ErrBroken)) {
			t.Errorf("after %d bytes: got %v", left, err)
		}
	}
}

func TestWorkWaitsForMemory(t *testing.T) {
	w := New(Options{Memory: 64 << 20})
	if err := w.memory.Acquire(t.Context(), 64<<20); err != nil {
		t.Fatal(err)
	}
	file := asPNG(t, quarters(300, 300))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Photo(ctx, bytes.NewReader(file)); !errors.Is(err, context.Canceled) {
		t.Errorf("with nothing free: got %v", err)
	}
	w.memory.Release(64 << 20)
	if _, err := w.Photo(t.Context(), bytes.NewReader(file)); err != nil {
		t.Error(err)
	}
	if !w.memory.TryAcquire(64 << 20) {
		t.Error("memory was not given back")
	}
}

// What Inspect reckons is not less than what is taken.
func TestMemoryIsReckonedRight(t *testing.T) {
	m := quarters(2000, 1500)
	for name, file := range map[string][]byte{
		"jpeg": asJPEG(t, m), "png": asPNG(t, m), "webp": losslessWebP(2000, 1500, red), "gray": asJPEG(t, image.NewGray(m.Rect)),
	} {
		info, err := New(Options{}).Inspect(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := decode(bytes.NewReader(file), info); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		used := int64(after.TotalAlloc - before.TotalAlloc)
		if reckoned := int64(float64(info.W*info.H)*info.perPixel) + 1<<20; used > reckoned {
			t.Errorf("%s: %d bytes taken, %d reckoned", name, used, reckoned)
		}
	}
}

func TestScaleKeepsColours(t *testing.T) {
	m := quarters(400, 300)
	for _, size := range []image.Point{{40, 30}, {400, 300}, {800, 600}, {399, 1}, {1, 1}} {
		got := scale(m, m.Bounds(), size)
		if got.Bounds().Size() != size {
			t.Fatalf("got %v", got.Bounds())
		}
		if size.X < 40 || size.Y < 30 {
			continue
		}
		for i, want := range []color.Color{red, green, blue, grey} {
			if c := got.At(size.X/4+i%2*size.X/2, size.Y/4+i/2*size.Y/2); !near(c, want) {
				t.Errorf("%v: corner %d is %v", size, i, c)
			}
		}
	}
}

func FuzzPhoto(f *testing.F) {
	f.Add(asJPEG(f, quarters(40, 30)))
	f.Add(withSegment(asJPEG(f, quarters(20, 30)), markerAPP1, exif(binary.LittleEndian, 6)))
	f.Add(asPNG(f, quarters(10, 10)))
	f.Add(losslessWebP(16, 16, red))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	w := New(Options{Memory: 16 << 20})
	f.Fuzz(func(t *testing.T, in []byte) {
		sizes, err := w.Photo(t.Context(), bytes.NewReader(in))
		if err == nil && len(sizes) < 2 {
			t.Error("no sizes and no error")
		}
		if err != nil && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrBroken) && !errors.Is(err, ErrDimensions) {
			t.Errorf("got %v", err)
		}
	})
}

func FuzzOrientation(f *testing.F) {
	f.Add(exif(binary.LittleEndian, 6))
	f.Add(exif(binary.BigEndian, 8))
	f.Fuzz(func(t *testing.T, in []byte) {
		if o := orientation(in); o < 1 || o > 8 {
			t.Errorf("got %d", o)
		}
	})
}

// BenchmarkPhoto makes the sizes of what a phone takes: twelve million pixels.
func BenchmarkPhoto(b *testing.B) {
	file := asJPEG(b, quarters(4000, 3000))
	w := New(Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Photo(b.Context(), bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAvatar(b *testing.B) {
	file := asJPEG(b, quarters(800, 800))
	w := New(Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Avatar(b.Context(), bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
}
