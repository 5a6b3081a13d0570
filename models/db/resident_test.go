package db_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// TestFindResident is the window: who is decided already is found by number alone, masked, and every look leaves an
// entry that holds no number.
func TestFindResident(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := eligible(t, d, 1)
		number := newNumber(1)
		v, err := d.Claim(ctx, link, claimOf("O1", "2021-07-17", 2, "one"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.FindResident(ctx, officer, newNumber(2))
		wants(t, err, models.ErrNotFound)
		_, err = d.FindResident(ctx, officer, " - ")
		wants(t, err, models.ErrInvalid)
		f, err := d.FindResident(ctx, officer, " "+strings.ToLower(number[:6])+"-"+strings.ToLower(number[6:]))
		if err != nil {
			t.Fatal(err)
		}
		r := f.Resident
		if !f.Bound || f.Decision.State != "eligible" || len(f.Vouchers) != 1 || f.Vouchers[0].ID != v.Voucher.ID || f.Vouchers[0].Party != 2 {
			t.Errorf("found %+v", f)
		}
		if r.NumberSealed != nil || r.NameSealed != nil || r.PhoneSealed != nil || strings.Contains(fmt.Sprintf("%+v", f), number) {
			t.Error("more came along than what is masked")
		}
		wants(t, d.RevokeVoucher(ctx, officer, v.Voucher.ID, " 。"), models.ErrInvalid)
		for _, err := range []error{d.RevokeVoucher(ctx, officer, v.Voucher.ID, "景区检修"), d.Release(ctx, officer, r.ID)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if f, err = d.ReadResident(ctx, r.ID); err != nil || f.Bound || len(f.Vouchers) != 0 {
			t.Errorf("after all was ended: %+v %v", f, err)
		}
		looks, err := d.AuditEntries(ctx, db.AuditFilter{Act: "resident.find", Limit: 9})
		if err != nil || len(looks) != 2 || looks[0].Object != fmt.Sprintf("resident:%d", r.ID) || looks[1].Object != "resident:none" {
			t.Fatalf("entries: %+v %v", looks, err)
		}
		if strings.Contains(fmt.Sprintf("%+v", looks), number[6:14]) || looks[0].Actor != db.ByAccount(officer.ID) {
			t.Errorf("an entry tells too much, or not who: %+v", looks)
		}
		_, err = d.ReadResident(ctx, 99_999)
		wants(t, err, models.ErrNotFound)
	})
}

func TestDecideCaseUntilARealDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := person(t, d, 1)
		s, err := d.Standing(ctx, link)
		if err != nil {
			t.Fatal(err)
		}
		decide := func(approve bool, until models.Day) error {
			return d.DecideCase(ctx, officer, s.Eligibility.ID, approve, until, "看过合同")
		}
		for _, bad := range []models.Day{"2021-02-30", "2021-7-30", "tomorrow", "1999-12-31", d.Today().Add(-1)} {
			wants(t, decide(true, bad), models.ErrInvalid)
		}
		must(t, decide(false, "2021-01-01")) // a refusal has no last day
		must(t, d.ReopenCase(ctx, officer, s.Eligibility.ID))
		must(t, decide(true, d.Today())) // today is not over
		if s, err = d.Standing(ctx, link); err != nil || s.Eligibility.Until != d.Today() || s.Decision.State != "eligible" {
			t.Errorf("%+v %v", s.Eligibility, err)
		}
	})
}

func TestReopenCase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		refused, approved := person(t, d, 1), eligible(t, d, 2)
		s, err := d.Standing(ctx, refused)
		if err != nil {
			t.Fatal(err)
		}
		id := s.Eligibility.ID
		if err := d.DecideCase(ctx, officer, id, false, "", "材料已经过期"); err != nil {
			t.Fatal(err)
		}
		for range 2 { // an open case stays open
			if err := d.ReopenCase(ctx, officer, id); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.DecideCase(ctx, officer, id, true, "", ""); err != nil {
			t.Fatal(err)
		}
		if s, err = d.Standing(ctx, refused); err != nil || s.Decision.State != "eligible" {
			t.Errorf("decided again: %s %v", s.Decision.State, err)
		}
		if s, err = d.Standing(ctx, approved); err != nil {
			t.Fatal(err)
		}
		wants(t, d.ReopenCase(ctx, officer, s.Eligibility.ID), models.ErrCaseClosed)
		wants(t, d.ReopenCase(ctx, officer, 99_999), models.ErrNotFound)
	})
}
