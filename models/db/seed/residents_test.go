package seed_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

type person struct {
	Key, Name, Number, Town, Village, Label, Note string
	DocumentKind                                  string `json:"document_kind"`
	Phone                                         *string
}

type residentsFile struct{ Residents, Samples []person }

type accountsFile struct {
	Accounts []struct {
		Login, Name, Role, Password string
		Spot, Supplier              *string
	}
}

func TestResidents(t *testing.T) {
	villages := map[string]bool{}
	for _, z := range read[programmeFile](t, "programme_2021.json").Zone.Towns {
		for _, v := range z.Villages {
			villages[z.Name+v.Name] = true
		}
	}
	f := read[residentsFile](t, "residents.json")
	towns, numbers := map[string]int{}, map[string]bool{}
	announced := day(t, "2021-07-12")
	for _, r := range f.Residents {
		towns[r.Town]++
		if !goodNumber(r.Number) || r.Number[14:16] != "99" || numbers[r.Number] || r.DocumentKind != "resident_id" {
			t.Errorf("%s: number %s", r.Name, r.Number)
			continue
		}
		numbers[r.Number] = true
		if !villages[r.Town+r.Village] {
			t.Errorf("%s: no village %s in %s", r.Name, r.Village, r.Town)
		}
		born, _ := time.Parse("20060102", r.Number[6:14])
		if born.AddDate(15, 0, 0).After(announced) || !born.AddDate(89, 0, 0).After(announced) {
			t.Errorf("%s: born %v", r.Name, born)
		}
		if r.Phone != nil && !mobile.MatchString(*r.Phone) {
			t.Errorf("%s: phone %s", r.Name, *r.Phone)
		}
	}
	if len(f.Residents) < 60 || len(towns) != 10 {
		t.Errorf("%d residents in %d towns", len(f.Residents), len(towns))
	}
	checkSamples(t, f, numbers)
}

// checkSamples keeps the three taps of the demonstration true: only the first stands on the roster.
func checkSamples(t *testing.T, f residentsFile, roster map[string]bool) {
	t.Helper()
	if len(f.Samples) != 3 {
		t.Fatalf("%d samples", len(f.Samples))
	}
	hint := map[string]string{}
	for _, p := range read[programmeFile](t, "programme_2021.json").IDPrefixes {
		hint[p.Prefix] = p.Hint
	}
	for i, want := range []struct{ key, hint string }{{"roster", "zone_possible"}, {"pending", "zone_possible"}, {"ineligible", "host"}} {
		s := f.Samples[i]
		if s.Key != want.key || !goodNumber(s.Number) || roster[s.Number] != (i == 0) || hint[s.Number[:6]] != want.hint {
			t.Errorf("sample %d: %+v, on the roster: %v", i, s, roster[s.Number])
		}
		if s.Label == "" || s.Note == "" || s.Town == "" || s.Phone == nil || !mobile.MatchString(*s.Phone) {
			t.Errorf("sample %d is not complete: %+v", i, s)
		}
	}
	if !strings.HasPrefix(f.Samples[2].Town, "黔江区") {
		t.Errorf("the third sample lives in %s", f.Samples[2].Town)
	}
}

func TestAccounts(t *testing.T) {
	waiting := map[string]bool{}
	for _, s := range read[programmeFile](t, "programme_2021.json").Spots {
		waiting[s.ID] = true
	}
	for _, s := range read[shopFile](t, "shop.json").Suppliers {
		waiting[s.ID] = true
	}
	roles, logins := map[string]int{}, map[string]bool{}
	password := regexp.MustCompile(`^jieban-demo-[a-z0-9]{4}$`)
	for _, a := range read[accountsFile](t, "accounts.json").Accounts {
		if logins[a.Login] || !slug.MatchString(a.Login) || !password.MatchString(a.Password) || a.Name == "" {
			t.Errorf("account %+v", a)
		}
		logins[a.Login] = true
		roles[a.Role]++
		if (a.Spot != nil) != (a.Role == "gate") || (a.Supplier != nil) != (a.Role == "supplier") {
			t.Errorf("%s is %s of spot %v, supplier %v", a.Login, a.Role, a.Spot, a.Supplier)
		}
		for _, id := range []*string{a.Spot, a.Supplier} {
			if id == nil {
				continue
			}
			if !waiting[*id] {
				t.Errorf("%s: %s is unknown or has an account already", a.Login, *id)
			}
			delete(waiting, *id)
		}
	}
	if roles["officer"] != 1 || roles["admin"] != 1 || len(waiting) > 0 {
		t.Errorf("roles %v, without an account: %v", roles, waiting)
	}
}
