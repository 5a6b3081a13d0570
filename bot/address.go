package bot

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"golang.org/x/text/unicode/norm"
)

// askAddress offers the address used last, or asks for one.
func (t *turn) askAddress() error {
	masked, ok, err := t.e.d.LastAddress(t.ctx, t.link)
	if err != nil {
		return t.refuse(err)
	}
	if !ok {
		return t.askNewAddress()
	}
	t.k.Shop.Address = nil
	return t.ask(stepDeliver, "寄到上次的地址吗？\n"+masked, list("用这个地址", "换一个地址")...)
}

// askNewAddress shows the line to imitate; the example has no phone that could be rung.
func (t *turn) askNewAddress() error {
	t.k.Shop.Address = nil
	return t.ask(stepAddress, "寄到哪里？请照这样发一句：\n收货人 手机号 省市区 街道门牌\n比如：张三 199××××0001 重庆市九龙坡区某某镇某某街1号\n打字不方便，可以到页面上填。", one("到页面上填"))
}

// takeAddress reads an address typed in one line; it is shown back, masked, before anything is ordered.
func (t *turn) takeAddress() (bool, error) {
	if t.says("到页面上填", "到页面填", "页面", "去页面") {
		return true, t.addressOnPage()
	}
	if len(models.FindDocuments(t.text)) == 0 && utf8.RuneCountInString(t.text) < 8 {
		return false, nil
	}
	t.shown = "[收货信息]"
	a, err := parseAddress(t.text)
	if err != nil {
		return true, t.again(models.Refusal(err).ZH)
	}
	t.k.Shop.Address = &a
	t.shown = "[收货信息]" + a.Masked()
	return true, t.ask(stepDeliver, "寄给："+models.MaskName(a.Name)+" "+models.MaskPhone(a.Phone)+"\n"+a.Line()+"\n对吗？", list("确认下单", "换一个地址")...)
}

// addressOnPage moves what was being ordered into the basket, from which the page orders.
func (t *turn) addressOnPage() error {
	if !t.k.Shop.Basket {
		if _, err := t.e.d.AddToBasket(t.ctx, t.link, t.key, t.k.Shop.items()...); err != nil {
			return t.refuse(err)
		}
	}
	t.say("东西已放进购物篮。")
	t.lead("填收货地址并下单", "/shop/checkout")
	return t.rest("填好地址在页面上下单就行。", list("购物篮", "我的订单")...)
}

// takeDeliver places the order on a yes. An address typed here instead is taken as a new one.
func (t *turn) takeDeliver() (bool, error) {
	switch {
	case t.says("换一个地址", "换地址", "改地址", "不对", "不是", "不"):
		return true, t.askNewAddress()
	case t.says("用这个地址", "确认下单", "确认", "对", "对的", "是", "是的", "好", "好的", "可以", "就这个", "行", "要得"):
		return true, t.place()
	case len(models.FindDocuments(t.text)) > 0:
		return t.takeAddress()
	}
	return false, nil
}

var (
	mobile = regexp.MustCompile(`(?:\+?86[- ]?|0086[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?:\D|$)`)
	labels = strings.NewReplacer("收货人", " ", "收件人", " ", "姓名", " ", "手机号码", " ", "手机号", " ", "手机", " ", "电话", " ",
		"详细地址", " ", "收货地址", " ", "所在地区", " ", "地址", " ", ":", " ", ",", " ", ";", " ", "、", " ", "。", " ")
)

// parseAddress reads «张三 19900000001 重庆市九龙坡区白市驿镇1号» in any order of name, phone and place. It answers
// ErrAddress, which says what is missing.
func parseAddress(text string) (models.Address, error) {
	s := norm.NFKC.String(text) // full width digits, colons and commas become plain ones
	a := models.Address{}
	if m := mobile.FindStringSubmatchIndex(s); m != nil {
		a.Phone = s[m[2]:m[3]]
		s = s[:m[0]] + " " + s[m[3]:]
	} else {
		return a, models.ErrAddress.With("没看到11位的手机号。")
	}
	s = labels.Replace(s)
	r, from, to := findRegion(s)
	if to == 0 {
		return a, models.ErrAddress.With("没看出是哪个省市区，请把省、市、区县写全。")
	}
	a.Province, a.City, a.District = r.province, r.city, r.district
	// What stands before the place is the name; a name at the end stands apart from the street.
	words := strings.Fields(s[:from])
	rest := strings.Fields(s[to:])
	if len(words) == 0 && len(rest) > 1 {
		last := rest[len(rest)-1]
		if _, err := models.NormalName(last); err == nil && plainName(last) {
			words, rest = []string{last}, rest[:len(rest)-1]
		}
	}
	a.Name, a.Detail = strings.Join(words, ""), strings.Join(rest, "")
	return a.Check()
}

// region is one district with the city and the province it lies in.
type region struct{ province, city, district string }

// regions reads the list of provinces, cities and districts once.
var regions = sync.OnceValue(func() []region {
	type district [2]string
	var list []region
	var provinces [][3]json.RawMessage
	if json.Unmarshal(db.Regions(), &provinces) != nil {
		return nil
	}
	text := func(m json.RawMessage) (s string) { _ = json.Unmarshal(m, &s); return s }
	for _, p := range provinces {
		var cities [][3]json.RawMessage
		_ = json.Unmarshal(p[2], &cities)
		for _, c := range cities {
			var districts []district
			_ = json.Unmarshal(c[2], &districts)
			for _, d := range districts {
				list = append(list, region{text(p[1]), text(c[1]), d[1]})
			}
		}
	}
	return list
})

// findRegion finds the district that a text names, from and to are the bytes that province, city and district take.
// A district's name alone is enough where only one place in the country has it; to is 0 if it is not clear which is meant.
func findRegion(s string) (found region, from, to int) {
	best, tied := 0, false
	for _, r := range regions() {
		start := strings.Index(s, r.district)
		if start < 0 {
			continue
		}
		score, begin := len(r.district), start
		for _, above := range []string{r.city, r.province} {
			name, at := above, strings.LastIndex(s[:begin], above)
			if at < 0 {
				name = shortRegion(above)
				at = strings.LastIndex(s[:begin], name)
			}
			if at >= 0 && utf8.RuneCountInString(name) >= 2 {
				score, begin = score+len(name), at
			}
		}
		switch {
		case score > best:
			best, tied = score, false
			found, from, to = r, begin, start+len(r.district)
		case score == best && r != found:
			tied = true
		}
	}
	if tied {
		return region{}, 0, 0
	}
	return found, from, to
}

// shortRegion drops the word that says what kind of place it is: 重庆 for 重庆市, 广西 for 广西壮族自治区.
func shortRegion(name string) string {
	for _, end := range []string{"壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区", "省", "市", "地区", "盟"} {
		if cut, ok := strings.CutSuffix(name, end); ok {
			return cut
		}
	}
	return name
}
