package api

import (
	"context"
	"strconv"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// orderView is an order as its buyer and its supplier see it.
type orderView struct {
	No          string              `json:"no" doc:"what people quote"`
	Checkout    int64               `json:"checkout" doc:"the checkout it was placed with"`
	Supplier    nameView            `json:"supplier"`
	State       models.OrderState   `json:"state" enum:"pending_payment,confirmed,expired,cancelled,completed,closed_refunded"`
	Payment     models.PaymentState `json:"payment" enum:"unpaid,paid,part_refunded,refunded"`
	Status      string              `json:"status" doc:"the word a buyer reads"`
	TotalFen    models.Fen          `json:"total_fen"`
	Address     string              `json:"address" doc:"masked"`
	Note        string              `json:"note,omitempty"`
	PlacedAt    time.Time           `json:"placed_at"`
	ExpiresAt   *time.Time          `json:"expires_at,omitempty" doc:"while unpaid: the goods are held until then"`
	ConfirmedAt *time.Time          `json:"confirmed_at,omitempty" doc:"when it was paid"`
	EndedAt     *time.Time          `json:"ended_at,omitempty"`
	Lines       []orderLineView     `json:"lines"`
	Shipments   []shipmentView      `json:"shipments"`
}

type orderLineView struct {
	ID       int64      `json:"id"`
	SKU      string     `json:"sku"`
	Product  nameView   `json:"product"`
	Pack     string     `json:"pack"`
	Unit     string     `json:"unit"`
	PriceFen models.Fen `json:"price_fen" doc:"of one, as it was when ordered"`
	Quantity int        `json:"quantity"`
	Shipped  int        `json:"shipped"`
	SumFen   models.Fen `json:"sum_fen"`
}

type shipmentView struct {
	ID         int64                `json:"id"`
	Carrier    string               `json:"carrier"`
	TrackingNo string               `json:"tracking_no"`
	State      models.ShipmentState `json:"state" enum:"packing,shipped,in_transit,delivered,accepted,problem,returning,lost"`
	ShippedAt  time.Time            `json:"shipped_at"`
	AcceptedAt *time.Time           `json:"accepted_at,omitempty"`
	Lines      []shipLine           `json:"lines"`
}

func viewOrder(v db.OrderView) orderView {
	o := orderView{
		No: v.No, Checkout: v.CheckoutID, Supplier: nameView{v.SupplierID, v.SupplierName}, State: v.State, Payment: v.PaymentState,
		Status: v.Order.Status(), TotalFen: v.TotalFen, Address: v.AddressMasked, Note: v.Note, PlacedAt: v.PlacedAt.UTC(),
		ConfirmedAt: utc(v.ConfirmedAt), EndedAt: utc(v.EndedAt), Lines: []orderLineView{}, Shipments: []shipmentView{},
	}
	if v.State == models.OrderPendingPayment {
		o.ExpiresAt = utc(&v.ExpiresAt)
	}
	for _, l := range v.Lines {
		o.Lines = append(o.Lines, orderLineView{
			l.ID, l.SKUID, nameView{l.ProductID, l.ProductName}, l.Pack, l.Unit, l.PriceFen, l.Quantity, l.Shipped, l.Sum(),
		})
	}
	for _, s := range v.Shipments {
		sv := shipmentView{s.ID, s.Carrier, s.TrackingNo, s.State, s.ShippedAt.UTC(), utc(s.AcceptedAt), []shipLine{}}
		for _, l := range s.Lines {
			sv.Lines = append(sv.Lines, shipLine{l.OrderLineID, l.Quantity})
		}
		o.Shipments = append(o.Shipments, sv)
	}
	return o
}

// orderID is the place of an order in a list.
func orderID(v db.OrderView) int64 { return v.ID }

// checkoutView is what one tap on «下单» made: an order per supplier.
type checkoutView struct {
	ID       int64       `json:"id"`
	TotalFen models.Fen  `json:"total_fen"`
	PlacedAt time.Time   `json:"placed_at"`
	PayURL   string      `json:"pay_url" doc:"where the buyer pays"`
	Orders   []orderView `json:"orders"`
}

func viewCheckout(v db.CheckoutView) checkoutView {
	c := checkoutView{ID: v.ID, TotalFen: v.TotalFen, PlacedAt: v.PlacedAt.UTC(), PayURL: payPath(v.ID), Orders: []orderView{}}
	for _, o := range v.Orders {
		c.Orders = append(c.Orders, viewOrder(o))
	}
	return c
}

func payPath(checkout int64) string { return "/shop/pay/" + strconv.FormatInt(checkout, 10) }

type placeInput struct {
	Body struct {
		Items     []itemBody      `json:"items,omitempty" minItems:"1" maxItems:"50" doc:"absent = the basket, which is emptied"`
		Address   *models.Address `json:"address,omitempty" doc:"absent = the last one"`
		ExpectFen models.Fen      `json:"expect_fen" minimum:"0" doc:"the sum the buyer was shown; another sum now is refused"`
		Note      string          `json:"note,omitempty" maxLength:"200"`
	}
}

type itemBody struct {
	SKU      string `json:"sku" minLength:"1" maxLength:"64"`
	Quantity int    `json:"quantity" minimum:"1" maximum:"99"`
}

// placeOrder makes one order per supplier and holds the goods for half an hour.
func (a *App) placeOrder(ctx context.Context, in *placeInput) (*bodyOf[checkoutView], error) {
	r := db.OrderRequest{Key: requestKey(ctx), Expect: in.Body.ExpectFen, Address: in.Body.Address, Note: in.Body.Note}
	for _, it := range in.Body.Items {
		r.Items = append(r.Items, db.OrderItem{SKUID: it.SKU, Quantity: it.Quantity})
	}
	v, err := a.DB.PlaceOrder(ctx, caller(ctx).Link.ID, r)
	if err != nil {
		return nil, err
	}
	return &bodyOf[checkoutView]{viewCheckout(v)}, nil
}

// orders lists the caller's orders, newest first.
func (a *App) orders(ctx context.Context, in *pageInput) (*listOutput[orderView], error) {
	return paged(*in, func(before int64, limit int) ([]db.OrderView, error) {
		return a.DB.Orders(ctx, caller(ctx).Link.ID, before, limit)
	}, viewOrder, orderID)
}

type orderNoInput struct {
	No string `path:"no" maxLength:"32" doc:"the order's number"`
}

// order shows one of the caller's orders.
func (a *App) order(ctx context.Context, in *orderNoInput) (*bodyOf[orderView], error) {
	return orderBody(a.DB.Order(ctx, caller(ctx).Link.ID, in.No))
}

func orderBody(v db.OrderView, err error) (*bodyOf[orderView], error) {
	if err != nil {
		return nil, err
	}
	return &bodyOf[orderView]{viewOrder(v)}, nil
}

// cancelOrder takes an order back of which nothing is shipped.
func (a *App) cancelOrder(ctx context.Context, in *orderNoInput) (*bodyOf[orderView], error) {
	return orderBody(a.cancel(ctx, caller(ctx).Link.ID, in.No))
}

// acceptOrder books the receipt of what is on its way.
func (a *App) acceptOrder(ctx context.Context, in *orderNoInput) (*bodyOf[orderView], error) {
	return orderBody(a.DB.AcceptOrder(ctx, caller(ctx).Link.ID, in.No))
}

type checkoutInput struct {
	ID int64 `path:"id" minimum:"1"`
}

// checkout shows what one tap on «下单» made.
func (a *App) checkout(ctx context.Context, in *checkoutInput) (*bodyOf[checkoutView], error) {
	v, err := a.DB.Checkout(ctx, caller(ctx).Link.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &bodyOf[checkoutView]{viewCheckout(v)}, nil
}
