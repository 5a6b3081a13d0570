package db_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestTalk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := visitor(t, d, "a")
		state, version, err := d.Talk(ctx, link)
		if err != nil || state != nil || version != 0 {
			t.Fatalf("%q %d %v", state, version, err)
		}
		must(t, d.SaveTalk(ctx, link, []byte("问号码"), 0))
		wants(t, d.SaveTalk(ctx, link, []byte("别的"), 0), models.ErrStale)
		must(t, d.SaveTalk(ctx, link, []byte("问姓名"), 1))
		wants(t, d.SaveTalk(ctx, link, []byte("别的"), 1), models.ErrStale)
		if state, version, err = d.Talk(ctx, link); err != nil || string(state) != "问姓名" || version != 2 {
			t.Errorf("%q %d %v", state, version, err)
		}
	})
}

func TestRaceOneMessage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for run := range races {
			link, id := visitor(t, d, "a"), rnd()
			var mine atomic.Int32
			got := atOnce(20, func(int) error {
				_, done, err := d.BeginMessage(ctx, link, id)
				if err == nil && !done {
					mine.Add(1)
				}
				return err
			})
			if mine.Load() != 1 || got["unavailable"] != 19 {
				t.Fatalf("run %d: %d took it up, %v", run, mine.Load(), got)
			}
			must(t, d.EndMessage(ctx, link, id, []byte("答")))
			answer, done, err := d.BeginMessage(ctx, link, id)
			if err != nil || !done || string(answer) != "答" {
				t.Fatalf("%q %v %v", answer, done, err)
			}
		}
	})
}

func TestMessageLostWithItsProcess(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := visitor(t, d, "a")
		_, _, err := d.BeginMessage(ctx, link, "m")
		must(t, err)
		now = now.Add(31 * time.Second)
		if _, done, err := d.BeginMessage(ctx, link, "m"); err != nil || done {
			t.Errorf("not taken up again: %v %v", done, err)
		}
		must(t, d.EndMessage(ctx, link, "m", []byte("答")))
		now = now.Add(25 * time.Hour)
		must(t, d.Forget(ctx))
		if answer, done, err := d.BeginMessage(ctx, link, "m"); err != nil || !done || string(answer) != "[]" {
			t.Errorf("a message of yesterday again: %q %v %v, want it known and nothing said", answer, done, err)
		}
		now = now.Add(31 * 24 * time.Hour)
		must(t, d.Forget(ctx))
		if n := count(t, d, "SELECT COUNT(*) FROM chat_messages"); n != 0 {
			t.Errorf("%d messages left", n)
		}
	}, dbtest.Clock(func() time.Time { return now }))
}

func TestRequests(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, replay, err := d.BeginRequest(ctx, "link:1", "POST /x", "k", "body")
		if err != nil || replay {
			t.Fatal(replay, err)
		}
		_, _, err = d.BeginRequest(ctx, "link:1", "POST /x", "k", "body")
		wants(t, err, models.ErrUnavailable) // still being answered
		must(t, d.EndRequest(ctx, "link:1", "POST /x", "k", 201, []byte("{}")))
		a, replay, err := d.BeginRequest(ctx, "link:1", "POST /x", "k", "body")
		if err != nil || !replay || a.Status != 201 || string(a.Body) != "{}" {
			t.Errorf("%+v %v %v", a, replay, err)
		}
		_, _, err = d.BeginRequest(ctx, "link:1", "POST /x", "k", "other")
		wants(t, err, models.ErrKeyReused)
		for _, other := range [][2]string{{"link:2", "POST /x"}, {"link:1", "POST /y"}} {
			if _, replay, err := d.BeginRequest(ctx, other[0], other[1], "k", "other"); err != nil || replay {
				t.Errorf("%v met another's key: %v %v", other, replay, err)
			}
		}
		must(t, d.DropRequest(ctx, "link:2", "POST /x", "k"))
		if _, replay, err = d.BeginRequest(ctx, "link:2", "POST /x", "k", "body"); err != nil || replay {
			t.Error(replay, err)
		}
	})
}

func TestAskAndAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := visitor(t, d, "a")
		wants(t, d.Ask(ctx, link, "  ", "k"), models.ErrMessageEmpty)
		wants(t, d.Ask(ctx, link, strings.Repeat("长", 1001), "k"), models.ErrMessageEmpty)
		wants(t, d.Ask(ctx, link, "能领吗？", ""), models.ErrInvalid)
		for range 2 { // the same key leaves one message and one entry
			must(t, d.Ask(ctx, link, "我的号码是"+newNumber(1)+",能领吗?", "k"))
		}
		if n := count(t, d, "SELECT COUNT(*) FROM audit WHERE act = 'message.ask'"); n != 1 {
			t.Errorf("%d entries of one message", n)
		}
		open, err := d.OpenMessages(ctx, 0, 10)
		must(t, err)
		if len(open) != 1 || strings.Contains(open[0].Text, newNumber(1)) || open[0].Who != "访客" {
			t.Fatalf("%+v", open)
		}
		must(t, d.Answer(ctx, officer, open[0].ID, "能领。"))
		wants(t, d.Answer(ctx, officer, open[0].ID, "再答"), models.ErrCaseClosed)
		told, err := d.NoticesAfter(ctx, link, 0, 10)
		must(t, err)
		if len(told) != 1 || !strings.Contains(told[0].Text, "能领。") {
			t.Errorf("%+v", told)
		}
		if n := count(t, d, "SELECT COUNT(*) FROM notices WHERE state = 'pending'"); n != 0 {
			t.Errorf("%d notices still pending", n)
		}
	})
}

func TestSignIn(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		staff, err := db.DemoAccounts()
		must(t, err)
		token, a, err := d.SignIn(ctx, " "+strings.ToUpper(staff[0].Login), staff[0].Password)
		must(t, err)
		if got, err := d.AccountBySession(ctx, token); err != nil || got.ID != a.ID {
			t.Fatalf("%v", err)
		}
		_, _, err = d.SignIn(ctx, "nobody", "whatever it is")
		wants(t, err, models.ErrWrongPassword)
		for range models.MaxFailed {
			_, _, err = d.SignIn(ctx, staff[0].Login, "wrong password")
			wants(t, err, models.ErrWrongPassword)
		}
		_, _, err = d.SignIn(ctx, staff[0].Login, staff[0].Password)
		wants(t, err, models.ErrLocked)
		now = now.Add(models.LockFor + time.Second)
		_, _, err = d.SignIn(ctx, staff[0].Login, staff[0].Password)
		must(t, err)
		must(t, d.SetPassword(ctx, "account:1", staff[0].Login, "a new long password"))
		_, err = d.AccountBySession(ctx, token)
		wants(t, err, models.ErrUnsigned)
		token, _, err = d.SignIn(ctx, staff[0].Login, "a new long password")
		must(t, err)
		now = now.Add(models.SessionFor + time.Second)
		_, err = d.AccountBySession(ctx, token)
		wants(t, err, models.ErrUnsigned)
		_, err = d.AddAccount(ctx, "account:1", db.NewAccount{Login: staff[0].Login, Name: "又一个", Password: "long enough password", Role: models.RoleOfficer})
		wants(t, err, models.ErrLoginTaken)
		_, err = d.AddAccount(ctx, "account:1", db.NewAccount{Login: "x", Name: "短", Password: "short", Role: models.RoleOfficer})
		wants(t, err, models.ErrWeakPassword)
	}, dbtest.Clock(func() time.Time { return now }))
}
