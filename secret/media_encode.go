package secret

import (
	"fmt"
	"math"
	"time"

	e2e "hermod/internal/tl/secret"
)

// Bounds of what a medium says of itself.
const (
	maxThumb     = 64 << 10 // bytes
	maxSmallFile = math.MaxInt32
	maxString    = 1024 // bytes of a name, title or address
)

func seconds(d time.Duration) int32 {
	return int32(min(max(d/time.Second, 0), math.MaxInt32))
}

func pixels(n int) int32 { return int32(min(max(n, 0), math.MaxInt32)) }

// toTL shapes a medium for the other side's layer. It fails with ErrPartnerLayer or ErrDraft.
func (m *Media) toTL(layer int) (e2e.DecryptedMessageMediaClass, error) {
	if m == nil {
		return nil, nil
	}
	if m.count() != 1 {
		return nil, fmt.Errorf("%d media in one message: %w", m.count(), ErrDraft)
	}
	if f := m.file(); f != nil {
		if err := f.check(layer); err != nil {
			return nil, err
		}
		return m.fileToTL(layer), nil
	}
	return m.plainToTL(layer)
}

func (m *Media) count() (n int) {
	for _, set := range []bool{
		m.Photo != nil, m.Video != nil, m.Audio != nil, m.Document != nil, m.Location != nil,
		m.Venue != nil, m.Contact != nil, m.WebPage != nil, m.External != nil,
	} {
		if set {
			n++
		}
	}
	return n
}

// file returns the file of m, which may be changed through it; nil if m has none.
func (m *Media) file() *File {
	switch {
	case m == nil:
		return nil
	case m.Photo != nil:
		return &m.Photo.File
	case m.Video != nil:
		return &m.Video.File
	case m.Audio != nil:
		return &m.Audio.File
	case m.Document != nil:
		return &m.Document.File
	default:
		return nil
	}
}

func (f *File) check(layer int) error {
	if len(f.Key) != 32 || len(f.IV) != 32 || f.Size <= 0 {
		return fmt.Errorf("file without key or size: %w", ErrDraft)
	}
	if f.Place.ID == 0 && f.Upload == nil {
		return fmt.Errorf("file was not uploaded: %w", ErrDraft)
	}
	if f.Size > maxSmallFile && layer < LayerBigFiles {
		return fmt.Errorf("file of %d bytes: %w", f.Size, ErrPartnerLayer)
	}
	return nil
}

func (m *Media) fileToTL(layer int) e2e.DecryptedMessageMediaClass {
	switch {
	case m.Photo != nil && m.Photo.File.Size <= maxSmallFile:
		return m.Photo.toTL()
	case m.Video != nil && m.Video.File.Size <= maxSmallFile:
		return m.Video.toTL()
	case m.Audio != nil && m.Audio.File.Size <= maxSmallFile:
		return m.Audio.toTL()
	default:
		return m.document().toTL(layer)
	}
}

// document is m as a document, the only form that has room for the size of a big file.
func (m *Media) document() *Document {
	switch {
	case m.Photo != nil:
		p := m.Photo
		return &Document{
			File: p.File, Thumb: p.Thumb, MIME: "image/jpeg", Caption: p.Caption,
			Attributes: Attributes{Width: p.Width, Height: p.Height},
		}
	case m.Video != nil:
		v := m.Video
		return &Document{
			File: v.File, Thumb: v.Thumb, MIME: v.MIME, Caption: v.Caption,
			Attributes: Attributes{Video: &VideoAttributes{Width: v.Width, Height: v.Height, Duration: v.Duration}},
		}
	case m.Audio != nil:
		a := m.Audio
		return &Document{
			File: a.File, MIME: a.MIME,
			Attributes: Attributes{Audio: &AudioAttributes{Duration: a.Duration, Voice: true}},
		}
	default:
		return m.Document
	}
}

func (p *Photo) toTL() e2e.DecryptedMessageMediaClass {
	return &e2e.DecryptedMessageMediaPhoto{
		Thumb: p.Thumb.JPEG, ThumbW: pixels(p.Thumb.Width), ThumbH: pixels(p.Thumb.Height),
		W: pixels(p.Width), H: pixels(p.Height), Size: int32(p.File.Size),
		Key: p.File.Key, Iv: p.File.IV, Caption: p.Caption,
	}
}

func (v *Video) toTL() e2e.DecryptedMessageMediaClass {
	return &e2e.DecryptedMessageMediaVideo{
		Thumb: v.Thumb.JPEG, ThumbW: pixels(v.Thumb.Width), ThumbH: pixels(v.Thumb.Height),
		Duration: seconds(v.Duration), MimeType: v.MIME, W: pixels(v.Width), H: pixels(v.Height),
		Size: int32(v.File.Size), Key: v.File.Key, Iv: v.File.IV, Caption: v.Caption,
	}
}

func (a *Audio) toTL() e2e.DecryptedMessageMediaClass {
	return &e2e.DecryptedMessageMediaAudio{
		Duration: seconds(a.Duration), MimeType: a.MIME, Size: int32(a.File.Size), Key: a.File.Key, Iv: a.File.IV,
	}
}

func (d *Document) toTL(layer int) e2e.DecryptedMessageMediaClass {
	attributes := d.Attributes.toTL(layer)
	if layer < LayerBigFiles {
		return &e2e.DecryptedMessageMediaDocument46{
			Thumb: d.Thumb.JPEG, ThumbW: pixels(d.Thumb.Width), ThumbH: pixels(d.Thumb.Height), MimeType: d.MIME,
			Size: int32(d.File.Size), Key: d.File.Key, Iv: d.File.IV, Attributes: attributes, Caption: d.Caption,
		}
	}
	return &e2e.DecryptedMessageMediaDocument{
		Thumb: d.Thumb.JPEG, ThumbW: pixels(d.Thumb.Width), ThumbH: pixels(d.Thumb.Height), MimeType: d.MIME,
		Size: d.File.Size, Key: d.File.Key, Iv: d.File.IV, Attributes: attributes, Caption: d.Caption,
	}
}

func (a Attributes) toTL(layer int) []e2e.DocumentAttributeClass {
	out := []e2e.DocumentAttributeClass{}
	if a.Width > 0 || a.Height > 0 {
		out = append(out, &e2e.DocumentAttributeImageSize{W: pixels(a.Width), H: pixels(a.Height)})
	}
	if a.Animated {
		out = append(out, &e2e.DocumentAttributeAnimated{})
	}
	if a.Sticker != nil {
		out = append(out, a.Sticker.toTL())
	}
	if a.Video != nil {
		out = append(out, a.Video.toTL(layer))
	}
	if a.Audio != nil {
		out = append(out, a.Audio.toTL())
	}
	if a.Name != "" {
		out = append(out, &e2e.DocumentAttributeFilename{FileName: a.Name})
	}
	return out
}

func (s *StickerAttributes) toTL() e2e.DocumentAttributeClass {
	o := &e2e.DocumentAttributeSticker{Alt: s.Alt, Stickerset: &e2e.InputStickerSetEmpty{}}
	if s.Set != "" {
		o.Stickerset = &e2e.InputStickerSetShortName{ShortName: s.Set}
	}
	return o
}

// toTL uses the form without flags where the other side may not know round videos.
func (v *VideoAttributes) toTL(layer int) e2e.DocumentAttributeClass {
	if layer < layerRound {
		return &e2e.DocumentAttributeVideo23{Duration: seconds(v.Duration), W: pixels(v.Width), H: pixels(v.Height)}
	}
	return &e2e.DocumentAttributeVideo{
		RoundMessage: v.Round, Duration: seconds(v.Duration), W: pixels(v.Width), H: pixels(v.Height),
	}
}

func (a *AudioAttributes) toTL() e2e.DocumentAttributeClass {
	o := &e2e.DocumentAttributeAudio{Voice: a.Voice, Duration: seconds(a.Duration), Waveform: a.Waveform}
	if a.Title != "" {
		o.Title = &a.Title
	}
	if a.Performer != "" {
		o.Performer = &a.Performer
	}
	return o
}

func (m *Media) plainToTL(layer int) (e2e.DecryptedMessageMediaClass, error) {
	switch {
	case m.Location != nil && !m.Location.valid(), m.Venue != nil && !m.Venue.valid():
		return nil, fmt.Errorf("not a place: %w", ErrDraft)
	case m.Location != nil:
		return &e2e.DecryptedMessageMediaGeoPoint{Lat: m.Location.Latitude, Long: m.Location.Longitude}, nil
	case m.Venue != nil:
		v := m.Venue
		return &e2e.DecryptedMessageMediaVenue{
			Lat: v.Latitude, Long: v.Longitude,
			Title: v.Title, Address: v.Address, Provider: v.Provider, VenueID: v.ID,
		}, nil
	case m.WebPage != nil:
		return &e2e.DecryptedMessageMediaWebPage{URL: m.WebPage.URL}, nil
	case m.Contact != nil:
		return m.Contact.toTL(), nil
	default:
		return m.External.toTL(layer)
	}
}

// toTL leaves out a user id that does not fit the schema.
func (c *Contact) toTL() e2e.DecryptedMessageMediaClass {
	o := &e2e.DecryptedMessageMediaContact{PhoneNumber: c.Phone, FirstName: c.First, LastName: c.Last}
	if c.User > 0 && c.User <= math.MaxInt32 {
		o.UserID = int32(c.User)
	}
	return o
}

func (x *External) toTL(layer int) (e2e.DecryptedMessageMediaClass, error) {
	if x.Size < 0 || x.Size > maxSmallFile {
		return nil, fmt.Errorf("external document of %d bytes: %w", x.Size, ErrDraft)
	}
	return &e2e.DecryptedMessageMediaExternalDocument{
		ID: x.ID, AccessHash: x.AccessHash, Date: int32(x.Date.Unix()), MimeType: x.MIME, Size: int32(x.Size),
		Thumb: x.Thumb.toTL(), DCID: int32(x.DC), Attributes: x.Attributes.toTL(layer),
	}, nil
}

func (t ExternalThumb) toTL() e2e.PhotoSizeClass {
	if t.Width == 0 && t.Height == 0 {
		return &e2e.PhotoSizeEmpty{Type: t.Type}
	}
	var place e2e.FileLocationClass = &e2e.FileLocation{
		DCID: int32(t.DC), VolumeID: t.Volume, LocalID: int32(t.Local), Secret: t.Secret,
	}
	if t.DC == 0 {
		place = &e2e.FileLocationUnavailable{VolumeID: t.Volume, LocalID: int32(t.Local), Secret: t.Secret}
	}
	if t.Bytes != nil {
		return &e2e.PhotoCachedSize{
			Type: t.Type, Location: place, W: pixels(t.Width), H: pixels(t.Height), Bytes: t.Bytes,
		}
	}
	return &e2e.PhotoSize{
		Type: t.Type, Location: place, W: pixels(t.Width), H: pixels(t.Height), Size: pixels(t.Size),
	}
}
