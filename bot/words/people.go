package words

import (
	"slices"
	"strings"
)

const maxPeople = 999

// What a stretch of words says of the company.
const (
	allOfUs  = iota // 三个人, 一家五口: says it all
	someOfUs        // 两个大人, 两大一小: a part of the company, counted
	relative        // 老婆, 爸妈: counts only in company, not in «我妈说»
	speaker         // 我, where it stands in a list of people
	justMe          // 就我
	crowd           // 全家: more than one, nobody knows how many
)

// person is one stretch of words about people.
type person struct {
	from, to int
	kind     int
	count    int
	vague    bool // 十来个
	whole    bool // 两大一小: all of us, if nobody leads them
	ticket   bool // 两张票: people only where nobody else is named
	us       bool // 我们三个
	them     bool // 他们三个
	led      bool // a word of company stands right before: 带, 和, 加
	linked   bool // nothing but a comma or a word of company stands between this one and the one before
	also     bool // 我妈也去
	stays    bool // 我妈不去
	except   bool // 除了我妈
	loose    bool // 带娃: one or more, nobody said
	word     string
	phrase   int // in which phrase it stands
}

// readPeople fills the number of people and marks the words as understood.
func (s *sentence) readPeople(h *Heard) {
	goods := s.has(false)
	var list []person
	for i := 0; i < len(s.runes); {
		p, n := s.personAt(i, goods)
		if n == 0 {
			i++
			continue
		}
		if p.count > 0 || p.vague {
			s.leads(&p)
			if p.whole && !p.led {
				p.kind = allOfUs
			}
			s.comesAlong(&p)
			p.linked = len(list) > 0 && s.onlyJoins(list[len(list)-1].to, p.from)
			s.stay = s.stay || p.stays
			p.word, p.phrase = strings.TrimLeft(string(s.typed[p.from:p.to]), "我的家"), strings.Count(string(s.typed[:p.from]), ",")
			list = append(list, p)
		}
		i += n
	}
	list = s.newest(list)
	for i, p := range list {
		if p.kind != speaker && p.kind != relative || p.kind == relative && inCompany(list, i) {
			s.take(p.from, p.to)
		}
	}
	n, vague := company(list)
	switch {
	case vague || n > maxPeople:
		h.ask(AskPeople)
	default:
		h.People = n
	}
	h.headed = n > 1 && slices.ContainsFunc(list, func(p person) bool { return p.kind == allOfUs && p.count == n })
	h.crowd = n == 0 && !vague && slices.ContainsFunc(list, func(p person) bool { return !p.stays && (p.kind == crowd || p.loose && p.led) })
}

// newest leaves out the numbers that are taken back: 不是三个人,是四个人; 两个人,不对,三个人.
func (s *sentence) newest(list []person) []person {
	said := func(p person) bool { return (p.kind == allOfUs || p.kind == someOfUs) && !p.stays }
	list = kept(list, func(p person) (bool, bool) { return said(p), said(p) && s.negated(p.from, p.to) })
	return kept(list, func(p person) (bool, bool) { return said(p), said(p) && p.from < s.turn })
}

// tally is what a list of people comes to.
type tally struct {
	total   int // place of the word that says it all, -1 if none does
	sum     int // of those who are counted one by one
	counted []bool
	me      bool // the speaker comes on top
	unsure  bool
	crowd   bool // others come too, nobody said how many
}

// named says whether anybody but the speaker is counted before place i.
func (t *tally) named(i int) bool { return anyone(t.counted[:i]) }

// count goes through the list once. The last total counts; tickets only where nobody says how many they are.
func count(list []person) tally {
	t := tally{total: -1, counted: make([]bool, len(list))}
	for i, p := range list {
		switch {
		case p.stays, p.kind == relative && i > 0 && p.led && list[i-1].stays && list[i-1].phrase == p.phrase: // 我妈在家带娃
		case p.kind == crowd || p.loose && p.led && len(list) <= 1+btoi(t.me) && !t.named(i):
			t.crowd = true
		case p.vague:
			t.unsure = true
		case p.kind == allOfUs && (!p.ticket || t.total < 0):
			t.total = i
		case p.kind == speaker || p.kind == justMe:
			t.me = true
		case p.kind == someOfUs, p.kind == relative && inCompany(list, i):
			t.counted[i] = true
			t.sum += p.count
			t.me = t.me || p.led && !anyone(t.counted[:i])
		}
	}
	if t.total >= 0 && list[t.total].ticket && t.sum > 0 {
		t.total = -1
	}
	return t
}

// company counts who goes.
func company(list []person) (n int, vague bool) {
	t := count(list)
	if t.total < 0 && t.sum == 0 && speakerStays(list) { // 给我爸妈领,我不去
		for _, p := range list {
			if p.kind == relative && !p.stays {
				t.sum += p.count
			}
		}
	}
	switch {
	case t.total >= 0:
		return max(list[t.total].count+addedTo(list, t.counted, t.total)-staying(list, t.total), 0), false
	case t.unsure:
		return 0, true
	case t.crowd && !(t.me && t.sum > 1 && hasKind(list, speaker)): // but 一家子,爸妈、我、老婆和儿子
		return 0, false
	case t.sum == 0 && t.me && hasKind(list, justMe):
		return 1, false
	case t.sum == 0:
		return 0, false
	case t.me && !speakerStays(list):
		t.sum++
	}
	return max(t.sum-t.takenBack(list), 0), false
}

// takenBack counts those who were named as going and then as staying: 我和弟弟,弟弟不去了.
func (t tally) takenBack(list []person) (n int) {
	for _, stays := range list {
		for i, p := range list {
			if stays.stays && stays.kind == relative && t.counted[i] && p.word == stays.word && p.count == stays.count {
				n += p.count
				break
			}
		}
	}
	return n
}

func anyone(counted []bool) bool {
	for _, c := range counted {
		if c {
			return true
		}
	}
	return false
}

func hasKind(list []person, kind int) bool {
	for _, p := range list {
		if p.kind == kind && !p.stays {
			return true
		}
	}
	return false
}

// inCompany says whether a relative is named as one who goes: led by 带 or 和, or next to somebody in a list.
func inCompany(list []person, i int) bool {
	p := list[i]
	if p.led || p.also || p.linked && !list[i-1].stays {
		return true
	}
	return i+1 < len(list) && list[i+1].linked && !list[i+1].stays && (list[i+1].kind != allOfUs || list[i+1].led)
}

// addedTo sums what comes on top of a total: 我们两个人带一个娃; 爷爷奶奶加我们三个. A list that begins with the speaker
// (我们三个,我和爸妈) only says who they are.
func addedTo(list []person, counted []bool, total int) (sum int) {
	t := list[total]
	if total > 0 && t.led && t.linked && list[total-1].kind == speaker { // 除了我还有两个
		sum++
	}
	for i := 0; t.us && t.led && i < total; i++ {
		if counted[i] {
			sum += list[i].count
		}
	}
	for i := total + 1; i < len(list); i++ {
		p := list[i]
		if p.kind == speaker && !p.also {
			return sum
		}
		if p.stays || p.kind == allOfUs {
			continue
		}
		if p.also || counted[i] && (p.led && i == total+1 || i > total+1 && p.linked && list[i-1].led && sum > 0) {
			sum += max(p.count, 1)
		}
	}
	return sum
}

// staying counts who is left out of a total. The speaker is not, where only others were counted: 我爸妈两个人去,我不去.
func staying(list []person, total int) (sum int) {
	others := list[total].them
	for _, p := range list[:total] {
		others = others || p.kind == relative
	}
	for i, p := range list {
		if i < total && !p.except { // 我妈不去了,改成两个人: they are left out already
			continue
		}
		if p.stays && !(others && !list[total].us && (p.kind == speaker || p.kind == justMe)) {
			sum += p.count
		}
	}
	return sum
}

func speakerStays(list []person) bool {
	for _, p := range list {
		if p.stays && (p.kind == speaker || p.kind == justMe) {
			return true
		}
	}
	return false
}

// leads looks at the word right before: 带, 和, 加.
func (s *sentence) leads(p *person) {
	at := p.from
	if at > 0 && s.runes[at-1] == ',' {
		at--
	}
	p.led = vocab().companion.endsAt(s.runes, p.from) > 0 && !s.takesBackThe(p.from)
	if !p.led && at < p.from {
		n := vocab().companion.endsAt(s.runes, at)
		p.led = n > 1 && strings.Contains(string(s.runes[at-n:at]), "有")
	}
}

// takesBackThe knows 除了我和…: what follows is left out.
func (s *sentence) takesBackThe(i int) bool {
	return strings.HasSuffix(string(s.runes[max(0, i-3):i]), "不带") || strings.HasSuffix(string(s.runes[max(0, i-3):i]), "不和")
}

// onlyJoins says whether nothing but commas and words of company stands in [from, to).
func (s *sentence) onlyJoins(from, to int) bool {
	for i := from; i < to; {
		switch n := vocab().companion.at(s.runes[:to], i); {
		case n > 0:
			i += n
		case strings.ContainsRune(",我的都以之外", s.runes[i]):
			i++
		default:
			return false
		}
	}
	return to-from <= 6
}

// comesAlong looks at what is said of them: 也去, or that they stay. What is said of a relative may stand further on in
// the phrase (婆婆腿脚不好留在家); of a number it stands right behind.
func (s *sentence) comesAlong(p *person) {
	r := s.runes
	before := string(r[max(0, p.from-4):p.from])
	for _, w := range []string{"除了", "除开", "除去", "不带", "不算", "不包括", "就缺", "只缺", "就差", "只差", "还差", "缺", "就少", "缺了", "落下", "撇开", "没带", "少了", "不和", "不跟", "除"} {
		if strings.HasSuffix(before, w) && p.kind != allOfUs {
			_, more := oneOf(r, p.to, []string{"还有", "以外还", "之外还", "另外", "外还", "还"})
			p.stays, p.except = more == 0, more == 0
			return
		}
	}
	if _, left := oneOf(r, p.from-2, []string{"走了", "少了", "退了", "减了", "差了"}); left > 0 { // 本来6个,走了2个
		p.stays, p.except = true, true
		return
	}
	end := p.to
	for end < len(r) && r[end] != ',' && r[end] != taken && end-p.to < 14 {
		end++
	}
	switch rest := string(r[p.to:end]); {
	case p.kind == speaker && strings.Contains(rest, "有"):
	case strings.HasPrefix(rest, "也不"), strings.HasPrefix(rest, "都不"):
		p.stays = true
	case strings.HasPrefix(rest, "也去"), strings.HasPrefix(rest, "也要去"), strings.HasPrefix(rest, "也来"), strings.HasPrefix(rest, "也想去"),
		strings.HasPrefix(rest, "也一起"), strings.HasPrefix(rest, "也一路"), strings.HasPrefix(rest, "也跟"), strings.HasPrefix(rest, "一起去"), strings.HasPrefix(rest, "也要来"):
		p.also = true
	case p.kind == allOfUs && p.us:
	case p.kind == allOfUs || p.kind == someOfUs || p.kind == speaker || p.kind == justMe:
		p.stays = s.stayRightAfter(p.to)
	case p.kind == relative:
		p.stays = vocab().stays.within(r, p.to, end) && !strings.Contains(rest, "要不要") && !strings.Contains(rest, "去不去")
	}
}

// stayRightAfter: 有两个不去了, 一个人来不了, 我不去.
func (s *sentence) stayRightAfter(i int) bool {
	for skip := range 3 {
		if vocab().stays.at(s.runes, i+skip) > 0 {
			return true
		}
		if i+skip >= len(s.runes) || !strings.ContainsRune("都就也又临时他她", s.runes[i+skip]) {
			return false
		}
	}
	return false
}
