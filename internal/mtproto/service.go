package mtproto

import (
	"fmt"
	"time"

	"hermod/internal/tl"
	"hermod/internal/tl/packed"
)

// Constructor ids of the service messages.
// Spec: https://core.telegram.org/mtproto/service_messages
const (
	idRPCResult       = 0xf35c6d01
	idRPCError        = 0x2144ca19
	idContainer       = 0x73f1f8dc
	idMsgsAck         = 0x62d6b459
	idBadMsg          = 0xa7eff811
	idBadSalt         = 0xedab447b
	idStateReq        = 0xda69fb52
	idStateInfo       = 0x04deb57d
	idAllInfo         = 0x8cc0d131
	idDetailedInfo    = 0x276d3ec6
	idNewDetailedInfo = 0x809db6df
	idResendReq       = 0x7d861a08
	idDropAnswer      = 0x58e4a740
	idAnswerUnknown   = 0x5e2ad36e
	idDroppedRunning  = 0xcd78e586
	idAnswerDropped   = 0xa43ad8b7
	idGetFutureSalts  = 0xb921bd04
	idFutureSalts     = 0xae500895
	idPing            = 0x7abe77ec
	idPingDelay       = 0xf3427b8c
	idPong            = 0x347773c5
	idDestroySession  = 0xe7512126
	idDestroyOK       = 0xe22045fc
	idDestroyNone     = 0x62d350c9
	idNewSession      = 0x9ec20908
	idHTTPWait        = 0x9299359f
	idDestroyKey      = 0xd1435160
	idKeyDestroyed    = 0xf660e1d4
	idKeyNone         = 0x0a9f2259
	idKeyFail         = 0xea109b13
)

// Codes of bad_msg_notification. Wrong sequence numbers are not told: gotd and Web K cannot recover from that, so
// the numbers of clients are not enforced.
// Spec: https://core.telegram.org/mtproto/service_messages_about_messages#notice-of-ignored-error-message
const (
	codeTooLow       = 16 // the id is too old: the client's clock is wrong
	codeTooHigh      = 17 // the id lies in the future
	codeWrongBits    = 18 // the last two bits are not those of a client
	codeContainerDup = 19 // a container with the id of another message
	codeTooOld       = 20 // too old to know whether it came before
	codeBadSalt      = 48
	codeBadContainer = 64
)

// Result returns the body that answers the request req with object. Large objects are packed if compress is
// set; do not set it for what is compressed already.
func Result(req MessageID, object []byte, compress bool) []byte {
	if compress && len(object) >= packed.Worth {
		object = packed.Pack(object)
	}
	w := tl.Writer{B: make([]byte, 0, 12+len(object))}
	w.ID(idRPCResult)
	w.Int64(int64(req))
	w.Raw(object)
	return w.B
}

// ResultOf is Result for an object that is not encoded yet, in the shape of layer; it copies less. It returns nil if the
// layer has no form of the object.
func ResultOf(req MessageID, object tl.Object, layer int, compress bool) []byte {
	w := tl.Writer{Layer: layer}
	w.ID(idRPCResult)
	w.Int64(int64(req))
	head := len(w.B)
	object.Encode(&w)
	switch {
	case w.Failed():
		return nil
	case compress && len(w.B)-head >= packed.Worth:
		return Result(req, w.B[head:], true)
	}
	return w.B
}

// ResultError returns the body that answers the request req with an error.
func ResultError(req MessageID, code int32, text string) []byte {
	var w tl.Writer
	w.ID(idRPCResult)
	w.Int64(int64(req))
	w.ID(idRPCError)
	w.Int32(code)
	w.String(text)
	return w.B
}

func encodeIDs(id uint32, msgIDs []MessageID) []byte {
	w := tl.Writer{B: make([]byte, 0, 12+8*len(msgIDs))}
	w.ID(id)
	w.Vector(len(msgIDs))
	for _, m := range msgIDs {
		w.Int64(int64(m))
	}
	return w.B
}

// maxIDs bounds the ids in one service message.
// Spec: https://core.telegram.org/mtproto/service_messages_about_messages#acknowledgment-of-receipt
const maxIDs = 8192

func decodeIDs(r *tl.Reader) ([]MessageID, error) {
	n := r.Vector("message ids", 8)
	if n > maxIDs {
		return nil, fmt.Errorf("%d message ids: %w", n, tl.ErrLimit)
	}
	list := make([]MessageID, 0, n)
	for range n {
		list = append(list, MessageID(r.Int64()))
	}
	return list, r.End()
}

func encodeLongs(id uint32, longs ...int64) []byte {
	w := tl.Writer{B: make([]byte, 0, 4+8*len(longs))}
	w.ID(id)
	for _, v := range longs {
		w.Int64(v)
	}
	return w.B
}

func encodeBadMsg(m Message, code int32) []byte {
	var w tl.Writer
	w.ID(idBadMsg)
	w.Int64(int64(m.ID))
	w.Int32(m.SeqNo)
	w.Int32(code)
	return w.B
}

func encodeBadSalt(m Message, salt int64) []byte {
	var w tl.Writer
	w.ID(idBadSalt)
	w.Int64(int64(m.ID))
	w.Int32(m.SeqNo)
	w.Int32(codeBadSalt)
	w.Int64(salt)
	return w.B
}

func encodeStates(req MessageID, states []byte) []byte {
	var w tl.Writer
	w.ID(idStateInfo)
	w.Int64(int64(req))
	w.Bytes(states)
	return w.B
}

func encodeFutureSalts(req MessageID, now time.Time, salts []FutureSalt) []byte {
	var w tl.Writer
	w.ID(idFutureSalts)
	w.Int64(int64(req))
	w.Int32(int32(now.Unix()))
	w.Int32(int32(len(salts))) // a bare vector of bare items
	for _, s := range salts {
		w.Int32(int32(s.Since.Unix()))
		w.Int32(int32(s.Until.Unix()))
		w.Int64(s.Salt)
	}
	return w.B
}

func encodeDropped(m *outgoing) []byte {
	var w tl.Writer
	w.ID(idAnswerDropped)
	w.Int64(int64(m.id))
	w.Int32(m.seq)
	w.Int32(int32(len(m.body)))
	return w.B
}
