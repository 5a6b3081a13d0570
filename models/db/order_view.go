package db

import (
	"context"
	"encoding/json"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// OrderView is an order with its lines and parcels, and the words people read. Address is filled for its buyer and, once
// it is paid, for its supplier, only by the verbs that give a single order.
type OrderView struct {
	models.Order
	SupplierName string
	Status       string          `gorm:"-"`
	Address      *models.Address `gorm:"-"`
}

// CheckoutView is what one tap on «下单» made.
type CheckoutView struct {
	models.Checkout
	Orders []OrderView `gorm:"-"`
}

// listedOrder leaves the sealed address out of lists.
const listedOrder = "o.id, o.no, o.checkout_id, o.link_id, o.supplier_id, o.state, o.payment_state, o.total_fen, " +
	"o.address_masked, o.note_sealed, o.expires_at, o.placed_at, o.confirmed_at, o.ended_at"

// ofBuyer is what a link's orders, and its checkouts, meet: a person sees in each of their chats what they ordered in
// any. It takes the link's id twice.
const ofBuyer = "link_id IN (SELECT id FROM links WHERE id = ? OR resident_id = (SELECT resident_id FROM links WHERE id = ?))"

// Orders lists a buyer's orders, newest first, before the order with that id (0 = from the newest), 1 to 100.
func (d *DB) Orders(ctx context.Context, linkID, before int64, limit int) ([]OrderView, error) {
	q := d.read(ctx).Where("o."+ofBuyer, linkID, linkID)
	return d.orderPage(q, d.read(ctx), before, limit)
}

// orderPage reads one page of orders in four queries, whatever its size.
func (d *DB) orderPage(q, g *gorm.DB, before int64, limit int) ([]OrderView, error) {
	if before > 0 {
		q = q.Where("o.id < ?", before)
	}
	return d.orderViews(q.Order("o.id DESC").Limit(pageSize(limit, 20)), g, listedOrder)
}

// orderViews runs a query over orders o and fills in what belongs to them.
func (d *DB) orderViews(q, g *gorm.DB, columns string) ([]OrderView, error) {
	var views []OrderView
	err := q.Table("orders o").Select(columns + ", s.name AS supplier_name").Joins("JOIN suppliers s ON s.id = o.supplier_id").Find(&views).Error
	if err != nil || len(views) == 0 {
		return views, err
	}
	orders := make([]*models.Order, len(views))
	for i := range views {
		orders[i] = &views[i].Order
	}
	if err := fillOrders(g, orders); err != nil {
		return nil, err
	}
	for i := range views {
		views[i].Status = views[i].Order.Status()
		if views[i].Note, err = d.open(views[i].NoteSealed); err != nil {
			return nil, err
		}
	}
	return views, nil
}

// fillOrders gives orders their lines and parcels: one query for each kind of row.
func fillOrders(g *gorm.DB, orders []*models.Order) error {
	ids, byID := make([]int64, len(orders)), make(map[int64]*models.Order, len(orders))
	for i, o := range orders {
		ids[i], byID[o.ID] = o.ID, o
	}
	var lines []models.OrderLine
	if err := g.Where("order_id IN ?", ids).Order("order_id, sku_id").Find(&lines).Error; err != nil {
		return err
	}
	shipped := 0
	for _, l := range lines {
		byID[l.OrderID].Lines = append(byID[l.OrderID].Lines, l)
		shipped += l.Shipped
	}
	if shipped == 0 {
		return nil // most orders of the moment: two queries are saved
	}
	var parcels []models.Shipment
	if err := g.Where("order_id IN ?", ids).Order("id").Find(&parcels).Error; err != nil {
		return err
	}
	contents := map[int64][]models.ShipmentLine{}
	var rows []models.ShipmentLine
	if err := g.Where("shipment_id IN (SELECT id FROM shipments WHERE order_id IN ?)", ids).Order("shipment_id, order_line_id").Find(&rows).Error; err != nil {
		return err
	}
	for _, l := range rows {
		contents[l.ShipmentID] = append(contents[l.ShipmentID], l)
	}
	for _, p := range parcels {
		p.Lines = contents[p.ID]
		byID[p.OrderID].Shipments = append(byID[p.OrderID].Shipments, p)
	}
	return nil
}

// Order gives a buyer's own order with its address. It answers ErrNotFound, also for somebody else's.
func (d *DB) Order(ctx context.Context, linkID int64, no string) (OrderView, error) {
	g := d.read(ctx)
	views, err := d.orderViews(g.Where("o.no = ? AND o."+ofBuyer, no, linkID, linkID), g, "o.*")
	if err != nil {
		return OrderView{}, err
	}
	if len(views) == 0 {
		return OrderView{}, models.ErrNotFound.With("这个订单")
	}
	return views[0], d.openAddress(&views[0])
}

// openAddress unseals where the parcel goes.
func (d *DB) openAddress(v *OrderView) error {
	plain, err := d.openBytes(v.AddressSealed)
	if err != nil || plain == nil {
		return err
	}
	v.Address = new(models.Address)
	return json.Unmarshal(plain, v.Address)
}

// Checkout gives a buyer's own checkout with its orders in the suppliers' order. It answers ErrNotFound.
func (d *DB) Checkout(ctx context.Context, linkID, id int64) (CheckoutView, error) {
	g := d.read(ctx)
	var v CheckoutView
	if err := g.Table("checkouts").Where("id = ? AND "+ofBuyer, id, linkID, linkID).Take(&v).Error; err != nil {
		return v, found(err, "这次下单")
	}
	var err error
	v.Orders, err = d.orderViews(g.Where("o.checkout_id = ?", id).Order("o.id"), g, listedOrder)
	return v, err
}

// SupplierOrders lists a supplier's orders, newest first. state is "" for all, an order's state, or to_ship for what is
// paid and not wholly sent. Addresses are masked. It answers ErrInvalid for a state it does not know.
func (d *DB) SupplierOrders(ctx context.Context, supplierID, state string, before int64, limit int) ([]OrderView, error) {
	q := d.read(ctx).Where("o.supplier_id = ?", supplierID)
	switch {
	case state == "":
	case state == "to_ship":
		q = q.Where("o.state = 'confirmed' AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.shipped < l.quantity)")
	case orderState(state):
		q = q.Where("o.state = ?", state)
	default:
		return nil, models.ErrInvalid.With("不认识的订单状态“" + state + "”")
	}
	return d.orderPage(q, d.read(ctx), before, limit)
}

func orderState(s string) bool {
	for _, step := range models.OrderStates.Steps {
		if step.From == s || step.To == s {
			return true
		}
	}
	return false
}

// SupplierOrder gives one order to the supplier that must ship it, with the full address once it is paid; every such
// look is audited. It answers ErrForbidden, and ErrNotFound for another supplier's.
func (d *DB) SupplierOrder(ctx context.Context, by models.Account, no string) (OrderView, error) {
	if by.Role != models.RoleSupplier || by.SupplierID == "" {
		return OrderView{}, models.ErrForbidden
	}
	var v OrderView
	err := d.write(ctx, func(t *tx) error {
		views, err := d.orderViews(t.g.Where("o.no = ? AND o.supplier_id = ?", no, by.SupplierID), t.g, "o.*")
		if err != nil {
			return err
		}
		if len(views) == 0 {
			return models.ErrNotFound.With("这个订单")
		}
		v = views[0]
		if v.State != models.OrderConfirmed && v.State != models.OrderCompleted {
			v.AddressSealed = nil
			return nil
		}
		if err := d.openAddress(&v); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "address.read", "order:"+v.No, "")
	})
	return v, err
}
