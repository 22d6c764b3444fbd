package server

import (
	"context"
	"errors"

	"hermod/internal/api/chats"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/ids"
	"hermod/internal/gateway"
	"hermod/internal/rpc"
)

// keys lets the gateway keep its keys with package auth, which must not know it.
type keys struct{ auth *auth.Service }

// Key implements gateway.Keys.
func (k keys) Key(ctx context.Context, id int64) (gateway.Key, error) {
	found, err := k.auth.Key(ctx, id)
	if errors.Is(err, auth.ErrUnknownKey) {
		return gateway.Key{}, gateway.ErrUnknownKey
	}
	return gateway.Key(found), err
}

// Create implements gateway.Keys.
func (k keys) Create(ctx context.Context, key gateway.Key) error {
	return k.auth.Create(ctx, auth.Key(key))
}

// Destroy implements gateway.Keys.
func (k keys) Destroy(ctx context.Context, id int64) error {
	err := k.auth.Destroy(ctx, id)
	if errors.Is(err, auth.ErrUnknownKey) {
		return gateway.ErrUnknownKey
	}
	return err
}

// identity answers for rpc who stands behind a key.
type identity struct{ auth *auth.Service }

// Who implements rpc.Identity.
func (i identity) Who(ctx context.Context, key ids.AuthKey) (rpc.Who, error) {
	w, err := i.auth.Who(ctx, key)
	return rpc.Who{
		User: w.User, Bot: w.Bot, PermKey: w.PermKey, Layer: w.Layer, Client: rpc.Client(w.Client),
		PasswordPending: w.PasswordPending,
	}, err
}

// Announce implements rpc.Identity.
func (i identity) Announce(ctx context.Context, key ids.AuthKey, layer int, c rpc.Client) error {
	return i.auth.Announce(ctx, key, layer, auth.Client(c))
}

// feed lets the gateway deliver what package chats renders.
type feed struct{ chats *chats.Feed }

// Open implements gateway.Feed.
func (f feed) Open(ctx context.Context, user int64, l gateway.Listener) (gateway.Stream, error) {
	s, err := f.chats.Open(ctx, ids.User(user), l)
	if err != nil {
		return nil, err
	}
	return stream{s}, nil
}

type stream struct{ chats *chats.Stream }

// Next implements gateway.Stream.
func (s stream) Next(ctx context.Context) ([]gateway.Update, error) {
	items, err := s.chats.Next(ctx)
	list := make([]gateway.Update, len(items))
	for i, item := range items {
		list[i] = gateway.Update{Except: int64(item.Origin.Session), Only: int64(item.Only), TooLong: item.TooLong}
		if item.Update != nil {
			list[i].Object = item.Update
		}
	}
	return list, err
}

// Close implements gateway.Stream.
func (s stream) Close() { s.chats.Close() }
