package bus_test

import (
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/bus/bustest"
)

func TestLocal(t *testing.T) {
	bustest.Run(t, func(*testing.T) bus.Bus { return bus.NewLocal() })
}

// A faulty bus without faults is a bus.
func TestFaultyHealed(t *testing.T) {
	bustest.Run(t, func(t *testing.T) bus.Bus {
		b := bustest.NewFaulty(t, bus.NewLocal(), bustest.AllFaults, 1)
		b.Set(bustest.Faults{})
		return b
	})
}

func TestFaulty(t *testing.T) {
	tests := map[string]struct {
		faults bustest.Faults
		want   int
	}{
		"lost":    {bustest.Faults{Lost: 1}, 0},
		"doubled": {bustest.Faults{Doubled: 1}, 2},
		"late":    {bustest.Faults{Late: 1, Delay: time.Millisecond}, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := make(chan bus.Message, 10)
			t.Run("publish", func(t *testing.T) { // its end waits for late messages
				b := bustest.NewFaulty(t, bus.NewLocal(), tt.faults, 1)
				b.Subscribe("a", func(m bus.Message) { got <- m })
				b.Publish(bus.Message{Subject: "a"})
			})
			if len(got) != tt.want {
				t.Errorf("got %d messages, want %d", len(got), tt.want)
			}
		})
	}
}
