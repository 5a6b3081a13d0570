package api

import (
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// ordersBody is what shop_orders.html shows.
type ordersBody struct {
	Orders []orderCard
	Prev   string // back to the newest
	Next   string
}

// orderCard is an order in a list.
type orderCard struct {
	db.OrderView
	Tone   string
	Pieces int
	CanPay bool
}

const ordersOnPage = 20

// ordersPage lists the buyer's orders, newest first.
func (a *App) ordersPage(c *fiber.Ctx) error {
	before, _ := strconv.ParseInt(c.Query("before"), 10, 64)
	list, err := a.DB.Orders(c.UserContext(), a.caller(c).Link.ID, before, ordersOnPage)
	if err != nil {
		return err
	}
	b := ordersBody{}
	for _, o := range list {
		b.Orders = append(b.Orders, cardOf(o))
	}
	if before > 0 {
		b.Prev = "/shop/orders"
	}
	if len(list) == ordersOnPage {
		b.Next = "/shop/orders?before=" + strconv.FormatInt(list[len(list)-1].ID, 10)
	}
	return a.render(c, "shop_orders.html", View{Title: "我的订单", Nav: residentNav("/shop/orders"), Body: b})
}

func cardOf(o db.OrderView) orderCard {
	card := orderCard{OrderView: o, Tone: tone(o.Order), CanPay: o.State == models.OrderPendingPayment}
	card.Status = o.Order.Status()
	for _, l := range o.Lines {
		card.Pieces += l.Quantity
	}
	return card
}

// tone is the colour of an order's status; the word says the same.
func tone(o models.Order) string {
	switch o.State {
	case models.OrderPendingPayment:
		return "warn"
	case models.OrderConfirmed:
		return "info"
	case models.OrderCompleted:
		return "ok"
	}
	return ""
}

// orderBodyPage is what shop_order.html shows.
type orderPageBody struct {
	orderCard
	Steps     []step
	Parcels   []parcel
	CanCancel bool
	CanAccept bool
	Refund    bool // cancelling sends money back
}

// step is one of the steps of an order: done, now, bad or "".
type step struct{ Label, State string }

// parcel is a shipment with the names of what is in it.
type parcel struct {
	models.Shipment
	StateZH string
	Tone    string
	Items   []string
}

// orderPage shows one of the buyer's orders.
func (a *App) orderPage(c *fiber.Ctx) error {
	o, err := a.DB.Order(c.UserContext(), a.caller(c).Link.ID, c.Params("no"))
	if err != nil {
		return err
	}
	b := orderPageBody{
		orderCard: cardOf(o), Steps: steps(o.Order), Parcels: parcels(o.Order), CanCancel: o.Cancel() == nil,
		CanAccept: canAccept(o.Order), Refund: o.PaymentState == models.PaymentPaid,
	}
	return a.render(c, "shop_order.html", View{Title: "订单 " + o.No, Nav: residentNav("/shop/orders"), Body: b})
}

// canAccept says whether something is on its way.
func canAccept(o models.Order) bool {
	for _, s := range o.Shipments {
		if o.State == models.OrderConfirmed && models.ShipmentStates.Allows(string(s.State), string(models.ShipmentAccepted)) {
			return true
		}
	}
	return false
}

// steps are where the order stands, in four words.
func steps(o models.Order) []step {
	words := []string{"下单", "付款", "发货", "收货"}
	at := 1
	switch o.State {
	case models.OrderPendingPayment:
	case models.OrderConfirmed:
		at = 2
		if o.Unshipped() == 0 {
			at = 3
		}
	case models.OrderCompleted:
		at = 4
	default:
		end := "已关闭"
		if o.State == models.OrderCancelled {
			end = "已取消"
		}
		if o.PaymentState == models.PaymentUnpaid {
			return []step{{"下单", "done"}, {end, "bad"}}
		}
		return []step{{"下单", "done"}, {"付款", "done"}, {end, "bad"}}
	}
	list := make([]step, len(words))
	for i, w := range words {
		list[i] = step{Label: w}
		switch {
		case i < at:
			list[i].State = "done"
		case i == at:
			list[i].State = "now"
		}
	}
	return list
}

// parcels names what lies in each parcel.
func parcels(o models.Order) (list []parcel) {
	names := map[int64]models.OrderLine{}
	for _, l := range o.Lines {
		names[l.ID] = l
	}
	for _, s := range o.Shipments {
		p := parcel{Shipment: s}
		p.StateZH, p.Tone = shipmentWord(s.State)
		for _, l := range s.Lines {
			line := names[l.OrderLineID]
			p.Items = append(p.Items, line.ProductName+" "+line.Pack+" ×"+strconv.Itoa(l.Quantity))
		}
		list = append(list, p)
	}
	return list
}

// shipmentWord is the word for where a parcel is, and its colour.
func shipmentWord(s models.ShipmentState) (word, tone string) {
	switch s {
	case models.ShipmentPacking:
		return "打包中", "info"
	case models.ShipmentShipped:
		return "已寄出", "info"
	case models.ShipmentInTransit:
		return "运输中", "info"
	case models.ShipmentDelivered:
		return "已送到", "ok"
	case models.ShipmentAccepted:
		return "已收货", "ok"
	case models.ShipmentReturning:
		return "退回中", "warn"
	case models.ShipmentLost:
		return "丢失", "bad"
	}
	return "有问题", "warn"
}

// cancelForm takes an order back.
func (a *App) cancelForm(c *fiber.Ctx) error {
	o, err := a.cancel(c.UserContext(), a.caller(c).Link.ID, c.Params("no"))
	if err != nil {
		return err
	}
	flash := "订单已取消。"
	if o.PaymentState != models.PaymentUnpaid {
		flash = "订单已取消，货款正在原路退回。"
	}
	return a.back(c, "/shop/orders/"+o.No, flash)
}

// acceptForm books the receipt.
func (a *App) acceptForm(c *fiber.Ctx) error {
	o, err := a.DB.AcceptOrder(c.UserContext(), a.caller(c).Link.ID, c.Params("no"))
	if err != nil {
		return err
	}
	return a.back(c, "/shop/orders/"+o.No, "已确认收货，谢谢您支持黔江的乡亲。")
}
