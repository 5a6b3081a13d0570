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

// wanted keeps a whole number that can be ordered; halves and hundreds are asked again.
func wanted(p words.HeardProduct, id string) want {
	w := want{Product: id, Unit: p.Unit, Amount: p.Quantity}
	if n := int(p.Quantity); float64(n) == p.Quantity && n <= models.MaxQuantity {
		w.Quantity = n
	}
	return w
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
	fit := namedPacks(p.Product, strings.TrimSuffix(strings.TrimPrefix(bare(t.text), "要"), "的"), bare(h.Text))
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

// namedPacks are the packs that a short answer can mean: the one of that name or id, or all that begin so.
func namedPacks(p models.Product, said, plain string) (fit []models.SKU) {
	for _, s := range p.SKUs {
		if s.Off {
			continue
		}
		if said == s.Pack || said == s.ID || plain == s.Pack {
			return []models.SKU{s}
		}
		if len([]rune(said)) >= 2 && strings.HasPrefix(s.Pack, said) {
			fit = append(fit, s)
		}
	}
	return fit
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
	case counted && gramsOf[h.Unit] > 0 && w.SKU == "":
		return true, t.again("是按包装卖的，没有正好" + again.said() + "的，请选一种。")
	default:
		return false, nil
	}
	*w = again
	return true, t.orderNext()
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
	case t.says("改数量"):
		return true, t.orderNext()
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
