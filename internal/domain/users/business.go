package users

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // opening hours are in time zones, wherever the server runs
	"unicode/utf8"

	"hermod/internal/domain/ids"
)

// Errors of what a business shows.
var (
	// ErrTimezone means a time zone without a name that is known.
	ErrTimezone = errors.New("no such time zone")
	// ErrHours means opening hours that are none, too many, overlap or lie outside of the week.
	ErrHours = errors.New("opening hours are wrong")
	// ErrAddress means an address that is missing or too long.
	ErrAddress = errors.New("address missing or too long")
	// ErrIntro means an introduction that is too long.
	ErrIntro = errors.New("introduction too long")
	// ErrPlace means a place that is not on earth.
	ErrPlace = errors.New("no such place")
)

// Bounds of what a business shows.
const (
	maxPeriods     = 28
	weekMinutes    = 7 * 24 * 60
	maxAddress     = 96 // characters
	maxIntroTitle  = 32
	maxIntroText   = 70
	maxStatuses    = 50
	minutesOverEnd = 24 * 60 // by which the last period may run into the next week
)

// Business is what the page of a business shows. Its parts are nil where nothing is to be shown.
// Spec: https://core.telegram.org/api/business
type Business struct {
	Hours    *Hours    `json:"hours,omitempty"`
	Location *Location `json:"location,omitempty"`
	Intro    *Intro    `json:"intro,omitempty"`
}

// Hours are when a business is open.
type Hours struct {
	Timezone string   `json:"z"`
	Open     []Period `json:"o"` // in order, apart from each other
}

// A Period is a time of the week, in minutes from Monday 0:00; End is not in it and may lie in the next week.
type Period struct {
	Start int32 `json:"s"`
	End   int32 `json:"e"`
}

// Location is where a business is.
type Location struct {
	Address string `json:"a"`
	Point   *Point `json:"p,omitempty"`
}

// A Point is a place on earth, in degrees.
type Point struct {
	Lat  float64 `json:"lat"`
	Long float64 `json:"long"`
}

// Intro is what a business says to whom has not written yet.
type Intro struct {
	Title string `json:"t,omitempty"`
	Text  string `json:"d,omitempty"`
}

// clean checks h, sorts its periods and joins those that touch. It fails with ErrTimezone or ErrHours.
func (h *Hours) clean() error {
	if _, err := time.LoadLocation(h.Timezone); err != nil || h.Timezone == "" || h.Timezone == "Local" {
		return ErrTimezone
	}
	if len(h.Open) == 0 || len(h.Open) > maxPeriods {
		return ErrHours
	}
	sorted := slices.Clone(h.Open)
	slices.SortFunc(sorted, func(a, b Period) int { return int(a.Start - b.Start) })
	h.Open = nil
	for _, p := range sorted {
		last := len(h.Open) - 1
		switch {
		case p.Start < 0 || p.Start >= p.End || p.Start >= weekMinutes || p.End > weekMinutes+minutesOverEnd:
			return ErrHours
		case last >= 0 && p.Start < h.Open[last].End:
			return ErrHours
		case last >= 0 && p.Start == h.Open[last].End:
			h.Open[last].End = p.End
		default:
			h.Open = append(h.Open, p)
		}
	}
	return nil
}

// OpenAt tells whether the business is open at a moment.
func (h Hours) OpenAt(at time.Time) bool {
	zone, err := time.LoadLocation(h.Timezone)
	if err != nil {
		return false
	}
	at = at.In(zone)
	minute := int32((int(at.Weekday())+6)%7*24*60 + at.Hour()*60 + at.Minute())
	return slices.ContainsFunc(h.Open, func(p Period) bool {
		return minute >= p.Start && minute < p.End || minute+weekMinutes < p.End
	})
}

func (l *Location) clean() error {
	l.Address = strings.TrimSpace(printable(l.Address))
	if n := utf8.RuneCountInString(l.Address); n == 0 || n > maxAddress {
		return ErrAddress
	}
	if p := l.Point; p != nil && !(p.Lat >= -90 && p.Lat <= 90 && p.Long >= -180 && p.Long <= 180) {
		return ErrPlace
	}
	return nil
}

func (i *Intro) clean() error {
	i.Title, i.Text = strings.TrimSpace(printable(i.Title)), strings.TrimSpace(printable(i.Text))
	if utf8.RuneCountInString(i.Title) > maxIntroTitle || utf8.RuneCountInString(i.Text) > maxIntroText {
		return ErrIntro
	}
	return nil
}

// SetHours changes the opening hours; nil takes them away. It fails with ErrTimezone, ErrHours or ErrNotFound.
func (s *Service) SetHours(ctx context.Context, user ids.User, h *Hours) error {
	if h != nil {
		if err := h.clean(); err != nil {
			return err
		}
	}
	return s.editBusiness(ctx, user, func(b *Business) { b.Hours = h })
}

// SetLocation changes where the business is; nil takes that away. It fails with ErrAddress, ErrPlace or ErrNotFound.
func (s *Service) SetLocation(ctx context.Context, user ids.User, l *Location) error {
	if l != nil {
		if err := l.clean(); err != nil {
			return err
		}
	}
	return s.editBusiness(ctx, user, func(b *Business) { b.Location = l })
}

// SetIntro changes the introduction; nil or an empty one takes it away. It fails with ErrIntro or ErrNotFound.
func (s *Service) SetIntro(ctx context.Context, user ids.User, i *Intro) error {
	if i != nil {
		if err := i.clean(); err != nil {
			return err
		}
		if *i == (Intro{}) {
			i = nil
		}
	}
	return s.editBusiness(ctx, user, func(b *Business) { b.Intro = i })
}

func (s *Service) editBusiness(ctx context.Context, user ids.User, fn func(*Business)) error {
	return s.UpdateSettings(ctx, user, func(s *Settings) Change {
		var b Business
		if s.Business != nil {
			b = *s.Business
		}
		if fn(&b); b == (Business{}) {
			s.Business = nil
		} else {
			s.Business = &b
		}
		return ChangedProfile
	})
}
