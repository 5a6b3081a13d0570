package words

import "strings"

// personAt reads what stands at place i about people, and how many runes it takes. A number that counts something else
// is skipped as a whole: count 0.
func (s *sentence) personAt(i int, goods bool) (person, int) {
	r, v := s.runes, vocab()
	if s.hitAt(i) != nil || r[i] == taken || r[i] == ',' {
		return person{}, 0
	}
	if n := v.crowds.at(r, i); n > 0 && oneOfRunes(r, i+n+readNumber(r, i+n).length, "口个人位") == 0 {
		return person{from: i, to: i + n, kind: crowd, count: 1}, n
	}
	if p, n := s.band(i); n > 0 {
		return p, n
	}
	if n := v.couples.at(r, i); n > 0 {
		end, count := i+n, 2
		for { // 老两口加小两口
			with := v.companion.at(r, end) + oneOfRunes(r, end, ",")
			more := v.couples.at(r, end+with)
			if more == 0 || with == 0 {
				break
			}
			end, count = end+with+more, count+2
		}
		return person{from: i, to: end, kind: allOfUs, count: count}, end - i
	}
	if pairs := readNumber(r, i); pairs.length > 0 && !pairs.vague && pairs.value < 50 && oneOfRunes(r, i+pairs.length, "对") > 0 { // 三对夫妻
		if n := v.couples.at(r, i+pairs.length+1); n > 0 {
			n += pairs.length + 1
			return person{from: i, to: i + n, kind: allOfUs, count: 2 * int(pairs.value)}, n
		}
	}
	if p, n := s.onlyMe(i); n > 0 {
		return p, n
	}
	if p, n := s.bigAndSmall(i); n > 0 {
		return p, n
	}
	if v.ranking.at(r, i) == 2 && oneOfRunes(r, i+1, "姨姑孃嬢伯婶舅叔爸妈姐哥弟妹爷嫂") > 0 || v.ranking.at(r, i) > 2 && oneOfRunes(r, i+1, "娃儿女孙") == 0 { // 二姨, no two of them
		if p, n := s.named(i); n > 0 {
			return p, n
		}
	}
	if p, n := s.households(i); n > 0 {
		return p, n
	}
	if p, n := s.countedPeople(i, goods); n > 0 {
		return p, n
	}
	if p, n := s.named(i); n > 0 {
		return p, n
	}
	return s.me(i)
}

func oneOfRunes(r []rune, i int, any string) int {
	if i >= 0 && i < len(r) && strings.ContainsRune(any, r[i]) {
		return 1
	}
	return 0
}

// onlyMe reads 就我, 我自己; 就我们 and 就我和老婆 are more than one.
func (s *sentence) onlyMe(i int) (person, int) {
	r := s.runes
	n := vocab().alone.at(r, i)
	if n == 0 || oneOfRunes(r, i+n, "们家") > 0 || standsAt(r, i, "一") {
		return person{}, 0
	}
	if standsAt(r, i+n, "的") || s.runes[i] == '自' && standsAt(r, i+n, "家") { // 我自己的票
		return person{}, 0
	}
	if standsAt(r, i+n, "一个") {
		n += 2
	}
	if _, grown := oneOf(r, i+n, []string{"大人", "成人", "成年人", "当妈的", "当爸的"}); grown > 0 { // 就我一个大人带三个娃
		n += grown
	}
	n += oneOfRunes(r, i+n, "人")
	if who := vocab().noun.at(r, i+n); who > 0 && r[i] == '我' { // 我一个老太婆搞不懂: who speaks, not who goes
		return person{}, n + who
	}
	p := person{from: i, to: i + n, kind: justMe, count: 1}
	if vocab().companion.at(r, i+n) > 0 {
		p.kind = speaker
	}
	return p, n
}

func (s *sentence) nounAt(i int) int { return vocab().noun.at(s.runes, i) }

// countedPeople reads 三个人, 5位, 一家五口, 两张, 我们仨, 两个大人, 两个三岁的娃, and the 个娃 of 带个娃.
func (s *sentence) countedPeople(i int, goods bool) (person, int) {
	r := s.runes
	n := readNumber(r, i)
	switch {
	case n.length == 0 && !(oneOfRunes(r, i, "个") > 0 && vocab().companion.endsAt(r, i) > 0):
		return person{}, 0
	case n.length == 0:
		n = number{value: 1}
	case i > 0 && (r[i-1] == '第' || r[i-1] == '每' || r[i-1] == '米'):
		return person{}, n.length + 1
	case n.value != float64(int(n.value)) || n.value >= 100000 || n.value == 0 && !n.vague:
		return person{}, n.length
	}
	p := person{from: i, count: int(n.value), vague: n.vague, us: s.us(i), them: oneOfRunes(r, i-1, "们他她") > 0 && !s.us(i)}
	if !s.peopleAfter(&p, i+n.length, n, goods) {
		return person{}, n.length
	}
	p.vague = p.vague || roughly(r, p.from, p.to)
	return p, p.to - i
}

// peopleAfter looks at what a number counts, from the place behind it on: it fills kind and end, or says that it is no
// people. Where goods are named only clear words for people count.
func (s *sentence) peopleAfter(p *person, end int, n number, goods bool) bool {
	r := s.runes
	each := oneOfRunes(r, end, "个位名")
	if oneOfRunes(r, end, "张") > 0 && vocab().noun.at(r, end+1) > 0 { // 一张学生票
		each = 1
	}
	who, people := s.personAfter(end+each), s.heads(end+each, n)
	switch {
	case people > 0 && !s.asksPerHead(n, p.from, end+each+people):
		p.to, p.kind = end+each+people, allOfUs
		p.to += vocab().noun.at(r, p.to) * btoi(oneOfRunes(r, end, "口") == 0 && people == 1)
	case who > 0 && (each > 0 || n.pair || n.value > 0 && s.noUnit(end)):
		p.to, p.kind = end+each+who, someOfUs
		if p.us {
			p.kind = allOfUs
		}
	case each > 0 && r[end] != '个' && !goods:
		p.to, p.kind = end+each, allOfUs
	case n.pair && (p.us || p.them || !goods && s.bareCount(p.from, end, n)), !goods && each > 0 && s.bareCount(p.from, end+each, n):
		p.to, p.kind = end+each, allOfUs
	case !goods && oneOfRunes(r, end, "张份") > 0 && (n.value > 1 || n.vague && r[p.from] != '几'):
		p.to, p.kind, p.ticket = end+1, allOfUs, true
	case s.afterWord(p.from, "人数") && vocab().units.at(r, end) == 0: // 人数:3
		p.to, p.kind = end+each, allOfUs
	default:
		return false
	}
	return true
}

// afterWord says whether a word stands before place i, with no more between than a comma, 是 or 改成.
func (s *sentence) afterWord(i int, w string) bool {
	return strings.HasSuffix(strings.TrimRight(string(s.runes[max(0, i-5):i]), ",是为共:一总改成换到"), w)
}

// heads reads the word that makes people of a number: 人, 口人, 口. 人工 and 口味 are none.
func (s *sentence) heads(i int, n number) int {
	if _, spare := oneOf(s.runes, i, []string{"人工", "人民", "人家", "口气", "口味", "人户", "口福", "人份"}); spare > 0 {
		return 0
	}
	w, k := oneOf(s.runes, i, []string{"口子人", "口人", "口子", "人行", "人", "口"})
	if w == "口" && n.value <= 1 {
		return 0
	}
	return k
}

// roughly says whether a number is only about right: 大概十个人, 十人左右.
func roughly(r []rune, from, to int) bool {
	before := string(r[max(0, from-4):from])
	for _, w := range []string{"大概", "大约", "差不多", "估计", "可能", "约莫", "大致", "也许", "起码", "至少", "最多", "最少", "大概有", "大约有", "可能有", "估计有", "大概要", "大概来", "左右"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	_, after := oneOf(r, to, []string{"左右", "上下", "来往", "以上", "以内", "打底", "或者", "多点"})
	return after > 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// noUnit keeps 两小时 and 三老 from being people: after a bare number only clear words for people count.
func (s *sentence) noUnit(i int) bool {
	return vocab().units.at(s.runes, i) == 0
}

// asksPerHead knows 一个人多少钱 and 一个人可以带几个.
func (s *sentence) asksPerHead(n number, from, i int) bool {
	_, more := oneOf(s.runes, i, []string{"多少", "好多", "几", "可以", "能带", "能领", "最多", "要好多", "要多少", "一张"})
	if s.runes[from] == '几' { // 最多带几个人
		return containsAny(string(s.runes[max(0, from-5):from]), []string{"可以", "能", "最多", "限", "准", "管", "够", "算"})
	}
	if from > 0 && oneOfRunes(s.runes, from-1, "钱块元价") > 0 { // 好多钱一个人
		return n.value == 1
	}
	return n.value == 1 && !n.vague && more > 0
}

// personAfter finds a word for people, with what may stand before it: 三岁的, 上小学的, 小.
func (s *sentence) personAfter(i int) int {
	r := s.runes
	if n := vocab().person.at(r, i); n > 0 {
		return n
	}
	k := i
	for k < len(r) && (r[k] == taken || strings.ContainsRune("多半以上左右", r[k])) {
		k++
	}
	if k > i {
		k += oneOfRunes(r, k, "的")
		if n := vocab().person.at(r, k); n > 0 {
			return k + n - i
		}
	}
	if n := vocab().person.at(r, i+1); n > 0 && oneOfRunes(r, i, "小大老好女男") > 0 {
		return n + 1
	}
	for k = i; k < min(len(r), i+7) && r[k] != ',' && s.hitAt(k) == nil; k++ {
		if n := vocab().noun.at(r, k+1); r[k] == '的' && n > 0 {
			return k + 1 + n - i
		}
	}
	return 0
}

// us says whether what stands at place i is counted among us: 我们仨, 咱俩, 一行五人, 一共三个.
func (s *sentence) us(i int) bool {
	before := string(s.runes[max(0, i-4):i])
	for _, w := range []string{"我们", "咱们", "咱", "我", "俺", "一行", "我们家", "我家", "我们屋", "俺们", "我们就", "我们有", "我们是", "我们一共", "我们总共", "我们也就"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// bareCount says whether 三个 stands for people: after 我们 or 一共, at the end of a phrase, before a verb or a spot.
func (s *sentence) bareCount(i, end int, n number) bool {
	before := string(s.runes[max(0, i-3):i])
	for _, w := range []string{"们", "咱", "我", "共", "总共", "就", "就是", "连我", "上我", "加我", "公", "婆", "妈", "爸", "还有", "只有", "朋友", "同事", "伴", "爷", "娘", "孙", "女", "子", "一起", "我们是", "我们就", "我们有"} {
		if strings.HasSuffix(before, w) {
			return n.value != 1 || n.vague || strings.HasSuffix(before, "我") || strings.HasSuffix(before, "就")
		}
	}
	if n.value == 1 && !n.vague && vocab().stays.at(s.runes, end) == 0 {
		return false
	}
	if end >= len(s.runes) || s.hitAt(end) != nil && s.hitAt(end).spot {
		return true
	}
	_, k := oneOf(s.runes, end, []string{"一起", "一路", "一共", ",", "去", "来", "领", "玩", "耍", "要", "吧", "啊", "嘛", "呢", "哈", "想", "到", "的票", "的券", "都", "就", "不", string(taken), "走", "了", "哦", "噻", "的话", "呀"})
	return k > 0
}

// named reads people who are named without a number: 老婆, 我爸妈, 同事小王, 带娃; and the pronoun in 带她去.
func (s *sentence) named(i int) (person, int) {
	r, v := s.runes, vocab()
	_, mine := oneOf(r, i, []string{"我们家", "我们屋", "我家", "我屋头", "我屋", "我的", "我们", "屋头", "我", "俺", "咱", "他", "她"})
	for _, skip := range []int{mine, 0} {
		from := i + skip
		if _, n := s.band(from); n > 0 && skip > 0 { // 我们三姊妹
			return person{}, 0
		}
		if n := v.twoKin.at(r, from); n > 0 {
			return person{from: i, to: from + n, kind: relative, count: 2}, skip + n
		}
		n := max(v.oneKin.at(r, from), v.noun.at(r, from))
		if n == 0 && v.oneKin.at(r, from+1) > 0 && oneOfRunes(r, from, "大小老二三四幺亲干") > 0 {
			n = 1 + v.oneKin.at(r, from+1)
		}
		if n == 0 || s.manyOf(from+n) || skip == 0 && s.calls(from, n) {
			continue
		}
		if oneOfRunes(r, from+n, "小老") > 0 && v.noun.at(r, from) > 0 && v.person.at(r, from+n) == 0 {
			n += 2 // 同事小王
		}
		end := min(from+n, len(r))
		loose := skip == 0 && v.loose.at(r, from) == end-from && v.leading.endsAt(r, i) > 0
		return person{from: i, to: end, kind: relative, count: 1, loose: loose}, end - i
	}
	if oneOfRunes(r, i, "小老阿") > 0 && oneOfRunes(r, i+1, surnames) > 0 && oneOfRunes(r, i+2, "们家") == 0 {
		return person{from: i, to: i + 2, kind: relative, count: 1}, 2
	}
	if oneOfRunes(r, i, "她他") > 0 && v.companion.endsAt(r, i) > 0 && oneOfRunes(r, i+1, "们的") == 0 && v.kin.at(r, i+1) == 0 {
		return person{from: i, to: i + 1, kind: relative, count: 1}, 1
	}
	return person{}, 0
}

// surnames make a person of 小 or 老 before them: 小李, 老张.
const surnames = "王李张刘陈杨赵黄周吴徐孙胡朱何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易武乔贺赖龚文"

// calls says whether a word for somebody only addresses whom they talk to: 师傅你好, 妹儿,帮我领.
func (s *sentence) calls(i, n int) bool {
	if vocab().callings.at(s.runes, i) != n || i > 0 && s.runes[i-1] != ',' && oneOfRunes(s.runes, i-1, "的好哎喂嗨") == 0 {
		return false
	}
	_, on := oneOf(s.runes, i+n, []string{"你", "您", ",", "我", "请", "麻烦", "问", "帮", "给", "在", "好", "啊", "呀", "哎", "些", "喊"})
	return on > 0
}

// manyOf: 朋友们, 老师的 are nobody who is counted.
func (s *sentence) manyOf(i int) bool { return oneOfRunes(s.runes, i, "们") > 0 }

// whoAt says whether a word for somebody who may come along stands at place i.
func (s *sentence) whoAt(i int) bool {
	return vocab().kin.at(s.runes, i) > 0 || vocab().noun.at(s.runes, i) > 0
}

// me reads the speaker where 我 is one of a list: 我和老伴, 爸妈和我, 我也去, 我不去.
func (s *sentence) me(i int) (person, int) {
	r := s.runes
	if oneOfRunes(r, i, "我俺") == 0 || oneOfRunes(r, i+1, "们家的屋") > 0 {
		return person{}, 0
	}
	p := person{from: i, to: i + 1, kind: speaker, count: 1}
	k := i + 1
	for range 3 { // 我想带, 我准备和
		if _, you := oneOf(r, k, []string{"跟你", "和你", "同你", "给你", "跟您", "和您"}); you > 0 { // 我跟你说
			return person{}, 0
		}
		if vocab().companion.at(r, k) > 0 || s.stayRightAfter(k) || oneOfRunes(r, k, ",") > 0 && s.whoAt(k+1+oneOfRunes(r, k+1, "我")) {
			return p, 1
		}
		_, n := oneOf(r, k, []string{"也", "想", "要", "准备", "打算", "会", "得", "就", "是", "周末", "下午", "今年", "这次", string(taken)})
		if n == 0 {
			break
		}
		k += n
	}
	before := vocab().companion.endsAt(r, i)
	if before > 0 || i > 0 && r[i-1] == ',' || i > 0 && vocab().kin.endsAt(r, i) > 0 {
		_, after := oneOf(r, i+1, []string{",", "去", "一起", "一路", "一共", "共", "也", "都", "两个", "三个", "四个", "俩", string(taken)})
		if before > 0 || i+1 >= len(r) || after > 0 && r[i-1] != ',' {
			return p, 1
		}
	}
	return person{}, 0
}
