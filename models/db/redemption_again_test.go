package db_test

import (
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// A gate whose ids repeat must not see one voucher's green for another's.
func TestAScanIDIsOneVouchers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first, other := claimed(t, d, 1, "O4", 2), claimed(t, d, 2, "O4", 1)
		s := scanAt("zhuoshui")
		s.People = 1
		was, _ := redeem(t, d, first.Token, s)
		for name, try := range map[string]func() (models.Answer, bool, error){
			"another voucher":  func() (models.Answer, bool, error) { return d.Redeem(ctx, other.Token, s) },
			"no voucher":       func() (models.Answer, bool, error) { return d.Redeem(ctx, "AAAA", s) },
			"another's number": func() (models.Answer, bool, error) { return d.RedeemByNumber(ctx, newNumber(2), s) },
			"its own number":   func() (models.Answer, bool, error) { return d.RedeemByNumber(ctx, newNumber(1), s) },
			"another spot": func() (models.Answer, bool, error) {
				there := s
				there.SpotID = "ailisi"
				return d.Redeem(ctx, first.Token, there)
			},
		} {
			if a, replayed, err := try(); name != "its own number" {
				wants(t, err, models.ErrKeyReused)
				if replayed || a.Admitted != 0 {
					t.Errorf("%s: %v %+v", name, replayed, a)
				}
			} else if err != nil || !replayed || a != was {
				t.Errorf("%s: %v %+v %v", name, replayed, a, err)
			}
		}
		if n := count(t, d, "SELECT SUM(admitted) FROM vouchers"); n != 1 {
			t.Errorf("%d people admitted, want 1", n)
		}
	})
}

// Asked by number again, the person may hold a better voucher by now; the answer stays that of the first time.
func TestAScanByNumberIsOnePersons(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := eligible(t, d, 1)
		day := d.Today()
		for _, at := range []models.Day{day, day.Add(1)} {
			_, err := d.Claim(ctx, link, claimOf("O4", at, 1, rnd()))
			must(t, err)
		}
		s := scanAt("zhuoshui")
		was, _, err := d.RedeemByNumber(ctx, newNumber(1), s)
		must(t, err)
		s.At = d.Now().Add(24 * time.Hour) // the other voucher fits best at that time
		again, replayed, err := d.RedeemByNumber(ctx, newNumber(1), s)
		if err != nil || !replayed || again != was {
			t.Errorf("%v %+v %v", replayed, again, err)
		}
	})
}

// After an undo nobody is counted for the scan: its green must not come back.
func TestAnUndoneScanIsNotGreenAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := claimed(t, d, 1, "O4", 3)
		s := scanAt("zhuoshui")
		s.People, s.StaffID = 2, gate.ID
		redeem(t, d, v.Token, s)
		must(t, d.UndoScan(ctx, gate, s.ID))
		a, replayed := redeem(t, d, v.Token, s)
		if !replayed || a.Verdict != models.VerdictRefused || a.Reason != "undone" || a.Admitted != 0 || a.CollectFen != 0 || a.Left != 3 {
			t.Errorf("%v %+v", replayed, a)
		}
		fresh, _ := redeem(t, d, v.Token, scanAt("zhuoshui"))
		if fresh.Admitted != 3 {
			t.Errorf("by a new scan: %+v", fresh)
		}
	})
}

// Years away the difference of two times overflows.
func TestAScanOfAnotherAgeIsTheClocksFault(t *testing.T) {
	d := dbtest.SQLite(t)
	v := claimed(t, d, 1, "O4", 1)
	for _, year := range []int{0, 1, 1500, 3000, 9999} {
		s := scanAt("zhuoshui")
		s.At = time.Date(year, 2, 1, 0, 0, 0, 0, time.UTC)
		if a, _ := redeem(t, d, v.Token, s); a.Reason != "clock_suspect" {
			t.Errorf("year %d: %+v", year, a)
		}
	}
}
