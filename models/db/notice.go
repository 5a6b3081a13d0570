package db

import (
	"context"
	"time"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// NoticeView is a notice, opened for the one it is for.
type NoticeView struct {
	ID   int64
	Kind string
	Text string
	At   time.Time
}

// NoticesAfter gives what a person was told since the notice they saw last, and marks it as sent: the web chat fetches
// its notices, so being fetched is being sent.
func (d *DB) NoticesAfter(ctx context.Context, linkID, after int64, limit int) ([]NoticeView, error) {
	views, pending, err := d.notices(d.read(ctx).Where("link_id = ? AND id > ?", linkID, after).Order("id").Limit(min(max(limit, 1), 100)))
	if err != nil || len(pending) == 0 {
		return views, err
	}
	return views, d.write(ctx, func(t *tx) error {
		return t.g.Exec("UPDATE notices SET state = 'sent', sent_at = ? WHERE id IN ? AND state = 'pending'", t.now, pending).Error
	})
}

// SupplierNotices gives what a supplier's people were told, the newest first.
func (d *DB) SupplierNotices(ctx context.Context, supplierID string, limit int) ([]NoticeView, error) {
	views, _, err := d.notices(d.read(ctx).Where("supplier_id = ?", supplierID).Order("id DESC").Limit(min(max(limit, 1), 100)))
	return views, err
}

func (d *DB) notices(q *gorm.DB) (views []NoticeView, pending []int64, err error) {
	var rows []models.Notice
	if err := q.Find(&rows).Error; err != nil {
		return nil, nil, err
	}
	for _, n := range rows {
		text, err := d.open(n.TextSealed)
		if err != nil {
			return nil, nil, err
		}
		views = append(views, NoticeView{n.ID, n.Kind, text, n.WrittenAt})
		if n.State == models.NoticePending {
			pending = append(pending, n.ID)
		}
	}
	return views, pending, nil
}
