package db_test

import (
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// unavailable demands that reading and writing are refused as something that may be tried again.
func unavailable(t *testing.T, what string, errs ...error) {
	t.Helper()
	for i, err := range errs {
		if r := models.Refusal(err); err == nil || r.Kind != models.Unavailable {
			t.Errorf("%s, %d: %v", what, i, err)
		}
	}
}

func TestAFullDiskIsNoFaultOfTheRequest(t *testing.T) {
	d := dbtest.SQLite(t)
	d.SQL().SetMaxOpenConns(1) // the setting is one connection's
	link := visitor(t, d, "me")
	_, err := d.SQL().Exec("PRAGMA max_page_count = 1")
	must(t, err)
	for i := 0; i < 10_000 && err == nil; i++ { // what room is left on the pages
		err = d.Consent(ctx, visitor(t, d, "me"), models.ConsentSensitive)
		if err == nil {
			_, err = d.LinkFor(ctx, "web", rnd())
		}
	}
	unavailable(t, "full", err)
	_, err = d.SQL().Exec("PRAGMA max_page_count = 1000000")
	must(t, err)
	must(t, d.Consent(ctx, link, models.ConsentSensitive))
}

func TestPostgresMayGoAndComeBack(t *testing.T) {
	address := dbtest.Template(t, "away", func(string) {})
	d := dbtest.Open(t, address)
	_, err := d.Seed(ctx, true)
	must(t, err)
	link := visitor(t, d, "me")
	u, err := url.Parse(address)
	must(t, err)
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	admin, err := sql.Open("pgx", u.String())
	must(t, err)
	defer admin.Close()
	allow := func(yes string) {
		t.Helper()
		_, err := admin.Exec(`ALTER DATABASE "` + name + `" WITH ALLOW_CONNECTIONS ` + yes)
		must(t, err)
	}
	allow("false")
	_, err = admin.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
	must(t, err)
	for range 3 {
		_, read := d.Spots(ctx)
		unavailable(t, "stopped", read, d.Consent(ctx, link, models.ConsentSensitive))
		if t.Failed() {
			break
		}
	}
	allow("true")
	if _, err := d.Spots(ctx); err != nil {
		t.Errorf("back again: %v", err)
	}
	must(t, d.Consent(ctx, link, models.ConsentSensitive))
}

// A zero byte is text that PostgreSQL cannot keep: the request is at fault, not we.
func TestAZeroByteIsNoFaultOfOurs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := scanAt("zhuoshui")
		s.Gate = "1\x00号口"
		if _, _, err := d.Redeem(ctx, "AAAA", s); err != nil {
			wants(t, err, models.ErrInvalid)
		}
		if _, _, err := d.SignIn(ctx, "off\x00icer", "wrong-password"); models.Refusal(err).Kind == models.Internal {
			t.Error(err)
		}
	})
}
