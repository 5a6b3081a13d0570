package db

import (
	"context"
	"slices"
	"strings"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// figuresMost is the longest span of figures, in days.
const figuresMost = 1100

// Figures counts what happened between two days, both inclusive and at most figuresMost apart: a fixed number of queries
// whatever the span. It answers ErrInvalid.
func (d *DB) Figures(ctx context.Context, from, to models.Day) (models.Figures, error) {
	f := models.Figures{From: from, To: to}
	if from > to {
		return f, models.ErrInvalid.With("开始日期晚于结束日期")
	}
	if from.Add(figuresMost) < to {
		return f, models.ErrInvalid.With("一次最多看三年")
	}
	g := d.read(ctx)
	for _, count := range []func(*gorm.DB, *models.Figures) error{countPeople, countVouchers, countSpotDays, sumOrders} {
		if err := count(g, &f); err != nil {
			return f, err
		}
	}
	return f, nil
}

// The counts are read column by column: a struct as GORM's target would be emptied by every query.
func countPeople(g *gorm.DB, f *models.Figures) error {
	return g.Raw(`SELECT (SELECT COUNT(*) FROM residents WHERE erased_at IS NULL),
		(SELECT COUNT(*) FROM eligibility WHERE state = 'approved'),
		(SELECT COUNT(*) FROM eligibility WHERE state = 'asked'),
		(SELECT COUNT(*) FROM messages WHERE answered_at IS NULL)`).Row().Scan(&f.Residents, &f.Eligible, &f.Undecided, &f.Messages)
}

func countVouchers(g *gorm.DB, f *models.Figures) error {
	err := g.Raw(`SELECT COALESCE(SUM(CASE WHEN state IN ('issued', 'redeemed') THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN state = 'cancelled' THEN 1 ELSE 0 END), 0)
		FROM vouchers WHERE visit_day BETWEEN ? AND ?`, f.From, f.To).Row().Scan(&f.Vouchers, &f.Cancelled)
	if err != nil {
		return err
	}
	return g.Raw(`SELECT COALESCE(SUM(CASE WHEN annulled_at IS NULL THEN admitted ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN verdict = 'refused' THEN 1 ELSE 0 END), 0)
		FROM redemptions WHERE arrived_at >= ? AND arrived_at < ?`, f.From.Start(), f.To.Add(1).Start()).Row().Scan(&f.Admitted, &f.Refusals)
}

// countSpotDays tells per spot and visit day how many were expected and how many came.
func countSpotDays(g *gorm.DB, f *models.Figures) error {
	return g.Raw(`SELECT spot_id, visit_day AS day, SUM(CASE WHEN state IN ('issued', 'redeemed') THEN party ELSE admitted END) AS claimed,
		SUM(admitted) AS admitted FROM vouchers WHERE visit_day BETWEEN ? AND ? GROUP BY spot_id, visit_day ORDER BY visit_day, spot_id`,
		f.From, f.To).Scan(&f.PerSpotDay).Error
}

// sumOrders keeps apart what was ordered, paid, shipped and accepted, per supplier, by the day of the order.
func sumOrders(g *gorm.DB, f *models.Figures) error {
	since, until := f.From.Start(), f.To.Add(1).Start()
	err := g.Raw(`SELECT o.supplier_id, s.name, COUNT(*) AS orders, SUM(o.total_fen) AS ordered_fen,
		SUM(CASE WHEN o.payment_state <> 'unpaid' THEN o.total_fen ELSE 0 END) AS paid_fen,
		SUM(CASE WHEN o.state = 'completed' THEN o.total_fen ELSE 0 END) AS accepted_fen
		FROM orders o JOIN suppliers s ON s.id = o.supplier_id WHERE o.placed_at >= ? AND o.placed_at < ? GROUP BY o.supplier_id, s.name`,
		since, until).Scan(&f.BySupplier).Error
	if err != nil {
		return err
	}
	shipped, err := sumsBySupplier(g, `SELECT o.supplier_id, SUM(l.shipped * l.price_fen) AS fen FROM order_lines l JOIN orders o ON o.id = l.order_id
		WHERE o.placed_at >= ? AND o.placed_at < ? GROUP BY o.supplier_id`, since, until)
	if err != nil {
		return err
	}
	refunded, err := sumsBySupplier(g, `SELECT o.supplier_id, SUM(r.amount_fen) AS fen FROM refunds r JOIN orders o ON o.id = r.order_id
		WHERE r.state = 'refunded' AND o.placed_at >= ? AND o.placed_at < ? GROUP BY o.supplier_id`, since, until)
	if err != nil {
		return err
	}
	for i := range f.BySupplier {
		s := &f.BySupplier[i]
		s.ShippedFen, s.RefundedFen = shipped[s.SupplierID], refunded[s.SupplierID]
		f.Total = f.Total.Plus(s.Sums)
	}
	slices.SortFunc(f.BySupplier, func(a, b models.SupplierSums) int { return strings.Compare(a.SupplierID, b.SupplierID) })
	return nil
}

func sumsBySupplier(g *gorm.DB, query string, args ...any) (map[string]models.Fen, error) {
	var rows []struct {
		SupplierID string
		Fen        models.Fen
	}
	if err := g.Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	sums := make(map[string]models.Fen, len(rows))
	for _, r := range rows {
		sums[r.SupplierID] = r.Fen
	}
	return sums, nil
}
