package models_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
)

// vectors is testdata/number_vectors.json: numbers with verdicts, made with sequence codes no real person has.
type vectors struct {
	Resident []struct {
		ID, Input, Normalised, Kind, Reason, Birth, Sex, Area string
		Valid                                                 bool
		Age                                                   int `json:"age_on_2021_07_12"`
		Under14                                               bool
		AreaKnown                                             bool   `json:"area_known"`
		ExpectedCheck                                         string `json:"expected_check"`
	} `json:"resident_id"`
	USCC []struct {
		ID, Input, Normalised, Reason, Area, Entity string
		Valid                                       bool
		AreaKnown                                   bool   `json:"area_in_gb2260"`
		InnerOK                                     bool   `json:"inner_org_code_ok"`
		ExpectedCheck                               string `json:"expected_check"`
	} `json:"uscc"`
	Mobile []struct {
		ID, Input, Normalised, Masked string
		Valid                         bool
	} `json:"mobile"`
	Food []struct {
		ID, Input, Normalised, Kind, Reason, Area string
		Valid                                     bool
		AreaKnown                                 bool `json:"area_in_gb2260"`
	} `json:"food_licence"`
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	raw, err := os.ReadFile("testdata/number_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Resident) < 18 || len(v.USCC) < 11 || len(v.Mobile) < 10 || len(v.Food) < 10 {
		t.Fatalf("vectors are missing: %d %d %d %d", len(v.Resident), len(v.USCC), len(v.Mobile), len(v.Food))
	}
	return v
}

const vectorDay = models.Day("2021-07-12")

var documentReasons = map[string]*models.Error{
	"bad_check": models.ErrDocumentCheck, "bad_date": models.ErrDocumentDate, "birth_in_future": models.ErrDocumentFuture,
	"bad_province": models.ErrDocumentProvince, "bad_length": models.ErrDocumentLength,
}

var vectorKinds = map[string]models.DocumentKind{
	"resident18": models.ResidentID, "": models.ResidentID, "hk_residence": models.HMTResidence,
	"mo_residence": models.HMTResidence, "tw_residence": models.HMTResidence, "foreign_pr18": models.ForeignPR,
}

func TestParseDocumentVectors(t *testing.T) {
	for _, v := range readVectors(t).Resident {
		d, err := models.ParseDocument(vectorKinds[v.Kind], v.Input, vectorDay)
		if !v.Valid {
			want := documentReasons[v.Reason]
			if v.Normalised == "" {
				want = models.ErrDocumentEmpty
			}
			if want == nil || !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", v.ID, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", v.ID, err)
			continue
		}
		if d.Number != v.Normalised || string(d.Birth) != v.Birth || d.Sex != v.Sex || d.AgeOn(vectorDay) != v.Age || d.Under14(vectorDay) != v.Under14 {
			t.Errorf("%s: %+v, age %d", v.ID, d, d.AgeOn(vectorDay))
		}
		if v.Kind == "resident18" && (d.Area != v.Area || models.AreaKnown(d.Area) != v.AreaKnown || (len(d.Warnings) == 0) != v.AreaKnown) {
			t.Errorf("%s: area %s %v", v.ID, d.Area, d.Warnings)
		}
	}
}

// One person, however the number is typed.
func TestOnePersonHoweverTyped(t *testing.T) {
	for _, raw := range []string{
		"50010719920305990X", "50010719920305990x", "500107 19920305 990X", "500107-19920305-990x", " 50010719920305990Ⅹ\n", "50010719920305990ⅹ",
		"５００１０７１９９２０３０５９９０Ｘ", "500107—19920305—990X", "500107\u200b19920305\u00a0990X", "50010719920305990×", "50010719920305990Х",
	} {
		for _, kind := range []models.DocumentKind{models.ResidentID, models.Hukou, models.ResidencePermit} {
			if d, err := models.ParseDocument(kind, raw, vectorDay); err != nil || d.Number != "50010719920305990X" {
				t.Errorf("%s %q: %q %v", kind, raw, d.Number, err)
			}
		}
	}
}

// Every refusal names the digits and says what to do, and no two share a code.
func TestDocumentRefusals(t *testing.T) {
	for _, c := range []struct {
		kind models.DocumentKind
		raw  string
		want *models.Error
		says string
	}{
		{models.ResidentID, "", models.ErrDocumentEmpty, "居民身份证上的号码"},
		{models.ResidentID, " - ", models.ErrDocumentEmpty, "号码"},
		{models.ResidentID, "5001071992030599X", models.ErrDocumentLength, "身份证号应为18位，您输入的是17位，请核对后再发一次"},
		{models.Hukou, "5001071992030599", models.ErrDocumentLength, "居民户口簿上的号码应为18位，您输入的是16位"},
		{models.ResidentID, "张三", models.ErrDocumentLength, "2位"},
		{models.ResidentID, "500107920305990", models.ErrDocumentOld15, "2013年1月1日"},
		{models.ResidentID, "5001O719920305990X", models.ErrDocumentCharacter, "第5位是“O”"},
		{models.ResidentID, "50010719920305X90X", models.ErrDocumentCharacter, "第15位是“X”"},
		{models.ResidentID, "50010719920305990A", models.ErrDocumentCharacter, "第18位是“A”"},
		{models.ResidentID, "00010719900101991X", models.ErrDocumentProvince, "“00”"},
		{models.ResidentID, "820000198702029940", models.ErrDocumentUseHMT, "港澳台居民居住证"},
		{models.Hukou, "810000198702029940", models.ErrDocumentUseHMT, "“81”"},
		{models.ResidentID, "950840199001019967", models.ErrDocumentUseForeign, "外国人永久居留身份证"},
		{models.ResidentID, "500107202102319900", models.ErrDocumentDate, "第7到14位是出生日期，“20210231”不是真实日期"},
		{models.ResidentID, "500107000001019900", models.ErrDocumentDate, "00000101"},
		{models.ResidentID, "500107202107139920", models.ErrDocumentFuture, "20210713"},
		{models.ResidentID, "500107199203059901", models.ErrDocumentCheck, "最后一位校验码不对"},
		{models.HMTResidence, "50010719920305990X", models.ErrDocumentHMTArea, "“500107”"},
		{models.HMTResidence, "810001198702029940", models.ErrDocumentHMTArea, "“810001”"},
		{models.HMTResidence, "82000019870202994", models.ErrDocumentLength, "港澳台居民居住证上的号码应为18位"},
		{models.ForeignPR, "50010719920305990X", models.ErrDocumentForeign, "9开头的18位"},
		{models.ForeignPR, "USA12345678901", models.ErrDocumentForeign, "14位"},
		{models.ForeignPR, "950840199002309967", models.ErrDocumentDate, "19900230"},
		{models.Passport, "50010719920305990X", models.ErrDocumentPassport, "请改选“居民身份证”"},
		{models.Passport, "E1234", models.ErrDocumentPassport, "5位"},
		{models.Passport, "ABCDEFGH1", models.ErrDocumentPassport, "9位"},
		{models.Passport, "E12345678。", models.ErrDocumentPassport, "别的符号"},
		{"social_insurance", "50010719920305990X", models.ErrDocumentKind, "没有这种证件"},
	} {
		d, err := models.ParseDocument(c.kind, c.raw, vectorDay)
		var got *models.Error
		if !errors.As(err, &got) || !errors.Is(err, c.want) {
			t.Errorf("%s %q: %v, want %s", c.kind, c.raw, err, c.want.Code)
			continue
		}
		if !strings.Contains(got.ZH, c.says) || strings.Contains(got.ZH, "%") || got.Kind != models.Invalid || d.Number != "" {
			t.Errorf("%s %q says %q (%+v)", c.kind, c.raw, got.ZH, d)
		}
	}
}

func TestOtherDocuments(t *testing.T) {
	for _, c := range []struct {
		kind         models.DocumentKind
		raw, want    string
		birth, sex   string
		areaExpected string
	}{
		{models.HMTResidence, "820000 19870202 9940", "820000198702029940", "1987-02-02", "F", "820000"},
		{models.ForeignPR, "950840199001019967", "950840199001019967", "1990-01-01", "F", ""},
		{models.ForeignPR, "usa 110080010101", "USA110080010101", "", "", ""},
		{models.Passport, "e12345678", "E12345678", "", "", ""},
		{models.Passport, "H1234567890", "H1234567890", "", "", ""},
		{models.Passport, "01234567", "01234567", "", "", ""},
	} {
		d, err := models.ParseDocument(c.kind, c.raw, vectorDay)
		if err != nil || d.Number != c.want || string(d.Birth) != c.birth || d.Sex != c.sex || d.Area != c.areaExpected || d.Kind != c.kind {
			t.Errorf("%s %q: %+v %v", c.kind, c.raw, d, err)
		}
	}
}

// The standard sets no floor: a number from 1800 passes with a warning, and without a day nothing is in the future.
func TestOddBirths(t *testing.T) {
	for _, c := range []struct {
		seventeen string
		today     models.Day
		warnings  int
	}{
		{"50010718000101990", vectorDay, 1},
		{"50010720991231990", "", 0},
		{"50010720210712990", vectorDay, 0},
		{"50990119900101990", vectorDay, 1},
	} {
		d, err := models.ParseDocument(models.ResidentID, c.seventeen+string(models.ResidentCheck(c.seventeen)), c.today)
		if err != nil || len(d.Warnings) != c.warnings {
			t.Errorf("%s: %v %v", c.seventeen, d.Warnings, err)
		}
	}
	if models.ResidentCheck("5001071992030599") != 0 || models.ResidentCheck("5001071992030599a") != 0 {
		t.Error("a check character for what are not 17 digits")
	}
}

func TestAgeOn(t *testing.T) {
	for _, c := range []struct {
		birth, day models.Day
		age        int
		under14    bool
	}{
		{"2007-07-12", "2021-07-12", 14, false},
		{"2007-07-13", "2021-07-12", 13, true},
		{"2007-07-11", "2021-07-12", 14, false},
		{"2021-07-12", "2021-07-12", 0, true},
		{"2021-07-13", "2021-07-12", -1, false},
		{"2020-02-29", "2021-02-28", 0, true},
		{"2020-02-29", "2021-03-01", 1, true},
		{"2020-02-29", "2024-02-28", 3, true},
		{"2020-02-29", "2024-02-29", 4, true},
		{"2008-02-29", "2022-02-28", 13, true},
		{"2008-02-29", "2022-03-01", 14, false},
		{"1956-07-12", "2021-07-12", 65, false},
		{"1999-12-31", "2021-01-01", 21, false},
		{"", "2021-07-12", -1, false},
		{"2007-07-12", "", -1, false},
	} {
		d := models.Document{Birth: c.birth}
		if d.AgeOn(c.day) != c.age || d.Under14(c.day) != c.under14 {
			t.Errorf("born %s on %s: %d %v, want %d %v", c.birth, c.day, d.AgeOn(c.day), d.Under14(c.day), c.age, c.under14)
		}
	}
}

func TestDocumentKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range models.DocumentKinds() {
		if k.Label() == "" || seen[k.Label()] {
			t.Errorf("%s is called %q", k, k.Label())
		}
		seen[k.Label()] = true
	}
	if len(seen) != 6 || models.DocumentKind("social_insurance").Label() != "" {
		t.Errorf("%d kinds", len(seen))
	}
}

func TestAreaKnown(t *testing.T) {
	for code, want := range map[string]bool{
		"500107": true, "500114": true, "513523": true, "512328": true, "510222": true, "810000": true, "110000": true,
		"340524": false, "500901": false, "": false, "5001": false, "500 00": false, "5001\n0": false, "999999": false, "000000": false,
	} {
		if models.AreaKnown(code) != want {
			t.Errorf("%q: %v", code, !want)
		}
	}
}

func FuzzParseDocument(f *testing.F) {
	for _, v := range readVectors(f).Resident {
		f.Add(v.Input)
	}
	f.Add("USA110080010101")
	f.Add("５００107-19920305 990ⅹ")
	f.Fuzz(func(t *testing.T, raw string) {
		for _, kind := range models.DocumentKinds() {
			d, err := models.ParseDocument(kind, raw, vectorDay)
			if err != nil {
				var e *models.Error
				if !errors.As(err, &e) || e.ZH == "" || strings.Contains(e.ZH, "%!") {
					t.Fatalf("%s %q: %v", kind, raw, err)
				}
				continue
			}
			again, err := models.ParseDocument(kind, d.Number, vectorDay)
			if err != nil || again.Number != d.Number {
				t.Fatalf("%s %q becomes %q, which becomes %q (%v)", kind, raw, d.Number, again.Number, err)
			}
			mask := models.MaskDocument(d.Number)
			if len(mask) != len(d.Number) || strings.Count(mask, "*") < len(d.Number)/2 || strings.Contains(d.Number, mask) {
				t.Fatalf("%q is masked as %q", d.Number, mask)
			}
			// Whatever is a document to us must not stay readable in a kept talk.
			if masked := models.MaskText("证件" + raw + "。"); kind != models.Passport && strings.Contains(masked, raw) {
				t.Fatalf("%s %q stays in %q", kind, raw, masked)
			}
		}
	})
}
