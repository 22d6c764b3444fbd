package gateway

import (
	"testing"
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
