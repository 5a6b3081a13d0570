package db

import (
	"context"

	"github.com/jieban/jieban/models"
)

// CancelOrder takes back a buyer's order of which nothing is shipped: the goods are free again, and paid money is on its
// way back. A repeat gives the same answer. It answers ErrNotFound and ErrOrderState.
func (d *DB) CancelOrder(ctx context.Context, linkID int64, no string) (OrderView, error) {
	err := d.write(ctx, func(t *tx) error {
		o, err := t.lockOrder("no = ? AND "+ofBuyer, no, linkID, linkID)
		if err != nil || o.State == models.OrderCancelled {
			return err
		}
		if err := o.Cancel(); err != nil {
			return err
		}
		return t.cancel(o)
	})
	if err != nil {
		return OrderView{}, err
	}
	return d.Order(ctx, linkID, no)
}

func (t *tx) cancel(o models.Order) error {
	if err := t.moveOrder(o, models.OrderCancelled, o.PaymentState); err != nil {
		return err
	}
	if err := t.giveBack(o); err != nil {
		return err
	}
	buyer, supplier := "订单 "+o.No+" 已取消。", "订单 "+o.No+" 已被买家取消，不用发货。"
	if o.PaymentState == models.PaymentPaid {
		var p models.Payment
		if err := t.g.Where("order_id = ? AND NOT stray", o.ID).Take(&p).Error; err != nil {
			return err
		}
		if err := t.refund(p, p.AmountFen, "cancelled"); err != nil {
			return err
		}
		buyer = "订单 " + o.No + " 已取消，货款 " + p.AmountFen.String() + " 正在原路退回。"
	}
	if err := t.notice(o.LinkID, "order_cancelled", buyer); err != nil {
		return err
	}
	if err := t.noticeSupplier(o.SupplierID, "order_cancelled", supplier); err != nil {
		return err
	}
	return t.audit(ByLink(o.LinkID), "order.cancel", "order:"+o.No, "")
}

// giveBack frees what the order still holds, once: the lines say how much that is. The order's row is locked.
func (t *tx) giveBack(o models.Order) error {
	for _, l := range sortedLines(o.Lines) {
		if l.Held == 0 {
			continue
		}
		if err := one(t.g.Exec("UPDATE order_lines SET held = 0 WHERE id = ? AND held = ?", l.ID, l.Held)); err != nil {
			return err
		}
		if err := one(t.g.Exec("UPDATE skus SET reserved = reserved - ? WHERE id = ? AND reserved >= ?", l.Held, l.SKUID, l.Held)); err != nil {
			return err
		}
	}
	return nil
}

// DueOrders lists unpaid orders whose hold has run out, oldest first, at most limit (1 to 100), without lines. The
// provider is asked, and the payment closed there, before ExpireOrder.
func (d *DB) DueOrders(ctx context.Context, limit int) ([]models.Order, error) {
	var due []models.Order
	err := d.read(ctx).Table("orders o").Select(listedOrder).Where("o.state = 'pending_payment' AND o.expires_at <= ?", d.Now()).
		Order("o.expires_at, o.id").Limit(pageSize(limit, 100)).Find(&due).Error
	return due, err
}

// ExpireOrder ends an unpaid order whose hold has run out and frees its goods. It answers ErrStale where the order was
// paid, cancelled or expired meanwhile, or is not due yet.
func (d *DB) ExpireOrder(ctx context.Context, id int64) error {
	return d.write(ctx, func(t *tx) error {
		err := one(t.g.Exec(`UPDATE orders SET state = 'expired', ended_at = ?
 WHERE id = ? AND state = 'pending_payment' AND payment_state = 'unpaid' AND expires_at <= ?`, t.now, id, t.now))
		if err != nil {
			return err
		}
		o, err := t.lockOrder("id = ?", id)
		if err != nil {
			return err
		}
		if err := t.giveBack(o); err != nil {
			return err
		}
		if err := t.notice(o.LinkID, "order_expired", "订单 "+o.No+" 超过付款时间，已自动关闭，没有扣款。还想要的话请重新下单。"); err != nil {
			return err
		}
		return t.audit(System, "order.expire", "order:"+o.No, "")
	})
}
