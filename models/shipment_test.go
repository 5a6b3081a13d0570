package models

import (
	"errors"
	"testing"
	"time"
)

func TestCheckTracking(t *testing.T) {
	for _, c := range []struct{ carrier, number, want string }{
		{"顺丰速运", "SF1234567890123", "SF1234567890123"},
		{"中通快递", " zt 1234 5678 ", "ZT12345678"},
		{"中国邮政", "１２３４５６", "123456"},
		{"京东物流", "JDX-0123-1-1", "JDX-0123-1-1"},
		{OwnDelivery, "", ""},
		{OwnDelivery, "渝A12345", ""},
		{"顺丰速运", "", ""},
		{"顺丰速运", "SF123", ""},
		{"顺丰速运", "SF12345678901234567890123456789012", ""},
		{"顺丰速运", "SF123456'--", ""},
		{"飞鸽", "SF1234567890123", ""},
		{"", "SF1234567890123", ""},
	} {
		got, err := CheckTracking(c.carrier, c.number)
		refused := c.want == "" && (c.carrier != OwnDelivery || c.number != "")
		if got != c.want || errors.Is(err, ErrTracking) != refused {
			t.Errorf("%s %q: %q, %v; want %q", c.carrier, c.number, got, err, c.want)
		}
	}
}

func FuzzCheckTracking(f *testing.F) {
	f.Add("顺丰速运", "sf 1234567890123")
	f.Add(OwnDelivery, "")
	f.Fuzz(func(t *testing.T, carrier, number string) {
		got, err := CheckTracking(carrier, number)
		if err != nil {
			return
		}
		if again, err := CheckTracking(carrier, got); err != nil || again != got || len(got) > 32 {
			t.Errorf("%q became %q, then %q, %v", number, got, again, err)
		}
	})
}

// shipped is an order of 3 and 2, of which so many have left.
func shipped(first, second int) Order {
	return Order{State: OrderConfirmed, PaymentState: PaymentPaid, Lines: []OrderLine{
		{ID: 1, Quantity: 3, Shipped: first}, {ID: 2, Quantity: 2, Shipped: second},
	}}
}

func TestShip(t *testing.T) {
	for name, c := range map[string]struct {
		o     Order
		lines map[int64]int
		want  map[int64]int
		err   *Error
	}{
		"all":          {shipped(0, 0), nil, map[int64]int{1: 3, 2: 2}, nil},
		"the rest":     {shipped(3, 1), nil, map[int64]int{2: 1}, nil},
		"a part":       {shipped(1, 0), map[int64]int{1: 2}, map[int64]int{1: 2}, nil},
		"too much":     {shipped(1, 0), map[int64]int{1: 3}, nil, ErrShipTooMuch},
		"what is gone": {shipped(3, 0), map[int64]int{1: 1}, nil, ErrShipTooMuch},
		"zero":         {shipped(0, 0), map[int64]int{1: 0}, nil, ErrQuantity},
		"minus":        {shipped(0, 0), map[int64]int{1: -1}, nil, ErrQuantity},
		"nothing":      {shipped(0, 0), map[int64]int{}, nil, ErrQuantity},
		"another line": {shipped(0, 0), map[int64]int{1: 1, 9: 1}, nil, ErrNotFound},
		"all is gone":  {shipped(3, 2), nil, nil, ErrOrderState},
		"unpaid":       {Order{State: OrderPendingPayment, Lines: shipped(0, 0).Lines}, nil, nil, ErrOrderState},
		"cancelled":    {Order{State: OrderCancelled, Lines: shipped(0, 0).Lines}, nil, nil, ErrOrderState},
	} {
		parcel, err := c.o.Ship(c.lines)
		if c.err != nil {
			if !errors.Is(err, c.err) {
				t.Errorf("%s: %v, want %s", name, err, c.err.Code)
			}
			continue
		}
		got := map[int64]int{}
		for _, l := range parcel {
			got[l.OrderLineID] = l.Quantity
		}
		if err != nil || len(got) != len(c.want) || got[1] != c.want[1] || got[2] != c.want[2] {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
		}
	}
}

func TestAccept(t *testing.T) {
	now := time.Date(2021, 7, 30, 0, 0, 0, 0, time.UTC)
	parcels := func(states ...ShipmentState) (list []Shipment) {
		for i, s := range states { // one a day, the last one today
			list = append(list, Shipment{ID: int64(i), State: s, ShippedAt: now.AddDate(0, 0, i+1-len(states))})
		}
		return list
	}
	for name, c := range map[string]struct {
		left      int // units not shipped
		parcels   []Shipment
		until     time.Time
		accepts   int
		completes bool
		refused   bool
	}{
		"one":               {0, parcels(ShipmentShipped), now, 1, true, false},
		"any on its way":    {0, parcels(ShipmentShipped, ShipmentInTransit, ShipmentDelivered), now, 3, true, false},
		"the second":        {0, parcels(ShipmentAccepted, ShipmentDelivered), now, 1, true, false},
		"more to come":      {1, parcels(ShipmentDelivered), now, 1, false, false},
		"one with trouble":  {0, parcels(ShipmentProblem, ShipmentDelivered), now, 1, false, false},
		"one lost":          {0, parcels(ShipmentLost, ShipmentDelivered), now, 1, false, false},
		"only the old one":  {0, parcels(ShipmentShipped, ShipmentShipped), now.AddDate(0, 0, -1), 1, false, false},
		"none is old":       {0, parcels(ShipmentShipped), now.AddDate(0, 0, -1), 0, false, true},
		"nothing shipped":   {5, nil, now, 0, false, true},
		"accepted already":  {0, parcels(ShipmentAccepted), now, 0, false, true},
		"only with trouble": {0, parcels(ShipmentProblem), now, 0, false, true},
	} {
		o := Order{State: OrderConfirmed, Lines: []OrderLine{{Quantity: 5, Shipped: 5 - c.left}}, Shipments: c.parcels}
		got, completes, err := o.Accept(c.until)
		if len(got) != c.accepts || completes != c.completes || errors.Is(err, ErrOrderState) != c.refused {
			t.Errorf("%s: %d parcels, completes %t, %v", name, len(got), completes, err)
		}
	}
	if _, _, err := (Order{State: OrderCompleted, Shipments: parcels(ShipmentShipped)}).Accept(now); !errors.Is(err, ErrOrderState) {
		t.Errorf("a completed order: %v", err)
	}
}
