package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

func supplierNav(current string) []NavItem {
	return nav(current, NavItem{Label: "订单", Href: "/supplier"}, NavItem{Label: "商品", Href: "/supplier/products"},
		NavItem{Label: "库存", Href: "/supplier/stock"}, NavItem{Label: "聊天", Href: staffChats})
}

// supplierBody is what supplier.html shows.
type supplierBody struct {
	Supplier models.Supplier
	ToShip   string // how many; 100+ beyond
	Unpaid   string
	State    string
	Tabs     []chip
	Orders   []orderCard
	Notices  []db.NoticeView
	Prev     string
	Next     string
	Empty    string
}

// orderTabs are the kinds of orders a supplier can look at; the first is what there is to do.
var orderTabs = []struct{ State, Label, Empty string }{
	{"to_ship", "待发货", "没有要发的货，歇一歇。"},
	{"pending_payment", "待付款", "没有等买家付款的订单。"},
	{"confirmed", "已付款", "没有已付款的订单。"},
	{"completed", "已完成", "还没有完成的订单。"},
	{"all", "全部", "还没有订单。上架几样商品，让大家看到。"},
}

// supplierPage is a supplier's own front page: what there is to ship, and what happened.
func (a *App) supplierPage(c *fiber.Ctx) error {
	ctx, own := c.UserContext(), a.caller(c).Account.SupplierID
	b := supplierBody{State: orderTabs[0].State, Empty: orderTabs[0].Empty}
	for _, t := range orderTabs {
		if c.Query("state") == t.State {
			b.State, b.Empty = t.State, t.Empty
		}
	}
	for _, t := range orderTabs {
		b.Tabs = append(b.Tabs, chip{t.Label, "/supplier?state=" + t.State, t.State == b.State})
	}
	var err error
	if b.Supplier, err = a.DB.Supplier(ctx, own); err != nil {
		return err
	}
	if err := a.countOrders(c, own, &b); err != nil {
		return err
	}
	state := b.State
	if state == "all" {
		state = ""
	}
	before, _ := strconv.ParseInt(c.Query("before"), 10, 64)
	list, err := a.DB.SupplierOrders(ctx, own, state, before, ordersOnPage)
	if err != nil {
		return err
	}
	for _, o := range list {
		b.Orders = append(b.Orders, cardOf(o))
	}
	b.Prev, b.Next = supplierPager(b.State, before, list)
	if b.Notices, err = a.DB.SupplierNotices(ctx, own, 5); err != nil {
		return err
	}
	return a.render(c, "supplier.html", View{Title: "店铺", Nav: supplierNav("/supplier"), Body: b})
}

func supplierPager(state string, before int64, list []db.OrderView) (prev, next string) {
	if before > 0 {
		prev = "/supplier?state=" + state
	}
	if len(list) == ordersOnPage {
		next = "/supplier?state=" + state + "&before=" + strconv.FormatInt(list[len(list)-1].ID, 10)
	}
	return prev, next
}

// countOrders counts what waits; nobody needs to know more than 100+.
func (a *App) countOrders(c *fiber.Ctx, own string, b *supplierBody) error {
	count := func(state string) (string, error) {
		list, err := a.DB.SupplierOrders(c.UserContext(), own, state, 0, 100)
		if len(list) == 100 {
			return "100+", err
		}
		return strconv.Itoa(len(list)), err
	}
	var err error
	if b.ToShip, err = count("to_ship"); err != nil {
		return err
	}
	b.Unpaid, err = count(string(models.OrderPendingPayment))
	return err
}

// supplierOrderBody is what supplier_order.html shows.
type supplierOrderBody struct {
	orderCard
	Parcels  []parcel
	CanShip  bool
	Carriers []string
	Carrier  string // as chosen
	Number   string // as typed
	Part     bool   // only some of the goods, as typed
	Lines    []shipRow
	Deliver  string // name, phone and address in one text, to copy
	Error    string
}

// shipRow is one line that can still be shipped.
type shipRow struct {
	models.OrderLine
	Left int
	Now  int // as typed
}

// supplierOrderPage shows an order with where it goes. Every look is audited, by the verb.
func (a *App) supplierOrderPage(c *fiber.Ctx) error {
	return a.showSupplierOrder(c, supplierOrderBody{Carrier: lastCarrier(c)})
}

// cookieCarrier remembers the courier that a supplier used last, so that shipping is two taps.
const cookieCarrier = "jieban_carrier"

// lastCarrier reads it: cookies hold no Chinese, so it is the place in the list.
func lastCarrier(c *fiber.Ctx) string {
	at, err := strconv.Atoi(c.Cookies(cookieCarrier))
	if err != nil || at < 0 || at >= len(models.Carriers) {
		return ""
	}
	return models.Carriers[at]
}

func (a *App) showSupplierOrder(c *fiber.Ctx, b supplierOrderBody) error {
	o, err := a.DB.SupplierOrder(c.UserContext(), *a.caller(c).Account, c.Params("no"))
	if err != nil {
		return err
	}
	b.orderCard, b.Parcels, b.Carriers = cardOf(o), parcels(o.Order), models.Carriers
	b.CanShip = o.State == models.OrderConfirmed && o.Unshipped() > 0
	if o.Address != nil {
		b.Deliver = o.Address.Name + " " + o.Address.Phone + " " + o.Address.Line()
	}
	for _, l := range o.Order.Lines {
		row := shipRow{OrderLine: l, Left: l.Quantity - l.Shipped}
		row.Now = row.Left
		if b.Part {
			row.Now = formInt(c, "line-"+strconv.FormatInt(l.ID, 10))
		}
		b.Lines = append(b.Lines, row)
	}
	return a.render(c, "supplier_order.html", View{Title: "订单 " + o.No, Nav: supplierNav("/supplier"), Body: b})
}

// shipForm sends a parcel: all that is left, or what the form names.
func (a *App) shipForm(c *fiber.Ctx) error {
	no := c.Params("no")
	b := supplierOrderBody{Carrier: c.FormValue("carrier"), Number: strings.TrimSpace(c.FormValue("number")), Part: c.FormValue("part") != ""}
	r := db.ShipRequest{Carrier: b.Carrier, TrackingNo: b.Number}
	if b.Part {
		r.Lines = map[int64]int{}
		for name, value := range c.Request().PostArgs().All() {
			id, ok := strings.CutPrefix(string(name), "line-")
			line, err := strconv.ParseInt(id, 10, 64)
			if n, _ := strconv.Atoi(string(value)); ok && err == nil && n != 0 {
				r.Lines[line] = n
			}
		}
	}
	o, err := a.DB.Ship(c.UserContext(), *a.caller(c).Account, no, r)
	if err != nil {
		e := models.Refusal(err)
		if e.Kind == models.Internal || e.Kind == models.Unavailable || e.Kind == models.NotFound {
			return err
		}
		b.Error = e.ZH
		c.Status(statusOf[e.Kind])
		return a.showSupplierOrder(c, b)
	}
	a.setCookie(c, cookieCarrier, strconv.Itoa(slices.Index(models.Carriers, b.Carrier)), fiber.CookieSameSiteStrictMode, residentFor)
	flash := "已发货，买家会收到通知。"
	if o.Unshipped() > 0 {
		flash = "这个包裹已发出，还有剩下的没发。"
	}
	return a.back(c, "/supplier/orders/"+no, flash)
}
