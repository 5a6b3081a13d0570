package words

import (
	"slices"
	"strings"
)

// readProducts pairs products with quantities and settles which product is meant.
func (s *sentence) readProducts(h *Heard) {
	parts := s.parts()
	if !s.has(false) {
		parts = s.kindAlone(parts)
	}
	parts = kept(parts, func(p part) (bool, bool) { return p.ids == nil, p.back })
	if !slices.ContainsFunc(parts, func(p part) bool { return p.ids != nil }) {
		s.amountAlone(parts, h)
		return
	}
	parts = s.pairAround(withoutDropped(parts))
	s.markChoices(parts)
	for i, p := range parts {
		switch {
		case p.ids == nil:
			s.leftOver(parts, i, h)
		case p.choice:
			h.ask(AskProduct)
			h.Either = append(h.Either, HeardProduct{ID: p.ids[0], Quantity: p.amount, Unit: oneUnit(p.unit), typed: p.unit})
		case p.unwanted:
			h.Without = appendNew(h.Without, p.ids...)
			h.dropped = append(h.dropped, HeardProduct{ID: p.ids[0], Quantity: p.amount, Unit: oneUnit(p.unit), typed: p.unit})
		default:
			s.settleProduct(parts, i, h)
		}
	}
}

// withoutDropped takes out what was wanted first and then was not: 来两斤核桃,核桃不要了.
func withoutDropped(parts []part) []part {
	out := make([]part, 0, len(parts))
	for i, p := range parts {
		later := p.ids != nil && !p.unwanted && slices.ContainsFunc(parts[i+1:], func(q part) bool { return q.unwanted && slices.Equal(p.ids, q.ids) })
		switch {
		case !later:
			out = append(out, p)
		case len(out) > 0 && out[len(out)-1].ids == nil: // its quantity stands before it
			out = out[:len(out)-1]
		}
	}
	return out
}

// markChoices finds goods of which either will do: 核桃或者木耳随便哪样.
func (s *sentence) markChoices(parts []part) {
	last := -1
	for i, p := range parts {
		if p.ids == nil || p.unwanted || p.place < 0 {
			continue
		}
		if last >= 0 && len(p.ids) == 1 && len(parts[last].ids) == 1 && p.ids[0] != parts[last].ids[0] && p.place-parts[last].place <= 7 &&
			containsAny(string(s.typed[parts[last].place+1:p.place]), []string{"或", "还是", "要不"}) && p.place >= s.turn {
			parts[i].choice, parts[last].choice = true, true
		}
		last = i
	}
}

// amountAlone keeps a quantity that was said without a product: 来两箱.
func (s *sentence) amountAlone(parts []part, h *Heard) {
	parts = slices.DeleteFunc(parts, func(p part) bool { return p.place < s.turn && len(parts) > 1 })
	switch {
	case len(parts) != 1 || is(parts[0].unit, "张", "样"): // of tickets, or of whatever there is
	case parts[0].vague:
		h.ask(AskQuantity)
	default:
		h.Quantity, h.Unit = parts[0].amount, oneUnit(parts[0].unit)
	}
}

// pairAround pairs what stands before and behind a correction apart. Behind it a quantity alone is the last product's,
// and another product takes the last one's place.
func (s *sentence) pairAround(parts []part) []part {
	several := 0
	for _, p := range parts {
		several += btoi(p.ids != nil && !p.unwanted)
	}
	for i := range parts { // 一共三箱 says nothing of each
		parts[i].aside = parts[i].aside || parts[i].sum && several > 1
	}
	cut := slices.IndexFunc(parts, func(p part) bool { return p.place >= s.turn })
	if !s.turned || cut <= 0 {
		pairUp(parts)
		return parts
	}
	before, after := parts[:cut:cut], slices.Clone(parts[cut:])
	pairUp(before)
	pairUp(after)
	before = slices.DeleteFunc(before, func(p part) bool { return p.ids == nil })
	if len(before) == 0 {
		return after
	}
	given := false // 上次买的核桃好,再买五斤,再来瓶蜂蜜: both stand
	for i := range after {
		last := &before[len(before)-1]
		switch p := after[i]; {
		case p.ids == nil && !p.paired && !p.aside:
			last.amount, last.unit, last.vague, last.paired = p.amount, p.unit, p.vague, true
			after[i].paired, given = true, true
		case given:
		case p.ids != nil && !p.unwanted && !last.unwanted && !slices.Equal(p.ids, last.ids):
			last.place = -1
		case p.ids != nil && slices.Equal(p.ids, last.ids):
			last.place = -1
		}
	}
	before = slices.DeleteFunc(before, func(p part) bool { return p.place < 0 })
	return append(before, after...)
}

// leftOver is a quantity without a product. A second pack of the product before it is another entry (脆红李2箱和2斤);
// more of the same unit is unclear.
func (s *sentence) leftOver(parts []part, i int, h *Heard) {
	p := parts[i]
	if p.sum && p.aside && slices.ContainsFunc(parts, func(q part) bool { return q.ids != nil && !q.paired && !q.unwanted }) {
		h.ask(AskQuantity)
		return
	}
	if p.paired || p.each || p.aside || p.unit == "" || strings.Contains("个只把条份张对头样单车口", p.unit) {
		return
	}
	if p.other {
		return
	}
	if i > 0 && len(h.Products) > 0 && p.place-parts[i-1].place <= 5 {
		last := &h.Products[len(h.Products)-1]
		switch {
		case last.typed == "" || last.typed == p.unit || p.vague:
		case p.segment != parts[i-1].segment:
			h.Products = append(h.Products, HeardProduct{ID: last.ID, Quantity: p.amount, Unit: oneUnit(p.unit), typed: p.unit})
			return
		case measures(last.typed): // 500毫升茶油两瓶
			last.Quantity, last.Unit, last.typed = p.amount, oneUnit(p.unit), p.unit
			return
		default: // 一袋贡米50斤
			return
		}
	}
	h.ask(AskQuantity)
}

// measures says whether a unit weighs or fills, so that beside a count of packs it tells which pack.
func measures(unit string) bool {
	return is(unit, "公斤", "千克", "kg", "市斤", "斤", "两", "克", "g", "毫升", "ml", "升", "l", "吨", "磅")
}

// settleProduct adds one product with its quantity.
func (s *sentence) settleProduct(parts []part, i int, h *Heard) {
	p := parts[i]
	if p.vague || p.amount > 9999 {
		h.ask(AskQuantity)
		p.amount, p.vague = 0, true
	}
	ids := p.ids
	if len(ids) > 1 {
		ids = s.narrowed(parts, i)
	}
	if len(ids) > 1 {
		h.ask(AskProduct)
	}
	for _, id := range ids {
		one := HeardProduct{ID: id, Quantity: p.amount, Unit: oneUnit(p.unit), typed: p.unit, vague: p.vague}
		if p.vague {
			one.Unit = ""
		} else if p.amount > 0 && p.unit == "" {
			one.Unit = s.names.units[id]
		}
		if len(ids) > 1 {
			h.Either = append(h.Either, one)
		} else {
			h.addProduct(one)
		}
	}
}

// addProduct merges a product said twice; another unit is another pack.
func (h *Heard) addProduct(one HeardProduct) {
	for i := range h.Products {
		known := &h.Products[i]
		switch {
		case known.ID != one.ID || known.Quantity > 0 && one.Quantity > 0 && known.Unit != one.Unit:
			continue
		case known.Quantity == 0 && !(known.vague && one.Quantity == 0):
			*known = one
		case one.Quantity > 0:
			known.Quantity += one.Quantity
		}
		return
	}
	h.Products = append(h.Products, one)
}

// kindAlone reads the answer to «fresh or dried?»: 干的, 要鲜的两斤.
func (s *sentence) kindAlone(parts []part) []part {
	if len(s.runes) > 10 || len(parts) > 1 {
		return parts
	}
	core := strings.TrimPrefix(strings.TrimLeft(strings.Trim(string(s.runes), ",吧嘛哦噻啊"), "就我要来买给拿是那"), "新")
	var meant []string
	for id := range s.names.twins {
		for _, q := range s.names.qualifiers[id] {
			rest, found := strings.CutPrefix(core, q)
			if found && (rest == "的" || rest == "货" || strings.HasPrefix(rest, "的") && len(parts) == 1) {
				meant = appendNew(meant, id)
			}
		}
	}
	if len(meant) != 1 {
		return parts
	}
	return append([]part{{ids: meant}}, parts...)
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
	near := string(s.runes[max(0, from):to])
	var meant, left []string
	for _, id := range parts[i].ids {
		wanted, refused := s.tells(near, id)
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

// tells says whether a text wants or refuses the kind of a product: 干的, 不要鲜的, 晒干的.
func (s *sentence) tells(near, id string) (wanted, refused bool) {
	for _, q := range s.names.qualifiers[id] {
		for rest, at := near, strings.Index(near, q); at >= 0; at = strings.Index(rest, q) {
			before := strings.TrimSuffix(strings.TrimSuffix(rest[:at], "新"), "是")
			after := rest[at+len(q):]
			rest = after
			if q == "干" && (strings.HasPrefix(after, "净") || strings.HasPrefix(after, "嘛") || strings.HasPrefix(after, "啥") || strings.HasPrefix(after, "什么")) {
				continue
			}
			if strings.HasSuffix(before, "不要") || strings.HasSuffix(before, "不") || strings.HasSuffix(before, "别要") {
				refused = true
			} else {
				wanted = true
			}
		}
	}
	return wanted && !refused, refused
}
