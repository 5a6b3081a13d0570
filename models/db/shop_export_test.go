package db

import (
	"context"
	"strings"
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

// CollectSQL keeps every statement that is sent to the database from now on, values and all, as SQLite can read it.
func (d *DB) CollectSQL() *[]string {
	var list []string
	keep := func(g *gorm.DB) {
		sql := strings.ReplaceAll(g.Statement.SQL.String(), `"off"`, "[off]")
		list = append(list, strings.ReplaceAll(g.Dialector.Explain(sql, g.Statement.Vars...), `"`, "'"))
	}
	c := d.g.Callback()
	_ = c.Query().After("gorm:query").Register("test:sql", keep)
	_ = c.Row().After("gorm:row").Register("test:sql", keep)
	_ = c.Raw().After("gorm:raw").Register("test:sql", keep)
	_ = c.Update().After("gorm:update").Register("test:sql", keep)
	return &list
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

// Terms and CleanJPEG let tests look at what has no verb of its own.
var (
	Terms     = func(p models.Product) []string { return productTerms(p) }
	CleanJPEG = cleanJPEG
)
