package media

import (
	"context"
	"errors"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// From reads what a client attaches to a new message and checks it. A dice is thrown here. It fails with the errors of
// package media and text.ErrBounds; with media.ErrEmpty for no media, and media.ErrInvalid for kinds that are not served.
func (c *Codec) From(ctx context.Context, call *rpc.Call, in tg.InputMediaClass) (*media.Media, error) {
	m, err := c.from(ctx, call, in)
	if err != nil {
		return nil, err
	}
	if err := m.Clean(); err != nil {
		return nil, err
	}
	return m, nil
}

func (c *Codec) from(ctx context.Context, call *rpc.Call, in tg.InputMediaClass) (*media.Media, error) {
	switch in := in.(type) {
	case *tg.InputMediaGeoPoint:
		return &media.Media{Kind: media.Geo, Geo: pointFrom(in.GeoPoint)}, nil
	case *tg.InputMediaGeoLive:
		return liveFrom(in)
	case *tg.InputMediaVenue:
		return &media.Media{Kind: media.Venue, Geo: pointFrom(in.GeoPoint), Venue: &media.VenueInfo{
			Title: in.Title, Address: in.Address, Provider: in.Provider, ID: in.VenueID, Type: in.VenueType,
		}}, nil
	case *tg.InputMediaContact:
		return c.contactFrom(ctx, call.User, in)
	case *tg.InputMediaDice:
		return media.ThrowDice(in.Emoticon)
	case *tg.InputMediaPoll:
		return c.pollFrom(ctx, call, in)
	case *tg.InputMediaTodo:
		return c.todoFrom(ctx, call, in.Todo)
	case *tg.InputMediaWebPage:
		return &media.Media{Kind: media.WebPage, WebPage: &media.WebPageShown{
			URL: in.URL, ForceLarge: in.ForceLargeMedia, ForceSmall: in.ForceSmallMedia, Manual: true,
		}}, nil
	case nil, *tg.InputMediaEmpty:
		return nil, media.ErrEmpty
	}
	m, err := c.fileFrom(ctx, call, in)
	if m == nil && err == nil {
		err = media.ErrInvalid
	}
	return m, err
}

// pointFrom reads a place; nil for none.
func pointFrom(in tg.InputGeoPointClass) *media.Point {
	p, ok := in.(*tg.InputGeoPoint)
	if !ok || p == nil {
		return nil
	}
	return &media.Point{Lat: p.Lat, Long: p.Long, Accuracy: number(p.AccuracyRadius)}
}

// number is the value of an optional number; 0 where there is none.
func number(n *int32) int {
	if n == nil {
		return 0
	}
	return int(*n)
}

func liveFrom(in *tg.InputMediaGeoLive) (*media.Media, error) {
	if in.Stopped {
		return nil, media.ErrInvalid
	}
	return &media.Media{Kind: media.LiveGeo, Geo: pointFrom(in.GeoPoint), Live: &media.Live{
		Period: number(in.Period), Heading: number(in.Heading), Proximity: number(in.ProximityNotificationRadius),
	}}, nil
}

// LiveEdit reads what the sender of a live location changes.
func LiveEdit(in *tg.InputMediaGeoLive) media.LiveEdit {
	return media.LiveEdit{
		Stop: in.Stopped, Geo: pointFrom(in.GeoPoint), Heading: optional(in.Heading), Period: optional(in.Period),
		Proximity: optional(in.ProximityNotificationRadius),
	}
}

func optional(n *int32) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}

// contactFrom names the account that has the number only if the sender may find it by the number.
func (c *Codec) contactFrom(ctx context.Context, sender ids.User, in *tg.InputMediaContact) (*media.Media, error) {
	card := &media.Card{Phone: in.PhoneNumber, FirstName: in.FirstName, LastName: in.LastName, VCard: in.Vcard}
	if c.o.ResolvePhone != nil && in.PhoneNumber != "" {
		user, err := c.o.ResolvePhone(ctx, sender, in.PhoneNumber)
		if err != nil && !errors.Is(err, users.ErrNotFound) && !errors.Is(err, users.ErrPhone) {
			return nil, err
		}
		card.User = user
	}
	return &media.Media{Kind: media.Contact, Contact: card}, nil
}
