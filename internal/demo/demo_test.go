package demo

import (
	"bytes"
	"image/gif"
	"image/jpeg"
	"reflect"
	"testing"

	sticker "hermod/internal/domain/stickers/format"
	"hermod/internal/tl/tg"
)

func TestFormat(t *testing.T) {
	text, entities := format("😄 *bold* and _soft_")
	want := []tg.MessageEntityClass{
		&tg.MessageEntityBold{Offset: 3, Length: 4}, &tg.MessageEntityItalic{Offset: 12, Length: 4},
	}
	if text != "😄 bold and soft" || !reflect.DeepEqual(entities, want) {
		t.Errorf("got %q, %v", text, entities)
	}
}

func TestLandscapesArePicturesOfTheirSize(t *testing.T) {
	for seed := range moods {
		data, err := landscape(64, 40, seed)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil || img.Bounds().Dx() != 64 || img.Bounds().Dy() != 40 {
			t.Errorf("picture %d: %v, %v", seed, img.Bounds(), err)
		}
	}
}

func TestPortraitsArePicturesOfTheirSize(t *testing.T) {
	for _, p := range cast() {
		data, err := portrait(p.look, 48)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil || img.Bounds().Dx() != 48 || img.Bounds().Dy() != 48 {
			t.Errorf("%s: %v, %v", p.name, img.Bounds(), err)
		}
	}
}

func TestTheSunriseMoves(t *testing.T) {
	data, err := sunrise(64, 40)
	if err != nil {
		t.Fatal(err)
	}
	film, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil || len(film.Image) != gifFrames || bytes.Equal(film.Image[0].Pix, film.Image[gifFrames/2].Pix) {
		t.Errorf("%d frames, %v", len(film.Image), err)
	}
}

func TestStickersAreAnimationsThatPlay(t *testing.T) {
	for _, d := range drawings {
		data, err := animation(d.parts)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := sticker.Check(sticker.Sticker, data); err != nil || info.Kind != sticker.Animation {
			t.Errorf("%s: %v, %v", d.emoji, info, err)
		}
	}
}

func TestTheMelodyIsAsLongAsItSays(t *testing.T) {
	data, seconds := melody()
	if got := (len(data) - 44) / 2 / rate; got > int(seconds) || got < int(seconds)-1 {
		t.Errorf("%d seconds of samples, said to be %d", got, seconds)
	}
}
