package dbtest

import (
	"context"
	"testing"
	"time"

	"github.com/jieban/jieban/models/db"
)

// Start is business time when a test's database was made, unless Clock says otherwise: the morning on which the
// programme of 2021 was announced.
var Start = time.Date(2021, 7, 12, 1, 0, 0, 0, time.UTC)

// keys are the same for every database of a process, since copies of one template share what was sealed in it.
var keys = db.GenerateKeys()

// Keys gives the keys that the test databases were made with.
func Keys() db.Keys { return keys }

// Option changes how a test's database is opened.
type Option func(*db.Config)

// Clock puts business and real time into the test's hands.
func Clock(now func() time.Time) Option {
	return func(c *db.Config) { c.Clock, c.Start = now, time.Time{} }
}

// Each runs a test on a fresh SQLite database and on a fresh PostgreSQL one, both with the demonstration's seed.
func Each(t *testing.T, run func(t *testing.T, d *db.DB), opts ...Option) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, SQLite(t, opts...)) })
	t.Run("postgres", func(t *testing.T) { run(t, OnPostgres(t, opts...)) })
}

// SQLite gives a fresh SQLite database with the demonstration's seed.
func SQLite(tb testing.TB, opts ...Option) *db.DB {
	tb.Helper()
	return Open(tb, SQLiteTemplate(tb, "seeded", func(path string) { fill(tb, path) }), opts...)
}

// OnPostgres gives a fresh PostgreSQL database with the demonstration's seed.
func OnPostgres(tb testing.TB, opts ...Option) *db.DB {
	tb.Helper()
	return Open(tb, Template(tb, "seeded", func(url string) { fill(tb, url) }), opts...)
}

// Open opens a database that is already there, and closes it with the test.
func Open(tb testing.TB, url string, opts ...Option) *db.DB {
	tb.Helper()
	c := db.Config{URL: url, Keys: keys, Start: Start, PublicURL: "http://localhost:8080", Conns: 8}
	for _, o := range opts {
		o(&c)
	}
	d, err := db.Open(context.Background(), c)
	if err != nil {
		tb.Fatalf("open %s: %v", url, err)
	}
	tb.Cleanup(func() { _ = d.Close() })
	return d
}

func fill(tb testing.TB, url string) {
	tb.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: url, Keys: keys, Start: Start})
	if err != nil {
		tb.Fatalf("open the template: %v", err)
	}
	if _, err := d.Seed(ctx, true); err != nil {
		tb.Errorf("seed the template: %v", err)
	}
	if err := d.Close(); err != nil {
		tb.Fatal(err)
	}
}
