package transport

import (
	"errors"
	"testing"
)

func TestSniff(t *testing.T) {
	tests := map[string]struct {
		in   string
		want Protocol
	}{
		"nothing":                  {"", Incomplete},
		"half a method":            {"GE", Incomplete},
		"GET":                      {"GET / HTTP/1.1", HTTP},
		"POST":                     {"POST /api HTTP/1.1", HTTP},
		"a word like a method":     {"GETS", MTProto},
		"ClientHello":              {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", TLS},
		"half a ClientHello":       {"\x16\x03\x01", Incomplete},
		"16 03 of a random stream": {"\x16\x03\x01\x02\x00\x77", MTProto},
		"PROXY":                    {"\r\n\r\n\x00\r\nQUIT\n\x21", Proxy},
		"half PROXY":               {"\r\n\r\n\x00", Incomplete},
		"abridged":                 {"\xef", MTProto},
		"full":                     {"\x10\x00\x00\x00\x00\x00\x00\x00", MTProto},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Sniff([]byte(tt.in)); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1"))
	f.Add([]byte(proxySignature))
	f.Fuzz(func(t *testing.T, in []byte) {
		if got := Sniff(in); got == Incomplete && len(in) >= SniffSize {
			t.Errorf("%x leaves it open", in)
		}
	})
}

func TestHeader(t *testing.T) {
	secret := []byte("0123456789abcdef")
	for _, s := range [][]byte{nil, secret} {
		for _, kind := range []Kind{Abridged, Intermediate, Padded} {
			b, client := NewHeader(Header{Kind: kind, DC: -10002}, s)
			if Sniff(b[:]) != MTProto || plainKind(b[:]) != 0 {
				t.Errorf("header %x looks like something else", b)
			}
			got, server, err := OpenHeader(b[:], s)
			if err != nil || got.Kind != kind || got.DC != -10002 {
				t.Fatalf("%v with secret %x: %v, %v", kind, s, got, err)
			}
			for _, dir := range [][2]*Obfuscation{{client, server}, {server, client}} {
				msg := []byte("some text of the stream")
				dir[0].Seal(msg)
				if dir[1].Open(msg); string(msg) != "some text of the stream" {
					t.Errorf("opens to %q", msg)
				}
			}
		}
	}
}

func TestHeaderRefused(t *testing.T) {
	b, _ := NewHeader(Header{Kind: Abridged}, []byte("0123456789abcdef"))
	if _, _, err := OpenHeader(b[:], nil); !errors.Is(err, ErrUnknownProtocol) {
		t.Errorf("without the secret: %v", err)
	}
	if _, _, err := OpenHeader(b[:63], nil); !errors.Is(err, ErrMalformed) {
		t.Errorf("short: %v", err)
	}
}
