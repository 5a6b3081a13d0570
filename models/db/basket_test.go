package db_test

import (
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestBasket(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		a, b := newPack(t, d, "farm-apeng", "测试菌子", 5), newPack(t, d, "farm-apeng", "测试木耳", 5)
		set := func(sku string, n int, want *models.Error) {
			t.Helper()
			_, err := d.SetBasket(ctx, link, sku, n)
			wants(t, err, want)
		}
		add := func(sku string, n int, want *models.Error) {
			t.Helper()
			_, err := d.AddToBasket(ctx, link, "", db.OrderItem{SKUID: sku, Quantity: n})
			wants(t, err, want)
		}
		set(a, 2, nil)
		add(b, 1, nil)
		add(a, 97, nil)
		add(a, 1, models.ErrQuantity)
		add(a, 0, models.ErrQuantity)
		set(a, 100, models.ErrQuantity)
		set(a, -1, models.ErrQuantity)
		set("nothing", 1, models.ErrNotFound)
		items, err := d.Basket(ctx, link)
		must(t, err)
		if len(items) != 2 || items[0].SKU.ID != a || items[0].Quantity != 99 || items[0].Product.Name != "测试菌子" || items[0].Supplier.Name == "" ||
			items[0].SKU.Free() != 5 || models.BasketSum(items) != 100000 {
			t.Errorf("basket %+v", items)
		}
		set(b, 0, nil)
		set(b, 0, nil)
		must(t, d.SetListing(ctx, officer, items[0].Product.ID, models.ListingPaused))
		set(a, 1, models.ErrNotListed)
		items, err = d.SetBasket(ctx, link, b, 3)
		must(t, err)
		if len(items) != 2 || items[0].Product.State != models.ListingPaused {
			t.Errorf("what is paused stays in view: %+v", items)
		}
		if other, _ := d.Basket(ctx, buyer(t, d, "b")); len(other) != 0 {
			t.Errorf("somebody else's basket: %+v", other)
		}
	})
}

// TestAddToBasketOnce: a request that comes again adds nothing, whatever the page did in between, and what fails in part
// adds nothing at all.
func TestAddToBasketOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		a, b := newPack(t, d, "farm-apeng", "测试菌子", 5), newPack(t, d, "farm-apeng", "测试木耳", 5)
		add := func(key string, items ...db.OrderItem) error {
			_, err := d.AddToBasket(ctx, link, key, items...)
			return err
		}
		both := []db.OrderItem{{SKUID: a, Quantity: 2}, {SKUID: b, Quantity: 1}, {SKUID: a, Quantity: 1}}
		wants(t, add("one", append(both, db.OrderItem{SKUID: "nothing", Quantity: 1})...), models.ErrNotFound)
		if items, _ := d.Basket(ctx, link); len(items) != 0 {
			t.Errorf("half of a refused request is in the basket: %+v", items)
		}
		if came := atOnce(8, func(int) error { return add("one", both...) }); came[""] != 8 {
			t.Errorf("the same request at once: %v", came)
		}
		must(t, add("", db.OrderItem{SKUID: a, Quantity: 10})) // the page has no key and adds every time
		must(t, add("one", both...))
		items, err := d.Basket(ctx, link)
		must(t, err)
		if len(items) != 2 || items[0].Quantity+items[1].Quantity != 14 {
			t.Errorf("basket %+v", items)
		}
		must(t, add("two", both...))
		if items, _ = d.Basket(ctx, link); items[0].Quantity+items[1].Quantity != 18 {
			t.Errorf("another request adds again: %+v", items)
		}
	})
}

func TestBasketIsBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		var packs []models.SKU
		for range models.MaxPacks {
			packs = append(packs, models.SKU{Pack: "装", Unit: "袋", Price: 1, OnHand: 1})
		}
		n := 0
		for range 3 {
			p, err := d.SaveProduct(ctx, supplier("farm-apeng"), models.Product{Name: "多种规格", Category: "jun", SKUs: packs})
			must(t, err)
			must(t, d.SetListing(ctx, supplier("farm-apeng"), p.ID, models.ListingInReview))
			must(t, d.SetListing(ctx, officer, p.ID, models.ListingListed))
			for _, s := range p.SKUs {
				n++
				_, err := d.SetBasket(ctx, link, s.ID, 1)
				if n <= db.MaxBasket {
					must(t, err)
				} else {
					wants(t, err, models.ErrInvalid)
				}
			}
		}
		if _, err := d.PlaceOrder(ctx, link, db.OrderRequest{Key: "k", Expect: db.MaxBasket, Address: &home}); err != nil {
			t.Errorf("a full basket cannot be ordered: %v", err)
		}
		checkBooks(t, d)
	})
}
