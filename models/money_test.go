package models

import (
	"errors"
	"testing"
)

func TestFenWords(t *testing.T) {
	for f, want := range map[Fen]string{0: "¥0.00", 5: "¥0.05", 2700: "¥27.00", 123456789: "¥1234567.89", -1805: "¥-18.05"} {
		if got := f.String(); got != want {
			t.Errorf("%d fen read %q, want %q", int64(f), got, want)
		}
	}
}

func TestParseYuan(t *testing.T) {
	for s, want := range map[string]Fen{
		"27": 2700, "27.5": 2750, "27.50": 2750, " 27.05 ": 2705, "¥27.50": 2750, "\uFFE527.50": 2750, "27.50元": 2750, "0": 0, "0.01": 1,
		"007": 700, "100000000": MaxFen, "100000000.00": MaxFen,
	} {
		if got, err := ParseYuan(s); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", ".", "27.", ".5", "27.505", "-1", "+1", "1e3", "0x10", "1_000", "1,000", "二十七", "27.5.0", "100000000.01", "9999999999", "¥", "元",
		"¥¥1", "27元元", "2 7", "27.5x", "２７",
	} {
		if got, err := ParseYuan(s); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q is %d, %v; want a refusal", s, got, err)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		f       Fen
		percent int
		r       Rounding
		want    Fen
	}{
		{6000, 30, RoundFen, 1800},
		{9000, 30, RoundFen, 2700},
		{6005, 30, RoundFen, 1802},
		{6001, 30, RoundFen, 1800},
		{6005, 30, RoundYuanDown, 1800},
		{6005, 30, RoundYuanUp, 1900},
		{6000, 30, RoundYuanUp, 1800},
		{0, 30, RoundFen, 0},
		{6000, 0, RoundFen, 0},
		{6000, 100, RoundFen, 6000},
		{MaxFen, 100, RoundYuanUp, MaxFen},
	} {
		if got := c.f.Percent(c.percent, c.r); got != c.want {
			t.Errorf("%d %% of %s, %s: %s, want %s", c.percent, c.f, c.r, got, c.want)
		}
	}
}

// What is read is what was written, and nothing outside the bounds of an amount is ever read.
func FuzzParseYuan(f *testing.F) {
	for _, s := range []string{"27.50", "¥1", "\uFFE51元", "0.01", "1e9", "99999999999999999999", "-5", "1.2.3", "二十七元", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseYuan(s)
		if err != nil {
			if !errors.Is(err, ErrInvalid) || got != 0 {
				t.Fatalf("%q: %d, %v", s, got, err)
			}
			return
		}
		if got < 0 || got > MaxFen {
			t.Fatalf("%q is %d fen", s, got)
		}
		if again, err := ParseYuan(got.String()); err != nil || again != got {
			t.Fatalf("%q is %d fen, written and read again %d, %v", s, got, again, err)
		}
	})
}
