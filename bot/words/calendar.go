package words

import (
	"strings"
	"time"
)

// monthDay: 2021-07-15, 7月15号, 七月十五日, 7.15, 7/15; a month alone is vague.
func (d dateReader) monthDay(i int) said {
	if found := d.eightDigits(i); found.length > 0 {
		return found
	}
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
		first := d.calendar(0, year, int(month.value), 1).days[0]
		if found := d.weekdayOfMonth(start+1, first); found.length > 0 {
			found.length += start + 1 - i
			return found
		}
		_, more := oneOf(d.r, start+1, []string{"份", "底", "初", "中旬", "上旬", "下旬", "中"})
		return said{length: start + 1 + more - i, vague: true}
	case sep == '月':
	case sep == 0 || !isDigit(d.r[start-1]) || day.length == 0 || !strings.ContainsRune(".-/", sep) || (year == 0 && d.measure(end)):
		return said{}
	}
	_, word := oneOf(d.r, end, []string{"号", "日"})
	end += word
	out := d.calendar(end-i, year, int(month.value), int(day.value))
	if lunar := d.feastDay(feasts[2].days, 0); word == 0 && standsAt(d.r, i, "八月十五") && lunar.Year() == d.today.Year() {
		out.days, out.vague = append(out.days, lunar), true
	}
	if _, to := oneOf(d.r, end, []string{"-", "到", "至"}); to > 0 { // 7月15到17号
		if last := smallNumber(d.r, end+to, 2); last.length > 0 && (d.dayWord(end+to+last.length) || last.value > day.value && !d.measure(end+to+last.length) && oneOfRunes(d.r, end+to+last.length, "个人位") == 0) {
			out.days = append(out.days, d.calendar(0, year, int(month.value), int(last.value)).days...)
			out.length, out.vague = end+to+last.length+btoi(d.dayWord(end+to+last.length))-i, true
		}
	}
	return out
}

// eightDigits reads 20210717, where no ninth digit makes it a number of something else.
func (d dateReader) eightDigits(i int) said {
	n := readDigits(d.r, i, false)
	if n.length != 8 || i > 0 && isDigit(d.r[i-1]) {
		return said{}
	}
	v := int(n.value)
	if year := v / 10000; year < d.today.Year()-1 || year > d.today.Year()+2 { // a birthday
		return said{}
	}
	return d.calendar(8, v/10000, v/100%100, v%100)
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
	if standsAt(d.r, i, "人数") {
		return false
	}
	if isDigit(d.r[i]) || strings.ContainsRune("./:元块折米人位口", d.r[i]) {
		return true
	}
	if d.r[i] == '两' { // 8.15两人
		return oneOfRunes(d.r, i+1, "人个位大口娘爷") == 0
	}
	return vocab().units.at(d.r, i) > 0
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
	prefix, n := oneOf(d.r, i, []string{"下下个月", "下下月", "下个月", "下月", "这个月底", "这个月", "本月底", "本月", "这月", "当月", "月底"})
	if month := time.Date(d.today.Year(), d.today.Month(), 1, 0, 0, 0, 0, time.UTC); n > 0 {
		if found := d.weekdayOfMonth(i+n, month.AddDate(0, strings.Count(prefix, "下"), 0)); found.length > 0 {
			found.length += n
			return found
		}
	}
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
	month = month.AddDate(0, strings.Count(prefix, "下"), 0)
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
	if prefix == "" {
		out.bare = int(first.value)
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
