package db_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestPlaceOrderOfABasketOverTwoSuppliers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		b, a := newPack(t, d, "farm-zhongtang", "测试李子", 5), newPack(t, d, "farm-apeng", "测试菌子", 5)
		for _, sku := range []string{a, b} {
			_, err := d.SetBasket(ctx, link, sku, 2)
			must(t, err)
		}
		c, err := d.PlaceOrder(ctx, link, db.OrderRequest{Key: "k1", Expect: 4000, Address: &home, Note: " 请放门卫 "})
		must(t, err)
		if len(c.Orders) != 2 || c.TotalFen != 4000 || c.Orders[0].SupplierID != "farm-apeng" || c.Orders[1].SupplierID != "farm-zhongtang" {
			t.Fatalf("checkout %+v", c)
		}
		o := c.Orders[0]
		if o.No != models.OrderNo(o.ID, o.PlacedAt) || o.Status != "待付款" || o.SupplierName == "" || o.TotalFen != 2000 || o.Note != "请放门卫" ||
			!o.ExpiresAt.Equal(o.PlacedAt.Add(models.HoldFor)) || len(o.Lines) != 1 || o.Lines[0].Held != 2 || o.Lines[0].ProductName != "测试菌子" {
			t.Errorf("order %+v", o)
		}
		if o.Address != nil || o.AddressSealed != nil || strings.Contains(o.AddressMasked, "13800000000") {
			t.Errorf("a list shows the address: %+v", o)
		}
		if items, err := d.Basket(ctx, link); err != nil || len(items) != 0 {
			t.Errorf("the basket still holds %v, %v", items, err)
		}
		if _, reserved := stock(t, d, a); reserved != 2 {
			t.Errorf("reserved %d, want 2", reserved)
		}
		full, err := d.Order(ctx, link, o.No)
		must(t, err)
		if full.Address == nil || *full.Address != home {
			t.Errorf("address %+v", full.Address)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM notices WHERE kind = 'order_placed'`); n != 2 {
			t.Errorf("%d suppliers were told, want 2", n)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM audit WHERE act = 'order.place'`); n != 2 {
			t.Errorf("%d audit entries, want 2", n)
		}
		checkBooks(t, d)
	})
}

func TestPlaceOrderRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		sku, paused := newPack(t, d, "farm-apeng", "测试菌子", 3), newPack(t, d, "farm-apeng", "暂停菌子", 3)
		must(t, d.SetListing(ctx, supplier("farm-apeng"), strings.TrimSuffix(paused, paused[len(paused)-9:]), models.ListingPaused))
		with := func(change func(*db.OrderRequest)) db.OrderRequest {
			r := request("k", 1, sku)
			change(&r)
			return r
		}
		bad := home
		bad.Phone = "110"
		for name, c := range map[string]struct {
			r    db.OrderRequest
			want *models.Error
			says string
		}{
			"no key":          {with(func(r *db.OrderRequest) { r.Key = "" }), models.ErrInvalid, ""},
			"long note":       {with(func(r *db.OrderRequest) { r.Note = strings.Repeat("长", 201) }), models.ErrInvalid, ""},
			"too many lines":  {with(func(r *db.OrderRequest) { r.Items = make([]db.OrderItem, 51) }), models.ErrInvalid, ""},
			"empty":           {with(func(r *db.OrderRequest) { r.Items = nil }), models.ErrBasketEmpty, ""},
			"nothing named":   {with(func(r *db.OrderRequest) { r.Items = []db.OrderItem{} }), models.ErrBasketEmpty, ""},
			"unknown pack":    {request("k", 1, "no-such-pack"), models.ErrNotFound, ""},
			"paused":          {request("k", 1, paused), models.ErrNotListed, "暂停菌子"},
			"zero":            {request("k", 0, sku), models.ErrQuantity, ""},
			"minus one":       {request("k", -1, sku), models.ErrQuantity, ""},
			"too many":        {request("k", 4, sku), models.ErrOutOfStock, "“测试菌子”只剩3盒"},
			"two small lines": {request("k", 2, sku, sku), models.ErrOutOfStock, "只剩3盒"},
			"hidden by minus": {with(func(r *db.OrderRequest) { r.Items = []db.OrderItem{{sku, 2}, {sku, -1}} }), models.ErrQuantity, ""},
			"old price":       {with(func(r *db.OrderRequest) { r.Expect = 999 }), models.ErrPriceChanged, "¥10.00"},
			"no address":      {with(func(r *db.OrderRequest) { r.Address = nil }), models.ErrNoAddress, ""},
			"bad address":     {with(func(r *db.OrderRequest) { r.Address = &bad }), models.ErrAddress, "手机号"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := d.PlaceOrder(ctx, link, c.r)
				wants(t, err, c.want)
				if !strings.Contains(models.Refusal(err).ZH, c.says) {
					t.Errorf("it says %q, want %q in it", models.Refusal(err).ZH, c.says)
				}
			})
		}
		if _, err := d.PlaceOrder(ctx, 999999, request("k", 1, sku)); err == nil {
			t.Error("an unknown session may order")
		}
		if n := count(t, d, `SELECT COUNT(*) FROM orders`) + count(t, d, `SELECT COUNT(*) FROM addresses`); n != 0 {
			t.Errorf("%d rows are left of refused orders", n)
		}
		checkBooks(t, d)
	})
}

func TestPlaceOrderTakesTheLastAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 9)
		if _, ok, err := d.LastAddress(ctx, link); ok || err != nil {
			t.Fatalf("an address before the first order: %v", err)
		}
		order(t, d, link, "k1", 1, sku)
		moved := home
		moved.Detail = "新街5号2单元"
		r := request("k2", 1, sku)
		r.Address = &moved
		_, err := d.PlaceOrder(ctx, link, r)
		must(t, err)
		r = request("k3", 1, sku)
		r.Address = nil
		c, err := d.PlaceOrder(ctx, link, r)
		must(t, err)
		o, err := d.Order(ctx, link, c.Orders[0].No)
		must(t, err)
		if *o.Address != moved {
			t.Errorf("address %+v, want the last", o.Address)
		}
		if masked, ok, err := d.LastAddress(ctx, link); !ok || err != nil || masked != moved.Masked() {
			t.Errorf("last address %q %v %v", masked, ok, err)
		}
	})
}

func TestPlaceOrderAgainGivesTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link, other := buyer(t, d, "a"), buyer(t, d, "b")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 9)
		first := order(t, d, link, "same", 1, sku)
		must(t, d.SetStock(ctx, supplier("farm-apeng"), sku, 1))
		// The stored answer, though there is nothing left to order and the request differs.
		if again := order(t, d, link, "same", 5, sku); again.No != first.No {
			t.Errorf("the same key made %s and %s", first.No, again.No)
		}
		_, err := d.PlaceOrder(ctx, other, request("same", 1, sku))
		wants(t, err, models.ErrOutOfStock) // somebody else's key is another key
		checkBooks(t, d)
	})
}

func TestUnpaidOrdersAreLimited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 99)
		for i := range models.MaxUnpaid {
			order(t, d, link, fmt.Sprint(i), 1, sku)
		}
		_, err := d.PlaceOrder(ctx, link, request("more", 1, sku))
		wants(t, err, models.ErrTooManyHolds)
		list, err := d.Orders(ctx, link, 0, 1)
		must(t, err)
		_, err = d.CancelOrder(ctx, link, list[0].No)
		must(t, err)
		order(t, d, link, "more", 1, sku)
		checkBooks(t, d)
	})
}

func TestCancelUnpaidGivesBackOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 2)
		o := order(t, d, link, "k", 2, sku)
		_, err := d.CancelOrder(ctx, buyer(t, d, "stranger"), o.No)
		wants(t, err, models.ErrNotFound)
		for range 2 { // a repeat gives the same answer
			v, err := d.CancelOrder(ctx, link, o.No)
			must(t, err)
			if v.State != models.OrderCancelled || v.Status != "已取消" || v.EndedAt == nil {
				t.Errorf("order %+v", v)
			}
		}
		if _, reserved := stock(t, d, sku); reserved != 0 {
			t.Errorf("reserved %d", reserved)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM notices WHERE kind = 'order_cancelled'`); n != 2 {
			t.Errorf("%d notices, want one for each side", n)
		}
		checkBooks(t, d)
	})
}

func TestCancelPaidRefunds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 2)
		o := order(t, d, link, "k", 2, sku)
		_, err := pay(d, o, "p1")
		must(t, err)
		v, err := d.CancelOrder(ctx, link, o.No)
		must(t, err)
		if v.Status != "已取消，退款中" {
			t.Errorf("status %q", v.Status)
		}
		due, err := d.DueRefunds(ctx, 10)
		must(t, err)
		if len(due) != 1 || due[0].AmountFen != 2000 || due[0].Ref != "p1" || due[0].OrderNo != o.No || due[0].Provider != "sandbox" {
			t.Fatalf("due %+v", due)
		}
		checkBooks(t, d)
		must(t, d.RefundDone(ctx, due[0].ID))
		v, err = d.Order(ctx, link, o.No)
		must(t, err)
		if v.State != models.OrderClosedRefunded || v.PaymentState != models.PaymentRefunded || v.Status != "已取消，已退款" {
			t.Errorf("order %s %s %s", v.State, v.PaymentState, v.Status)
		}
		checkBooks(t, d)
	})
}

func TestExpire(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 3)
		o, paid := order(t, d, link, "k1", 1, sku), order(t, d, link, "k2", 2, sku)
		_, err := pay(d, paid, "p")
		must(t, err)
		wants(t, d.ExpireOrder(ctx, o.ID), models.ErrStale) // not due yet
		d.Shift(models.HoldFor)
		due, err := d.DueOrders(ctx, 10)
		must(t, err)
		if len(due) != 1 || due[0].No != o.No {
			t.Fatalf("due %+v", due)
		}
		must(t, d.ExpireOrder(ctx, o.ID))
		for _, id := range []int64{o.ID, paid.ID, 999999} {
			wants(t, d.ExpireOrder(ctx, id), models.ErrStale)
		}
		v, err := d.Order(ctx, link, o.No)
		must(t, err)
		if v.Status != "超时未付，已关闭" {
			t.Errorf("status %q", v.Status)
		}
		_, err = d.CancelOrder(ctx, link, o.No)
		wants(t, err, models.ErrOrderState)
		if _, reserved := stock(t, d, sku); reserved != 2 {
			t.Errorf("reserved %d, want the paid 2", reserved)
		}
		checkBooks(t, d)
	})
}

func TestOrdersAreTheirBuyersAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine, theirs := buyer(t, d, "a"), buyer(t, d, "b")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 9)
		var nos []string
		for i := range 3 {
			nos = append(nos, order(t, d, mine, fmt.Sprint(i), 1, sku).No)
		}
		o := order(t, d, theirs, "x", 1, sku)
		_, err := d.Order(ctx, mine, o.No)
		wants(t, err, models.ErrNotFound)
		_, err = d.Checkout(ctx, mine, o.CheckoutID)
		wants(t, err, models.ErrNotFound)
		_, err = d.AcceptOrder(ctx, mine, o.No)
		wants(t, err, models.ErrNotFound)
		page, err := d.Orders(ctx, mine, 0, 2)
		must(t, err)
		if len(page) != 2 || page[0].No != nos[2] || page[1].No != nos[1] {
			t.Fatalf("first page %+v", page)
		}
		page, err = d.Orders(ctx, mine, page[1].ID, 2)
		must(t, err)
		if len(page) != 1 || page[0].No != nos[0] {
			t.Fatalf("second page %+v", page)
		}
	})
}

func TestSupplierSeesItsOwnOrdersAndPaidAddresses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		by, other := supplier("farm-apeng"), supplier("farm-zhongtang")
		sku := newPack(t, d, "farm-apeng", "测试菌子", 9)
		o := order(t, d, link, "k", 1, sku)
		reads := func() int { return count(t, d, `SELECT COUNT(*) FROM audit WHERE act = 'address.read'`) }
		v, err := d.SupplierOrder(ctx, by, o.No)
		must(t, err)
		if v.Address != nil || v.AddressSealed != nil || reads() != 0 {
			t.Error("an unpaid order shows its address")
		}
		_, err = pay(d, o, "p")
		must(t, err)
		for i := range 2 {
			v, err = d.SupplierOrder(ctx, by, o.No)
			must(t, err)
			if v.Address == nil || *v.Address != home || reads() != i+1 {
				t.Errorf("address %+v, %d looks audited", v.Address, reads())
			}
		}
		_, err = d.SupplierOrder(ctx, other, o.No)
		wants(t, err, models.ErrNotFound)
		_, err = d.SupplierOrder(ctx, gate, o.No)
		wants(t, err, models.ErrForbidden)
		for state, want := range map[string]int{"": 1, "to_ship": 1, "confirmed": 1, "pending_payment": 0} {
			list, err := d.SupplierOrders(ctx, "farm-apeng", state, 0, 10)
			must(t, err)
			if len(list) != want {
				t.Errorf("%q: %d orders, want %d", state, len(list), want)
			}
		}
		if list, _ := d.SupplierOrders(ctx, "farm-zhongtang", "", 0, 10); len(list) != 0 {
			t.Errorf("another supplier sees %+v", list)
		}
		_, err = d.SupplierOrders(ctx, "farm-apeng", "lost", 0, 10)
		wants(t, err, models.ErrInvalid)
	})
}

// A page of orders costs the same few statements, however many orders, lines and parcels are on it.
func TestOrdersCostTheSameWhateverThePage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		a, b := newPack(t, d, "farm-apeng", "测试菌子", 99), newPack(t, d, "farm-apeng", "测试木耳", 99)
		for i := range 10 {
			o := order(t, d, link, fmt.Sprint(i), 1, a, b)
			_, err := pay(d, o, fmt.Sprint(i))
			must(t, err)
			_, err = d.Ship(ctx, supplier("farm-apeng"), o.No, db.ShipRequest{Carrier: "中通快递", TrackingNo: fmt.Sprintf("ZT%08d", i)})
			must(t, err)
		}
		d.Shift(time.Minute)
		n := d.CountStatements()
		page, err := d.Orders(ctx, link, 0, 100)
		must(t, err)
		if len(page) != 10 || len(page[9].Lines) != 2 || len(page[9].Shipments) != 1 || len(page[9].Shipments[0].Lines) != 2 {
			t.Fatalf("page %+v", page)
		}
		if n.Load() > 4 {
			t.Errorf("%d statements, want at most 4", n.Load())
		}
	})
}
