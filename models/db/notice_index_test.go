package db_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// few are tables that stay short: what a programme is made of, codes that live for ten minutes, and counts that are bounded.
var few = map[string]bool{"programmes": true, "spots": true, "offers": true, "staff_codes": true, "link_codes": true, "link_tries": true, "CONSTANT": true, "w": true, "x": true}

// Every look-up of chats, links and notices goes by an index: a run through their verbs is explained, statement by statement.
func TestEveryLookUpOfAChatHasAnIndex(t *testing.T) {
	now := dbtest.Start
	d := dbtest.SQLite(t, dbtest.Clock(func() time.Time { return now }))
	a := inChat(t, d, "wechat", 1)
	sql := d.CollectSQL()
	b := also(t, d, a, "telegram", "b")
	tomorrow := d.Today().Add(1)
	claims(t, d, a, "O1", tomorrow, 1)
	order(t, d, a, "o", 1, newPack(t, d, "farm-apeng", "测试菌子", 50))
	code, err := d.StaffCode(ctx, supplier("farm-apeng"))
	must(t, err)
	_, err = d.BindByCode(ctx, chat(t, d, "wechat", "s"), code)
	must(t, err)
	_, err = d.StaffLinks(ctx, supplier("farm-apeng").ID)
	must(t, err)
	now = now.Add(models.HoldFor - time.Minute)
	must(t, d.WarnHolds(ctx))
	now = now.Add(time.Hour)
	must(t, d.RemindVisits(ctx))
	closeOn(t, d, "O1", tomorrow)
	offer(t, d, "O1", func(o *models.Offer) { o.Blackout = []models.Day{"2021-08-01"} })
	tellOne(t, d, a, "有")
	due, err := d.TakeNotices(ctx, pushed, 10)
	must(t, err)
	must(t, d.EndNotice(ctx, due[0], models.Delivery{Outcome: models.NoticeGone}))
	shown(t, d, b, 0)
	_, err = d.DeadNotices(ctx, 0, 10)
	must(t, err)
	_, err = d.NoticeCounts(ctx)
	must(t, err)
	must(t, d.Grant(ctx, b, "message", 1, now.Add(time.Hour), false))
	_, _, err = d.Spend(ctx, b, "menu", "message")
	must(t, err)
	must(t, d.Void(ctx, b, "message"))
	keepAndOpen(t, d, b, now)
	_, err = d.Leave(ctx, b)
	must(t, err)
	for _, s := range *sql {
		plan := explain(t, d, s)
		for line := range strings.Lines(plan) {
			m := whole.FindStringSubmatch(line)
			// Two partial indexes hold only what waits to be pushed and what was given up.
			if m != nil && !few[m[1]] && !strings.Contains(line, "notices_due") && !strings.Contains(line, "notices_dead") {
				t.Errorf("%s is read whole:\n%s\n%s", m[1], s, plan)
			}
		}
	}
	if len(*sql) < 100 {
		t.Errorf("only %d statements were looked at", len(*sql))
	}
}

// keepAndOpen keeps a value, leads, and opens a page by a ticket.
func keepAndOpen(t *testing.T, d *db.DB, link int64, now time.Time) {
	t.Helper()
	_, err := d.Renew(ctx, "k", "", func(context.Context) (string, time.Time, error) { return "v", now.Add(time.Hour), nil })
	must(t, err)
	_, err = d.Lead(ctx, "l", "me", now.Add(time.Minute))
	must(t, err)
	ticket, err := d.PageTicket(ctx, link, "/shop")
	must(t, err)
	_, _, err = d.UseTicket(ctx, ticket)
	must(t, err)
}
