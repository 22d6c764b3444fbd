package mtproto

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"runtime"
	"testing"
	"time"

	"hermod/internal/tl"
	"hermod/internal/tl/packed"
)

// one holds the single message {ID: 5, SeqNo: 1, Body: "abcd"}.
var one = AppendContainer(nil, []Message{{ID: 5, SeqNo: 1, Body: []byte("abcd")}})

func TestDecodeContainer(t *testing.T) {
	tests := map[string]struct {
		in   []byte
		want []Message
		err  error
	}{
		"one message":          {in: one, want: []Message{{ID: 5, SeqNo: 1, Body: []byte("abcd")}}},
		"empty container":      {in: make([]byte, 4), want: []Message{}},
		"body cut short":       {in: one[:len(one)-1], err: tl.ErrShort},
		"count without bodies": {in: []byte{0, 4, 0, 0}, err: tl.ErrShort},
		"negative count":       {in: []byte{255, 255, 255, 255}, err: tl.ErrLimit},
		"too many":             {in: []byte{1, 4, 0, 0}, err: tl.ErrLimit},
		"bytes left over":      {in: append(bytes.Clone(one), 0), err: tl.ErrTrailing},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeContainer(tt.in)
			if !errors.Is(err, tt.err) || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, %v; want %v, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func FuzzDecodeContainer(f *testing.F) {
	f.Add(one)
	f.Add([]byte{255, 255, 255, 127})
	f.Fuzz(func(t *testing.T, in []byte) {
		msgs, err := DecodeContainer(in)
		// Nothing is lost and nothing invented: what decodes encodes to the same bytes.
		if err == nil && !bytes.Equal(AppendContainer(nil, msgs), in) {
			t.Errorf("%x decodes to %v, which encodes differently", in, msgs)
		}
	})
}

// FuzzReceive sends two messages in a session, answers what they ask for, and looks that everything stays within its
// bounds.
func FuzzReceive(f *testing.F) {
	for id := range services {
		f.Add(int64(0), encodeLongs(id, 1, 2), encodeIDs(id, []MessageID{1, 2}))
	}
	in := AppendContainer(binary.LittleEndian.AppendUint32(nil, idContainer), []Message{{ID: idAt(start), Body: request}})
	f.Add(int64(4), in, packed.Pack(bytes.Repeat(in, 30)))
	f.Add(int64(400)<<32, request, request)
	salts := NewSalts([32]byte{1})
	salt := salts.Current(testKey, start)
	f.Fuzz(func(t *testing.T, shift int64, a, b []byte) {
		s := New(testSession, testKey, 5, salts)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i, body := range [][]byte{a, b, a} {
			id := idAt(start) + MessageID(shift) + MessageID(i*4)
			events, _ := s.Receive(start, salt, Message{ID: id, Body: body}, nil)
			for _, e := range events {
				if e.Kind == Request {
					s.Answer(e.ID, Result(e.ID, e.Body, true), false)
				}
			}
			for {
				m, ok := s.Take(start.Add(time.Second), nil, 1<<16)
				if !ok {
					break
				}
				if len(m.Body)%4 != 0 && len(body)%4 == 0 && len(events) == 0 {
					t.Errorf("a body of %d bytes is sent", len(m.Body))
				}
			}
		}
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
			t.Errorf("%d bytes were allocated for %d", got, len(a)+len(b))
		}
	})
}
