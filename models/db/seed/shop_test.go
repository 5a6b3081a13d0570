package seed_test

import (
	"strings"
	"testing"
	"unicode/utf8"
)

type supplier struct {
	ID, Name, Town, Intro, Licence, Contact, Phone string
	LicenceKind                                    string  `json:"licence_kind"`
	USCC                                           *string `json:"uscc"`
	ShipFrom                                       string  `json:"ship_from"`
}

type sku struct {
	ID, Pack, Unit string
	PriceFen       int64 `json:"price_fen"`
	Grams          int
	Stock          int
}

type product struct {
	ID, Supplier, Name, Category, Intro, Origin, Storage, Net, Picture string
	Aliases                                                            []string
	Fresh                                                              bool
	SevenDayReturn                                                     bool    `json:"seven_day_return"`
	SeasonFrom                                                         *string `json:"season_from"`
	SeasonTo                                                           *string `json:"season_to"`
	PresaleShipBy                                                      *string `json:"presale_ship_by"`
	SKUs                                                               []sku   `json:"skus"`
}

type shopFile struct {
	Suppliers  []supplier
	Categories []named
	Products   []product
}

func TestSuppliers(t *testing.T) {
	towns := map[string]bool{}
	for _, h := range read[programmeFile](t, "programme_2021.json").HostTowns {
		towns[h.Name] = true
	}
	shop := read[shopFile](t, "shop.json")
	if len(shop.Suppliers) < 6 {
		t.Errorf("%d suppliers", len(shop.Suppliers))
	}
	phones := map[string]bool{}
	for _, s := range shop.Suppliers {
		if !slug.MatchString(s.ID) || !strings.HasSuffix(s.Name, "(演示)") || !towns[s.Town] || s.Intro == "" || s.ShipFrom == "" {
			t.Errorf("supplier %+v", s)
		}
		if !strings.Contains("SC JY YB none", s.LicenceKind) || !strings.Contains(s.Licence, "演示") {
			t.Errorf("%s: licence %s %q does not say that it is none", s.ID, s.LicenceKind, s.Licence)
		}
		if s.USCC != nil && !goodUSCC(*s.USCC) {
			t.Errorf("%s: %s fails GB 32100", s.ID, *s.USCC)
		}
		if !mobile.MatchString(s.Phone) || phones[s.Phone] {
			t.Errorf("%s: phone %s", s.ID, s.Phone)
		}
		phones[s.Phone] = true
	}
}

func TestProducts(t *testing.T) {
	shop := read[shopFile](t, "shop.json")
	if len(shop.Products) < 26 {
		t.Errorf("%d products", len(shop.Products))
	}
	known := map[string]bool{}
	for _, s := range shop.Suppliers {
		known[s.ID] = true
	}
	for _, c := range shop.Categories {
		known[c.ID] = true
	}
	ids := map[string]bool{}
	for _, p := range shop.Products {
		if ids[p.ID] || !slug.MatchString(p.ID) || !known[p.Supplier] || !known[p.Category] || p.Picture != p.ID+".svg" {
			t.Errorf("product %s twice, or from %s in %s with %s", p.ID, p.Supplier, p.Category, p.Picture)
		}
		ids[p.ID] = true
		if n := utf8.RuneCountInString(p.Intro); n < 40 || n > 90 || p.Storage == "" || p.Net == "" || p.Origin == "" {
			t.Errorf("%s: intro of %d characters, storage %q, net %q", p.ID, n, p.Storage, p.Net)
		}
		if p.Fresh && p.SevenDayReturn {
			t.Errorf("%s is fresh: the seven days do not apply", p.ID)
		}
		checkSeason(t, p)
		checkSKUs(t, p, ids)
	}
	for _, id := range strings.Fields("yangdujun-fresh yangdujun-dry cuihongli mihoutao jiza lazi-ji lvdoufen silk dijiniu zhenzhulan shendou mala-mi xilankapu") {
		if !ids[id] {
			t.Errorf("%s is missing", id)
		}
	}
}

// checkSeason wants both ends or none; a season may run over the new year.
func checkSeason(t *testing.T, p product) {
	t.Helper()
	if (p.SeasonFrom == nil) != (p.SeasonTo == nil) {
		t.Errorf("%s: half a season", p.ID)
	}
	if p.SeasonFrom != nil {
		day(t, "2021-"+*p.SeasonFrom)
		day(t, "2021-"+*p.SeasonTo)
	}
	if p.PresaleShipBy != nil {
		day(t, *p.PresaleShipBy)
	}
}

func checkSKUs(t *testing.T, p product, ids map[string]bool) {
	t.Helper()
	if len(p.SKUs) < 1 || len(p.SKUs) > 3 {
		t.Errorf("%s has %d packs", p.ID, len(p.SKUs))
	}
	for _, s := range p.SKUs {
		if ids[s.ID] || !strings.HasPrefix(s.ID, p.ID+"-") || s.Pack == "" || s.Unit == "" {
			t.Errorf("pack %+v", s)
		}
		ids[s.ID] = true
		if s.PriceFen <= 0 || s.Grams <= 0 || s.Stock < 0 || s.Stock > 300 {
			t.Errorf("%s: %d fen, %d g, %d in stock", s.ID, s.PriceFen, s.Grams, s.Stock)
		}
	}
}

// The demonstration has to show every state of stock, and the words people use for packs.
func TestStockStates(t *testing.T) {
	left, unit := map[string]int{}, map[string]bool{}
	presale := 0
	for _, p := range read[shopFile](t, "shop.json").Products {
		for _, s := range p.SKUs {
			left[p.ID] += s.Stock
			unit[p.ID+s.Unit] = true
		}
		if p.PresaleShipBy != nil {
			presale++
		}
	}
	last, out := 0, 0
	for _, n := range left {
		switch n {
		case 0:
			out++
		case 1:
			last++
		}
	}
	if last != 1 || out != 1 || presale < 1 {
		t.Errorf("%d products with one left, %d sold out, %d in pre-sale", last, out, presale)
	}
	if !unit["cuihongli箱"] || left["cuihongli"] < 8 || !unit["yangdujun-dry盒"] || !unit["yangdujun-fresh斤"] {
		t.Errorf("packs %v, plums left %d", unit, left["cuihongli"])
	}
}
