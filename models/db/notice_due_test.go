package db_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestVisitsAreRemindedOfOnce(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		a, b, web := inChat(t, d, "wechat", 1), inChat(t, d, "telegram", 2), eligible(t, d, 3)
		tomorrow := d.Today().Add(1)
		claims(t, d, a, "O4", tomorrow, 3)
		claims(t, d, a, "O1", tomorrow.Add(1), 1)
		v := claims(t, d, b, "O1", tomorrow, 1)
		claims(t, d, web, "O1", tomorrow, 2)
		remind := func() map[int64][]db.Outgoing {
			t.Helper()
			got := atOnce(20, func(int) error { return d.RemindVisits(ctx) })
			if got[""] != 20 {
				t.Fatalf("%v", got)
			}
			return news(t, d)
		}
		if got := remind(); len(got) > 0 { // they have just claimed
			t.Errorf("at once: %+v", got)
		}
		_, err := d.CancelVoucher(ctx, b, v.ID)
		must(t, err)
		*now = now.Add(time.Hour)
		got := remind()
		says(t, got[a], "visit_tomorrow", tomorrow.ZH(), "3人", "每人付¥18.00", "请带：", "我的券", "取消这张券")
		if len(got) != 1 {
			t.Errorf("others are reminded: %+v", got)
		}
		if texts := shown(t, d, web, 0); len(texts) != 2 { // approved, and tomorrow
			t.Errorf("the web chat shows %v", texts)
		}
		for range 3 {
			*now = now.Add(3 * time.Hour)
			if got := remind(); len(got) > 0 {
				t.Errorf("again: %+v", got)
			}
		}
		*now = tomorrow.Start().Add(9*time.Hour - time.Second)
		if got := remind(); len(got) > 0 {
			t.Errorf("before nine: %+v", got)
		}
		*now = now.Add(time.Second)
		says(t, remind()[a], "visit_tomorrow", tomorrow.Add(1).ZH(), "不用付门票钱")
	})
}

// A day that was shut after the claim sends nobody on the way.
func TestNobodyIsSentToAClosedSpot(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		a := inChat(t, d, "wechat", 1)
		claims(t, d, a, "O1", d.Today().Add(1), 1)
		closeOn(t, d, "O1", d.Today().Add(1))
		news(t, d)
		*now = now.Add(2 * time.Hour)
		must(t, d.RemindVisits(ctx))
		says(t, news(t, d)[a], "visit_tomorrow", "不开放", "不要跑空")
	})
}

// More are reminded than one transaction takes, and a run that is cut off goes on in the next.
func TestRemindersComeInBatches(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		const people = 230
		for i := range people {
			claims(t, d, inChat(t, d, "wechat", i), "O1", d.Today().Add(1), 1)
		}
		*now = now.Add(2 * time.Hour)
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if err := d.RemindVisits(gone); err == nil {
			t.Error("a run that was cut off says nothing")
		}
		must(t, d.RemindVisits(ctx))
		if got := news(t, d); len(got) != people {
			t.Errorf("%d of %d were reminded", len(got), people)
		}
	})
}

func TestHoldsAreWarnedOfOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := chat(t, d, "wechat", "o1"), chat(t, d, "telegram", "77")
		one, two := newPack(t, d, "farm-apeng", "测试菌子", 99), newPack(t, d, "farm-zhongtang", "测试李子", 99)
		both, err := d.PlaceOrder(ctx, a, request("k1", 2, one, two))
		must(t, err)
		order(t, d, a, "k2", 1, one)
		paid := order(t, d, b, "k3", 1, one)
		warn := func() map[int64][]db.Outgoing {
			t.Helper()
			if got := atOnce(20, func(int) error { return d.WarnHolds(ctx) }); got[""] != 20 {
				t.Fatalf("%v", got)
			}
			return news(t, d)
		}
		d.Shift(19*time.Minute + 30*time.Second)
		if got := warn(); len(got) > 0 {
			t.Errorf("too early: %+v", got)
		}
		_, err = pay(d, paid, "p")
		must(t, err)
		news(t, d)
		d.Shift(time.Minute)
		got := warn()
		if len(got) != 1 || len(got[a]) != 2 { // one for each time something was ordered
			t.Fatalf("warned %+v", got)
		}
		says(t, got[a][:1], "hold_ending", "您的2笔订单", "¥40.00", "回复“付款”", both.Orders[0].ExpiresAt.In(models.Zone).Format("15:04"))
		says(t, got[a][1:], "hold_ending", "订单 J", "¥10.00", "还有")
		d.Shift(5 * time.Minute)
		if got := warn(); len(got) > 0 {
			t.Errorf("again: %+v", got)
		}
		d.Shift(10 * time.Minute)
		order(t, d, b, "k4", 1, one)
		d.Shift(models.HoldFor + time.Second)
		if got := warn(); len(got) > 0 {
			t.Errorf("after the end: %+v", got)
		}
	})
}

// Nobody is asked to pay after their payment was booked, however close the two come.
func TestRaceBetweenPayingAndWarning(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, pack := chat(t, d, "wechat", "o1"), newPack(t, d, "farm-apeng", "测试菌子", 999)
		for run := range races {
			var o db.OrderView
			for i := range models.MaxUnpaid {
				o = order(t, d, a, fmt.Sprint(run, "-", i), 1, pack)
			}
			d.Shift(25 * time.Minute)
			got := atOnce(2, func(i int) error {
				if i == 0 {
					return d.WarnHolds(ctx)
				}
				time.Sleep(time.Duration(run) * time.Millisecond / 4)
				_, err := pay(d, o, fmt.Sprint(run))
				return err
			})
			if got[""] != 2 {
				t.Fatalf("run %d: %v", run, got)
			}
			late := count(t, d, fmt.Sprintf(`SELECT COUNT(*) FROM notices WHERE once_key = 'hold:%d'
				AND id > (SELECT MAX(id) FROM notices WHERE kind = 'order_paid' AND link_id = %d)`, o.CheckoutID, a))
			if late != 0 {
				t.Errorf("run %d: asked to pay after it was paid", run)
			}
			must(t, d.CancelAll(ctx))
		}
	})
}

// A parcel that nobody confirmed is booked as received, and its buyer is told.
func TestBuyersAreToldOfReceiptByTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, pack := chat(t, d, "wechat", "o1"), newPack(t, d, "farm-apeng", "测试菌子", 99)
		o := order(t, d, a, "k", 1, pack)
		_, err := pay(d, o, "p")
		must(t, err)
		_, err = d.Ship(ctx, supplier("farm-apeng"), o.No, db.ShipRequest{Carrier: models.OwnDelivery})
		must(t, err)
		news(t, d)
		d.Shift(models.AcceptAfter)
		_, err = d.AutoAccept(ctx)
		must(t, err)
		says(t, news(t, d)[a], "order_accepted", "已满15天", "人工")
	})
}
