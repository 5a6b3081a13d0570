package models

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// OrderState is where an order stands. What a buyer reads is derived from it, the payment and the shipments.
type OrderState string

const (
	OrderPendingPayment OrderState = "pending_payment"
	OrderConfirmed      OrderState = "confirmed"
	OrderExpired        OrderState = "expired"
	OrderCancelled      OrderState = "cancelled"
	OrderCompleted      OrderState = "completed"
	OrderClosedRefunded OrderState = "closed_refunded"
)

// OrderStates is the machine of an order. pending_approval (work units) joins it with the accounts that need it.
var OrderStates = Machine{
	Noun: "order", ZH: "订单", Start: "pending_payment", Ends: []string{"completed", "closed_refunded"},
	Steps: []Step{
		{"pending_payment", "confirmed", "the payment is reported"},
		{"pending_payment", "expired", "the deadline passes; stock is given back"},
		{"pending_payment", "cancelled", "the buyer cancels; stock is given back"},
		{"expired", "confirmed", "money comes late and the goods are still there"},
		{"cancelled", "confirmed", "money comes late and the goods are still there"},
		{"confirmed", "cancelled", "cancelled before anything is shipped; the money goes back"},
		{"confirmed", "completed", "all parcels are accepted"},
		{"confirmed", "closed_refunded", "all of the money went back after shipping"},
		{"expired", "closed_refunded", "late money went back"},
		{"cancelled", "closed_refunded", "the money went back"},
	},
}

// HoldFor is how long an unpaid order keeps its goods.
const HoldFor = 30 * time.Minute

// MaxUnpaid is how many unpaid orders one buyer may have: nobody hoards stock.
const MaxUnpaid = 12

// MaxQuantity is the most of one SKU in one order.
const MaxQuantity = 99

// AcceptAfter is how long after shipping an order counts as accepted by itself.
const AcceptAfter = 15 * 24 * time.Hour

// Order is one supplier's part of a checkout.
type Order struct {
	ID            int64
	No            string // what people quote and providers are given: J + date + id
	CheckoutID    int64
	LinkID        int64
	SupplierID    string
	State         OrderState
	PaymentState  PaymentState
	TotalFen      Fen
	AddressSealed Sealed `json:"-"`
	AddressMasked string
	Note          string    `gorm:"-"` // what the buyer asks of the supplier; people write phone numbers into it
	NoteSealed    Sealed    `json:"-"`
	ExpiresAt     time.Time // of the hold, while unpaid
	PlacedAt      time.Time
	ConfirmedAt   *time.Time
	EndedAt       *time.Time
	Lines         []OrderLine `gorm:"-"`
	Shipments     []Shipment  `gorm:"-"`
}

// OrderLine is frozen at the moment of ordering. Held is what it still reserves of the SKU.
type OrderLine struct {
	ID          int64
	OrderID     int64
	SKUID       string `gorm:"column:sku_id"`
	ProductID   string
	ProductName string
	Pack        string
	Unit        string
	PriceFen    Fen
	Quantity    int
	Held        int
	Shipped     int
}

// Sum is what the line costs.
func (l OrderLine) Sum() Fen { return l.PriceFen * Fen(l.Quantity) }

// Checkout is one tap on «下单»: it makes one order per supplier, under one request key.
type Checkout struct {
	ID         int64
	LinkID     int64
	RequestKey string
	TotalFen   Fen
	PlacedAt   time.Time
}

// Place turns a basket into one order per supplier, in the suppliers' order of id, lines in SKU order, or says what
// stands in the way. Items of one SKU are summed first. expect is the sum the buyer was shown; unpaid counts the buyer's
// unpaid orders. It answers ErrBasketEmpty, ErrQuantity, ErrNotListed, ErrOutOfStock, ErrPriceChanged, ErrTooManyHolds.
func Place(items []BasketItem, expect Fen, unpaid int, now time.Time) ([]Order, error) {
	if len(items) == 0 {
		return nil, ErrBasketEmpty
	}
	items = summed(items)
	for _, it := range items {
		if err := it.check(); err != nil {
			return nil, err
		}
	}
	if sum := BasketSum(items); sum != expect {
		return nil, ErrPriceChanged.With(sum)
	}
	bySupplier := map[string]*Order{}
	for _, it := range items {
		o := bySupplier[it.Supplier.ID]
		if o == nil {
			o = &Order{SupplierID: it.Supplier.ID, State: OrderPendingPayment, PaymentState: PaymentUnpaid, PlacedAt: now, ExpiresAt: now.Add(HoldFor)}
			bySupplier[it.Supplier.ID] = o
		}
		o.add(it)
	}
	if unpaid+len(bySupplier) > MaxUnpaid {
		return nil, ErrTooManyHolds.With(unpaid)
	}
	orders := make([]Order, 0, len(bySupplier))
	for _, o := range bySupplier {
		slices.SortFunc(o.Lines, func(a, b OrderLine) int { return strings.Compare(a.SKUID, b.SKUID) })
		orders = append(orders, *o)
	}
	slices.SortFunc(orders, func(a, b Order) int { return strings.Compare(a.SupplierID, b.SupplierID) })
	return orders, nil
}

// summed joins items of one SKU, so that two small lines cannot ask for more than one large one could.
func summed(items []BasketItem) []BasketItem {
	var out []BasketItem
	at := map[string]int{}
	for _, it := range items {
		switch i, seen := at[it.SKU.ID]; {
		case it.Quantity < 1 || it.Quantity > MaxQuantity: // kept apart: a negative line must not hide in a sum
			out = append(out, it)
		case seen:
			out[i].Quantity += it.Quantity
		default:
			at[it.SKU.ID] = len(out)
			out = append(out, it)
		}
	}
	return out
}

func (b BasketItem) check() error {
	switch {
	case b.Quantity < 1 || b.Quantity > MaxQuantity:
		return ErrQuantity
	case b.Product.State != ListingListed || b.SKU.Off || !b.Supplier.Approved:
		return ErrNotListed.With(b.Product.Name)
	case b.SKU.Free() < b.Quantity:
		return ErrOutOfStock.With(b.Product.Name, b.SKU.Free(), b.SKU.Unit)
	}
	return nil
}

func (o *Order) add(it BasketItem) {
	o.TotalFen += it.Sum()
	o.Lines = append(o.Lines, OrderLine{
		SKUID: it.SKU.ID, ProductID: it.Product.ID, ProductName: it.Product.Name, Pack: it.SKU.Pack, Unit: it.SKU.Unit,
		PriceFen: it.SKU.Price, Quantity: it.Quantity, Held: it.Quantity,
	})
}

// OrderNo is what people quote: J, the day, and the id. It is unique and 6 to 32 characters, as providers want it.
func OrderNo(id int64, placed time.Time) string {
	n := strconv.FormatInt(id, 10)
	return "J" + placed.In(Zone).Format("20060102") + strings.Repeat("0", max(0, 6-len(n))) + n
}

// Cancel says whether the buyer may still cancel: unpaid, or paid and nothing shipped.
func (o Order) Cancel() error {
	open := o.State == OrderPendingPayment || o.State == OrderConfirmed
	if !open || o.shipped() > 0 {
		return ErrOrderState.With(o.Status(), "取消；已发货的请回复“人工”商量退货")
	}
	return nil
}

func (o Order) shipped() int {
	n := 0
	for _, l := range o.Lines {
		n += l.Shipped
	}
	return n
}

// Unshipped is how many units are still to be sent.
func (o Order) Unshipped() int {
	n := 0
	for _, l := range o.Lines {
		n += l.Quantity - l.Shipped
	}
	return n
}

// Status is the word the buyer reads, derived from order, payment and shipments.
func (o Order) Status() string {
	switch o.State {
	case OrderPendingPayment:
		return "待付款"
	case OrderExpired:
		return "超时未付，已关闭"
	case OrderCompleted:
		return "已收货"
	case OrderCancelled, OrderClosedRefunded:
		return o.closedStatus()
	}
	switch {
	case o.shipped() == 0:
		return "已付款，待发货"
	case o.Unshipped() > 0:
		return "部分已发货"
	default:
		return "已发货，待收货"
	}
}

// closedStatus tells apart the ends without delivery by where the money is.
func (o Order) closedStatus() string {
	switch {
	case o.PaymentState == PaymentRefunded:
		return "已取消，已退款"
	case o.State == OrderClosedRefunded:
		return "已关闭，款已退回"
	case o.PaymentState == PaymentUnpaid:
		return "已取消"
	}
	return "已取消，退款中"
}

// Ship turns what the supplier names (nil = all that is left) into the lines of a parcel, in the order's own order.
// It answers ErrOrderState, ErrQuantity, ErrShipTooMuch, ErrNotFound.
func (o Order) Ship(lines map[int64]int) ([]ShipmentLine, error) {
	if o.State != OrderConfirmed || o.Unshipped() == 0 {
		return nil, ErrOrderState.With(o.Status(), "发货")
	}
	var parcel []ShipmentLine
	named := 0
	for _, l := range o.Lines {
		n := l.Quantity - l.Shipped
		if lines != nil {
			asked, ok := lines[l.ID]
			if !ok {
				continue
			}
			named++
			switch {
			case asked < 1 || asked > MaxQuantity:
				return nil, ErrQuantity
			case asked > n:
				return nil, ErrShipTooMuch
			}
			n = asked
		}
		if n > 0 {
			parcel = append(parcel, ShipmentLine{OrderLineID: l.ID, Quantity: n})
		}
	}
	if named != len(lines) {
		return nil, ErrNotFound.With("要发货的这一项")
	}
	if len(parcel) == 0 {
		return nil, ErrQuantity
	}
	return parcel, nil
}

// Accept says which parcels sent until then count as received and whether that completes the order. A buyer's receipt
// covers what is sent until now, time alone what was sent AcceptAfter ago. It answers ErrOrderState where that is nothing.
func (o Order) Accept(until time.Time) (parcels []Shipment, completes bool, err error) {
	completes = o.Unshipped() == 0
	for _, s := range o.Shipments {
		switch {
		case !s.ShippedAt.After(until) && ShipmentStates.Allows(string(s.State), string(ShipmentAccepted)):
			parcels = append(parcels, s)
		case s.State != ShipmentAccepted:
			completes = false
		}
	}
	if o.State != OrderConfirmed || len(parcels) == 0 {
		return nil, false, ErrOrderState.With(o.Status(), "确认收货")
	}
	return parcels, completes, nil
}
