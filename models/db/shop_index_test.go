package db_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// whole is a plan that reads a table from end to end. Suppliers and categories are a screenful.
var whole = regexp.MustCompile(`SCAN (\w+)`)

var small = map[string]bool{"suppliers": true, "categories": true, "s": true, "c": true, "CONSTANT": true}

// Every look-up of the shop goes by an index: a run through all of its verbs is explained, statement by statement.
func TestEveryLookUpHasAnIndex(t *testing.T) {
	d := dbtest.SQLite(t)
	link, by := buyer(t, d, "a"), supplier("farm-apeng")
	sql := d.CollectSQL()
	a := newPack(t, d, "farm-apeng", "测试菌子", 50)
	for i, end := range []func(o db.OrderView){
		func(o db.OrderView) {
			_, err := d.Ship(ctx, by, o.No, db.ShipRequest{Carrier: models.OwnDelivery})
			must(t, err)
			_, err = d.AcceptOrder(ctx, link, o.No)
			must(t, err)
		},
		func(o db.OrderView) {
			_, err := d.CancelOrder(ctx, link, o.No)
			must(t, err)
			due, err := d.DueRefunds(ctx, 10)
			must(t, err)
			must(t, d.RefundTried(ctx, due[0].ID, d.Now(), true))
			must(t, d.RetryRefund(ctx, officer, due[0].ID))
			must(t, d.RefundDone(ctx, due[0].ID))
		},
	} {
		_, err := d.AddToBasket(ctx, link, "k", db.OrderItem{SKUID: a, Quantity: 1})
		must(t, err)
		c, err := d.PlaceOrder(ctx, link, db.OrderRequest{Key: fmt.Sprint(i), Expect: 1000, Address: &home})
		must(t, err)
		_, err = pay(d, c.Orders[0], fmt.Sprint(i))
		must(t, err)
		end(c.Orders[0])
	}
	late := order(t, d, link, "late", 1, a)
	d.Shift(models.HoldFor)
	must(t, d.ExpireOrder(ctx, late.ID))
	_, err := pay(d, late, "late")
	must(t, err)
	lookUps(t, d, link)
	for _, s := range *sql {
		plan := explain(t, d, s)
		for _, m := range whole.FindAllStringSubmatch(plan, -1) {
			if !small[m[1]] && !strings.Contains(plan, "refunds_failed") { // which holds the few that failed, and nothing else
				t.Errorf("%s is read whole:\n%s\n%s", m[1], s, plan)
			}
		}
	}
	if len(*sql) < 100 {
		t.Errorf("only %d statements were looked at", len(*sql))
	}
}

// lookUps calls every verb of the shop that only reads.
func lookUps(t *testing.T, d *db.DB, link int64) {
	t.Helper()
	for _, f := range []db.ProductFilter{
		{}, {Query: "羊肚菌"}, {Query: "ydj"}, {Category: "jun"}, {Supplier: "farm-apeng"}, {InStock: true, MaxFen: 5000}, {After: "3.x"},
	} {
		_, err := d.Products(ctx, f)
		must(t, err)
	}
	_, err := d.SupplierProducts(ctx, "farm-apeng")
	must(t, err)
	_, err = d.Orders(ctx, link, 99, 10)
	must(t, err)
	for _, state := range []string{"", "to_ship", "completed"} {
		_, err = d.SupplierOrders(ctx, "farm-apeng", state, 99, 10)
		must(t, err)
	}
	_, _, err = d.LastAddress(ctx, link)
	must(t, err)
	_, err = d.DueOrders(ctx, 10)
	must(t, err)
	_, err = d.FailedRefunds(ctx)
	must(t, err)
	_, err = d.AutoAccept(ctx)
	must(t, err)
}

func explain(t *testing.T, d *db.DB, sql string) string {
	t.Helper()
	rows, err := d.SQL().Query("EXPLAIN QUERY PLAN " + sql)
	must(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	var plan strings.Builder
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		must(t, rows.Scan(cells...))
		fmt.Fprintln(&plan, *cells[len(cells)-1].(*any))
	}
	must(t, rows.Err())
	return plan.String()
}
