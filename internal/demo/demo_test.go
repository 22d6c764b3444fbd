package demo

import (
	"bytes"
	"image/jpeg"
	"reflect"
	"testing"

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

func TestTheMelodyIsAsLongAsItSays(t *testing.T) {
	data, seconds := melody()
	if got := (len(data) - 44) / 2 / rate; got > int(seconds) || got < int(seconds)-1 {
		t.Errorf("%d seconds of samples, said to be %d", got, seconds)
	}
}
