package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxRunes is how much of a message is read; what comes after is a story, not an order.
const maxRunes = 300

// normal brings a message to one form: NFKC, lower case, simplified characters, no emoji, no brackets or quotes,
// one comma for all that ends a phrase. Dots, hyphens, slashes and colons stay between digits, spaces between
// letters and digits, because «7.15 3个人» is a date and a number.
func (sc script) normal(text string) string {
	if len(text) > 8*maxRunes { // before the costly part; a rune has at most 4 bytes, and combining marks come on top
		text = strings.ToValidUTF8(text[:8*maxRunes], "")
	}
	in := []rune(strings.ToLower(norm.NFKC.String(text)))
	if len(in) > maxRunes {
		in = in[:maxRunes]
	}
	out := make([]rune, 0, len(in))
	gap := false
	for i, r := range in {
		if s, known := sc[r]; known {
			r = s
		}
		switch {
		case unicode.IsSpace(r):
			gap = true
			continue
		case unicode.IsLetter(r) && !unicode.Is(unicode.Lm, r) || r >= '0' && r <= '9' || r == '〇':
			if gap && len(out) > 0 && plainRune(r) && plainRune(out[len(out)-1]) {
				out = append(out, ' ')
			}
		case dropped(r):
			continue
		default:
			r = punctuation(in, i, r)
			if r == ',' && (len(out) == 0 || out[len(out)-1] == ',') {
				continue
			}
		}
		gap = false
		out = append(out, r)
	}
	return strings.TrimRight(string(out), ",")
}

// punctuation keeps what joins two digits and makes a comma of every other mark.
func punctuation(in []rune, i int, r rune) rune {
	switch r {
	case '×', '✕', '✖':
		r = '*'
	case '~', '—', '–', '−', '〜':
		r = '-'
	}
	between := i > 0 && i+1 < len(in) && isDigit(in[i-1]) && isDigit(in[i+1])
	switch {
	case strings.ContainsRune(".-/:", r) && between:
		return r
	case r == '-' && i > 0 && i+1 < len(in) && in[i-1] != ' ' && chineseDigit(in[i+1]) >= 0: // 三-五个
		return r
	case r == '*' || r == '+':
		return r
	}
	return ','
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func plainRune(r rune) bool { return isDigit(r) || r >= 'a' && r <= 'z' }

// dropped says whether a character carries no words: emoji and their parts, brackets, quotes, marks on letters.
func dropped(r rune) bool {
	return r == unicode.ReplacementChar ||
		unicode.In(r, unicode.So, unicode.Sk, unicode.Cf, unicode.Cs, unicode.Co, unicode.Cc, unicode.Cn, unicode.M, unicode.Lm,
			unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf) || strings.ContainsRune("\"'·「」『』《》“”‘’", r)
}

// standsAt says whether w stands at place i of r.
func standsAt(r []rune, i int, w string) bool {
	for _, c := range w {
		if i < 0 || i >= len(r) || r[i] != c {
			return false
		}
		i++
	}
	return true
}

// oneOf gives the first of the words that stands at place i, and its length in runes. Where one word begins
// another, the longer must come first.
func oneOf(r []rune, i int, words []string) (string, int) {
	for _, w := range words {
		if standsAt(r, i, w) {
			return w, len([]rune(w))
		}
	}
	return "", 0
}
