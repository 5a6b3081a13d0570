package bot

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// order begins with what a sentence asks for (要两箱脆红李).
func (t *turn) order(h words.Heard) error {
	if len(h.Products) == 1 && h.Products[0].Quantity == 0 && h.Products[0].Unit == "" {
		return t.product(h.Products[0].ID) // a bare name is looked at first
	}
	t.k.rest()
	for _, p := range h.Products {
		if p.Quantity > models.MaxQuantity {
			t.say(models.ErrQuantity.ZH + "要得更多，点“人工”写下来。")
		}
		t.k.Shop.Wants = append(t.k.Shop.Wants, wanted(p, p.ID))
	}
	if h.Ask == words.AskProduct && len(h.Either) > 0 {
		w := wanted(h.Either[0], "")
		for _, p := range h.Either {
			w.Among = append(w.Among, p.ID)
		}
		t.k.Shop.Wants = append(t.k.Shop.Wants, w)
	}
	return t.orderNext()
}

// orderNext asks for the first thing that is missing: which product, which pack, how many; then to confirm.
func (t *turn) orderNext() error {
	for i := range t.k.Shop.Wants {
		w := &t.k.Shop.Wants[i]
		if w.Product == "" {
			return t.askProduct(*w)
		}
		p, err := t.e.d.Product(t.ctx, w.Product)
		if err != nil {
			return t.refuse(err, list("买特产", "人工")...)
		}
		if w.SKU == "" && !w.choosePack(p.Product, t.text) {
			if w.grams() > 0 {
				return t.askPack(p, p.Name+"是按包装卖的，没有正好"+w.said()+"的。要哪一种？")
			}
			return t.askPack(p, p.Name+"有几种规格，要哪一种？")
		}
		if w.Quantity == 0 {
			return t.askQuantity(p, w.SKU)
		}
	}
	return t.askOrder()
}

// askProduct asks which of the products that a name may mean.
func (t *turn) askProduct(w want) error {
	var choices []Choice
	var lines []string
	for _, id := range w.Among {
		p, err := t.e.d.Product(t.ctx, id)
		if err != nil {
			continue
		}
		lines = append(lines, p.Name+" "+priceFrom(p.Product))
		choices = append(choices, Choice{p.Name, p.Name})
	}
	if len(choices) == 0 {
		return t.shop()
	}
	t.say(strings.Join(lines, "\n"))
	return t.ask(stepProduct, "这个名字有好几种，您要哪一种？", choices...)
}

// takeProduct takes one of those that were offered, by its name or a word only it has.
func (t *turn) takeProduct() (bool, error) {
	h, err := t.hear()
	if err != nil {
		return true, err
	}
	for i := range t.k.Shop.Wants {
		w := &t.k.Shop.Wants[i]
		if w.Product != "" {
			continue
		}
		for _, id := range w.Among {
			p, err := t.e.d.Product(t.ctx, id)
			if err == nil && (t.says(p.Name) || len(h.Products) == 1 && h.Products[0].ID == id || saysKind(h.Text, p.Name)) {
				w.Product = id
				return true, t.orderNext()
			}
		}
	}
	return false, nil
}

// kindOfName is the word in brackets by which names of the same thing differ: 羊肚菌（干）.
var kindOfName = regexp.MustCompile(`[（(](\p{Han}{1,3})[)）]`)

// saysKind says whether a short answer is that word: 干的, 要鲜的.
func saysKind(text, name string) bool {
	m := kindOfName.FindStringSubmatch(name)
	return m != nil && len([]rune(text)) <= 6 && strings.Contains(text, m[1])
}

// open gives the place of the first thing that still lacks something; -1 if nothing does.
func (t *turn) open(lacks func(want) bool) int {
	for i, w := range t.k.Shop.Wants {
		if w.Product != "" && lacks(w) {
			return i
		}
	}
	return -1
}

// askOrder says what was heard with price and amount, and asks to confirm.
func (t *turn) askOrder() error {
	var lines, notes []string
	var sum models.Fen
	for i, w := range t.k.Shop.Wants {
		p, err := t.e.d.Product(t.ctx, w.Product)
		if err != nil {
			return t.refuse(err, list("买特产", "人工")...)
		}
		s, ok := packOf(p.Product, w.SKU)
		switch {
		case !ok || s.Off:
			return t.refuse(models.ErrNotListed.With(p.Name))
		case s.Free() <= 0:
			return t.soldOut(i, p, s)
		case s.Free() < w.Quantity:
			t.k.Shop.Wants[i].Quantity, t.k.Step = 0, stepQuantity
			return t.refuse(models.ErrOutOfStock.With(p.Name, s.Free(), s.Unit), list("改数量", "买特产")...)
		}
		line := s.Price * models.Fen(w.Quantity)
		sum += line
		lines = append(lines, p.Name+" "+s.Pack+" ×"+strconv.Itoa(w.Quantity)+" "+line.String())
		for _, n := range terms(p.Product) {
			notes = append(notes, p.Name+"："+n)
		}
	}
	if len(lines) == 0 {
		return t.shop()
	}
	t.k.Shop.Expect, t.k.Shop.Basket = sum, false
	text := "听成：" + strings.Join(lines, "\n")
	if len(lines) > 1 {
		text += "\n合计" + sum.String()
	}
	return t.ask(stepOrder, strings.Join(append([]string{text}, notes...), "\n"), list("确认", "加到购物篮", "改数量")...)
}

// soldOut says that a pack is gone, and offers the others there are.
func (t *turn) soldOut(i int, p db.ProductView, s models.SKU) error {
	t.say("“" + p.Name + "”的" + s.Pack + "卖完了。")
	t.k.Shop.Wants[i].SKU = ""
	if p.InStock() {
		return t.askPack(p, "换一种规格吗？")
	}
	return t.rest("看看别的？过些日子也可能补货。", list("买特产", "购物篮")...)
}

// takeOrder goes on to the address on a yes, and takes every correction for what it is.
func (t *turn) takeOrder() (bool, error) {
	h, err := t.hear()
	if err != nil {
		return true, err
	}
	n, counted := countOf(t.text)
	if len(t.k.Shop.Wants) == 1 && len(h.Products) == 0 && !counted {
		w := &t.k.Shop.Wants[0]
		p, err := t.e.d.Product(t.ctx, w.Product)
		if err != nil {
			return true, t.refuse(err)
		}
		if done, err := t.countPacks(w, p.Product, h); done || err != nil {
			return done, err
		}
	}
	switch {
	case t.says("改数量", "数量不对"):
		return true, t.recount(0)
	case t.says("加到购物篮", "加到篮子", "加购物篮", "放进购物篮", "放购物篮", "先加着", "加入购物篮"):
		return true, t.putInBasket()
	case len(h.Products) > 0:
		return true, t.order(h)
	case t.says("确认", "对", "是", "好", "好的", "可以", "要得", "下单", "买", "确认下单", "行") || t.yes() || h.Intent == words.IntentYes:
		return true, t.askAddress()
	case counted && n >= 1 && n <= models.MaxQuantity:
		return true, t.recount(n)
	case t.says("不对", "不是", "错", "不", "不要", "不买") || h.Intent == words.IntentNo:
		return true, t.again("没关系。要改数量点“改数量”，要换别的直接说名字，不买了点“取消”。")
	}
	return false, nil
}

// recount sets how many of a single thing, or asks anew for all.
func (t *turn) recount(n int) error {
	if len(t.k.Shop.Wants) > 1 {
		n = 0
	}
	for i := range t.k.Shop.Wants {
		t.k.Shop.Wants[i].Quantity = n
	}
	return t.orderNext()
}

// place makes the order under the message's own key and leads to the cashier.
func (t *turn) place() error {
	s := t.k.Shop
	r := db.OrderRequest{Key: t.key, Expect: s.Expect, Address: s.Address}
	if !s.Basket {
		r.Items = s.items()
	}
	c, err := t.e.d.PlaceOrder(t.ctx, t.link, r)
	if err != nil {
		return t.notPlaced(err)
	}
	t.k.rest()
	lines := []string{"订单下好了，合计" + c.TotalFen.String() + "："}
	for _, o := range c.Orders {
		lines = append(lines, o.No+" "+o.SupplierName+" "+o.TotalFen.String())
	}
	if len(c.Orders) > 0 {
		until := c.Orders[0].ExpiresAt.In(models.Zone).Format("15:04")
		lines = append(lines, "货给您留到"+until+"，请在这之前付款，过时自动取消。")
	}
	t.say(strings.Join(lines, "\n"))
	t.lead("去付款 "+c.TotalFen.String(), t.e.o.PayURL(c.ID))
	t.choose("付了款在“我的订单”里能看到。", append(list("我的订单", "买特产"), home)...)
	return nil
}

// notPlaced says why; where the price moved, the new one is shown to be confirmed.
func (t *turn) notPlaced(err error) error {
	e := models.Refusal(err)
	switch {
	case e.Code == models.ErrPriceChanged.Code && !t.k.Shop.Basket:
		t.say(e.ZH)
		return t.askOrder()
	case e.Code == models.ErrPriceChanged.Code:
		t.say(e.ZH)
		return t.basket()
	case e.Code == models.ErrAddress.Code:
		t.say(e.ZH)
		return t.askNewAddress()
	case e.Code == models.ErrOutOfStock.Code && !t.k.Shop.Basket:
		t.k.Step = stepOrder
		return t.askOrder() // with what is left now
	}
	return t.refuse(err)
}
