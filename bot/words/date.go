package words

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// dateReader looks for days in a marked sentence. Everything is reckoned from one civil day, in UTC.
type dateReader struct {
	r     []rune
	today time.Time
}

// said is what one stretch of words says about the day of a visit.
type said struct {
	length  int         // runes; 0 = nothing about time here; a time of day or a span has a length and no day
	days    []time.Time // one day, or the several it may mean
	vague   bool        // a stretch of time, or a day that does not exist
	instead time.Time   // what may be meant where the day is over
	told    bool        // a word of time in passing, which stays for other rules to read
	feast   bool        // a feast by its name alone: a date said beside it is more exact
	bare    int         // 4号: the day of a month that was not said
	label   bool        // a bare weekday: right after a date it is that date's label, 7月12日(周一)
}

// nextYearFrom is the month from which on January to March, said without a year, are the next year's.
const nextYearFrom = time.October

// day is what was found about time, and where.
type day struct {
	said
	from, to int
	visit    bool // its phrase speaks of going somewhere
	there    bool // and names the spot
}

// readDates fills the date and marks the words as understood, so that no number in them is taken for people or goods.
func (s *sentence) readDates(today time.Time, h *Heard) {
	d := dateReader{s.runes, today}
	var found []day
	for i := 0; i < len(s.runes); {
		one := d.at(i)
		if one.length == 0 {
			i++
			continue
		}
		end := i + one.length
		if k := len(found) - 1; one.bare > 0 && k >= 0 && i-found[k].to <= 3 && len(found[k].days) == 1 { // 国庆3号或者4号
			month := found[k].days[0]
			one = d.calendar(one.length, month.Year(), int(month.Month()), one.bare)
		}
		if (len(one.days) > 0 || one.vague) && s.toldOf(one, i, end, today) {
			s.take(i, end)
			i = end
			continue
		}
		if len(one.days) > 0 || one.vague {
			if len(one.days) == 1 {
				if _, n := oneOf(s.runes, end, around); n > 0 { // 15号左右
					one.vague, one.length, end = true, one.length+n, end+n
				}
			}
			one.label = one.label && i > 0 && strings.ContainsRune("日号", s.typed[i-1])
			visit, there := s.visitPhrase(i, end)
			found = append(found, day{one, i, end, visit, there})
		}
		if !one.told || one.vague {
			s.take(i, end)
		}
		i = end
	}
	h.settleDay(today, s.dayMeant(found, today))
}

// pastTimes begin a story, not a wish.
var pastTimes = newWordSet([]string{"上个月", "上月", "上回", "上次", "上周", "上个星期", "上星期", "上礼拜", "上个礼拜", "前几天", "前阵子", "去年", "前年", "昨天", "昨晚", "昨日", "前天", "大前天", "那天", "前段时间", "前不久", "五一", "端午", "清明", "月初"})

// toldOf says whether a time that is over tells what was: 上个月去了神龟峡, 昨天下的订单. Nobody need ask about it.
func (s *sentence) toldOf(one said, from, to int, today time.Time) bool {
	over := len(one.days) > 0 && !slices.ContainsFunc(one.days, func(day time.Time) bool { return !day.Before(today) })
	if !over && pastTimes.at(s.typed, from) == 0 {
		return false
	}
	end := to
	for end < len(s.typed) && end < to+8 && s.typed[end] != ',' {
		end++
	}
	return containsAny(string(s.typed[to:end]), []string{"去了", "去过", "到过", "来过", "来了", "买的", "买了", "下的", "下了", "订的", "订了", "定的", "领的", "领了", "耍了", "玩了", "耍过", "玩过", "收到", "到的", "付的", "付了", "寄的", "发的", "带了", "给了", "才去", "刚去", "拍的", "约的", "约了", "吃了", "吃过", "打了", "问了", "问过", "说了", "说过", "申请", "就买", "就下", "就付"})
}

// leaves says whether a day is that of going home or to work: 明天神龟峡,后天回重庆.
func (s *sentence) leaves(d day) bool {
	k := d.to
	for range 2 {
		k += oneOfRunes(s.typed, k, "就再才要又我们得都早上下午晚")
	}
	_, n := oneOf(s.typed, k, []string{"回", "返", "上班", "上学", "开学", "走人", "离开", "开会", "要上班", "要开会", "出差", "考试", "上课", "加班", "值班", "有事", "没空", "没得空", "不得空"})
	return n > 0
}

// around makes a stretch of time of a day.
var around = []string{"左右", "前后", "之前", "以前", "之后", "以后", "往后", "那几天", "那两天", "起"}

// dayMeant drops the days that are taken back, those of which something else is said (娃儿明天开学,我后天有空), and
// those that are over where another is still to come.
func (s *sentence) dayMeant(found []day, today time.Time) []day {
	said := len(found)
	found = kept(found, func(d day) (bool, bool) { return true, s.negated(d.from, d.to) })
	found = kept(found, func(d day) (bool, bool) { return true, d.to <= s.turn && !d.label })
	found = kept(found, func(d day) (bool, bool) { return true, s.leaves(d) })
	s.swapped = len(found) < said
	if s.story {
		found = slices.DeleteFunc(found, func(d day) bool { return d.to <= s.turn && (d.vague || d.days[0].Before(today)) })
	}
	if s.chosen(found) {
		found = found[len(found)-1:]
	}
	if len(found) > 1 && !s.together(found) {
		found = kept(found, func(d day) (bool, bool) { return true, !d.visit && !d.label })
		found = kept(found, func(d day) (bool, bool) { return true, !d.there && !d.label })

	}
	if len(found) == 2 && strings.ContainsRune(string(s.typed[found[0].to:found[1].from]), ',') { // 10月2号去,今年国庆要回来
		found = kept(found, func(d day) (bool, bool) { return !d.vague, d.feast })
	}
	return kept(found, func(d day) (bool, bool) {
		return len(d.days) == 1 && !d.vague && !d.label, len(d.days) == 1 && d.days[0].Before(today)
	})
}

// chosen says whether the last phrase settles on one of the days named before: 周六周日都可以,周日吧.
func (s *sentence) chosen(found []day) bool {
	if len(found) < 3 {
		return false
	}
	last := found[len(found)-1]
	if len(last.days) != 1 || last.vague || !strings.ContainsRune(string(s.typed[found[len(found)-2].to:last.from]), ',') {
		return false
	}
	return slices.ContainsFunc(found[:len(found)-1], func(d day) bool { return slices.Contains(d.days, last.days[0]) })
}

// together says whether the days stand side by side, as alternatives: 周六或者周日.
func (s *sentence) together(found []day) bool {
	for i := 1; i < len(found); i++ {
		if found[i].from-found[i-1].to > 3 {
			return false
		}
	}
	return true
}

// visitPhrase says whether the phrase around [from, to) is about going, and whether it names a spot.
func (s *sentence) visitPhrase(from, to int) (visit, there bool) {
	for from > 0 && s.typed[from-1] != ',' {
		from--
	}
	for to < len(s.typed) && s.typed[to] != ',' {
		to++
	}
	for i := from; i < to; i++ {
		if s.hitAt(i) != nil && s.hitAt(i).spot {
			return true, true
		}
	}
	return containsAny(string(s.typed[from:to]), []string{"去", "到", "来", "耍", "玩", "逛", "出发", "领", "约", "走", "有空", "改", "换", "订", "休息", "放假", "得闲", "有时间", "动身", "安排", "游"}), false
}

// settleDay: one day in time is the date; anything else is asked about, with the days that are still to come.
func (h *Heard) settleDay(today time.Time, found []day) {
	var days, options, labels []time.Time
	vague := false
	for _, d := range found {
		switch {
		case d.label:
			labels = append(labels, d.days...)
		case len(d.days) == 1 && !d.vague:
			days = append(days, d.days[0])
		default:
			options = append(options, d.days...)
		}
		if !d.instead.IsZero() {
			options = append(options, d.instead)
		}
		vague = vague || d.vague || len(d.days) > 1
	}
	if len(days) == 1 && len(labels) == 1 && days[0].Before(today) && len(options) == 1 && options[0].Weekday() == labels[0].Weekday() { // 8号周五
		days, options = options, nil
	}
	for _, label := range labels {
		if !slices.ContainsFunc(days, func(day time.Time) bool { return day.Weekday() == label.Weekday() }) {
			days = append(days, label)
		}
	}
	h.settleDays(today, distinct(days), distinct(options), vague)
}

func (h *Heard) settleDays(today time.Time, days, options []time.Time, vague bool) {
	switch {
	case len(days) == 1 && !days[0].Before(today):
		h.Date = days[0].Format(time.DateOnly)
		return
	case len(days) == 1:
		h.ask(AskPastDay)
	case len(days) > 1:
		options = days
		h.ask(AskDay)
	case vague:
		h.ask(AskDay)
	}
	for _, day := range options {
		if !day.Before(today) && len(h.EitherDay) < 7 {
			h.EitherDay = append(h.EitherDay, day.Format(time.DateOnly))
		}
	}
	slices.Sort(h.EitherDay)
}

func distinct(days []time.Time) []time.Time {
	slices.SortFunc(days, time.Time.Compare)
	return slices.Compact(days)
}

// dateStarts are the characters with which anything about time may begin; most begin nothing, and are passed over.
var dateStarts = sync.OnceValue(func() map[rune]bool {
	starts := map[rune]bool{}
	for _, r := range "0123456789零〇一二两三四五六七八九十百千半几数廿卅壹贰叁肆伍陆柒捌玖拾俩仨今明去后大昨前下这本上每星礼周再过隔当" {
		starts[r] = true
	}
	lists := [][]string{someTime, background}
	for _, near := range nearDays {
		lists = append(lists, near.words)
	}
	for _, f := range feasts {
		lists = append(lists, f.words)
	}
	for _, list := range lists {
		for _, w := range list {
			starts[firstRune(w)] = true
		}
	}
	return starts
})

// at reads what stands at place i. The order matters: 大后天 before 后天, 7月15号 before 15号, a span before a number.
func (d dateReader) at(i int) said {
	if !dateStarts()[d.r[i]] {
		return said{}
	}
	for _, read := range []func(int) said{d.relative, d.weekday, d.holiday, d.monthDay, d.dayOnly, d.clockOrSpan} {
		if found := read(i); found.length > 0 {
			return found
		}
	}
	return said{}
}

// nearDays are days by their distance from today.
var nearDays = []struct {
	days  int
	words []string
}{
	{4, []string{"大大后天", "老后天", "万后天"}},
	{3, []string{"大后天", "大后日", "大后儿", "外后天"}},
	{2, []string{"后天", "后日", "后儿个", "后儿", "后晚"}},
	{1, []string{"明天", "明日", "明早", "明晚", "明儿个", "明儿", "明朝", "明下午", "明上午"}},
	{0, []string{"今天", "今日", "今晚", "今早", "今儿个", "今儿", "今下午", "今上午", "今朝"}},
	{-3, []string{"大前天"}},
	{-2, []string{"前天", "前日"}},
	{-1, []string{"昨天", "昨日", "昨晚", "昨儿"}},
}

// someTime are words for a time that is no day.
var someTime = []string{
	"过几天", "过两天", "过些天", "过段时间", "过一阵", "过阵子", "隔几天", "隔两天", "等几天", "再过几天", "改天", "改日", "哪天有空", "这几天", "这两天", "近几天", "月底", "月初", "月中", "月末", "年底", "年末",
	"下个月", "下月", "这个月", "本月", "半个月后", "这阵子", "有空的时候", "有空再", "晚几天", "迟几天", "早几天", "国庆后", "过完年", "年后", "随便哪天", "哪天都", "下旬", "中旬", "上旬", "过两日", "两三天后", "三两天", "隔天", "哪天",
}

// background are words that tell of a time in passing; they are the day of a visit only where a verb of going follows.
var background = []string{"今年", "明年", "放暑假", "放寒假", "放假", "暑假", "寒假", "最近", "平时", "夏天", "冬天", "秋天", "上回", "下次", "下回", "前几天", "前阵子", "上个月", "近期", "过节", "节假日", "小长假", "黄金周", "工作日"}

func (d dateReader) relative(i int) said {
	if _, n := oneOf(d.r, i, []string{"明后天", "明后两天", "今明两天", "今明天", "明天后天"}); n > 0 {
		return said{length: n, days: []time.Time{d.today.AddDate(0, 0, 1), d.today.AddDate(0, 0, 2)}, vague: true}
	}
	for _, w := range nearDays {
		if _, n := oneOf(d.r, i, w.words); n > 0 {
			return said{length: n, days: []time.Time{d.today.AddDate(0, 0, w.days)}}
		}
	}
	if _, n := oneOf(d.r, i, someTime); n > 0 {
		if found := d.dayOnly(i); found.length > 0 { // 下个月3号
			return found
		}
		if standsAt(d.r, i, "改日") && oneOfRunes(d.r, i+2, "期子") > 0 {
			return said{}
		}
		return said{length: n, vague: true}
	}
	if w, n := oneOf(d.r, i, background); n > 0 && oneOfRunes(d.r, i-1, "提") == 0 && d.holiday(i).length == 0 && d.monthDay(i).length == 0 && w != "" {
		return said{length: n, vague: d.timeOfVisit(i + n), told: true}
	}
	return d.fromNow(i)
}

// timeOfVisit: 暑假去, not 放暑假了.
func (d dateReader) timeOfVisit(i int) bool {
	_, n := oneOf(d.r, i, []string{"去", "来", "想去", "要去", "到", "带"})
	return n > 0 || i >= len(d.r)
}

// fromNow reads 三天后, 再过三天, 两周后, 一个星期后, 一个月后.
func (d dateReader) fromNow(i int) said {
	_, passing := oneOf(d.r, i, []string{"再过", "过", "隔"})
	n := readNumber(d.r, i+passing)
	unit, after := oneOf(d.r, i+passing+n.length, []string{"个星期", "个礼拜", "个周", "星期", "礼拜", "个月", "天", "日", "周"})
	end := i + passing + n.length + after
	_, later := oneOf(d.r, end, []string{"之后", "以后", "过后", "后"})
	if n.length == 0 || n.vague || after == 0 || later == 0 && passing == 0 || n.value > 366 || standsAt(d.r, end, "后天") {
		return said{}
	}
	if n.value != float64(int(n.value)) || later == 0 && n.value == 2 && (unit == "天" || unit == "日") {
		return said{length: end + later - i, vague: true}
	}
	day := d.today.AddDate(0, 0, 7*int(n.value))
	switch unit {
	case "天", "日":
		day = d.today.AddDate(0, 0, int(n.value))
	case "个月":
		day = d.today.AddDate(0, int(n.value), 0)
	}
	return said{length: end + later - i, days: []time.Time{day}}
}

// clockOrSpan understands times of day and spans, which say no day: 九点半, 9:30, 两天一夜, 8岁, 3折, 5a, 一个月.
func (d dateReader) clockOrSpan(i int) said {
	n := readNumber(d.r, i)
	if n.length == 0 || i > 0 && isDigit(d.r[i-1]) || d.r[i] == '几' || n.pair && standsAt(d.r, i+1, "元旦") { // 几点 is a question
		return said{}
	}
	end := i + n.length
	if standsAt(d.r, end, ":") {
		if m := readNumber(d.r, end+1); m.length > 0 {
			return said{length: n.length + 1 + m.length}
		}
	}
	if standsAt(d.r, end, "点") && n.value != 1 || standsAt(d.r, end, "点") && d.hourBefore(i) {
		_, more := oneOf(d.r, end+1, []string{"半", "钟", "整"})
		if m := readNumber(d.r, end+1); more == 0 && m.length > 0 && standsAt(d.r, end+1+m.length, "分") {
			more = m.length + 1
		}
		return said{length: n.length + 1 + more}
	}
	_, unit := oneOf(d.r, end, []string{"天", "夜", "晚", "日游", "周岁", "岁", "折", "a", "个月", "个星期", "个小时", "小时", "分钟", "年", "米", "公里", "%"})
	if unit == 0 {
		return said{}
	}
	return said{length: n.length + unit}
}

func (d dateReader) hourBefore(i int) bool {
	return i >= 2 && slices.Contains([]string{"上午", "下午", "早上", "晚上", "中午", "凌晨", "明早"}, string(d.r[i-2:i]))
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
