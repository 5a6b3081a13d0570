package words

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// lexicon finds the longest name at a place in a text. One name may fit several ids: 羊肚菌 is sold fresh and dried.
type lexicon struct {
	root       *nameNode
	units      map[string]string   // product id → unit meant where none is said
	qualifiers map[string][]string // product id → what tells it from its namesakes: 鲜, 干
	ear        ear
	keys       keyEar
	twins      map[string][]string // product id → all that share a name with it
}

type nameNode struct {
	next     map[rune]*nameNode
	ids      []string
	spot     bool
	explicit bool // given by the catalogue, not derived from it
	box      bool // 礼盒 and the like: after another product it is only its packing
	weak     bool // 大峡谷, 庄园: a general word that only one spot's name ends with
}

// hit is one name in a sentence. In the marked sentence it is the single rune spotMark or productMark.
type hit struct {
	ids   []string
	spot  bool
	weak  bool
	guess int // 0 by its characters, 1 by sound or letters, 2 with a slip
}

// firstHit is the private-use rune of a sentence's first name; normal drops such runes from what people write.
const firstHit = '\uE000'

// taken replaces what one rule has understood, so that no other rule reads it again.
const taken = '\uF8FF'

// sentence is a normalised message on its way through the rules.
type sentence struct {
	text    string
	runes   []rune // names are single runes from firstHit on, in order of hits
	typed   []rune // the same before anything was taken
	hits    []hit
	names   *lexicon
	turn    int // where the sentence begins anew: 不对, 改成
	turned  bool
	story   bool // what stands before that is no mistake but a story: 上回带了一箱,这回要两箱
	stay    bool // somebody is said to stay away
	swapped bool // one day is refused and another named
}

func newLexicon(v Vocabulary, sc script) lexicon {
	n := lexicon{root: &nameNode{}, units: map[string]string{}, qualifiers: map[string][]string{}, ear: newEar(), keys: newKeyEar(), twins: map[string][]string{}}
	places := sharedPrefixes(v.Products, sc)
	for _, s := range v.Spots {
		n.addAll(s, sc, true, nil)
		places = append(places, shortSpot(sc.normal(s.Name)))
	}
	for _, p := range v.Products {
		n.units[p.ID] = p.Unit
		n.addAll(p, sc, false, places)
	}
	n.addTails(v.Spots, sc)
	n.learn(n.root, "")
	return n
}

// addTails lets a general word stand for the one spot whose name ends with it: 大峡谷, 庄园.
func (n *lexicon) addTails(spots []Named, sc script) {
	for _, tail := range []string{"大峡谷", "庄园", "暗河"} {
		ids := []string{}
		for _, s := range spots {
			for _, name := range append([]string{s.Name}, s.Aliases...) {
				if strings.HasSuffix(sc.normal(name), tail) {
					ids = appendNew(ids, s.ID)
				}
			}
		}
		if len(ids) == 1 && n.exact(tail) == nil {
			n.add(tail, ids[0], true, false)
			n.exact(tail).weak = true
		}
	}
}

// exact is the node of a whole name, nil if there is none.
func (n *lexicon) exact(name string) *nameNode {
	node := n.root
	for _, r := range name {
		if node = node.next[r]; node == nil {
			return nil
		}
	}
	if len(node.ids) == 0 {
		return nil
	}
	return node
}

// learn teaches the ear every name, in a fixed order.
func (n *lexicon) learn(node *nameNode, name string) {
	if len(node.ids) > 0 {
		n.ear.learn(name, node)
	}
	for _, r := range slices.Sorted(maps.Keys(node.next)) {
		n.learn(node.next[r], name+string(r))
	}
}

func (n *lexicon) addAll(one Named, sc script, spot bool, places []string) {
	for _, raw := range append([]string{one.Name}, one.Aliases...) {
		full := sc.normal(raw)
		if wrong := misheard[full]; wrong != "" {
			n.add(wrong, one.ID, spot, true)
		}
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

// misheard are names as whole villages write them, too far from the right ones for any rule.
var misheard = map[string]string{"芭拉胡": "兰瓜胡"}

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
		if !spot {
			for _, twin := range node.ids {
				n.twins[twin] = appendNew(n.twins[twin], node.ids...)
			}
		}
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

func appendNew(list []string, more ...string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}
