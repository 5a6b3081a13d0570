package db_test

import (
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
