package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jieban/jieban/models"
)

// RefundDue is a refund that the provider is to be asked for, with what the provider knows the payment by.
type RefundDue struct {
	models.Refund
	Provider string
	Ref      string
	OrderNo  string
}

// refund starts sending back a part of a payment. Its number is made from its id, as an order's is.
func (t *tx) refund(p models.Payment, amount models.Fen, reason string) error {
	var before models.Fen
	if err := t.g.Raw("SELECT COALESCE(SUM(amount_fen), 0) FROM refunds WHERE payment_id = ?", p.ID).Scan(&before).Error; err != nil {
		return err
	}
	if before+amount > p.AmountFen {
		return fmt.Errorf("refund of payment %d: %d fen and %d before are more than was paid", p.ID, amount, before)
	}
	r := models.Refund{
		No: "~" + randomToken(), PaymentID: p.ID, OrderID: p.OrderID, AmountFen: amount, Reason: reason,
		State: models.RefundRefunding, NextTryAt: t.now, AskedAt: t.now,
	}
	if err := t.g.Create(&r).Error; err != nil {
		return err
	}
	return one(t.g.Exec("UPDATE refunds SET no = ? WHERE id = ?", "R"+models.OrderNo(r.ID, t.now)[1:], r.ID))
}

// DueRefunds lists what the provider is to be asked for now, oldest first, at most limit (1 to 100).
func (d *DB) DueRefunds(ctx context.Context, limit int) ([]RefundDue, error) {
	var due []RefundDue
	err := d.read(ctx).Table("refunds r").Select("r.*, p.provider, p.ref, p.order_no").Joins("JOIN payments p ON p.id = r.payment_id").
		Where("r.state = 'refunding' AND r.next_try_at <= ?", d.Now()).Order("r.next_try_at, r.id").Limit(pageSize(limit, 100)).Find(&due).Error
	return due, err
}

// RefundDone books the provider's final success. A repeat changes nothing. It answers ErrNotFound.
func (d *DB) RefundDone(ctx context.Context, id int64) error {
	return d.write(ctx, func(t *tx) error {
		r, o, err := t.lockRefund(id)
		if err != nil || r.State == models.RefundDone {
			return err
		}
		// A provider may succeed after it had seemed to refuse: money that is back is back.
		if r.State == models.RefundFailed {
			if err := t.moveRefund(r, models.RefundRefunding, nil); err != nil {
				return err
			}
			r.State = models.RefundRefunding
		}
		if err := t.moveRefund(r, models.RefundDone, map[string]any{"ended_at": t.now}); err != nil {
			return err
		}
		if o != nil {
			if err := t.settleRefund(*o, r); err != nil {
				return err
			}
		}
		return t.audit(System, "refund.done", "refund:"+r.No, "")
	})
}

// lockRefund locks the order that the money was for, if any, and then the refund: orders come first everywhere.
func (t *tx) lockRefund(id int64) (models.Refund, *models.Order, error) {
	var r models.Refund
	if err := t.g.Where("id = ?", id).Take(&r).Error; err != nil {
		return r, nil, found(err, "这笔退款")
	}
	var order *models.Order
	if r.OrderID != nil {
		o, err := t.lockOrder("id = ?", *r.OrderID)
		if err != nil {
			return r, nil, err
		}
		order = &o
	}
	err := t.lock().Where("id = ?", id).Take(&r).Error
	return r, order, err
}

func (t *tx) moveRefund(r models.Refund, to models.RefundState, also map[string]any) error {
	if !models.RefundStates.Allows(string(r.State), string(to)) {
		return models.ErrStale
	}
	change := map[string]any{"state": to}
	for k, v := range also {
		change[k] = v
	}
	return one(t.g.Model(&models.Refund{}).Where("id = ? AND state = ?", r.ID, r.State).Updates(change))
}

// settleRefund brings the order's states up to what has come back, and tells the buyer; the supplier too, unless the
// money was never the order's.
func (t *tx) settleRefund(o models.Order, r models.Refund) error {
	var sum struct {
		Stray       bool
		Paid, Given models.Fen
	}
	err := t.g.Raw(`SELECT p.stray, p.amount_fen AS paid, (SELECT SUM(amount_fen) FROM refunds WHERE payment_id = p.id AND state = 'refunded') AS given
 FROM payments p WHERE p.id = ?`, r.PaymentID).Scan(&sum).Error
	if err != nil {
		return err
	}
	pay := o.PaymentState
	if !sum.Stray {
		pay = models.PaymentPartRefunded
		if sum.Given == sum.Paid {
			pay = models.PaymentRefunded
		}
	}
	// Stray money closes an order only where it was that order's only money.
	closes := pay == models.PaymentRefunded || sum.Stray && pay == models.PaymentUnpaid
	switch {
	case closes && models.OrderStates.Allows(string(o.State), string(models.OrderClosedRefunded)):
		err = t.moveOrder(o, models.OrderClosedRefunded, pay)
	case pay != o.PaymentState && models.PaymentStates.Allows(string(o.PaymentState), string(pay)):
		err = one(t.g.Exec("UPDATE orders SET payment_state = ? WHERE id = ? AND payment_state = ?", pay, o.ID, o.PaymentState))
	}
	if err != nil {
		return err
	}
	if !sum.Stray {
		text := "订单 " + o.No + " 有 " + r.AmountFen.String() + " 已退给买家，没发的货不用再发。"
		if err := t.noticeSupplier(o.SupplierID, "refund_done", text); err != nil {
			return err
		}
	}
	return t.notice(o.LinkID, "refund_done", "订单 "+o.No+" 的退款 "+r.AmountFen.String()+" 已原路退回，请留意到账。三天没到账，请回复“人工”。")
}

// RefundTried notes a try that brought no final answer and when to try again, or that the provider refuses for good
// (failed): then an officer must act, and the buyer is told so, once. It answers ErrNotFound, and ErrStale if the refund
// is not on its way any more.
func (d *DB) RefundTried(ctx context.Context, id int64, again time.Time, failed bool) error {
	return d.write(ctx, func(t *tx) error {
		if !failed {
			return one(t.g.Exec("UPDATE refunds SET tries = tries + 1, next_try_at = ? WHERE id = ? AND state = 'refunding'", again.UTC(), id))
		}
		var r models.Refund
		if err := t.lock().Where("id = ?", id).Take(&r).Error; err != nil {
			return found(err, "这笔退款")
		}
		if err := t.moveRefund(r, models.RefundFailed, map[string]any{"tries": r.Tries + 1}); err != nil {
			return err
		}
		if err := t.tellOfFailure(r); err != nil {
			return err
		}
		return t.audit(System, "refund.failed", "refund:"+r.No, "")
	})
}

// tellOfFailure keeps a buyer from thinking that the money is lost.
func (t *tx) tellOfFailure(r models.Refund) error {
	if r.OrderID == nil {
		return nil
	}
	var o models.Order
	if err := t.g.Select("no", "link_id").Where("id = ?", *r.OrderID).Take(&o).Error; err != nil {
		return err
	}
	text := "订单 " + o.No + " 的退款 " + r.AmountFen.String() + " 支付平台暂时没有退成，工作人员正在处理。您的钱不会丢，不用操作，退成了再通知您。"
	return t.noticeOnce(o.LinkID, "refund_failed", text, fmt.Sprintf("refund_failed:%d", r.ID))
}

// RetryRefund lets an officer ask the provider again, under the same number. It answers ErrForbidden, ErrNotFound, and
// ErrStale if the refund has not failed.
func (d *DB) RetryRefund(ctx context.Context, by models.Account, id int64) error {
	if !by.May(models.RoleOfficer) {
		return models.ErrForbidden
	}
	return d.write(ctx, func(t *tx) error {
		var r models.Refund
		if err := t.lock().Where("id = ?", id).Take(&r).Error; err != nil {
			return found(err, "这笔退款")
		}
		if err := t.moveRefund(r, models.RefundRefunding, map[string]any{"next_try_at": t.now}); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "refund.retry", "refund:"+r.No, "")
	})
}

// FailedRefunds lists what an officer must act on, oldest first, at most 100.
func (d *DB) FailedRefunds(ctx context.Context) ([]RefundDue, error) {
	var list []RefundDue
	err := d.read(ctx).Table("refunds r").Select("r.*, p.provider, p.ref, p.order_no").Joins("JOIN payments p ON p.id = r.payment_id").
		Where("r.state = 'failed'").Order("r.id").Limit(100).Find(&list).Error
	return list, err
}
