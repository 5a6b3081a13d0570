package words

import (
	"strings"
	"time"
)

// weekday: 周六 is the coming Saturday and never today; 这周六 lies in this calendar week (Monday first), 下周六 in the next.
func (d dateReader) weekday(i int) said {
	if i > 0 && (d.r[i] == '周' && (chineseDigit(d.r[i-1]) > 0 && !strings.ContainsRune("俩仨", d.r[i-1]) || isDigit(d.r[i-1]) || d.r[i-1] == '几') || d.r[i] == '上' && strings.ContainsRune("马早晚", d.r[i-1])) {
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
	if !known && prefix != "" { // 下个礼拜的周六
		skip := oneOfRunes(d.r, i+n, "的")
		if _, again := oneOf(d.r, i+n+skip, []string{"星期", "礼拜", "周"}); again > 0 {
			n += skip + again
			target, known = weekdayOf(d.r, i+n)
		}
	}
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
	if _, or := oneOf(d.r, i+n+1, []string{",", "和", "或者", "或", "跟"}); or > 0 { // 周五、六都可以
		second, known := weekdayOf(d.r, i+n+1+or)
		_, ends := oneOf(d.r, i+n+2+or, []string{"都", "吧", "也", "可以", ",", "两天", "去"})
		if known && second > target && second < 7 && !isDigit(d.r[i+n+1+or]) && (ends > 0 || i+n+2+or >= len(d.r)) {
			return said{length: n + 2 + or, days: []time.Time{day, day.AddDate(0, 0, second-target)}, vague: true}
		}
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

// weekdayOfMonth reads 8月第一个周六, 下个月最后一个星期天: the place behind the month, and its first day.
func (d dateReader) weekdayOfMonth(i int, month time.Time) said {
	k := i + oneOfRunes(d.r, i, "的")
	_, last := oneOf(d.r, k, []string{"最后一个", "最后的", "最末一个"})
	nth := number{value: 1, length: last}
	if last == 0 && standsAt(d.r, k, "第") {
		nth = readNumber(d.r, k+1)
		nth.length += 1 + oneOfRunes(d.r, k+1+nth.length, "个")
	} else if standsAt(d.r, k, "头一个") {
		nth.length = 3
	}
	_, week := oneOf(d.r, k+nth.length, []string{"星期", "礼拜", "周"})
	target, known := weekdayOf(d.r, k+nth.length+week)
	if nth.length == 0 || week == 0 || !known || target == 7 || nth.value < 1 || nth.value > 5 {
		return said{}
	}
	day := month.AddDate(0, 0, (target+1-int(month.Weekday())+7)%7+7*(int(nth.value)-1))
	if last > 0 {
		end := month.AddDate(0, 1, -1)
		day = end.AddDate(0, 0, -((int(end.Weekday()) - target - 1 + 7) % 7))
	}
	return said{length: k + nth.length + week + 1 - i, days: []time.Time{day}}
}
