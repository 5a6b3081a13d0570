package db

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// How far a gate's clock may be from ours. Older scans are those of a gate that was cut off for a while.
const (
	clockAhead  = 10 * time.Minute
	clockBehind = 36 * time.Hour
)

// Redeem judges a scanned code and, if it admits, counts those who enter. replayed is set where the scan id was
// answered before: the answer is then the stored one. A refusal is an Answer, not an error; errors are ErrInvalid (a
// scan without a plausible id or spot) and ErrUnavailable.
func (d *DB) Redeem(ctx context.Context, code string, s models.Scan) (models.Answer, bool, error) {
	token, err := d.ReadToken(code)
	if err != nil {
		return d.scan(ctx, s, nil, models.Refusal(err))
	}
	return d.scan(ctx, s, func(t *tx) (int64, error) { return token.VoucherID, nil }, nil)
}

// RedeemByNumber judges a scan by the document's number, for who comes without a phone: of the person's vouchers for
// this spot it takes today's open one, else the one that explains best why not.
func (d *DB) RedeemByNumber(ctx context.Context, number string, s models.Scan) (models.Answer, bool, error) {
	hash := d.hash("number", models.NormalDocument(number))
	s.ByNumber = true
	if s.At.IsZero() {
		s.At = d.Now()
	}
	return d.scan(ctx, s, func(t *tx) (id int64, err error) {
		var ids []int64
		err = t.g.Raw(`SELECT v.id FROM vouchers v JOIN residents r ON r.id = v.resident_id WHERE r.number_hash = ?
			ORDER BY CASE WHEN v.spot_id = ? THEN 0 ELSE 1 END, CASE WHEN v.visit_day = ? THEN 0 ELSE 1 END,
			CASE v.state WHEN 'issued' THEN 0 WHEN 'redeemed' THEN 1 ELSE 2 END, v.visit_day DESC, v.id DESC LIMIT 1`,
			hash, s.SpotID, models.DayOf(s.At)).Scan(&ids).Error
		if err != nil || len(ids) == 0 {
			return 0, err
		}
		return ids[0], nil
	}, nil)
}

// scan is the one way a scan goes. find gives the voucher's id, 0 for none; bad is a code that names none.
func (d *DB) scan(ctx context.Context, s models.Scan, find func(*tx) (int64, error), bad *models.Error) (a models.Answer, replayed bool, err error) {
	if len(s.ID) < 8 || len(s.ID) > 100 {
		return a, false, models.ErrInvalid.With("扫码编号要8到100个字符")
	}
	if s.At.IsZero() {
		s.At = d.Now()
	}
	s.At = s.At.UTC().Truncate(time.Microsecond)
	run := func(t *tx) error {
		a, replayed, err = t.scan(s, find, bad)
		return err
	}
	err = d.write(ctx, run)
	if errors.Is(err, gorm.ErrDuplicatedKey) { // the same scan id came twice at once, with no voucher to wait on
		err = d.write(ctx, run)
	}
	return a, replayed, err
}

func (t *tx) scan(s models.Scan, find func(*tx) (int64, error), bad *models.Error) (a models.Answer, replayed bool, err error) {
	c := models.Case{}
	if err := found(t.g.Select("id", "name").Where("id = ?", s.SpotID).Take(&c.Here).Error, "这个景区"); err != nil {
		return a, false, err
	}
	if find != nil {
		if err := t.lockCase(&c, find); err != nil {
			return a, false, err
		}
	}
	// After the lock and before any rule: a repeat of this very scan gets the stored answer.
	var old models.Redemption
	err = t.g.Where("scan_id = ?", s.ID).Take(&old).Error
	if err == nil {
		a, err = t.again(old, c, s)
		return a, err == nil, err
	}
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return a, false, err
	}
	a = t.judge(c, s, bad)
	if s.Dry {
		return a, false, nil
	}
	return a, false, t.admit(c, s, a)
}

// again answers the repeat of a scan. An admission is never shown for another voucher, person or spot (ErrKeyReused): a
// gate whose ids repeat would let everybody in. After an undo it is not shown either, since nobody is counted for it.
func (t *tx) again(old models.Redemption, c models.Case, s models.Scan) (a models.Answer, err error) {
	if err := json.Unmarshal(old.Answer, &a); err != nil || old.Admitted == 0 {
		return a, err
	}
	same := c.Voucher != nil && c.Voucher.ID == *old.VoucherID
	if !same && c.Voucher != nil && s.ByNumber && old.ByNumber { // a number finds the voucher that fits best now
		var holder int64
		err = t.g.Raw("SELECT resident_id FROM vouchers WHERE id = ?", *old.VoucherID).Row().Scan(&holder)
		same = holder == c.Voucher.ResidentID
	}
	switch {
	case err != nil:
		return a, err
	case !same || old.SpotID != s.SpotID:
		return models.Answer{}, models.ErrKeyReused
	case old.AnnulledAt != nil:
		return a.Undone(c.Voucher.Left()), nil
	}
	return a, nil
}

// lockCase locks the voucher's row and loads what the judgement needs, in one statement: a gate waits for it.
func (t *tx) lockCase(c *models.Case, find func(*tx) (int64, error)) error {
	id, err := find(t)
	if err != nil || id == 0 {
		return err
	}
	var row struct {
		models.Voucher
		Kind                               models.OfferKind
		PayPercent                         int
		SpotName, MaskedName, MaskedNumber string
	}
	lock := "" // SQLite's transaction has locked everything already
	if !t.d.lite {
		lock = " FOR NO KEY UPDATE OF v"
	}
	err = t.g.Raw(`SELECT v.*, o.kind, o.pay_percent, s.name AS spot_name, r.masked_name, r.masked_number FROM vouchers v
		JOIN offers o ON o.id = v.offer_id JOIN spots s ON s.id = v.spot_id JOIN residents r ON r.id = v.resident_id
		WHERE v.id = ?`+lock, id).Scan(&row).Error
	if err != nil || row.ID == 0 {
		return err
	}
	c.Voucher, c.Holder = &row.Voucher, row.MaskedName+" "+row.MaskedNumber
	c.Offer = models.Offer{Kind: row.Kind, PayPercent: row.PayPercent}
	c.Spot = models.Spot{ID: row.SpotID, Name: row.SpotName}
	if row.Admitted > 0 {
		c.FirstUse, err = t.firstUse(row.ID)
	}
	return err
}

func (t *tx) firstUse(voucherID int64) (*models.FirstUse, error) {
	var f models.FirstUse
	var list []models.Redemption
	err := t.g.Where("voucher_id = ? AND admitted > 0 AND annulled_at IS NULL", voucherID).Order("id").Limit(1).Find(&list).Error
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var s models.Spot
	if err := t.g.Select("name").Where("id = ?", list[0].SpotID).Take(&s).Error; err != nil {
		return nil, err
	}
	f.At, f.Spot, f.Gate = list[0].ScannedAt, s.Name, list[0].Gate
	return &f, nil
}

func (t *tx) judge(c models.Case, s models.Scan, bad *models.Error) models.Answer {
	refused := models.Answer{ScanID: s.ID, Verdict: models.VerdictRefused, Spot: c.Here.Name}
	switch {
	case bad != nil:
		refused.Reason, refused.Message = bad.Code, bad.ZH
		return refused
	case s.At.After(t.now.Add(clockAhead)) || s.At.Before(t.now.Add(-clockBehind)): // a difference could overflow
		refused.Reason, refused.Message = "clock_suspect", "这部检票手机的时间不对，请先校准时间再扫。"
		return refused
	}
	return models.Judge(c, s)
}

// admit writes what was decided: the guarded update first, then the record, which is kept for refusals too.
func (t *tx) admit(c models.Case, s models.Scan, a models.Answer) error {
	if a.Admitted > 0 {
		res := t.g.Exec(`UPDATE vouchers SET admitted = admitted + ?, state = CASE WHEN admitted + ? = party THEN 'redeemed' ELSE 'issued' END,
			ended_at = CASE WHEN admitted + ? = party THEN ? ELSE ended_at END WHERE id = ? AND state = 'issued' AND admitted + ? <= party`,
			a.Admitted, a.Admitted, a.Admitted, t.now, c.Voucher.ID, a.Admitted)
		if err := one(res); err != nil {
			return err
		}
	}
	answer, err := json.Marshal(a)
	if err != nil {
		return err
	}
	r := models.Redemption{
		ScanID: s.ID, SpotID: s.SpotID, Gate: s.Gate, Device: s.Device, StaffID: s.StaffID, Verdict: a.Verdict, Reason: a.Reason, People: s.People,
		Admitted: a.Admitted, CollectFen: a.CollectFen, ByNumber: s.ByNumber, ScannedAt: s.At, ArrivedAt: t.now, Answer: answer,
	}
	if c.Voucher != nil {
		r.VoucherID = &c.Voucher.ID
	}
	return t.g.Create(&r).Error
}

// UndoScan takes an admission back: the record stays, annulled, and the voucher is open again. Only who scanned may,
// within models.UndoWindow (ErrUndoLate). Undoing twice is answered like once.
func (d *DB) UndoScan(ctx context.Context, by models.Account, scanID string) error {
	return d.write(ctx, func(t *tx) error {
		var r models.Redemption
		if err := found(t.g.Where("scan_id = ? AND admitted > 0", scanID).Take(&r).Error, "这次放行"); err != nil {
			return err
		}
		if err := t.lock().Select("id").Take(&models.Voucher{}, *r.VoucherID).Error; err != nil {
			return err
		}
		if err := t.g.Take(&r, r.ID).Error; err != nil || r.AnnulledAt != nil {
			return err
		}
		if r.StaffID != by.ID || t.now.Sub(r.ArrivedAt) > models.UndoWindow {
			return models.ErrUndoLate
		}
		if err := one(t.g.Exec("UPDATE redemptions SET annulled_at = ? WHERE id = ? AND annulled_at IS NULL", t.now, r.ID)); err != nil {
			return err
		}
		if err := one(t.g.Exec(`UPDATE vouchers SET admitted = admitted - ?, state = 'issued', ended_at = NULL
			WHERE id = ? AND state IN ('issued', 'redeemed') AND admitted >= ?`, r.Admitted, *r.VoucherID, r.Admitted)); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "scan.undo", voucherRef(*r.VoucherID), "")
	})
}

// GateCounts is what a gate's screen shows of the day.
type GateCounts struct {
	Day      models.Day
	Claimed  int // people expected today
	Admitted int
	Refused  int // scans
	Last     []models.Redemption
}

// GateToday counts a spot's day.
func (d *DB) GateToday(ctx context.Context, spotID string) (c GateCounts, err error) {
	now := d.Now()
	c.Day = models.DayOf(now)
	g := d.read(ctx)
	err = g.Raw("SELECT COALESCE(SUM(party), 0) FROM vouchers WHERE spot_id = ? AND visit_day = ? AND state IN ('issued', 'redeemed')", spotID, c.Day).
		Row().Scan(&c.Claimed)
	if err != nil {
		return c, err
	}
	err = g.Raw(`SELECT COALESCE(SUM(CASE WHEN annulled_at IS NULL THEN admitted ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN verdict = 'refused' THEN 1 ELSE 0 END), 0) FROM redemptions WHERE spot_id = ? AND arrived_at >= ?`, spotID, c.Day.Start()).
		Row().Scan(&c.Admitted, &c.Refused)
	if err != nil {
		return c, err
	}
	err = g.Omit("answer").Where("spot_id = ? AND arrived_at >= ?", spotID, c.Day.Start()).Order("arrived_at DESC, id DESC").Limit(10).Find(&c.Last).Error
	return c, err
}
