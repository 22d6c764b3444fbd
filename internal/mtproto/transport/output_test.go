package transport

import (
	"bytes"
	"net"
	"testing"
	"time"
)

// connected is a server's connection and the other end of it.
func connected(t *testing.T) (server, client *Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	out, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	in, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = out.Close(), in.Close() })
	if client, err = NewClientConn(out, Header{Kind: Intermediate, DC: 2}, true, Options{}); err != nil {
		t.Fatal(err)
	}
	server = NewServerConn(in, nil, Options{PacketTimeout: time.Second})
	if err := client.Send(make([]byte, 32)); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Receive(); err != nil {
		t.Fatal(err)
	}
	return server, client
}

// TestTrySendNeverWaits fills a connection whose other end does not read, and finds all packets there later, whole and in
// order.
func TestTrySendNeverWaits(t *testing.T) {
	server, client := connected(t)
	packet := func(i int) []byte { return bytes.Repeat([]byte{byte(i), 1, 2, 3}, 8<<10) }
	n := 0
	for outcome := Sent; outcome == Sent; n++ {
		var err error
		if outcome, err = server.TrySend(packet(n)); err != nil {
			t.Fatal(err)
		}
		if n > 10_000 {
			t.Fatal("it takes everything")
		}
		if outcome == Busy {
			t.Fatal("busy, and nobody else sends")
		}
	}
	if outcome, err := server.TrySend(packet(n)); outcome != Busy || err != nil {
		t.Errorf("behind what is kept: %v, %v", outcome, err)
	}
	done := make(chan error)
	go func() {
		err := server.Flush()
		if err == nil {
			err = server.Send(packet(n))
		}
		done <- err
	}()
	for i := range n + 1 {
		p, err := client.Receive()
		if err != nil || !bytes.Equal(p.Data, packet(i)) {
			t.Fatalf("packet %d: %d bytes, %v", i, len(p.Data), err)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if outcome, err := server.TrySend(packet(n + 1)); outcome != Sent || err != nil {
		t.Errorf("after it was read: %v, %v", outcome, err)
	}
}

// TestTrySendTellsOfABrokenConnection fails at the latest with the second packet.
func TestTrySendTellsOfABrokenConnection(t *testing.T) {
	server, client := connected(t)
	_ = client.Close()
	var err error
	for range 100 {
		if _, err = server.TrySend(make([]byte, 64)); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("it does not fail")
}
