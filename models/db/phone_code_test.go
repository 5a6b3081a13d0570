package db_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// phoned is a person who has left a phone.
func phoned(t *testing.T, d *db.DB, n int) (link int64) {
	t.Helper()
	link = person(t, d, n)
	masked, err := d.KeepPhone(ctx, link, "+86 138 0000 1234")
	must(t, err)
	if masked != "138****1234" {
		t.Errorf("kept %s", masked)
	}
	return link
}

func TestACodeToThePhoneOpensTheRecord(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = dbtest.Start
		phoned(t, d, 1)
		link := stranger(t, d, "new phone")
		phone, code, err := d.PhoneCode(ctx, link, models.ResidentID, newNumber(1), "试验甲")
		must(t, err)
		if phone != "13800001234" || len(code) != 8 {
			t.Fatalf("%s to %s", code, phone)
		}
		now = now.Add(10*time.Minute + time.Second)
		_, err = d.BindByCode(ctx, link, code)
		wants(t, err, models.ErrWrongLinkCode)
		_, code, err = d.PhoneCode(ctx, link, models.ResidentID, newNumber(1), "试验甲")
		must(t, err)
		s, err := d.BindByCode(ctx, link, code)
		must(t, err)
		if s.Resident == nil {
			t.Error("nobody's record is open")
		}
		_, err = d.BindByCode(ctx, stranger(t, d, "thief"), code)
		wants(t, err, models.ErrWrongLinkCode)
	}, dbtest.Clock(func() time.Time { return now }))
}

// Nobody finds out by asking who is registered, or who left a phone.
func TestNobodyLearnsByAskingForACode(t *testing.T) {
	d := dbtest.SQLite(t)
	phoned(t, d, 1)
	person(t, d, 2)
	for name, ask := range map[string]struct {
		n    int
		name string
	}{"nobody": {3, "试验甲"}, "another name": {1, "试验乙"}, "no phone": {2, "试验甲"}} {
		phone, code, err := d.PhoneCode(ctx, stranger(t, d, name), models.ResidentID, newNumber(ask.n), ask.name)
		if phone != "" || code != "" || err != nil {
			t.Errorf("%s: %q %q %v", name, phone, code, err)
		}
	}
	_, _, err := d.PhoneCode(ctx, visitor(t, d, "no consent"), models.ResidentID, newNumber(1), "试验甲")
	wants(t, err, models.ErrConsentNeeded)
	_, _, err = d.PhoneCode(ctx, stranger(t, d, "x"), models.ResidentID, "123", "试验甲")
	if models.Refusal(err).Kind != models.Invalid {
		t.Error(err)
	}
}

// A phone is sent a few codes an hour, however many ask at once, and asking is a try as guessing is.
func TestPhoneCodesAreFew(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = dbtest.Start
		for race := range races / 2 {
			phoned(t, d, race)
			links := make([]int64, 8)
			for i := range links {
				links[i] = stranger(t, d, fmt.Sprint(race, "-", i))
			}
			sent := make([]bool, len(links))
			atOnce(len(links), func(i int) error {
				phone, _, err := d.PhoneCode(ctx, links[i], models.ResidentID, newNumber(race), "试验甲")
				sent[i] = phone != ""
				return err
			})
			n := 0
			for _, yes := range sent {
				if yes {
					n++
				}
			}
			if n != models.PhoneCodes {
				t.Fatalf("%d codes were sent, want %d", n, models.PhoneCodes)
			}
			now = now.Add(models.LinkTriesFor + time.Second)
		}
		now = now.Add(models.PhoneCodesFor)
		asker := stranger(t, d, "asker")
		for i := range models.LinkTries {
			phone, _, err := d.PhoneCode(ctx, asker, models.ResidentID, newNumber(0), "试验甲")
			must(t, err)
			if (phone != "") != (i < models.PhoneCodes) {
				t.Errorf("try %d: sent to %q", i, phone)
			}
		}
		_, _, err := d.PhoneCode(ctx, asker, models.ResidentID, newNumber(0), "试验甲")
		wants(t, err, models.ErrLinkTries)
	}, dbtest.Clock(func() time.Time { return now }))
}

func TestAPhoneIsKeptForAPersonOnly(t *testing.T) {
	d := dbtest.SQLite(t)
	_, err := d.KeepPhone(ctx, visitor(t, d, "x"), "13800001234")
	wants(t, err, models.ErrIdentityNeeded)
	_, err = d.KeepPhone(ctx, person(t, d, 1), "12345")
	wants(t, err, models.ErrPhone)
}
