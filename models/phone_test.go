package models_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
)

func TestParsePhoneVectors(t *testing.T) {
	for _, v := range readVectors(t).Mobile {
		got, err := models.ParsePhone(v.Input)
		if v.Valid != (err == nil) || got != v.Normalised {
			t.Errorf("%s %q: %q %v", v.ID, v.Input, got, err)
		}
		if v.Valid && models.MaskPhone(got) != v.Masked {
			t.Errorf("%s: masked %q, want %q", v.ID, models.MaskPhone(got), v.Masked)
		}
	}
}

func TestParsePhone(t *testing.T) {
	for raw, want := range map[string]string{
		"+86 138-0000-0000": "13800000000", "0086 138 0000 0000": "13800000000", "8613800000000": "13800000000", "(+86)13800000000": "13800000000",
		"＋８６ １３８００００００００": "13800000000", "138.0000.0000": "13800000000", " 19900000012\n": "19900000012",
		"023-79468666": "", "1380000000O": "", "138000000000": "", "86": "", "+8612000000000": "", "电话13800000000": "", "+1 3800000000": "",
	} {
		got, err := models.ParsePhone(raw)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v", raw, got, err)
		}
		if err != nil && (!errors.Is(err, models.ErrPhone) || strings.Contains(models.Refusal(err).ZH, "%")) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	f.Add("+86 138-0000-0000")
	f.Add("１３８００００００００")
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := models.ParsePhone(raw)
		if err != nil {
			return
		}
		if again, err := models.ParsePhone(p); err != nil || again != p || len(p) != 11 {
			t.Fatalf("%q becomes %q, which becomes %q (%v)", raw, p, again, err)
		}
		if strings.Contains(models.MaskText(p), p) {
			t.Fatalf("%q is not masked", p)
		}
	})
}
