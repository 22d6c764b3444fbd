package rpc

import "sync/atomic"

// mercy says at which part of the greatest number of calls at once (in percent) a method begins to be turned
// away: newcomers first, then what searches, then what reads history. Methods not listed follow at 90; messages between people
// come last.
var mercy = map[string]int64{
	"auth.sendCode":              50,
	"auth.resendCode":            50,
	"auth.signUp":                50,
	"auth.exportLoginToken":      50,
	"contacts.importContacts":    65,
	"contacts.search":            65,
	"messages.search":            65,
	"messages.searchGlobal":      65,
	"messages.getHistory":        80,
	"messages.getDialogs":        80,
	"messages.getMessages":       80,
	"messages.sendMessage":       100,
	"messages.sendMedia":         100,
	"messages.sendEncrypted":     100,
	"messages.receivedQueue":     100,
	"updates.getDifference":      100,
	"updates.getState":           100,
	"messages.readHistory":       100,
	"messages.sendEncryptedFile": 100,
}

const (
	mercyDefault = 90
	shedSeconds  = 5 // how long a call that was turned away is asked to wait
)

// load counts the calls being served.
type load struct {
	now atomic.Int64
	max int64
}

// enter fails with a Flood when there are too many calls for this one. After success the caller must leave.
func (l *load) enter(call *Call) error {
	share, ok := mercy[call.InvokedMethod]
	if !ok {
		share = mercyDefault
	}
	if n := l.now.Add(1); n*100 > l.max*share {
		l.now.Add(-1)
		return Flood(shedSeconds)
	}
	return nil
}

func (l *load) leave() { l.now.Add(-1) }
