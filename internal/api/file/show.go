package file

import (
	"hermod/internal/domain/files"
	"hermod/internal/tl/tg"
)

// Document shows a document.
func (f *Forms) Document(d files.File) tg.DocumentClass {
	return &tg.Document{
		ID: d.ID, AccessHash: f.files.AccessHash(d.ID), FileReference: f.files.Reference(d.ID), Date: int32(d.Date.Unix()),
		MimeType: d.MIME, Size: d.Size, Thumbs: Sizes(d.Sizes), VideoThumbs: Videos(d.Videos), DCID: f.dc,
		Attributes: f.AttributesTo(d),
	}
}

// Photo shows a photo.
func (f *Forms) Photo(p files.File) tg.PhotoClass {
	return &tg.Photo{
		HasStickers: p.HasStickers, ID: p.ID, AccessHash: f.files.AccessHash(p.ID), FileReference: f.files.Reference(p.ID),
		Date: int32(p.Date.Unix()), Sizes: Sizes(p.Sizes), VideoSizes: Videos(p.Videos), DCID: f.dc,
	}
}

// Sizes shows the pictures of a photo, or the thumbnails of a document; nil for none.
func Sizes(all []files.Size) []tg.PhotoSizeClass {
	var out []tg.PhotoSizeClass
	for _, s := range all {
		out = append(out, size(s))
	}
	return out
}

// The types of sizes that are part of the object itself.
const (
	stripped = "i"
	outline  = "j"
)

func size(s files.Size) tg.PhotoSizeClass {
	w, h := int32(s.W), int32(s.H)
	switch {
	case s.Type == stripped:
		return &tg.PhotoStrippedSize{Type: s.Type, Bytes: s.Inline}
	case s.Type == outline:
		return &tg.PhotoPathSize{Type: s.Type, Bytes: s.Inline}
	case len(s.Inline) > 0:
		return &tg.PhotoCachedSize{Type: s.Type, W: w, H: h, Bytes: s.Inline}
	case len(s.Progressive) > 0:
		scans := make([]int32, len(s.Progressive))
		for i, n := range s.Progressive {
			scans[i] = int32(n)
		}
		return &tg.PhotoSizeProgressive{Type: s.Type, W: w, H: h, Sizes: scans}
	}
	return &tg.PhotoSize{Type: s.Type, W: w, H: h, Size: int32(s.Bytes)}
}

// Videos shows moving pictures; nil for none.
func Videos(all []files.VideoSize) []tg.VideoSizeClass {
	var out []tg.VideoSizeClass
	for _, v := range all {
		out = append(out, video(v))
	}
	return out
}

func video(v files.VideoSize) tg.VideoSizeClass {
	switch {
	case v.Emoji != 0:
		return &tg.VideoSizeEmojiMarkup{EmojiID: v.Emoji, BackgroundColors: v.Colors}
	case v.Sticker != 0:
		return &tg.VideoSizeStickerMarkup{
			Stickerset: &tg.InputStickerSetID{ID: v.StickerSet}, StickerID: v.Sticker, BackgroundColors: v.Colors,
		}
	}
	t := &tg.VideoSize{Type: v.Type, W: int32(v.W), H: int32(v.H), Size: int32(v.Bytes)}
	if v.Start != 0 {
		t.VideoStartTs = &v.Start
	}
	return t
}
