package transport

import (
	"bytes"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"strings"
	"testing"
)

// kinds are all framings.
var kinds = []Kind{Abridged, Intermediate, Padded, Full}

func fromHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func withSum(b []byte) []byte { return le.AppendUint32(b, crc32.ChecksumIEEE(b)) }

func TestNext(t *testing.T) {
	word := []byte{1, 2, 3, 4}
	tests := map[string]struct {
		kind Kind
		side Side
		in   []byte
		want Packet
		used int
		err  error
	}{
		"abridged":                   {kind: Abridged, in: fromHex(t, "01 01020304"), want: Packet{Data: word}, used: 5},
		"abridged, long form":        {kind: Abridged, in: fromHex(t, "7f 010000 01020304 ff"), want: Packet{Data: word}, used: 8},
		"abridged wants ack":         {kind: Abridged, in: fromHex(t, "81 01020304"), want: Packet{Data: word, WantsAck: true}, used: 5},
		"abridged, long, wants ack":  {kind: Abridged, in: fromHex(t, "ff 010000 01020304"), want: Packet{Data: word, WantsAck: true}, used: 8},
		"abridged ack":               {kind: Abridged, side: Client, in: fromHex(t, "81020304"), want: Packet{Ack: 0x81020304}, used: 4},
		"abridged, short head":       {kind: Abridged, in: fromHex(t, "7f 0100")},
		"abridged, short body":       {kind: Abridged, in: fromHex(t, "02 01020304")},
		"abridged, nothing in it":    {kind: Abridged, in: fromHex(t, "00 01020304"), err: ErrMalformed},
		"abridged, too large":        {kind: Abridged, in: fromHex(t, "7f ffffff"), err: ErrTooLarge},
		"intermediate":               {kind: Intermediate, in: fromHex(t, "04000000 01020304"), want: Packet{Data: word}, used: 8},
		"intermediate wants ack":     {kind: Intermediate, in: fromHex(t, "04000080 01020304"), want: Packet{Data: word, WantsAck: true}, used: 8},
		"intermediate ack":           {kind: Intermediate, side: Client, in: fromHex(t, "04030281 01"), want: Packet{Ack: 0x81020304}, used: 4},
		"intermediate, too large":    {kind: Intermediate, in: fromHex(t, "ffffff7f"), err: ErrTooLarge},
		"intermediate, empty":        {kind: Intermediate, in: fromHex(t, "00000000"), err: ErrMalformed},
		"padded error":               {kind: Padded, side: Client, in: fromHex(t, "07000000 6cfeffff 090909"), want: Packet{Data: fromHex(t, "6cfeffff")}, used: 11},
		"padded, unencrypted":        {kind: Padded, in: fromHex(t, "1b000000 0000000000000000 0100000000000000 04000000 01020304 aabbcc"), want: Packet{Data: fromHex(t, "0000000000000000 0100000000000000 04000000 01020304")}, used: 31},
		"padded, unencrypted, lying": {kind: Padded, in: fromHex(t, "15000000 0000000000000000 0100000000000000 ffffffff 01"), want: Packet{Data: fromHex(t, "0000000000000000 0100000000000000 ffffffff 01")}, used: 25},
		"padded, 21 odd bytes":       {kind: Padded, in: fromHex(t, "15000000 0100000000000000 0100000000000000 ffffffff 01"), want: Packet{Data: fromHex(t, "0100000000000000 0100000000000000 ffffffff 01")}, used: 25},
		"full":                       {kind: Full, in: withSum(fromHex(t, "10000000 00000000 01020304")), want: Packet{Data: word}, used: 16},
		"full, wrong number":         {kind: Full, in: withSum(fromHex(t, "10000000 01000000 01020304")), err: ErrMalformed},
		"full, wrong sum":            {kind: Full, in: fromHex(t, "10000000 00000000 01020304 00000000"), err: ErrMalformed},
		"full, negative":             {kind: Full, in: fromHex(t, "ffffffff"), err: ErrMalformed},
		"full, odd length":           {kind: Full, in: fromHex(t, "11000000"), err: ErrMalformed},
		"full, too large":            {kind: Full, in: fromHex(t, "ffffff7f"), err: ErrTooLarge},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.side == 0 {
				tt.side = Server
			}
			c := NewCodec(tt.kind, tt.side, 1<<20)
			p, used, err := c.Next(tt.in)
			if !errors.Is(err, tt.err) || used != tt.used || !bytes.Equal(p.Data, tt.want.Data) ||
				p.Ack != tt.want.Ack || p.WantsAck != tt.want.WantsAck {
				t.Errorf("got %+v, %d, %v; want %+v, %d, %v", p, used, err, tt.want, tt.used, tt.err)
			}
		})
	}
}

// samples are packets as they occur: encrypted, unencrypted, and long enough for every form of a length.
func samples() [][]byte {
	encrypted := func(blocks int) []byte {
		b := make([]byte, 24+16*blocks)
		for i := range b {
			b[i] = byte(i*7 + 1)
		}
		return b
	}
	plain := append(make([]byte, 8), 1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 9, 9, 9, 9)
	return [][]byte{encrypted(2), plain, encrypted(30), encrypted(31), encrypted(5000)}
}

func TestCodecRoundTrip(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.String(), func(t *testing.T) {
			client, server := NewCodec(kind, Client, 1<<20), NewCodec(kind, Server, 1<<20)
			for _, want := range samples() {
				wire := client.AppendAckRequest(nil, want)
				for cut := range min(len(wire), 64) { // every beginning is too short, none is wrong
					if p, used, err := server.Next(wire[:cut]); used != 0 || err != nil {
						t.Fatalf("%d of %d bytes give %x, %v", cut, len(wire), p.Data, err)
					}
				}
				p, used, err := server.Next(append(wire, 1))
				if err != nil || used != len(wire) || !bytes.Equal(p.Data, want) || p.WantsAck != (kind != Full) {
					t.Fatalf("used %d of %d, ack %t, %v", used, len(wire), p.WantsAck, err)
				}
			}
		})
	}
}

func TestServerSays(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.String(), func(t *testing.T) {
			client, server := NewCodec(kind, Client, 1<<20), NewCodec(kind, Server, 1<<20)
			wire := server.AppendError(nil, CodeUnknownKey)
			p, used, err := client.Next(wire)
			if err != nil || used != len(wire) || p.ErrorCode() != CodeUnknownKey {
				t.Errorf("error: %+v, %v", p, err)
			}
			wire = server.AppendQuickAck(nil, 0x01020304)
			if kind == Full {
				if len(wire) > 0 {
					t.Errorf("full has a quick ack: %x", wire)
				}
				return
			}
			p, used, err = client.Next(wire)
			if err != nil || used != 4 || p.Ack != 0x81020304 {
				t.Errorf("quick ack: %+v, %v", p, err)
			}
		})
	}
}

func FuzzNext(f *testing.F) {
	for _, kind := range kinds {
		c := NewCodec(kind, Client, 1<<20)
		for _, s := range samples() {
			f.Add(byte(kind), byte(Server), c.Append(nil, s))
		}
	}
	f.Fuzz(func(t *testing.T, kind, side byte, in []byte) {
		const limit = 1 << 12
		c := NewCodec(Kind(kind%4)+1, Side(side%2)+1, limit)
		for len(in) > 0 {
			p, used, err := c.Next(in)
			if used < 0 || used > len(in) || len(p.Data) > limit+12 || (err != nil && used != 0) {
				t.Fatalf("used %d of %d, packet of %d, %v", used, len(in), len(p.Data), err)
			}
			if used == 0 {
				return
			}
			in = in[used:]
		}
	})
}
