package words

import "strings"

// mark replaces every name by one rune, longest name first at each place, so that 濯水绿豆粉 is a product and no
// visit to 濯水, and the 三 of 十三寨 is no number. Where no name is written it listens for one.
func (n *lexicon) mark(text string) *sentence {
	s := &sentence{text: text, names: n}
	in := []rune(text)
	s.runes = make([]rune, 0, len(in))
	for i := 0; i < len(in); {
		if length := n.letters(s, in, i); length > 0 {
			i += length
			continue
		}
		node, length := n.find(in[i:])
		guess := 0
		if node == nil || node.weak {
			if other, heard := n.ear.find(in, i, n); other != nil {
				node, length, guess = other, heard.length, 1+heard.wrong
			}
		}
		if node != nil && !node.spot && i+length < len(in) && village(in, i, i+length) { // 李子坝, 木耳镇
			s.runes = append(s.runes, in[i:i+length+1]...)
			i += length + 1
			continue
		}
		if node == nil || node.box && standsAt(in, i+length, "装") { // 礼盒装的蜂蜜
			s.runes = append(s.runes, in[i])
			i++
			continue
		}
		i += length
		s.addHit(hit{ids: node.ids, spot: node.spot, weak: node.weak, guess: guess}, node.box)
	}
	s.typed = append([]rune(nil), s.runes...)
	return s
}

// village says whether a name of goods is only the beginning of a place's: 住李子坝, 木耳镇.
func village(in []rune, from, to int) bool {
	if strings.ContainsRune("坝镇乡路街湾沟坪沱垭寨", in[to]) {
		return true
	}
	return strings.ContainsRune("村园山岩溪河", in[to]) && from > 0 && strings.ContainsRune("住在到从", in[from-1])
}

// addHit enters a name; what only repeats or packs the name right before it is left out.
func (s *sentence) addHit(h hit, box bool) {
	if before := s.hitAt(len(s.runes) - 1); before != nil {
		switch {
		case box && !before.spot, h.weak && before.spot:
			return
		case before.spot == h.spot && len(h.ids) == 1 && len(before.ids) == 1 && h.ids[0] == before.ids[0]:
			return
		}
	}
	s.runes = append(s.runes, firstHit+rune(len(s.hits)))
	s.hits = append(s.hits, h)
}

// letters reads a run of letters as pinyin or initials, and says how long it is; a run that is neither is copied. Words
// of a run are tried together, the most first: cui hong li, and zhuoshui in «wo yao qu zhuoshui».
func (n *lexicon) letters(s *sentence, in []rune, i int) int {
	if !isLetter(in, i) || isLetter(in, i-1) {
		return 0
	}
	var ends []int
	end, word := i, make([]byte, 0, 24)
	for end < len(in) && (isLetter(in, end) || in[end] == ' ' && isLetter(in, end+1)) {
		if in[end] != ' ' {
			word = append(word, byte(in[end]))
		}
		if end++; end >= len(in) || !isLetter(in, end) {
			ends = append(ends, end, len(word))
		}
	}
	for k := len(ends) - 2; k >= 0; k -= 2 {
		end, size := ends[k], ends[k+1]
		if node, guess := n.ear.typed(string(word[:size]), i > 0 || end < len(in)); node != nil {
			s.addHit(hit{ids: node.ids, spot: node.spot, guess: guess}, node.box)
			return end - i
		}
	}
	return 0
}

// typed knows a name by its pinyin, with one letter wrong in a long one, or by its initials beside other words.
func (e *ear) typed(word string, beside bool) (*nameNode, int) {
	if node := e.byFull[foldedWord(word)]; node != nil && len(word) >= 4 {
		return node, 1
	}
	if node := e.initials[word]; node != nil && beside && len(node.ids) > 0 {
		return node, 2
	}
	if len(word) < 6 {
		return nil, 0
	}
	var near *nameNode
	for _, full := range e.fulls {
		if oneLetterOff(foldedWord(word), full) {
			near = merged(near, e.byFull[full])
		}
	}
	return near, 2
}

// oneLetterOff says whether two words differ by one letter: another, one more, one less, or two swapped.
func oneLetterOff(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(b) < 5 || len(a)-len(b) > 1 {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	if len(a) > len(b) {
		return a[i+1:] == b[i:]
	}
	return i < len(a) && (a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:])
}

// find is the longest name that begins r.
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
