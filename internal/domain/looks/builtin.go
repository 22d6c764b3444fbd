package looks

import (
	"slices"
	"strings"
)

// defaults are the wallpapers that everybody has: gradients, which need no file.
var defaults = []Wallpaper{
	gradient(1, false, 0xdbddbb, 0x6ba587, 0xd5d88d, 0x88b884),
	gradient(2, false, 0xa8d8ea, 0x7ab8d8, 0xc9e7f2, 0x8fc7e3),
	gradient(3, false, 0xf6d4c8, 0xe8a79b, 0xfbe6d4, 0xeebfa8),
	gradient(4, false, 0xe6dcf5, 0xb9a3e3, 0xf2e9fb, 0xcdb9ec),
	gradient(5, true, 0x1b2430, 0x2b3a4e, 0x202b3a, 0x34465c),
	gradient(6, true, 0x241b2f, 0x3a2b4e, 0x2d2140, 0x46345c),
}

// firstPaper lies below the ids of all wallpapers: TDLib takes ids of 31 bits for those that it made itself, and drops the wallpaper.
const firstPaper = 1 << 32

// builtIn has the wallpapers that are part of the program. Their ids are those of no others.
var builtIn = all()

func all() map[int64]Wallpaper {
	byID := make(map[int64]Wallpaper)
	for _, w := range defaults {
		byID[w.ID] = w
	}
	for _, t := range chatThemes {
		byID[t.Day.Paper.ID], byID[t.Night.Paper.ID] = t.Day.Paper, t.Night.Paper
	}
	return byID
}

func gradient(id int64, dark bool, colors ...int32) Wallpaper {
	return Wallpaper{ID: firstPaper + id, Default: true, Dark: dark, Settings: &Settings{Colors: colors}}
}

// A ChatTheme is one of the themes of chats that everybody has, by day and by night.
type ChatTheme struct {
	ID         int64
	Emoji      string
	Title      string
	Day, Night Shade
}

// A Shade is how a theme of chats looks by day or by night.
type Shade struct {
	Accent   int32
	Outbox   int32
	Messages []int32 // a gradient, up to four
	Paper    Wallpaper
}

// chatThemes are the themes of chats that everybody has.
// Spec: https://core.telegram.org/api/themes#chat-themes
var chatThemes = []ChatTheme{
	chatTheme(1, "❤", "Heart", shade(0xd84b6b, 0xf5c6d0, 0xf0a8b8, 0xfbdfe4), shade(0xe0607e, 0x6b2b3d, 0x8a3a4f, 0x2a1a20)),
	chatTheme(2, "🏠", "Home", shade(0x3a8fc7, 0xc3e2f5, 0xa5d0ee, 0xdceefa), shade(0x5aa5d8, 0x24465e, 0x30597a, 0x16222c)),
	chatTheme(3, "🌿", "Garden", shade(0x4f9a4a, 0xcfe9c6, 0xb2dba6, 0xe3f3dc), shade(0x6cb565, 0x2c4a2a, 0x386037, 0x182418)),
	chatTheme(4, "☀", "Sun", shade(0xd08a1e, 0xf9e3b0, 0xf4d28a, 0xfdf1d6), shade(0xdda23f, 0x5c4420, 0x77592b, 0x2a2114)),
	chatTheme(5, "🍊", "Orange", shade(0xd9662b, 0xfad2bb, 0xf6ba98, 0xfde6d9), shade(0xe27f4b, 0x653620, 0x82472b, 0x2c1c14)),
	chatTheme(6, "🌌", "Night sky", shade(0x6a5fc7, 0xd8d3f5, 0xc2baee, 0xe9e6fa), shade(0x877de0, 0x352f66, 0x463e85, 0x1c1a30)),
	chatTheme(7, "❄", "Snow", shade(0x3f7fa6, 0xd6e8f0, 0xbfdae7, 0xeaf4f8), shade(0x6ba3c4, 0x28424f, 0x355766, 0x172126)),
	chatTheme(8, "🌷", "Tulip", shade(0xb8509f, 0xf0cfe8, 0xe6b3da, 0xf8e6f4), shade(0xcf6fb8, 0x572a4c, 0x713763, 0x271724)),
}

func chatTheme(id int64, emoji, title string, day, night Shade) ChatTheme {
	day.Paper.ID, night.Paper.ID = firstPaper+100+2*id, firstPaper+101+2*id
	night.Paper.Dark = true
	return ChatTheme{ID: id, Emoji: emoji, Title: title, Day: day, Night: night}
}

func shade(accent, first, second, behind int32) Shade {
	return Shade{
		Accent: accent, Outbox: first, Messages: []int32{first, second},
		Paper: Wallpaper{Default: true, Settings: &Settings{Colors: []int32{behind, first}}},
	}
}

// ChatThemes returns the themes of chats that everybody has.
func ChatThemes() []ChatTheme { return slices.Clone(chatThemes) }

// ThemeEmoji returns the emoji of the theme of chats that a client means, however it writes it; "" stays none. It fails with
// ErrEmoji.
func ThemeEmoji(written string) (string, error) {
	bare := strings.ReplaceAll(written, "\ufe0f", "")
	if bare == "" || slices.ContainsFunc(chatThemes, func(t ChatTheme) bool { return t.Emoji == bare }) {
		return bare, nil
	}
	return "", ErrEmoji
}
