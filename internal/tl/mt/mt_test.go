package mt

import (
	"testing"

	"hermod/internal/tl"
)

func TestServiceMessagesThereAndBack(t *testing.T) {
	for _, in := range []tl.Object{
		&MsgsAck{MsgIDs: []int64{1, 2}}, &Ping{PingID: 3}, &Pong{MsgID: 1, PingID: 3},
		&BadServerSalt{BadMsgID: 1, BadMsgSeqno: 2, ErrorCode: 48, NewServerSalt: 4},
		&RpcError{ErrorCode: 400, ErrorMessage: "X"}, &RpcResult{ReqMsgID: 1, Result: []byte{1, 2, 3, 4}},
		&ReqPqMulti{Nonce: [16]byte{1}}, &PQInnerDataTempDC{Pq: []byte{1}, NewNonce: [32]byte{2}, DC: 2, ExpiresIn: 9},
		&DestroyAuthKeyOk{}, &BindAuthKeyInner{Nonce: 1, ExpiresAt: 5},
	} {
		b := tl.Encode(in, 0)
		r := tl.NewReader(b)
		out, err := Decode(r)
		if err != nil || r.End() != nil {
			t.Errorf("%s: %v", in.TLName(), err)
			continue
		}
		if again := tl.Encode(out, 0); string(again) != string(b) {
			t.Errorf("%s came back as %+v", in.TLName(), out)
		}
	}
}

// FuzzDecode feeds anything to the decoder of service messages; what it accepts it must write the same.
func FuzzDecode(f *testing.F) {
	f.Add(tl.Encode(&MsgsStateInfo{ReqMsgID: 1, Info: []byte{1}}, 0))
	f.Add(tl.Encode(&ReqDHParams{P: []byte{1}, Q: []byte{2}}, 0))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := tl.NewReader(in)
		o, err := Decode(r)
		if err != nil {
			return
		}
		if len(tl.Encode(o, 0)) > len(in)-r.Len()+3 {
			t.Fatalf("%s grew", o.TLName())
		}
	})
}
