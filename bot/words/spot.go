package words

import "strings"

// readSpots fills the spot. A spot directly before a product (濯水的绿豆粉) is where that comes from; one that they do
// not want to go to counts only if it is the only one, and then it is what they call off.
func (s *sentence) readSpots(h *Heard) {
	var places []int
	for i := range s.runes {
		if hit := s.hitAt(i); hit != nil && hit.spot && !s.comesFrom(i) && !strings.HasSuffix(string(s.typed[max(0, i-2):i]), "除了") {
			places = append(places, i)
		}
	}
	places = kept(places, func(i int) (bool, bool) { return true, s.refused(i) })
	places = kept(places, func(i int) (bool, bool) { return true, i < s.turn })
	places = kept(places, func(i int) (bool, bool) { return true, s.hitAt(i).weak && !s.joinedSpot(i) })
	var wanted []string
	for _, i := range places {
		wanted = appendNew(wanted, s.hitAt(i).ids...)
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

// joinedSpot says whether a spot stands in a list with another: 十三寨和大峡谷.
func (s *sentence) joinedSpot(i int) bool {
	for _, side := range []int{-1, 1} {
		k := i + side
		for k > 0 && k < len(s.runes) && strings.ContainsRune("和跟与或者还有是,同", s.runes[k]) {
			k += side
		}
		if h := s.hitAt(k); h != nil && h.spot && k != i+side {
			return true
		}
	}
	return false
}

func (s *sentence) comesFrom(i int) bool {
	next := i + 1
	for next < len(s.runes) && strings.ContainsRune("的产那边土特家货镇景区出", s.runes[next]) {
		next++
	}
	h := s.hitAt(next)
	return h != nil && !h.spot
}

// refused says whether the name at place i is one they do not want: 不去, 不想去, 不要, 去掉.
func (s *sentence) refused(i int) bool {
	if s.negated(i, i+1) || s.hitAt(i).spot && s.beenThere(i) {
		return true
	}
	before := strings.TrimRight(string(s.typed[max(0, i-6):i]), "了这那个的")
	for _, w := range []string{"去掉", "删掉", "删除", "取消", "移除", "拿掉", "删了", "去除", "拿走", "退掉", "撤掉", "减掉", "扔掉"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// beenThere says whether a visit that is over is told: 去年去了濯水.
func (s *sentence) beenThere(i int) bool {
	if _, went := oneOf(s.typed, i-2, []string{"去了", "耍了", "玩了", "到了", "爬了", "逛了", "看了"}); went == 0 {
		return false
	}
	from := i
	for from > 0 && s.typed[from-1] != ',' {
		from--
	}
	return pastTimes.within(s.typed, from, i)
}

// onlyTold says whether every spot is one where they have been, and nothing is wished for or asked.
func (s *sentence) onlyTold(plain string) bool {
	if containsAny(plain, []string{"想", "要", "领", "再", "也", "还", "券", "票", "码", "吗", "不", "没", "怎么", "什么", "约", "改", "换", "带", "几", "哪", "是"}) {
		return false
	}
	for i := range s.runes {
		if h := s.hitAt(i); h != nil && h.spot && !s.beenThere(i) {
			_, been := oneOf(s.typed, i-2, []string{"去过", "到过", "玩过", "耍过", "来过"})
			_, behind := oneOf(s.typed, i+1, []string{"去过", "已经去过", "我去过", "我们去过", "玩过", "耍过", "都去过", "早就去过", "已经耍过", "已经玩过"})
			if been+behind == 0 {
				return false
			}
		}
	}
	return true
}

// has says whether a spot, or a product, is named.
func (s *sentence) has(spot bool) bool {
	for i := range s.hits {
		if s.hits[i].spot == spot {
			return true
		}
	}
	return false
}
