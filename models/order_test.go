package models

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2021, 7, 12, 4, 0, 0, 0, time.UTC)

// item is so many of a listed pack at ¥10.00 of which 5 are free.
func item(supplier, sku string, quantity int) BasketItem {
	return BasketItem{
		SKU: SKU{ID: sku, ProductID: "p-" + sku, Pack: "1斤装", Unit: "盒", Price: 1000, OnHand: 7, Reserved: 2}, Quantity: quantity,
		Product: Product{ID: "p-" + sku, Name: "测试菌子", State: ListingListed}, Supplier: Supplier{ID: supplier, Approved: true},
	}
}

func TestPlace(t *testing.T) {
	orders, err := Place([]BasketItem{item("b", "z", 1), item("a", "y", 2), item("b", "x", 3), item("b", "z", 1)}, 7000, 0, noon)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, o := range orders {
		got += fmt.Sprintf("%s %s %s %d:", o.SupplierID, o.State, o.PaymentState, o.TotalFen)
		for _, l := range o.Lines {
			got += fmt.Sprintf(" %s×%d held %d at %d", l.SKUID, l.Quantity, l.Held, l.PriceFen)
			if l.ProductName != "测试菌子" || l.Pack != "1斤装" || l.Unit != "盒" || l.ProductID != "p-"+l.SKUID {
				t.Errorf("line %+v is not frozen whole", l)
			}
		}
		got += "\n"
		if o.PlacedAt != noon || o.ExpiresAt != noon.Add(30*time.Minute) {
			t.Errorf("placed %v, expires %v", o.PlacedAt, o.ExpiresAt)
		}
	}
	want := "a pending_payment unpaid 2000: y×2 held 2 at 1000\nb pending_payment unpaid 5000: x×3 held 3 at 1000 z×2 held 2 at 1000\n"
	if got != want {
		t.Errorf("orders\n%swant\n%s", got, want)
	}
}

func TestPlaceRefuses(t *testing.T) {
	with := func(change func(*BasketItem)) []BasketItem {
		it := item("a", "x", 1)
		change(&it)
		return []BasketItem{it}
	}
	one := func(*BasketItem) {}
	for name, c := range map[string]struct {
		items  []BasketItem
		expect Fen
		unpaid int
		want   *Error
		says   string
	}{
		"empty":             {nil, 0, 0, ErrBasketEmpty, ""},
		"zero":              {with(func(b *BasketItem) { b.Quantity = 0 }), 0, 0, ErrQuantity, ""},
		"minus":             {with(func(b *BasketItem) { b.Quantity = -1 }), -1000, 0, ErrQuantity, ""},
		"a hundred":         {with(func(b *BasketItem) { b.Quantity, b.SKU.OnHand = 100, 999 }), 100000, 0, ErrQuantity, ""},
		"a hundred in two":  {[]BasketItem{item("a", "x", 50), item("a", "x", 50)}, 100000, 0, ErrQuantity, ""},
		"plus and minus":    {[]BasketItem{item("a", "x", 3), item("a", "x", -2)}, 1000, 0, ErrQuantity, ""},
		"draft":             {with(func(b *BasketItem) { b.Product.State = ListingDraft }), 1000, 0, ErrNotListed, "测试菌子"},
		"paused":            {with(func(b *BasketItem) { b.Product.State = ListingPaused }), 1000, 0, ErrNotListed, "测试菌子"},
		"off":               {with(func(b *BasketItem) { b.SKU.Off = true }), 1000, 0, ErrNotListed, "测试菌子"},
		"supplier refused":  {with(func(b *BasketItem) { b.Supplier.Approved = false }), 1000, 0, ErrNotListed, "测试菌子"},
		"six of five":       {with(func(b *BasketItem) { b.Quantity = 6 }), 6000, 0, ErrOutOfStock, "只剩5盒"},
		"six of five, two":  {[]BasketItem{item("a", "x", 3), item("a", "x", 3)}, 6000, 0, ErrOutOfStock, "只剩5盒"},
		"price went up":     {with(one), 900, 0, ErrPriceChanged, "¥10.00"},
		"price went down":   {with(one), 1100, 0, ErrPriceChanged, "¥10.00"},
		"twelve unpaid":     {with(one), 1000, MaxUnpaid, ErrTooManyHolds, "12笔"},
		"two with eleven":   {[]BasketItem{item("a", "x", 1), item("b", "y", 1)}, 2000, MaxUnpaid - 1, ErrTooManyHolds, "11笔"},
		"stock before sum":  {with(func(b *BasketItem) { b.Quantity = 6 }), 1, 0, ErrOutOfStock, ""},
		"the last is taken": {with(func(b *BasketItem) { b.SKU.Reserved = 7 }), 1000, 0, ErrOutOfStock, "只剩0盒"},
	} {
		orders, err := Place(c.items, c.expect, c.unpaid, noon)
		if orders != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v; want %s", name, orders, err, c.want.Code)
			continue
		}
		if zh := Refusal(err).ZH; !strings.Contains(zh, c.says) || strings.Contains(zh, "%") {
			t.Errorf("%s says %q, want %q in it", name, zh, c.says)
		}
	}
	if _, err := Place(with(one), 1000, MaxUnpaid-1, noon); err != nil {
		t.Errorf("the last allowed order: %v", err)
	}
}

// Whatever is in the basket: the orders add up to it, to the fen and to the unit, or there are none.
func TestPlaceAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOf(rapid.Custom(func(t *rapid.T) BasketItem {
			supplier := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "supplier")
			it := item(supplier, supplier+rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "pack"), rapid.IntRange(-1, 4).Draw(t, "quantity"))
			it.SKU.Price = Fen(len(it.SKU.ID)+int(it.SKU.ID[1])) * 7
			return it
		})).Draw(t, "items")
		orders, err := Place(items, BasketSum(items), 0, noon)
		if err != nil {
			return
		}
		var sum Fen
		units, want := map[string]int{}, map[string]int{}
		for _, it := range items {
			want[it.SKU.ID] += it.Quantity
		}
		for _, o := range orders {
			var lines Fen
			for _, l := range o.Lines {
				lines += l.Sum()
				units[l.SKUID] += l.Quantity
				if l.Held != l.Quantity || l.SKUID[:1] != o.SupplierID || l.Quantity < 1 || l.Quantity > 5 {
					t.Fatalf("line %+v in the order of %s", l, o.SupplierID)
				}
			}
			if lines != o.TotalFen {
				t.Fatalf("order of %s is %d, its lines %d", o.SupplierID, o.TotalFen, lines)
			}
			sum += o.TotalFen
		}
		if sum != BasketSum(items) || fmt.Sprint(units) != fmt.Sprint(want) {
			t.Fatalf("orders %d fen %v, basket %d fen %v", sum, units, BasketSum(items), want)
		}
	})
}

func TestOrderNo(t *testing.T) {
	for id, want := range map[int64]string{1: "J20210712000001", 999999: "J20210712999999", 1000000: "J202107121000000"} {
		if got := OrderNo(id, noon); got != want {
			t.Errorf("number %q, want %q", got, want)
		}
	}
	if got := OrderNo(7, time.Date(2021, 7, 12, 16, 0, 0, 0, time.UTC)); got != "J20210713000007" {
		t.Errorf("after midnight in Shanghai %q", got)
	}
	if n := len(OrderNo(1<<62, noon)); n > 32 {
		t.Errorf("%d characters: providers take 32", n)
	}
}

func TestTake(t *testing.T) {
	for _, c := range []struct {
		state           OrderState
		pay             PaymentState
		amount          Fen
		confirm, rehold bool
	}{
		{OrderPendingPayment, PaymentUnpaid, 1000, true, false},
		{OrderPendingPayment, PaymentUnpaid, 999, false, false},
		{OrderPendingPayment, PaymentUnpaid, 1001, false, false},
		{OrderExpired, PaymentUnpaid, 1000, true, true},
		{OrderCancelled, PaymentUnpaid, 1000, true, true},
		{OrderExpired, PaymentUnpaid, 1, false, false},
		{OrderCancelled, PaymentPaid, 1000, false, false},
		{OrderConfirmed, PaymentPaid, 1000, false, false},
		{OrderCompleted, PaymentPaid, 1000, false, false},
		{OrderClosedRefunded, PaymentRefunded, 1000, false, false},
		{OrderClosedRefunded, PaymentUnpaid, 1000, false, false},
		{"", "", 0, false, false}, // no such order
	} {
		confirm, rehold := Order{State: c.state, PaymentState: c.pay, TotalFen: 1000}.Take(Report{Amount: c.amount})
		if c.state == "" {
			confirm, rehold = Order{}.Take(Report{Amount: c.amount})
		}
		if confirm != c.confirm || rehold != c.rehold {
			t.Errorf("%s %s %d: confirm %t, rehold %t", c.state, c.pay, c.amount, confirm, rehold)
		}
		if confirm && !OrderStates.Allows(string(c.state), string(OrderConfirmed)) {
			t.Errorf("the table has no step from %s to confirmed", c.state)
		}
	}
}

func TestCancel(t *testing.T) {
	lines := []OrderLine{{Quantity: 2}}
	for state, want := range map[OrderState]bool{
		OrderPendingPayment: true, OrderConfirmed: true, OrderExpired: false, OrderCancelled: false, OrderCompleted: false, OrderClosedRefunded: false,
	} {
		err := Order{State: state, Lines: lines}.Cancel()
		if (err == nil) != want {
			t.Errorf("%s: %v", state, err)
		}
		if want && !OrderStates.Allows(string(state), string(OrderCancelled)) {
			t.Errorf("the table has no step from %s to cancelled", state)
		}
	}
	if err := (Order{State: OrderConfirmed, Lines: []OrderLine{{Quantity: 2, Shipped: 1}}}).Cancel(); !errors.Is(err, ErrOrderState) {
		t.Errorf("partly shipped: %v", err)
	}
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		state   OrderState
		pay     PaymentState
		shipped int
		want    string
	}{
		{OrderPendingPayment, PaymentUnpaid, 0, "待付款"},
		{OrderExpired, PaymentUnpaid, 0, "超时未付，已关闭"},
		{OrderCancelled, PaymentUnpaid, 0, "已取消"},
		{OrderCancelled, PaymentPaid, 0, "已取消，退款中"},
		{OrderClosedRefunded, PaymentRefunded, 0, "已取消，已退款"},
		{OrderClosedRefunded, PaymentUnpaid, 0, "已关闭，款已退回"},
		{OrderConfirmed, PaymentPaid, 0, "已付款，待发货"},
		{OrderConfirmed, PaymentPaid, 1, "部分已发货"},
		{OrderConfirmed, PaymentPaid, 2, "已发货，待收货"},
		{OrderCompleted, PaymentPaid, 2, "已收货"},
	} {
		o := Order{State: c.state, PaymentState: c.pay, Lines: []OrderLine{{Quantity: 2, Shipped: c.shipped}}}
		if got := o.Status(); got != c.want {
			t.Errorf("%s %s, %d shipped: %q, want %q", c.state, c.pay, c.shipped, got, c.want)
		}
	}
}
