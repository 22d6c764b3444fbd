package gateway

import (
	"encoding/binary"
	"testing"

	"hermod/internal/mtproto"
)

// BenchmarkCall measures a call from a client's socket and back to it, with a handler that does nothing.
func BenchmarkCall(b *testing.B) {
	r := newRig(b, func(o *Options) { o.Limits.Packets = -1 })
	d := r.device(r.newKey(1))
	d.call(hello)
	b.ReportAllocs()
	for b.Loop() {
		d.call(hello)
		d.queue = nil
	}
}

// BenchmarkPush measures an update from its stream to the client.
func BenchmarkPush(b *testing.B) {
	r := newRig(b, func(o *Options) { o.Limits.Packets = -1 })
	d := r.device(r.newKey(1))
	d.call(hello)
	u := Update{Object: echo("update..")}
	b.ReportAllocs()
	for b.Loop() {
		r.happen(1, u)
		d.await(idOf([]byte("update..")))
	}
}

// BenchmarkCalls measures a call among sixteen that come in one packet.
func BenchmarkCalls(b *testing.B) {
	const together = 16
	r := newRig(b, func(o *Options) { o.Limits.Packets = -1 })
	d := r.device(r.newKey(1))
	d.call(hello)
	b.ReportAllocs()
	for b.Loop() {
		msgs := make([]mtproto.Message, together)
		for i := range msgs {
			msgs[i] = mtproto.Message{ID: mtproto.MessageID(d.msgID()), SeqNo: 1, Body: hello}
		}
		d.send(mtproto.AppendContainer(binary.LittleEndian.AppendUint32(nil, idContainer), msgs))
		for range together {
			d.await(idRPCResult)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*together), "µs/call")
}
