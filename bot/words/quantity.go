package words

import (
	"slices"
	"strings"
)

// part is a product or a quantity in the order in which they were said.
type part struct {
	place    int
	segment  int
	ids      []string // of a product; nil for a quantity
	amount   float64
	unit     string
	vague    bool
	each     bool // 各两箱
	aside    bool // 50斤的, 两箱寄到含谷: says of which kind or whereto, not how many
	back     bool // 不是两箱
	sum      bool // 一共三箱
	other    bool // 三袋黄豆: of something that is not sold here
	paired   bool
	unwanted bool
	choice   bool // 核桃或者木耳
}

// parts lists products and quantities. Commas and joining words cut the sentence into segments.
func (s *sentence) parts() []part {
	var out []part
	segment := 0
	for i := 0; i < len(s.runes); {
		if hit := s.hitAt(i); hit != nil && !hit.spot {
			kinds := s.kindsAfter(i, hit.ids)
			for k := range kinds {
				kinds[k].segment = segment
			}
			if out = append(out, kinds...); kinds == nil {
				out = append(out, part{place: i, segment: segment, ids: hit.ids, unwanted: s.refused(i) && !s.negatedAfter(i+1) || s.dismissed(i+1) || i > 1 && string(s.typed[i-2:i]) == "除了"})
			}
			i++
			continue
		}
		if p, n := s.quantity(i); n > 0 {
			p.place, p.segment = i, segment
			if p.unit != "" || p.amount > 0 || p.vague {
				out = append(out, p)
			}
			i += n
			continue
		}
		if strings.ContainsRune(",和跟加及与再还另同+", s.runes[i]) {
			segment++
		}
		i++
	}
	slices.SortStableFunc(out, func(a, b part) int { return a.place - b.place })
	return out
}

// kindsAfter reads 羊肚菌干的两盒鲜的一斤: the name is said once and each kind has its own quantity.
func (s *sentence) kindsAfter(i int, ids []string) []part {
	var out []part
	named := map[string]bool{}
	if len(ids) == 1 { // 羊肚菌干的两盒鲜的一斤: 羊肚菌干 is a name
		named[ids[0]] = true
		out = append(out, part{place: i, ids: ids})
		ids = s.names.twins[ids[0]]
	}
	if len(ids) < 2 {
		return nil
	}
	for k := i + 1; k < len(s.runes) && s.hitAt(k) == nil; k++ {
		for _, id := range ids {
			for _, q := range s.names.qualifiers[id] {
				if standsAt(s.runes, k, q+"的") && !named[id] && !s.negatedBefore(k) {
					named[id] = true
					out = append(out, part{place: k, ids: []string{id}})
				}
			}
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// dismissed says whether a product's name is followed by that they do not want it: 腊肉不要了.
func (s *sentence) dismissed(i int) bool {
	_, n := oneOf(s.typed, i, []string{"不要", "都不要", "就不要", "不买", "去掉", "删掉", "删了", "我不要", "不想要", "给我去掉", "帮我去掉", "拿掉", "莫要", "也不要", "先不要", "先不买", "移除", "那个不要", "就算了", "取消", "够了", "有了"})
	return n > 0 && !standsAt(s.typed, i+n, "干") && !standsAt(s.typed, i+n, "鲜") && !standsAt(s.typed, i+n, "新鲜") && !standsAt(s.typed, i+n, "太") && s.hitAt(i+n) == nil && readNumber(s.typed, i+n).length == 0
}

// quantity reads a quantity at place i and how many runes it takes; a number that counts no goods is skipped.
func (s *sentence) quantity(i int) (part, int) {
	if unit, n := s.impliedOne(i); n > 0 {
		return part{amount: 1, unit: unit}, n
	}
	if _, n := oneOf(s.runes, i, notOne); n > 0 && readNumber(s.runes, i).length < 3 { // but 一点五斤
		return part{}, n
	}
	n := readNumber(s.runes, i)
	if n.length == 0 {
		return part{}, 0
	}
	if i > 0 && s.runes[i-1] == '第' {
		return part{}, n.length + 1
	}
	if money, length := s.moneyAt(i, n); length > 0 {
		return money, length
	}
	unit, end := s.unitOf(i, n)
	if unit == "" {
		return s.bareAmount(i, n)
	}
	if skip := s.noQuantity(unit, n, end); skip > 0 {
		return part{}, skip - i
	}
	end = s.andMore(&n, unit, end)
	n.vague = n.vague || roughly(s.runes, i, end)
	return part{
		amount: n.value, unit: unit, vague: n.vague, each: s.forEach(i), aside: s.saidAside(end), back: s.negatedBefore(i),
		other: s.otherGoods(end), sum: s.saidInAll(i) && !s.productAt(end),
	}, end - i
}

// notOne begin with 一 and count nothing.
var notOne = []string{"一共", "一起", "一下", "一定", "一直", "一般", "一些", "一点", "一路", "一会", "一道", "一律"}

// unitOf reads the unit behind a number, a word of size or a misspelling allowed for; "" if there is none.
func (s *sentence) unitOf(i int, n number) (string, int) {
	end := i + n.length
	end += oneOfRunes(s.runes, end, "整满足") // 两整箱
	if unit, length := s.unitAt(end); length > 0 {
		return unit, s.doubled(unit, end+length)
	}
	if unit, length := s.unitAt(end + 1); length > 0 && oneOfRunes(s.runes, end, "大小") > 0 {
		return unit, end + 1 + length
	}
	unit, length := s.misspeltAt(end, i)
	return unit, end + length
}

// doubled skips a unit that was typed twice: 两箱箱.
func (s *sentence) doubled(unit string, end int) int {
	if end < len(s.runes) && len(unit) >= 3 && s.runes[end] == s.runes[end-1] {
		return end + 1
	}
	return end
}

// noQuantity gives the place behind a number and unit that say of which kind something is, or what it costs: 5斤装,
// 20块钱, 两个人, 一样两袋. 0 where it is a quantity.
func (s *sentence) noQuantity(unit string, n number, end int) int {
	switch {
	case unit == "个" && (standsAt(s.runes, end, "人") || vocab().person.at(s.runes, end) > 0):
		return end
	case standsAt(s.runes, end, "装"), unit == "块" && standsAt(s.runes, end, "钱"), measures(unit) && standsAt(s.runes, end, "的") && s.countedBehind(end+1), unit == "两" && standsAt(s.runes, end, "个"):
		return end + 1
	case n.value == 1 && s.packOf(end) > 0: // 一盒30枚的土鸡蛋来两盒
		return end + s.packOf(end)
	case n.value == 0 && !n.vague, unit == "样" && readNumber(s.runes, end+oneOfRunes(s.runes, end, "来要买拿给")).length > 0:
		return end
	}
	return 0
}

// packOf gives the length of what one pack holds, where packs are counted behind it: the 30枚的 of 一盒30枚的来两盒.
func (s *sentence) packOf(i int) int {
	n := readNumber(s.runes, i)
	_, size := s.unitAt(i + n.length)
	end := i + n.length + size
	_, closed := oneOf(s.runes, end, []string{"装的", "装", "的"})
	if n.length == 0 || size == 0 || closed == 0 || !s.countedBehind(end+closed) {
		return 0
	}
	return end + closed - i
}

// countedBehind says whether packs are counted behind a measure: 500毫升的来两瓶, 5斤的要两箱.
func (s *sentence) countedBehind(i int) bool {
	for k := i; k < min(len(s.runes), i+6); k++ {
		n := readNumber(s.runes, k)
		if n.length == 0 {
			continue
		}
		unit, size := s.unitAt(k + n.length)
		return size > 0 && !measures(unit)
	}
	return false
}

// moneyAt reads an amount said in money (100块钱的李子, 买50元腊肉): nobody knows how much that is, so it is vague. A
// price (20块钱一斤) is none.
func (s *sentence) moneyAt(i int, n number) (part, int) {
	end := i + n.length
	word, size := oneOf(s.runes, end, []string{"块钱", "元钱", "元", "块", "大洋", "张老人头"})
	if size == 0 || n.pair || i > 0 && s.runes[i-1] == '第' {
		return part{}, 0
	}
	of := oneOfRunes(s.runes, end+size, "的")
	behind := s.productAt(end + size + of)
	_, wants := oneOf(s.runes, i-1, []string{"买", "来", "要", "称", "整", "打", "割", "拿", "装", "搞"})
	before := wants > 0 && s.productBefore(i-1+btoi(i > 1)) && (of > 0 || word != "块" && end+size >= len(s.runes))
	if word == "块" && (of == 0 || n.value < 5) || !behind && !before || behind && s.productAt(i-1) {
		return part{}, 0
	}
	return part{vague: true}, size + n.length + of*btoi(before)
}

// andMore reads what belongs to a quantity behind its unit: 两斤半, 一斤二两, 两箱或者三箱.
func (s *sentence) andMore(n *number, unit string, end int) int {
	if standsAt(s.runes, end, "半") && n.value == float64(int(n.value)) && readNumber(s.runes, end).length == 1 && vocab().units.at(s.runes, end+1) == 0 {
		n.value += 0.5
		end++
	}
	if ounces := readNumber(s.runes, end); unit == "斤" && ounces.length > 0 && standsAt(s.runes, end+ounces.length, "两") && ounces.value < 10 && !ounces.vague {
		n.value += ounces.value / 10
		end += ounces.length + 1
	}
	if _, more := oneOf(s.runes, end, []string{"或者", "或是", "还是", "或", "要不", "到", "至"}); more > 0 {
		second := readNumber(s.runes, end+more)
		if _, size := s.unitAt(end + more + second.length); second.length > 0 && size > 0 && end > s.turn {
			n.vague, end = true, end+more+second.length+size
		}
	}
	return end
}

// saidInAll says whether a quantity is that of everything: 一共三箱, 总共要三箱.
func (s *sentence) saidInAll(i int) bool {
	before := strings.TrimRight(string(s.runes[max(0, i-3):i]), "要是买来有")
	return strings.HasSuffix(before, "共") || strings.HasSuffix(before, "合计") || strings.HasSuffix(before, "总计")
}

// otherGoods says whether a word follows that is no name: what is counted there is not on sale.
func (s *sentence) otherGoods(i int) bool {
	if i >= len(s.runes) || s.runes[i] < firstHan || s.runes[i] > lastHan {
		return false
	}
	return !strings.ContainsRune("的要来和跟还再加吧嘛哦呀啊噻哈就也都给送寄发装换改不是我你他她谢麻请快好了呢那另及与同多少一两三四五六七八九十半", s.runes[i])
}

// bareAmount takes a whole number right beside a product for its quantity: 脆红李x2.
func (s *sentence) bareAmount(i int, n number) (part, int) {
	before, after := i-1, i+n.length
	if before >= 0 && s.runes[before] == ' ' { // 脆红李 x 2
		before--
	}
	times := before >= 0 && strings.ContainsRune("*x", s.runes[before]) || oneOfRunes(s.runes, after, "*x") > 0 && s.productAt(after+1)
	beside := s.productAt(before) || s.productAt(after) || times || s.forEach(i) && (after >= len(s.runes) || s.runes[after] == ',')
	if !beside || n.vague || n.value != float64(int(n.value)) || n.value == 0 || i > 0 && s.runes[i-1] == ',' && s.productAt(i+n.length) && s.listNumber(i, n) {
		return part{}, n.length
	}
	return part{amount: n.value, each: s.forEach(i)}, n.length
}

// listNumber says whether a bare number counts the lines of a list: 1脆红李20箱,2土鸡蛋10箱.
func (s *sentence) listNumber(i int, n number) bool {
	after := readNumber(s.runes, i+n.length+1)
	return after.length > 0 && vocab().units.at(s.runes, i+n.length+1+after.length) > 0
}

func (s *sentence) productAt(i int) bool {
	h := s.hitAt(i)
	return h != nil && !h.spot
}

// forEach says whether a word right before place i spreads a quantity over all: 各来两箱, 都要一袋, 每样一盒.
func (s *sentence) forEach(i int) bool {
	for k := i - 1; k >= max(0, i-5); k-- {
		switch {
		case strings.ContainsRune("各都每样", s.runes[k]):
			return true
		case !strings.ContainsRune("要来买拿整称订给我种个自搞点弄家人", s.runes[k]):
			return false
		}
	}
	return false
}

// saidAside: 50斤的, and 两箱寄到含谷.
func (s *sentence) saidAside(end int) bool {
	_, n := oneOf(s.runes, end, []string{"的", "寄到", "寄给", "寄去", "送到", "送给", "发到", "发给", "邮到", "给我妈", "给我爸", "一箱", "一袋", "一盒", "一包", "一瓶"})
	return n > 0
}

// impliedOne reads 来箱脆红李 and 买斤羊肚菌: a verb, a unit and the product at once.
func (s *sentence) impliedOne(i int) (string, int) {
	given := i > 1 && string(s.runes[i-2:i]) == "给我" && s.runes[i] != '把' // 给我瓶蜂蜜, but 给我把腊肉去掉
	if i == 0 || !given && !strings.ContainsRune("来买要称整拿搞订打切割带弄捎寄加装抓点购给换成", s.runes[i-1]) {
		return "", 0
	}
	unit, n := s.unitAt(i)
	if n == 0 || !s.productAt(i+n) || s.runes[i-1] == '整' && readNumber(s.runes, i+n+1).length > 0 { // 整箱猕猴桃两箱
		return "", 0
	}
	return unit, n
}

// pairUp joins quantities to products: inside a segment from left to right, then what is left over to its neighbour
// (要两箱,脆红李), and 各两箱 to every product that has none. What is said aside counts last.
func pairUp(parts []part) {
	var inLine, left []int
	for i := range parts {
		if !parts[i].aside {
			inLine = append(inLine, i)
		}
	}
	for n := 0; n < len(inLine); n++ {
		i := inLine[n]
		if n+1 < len(inLine) && parts[i].segment == parts[inLine[n+1]].segment && !betterNext(parts, i) && join(parts, i, inLine[n+1]) {
			n++
			continue
		}
		left = append(left, i)
	}
	for k := 0; k+1 < len(left); k++ {
		if join(parts, left[k], left[k+1]) {
			k++
		}
	}
	for _, q := range parts {
		for k := 0; q.each && k < len(parts); k++ {
			if p := &parts[k]; p.ids != nil && !p.paired {
				p.amount, p.unit, p.vague, p.paired = q.amount, q.unit, q.vague, true
			}
		}
	}
	for i := range parts { // 要3斤的脆红李: nothing else says how many
		for _, k := range []int{i - 1, i + 1} {
			if parts[i].aside && !parts[i].sum && !parts[i].paired && k >= 0 && k < len(parts) && parts[k].ids != nil && !parts[k].paired {
				parts[i].aside = false
				join(parts, i, k)
			}
		}
	}
}

// betterNext leaves a quantity to the product behind it where the one before it has its own: 李子 一箱洋芋.
func betterNext(parts []part, i int) bool {
	return parts[i].ids != nil && i+2 < len(parts) && parts[i+1].ids == nil && parts[i+2].ids != nil &&
		parts[i+2].segment == parts[i+1].segment && parts[i+2].place-parts[i+1].place <= 4 && parts[i+1].place-parts[i].place > 2 && !hasQuantityAfter(parts, i+2)
}

func hasQuantityAfter(parts []part, i int) bool { return i+1 < len(parts) && parts[i+1].ids == nil }

func join(parts []part, a, b int) bool {
	if (parts[a].ids == nil) == (parts[b].ids == nil) || parts[a].each || parts[b].each || parts[a].paired || parts[b].paired || parts[a].aside || parts[b].aside {
		return false
	}
	if parts[a].ids == nil {
		a, b = b, a
	}
	p, q := &parts[a], &parts[b]
	p.amount, p.unit, p.vague, p.paired, q.paired = q.amount, q.unit, q.vague, true, true
	q.vague = false
	return true
}
