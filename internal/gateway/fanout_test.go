package gateway

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hermod/internal/mtproto/crypto"
	"hermod/internal/tl/packed"
)

// readersEnv makes this test binary play many clients that read what comes, in a process of their own, so that their work
// is not counted with the server's. Its value is the address, their number, and after how many updates they acknowledge;
// 0 means that they say nothing at all, not even a first call.
const readersEnv = "HERMOD_TEST_READERS"

// playReaders connects clients and prints a line whenever all of them together have got as many updates as the next number
// on its input says.
func playReaders() {
	var addr string
	var n, ackEvery int
	if _, err := fmt.Sscan(os.Getenv(readersEnv), &addr, &n, &ackEvery); err != nil {
		fmt.Println(err)
		return
	}
	var total atomic.Int64
	more := make(chan struct{}, 1)
	for i := range n {
		var nc net.Conn
		var err error
		if ackEvery > 0 {
			nc, err = enterCrowdAs(addr, i, false)
		} else {
			nc, err = net.Dial("tcp", addr)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		go readAll(nc, i, ackEvery, &total, more)
	}
	fmt.Println("ready")
	var want int64
	for {
		if _, err := fmt.Scan(&want); err != nil {
			return
		}
		for total.Load() < want {
			<-more
		}
		fmt.Println("got")
	}
}

// readAll reads the updates that come to the client i, and counts them.
func readAll(nc net.Conn, i, ackEvery int, total *atomic.Int64, more chan struct{}) {
	d := device{key: crowdKey(i), session: int64(i) + 1}
	in := bufio.NewReaderSize(nc, 4<<10)
	var head [4]byte
	var packet []byte
	var acks []int64
	for {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		packet = append(packet[:0], make([]byte, binary.LittleEndian.Uint32(head[:]))...)
		if _, err := io.ReadFull(in, packet); err != nil {
			return
		}
		if err := d.open(packet); err != nil {
			fmt.Println(err)
			return
		}
		got := 0
		for _, m := range d.queue {
			if m.SeqNo&1 == 1 {
				got++
				acks = append(acks, m.ID)
			}
		}
		d.queue = d.queue[:0]
		if total.Add(int64(got)); got > 0 {
			select {
			case more <- struct{}{}:
			default:
			}
		}
		if ackEvery > 0 && len(acks) >= ackEvery {
			_, _ = nc.Write(acksPacket(i, acks))
			acks = acks[:0]
		}
	}
}

// acksPacket acknowledges messages, as the client i, in the intermediate framing.
func acksPacket(i int, list []int64) []byte {
	body := binary.LittleEndian.AppendUint32(nil, idMsgsAck)
	body = binary.LittleEndian.AppendUint32(body, 0x1cb5c415)
	body = binary.LittleEndian.AppendUint32(body, uint32(len(list)))
	for _, id := range list {
		body = binary.LittleEndian.AppendUint64(body, uint64(id))
	}
	k, now := crowdKey(i), time.Now()
	m := crypto.Message{Session: int64(i) + 1, ID: now.Unix()<<32 | int64(now.Nanosecond())<<2, Body: body}
	packet := k.Seal(make([]byte, 4, 512), m, crypto.FromClient)
	binary.LittleEndian.PutUint32(packet, uint32(len(packet)-4))
	return packet
}

// readers are clients in another process.
type readers struct {
	b    *testing.B
	in   io.WriteCloser
	out  *bufio.Reader
	cmd  *exec.Cmd
	told int64
}

func startReaders(b *testing.B, addr string, n, ackEvery int) *readers {
	r := &readers{b: b, cmd: exec.Command(os.Args[0])}
	r.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d", readersEnv, addr, n, ackEvery))
	r.cmd.Stderr = os.Stderr
	var err error
	if r.in, err = r.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	r.out = bufio.NewReader(out)
	if err := r.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	return r
}

func (r *readers) awaitLine(want string) {
	if line, _ := r.out.ReadString('\n'); line != want+"\n" {
		r.b.Fatalf("the readers say %q", line)
	}
}

// await waits until n more updates have come to all readers together.
func (r *readers) await(n int) {
	r.told += int64(n)
	if _, err := fmt.Fprintln(r.in, r.told); err != nil {
		r.b.Fatal(err)
	}
	r.awaitLine("got")
}

func (r *readers) end() {
	_ = r.in.Close()
	_ = r.cmd.Wait()
}

const (
	fanMembers = 1000
	fanWindow  = 20 // posts under way before the readers are waited for
	fanAcks    = 16
)

// fanBody is a post as it goes to members: a message of an ordinary length.
var fanBody = make([]byte, 300)

// TestSlowReaderIsToldInOrder lets a client stop reading while much happens. It costs the others nothing, and it gets all
// that it did not lose in order, and is told of what it lost.
func TestSlowReaderIsToldInOrder(t *testing.T) {
	r := newRig(t, nil)
	slow, quick := r.device(r.newKey(1)), r.device(r.newKey(2))
	slow.call(hello)
	quick.call(hello)
	const posts, size = 2000, 8 << 10
	for i := range posts {
		body := make([]byte, size)
		binary.LittleEndian.PutUint32(body, 0x11111111)
		binary.LittleEndian.PutUint32(body[4:], uint32(i))
		form := packed.NewForm(random(body))
		r.feeds[1].Hear(0, form)
		r.feeds[2].Hear(0, form)
		if got := numberOf(quick.await(0x11111111)); got != i {
			t.Fatalf("the quick reader got %d, want %d", got, i)
		}
	}
	last, lost := -1, false
	for !lost {
		m, err := slow.receive(5 * time.Second)
		if err != nil {
			t.Fatal(err)
		}
		switch idOf(m.Body) {
		case 0x11111111:
			if n := numberOf(m); n != last+1 {
				t.Fatalf("%d came after %d", n, last)
			}
			last++
		case idOf(tooLong):
			lost = true
		}
	}
	if last == posts-1 {
		t.Error("nothing was lost: the test sends too little")
	}
	r.feeds[1].Hear(0, packed.NewForm(echo("update..")))
	slow.await(idOf([]byte("update..")))
}

// random fills what follows the first eight bytes, so that it cannot be packed.
func random(body []byte) echo {
	for i := 8; i < len(body); i++ {
		body[i] = byte(rand.IntN(256))
	}
	return body
}

func numberOf(m crypto.Message) int { return int(binary.LittleEndian.Uint32(m.Body[4:])) }

// TestHearExceptsASession tells everybody but the session that knows.
func TestHearExceptsASession(t *testing.T) {
	r := newRig(t, nil)
	k := r.newKey(1)
	one, two := r.device(k), r.device(k)
	one.call(hello)
	two.call(hello)
	eventually(t, func() bool { return r.g.live.users[1].has(2) })
	r.feeds[1].Hear(one.session, packed.NewForm(echo("update..")))
	two.await(idOf([]byte("update..")))
	one.silent(50 * time.Millisecond)
}

// BenchmarkFanOut measures what a post costs that goes to a thousand members who are online, beside a bare program
// that only encrypts the same bytes for each connection and writes them. An operation is a delivery to one of them.
func BenchmarkFanOut(b *testing.B) {
	rounds := max(b.N/fanMembers, 1)
	bare, _ := fanBare(b, rounds)
	ours, cpu := fanOut(b, rounds)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(cpu, "µs-cpu/delivery")
	b.ReportMetric(ours, "deliveries/s")
	b.ReportMetric(bare, "bare/s")
	b.ReportMetric(ours/bare, "of-bare")
}

// fanOut delivers through the gateway.
func fanOut(b *testing.B, rounds int) (perSecond, cpu float64) {
	r := newRig(b, func(o *Options) { o.Limits.Packets = -1 })
	anySalt(r, fanMembers)
	readers := startReaders(b, r.addr, fanMembers, fanAcks)
	defer readers.end()
	readers.awaitLine("ready")
	binary.LittleEndian.PutUint32(fanBody, 0x11111111)
	return fanMeasure(b, readers, rounds, func(int) {
		form := packed.NewForm(echo(fanBody))
		fanEach(func(i int) { r.feeds[int64(i+1)].Hear(0, form) })
	})
}

// fanBare encrypts and writes.
func fanBare(b *testing.B, rounds int) (perSecond, cpu float64) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	readers := startReaders(b, l.Addr().String(), fanMembers, 0)
	defer readers.end()
	conns := make([]net.Conn, fanMembers)
	keys := make([]crypto.Key, fanMembers)
	for i := range conns {
		if conns[i], err = l.Accept(); err != nil {
			b.Fatal(err)
		}
		keys[i] = crowdKey(i)
	}
	readers.awaitLine("ready")
	return fanMeasure(b, readers, rounds, func(round int) {
		fanEach(func(i int) {
			m := crypto.Message{Session: int64(i) + 1, ID: int64(round), SeqNo: 1, Body: fanBody}
			bufs := getBuffers()
			defer bufs.put()
			p := append(bufs.sealed[:0], 0, 0, 0, 0)
			p = keys[i].Seal(p, m, crypto.FromServer)
			binary.LittleEndian.PutUint32(p, uint32(len(p)-4))
			bufs.sealed = p
			_, _ = conns[i].Write(p)
		})
	})
}

// fanEach calls fn for each member, in as many goroutines as there are processors.
func fanEach(fn func(i int)) {
	var wait sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < fanMembers; i = next.Add(1) - 1 {
				fn(int(i))
			}
		})
	}
	wait.Wait()
}

func fanMeasure(b *testing.B, readers *readers, rounds int, post func(round int)) (perSecond, cpu float64) {
	b.Helper()
	post(0)
	readers.await(fanMembers)
	began, before := time.Now(), cpuTime()
	for i := range rounds {
		post(i + 1)
		if (i+1)%fanWindow == 0 || i == rounds-1 {
			readers.await(fanMembers * (i%fanWindow + 1))
		}
	}
	n := float64(rounds * fanMembers)
	return n / time.Since(began).Seconds(), (cpuTime() - before).Seconds() * 1e6 / n
}

// cpuTime is what this process has used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
