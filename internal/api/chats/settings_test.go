package chats

import (
	"testing"

	"hermod/internal/tl/tg"
)

// TestNobodyIsPromisedThatMessagesGo asks for messages that delete themselves, which there are none of.
func TestNobodyIsPromisedThatMessagesGo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.people(1)[0]
		for period, want := range map[int32]string{0: "", 86400: "TTL_PERIOD_INVALID", -1: "TTL_PERIOD_INVALID"} {
			if _, err := w.setDefaultHistoryTTL(t.Context(), me, &tg.MessagesSetDefaultHistoryTTL{Period: period}); wireType(err) != want {
				t.Errorf("%d: %v", period, err)
			}
		}
		if got := must[*tg.DefaultHistoryTTL](t)(w.getDefaultHistoryTTL(t.Context(), me, &tg.MessagesGetDefaultHistoryTTL{})); got.Period != 0 {
			t.Errorf("got %+v", got)
		}
	})
}
