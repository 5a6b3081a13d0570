package db_test

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// benchEach runs a benchmark on both databases. JIEBAN_TEST_FSYNC=1 makes PostgreSQL as durable as SQLite always is.
func benchEach(b *testing.B, run func(b *testing.B, d *db.DB)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { run(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, dbtest.OnPostgres(b)) })
}

// BenchmarkOrder places orders of three packs out of 200 from 32 buyers at once, each kept below the limit of unpaid
// orders: a shop on a good day. BenchmarkOrderHot is the same with three packs that everybody wants.
func BenchmarkOrder(b *testing.B) { benchOrders(b, 10) }

func BenchmarkOrderHot(b *testing.B) { benchOrders(b, 0) }

func benchOrders(b *testing.B, products int) {
	b.Helper()
	benchEach(b, func(b *testing.B, d *db.DB) {
		packs := manyPacks(b, d, products)
		var n atomic.Int64
		b.SetParallelism(16)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			var link int64
			for i := 0; pb.Next(); i++ {
				if i%models.MaxUnpaid == 0 {
					l, err := d.LinkFor(ctx, "web", fmt.Sprint("bench-", n.Add(1)))
					if err != nil {
						b.Error(err)
						return
					}
					link = l.ID
				}
				at := rand.IntN(len(packs) - 2)
				if _, err := d.PlaceOrder(ctx, link, request(fmt.Sprint(i), 1, packs[at:at+3]...)); err != nil {
					b.Error(err)
					return
				}
			}
		})
		b.StopTimer()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
		checkBooks(b, d)
	})
}

// manyPacks is three packs, or twenty of each product.
func manyPacks(b *testing.B, d *db.DB, products int) []string {
	b.Helper()
	var packs []string
	for len(packs) < max(3, 20*products) {
		first := newPack(b, d, "farm-apeng", "测试菌子", models.MaxStock)
		packs = append(packs, first)
		if products == 0 {
			continue
		}
		p, err := d.SupplierProduct(ctx, officer, first[:len(first)-9])
		must(b, err)
		for range 19 {
			p.SKUs = append(p.SKUs, models.SKU{Pack: "1斤装/盒", Unit: "盒", Price: 1000, OnHand: models.MaxStock})
		}
		saved, err := d.SaveProduct(ctx, supplier("farm-apeng"), p.Product)
		must(b, err)
		for _, s := range saved.SKUs[1:] {
			packs = append(packs, s.ID)
		}
	}
	return packs
}

// BenchmarkProducts reads the first page of the catalogue, 24 of 30.
func BenchmarkProducts(b *testing.B) {
	benchEach(b, func(b *testing.B, d *db.DB) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if page, err := d.Products(ctx, db.ProductFilter{Limit: 24}); err != nil || len(page.Products) != 24 {
					b.Error(len(page.Products), err)
					return
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
	})
}

// BenchmarkSearch looks for three characters.
func BenchmarkSearch(b *testing.B) {
	benchEach(b, func(b *testing.B, d *db.DB) {
		for b.Loop() {
			if page, err := d.Products(ctx, db.ProductFilter{Query: "羊肚菌"}); err != nil || len(page.Products) != 2 {
				b.Fatal(len(page.Products), err)
			}
		}
	})
}
