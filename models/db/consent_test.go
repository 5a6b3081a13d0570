package db_test

import (
	"fmt"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// twoSessions are of one eligible person.
func twoSessions(t *testing.T, d *db.DB) (first, second int64) {
	t.Helper()
	first, second = eligible(t, d, 1), visitor(t, d, "tablet")
	must(t, d.Consent(ctx, second, models.ConsentSensitive, models.ConsentSharing))
	code, err := d.LinkCode(ctx, first)
	must(t, err)
	_, err = d.BindByCode(ctx, second, code)
	must(t, err)
	return first, second
}

// Consent is a person's: taken back on the phone, it does not live on on the tablet.
func TestConsentIsWithdrawnInEverySession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first, second := twoSessions(t, d)
		_, err := d.Claim(ctx, second, claimOf("O4", d.Today(), 1, rnd()))
		must(t, err)
		revoked, err := d.WithdrawConsent(ctx, first)
		if err != nil || revoked != 1 {
			t.Fatal(revoked, err)
		}
		for _, link := range []int64{first, second} {
			_, err = d.Claim(ctx, link, claimOf("O4", d.Today(), 1, rnd()))
			wants(t, err, models.ErrConsentNeeded)
		}
		must(t, d.Consent(ctx, second, models.ConsentSensitive, models.ConsentSharing)) // given anew, it counts
		_, err = d.Claim(ctx, second, claimOf("O4", d.Today(), 1, rnd()))
		must(t, err)
	})
}

// Who asks to be forgotten is forgotten in all their sessions, and in nobody else's.
func TestErasureReachesEverySession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first, second := twoSessions(t, d)
		other := person(t, d, 2)
		for _, link := range []int64{first, second, other} {
			must(t, d.Ask(ctx, link, "我住在金凤镇", rnd()))
			_, err := d.PlaceOrder(ctx, link, request(rnd(), 1, newPack(t, d, "farm-apeng", fmt.Sprint("测试菌子", link), 5)))
			must(t, err)
		}
		must(t, d.Erase(ctx, first))
		for _, table := range []string{"messages", "addresses", "notices"} {
			if n := count(t, d, "SELECT COUNT(*) FROM "+table+" WHERE link_id IS NOT NULL AND link_id <> "+fmt.Sprint(other)); n != 0 {
				t.Errorf("%d %s are left", n, table)
			}
		}
		if n := count(t, d, "SELECT COUNT(*) FROM messages"); n != 1 {
			t.Errorf("%d messages, want the other person's", n)
		}
	})
}
