package words

import "strings"

// number is a number as people write it: digits, or Chinese as far as thousands.
type number struct {
	value  float64
	length int  // runes; 0 = no number here
	vague  bool // 十来, 三五, 几, 3-5
	pair   bool // 俩 or 仨: the counting word is inside
}

// chineseDigit gives the value of a Chinese digit, -1 for anything else.
func chineseDigit(r rune) int {
	switch r {
	case '零', '〇':
		return 0
	case '一', '壹':
		return 1
	case '二', '两', '贰', '俩':
		return 2
	case '三', '叁', '仨':
		return 3
	case '四', '肆':
		return 4
	case '五', '伍':
		return 5
	case '六', '陆':
		return 6
	case '七', '柒':
		return 7
	case '八', '捌':
		return 8
	case '九', '玖':
		return 9
	}
	return -1
}

func multiplier(r rune) int {
	switch r {
	case '十', '拾':
		return 10
	case '百':
		return 100
	case '千':
		return 1000
	}
	return 0
}

// smallNumber reads a whole number of at most so many ASCII digits, or a Chinese one below a hundred: months and days.
func smallNumber(r []rune, i, digits int) number {
	n := readNumber(r, i)
	if n.length == 0 || n.value != float64(int(n.value)) || n.value > 99 || n.pair {
		if n = (number{}); i < len(r) && isDigit(r[i]) { // 7.15 is one number to readNumber and two here
			n = readDigits(r, i, false)
		}
	}
	if n.vague && i < len(r) && isDigit(r[i]) { // so is 15-16
		n = readDigits(r, i, false)
	}
	if n.vague || i < len(r) && isDigit(r[i]) && n.length > digits {
		return number{}
	}
	return n
}

// readNumber reads the number that starts at place i. 一两 before a counting word is vague, else one and a weight.
func readNumber(r []rune, i int) number {
	if i < 0 || i >= len(r) {
		return number{}
	}
	var n number
	switch c := r[i]; {
	case isDigit(c):
		n = readDigits(r, i, true)
	case c == '半':
		return number{value: 0.5, length: 1}
	case c == '俩' || c == '仨':
		return number{value: float64(chineseDigit(c)), length: 1, pair: true}
	case c == '几' || c == '数' && i+1 < len(r) && multiplier(r[i+1]) > 0:
		n = number{length: 1, vague: true}
		for i+n.length < len(r) && multiplier(r[i+n.length]) > 0 {
			n.length++
		}
		return n
	case c == '廿' || c == '卅': // 廿三 is 23
		n = number{value: 20 + 10*float64(btoi(c == '卅')), length: 1}
		if i+1 < len(r) && chineseDigit(r[i+1]) > 0 {
			n.value, n.length = n.value+float64(chineseDigit(r[i+1])), 2
		}
	case chineseDigit(c) >= 0 || multiplier(c) > 0:
		n = readChinese(r, i)
		if k := i + n.length; k+2 < len(r) && r[k] == '点' && chineseDigit(r[k+1]) >= 0 && !n.vague && vocab().units.at(r, k+2) > 0 { // 二点五斤
			n.value, n.length = n.value+float64(chineseDigit(r[k+1]))/10, n.length+2
		}
	default:
		return number{}
	}
	return n.blurred(r, i)
}

// readDigits reads ASCII digits with an optional fraction.
func readDigits(r []rune, i int, fraction bool) number {
	n, scale := number{}, 0.0
	for k := i; k < len(r) && n.length < 12; k++ {
		switch {
		case isDigit(r[k]) && scale == 0:
			n.value = 10*n.value + float64(r[k]-'0')
		case isDigit(r[k]):
			n.value += float64(r[k]-'0') * scale
			scale /= 10
		case r[k] == '.' && fraction && scale == 0 && k+1 < len(r) && isDigit(r[k+1]):
			scale = 0.1
		default:
			return n
		}
		n.length++
	}
	return n
}

// readChinese reads 三, 十五, 二十, 一百二, 一千零五. Several digits in a row are 三五 (vague) or no number at all.
func readChinese(r []rune, i int) number {
	n, total, last, unit := number{}, 0, -1, 1
	row := 0
	for k := i; k < len(r); k++ {
		if m := multiplier(r[k]); m == 1000 && k > i && standsAt(r, k+1, "克") { // 两千克
			break
		} else if m > 0 {
			if last == 0 || m >= unit && unit > 1 && last < 0 {
				break
			}
			if last < 0 {
				last = 1
			}
			total += last * m
			last, unit, row = -1, m, 0
		} else if d := chineseDigit(r[k]); d >= 0 && (k == i || !strings.ContainsRune("两俩仨", r[k])) {
			last = d
			if d > 0 {
				row++
			}
		} else {
			break
		}
		n.length++
		n.vague = n.vague || row == 2
		if row > 2 {
			return number{length: n.length, vague: true}
		}
	}
	if last > 0 && unit >= 100 && i+n.length >= 2 && r[i+n.length-2] != '零' { // 一百二 is 120
		last *= unit / 10
	}
	n.value = float64(total + max(last, 0))
	if n.value == 1 && n.length == 1 && standsAt(r, i+1, "两") {
		if oneOfRunes(r, i+2, "个人位") > 0 || vocab().units.at(r, i+2) > 0 {
			return number{length: 2, vague: true}
		}
	}
	return n
}

// blurred looks at what follows a number: 十来, 二十多, 十几, ranges such as 3-5 and 三到五, and 1/2.
func (n number) blurred(r []rune, i int) number {
	if _, more := oneOf(r, i+n.length, []string{"来", "多", "几"}); more > 0 && n.value >= 10 && (standsAt(r, i+n.length, "几") || countable(r, i+n.length+1)) {
		n.length, n.vague = n.length+1, true
		for i+n.length < len(r) && multiplier(r[i+n.length]) > 0 {
			n.length++
		}
	}
	if standsAt(r, i+n.length, "把") && multiplier(r[i+n.length-1]) > 0 && countable(r, i+n.length+1) { // 百把斤
		n.length, n.vague = n.length+1, true
	}
	if _, to := oneOf(r, i+n.length, []string{"-", "/", "到", "至"}); to > 0 && !n.vague {
		k := i + n.length + to
		var m number
		if k < len(r) && isDigit(r[k]) {
			m = readDigits(r, k, true)
		} else if k < len(r) && chineseDigit(r[k]) >= 0 {
			m = readChinese(r, k)
		}
		if m.length > 0 {
			n.length, n.vague = n.length+to+m.length, true
		}
	}
	return n
}

// countable says whether a counting word stands at place i, so that 十多 in 十多斤 is a number and 三来 is not.
func countable(r []rune, i int) bool {
	return oneOfRunes(r, i, "个人位口名张号天岁年元") > 0 || vocab().units.at(r, i) > 0
}
