package db_test

import (
	"errors"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
	"pgregory.net/rapid"
)

// walk is an adversary: buyers, suppliers, a provider that repeats, delays and garbles, and time. After every step the
// books must balance, and no step may end in a fault of ours.
type walk struct {
	d      *db.DB
	run    string // keeps the keys and refs of one walk apart from another's on the same database
	buyers []int64
	packs  []string
	orders []db.OrderView
	said   []models.Report
	n      int
}

// refused lets refusals through; a fault, or a database that gave up, ends the walk.
func refused(t *rapid.T, err error) {
	if err == nil {
		return
	}
	var e *models.Error
	if !errors.As(err, &e) || e.Kind == models.Internal || e.Kind == models.Unavailable {
		t.Fatalf("a step ended in a fault: %v", err)
	}
}

func (w *walk) order(t *rapid.T) db.OrderView {
	if len(w.orders) == 0 {
		t.Skip("no order yet")
	}
	// The latest ones are where things happen.
	return w.orders[max(0, len(w.orders)-1-rapid.IntRange(0, 6).Draw(t, "back"))]
}

func (w *walk) next(kind string) string {
	w.n++
	return fmt.Sprint(kind, w.run, "-", w.n)
}

func (w *walk) steps() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"place": w.place, "pay": w.pay, "pay again": w.payAgain, "cancel": w.cancel, "expire": w.expire, "ship": w.ship,
		"accept": w.accept, "refund": w.refund, "count stock": w.countStock, "wait": w.wait,
		"": func(t *rapid.T) {
			if err := broken(w.d); err != nil {
				t.Fatal(err)
			}
		},
	}
}

func (w *walk) place(t *rapid.T) {
	key := w.next("key")
	if w.n > 1 && rapid.IntRange(0, 5).Draw(t, "repeat") == 0 {
		key = fmt.Sprint("key", w.run, "-", rapid.IntRange(1, w.n).Draw(t, "key"))
	}
	packs := rapid.SliceOfN(rapid.SampledFrom(w.packs), 1, 4).Draw(t, "packs")
	quantity := rapid.IntRange(1, 3).Draw(t, "quantity")
	c, err := w.d.PlaceOrder(ctx, rapid.SampledFrom(w.buyers).Draw(t, "buyer"), request(key, quantity, packs...))
	refused(t, err)
	w.orders = append(w.orders, c.Orders...)
}

func (w *walk) pay(t *rapid.T) {
	o := w.order(t)
	r := models.Report{Provider: "sandbox", Ref: w.next("ref"), OrderNo: o.No, Amount: o.TotalFen, PaidAt: w.d.Now()}
	switch rapid.IntRange(0, 9).Draw(t, "garble") {
	case 0:
		r.Amount++
	case 1:
		r.OrderNo = "J0"
	}
	w.said = append(w.said, r)
	_, err := w.d.BookPayment(ctx, r)
	if err != nil {
		t.Fatalf("money was refused: %v", err)
	}
}

func (w *walk) payAgain(t *rapid.T) {
	if len(w.said) == 0 {
		t.Skip("nothing reported yet")
	}
	_, err := w.d.BookPayment(ctx, rapid.SampledFrom(w.said).Draw(t, "report"))
	if err != nil {
		t.Fatalf("money was refused: %v", err)
	}
}

func (w *walk) cancel(t *rapid.T) {
	o := w.order(t)
	_, err := w.d.CancelOrder(ctx, o.LinkID, o.No)
	refused(t, err)
}

func (w *walk) expire(t *rapid.T) {
	refused(t, w.d.ExpireOrder(ctx, w.order(t).ID))
}

func (w *walk) ship(t *rapid.T) {
	o := w.order(t)
	r := db.ShipRequest{Carrier: models.Carriers[0], TrackingNo: w.next("SF000")}
	if rapid.Bool().Draw(t, "part") {
		l := rapid.SampledFrom(o.Lines).Draw(t, "line")
		r.Lines = map[int64]int{l.ID: rapid.IntRange(1, 3).Draw(t, "of it")}
	}
	_, err := w.d.Ship(ctx, supplier(o.SupplierID), o.No, r)
	refused(t, err)
}

func (w *walk) accept(t *rapid.T) {
	o := w.order(t)
	_, err := w.d.AcceptOrder(ctx, o.LinkID, o.No)
	refused(t, err)
}

func (w *walk) refund(t *rapid.T) {
	due, err := w.d.DueRefunds(ctx, 100)
	refused(t, err)
	if len(due) == 0 {
		t.Skip("nothing to refund")
	}
	r := rapid.SampledFrom(due).Draw(t, "refund")
	switch rapid.IntRange(0, 3).Draw(t, "answer") {
	case 0:
		refused(t, w.d.RefundTried(ctx, r.ID, w.d.Now().Add(time.Minute), false))
	case 1:
		refused(t, w.d.RefundTried(ctx, r.ID, time.Time{}, true))
		refused(t, w.d.RetryRefund(ctx, officer, r.ID))
	default:
		refused(t, w.d.RefundDone(ctx, r.ID))
	}
}

func (w *walk) countStock(t *rapid.T) {
	sku := rapid.SampledFrom(w.packs).Draw(t, "pack")
	refused(t, w.d.SetStock(ctx, officer, sku, rapid.IntRange(0, 8).Draw(t, "on hand")))
}

func (w *walk) wait(t *rapid.T) {
	w.d.Shift(rapid.SampledFrom([]time.Duration{time.Minute, models.HoldFor, models.AcceptAfter}).Draw(t, "wait"))
	due, err := w.d.DueOrders(ctx, 100)
	refused(t, err)
	if rapid.Bool().Draw(t, "job runs") {
		for _, o := range due {
			refused(t, w.d.ExpireOrder(ctx, o.ID))
		}
		_, err := w.d.AutoAccept(ctx)
		refused(t, err)
	}
}

// walks is how many walks a run of the suite takes on each database; -rapid.checks=1000 takes more.
const walks = "25"

func TestRandomWalk(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		must(t, f.Value.Set(walks))
		t.Cleanup(func() { _ = f.Value.Set(f.DefValue) })
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			w := &walk{d: d, run: fmt.Sprint(run)}
			for i := range 3 {
				w.buyers = append(w.buyers, buyer(t, d, fmt.Sprint("walker-", run, "-", i)))
			}
			for i, s := range []string{"farm-apeng", "farm-zhongtang"} {
				for range 2 {
					w.packs = append(w.packs, newPack(t, d, s, "测试菌子", 3+i))
				}
			}
			rt.Repeat(w.steps())
		})
	})
}
