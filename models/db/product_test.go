package db_test

import (
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestSaveProduct(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		by := supplier("farm-apeng")
		days := 30
		p, err := d.SaveProduct(ctx, by, models.Product{
			Name: " 试验香菇 ", Aliases: []string{"花菇"}, Category: "jun", ShelfLifeDays: &days, SeasonFrom: "11-01", SeasonTo: "02-29",
			SKUs: []models.SKU{{Pack: "半斤", Unit: "袋", Price: 1500, OnHand: 4, Reserved: 3}, {Pack: "一斤", Unit: "袋", Price: 2800}},
		})
		must(t, err)
		if !strings.HasPrefix(p.ID, "farm-apeng-") || len(p.ID) != len("farm-apeng-")+8 || p.Name != "试验香菇" || p.State != models.ListingDraft || p.Version != 1 ||
			len(p.SKUs) != 2 || p.SKUs[0].OnHand != 4 || p.SKUs[0].Reserved != 0 || *p.ShelfLifeDays != 30 || p.Aliases[0] != "花菇" {
			t.Fatalf("new product %+v", p)
		}
		_, err = d.Product(ctx, p.ID)
		wants(t, err, models.ErrNotFound) // a draft is not shown
		checkBooks(t, d)

		old := p
		p.Name, p.ShelfLifeDays, p.Aliases = "试验冬菇", nil, nil
		p.SKUs = []models.SKU{{ID: p.SKUs[0].ID, Pack: "半斤装", Unit: "袋", Price: 1600, OnHand: 77}, {Pack: "二斤", Unit: "箱", Price: 5000}}
		p, err = d.SaveProduct(ctx, by, p)
		must(t, err)
		if p.Name != "试验冬菇" || p.ShelfLifeDays != nil || len(p.Aliases) != 0 || p.Version != 2 || len(p.SKUs) != 3 {
			t.Fatalf("changed product %+v", p)
		}
		first := p.SKUs[0]
		if first.Price != 1600 || first.OnHand != 4 || first.Off {
			t.Errorf("kept pack %+v: its stock is no business of a save", first)
		}
		for _, s := range p.SKUs {
			if s.ID == old.SKUs[1].ID && !s.Off {
				t.Errorf("the pack that was left out is still sold: %+v", s)
			}
		}
		_, err = d.SaveProduct(ctx, by, old)
		wants(t, err, models.ErrStale)
		p.SKUs = nil // leaves the packs alone
		p, err = d.SaveProduct(ctx, by, p)
		must(t, err)
		if len(p.SKUs) != 3 || p.Version != 3 {
			t.Errorf("product %+v", p)
		}
		checkBooks(t, d)
	})
}

func TestSaveProductRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		by, other := supplier("farm-apeng"), supplier("farm-zhongtang")
		p, err := d.SaveProduct(ctx, by, models.Product{Name: "试验香菇", Category: "jun"})
		must(t, err)
		theirs, err := d.SaveProduct(ctx, other, models.Product{Name: "别家李子", Category: "guo", SKUs: []models.SKU{{Pack: "箱", Unit: "箱", Price: 1}}})
		must(t, err)
		with := func(change func(*models.Product)) models.Product {
			c := p
			change(&c)
			return c
		}
		pack := models.SKU{Pack: "一斤", Unit: "袋", Price: 1}
		for name, c := range map[string]struct {
			by   models.Account
			p    models.Product
			want *models.Error
		}{
			"officer":          {officer, p, models.ErrForbidden},
			"gate":             {gate, p, models.ErrForbidden},
			"another supplier": {other, p, models.ErrNotFound},
			"unknown id":       {by, with(func(p *models.Product) { p.ID = "farm-apeng-nothing1" }), models.ErrNotFound},
			"no name":          {by, with(func(p *models.Product) { p.Name = "" }), models.ErrProductInvalid},
			"unknown category": {by, with(func(p *models.Product) { p.Category = "no" }), models.ErrProductInvalid},
			"photo elsewhere":  {by, with(func(p *models.Product) { p.Photo = "https://example.com/a.jpg" }), models.ErrProductInvalid},
			"no such pack":     {by, with(func(p *models.Product) { s := pack; s.ID = "x"; p.SKUs = []models.SKU{s} }), models.ErrNotFound},
			"another's pack":   {by, with(func(p *models.Product) { s := pack; s.ID = theirs.SKUs[0].ID; p.SKUs = []models.SKU{s} }), models.ErrNotFound},
			"negative stock":   {by, with(func(p *models.Product) { s := pack; s.OnHand = -1; p.SKUs = []models.SKU{s} }), models.ErrStockSet},
			"too many packs":   {by, with(func(p *models.Product) { p.SKUs = make([]models.SKU, 21) }), models.ErrProductInvalid},
			"free of charge":   {by, with(func(p *models.Product) { s := pack; s.Price = 0; p.SKUs = []models.SKU{s} }), models.ErrProductInvalid},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := d.SaveProduct(ctx, c.by, c.p)
				wants(t, err, c.want)
			})
		}
		must(t, d.SetListing(ctx, by, p.ID, models.ListingWithdrawn))
		p.Version++
		_, err = d.SaveProduct(ctx, by, p)
		wants(t, err, models.ErrListing)
	})
}

func TestListing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		by, other := supplier("farm-apeng"), supplier("farm-zhongtang")
		p, err := d.SaveProduct(ctx, by, models.Product{Name: "试验香菇", Category: "jun"})
		must(t, err)
		wants(t, d.SetListing(ctx, by, p.ID, models.ListingInReview), models.ErrNoPacks)
		p.SKUs = []models.SKU{{Pack: "一斤", Unit: "袋", Price: 100, OnHand: 1}}
		_, err = d.SaveProduct(ctx, by, p)
		must(t, err)
		for i, step := range []struct {
			by   models.Account
			to   models.Listing
			want *models.Error
		}{
			{by, models.ListingListed, models.ErrListing}, // not past the officer
			{officer, models.ListingInReview, models.ErrForbidden},
			{other, models.ListingInReview, models.ErrNotFound},
			{gate, models.ListingInReview, models.ErrForbidden},
			{by, models.ListingInReview, nil},
			{by, models.ListingInReview, nil}, // a repeat
			{by, models.ListingListed, models.ErrForbidden},
			{by, models.ListingDraft, models.ErrForbidden},
			{officer, models.ListingDraft, nil},
			{by, models.ListingInReview, nil},
			{officer, models.ListingListed, nil},
			{by, models.ListingPaused, nil},
			{other, models.ListingListed, models.ErrNotFound},
			{by, models.ListingListed, nil},
			{officer, models.ListingPaused, nil},
			{officer, models.ListingWithdrawn, nil},
			{officer, models.ListingListed, models.ErrListing},
		} {
			t.Logf("step %d to %s", i, step.to)
			wants(t, d.SetListing(ctx, step.by, p.ID, step.to), step.want)
		}
		wants(t, d.SetListing(ctx, officer, "nothing", models.ListingListed), models.ErrNotFound)
		if n := count(t, d, `SELECT COUNT(*) FROM notices WHERE kind = 'product_listing'`); n != 4 {
			t.Errorf("the supplier was told %d times, want of each of the officer's 4 acts", n)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM audit WHERE object = 'product:`+p.ID+`' AND act <> 'product.save'`); n != 8 {
			t.Errorf("%d audit entries, want 8", n)
		}
	})
}

func TestSetStock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		by := supplier("farm-apeng")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 5)
		order(t, d, buyer(t, d, "a"), "k", 3, sku)
		for _, c := range []struct {
			by     models.Account
			sku    string
			onHand int
			want   *models.Error
		}{
			{by, sku, 2, models.ErrStockBelow},
			{by, sku, -1, models.ErrStockSet},
			{by, sku, 1_000_001, models.ErrStockSet},
			{gate, sku, 9, models.ErrForbidden},
			{supplier("farm-zhongtang"), sku, 9, models.ErrNotFound},
			{by, "nothing", 9, models.ErrNotFound},
			{by, sku, 3, nil},
			{by, sku, 3, nil},
			{officer, sku, 10, nil},
		} {
			wants(t, d.SetStock(ctx, c.by, c.sku, c.onHand), c.want)
		}
		if onHand, reserved := stock(t, d, sku); onHand != 10 || reserved != 3 {
			t.Errorf("on hand %d, reserved %d", onHand, reserved)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM stock_moves WHERE kind = 'correct' AND sku_id = '`+sku+`'`); n != 2 {
			t.Errorf("%d moves, want 2: the same count again is none", n)
		}
		checkBooks(t, d)
	})
}
