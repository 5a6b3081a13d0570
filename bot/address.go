package bot

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"golang.org/x/text/unicode/norm"
)

// askAddress shows the address that was given for this order, offers the one used last, or asks for one.
func (t *turn) askAddress() error {
	if a := t.k.Shop.Address; a != nil {
		return t.askDeliver(*a)
	}
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
	t.k.Shop.Address, t.k.Shop.Parts = nil, nil
	return t.ask(stepAddress, "寄到哪里？请照这样发一句：\n收货人 手机号 省市区 街道门牌\n比如：张三 199××××0001 重庆市九龙坡区某某镇某某街1号\n打字不方便，可以到页面上填。", one("到页面上填"))
}

// takeAddress reads an address typed in one line; it is shown back, masked, before anything is ordered.
func (t *turn) takeAddress() (bool, error) {
	if t.says("到页面上填", "到页面填", "页面", "去页面") {
		return true, t.addressOnPage()
	}
	a, err := parseAddress(t.text)
	if err != nil { // the districts are known in simplified characters, and this may be 重慶市九龍坡區
		h, bad := t.hear()
		if bad != nil {
			return true, bad
		}
		if plain, bad := parseAddress(h.Text); bad == nil {
			a, err = plain, nil
		}
	}
	if err != nil {
		return t.takePiece(models.Refusal(err))
	}
	t.k.Shop.Address, t.k.Shop.Parts = &a, nil
	t.shown = "[收货信息]" + a.Masked()
	return true, t.askDeliver(a)
}

var (
	placeWords = regexp.MustCompile(`[省市区县镇乡村组路街道巷弄号栋幢楼室苑园院社座]`)
	digitRun   = regexp.MustCompile(`\d{7,14}`)
)

// takePiece puts an address together that comes in pieces, and says what is still missing. What holds no part of an
// address is no answer.
func (t *turn) takePiece(e *models.Error) (bool, error) {
	h, err := t.hear()
	if err != nil {
		return true, err
	}
	var known models.Address
	if t.k.Shop.Parts != nil {
		known = *t.k.Shop.Parts
	}
	a, found := collect(known, h.Text)
	sentence := h.Intent != words.IntentOther || h.Spot != "" || len(h.Products) > 0
	run := digitRun.FindString(strings.NewReplacer(" ", "", "-", "").Replace(h.Text))
	switch {
	case run != "" && a.Phone == "":
		t.shown = "[收货信息]"
		if found {
			t.k.Shop.Parts = &a
		}
		return true, t.again("手机号要11位，您发的是" + strconv.Itoa(len(run)) + "位，请核对后再发一次。")
	case !found || yesLike.MatchString(bare(t.text)), sentence && a.Phone == known.Phone && a.Detail == known.Detail:
		if utf8.RuneCountInString(t.text) < 8 || sentence {
			return false, nil
		}
		return true, t.again(e.ZH)
	}
	t.shown, t.k.Shop.Parts = "[收货信息]", &a
	lacks := missing(a)
	if checked, err := a.Check(); err == nil {
		t.k.Shop.Address, t.k.Shop.Parts = &checked, nil
		return true, t.askDeliver(checked)
	} else if len(lacks) == 0 {
		return true, t.again(models.Refusal(err).ZH)
	}
	return true, t.ask(stepAddress, "收到了。还差："+strings.Join(lacks, "、")+"。接着发就行。", one("到页面上填"))
}

// missing names what an address still lacks.
func missing(a models.Address) (lacks []string) {
	if a.Name == "" {
		lacks = append(lacks, "收货人姓名")
	}
	if a.Phone == "" {
		lacks = append(lacks, "手机号")
	}
	switch {
	case a.District == "" && utf8.RuneCountInString(a.Detail) < 4:
		lacks = append(lacks, "省市区和门牌")
	case a.District == "":
		lacks = append(lacks, "省市区")
	case utf8.RuneCountInString(a.Detail) < 4:
		lacks = append(lacks, "街道和门牌")
	}
	return lacks
}

// collect takes the parts of an address out of a text and puts them over those that are known. What is said again
// stands instead of what was said before; a street is added to a town, but not to a house.
func collect(a models.Address, text string) (_ models.Address, found bool) {
	s, before := norm.NFKC.String(text), a
	if m := mobile.FindStringSubmatchIndex(s); m != nil {
		a.Phone = s[m[2]:m[3]]
		s = s[:m[0]] + " " + s[m[3]:]
	}
	s = labels.Replace(s)
	if r, from, to := findRegion(s); to > 0 {
		name, detail := aroundRegion(s, from, to)
		if a.Province, a.City, a.District, a.Detail = r.province, r.city, r.district, detail; name != "" {
			a.Name = name
		}
		return a, true
	}
	detail := ""
	for _, w := range strings.Fields(s) {
		n, err := models.NormalName(nameAmong([]string{w}))
		switch {
		case err == nil && plainName(n) && !placeWords.MatchString(n) && allHan(n):
			a.Name = n
		case placeWords.MatchString(w):
			detail += w
		}
	}
	switch {
	case detail == "":
	case houseNumber.MatchString(a.Detail):
		a.Detail = detail
	default:
		a.Detail += detail
	}
	return a, a != before
}

// askDeliver shows the address back, name and phone masked.
func (t *turn) askDeliver(a models.Address) error {
	return t.ask(stepDeliver, "寄给："+models.MaskName(a.Name)+" "+models.MaskPhone(a.Phone)+"\n"+a.Line()+"\n对吗？", list("确认下单", "换一个地址")...)
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
	case len(models.FindDocuments(t.text)) == 0 && t.mentions("换个地址", "换一个地址", "换地址", "改地址", "地址不对", "地址错", "写错", "填错"):
		return true, t.askNewAddress()
	case t.says("换一个地址", "换地址", "改地址", "不对", "不是", "不"):
		return true, t.askNewAddress()
	case t.says("用这个地址", "确认下单", "确认", "对", "对的", "是", "是的", "好", "好的", "可以", "就这个", "行", "要得", "对头", "没错", "是这个", "是勒个", "就是这个", "就寄这里", "寄这里") || t.yes():
		return true, t.place()
	case len(models.FindDocuments(t.text)) > 0:
		return t.takeAddress()
	}
	if a := t.k.Shop.Address; a != nil && placeWords.MatchString(t.text) && houseNumber.MatchString(t.text) && utf8.RuneCountInString(t.text) <= 30 {
		more := *a
		more.Detail += strings.Join(strings.Fields(t.text), "")
		if checked, err := more.Check(); err == nil {
			t.shown, t.k.Shop.Address = "[收货信息]", &checked
			return true, t.askDeliver(checked)
		}
	}
	return false, nil
}

// houseNumber is the rest of an address that comes after it was shown: 3栋502.
var houseNumber = regexp.MustCompile(`[0-9零一二三四五六七八九十]+(号|栋|幢|楼|室|组|单元|-)`)

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
	a.Name, a.Detail = aroundRegion(s, from, to)
	return a.Check()
}

// aroundRegion reads what stands before the place as the name, and what stands behind it as the street. A name at the
// end stands apart from the street.
func aroundRegion(s string, from, to int) (who, detail string) {
	name := strings.Fields(s[:from])
	rest := strings.Fields(s[to:])
	if len(name) == 0 && len(rest) > 1 {
		last := rest[len(rest)-1]
		if _, err := models.NormalName(last); err == nil && plainName(last) {
			name, rest = []string{last}, rest[:len(rest)-1]
		}
	}
	return nameAmong(name), strings.Join(rest, "")
}

// around are the words around a name in a sentence: 我儿子叫陈小军，他住在…….
var around = strings.NewReplacer("我儿子", " ", "我女儿", " ", "我妈", " ", "我爸", " ", "我老公", " ", "我老婆", " ", "我", " ", "他", " ", "她", " ", "名字", " ", "叫", " ", "是", " ", "住在", " ", "寄到", " ", "寄给", " ", "寄去", " ", "送到", " ", "寄", " ", "的", " ", "就", " ", "住", " ", "收", " ")

// nameAmong is what stands before the place, together, or the one name in it where that is a sentence.
func nameAmong(fields []string) string {
	text := strings.Join(fields, " ")
	bared := around.Replace(text)
	if bared == text {
		return strings.Join(fields, "")
	}
	var names []string
	for _, w := range strings.Fields(bared) {
		if n, err := models.NormalName(w); err == nil && plainName(n) {
			names = append(names, n)
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(strings.Fields(bared), "")
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
