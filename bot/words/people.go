package words

import "strings"

// Words for people. Where one word begins another, the longer comes first.
var (
	grownUps = []string{"大人", "成年人", "成人", "大的"}
	children = []string{"小孩子", "小孩", "孩子", "娃娃", "娃儿", "小娃", "娃", "儿童", "小朋友", "宝宝", "幼儿", "婴儿", "学生", "小的", "女儿", "儿子", "孙子", "孙女", "孙娃", "闺女"}
	others   = []string{"老人家", "老人", "老年人", "长辈", "朋友", "同事", "同学", "亲戚", "邻居", "老乡", "战友", "家人"}
	twoKin   = []string{"爸爸妈妈", "爷爷奶奶", "外公外婆", "岳父岳母", "公公婆婆", "妈老汉", "爸妈", "父母", "公婆", "双亲", "二老", "两老"}
	oneKin   = []string{
		"男朋友", "女朋友", "老婆", "老公", "爱人", "媳妇", "妻子", "丈夫", "老伴", "堂客", "婆娘", "对象", "闺蜜", "妈妈", "母亲", "爸爸", "父亲", "老汉儿", "老汉",
		"奶奶", "爷爷", "外婆", "外公", "岳母", "岳父", "婆婆", "公公", "女儿", "儿子", "孙女", "孙子", "弟弟", "妹妹", "哥哥", "姐姐", "妈", "爸",
	}
	couples   = []string{"夫妻两个", "夫妻两人", "夫妻二人", "夫妻俩", "夫妇俩", "两夫妻", "小两口", "老两口", "两口子", "两口儿", "夫妻", "夫妇"}
	alone     = []string{"就我", "只有我", "我自己", "我单独", "自己去", "单独去", "独自", "单人"}
	companion = []string{"带着", "带上", "带了", "领着", "陪着", "加上", "还有", "带", "和", "跟", "同", "与", "陪", "加"}
	proxies   = []string{"帮我", "给我", "替我", "帮", "给", "替"}
)

const maxPeople = 99

// party counts people while a sentence is read from left to right.
type party struct {
	total    int  // 三个人, 一家五口: says it all
	sum      int  // 两大一小, 老婆, 两个娃: parts of the company
	self     bool // the speaker comes on top: 带俩娃, 我和我妈
	unclear  bool // 带孩子: somebody, but not how many
	vague    bool // 十来个人
	justMe   bool
	afterAll bool // 我们两个人带一个娃: on top of the total
}

// readPeople fills the number of people and marks the words as understood.
func (s *sentence) readPeople(h *Heard) {
	var p party
	goods := strings.Contains(s.plain(), "P")
	for i := 0; i < len(s.runes); {
		n := s.people(i, &p, goods)
		i += max(n, 1)
	}
	count := p.count()
	switch {
	case p.vague || count > maxPeople:
		h.ask(AskPeople)
	default:
		h.People = count
	}
}

func (p party) count() int {
	switch {
	case p.total > 0 && p.afterAll:
		return p.total + p.sum
	case p.total > 0:
		return p.total
	case p.unclear:
		return 0
	case p.sum > 0 && p.self:
		return p.sum + 1
	case p.sum > 0:
		return p.sum
	case p.justMe:
		return 1
	}
	return 0
}

// people reads what stands at place i and says how many runes it took.
func (s *sentence) people(i int, p *party, goods bool) int {
	r := s.runes
	if _, n := oneOf(r, i, couples); n > 0 {
		p.sum += 2
		s.take(i, i+n)
		return n
	}
	if _, n := oneOf(r, i, alone); n > 0 {
		p.justMe = true
		return n
	}
	if n := s.companions(i, p); n > 0 {
		return n
	}
	if n := s.bigAndSmall(i, p); n > 0 {
		return n
	}
	if n := s.counted(i, p, goods); n > 0 {
		return n
	}
	return s.relatives(i, p)
}

// companions reads 带俩娃, 和我老婆, 跟爸妈: whoever stands after the word comes on top of the speaker, unless
// grown-ups were counted before it (两个大人带一个娃).
func (s *sentence) companions(i int, p *party) int {
	_, n := oneOf(s.runes, i, companion)
	if n == 0 {
		return 0
	}
	k := i + n
	_, mine := oneOf(s.runes, k, []string{"我们家", "我家", "我的", "我", "他", "她"})
	first := p.sum == 0 && p.total == 0
	switch who := s.who(k + mine); {
	case who.length > 0 && who.count > 0:
		p.sum += who.count
		p.self = p.self || first
		p.afterAll = p.afterAll || p.total > 0 && i > 0 && s.runes[i-1] == taken
		s.take(i, k+mine+who.length)
		return n + mine + who.length
	case who.length > 0:
		p.unclear = p.unclear || first
		return n + mine + who.length
	case mine > 0 && s.runes[k] == '我' && p.sum > 0: // 老婆和我
		p.self = true
		return n + mine
	}
	return 0
}

// whoever is somebody in a company; count 0 means that the number was not said.
type whoever struct{ length, count int }

func (s *sentence) who(k int) whoever {
	if _, n := oneOf(s.runes, k, twoKin); n > 0 {
		return whoever{n, 2}
	}
	number := readNumber(s.runes, k)
	_, each := oneOf(s.runes, k+number.length, []string{"个", "位", "名"})
	if _, n := s.someone(k + number.length + each); n > 0 && !number.vague {
		switch {
		case number.length > 0:
			return whoever{number.length + each + n, int(number.value)}
		case each > 0: // 带个娃
			return whoever{each + n, 1}
		}
	}
	if _, n := oneOf(s.runes, k, oneKin); n > 0 {
		return whoever{n, 1}
	}
	if _, n := s.someone(k); n > 0 {
		return whoever{n, 0}
	}
	return whoever{}
}

// someone finds a word for a person that can be counted.
func (s *sentence) someone(k int) (string, int) {
	for _, words := range [][]string{grownUps, children, others, oneKin} {
		if w, n := oneOf(s.runes, k, words); n > 0 {
			return w, n
		}
	}
	return "", 0
}

// bigAndSmall reads 两大一小, 一大两小, 2大带1小.
func (s *sentence) bigAndSmall(i int, p *party) int {
	r := s.runes
	a := readNumber(r, i)
	big, one := oneOf(r, i+a.length, []string{"大", "小", "老"})
	k := i + a.length + one
	_, with := oneOf(r, k, []string{"带", "和", ",", "加", "+"})
	b := readNumber(r, k+with)
	small, two := oneOf(r, k+with+b.length, []string{"大", "小", "老"})
	if a.length == 0 || b.length == 0 || one == 0 || two == 0 || big == small || a.vague || b.vague {
		return 0
	}
	n := a.length + one + with + b.length + two
	p.sum += int(a.value) + int(b.value)
	s.take(i, i+n)
	return n
}

// counted reads 三个人, 5位, 一家五口, 两张, 我们仨, 两个大人. A bare 三个 counts people only where no goods are named.
func (s *sentence) counted(i int, p *party, goods bool) int {
	r := s.runes
	n := readNumber(r, i)
	if n.length == 0 {
		return 0
	}
	if i > 0 && r[i-1] == '第' {
		return n.length
	}
	end := i + n.length
	_, each := oneOf(r, end, []string{"个", "位", "名"})
	_, person := s.someone(end + each)
	_, people := oneOf(r, end+each, []string{"口人", "人", "口"})
	_, tickets := oneOf(r, end, []string{"张", "份"})
	_, spare := oneOf(r, end, []string{"人工", "人民", "口气", "口味"})
	human := person > 0 || people > 0 || each > 0 && r[end] != '个'
	bare := !goods && (each > 0 && s.bareCount(i, end+each) || tickets > 0) || n.pair && s.us(i)
	switch {
	case spare > 0, n.pair && goods && person+people == 0, !human && !bare:
		return n.length
	case n.vague || n.value != float64(int(n.value)) || n.value > 1000:
		p.vague = true
	case person > 0:
		p.sum += int(n.value)
	default:
		p.total = int(n.value)
	}
	people = max(people, person)
	if !human {
		each = max(each, tickets)
	}
	s.take(i, end+each+people)
	return n.length + each + people
}

// us says whether 俩 or 仨 at place i counts people: 我们仨, 母女俩.
func (s *sentence) us(i int) bool {
	before := string(s.runes[max(0, i-2):i])
	for _, w := range []string{"我们", "咱们", "咱", "你们", "他们", "她们", "我", "你", "母女", "母子", "父子", "父女", "姐妹", "兄弟", "姐弟", "兄妹", "婆孙", "爷孙"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// bareCount says whether 三个 stands for people: at the end of a phrase, before a verb, or after 我 or 我们.
func (s *sentence) bareCount(i, end int) bool {
	if end >= len(s.runes) || standsAt(s.runes, end, "一起") || strings.ContainsRune(",去来领玩要,的吧啊嘛呢哈"+string(taken), s.runes[end]) || s.hitAt(end) != nil {
		return true
	}
	return i > 0 && strings.ContainsRune("我们", s.runes[i-1])
}

// andMe says whether the speaker is named next: 老婆和我.
func (s *sentence) andMe(i int) bool {
	_, n := oneOf(s.runes, i, []string{"和我", "跟我", "同我", "与我"})
	return n > 0
}

// relatives reads people who are named without a number (帮老公, 老婆和我, 爸妈) or before it (大人两个). Whether the
// speaker goes too when 我妈想去 stays open: the talk asks.
func (s *sentence) relatives(i int, p *party) int {
	r := s.runes
	if _, n := oneOf(r, i, twoKin); n > 0 {
		p.sum += 2
		s.take(i, i+n)
		return n
	}
	if _, n := s.someone(i); n > 0 {
		count := readNumber(r, i+n)
		if _, each := oneOf(r, i+n+count.length, []string{"个", "位", "名"}); each > 0 && count.length > 0 && !count.vague {
			p.sum += int(count.value)
			s.take(i, i+n+count.length+each)
			return n + count.length + each
		}
	}
	_, n := oneOf(r, i, oneKin)
	if n == 0 {
		return 0
	}
	before := string(r[max(0, i-2):i])
	for _, w := range proxies {
		if strings.HasSuffix(before, w) {
			p.sum++
			s.take(i, i+n)
			return n
		}
	}
	switch {
	case s.andMe(i + n):
		p.sum++
	case strings.HasSuffix(before, "我") || strings.HasSuffix(before, "我的"):
		p.unclear = true
	}
	return n
}
