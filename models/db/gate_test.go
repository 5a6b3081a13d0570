package db_test

import (
	"context"
	"testing"

	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestSeed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		views, err := d.Offers(context.Background())
		if err != nil || len(views) != 5 {
			t.Fatalf("offers: %d %v", len(views), err)
		}
	})
}
