package words

import (
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

// syllable is what a Chongqing ear hears of a character: zh is z, ch c, sh s; n and r are l; f is h; and the endings
// -ng are -n. 0 is no sound.
type syllable uint16

const (
	firstHan = '\u4E00'
	lastHan  = '\u9FFF'
	readings = 2 // of one character; the rarer ones are left out
)

// sounds holds the readings of every character, and the letters of each syllable by its number.
type sounds struct {
	of    [lastHan - firstHan + 1][readings]syllable
	codes map[string]syllable
	text  []string
}

// heard is made once, at the first Reader: a table of some 20,000 characters.
var heard = sync.OnceValue(func() *sounds {
	s := &sounds{codes: map[string]syllable{}, text: []string{""}}
	for r, said := range pinyin.PinyinDict {
		if r < firstHan || r > lastHan {
			continue
		}
		n := 0
		for one := range strings.SplitSeq(said, ",") {
			code := s.code(folded(toneless(one)))
			if n == readings {
				break
			}
			if n == 0 || s.of[r-firstHan][n-1] != code {
				s.of[r-firstHan][n] = code
				n++
			}
		}
	}
	return s
})

func (s *sounds) code(text string) syllable {
	if c, known := s.codes[text]; known {
		return c
	}
	c := syllable(len(s.text))
	s.codes[text] = c
	s.text = append(s.text, text)
	return c
}

// at gives the readings of a character, the commonest first.
func (s *sounds) at(r rune) [readings]syllable {
	if r < firstHan || r > lastHan {
		return [readings]syllable{}
	}
	return s.of[r-firstHan]
}

// alike says whether a character may be heard as a syllable.
func (s *sounds) alike(r rune, want syllable) bool {
	if r < firstHan || r > lastHan || want == 0 {
		return false
	}
	for _, c := range s.of[r-firstHan] {
		if c == want {
			return true
		}
	}
	return false
}

// sameInitial says whether two sounds begin alike, which most slips of one character keep.
func (s *sounds) sameInitial(r rune, want syllable) bool {
	got := s.text[s.at(r)[0]]
	return got != "" && want != 0 && initialOf(got) == initialOf(s.text[want])
}

// rhymes says whether two sounds end alike and begin otherwise.
func (s *sounds) rhymes(r rune, want syllable) bool {
	got := s.text[s.at(r)[0]]
	a, b := initialOf(got), initialOf(s.text[want])
	return got != "" && want != 0 && a != b && got[len(a):] == s.text[want][len(b):]
}

func initialOf(folded string) string {
	if i := strings.IndexAny(folded, "aeiou"); i >= 0 {
		return folded[:i]
	}
	return folded
}

var tones = strings.NewReplacer("ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ī", "i", "í", "i", "ǐ", "i", "ì", "i", "ō", "o", "ó", "o", "ǒ", "o", "ò", "o",
	"ū", "u", "ú", "u", "ǔ", "u", "ù", "u", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v", "ü", "v", "ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m", "ê", "e", "ế", "e", "ề", "e")

func toneless(said string) string { return tones.Replace(said) }

// folded brings one toneless syllable to its sound in Chongqing.
func folded(said string) string {
	said = strings.ReplaceAll(said, "v", "u")
	switch {
	case strings.HasPrefix(said, "zh"), strings.HasPrefix(said, "ch"), strings.HasPrefix(said, "sh"):
		said = said[:1] + said[2:]
	case strings.HasPrefix(said, "n"), strings.HasPrefix(said, "r"):
		said = "l" + said[1:]
	case strings.HasPrefix(said, "f"):
		said = "h" + said[1:]
	case strings.HasPrefix(said, "hu") && len(said) > 2: // 花 is 发
		said = "h" + said[2:]
	}
	if strings.HasSuffix(said, "ng") && !strings.HasSuffix(said, "ong") {
		said = said[:len(said)-1]
	}
	return said
}

// foldedWord brings letters to the same form without knowing where a syllable ends; two ways to type one name meet.
func foldedWord(letters string) string {
	return letterFolds.Replace(letters)
}

var letterFolds = strings.NewReplacer("zh", "z", "ch", "c", "sh", "s", "ng", "l", "n", "l", "r", "l", "f", "h", "v", "u", "ü", "u")

// spelled gives the plain pinyin of a name and its initials; "" where a character has none.
func spelled(name string) (full, initials string) {
	for _, r := range name {
		said := pinyin.PinyinDict[int(r)]
		one, _, _ := strings.Cut(toneless(said), ",")
		if one == "" {
			return "", ""
		}
		full += one
		initials += one[:1]
	}
	return full, initials
}
