package render

import (
	"context"

	"hermod/internal/domain/actions"
	"hermod/internal/domain/messages"
	"hermod/internal/tl/tg"
)

// Wallpapers shows the wallpaper that the data of a service message names; nil when it is gone.
type Wallpapers func(ctx context.Context, data []byte) (*tg.MessageActionSetChatWallPaper, error)

// SetWallpapers makes fn show wallpapers.
func (r *Renderer) SetWallpapers(fn Wallpapers) { r.parts.wallpapers = fn }

// gatherPapers finds the wallpapers of service messages.
func (r *Renderer) gatherPapers(
	ctx context.Context, list []*messages.Message,
) (map[*actions.Action]*tg.MessageActionSetChatWallPaper, error) {
	var found map[*actions.Action]*tg.MessageActionSetChatWallPaper
	for _, m := range list {
		if m.Action == nil || m.Action.Kind != actions.SetWallpaper || r.parts.wallpapers == nil {
			continue
		}
		t, err := r.parts.wallpapers(ctx, m.Action.Data)
		if err != nil {
			return nil, err
		}
		if found == nil {
			found = map[*actions.Action]*tg.MessageActionSetChatWallPaper{}
		}
		found[m.Action] = t
	}
	return found, nil
}
