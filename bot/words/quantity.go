package words

import "strings"

// units are what goods are counted in; the longer come first.
var units = []string{"公斤", "千克", "kg", "市斤", "斤", "两", "克", "箱", "盒", "袋", "包", "瓶", "罐", "件", "条", "床", "提", "只", "个", "份", "对", "幅", "把", "桶", "块", "枚", "篮", "筐"}

// oneUnit brings units that mean the same to one word.
func oneUnit(unit string) string {
	switch unit {
	case "kg", "千克":
		return "公斤"
	case "市斤":
		return "斤"
	}
	return unit
}

// part is a product or a quantity in the order in which they were said.
type part struct {
	place    int
	segment  int
	ids      []string // of a product; nil for a quantity
	amount   float64
	unit     string
	vague    bool
	each     bool // 各两箱
	aside    bool // 50斤的: says of which kind, not how many
	paired   bool
	unwanted bool
}

// readProducts pairs products with quantities and settles which product is meant.
func (s *sentence) readProducts(plain string, h *Heard) {
	parts := s.parts()
	if !strings.Contains(plain, "P") {
		if len(parts) == 1 && !parts[0].vague {
			h.Quantity, h.Unit = parts[0].amount, oneUnit(parts[0].unit)
		} else if len(parts) == 1 {
			h.ask(AskQuantity)
		}
		return
	}
	pairUp(parts)
	price := asksPrice(plain)
	for i, p := range parts {
		switch {
		case p.ids == nil:
			if !p.paired && !p.each && !p.aside && !price { // more quantities than products
				h.ask(AskQuantity)
			}
		case p.unwanted:
			h.Without = appendNew(h.Without, p.ids...)
		default:
			s.settleProduct(parts, i, price && p.amount == 1, h)
		}
	}
}

// settleProduct adds one product with its quantity. In a question of price, 一箱 says what the price is of.
func (s *sentence) settleProduct(parts []part, i int, perUnit bool, h *Heard) {
	p := parts[i]
	if p.vague || p.amount > 9999 {
		h.ask(AskQuantity)
		p.amount, p.unit = 0, ""
	}
	if perUnit {
		p.amount, p.unit = 0, ""
	}
	ids := p.ids
	if len(ids) > 1 {
		ids = s.narrowed(parts, i)
	}
	if len(ids) > 1 {
		h.ask(AskProduct)
	}
	for _, id := range ids {
		one := HeardProduct{ID: id, Quantity: p.amount, Unit: oneUnit(p.unit), typed: p.unit}
		if p.amount > 0 && p.unit == "" {
			one.Unit = s.names.units[id]
		}
		if len(ids) > 1 {
			h.Either = append(h.Either, one)
		} else {
			h.addProduct(one)
		}
	}
}

// addProduct merges a product said twice; two different units cannot be added up.
func (h *Heard) addProduct(one HeardProduct) {
	for i := range h.Products {
		known := &h.Products[i]
		switch {
		case known.ID != one.ID:
			continue
		case known.Quantity == 0:
			*known = one
		case one.Quantity > 0 && one.Unit == known.Unit:
			known.Quantity += one.Quantity
		case one.Quantity > 0:
			h.ask(AskQuantity)
		}
		return
	}
	h.Products = append(h.Products, one)
}

// narrowed looks for a word that tells namesakes apart (鲜, 干) near the name; 不要干的 leaves the others.
func (s *sentence) narrowed(parts []part, i int) []string {
	from, to := 0, len(s.runes)
	for k, p := range parts {
		if p.ids != nil && k < i {
			from = p.place + 1
		}
		if p.ids != nil && k > i {
			to = p.place
			break
		}
	}
	near := string(s.runes[from:to])
	var meant, left []string
	for _, id := range parts[i].ids {
		wanted, refused := false, false
		for _, q := range s.names.qualifiers[id] {
			at := strings.Index(near, q)
			if at < 0 {
				continue
			}
			before := strings.TrimSuffix(near[:at], "新")
			refused = strings.HasSuffix(before, "不要") || strings.HasSuffix(before, "不") || strings.HasSuffix(before, "别要")
			wanted = !refused
		}
		if wanted {
			meant = append(meant, id)
		}
		if !refused {
			left = append(left, id)
		}
	}
	if len(meant) == 1 {
		return meant
	}
	if len(left) == 1 {
		return left
	}
	return parts[i].ids
}

// parts lists products and quantities. Commas and joining words cut the sentence into segments.
func (s *sentence) parts() []part {
	var out []part
	segment := 0
	for i := 0; i < len(s.runes); {
		if hit := s.hitAt(i); hit != nil && !hit.spot {
			out = append(out, part{place: i, segment: segment, ids: hit.ids, unwanted: s.refused(i) || s.dismissed(i+1)})
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
		if strings.ContainsRune(",和跟加及与再还另同", s.runes[i]) {
			segment++
		}
		i++
	}
	return out
}

// dismissed says whether a product's name is followed by that they do not want it: 腊肉不要了.
func (s *sentence) dismissed(i int) bool {
	_, n := oneOf(s.runes, i, []string{"不要", "都不要", "就不要", "不买", "去掉", "删掉"})
	return n > 0 && !standsAt(s.runes, i+n, "干") && !standsAt(s.runes, i+n, "鲜") && !standsAt(s.runes, i+n, "新鲜")
}

// quantity reads a quantity at place i and how many runes it takes; a number that counts no goods is skipped.
func (s *sentence) quantity(i int) (part, int) {
	if unit, n := s.impliedOne(i); n > 0 {
		return part{amount: 1, unit: unit}, n
	}
	n := readNumber(s.runes, i)
	if n.length == 0 {
		return part{}, 0
	}
	if i > 0 && s.runes[i-1] == '第' {
		return part{}, n.length + 1
	}
	end := i + n.length
	if _, size := oneOf(s.runes, end, []string{"大", "小", "整", "满"}); size > 0 {
		end += size
	}
	unit, length := oneOf(s.runes, end, units)
	each := strings.ContainsAny(string(s.runes[max(0, i-2):i]), "各都每")
	if length == 0 {
		beside := s.hitAt(i-1) != nil || s.hitAt(i+n.length) != nil || i > 0 && strings.ContainsRune("*x", s.runes[i-1])
		if !beside || n.vague || n.value != float64(int(n.value)) {
			return part{}, n.length
		}
		return part{amount: n.value, each: each}, n.length
	}
	end += length
	if standsAt(s.runes, end, "装") || unit == "块" && standsAt(s.runes, end, "钱") { // 5斤装, 20块钱
		return part{}, end + 1 - i
	}
	if standsAt(s.runes, end, "半") && n.value == float64(int(n.value)) {
		n.value += 0.5
		end++
	}
	if n.value == 0 && !n.vague {
		return part{}, end - i
	}
	return part{amount: n.value, unit: unit, vague: n.vague, each: each, aside: standsAt(s.runes, end, "的")}, end - i
}

// impliedOne reads 来箱脆红李 and 买斤羊肚菌: a verb, a unit and the product at once.
func (s *sentence) impliedOne(i int) (string, int) {
	if i == 0 || !strings.ContainsRune("来买要称整拿搞订打", s.runes[i-1]) {
		return "", 0
	}
	unit, n := oneOf(s.runes, i, units)
	if hit := s.hitAt(i + n); n == 0 || hit == nil || hit.spot {
		return "", 0
	}
	return unit, n
}

// pairUp joins quantities to products: inside a segment from left to right, then what is left over to its neighbour
// (要两箱,脆红李), and 各两箱 to every product that has none.
func pairUp(parts []part) {
	var left []int
	for i := 0; i < len(parts); i++ {
		if i+1 < len(parts) && parts[i].segment == parts[i+1].segment && join(parts, i, i+1) {
			i++
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
}

func join(parts []part, a, b int) bool {
	if (parts[a].ids == nil) == (parts[b].ids == nil) || parts[a].each || parts[b].each || parts[a].paired || parts[b].paired {
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
