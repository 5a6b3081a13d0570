package models

import (
	"errors"
	"strings"
	"testing"
)

func TestProductCheck(t *testing.T) {
	days := func(n int) *int { return &n }
	good := Product{Name: "黔江羊肚菌", Category: "jun", Aliases: []string{"羊肚菇"}, SeasonFrom: "11-15", SeasonTo: "02-29", ShipBy: "2021-09-01", ShelfLifeDays: days(3)}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Product){
		"no name":          func(p *Product) { p.Name = "  " },
		"one letter":       func(p *Product) { p.Name = "菌" },
		"long name":        func(p *Product) { p.Name = strings.Repeat("菌", 31) },
		"long intro":       func(p *Product) { p.Intro = strings.Repeat("菌", 501) },
		"no category":      func(p *Product) { p.Category = "" },
		"no shelf life":    func(p *Product) { p.ShelfLifeDays = days(0) },
		"for ever":         func(p *Product) { p.ShelfLifeDays = days(3651) },
		"fresh, returned":  func(p *Product) { p.Fresh, p.SevenDayReturn = true, true },
		"long origin":      func(p *Product) { p.Origin = strings.Repeat("菌", 101) },
		"long net":         func(p *Product) { p.Net = strings.Repeat("菌", 51) },
		"eleven aliases":   func(p *Product) { p.Aliases = strings.Split("一二三四五六七八九十百", "")[:11] },
		"empty alias":      func(p *Product) { p.Aliases = []string{" "} },
		"half a season":    func(p *Product) { p.SeasonTo = "" },
		"no such month":    func(p *Product) { p.SeasonFrom = "13-01" },
		"season with year": func(p *Product) { p.SeasonFrom = "2021-08-01" },
		"ship by word":     func(p *Product) { p.ShipBy = "明天" },
	} {
		p := good
		change(&p)
		if err := p.Check(); !errors.Is(err, ErrProductInvalid) || strings.Contains(Refusal(err).ZH, "%") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSKUCheck(t *testing.T) {
	good := SKU{Pack: "5斤装/箱", Unit: "箱", Price: 1, Grams: 2500}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*SKU){
		"no pack": func(s *SKU) { s.Pack = " " }, "long pack": func(s *SKU) { s.Pack = strings.Repeat("装", 21) },
		"no unit": func(s *SKU) { s.Unit = "" }, "long unit": func(s *SKU) { s.Unit = "大纸箱" },
		"free": func(s *SKU) { s.Price = 0 }, "negative": func(s *SKU) { s.Price = -1 }, "too dear": func(s *SKU) { s.Price = MaxFen + 1 },
		"light": func(s *SKU) { s.Grams = -1 }, "a lorry": func(s *SKU) { s.Grams = 1_000_001 },
	} {
		s := good
		change(&s)
		if err := s.Check(); !errors.Is(err, ErrProductInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProductWords(t *testing.T) {
	p := Product{SeasonFrom: "08-01", SeasonTo: "10-31", SKUs: []SKU{
		{Price: 300, OnHand: 1, Reserved: 1}, {Price: 500, OnHand: 9, Reserved: 2}, {Price: 100, OnHand: 5, Off: true},
	}}
	from, ok := p.PriceFrom()
	if p.SeasonZH() != "8月到10月" || from != 300 || !ok || !p.InStock() {
		t.Errorf("%q, from %s, in stock %t", p.SeasonZH(), from, p.InStock())
	}
	p.SKUs = p.SKUs[2:]
	if _, ok := p.PriceFrom(); ok || p.InStock() || (Product{}).SeasonZH() != "" {
		t.Error("a pack that is off is sold")
	}
}

// Every pair of states, for everyone who might try.
func TestMayList(t *testing.T) {
	own, other := Account{Role: RoleSupplier, SupplierID: "a"}, Account{Role: RoleSupplier, SupplierID: "b"}
	states := []Listing{ListingDraft, ListingInReview, ListingListed, ListingPaused, ListingWithdrawn}
	may := map[string]string{ // who may take each step
		"draft>in_review": "own", "in_review>listed": "officer", "in_review>draft": "officer", "listed>paused": "own officer",
		"paused>listed": "own officer", "listed>withdrawn": "own officer", "paused>withdrawn": "own officer", "draft>withdrawn": "own",
	}
	for _, from := range states {
		for _, to := range states {
			for who, by := range map[string]Account{"own": own, "other": other, "officer": {Role: RoleOfficer}, "admin": {Role: RoleAdmin}, "gate": {Role: RoleGate}} {
				err := Product{SupplierID: "a", State: from}.MayList(by, to)
				allowed := strings.Contains(may[string(from)+">"+string(to)], strings.Replace(who, "admin", "officer", 1))
				if (err == nil) != allowed {
					t.Errorf("%s takes %s to %s: %v", who, from, to, err)
				}
				if who == "other" && !errors.Is(err, ErrNotFound) {
					t.Errorf("another supplier learns %v", err)
				}
			}
		}
		if from.ZH() == string(from) {
			t.Errorf("%s has no Chinese word", from)
		}
	}
}
