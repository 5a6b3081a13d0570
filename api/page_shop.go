package api

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// shopBody is what shop.html shows.
type shopBody struct {
	Query, Category string
	InStock         bool
	Chips           []chip
	Cards           []productCard
	Prev, Next      string
	All             string // address of everything, where nothing was found
}

// chip is one category to tap.
type chip struct {
	Label, Href string
	Current     bool
}

// productCard is a product in a grid.
type productCard struct {
	Href, Name, Photo, Supplier string
	Price                       models.Fen
	From                        bool // there are dearer packs
	SoldOut                     bool
	Badges                      []badge
}

// badge is a word on a product. Tone is a class of the sheet: ok, warn, bad, info or "".
type badge struct{ Tone, Text string }

// pageOfShop is how many products stand on a page: whole rows of two, three and four.
const pageOfShop = 24

// shopPage shows the catalogue.
func (a *App) shopPage(c *fiber.Ctx) error {
	b := shopBody{Query: strings.TrimSpace(c.Query("q")), Category: c.Query("category"), InStock: c.Query("in_stock") != "", All: "/shop"}
	page, err := a.DB.Products(c.UserContext(), db.ProductFilter{
		Query: b.Query, Category: b.Category, InStock: b.InStock, After: c.Query("after"), Limit: pageOfShop,
	})
	if err != nil {
		return err
	}
	categories, err := a.DB.Categories(c.UserContext())
	if err != nil {
		return err
	}
	b.Chips = b.chips(categories)
	b.Cards = a.cards(page.Products)
	b.Prev, b.Next = b.pager(c.Query("after"), c.Query("trail"), page.Next)
	return a.render(c, "shop.html", View{Title: "黔江特产", Nav: residentNav("/shop"), Body: b})
}

// address is this page with another category or place.
func (b shopBody) address(category, after, trail string) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": b.Query, "category": category, "after": after, "trail": trail} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if b.InStock {
		q.Set("in_stock", "1")
	}
	if len(q) == 0 {
		return "/shop"
	}
	return "/shop?" + q.Encode()
}

func (b shopBody) chips(categories []db.Category) []chip {
	chips := []chip{{"全部", b.address("", "", ""), b.Category == ""}}
	for _, c := range categories {
		chips = append(chips, chip{c.Name, b.address(c.ID, "", ""), c.ID == b.Category})
	}
	return chips
}

// pager finds the way back by the trail of the places that one came through: a cursor alone only leads on.
func (b shopBody) pager(after, trail, next string) (prev, following string) {
	var steps []string
	if trail != "" {
		steps = strings.Split(trail, "~")
	}
	if after != "" {
		back, rest := "", steps
		if len(steps) > 0 {
			back, rest = steps[len(steps)-1], steps[:len(steps)-1]
		}
		prev = b.address(b.Category, back, strings.Join(rest, "~"))
		if back == "" {
			prev = b.address(b.Category, "", "")
		}
		steps = append(steps, after)
	}
	if next != "" {
		// The trail holds the places before this one, the first page being none.
		following = b.address(b.Category, next, strings.Join(steps[:min(len(steps), 30)], "~"))
	}
	return prev, following
}

func (a *App) cards(products []db.ProductView) []productCard {
	cards := make([]productCard, len(products))
	for i, p := range products {
		card := productCard{Href: "/shop/p/" + p.ID, Name: p.Name, Photo: p.Photo, Supplier: p.SupplierName, SoldOut: !p.InStock()}
		card.Price, _ = p.PriceFrom()
		for _, s := range p.SKUs {
			card.From = card.From || !s.Off && s.Price > card.Price
		}
		card.Badges = badges(p.Product, a.DB.Today())
		cards[i] = card
	}
	return cards
}

// badges are the words a buyer should see before anything else, the weightiest first.
func badges(p models.Product, today models.Day) (list []badge) {
	switch {
	case !p.InStock():
		list = append(list, badge{"bad", "售罄"})
	case p.ShipBy != "":
		list = append(list, badge{"info", "预售"})
	case inSeason(p, today):
		list = append(list, badge{"", "当季"})
	}
	if p.Assistance {
		list = append(list, badge{"ok", "消费帮扶"})
	}
	return list
}

// inSeason says whether the product has a season and today is in it; a season may go over the new year.
func inSeason(p models.Product, today models.Day) bool {
	if p.SeasonFrom == "" || len(today) != len("2021-07-12") {
		return false
	}
	day := string(today[5:])
	if p.SeasonFrom <= p.SeasonTo {
		return p.SeasonFrom <= day && day <= p.SeasonTo
	}
	return day >= p.SeasonFrom || day <= p.SeasonTo
}

// productBodyPage is what shop_product.html shows.
type productPageBody struct {
	db.ProductView
	Packs    []packChoice
	Badges   []badge
	Label    []fact // of the food label
	Return   string
	Shipping string
	Seller   models.Supplier
	Licence  string
	Quantity int
	Error    string
}

// packChoice is one pack to choose.
type packChoice struct {
	models.SKU
	Left    string // "" where there is plenty
	Chosen  bool
	Weights string
}

// fact is one line of a list of facts.
type fact struct{ Name, Text string }

// productPage shows one product.
func (a *App) productPage(c *fiber.Ctx) error { return a.showProduct(c, "", 1, "") }

func (a *App) showProduct(c *fiber.Ctx, sku string, quantity int, fault string) error {
	v, err := a.DB.Product(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	b := productPageBody{ProductView: v, Badges: badges(v.Product, a.DB.Today()), Label: label(v), Quantity: max(1, quantity), Error: fault}
	b.Return, b.Shipping = returnWords(v.Product), shippingWords(v.Product)
	if b.Seller, err = a.DB.Supplier(c.UserContext(), v.SupplierID); err != nil {
		return err
	}
	b.Licence = licenceWords(b.Seller)
	b.Packs = packChoices(v.SKUs, sku)
	return a.render(c, "shop_product.html", View{Title: v.Name, Nav: residentNav("/shop"), Body: b})
}

// few is from how many on nobody is told how many are left.
const few = 20

func packChoices(skus []models.SKU, chosen string) (list []packChoice) {
	first := -1
	for _, s := range skus {
		if s.Off {
			continue
		}
		p := packChoice{SKU: s, Chosen: s.ID == chosen && s.Free() > 0}
		switch {
		case s.Free() <= 0:
			p.Left = "已售罄"
		case s.Free() < few:
			p.Left = "只剩" + strconv.Itoa(s.Free()) + s.Unit
		}
		if s.Grams > 0 {
			p.Weights = weight(s.Grams)
		}
		if p.Chosen {
			first = -2
		} else if first == -1 && s.Free() > 0 {
			first = len(list)
		}
		list = append(list, p)
	}
	if first >= 0 {
		list[first].Chosen = true
	}
	return list
}

// weight says 500克 or 2.5公斤.
func weight(grams int) string {
	if grams < 1000 {
		return strconv.Itoa(grams) + "克"
	}
	return strconv.FormatFloat(float64(grams)/1000, 'f', -1, 64) + "公斤"
}

// label lists the fields of the food label that are set (食品安全法 67).
func label(v db.ProductView) (facts []fact) {
	days := ""
	if v.ShelfLifeDays != nil {
		days = strconv.Itoa(*v.ShelfLifeDays) + "天"
	}
	for _, f := range []fact{
		{"分类", v.CategoryName},
		{"产地", v.Origin},
		{"净含量", v.Net},
		{"配料", v.Ingredients},
		{"储存", v.Storage},
		{"保质期", days},
		{"产季", v.SeasonZH()},
	} {
		if f.Text != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// returnWords says whether the seven days of 消保法 25 hold.
func returnWords(p models.Product) string {
	switch {
	case p.SevenDayReturn:
		return "支持七天无理由退货，商品要保持完好。"
	case p.Fresh:
		return "鲜活易腐，不适用七天无理由退货。收到有坏的，请拍照后在聊天里回复“人工”。"
	}
	return "不适用七天无理由退货，下单前请看清。收到有问题，请在聊天里回复“人工”。"
}

func shippingWords(p models.Product) string {
	if p.ShipBy != "" {
		return "预售：最晚" + p.ShipBy.ZH() + "发货"
	}
	return "现货，付款后尽快发货"
}

// licenceWords is what a seller of food must show (电商法 15).
func licenceWords(s models.Supplier) string {
	switch s.LicenceKind {
	case models.LicenceSC:
		return "食品生产许可证：" + s.Licence
	case models.LicenceJY:
		return "食品经营许可证：" + s.Licence
	case models.LicenceYB:
		return "预包装食品备案：" + s.Licence
	}
	return s.Licence
}

// productForm puts a pack into the basket, or goes straight to ordering it.
func (a *App) productForm(c *fiber.Ctx) error {
	sku, quantity := c.FormValue("sku"), formInt(c, "quantity")
	if c.FormValue("act") == "buy" {
		if quantity < 1 || quantity > models.MaxQuantity || sku == "" {
			return a.refuseProduct(c, sku, quantity, models.ErrQuantity)
		}
		return c.Redirect(buyURL(c.Params("id"), sku, quantity), fiber.StatusSeeOther)
	}
	if _, err := a.DB.AddToBasket(c.UserContext(), a.caller(c).Link.ID, "", db.OrderItem{SKUID: sku, Quantity: quantity}); err != nil {
		return a.refuseProduct(c, sku, quantity, err)
	}
	return a.back(c, "/shop/basket", "已放进购物篮。")
}

// refuseProduct shows the product again with what stands in the way.
func (a *App) refuseProduct(c *fiber.Ctx, sku string, quantity int, err error) error {
	e := models.Refusal(err)
	if e.Kind == models.Internal || e.Kind == models.Unavailable {
		return err
	}
	c.Status(statusOf[e.Kind])
	return a.showProduct(c, sku, quantity, e.ZH)
}

// formInt reads a whole number of a form; 0 if it is none.
func formInt(c *fiber.Ctx, name string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(c.FormValue(name)))
	return n
}

// sellerBody is what shop_supplier.html shows.
type sellerBody struct {
	models.Supplier
	LicenceZH string
	Cards     []productCard
}

// sellerPage is a supplier's front page, with its licence.
func (a *App) sellerPage(c *fiber.Ctx) error {
	s, err := a.approved(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	page, err := a.DB.Products(c.UserContext(), db.ProductFilter{Supplier: s.ID, Limit: 100})
	if err != nil {
		return err
	}
	return a.render(c, "shop_supplier.html", View{
		Title: s.Name, Nav: residentNav("/shop"), Body: sellerBody{s, licenceWords(s), a.cards(page.Products)},
	})
}
