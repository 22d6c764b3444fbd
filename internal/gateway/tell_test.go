package gateway

import (
	"testing"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
)

// A client that shows a QR code is signed in by nobody when it hears that the code was accepted.
func TestTellReachesADeviceThatIsNotSignedIn(t *testing.T) {
	r := newRig(t, nil)
	perm, temp, other := r.newKey(0), r.newKey(0), r.newKey(0)
	_ = r.Create(t.Context(), Key{ID: temp.ID, Secret: temp.Secret, Temporary: true, ExpiresAt: time.Now().Add(time.Hour)})
	r.setWho(temp.ID, rpc.Who{PermKey: ids.AuthKey(perm.ID), Layer: 200})
	one, two, three := r.device(perm), r.device(temp), r.device(other)
	for _, d := range []*device{one, two, three} {
		d.call(hello)
	}
	update := echo("update..")
	r.g.Tell(perm.ID, update)
	one.await(idOf(update))
	two.await(idOf(update))
	three.silent(100 * time.Millisecond)
}
