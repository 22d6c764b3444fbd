package rpc

import (
	"fmt"

	"hermod/internal/tl"
	"hermod/internal/tl/packed"
	"hermod/internal/tl/tg"
)

// Bounds of what may stand around a request.
const (
	maxWrappers = 16      // clients use up to five
	maxUnpacked = 4 << 20 // bytes of everything in a request that came packed
	maxPacked   = 2       // packed in packed
)

// wrapperNames are the methods that the dispatcher itself serves.
var wrapperNames = map[string]bool{
	"invokeWithLayer": true, "initConnection": true, "invokeWithoutUpdates": true,
	"invokeAfterMsg": true, "invokeAfterMsgs": true, "invokeWithTakeout": true,
	"invokeWithMessagesRange": true, "invokeWithBusinessConnection": true,
	"invokeWithApnsSecret": true, "invokeWithReCaptcha": true, "invokeWithGooglePlayIntegrity": true,
}

// unwrap takes the wrappers off body, in whatever order they come, notes in call what they say, and returns the
// request inside.
//
// It fails with the errors of tl and packed.
// Spec: https://core.telegram.org/api/invoking
func (d *Dispatcher) unwrap(call *Call, body []byte) (tg.Request, error) {
	budget, packings := maxUnpacked, 0
	for range maxWrappers {
		if packed.Is(body) {
			if packings++; packings > maxPacked {
				return nil, fmt.Errorf("packed %d times: %w", packings, tl.ErrLimit)
			}
			plain, err := d.unpack(body, budget)
			if err != nil {
				return nil, err
			}
			budget -= len(plain)
			call.Unpacked += len(plain)
			body = plain
			continue
		}
		req, err := decode(body)
		if err != nil {
			return nil, err
		}
		if body = call.peel(req); body == nil {
			return req, nil
		}
	}
	return nil, fmt.Errorf("more than %d wrappers: %w", maxWrappers, tl.ErrLimit)
}

// unpack unpacks body. Few large ones are unpacked at once, so that little memory is taken by it.
func (d *Dispatcher) unpack(body []byte, budget int) ([]byte, error) {
	if len(body) >= largePacked {
		d.unpacking <- struct{}{}
		defer func() { <-d.unpacking }()
	}
	return packed.Unpack(body, budget)
}

// largePacked is the size in bytes of a packed request from which on it may become half a megabyte.
const largePacked = 4 << 10

// peel notes what a wrapper says and returns what it wraps; nil if req is no wrapper.
func (c *Call) peel(req tg.Request) []byte {
	switch w := req.(type) {
	case *tg.InvokeWithLayer:
		c.Layer, c.announcedLayer = int(w.Layer), true
		return inner(w.Query)
	case *tg.InitConnection:
		c.Client, c.announcedClient = clientOf(w), true
		return inner(w.Query)
	case *tg.InvokeWithoutUpdates:
		c.WithoutUpdates = true
		return inner(w.Query)
	case *tg.InvokeAfterMsg:
		c.waitFor = append(c.waitFor, w.MsgID)
		return inner(w.Query)
	case *tg.InvokeAfterMsgs:
		c.waitFor = append(c.waitFor, w.MsgIDs...)
		return inner(w.Query)
	case *tg.InvokeWithTakeout:
		c.Takeout = w.TakeoutID
		return inner(w.Query)
	case *tg.InvokeWithBusinessConnection:
		c.BusinessConn = w.ConnectionID
		return inner(w.Query)
	case *tg.InvokeWithMessagesRange:
		return inner(w.Query)
	case *tg.InvokeWithApnsSecret:
		return inner(w.Query)
	case *tg.InvokeWithReCaptcha:
		return inner(w.Query)
	case *tg.InvokeWithGooglePlayIntegrity:
		return inner(w.Query)
	}
	return nil
}

// inner keeps an empty query apart from none.
func inner(query []byte) []byte {
	if query == nil {
		return []byte{}
	}
	return query
}

// maxClientField bounds what is kept of each word that initConnection says.
const maxClientField = 128 // bytes

func clientOf(w *tg.InitConnection) Client {
	return Client{
		APIID:      w.APIID,
		Device:     cut(w.DeviceModel),
		System:     cut(w.SystemVersion),
		App:        cut(w.AppVersion),
		SystemLang: cut(w.SystemLangCode),
		LangPack:   cut(w.LangPack),
		Lang:       cut(w.LangCode),
	}
}

// cut returns valid UTF-8 of at most maxClientField bytes, without control characters.
func cut(s string) string {
	out := make([]rune, 0, min(len(s), maxClientField))
	size := 0
	for _, c := range s {
		if size += len(string(c)); size > maxClientField {
			break
		}
		if c >= ' ' && c != 0x7f {
			out = append(out, c)
		}
	}
	return string(out)
}

// decode reads a request to its last byte. An unknown method fails with ErrUnknownMethod, everything else that is
// wrong with an error of tl.
func decode(body []byte) (tg.Request, error) {
	req, err := tg.DecodeRequest(tl.NewReader(body))
	if err == nil {
		return req, nil
	}
	if len(body) >= 4 && !knownMethod(body[:4]) {
		return nil, ErrUnknownMethod
	}
	return nil, fmt.Errorf("decode request: %w", err)
}
