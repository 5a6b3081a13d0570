package models

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// MaskDocument shows the first 4 and the last 2 characters of a document number, so that its holder knows which
// card is meant and nobody else learns it; short numbers show less, very short ones nothing.
func MaskDocument(number string) string {
	r := []rune(number)
	switch n := len(r); {
	case n >= 15:
		return star(r, 4, 2)
	case n >= 8:
		return star(r, 2, 2)
	case n >= 6:
		return star(r, 1, 1)
	default:
		return star(r, 0, 0)
	}
}

// MaskPhone shows the first 3 and the last 4 digits of a mobile number (199****0012); anything else is masked
// like a document number.
func MaskPhone(phone string) string {
	if !isMobile(phone) {
		return MaskDocument(phone)
	}
	return phone[:3] + "****" + phone[7:]
}

// MaskName shows the family name: 张*, 欧阳**. A single character is hidden whole, a long name shows its first.
func MaskName(name string) string {
	r := []rune(strings.TrimSpace(name))
	if len(r) < 2 {
		return star(r, 0, 0)
	}
	if len(r) > 2 && compoundSurname(string(r[:2])) {
		return star(r, 2, 0)
	}
	return star(r, 1, 0)
}

func compoundSurname(two string) bool {
	const known = " 欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 司徒 夏侯 轩辕 长孙 宇文 南宫 端木 申屠 百里 呼延 西门 独孤 拓跋 歐陽 諸葛 "
	return strings.Contains(known, " "+two+" ")
}

// star keeps the first and last characters and hides the rest.
func star(r []rune, first, last int) string {
	hidden := len(r) - first - last
	return string(r[:first]) + strings.Repeat("*", hidden) + string(r[len(r)-last:])
}

// MaskText replaces every document number and phone in free text by its mask and leaves the rest as it was typed.
// It is meant for logs and kept talks: in doubt it masks (any run of 15 digits or more), because a bank card or a
// mistyped number is just as private.
func MaskText(text string) string {
	found := findNumbers(text)
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, f := range found {
		b.WriteString(text[at:max(at, f.from)]) // one character can stand for the end of one number and the start of the next (㎡)
		b.WriteString(f.mask())
		at = f.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// FindDocuments gives the runs of free text that look like document numbers or phones, normalised, in order.
func FindDocuments(text string) []string {
	var numbers []string
	for _, f := range findNumbers(text) {
		numbers = append(numbers, f.number)
	}
	return numbers
}

// foundNumber is a number in free text and the bytes it takes there.
type foundNumber struct {
	number   string
	from, to int
}

func (f foundNumber) mask() string {
	if isMobile(f.number) {
		return MaskPhone(f.number)
	}
	return MaskDocument(f.number)
}

// word is a stretch of letters only or digits only (a digit stretch may end in X). Words are joined to the one
// before where nothing but spaces, hyphens and dots stands between: people type 500107 19920305 990X.
type word struct {
	text     string
	from, to int
	joined   bool // nothing but separators, or nothing at all, since the word before
	tight    bool // nothing at all since the word before
	starred  bool // touches a star: the rest of a mask, never to be joined
	odd      bool // of characters that only stand for digits, as in ①13800000000, which is a list item and a phone
	taken    bool
}

// findNumbers looks for whole documents first: a phone must not be read out of the first half of a card number.
func findNumbers(text string) []foundNumber {
	words := splitWords(text)
	var found []foundNumber
	for _, least := range []int{15, 1} {
		for i := range words {
			if f, n := longestNumber(words[i:], least); n > 0 {
				found = append(found, f)
				for j := i; j < i+n; j++ {
					words[j].taken = true
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b foundNumber) int { return a.from - b.from })
	return found
}

// longestNumber looks for a number of at least so many characters that starts with the first word, and says how
// many words it takes.
func longestNumber(words []word, least int) (best foundNumber, count int) {
	number := ""
	for n, w := range words {
		if w.taken || n > 0 && (!w.joined || w.starred || words[0].starred || len(number)+len(w.text) > 18) {
			break
		}
		number += w.text
		if s, yes := likeNumber(number, words[:n+1]); yes && len(number) >= least {
			best, count = foundNumber{s, words[0].from, w.to}, n+1
		}
	}
	return best, count
}

// likeNumber judges letters and digits put together from words. Joined words must look right inside, so that two
// dates in a row are not taken for a card; a single run is judged by its length alone.
func likeNumber(s string, words []word) (string, bool) {
	digits, single := strings.TrimSuffix(s, "X"), len(words) == 1
	switch {
	case !isDigits(digits):
		return s, likePermit(s, words)
	case isMobile(digits):
		return digits, true
	case isMobile(strings.TrimPrefix(strings.TrimPrefix(digits, "00"), "86")):
		return digits[len(digits)-11:], true
	case single && len(digits) >= 15:
		return s, true
	case single && len(digits) >= 12: // a phone with a digit too many, not a division code or a moment in time
		return s, s[0] == '1' && s[1] >= '3' || s[:2] == "86"
	case len(s) == 18 && len(digits) >= 17:
		return s, provinceKnown(s[:2]) || s[0] == '8' || s[0] == '9'
	case len(s) == 15 && len(digits) == 15: // an old card: two digits each of year, month and day
		return s, provinceKnown(s[:2]) && s[8:10] >= "01" && s[8:10] <= "12" && s[10:12] >= "01" && s[10:12] <= "31"
	}
	return "", false
}

// likePermit knows numbers that begin with letters: old cards of foreigners (3 letters, 12 digits), passports (E, G)
// and permits of Hong Kong and Macao (H, M). These must stand alone, or every order number would be hidden.
func likePermit(s string, words []word) bool {
	letters := strings.TrimRight(s, "0123456789")
	n := len(s) - len(letters)
	if !isUpper(letters) || words[0].tight {
		return false
	}
	switch len(letters) {
	case 3:
		return n == 12
	case 2:
		return n == 7 && (s[0] == 'E' || s[1] == 'E')
	case 1:
		return n == 8 && strings.Contains("EGHM", letters) || n == 10 && strings.Contains("HM", letters)
	}
	return false
}

// splitWords folds every character (full width, circled, Ⅹ) to plain letters and digits and keeps where it stood.
func splitWords(text string) []word {
	var words []word
	last := rune(0) // a letter or digit, ' ' for separators after one, 0 where a chain of words is broken
	star := false
	for at, size := 0, 0; at < len(text); at += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[at:])
		odd := r > 0x7F && (r < 0xFF01 || r > 0xFF5E)
		for _, c := range foldNumber(r) {
			n := len(words) - 1
			switch tight := last != 0 && last != ' '; {
			case c == 0 && r == '*' && tight:
				words[n].starred = true
			case c == 0 || c == ' ':
			case tight && sameWord(words[n], c, odd):
				words[n].text, words[n].to = words[n].text+string(c), at+size
			default:
				words = append(words, word{text: string(c), from: at, to: at + size, joined: last != 0, tight: tight, starred: star, odd: odd})
			}
			if c != ' ' || last != 0 {
				last = c
			}
		}
		star = r == '*'
	}
	return words
}

func sameWord(w word, c rune, odd bool) bool {
	n := len(w.text) - 1
	switch digit := c >= '0' && c <= '9'; {
	case w.text[n] <= '9':
		return c == 'X' || digit && odd == w.odd
	case digit:
		return false
	default: // letters; but an X that closed a number closes the word
		return n == 0 || w.text[n-1] > '9'
	}
}

// foldNumber gives the capital letters and digits a character stands for, " " for what may stand inside a number,
// and a 0 for everything else.
func foldNumber(r rune) []rune {
	switch {
	case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
		return []rune{r}
	case r >= 'a' && r <= 'z':
		return []rune{r - 'a' + 'A'}
	case r == '.', r == '·':
		return []rune{' '}
	case r >= 0x4E00 && r <= 0x9FFF: // most of what people write; no need to ask the tables
		return []rune{0}
	}
	folded, _ := normalNumber(string(r))
	for _, c := range folded {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return []rune{0}
		}
	}
	if folded == "" {
		return []rune{' '}
	}
	return []rune(folded)
}
