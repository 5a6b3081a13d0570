package db

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// Shift moves business time, between the steps of a test and never during one.
func (d *DB) Shift(by time.Duration) { d.offset += by }

// CountStatements counts what is sent to the database from now on.
func (d *DB) CountStatements() *atomic.Int64 {
	var n atomic.Int64
	count := func(*gorm.DB) { n.Add(1) }
	c := d.g.Callback()
	_ = c.Query().Before("gorm:query").Register("test:query", count)
	_ = c.Row().Before("gorm:row").Register("test:row", count)
	_ = c.Raw().Before("gorm:raw").Register("test:raw", count)
	_ = c.Create().Before("gorm:create").Register("test:create", count)
	_ = c.Update().Before("gorm:update").Register("test:update", count)
	return &n
}

// CancelAll cancels every unpaid order, as their buyers would.
func (d *DB) CancelAll(ctx context.Context) error {
	var open []models.Order
	if err := d.read(ctx).Select("no, link_id").Where("state = 'pending_payment'").Find(&open).Error; err != nil {
		return err
	}
	for _, o := range open {
		if _, err := d.CancelOrder(ctx, o.LinkID, o.No); err != nil {
			return err
		}
	}
	return nil
}

// DryRun gives the SQL that a filter of the catalogue becomes, for EXPLAIN.
func (d *DB) DryRun(f ProductFilter) (string, error) {
	var err error
	sql := d.g.ToSQL(func(g *gorm.DB) *gorm.DB {
		var q *gorm.DB
		q, err = f.where(productRows(g, listColumns))
		if err != nil {
			return g
		}
		return q.Order("p.sort, p.id").Limit(25).Find(&[]ProductView{})
	})
	return sql, err
}

// Terms and CleanJPEG let tests look at what has no verb of its own.
var (
	Terms     = func(p models.Product) []string { return productTerms(p) }
	CleanJPEG = cleanJPEG
)
