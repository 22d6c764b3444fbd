package gateway

import (
	"slices"

	"hermod/internal/tl"
	"hermod/internal/tl/packed"
)

// Tell pushes o to the sessions of a permanent key and of the temporary ones bound to it, whether somebody is signed in
// by it or not, in the layer that each speaks. It is for what happens to a device rather than to a user: a client that
// shows a QR code hears in this way that it was accepted (updateLoginToken). It does not block, and may get lost.
func (g *Gateway) Tell(id int64, o tl.Object) {
	f := packed.NewForm(o)
	b := getBuffers()
	defer b.put()
	for _, k := range g.keys.family(id) {
		k.mu.Lock()
		layer, sessions := k.who.Layer, slices.Clone(k.sessions)
		k.mu.Unlock()
		if layer == 0 {
			continue
		}
		for _, s := range sessions {
			s.push(f.Body(layer))
			s.send(b)
		}
	}
}
