package view

import (
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/tl/tg"
)

// Channel shows a channel or supergroup as viewer may see it; nil if there is none.
func (v *View) Channel(ctx context.Context, viewer ids.User, ch ids.Channel) (tg.ChatClass, error) {
	return nil, nil
}

// minChannel is what everybody may know of a channel.
func (v *View) minChannel(ctx context.Context, ch ids.Channel) (tg.ChatClass, error) { return nil, nil }
