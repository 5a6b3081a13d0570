package bot

import (
	"strconv"
	"strings"

	"github.com/jieban/jieban/models"
)

// putInBasket puts what was being ordered into the basket.
func (t *turn) putInBasket() error {
	if _, err := t.e.d.AddToBasket(t.ctx, t.link, t.key, t.k.Shop.items()...); err != nil {
		return t.refuse(err)
	}
	t.k.rest()
	t.say("已放进购物篮。")
	return t.basket()
}

// basket shows what is in it, what it costs, and lets take things out.
func (t *turn) basket() error {
	items, err := t.e.d.Basket(t.ctx, t.link)
	if err != nil {
		return t.refuse(err)
	}
	t.k.rest()
	if len(items) == 0 {
		return t.refuse(models.ErrBasketEmpty, list("买特产", "我的订单")...)
	}
	var lines []string
	var choices []Choice
	for _, it := range items {
		line := it.Product.Name + " " + it.SKU.Pack + " ×" + strconv.Itoa(it.Quantity) + " " + it.Sum().String()
		switch {
		case it.Product.State != models.ListingListed || it.SKU.Off:
			line += "，已下架"
		case it.SKU.Free() < it.Quantity:
			line += "，只剩" + strconv.Itoa(max(it.SKU.Free(), 0)) + it.SKU.Unit
		}
		lines = append(lines, line)
		if len(choices) < productsShown {
			choices = append(choices, Choice{"去掉 " + it.Product.Name, "去掉" + it.SKU.ID})
		}
	}
	sum := models.BasketSum(items)
	t.k.Shop.Basket, t.k.Shop.Expect = true, sum
	t.say("购物篮：\n" + strings.Join(lines, "\n") + "\n合计" + sum.String())
	t.lead("到页面上改", "/shop/basket")
	return t.ask(stepBasket, "要下单吗？", append(append(list("下单", "继续买"), choices...), one("清空购物篮"))...)
}

// takeBasket orders, empties, or takes one thing out, by a tap or by its name.
func (t *turn) takeBasket() (bool, error) {
	items, err := t.e.d.Basket(t.ctx, t.link)
	if err != nil {
		return true, t.refuse(err)
	}
	switch {
	case t.says("下单", "确认", "付款", "好", "好的", "是", "买", "结账", "确认下单"):
		return true, t.askAddress()
	case t.says("继续买", "再看看", "再买点"):
		return true, t.shop()
	case t.says("清空购物篮", "清空", "都不要"):
		for _, it := range items {
			if _, err := t.e.d.SetBasket(t.ctx, t.link, it.SKU.ID, 0); err != nil {
				return true, t.refuse(err)
			}
		}
		return true, t.rest("购物篮清空了。", one("买特产"))
	}
	what, ok := strings.CutPrefix(t.text, "去掉")
	if what = strings.TrimSpace(what); !ok || what == "" {
		return false, nil
	}
	for _, it := range items {
		if it.SKU.ID != what && !strings.Contains(it.Product.Name, what) {
			continue
		}
		if _, err := t.e.d.SetBasket(t.ctx, t.link, it.SKU.ID, 0); err != nil {
			return true, t.refuse(err)
		}
		t.say("去掉了：" + it.Product.Name + " " + it.SKU.Pack + "。")
		return true, t.basket()
	}
	return false, nil
}
