package bot

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// want is one thing to be ordered, as far as it is known.
type want struct {
	Among    []string `json:"among,omitempty"` // products that the name may mean
	Product  string   `json:"product,omitempty"`
	SKU      string   `json:"sku,omitempty"`
	Unit     string   `json:"unit,omitempty"` // as said
	Amount   float64  `json:"amount,omitempty"`
	Quantity int      `json:"quantity,omitempty"`
}

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

// wanted keeps a whole number that can be ordered; halves and hundreds are asked again.
func wanted(p words.HeardProduct, id string) want {
	w := want{Product: id, Unit: p.Unit, Amount: p.Quantity}
	if n := int(p.Quantity); float64(n) == p.Quantity && n <= models.MaxQuantity {
		w.Quantity = n
	}
	return w
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

// choosePack picks the only pack that fits what was said: the only one there is, the only one of that unit, or the one
// that weighs what was asked for (5斤 is one pack of 5斤装), or the only one of that unit whose size was said as well
// (一袋10斤的).
func (w *want) choosePack(p models.Product, said string) bool {
	var all, unit, size []models.SKU
	for _, s := range p.SKUs {
		if s.Off {
			continue
		}
		all = append(all, s)
		if s.Unit == w.Unit {
			unit = append(unit, s)
			if saysSize(said, s.Pack) {
				size = append(size, s)
			}
		}
	}
	if len(size) == 1 {
		unit = size
	}
	if grams := w.grams(); len(unit) == 0 && grams > 0 {
		for _, s := range all {
			if s.Grams == grams {
				w.SKU, w.Quantity = s.ID, 1
				return true
			}
		}
	}
	switch {
	case len(unit) == 1:
		w.SKU = unit[0].ID
	case len(unit) == 0 && len(all) == 1:
		w.SKU = all[0].ID
		if w.Unit != "" && w.Unit != "个" && w.Unit != "份" {
			w.Quantity = 0 // three 斤 are not three boxes
		}
	case len(unit) == 0 && w.Unit != "":
		w.Quantity = 0
	}
	return w.SKU != ""
}

// gramsOf are the units of weight that people ask in.
var gramsOf = map[string]float64{"斤": 500, "市斤": 500, "公斤": 1000, "千克": 1000, "kg": 1000, "两": 50, "克": 1, "g": 1}

// said is the amount as people say it: 半斤, 1.5公斤.
func (w *want) said() string {
	if w.Amount == 0.5 {
		return "半" + w.Unit
	}
	return strconv.FormatFloat(w.Amount, 'f', -1, 64) + w.Unit
}

// grams is the weight that was asked for; 0 if none was.
func (w *want) grams() int { return int(w.Amount*gramsOf[w.Unit] + 0.5) }

// packSize is how a pack begins: 10斤, 500毫升, 30枚.
var packSize = regexp.MustCompile(`^[0-9.]+\p{Han}{1,2}`)

// hanSize is a size in characters: 十斤, 三十个.
var hanSize = regexp.MustCompile(`[一二两三四五六七八九十]+(斤|枚|个|克|毫升|升)`)

// saysSize says whether a text names the size of a pack (10斤, 十斤, 30个 for 30枚), and not a larger one (110斤).
func saysSize(text, pack string) bool {
	size := strings.ReplaceAll(strings.TrimSuffix(packSize.FindString(pack), "装"), "枚", "个")
	text = hanSize.ReplaceAllStringFunc(text, func(s string) string {
		number, unit := s, hanSize.FindStringSubmatch(s)[1]
		if n, ok := hanNumber(strings.TrimSuffix(number, unit)); ok {
			return strconv.Itoa(n) + unit
		}
		return s
	})
	text = strings.ReplaceAll(text, "枚", "个")
	i := strings.Index(text, size)
	return size != "" && i >= 0 && (i == 0 || !strings.ContainsRune("0123456789.", rune(text[i-1])))
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
		lines = append(lines, p.Name+" "+from(p.Product))
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

// askPack offers the packs that can be had now.
func (t *turn) askPack(p db.ProductView, question string) error {
	var choices []Choice
	for _, s := range p.SKUs {
		if !s.Off && s.Free() > 0 {
			choices = append(choices, Choice{s.Pack + " " + s.Price.String(), s.Pack})
		}
	}
	if len(choices) == 0 {
		t.say(p.Name + "卖完了。")
		return t.rest("看看别的？", list("买特产", "购物篮")...)
	}
	return t.ask(stepPack, question, choices...)
}

// takePack reads a pack by its name or by how it begins (5斤的), or a sentence with unit and number.
func (t *turn) takePack() (bool, error) {
	i := t.open(func(w want) bool { return w.SKU == "" })
	if i < 0 {
		return false, nil
	}
	w := &t.k.Shop.Wants[i]
	p, err := t.e.d.Product(t.ctx, w.Product)
	if err != nil {
		return true, t.refuse(err, list("买特产", "人工")...)
	}
	h, err := t.hear()
	if err != nil {
		return true, err
	}
	said := strings.TrimSuffix(strings.TrimPrefix(bare(t.text), "要"), "的")
	var fit []models.SKU
	for _, s := range p.SKUs {
		if s.Off {
			continue
		}
		if said == s.Pack || said == s.ID || bare(h.Text) == s.Pack {
			fit = []models.SKU{s}
			break
		}
		if n := len([]rune(said)); n >= 2 && strings.HasPrefix(s.Pack, said) {
			fit = append(fit, s)
		}
	}
	if len(fit) == 1 {
		w.SKU = fit[0].ID
		return true, t.orderNext()
	}
	if len(h.Products) == 1 && h.Products[0].ID == w.Product {
		*w = wanted(h.Products[0], w.Product)
		return true, t.orderNext()
	}
	if len(h.Products) > 0 || len(h.Either) > 0 {
		return false, nil
	}
	return t.countPacks(w, p.Product, h)
}

// countPacks takes a quantity and a unit without a name (拿三把, 10斤的来一箱) for the pack in question.
func (t *turn) countPacks(w *want, p models.Product, h words.Heard) (bool, error) {
	var size []models.SKU
	for _, s := range p.SKUs {
		if !s.Off && saysSize(h.Text, s.Pack) {
			size = append(size, s)
		}
	}
	again := *w
	counted := h.Quantity > 0 && h.Unit != ""
	if counted {
		again = wanted(words.HeardProduct{Quantity: h.Quantity, Unit: h.Unit}, w.Product)
	}
	sku, _ := packOf(p, w.SKU)
	switch {
	case counted && w.SKU != "" && sku.Unit == h.Unit && len(size) == 0:
		again.SKU = w.SKU
	case counted && again.choosePack(p, h.Text):
	case len(size) == 1 && w.SKU != size[0].ID:
		again = *w
		again.SKU = size[0].ID
		if m := regexp.MustCompile(`(\d{1,2}|[一二两三四五六七八九十]{1,3})` + size[0].Unit).FindStringSubmatch(h.Text); m != nil {
			again.Quantity, _ = countOf(m[1])
		}
	default:
		return false, nil
	}
	*w = again
	return true, t.orderNext()
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

// askQuantity asks how many of a pack, in the pack's own unit.
func (t *turn) askQuantity(p db.ProductView, sku string) error {
	s, _ := packOf(p.Product, sku)
	var choices []Choice
	for n := 1; n <= 5; n++ {
		choices = append(choices, one(strconv.Itoa(n)+s.Unit))
	}
	return t.ask(stepQuantity, p.Name+" "+s.Pack+" "+s.Price.String()+"，要几"+s.Unit+"？", choices...)
}

// packOf finds a pack of a product.
func packOf(p models.Product, sku string) (models.SKU, bool) {
	for _, s := range p.SKUs {
		if s.ID == sku {
			return s, true
		}
	}
	return models.SKU{}, false
}

// takeQuantity takes a bare number as a quantity.
func (t *turn) takeQuantity() (bool, error) {
	n, ok := countOf(t.text)
	i := t.open(func(w want) bool { return w.Quantity == 0 })
	switch {
	case i < 0:
		return false, nil
	case !ok:
		w := &t.k.Shop.Wants[i]
		p, err := t.e.d.Product(t.ctx, w.Product)
		h, bad := t.hear()
		if err != nil || bad != nil || len(h.Products) > 0 || len(h.Either) > 0 {
			return false, bad
		}
		return t.countPacks(w, p.Product, h)
	case n < 1 || n > models.MaxQuantity:
		return true, t.again(models.ErrQuantity.ZH)
	}
	t.k.Shop.Wants[i].Quantity = n
	return true, t.orderNext()
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
