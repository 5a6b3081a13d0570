package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// books are the invariants of the shop: each query counts what breaks one. They hold after every step of every test,
// whatever was raced or killed.
var books = []struct{ what, sql string }{
	{"0 <= reserved <= on_hand", `SELECT COUNT(*) FROM skus WHERE reserved < 0 OR reserved > on_hand`},
	{"on_hand is the sum of the moves", `SELECT COUNT(*) FROM skus k WHERE k.on_hand <>
  (SELECT COALESCE(SUM(m.quantity), 0) FROM stock_moves m WHERE m.sku_id = k.id)`},
	{"reserved is the sum of what live orders hold", `SELECT COUNT(*) FROM skus k WHERE k.reserved <>
  (SELECT COALESCE(SUM(l.held), 0) FROM order_lines l JOIN orders o ON o.id = l.order_id
   WHERE l.sku_id = k.id AND o.state IN ('pending_payment', 'confirmed'))`},
	{"only live orders hold", `SELECT COUNT(*) FROM order_lines l JOIN orders o ON o.id = l.order_id
  WHERE l.held > 0 AND o.state NOT IN ('pending_payment', 'confirmed')`},
	{"a live order holds or has shipped every unit", `SELECT COUNT(*) FROM order_lines l JOIN orders o ON o.id = l.order_id
  WHERE o.state IN ('pending_payment', 'confirmed') AND l.held + l.shipped <> l.quantity`},
	{"unpaid orders ship nothing", `SELECT COUNT(*) FROM order_lines l JOIN orders o ON o.id = l.order_id
  WHERE l.shipped > 0 AND o.payment_state = 'unpaid'`},
	{"refunds never exceed their payment", `SELECT COUNT(*) FROM payments p WHERE p.amount_fen <
  (SELECT COALESCE(SUM(r.amount_fen), 0) FROM refunds r WHERE r.payment_id = p.id)`},
	{"stray money is sent back whole", `SELECT COUNT(*) FROM payments p WHERE p.stray AND p.amount_fen <>
  (SELECT COALESCE(SUM(r.amount_fen), 0) FROM refunds r WHERE r.payment_id = p.id)`},
	{"an order's money and its payment state agree", `SELECT COUNT(*) FROM orders o WHERE (o.payment_state = 'unpaid') =
  EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND NOT p.stray AND p.amount_fen = o.total_fen)`},
	{"a paid order is firm, done, or its money goes back", `SELECT COUNT(*) FROM orders o WHERE o.payment_state <> 'unpaid'
  AND o.state NOT IN ('confirmed', 'completed') AND o.total_fen <>
  (SELECT COALESCE(SUM(r.amount_fen), 0) FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE p.order_id = o.id AND NOT p.stray)`},
	{"a provider's id is one payment", `SELECT COUNT(*) FROM (SELECT 1 AS x FROM payments GROUP BY provider, ref HAVING COUNT(*) > 1) d`},
	{"an order's total is the sum of its lines", `SELECT COUNT(*) FROM orders o WHERE o.total_fen <>
  (SELECT COALESCE(SUM(l.price_fen * l.quantity), 0) FROM order_lines l WHERE l.order_id = o.id)`},
	{"a checkout's total is the sum of its orders", `SELECT COUNT(*) FROM checkouts c WHERE c.total_fen <>
  (SELECT COALESCE(SUM(o.total_fen), 0) FROM orders o WHERE o.checkout_id = c.id)`},
	{"a request key is one checkout", `SELECT COUNT(*) FROM (SELECT 1 AS x FROM checkouts GROUP BY link_id, request_key HAVING COUNT(*) > 1) d`},
	{"what was sold is what was shipped", `SELECT COUNT(*) FROM orders o WHERE
  (SELECT COALESCE(SUM(l.shipped), 0) FROM order_lines l WHERE l.order_id = o.id) <>
  (SELECT COALESCE(-SUM(m.quantity), 0) FROM stock_moves m WHERE m.order_id = o.id AND m.kind = 'sale')`},
	{"what was shipped lies in parcels", `SELECT COUNT(*) FROM order_lines l WHERE l.shipped <>
  (SELECT COALESCE(SUM(s.quantity), 0) FROM shipment_lines s WHERE s.order_line_id = l.id)`},
	{"a completed order is shipped and accepted whole", `SELECT COUNT(*) FROM orders o WHERE o.state = 'completed' AND
  (EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.shipped < l.quantity)
   OR EXISTS (SELECT 1 FROM shipments s WHERE s.order_id = o.id AND s.state <> 'accepted'))`},
	{"numbers are given", `SELECT COUNT(*) FROM orders WHERE no NOT LIKE 'J%'`},
	{"refunds have numbers", `SELECT COUNT(*) FROM refunds WHERE no NOT LIKE 'R%'`},
	{"an end has its time and a live order has none", `SELECT COUNT(*) FROM orders WHERE (ended_at IS NULL) <> (state IN ('pending_payment', 'confirmed'))`},
	{"a tracking number is one supplier's", `SELECT COUNT(*) FROM (SELECT 1 AS x FROM shipments GROUP BY carrier, tracking_no HAVING COUNT(DISTINCT supplier_id) > 1) d`},
}

// broken says which invariants do not hold.
func broken(d *db.DB) error {
	var errs []error
	for _, b := range books {
		var n int
		if err := d.SQL().QueryRow(b.sql).Scan(&n); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", b.what, err))
		} else if n != 0 {
			errs = append(errs, fmt.Errorf("%d times broken: %s", n, b.what))
		}
	}
	return errors.Join(errs...)
}

func checkBooks(tb testing.TB, d *db.DB) {
	tb.Helper()
	if err := broken(d); err != nil {
		tb.Error(err)
	}
}

var (
	ctx     = context.Background()
	officer = models.Account{ID: 1, Role: models.RoleOfficer}
	gate    = models.Account{ID: 2, Role: models.RoleGate}
	home    = models.Address{Name: "陈桂芳", Phone: "13800000000", Province: "重庆市", City: "市辖区", District: "沙坪坝区", Detail: "回龙坝镇民主村12号"}
)

// supplier is the account of a supplier of the seed.
func supplier(id string) models.Account {
	return models.Account{ID: 10, Role: models.RoleSupplier, SupplierID: id}
}

func buyer(tb testing.TB, d *db.DB, name string) int64 {
	tb.Helper()
	l, err := d.LinkFor(ctx, "web", name)
	must(tb, err)
	return l.ID
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// wants fails unless the refusal is the one that is expected (nil = none) and has a finished sentence.
func wants(tb testing.TB, err error, want *models.Error) {
	tb.Helper()
	switch {
	case want == nil && err != nil:
		tb.Fatalf("got %v, want none", err)
	case want != nil && !errors.Is(err, want):
		tb.Fatalf("got %v, want %s", err, want.Code)
	case want != nil && strings.Contains(models.Refusal(err).ZH, "%"):
		tb.Fatalf("the sentence is not finished: %s", models.Refusal(err).ZH)
	}
}

// newPack makes a listed product of a supplier with one pack at ¥10.00 and gives the pack's id.
func newPack(tb testing.TB, d *db.DB, supplierID, name string, stock int) string {
	tb.Helper()
	by := supplier(supplierID)
	p, err := d.SaveProduct(ctx, by, models.Product{
		Name: name, Category: "jun", SKUs: []models.SKU{{Pack: "1斤装/盒", Unit: "盒", Price: 1000, Grams: 500, OnHand: stock}},
	})
	must(tb, err)
	must(tb, d.SetListing(ctx, by, p.ID, models.ListingInReview))
	must(tb, d.SetListing(ctx, officer, p.ID, models.ListingListed))
	return p.SKUs[0].ID
}

// request orders so many of each pack at ¥10.00.
func request(key string, quantity int, packs ...string) db.OrderRequest {
	r := db.OrderRequest{Key: key, Address: &home, Items: []db.OrderItem{}}
	for _, id := range packs {
		r.Items = append(r.Items, db.OrderItem{SKUID: id, Quantity: quantity})
		r.Expect += models.Fen(1000 * quantity)
	}
	return r
}

// order places an order for one pack or several of one supplier.
func order(tb testing.TB, d *db.DB, link int64, key string, quantity int, packs ...string) db.OrderView {
	tb.Helper()
	c, err := d.PlaceOrder(ctx, link, request(key, quantity, packs...))
	must(tb, err)
	if len(c.Orders) != 1 {
		tb.Fatalf("%d orders", len(c.Orders))
	}
	return c.Orders[0]
}

// pay reports the full amount.
func pay(d *db.DB, o db.OrderView, ref string) (models.Payment, error) {
	return d.BookPayment(ctx, models.Report{Provider: "sandbox", Ref: ref, OrderNo: o.No, Amount: o.TotalFen, PaidAt: d.Now()})
}

// stock reads a pack's books.
func stock(tb testing.TB, d *db.DB, sku string) (onHand, reserved int) {
	tb.Helper()
	must(tb, d.SQL().QueryRow(`SELECT on_hand, reserved FROM skus WHERE id = '`+sku+`'`).Scan(&onHand, &reserved))
	return onHand, reserved
}

// count runs a query for one number.
func count(tb testing.TB, d *db.DB, sql string) int {
	tb.Helper()
	var n int
	must(tb, d.SQL().QueryRow(sql).Scan(&n))
	return n
}
