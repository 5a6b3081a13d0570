package api

import (
	"context"
	"crypto/rand"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// basketBody is what shop_basket.html shows.
type basketBody struct {
	Groups  []basketGroup
	Total   models.Fen
	Count   int
	Blocked bool // something must be taken out or made less first
}

// basketGroup is one supplier's part.
type basketGroup struct {
	Supplier models.Supplier
	Lines    []basketLine
	Sum      models.Fen
}

// basketLine is one pack in the basket.
type basketLine struct {
	models.BasketItem
	Trouble string // why it cannot be ordered like this
	Most    int
}

// groupBasket sorts lines by supplier, in the order in which each supplier first appears.
func groupBasket(items []models.BasketItem) basketBody {
	b := basketBody{Total: models.BasketSum(items)}
	at := map[string]int{}
	for _, it := range items {
		i, ok := at[it.Supplier.ID]
		if !ok {
			i = len(b.Groups)
			at[it.Supplier.ID] = i
			b.Groups = append(b.Groups, basketGroup{Supplier: it.Supplier})
		}
		line := basketLine{BasketItem: it, Most: max(1, min(models.MaxQuantity, it.SKU.Free())), Trouble: trouble(it)}
		g := &b.Groups[i]
		g.Lines, g.Sum = append(g.Lines, line), g.Sum+it.Sum()
		b.Count += it.Quantity
		b.Blocked = b.Blocked || line.Trouble != ""
	}
	return b
}

func trouble(it models.BasketItem) string {
	switch {
	case !onSale(it):
		return "已下架，请去掉"
	case it.SKU.Free() <= 0:
		return "已售罄，请去掉"
	case it.SKU.Free() < it.Quantity:
		return "只剩" + strconv.Itoa(it.SKU.Free()) + it.SKU.Unit + "，请改少一点"
	}
	return ""
}

// basketPage shows the basket.
func (a *App) basketPage(c *fiber.Ctx) error {
	items, err := a.DB.Basket(c.UserContext(), a.caller(c).Link.ID)
	if err != nil {
		return err
	}
	return a.render(c, "shop_basket.html", View{Title: "购物篮", Nav: residentNav("/shop/basket"), Body: groupBasket(items)})
}

// basketForm changes one line.
func (a *App) basketForm(c *fiber.Ctx) error {
	sku := c.FormValue("sku")
	_, err := a.DB.SetBasket(c.UserContext(), a.caller(c).Link.ID, sku, formInt(c, "quantity"))
	if err != nil {
		return err
	}
	flash := ""
	if formInt(c, "quantity") == 0 {
		flash = "已从购物篮去掉。"
	}
	return a.back(c, "/shop/basket", flash)
}

// checkoutBody is what shop_checkout.html shows.
type checkoutBody struct {
	basketBody
	Key      string // the same form sent twice makes one order
	Product  string // of what is bought at once
	SKU      string // of what is bought at once; "" = the basket
	Quantity int
	Last     string // masked
	UseLast  bool
	Address  models.Address // as typed
	Region   string         // as typed
	Note     string
	Error    string
}

// checkoutPage asks where to send what is in the basket, or the one thing that is bought at once.
func (a *App) checkoutPage(c *fiber.Ctx) error {
	quantity, _ := strconv.Atoi(c.Query("quantity"))
	b := checkoutBody{
		Key: rand.Text(), Product: c.Query("product"), SKU: c.Query("sku"), Quantity: quantity, UseLast: true,
		Address: models.Address{Province: "重庆市", City: "市辖区"}, // where the home district is
	}
	return a.showCheckout(c, b)
}

// showCheckout reads prices and stock anew, so that the sum on the form is the sum of now.
func (a *App) showCheckout(c *fiber.Ctx, b checkoutBody) error {
	ctx, link := c.UserContext(), a.caller(c).Link.ID
	items, err := a.checkoutItems(ctx, link, b)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return a.back(c, "/shop/basket", "")
	}
	b.basketBody = groupBasket(items)
	last, ok, err := a.DB.LastAddress(ctx, link)
	if err != nil {
		return err
	}
	b.Last, b.UseLast = last, b.UseLast && ok
	return a.render(c, "shop_checkout.html", View{Title: "确认订单", Nav: residentNav("/shop/basket"), Body: b})
}

func (a *App) checkoutItems(ctx context.Context, link int64, b checkoutBody) ([]models.BasketItem, error) {
	if b.SKU == "" {
		return a.DB.Basket(ctx, link)
	}
	p, err := a.DB.Product(ctx, b.Product)
	if err != nil {
		return nil, err
	}
	seller, err := a.DB.Supplier(ctx, p.SupplierID)
	if err != nil {
		return nil, err
	}
	for _, s := range p.SKUs {
		if s.ID == b.SKU {
			return []models.BasketItem{{SKU: s, Product: p.Product, Supplier: seller, Quantity: b.Quantity}}, nil
		}
	}
	return nil, models.ErrNotFound.With("这个规格")
}

// checkoutForm places the order and goes on to pay it.
func (a *App) checkoutForm(c *fiber.Ctx) error {
	b := checkoutBody{
		Key: c.FormValue("key"), Product: c.FormValue("product"), SKU: c.FormValue("sku"), Quantity: formInt(c, "quantity"), UseLast: c.FormValue("address") == "last",
		Region: c.FormValue("region"), Note: c.FormValue("note"),
		Address: models.Address{
			Name: c.FormValue("name"), Phone: c.FormValue("phone"), Detail: c.FormValue("detail"),
			Province: c.FormValue("province"), City: c.FormValue("city"), District: c.FormValue("district"),
		},
	}
	r := db.OrderRequest{Key: "page:" + b.Key, Note: b.Note}
	expect, err := strconv.ParseInt(c.FormValue("expect"), 10, 64)
	if err != nil || b.Key == "" || len(b.Key) > 100 {
		return models.ErrInvalid.With("表单不完整")
	}
	r.Expect = models.Fen(expect)
	if b.SKU != "" {
		r.Items = []db.OrderItem{{SKUID: b.SKU, Quantity: b.Quantity}}
	}
	if !b.UseLast {
		if r.Address, err = b.address(); err != nil {
			return a.refuseCheckout(c, b, err)
		}
	}
	v, err := a.DB.PlaceOrder(c.UserContext(), a.caller(c).Link.ID, r)
	if err != nil {
		return a.refuseCheckout(c, b, err)
	}
	return c.Redirect(payPath(v.ID), fiber.StatusSeeOther)
}

// address reads the form's address: the three lists where a script filled them, else the typed region.
func (b *checkoutBody) address() (*models.Address, error) {
	if b.Address.District == "" && strings.TrimSpace(b.Region) != "" {
		list, err := regions()
		if err != nil {
			return nil, err
		}
		p, ok := findPlace(list, b.Region)
		if !ok {
			return nil, models.ErrAddress.With("“" + b.Region + "”认不出是哪个区县，请写成“重庆市沙坪坝区”这样。")
		}
		b.Address.Province, b.Address.City, b.Address.District = p.Province, p.City, p.District
	}
	checked, err := b.Address.Check()
	return &checked, err
}

// refuseCheckout shows the form again, as it was filled in, with what stands in the way.
func (a *App) refuseCheckout(c *fiber.Ctx, b checkoutBody, err error) error {
	e := models.Refusal(err)
	if e.Kind == models.Internal || e.Kind == models.Unavailable || e.Kind == models.NotFound {
		return err
	}
	b.Error = e.ZH
	c.Status(statusOf[e.Kind])
	return a.showCheckout(c, b)
}

// buyURL leads to the checkout of one pack.
func buyURL(product, sku string, quantity int) string {
	return "/shop/checkout?" + url.Values{"product": {product}, "sku": {sku}, "quantity": {strconv.Itoa(quantity)}}.Encode()
}
