package people

import (
	"context"
	"time"

	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerBusiness(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.updateBusinessWorkHours)
	rpc.Handle(r, rpc.UserOnly, h.updateBusinessLocation)
	rpc.Handle(r, rpc.UserOnly, h.updateBusinessIntro)
	rpc.Handle(r, rpc.UserOnly, h.updateBusinessGreetingMessage)
	rpc.Handle(r, rpc.UserOnly, h.updateBusinessAwayMessage)
	rpc.Handle(r, rpc.SignedIn, h.getTimezonesList)
}

// updateBusinessWorkHours serves https://core.telegram.org/method/account.updateBusinessWorkHours.
func (h *Handlers) updateBusinessWorkHours(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateBusinessWorkHours) (tg.Bool, error) {
	var hours *users.Hours
	if t := in.BusinessWorkHours; t != nil {
		hours = &users.Hours{Timezone: t.TimezoneID}
		for _, p := range t.WeeklyOpen {
			hours.Open = append(hours.Open, users.Period{Start: p.StartMinute, End: p.EndMinute})
		}
	}
	return true, h.users.SetHours(ctx, call.User, hours)
}

// updateBusinessLocation serves https://core.telegram.org/method/account.updateBusinessLocation.
func (h *Handlers) updateBusinessLocation(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateBusinessLocation) (tg.Bool, error) {
	if in.Address == nil && in.GeoPoint == nil {
		return true, h.users.SetLocation(ctx, call.User, nil)
	}
	var place users.Location
	if in.Address != nil {
		place.Address = *in.Address
	}
	if p, ok := in.GeoPoint.(*tg.InputGeoPoint); ok {
		place.Point = &users.Point{Lat: p.Lat, Long: p.Long}
	}
	return true, h.users.SetLocation(ctx, call.User, &place)
}

// updateBusinessIntro serves https://core.telegram.org/method/account.updateBusinessIntro. Stickers are not served yet.
func (h *Handlers) updateBusinessIntro(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateBusinessIntro) (tg.Bool, error) {
	if in.Intro == nil {
		return true, h.users.SetIntro(ctx, call.User, nil)
	}
	if _, none := in.Intro.Sticker.(*tg.InputDocumentEmpty); !none && in.Intro.Sticker != nil {
		return false, rpc.BadRequest("STICKER_INVALID")
	}
	return true, h.users.SetIntro(ctx, call.User, &users.Intro{Title: in.Intro.Title, Text: in.Intro.Description})
}

// updateBusinessGreetingMessage serves https://core.telegram.org/method/account.updateBusinessGreetingMessage. What is
// to be said is a quick reply, of which there are none: it can only be taken away.
func (h *Handlers) updateBusinessGreetingMessage(_ context.Context, _ *rpc.Call, in *tg.AccountUpdateBusinessGreetingMessage) (tg.Bool, error) {
	if in.Message != nil {
		return false, errShortcut
	}
	return true, nil
}

// updateBusinessAwayMessage serves https://core.telegram.org/method/account.updateBusinessAwayMessage, as far as
// updateBusinessGreetingMessage goes.
func (h *Handlers) updateBusinessAwayMessage(_ context.Context, _ *rpc.Call, in *tg.AccountUpdateBusinessAwayMessage) (tg.Bool, error) {
	if in.Message != nil {
		return false, errShortcut
	}
	return true, nil
}

// addBusiness shows what u says of his business.
func addBusiness(full *tg.UserFull, b *users.Business, now time.Time) {
	if b == nil {
		return
	}
	if h := b.Hours; h != nil {
		full.BusinessWorkHours = &tg.BusinessWorkHours{OpenNow: h.OpenAt(now), TimezoneID: h.Timezone}
		for _, p := range h.Open {
			full.BusinessWorkHours.WeeklyOpen = append(full.BusinessWorkHours.WeeklyOpen,
				&tg.BusinessWeeklyOpen{StartMinute: p.Start, EndMinute: p.End})
		}
	}
	if l := b.Location; l != nil {
		full.BusinessLocation = &tg.BusinessLocation{Address: l.Address}
		if p := l.Point; p != nil {
			full.BusinessLocation.GeoPoint = &tg.GeoPoint{Lat: p.Lat, Long: p.Long}
		}
	}
	if i := b.Intro; i != nil {
		full.BusinessIntro = &tg.BusinessIntro{Title: i.Title, Description: i.Text}
	}
}

// zones are the time zones that clients offer for opening hours, each by its best known place.
var zones = []string{
	"Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Mexico_City", "America/Chicago",
	"America/Bogota", "America/New_York", "America/Caracas", "America/Halifax", "America/Sao_Paulo", "America/Argentina/Buenos_Aires",
	"Atlantic/Azores", "Europe/London", "Africa/Lagos", "Europe/Berlin", "Europe/Rome", "Africa/Cairo", "Europe/Kyiv",
	"Africa/Johannesburg", "Europe/Istanbul", "Europe/Moscow", "Asia/Riyadh", "Africa/Nairobi", "Asia/Tehran", "Asia/Dubai",
	"Asia/Yerevan", "Asia/Kabul", "Asia/Tashkent", "Asia/Karachi", "Asia/Yekaterinburg", "Asia/Kolkata", "Asia/Kathmandu",
	"Asia/Dhaka", "Asia/Almaty", "Asia/Yangon", "Asia/Bangkok", "Asia/Jakarta", "Asia/Shanghai", "Asia/Singapore",
	"Australia/Perth", "Asia/Tokyo", "Asia/Seoul", "Australia/Adelaide", "Australia/Sydney", "Asia/Vladivostok",
	"Pacific/Auckland", "UTC",
}

// getTimezonesList serves https://core.telegram.org/method/help.getTimezonesList. The hash is that of the offsets, which
// move with summer time.
func (h *Handlers) getTimezonesList(_ context.Context, _ *rpc.Call, in *tg.HelpGetTimezonesList) (tg.HelpTimezonesListClass, error) {
	list := &tg.HelpTimezonesList{}
	now := time.Now()
	for _, id := range zones {
		zone, err := time.LoadLocation(id)
		if err != nil {
			continue
		}
		_, offset := now.In(zone).Zone()
		list.Timezones = append(list.Timezones, &tg.Timezone{ID: id, Name: zoneName(id), UtcOffset: int32(offset)})
		list.Hash = list.Hash*31 + int32(offset/60) + 1
	}
	if in.Hash == list.Hash && in.Hash != 0 {
		return &tg.HelpTimezonesListNotModified{}, nil
	}
	return list, nil
}
