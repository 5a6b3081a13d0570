package db

import (
	"context"

	"github.com/jieban/jieban/models"
)

// AuditFilter narrows the audit down; empty fields do not. Before is the id of the last one seen.
type AuditFilter struct {
	Before             int64
	Actor, Act, Object string
	Limit              int // 1..200
}

// AuditEntries lists what was done, the newest first.
func (d *DB) AuditEntries(ctx context.Context, f AuditFilter) (list []models.Audit, err error) {
	q := d.read(ctx).Order("id DESC").Limit(min(max(f.Limit, 1), 200))
	if f.Before > 0 {
		q = q.Where("id < ?", f.Before)
	}
	for column, want := range map[string]string{"actor": f.Actor, "act": f.Act, "object": f.Object} {
		if want != "" {
			q = q.Where(column+" = ?", want)
		}
	}
	return list, q.Find(&list).Error
}
