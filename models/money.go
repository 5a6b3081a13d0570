package models

import (
	"fmt"
	"strconv"
	"strings"
)

// Fen is an amount of money: 1 yuan = 100 fen. Never a float, never negative in a price.
type Fen int64

// MaxFen bounds every single amount: 100 million yuan.
const MaxFen Fen = 10_000_000_000

// String gives ¥27.00, for people.
func (f Fen) String() string { return "¥" + f.Yuan() }

// Yuan gives 27.00, for forms and files.
func (f Fen) Yuan() string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	return fmt.Sprintf("%s%d.%02d", sign, f/100, f%100)
}

// ParseYuan reads 27, 27.5, 27.50, ¥27.50 (the sign in either width) or 27.50元. It answers ErrInvalid.
func ParseYuan(s string) (Fen, error) {
	t := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(s), "¥"), "\uFFE5"), "元")
	whole, part, dotted := strings.Cut(t, ".")
	if len(part) > 2 || (dotted && part == "") || whole == "" || len(whole) > 9 {
		return 0, ErrInvalid.With("金额“" + s + "”应写成 27.50 这样")
	}
	n, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 63)
	if err != nil || Fen(n) > MaxFen {
		return 0, ErrInvalid.With("金额“" + s + "”应写成 27.50 这样")
	}
	return Fen(n), nil
}

// Rounding says how a share of a price becomes whole money. No source of the programme prints one, so it is a setting.
type Rounding string

const (
	RoundFen      Rounding = "fen"       // to the fen, half up: the default
	RoundYuanDown Rounding = "yuan_down" // drop the jiao and fen
	RoundYuanUp   Rounding = "yuan_up"   // up to whole yuan
)

// Percent is the part of f that percent says (30 for 3折), rounded by r.
func (f Fen) Percent(percent int, r Rounding) Fen {
	hundredths := int64(f) * int64(percent)
	switch r {
	case RoundYuanDown:
		return Fen(hundredths / 10000 * 100)
	case RoundYuanUp:
		return Fen((hundredths + 9999) / 10000 * 100)
	default:
		return Fen((hundredths + 50) / 100)
	}
}
