package secret

import (
	"time"

	e2e "hermod/internal/tl/secret"
)

// mediaFromTL reads what hangs on a message; nil for nothing. It cuts what is larger than it may be, so that a
// message is shown without its preview rather than not at all.
func mediaFromTL(o e2e.DecryptedMessageMediaClass) *Media {
	switch o := o.(type) {
	case *e2e.DecryptedMessageMediaPhoto:
		return &Media{Photo: &Photo{
			File: fileFromTL(int64(o.Size), o.Key, o.Iv), Thumb: thumbFromTL(o.Thumb, o.ThumbW, o.ThumbH),
			Width: size(o.W), Height: size(o.H), Caption: o.Caption,
		}}
	case *e2e.DecryptedMessageMediaVideo:
		return &Media{Video: &Video{
			File: fileFromTL(int64(o.Size), o.Key, o.Iv), Thumb: thumbFromTL(o.Thumb, o.ThumbW, o.ThumbH),
			Width: size(o.W), Height: size(o.H), Duration: duration(o.Duration), MIME: o.MimeType, Caption: o.Caption,
		}}
	case *e2e.DecryptedMessageMediaAudio:
		return &Media{Audio: &Audio{
			File: fileFromTL(int64(o.Size), o.Key, o.Iv), Duration: duration(o.Duration), MIME: o.MimeType,
		}}
	case *e2e.DecryptedMessageMediaDocument:
		return &Media{Document: &Document{
			File: fileFromTL(o.Size, o.Key, o.Iv), Thumb: thumbFromTL(o.Thumb, o.ThumbW, o.ThumbH),
			MIME: o.MimeType, Attributes: attributesFromTL(o.Attributes), Caption: o.Caption,
		}}
	case *e2e.DecryptedMessageMediaDocument46:
		return &Media{Document: &Document{
			File: fileFromTL(int64(o.Size), o.Key, o.Iv), Thumb: thumbFromTL(o.Thumb, o.ThumbW, o.ThumbH),
			MIME: o.MimeType, Attributes: attributesFromTL(o.Attributes), Caption: o.Caption,
		}}
	}
	return plainFromTL(o)
}

func plainFromTL(o e2e.DecryptedMessageMediaClass) *Media {
	switch o := o.(type) {
	case *e2e.DecryptedMessageMediaGeoPoint:
		return locationFromTL(o.Lat, o.Long)
	case *e2e.DecryptedMessageMediaVenue:
		place := locationFromTL(o.Lat, o.Long)
		if place == nil {
			return nil
		}
		return &Media{Venue: &Venue{
			Location: *place.Location,
			Title:    cut(o.Title), Address: cut(o.Address), Provider: cut(o.Provider), ID: cut(o.VenueID),
		}}
	case *e2e.DecryptedMessageMediaContact:
		return &Media{Contact: &Contact{
			Phone: cut(o.PhoneNumber), First: cut(o.FirstName), Last: cut(o.LastName), User: int64(o.UserID),
		}}
	case *e2e.DecryptedMessageMediaWebPage:
		return &Media{WebPage: &WebPage{URL: o.URL}}
	case *e2e.DecryptedMessageMediaExternalDocument:
		return &Media{External: &External{
			ID: o.ID, AccessHash: o.AccessHash, Date: time.Unix(int64(o.Date), 0).UTC(), MIME: cut(o.MimeType),
			Size: int64(o.Size), DC: int(o.DCID), Thumb: externalThumbFromTL(o.Thumb),
			Attributes: attributesFromTL(o.Attributes),
		}}
	}
	return oldMediaFromTL(o)
}

// locationFromTL is nil for what is no point on the earth.
func locationFromTL(latitude, longitude float64) *Media {
	l := Location{Latitude: latitude, Longitude: longitude}
	if !l.valid() {
		return nil
	}
	return &Media{Location: &l}
}

func (l Location) valid() bool {
	return l.Latitude >= -90 && l.Latitude <= 90 && l.Longitude >= -180 && l.Longitude <= 180
}

// oldMediaFromTL reads the forms of before layer 46, which some programs still use for what has not changed.
func oldMediaFromTL(o e2e.DecryptedMessageMediaClass) *Media {
	switch o := o.(type) {
	case *e2e.DecryptedMessageMediaPhoto8:
		return &Media{Photo: &Photo{
			File: fileFromTL(int64(o.Size), o.Key, o.Iv), Thumb: thumbFromTL(o.Thumb, o.ThumbW, o.ThumbH),
			Width: size(o.W), Height: size(o.H),
		}}
	case *e2e.DecryptedMessageMediaVideo8:
		return &Media{Video: &Video{
			File: fileFromTL(int64(o.Size), o.Key, o.Iv), Thumb: thumbFromTL(o.Thumb, o.ThumbW, o.ThumbH),
			Width: size(o.W), Height: size(o.H), Duration: duration(o.Duration), MIME: "video/mp4",
		}}
	case *e2e.DecryptedMessageMediaVideo23:
		return &Media{Video: &Video{
			File: fileFromTL(int64(o.Size), o.Key, o.Iv), Thumb: thumbFromTL(o.Thumb, o.ThumbW, o.ThumbH),
			Width: size(o.W), Height: size(o.H), Duration: duration(o.Duration), MIME: cut(o.MimeType),
		}}
	case *e2e.DecryptedMessageMediaAudio8:
		return &Media{Audio: &Audio{
			File: fileFromTL(int64(o.Size), o.Key, o.Iv), Duration: duration(o.Duration), MIME: "audio/ogg",
		}}
	case *e2e.DecryptedMessageMediaDocument8:
		return &Media{Document: &Document{
			File: fileFromTL(int64(o.Size), o.Key, o.Iv), Thumb: thumbFromTL(o.Thumb, o.ThumbW, o.ThumbH),
			MIME: cut(o.MimeType), Attributes: Attributes{Name: cut(o.FileName)},
		}}
	default:
		return nil // decryptedMessageMediaEmpty
	}
}

// fileFromTL leaves out a key that cannot be one; OpenFile then fails with ErrFile.
func fileFromTL(size int64, key, iv []byte) File {
	f := File{Size: max(size, 0)}
	if len(key) == 32 && len(iv) == 32 {
		f.Key, f.IV = clone(key), clone(iv)
	}
	return f
}

func thumbFromTL(jpeg []byte, w, h int32) Thumb {
	if len(jpeg) == 0 || len(jpeg) > maxThumb {
		return Thumb{}
	}
	return Thumb{JPEG: clone(jpeg), Width: size(w), Height: size(h)}
}

// clone copies what aliases a packet.
func clone(b []byte) []byte { return append([]byte(nil), b...) }

func size(n int32) int { return int(max(n, 0)) }

func duration(seconds int32) time.Duration { return time.Duration(max(seconds, 0)) * time.Second }

// cut keeps what a name may reasonably have.
func cut(s string) string { return s[:min(len(s), maxString)] }

// maxAttributes bounds the list; more than one of a kind makes no sense, and the last one counts.
const maxAttributes = 32

func attributesFromTL(in []e2e.DocumentAttributeClass) (a Attributes) {
	for _, o := range in[:min(len(in), maxAttributes)] {
		a.add(o)
	}
	return a
}

func (a *Attributes) add(o e2e.DocumentAttributeClass) {
	switch o := o.(type) {
	case *e2e.DocumentAttributeImageSize:
		a.Width, a.Height = size(o.W), size(o.H)
	case *e2e.DocumentAttributeAnimated:
		a.Animated = true
	case *e2e.DocumentAttributeFilename:
		a.Name = cut(o.FileName)
	case *e2e.DocumentAttributeSticker:
		a.Sticker = &StickerAttributes{Alt: cut(o.Alt)}
		if set, ok := o.Stickerset.(*e2e.InputStickerSetShortName); ok {
			a.Sticker.Set = cut(set.ShortName)
		}
	case *e2e.DocumentAttributeSticker23:
		a.Sticker = &StickerAttributes{}
	case *e2e.DocumentAttributeVideo:
		a.Video = &VideoAttributes{
			Width: size(o.W), Height: size(o.H), Duration: duration(o.Duration), Round: o.RoundMessage,
		}
	case *e2e.DocumentAttributeVideo23:
		a.Video = &VideoAttributes{Width: size(o.W), Height: size(o.H), Duration: duration(o.Duration)}
	default:
		a.addAudio(o)
	}
}

// maxWaveform is that of the API: 100 five-bit values, with room to spare.
const maxWaveform = 256 // bytes

func (a *Attributes) addAudio(o e2e.DocumentAttributeClass) {
	switch o := o.(type) {
	case *e2e.DocumentAttributeAudio:
		a.Audio = &AudioAttributes{Duration: duration(o.Duration), Voice: o.Voice}
		if o.Title != nil {
			a.Audio.Title = cut(*o.Title)
		}
		if o.Performer != nil {
			a.Audio.Performer = cut(*o.Performer)
		}
		if len(o.Waveform) > 0 && len(o.Waveform) <= maxWaveform {
			a.Audio.Waveform = clone(o.Waveform)
		}
	case *e2e.DocumentAttributeAudio45:
		a.Audio = &AudioAttributes{Duration: duration(o.Duration), Title: cut(o.Title), Performer: cut(o.Performer)}
	case *e2e.DocumentAttributeAudio23:
		a.Audio = &AudioAttributes{Duration: duration(o.Duration)}
	}
}

func externalThumbFromTL(o e2e.PhotoSizeClass) (t ExternalThumb) {
	switch o := o.(type) {
	case *e2e.PhotoSizeEmpty:
		t.Type = cut(o.Type)
	case *e2e.PhotoSize:
		t = ExternalThumb{Type: cut(o.Type), Width: size(o.W), Height: size(o.H), Size: size(o.Size)}
		t.place(o.Location)
	case *e2e.PhotoCachedSize:
		t = ExternalThumb{Type: cut(o.Type), Width: size(o.W), Height: size(o.H)}
		t.place(o.Location)
		if len(o.Bytes) <= maxThumb {
			t.Bytes = append([]byte{}, o.Bytes...)
		}
	}
	return t
}

func (t *ExternalThumb) place(o e2e.FileLocationClass) {
	switch o := o.(type) {
	case *e2e.FileLocation:
		t.DC, t.Volume, t.Local, t.Secret = int(o.DCID), o.VolumeID, int(o.LocalID), o.Secret
	case *e2e.FileLocationUnavailable:
		t.Volume, t.Local, t.Secret = o.VolumeID, int(o.LocalID), o.Secret
	}
}
