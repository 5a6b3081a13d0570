package db_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestOfficersSendAgain(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		link := chat(t, d, "wechat", "o1")
		tellOne(t, d, link, "甲")
		for range models.NoticeTries {
			must(t, d.EndNotice(ctx, takeOne(t, d), fault("wechat: 45009")))
			*now = now.Add(7 * time.Hour)
		}
		dead, err := d.DeadNotices(ctx, 0, 10)
		must(t, err)
		id := dead[0].ID
		wants(t, d.ResendNotice(ctx, gate, id), models.ErrForbidden)
		wants(t, d.ResendNotice(ctx, officer, 1<<40), models.ErrNotFound)
		got := atOnce(20, func(int) error { return d.ResendNotice(ctx, officer, id) })
		if got[""] != 1 || got["stale"] != 19 {
			t.Fatalf("sent again: %v", got)
		}
		if n := count(t, d, "SELECT COUNT(*) FROM audit WHERE act = 'notice.resend'"); n != 1 {
			t.Errorf("%d entries", n)
		}
		if c, _ := d.NoticeCounts(ctx); c != (db.NoticeCounts{Due: 1}) {
			t.Errorf("%+v", c)
		}
		must(t, d.EndNotice(ctx, takeOne(t, d), fault("again"))) // with all of its tries
		if c, _ := d.NoticeCounts(ctx); c != (db.NoticeCounts{Due: 1}) {
			t.Errorf("after one more failure: %+v", c)
		}
		must(t, d.LinkGone(ctx, link))
		dead, err = d.DeadNotices(ctx, 0, 10)
		must(t, err)
		must(t, d.ResendNotice(ctx, officer, dead[0].ID))
		takeNone(t, d, "who is gone is not tried")
		if c, _ := d.NoticeCounts(ctx); c != (db.NoticeCounts{Waiting: 1}) {
			t.Errorf("waits for the next message: %+v", c)
		}
	})
}

// One that nobody can open, or that ends every sender that takes it, stands in nobody's way.
func TestALostNoticeStopsNoOther(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		bad, killer, good := chat(t, d, "wechat", "o1"), chat(t, d, "wechat", "o2"), chat(t, d, "wechat", "o3")
		tellOne(t, d, bad, "甲")
		tellOne(t, d, killer, "乙")
		_, err := d.SQL().Exec(fmt.Sprintf("UPDATE notices SET text_sealed = substr(text_sealed, 1, 20) WHERE link_id = %d", bad))
		must(t, err)
		_, err = d.SQL().Exec(fmt.Sprintf("UPDATE notices SET tries = %d WHERE link_id = %d", models.NoticeTries, killer))
		must(t, err)
		tellOne(t, d, good, "丙")
		if o := takeOne(t, d); o.LinkID != good {
			t.Errorf("took %+v", o)
		}
		*now = now.Add(time.Hour)
		dead, err := d.DeadNotices(ctx, 0, 10)
		must(t, err)
		if len(dead) != 2 || dead[0].Why != models.WhySealed || dead[0].Text != "" || dead[1].Why != models.WhyUnheard {
			t.Errorf("dead: %+v", dead)
		}
	})
}

func TestGrantsAreSpentOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := chat(t, d, "wechat", "o1")
		for run := range races {
			must(t, d.Grant(ctx, link, "message", 5, time.Now().Add(time.Hour), false))
			var mu sync.Mutex
			spent := 0
			got := atOnce(50, func(int) error {
				_, ok, err := d.Spend(ctx, link, "menu", "message")
				mu.Lock()
				defer mu.Unlock()
				if ok {
					spent++
				}
				return err
			})
			if spent != 5 || got[""] != 50 {
				t.Fatalf("run %d: %d of 5 spent: %v", run, spent, got)
			}
		}
		must(t, d.Grant(ctx, link, "message", 2, time.Now().Add(time.Hour), false))
		must(t, d.Grant(ctx, link, "message", 3, time.Now().Add(time.Hour), true))
		must(t, d.Void(ctx, link, "menu"))
		if kind, ok, err := d.Spend(ctx, link, "menu", "message"); kind != "message" || !ok || err != nil {
			t.Errorf("%q %v %v", kind, ok, err)
		}
		if n := count(t, d, "SELECT n FROM push_credits"); n != 4 {
			t.Errorf("%d left of 2 and 3 less 1", n)
		}
		// Voided while many spend: nothing is left after it, and nothing goes below.
		atOnce(20, func(i int) error {
			if i == 7 {
				return d.Void(ctx, link, "message")
			}
			_, _, err := d.Spend(ctx, link, "message")
			return err
		})
		if _, ok, _ := d.Spend(ctx, link, "message"); ok {
			t.Error("spent after it was voided")
		}
		must(t, d.Grant(ctx, link, "message", 1, time.Now().Add(-time.Second), false))
		if _, ok, _ := d.Spend(ctx, link, "message"); ok {
			t.Error("spent after its time")
		}
		must(t, d.Grant(ctx, link, "message", 1, time.Now().Add(time.Hour), true))
		if n := count(t, d, "SELECT n FROM push_credits"); n != 1 {
			t.Errorf("a lapsed one was added to: %d", n)
		}
	})
}
