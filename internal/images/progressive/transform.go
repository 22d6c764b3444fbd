package progressive

// zigzag is where, in a block, the coefficients stand in the order they are told.
var zigzag = [side * side]int{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// baseQuant are the tables that the standard recommends, for quality 50. Spec: T.81, K.1
var baseQuant = [2][side * side]int32{
	{
		16, 11, 10, 16, 24, 40, 51, 61,
		12, 12, 14, 19, 26, 58, 60, 55,
		14, 13, 16, 24, 40, 57, 69, 56,
		14, 17, 22, 29, 51, 87, 80, 62,
		18, 22, 37, 56, 68, 109, 103, 77,
		24, 35, 55, 64, 81, 104, 113, 92,
		49, 64, 78, 87, 103, 121, 120, 101,
		72, 92, 95, 98, 112, 100, 103, 99,
	},
	{
		17, 18, 24, 47, 99, 99, 99, 99,
		18, 21, 26, 66, 99, 99, 99, 99,
		24, 26, 56, 99, 99, 99, 99, 99,
		47, 66, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
	},
}

// quantTables scales the base tables to a quality as everybody does since the first JPEG library.
func quantTables(quality int) (tables [2][side * side]int32) {
	scale := int32(200 - 2*quality)
	if quality < 50 {
		scale = int32(5000 / quality)
	}
	for i := range tables {
		for k, base := range baseQuant[i] {
			tables[i][k] = min(max((base*scale+50)/100, 1), 255)
		}
	}
	return tables
}

// aan are the factors by which the outputs of fdct are too large, in each direction, apart from the 8 of both.
var aan = [side]float32{1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.541196100, 0.275899379}

// divisors are what the outputs of fdct are multiplied with to be transformed and quantised, in zigzag order.
func divisors(quant *[side * side]int32) (d [side * side]float32) {
	for k, at := range zigzag {
		d[k] = 1 / (float32(quant[at]) * aan[at/side] * aan[at%side] * side)
	}
	return d
}

// maxCoefficient keeps what is told within ten bits, as the standard has it for eight bits a pixel.
const maxCoefficient = 1023

// transform makes of pixels, centred about 0, quantised coefficients in zigzag order. It destroys px.
func transform(px, scale *[side * side]float32, into *block) {
	for y := range side {
		fdct(px, y*side, 1)
	}
	for x := range side {
		fdct(px, x, side)
	}
	for k, at := range zigzag {
		v := min(max(px[at]*scale[k], -maxCoefficient), maxCoefficient)
		if v < 0 {
			into[k] = int16(v - 0.5)
		} else {
			into[k] = int16(v + 0.5)
		}
	}
}

// fdct is the cosine transform of eight numbers, from at on with some step, by the method of Arai, Agui and Nakajima:
// five multiplications, and outputs scaled by aan.
func fdct(px *[side * side]float32, at, step int) {
	p := func(i int) *float32 { return &px[at+i*step] }
	s0, d0 := *p(0)+*p(7), *p(0)-*p(7)
	s1, d1 := *p(1)+*p(6), *p(1)-*p(6)
	s2, d2 := *p(2)+*p(5), *p(2)-*p(5)
	s3, d3 := *p(3)+*p(4), *p(3)-*p(4)

	even0, even1 := s0+s3, s1+s2
	*p(0), *p(4) = even0+even1, even0-even1
	z := (s1 - s2 + s0 - s3) * 0.707106781
	*p(2), *p(6) = s0-s3+z, s0-s3-z

	a, b, c := d3+d2, d2+d1, d1+d0
	z5 := (a - c) * 0.382683433
	z2, z4, z3 := 0.541196100*a+z5, 1.306562965*c+z5, b*0.707106781
	z11, z13 := d0+z3, d0-z3
	*p(5), *p(3) = z13+z2, z13-z2
	*p(1), *p(7) = z11+z4, z11-z4
}
