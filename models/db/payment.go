package db

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jieban/jieban/models"
)

// BookPayment books money that a provider reports, once however often it is reported: the same provider and ref is
// answered with the payment that was booked first. What an order can take confirms it; a lapsed hold is taken anew if
// the goods are still there; all other money is booked as stray and sent back, and the buyer is told. Only a report
// without ref or amount is refused (ErrInvalid).
func (d *DB) BookPayment(ctx context.Context, r models.Report) (models.Payment, error) {
	if r.Provider == "" || r.Ref == "" || r.Amount <= 0 {
		return models.Payment{}, models.ErrInvalid.With("支付通知缺少流水号或金额")
	}
	var p models.Payment
	err := d.write(ctx, func(t *tx) (err error) {
		p, err = t.book(r)
		return err
	})
	return p, err
}

// book locks the order before it looks whether the payment is known: two notices of one payment come one after the other.
func (t *tx) book(r models.Report) (models.Payment, error) {
	o, err := t.lockOrder("no = ?", r.OrderNo)
	known := err == nil
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return models.Payment{}, err
	}
	confirm, rehold := o.Take(r)
	p := models.Payment{
		Provider: r.Provider, Ref: r.Ref, OrderNo: r.OrderNo, AmountFen: r.Amount, Stray: !confirm || !known,
		PaidAt: r.PaidAt.UTC(), BookedAt: t.now,
	}
	if known {
		p.OrderID = &o.ID
	}
	fresh, err := t.insertPayment(&p)
	if err != nil || !fresh {
		return p, err
	}
	if !p.Stray && rehold {
		held, err := t.rehold(o)
		if err != nil {
			return p, err
		}
		if !held {
			p.Stray = true
			if err := one(t.g.Exec("UPDATE payments SET stray = ? WHERE id = ? AND NOT stray", true, p.ID)); err != nil {
				return p, err
			}
		}
	}
	if p.Stray {
		return p, t.sendBack(o, p)
	}
	return p, t.confirm(o, p)
}

// insertPayment says whether the payment is new; if not, p becomes what was booked before.
func (t *tx) insertPayment(p *models.Payment) (fresh bool, err error) {
	res := t.g.Raw(`INSERT INTO payments (provider, ref, order_no, order_id, amount_fen, stray, paid_at, booked_at)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider, ref) DO NOTHING RETURNING id`,
		p.Provider, p.Ref, p.OrderNo, p.OrderID, p.AmountFen, p.Stray, p.PaidAt, p.BookedAt).Scan(&p.ID)
	if res.Error != nil {
		return false, res.Error
	}
	if p.ID != 0 {
		return true, nil
	}
	before := models.Payment{}
	err = t.g.Where("provider = ? AND ref = ?", p.Provider, p.Ref).Take(&before).Error
	*p = before
	return false, err
}

// lockOrder reads an order with its lines and parcels and keeps others from changing it. It answers ErrNotFound.
func (t *tx) lockOrder(where string, args ...any) (models.Order, error) {
	var o models.Order
	if err := t.lock().Where(where, args...).Take(&o).Error; err != nil {
		return models.Order{}, found(err, "这个订单")
	}
	return o, fillOrders(t.g, []*models.Order{&o})
}

// rehold takes the goods of a lapsed order anew: all of them or, where one pack is short, none.
func (t *tx) rehold(o models.Order) (bool, error) {
	ids := make([]string, len(o.Lines))
	for i, l := range o.Lines {
		ids[i] = l.SKUID
	}
	var packs []models.SKU
	if err := t.lock().Where("id IN ?", ids).Order("id").Find(&packs).Error; err != nil {
		return false, err
	}
	for _, l := range o.Lines {
		i := slices.IndexFunc(packs, func(s models.SKU) bool { return s.ID == l.SKUID })
		if i < 0 || packs[i].Off || packs[i].Free() < l.Quantity {
			return false, nil
		}
	}
	for _, l := range sortedLines(o.Lines) {
		err := one(t.g.Exec(`UPDATE skus SET reserved = reserved + ? WHERE id = ? AND NOT "off" AND on_hand - reserved >= ?`, l.Quantity, l.SKUID, l.Quantity))
		if err != nil {
			return false, err
		}
	}
	return true, t.g.Exec("UPDATE order_lines SET held = quantity WHERE order_id = ? AND held = 0 AND shipped = 0", o.ID).Error
}

// sortedLines gives lines in the order in which packs are locked everywhere.
func sortedLines(lines []models.OrderLine) []models.OrderLine {
	lines = slices.Clone(lines)
	slices.SortFunc(lines, func(a, b models.OrderLine) int { return strings.Compare(a.SKUID, b.SKUID) })
	return lines
}

// moveOrder takes an order from the state it was read in to another, guarded; the payment's state too if it changes.
func (t *tx) moveOrder(o models.Order, to models.OrderState, pay models.PaymentState) error {
	if !models.OrderStates.Allows(string(o.State), string(to)) ||
		pay != o.PaymentState && !models.PaymentStates.Allows(string(o.PaymentState), string(pay)) {
		return models.ErrStale
	}
	change := map[string]any{"state": to, "payment_state": pay, "ended_at": &t.now}
	if to == models.OrderConfirmed {
		change["ended_at"], change["confirmed_at"] = nil, t.now
	}
	return one(t.g.Model(&models.Order{}).Where("id = ? AND state = ? AND payment_state = ?", o.ID, o.State, o.PaymentState).Updates(change))
}

// confirm makes the order firm and tells both sides.
func (t *tx) confirm(o models.Order, p models.Payment) error {
	if err := t.moveOrder(o, models.OrderConfirmed, models.PaymentPaid); err != nil {
		return err
	}
	buyer := "已收到订单 " + o.No + " 的付款 " + p.AmountFen.String() + "，我们已通知供货商发货。"
	if err := t.notice(o.LinkID, "order_paid", buyer); err != nil {
		return err
	}
	supplier := "订单 " + o.No + " 已付款 " + p.AmountFen.String() + "，请尽快发货。"
	if err := t.noticeSupplier(o.SupplierID, "order_paid", supplier); err != nil {
		return err
	}
	return t.audit(System, "payment.book", "order:"+o.No, "")
}

// sendBack starts the refund of money that no order can take.
func (t *tx) sendBack(o models.Order, p models.Payment) error {
	reason := "no such order"
	if p.OrderID != nil {
		reason = strayReason(o, p)
	}
	if err := t.refund(p, p.AmountFen, reason); err != nil {
		return err
	}
	if err := t.audit(System, "payment.stray", "order:"+p.OrderNo, reason); err != nil {
		return err
	}
	if p.OrderID == nil {
		return nil
	}
	text := "收到订单 " + o.No + " 的一笔付款 " + p.AmountFen.String() + "，" + strayZH[reason] + "。这笔钱会原路退回，您不用操作；有疑问请回复“人工”。"
	return t.notice(o.LinkID, "payment_stray", text)
}

// strayZH says to the buyer why money goes back.
var strayZH = map[string]string{
	"wrong amount": "金额与应付的不一致",
	"paid before":  "但这个订单已经付过了",
	"goods gone":   "但订单已关闭、货也没有了",
}

func strayReason(o models.Order, p models.Payment) string {
	switch {
	case o.PaymentState != models.PaymentUnpaid || o.State == models.OrderClosedRefunded:
		return "paid before"
	case p.AmountFen != o.TotalFen:
		return "wrong amount"
	}
	return "goods gone"
}
