package users

import (
	"errors"
	"log/slog"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// ErrPhone means that something cannot be a telephone number.
var ErrPhone = errors.New("not a phone number")

// A Phone is a number in international form, digits only, as MTProto clients write it. Logs show stars.
type Phone string

// LogValue hides the number.
func (Phone) LogValue() slog.Value { return slog.StringValue("***") }

// maxPhoneInput bounds what ParsePhone looks at, in bytes.
const maxPhoneInput = 64

// ParsePhone reads a number as people type it, with or without plus, blanks and brackets. A number without
// country code is completed from home, the number of the one who has it in his address book; home may be "".
// It fails with ErrPhone.
func ParsePhone(in string, home Phone) (Phone, error) {
	digits, international := cleanPhone(in)
	if len(in) > maxPhoneInput || len(digits) < 5 || len(digits) > 17 {
		return "", ErrPhone
	}
	if digits, ok := strings.CutPrefix(digits, "00"); ok && !international {
		return ParsePhone("+"+digits, "")
	}
	if isTestNumber(digits) || isAnonymous(digits) {
		return Phone(digits), nil
	}
	abroad := parsed("+"+digits, "")
	if international || home == "" || abroad.valid() {
		return abroad.possible()
	}
	local := parsed(digits, home.region())
	if !local.valid() && abroad.num != nil && phonenumbers.IsPossibleNumber(abroad.num) {
		return abroad.possible()
	}
	return local.possible()
}

// cleanPhone keeps the digits of in and tells whether it began with a plus.
func cleanPhone(in string) (digits string, plus bool) {
	in = strings.TrimSpace(in)
	plus = strings.HasPrefix(in, "+")
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, in), plus
}

// isTestNumber knows Telegram's numbers for tests: 99966, the data centre, four digits.
// Spec: https://core.telegram.org/api/auth#test-accounts
func isTestNumber(digits string) bool { return len(digits) == 10 && strings.HasPrefix(digits, "99966") }

// isAnonymous knows numbers of country code 888, which no telephone has.
func isAnonymous(digits string) bool {
	return strings.HasPrefix(digits, "888") && (len(digits) == 7 || len(digits) == 11)
}

// region is the country of p, such as "NO", or "".
func (p Phone) region() string {
	n := parsed("+"+string(p), "").num
	if p == "" || n == nil {
		return ""
	}
	if region := phonenumbers.GetRegionCodeForNumber(n); region != "" {
		return region
	}
	return phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
}

// Country is the two-letter code of the country that p belongs to, or "".
func (p Phone) Country() string {
	if region := p.region(); len(region) == 2 && region != phonenumbers.UNKNOWN_REGION {
		return region
	}
	return ""
}

// parsedPhone is a number as the library understood it; num is nil if it did not.
type parsedPhone struct{ num *phonenumbers.PhoneNumber }

func parsed(in, region string) parsedPhone {
	n, err := phonenumbers.Parse(in, region)
	if err != nil {
		return parsedPhone{}
	}
	return parsedPhone{n}
}

func (p parsedPhone) valid() bool { return p.num != nil && phonenumbers.IsValidNumber(p.num) }

// possible returns the number if its length fits its country: numbering plans change faster than tables do.
func (p parsedPhone) possible() (Phone, error) {
	if p.num == nil || !phonenumbers.IsPossibleNumber(p.num) {
		return "", ErrPhone
	}
	return Phone(strings.TrimPrefix(phonenumbers.Format(p.num, phonenumbers.E164), "+")), nil
}
