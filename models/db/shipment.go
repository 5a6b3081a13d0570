package db

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"time"

	"github.com/jieban/jieban/models"
)

// ShipRequest is one parcel.
type ShipRequest struct {
	Carrier    string        // one of models.Carriers
	TrackingNo string        // may be "" for models.OwnDelivery
	Lines      map[int64]int // order line id to quantity; nil = all that is left
}

// Ship sends a parcel of a paid order: the goods leave the stock and the buyer is told. A supplier may ship its own
// orders only, an officer any. The same carrier and number again with the same content gives the same answer. It answers
// ErrForbidden, ErrNotFound, ErrOrderState, ErrTracking, ErrTrackingTaken, ErrShipTooMuch and ErrQuantity.
func (d *DB) Ship(ctx context.Context, by models.Account, no string, r ShipRequest) (OrderView, error) {
	if by.Role != models.RoleSupplier && !by.May(models.RoleOfficer) {
		return OrderView{}, models.ErrForbidden
	}
	number, err := models.CheckTracking(r.Carrier, r.TrackingNo)
	if err != nil {
		return OrderView{}, err
	}
	r.TrackingNo = number
	var v OrderView
	err = d.write(ctx, func(t *tx) error {
		o, err := t.lockOrder("no = ?", no)
		if err != nil {
			return err
		}
		if by.Role == models.RoleSupplier && by.SupplierID != o.SupplierID {
			return models.ErrNotFound.With("这个订单")
		}
		if err := t.ship(by, o, r); err != nil {
			return err
		}
		views, err := t.d.orderViews(t.g.Where("o.id = ?", o.ID), t.g, listedOrder)
		if err == nil {
			v = views[0]
		}
		return err
	})
	return v, err
}

func (t *tx) ship(by models.Account, o models.Order, r ShipRequest) error {
	if again, err := repeated(o, r); again || err != nil {
		return err
	}
	parcel, err := o.Ship(r.Lines)
	if err != nil {
		return err
	}
	if r.TrackingNo == "" {
		r.TrackingNo = o.No + "-" + strconv.Itoa(len(o.Shipments)+1)
	}
	if err := t.takeTracking(o.SupplierID, r); err != nil {
		return err
	}
	s := models.Shipment{OrderID: o.ID, SupplierID: o.SupplierID, Carrier: r.Carrier, TrackingNo: r.TrackingNo, State: models.ShipmentShipped, ShippedAt: t.now}
	if err := t.g.Create(&s).Error; err != nil {
		return err
	}
	if err := t.takeOut(ByAccount(by.ID), o, parcel); err != nil {
		return err
	}
	for i := range parcel {
		parcel[i].ShipmentID = s.ID
	}
	if err := t.g.Create(&parcel).Error; err != nil {
		return err
	}
	text := "订单 " + o.No + " 已发货：" + r.Carrier + " " + r.TrackingNo + "。收到后请回复“收货”。"
	if err := t.notice(o.LinkID, "order_shipped", text); err != nil {
		return err
	}
	return t.audit(ByAccount(by.ID), "order.ship", "order:"+o.No, "shipment:"+strconv.FormatInt(s.ID, 10))
}

// repeated says whether this very parcel is known. The same number with other content is ErrTracking: a second tap must
// not ship twice, and a new parcel has a new number.
func repeated(o models.Order, r ShipRequest) (bool, error) {
	for _, s := range o.Shipments {
		if r.TrackingNo == "" || s.Carrier != r.Carrier || s.TrackingNo != r.TrackingNo {
			continue
		}
		sent := map[int64]int{}
		for _, l := range s.Lines {
			sent[l.OrderLineID] = l.Quantity
		}
		if r.Lines == nil && o.Unshipped() == 0 || maps.Equal(sent, r.Lines) {
			return true, nil
		}
		return false, models.ErrTracking.With("这个单号在本订单里已经用过，剩下的货请用新的单号。")
	}
	return false, nil
}

// takeTracking makes the number the supplier's. The row, not a look before it, decides between two suppliers.
func (t *tx) takeTracking(supplierID string, r ShipRequest) error {
	err := t.g.Exec("INSERT INTO tracking_numbers (carrier, tracking_no, supplier_id) VALUES (?, ?, ?) ON CONFLICT (carrier, tracking_no) DO NOTHING",
		r.Carrier, r.TrackingNo, supplierID).Error
	if err != nil {
		return err
	}
	var owner string
	err = t.g.Raw("SELECT supplier_id FROM tracking_numbers WHERE carrier = ? AND tracking_no = ?", r.Carrier, r.TrackingNo).Scan(&owner).Error
	if err == nil && owner != supplierID {
		return models.ErrTrackingTaken
	}
	return err
}

// takeOut moves what the parcel holds out of the stock: on hand, reserved, held and the ledger, all or nothing.
func (t *tx) takeOut(actor string, o models.Order, parcel []models.ShipmentLine) error {
	quantity := make(map[int64]int, len(parcel))
	for _, p := range parcel {
		quantity[p.OrderLineID] = p.Quantity
	}
	var moves []models.StockMove
	for _, l := range sortedLines(o.Lines) {
		n := quantity[l.ID]
		if n == 0 {
			continue
		}
		err := one(t.g.Exec("UPDATE order_lines SET held = held - ?, shipped = shipped + ? WHERE id = ? AND held >= ?", n, n, l.ID, n))
		if err != nil {
			return err
		}
		err = one(t.g.Exec("UPDATE skus SET on_hand = on_hand - ?, reserved = reserved - ? WHERE id = ? AND reserved >= ? AND on_hand >= ?", n, n, l.SKUID, n, n))
		if err != nil {
			return err
		}
		moves = append(moves, models.StockMove{SKUID: l.SKUID, Kind: models.MoveSale, Quantity: -n, OrderID: &o.ID, Actor: actor, At: t.now})
	}
	return t.g.Create(&moves).Error
}

// AcceptOrder books the buyer's receipt of every parcel on its way; once all is shipped, the order is completed. A
// repeat gives the same answer. It answers ErrNotFound and ErrOrderState.
func (d *DB) AcceptOrder(ctx context.Context, linkID int64, no string) (OrderView, error) {
	err := d.write(ctx, func(t *tx) error {
		o, err := t.lockOrder("no = ? AND "+ofBuyer, no, linkID, linkID)
		if err != nil || o.State == models.OrderCompleted {
			return err
		}
		return t.accept(o, ByLink(linkID), t.now)
	})
	if err != nil {
		return OrderView{}, err
	}
	return d.Order(ctx, linkID, no)
}

// accept books the receipt of the parcels sent until then.
func (t *tx) accept(o models.Order, actor string, until time.Time) error {
	parcels, completes, err := o.Accept(until)
	if err != nil {
		return err
	}
	for _, s := range parcels {
		err := one(t.g.Exec("UPDATE shipments SET state = 'accepted', accepted_at = ? WHERE id = ? AND state = ? AND accepted_at IS NULL", t.now, s.ID, s.State))
		if err != nil {
			return err
		}
	}
	if completes {
		if err := t.moveOrder(o, models.OrderCompleted, o.PaymentState); err != nil {
			return err
		}
	}
	if actor == System { // the buyer said nothing, and may not have it
		text := "订单 " + o.No + " 发货已满" + strconv.Itoa(int(models.AcceptAfter/(24*time.Hour))) + "天，已自动确认收货。没收到货或货有问题，请回复“人工”。"
		if err := t.notice(o.LinkID, "order_accepted", text); err != nil {
			return err
		}
	}
	if err := t.noticeSupplier(o.SupplierID, "order_accepted", "订单 "+o.No+" 已确认收货。"); err != nil {
		return err
	}
	return t.audit(actor, "order.accept", "order:"+o.No, "")
}

// AutoAccept accepts parcels sent more than models.AcceptAfter ago, at most 100 orders at a time, each in a transaction
// of its own, and says how many orders it touched.
func (d *DB) AutoAccept(ctx context.Context) (n int, err error) {
	due := d.Now().Add(-models.AcceptAfter)
	var ids []int64
	err = d.read(ctx).Raw(`SELECT DISTINCT s.order_id FROM shipments s JOIN orders o ON o.id = s.order_id
 WHERE s.accepted_at IS NULL AND s.shipped_at <= ? AND s.state IN ('shipped', 'in_transit', 'delivered') AND o.state = 'confirmed'
 ORDER BY s.order_id LIMIT 100`, due).Scan(&ids).Error
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		err := d.write(ctx, func(t *tx) error {
			o, err := t.lockOrder("id = ?", id)
			if err != nil {
				return err
			}
			return t.accept(o, System, due)
		})
		switch {
		case err == nil:
			n++
		case !errors.Is(err, models.ErrOrderState): // the buyer was faster
			return n, err
		}
	}
	return n, nil
}
