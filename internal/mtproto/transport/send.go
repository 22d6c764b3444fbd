package transport

// Send writes payloads, a packet each, in one write. It does not keep them.
//
// After it failed once the connection is of no more use; it fails again at once.
func (c *Conn) Send(payloads ...[]byte) error { return c.send(payloads, false) }

// SendAckRequest is Send that asks for a quick ack of each packet.
func (c *Conn) SendAckRequest(payloads ...[]byte) error { return c.send(payloads, true) }

// framing is an upper bound of what all layers add to one packet.
const framing = 64

func (c *Conn) send(payloads [][]byte, wantsAck bool) error {
	size := 0
	for _, p := range payloads {
		size += len(p) + framing
	}
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	b := buffers.get(size)
	for _, p := range payloads {
		start := len(b)
		b = c.seal(c.codec.append(b, p, wantsAck), start)
	}
	return c.flush(b)
}

// SendQuickAck answers a packet that had WantsAck with the first 32 bits of its SHA-256. Full has no quick acks:
// nothing is sent.
func (c *Conn) SendQuickAck(token uint32) error {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	b := c.codec.AppendQuickAck(buffers.get(smallBuffer), token)
	return c.flush(c.seal(b, 0))
}

// SendError sends a transport error, such as CodeUnknownKey. The caller closes the connection after most of them.
// Before the framing is known nothing is sent.
func (c *Conn) SendError(code int32) error {
	if c.codec.kind == 0 {
		return nil
	}
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	b := c.codec.AppendError(buffers.get(smallBuffer), code)
	return c.flush(c.seal(b, 0))
}

// writeStream writes bytes of the stream that are no packet.
func (c *Conn) writeStream(stream []byte) error {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	b := append(buffers.get(len(stream)+framing), stream...)
	return c.flush(c.seal(b, 0))
}

// seal puts obfuscation and a WebSocket frame around the packet b[start:]: one message per packet, as Web K
// needs it.
func (c *Conn) seal(b []byte, start int) []byte {
	if len(b) == start {
		return b
	}
	if c.obf != nil {
		c.obf.Seal(b[start:])
	}
	if c.ws != nil {
		b = c.ws.wrap(b, start, opBinary)
	}
	return b
}

// flush writes b, behind what is kept, and gives it back to the pool. The caller holds c.out.mu.
func (c *Conn) flush(b []byte) error {
	if c.out.buf != nil {
		if err := c.drain(); err != nil {
			buffers.put(b)
			return err
		}
	}
	c.out.keep(b)
	return c.drain()
}
