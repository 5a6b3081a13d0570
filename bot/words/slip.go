package words

import "strings"

// spoken is a name by its sounds, for whoever types it by ear or with a slip.
type spoken struct {
	runes  []rune
	sounds []syllable
	node   *nameNode
}

// ear finds names that no character matches exactly.
type ear struct {
	table     *sounds
	first     map[syllable][]*spoken
	second    map[syllable][]*spoken // names of three characters and more, by their second sound
	byFull    map[string]*nameNode   // folded pinyin
	fulls     []string
	fullNames map[string]string // the name that folded pinyin spells
	initials  map[string]*nameNode
}

func newEar() ear {
	return ear{table: heard(), first: map[syllable][]*spoken{}, second: map[syllable][]*spoken{}, byFull: map[string]*nameNode{}, fullNames: map[string]string{}, initials: map[string]*nameNode{}}
}

// learn takes in a name. Only whole names are known by pinyin and initials.
func (e *ear) learn(name string, node *nameNode) {
	one := &spoken{runes: []rune(name), node: node}
	for _, r := range one.runes {
		one.sounds = append(one.sounds, e.table.at(r)[0])
	}
	full, initials := spelled(name)
	if full == "" || len(one.runes) < 2 {
		return
	}
	e.first[one.sounds[0]] = append(e.first[one.sounds[0]], one)
	if len(one.runes) >= 3 {
		e.second[one.sounds[1]] = append(e.second[one.sounds[1]], one)
	}
	if key := foldedWord(full); len(full) >= 4 {
		if e.byFull[key] == nil {
			e.fulls = append(e.fulls, key)
			e.fullNames[key] = name
		}
		e.byFull[key] = merged(e.byFull[key], node)
	}
	if !strings.Contains(notInitials, " "+initials+" ") {
		e.initials[initials] = clash(e.initials[initials], node)
	}
}

// notInitials are letters that mean something else: units, greetings, other words of the keyboard.
const notInitials = " kg ml ok hi qq vx wx id pm am no go my me by tv pk cd dd hh gg mm xx yy jj bb tt ma ba la "

// merged joins two names that are written alike: whoever types that is asked.
func merged(a, b *nameNode) *nameNode {
	if a == nil || a == b {
		return b
	}
	if a.spot != b.spot {
		return a
	}
	return &nameNode{ids: appendNew(append([]string(nil), a.ids...), b.ids...), spot: a.spot, weak: a.weak && b.weak}
}

// clash joins two names with the same initials; those of a spot and a product mean neither.
func clash(a, b *nameNode) *nameNode {
	if a != nil && (a.spot != b.spot || len(a.ids) == 0) {
		return &nameNode{spot: a.spot}
	}
	return merged(a, b)
}

// slip is what a reading by ear costs: how many characters were only heard, and how many are wrong, missing or swapped.
type slip struct{ length, heard, exact, wrong int }

// find looks for a name by ear at place i. s is asked about what stands around: a name of two characters needs a
// quantity or a word of wanting beside it, because every second syllable of everyday speech sounds like one.
func (e *ear) find(r []rune, i int, n *lexicon) (*nameNode, slip) {
	var best *nameNode
	var cost slip
	if vocab().units.at(r, i) > 0 || strings.ContainsRune("有个和没要来的是去到在给买这那我你他不也就都还再加", r[i]) { // 两箱羊肚菌: 箱 sounds like 鲜; 来缸天麻
		if exact, _ := n.find(r[i+1:]); exact != nil || i > 0 && endsNumber(r, i) {
			return nil, cost
		}
	}
	weigh := func(one *spoken, got slip, ok bool) {
		switch {
		case !ok || got.wrong+got.heard == 0 || !e.plausible(one, r, i, got, n):
		case best == nil || got.better(cost):
			best, cost = one.node, got
		case !cost.better(got):
			best = merged(best, one.node)
		}
	}
	for _, code := range e.table.at(r[i]) {
		if code == 0 {
			break
		}
		for _, one := range e.first[code] {
			got, ok := e.align(one, r[i:], slip{}, 0)
			weigh(one, got, ok)
		}
	}
	if best == nil && i+1 < len(r) { // 泥猴桃: the first character is wrong and rhymes with the right one
		for _, one := range e.second[e.table.at(r[i+1])[0]] {
			if r[i+1] == one.runes[1] && e.table.rhymes(r[i], one.sounds[0]) {
				got, ok := e.align(one, r[i:], slip{length: 1, wrong: 1}, 1)
				weigh(one, got, ok && got.heard == 0)
			}
		}
		for _, one := range e.second[e.table.at(r[i])[0]] { // 猴猕桃
			if r[i] == one.runes[1] && r[i+1] == one.runes[0] {
				got, ok := e.align(one, r[i:], slip{length: 2, wrong: 1, exact: 2}, 2)
				weigh(one, got, ok)
			}
		}
	}
	return best, cost
}

func (a slip) better(b slip) bool {
	if a.wrong != b.wrong {
		return a.wrong < b.wrong
	}
	if a.length != b.length {
		return a.length > b.length
	}
	return a.heard < b.heard
}

// align lays a name over what was typed, from its j-th character on, with one slip at most.
func (e *ear) align(one *spoken, r []rune, got slip, j int) (slip, bool) {
	for j < len(one.runes) {
		i := got.length
		switch {
		case i < len(r) && r[i] == one.runes[j]:
			got.exact++
		case i < len(r) && e.table.alike(r[i], one.sounds[j]):
			got.heard++
		case i > 0 && i < len(r) && (r[i] == r[i-1] || r[i] == ',' && i+1 < len(r)): // 脆红红李, 脆~红~李
			got.length++
			got.heard++
			continue
		default:
			return e.slipped(one, r, got, j)
		}
		got.length++
		j++
	}
	return got, true
}

// slipped tries the ways in which one character goes wrong: swapped with the next, another one, too many, missing.
func (e *ear) slipped(one *spoken, r []rune, got slip, j int) (slip, bool) {
	i, size := got.length, len(one.runes)
	if got.wrong > 0 || size < 3 || j == 0 {
		return got, false
	}
	got.wrong = 1
	if j+1 < size && i+1 < len(r) && r[i] == one.runes[j+1] && r[i+1] == one.runes[j] {
		next := got
		next.length, next.exact = i+2, got.exact+2
		if done, ok := e.align(one, r, next, j+2); ok {
			return done, true
		}
	}
	if i < len(r) && e.mayReplace(one, r[i], j) {
		next := got
		next.length++
		if done, ok := e.align(one, r, next, j+1); ok {
			return done, true
		}
	}
	if i+1 < len(r) && r[i+1] == one.runes[j] && r[i] >= firstHan {
		next := got
		next.length++
		if done, ok := e.align(one, r, next, j); ok {
			return done, true
		}
	}
	if size >= 4 || j == 1 || j == size-1 && got.exact == 2 {
		return e.align(one, r, got, j+1)
	}
	return got, false
}

// mayReplace says whether a wrong character may stand for the j-th: in the middle any, at the end, where the kind of
// thing is named (绿豆粉, 绿豆糕), one that begins with the same sound.
func (e *ear) mayReplace(one *spoken, r rune, j int) bool {
	if r < firstHan || r > lastHan {
		return false
	}
	return j < len(one.runes)-1 && (len(one.runes) > 3 || e.table.sameInitial(r, one.sounds[j]) || one.node.spot) || e.table.sameInitial(r, one.sounds[j]) && one.node.spot
}

// plausible weighs a reading by ear against what else the words may be.
func (e *ear) plausible(one *spoken, r []rune, i int, got slip, n *lexicon) bool {
	size, end := len(one.runes), i+got.length
	typed := string(r[i:end])
	switch {
	case everyday.at(r, i) >= got.length, got.exact == 0 && (size != 3 || got.wrong > 0 || !counted(r, i, end)), rarely.at(r, i) >= got.length && !counted(r, i, end) && !(one.node.spot && goesThere(r, i, end)):
		return false
	case size == 2 && (one.node.weak || got.heard > 1 && got.length < 3):
		return false
	case got.wrong > 0 && (got.heard > 1 || got.length < 2 || got.exact < 2):
		return false
	}
	for k := i + 1; k < end; k++ { // an exact name inside
		if node, length := n.find(r[k:]); node != nil && (got.wrong > 0 || k+length > end || len(node.ids) != len(one.node.ids)) {
			return false
		}
	}
	if size == 2 || got.wrong > 0 && got.length < size {
		return wholeMessage(r, typed) || one.node.spot && goesThere(r, i, end) || !one.node.spot && wantsThere(r, i, end)
	}
	return true
}

func wholeMessage(r []rune, typed string) bool { return string(r) == typed }

// goesThere says whether words of going stand beside [from, to).
func goesThere(r []rune, from, to int) bool {
	before, after := string(r[max(0, from-3):from]), string(r[to:min(len(r), to+3)])
	for _, w := range []string{"去", "到", "领", "游", "玩", "耍", "逛", "约", "订", "要", "是", "个", "的", "在", "成", "为", "张", "订票", "票"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	for _, w := range []string{"古镇", "景区", "的票", "的券", "门票", "票", "券", "耍", "玩", "几点", "怎么", "啷个", "咋", ",", "明", "后", "周", "今", "下", "这", "开门", "好"} {
		if strings.HasPrefix(after, w) {
			return true
		}
	}
	return readNumber(r, to).length > 0
}

// wantsThere says whether a quantity or a word of wanting stands beside [from, to).
func wantsThere(r []rune, from, to int) bool {
	before := string(r[max(0, from-3):from])
	if n := vocab().units.endsAt(r, from); n > 0 && from-n > 0 && endsNumber(r, from-n) {
		return true
	}
	for _, w := range []string{"买", "要", "来", "来点", "订", "称", "有没有", "有莫得", "有木有", "有", "尝", "加", "想吃", "买点", "要点", "卖", "整", "搞", "的", "和", "跟", "成", "有没得", "个", ","} {
		if strings.HasSuffix(before, w) && (w != "," && w != "的" && w != "和" && w != "跟" && w != "个" || quantityAt(r, to)) {
			return true
		}
	}
	if _, n := oneOf(r, to, []string{"多少", "好多", "怎么卖", "咋卖", "啷个卖", "有没", "还有", "来", "要", "价"}); n > 0 {
		return true
	}
	return quantityAt(r, to)
}

// counted says whether a number and a unit, or a question of the price, stand right beside [from, to).
func counted(r []rune, from, to int) bool {
	n := vocab().units.endsAt(r, from)
	_, price := oneOf(r, to, []string{"多少钱", "好多钱", "怎么卖", "咋卖", "啷个卖", "几块", "几元"})
	return price > 0 || n > 0 && from-n > 0 && endsNumber(r, from-n) || quantityAt(r, to)
}

func endsNumber(r []rune, end int) bool {
	c := r[end-1]
	return isDigit(c) || chineseDigit(c) >= 0 || multiplier(c) > 0 || c == '半' || c == '几'
}

// quantityAt says whether a number and a unit stand at place i.
func quantityAt(r []rune, i int) bool {
	for i < len(r) && strings.ContainsRune("来要买,整", r[i]) {
		i++
	}
	n := readNumber(r, i)
	end := i + n.length
	return n.length > 0 && (vocab().units.at(r, end) > 0 || end < len(r) && misspelt[r[end]] != "" && (end+1 >= len(r) || r[end+1] == ','))
}

// everyday are words that sound like a name and are none, whatever stands beside them.
var everyday = newWordSet([]string{
	"爱你是", "爱你死", "爱里是", "栗子", "梨子", "儿子", "帘子", "李志", "红绿", "红梨", "天嘛", "天吗", "茶友", "鸡炸", "花胶", "花叫", "花脚", "花查",
	"吃粑", "吃吧", "生豆", "十三在", "十三再", "十三载", "四三在", "坐水", "做水", "喝水", "猫桃", "儿子们", "米酒", "油茶", "拿肉", "那肉", "面粉", "年吧", "年八", "年把", "李子园", "发票", "发查", "锅米", "分米", "绿豆", "土鸡", "红薯", "辣子", "珍珠", "山茶", "竹笋", "豆腐", "大红", "十三", "黑木", "干豆", "大礼", "老腊", "茶籽", "干竹", "城市", "散养", "土家", "高山", "鸡蛋", "大豆", "马拉",
})

// rarely are words that are no names by themselves, but are where a quantity stands right beside them.
var rarely = newWordSet([]string{
	"日子", "例子", "粒子", "茶有", "茶又", "鸡咋", "华茶", "鸡但", "礼和", "你盒", "红利", "李自", "李之", "李只", "打米", "少粉", "花查", "发茶", "而子", "里子", "妮子", "呢子", "离子", "红你", "红里", "大迷", "天马", "天码", "天妈", "茶由", "礼合", "鸡单", "绳豆", "土都", "土斗", "核逃", "粉调", "分条", "作水", "左水", "浊水", "祝水", "住水", "达米", "大密", "木二", "木儿", "花教", "拉肉", "辣肉", "烧粉",
	"干损", "红力", "红立", "红离", "共米", "供米", "话茶", "画茶", "毛套", "公米", "蜂米", "风米",
})
