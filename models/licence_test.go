package models_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
)

func TestParseUSCCVectors(t *testing.T) {
	reasons := map[string]*models.Error{"bad_check": models.ErrUSCCCheck, "bad_chars": models.ErrUSCCCharacter, "bad_length": models.ErrUSCCLength}
	for _, v := range readVectors(t).USCC {
		u, err := models.ParseUSCC(v.Input)
		if !v.Valid {
			if want := reasons[v.Reason]; want == nil || !errors.Is(err, want) {
				t.Errorf("%s: %v, want %s", v.ID, err, v.Reason)
			}
			continue
		}
		warnings := 0
		for _, w := range []bool{v.AreaKnown, v.InnerOK} {
			if !w {
				warnings++
			}
		}
		if err != nil || u.Number != v.Normalised || u.Area != v.Area || u.Entity != v.Entity || len(u.Warnings) != warnings {
			t.Errorf("%s: %+v %v", v.ID, u, err)
		}
	}
}

func TestParseUSCC(t *testing.T) {
	for raw, want := range map[string]*models.Error{
		"93500114ma00tex38f": nil, "93500114 MA00TEX3 8F": nil, "": models.ErrUSCCLength, "93500114MA00TEX38": models.ErrUSCCLength,
		"9350O114MA00TEX38F": models.ErrUSCCCharacter, "935A0114MA00TEX38F": models.ErrUSCCCharacter, "93500114MA00TEX38八": models.ErrUSCCCharacter,
		"93500114MA00TEX83F": models.ErrUSCCCheck,
	} {
		u, err := models.ParseUSCC(raw)
		if want == nil && (err != nil || u.Number != "93500114MA00TEX38F") || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: %+v %v", raw, u, err)
		}
		if err != nil && strings.Contains(models.Refusal(err).ZH, "%") {
			t.Errorf("%q: %s", raw, models.Refusal(err).ZH)
		}
	}
}

func TestParseFoodLicenceVectors(t *testing.T) {
	reasons := map[string]*models.Error{"bad_check": models.ErrFoodCheck, "bad_shape": models.ErrFoodShape}
	for _, v := range readVectors(t).Food {
		l, err := models.ParseFoodLicence(v.Input)
		if !v.Valid {
			if want := reasons[v.Reason]; want == nil || !errors.Is(err, want) {
				t.Errorf("%s: %v, want %s", v.ID, err, v.Reason)
			}
			continue
		}
		if err != nil || l.Number != v.Normalised || l.Label != v.Kind || l.Area != v.Area || (len(l.Warnings) == 0) != v.AreaKnown {
			t.Errorf("%s: %+v %v", v.ID, l, err)
		}
	}
}

func TestParseFoodLicence(t *testing.T) {
	if l, err := models.ParseFoodLicence("ＳＣ 1146 4010 5000 15"); err != nil || l.Number != "SC11464010500015" {
		t.Errorf("%+v %v", l, err)
	}
	if l, err := models.ParseFoodLicence("YB25001140000024"); err != nil || len(l.Warnings) != 1 || l.Area != "" {
		t.Errorf("a filing has no public check rule: %+v %v", l, err)
	}
	for _, raw := range []string{"QS50011400001234", "XX11464010500015", "SC1146401050001五", "11464010500015SC"} {
		if _, err := models.ParseFoodLicence(raw); !errors.Is(err, models.ErrFoodShape) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

// Any one wrong digit must be caught: that is what the check is for.
func TestChecksCatchOneWrongDigit(t *testing.T) {
	for i := range 18 {
		for c := byte('0'); c <= '9'; c++ {
			id, uscc, food := []byte("50010719920305990X"), []byte("93500114MA00TEX38F"), []byte("SC11464010500015")
			if id[i] != c {
				id[i] = c
				if _, err := models.ParseDocument(models.ResidentID, string(id), ""); err == nil {
					t.Errorf("%s passes", id)
				}
			}
			if uscc[i] != c {
				uscc[i] = c
				if _, err := models.ParseUSCC(string(uscc)); err == nil {
					t.Errorf("%s passes", uscc)
				}
			}
			if i >= 2 && i < 16 && food[i] != c {
				food[i] = c
				if _, err := models.ParseFoodLicence(string(food)); err == nil {
					t.Errorf("%s passes", food)
				}
			}
		}
	}
}

func FuzzLicences(f *testing.F) {
	f.Add("93500114MA00TEX38F")
	f.Add("SC11464010500015")
	f.Fuzz(func(t *testing.T, raw string) {
		if u, err := models.ParseUSCC(raw); err == nil {
			if again, err := models.ParseUSCC(u.Number); err != nil || again.Number != u.Number {
				t.Fatalf("%q: %v", raw, err)
			}
		}
		if l, err := models.ParseFoodLicence(raw); err == nil {
			if again, err := models.ParseFoodLicence(l.Number); err != nil || again.Number != l.Number {
				t.Fatalf("%q: %v", raw, err)
			}
		}
	})
}
