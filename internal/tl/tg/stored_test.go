package tg

import (
	"reflect"
	"testing"

	"hermod/internal/tl"
)

// decoders of the types that are stored as bytes, by class.
var stored = map[reflect.Type]func(*tl.Reader) tl.Object{
	reflect.TypeFor[MessageEntityClass]():  func(r *tl.Reader) tl.Object { return DecodeMessageEntityClass(r) },
	reflect.TypeFor[ReplyMarkupClass]():    func(r *tl.Reader) tl.Object { return DecodeReplyMarkupClass(r) },
	reflect.TypeFor[DialogFilterClass]():   func(r *tl.Reader) tl.Object { return DecodeDialogFilterClass(r) },
	reflect.TypeFor[DraftMessageClass]():   func(r *tl.Reader) tl.Object { return DecodeDraftMessageClass(r) },
	reflect.TypeFor[MessageMediaClass]():   func(r *tl.Reader) tl.Object { return DecodeMessageMediaClass(r) },
	reflect.TypeFor[MessageActionClass]():  func(r *tl.Reader) tl.Object { return DecodeMessageActionClass(r) },
	reflect.TypeFor[JSONValueClass]():      func(r *tl.Reader) tl.Object { return DecodeJSONValueClass(r) },
	reflect.TypeFor[PrivacyRuleClass]():    func(r *tl.Reader) tl.Object { return DecodePrivacyRuleClass(r) },
	reflect.TypeFor[InputReplyToClass]():   func(r *tl.Reader) tl.Object { return DecodeInputReplyToClass(r) },
	reflect.TypeFor[InputPeerClass]():      func(r *tl.Reader) tl.Object { return DecodeInputPeerClass(r) },
	reflect.TypeFor[*PeerNotifySettings](): func(r *tl.Reader) tl.Object { return DecodePeerNotifySettings(r) },
	reflect.TypeFor[*TextWithEntities]():   func(r *tl.Reader) tl.Object { return DecodeTextWithEntities(r) },
}

// TestStoredTypesSurvive writes stored types in the newest layer and in older ones and reads them back.
func TestStoredTypesSurvive(t *testing.T) {
	f := newFiller(t)
	for class, decode := range stored {
		for _, o := range allObjects() {
			if typ := reflect.TypeOf(o); typ != class && !(class.Kind() == reflect.Interface && typ.Implements(class)) || legacy[o.TLName()] {
				continue
			}
			o := f.object(o, 2)
			for _, layer := range []int{134, 181, 223, Newest} {
				b := tl.Encode(o, layer)
				if b == nil {
					continue // the layer has no such thing
				}
				r := tl.NewReader(b)
				back := decode(r)
				if err := r.End(); err != nil {
					t.Errorf("%s, layer %d: %v", o.TLName(), layer, err)
				} else if layer == Newest && string(tl.Encode(back, Newest)) != string(b) {
					t.Errorf("%s came back as %+v", o.TLName(), back)
				}
			}
		}
	}
}
