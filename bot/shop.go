package bot

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// shopSlots is what a person is looking for or about to order.
type shopSlots struct {
	Query    string          `json:"query,omitempty"`
	Category string          `json:"category,omitempty"`
	After    string          `json:"after,omitempty"` // where the next page begins
	Wants    []want          `json:"wants,omitempty"`
	Basket   bool            `json:"basket,omitempty"` // the order is the basket's
	Expect   models.Fen      `json:"expect,omitempty"` // the sum that was shown
	Address  *models.Address `json:"address,omitempty"`
	Parts    *models.Address `json:"parts,omitempty"` // an address that is sent in pieces, so far
}

// items is what was being ordered, as the verbs take it.
func (s shopSlots) items() []db.OrderItem {
	var items []db.OrderItem
	for _, w := range s.Wants {
		items = append(items, db.OrderItem{SKUID: w.SKU, Quantity: w.Quantity})
	}
	return items
}

// productsShown is how many products one answer lists.
const productsShown = 5

// shop is 买特产: the shelves, and a search by any word.
func (t *turn) shop() error {
	t.k.rest()
	product, err := t.e.example(t.ctx)
	if err != nil {
		return err
	}
	question := "想买什么？直接打名字，或者选一类。"
	if product != "" {
		question = "想买什么？直接说，比如“要两" + product + "”；或者选一类。"
	}
	return t.askShelf(question)
}

// askShelf shows the shelves under a question.
func (t *turn) askShelf(question string) error {
	shelves, err := t.e.d.Categories(t.ctx)
	if err != nil {
		return err
	}
	var choices []Choice
	for _, c := range shelves {
		choices = append(choices, one(c.Name))
	}
	t.lead("看图慢慢挑", "/shop")
	return t.ask(stepShop, question, append(choices, list("购物篮", "我的订单")...)...)
}

// takeShop reads a shelf, a product or any word to search by.
func (t *turn) takeShop() (bool, error) {
	if t.says("更多", "还有吗", "下一页") && t.k.Shop.After != "" {
		return true, t.listProducts(t.k.Shop.Query, t.k.Shop.Category, t.k.Shop.After)
	}
	shelves, err := t.e.d.Categories(t.ctx)
	if err != nil {
		return true, err
	}
	for _, c := range shelves {
		if t.says(c.Name) {
			return true, t.listProducts("", c.ID, "")
		}
	}
	if yesLike.MatchString(bare(t.text)) {
		return true, t.again("先选要买什么，选好了再下单。")
	}
	h, err := t.hear()
	switch {
	case err != nil:
		return true, err
	case len(h.Products) > 0 || h.Ask == words.AskProduct || h.Spot != "" || h.Date != "" || h.People > 0:
		return false, nil
	case h.Intent != words.IntentOther && h.Intent != words.IntentBuy:
		return false, nil
	}
	return t.search(true)
}

// shopping are the words around what is wanted.
var shopping = regexp.MustCompile(`我想|想要|要买|想买|买点|来点|有没有|有卖|卖不卖|搜一下|搜索|找一下|我要|给我|帮我|请问|你们|这里|有|买|卖|搜|找|要|吗|的|呢|啊|[?,。!\x{ff1f}\x{ff0c}\x{ff01}]`)

// search looks for what is left of the sentence when the words of asking are gone. It tells whether it answered; where
// nothing was found it does so only if sure that goods are meant.
func (t *turn) search(sure bool) (bool, error) {
	query := strings.TrimSpace(shopping.ReplaceAllString(t.text, " "))
	if query == "" || len([]rune(query)) > 20 {
		return false, nil
	}
	page, err := t.e.d.Products(t.ctx, db.ProductFilter{Query: query, Limit: productsShown})
	if err != nil {
		return true, t.refuse(err)
	}
	switch {
	case len(page.Products) == 0 && sure:
		t.k.Shop = shopSlots{}
		t.say("没有找到“" + models.MaskText(query) + "”。")
		return true, t.askShelf("换个名字试试，或者选一类。")
	case len(page.Products) == 0:
		return false, nil
	case len(page.Products) == 1:
		return true, t.product(page.Products[0].ID)
	}
	return true, t.listProducts(query, "", "")
}

// listProducts names the first few with their price, the rest on 更多.
func (t *turn) listProducts(query, category, after string) error {
	page, err := t.e.d.Products(t.ctx, db.ProductFilter{Query: query, Category: category, After: after, Limit: productsShown})
	if err != nil {
		return t.refuse(err)
	}
	if len(page.Products) == 0 {
		return t.askShelf("这里暂时没有货。看看别的？")
	}
	t.k.Shop = shopSlots{Query: query, Category: category, After: page.Next}
	var lines []string
	var choices []Choice
	for _, p := range page.Products {
		lines = append(lines, p.Name+" "+priceFrom(p.Product))
		choices = append(choices, Choice{p.Name, "看商品" + p.ID})
	}
	if page.Next != "" {
		choices = append(choices, one("更多"))
	}
	t.say(strings.Join(lines, "\n"))
	t.lead("看图下单", "/shop")
	return t.ask(stepShop, "要看哪一种？", append(choices, list("买特产", "购物篮")...)...)
}

// priceFrom says the lowest price, and whether there is any.
func priceFrom(p models.Product) string {
	price, ok := p.PriceFrom()
	switch {
	case !ok:
		return "暂不卖"
	case !p.InStock():
		return price.String() + "起，已卖完"
	}
	return price.String() + "起"
}

// product shows one product with its packs, to be ordered by a tap.
func (t *turn) product(id string) error {
	p, err := t.e.d.Product(t.ctx, id)
	if err != nil {
		return t.refuse(err, list("买特产", "人工")...)
	}
	t.k.Shop = shopSlots{Wants: []want{{Product: id}}}
	lines := []string{p.Name + "(" + p.SupplierName + ")"}
	if p.Intro != "" {
		lines = append(lines, p.Intro)
	}
	t.say(strings.Join(append(append(lines, packLines(p.Product)...), terms(p.Product)...), "\n"))
	t.lead("看图下单", "/shop/p/"+p.ID)
	if !p.InStock() {
		t.k.Step = stepShop
		t.choose("这一种卖完了。", append(list("买特产", "购物篮"), home)...)
		return nil
	}
	return t.askPack(p, "要哪一种规格？")
}

// packLines lists the packs with price and what is left.
func packLines(p models.Product) []string {
	var lines []string
	for _, s := range p.SKUs {
		switch {
		case s.Off:
		case s.Free() <= 0:
			lines = append(lines, s.Pack+" "+s.Price.String()+"，卖完了")
		default:
			lines = append(lines, s.Pack+" "+s.Price.String()+"，有"+strconv.Itoa(s.Free())+s.Unit)
		}
	}
	return lines
}

// terms are what a buyer must know before buying (消保法 25: what cannot be sent back is said beforehand).
func terms(p models.Product) []string {
	var lines []string
	if p.ShipBy != "" {
		lines = append(lines, "预售："+p.ShipBy.ZH()+"前发货。")
	}
	if p.Fresh {
		lines = append(lines, "鲜活易腐，不能七天无理由退货；坏了少了可以找我们。")
	}
	return lines
}

// productCommand reads 看商品<id>, which choices send.
func (t *turn) productCommand() (bool, error) {
	id, ok := strings.CutPrefix(t.text, "看商品")
	if !ok || id == "" || len(id) > 64 {
		return false, nil
	}
	return true, t.product(strings.TrimSpace(id))
}

// prices answers what something costs, or whether there is any, with the list of packs.
func (t *turn) prices(h words.Heard) error {
	if len(h.Products) == 1 {
		return t.product(h.Products[0].ID)
	}
	wanted := h.Products
	if len(wanted) == 0 {
		wanted = h.Either
	}
	if len(wanted) == 0 {
		return t.shop()
	}
	var lines []string
	var choices []Choice
	for _, w := range wanted[:min(len(wanted), productsShown)] {
		p, err := t.e.d.Product(t.ctx, w.ID)
		if err != nil {
			continue // named in the catalogue a moment ago, and off it now
		}
		lines = append(lines, p.Name+"："+strings.Join(packLines(p.Product), "；"))
		choices = append(choices, Choice{p.Name, "看商品" + p.ID})
	}
	t.k.rest()
	t.say(strings.Join(lines, "\n"))
	return t.ask(stepShop, "要看哪一种？", append(choices, one("买特产"))...)
}
