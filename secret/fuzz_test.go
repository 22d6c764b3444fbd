package secret

import (
	"bytes"
	"testing"

	"hermod/internal/tl"
	e2e "hermod/internal/tl/secret"
)

// FuzzOpen feeds packets of anybody's making to both versions of the envelope.
func FuzzOpen(f *testing.F) {
	v := known(f)
	k := newSecretKey(v.Key, 0)
	f.Add([]byte(v.Creator))
	f.Add([]byte(v.V1))
	f.Add([]byte(v.Creator[:40]))
	f.Fuzz(func(t *testing.T, packet []byte) {
		before := clone(packet)
		got, err := open(k, 0, packet)
		if err == nil && !bytes.Equal(packet, v.Creator) && !bytes.Equal(packet, v.Thin) {
			t.Errorf("%x opens as %x", packet, got)
		}
		if _, err := openV1(k, packet); err == nil && !bytes.Equal(packet, v.V1) {
			t.Errorf("%x opens in the first version", packet)
		}
		if !bytes.Equal(before, packet) {
			t.Error("the packet was changed")
		}
	})
}

// FuzzSealed puts anything under a right message key: what the other side may send once it has the key.
func FuzzSealed(f *testing.F) {
	k := newSecretKey(known(f).Key, 0)
	f.Add([]byte{0, 0, 0, 0, 1, 2, 3}, 0)
	f.Fuzz(func(t *testing.T, plain []byte, x int) {
		plain = append(plain, make([]byte, -len(plain)&(blockSize-1))...)
		packet := sealBlocks(k, x&8, append(make([]byte, packetHead), plain...))
		if got, err := open(k, x&8, packet); err == nil && !bytes.HasPrefix(plain[lengthSize:], got) {
			t.Errorf("%x opens as %x", plain, got)
		}
	})
}

// FuzzFrame decodes contents, and what decodes comes back from its encoding.
func FuzzFrame(f *testing.F) {
	f.Add([]byte(known(f).Layer))
	for _, m := range samples() {
		o, err := m.toTL(Layer)
		if err != nil {
			f.Fatal(err)
		}
		content, err := frame{layer: Layer, message: o}.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := decodeFrame(content)
		if err != nil || got.message == nil {
			return
		}
		m := messageFromTL(got.message)
		if m == nil || m.Media.file() != nil && m.Media.file().Key == nil {
			return
		}
		if file := m.Media.file(); file != nil {
			file.Upload = &Upload{}
		}
		o, err := m.toTL(Layer)
		if err != nil {
			return // what others say of themselves need not be what this side would say
		}
		if tl.Encode(o, 0) == nil {
			t.Errorf("%+v does not encode", m)
		}
	})
}

// FuzzBatch decodes what a journal may hold.
func FuzzBatch(f *testing.F) {
	f.Add(appendPair(appendPair(nil, "key", []byte("value")), "gone", nil))
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, body []byte) {
		b, err := decodeBatch(body)
		if err != nil {
			return
		}
		again, err := decodeBatch(appendRecord(nil, b.Set)[recordHead:])
		if err != nil || len(again.Set) != len(b.Set) {
			t.Errorf("%d pairs came back as %d, %v", len(b.Set), len(again.Set), err)
		}
	})
}

// FuzzRecord reads what a damaged journal may hold, length and checksum included.
func FuzzRecord(f *testing.F) {
	f.Add(appendRecord(nil, map[string][]byte{"key": []byte("value"), "gone": nil}))
	f.Add([]byte{255, 255, 255, 255, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, file []byte) {
		b, n, err := readRecord(bytes.NewReader(file))
		if err == nil && (n > int64(len(file)) || b.Set == nil) {
			t.Errorf("%d bytes of %d", n, len(file))
		}
	})
}

// FuzzTimer reads the keys of timers.
func FuzzTimer(f *testing.F) {
	f.Add(timerKey(7, 1_700_000_000, 5)[len(timerPrefix(7)):])
	f.Fuzz(func(t *testing.T, key string) {
		if at, err := timerOf(key); err == nil && at.IsZero() {
			t.Errorf("%q has no time", key)
		}
	})
}

// FuzzPartner has the other side send anything at all, under the right key and with the right numbers. The client
// neither fails nor stops working, unless it ends the chat.
func FuzzPartner(f *testing.F) {
	for _, action := range []e2e.DecryptedMessageActionClass{
		&e2e.DecryptedMessageActionSetMessageTTL{TTLSeconds: -1},
		&e2e.DecryptedMessageActionReadMessages{RandomIDs: []int64{1, 2}},
		&e2e.DecryptedMessageActionDeleteMessages{RandomIDs: []int64{1, 2}},
		&e2e.DecryptedMessageActionScreenshotMessages{RandomIDs: []int64{1}},
		&e2e.DecryptedMessageActionFlushHistory{},
		&e2e.DecryptedMessageActionResend{StartSeqNo: 0, EndSeqNo: 2},
		&e2e.DecryptedMessageActionNotifyLayer{Layer: 1 << 30},
		&e2e.DecryptedMessageActionTyping{Action: &e2e.SendMessageTypingAction{}},
		&e2e.DecryptedMessageActionRequestKey{ExchangeID: 1, GA: bytes.Repeat([]byte{9}, 256)},
		&e2e.DecryptedMessageActionAcceptKey{ExchangeID: 1, GB: []byte{1}},
		&e2e.DecryptedMessageActionAbortKey{ExchangeID: 1},
		&e2e.DecryptedMessageActionCommitKey{ExchangeID: 1},
		&e2e.DecryptedMessageActionNoop{},
	} {
		f.Add(tl.Encode(&e2e.DecryptedMessageService{RandomID: 4, Action: action}, 0), int32(0), int32(0))
	}
	for _, m := range samples() {
		o, _ := m.toTL(Layer)
		f.Add(tl.Encode(o, 0), int32(0), int32(0))
	}
	f.Fuzz(func(t *testing.T, message []byte, in, out int32) {
		n := newNetwork(t)
		b := n.device(2)
		b.chats[7] = readyState(known(t))
		w := tl.Writer{}
		w.ID(layerID)
		w.Bytes(make([]byte, 15))
		w.Int32(144)
		w.Int32(in * 2)
		w.Int32(out*2 + 1)
		w.Raw(message)
		w.Raw(make([]byte, -len(w.B)&3))
		b.handle(Incoming{Chat: 7, Data: seal(b.state(7).Key, 0, w.B), Date: n.clock.Now()})
		if b.chat(7).State == Ready {
			b.say(7, "still here")
			if len(b.history(7)) == 0 {
				t.Error("nothing can be said")
			}
		}
	})
}

// readyState is a chat with a key, as the side that was asked has it.
func readyState(v vectors) *chatState {
	return &chatState{
		ID: 7, State: Ready, Partner: 1, Layer: Layer, ToldLayer: Layer, G: 3, P: knownPrimeBytes(),
		Key: newSecretKey(v.Key, 1_700_000_000), Fingerprint: make([]byte, 36),
	}
}
