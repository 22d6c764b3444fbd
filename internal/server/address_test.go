package server

import (
	"net/netip"
	"slices"
	"testing"

	"hermod/internal/rpc"
)

func TestWhereClientsAreSent(t *testing.T) {
	tests := map[string]struct {
		listen, public, client string
		want                   string
	}{
		"a client of this machine":  {listen: "[::]:8080", client: "127.0.0.1", want: "127.0.0.1:8080"},
		"one address only":          {listen: "192.0.2.7:8080", client: "198.51.100.1", want: "192.0.2.7:8080"},
		"public address":            {listen: "[::]:8080", public: "203.0.113.5:443", client: "127.0.0.1", want: "203.0.113.5:443"},
		"public host, port of ours": {listen: "[::]:8080", public: "203.0.113.5", client: "127.0.0.1", want: "203.0.113.5:8080"},
		"public IPv6 address":       {listen: "[::]:8080", public: "[2001:db8::1]:443", client: "::1", want: "[2001:db8::1]:443"},
		"nobody known":              {listen: "[::]:8080", want: "127.0.0.1:8080"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := newAddresses(t.Context(), netip.MustParseAddrPort(tt.listen), tt.public)
			if err != nil {
				t.Fatal(err)
			}
			call := &rpc.Call{}
			if tt.client != "" {
				call.Addr = netip.MustParseAddr(tt.client)
			}
			if got := a.forCall(call); !slices.Equal(got, []netip.AddrPort{netip.MustParseAddrPort(tt.want)}) {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}
