package db_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestSuppliers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		list, err := d.Suppliers(ctx)
		must(t, err)
		if len(list) < 6 {
			t.Errorf("%d suppliers", len(list))
		}
		for _, s := range list {
			if s.PhoneSealed != nil || s.Licence == "" {
				t.Errorf("supplier %+v", s)
			}
		}
		s, err := d.Supplier(ctx, "farm-apeng")
		must(t, err)
		if s.Town != "阿蓬江镇" || s.LicenceKind != models.LicenceSC {
			t.Errorf("supplier %+v", s)
		}
		_, err = d.Supplier(ctx, "nobody")
		wants(t, err, models.ErrNotFound)
		products, err := d.SupplierProducts(ctx, "farm-apeng")
		must(t, err)
		for _, p := range products {
			if p.SupplierID != "farm-apeng" || len(p.SKUs) == 0 {
				t.Errorf("product %+v", p)
			}
		}
		if _, err := d.SQL().Exec(`UPDATE suppliers SET approved = NOT approved WHERE id = 'farm-apeng'`); err != nil {
			t.Fatal(err)
		}
		_, err = d.Product(ctx, products[0].ID)
		wants(t, err, models.ErrNotFound)
		_, err = d.SupplierProduct(ctx, supplier("farm-apeng"), products[0].ID)
		must(t, err)
		_, err = d.SupplierProduct(ctx, officer, products[0].ID)
		must(t, err)
		_, err = d.SupplierProduct(ctx, supplier("farm-zhongtang"), products[0].ID)
		wants(t, err, models.ErrNotFound)
		if page, err := d.Products(ctx, db.ProductFilter{Supplier: "farm-apeng"}); err != nil || len(page.Products) != 0 {
			t.Errorf("a supplier that is not approved shows %d products, %v", len(page.Products), err)
		}
	})
}

// cooperative is a new supplier as an officer types it.
func cooperative() models.Supplier {
	return models.Supplier{
		Name: " 水市菌子合作社 ", Town: "水市镇", Intro: "收菌子。", LicenceKind: models.LicenceSC, Licence: "sc 1146 4010 5000 15",
		USCC: "93500114ma00tex38f", Contact: "田老师", ShipFrom: "重庆市黔江区水市镇", Approved: true,
	}
}

func TestSaveSupplier(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		phone := "139 0000 0001"
		for _, by := range []models.Account{gate, supplier("farm-apeng"), {}} {
			_, err := d.SaveSupplier(ctx, by, cooperative(), nil)
			wants(t, err, models.ErrForbidden)
		}
		bad := cooperative()
		bad.Licence = "SC11464010500016"
		_, err := d.SaveSupplier(ctx, officer, bad, &phone)
		wants(t, err, models.ErrFoodCheck)
		wrong := "12345"
		_, err = d.SaveSupplier(ctx, officer, cooperative(), &wrong)
		wants(t, err, models.ErrPhone)

		made, err := d.SaveSupplier(ctx, officer, cooperative(), &phone)
		must(t, err)
		if made.Name != "水市菌子合作社" || made.Licence != "SC11464010500015" || made.USCC != "93500114MA00TEX38F" || made.Version != 1 || len(made.ID) < 8 || made.ID[:2] != "s-" {
			t.Errorf("made %+v", made)
		}
		sealed := phoneOf(t, d, made.ID)
		if len(sealed) == 0 || strings.Contains(string(sealed), "13900000001") {
			t.Errorf("the phone is not sealed: %q", sealed)
		}

		made.Intro = "改了介绍。"
		after, err := d.SaveSupplier(ctx, officer, made, nil)
		must(t, err)
		if after.Intro != "改了介绍。" || after.Version != 2 || !bytes.Equal(phoneOf(t, d, made.ID), sealed) {
			t.Errorf("changed %+v", after)
		}
		_, err = d.SaveSupplier(ctx, officer, made, nil)
		wants(t, err, models.ErrStale)
		none := ""
		_, err = d.SaveSupplier(ctx, officer, after, &none)
		must(t, err)
		if phoneOf(t, d, made.ID) != nil {
			t.Error("the phone is still there")
		}
		made.ID = "s-nobody"
		_, err = d.SaveSupplier(ctx, officer, made, nil)
		wants(t, err, models.ErrNotFound)

		entries, err := d.AuditEntries(ctx, db.AuditFilter{Act: "supplier.save", Limit: 10})
		must(t, err)
		if len(entries) != 3 || entries[0].Object != "supplier:"+after.ID || entries[0].Actor != db.ByAccount(officer.ID) {
			t.Errorf("audit %+v", entries)
		}
	})
}

func phoneOf(t *testing.T, d *db.DB, id string) (sealed []byte) {
	t.Helper()
	// The id is one that the database made.
	must(t, d.SQL().QueryRow("SELECT phone_sealed FROM suppliers WHERE id = '"+id+"'").Scan(&sealed))
	return sealed
}

// The demonstration's numbers are made up. They stay while nobody touches them, and are checked once somebody does.
func TestSaveDemonstrationSupplier(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		list, err := d.AllSuppliers(ctx)
		must(t, err)
		for _, s := range list {
			s.Intro += "又添一句。"
			after, err := d.SaveSupplier(ctx, officer, s, nil)
			must(t, err)
			after.Licence, after.LicenceKind = "演示编号", models.LicenceSC
			_, err = d.SaveSupplier(ctx, officer, after, nil)
			wants(t, err, models.ErrFoodShape)
		}
	})
}

// A supplier that is switched off sells nothing, from the list to the order, and comes back whole.
func TestSupplierSwitchedOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		shown, err := d.Products(ctx, db.ProductFilter{Supplier: "farm-apeng", InStock: true})
		must(t, err)
		sku := shown.Products[0].SKUs[0]
		one := db.OrderRequest{Key: "off", Expect: sku.Price, Address: &home, Items: []db.OrderItem{{SKUID: sku.ID, Quantity: 1}}}

		s, err := d.Supplier(ctx, "farm-apeng")
		must(t, err)
		s.Approved = false
		s, err = d.SaveSupplier(ctx, officer, s, nil)
		must(t, err)
		if page, err := d.Products(ctx, db.ProductFilter{Supplier: "farm-apeng"}); err != nil || len(page.Products) != 0 {
			t.Errorf("the shop shows %d products, %v", len(page.Products), err)
		}
		_, err = d.Product(ctx, shown.Products[0].ID)
		wants(t, err, models.ErrNotFound)
		_, err = d.PlaceOrder(ctx, link, one)
		wants(t, err, models.ErrNotListed)
		open, err := d.Suppliers(ctx)
		must(t, err)
		all, err := d.AllSuppliers(ctx)
		must(t, err)
		if len(all) != len(open)+1 {
			t.Errorf("%d of %d suppliers are open", len(open), len(all))
		}

		s.Approved = true
		_, err = d.SaveSupplier(ctx, officer, s, nil)
		must(t, err)
		one.Key = "on"
		_, err = d.PlaceOrder(ctx, link, one)
		must(t, err)
		checkBooks(t, d)
	})
}

func TestAccountsBelongToWhatIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := db.NewAccount{Login: "new-farm", Name: "新账号", Password: "long enough password", Role: models.RoleSupplier, SupplierID: "s-nobody"}
		_, err := d.AddAccount(ctx, db.System, n)
		wants(t, err, models.ErrNotFound)
		if zh := models.Refusal(err).ZH; !strings.Contains(zh, "这家供应商（s-nobody）") {
			t.Error(zh)
		}
		gate := n
		gate.Role, gate.SupplierID, gate.SpotID = models.RoleGate, "", "nowhere"
		_, err = d.AddAccount(ctx, db.System, gate)
		wants(t, err, models.ErrNotFound)
		made, err := d.SaveSupplier(ctx, officer, cooperative(), nil)
		must(t, err)
		n.SupplierID = made.ID
		a, err := d.AddAccount(ctx, db.System, n)
		must(t, err)
		if a.SupplierID != made.ID {
			t.Errorf("account %+v", a)
		}
	})
}

// A county opens its shop from nothing: the production seed, one supplier, its account, a product on the shelf, an order.
func TestShopOpensFromTheProductionSeed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		empty(t, d)
		fresh, err := d.Seed(ctx, false)
		must(t, err)
		shelves, err := d.Categories(ctx)
		must(t, err)
		people, err := d.Accounts(ctx)
		must(t, err)
		all, err := d.AllSuppliers(ctx)
		must(t, err)
		if !fresh || len(shelves) != 10 || len(people) != 0 || len(all) != 0 {
			t.Fatalf("fresh %t: %d shelves, %d accounts, %d suppliers", fresh, len(shelves), len(people), len(all))
		}
		s, err := d.SaveSupplier(ctx, officer, cooperative(), nil)
		must(t, err)
		seller, err := d.AddAccount(ctx, db.System, db.NewAccount{Login: "shuishi", Name: "田老师", Password: "long enough password", Role: models.RoleSupplier, SupplierID: s.ID})
		must(t, err)
		p, err := d.SaveProduct(ctx, seller, models.Product{
			Name: "干香菇", Category: shelves[0].ID, SKUs: []models.SKU{{Pack: "半斤装", Unit: "袋", Price: 3000, Grams: 250, OnHand: 5}},
		})
		must(t, err)
		must(t, d.SetListing(ctx, seller, p.ID, models.ListingInReview))
		must(t, d.SetListing(ctx, officer, p.ID, models.ListingListed))
		link := buyer(t, d, "first")
		_, err = d.PlaceOrder(ctx, link, db.OrderRequest{Key: "first", Expect: 3000, Address: &home, Items: []db.OrderItem{{SKUID: p.SKUs[0].ID, Quantity: 1}}})
		must(t, err)
		if again, err := d.Seed(ctx, false); again || err != nil {
			t.Errorf("seeded twice: %t %v", again, err)
		}
	})
}

// empty takes the demonstration out again, the rows that others point at last.
func empty(t *testing.T, d *db.DB) {
	t.Helper()
	for _, table := range []string{
		"product_terms", "stock_moves", "skus", "products", "categories", "suppliers", "sessions", "accounts", "roster", "offers", "spots", "programmes",
	} {
		if _, err := d.SQL().Exec("DELETE FROM " + table); err != nil {
			t.Fatal(err)
		}
	}
}
