package transport

// Protocol is what a fresh connection speaks.
type Protocol uint8

// The protocols that share a port.
const (
	// Incomplete means that more first bytes are needed.
	Incomplete Protocol = iota
	// HTTP is HTTP/1.x in clear.
	HTTP
	// TLS is a TLS ClientHello.
	TLS
	// Proxy is a PROXY protocol header, version 2.
	Proxy
	// MTProto is one of our framings, plain or obfuscated.
	MTProto
)

// SniffSize is the number of bytes with which Sniff always decides.
const SniffSize = 12

// proxySignature begins a PROXY protocol header.
// Spec: https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt section 2.2
const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// Sniff tells by the first bytes of a connection what it speaks, or that it needs more of them. Clients take
// care that an obfuscated stream begins like none of the others, so everything else is MTProto.
// Spec: https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
func Sniff(b []byte) Protocol {
	if len(b) == 0 {
		return Incomplete
	}
	for _, method := range [...]string{"GET ", "POST", "HEAD", "OPTI", "PUT ", "DELE", "PATC"} {
		if found := matches(b, method); found != 0 {
			return pick(found, HTTP)
		}
	}
	if found := matches(b, proxySignature); found != 0 {
		return pick(found, Proxy)
	}
	if b[0] == 0x16 {
		return sniffTLS(b)
	}
	return MTProto
}

// sniffTLS looks further than the two bytes that the obfuscation rules set apart: random streams may begin
// with 16 03, but not with the head of a ClientHello.
// Spec: https://www.rfc-editor.org/rfc/rfc8446#section-5.1
func sniffTLS(b []byte) Protocol {
	const handshake, clientHello = 0x16, 1
	want := [...]struct{ low, high byte }{{handshake, handshake}, {3, 3}, {0, 4}, {0, 0x40}, {0, 0xff}, {clientHello, clientHello}, {0, 0}}
	for i, w := range want {
		if i == len(b) {
			return Incomplete
		}
		if b[i] < w.low || b[i] > w.high {
			return MTProto
		}
	}
	return TLS
}

// matches says whether b begins with prefix: 0 no, 1 so far, 2 yes.
func matches(b []byte, prefix string) int {
	n := min(len(b), len(prefix))
	switch {
	case string(b[:n]) != prefix[:n]:
		return 0
	case n < len(prefix):
		return 1
	}
	return 2
}

func pick(found int, p Protocol) Protocol {
	if found == 1 {
		return Incomplete
	}
	return p
}

// plainKind returns the framing that a plain stream begins with; 0 if it is none, or if b is too short to say.
func plainKind(b []byte) Kind {
	switch {
	case len(b) == 0:
		return 0
	case b[0] == tagAbridged&0xff:
		return Abridged
	case len(b) < 4:
		return 0
	}
	if k := kindOf(le.Uint32(b)); k != 0 {
		return k
	}
	if len(b) >= 8 && le.Uint32(b[4:]) == 0 { // the first packet of the full framing has number 0
		return Full
	}
	return 0
}
