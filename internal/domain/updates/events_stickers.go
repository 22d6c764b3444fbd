package updates

import "hermod/internal/domain/ids"

// Events of stickers, GIFs, sounds and looks, without a pts.
type (
	// StickerSets says that the owner's list of sets of a kind (a stickers.Kind) is to be loaded anew.
	StickerSets struct {
		withoutPTS
		Of int
	}
	// NewStickerSet says that the owner has installed a set.
	NewStickerSet struct {
		withoutPTS
		Set int64
	}
	// StickerOrder says that the owner's sets of a kind are in another order.
	StickerOrder struct {
		withoutPTS
		Of int
	}
	// RecentStickers says that the stickers which the owner used last have changed.
	RecentStickers struct{ withoutPTS }
	// FavedStickers says that the owner's favourite stickers have changed.
	FavedStickers struct{ withoutPTS }
	// SavedGIFs says that the owner's GIFs have changed.
	SavedGIFs struct{ withoutPTS }
	// SavedSounds says that the owner's ringtones have changed.
	SavedSounds struct{ withoutPTS }
	// ThemeChanged says that a theme of the owner was changed by its creator.
	ThemeChanged struct {
		withoutPTS
		Theme int64
	}
	// PeerWallpaper says that the wallpaper of a chat has changed.
	PeerWallpaper struct {
		withoutPTS
		Peer ids.Peer
	}
)

// Kind implements Event, here and below.
func (StickerSets) Kind() string    { return "sticker_sets" }
func (NewStickerSet) Kind() string  { return "new_sticker_set" }
func (StickerOrder) Kind() string   { return "sticker_order" }
func (RecentStickers) Kind() string { return "recent_stickers" }
func (FavedStickers) Kind() string  { return "faved_stickers" }
func (SavedGIFs) Kind() string      { return "saved_gifs" }
func (SavedSounds) Kind() string    { return "saved_sounds" }
func (ThemeChanged) Kind() string   { return "theme_changed" }
func (PeerWallpaper) Kind() string  { return "peer_wallpaper" }
