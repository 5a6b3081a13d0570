package db_test

import (
	"context"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// Every query fills its own part and leaves the others': a count must not empty what was counted before it.
func TestFiguresKeepEachOthersCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		samples, err := db.Samples()
		if err != nil {
			t.Fatal(err)
		}
		s := samples[0] // on the roster
		l, err := d.LinkFor(ctx, "web", "figures")
		if err == nil {
			err = d.Consent(ctx, l.ID, models.ConsentSensitive, models.ConsentSharing)
		}
		if err == nil {
			_, err = d.Register(ctx, l.ID, db.Registration{Kind: models.ResidentID, Number: s.Number, Name: s.Name})
		}
		if err == nil {
			_, err = d.Claim(ctx, l.ID, db.ClaimRequest{OfferID: "O4", Day: d.Today(), People: 3, Key: "one"})
		}
		if err == nil {
			err = d.Ask(ctx, l.ID, "几点开门？", "k")
		}
		if err == nil {
			_, _, err = d.RedeemByNumber(ctx, s.Number, models.Scan{ID: "scan-of-figures", SpotID: "zhuoshui", People: 2})
		}
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.Figures(ctx, d.Today(), d.Today())
		if err != nil {
			t.Fatal(err)
		}
		if want := (models.SpotDay{SpotID: "zhuoshui", Day: d.Today(), Claimed: 3, Admitted: 2}); len(f.PerSpotDay) != 1 || f.PerSpotDay[0] != want {
			t.Errorf("per spot and day: %+v", f.PerSpotDay)
		}
		if f.From != d.Today() || f.To != d.Today() || f.Residents != 1 || f.Eligible != 1 || f.Undecided != 0 || f.Messages != 1 ||
			f.Vouchers != 1 || f.Cancelled != 0 || f.Admitted != 2 || f.Refusals != 0 {
			t.Errorf("%+v", f)
		}
	})
}
