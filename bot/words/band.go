package words

import "strings"

// households reads what each of several families comes to: 一家三个一家四个, 他家五口,我家四口.
func (s *sentence) households(i int) (person, int) {
	r := s.runes
	end, sum, families := i, 0, 0
	for {
		_, joins := oneOf(r, end, []string{",还有", "还有", ",再加", "再加上", "再加", "加上", ",", "和", "跟", "加", "与", "同", "+"})
		k := end + joins*btoi(families > 0)
		k += oneOfRunes(r, k, "另")
		w, n := oneOf(r, k, []string{"一家", "我们家", "他们家", "她们家", "我家", "他家", "她家", "我屋", "另一家", "有一家"})
		k += n + oneOfRunes(r, k+n, "有是来去")
		count := readNumber(r, k)
		each := oneOfRunes(r, k+count.length, "个口人位")
		if n == 0 || count.length == 0 || each == 0 || count.vague || count.value != float64(int(count.value)) || w == "" {
			break
		}
		end = k + count.length + each
		end += oneOfRunes(r, end, "人") * btoi(r[end-1] != '人')
		sum, families = sum+int(count.value), families+1
	}
	if families < 2 || sum > maxPeople {
		return person{}, 0
	}
	return person{from: i, to: end, kind: allOfUs, count: sum}, end - i
}

// band reads 母女俩, 姐妹三个, 爷孙仨, 四姐妹, 三爷子.
func (s *sentence) band(i int) (person, int) {
	r, v := s.runes, vocab()
	if n := v.bands.at(r, i); n > 0 {
		count := readNumber(r, i+n)
		each := oneOfRunes(r, i+n+count.length, "个位")
		people := oneOfRunes(r, i+n+count.length+each, "人")
		end := i + n + count.length + each + people
		if count.length > 0 && !count.vague && count.value >= 2 && (count.pair || each+people > 0) {
			return person{from: i, to: end, kind: allOfUs, count: int(count.value)}, end - i
		}
	}
	count := readNumber(r, i)
	if count.length == 0 || count.vague || count.value < 2 || count.pair {
		return person{}, 0
	}
	n := v.bands.at(r, i+count.length)
	if n < 2 || count.value > 20 {
		return person{}, 0
	}
	return person{from: i, to: i + count.length + n, kind: allOfUs, count: int(count.value)}, count.length + n
}

// bigAndSmall reads 两大一小, 一大两小, 2大带1小, 大2小1.
func (s *sentence) bigAndSmall(i int) (person, int) {
	r := s.runes
	_, together := oneOf(r, i-2, []string{"我跟", "我和", "我同", "我与"}) // 我跟娃两个 are two
	if end, sum := s.sizeFirst(i); end > 0 && together == 0 {
		return person{from: i, to: end, kind: someOfUs, count: sum, whole: true}, end - i
	}
	a := readNumber(r, i)
	big, one := oneOf(r, i+a.length, []string{"大", "小", "老", "青", "中"})
	k := i + a.length + one
	_, with := oneOf(r, k, []string{"带", "和", ",", "加", "+"})
	b := readNumber(r, k+with)
	small, two := oneOf(r, k+with+b.length, []string{"大", "小", "老", "青", "中"})
	if a.length == 0 || b.length == 0 || one == 0 || two == 0 || big == small || a.vague || b.vague {
		return person{}, 0
	}
	end := k + with + b.length + two
	sum := int(a.value) + int(b.value)
	for { // 两大一小一老
		c := readNumber(r, end)
		_, three := oneOf(r, end+c.length, []string{"老", "小", "大"})
		if c.length == 0 || c.vague || three == 0 || s.nounAt(end+c.length) > 1 {
			break
		}
		sum, end = sum+int(c.value), end+c.length+three
	}
	return person{from: i, to: end, kind: someOfUs, count: sum, whole: true}, end - i
}

// sizeFirst reads 大2小1 and 大人2小孩1.
func (s *sentence) sizeFirst(i int) (end, sum int) {
	r := s.runes
	for end = i; ; {
		n := s.nounAt(end)
		if n == 0 {
			n = oneOfRunes(r, end, "大小老")
		} else {
			n += oneOfRunes(r, end+n, "票") // 成人票两张
		}
		count := readNumber(r, end+n)
		if n == 0 || count.length == 0 || count.vague || count.value != float64(int(count.value)) || count.value > 99 {
			break
		}
		next := end + n + count.length
		next += oneOfRunes(r, next, "个位名张")
		if oneOfRunes(r, next, "人口") > 0 { // 室友三个人
			break
		}
		sum, end = sum+int(count.value), next
		if next < len(r) && r[next] == ',' && (s.nounAt(next+1) > 0 || oneOfRunes(r, next+1, "大小老") > 0) {
			end++
		}
	}
	if end > i && r[end-1] == ',' {
		end--
	}
	if sum == 0 || s.nounAt(i) == 0 && strings.IndexFunc(string(r[i:end]), func(c rune) bool { return c == '小' || c == '老' }) < 1 || vocab().units.at(r, end) > 0 {
		return 0, 0
	}
	return end, sum
}
