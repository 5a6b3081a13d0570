package db

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// notice writes what a person is to be told; it is sent after the commit, where the person is found best.
func (t *tx) notice(linkID int64, kind, text string) error {
	return t.noticeOnce(linkID, kind, text, "")
}

// noticeOnce is notice for what may be found out again and again: the same key is told once. "" = no key.
func (t *tx) noticeOnce(linkID int64, kind, text, key string) error {
	to, err := t.reach(linkID)
	if err != nil {
		return err
	}
	n := models.Notice{Kind: kind}
	if key != "" {
		n.OnceKey = &key
	}
	return t.noticeTo(to, n, text)
}

// noticeTo writes a notice to a link as it is. Where its person has left there is nobody to push it to, so the officers
// are told at once; who comes back is shown it.
func (t *tx) noticeTo(to models.Link, n models.Notice, text string) error {
	n.LinkID, n.State, n.DueAt = &to.ID, models.NoticePending, t.due(to)
	if to.GoneAt != nil {
		n.State, n.Why = models.NoticeDead, models.WhyGone
	}
	return t.notify(n, text)
}

// noticeSupplier writes what a supplier's people are to be told: on their page, and in the chats they have bound.
func (t *tx) noticeSupplier(supplierID, kind, text string) error {
	if err := t.notify(models.Notice{SupplierID: supplierID, Kind: kind, State: models.NoticePending}, text); err != nil {
		return err
	}
	var links []int64
	if err := t.g.Raw("SELECT id FROM links WHERE account_id IN (SELECT id FROM accounts WHERE supplier_id = ? AND supplier_id <> '')", supplierID).
		Scan(&links).Error; err != nil {
		return err
	}
	for _, id := range links {
		to, err := t.reach(id)
		if err != nil {
			return err
		}
		if err := t.noticeTo(to, models.Notice{SupplierID: supplierID, Kind: kind}, text); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) notify(n models.Notice, text string) error {
	sealed, err := t.d.seal(text)
	if err != nil {
		return err
	}
	n.TextSealed, n.WrittenAt = sealed, t.now
	return t.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&n).Error
}

// NoticeView is a notice, opened for the one it is for.
type NoticeView struct {
	ID   int64
	Kind string
	Text string
	At   time.Time
}

// NoticesAfter gives what a person was told since the notice they saw last, and what waits for them, 1 to 100 of it, and
// marks it as sent: being shown is being sent. What a channel has pushed, or is pushing at this moment, is not among it.
func (d *DB) NoticesAfter(ctx context.Context, linkID, after int64, limit int) ([]NoticeView, error) {
	now := d.realNow()
	rows, err := d.openNotices(d.read(ctx).Where(`link_id = ? AND (state IN ('pending', 'dead') OR (id > ? AND NOT pushed))
		AND (taken_until IS NULL OR taken_until < ?)`, linkID, after, now).Order("id").Limit(min(max(limit, 1), 100)))
	var waiting []int64
	for _, n := range rows {
		if n.State != models.NoticeSent {
			waiting = append(waiting, n.ID)
		}
	}
	if err != nil || len(waiting) == 0 {
		return views(rows, nil), err
	}
	shown := map[int64]bool{}
	err = d.write(ctx, func(t *tx) error {
		var ids []int64
		err := t.g.Raw(`UPDATE notices SET state = 'sent', sent_at = ?, due_at = NULL, taken_until = NULL WHERE id IN ? AND state IN ('pending', 'dead')
			AND (taken_until IS NULL OR taken_until < ?) RETURNING id`, t.now, waiting, now).Scan(&ids).Error
		for _, id := range ids {
			shown[id] = true
		}
		return err
	})
	return views(rows, shown), err
}

// views leaves out what waited and was taken by a sender meanwhile.
func views(rows []openNotice, shown map[int64]bool) []NoticeView {
	var list []NoticeView
	for _, n := range rows {
		if n.State == models.NoticeSent || shown[n.ID] {
			list = append(list, NoticeView{n.ID, n.Kind, n.text, n.WrittenAt})
		}
	}
	return list
}

// SupplierNotices gives what a supplier's people were told, the newest first.
func (d *DB) SupplierNotices(ctx context.Context, supplierID string, limit int) ([]NoticeView, error) {
	rows, err := d.openNotices(d.read(ctx).Where("supplier_id = ? AND link_id IS NULL", supplierID).Order("id DESC").Limit(min(max(limit, 1), 100)))
	list := make([]NoticeView, len(rows))
	for i, n := range rows {
		list[i] = NoticeView{n.ID, n.Kind, n.text, n.WrittenAt}
	}
	return list, err
}

type openNotice struct {
	models.Notice
	text string
}

func (d *DB) openNotices(q *gorm.DB) ([]openNotice, error) {
	var rows []models.Notice
	if err := q.Find(&rows).Error; err != nil {
		return nil, err
	}
	list := make([]openNotice, len(rows))
	for i, n := range rows {
		text, err := d.open(n.TextSealed)
		if err != nil {
			return nil, err
		}
		list[i] = openNotice{n, text}
	}
	return list, nil
}

// Outgoing is a notice on its way: one sender has it until its lease ends.
type Outgoing struct {
	NoticeView
	LinkID        int64
	Channel, User string // the platform's user id
	tries         int
	lease         time.Time
}

// leaseFor is how long a sender may take for what it took at once. A process that dies meanwhile leaves its notices to
// the next one: a person may be told twice, but never not at all.
const leaseFor = 2 * time.Minute

// TakeNotices takes notices that are due to be pushed through one of the channels, the oldest first and at most limit,
// for this sender alone and for two minutes; each is ended by EndNotice. Without one that is due it writes nothing.
func (d *DB) TakeNotices(ctx context.Context, channels []string, limit int) ([]Outgoing, error) {
	now := d.realNow()
	due := func(g *gorm.DB) *gorm.DB {
		return g.Table("notices AS n").Joins("JOIN links l ON l.id = n.link_id").
			Where("n.state = 'pending' AND n.due_at <= ? AND (n.taken_until IS NULL OR n.taken_until < ?) AND l.channel IN ? AND l.address_sealed IS NOT NULL", now, now, channels)
	}
	var any int64
	if err := due(d.read(ctx)).Select("n.id").Limit(1).Scan(&any).Error; err != nil || any == 0 {
		return nil, err
	}
	var rows []takenNotice
	lease := now.Add(leaseFor)
	err := d.write(ctx, func(t *tx) error {
		q := due(t.g).Select("n.*, l.channel, l.address_sealed").Order("n.due_at, n.id").Limit(limit)
		if !d.lite {
			q = q.Clauses(clause.Locking{Strength: "UPDATE", Table: clause.Table{Name: "n"}, Options: "SKIP LOCKED"})
		}
		rows = nil
		if err := q.Scan(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		return t.g.Exec("UPDATE notices SET taken_until = ?, tries = tries + 1 WHERE id IN ?", lease, ids).Error
	})
	if err != nil {
		return nil, err
	}
	return d.outgoing(ctx, rows, lease)
}

// takenNotice is a notice with where it goes.
type takenNotice struct {
	models.Notice
	Channel       string
	AddressSealed models.Sealed
}

// outgoing opens what was taken. What cannot be opened, or was taken again and again and nobody ever said what came of
// it, goes to the officers' list: it must not stand in the way of the others.
func (d *DB) outgoing(ctx context.Context, rows []takenNotice, lease time.Time) ([]Outgoing, error) {
	list := make([]Outgoing, 0, len(rows))
	lost := map[string][]int64{}
	for _, r := range rows {
		o := Outgoing{NoticeView: NoticeView{ID: r.ID, Kind: r.Kind, At: r.WrittenAt}, LinkID: *r.LinkID, Channel: r.Channel, tries: r.Tries + 1, lease: lease}
		text, err := d.open(r.TextSealed)
		user, err2 := d.open(r.AddressSealed)
		switch {
		case err != nil || err2 != nil:
			lost[models.WhySealed] = append(lost[models.WhySealed], r.ID)
		case r.Tries >= models.NoticeTries:
			lost[models.WhyUnheard] = append(lost[models.WhyUnheard], r.ID)
		default:
			o.Text, o.User = text, user
			list = append(list, o)
		}
	}
	for why, ids := range lost {
		err := d.write(ctx, func(t *tx) error {
			return t.g.Exec("UPDATE notices SET state = 'dead', why = ?, due_at = NULL, taken_until = NULL WHERE id IN ? AND state = 'pending' AND taken_until = ?",
				why, ids, lease).Error
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// EndNotice keeps what came of pushing a notice. A sender whose lease has ended, and whose notice another has taken,
// changes nothing.
func (d *DB) EndNotice(ctx context.Context, o Outgoing, r models.Delivery) error {
	set := map[string]any{"taken_until": nil, "why": plainWhy(r.Why)}
	switch r.Outcome {
	case models.NoticeTaken:
		set["state"], set["pushed"], set["sent_at"], set["due_at"] = models.NoticeSent, true, d.Now(), nil
	case models.NoticeKept:
		set["due_at"] = nil
	case models.NoticeGone:
		if err := d.LinkGone(ctx, o.LinkID); err != nil {
			return err
		}
	case models.NoticeFailed:
		wait, giveUp := models.Notice{Tries: o.tries}.Retry()
		set["due_at"] = d.realNow().Add(max(wait, r.After))
		if giveUp {
			set["state"], set["due_at"] = models.NoticeDead, nil
		}
	}
	return d.write(ctx, func(t *tx) error {
		return t.g.Table("notices").Where("id = ? AND state = 'pending' AND taken_until = ?", o.ID, o.lease).Updates(set).Error
	})
}

// address is a web address in a fault's words: a platform's may hold the secret we ask it with.
var address = regexp.MustCompile(`https?://[^\s"']+`)

// plainWhy keeps of a fault what officers may read: no address, no number, at most 200 characters.
func plainWhy(why string) string {
	r := []rune(models.MaskText(address.ReplaceAllString(strings.ToValidUTF8(strings.ReplaceAll(why, "\x00", ""), ""), "…")))
	return string(r[:min(len(r), 200)])
}

// Grant sets how many pushes of a kind a platform allows to a person until a moment (real time), or adds to them.
func (d *DB) Grant(ctx context.Context, linkID int64, kind string, n int, until time.Time, add bool) error {
	return d.write(ctx, func(t *tx) error {
		return t.g.Exec(`INSERT INTO push_credits (link_id, kind, n, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT (link_id, kind) DO UPDATE
			SET expires_at = excluded.expires_at, n = CASE WHEN ? AND push_credits.expires_at > ? THEN push_credits.n + excluded.n ELSE excluded.n END`,
			linkID, kind, n, until, add, d.realNow()).Error
	})
}

// Spend takes one push of the first of the kinds that has one left, and says which; ok is false where none has.
func (d *DB) Spend(ctx context.Context, linkID int64, kinds ...string) (kind string, ok bool, err error) {
	err = d.write(ctx, func(t *tx) error {
		for _, k := range kinds {
			res := t.g.Exec("UPDATE push_credits SET n = n - 1 WHERE link_id = ? AND kind = ? AND n > 0 AND expires_at > ?", linkID, k, d.realNow())
			if res.Error != nil || res.RowsAffected == 1 {
				kind, ok = k, res.RowsAffected == 1
				return res.Error
			}
		}
		return nil
	})
	return kind, ok, err
}

// Void ends the pushes of a kind, where the platform says that they are used up or were refused.
func (d *DB) Void(ctx context.Context, linkID int64, kind string) error {
	return d.write(ctx, func(t *tx) error {
		return t.g.Exec("UPDATE push_credits SET n = 0 WHERE link_id = ? AND kind = ?", linkID, kind).Error
	})
}

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
