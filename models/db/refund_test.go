package db_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// stray books money for an order that does not want it and gives the refund.
func stray(t *testing.T, d *db.DB, orderNo string, amount models.Fen) db.RefundDue {
	t.Helper()
	p, err := d.BookPayment(ctx, models.Report{Provider: "sandbox", Ref: "stray" + orderNo, OrderNo: orderNo, Amount: amount, PaidAt: d.Now()})
	must(t, err)
	due, err := d.DueRefunds(ctx, 100)
	must(t, err)
	for _, r := range due {
		if r.PaymentID == p.ID {
			return r
		}
	}
	t.Fatalf("no refund of %+v", p)
	return db.RefundDue{}
}

func TestRefundIsTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := stray(t, d, "J1", 700)
		if !strings.HasPrefix(r.No, "R2021") || r.AmountFen != 700 {
			t.Errorf("refund %+v", r)
		}
		must(t, d.RefundTried(ctx, r.ID, d.Now().Add(time.Minute), false))
		if due, _ := d.DueRefunds(ctx, 10); len(due) != 0 {
			t.Errorf("due at once again: %+v", due)
		}
		d.Shift(time.Minute)
		due, err := d.DueRefunds(ctx, 10)
		must(t, err)
		if len(due) != 1 || due[0].Tries != 1 || due[0].No != r.No {
			t.Fatalf("due %+v", due)
		}
		must(t, d.RefundTried(ctx, r.ID, time.Time{}, true))
		failed, err := d.FailedRefunds(ctx)
		must(t, err)
		if len(failed) != 1 || failed[0].State != models.RefundFailed {
			t.Fatalf("failed %+v", failed)
		}
		wants(t, d.RefundTried(ctx, r.ID, d.Now(), false), models.ErrStale)
		wants(t, d.RetryRefund(ctx, supplier("farm-apeng"), r.ID), models.ErrForbidden)
		must(t, d.RetryRefund(ctx, officer, r.ID))
		wants(t, d.RetryRefund(ctx, officer, r.ID), models.ErrStale)
		wants(t, d.RetryRefund(ctx, officer, 999999), models.ErrNotFound)
		must(t, d.RefundDone(ctx, r.ID))
		must(t, d.RefundDone(ctx, r.ID)) // a repeat
		wants(t, d.RefundDone(ctx, 999999), models.ErrNotFound)
		if n := count(t, d, `SELECT COUNT(*) FROM audit WHERE act = 'refund.done'`); n != 1 {
			t.Errorf("%d audit entries", n)
		}
		checkBooks(t, d)
	})
}

func TestSuccessAfterFailureCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := stray(t, d, "J1", 700)
		must(t, d.RefundTried(ctx, r.ID, time.Time{}, true))
		must(t, d.RefundDone(ctx, r.ID))
		if n := count(t, d, `SELECT COUNT(*) FROM refunds WHERE state = 'refunded'`); n != 1 {
			t.Error("the money is back and the books do not say so")
		}
	})
}

// Stray money closes an order that has no other money, and no order that does.
func TestStrayRefundAndTheOrder(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*testing.T, *db.DB, int64, db.OrderView)
		amount models.Fen
		state  models.OrderState
		pay    models.PaymentState
		status string
	}{
		"wrong amount, still open": {func(*testing.T, *db.DB, int64, db.OrderView) {}, 5, models.OrderPendingPayment, models.PaymentUnpaid, "待付款"},
		"second payment":           {payFirst, 1000, models.OrderConfirmed, models.PaymentPaid, "已付款，待发货"},
		"second payment, cancelled": {func(t *testing.T, d *db.DB, link int64, o db.OrderView) {
			payFirst(t, d, link, o)
			_, err := d.CancelOrder(ctx, link, o.No)
			must(t, err)
		}, 1000, models.OrderCancelled, models.PaymentPaid, "已取消，退款中"},
		"expired, goods gone": {func(t *testing.T, d *db.DB, _ int64, o db.OrderView) {
			d.Shift(models.HoldFor)
			must(t, d.ExpireOrder(ctx, o.ID))
			must(t, d.SetStock(ctx, supplier(o.SupplierID), o.Lines[0].SKUID, 0))
		}, 1000, models.OrderClosedRefunded, models.PaymentUnpaid, "已关闭，款已退回"},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				link := buyer(t, d, "a")
				o := order(t, d, link, "k", 1, newPack(t, d, "farm-apeng", "测试菌子", 1))
				c.before(t, d, link, o)
				must(t, d.RefundDone(ctx, stray(t, d, o.No, c.amount).ID))
				v, err := d.Order(ctx, link, o.No)
				must(t, err)
				if v.State != c.state || v.PaymentState != c.pay || v.Status != c.status {
					t.Errorf("order %s %s %s, want %s %s %s", v.State, v.PaymentState, v.Status, c.state, c.pay, c.status)
				}
				checkBooks(t, d)
			})
		})
	}
}
