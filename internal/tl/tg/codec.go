// Package tg holds the types and methods of the API, generated from schema/api.tl over all its layers: one
// Go type per name, with the union of its fields in their newest meaning.
//
// Requests are decoded by id, so the shape of any layer becomes the same Go value, and lifted: what an older
// layer said in another way comes out as the newest says it. Answers are encoded for a layer and lowered:
// what that layer cannot say is replaced or left out, so a client never meets an id that it does not know.
//
// Byte slices in decoded values alias the input.
//
// Spec: https://core.telegram.org/schema
package tg

import (
	"fmt"
	"slices"

	"hermod/internal/tl"
)

//go:generate go run hermod/cmd/tlgen ../../../schema/tlgen.toml

// A Request is a decoded method call, one of the method types of this package.
type Request interface {
	// TLName is the method's name, such as "messages.sendMessage".
	TLName() string
}

// DecodeRequest reads a method call of any layer, all of r, and lifts it to the newest shape.
//
// It fails with an error that wraps tl.ErrUnknown for an id that no layer has as a method, else with
// tl.ErrShort, tl.ErrLimit, tl.ErrTrailing or tl.ErrUnknown for a part of it.
func DecodeRequest(r *tl.Reader) (Request, error) {
	id := r.ID()
	req := decodeRequest(r, id)
	if req == nil {
		r.Unknown("method", id)
		return nil, r.Err()
	}
	if err := r.End(); err != nil {
		return nil, fmt.Errorf("decode %s: %w", req.TLName(), err)
	}
	return liftRequest(req), nil
}

// A Method describes a method of the schema.
type Method struct {
	Name   string
	Result string // its newest result type
	First  int    // the oldest sampled layer that has it
	Last   int    // the newest
}

// InNewest reports whether the newest layer has m.
func (m Method) InNewest() bool { return m.Last == Newest }

// Methods lists all methods of all layers.
func Methods() []Method { return slices.Clone(methods[:]) }

// Layers lists the layers whose shapes are known, ascending.
func Layers() []int { return slices.Clone(layers[:]) }
