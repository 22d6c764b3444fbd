package gateway

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/transport"
	"hermod/internal/rpc"
)

// crowdEnv makes this test binary play many clients, so that their memory is not counted with the server's. Its
// value is the address and the number.
const crowdEnv = "HERMOD_TEST_CROWD"

// crowdKey is the key of the client i.
func crowdKey(i int) crypto.Key {
	var secret [crypto.KeySize]byte
	binary.LittleEndian.PutUint64(secret[:], uint64(i)+1)
	return crypto.NewKey(secret)
}

// playCrowd connects clients, each of which makes a call and acknowledges its answer, and stays until its input ends.
func playCrowd() {
	var addr string
	var n int
	if _, err := fmt.Sscan(os.Getenv(crowdEnv), &addr, &n); err != nil {
		fmt.Println(err)
		return
	}
	conns := make([]net.Conn, 0, n)
	for i := range n {
		nc, err := enterCrowd(addr, i)
		if err != nil {
			fmt.Println(err)
			return
		}
		conns = append(conns, nc)
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	for _, nc := range conns {
		_ = nc.Close()
	}
}

func enterCrowd(addr string, i int) (net.Conn, error) { return enterCrowdAs(addr, i, true) }

func enterCrowdAs(addr string, i int, obfuscated bool) (net.Conn, error) {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c, err := transport.NewClientConn(nc, transport.Header{Kind: transport.Intermediate}, obfuscated, transport.Options{})
	if err != nil {
		return nil, err
	}
	k := crowdKey(i)
	say := func(body []byte) error {
		now := time.Now()
		m := crypto.Message{Session: int64(i) + 1, ID: now.Unix()<<32 | int64(now.Nanosecond())<<2, SeqNo: 1, Body: body}
		return c.Send(k.Seal(nil, m, crypto.FromClient))
	}
	if err := say(hello); err != nil {
		return nil, err
	}
	acks := binary.LittleEndian.AppendUint32(nil, idMsgsAck)
	var got []int64
	for answered := false; !answered; {
		p, err := c.Receive()
		if err != nil {
			return nil, err
		}
		d := device{key: k, session: int64(i) + 1}
		if err := d.open(p.Data); err != nil {
			return nil, err
		}
		for _, m := range d.queue {
			got = append(got, m.ID)
			answered = answered || idOf(m.Body) == idRPCResult
		}
	}
	acks = binary.LittleEndian.AppendUint32(acks, 0x1cb5c415)
	acks = binary.LittleEndian.AppendUint32(acks, uint32(len(got)))
	for _, id := range got {
		acks = binary.LittleEndian.AppendUint64(acks, uint64(id))
	}
	return nc, say(acks)
}

// anySalt makes clients of the crowd welcome, who know no salt.
func anySalt(r *rig, n int) {
	for i := range n {
		k := crowdKey(i)
		_ = r.Create(context.Background(), Key{ID: k.ID, Secret: k.Secret, DC: 2})
		r.setWho(k.ID, rpc.Who{User: ids.User(i + 1), PermKey: ids.AuthKey(k.ID), Layer: 200})
		in, err := r.g.key(context.Background(), k.ID)
		if err != nil {
			r.t.Fatal(err)
		}
		in.created = time.Now() // the salt of the exchange, which is 0 here, is good
	}
}

// BenchmarkIdleConnection measures the memory of a connection that is signed in and does nothing: connection, key, session
// and stream. Run it with -benchtime 15000x.
func BenchmarkIdleConnection(b *testing.B) {
	n := max(b.N, 100)
	r := newRig(b, nil)
	anySalt(r, n)
	heap, rss := memory()
	crowd := exec.Command(os.Args[0])
	crowd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", crowdEnv, r.addr, n))
	stay, err := crowd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := crowd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := crowd.Start(); err != nil {
		b.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); strings.TrimSpace(line) != "ready" {
		b.Fatalf("the crowd says %q", line)
	}
	time.Sleep(time.Second)
	if got := r.g.conns.len(); got != n {
		b.Fatalf("%d connections", got)
	}
	heapNow, rssNow := memory()
	b.ReportMetric(float64(heapNow-heap)/float64(n), "heap+stack-B/conn")
	b.ReportMetric(float64(rssNow-rss)/float64(n), "rss-B/conn")
	b.ReportMetric(0, "ns/op")
	_ = stay.Close()
	_ = crowd.Wait()
}

// memory returns what the heap and the stacks take after a collection, and what the process has from the system.
func memory() (inUse, rss int64) {
	for range 4 { // stacks shrink by half each time
		runtime.GC()
	}
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		for line := range strings.Lines(string(status)) {
			if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &rss); err == nil {
				rss <<= 10
				break
			}
		}
	}
	return int64(m.HeapInuse + m.StackInuse), rss
}
