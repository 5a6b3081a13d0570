package words

import (
	"strings"
	"sync"
)

// rule says which intent a sentence has. A pattern is a row of places, divided by …; at each place one of several words
// may stand, divided by |. S stands for a spot, P for a product, T for what was understood of days and people.
type rule struct {
	intent   string
	patterns []string
}

// gap is how far apart the words of one pattern may stand, in characters.
const gap = 10

// ruleBook finds all words of all rules in one pass over a sentence.
type ruleBook struct {
	root  *wordNode
	sizes int // how many places all patterns have together
	rows  []row
}

type wordNode struct {
	next   map[rune]*wordNode
	places []int // of which this word is one of the choices
}

// row is one pattern: its places, by number.
type row struct {
	intent string
	places []int
}

// found is where the words of a place begin and end.
type found struct{ from, to int }

func newRuleBook(rules []rule) *ruleBook {
	b := &ruleBook{root: &wordNode{}}
	for _, r := range rules {
		for _, pattern := range r.patterns {
			one := row{intent: r.intent}
			for place := range strings.SplitSeq(pattern, "…") {
				for word := range strings.SplitSeq(place, "|") {
					b.enter(word, b.sizes)
				}
				one.places = append(one.places, b.sizes)
				b.sizes++
			}
			b.rows = append(b.rows, one)
		}
	}
	return b
}

func (b *ruleBook) enter(word string, place int) {
	node := b.root
	for _, r := range word {
		if node.next == nil {
			node.next = map[rune]*wordNode{}
		}
		if node.next[r] == nil {
			node.next[r] = &wordNode{}
		}
		node = node.next[r]
	}
	node.places = append(node.places, place)
}

// sighting is one word of a place in a sentence, chained to the next of the same place.
type sighting struct {
	found
	next int
}

// match gives the intent of the first rule that fits; IntentOther if none does.
func (b *ruleBook) match(plain string) string {
	head := make([]int, b.sizes) // 0 = nothing seen
	seen := make([]sighting, 1, 64)
	text := []rune(plain)
	for i := range text {
		node := b.root
		for k := i; k < len(text); k++ {
			if node = node.next[text[k]]; node == nil {
				break
			}
			for _, place := range node.places {
				seen = append(seen, sighting{found{i, k + 1}, head[place]})
				head[place] = len(seen) - 1
			}
		}
	}
	for i := range b.rows {
		if b.rows[i].fits(head, seen) {
			return b.rows[i].intent
		}
	}
	return IntentOther
}

// fits says whether words of all places stand in their order, each close to the one before.
func (r *row) fits(head []int, seen []sighting) bool {
	for _, place := range r.places {
		if head[place] == 0 {
			return false
		}
	}
	if len(r.places) == 1 {
		return true
	}
	for at := head[r.places[0]]; at != 0; at = seen[at].next {
		if r.goesOn(1, seen[at].to, head, seen) {
			return true
		}
	}
	return false
}

func (r *row) goesOn(k, from int, head []int, seen []sighting) bool {
	if k == len(r.places) {
		return true
	}
	for at := head[r.places[k]]; at != 0; at = seen[at].next {
		if seen[at].from >= from && seen[at].from <= from+gap && r.goesOn(k+1, seen[at].to, head, seen) {
			return true
		}
	}
	return false
}

var book = sync.OnceValue(func() *ruleBook { return newRuleBook(rules) })

// standard brings Chongqing speech and common slips to the words that the rules know.
var standard = strings.NewReplacer(
	"啷个样", "怎么样", "啷个", "怎么", "朗个", "怎么", "郎个", "怎么", "浪个", "怎么", "哪个样", "怎么样", "咋个", "怎么", "咋样", "怎么样", "咋", "怎么", "如何", "怎么", "怎样", "怎么", "哪样", "什么", "为啥子", "为什么", "为啥", "为什么", "为何", "为什么",
	"有没得", "有没有", "有莫得", "有没有", "有冇", "有没有", "莫得", "没有", "没得", "没有", "晓不晓得", "知不知道", "晓得", "知道", "啥子", "什么", "啥", "什么", "么子", "什么", "好多钱", "多少钱", "好多", "多少", "几多", "多少", "好久", "多久",
	"哪凼", "哪里", "哪点儿", "哪里", "哪点", "哪里", "哪儿", "哪里", "哪块", "哪里", "哪个塌塌", "哪里", "耍", "玩", "得行不", "可以吗", "行不", "可以吗", "行吗", "可以吗", "成不成", "可以吗", "得成不", "可以吗", "成不", "可以吗", "那个什么", "那个", "什么来着", "", "那啥", "", "那个啥", "", "得不得行", "可以吗", "要得不", "可以吗", "行不行", "可以吗", "得行", "可以", "不得行", "不行", "要不得", "不行",
	"整不来", "不会弄", "搞不来", "不会弄", "弄不来", "不会弄", "不会整", "不会弄", "不会搞", "不会弄", "搞不懂", "不懂", "整不懂", "不懂", "怎么整", "怎么弄", "一哈儿", "一下", "一哈", "一下", "一盘", "一下", "滴", "的", "卷", "券", "帐", "账", "定单", "订单",
	"股票", "股", "彩票", "彩", "机票", "机", "车票", "车", "电影票", "电影", "您", "你", "咱们", "我们", "俺", "我", "屋头", "家里", "啵", "吗", "勒个", "这个", "那哈儿", "那时", "幺妹儿", "妹妹", "噻", "", "哈子", "一下", "咯", "了", "喽", "了", "喃", "呢", "登陆", "登录", "么得", "没有", "搞么子", "干什么", "爪子", "干什么", "走拢", "到", "送拢", "送到", "拢了", "到了", "没拢", "没到", "嘞", "的",
	"啷么", "怎么", "囊个", "怎么", "能不能够", "能不能", "能否", "能不能", "可否", "可不可以", "是否", "是不是", "多钱", "多少钱", "几钱", "多少钱", "唛", "吗", "嘛", "", "撒", "", "晓", "知",
)
