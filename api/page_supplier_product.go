package api

import (
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// stallBody is what supplier_products.html and supplier_stock.html show.
type stallBody struct{ Products []stallItem }

// stallItem is a product as its supplier sees it in a list.
type stallItem struct {
	db.ProductView
	Price  models.Fen
	Free   int
	Tone   string
	Moves  []listingMove
	OnSale []models.SKU
}

// listingMove is a button that moves a product through its listing.
type listingMove struct {
	To             models.Listing
	Label, Confirm string
	Danger         bool
}

// moveWords name the buttons a supplier has.
var moveWords = map[models.Listing]listingMove{
	models.ListingInReview:  {Label: "提交审核"},
	models.ListingPaused:    {Label: "暂停销售"},
	models.ListingListed:    {Label: "恢复销售"},
	models.ListingWithdrawn: {Label: "永久下架", Confirm: "永久下架后不能恢复，确定吗？", Danger: true},
}

func stallItemOf(by models.Account, v db.ProductView) stallItem {
	g := stallItem{ProductView: v, Tone: listingTone(v.State)}
	g.Price, _ = v.PriceFrom()
	for _, s := range v.SKUs {
		if !s.Off {
			g.Free += max(0, s.Free())
			g.OnSale = append(g.OnSale, s)
		}
	}
	for _, to := range listingsTo(by, v.Product) {
		m := moveWords[to]
		m.To = to
		g.Moves = append(g.Moves, m)
	}
	return g
}

func listingTone(l models.Listing) string {
	switch l {
	case models.ListingListed:
		return "ok"
	case models.ListingInReview:
		return "info"
	case models.ListingPaused:
		return "warn"
	}
	return ""
}

// stallBody gathers the caller's products.
func (a *App) stall(c *fiber.Ctx) (b stallBody, err error) {
	by := *a.caller(c).Account
	list, err := a.DB.SupplierProducts(c.UserContext(), by.SupplierID)
	for _, v := range list {
		b.Products = append(b.Products, stallItemOf(by, v))
	}
	return b, err
}

// stallPage lists a supplier's products.
func (a *App) stallPage(c *fiber.Ctx) error {
	b, err := a.stall(c)
	if err != nil {
		return err
	}
	return a.render(c, "supplier_products.html", View{Title: "商品", Nav: supplierNav("/supplier/products"), Body: b})
}

// stockPage lists every pack that is sold, with how many there are.
func (a *App) stockPage(c *fiber.Ctx) error {
	b, err := a.stall(c)
	if err != nil {
		return err
	}
	return a.render(c, "supplier_stock.html", View{Title: "库存", Nav: supplierNav("/supplier/stock"), Body: b})
}

// stockForm writes what was counted.
func (a *App) stockForm(c *fiber.Ctx) error {
	n, err := strconv.Atoi(strings.TrimSpace(c.FormValue("on_hand")))
	if err != nil {
		return models.ErrStockSet
	}
	if err := a.DB.SetStock(c.UserContext(), *a.caller(c).Account, c.FormValue("sku"), n); err != nil {
		return err
	}
	return a.back(c, "/supplier/stock", "库存已改为"+strconv.Itoa(n)+"。")
}

// listingForm moves a product through its listing.
func (a *App) listingForm(c *fiber.Ctx) error {
	to := models.Listing(c.FormValue("to"))
	if err := a.DB.SetListing(c.UserContext(), *a.caller(c).Account, c.Params("id"), to); err != nil {
		return err
	}
	flash := "商品现在是“" + to.ZH() + "”。"
	if to == models.ListingInReview {
		flash = "已提交，工作人员审核后就会上架。"
	}
	return a.back(c, "/supplier/products", flash)
}

// editBody is what supplier_product.html shows.
type editBody struct {
	models.Product
	Categories []db.Category
	Aliases    string
	Shelf      string
	Return     string // fresh, seven, none
	Rows       []packRow
	Error      string
	Locked     bool // withdrawn: nothing can be changed
}

// packRow is one pack on the form, as typed.
type packRow struct {
	At                                   int
	SKU, Pack, Unit, Price, Grams, Stock string
	Off                                  bool
	Reserved                             int
}

// newRows is how many empty rows for packs a form has.
const newRows = 2

// editPage shows the form of a product; the id new makes one.
func (a *App) editPage(c *fiber.Ctx) error {
	b := editBody{Return: "none"}
	if id := c.Params("id"); id != "new" {
		v, err := a.DB.SupplierProduct(c.UserContext(), *a.caller(c).Account, id)
		if err != nil {
			return err
		}
		b = editOf(v.Product)
	}
	return a.showEdit(c, b)
}

func editOf(p models.Product) editBody {
	b := editBody{Product: p, Aliases: strings.Join(p.Aliases, "、"), Return: "none", Locked: p.State == models.ListingWithdrawn}
	if p.ShelfLifeDays != nil {
		b.Shelf = strconv.Itoa(*p.ShelfLifeDays)
	}
	switch {
	case p.Fresh:
		b.Return = "fresh"
	case p.SevenDayReturn:
		b.Return = "seven"
	}
	for _, s := range p.SKUs {
		row := packRow{SKU: s.ID, Pack: s.Pack, Unit: s.Unit, Price: s.Price.Yuan(), Stock: strconv.Itoa(s.OnHand), Off: s.Off, Reserved: s.Reserved}
		if s.Grams > 0 {
			row.Grams = strconv.Itoa(s.Grams)
		}
		b.Rows = append(b.Rows, row)
	}
	return b
}

func (a *App) showEdit(c *fiber.Ctx, b editBody) error {
	var err error
	if b.Categories, err = a.DB.Categories(c.UserContext()); err != nil {
		return err
	}
	for range newRows {
		b.Rows = append(b.Rows, packRow{})
	}
	for i := range b.Rows {
		b.Rows[i].At = i
	}
	title := "添加商品"
	if b.ID != "" {
		title = "修改商品"
	}
	return a.render(c, "supplier_product.html", View{Title: title, Nav: supplierNav("/supplier/products"), Body: b})
}

// editForm stores a product with its packs and, if one was sent, its picture.
func (a *App) editForm(c *fiber.Ctx) error {
	by := *a.caller(c).Account
	b := readEdit(c)
	p, err := b.product()
	if err == nil {
		p.Photo, err = a.takePhoto(c, by, p.Photo)
		b.Photo = p.Photo
	}
	if err == nil {
		p, err = a.DB.SaveProduct(c.UserContext(), by, p)
	}
	if err != nil {
		e := models.Refusal(err)
		if e.Kind != models.Invalid && e.Kind != models.Conflict {
			return err
		}
		b.Error = e.ZH
		c.Status(statusOf[e.Kind])
		return a.showEdit(c, b)
	}
	flash := "已保存。"
	if p.State == models.ListingDraft {
		flash = "已保存为草稿。填好后点“提交审核”。"
	}
	return a.back(c, "/supplier/products", flash)
}

// takePhoto stores a picture that came with the form; without one the product keeps what it has.
func (a *App) takePhoto(c *fiber.Ctx, by models.Account, before string) (string, error) {
	header, err := c.FormFile("photo_file")
	if err != nil || header.Size == 0 {
		return before, nil
	}
	f, err := header.Open()
	if err != nil {
		return before, models.ErrPhoto.From(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, bodyLimit))
	if err != nil {
		return before, models.ErrPhoto.From(err)
	}
	return a.DB.SavePhoto(c.UserContext(), by, raw)
}

// readEdit reads the form as it was typed, so that it can be shown again.
func readEdit(c *fiber.Ctx) editBody {
	text := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	b := editBody{
		Product: models.Product{
			Name: text("name"), Category: text("category"), Intro: text("intro"), Origin: text("origin"), Storage: text("storage"),
			Ingredients: text("ingredients"), Net: text("net"), Assistance: text("assistance") != "", SeasonFrom: text("season_from"),
			SeasonTo: text("season_to"), ShipBy: models.Day(text("ship_by")), Photo: text("photo"), Version: formInt(c, "version"),
		},
		Aliases: text("aliases"), Shelf: text("shelf"), Return: text("return"),
	}
	if id := c.Params("id"); id != "new" {
		b.ID = id
	}
	for i := range min(max(0, formInt(c, "rows")), models.MaxPacks+newRows) {
		field := func(name string) string { return text("p" + strconv.Itoa(i) + "-" + name) }
		row := packRow{
			SKU: field("sku"), Pack: field("pack"), Unit: field("unit"), Price: field("price"), Grams: field("grams"), Stock: field("stock"),
			Off: field("off") != "",
		}
		if row.SKU != "" || row.Pack != "" || row.Price != "" {
			b.Rows = append(b.Rows, row)
		}
	}
	return b
}

// product turns what was typed into a product. It answers ErrProductInvalid and ErrInvalid (a price).
func (b editBody) product() (models.Product, error) {
	p := b.Product
	p.Aliases = strings.FieldsFunc(b.Aliases, func(r rune) bool { return strings.ContainsRune("、,，;； \t\r\n", r) })
	p.Fresh, p.SevenDayReturn = b.Return == "fresh", b.Return == "seven"
	if b.Shelf != "" {
		n, err := strconv.Atoi(b.Shelf)
		if err != nil {
			return p, models.ErrProductInvalid.With("保质期请填天数，例如 180。")
		}
		p.ShelfLifeDays = &n
	}
	p.SKUs = []models.SKU{}
	for _, row := range b.Rows {
		s, err := row.sku()
		if err != nil {
			return p, err
		}
		p.SKUs = append(p.SKUs, s)
	}
	return p, nil
}

func (row packRow) sku() (models.SKU, error) {
	s := models.SKU{ID: row.SKU, Pack: row.Pack, Unit: row.Unit, Off: row.Off}
	var err error
	if s.Price, err = models.ParseYuan(row.Price); err != nil {
		return s, models.ErrProductInvalid.With("规格“" + row.Pack + "”的价格应写成 27.50 这样。")
	}
	for _, n := range []struct {
		text, name string
		into       *int
	}{{row.Grams, "重量", &s.Grams}, {row.Stock, "库存", &s.OnHand}} {
		if n.text == "" {
			continue
		}
		if *n.into, err = strconv.Atoi(n.text); err != nil {
			return s, models.ErrProductInvalid.With("规格“" + row.Pack + "”的" + n.name + "应是整数。")
		}
	}
	return s, nil
}
