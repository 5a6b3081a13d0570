package db_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// stranger is a session with consent and without a person.
func stranger(t *testing.T, d *db.DB, name string) int64 {
	t.Helper()
	link := visitor(t, d, name)
	must(t, d.Consent(ctx, link, models.ConsentSensitive))
	return link
}

// Guessing ends after a few tries, and with it the right code too; later, or with a code at once, it works.
func TestOneTimeCodesCannotBeGuessed(t *testing.T) {
	now := dbtest.Start
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now = dbtest.Start
		owner, guesser := person(t, d, 1), stranger(t, d, "guesser")
		code, err := d.LinkCode(ctx, owner)
		must(t, err)
		for i := range models.LinkTries {
			_, err = d.BindByCode(ctx, guesser, fmt.Sprintf("%07d", i)) // one digit short: never right
			wants(t, err, models.ErrWrongLinkCode)
		}
		_, err = d.BindByCode(ctx, guesser, code)
		wants(t, err, models.ErrLinkTries)
		_, err = d.BindByCode(ctx, stranger(t, d, "own"), code)
		must(t, err)
		now = now.Add(models.LinkTriesFor + time.Second)
		code, err = d.LinkCode(ctx, owner)
		must(t, err)
		_, err = d.BindByCode(ctx, guesser, code)
		must(t, err)
	}, dbtest.Clock(func() time.Time { return now }))
}

// New sessions cost nothing, so that all tries together are bounded, however many ask at once.
func TestOneTimeCodesCannotBeGuessedByMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		tried := 0
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for n := 0; n < models.LinkTriesAll/4+20; n++ {
					_, err := d.BindByCode(ctx, stranger(t, d, fmt.Sprint(i, "-", n/models.LinkTries)), "1234567")
					if errors.Is(err, models.ErrWrongLinkCode) {
						mu.Lock()
						tried++
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		if tried < models.LinkTriesAll || tried > models.LinkTriesAll+4 { // those on their way at the last moment
			t.Errorf("%d codes tried, want %d", tried, models.LinkTriesAll)
		}
	})
}

// Where no code was looked at, nothing is counted.
func TestARefusalBeforeTheCodeIsNoTry(t *testing.T) {
	d := dbtest.SQLite(t)
	link := visitor(t, d, "me")
	for range 2 * models.LinkTries {
		_, err := d.BindByCode(ctx, link, "12345678")
		wants(t, err, models.ErrConsentNeeded)
	}
	if n := count(t, d, "SELECT COUNT(*) FROM link_tries"); n != 0 {
		t.Errorf("%d tries", n)
	}
}
