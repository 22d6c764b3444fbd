package server_test

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"hermod/internal/config"
	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/users"
	"hermod/internal/server"
)

// What a message costs with everything that hangs on it in a whole server: a private one, and a post of a channel of any
// size, in statements of the database.
func TestMessagesCostLittle(t *testing.T) {
	cfg := config.Default()
	cfg.Data, cfg.Previews = filepath.Join(t.TempDir(), "data"), "off"
	core, err := server.OpenCore(t.Context(), cfg, server.Options{Log: slog.New(slog.DiscardHandler), Codes: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	defer core.Close()
	var people []ids.User
	for _, phone := range []users.Phone{"4790000001", "4790000002", "4790000003"} {
		err := core.DB.Write(t.Context(), func(tx *db.Tx) error {
			u, err := core.Users.Create(t.Context(), tx, users.NewUser{Phone: phone, FirstName: "Person"})
			people = append(people, u.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	post := func(broadcast bool) ids.Peer {
		res, err := core.Channels.Create(t.Context(), channels.NewChannel{By: people[0], Title: "Channel", Broadcast: broadcast})
		if err != nil {
			t.Fatal(err)
		}
		return res.Channel.ID.Peer()
	}
	for name, tt := range map[string]struct {
		to   ids.Peer
		most uint64
	}{
		"private":    {people[1].Peer(), 4},
		"supergroup": {post(false), 8},
		"broadcast":  {post(true), 8},
	} {
		var cost uint64
		for range 3 { // the caches are cold at first
			before := core.DB.Statements()
			_, err := core.Messages.Send(t.Context(), messages.SendRequest{
				From: people[0], To: tt.to, RandomID: rand.Int64(), Text: text.Text{String: "an ordinary message"},
			})
			if err != nil {
				t.Fatal(err)
			}
			cost = core.DB.Statements() - before
		}
		if cost > tt.most {
			t.Errorf("%s: %d statements, at most %d", name, cost, tt.most)
		}
		t.Logf("%s: %d statements", name, cost)
	}
}
