package db_test

import (
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestSandboxTrade(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, err := d.Trade(ctx, "J1")
		wants(t, err, models.ErrNotFound)
		_, err = d.PayTrade(ctx, "J1")
		wants(t, err, models.ErrNotFound)
		s, err := d.OpenTrade(ctx, "J1", 500)
		must(t, err)
		again, err := d.OpenTrade(ctx, "J1", 900)
		must(t, err)
		if s.State != db.TradeOpen || s.Ref == "" || again.Ref != s.Ref || again.AmountFen != 500 {
			t.Errorf("trades %+v, %+v", s, again)
		}
		_, err = d.RefundTrade(ctx, "J1", 500)
		wants(t, err, models.ErrAmount)
		for _, move := range []func() (db.SandboxTrade, error){
			func() (db.SandboxTrade, error) { return d.PayTrade(ctx, "J1") },
			func() (db.SandboxTrade, error) { return d.PayTrade(ctx, "J1") },
			func() (db.SandboxTrade, error) { return d.CloseTrade(ctx, "J1") }, // too late
		} {
			if s, err := move(); err != nil || s.State != db.TradePaid {
				t.Errorf("trade %+v, %v", s, err)
			}
		}
		_, err = d.RefundTrade(ctx, "J1", 501)
		wants(t, err, models.ErrAmount)
		for _, c := range []struct{ ask, want models.Fen }{{200, 200}, {300, 500}, {300, 500}} { // the last is a repeat
			s, err := d.RefundTrade(ctx, "J1", c.ask)
			must(t, err)
			if s.Refunded != c.want {
				t.Errorf("refunded %d, want %d", s.Refunded, c.want)
			}
		}
		_, err = d.OpenTrade(ctx, "J2", 500)
		must(t, err)
		_, err = d.CloseTrade(ctx, "J2")
		must(t, err)
		if s, err := d.PayTrade(ctx, "J2"); err != nil || s.State != db.TradeClosed {
			t.Errorf("a closed trade took money: %+v, %v", s, err)
		}
		if s, err := d.CloseTrade(ctx, "J3"); err != nil || s.State != db.TradeClosed {
			t.Errorf("closed before it began: %+v, %v", s, err)
		}
		_, err = d.OpenTrade(ctx, "J3", 500)
		must(t, err)
		if s, err := d.PayTrade(ctx, "J3"); err != nil || s.State != db.TradeClosed {
			t.Errorf("a trade closed before it began took money: %+v, %v", s, err)
		}
	})
}
