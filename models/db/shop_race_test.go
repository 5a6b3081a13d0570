package db_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// crowd is so many buyers of a database.
func crowd(t *testing.T, d *db.DB, n int) []int64 {
	t.Helper()
	links := make([]int64, n)
	for i := range links {
		links[i] = buyer(t, d, fmt.Sprintf("crowd-%d", i))
	}
	return links
}

func TestRaceForTheLastUnit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		links := crowd(t, d, 50)
		for round := range races {
			sku := newPack(t, d, "farm-apeng", "最后一份", 1)
			got := atOnce(len(links), func(i int) error {
				_, err := d.PlaceOrder(ctx, links[i], request(fmt.Sprintf("last-%d", round), 1, sku))
				return err
			})
			if got[""] != 1 || got["out_of_stock"] != 49 {
				t.Fatalf("round %d: %v, want 1 order and 49 told that there is none left", round, got)
			}
			must(t, d.CancelAll(ctx))
		}
		checkBooks(t, d)
	})
}

// Orders over the same packs in opposite order must not dead-lock, and sell what there is to the last unit.
func TestRaceForSeveralPacks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		links := crowd(t, d, 30)
		for round := range races {
			a, b := newPack(t, d, "farm-apeng", "甲菌子", 7), newPack(t, d, "farm-zhongtang", "乙李子", 20)
			got := atOnce(len(links), func(i int) error {
				packs := []string{a, b}
				if i%2 == 0 {
					packs = []string{b, a}
				}
				_, err := d.PlaceOrder(ctx, links[i], request(fmt.Sprintf("both-%d", round), 1, packs...))
				return err
			})
			if got[""] != 7 || got["out_of_stock"] != 23 {
				t.Fatalf("round %d: %v, want 7 and 23", round, got)
			}
			must(t, d.CancelAll(ctx))
		}
		checkBooks(t, d)
	})
}

func TestRaceOfOneKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 99)
		for round := range races {
			key := fmt.Sprint("key-", round)
			var first atomic.Int64
			got := atOnce(100, func(int) error {
				c, err := d.PlaceOrder(ctx, link, request(key, 1, sku))
				if err == nil && !first.CompareAndSwap(0, c.ID) && first.Load() != c.ID {
					return errors.New("two checkouts")
				}
				return err
			})
			if n := count(t, d, `SELECT COUNT(*) FROM checkouts WHERE request_key = '`+key+`'`); n != 1 || got[""] != 100 {
				t.Fatalf("round %d: %d checkouts, answers %v; want 1 and 100 times the same", round, n, got)
			}
			must(t, d.CancelAll(ctx))
		}
		checkBooks(t, d)
	})
}

func TestRacePastTheLimitOfUnpaidOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 99)
		for round := range races {
			got := atOnce(20, func(i int) error {
				_, err := d.PlaceOrder(ctx, link, request(fmt.Sprint(round, "-", i), 1, sku))
				return err
			})
			if got[""] != models.MaxUnpaid || got["too_many_unpaid"] != 20-models.MaxUnpaid {
				t.Fatalf("round %d: %v, want %d orders", round, got, models.MaxUnpaid)
			}
			must(t, d.CancelAll(ctx))
		}
		checkBooks(t, d)
	})
}

func TestRaceOfOneNotice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		sku := newPack(t, d, "farm-apeng", "测试菌子", 99)
		links := crowd(t, d, races)
		for round := range races {
			o := order(t, d, links[round], "k", 1, sku)
			ref := fmt.Sprint("ref-", round)
			got := atOnce(20, func(int) error {
				p, err := pay(d, o, ref)
				if err == nil && p.Stray {
					return errors.New("stray")
				}
				return err
			})
			n, paid := count(t, d, `SELECT COUNT(*) FROM payments WHERE ref = '`+ref+`'`), count(t, d, `SELECT COUNT(*) FROM notices WHERE kind = 'order_paid'`)
			if n != 1 || got[""] != 20 || paid != 2*(round+1) {
				t.Fatalf("round %d: %d payments, %d notices, answers %v; want 1 and 20 times the same", round, n, paid, got)
			}
		}
		checkBooks(t, d)
	})
}

// Two different payments of one order: one confirms it, the other goes back.
func TestRaceOfTwoPayments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		sku := newPack(t, d, "farm-apeng", "测试菌子", 99)
		links := crowd(t, d, races)
		for round := range races {
			o := order(t, d, links[round], "k", 1, sku)
			var strays atomic.Int64
			got := atOnce(5, func(i int) error {
				p, err := pay(d, o, fmt.Sprint(o.No, i))
				if p.Stray {
					strays.Add(1)
				}
				return err
			})
			if got[""] != 5 || strays.Load() != 4 {
				t.Fatalf("round %d: answers %v, %d stray; want 4", round, got, strays.Load())
			}
		}
		checkBooks(t, d)
	})
}

// What ends an order while its money comes. Whoever wins: the money confirms the order, or goes back; never both.
func TestRaceOfPaymentAgainstEnds(t *testing.T) {
	ends := map[string]func(d *db.DB, o db.OrderView) error{
		"expiry": func(d *db.DB, o db.OrderView) error { return d.ExpireOrder(ctx, o.ID) },
		"cancel": func(d *db.DB, o db.OrderView) error {
			_, err := d.CancelOrder(ctx, o.LinkID, o.No)
			return err
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				links := crowd(t, d, races+1)
				for round := range races {
					sku := newPack(t, d, "farm-apeng", "测试菌子", 1)
					o := order(t, d, links[round], "k", 1, sku)
					d.Shift(models.HoldFor)
					got := atOnce(3, func(i int) error {
						switch i {
						case 0:
							_, err := pay(d, o, o.No)
							return err
						case 1:
							return end(d, o)
						}
						// A third one snatches the goods if they come free.
						_, err := d.PlaceOrder(ctx, links[races], request(o.No, 1, sku))
						return err
					})
					if got["internal"]+got["unavailable"] > 0 {
						t.Fatalf("round %d: %v", round, got)
					}
					v, err := d.Order(ctx, o.LinkID, o.No)
					must(t, err)
					refunds := count(t, d, `SELECT COUNT(*) FROM refunds WHERE order_id = `+fmt.Sprint(o.ID))
					if (v.State == models.OrderConfirmed) == (refunds == 1) {
						t.Fatalf("round %d: the order is %s with %d refunds", round, v.State, refunds)
					}
					checkBooks(t, d)
					must(t, d.CancelAll(ctx))
				}
			})
		})
	}
}

// A parcel and a cancellation at once: it is shipped or the money goes back, never both.
func TestRaceOfShippingAgainstCancelling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		links := crowd(t, d, races)
		for round := range races {
			sku := newPack(t, d, "farm-apeng", "测试菌子", 1)
			o := order(t, d, links[round], "k", 1, sku)
			_, err := pay(d, o, o.No)
			must(t, err)
			got := atOnce(6, func(i int) error {
				if i%2 == 0 {
					_, err := d.CancelOrder(ctx, o.LinkID, o.No)
					return err
				}
				_, err := d.Ship(ctx, supplier("farm-apeng"), o.No, db.ShipRequest{Carrier: "顺丰速运", TrackingNo: "SF" + o.No})
				return err
			})
			if got[""] != 3 || got["order_state"] != 3 {
				t.Fatalf("round %d: %v, want all of one kind and none of the other", round, got)
			}
			checkBooks(t, d)
		}
	})
}

// Two suppliers give one number at once: the row decides.
func TestRaceForATrackingNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		links := crowd(t, d, races)
		skus := map[string]string{"farm-apeng": newPack(t, d, "farm-apeng", "甲菌子", 99), "farm-zhongtang": newPack(t, d, "farm-zhongtang", "乙李子", 99)}
		for round := range races {
			var by []string
			var nos []string
			for id, sku := range skus {
				o := order(t, d, links[round], id, 1, sku)
				_, err := pay(d, o, o.No)
				must(t, err)
				by, nos = append(by, id), append(nos, o.No)
			}
			got := atOnce(2, func(i int) error {
				_, err := d.Ship(ctx, supplier(by[i]), nos[i], db.ShipRequest{Carrier: "顺丰速运", TrackingNo: fmt.Sprintf("SF%08d", round)})
				return err
			})
			if got[""] != 1 || got["tracking_taken"] != 1 {
				t.Fatalf("round %d: %v", round, got)
			}
		}
		checkBooks(t, d)
	})
}

// Stock is counted anew while it is being sold.
func TestRaceOfStockAgainstOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		links := crowd(t, d, 20)
		for round := range races {
			sku := newPack(t, d, "farm-apeng", "测试菌子", 10)
			got := atOnce(25, func(i int) error {
				if i < len(links) {
					_, err := d.PlaceOrder(ctx, links[i], request(fmt.Sprint(round), 1, sku))
					return err
				}
				return d.SetStock(ctx, supplier("farm-apeng"), sku, i-15) // 5 to 9
			})
			if n := got["internal"] + got["unavailable"]; n > 0 || got[""] < 5 {
				t.Fatalf("round %d: %v", round, got)
			}
			checkBooks(t, d)
			must(t, d.CancelAll(ctx))
		}
	})
}
