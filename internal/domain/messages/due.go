package messages

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// Check tells whether req could be sent now, and returns it in the form that is kept. That somebody has to wait in slow
// mode is no reason to refuse what is sent later. It fails as Send does.
func (s *Service) Check(ctx context.Context, req SendRequest) (SendRequest, error) {
	if err := req.clean(); err != nil {
		return req, err
	}
	if err := s.prepare(ctx, &req); err != nil {
		return req, err
	}
	if ch := req.To.Channel(); ch != 0 && s.channels != nil {
		_, err := s.channels.CheckMaySend(ctx, nil, ch, req.From, req.As, req.needs())
		if _, slow := errors.AsType[*rights.SlowModeError](err); slow {
			err = nil
		}
		return req, err
	}
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.admit(ctx, tx, req)
		return err
	})
	return req, err
}

// ForwardRequests returns what Forward would send, for a forward that waits for its time. It fails as Forward does.
func (s *Service) ForwardRequests(ctx context.Context, req ForwardRequest) ([]SendRequest, error) {
	all, err := s.forwards(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("forward by user %d: %w", req.From, err)
	}
	list := make([]SendRequest, len(all))
	for i, f := range all {
		list[i] = f.req
	}
	return list, nil
}

// Expire deletes messages from the log of one owner, whoever may do that: their time is over. Those that are gone already
// are left out.
func (s *Service) Expire(ctx context.Context, tx *db.Tx, owner ids.Peer, list []ids.Message) error {
	if err := s.log.Lock(ctx, tx, owner); err != nil {
		return err
	}
	if owner.Channel() == 0 {
		_, err := s.removeOf(ctx, tx, owner, list)
		return err
	}
	found, err := byID(ctx, tx, owner, list)
	if err != nil {
		return err
	}
	_, err = s.removePosts(ctx, tx, owner, slices.Collect(maps.Values(found)))
	return err
}
