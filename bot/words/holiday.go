package words

import (
	"strings"
	"time"
)

// feasts are the days that people name instead of a date: by month and day, or by year where the moon sets them.
var feasts = []struct {
	words []string
	days  string // 01-02, or a list of 2006-01-02
}{
	{[]string{"国庆节", "国庆", "十一国庆"}, "10-01"},
	{[]string{"元旦节", "元旦", "新年第一天"}, "01-01"},
	{[]string{"中秋节", "中秋"}, "2021-09-21 2022-09-10 2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03 2029-09-22 2030-09-12"},
	{[]string{"七夕节", "七夕"}, "2021-08-14 2022-08-04 2023-08-22 2024-08-10 2025-08-29 2026-08-19 2027-08-08 2028-08-26 2029-08-16 2030-08-05"},
	{[]string{"重阳节", "重阳", "九九重阳"}, "2021-10-14 2022-10-04 2023-10-23 2024-10-11 2025-10-29 2026-10-18 2027-10-08 2028-10-26 2029-10-16 2030-10-05"},
	{[]string{"端午节", "端午"}, "2021-06-14 2022-06-03 2023-06-22 2024-06-10 2025-05-31 2026-06-19 2027-06-09 2028-05-28 2029-06-16 2030-06-05"},
	{[]string{"春节", "大年初一", "正月初一", "过年"}, "2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03"},
	{[]string{"除夕", "大年三十"}, "2022-01-31 2023-01-21 2024-02-09 2025-01-28 2026-02-16 2027-02-05 2028-01-25 2029-02-12 2030-02-02"},
	{[]string{"五一节", "五一劳动节", "劳动节", "五一"}, "05-01"},
	{[]string{"六一儿童节", "儿童节", "六一"}, "06-01"},
	{[]string{"建军节", "八一建军节", "八一"}, "08-01"},
	{[]string{"教师节"}, "09-10"},
	{[]string{"圣诞节", "圣诞"}, "12-25"},
	{[]string{"平安夜"}, "12-24"},
	{[]string{"冬至"}, "12-21"},
	{[]string{"双十一", "光棍节"}, "11-11"},
	{[]string{"双十二"}, "12-12"},
	{[]string{"跨年夜", "跨年那天"}, "12-31"},
}

// feast finds a feast's name at place i, and its day.
func (d dateReader) feast(i int) (day time.Time, length int) {
	year, said := 0, 0
	if _, n := oneOf(d.r, i, []string{"今年", "明年", "去年", "前年"}); n > 0 {
		year, said = d.today.Year()+map[rune]int{'明': 1, '去': -1, '前': -2}[d.r[i]], n+oneOfRunes(d.r, i+n, "的")
	}
	for _, f := range feasts {
		if _, n := oneOf(d.r, i+said, f.words); n > 0 {
			return d.feastDay(f.days, year), said + n
		}
	}
	if n := d.eleventh(i + said); n > 0 {
		return d.feastDay("10-01", year), said + n
	}
	return time.Time{}, 0
}

// eleventh reads 十一 as the National Day where it is no number: 十一去, 十一假期.
func (d dateReader) eleventh(i int) int {
	if !standsAt(d.r, i, "十一") || i > 0 && (chineseDigit(d.r[i-1]) >= 0 || strings.ContainsRune("月第", d.r[i-1])) {
		return 0
	}
	_, n := oneOf(d.r, i+2, []string{"去", "到", "来", "假期", "长假", "黄金周", "期间", "当天", "那天", "放假", "带", "我", "想", "要", "第", "出去", "国庆", "的时候"})
	return 2 * btoi(n > 0)
}

// feastDay: a feast of the moon is that of this year or, where that is over, stays over; 元旦 and 春节 are the coming ones.
func (d dateReader) feastDay(days string, year int) time.Time {
	if len(days) == len("01-02") {
		if year == 0 {
			year = d.today.Year() + btoi(days == "01-01" && d.today.YearDay() > 1)
		}
		day, _ := time.Parse("2006-01-02", time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006")+"-"+days)
		return day
	}
	if year == 0 {
		year = d.today.Year()
	}
	for one := range strings.FieldsSeq(days) {
		day, err := time.Parse(time.DateOnly, one)
		if err == nil && day.Year() >= year {
			return day
		}
	}
	return time.Time{}
}

// holiday reads a feast and what is said about it: its day, the days before and after, or all of the holidays.
func (d dateReader) holiday(i int) said {
	day, n := d.feast(i)
	if n == 0 {
		return said{}
	}
	if day.IsZero() {
		return said{length: n, vague: true}
	}
	end := i + n
	end += oneOfRunes(d.r, end, "的")
	if _, span := oneOf(d.r, end, []string{"放假", "假期", "长假", "小长假", "黄金周", "期间", "节"}); span > 0 { // 国庆放假第四天
		k := end + span + oneOfRunes(d.r, end+span, "的")
		if found := d.feastNeighbour(k, day); found.length > 0 && !found.vague && !standsAt(d.r, k, "前") && !standsAt(d.r, k, "后") {
			found.length += k - i
			return found
		}
	}
	for _, read := range []func(int, time.Time) said{d.feastSpan, d.feastNeighbour, d.feastNumber} {
		if found := read(end, day); found.length > 0 {
			found.length += end - i
			return found
		}
	}
	if found := d.monthDay(end); len(found.days) == 1 { // 国庆10月2号
		return said{length: end - i}
	}
	return said{length: n, days: []time.Time{day}, feast: true}
}

// feastSpan reads 国庆期间: no day, but seven to choose from where it is the National Day's.
func (d dateReader) feastSpan(i int, day time.Time) said {
	_, n := oneOf(d.r, i, []string{
		"期间", "假期", "长假", "放假", "黄金周", "那几天", "前后", "前几天", "头几天", "后几天", "之前", "之后", "以后", "过后", "节后", "节前", "七天", "7天", "的时候", "小长假",
	})
	if n == 0 {
		return said{}
	}
	out := said{length: n, vague: true}
	for k := 0; day.Month() == time.October && day.Day() == 1 && k < 7; k++ {
		out.days = append(out.days, day.AddDate(0, 0, k))
	}
	return out
}

// feastNeighbour reads 国庆前一天, 国庆最后一天, 国庆第二天, and the vague 国庆前.
func (d dateReader) feastNeighbour(i int, day time.Time) said {
	for _, w := range []struct {
		word string
		days int
	}{{"前一天", -1}, {"头一天", -1}, {"前天", -1}, {"前两天", -2}, {"后一天", 1}, {"当天", 0}, {"那天", 0}, {"当日", 0}, {"第一天", 0}, {"首日", 0}, {"最后一天", 6}} {
		if standsAt(d.r, i, w.word) {
			return said{length: runeCount(w.word), days: []time.Time{day.AddDate(0, 0, w.days)}}
		}
	}
	if k := readNumber(d.r, i+1); standsAt(d.r, i, "第") && k.length > 0 && !k.vague && k.value >= 1 && k.value <= 7 && oneOfRunes(d.r, i+1+k.length, "天日") > 0 {
		return said{length: k.length + 2, days: []time.Time{day.AddDate(0, 0, int(k.value)-1)}}
	}
	if oneOfRunes(d.r, i, "前后") > 0 && !standsAt(d.r, i, "后天") {
		return said{length: 1, vague: true}
	}
	return said{}
}

// feastNumber reads 国庆2号 in the feast's month; 国庆3到5号 is several days.
func (d dateReader) feastNumber(i int, day time.Time) said {
	if k := readNumber(d.r, i); k.vague && d.dayWord(i+k.length) {
		return said{length: k.length + 1, vague: true}
	}
	k := smallNumber(d.r, i, 2)
	if k.length == 0 || k.value < 1 || !d.dayWord(i+k.length) {
		return said{}
	}
	if _, to := oneOf(d.r, i+k.length, []string{"号到", "号至", "号-"}); to > 0 {
		second := smallNumber(d.r, i+k.length+to, 2)
		return said{length: k.length + to + second.length + btoi(second.length > 0), vague: true}
	}
	return d.calendar(k.length+1, day.Year(), int(day.Month()), int(k.value))
}
