package db_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// closeOn shuts an offer's spot on days.
func closeOn(t testing.TB, d *db.DB, offerID string, days ...models.Day) {
	t.Helper()
	spotOf(t, d, offerID, func(s *models.Spot) { s.Closed = days })
}

func spotOf(t testing.TB, d *db.DB, offerID string, change func(*models.Spot)) {
	t.Helper()
	v, err := d.Offer(ctx, offerID)
	must(t, err)
	change(&v.Spot)
	_, err = d.SetSpot(ctx, officer, v.Spot)
	must(t, err)
}

// news is what was pushed since the last time, by link.
func news(t testing.TB, d *db.DB) map[int64][]db.Outgoing {
	t.Helper()
	by := map[int64][]db.Outgoing{}
	for _, o := range drain(t, d) {
		by[o.LinkID] = append(by[o.LinkID], o)
	}
	return by
}

// says fails unless one person was told one thing, and it is of this kind and holds these words.
func says(t testing.TB, got []db.Outgoing, kind string, words ...string) {
	t.Helper()
	if len(got) != 1 || got[0].Kind != kind {
		t.Fatalf("told %+v, want one %s", got, kind)
	}
	for _, w := range words {
		if !strings.Contains(got[0].Text, w) {
			t.Errorf("%q does not say %q", got[0].Text, w)
		}
	}
}

// claims lets a person claim.
func claims(t testing.TB, d *db.DB, link int64, offerID string, day models.Day, people int) models.Voucher {
	t.Helper()
	v, err := d.Claim(ctx, link, claimOf(offerID, day, people, rnd()))
	must(t, err)
	return v.Voucher
}

func TestHoldersAreToldWhatChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b, c := inChat(t, d, "wechat", 1), inChat(t, d, "wechat", 2), inChat(t, d, "telegram", 3)
		day := d.Today().Add(5)
		claims(t, d, a, "O1", day, 3)
		claims(t, d, a, "O1", day.Add(1), 1)
		claims(t, d, b, "O1", day.Add(2), 1)
		claims(t, d, c, "O2", day, 1)
		quiet := func(what string) {
			t.Helper()
			if got := news(t, d); len(got) > 0 {
				t.Errorf("%s: told %+v", what, got)
			}
		}
		quiet("nothing was changed yet")

		closeOn(t, d, "O1", day, day.Add(1), day.Add(9))
		got := news(t, d)
		says(t, got[a], "spot_closed", day.ZH()+"不开放", day.Add(1).ZH()+"不开放", "取消")
		if len(got) != 1 {
			t.Errorf("others are told: %+v", got)
		}
		closeOn(t, d, "O1", day.Add(1))
		says(t, news(t, d)[a], "spot_closed", day.ZH()+"又开放了")
		closeOn(t, d, "O1", day.Add(1))
		quiet("the same again")

		offer(t, d, "O1", func(o *models.Offer) { o.Blackout = []models.Day{day.Add(2), day.Add(30)} })
		got = news(t, d)
		says(t, got[b], "offer_changed", day.Add(2).ZH()+"不再办理", "照常能用")
		if len(got) != 1 {
			t.Errorf("others are told: %+v", got)
		}
		offer(t, d, "O1", func(o *models.Offer) {
			o.DailyQuota, o.PerDay, o.Paused, o.Kind, o.PayPercent = intp(50), intp(2), true, models.OfferPercent, 50
		})
		quiet("what a voucher promised stays")
		spotOf(t, d, "O1", func(s *models.Spot) { price := models.Fen(1); s.ListPrice = &price })
		quiet("the price of a voucher stays")

		spotOf(t, d, "O1", func(s *models.Spot) { s.Hours, s.Bring = "8:30到17:00", "身份证和雨衣" })
		got = news(t, d)
		says(t, got[a], "spot_changed", "8:30到17:00。", "身份证和雨衣。")
		says(t, got[b], "spot_changed", "8:30到17:00。")
		if len(got) != 2 {
			t.Errorf("others are told: %+v", got)
		}
		p, err := d.Programme(ctx)
		must(t, err)
		p.ValidTo = day.Add(1)
		_, err = d.SetProgramme(ctx, officer, p)
		must(t, err)
		quiet("b's day was shut before, and the others' are within")
		p, err = d.Programme(ctx)
		must(t, err)
		p.ValidTo = day.Add(-1)
		_, err = d.SetProgramme(ctx, officer, p)
		must(t, err)
		got = news(t, d)
		says(t, got[a], "offer_changed", day.ZH()+"不再办理")
		says(t, got[c], "offer_changed", "不在优惠期内")
	})
}

// Where the list price is not set, the gate charges by the offer of the day.
func TestHoldersWithoutAPriceAreToldOfTheOffer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		spotOf(t, d, "O4", func(s *models.Spot) { s.ListPrice = nil })
		a := inChat(t, d, "wechat", 1)
		claims(t, d, a, "O4", d.Today().Add(3), 2)
		offer(t, d, "O4", func(o *models.Offer) { o.PayPercent = 50 })
		says(t, news(t, d)[a], "offer_changed", "由3折改为5折", "按5折算")
	})
}

// What ended is nobody's any more; what was moved to another phone is told there; a refused change tells nobody.
func TestOnlyLiveHoldersAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := inChat(t, d, "wechat", 1), inChat(t, d, "wechat", 2)
		day := d.Today().Add(5)
		v := claims(t, d, a, "O1", day, 1)
		w := claims(t, d, b, "O1", day, 1)
		_, err := d.CancelVoucher(ctx, a, v.ID)
		must(t, err)
		phone := also(t, d, b, "telegram", "77")
		must(t, d.LinkGone(ctx, b))
		v2, err := d.Offer(ctx, "O1")
		must(t, err)
		v2.Spot.Closed, v2.Spot.Version = []models.Day{day}, v2.Spot.Version+7
		_, err = d.SetSpot(ctx, officer, v2.Spot)
		wants(t, err, models.ErrStale)
		if got := news(t, d); len(got) > 0 {
			t.Errorf("a refused change: %+v", got)
		}
		closeOn(t, d, "O1", day)
		got := news(t, d)
		says(t, got[phone], "spot_closed")
		if len(got) != 1 {
			t.Errorf("told %+v", got)
		}
		must(t, d.RevokeVoucher(ctx, officer, w.ID, "景区检修"))
		says(t, news(t, d)[phone], "voucher_revoked", "景区检修")
	})
}

// One act may have to tell a great many.
func TestManyHoldersAreToldInOneAct(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const people = 3000
		day := d.Today().Add(5)
		first := claims(t, d, inChat(t, d, "wechat", 1), "O1", day, 1)
		for _, q := range []string{
			`INSERT INTO residents (id, document_kind, number_hash, name_hash, masked_number, masked_name, town, created_at)
				WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
				SELECT 100000 + i, 'resident_id', 'h' || i, '', '', '', '', created_at FROM n, residents WHERE residents.id = %d`,
			`INSERT INTO links (id, channel, user_hash, resident_id, address_sealed, created_at, seen_at)
				SELECT r.id, 'wechat', r.number_hash, r.id, l.address_sealed, l.created_at, l.seen_at FROM residents r, links l
				WHERE r.id > 100000 AND l.resident_id = %[2]d`,
			`INSERT INTO vouchers (programme_id, offer_id, spot_id, resident_id, link_id, party, admitted, visit_day, state, key_id, request_key, claimed_at)
				SELECT v.programme_id, v.offer_id, v.spot_id, r.id, r.id, 1, 0, v.visit_day, 'issued', v.key_id, 'k', v.claimed_at
				FROM residents r, vouchers v WHERE r.id > 100000 AND v.resident_id = %[2]d`,
		} {
			q = fmt.Sprintf(q+" /* %[1]d %[2]d */", people, first.ResidentID)
			_, err := d.SQL().Exec(q)
			must(t, err)
		}
		began := time.Now()
		closeOn(t, d, "O1", day)
		t.Logf("%d holders told in %v", people+1, time.Since(began))
		if n := count(t, d, "SELECT COUNT(*) FROM notices WHERE kind = 'spot_closed' AND due_at IS NOT NULL"); n != people+1 {
			t.Errorf("%d told", n)
		}
	})
}
