package words

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// lexicon finds the longest name at a place in a text. One name may fit several ids: 羊肚菌 is sold fresh and dried.
type lexicon struct {
	root       *nameNode
	units      map[string]string   // product id → unit meant where none is said
	qualifiers map[string][]string // product id → what tells it from its namesakes: 鲜, 干
}

type nameNode struct {
	next     map[rune]*nameNode
	ids      []string
	spot     bool
	explicit bool // given by the catalogue, not derived from it
	box      bool // 礼盒 and the like: after another product it is only its packing
}

// hit is one name in a sentence. In the marked sentence it is the single rune spotMark or productMark.
type hit struct {
	ids  []string
	spot bool
}

// firstHit is the private-use rune of a sentence's first name; normal drops such runes from what people write.
const firstHit = '\uE000'

// taken replaces what one rule has understood, so that no other rule reads it again.
const taken = '\uF8FF'

// sentence is a normalised message on its way through the rules.
type sentence struct {
	text  string
	runes []rune // names are single runes from firstHit on, in order of hits
	hits  []hit
	names *lexicon
}

func newLexicon(v Vocabulary, sc script) lexicon {
	n := lexicon{root: &nameNode{}, units: map[string]string{}, qualifiers: map[string][]string{}}
	places := sharedPrefixes(v.Products, sc)
	for _, s := range v.Spots {
		n.addAll(s, sc, true, nil)
		places = append(places, shortSpot(sc.normal(s.Name)))
	}
	for _, p := range v.Products {
		n.units[p.ID] = p.Unit
		n.addAll(p, sc, false, places)
	}
	return n
}

func (n *lexicon) addAll(one Named, sc script, spot bool, places []string) {
	for _, raw := range append([]string{one.Name}, one.Aliases...) {
		full := sc.normal(raw)
		n.add(full, one.ID, spot, true)
		if spot {
			n.add(shortSpot(full), one.ID, spot, false)
			continue
		}
		for _, form := range n.productForms(raw, one.ID, sc) {
			n.add(form, one.ID, spot, false)
			for _, p := range places {
				if rest, found := strings.CutPrefix(form, p); found && p != "" {
					n.add(rest, one.ID, spot, false)
				}
			}
			n.add(afterTown(form), one.ID, spot, false)
		}
	}
}

// productForms splits 黔江羊肚菌(鲜) into what people say: 黔江羊肚菌, 鲜黔江羊肚菌, 黔江羊肚菌鲜; and a/b into a and b.
// What stands in brackets is kept to tell namesakes apart.
func (n *lexicon) productForms(raw, id string, sc script) []string {
	raw = strings.NewReplacer("（", "(", "）", "", ")", "").Replace(raw)
	head, qualifier, _ := strings.Cut(raw, "(")
	var forms []string
	for part := range strings.SplitSeq(head, "/") {
		part = sc.normal(part)
		forms = append(forms, part)
		for q := range strings.SplitSeq(qualifier, "/") {
			if q = strings.TrimSuffix(sc.normal(q), "装"); q != "" && utf8.RuneCountInString(q) <= 3 {
				forms = append(forms, q+part, part+q)
				if !slices.Contains(n.qualifiers[id], q) {
					n.qualifiers[id] = append(n.qualifiers[id], q)
				}
			}
		}
	}
	return forms
}

// sharedPrefixes are two-character beginnings that three products or more share: 黔江, 高山. People leave them out.
func sharedPrefixes(products []Named, sc script) []string {
	count := map[string]int{}
	for _, p := range products {
		if r := []rune(sc.normal(p.Name)); len(r) >= 4 {
			count[string(r[:2])]++
		}
	}
	var shared []string
	for prefix, n := range count {
		if n >= 3 {
			shared = append(shared, prefix)
		}
	}
	slices.Sort(shared)
	return shared
}

// shortSpot drops the general word at the end: 濯水景区 and 濯水古镇 are 濯水 to everyone.
func shortSpot(name string) string {
	for _, w := range []string{"风景区", "旅游景区", "旅游区", "度假区", "森林公园", "景区", "公园", "古镇", "庄园", "峡"} {
		if short, found := strings.CutSuffix(name, w); found && utf8.RuneCountInString(short) >= 2 {
			return short
		}
	}
	return name
}

// afterTown drops a town in front: 沙坝镇辣子鸡 is 辣子鸡.
func afterTown(name string) string {
	r := []rune(name)
	for i := 1; i < min(5, len(r)-2); i++ {
		if r[i] == '镇' || r[i] == '乡' {
			return string(r[i+1:])
		}
	}
	return name
}

// reserved are words of time and of everyday talk that no name may take over.
const reserved = " 国庆 中秋 元旦 今天 明天 后天 周末 周六 周日 星期 十一 五一 菜单 帮助 人工 返回 取消 订单 付款 退款 门票 领券 "

// add enters a name. What the catalogue gives beats what was derived; two of the same rank make the name ambiguous,
// and between a spot and a product the spot, entered first, wins.
func (n *lexicon) add(name, id string, spot, explicit bool) {
	if utf8.RuneCountInString(name) < 2 || strings.Contains(reserved, " "+name+" ") || onlyNumbers(name) {
		return
	}
	node := n.root
	for _, r := range name {
		if node.next == nil {
			node.next = map[rune]*nameNode{}
		}
		if node.next[r] == nil {
			node.next[r] = &nameNode{}
		}
		node = node.next[r]
	}
	switch known := len(node.ids) > 0; {
	case !known, explicit && !node.explicit:
		node.ids, node.spot, node.explicit = []string{id}, spot, explicit
	case node.spot == spot && node.explicit == explicit && !slices.Contains(node.ids, id):
		node.ids = append(node.ids, id)
	}
	node.box = slices.Contains([]string{"礼盒", "大礼盒", "礼包", "大礼包"}, name)
}

// onlyNumbers keeps 十三 from standing for 十三寨.
func onlyNumbers(name string) bool {
	for _, r := range name {
		if !isDigit(r) && chineseDigit(r) < 0 && r != '十' && r != '百' {
			return false
		}
	}
	return true
}

// mark replaces every name by one rune, longest name first at each place, so that 濯水绿豆粉 is a product and no
// visit to 濯水, and the 三 of 十三寨 is no number.
func (n *lexicon) mark(text string) *sentence {
	s := &sentence{text: text, names: n}
	in := []rune(text)
	s.runes = make([]rune, 0, len(in))
	for i := 0; i < len(in); {
		node, length := n.find(in[i:])
		if node == nil {
			s.runes = append(s.runes, in[i])
			i++
			continue
		}
		i += length
		if last := len(s.runes) - 1; node.box && last >= 0 && s.hitAt(last) != nil && !s.hitAt(last).spot {
			continue
		}
		s.runes = append(s.runes, firstHit+rune(len(s.hits)))
		s.hits = append(s.hits, hit{ids: node.ids, spot: node.spot})
	}
	return s
}

func (n *lexicon) find(r []rune) (best *nameNode, length int) {
	node := n.root
	for i, c := range r {
		if node = node.next[c]; node == nil {
			break
		}
		if len(node.ids) > 0 {
			best, length = node, i+1
		}
	}
	return best, length
}

// hitAt is the name at place i, nil if there is none.
func (s *sentence) hitAt(i int) *hit {
	if i < 0 || i >= len(s.runes) || s.runes[i] < firstHit || int(s.runes[i]-firstHit) >= len(s.hits) {
		return nil
	}
	return &s.hits[s.runes[i]-firstHit]
}

// take marks a stretch as understood.
func (s *sentence) take(from, to int) {
	for i := from; i < to; i++ {
		s.runes[i] = taken
	}
}

// plain is the sentence for the word rules: S for a spot, P for a product (capitals occur nowhere else).
func (s *sentence) plain() string {
	var b strings.Builder
	b.Grow(3 * len(s.runes))
	for i, r := range s.runes {
		switch h := s.hitAt(i); {
		case h == nil && r != taken:
			b.WriteRune(r)
		case h != nil && h.spot:
			b.WriteByte('S')
		case h != nil:
			b.WriteByte('P')
		default:
			b.WriteByte('T')
		}
	}
	return b.String()
}

// readSpots fills the spot. A spot directly before a product (濯水的绿豆粉) is where that comes from; one that they do
// not want to go to counts only if it is the only one, and then it is what they call off.
func (s *sentence) readSpots(h *Heard) {
	var wanted, unwanted []string
	for i := range s.runes {
		hit := s.hitAt(i)
		if hit == nil || !hit.spot || s.comesFrom(i) {
			continue
		}
		if s.refused(i) {
			unwanted = appendNew(unwanted, hit.ids...)
		} else {
			wanted = appendNew(wanted, hit.ids...)
		}
	}
	if len(wanted) == 0 {
		wanted = unwanted
	}
	switch len(wanted) {
	case 0:
	case 1:
		h.Spot = wanted[0]
	default:
		h.EitherSpot = wanted
		h.ask(AskSpot)
	}
}

func (s *sentence) comesFrom(i int) bool {
	next := i + 1
	for next < len(s.runes) && (s.runes[next] == '的' || s.runes[next] == '产') {
		next++
	}
	h := s.hitAt(next)
	return h != nil && !h.spot
}

// refused says whether the name at place i is one they do not want: 不去, 不想去, 不要, 去掉.
func (s *sentence) refused(i int) bool {
	before := string(s.runes[max(0, i-4):i])
	if strings.Contains(before, "要不要") {
		return false
	}
	for _, w := range []string{"不去", "不想去", "去不了", "去不成", "不要", "不想要", "不买", "不想买", "别要", "不领", "去掉", "删掉", "删除", "取消"} {
		if strings.HasSuffix(strings.TrimRight(before, "了这那个的"), w) {
			return true
		}
	}
	return false
}

func appendNew(list []string, more ...string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}
