package db_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// pushed is the channels of the tests that write to people.
var pushed = []string{"wechat", "telegram"}

// chat is somebody who writes to us in a platform's chat.
func chat(t testing.TB, d *db.DB, channel, user string) int64 {
	t.Helper()
	l, err := d.LinkFor(ctx, channel, user)
	must(t, err)
	return l.ID
}

// tellOne writes a notice to a session: an officer's answer to what was asked there.
func tellOne(t testing.TB, d *db.DB, link int64, text string) {
	t.Helper()
	must(t, d.Ask(ctx, link, "请问", rnd()))
	open, err := d.OpenMessages(ctx, 0, 100)
	must(t, err)
	must(t, d.Answer(ctx, officer, open[len(open)-1].ID, text))
}

// inChat registers the n-th made-up person in a platform's chat, approved.
func inChat(t testing.TB, d *db.DB, channel string, n int) int64 {
	t.Helper()
	link := chat(t, d, channel, fmt.Sprintf("%s-%d", channel, n))
	must(t, d.Consent(ctx, link, models.ConsentSensitive, models.ConsentSharing))
	s, err := d.Register(ctx, link, db.Registration{Kind: models.ResidentID, Number: newNumber(n), Name: "试验甲"})
	must(t, err)
	must(t, d.DecideCase(ctx, officer, s.Eligibility.ID, true, "", ""))
	drain(t, d)
	return link
}

// also opens the record of a session in another one, by a one-time code.
func also(t testing.TB, d *db.DB, from int64, channel, user string) int64 {
	t.Helper()
	code, err := d.LinkCode(ctx, from)
	must(t, err)
	link := chat(t, d, channel, user)
	must(t, d.Consent(ctx, link, models.ConsentSensitive, models.ConsentSharing))
	_, err = d.BindByCode(ctx, link, code)
	must(t, err)
	return link
}

// drain pushes all that is due, and gives it.
func drain(t testing.TB, d *db.DB) (all []db.Outgoing) {
	t.Helper()
	for {
		some, err := d.TakeNotices(ctx, pushed, 100)
		must(t, err)
		if len(some) == 0 {
			return all
		}
		for _, o := range some {
			must(t, d.EndNotice(ctx, o, models.Delivery{Outcome: models.NoticeTaken}))
		}
		all = append(all, some...)
	}
}

// takeOne takes the one notice that is due.
func takeOne(t testing.TB, d *db.DB) db.Outgoing {
	t.Helper()
	list, err := d.TakeNotices(ctx, pushed, 10)
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d are due, want 1: %+v", len(list), list)
	}
	return list[0]
}

func takeNone(t testing.TB, d *db.DB, when string) {
	t.Helper()
	if list, err := d.TakeNotices(ctx, pushed, 10); err != nil || len(list) != 0 {
		t.Fatalf("%s: %d are due, %v", when, len(list), err)
	}
}

// shown is what a session is shown after what it has seen.
func shown(t testing.TB, d *db.DB, link, after int64) (texts []string) {
	t.Helper()
	list, err := d.NoticesAfter(ctx, link, after, 100)
	must(t, err)
	for _, n := range list {
		texts = append(texts, n.Text)
	}
	return texts
}

// eachClock runs a test on both databases with a clock that stands still until it is moved.
func eachClock(t *testing.T, run func(t *testing.T, d *db.DB, now *time.Time)) {
	now := new(time.Time)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		*now = dbtest.Start
		run(t, d, now)
	}, func(c *db.Config) {
		*now = dbtest.Start
		c.Clock, c.Start = func() time.Time { return *now }, time.Time{}
	})
}

func TestANoticeIsTakenByOneSender(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := chat(t, d, "wechat", "o1")
		for run := range races {
			tellOne(t, d, link, fmt.Sprint("run ", run))
			var mu sync.Mutex
			var taken []db.Outgoing
			atOnce(20, func(int) error {
				list, err := d.TakeNotices(ctx, pushed, 5)
				mu.Lock()
				defer mu.Unlock()
				taken = append(taken, list...)
				return err
			})
			if len(taken) != 1 || taken[0].User != "o1" || !strings.HasSuffix(taken[0].Text, fmt.Sprint("run ", run)) {
				t.Fatalf("run %d: %d senders have it: %+v", run, len(taken), taken)
			}
			must(t, d.EndNotice(ctx, taken[0], models.Delivery{Outcome: models.NoticeTaken}))
			takeNone(t, d, "after it was sent")
		}
	})
}

func TestALeaseEnds(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		tellOne(t, d, chat(t, d, "wechat", "o1"), "在")
		first := takeOne(t, d)
		*now = now.Add(2*time.Minute - time.Second)
		takeNone(t, d, "while it is held")
		*now = now.Add(2 * time.Second)
		second := takeOne(t, d)
		// The sender that was too slow changes nothing any more.
		must(t, d.EndNotice(ctx, first, models.Delivery{Outcome: models.NoticeFailed, Why: "late"}))
		takeNone(t, d, "after the slow one gave up")
		must(t, d.EndNotice(ctx, second, models.Delivery{Outcome: models.NoticeTaken}))
		*now = now.Add(24 * time.Hour)
		takeNone(t, d, "after it was sent")
	})
}

func TestAFailedPushIsTriedAgainAndThenGivenUp(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		link := chat(t, d, "telegram", "77")
		tellOne(t, d, link, "拨19900000123问问")
		var waited []time.Duration
		for try := 1; try <= models.NoticeTries; try++ {
			since := *now
			for try > 1 {
				list, err := d.TakeNotices(ctx, pushed, 10)
				must(t, err)
				if len(list) == 1 {
					must(t, d.EndNotice(ctx, list[0], fault("dial tcp: https://api.telegram.org/bot1:SECRET/sendMessage down")))
					break
				}
				*now = now.Add(10 * time.Second)
			}
			if try == 1 {
				must(t, d.EndNotice(ctx, takeOne(t, d), fault("x")))
			}
			waited = append(waited, now.Sub(since))
		}
		want := []time.Duration{0, 10 * time.Second, 40 * time.Second, 160 * time.Second, 640 * time.Second, 2560 * time.Second, 10240 * time.Second, 6 * time.Hour}
		if !slices.Equal(waited, want) {
			t.Errorf("waited %v, want %v", waited, want)
		}
		*now = now.Add(48 * time.Hour)
		takeNone(t, d, "given up")
		dead, err := d.DeadNotices(ctx, 0, 10)
		must(t, err)
		if len(dead) != 1 || dead[0].Tries != models.NoticeTries || dead[0].Who != "访客" || dead[0].Channel != "telegram" || dead[0].Gone ||
			strings.Contains(dead[0].Why, "SECRET") || !strings.Contains(dead[0].Text, "199****0123") {
			t.Fatalf("dead: %+v", dead)
		}
		if got := shown(t, d, link, 0); len(got) != 1 {
			t.Errorf("who writes again is shown %v", got)
		}
		wants(t, d.ResendNotice(ctx, officer, dead[0].ID), models.ErrStale)
	})
}

func fault(why string) models.Delivery {
	return models.Delivery{Outcome: models.NoticeFailed, Why: why}
}

func TestAPlatformsWishIsObeyed(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		tellOne(t, d, chat(t, d, "telegram", "77"), "在")
		must(t, d.EndNotice(ctx, takeOne(t, d), models.Delivery{Outcome: models.NoticeFailed, After: time.Hour}))
		*now = now.Add(59 * time.Minute)
		takeNone(t, d, "left alone")
		*now = now.Add(time.Minute)
		takeOne(t, d)
	})
}

func TestWhatMayNotBePushedWaitsForTheNextMessage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := chat(t, d, "wechat", "o1")
		tellOne(t, d, link, "甲")
		must(t, d.EndNotice(ctx, takeOne(t, d), models.Delivery{Outcome: models.NoticeKept}))
		takeNone(t, d, "kept")
		tellOne(t, d, link, "乙")
		held := takeOne(t, d) // on its way at this moment: the message does not show it too
		if got := shown(t, d, link, 0); len(got) != 1 || !strings.HasSuffix(got[0], "甲") {
			t.Errorf("shown %v", got)
		}
		must(t, d.EndNotice(ctx, held, models.Delivery{Outcome: models.NoticeTaken}))
		for range 2 { // what was pushed is never shown again; what was shown stays readable in its place
			if got := shown(t, d, link, 0); len(got) != 1 || !strings.HasSuffix(got[0], "甲") {
				t.Errorf("later shown %v", got)
			}
		}
		c, err := d.NoticeCounts(ctx)
		if err != nil || c != (db.NoticeCounts{}) {
			t.Errorf("%+v %v", c, err)
		}
	})
}

// Twenty messages of one person at the same moment show a waiting notice once.
func TestRaceToShowANotice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := chat(t, d, "wechat", "o1")
		for run := range races {
			tellOne(t, d, link, fmt.Sprint("run ", run))
			var mu sync.Mutex
			var times, sent int
			latest := int64(1 << 40) // as who has seen everything: what waits is all there is
			atOnce(20, func(i int) error {
				var n int
				if i%2 == 0 {
					list, err := d.TakeNotices(ctx, pushed, 5)
					must(t, err)
					for _, o := range list {
						must(t, d.EndNotice(ctx, o, models.Delivery{Outcome: models.NoticeTaken}))
					}
					mu.Lock()
					sent += len(list)
					mu.Unlock()
					return nil
				}
				list, err := d.NoticesAfter(ctx, link, latest, 10)
				n = len(list)
				mu.Lock()
				times += n
				mu.Unlock()
				return err
			})
			if times+sent != 1 {
				t.Fatalf("run %d: shown %d times and pushed %d", run, times, sent)
			}
		}
	})
}

func TestWhoIsGoneIsToldInAnotherChat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one := inChat(t, d, "wechat", 1)
		two := also(t, d, one, "telegram", "77")
		tellOne(t, d, one, "甲")
		o := takeOne(t, d)
		must(t, d.EndNotice(ctx, o, models.Delivery{Outcome: models.NoticeGone}))
		o = takeOne(t, d)
		if o.LinkID != two || o.Channel != "telegram" || o.User != "77" {
			t.Fatalf("goes to %+v", o)
		}
		must(t, d.EndNotice(ctx, o, models.Delivery{Outcome: models.NoticeGone}))
		takeNone(t, d, "gone everywhere")
		dead, err := d.DeadNotices(ctx, 0, 10)
		must(t, err)
		if len(dead) != 1 || dead[0].Why != models.WhyGone || !dead[0].Gone || dead[0].Who != "试**" {
			t.Fatalf("dead: %+v", dead)
		}
		tellOne(t, d, two, "乙") // nobody is tried who is gone; the officers know at once
		takeNone(t, d, "still gone")
		if c, _ := d.NoticeCounts(ctx); c != (db.NoticeCounts{Dead: 2}) {
			t.Errorf("%+v", c)
		}
		chat(t, d, "telegram", "77") // back again
		if got := shown(t, d, two, 0); len(got) != 2 {
			t.Errorf("back again: %v", got)
		}
	})
}

func TestSupplierNoticesReachEveryChat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		account := accountOf(t, d, "farm-apeng")
		chats := []int64{chat(t, d, "wechat", "s1"), chat(t, d, "telegram", "s2")}
		for _, link := range chats {
			code, err := d.StaffCode(ctx, account)
			must(t, err)
			_, err = d.BindByCode(ctx, link, code)
			must(t, err)
		}
		link, pack := inChat(t, d, "wechat", 1), newPack(t, d, "farm-apeng", "测试菌子", 9)
		drain(t, d)
		o := order(t, d, link, "k", 1, pack)
		told := func(kind string, buyers, suppliers int) {
			t.Helper()
			var b, s int
			for _, o := range drain(t, d) {
				if o.Kind != kind {
					t.Errorf("also %s: %s", o.Kind, o.Text)
				} else if o.LinkID == link {
					b++
				} else {
					s++
				}
			}
			if b != buyers || s != suppliers {
				t.Errorf("%s: %d buyers and %d of the supplier's were told, want %d and %d", kind, b, s, buyers, suppliers)
			}
		}
		told("order_placed", 0, 2)
		_, err := pay(d, o, "p1")
		must(t, err)
		told("order_paid", 1, 2)
		_, err = d.CancelOrder(ctx, link, o.No)
		must(t, err)
		told("order_cancelled", 1, 2)
		due, err := d.DueRefunds(ctx, 10)
		must(t, err)
		must(t, d.RefundTried(ctx, due[0].ID, d.Now(), true))
		told("refund_failed", 1, 0)
		must(t, d.RetryRefund(ctx, officer, due[0].ID))
		must(t, d.RefundTried(ctx, due[0].ID, d.Now(), true))
		told("refund_failed", 0, 0) // known
		must(t, d.RefundDone(ctx, due[0].ID))
		told("refund_done", 1, 2)
		if page, err := d.SupplierNotices(ctx, "farm-apeng", 100); err != nil || page[0].Kind != "refund_done" {
			t.Errorf("the page: %+v %v", page, err)
		}
	})
}

// Who is found in one chat by all of their sessions is told there once.
func TestEligibilityIsToldOnceInAChat(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		web := person(t, d, 1)
		*now = now.Add(2 * time.Hour)
		wechat := also(t, d, web, "wechat", "o1")
		s, err := d.Standing(ctx, wechat)
		must(t, err)
		must(t, d.DecideCase(ctx, officer, s.Eligibility.ID, true, "", ""))
		if all := drain(t, d); len(all) != 1 || all[0].Kind != "eligibility_decided" {
			t.Errorf("pushed %+v", all)
		}
	})
}
