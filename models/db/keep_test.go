package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// twoOn opens one database twice, as two processes do.
func twoOn(t *testing.T, postgres bool) (*db.DB, *db.DB) {
	t.Helper()
	url := filepath.Join(t.TempDir(), "shared.db")
	if postgres {
		url = dbtest.Postgres(t)
	}
	return dbtest.Open(t, url), dbtest.Open(t, url)
}

// A hundred who find the token lapsed fetch it once, in one process and in two.
func TestATokenIsFetchedOnce(t *testing.T) {
	for _, postgres := range []bool{false, true} {
		t.Run(map[bool]string{false: "sqlite", true: "postgres"}[postgres], func(t *testing.T) {
			a, b := twoOn(t, postgres)
			stale := ""
			for run := range races / 4 {
				var fetched atomic.Int64
				fresh := fmt.Sprint("token ", run)
				fetch := func(context.Context) (string, time.Time, error) {
					fetched.Add(1)
					time.Sleep(20 * time.Millisecond)
					return fresh, time.Now().Add(time.Hour), nil
				}
				got := atOnce(100, func(i int) error {
					value, err := []*db.DB{a, b}[i%2].Renew(ctx, "token", stale, fetch)
					if err == nil && value != fresh {
						err = fmt.Errorf("given %q", value)
					}
					return err
				})
				if got[""] != 100 || fetched.Load() != 1 {
					t.Fatalf("run %d: fetched %d times; %v", run, fetched.Load(), got)
				}
				stale = fresh
			}
		})
	}
}

func TestATokenThatHasLapsedIsFetchedAgain(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		var fetched int
		renew := func(stale string) string {
			t.Helper()
			v, err := d.Renew(ctx, "token", stale, func(context.Context) (string, time.Time, error) {
				fetched++
				return fmt.Sprint("v", fetched), now.Add(time.Hour), nil
			})
			must(t, err)
			return v
		}
		for _, step := range []struct{ stale, want string }{{"", "v1"}, {"", "v1"}, {"v0", "v1"}, {"v1", "v2"}, {"v1", "v2"}} {
			if got := renew(step.stale); got != step.want {
				t.Errorf("stale %q: %q, want %q", step.stale, got, step.want)
			}
		}
		*now = now.Add(time.Hour)
		if got, _ := d.Kept(ctx, "token"); got != "" {
			t.Errorf("kept %q beyond its time", got)
		}
		if got := renew(""); got != "v3" {
			t.Errorf("after its time: %q", got)
		}
	})
}

// A fetch that fails is told to those who wait, gives the turn back, and is tried again by the next to ask.
func TestAFailedFetchIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		broken := errors.New("no such secret")
		var fetched atomic.Int64
		bad := func(context.Context) (string, time.Time, error) {
			fetched.Add(1)
			time.Sleep(50 * time.Millisecond)
			return "", time.Time{}, broken
		}
		var told atomic.Int64
		atOnce(20, func(int) error {
			if _, err := d.Renew(ctx, "token", "", bad); errors.Is(err, broken) {
				told.Add(1)
			}
			return nil
		})
		if told.Load() != 20 || fetched.Load() > 3 {
			t.Errorf("%d were told of %d fetches", told.Load(), fetched.Load())
		}
		began := time.Now()
		v, err := d.Renew(ctx, "token", "", func(context.Context) (string, time.Time, error) { return "good", time.Now().Add(time.Hour), nil })
		if v != "good" || err != nil || time.Since(began) > 5*time.Second {
			t.Errorf("%q %v after %v", v, err, time.Since(began))
		}
	})
}

// Who can wait no longer is told so at once; what was fetched for them is there for the next to ask.
func TestAFetchThatTakesLongHoldsNobodyLongerThanTheyWait(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		slow := make(chan struct{})
		var fetched atomic.Int64
		fetch := func(context.Context) (string, time.Time, error) {
			fetched.Add(1)
			<-slow
			return "late", time.Now().Add(time.Hour), nil
		}
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		time.AfterFunc(3*time.Second, func() { close(slow) })
		if v, err := d.Renew(short, "token", "", fetch); !errors.Is(err, models.ErrUnavailable) || time.Since(began) > 2*time.Second {
			t.Errorf("%q %v after %v", v, err, time.Since(began))
		}
		if v, err := d.Renew(ctx, "token", "", fetch); v != "late" || err != nil || fetched.Load() != 1 {
			t.Errorf("then %q %v, fetched %d times", v, err, fetched.Load())
		}
	})
}

// A fetch that panics is a fault of that fetch, and of nobody else's work.
func TestAFetchThatPanicsIsAnError(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := d.Renew(ctx, "token", "", func(context.Context) (string, time.Time, error) { panic("a bug") }); err == nil {
			t.Error("no error")
		}
	})
}

// Of ten processes one leads; when it stops, another does.
func TestOneLeads(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		var leader atomic.Int64
		ask := func(from int) (n int64) {
			var leads atomic.Int64
			got := atOnce(10, func(i int) error {
				if i < from {
					return nil
				}
				yes, err := d.Lead(ctx, "poll", fmt.Sprint("process ", i), now.Add(time.Minute))
				if yes {
					leads.Add(1)
					leader.Store(int64(i))
				}
				return err
			})
			if got[""] != 10 {
				t.Fatal(got)
			}
			return leads.Load()
		}
		if n := ask(0); n != 1 {
			t.Fatalf("%d lead", n)
		}
		first := leader.Load()
		*now = now.Add(30 * time.Second)
		if n := ask(0); n != 1 || leader.Load() != first { // it asks again in time, under its own id
			t.Errorf("%d lead, %d after %d", n, leader.Load(), first)
		}
		other := fmt.Sprint("process ", (first+1)%10)
		if yes, err := d.Lead(ctx, "poll", other, now.Add(time.Minute)); yes || err != nil {
			t.Errorf("two lead: %v", err)
		}
		*now = now.Add(61 * time.Second)
		if yes, err := d.Lead(ctx, "poll", other, now.Add(time.Minute)); !yes || err != nil {
			t.Errorf("nobody leads after the first stopped: %v", err)
		}
	})
}

// A process that dies while it fetches keeps the others waiting for ten seconds at most.
func TestADeadFetcherIsReplaced(t *testing.T) {
	eachClock(t, func(t *testing.T, d *db.DB, now *time.Time) {
		_, err := d.Renew(ctx, "token", "", func(ctx context.Context) (string, time.Time, error) {
			*now = now.Add(11 * time.Second) // meanwhile its lease ends, and another has fetched
			must(t, d.Keep(ctx, "token", "other", now.Add(time.Hour)))
			return "", time.Time{}, models.ErrUnavailable
		})
		wants(t, err, models.ErrUnavailable)
		if v, err := d.Kept(ctx, "token"); v != "other" || err != nil {
			t.Errorf("kept %q %v", v, err)
		}
	})
}
