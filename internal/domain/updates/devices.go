package updates

import (
	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// SubjectDevice is the subject of nudges about what concerns one device of a user: Key is the user, Value the DeviceNews.
const SubjectDevice = "device"

// DeviceNews is something that only one device of a user may hear of.
type DeviceNews struct {
	Device ids.AuthKey
	// QTS is its position in the queue of the device; 0 if it has none, and is only told live.
	QTS    int32
	Value  any
	Origin Origin // the session that caused it and knows
}

// TellDevice nudges a device of user once tx is durable.
func (l *Log) TellDevice(tx *db.Tx, user ids.User, n DeviceNews) {
	tx.OnCommit(func() { l.TellDeviceLive(user, n) })
}

// TellDeviceLive nudges a device of what no table holds.
func (l *Log) TellDeviceLive(user ids.User, n DeviceNews) {
	l.bus.Publish(bus.Message{Subject: SubjectDevice, Key: int64(user), Value: n})
}
