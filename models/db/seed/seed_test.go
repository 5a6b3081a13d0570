package seed_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jieban/jieban/models/db/seed"
)

type clause struct{ ID, Text string }

type named struct{ Code, ID, Name string }

type town struct {
	Code, Name, District string
	Villages             []named
}

type ticket struct {
	Item, Note string
	Fen        *int64
}

type spot struct {
	ID, Name, Grade, Town, Intro, Bring string
	Aliases                             []string
	Hours                               *string
	Tickets                             []ticket
	ListPriceFen                        *int64 `json:"list_price_fen"`
	Sort                                int
}

type offer struct {
	ID, Spot, Kind, Clause, Components string
	PayPercent                         int    `json:"pay_percent"`
	FixedFen                           *int64 `json:"fixed_fen"`
	PerDay                             *int   `json:"per_day"`
	PerSpot                            *int   `json:"per_spot"`
	Total                              *int
	DailyQuota                         *int `json:"daily_quota"`
	MaxParty                           *int `json:"max_party"`
	AdvanceDays                        *int `json:"advance_days"`
	Blackout                           []string
	HolidayBlackout                    bool `json:"holiday_blackout"`
}

type programmeFile struct {
	Programme struct {
		ID, Title, Home, Host, Controller, Contact, Source string
		ValidFrom                                          string `json:"valid_from"`
		ValidTo                                            string `json:"valid_to"`
		AnnouncedOn                                        string `json:"announced_on"`
		Clauses                                            []clause
		Holidays, Workdays                                 []string
	}
	Zone struct {
		Towns []town
		Extra []string
	}
	HostTowns  []named `json:"host_towns"`
	Spots      []spot
	Offers     []offer
	Documents  []named
	IDPrefixes []struct{ Prefix, Name, Hint string } `json:"id_prefixes"`
}

var (
	mobile = regexp.MustCompile(`^1[3-9]\d{9}$`)
	slug   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// read decodes one seed file, so that a misspelt comma fails here and not at a newcomer's first start.
func read[T any](t *testing.T, name string) T {
	t.Helper()
	var v T
	b, err := seed.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// day fails on what is no civil date.
func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse("2006-01-02", s)
	if err != nil {
		t.Errorf("not a day: %q", s)
	}
	return d
}

// goodNumber is the check of GB 11643-1999: 17 digits weighted, remainder looked up.
func goodNumber(s string) bool {
	if len(s) != 18 {
		return false
	}
	if _, err := time.Parse("20060102", s[6:14]); err != nil {
		return false
	}
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		sum += int(s[i]-'0') * w
	}
	return s[17] == "10X98765432"[sum%11]
}

// goodUSCC is the check of GB 32100-2015; the last mod turns 31 into 0.
func goodUSCC(s string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	if len(s) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		at := strings.IndexByte(alphabet, s[i])
		if at < 0 {
			return false
		}
		sum += at * weight
		weight = weight * 3 % 31
	}
	return s[17] == alphabet[(31-sum%31)%31]
}

func TestChecksRefuse(t *testing.T) {
	if !goodNumber("11010519491231002X") || goodNumber("500107199001019919") || goodNumber("500107199002299915") {
		t.Error("the number check does not tell right from wrong")
	}
	if !goodUSCC("91500114MA00000900") || goodUSCC("91500114MA00TEX11Y") {
		t.Error("the credit code check does not tell right from wrong")
	}
}

func TestProgramme(t *testing.T) {
	f := read[programmeFile](t, "programme_2021.json")
	p := f.Programme
	if p.ID != "gxq-qj-2021" || p.ValidFrom != "2021-07-01" || p.ValidTo != "2021-12-31" || p.AnnouncedOn != "2021-07-12" {
		t.Errorf("programme: %+v", p)
	}
	for _, d := range append(p.Holidays, p.Workdays...) {
		if d := day(t, d); d.Before(day(t, p.ValidFrom)) || d.After(day(t, p.ValidTo)) {
			t.Errorf("holiday outside the programme: %v", d)
		}
	}
	seen := map[string]bool{}
	for _, c := range p.Clauses {
		if seen[c.ID] || c.Text == "" {
			t.Errorf("clause %q twice or empty", c.ID)
		}
		seen[c.ID] = true
	}
	if len(p.Clauses) < 5 || len(f.HostTowns) != 30 || len(f.Documents) != 7 || len(f.IDPrefixes) != 11 {
		t.Errorf("clauses %d, host towns %d, documents %d, prefixes %d", len(p.Clauses), len(f.HostTowns), len(f.Documents), len(f.IDPrefixes))
	}
	villages := 0
	for _, z := range f.Zone.Towns {
		villages += len(z.Villages)
		if !strings.HasPrefix(z.Code, map[string]string{"沙坪坝区": "500106", "九龙坡区": "500107"}[z.District]) {
			t.Errorf("%s does not lie in %s", z.Name, z.District)
		}
	}
	if len(f.Zone.Towns) != 10 || villages != 99 {
		t.Errorf("%d towns and %d villages, want 10 and 99", len(f.Zone.Towns), villages)
	}
}

func TestOffers(t *testing.T) {
	f := read[programmeFile](t, "programme_2021.json")
	spots := map[string]spot{}
	names := map[string]string{}
	for _, s := range f.Spots {
		spots[s.ID] = s
		if n := utf8.RuneCountInString(s.Intro); n == 0 || n > 60 || s.Bring == "" {
			t.Errorf("%s: intro of %d characters, bring %q", s.ID, n, s.Bring)
		}
		// A free spot and a 3折 spot once shared words; no name may lead to two spots.
		for _, n := range append(s.Aliases, s.Name) {
			if names[n] != "" {
				t.Errorf("%s names both %s and %s", n, names[n], s.ID)
			}
			names[n] = s.ID
		}
	}
	if len(spots) != 5 || len(f.Offers) != 5 {
		t.Fatalf("%d spots, %d offers", len(spots), len(f.Offers))
	}
	for _, o := range f.Offers {
		s, ok := spots[o.Spot]
		if !ok || o.Clause == "" || o.Components == "" {
			t.Errorf("offer %+v", o)
		}
		if o.PerDay != nil || o.PerSpot != nil || o.Total != nil || o.DailyQuota != nil || o.MaxParty != nil || o.AdvanceDays != nil || len(o.Blackout) > 0 || o.HolidayBlackout {
			t.Errorf("%s sets a limit that nothing published says", o.ID)
		}
		free := o.Kind == "free" && o.PayPercent == 0
		percent := o.Kind == "percent" && o.PayPercent == 30 && s.ListPriceFen != nil
		if !free && !percent {
			t.Errorf("%s: kind %s, pays %d percent of %v", o.ID, o.Kind, o.PayPercent, s.ListPriceFen)
		}
	}
	for id, want := range map[string]int64{"zhuoshui": 6000, "shenguixia": 9000, "chengshi-daxiagu": 6000} {
		if p := spots[id].ListPriceFen; p == nil || *p != want {
			t.Errorf("%s: list price %v, want %d", id, p, want)
		}
	}
}

func TestRegions(t *testing.T) {
	b, err := seed.Files.ReadFile("regions.json")
	if err != nil || len(b) > 120<<10 {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	found := map[string]bool{}
	for _, province := range read[[][]any](t, "regions.json") {
		for _, city := range list(t, province) {
			for _, area := range list(t, city) {
				a, _ := area.([]any)
				if len(a) != 2 {
					t.Fatalf("area %v", area)
				}
				code, _ := a[0].(string)
				if found[code] || len(code) != 6 && len(code) != 9 || a[1] == "" {
					t.Errorf("area %v", a)
				}
				found[code] = true
			}
		}
	}
	for _, code := range []string{"500106", "500107", "500114", "110101", "710000"} {
		if !found[code] {
			t.Errorf("%s is missing", code)
		}
	}
	if len(found) < 2900 {
		t.Errorf("%d areas", len(found))
	}
}

// list returns the third member of [code, name, below].
func list(t *testing.T, v any) []any {
	t.Helper()
	r, _ := v.([]any)
	if len(r) != 3 {
		t.Fatalf("not [code, name, list]: %v", v)
	}
	below, _ := r[2].([]any)
	if len(below) == 0 {
		t.Fatalf("nothing below %v", r[:2])
	}
	return below
}
