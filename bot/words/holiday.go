package words

import (
	"strings"
	"time"
)

// midAutumn is the lunar festival's day by year; no rule short of a calendar gives it.
const midAutumn = "2021-09-21 2022-09-10 2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03 2029-09-22 2030-09-12"

func (d dateReader) holiday(i int) said {
	name, n := oneOf(d.r, i, []string{"国庆节", "国庆", "中秋节", "中秋", "元旦节", "元旦", "十一假期", "十一长假", "十一黄金周", "十一期间", "十一当天", "十一那天"})
	if n == 0 {
		return said{}
	}
	day, found := d.holidayStart(name)
	_, span := oneOf(d.r, i+n, []string{"期间", "假期", "长假", "放假", "黄金周", "那几天", "前后", "后", "前", "七天", "7天"})
	if !found || span > 0 || strings.ContainsAny(name, "假黄期") {
		out := said{length: n + span, vague: true}
		for k := 0; found && day.Month() == time.October && day.Day() == 1 && k < 7; k++ {
			out.days = append(out.days, day.AddDate(0, 0, k))
		}
		return out
	}
	if standsAt(d.r, i+n, "第") {
		if k := readNumber(d.r, i+n+1); k.length > 0 && !k.vague && k.value >= 1 && k.value <= 7 && standsAt(d.r, i+n+1+k.length, "天") {
			return said{length: n + k.length + 2, days: []time.Time{day.AddDate(0, 0, int(k.value)-1)}}
		}
	}
	if k := smallNumber(d.r, i+n, 2); k.length > 0 && d.dayWord(i+n+k.length) { // 国庆2号
		return d.calendar(n+k.length+1, day.Year(), int(day.Month()), int(k.value))
	}
	if d.monthDay(i+n).length > 0 { // 国庆10月2号
		return said{length: n}
	}
	return said{length: n, days: []time.Time{day}}
}

func (d dateReader) holidayStart(name string) (time.Time, bool) {
	year := d.today.Year()
	switch firstRune(name) {
	case '中':
		at := strings.Index(midAutumn, d.today.Format("2006"))
		if at < 0 {
			return time.Time{}, false
		}
		day, err := time.Parse(time.DateOnly, midAutumn[at:at+10])
		return day, err == nil
	case '元':
		if d.today.YearDay() > 1 {
			year++
		}
		return time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC), true
	}
	return time.Date(year, time.October, 1, 0, 0, 0, 0, time.UTC), true
}
