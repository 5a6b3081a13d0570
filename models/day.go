package models

import (
	"strconv"
	"time"
)

// Zone is the programme's civil time. China has kept one offset since 1991, so no zone table is needed.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Day is a civil date in Zone, written 2021-07-17; "" means not set. Days compare as strings.
type Day string

// DayOf is the civil date on which t falls.
func DayOf(t time.Time) Day { return Day(t.In(Zone).Format(time.DateOnly)) }

// ParseDay reads 2021-07-17 and nothing else.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 2000 || t.Year() > 2100 {
		return "", ErrInvalid.With("日期“" + s + "”应写成 2021-07-17 这样")
	}
	return Day(s), nil
}

// Start is the first instant of the day, in UTC; the zero time if the day is not set.
func (d Day) Start() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), Zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Add moves by n days.
func (d Day) Add(n int) Day { return DayOf(d.Start().AddDate(0, 0, n)) }

// Weekday is the day's weekday in Zone.
func (d Day) Weekday() time.Weekday { return d.Start().In(Zone).Weekday() }

// ZH says 7月17日(周六).
func (d Day) ZH() string {
	if d == "" {
		return "未设定"
	}
	t := d.Start().In(Zone)
	week := []string{"日", "一", "二", "三", "四", "五", "六"}[t.Weekday()]
	return strconv.Itoa(int(t.Month())) + "月" + strconv.Itoa(t.Day()) + "日(周" + week + ")"
}
