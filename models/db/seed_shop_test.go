package db_test

import (
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestSeedShop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		categories, err := d.Categories(ctx)
		must(t, err)
		page, err := d.Products(ctx, db.ProductFilter{Limit: 100})
		must(t, err)
		if len(categories) != 10 || len(page.Products) != 30 {
			t.Errorf("%d categories, %d products", len(categories), len(page.Products))
		}
		for _, p := range page.Products {
			if mime, _, err := d.Photo(ctx, p.Photo); err != nil || mime != "image/svg+xml" {
				t.Errorf("%s: photo %q: %s, %v", p.Name, p.Photo, mime, err)
			}
			full, err := d.Product(ctx, p.ID)
			must(t, err)
			if err := full.Check(); err != nil {
				t.Errorf("%s would be refused from a supplier: %v", p.Name, err)
			}
			for _, s := range full.SKUs {
				if err := s.Check(); err != nil {
					t.Errorf("%s %s would be refused from a supplier: %v", p.Name, s.Pack, err)
				}
			}
		}
		checkBooks(t, d)
	})
}

// The demonstration's whole shop can be bought: one of every pack that is there.
func TestSeededShopSells(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		page, err := d.Products(ctx, db.ProductFilter{Limit: 100, InStock: true})
		must(t, err)
		var sum models.Fen
		n := 0
		for _, p := range page.Products {
			for _, s := range p.SKUs {
				if s.Free() > 0 && n < db.MaxBasket {
					_, err := d.AddToBasket(ctx, link, "", db.OrderItem{SKUID: s.ID, Quantity: 1})
					must(t, err)
					sum += s.Price
					n++
				}
			}
		}
		c, err := d.PlaceOrder(ctx, link, db.OrderRequest{Key: "all", Expect: sum, Address: &home})
		must(t, err)
		if len(c.Orders) != 8 {
			t.Errorf("%d orders, want one for each supplier", len(c.Orders))
		}
		checkBooks(t, d)
	})
}
