package demo

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"

	"hermod/internal/tl/tg"
)

// object is an object of the Lottie format, which animated stickers are written in.
type object = map[string]any

const (
	canvas = 512 // the side of a sticker
	frames = 90  // at 30 a second
)

// A part of a sticker is an oval, or what lies between points around its centre. It swings by so many degrees, or grows
// by so many percent, and back.
type part struct {
	x, y, w, h   float64
	points       [][2]float64
	colour       uint32
	swing, grows float64
}

// The stickers of the world, what lies in front first, and the emoji they stand for.
var drawings = []struct {
	emoji string
	parts []part
}{
	{"🙂", []part{
		{x: 200, y: 225, w: 36, h: 56, colour: 0x3b2a12}, {x: 312, y: 225, w: 36, h: 56, colour: 0x3b2a12},
		{x: 256, y: 318, w: 150, h: 34, colour: 0x3b2a12, grows: 25}, {x: 256, y: 256, w: 360, h: 360, colour: 0xf7c548, grows: 5},
	}},
	{"⛵", []part{
		{x: 256, y: 446, w: 460, h: 72, colour: 0x2a6f97, grows: 6},
		{x: 256, y: 440, points: [][2]float64{{-190, -84}, {190, -84}, {120, 0}, {-120, 0}}, colour: 0x9c4a2f, swing: 4},
		{x: 256, y: 440, points: [][2]float64{{14, -410}, {14, -104}, {180, -104}}, colour: 0xe07a5f, swing: 4},
		{x: 256, y: 440, points: [][2]float64{{-14, -340}, {-14, -104}, {-140, -104}}, colour: 0xf2cc8f, swing: 4},
	}},
	{"☀", []part{
		{x: 256, y: 256, w: 220, h: 220, colour: 0xffb703, grows: 8}, {x: 256, y: 256, w: 470, h: 70, colour: 0xffd166, swing: 30},
		{x: 256, y: 256, w: 70, h: 470, colour: 0xffd166, swing: 30},
	}},
	{"🍞", []part{
		{x: 190, y: 220, w: 30, h: 90, colour: 0xf0d2a0, swing: 4}, {x: 256, y: 210, w: 30, h: 100, colour: 0xf0d2a0, swing: 4},
		{x: 322, y: 220, w: 30, h: 90, colour: 0xf0d2a0, swing: 4}, {x: 256, y: 270, w: 400, h: 250, colour: 0xb5713a, grows: 4},
	}},
}

// animation packs parts as an animated sticker.
func animation(parts []part) ([]byte, error) {
	var layers []object
	for _, d := range parts {
		layers = append(layers, d.layer())
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	err := json.NewEncoder(w).Encode(object{
		"tgs": 1, "v": "5.5.2", "fr": 30, "ip": 0, "op": frames, "w": canvas, "h": canvas, "layers": layers,
	})
	if err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

func (d part) layer() object {
	size := []object{key(0, 100, 100), key(frames/2, 100+d.grows, 100+d.grows), key(frames, 100, 100)}
	turn := []object{key(0, 0), key(frames/4, d.swing), key(3*frames/4, -d.swing), key(frames, 0)}
	place := object{
		"o": fixed(100), "p": fixed(d.x, d.y), "a": fixed(0, 0), "r": object{"a": 1, "k": turn}, "s": object{"a": 1, "k": size},
	}
	share := func(v uint32) float64 { return float64(v&0xff) / 0xff }
	return object{
		"ty": 4, "ks": place, "ip": 0, "op": frames, "st": 0, "shapes": []object{
			d.outline(), {"ty": "fl", "o": fixed(100), "c": fixed(share(d.colour>>16), share(d.colour>>8), share(d.colour), 1)},
		},
	}
}

func (d part) outline() object {
	if len(d.points) == 0 {
		return object{"ty": "el", "p": fixed(0, 0), "s": fixed(d.w, d.h)}
	}
	straight := make([][2]float64, len(d.points))
	return object{"ty": "sh", "ks": object{"a": 0, "k": object{"c": true, "v": d.points, "i": straight, "o": straight}}}
}

// fixed is a value that stays.
func fixed(v ...float64) object {
	if len(v) == 1 {
		return object{"a": 0, "k": v[0]}
	}
	return object{"a": 0, "k": v}
}

// key says what a value is at a frame, and that it goes on from there slowly.
func key(at float64, v ...float64) object {
	slow := func(x float64) object { return object{"x": []float64{x}, "y": []float64{x}} }
	return object{"t": at, "s": v, "i": slow(0.6), "o": slow(0.4)}
}

// stickers makes the set of somebody and returns its stickers, to be sent.
func (p *person) stickers(ctx context.Context) ([]*tg.InputMediaDocument, error) {
	set := &tg.StickersCreateStickerSet{UserID: new(tg.InputUserSelf), Title: "From the coast", ShortName: "from_the_coast"}
	var all []*tg.InputMediaDocument
	for _, d := range drawings {
		data, err := animation(d.parts)
		if err != nil {
			return nil, err
		}
		doc, err := p.keep(ctx, "sticker.tgs", "application/x-tgsticker", data, &tg.DocumentAttributeSticker{Alt: d.emoji, Stickerset: new(tg.InputStickerSetEmpty)})
		if err != nil {
			return nil, err
		}
		all = append(all, &tg.InputMediaDocument{ID: doc})
		set.Stickers = append(set.Stickers, &tg.InputStickerSetItem{Document: doc, Emoji: d.emoji})
	}
	_, err := ask(ctx, p, set, tg.DecodeMessagesStickerSetClass)
	return all, err
}

// keep uploads a document without sending it.
func (p *person) keep(ctx context.Context, name, mime string, data []byte, more ...tg.DocumentAttributeClass) (*tg.InputDocument, error) {
	file, err := p.upload(ctx, name, data)
	if err != nil {
		return nil, err
	}
	kept, err := ask(ctx, p, &tg.MessagesUploadMedia{Peer: new(tg.InputPeerSelf), Media: &tg.InputMediaUploadedDocument{
		File: file, MimeType: mime, Attributes: append([]tg.DocumentAttributeClass{&tg.DocumentAttributeFilename{FileName: name}}, more...),
	}}, tg.DecodeMessageMediaClass)
	if err != nil {
		return nil, err
	}
	m, ok := kept.(*tg.MessageMediaDocument)
	if !ok {
		return nil, fmt.Errorf("%s: %w", kept.TLName(), errAnswer)
	}
	doc, ok := m.Document.(*tg.Document)
	if !ok {
		return nil, fmt.Errorf("no document was kept: %w", errAnswer)
	}
	return &tg.InputDocument{ID: doc.ID, AccessHash: doc.AccessHash, FileReference: doc.FileReference}, nil
}
