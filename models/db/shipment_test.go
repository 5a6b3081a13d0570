package db_test

import (
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// paidOrder is a paid order of two packs, three of each.
func paidOrder(t *testing.T, d *db.DB, link int64, key string) db.OrderView {
	t.Helper()
	o := order(t, d, link, key, 3, newPack(t, d, "farm-apeng", "测试菌子"+key, 5), newPack(t, d, "farm-apeng", "测试木耳"+key, 5))
	_, err := pay(d, o, "pay"+key)
	must(t, err)
	return o
}

func TestShipInPartsAndReceive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link, by := buyer(t, d, "a"), supplier("farm-apeng")
		o := paidOrder(t, d, link, "k")
		first := db.ShipRequest{Carrier: "中通快递", TrackingNo: " zt 1234567 ", Lines: map[int64]int{o.Lines[0].ID: 2}}
		for range 2 { // a repeat ships nothing more
			v, err := d.Ship(ctx, by, o.No, first)
			must(t, err)
			if v.Status != "部分已发货" || len(v.Shipments) != 1 || v.Shipments[0].TrackingNo != "ZT1234567" || v.Address != nil {
				t.Fatalf("order %+v", v)
			}
		}
		if onHand, reserved := stock(t, d, o.Lines[0].SKUID); onHand != 3 || reserved != 1 {
			t.Errorf("on hand %d, reserved %d, want 3 and 1", onHand, reserved)
		}
		v, err := d.AcceptOrder(ctx, link, o.No)
		must(t, err)
		if v.State != models.OrderConfirmed || v.Shipments[0].State != models.ShipmentAccepted {
			t.Errorf("after the first parcel %+v", v)
		}
		_, err = d.AcceptOrder(ctx, link, o.No)
		wants(t, err, models.ErrOrderState) // nothing is on its way
		_, err = d.CancelOrder(ctx, link, o.No)
		wants(t, err, models.ErrOrderState)
		_, err = d.Ship(ctx, by, o.No, db.ShipRequest{Carrier: "中通快递", TrackingNo: "ZT1234567"})
		wants(t, err, models.ErrTracking) // the rest wants a number of its own
		checkBooks(t, d)

		rest := db.ShipRequest{Carrier: "顺丰速运", TrackingNo: "SF1234567"}
		for range 2 {
			v, err = d.Ship(ctx, by, o.No, rest)
			must(t, err)
			if v.Status != "已发货，待收货" || len(v.Shipments) != 2 || len(v.Shipments[1].Lines) != 2 {
				t.Fatalf("order %+v", v)
			}
		}
		for range 2 {
			v, err = d.AcceptOrder(ctx, link, o.No)
			must(t, err)
			if v.State != models.OrderCompleted || v.Status != "已收货" || v.EndedAt == nil {
				t.Errorf("order %+v", v)
			}
		}
		_, err = d.Ship(ctx, by, o.No, db.ShipRequest{Carrier: "顺丰速运", TrackingNo: "SF7654321"})
		wants(t, err, models.ErrOrderState)
		for kind, want := range map[string]int{"order_shipped": 2, "order_accepted": 2} {
			if n := count(t, d, `SELECT COUNT(*) FROM notices WHERE kind = '`+kind+`'`); n != want {
				t.Errorf("%d notices of %s, want %d", n, kind, want)
			}
		}
		checkBooks(t, d)
	})
}

func TestShipRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link, by := buyer(t, d, "a"), supplier("farm-apeng")
		o := paidOrder(t, d, link, "k")
		unpaid := order(t, d, link, "unpaid", 1, newPack(t, d, "farm-apeng", "未付菌子", 1))
		line := o.Lines[0].ID
		good := func(lines map[int64]int) db.ShipRequest {
			return db.ShipRequest{Carrier: "顺丰速运", TrackingNo: "SF0000001", Lines: lines}
		}
		for name, c := range map[string]struct {
			by   models.Account
			no   string
			r    db.ShipRequest
			want *models.Error
		}{
			"another supplier": {supplier("farm-zhongtang"), o.No, good(nil), models.ErrNotFound},
			"gate staff":       {gate, o.No, good(nil), models.ErrForbidden},
			"unknown order":    {by, "J1", good(nil), models.ErrNotFound},
			"unpaid":           {by, unpaid.No, good(nil), models.ErrOrderState},
			"unknown carrier":  {by, o.No, db.ShipRequest{Carrier: "飞鸽", TrackingNo: "SF0000001"}, models.ErrTracking},
			"short number":     {by, o.No, db.ShipRequest{Carrier: "顺丰速运", TrackingNo: "SF1"}, models.ErrTracking},
			"no number":        {by, o.No, db.ShipRequest{Carrier: "顺丰速运"}, models.ErrTracking},
			"too much":         {by, o.No, good(map[int64]int{line: 4}), models.ErrShipTooMuch},
			"nothing of it":    {by, o.No, good(map[int64]int{line: 0}), models.ErrQuantity},
			"empty parcel":     {by, o.No, good(map[int64]int{}), models.ErrQuantity},
			"another's line":   {by, o.No, good(map[int64]int{unpaid.Lines[0].ID: 1}), models.ErrNotFound},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := d.Ship(ctx, c.by, c.no, c.r)
				wants(t, err, c.want)
			})
		}
		if n := count(t, d, `SELECT COUNT(*) FROM shipments`) + count(t, d, `SELECT COUNT(*) FROM tracking_numbers`); n != 0 {
			t.Errorf("%d rows are left of refused parcels", n)
		}
		checkBooks(t, d)
	})
}

func TestTrackingNumbersAreOneSuppliers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := buyer(t, d, "a")
		r := db.ShipRequest{Carrier: "顺丰速运", TrackingNo: "SF0000001"}
		for i, c := range []struct {
			supplier, carrier string
			want              *models.Error
		}{
			{"farm-apeng", "顺丰速运", nil},
			{"farm-apeng", "顺丰速运", nil}, // two orders in one parcel
			{"farm-zhongtang", "顺丰速运", models.ErrTrackingTaken},
			{"farm-zhongtang", "中通快递", nil}, // another carrier's number
		} {
			key := string(rune('a' + i))
			o := order(t, d, link, key, 1, newPack(t, d, c.supplier, "测试菌子", 1))
			_, err := pay(d, o, key)
			must(t, err)
			r.Carrier = c.carrier
			_, err = d.Ship(ctx, supplier(c.supplier), o.No, r)
			wants(t, err, c.want)
		}
		checkBooks(t, d)
	})
}

func TestOwnDeliveryNeedsNoNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := paidOrder(t, d, buyer(t, d, "a"), "k")
		for i, lines := range []map[int64]int{{o.Lines[0].ID: 1}, nil} {
			v, err := d.Ship(ctx, officer, o.No, db.ShipRequest{Carrier: models.OwnDelivery, Lines: lines})
			must(t, err)
			if want := o.No + []string{"-1", "-2"}[i]; v.Shipments[i].TrackingNo != want {
				t.Errorf("number %q, want %q", v.Shipments[i].TrackingNo, want)
			}
		}
		checkBooks(t, d)
	})
}

func TestAutoAccept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link, by := buyer(t, d, "a"), supplier("farm-apeng")
		whole, parts := paidOrder(t, d, link, "1"), paidOrder(t, d, link, "2")
		ship := func(o db.OrderView, number string, lines map[int64]int) {
			_, err := d.Ship(ctx, by, o.No, db.ShipRequest{Carrier: "顺丰速运", TrackingNo: number, Lines: lines})
			must(t, err)
		}
		accept := func(want int) {
			t.Helper()
			if n, err := d.AutoAccept(ctx); err != nil || n != want {
				t.Errorf("%d orders, %v; want %d", n, err, want)
			}
			checkBooks(t, d)
		}
		ship(whole, "SF0000001", nil)
		ship(parts, "SF0000002", map[int64]int{parts.Lines[0].ID: 3})
		d.Shift(time.Hour)
		ship(parts, "SF0000003", nil)
		accept(0)
		d.Shift(models.AcceptAfter - time.Hour)
		accept(2)
		for no, want := range map[string]models.OrderState{whole.No: models.OrderCompleted, parts.No: models.OrderConfirmed} {
			if v, err := d.Order(ctx, link, no); err != nil || v.State != want {
				t.Errorf("%s is %s, want %s: a later parcel has 15 days of its own", no, v.State, want)
			}
		}
		d.Shift(time.Hour)
		accept(1)
		accept(0)
	})
}
