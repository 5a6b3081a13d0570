package db_test

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestClaim(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link, day := eligible(t, d, 1), d.Today().Add(5)
		v, err := d.Claim(ctx, link, claimOf("O4", day, 3, "k1"))
		if err != nil {
			t.Fatal(err)
		}
		if v.Voucher.Party != 3 || v.Voucher.PayEach == nil || *v.Voucher.PayEach != 1800 || v.Status != "待使用" {
			t.Errorf("voucher: %+v %s", v.Voucher, v.Status)
		}
		again, err := d.Claim(ctx, link, claimOf("O4", day, 3, "k1"))
		if err != nil || again.Voucher.ID != v.Voucher.ID || again.Token != v.Token {
			t.Errorf("the same key gave another voucher: %v", err)
		}
		_, err = d.Claim(ctx, link, claimOf("O4", day, 1, "k2"))
		wants(t, err, models.ErrDuplicateClaim)
		byToken, err := d.VoucherByToken(ctx, d.VoucherURL(v.Token))
		if err != nil || byToken.Voucher.ID != v.Voucher.ID {
			t.Errorf("by token: %v", err)
		}
		_, err = d.Voucher(ctx, eligible(t, d, 2), v.Voucher.ID)
		wants(t, err, models.ErrNotFound)
		if _, err = d.CancelVoucher(ctx, link, v.Voucher.ID); err != nil {
			t.Fatal(err)
		}
		if _, err = d.CancelVoucher(ctx, link, v.Voucher.ID); err != nil {
			t.Errorf("cancelling twice: %v", err)
		}
		if _, err = d.Claim(ctx, link, claimOf("O4", day, 1, "k3")); err != nil {
			t.Errorf("claim after cancelling: %v", err)
		}
	})
}

func TestClaimLimits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link, day := eligible(t, d, 1), d.Today().Add(1)
		for _, id := range []string{"O1", "O2", "O3"} {
			offer(t, d, id, func(o *models.Offer) { o.PerDay, o.Total, o.MaxParty = intp(2), intp(3), intp(4) })
		}
		claim := func(id string, day models.Day, people int, want string) {
			t.Helper()
			_, err := d.Claim(ctx, link, claimOf(id, day, people, rnd()))
			if got := codeOf(err); got != want {
				t.Errorf("%s %s ×%d: %q, want %q", id, day, people, got, want)
			}
		}
		claim("O1", day, 5, "party_too_large")
		claim("O1", day, 4, "")
		claim("O2", day, 1, "")
		claim("O3", day, 1, "limit_day")
		claim("O3", day.Add(1), 1, "")
		claim("O3", day.Add(2), 1, "limit_total")
		claim("O4", "2021-06-30", 1, "day_past")
		claim("O4", "2022-01-01", 1, "outside_window")
		claim("O4", "2021-12-31", 1, "")
		offer(t, d, "O4", func(o *models.Offer) { o.Paused = true })
		claim("O4", day, 1, "offer_closed")
		_, err := d.Claim(ctx, person(t, d, 2), claimOf("O5", day, 1, rnd()))
		if e := models.Refusal(err); e.Code != "undecided" || len(e.Reasons) < 2 || e.Reasons[0].Clause == "" {
			t.Errorf("undecided: %+v", e)
		}
	})
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return models.Refusal(err).Code
}

func rnd() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func TestRaceClaimPerDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		offers := []string{"O1", "O2", "O3", "O4", "O5"}
		for _, id := range offers {
			offer(t, d, id, func(o *models.Offer) { o.PerDay = intp(1) })
		}
		for run := range races {
			link := eligible(t, d, run)
			got := atOnce(20, func(i int) error {
				_, err := d.Claim(ctx, link, claimOf(offers[i%5], d.Today().Add(1), 1, rnd()))
				return err
			})
			if got[""] != 1 || got["limit_day"]+got["already_claimed"] != 19 {
				t.Fatalf("run %d: %v", run, got)
			}
		}
	})
}

func TestRaceClaimQuota(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		offer(t, d, "O1", func(o *models.Offer) { o.DailyQuota = intp(5) })
		links := make([]int64, 50)
		for i := range links {
			links[i] = eligible(t, d, i)
		}
		for run := range races {
			day := d.Today().Add(1 + run)
			got := atOnce(len(links), func(i int) error {
				_, err := d.Claim(ctx, links[i], claimOf("O1", day, 1, rnd()))
				return err
			})
			if got[""] != 5 || got["quota_full"] != 45 {
				t.Fatalf("run %d: %v", run, got)
			}
		}
		if n := count(t, d, "SELECT COUNT(*) FROM vouchers"); n != 5*races {
			t.Errorf("%d vouchers", n)
		}
	})
}

func TestRaceClaimOneKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for run := range races {
			link, ids := eligible(t, d, run), make([]int64, 20)
			got := atOnce(len(ids), func(i int) error {
				v, err := d.Claim(ctx, link, claimOf("O1", d.Today().Add(1), 1, "one"))
				ids[i] = v.Voucher.ID
				return err
			})
			for _, id := range ids {
				if got[""] != len(ids) || id != ids[0] {
					t.Fatalf("run %d: %v %v", run, got, ids)
				}
			}
		}
	})
}

// TestRaceCancelAndRedeem: whoever is first wins, and the other is told; never both.
func TestRaceCancelAndRedeem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for run := range races {
			link := eligible(t, d, run)
			v, err := d.Claim(ctx, link, claimOf("O1", d.Today(), 1, rnd()))
			if err != nil {
				t.Fatal(err)
			}
			var admitted bool
			got := atOnce(2, func(i int) error {
				if i == 0 {
					_, err := d.CancelVoucher(ctx, link, v.Voucher.ID)
					return err
				}
				a, _, err := d.Redeem(ctx, v.Token, scanAt("chengshi-daxiagu"))
				admitted = a.Verdict == models.VerdictOK
				return err
			})
			cancelled := got["voucher_not_cancellable"] == 0
			if admitted == cancelled {
				t.Fatalf("run %d: admitted %v, cancelled %v", run, admitted, cancelled)
			}
		}
	})
}

func scanAt(spot string) models.Scan {
	return models.Scan{ID: rnd(), SpotID: spot, Gate: "1号口", StaffID: 1}
}

func TestClaimAtTheEdgesOfTheProgramme(t *testing.T) {
	now := time.Date(2021, 12, 31, 15, 59, 59, 0, time.UTC) // 23:59:59 in Chongqing
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = time.Date(2021, 12, 31, 15, 59, 59, 0, time.UTC)
		link := eligible(t, d, 1)
		if _, err := d.Claim(ctx, link, claimOf("O1", "2021-12-31", 1, "last")); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second)
		_, err := d.Claim(ctx, link, claimOf("O2", "2022-01-01", 1, "late"))
		if codeOf(err) != "programme_over" {
			t.Errorf("after midnight: %v", err)
		}
		now = time.Date(2021, 6, 30, 15, 59, 59, 0, time.UTC)
		if _, err := d.Claim(ctx, link, claimOf("O2", "2021-07-01", 1, "early")); codeOf(err) != "not_announced" {
			t.Errorf("the day before, for the first day: %v", err)
		}
		now = time.Date(2021, 7, 11, 15, 59, 59, 0, time.UTC)
		if _, err := d.Claim(ctx, link, claimOf("O2", "2021-07-12", 1, "second")); codeOf(err) != "not_announced" {
			t.Errorf("the second before it is announced: %v", err)
		}
		now = now.Add(time.Second)
		if _, err := d.Claim(ctx, link, claimOf("O2", "2021-07-12", 1, "first")); err != nil {
			t.Errorf("the day it is announced: %v", err)
		}
	}, dbtest.Clock(func() time.Time { return now }))
}

func BenchmarkClaim(b *testing.B) {
	eachBench(b, func(b *testing.B, d *db.DB) {
		links := make([]int64, 100)
		for i := range links {
			links[i] = eligible(b, d, i)
		}
		b.ResetTimer()
		for i := range b.N {
			day := models.Day("2021-07-13").Add(i / 500 % 170)
			if _, err := d.Claim(ctx, links[i%100], claimOf(fmt.Sprintf("O%d", 1+i/100%5), day, 1, rnd())); err != nil && i < 80_000 {
				b.Fatal(err)
			}
		}
	})
}

func eachBench(b *testing.B, run func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { run(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, dbtest.OnPostgres(b)) })
}
