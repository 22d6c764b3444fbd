package tg

import (
	"testing"

	"hermod/internal/tl"
)

// newMessage is the push that the server writes most often.
func newMessage() *Updates {
	user := func(id int64) *User {
		return &User{
			ID: id, AccessHash: new(int64(id * 7)), FirstName: new("Ada"), LastName: new("Lovelace"), Username: new("ada"),
			Status: &UserStatusOnline{Expires: 1700000000}, Photo: &UserProfilePhotoEmpty{},
		}
	}
	return &Updates{
		Updates: []UpdateClass{&UpdateNewMessage{
			Message: &Message{
				ID: 7, PeerID: &PeerUser{UserID: 1}, FromID: &PeerUser{UserID: 2}, Date: 1700000000, Message: "Hello, how are you?",
				Entities: []MessageEntityClass{&MessageEntityBold{Length: 5}},
			},
			Pts: 9, PtsCount: 1,
		}},
		Users: []UserClass{user(1), user(2)}, Chats: []ChatClass{}, Date: 1700000000,
	}
}

func BenchmarkEncodeNewMessage(b *testing.B) {
	for _, layer := range []struct {
		name  string
		layer int
	}{{"newest", Newest}, {"227", 227}, {"198", 198}, {"134", 134}} {
		b.Run(layer.name, func(b *testing.B) {
			u := newMessage()
			w := tl.Writer{Layer: layer.layer}
			b.ReportAllocs()
			for b.Loop() {
				w.B = w.B[:0]
				u.Encode(&w)
			}
			b.SetBytes(int64(len(w.B)))
		})
	}
}

func BenchmarkDecodeSendMessage(b *testing.B) {
	in := tl.Encode(&MessagesSendMessage{Peer: &InputPeerUser{UserID: 1, AccessHash: 2}, Message: "Hello, how are you?", RandomID: 3}, Newest)
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if _, err := DecodeRequest(tl.NewReader(in)); err != nil {
			b.Fatal(err)
		}
	}
}

// TestEncodeNewMessageDoesNotAllocate holds the hot path of every push.
func TestEncodeNewMessageDoesNotAllocate(t *testing.T) {
	u := newMessage()
	w := tl.Writer{Layer: Newest, B: make([]byte, 0, 4096)}
	n := testing.AllocsPerRun(100, func() {
		w.B = w.B[:0]
		u.Encode(&w)
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}
