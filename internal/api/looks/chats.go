package looks

import (
	"context"
	"errors"

	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/looks"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// shown shows a wallpaper as a chat has it; nil when it is gone.
func (h *Handlers) shown(ctx context.Context, viewer ids.User, s *looks.Shown) (tg.WallPaperClass, error) {
	if s == nil {
		return nil, nil
	}
	w, err := h.looks.Wallpaper(ctx, s.Wallpaper)
	if errors.Is(err, looks.ErrWallpaper) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if s.Settings != nil {
		w.Settings = s.Settings
	}
	all, err := h.papers(ctx, viewer, w)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// Wallpaper shows what a service message tells of a wallpaper, or a channel keeps; nil when it is gone.
func (h *Handlers) Wallpaper(ctx context.Context, data []byte) (*tg.MessageActionSetChatWallPaper, error) {
	s := looks.Decode(data)
	paper, err := h.shown(ctx, 0, s)
	if paper == nil || err != nil {
		return nil, err
	}
	return &tg.MessageActionSetChatWallPaper{Same: s.Same, ForBoth: s.ForBoth, Wallpaper: paper}, nil
}

// A Look is how a private chat looks to somebody, for his page of the other side.
type Look struct {
	Theme      string            // an emoji; empty: none
	Wallpaper  tg.WallPaperClass // nil: none
	Overridden bool
}

// Look returns how a private chat looks to viewer.
func (h *Handlers) Look(ctx context.Context, viewer ids.User, peer ids.Peer) (out Look, err error) {
	l, err := h.looks.Look(ctx, viewer, peer)
	if err != nil {
		return out, err
	}
	out.Theme, out.Overridden = l.Theme, l.Overridden
	out.Wallpaper, err = h.shown(ctx, viewer, l.Wallpaper)
	return out, err
}

// peerWallpaper shows that the wallpaper of a chat has changed, as it is now.
func (h *Handlers) peerWallpaper(
	ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.PeerWallpaper,
) (tg.UpdateClass, []ids.Peer, error) {
	l, err := h.Look(ctx, viewer, ev.Peer)
	if err != nil {
		return nil, nil, err
	}
	return &tg.UpdatePeerWallpaper{
		WallpaperOverridden: l.Overridden, Peer: view.Peer(ev.Peer), Wallpaper: l.Wallpaper,
	}, []ids.Peer{ev.Peer}, nil
}

// emojiFrom reads the theme of a chat, as clients of any layer name it.
func emojiFrom(in *tg.MessagesSetChatTheme) (string, error) {
	switch t := in.Theme.(type) {
	case *tg.InputChatTheme:
		return looks.ThemeEmoji(t.Emoticon)
	case *tg.InputChatThemeEmpty:
		return "", nil
	case nil:
		return looks.ThemeEmoji(in.Emoticon)
	}
	return "", looks.ErrEmoji
}

// setChatTheme serves https://core.telegram.org/method/messages.setChatTheme.
func (h *Handlers) setChatTheme(ctx context.Context, call *rpc.Call, in *tg.MessagesSetChatTheme) (*tg.Updates, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	emoji, err := emojiFrom(in)
	if err != nil {
		return nil, err
	}
	var written []groups.Written
	switch {
	case peer.Channel() != 0:
		var res channels.Result
		res, err = h.o.Channels.SetTheme(ctx, call.User, peer.Channel(), emoji)
		written = res.Written
	case peer.Chat() != 0:
		var res groups.Result
		res, err = h.o.Groups.SetTheme(ctx, call.User, peer.Chat(), emoji)
		written = res.Written
	default:
		var sent messages.Sent
		sent, err = h.looks.SetTheme(ctx, call.User, peer.User(), emoji)
		written = writtenBy(sent)
	}
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, call, peer, written)
}

// writtenBy is a message that was sent, as what is written in groups.
func writtenBy(sent messages.Sent) []groups.Written {
	m := sent.Message
	return []groups.Written{{Owner: m.Owner, ID: m.ID, PTS: m.PTS, Message: m}}
}

// answer tells what was written in a chat.
func (h *Handlers) answer(
	ctx context.Context, call *rpc.Call, peer ids.Peer, written []groups.Written, more ...tg.UpdateClass,
) (*tg.Updates, error) {
	list, about, err := h.o.Render.Written(ctx, call.User, written...)
	if err != nil {
		return nil, err
	}
	return h.o.Render.Answer(ctx, call.User, append([]ids.Peer{peer, call.User.Peer()}, about...), append(list, more...)...)
}

// setChatWallPaper serves https://core.telegram.org/method/messages.setChatWallPaper.
func (h *Handlers) setChatWallPaper(ctx context.Context, call *rpc.Call, in *tg.MessagesSetChatWallPaper) (*tg.Updates, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	if peer.Chat() != 0 {
		return nil, looks.ErrPeer
	}
	paper, err := h.chosen(ctx, call, peer, in)
	if err != nil {
		return nil, err
	}
	if ch := peer.Channel(); ch != 0 {
		res, err := h.o.Channels.SetWallpaper(ctx, call.User, ch, paper.Encode())
		if err != nil {
			return nil, err
		}
		return h.answer(ctx, call, peer, res.Written)
	}
	var written []groups.Written
	if paper == nil {
		err = h.looks.ClearWallpaper(ctx, call.User, peer.User())
	} else {
		var sent messages.Sent
		if sent, err = h.looks.SetWallpaper(ctx, call.User, peer.User(), *paper); err == nil {
			written = writtenBy(sent)
		}
	}
	if err != nil {
		return nil, err
	}
	now, _, err := h.peerWallpaper(ctx, call.User, updates.Entry{}, updates.PeerWallpaper{Peer: peer})
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, call, peer, written, now)
}

// chosen is the wallpaper that a client wants; nil for none. It may be that of a message which told of one.
func (h *Handlers) chosen(
	ctx context.Context, call *rpc.Call, peer ids.Peer, in *tg.MessagesSetChatWallPaper,
) (*looks.Shown, error) {
	settings := settingsFrom(in.Settings)
	if in.ID != nil {
		id := ids.Message(*in.ID)
		found, err := h.o.Messages.Get(ctx, call.User, peer, []ids.Message{id})
		if err != nil {
			return nil, err
		}
		if m := found[id]; m != nil && m.Peer != peer {
			return nil, looks.ErrMessage
		}
		s, err := looks.WallpaperOf(found[id])
		if settings != nil {
			s.Settings = settings
		}
		s.Same, s.ForBoth = true, in.ForBoth
		return &s, err
	}
	if in.Wallpaper == nil || in.Revert {
		return nil, nil
	}
	w, err := h.colorsFrom(ctx, call.User, in.Wallpaper, settings)
	return &looks.Shown{Wallpaper: w.ID, Settings: settings, ForBoth: in.ForBoth}, err
}
