package clamd_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"hermod/internal/clamd"
	"hermod/internal/clamd/clamdtest"
)

func TestRealDaemon(t *testing.T) {
	d := clamdtest.Start(t)
	c, err := clamd.New(d.Address)
	if err != nil {
		t.Fatal(err)
	}
	if version, err := c.Version(t.Context()); err != nil || !strings.HasPrefix(version, "ClamAV ") {
		t.Errorf("version: got %q, %v", version, err)
	}
	for name, tt := range map[string]struct {
		content []byte
		want    string
		err     error
	}{
		"eicar":         {clamdtest.Eicar(), clamdtest.Signature, nil},
		"clean":         {[]byte("hello"), "", nil},
		"empty":         {nil, "", nil},
		"longest":       {make([]byte, clamdtest.MaxStream), "", nil},
		"too long":      {make([]byte, clamdtest.MaxStream+1), "", clamd.ErrTooBig},
		"much too long": {make([]byte, 20*clamdtest.MaxStream), "", clamd.ErrTooBig},
	} {
		if got, err := c.Scan(t.Context(), bytes.NewReader(tt.content)); got != tt.want || !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
			t.Errorf("%s: got %q, %v; want %q, %v", name, got, err, tt.want, tt.err)
		}
	}
	d.Stop(t)
	if _, err := c.Scan(t.Context(), bytes.NewReader(nil)); !errors.Is(err, clamd.ErrAway) {
		t.Errorf("after its end: %v", err)
	}
	d.Restart(t)
	if got, err := c.Scan(t.Context(), bytes.NewReader(clamdtest.Eicar())); got != clamdtest.Signature || err != nil {
		t.Errorf("after its return: got %q, %v", got, err)
	}
}
