package db_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// claimed gives a voucher of an eligible person for today.
func claimed(t testing.TB, d *db.DB, n int, offerID string, people int) db.VoucherView {
	t.Helper()
	v, err := d.Claim(ctx, eligible(t, d, n), claimOf(offerID, d.Today(), people, rnd()))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func redeem(t testing.TB, d *db.DB, code string, s models.Scan) (models.Answer, bool) {
	t.Helper()
	a, replayed, err := d.Redeem(ctx, code, s)
	if err != nil {
		t.Fatal(err)
	}
	return a, replayed
}

func TestRedeem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := claimed(t, d, 1, "O4", 3)
		wrong, _ := redeem(t, d, v.Token, scanAt("shisanzhai"))
		if wrong.Verdict != models.VerdictRefused || wrong.Reason != "wrong_spot" {
			t.Errorf("elsewhere: %+v", wrong)
		}
		s := scanAt("zhuoshui")
		first, replayed := redeem(t, d, d.VoucherURL(v.Token), s)
		if first.Verdict != models.VerdictOK || first.Admitted != 3 || first.CollectFen != 5400 || replayed {
			t.Fatalf("first: %+v", first)
		}
		again, replayed := redeem(t, d, v.Token, s)
		if !replayed || again != first {
			t.Errorf("the same scan id: %v\n%+v\n%+v", replayed, again, first)
		}
		second, _ := redeem(t, d, v.Token, scanAt("zhuoshui"))
		if second.Reason != "already_used" || second.FirstUse == nil || second.FirstUse.Gate != "1号口" {
			t.Errorf("second: %+v", second)
		}
		for code, reason := range map[string]string{"": "invalid", "abc": "invalid", forged(v.Token): "bad_signature", "\x00\x1b[31m" + v.Token: "invalid"} {
			if a, _ := redeem(t, d, code, scanAt("zhuoshui")); a.Verdict != models.VerdictRefused || a.Reason != reason {
				t.Errorf("%q: %+v", code, a)
			}
		}
		if n := count(t, d, "SELECT COUNT(*) FROM redemptions WHERE verdict = 'refused'"); n != 6 {
			t.Errorf("%d refusals kept, want 6", n)
		}
		c, err := d.GateToday(ctx, "zhuoshui")
		if err != nil || c.Claimed != 3 || c.Admitted != 3 || c.Refused != 5 || len(c.Last) != 6 {
			t.Errorf("today: %+v %v", c, err)
		}
	})
}

// forged changes the party in a signed token.
func forged(token string) string {
	b := []byte(token)
	if b[17]++; b[17] > 'Z' {
		b[17] = 'A'
	}
	return string(b)
}

func TestRedeemInParts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := claimed(t, d, 1, "O1", 7)
		part := func(people int) models.Answer {
			s := scanAt("chengshi-daxiagu")
			s.People = people
			a, _ := redeem(t, d, v.Token, s)
			return a
		}
		if a := part(4); a.Verdict != models.VerdictPartial || a.Left != 3 {
			t.Errorf("four: %+v", a)
		}
		if a := part(4); a.Verdict != models.VerdictRefused || a.Reason != "too_many_people" {
			t.Errorf("four more: %+v", a)
		}
		if a := part(3); a.Verdict != models.VerdictOK || a.Left != 0 {
			t.Errorf("three: %+v", a)
		}
	})
}

func TestRedeemByNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		claimed(t, d, 7, "O1", 1)
		a, _, err := d.RedeemByNumber(ctx, " "+newNumber(7)[:6]+" "+newNumber(7)[6:], scanAt("chengshi-daxiagu"))
		if err != nil || a.Verdict != models.VerdictOK {
			t.Fatalf("%+v %v", a, err)
		}
		if a, _, _ = d.RedeemByNumber(ctx, newNumber(8), scanAt("chengshi-daxiagu")); a.Reason != "invalid" {
			t.Errorf("a stranger: %+v", a)
		}
	})
}

func TestUndoScan(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = dbtest.Start
		v, s := claimed(t, d, 1, "O1", 2), scanAt("chengshi-daxiagu")
		by := accountOf(t, d, "gate-daxiagu")
		s.StaffID = by.ID
		redeem(t, d, v.Token, s)
		wants(t, d.UndoScan(ctx, models.Account{ID: by.ID + 1}, s.ID), models.ErrUndoLate)
		if err := d.UndoScan(ctx, by, s.ID); err != nil {
			t.Fatal(err)
		}
		if err := d.UndoScan(ctx, by, s.ID); err != nil {
			t.Errorf("twice: %v", err)
		}
		s2 := scanAt("chengshi-daxiagu")
		s2.StaffID = by.ID
		if a, _ := redeem(t, d, v.Token, s2); a.Verdict != models.VerdictOK || a.Admitted != 2 {
			t.Errorf("after undo: %+v", a)
		}
		now = now.Add(16 * time.Minute)
		wants(t, d.UndoScan(ctx, by, s2.ID), models.ErrUndoLate)
		wants(t, d.UndoScan(ctx, by, "no such scan"), models.ErrNotFound)
	}, dbtest.Clock(func() time.Time { return now }))
}

func TestRedeemOnItsDayOnly(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = time.Date(2021, 7, 12, 15, 59, 59, 0, time.UTC)
		v, err := d.Claim(ctx, eligible(t, d, 1), claimOf("O1", "2021-07-13", 1, "k"))
		if err != nil {
			t.Fatal(err)
		}
		reason := func() string { a, _ := redeem(t, d, v.Token, scanAt("chengshi-daxiagu")); return a.Reason }
		if got := reason(); got != "not_yet" {
			t.Errorf("a second before midnight: %s", got)
		}
		late := scanAt("chengshi-daxiagu")
		late.At = now.Add(time.Hour)
		if a, _ := redeem(t, d, v.Token, late); a.Reason != "clock_suspect" {
			t.Errorf("a gate an hour ahead: %+v", a)
		}
		now = time.Date(2021, 7, 13, 16, 0, 0, 0, time.UTC)
		if got := reason(); got != "expired" {
			t.Errorf("the day after: %s", got)
		}
		now = time.Date(2021, 7, 13, 15, 59, 59, 0, time.UTC)
		if got := reason(); got != "admitted" {
			t.Errorf("in the last second: %s", got)
		}
	}, dbtest.Clock(func() time.Time { return now }))
}

func TestRaceRedeemAtThirtyGates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for run := range races {
			v := claimed(t, d, run, "O1", 1)
			var in, used atomic.Int32
			got := atOnce(30, func(int) error {
				a, _, err := d.Redeem(ctx, v.Token, scanAt("chengshi-daxiagu"))
				in.Add(int32(a.Admitted))
				if a.Reason == "already_used" {
					used.Add(1)
				}
				return err
			})
			if got[""] != 30 || in.Load() != 1 || used.Load() != 29 {
				t.Fatalf("run %d: %v, admitted %d, told used %d", run, got, in.Load(), used.Load())
			}
		}
	})
}

func TestRaceOneScanThirtyTimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for run := range races {
			v, s := claimed(t, d, run, "O1", 2), scanAt("chengshi-daxiagu")
			var replays, in atomic.Int32
			got := atOnce(30, func(i int) error {
				code := v.Token
				if run%2 == 1 {
					code = "not a code of ours" // no voucher's row to wait on
				}
				a, replayed, err := d.Redeem(ctx, code, s)
				if replayed {
					replays.Add(1)
				} else {
					in.Add(int32(a.Admitted))
				}
				return err
			})
			if got[""] != 30 || replays.Load() != 29 || in.Load() != int32(2*(1-run%2)) {
				t.Fatalf("run %d: %v, replays %d, admitted %d", run, got, replays.Load(), in.Load())
			}
		}
	})
}

func TestRaceRedeemParty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for run := range races {
			v := claimed(t, d, run, "O1", 7)
			var in atomic.Int32
			atOnce(20, func(int) error {
				s := scanAt("chengshi-daxiagu")
				s.People = 2
				a, _, err := d.Redeem(ctx, v.Token, s)
				in.Add(int32(a.Admitted))
				return err
			})
			if in.Load() != 6 {
				t.Fatalf("run %d: %d of 7 in pairs", run, in.Load())
			}
		}
	})
}

func BenchmarkRedeem(b *testing.B) {
	eachBench(b, func(b *testing.B, d *db.DB) {
		link, day := eligible(b, d, 1), d.Today()
		v, err := d.Claim(ctx, link, claimOf("O1", day, 20, rnd()))
		if err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		for range b.N {
			// Every scan writes its record; the first admits, and the rest take the same path to a refusal.
			if _, _, err := d.Redeem(ctx, v.Token, scanAt("chengshi-daxiagu")); err != nil {
				b.Fatal(err)
			}
		}
	})
}
