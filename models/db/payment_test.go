package db_test

import (
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestPaymentConfirmsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 2)
		o := order(t, d, link, "k", 2, sku)
		first, err := pay(d, o, "p")
		must(t, err)
		if first.Stray || first.OrderID == nil || *first.OrderID != o.ID || first.AmountFen != 2000 {
			t.Errorf("payment %+v", first)
		}
		again, err := pay(d, o, "p")
		must(t, err)
		if again.ID != first.ID || again.Stray || !again.PaidAt.Equal(first.PaidAt) {
			t.Errorf("the same notice made %+v of %+v", again, first)
		}
		v, err := d.Order(ctx, link, o.No)
		must(t, err)
		if v.State != models.OrderConfirmed || v.PaymentState != models.PaymentPaid || v.ConfirmedAt == nil || v.Status != "已付款，待发货" {
			t.Errorf("order %+v", v)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM notices WHERE kind = 'order_paid'`); n != 2 {
			t.Errorf("%d notices, want one for each side", n)
		}
		checkBooks(t, d)
	})
}

// Money that no order can take: each case is one order of ¥20.00, what was done to it, and what is reported then.
func TestStrayMoneyIsBookedAndSentBack(t *testing.T) {
	none := func(*testing.T, *db.DB, int64, db.OrderView) {}
	for _, c := range []struct {
		name    string
		before  func(*testing.T, *db.DB, int64, db.OrderView)
		change  func(*models.Report)
		state   models.OrderState
		reason  string
		message string
	}{
		{"too little", none, func(r *models.Report) { r.Amount-- }, models.OrderPendingPayment, "wrong amount", "¥19.99"},
		{"too much", none, func(r *models.Report) { r.Amount++ }, models.OrderPendingPayment, "wrong amount", "金额与应付的不一致"},
		{"unknown order", none, func(r *models.Report) { r.OrderNo = "J20210712999999" }, models.OrderPendingPayment, "no such order", ""},
		{"paid before", payFirst, func(*models.Report) {}, models.OrderConfirmed, "paid before", "已经付过了"},
		{"refunded", func(t *testing.T, d *db.DB, link int64, o db.OrderView) {
			payFirst(t, d, link, o)
			_, err := d.CancelOrder(ctx, link, o.No)
			must(t, err)
		}, func(*models.Report) {}, models.OrderCancelled, "paid before", "已经付过了"},
		{"expired and gone", func(t *testing.T, d *db.DB, link int64, o db.OrderView) {
			d.Shift(models.HoldFor)
			must(t, d.ExpireOrder(ctx, o.ID))
			order(t, d, buyer(t, d, "faster"), "k", 1, o.Lines[1].SKUID) // of the second pack: the first must not stay held
		}, func(*models.Report) {}, models.OrderExpired, "goods gone", "货也没有了"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				link := buyer(t, d, "a")
				o := order(t, d, link, "k", 1, newPack(t, d, "farm-apeng", "测试菌子", 1), newPack(t, d, "farm-apeng", "测试木耳", 1))
				c.before(t, d, link, o)
				r := models.Report{Provider: "sandbox", Ref: "late", OrderNo: o.No, Amount: o.TotalFen, PaidAt: d.Now()}
				c.change(&r)
				for range 2 {
					p, err := d.BookPayment(ctx, r)
					must(t, err)
					if !p.Stray || (p.OrderID == nil) != (c.reason == "no such order") {
						t.Errorf("payment %+v", p)
					}
				}
				v, err := d.Order(ctx, link, o.No)
				must(t, err)
				if v.State != c.state {
					t.Errorf("the order is %s, want %s", v.State, c.state)
				}
				if n := count(t, d, `SELECT COUNT(*) FROM refunds WHERE reason = '`+c.reason+`'`); n != 1 {
					t.Errorf("%d refunds because of %q", n, c.reason)
				}
				if n := count(t, d, `SELECT COUNT(*) FROM audit WHERE act = 'payment.stray'`); n != 1 {
					t.Errorf("%d audit entries", n)
				}
				told, err := d.NoticesAfter(ctx, link, 0, 50)
				must(t, err)
				said := ""
				for _, n := range told {
					if n.Kind == "payment_stray" {
						said += n.Text
					}
				}
				if !strings.Contains(said, c.message) || strings.Count(said, "退回") != min(1, len(c.message)) {
					t.Errorf("the buyer was told %q, want %q once", said, c.message)
				}
				checkBooks(t, d)
			})
		})
	}
}

func payFirst(t *testing.T, d *db.DB, _ int64, o db.OrderView) {
	t.Helper()
	p, err := pay(d, o, "first")
	must(t, err)
	if p.Stray {
		t.Fatal("the first payment is stray")
	}
}

func TestLateMoneyHoldsTheGoodsAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		a, b := newPack(t, d, "farm-apeng", "测试菌子", 2), newPack(t, d, "farm-apeng", "测试木耳", 2)
		expired, cancelled := order(t, d, link, "k1", 1, a, b), order(t, d, link, "k2", 1, a, b)
		_, err := d.CancelOrder(ctx, link, cancelled.No)
		must(t, err)
		d.Shift(models.HoldFor)
		must(t, d.ExpireOrder(ctx, expired.ID))
		for ref, o := range map[string]db.OrderView{"p1": expired, "p2": cancelled} {
			p, err := pay(d, o, ref)
			must(t, err)
			v, err := d.Order(ctx, link, o.No)
			must(t, err)
			if p.Stray || v.State != models.OrderConfirmed || v.EndedAt != nil || v.Lines[0].Held != 1 || v.Lines[1].Held != 1 {
				t.Errorf("payment %+v, order %+v", p, v)
			}
		}
		for _, sku := range []string{a, b} {
			if _, reserved := stock(t, d, sku); reserved != 2 {
				t.Errorf("reserved %d, want 2", reserved)
			}
		}
		checkBooks(t, d)
	})
}

func TestBookPaymentRefusesNonsense(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, r := range []models.Report{{Ref: "x", Amount: 1}, {Provider: "sandbox", Amount: 1}, {Provider: "sandbox", Ref: "x"}, {Provider: "sandbox", Ref: "x", Amount: -1}} {
			_, err := d.BookPayment(ctx, r)
			wants(t, err, models.ErrInvalid)
		}
		// The same ref from another provider is another payment.
		for _, provider := range []string{"sandbox", "offline"} {
			_, err := d.BookPayment(ctx, models.Report{Provider: provider, Ref: "x", OrderNo: "J1", Amount: 5, PaidAt: d.Now()})
			must(t, err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM payments`); n != 2 {
			t.Errorf("%d payments, want 2", n)
		}
		checkBooks(t, d)
	})
}
