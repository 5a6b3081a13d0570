package words

import (
	"slices"
	"strings"
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
	label   bool        // a bare weekday: right after a date it is that date's label, 7月12日(周一)
}

// nextYearFrom is the month from which on January to March, said without a year, are the next year's.
const nextYearFrom = time.October

// readDates fills the date and marks the words as understood, so that no number in them is taken for people or goods.
func (s *sentence) readDates(today time.Time, h *Heard) {
	d, typed := dateReader{s.runes, today}, slices.Clone(s.runes)
	var days []time.Time
	var options, labels []time.Time
	vague := false
	for i := 0; i < len(s.runes); {
		found := d.at(i)
		if found.length == 0 {
			i++
			continue
		}
		switch {
		case found.label && i > 0 && strings.ContainsRune("日号", typed[i-1]):
			labels = append(labels, found.days...)
		case len(found.days) == 1 && !found.vague:
			days = append(days, found.days[0])
		default:
			options = append(options, found.days...)
		}
		if !found.instead.IsZero() {
			options = append(options, found.instead)
		}
		vague = vague || found.vague || len(found.days) > 1
		s.take(i, i+found.length)
		i += found.length
	}
	for _, label := range labels {
		if !slices.ContainsFunc(days, func(day time.Time) bool { return day.Weekday() == label.Weekday() }) {
			days = append(days, label)
		}
	}
	h.settleDay(today, distinct(days), distinct(options), vague)
}

// settleDay: one day in time is the date; anything else is asked about, with the days that are still to come.
func (h *Heard) settleDay(today time.Time, days, options []time.Time, vague bool) {
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

// at reads what stands at place i. The order matters: 大后天 before 后天, 7月15号 before 15号, a span before a number.
func (d dateReader) at(i int) said {
	for _, read := range []func(int) said{d.relative, d.weekday, d.holiday, d.monthDay, d.dayOnly, d.clockOrSpan} {
		if found := read(i); found.length > 0 {
			return found
		}
	}
	return said{}
}

func (d dateReader) relative(i int) said {
	for _, w := range []struct {
		word string
		days int
	}{
		{"大后天", 3},
		{"后天", 2},
		{"明天", 1},
		{"明日", 1},
		{"明早", 1},
		{"明晚", 1},
		{"明儿", 1},
		{"今天", 0},
		{"今日", 0},
		{"今晚", 0},
		{"今早", 0},
		{"今儿", 0},
		{"大前天", -3},
		{"前天", -2},
		{"昨天", -1},
		{"昨日", -1},
		{"昨晚", -1},
	} {
		if standsAt(d.r, i, w.word) {
			return said{length: len([]rune(w.word)), days: []time.Time{d.today.AddDate(0, 0, w.days)}}
		}
	}
	if _, n := oneOf(d.r, i, []string{"过几天", "过两天", "过些天", "过段时间", "改天", "改日", "下次", "最近", "这几天", "月底", "月初", "月中", "年底", "下个月", "下月", "半个月后", "一个月后", "暑假", "寒假", "春节", "过年", "端午", "清明"}); n > 0 {
		if found := d.dayOnly(i); found.length > 0 { // 下个月3号
			return found
		}
		return said{length: n, vague: true}
	}
	n := readNumber(d.r, i)
	unit, after := oneOf(d.r, i+n.length, []string{"个星期", "个礼拜", "天", "日", "周"})
	_, later := oneOf(d.r, i+n.length+after, []string{"之后", "以后", "后"})
	if n.length == 0 || n.vague || after == 0 || later == 0 || n.value > 366 {
		return said{}
	}
	step := 7
	if unit == "天" || unit == "日" {
		step = 1
	}
	return said{length: n.length + after + later, days: []time.Time{d.today.AddDate(0, 0, step*int(n.value))}}
}

// weekday: 周六 is the coming Saturday and never today; 这周六 lies in this calendar week (Monday first), 下周六 in the next.
func (d dateReader) weekday(i int) said {
	if i > 0 && (d.r[i] == '周' && (chineseDigit(d.r[i-1]) > 0 || isDigit(d.r[i-1]) || d.r[i-1] == '几') || d.r[i] == '上' && strings.ContainsRune("马早晚", d.r[i-1])) {
		return said{} // 一周, 马上, 早上
	}
	prefix, n := oneOf(d.r, i, []string{"下下个", "下下", "下个", "下一个", "下", "这个", "这一个", "这", "本", "上个", "上", "每个", "每"})
	_, week := oneOf(d.r, i+n, []string{"星期", "礼拜", "周"})
	if week == 0 {
		return said{}
	}
	n += week
	weeks := map[rune]int{'下': 1, '上': -1}[firstRune(prefix)]
	if strings.HasPrefix(prefix, "下下") {
		weeks = 2
	}
	monday := d.today.AddDate(0, 0, 7*weeks-(int(d.today.Weekday())+6)%7)
	target, known := weekdayOf(d.r, i+n)
	switch {
	case !known && prefix == "":
		return said{}
	case !known || strings.HasPrefix(prefix, "每"):
		return said{length: n, vague: true}
	case target == 7: // 周末
		return said{length: n + 1, days: []time.Time{monday.AddDate(0, 0, 5), monday.AddDate(0, 0, 6)}, vague: true}
	}
	day := monday.AddDate(0, 0, target)
	if prefix == "" && !day.After(d.today) {
		day = day.AddDate(0, 0, 7)
	}
	_, both := oneOf(d.r, i+n+1, []string{",日", "和日", "日"})
	if target == 5 && both > 0 && !standsAt(d.r, i+n+1, "日游") { // 周六日
		return said{length: n + 1 + both, days: []time.Time{day, day.AddDate(0, 0, 1)}, vague: true}
	}
	return said{length: n + 1, days: []time.Time{day}, instead: day.AddDate(0, 0, 7), label: prefix == ""}.onlyIfPast(d.today)
}

// weekdayOf counts from Monday = 0; 末 is 7.
func weekdayOf(r []rune, i int) (int, bool) {
	if i >= len(r) {
		return 0, false
	}
	for place, names := range []string{"一1", "二2", "三3", "四4", "五5", "六6", "日天7", "末"} {
		if strings.ContainsRune(names, r[i]) {
			return place, !isDigit(r[i]) || i+1 >= len(r) || !isDigit(r[i+1])
		}
	}
	return 0, false
}

// onlyIfPast drops the day offered instead where the day said is still to come.
func (f said) onlyIfPast(today time.Time) said {
	if len(f.days) == 1 && !f.days[0].Before(today) {
		f.instead = time.Time{}
	}
	return f
}

// monthDay: 2021-07-15, 7月15号, 七月十五日, 7.15, 7/15; a month alone is vague.
func (d dateReader) monthDay(i int) said {
	if i > 0 && (isDigit(d.r[i-1]) || strings.ContainsRune(".-/:第", d.r[i-1])) && (i < 2 || d.r[i-2] != taken) {
		return said{}
	}
	year, n := d.year(i)
	month := smallNumber(d.r, i+n, 2)
	if month.length == 0 || month.value < 1 || month.value > 12 {
		return said{}
	}
	start, sep := i+n+month.length, rune(0)
	if start < len(d.r) {
		sep = d.r[start]
	}
	day := smallNumber(d.r, start+1, 2)
	end := start + 1 + day.length
	switch {
	case sep == '月' && day.length == 0:
		_, more := oneOf(d.r, start+1, []string{"份", "底", "初", "中旬", "上旬", "下旬", "中"})
		return said{length: start + 1 + more - i, vague: true}
	case sep == '月':
	case sep == 0 || !isDigit(d.r[start-1]) || day.length == 0 || !strings.ContainsRune(".-/", sep) || (year == 0 && d.measure(end)):
		return said{}
	}
	_, word := oneOf(d.r, end, []string{"号", "日"})
	end += word
	out := d.calendar(end-i, year, int(month.value), int(day.value))
	if lunar, known := d.holidayStart("中秋"); known && word == 0 && standsAt(d.r, i, "八月十五") {
		out.days, out.vague = append(out.days, lunar), true
	}
	if _, to := oneOf(d.r, end, []string{"-", "到", "至"}); to > 0 { // 7月15到17号
		if last := smallNumber(d.r, end+to, 2); last.length > 0 && d.dayWord(end+to+last.length) {
			out.days = append(out.days, d.calendar(0, year, int(month.value), int(last.value)).days...)
			out.length, out.vague = end+to+last.length+1-i, true
		}
	}
	return out
}

// measure says whether what follows makes a decimal or a range of the two numbers before: 2.5斤, 3-5个, 1.5.2.
func (d dateReader) measure(i int) bool {
	if i >= len(d.r) {
		return false
	}
	if d.r[i] == '-' { // 3.5-4斤 but 7.15-7.17
		m := smallNumber(d.r, i+1, 2)
		return m.length == 0 || !standsAt(d.r, i+1+m.length, ".")
	}
	if isDigit(d.r[i]) || strings.ContainsRune("./:元块折米人位口", d.r[i]) {
		return true
	}
	_, n := oneOf(d.r, i, units)
	return n > 0
}

// year reads 2021年, 二〇二一年, 21年, 2021- and 明年, and says how long that was; 0 is this year, not said.
func (d dateReader) year(i int) (year, length int) {
	for word, plus := range map[string]int{"今年": 0, "明年": 1, "去年": -1} {
		if standsAt(d.r, i, word) {
			return d.today.Year() + plus, 2
		}
	}
	value, k := 0, i
	for ; k < len(d.r) && k < i+4; k++ {
		if isDigit(d.r[k]) {
			value = 10*value + int(d.r[k]-'0')
		} else if c := chineseDigit(d.r[k]); c >= 0 && d.r[k] != '两' {
			value = 10*value + c
		} else {
			break
		}
	}
	switch n := k - i; {
	case k < len(d.r) && n == 4 && value >= 1900 && value <= 2100 && strings.ContainsRune("年-/.", d.r[k]):
		return value, 5
	case k < len(d.r) && n == 2 && d.r[k] == '年':
		return 2000 + value, 3
	}
	return 0, 0
}

// calendar checks that the day exists. Without a year it is this year's, or in the last months the next one's start.
func (d dateReader) calendar(length, year, month, day int) said {
	unsaid := year == 0
	if unsaid {
		year = d.today.Year()
		if d.today.Month() >= nextYearFrom && month <= 3 {
			year++
		}
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day || day < 1 || int(t.Month()) != month {
		return said{length: length, vague: true}
	}
	return said{length: length, days: []time.Time{t}}
}

// dayOnly: 15号, 十五号, 下个月3号, 15-16号. A day of this month that is over may mean the next month's.
func (d dateReader) dayOnly(i int) said {
	if i > 0 && (isDigit(d.r[i-1]) || strings.ContainsRune("第.-/:十", d.r[i-1])) {
		return said{}
	}
	prefix, n := oneOf(d.r, i, []string{"下个月", "下月", "这个月", "本月", "这月"})
	first := smallNumber(d.r, i+n, 2)
	if first.length == 0 {
		return said{}
	}
	end := i + n + first.length
	second := number{}
	if _, to := oneOf(d.r, end, []string{"号到", "号和", "号或", "-", "到", "至", "和", "或", ",", "/"}); to > 0 {
		if second = smallNumber(d.r, end+to, 2); second.length > 0 && d.dayWord(end+to+second.length) {
			end += to + second.length
		} else {
			second = number{}
		}
	}
	if !d.dayWord(end) {
		return said{}
	}
	month := time.Date(d.today.Year(), d.today.Month(), 1, 0, 0, 0, 0, time.UTC)
	if strings.HasPrefix(prefix, "下") {
		month = month.AddDate(0, 1, 0)
	}
	out := d.calendar(end+1-i, month.Year(), int(month.Month()), int(first.value))
	if second.length > 0 {
		out.days = append(out.days, d.calendar(0, month.Year(), int(month.Month()), int(second.value)).days...)
		out.vague = true
		return out
	}
	next := month.AddDate(0, 1, 0)
	if later := d.calendar(0, next.Year(), int(next.Month()), int(first.value)); len(later.days) == 1 && prefix == "" {
		out.instead = later.days[0]
	}
	return out.onlyIfPast(d.today)
}

// dayWord says whether 号 or 日 stands here as a day, not as a door (3号门) or a span (两日游).
func (d dateReader) dayWord(i int) bool {
	if _, n := oneOf(d.r, i, []string{"号", "日"}); n == 0 {
		return false
	}
	_, other := oneOf(d.r, i+1, []string{"门", "楼", "线", "店", "院", "桌", "码", "游", "内", "馆"})
	return other == 0
}

// clockOrSpan understands times of day and spans, which say no day: 九点半, 9:30, 两天一夜, 8岁, 3折, 5a, 一个月.
func (d dateReader) clockOrSpan(i int) said {
	n := readNumber(d.r, i)
	if n.length == 0 || i > 0 && isDigit(d.r[i-1]) {
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
	_, unit := oneOf(d.r, end, []string{"天", "夜", "晚", "日游", "周岁", "岁", "折", "a", "个月", "个星期", "个小时", "小时", "分钟", "年", "元", "块钱", "米", "公里", "%"})
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
