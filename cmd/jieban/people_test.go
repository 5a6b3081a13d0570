package main

import (
	"testing"
	"time"

	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// A push that is given back, because the person has left, does not bring them back; what they do brings them.
func TestAGrantBringsNobodyBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, p := t.Context(), people{d: d, channel: "wechat"}
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		gone := func() bool {
			t.Helper()
			l, err := d.LinkOf(ctx, "wechat", "o-1")
			do(err)
			return l.GoneAt != nil
		}
		allow := func() { t.Helper(); do(p.grant(ctx, "o-1", "notice", 1, time.Now().Add(time.Hour), true)) }
		if allow(); gone() { // the first that is heard of them
			t.Error("a newcomer is gone")
		}
		do(p.gone(ctx, "o-1", true))
		if allow(); !gone() {
			t.Error("who has left is taken for back")
		}
		if do(p.gone(ctx, "o-1", false)); gone() {
			t.Error("who came back is gone")
		}
	})
}
