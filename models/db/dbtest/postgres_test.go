package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPostgresGivesAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	first, second := open(t, Postgres(t)), open(t, Postgres(t))
	run(t, first, `CREATE TABLE guest (id int)`)
	if n := number(t, second, `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`); n != 0 {
		t.Fatalf("the second database has %d tables, want none", n)
	}
	if n := number(t, first, `SELECT setting::int FROM pg_settings WHERE name = 'max_connections'`); n < 200 {
		t.Errorf("max_connections is %d; race tests open 200", n)
	}
}

func TestPostgresDropsItsDatabaseWithTheTest(t *testing.T) {
	t.Parallel()
	var address string
	t.Run("leaks a connection", func(t *testing.T) {
		address = Postgres(t)
		db, err := sql.Open("pgx", address)
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, `CREATE TABLE guest (id int)`) // and never closed
	})
	err := open(t, address).Ping()
	if err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Fatalf("the database of an ended test answered %v", err)
	}
}

func TestTemplateIsFilledOnceAndCopiedForEach(t *testing.T) {
	fills := 0
	fill := func(address string) {
		fills++
		db, err := sql.Open("pgx", address)
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, `CREATE TABLE guest (id int)`)
		run(t, db, `INSERT INTO guest VALUES (7)`)
		db.Close()
	}
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			db := open(t, Template(t, "guests", fill))
			run(t, db, `INSERT INTO guest VALUES (8)`)
			if n := number(t, db, `SELECT count(*) FROM guest`); n != 2 {
				t.Errorf("a copy has %d rows, want the template's and its own", n)
			}
		})
	}
	wait.Wait()
	if fills != 1 {
		t.Errorf("filled %d times, want once", fills)
	}
}

func TestTemplateForgetsAFillThatFailed(t *testing.T) {
	t.Parallel()
	admin := shared.start(t)
	for name, fail := range map[string]func(*recorder){
		"fatal": func(r *recorder) { r.Fatalf("no migration") },
		"error": func(r *recorder) { r.Errorf("no seed") },
	} {
		failing := &recorder{TB: t}
		failing.run(func() { shared.template(failing, admin, name, func(string) { fail(failing) }) })
		if !failing.Failed() {
			t.Errorf("%s: a fill that failed did not fail its test", name)
		}
		again := false
		Template(t, name, func(string) { again = true })
		if !again {
			t.Errorf("%s: the next test got the template that failed", name)
		}
	}
}

func TestSweepRemovesOnlyWhatADeadRunLeft(t *testing.T) {
	t.Parallel()
	admin := shared.start(t)
	now := time.Now()
	old := fmt.Sprintf("%s%d_dead_1", namePrefix, now.Add(-2*staleAfter).Unix())
	young := fmt.Sprintf("%s%d_busy_1", namePrefix, now.Unix())
	for _, name := range []string{old, young, "somebody_elses"} {
		if err := create(admin, name, "template0"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = drop(admin, name) })
	}
	if err := sweep(admin, now); err != nil {
		t.Fatal(err)
	}
	db := open(t, admin)
	for name, want := range map[string]int{old: 0, young: 1, "somebody_elses": 1} {
		if n := number(t, db, `SELECT count(*) FROM pg_database WHERE datname = '`+name+`'`); n != want {
			t.Errorf("%s: there %d times, want %d", name, n, want)
		}
	}
}

func TestMissingPostgresSkipsOnADesktopAndFailsInCI(t *testing.T) {
	for _, c := range []struct {
		ci            string
		err           error
		skips, faults bool
	}{
		{"", errNoPostgres, true, false},
		{"true", errNoPostgres, false, true},
		{"", errors.New("disk full"), false, true},
	} {
		t.Setenv("CI", c.ci)
		r := &recorder{TB: t}
		r.run(func() { missing(r, c.err) })
		if (r.skipped != "") != c.skips || (r.failed != "") != c.faults {
			t.Errorf("CI=%q, %v: skipped %q, failed %q", c.ci, c.err, r.skipped, r.failed)
		}
	}
}

func TestWithDatabaseKeepsTheRestOfTheURL(t *testing.T) {
	got := withDatabase("postgres://u:p@db.example:5433/postgres?sslmode=require", "jieban_test_1")
	if want := "postgres://u:p@db.example:5433/jieban_test_1?sslmode=require"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// recorder notes how a test would have ended.
type recorder struct {
	testing.TB
	skipped, failed string
}

func (r *recorder) Helper() {}

func (r *recorder) Failed() bool { return r.failed != "" }

func (r *recorder) FailNow() { runtime.Goexit() }

func (r *recorder) Errorf(format string, args ...any) { r.failed = fmt.Sprintf(format, args...) }

func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// run calls f as a test of its own, which Fatalf and Skipf leave at once.
func (r *recorder) run(f func()) {
	var wait sync.WaitGroup
	wait.Go(f)
	wait.Wait()
}

func open(t *testing.T, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func run(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

func number(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Errorf("%s: %v", query, err)
	}
	return n
}
