package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jieban/jieban/models"
)

// DeadNotice is a notice that was given up, as an officer reads it; numbers in it are masked.
type DeadNotice struct {
	ID      int64
	Kind    string
	Who     string // masked name, a member of staff's name, or 访客
	Channel string // wechat, telegram, web
	Text    string // "" where it cannot be opened any more
	Why     string // what the last try failed for
	Tries   int
	At      time.Time // when it was written
	Gone    bool      // the person has left or blocked us: sent again, it waits for their next message
}

// DeadNotices lists the notices that were given up, the oldest first, after the id of the last one seen; limit 1 to 100.
func (d *DB) DeadNotices(ctx context.Context, after int64, limit int) ([]DeadNotice, error) {
	var rows []struct {
		DeadNotice
		TextSealed models.Sealed
		WrittenAt  time.Time
	}
	err := d.read(ctx).Table("notices AS n").Joins(`JOIN links l ON l.id = n.link_id LEFT JOIN residents r ON r.id = l.resident_id
		LEFT JOIN accounts a ON a.id = l.account_id`).Where("n.state = 'dead' AND n.id > ?", after).Order("n.id").Limit(min(max(limit, 1), 100)).
		Select(`n.id, n.kind, n.text_sealed, n.why, n.tries, n.written_at, l.channel, COALESCE(a.name, r.masked_name, '访客') AS who,
		(l.address_sealed IS NULL OR l.gone_at IS NOT NULL) AS gone`).Scan(&rows).Error
	list := make([]DeadNotice, len(rows))
	for i, r := range rows {
		if text, openErr := d.open(r.TextSealed); openErr == nil { // one that is lost hides no other
			r.Text = models.MaskText(text)
		}
		r.At = r.WrittenAt
		list[i] = r.DeadNotice
	}
	return list, err
}

// ResendNotice lets a notice that was given up be pushed again, with all of its tries: at once where the person can be
// written to, in this chat or another of theirs; else their next message shows it. It answers ErrForbidden, ErrNotFound,
// and ErrStale where somebody was faster or the person has read it meanwhile.
func (d *DB) ResendNotice(ctx context.Context, by models.Account, id int64) error {
	if !by.May(models.RoleOfficer) {
		return models.ErrForbidden
	}
	return d.write(ctx, func(t *tx) error {
		var n models.Notice
		if err := found(t.lock().Omit("text_sealed").Where("id = ?", id).Take(&n).Error, "这条通知"); err != nil {
			return err
		}
		if n.State != models.NoticeDead || n.LinkID == nil {
			return models.ErrStale
		}
		to, err := t.reach(*n.LinkID)
		if err != nil {
			return err
		}
		err = one(t.g.Exec("UPDATE notices SET state = 'pending', tries = 0, why = '', link_id = ?, due_at = ?, taken_until = NULL WHERE id = ? AND state = 'dead'",
			to.ID, t.due(to), id))
		if err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "notice.resend", fmt.Sprintf("notice:%d", id), "")
	})
}

// NoticeCounts counts what is on its way to people.
type NoticeCounts struct {
	Due     int64 // to be pushed, now or at the next try
	Waiting int64 // for the person's next message; at most NoticesCounted
	Dead    int64 // given up; at most NoticesCounted
}

// NoticesCounted bounds the counts: who sees as many knows enough, and counting on would read much of the table.
const NoticesCounted = 10_000

// NoticeCounts says how many notices are due, wait, and were given up.
func (d *DB) NoticeCounts(ctx context.Context) (c NoticeCounts, err error) {
	// The doubled conditions are word for word those of the partial indexes, without which SQLite does not use them.
	err = d.read(ctx).Raw(`SELECT
		(SELECT COUNT(*) FROM notices WHERE state = 'pending' AND due_at IS NOT NULL) AS due,
		(SELECT COUNT(*) FROM (SELECT 1 FROM notices WHERE state IN ('pending', 'dead') AND state = 'pending' AND link_id > 0 AND due_at IS NULL LIMIT ?) AS w) AS waiting,
		(SELECT COUNT(*) FROM (SELECT 1 FROM notices WHERE state = 'dead' AND id > 0 LIMIT ?) AS x) AS dead`, NoticesCounted, NoticesCounted).Scan(&c).Error
	return c, err
}
