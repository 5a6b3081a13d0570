package words

import (
	"sync"
	"unicode/utf8"
)

// wordSet finds the longest of its words at a place. It takes the place of long lists where every sentence looks for
// many words at every character.
type wordSet struct{ first map[rune][][]rune }

func newWordSet(lists ...[]string) wordSet {
	s := wordSet{first: map[rune][][]rune{}}
	for _, list := range lists {
		for _, w := range list {
			r := []rune(w)
			s.first[r[0]] = insertLongest(s.first[r[0]], r)
		}
	}
	return s
}

func insertLongest(list [][]rune, w []rune) [][]rune {
	at := len(list)
	for at > 0 && len(list[at-1]) < len(w) {
		at--
	}
	list = append(list, nil)
	copy(list[at+1:], list[at:])
	list[at] = w
	return list
}

// at gives the length in runes of the longest word at place i, 0 if there is none.
func (s wordSet) at(r []rune, i int) int {
	if i < 0 || i >= len(r) {
		return 0
	}
	for _, w := range s.first[r[i]] {
		if len(w) <= len(r)-i && sameRunes(r[i:i+len(w)], w) {
			return len(w)
		}
	}
	return 0
}

// endsAt gives the length of the longest word that ends right before place i.
func (s wordSet) endsAt(r []rune, i int) int {
	for n := min(i, longestWord); n > 0; n-- {
		if s.at(r[:i], i-n) == n {
			return n
		}
	}
	return 0
}

// within says whether one of the words begins in [from, to) and ends before to.
func (s wordSet) within(r []rune, from, to int) bool {
	to = min(to, len(r))
	for i := max(from, 0); i < to; i++ {
		if s.at(r[:to], i) > 0 {
			return true
		}
	}
	return false
}

// longestWord is the longest word of any set, in runes.
const longestWord = 8

func sameRunes(a, b []rune) bool {
	for i := range b {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// vocab holds the word sets of the grammar, made once and only read.
var vocab = sync.OnceValue(func() *grammarWords {
	var ranking []string
	for _, rank := range ranks {
		for _, who := range ranked {
			if w := rank + who; w != "老公" && w != "小公" && w != "大公" && w != "老娃" {
				ranking = append(ranking, w)
			}
		}
	}
	return &grammarWords{
		person: newWordSet(grownUps, children, others, oneKin, ranking), noun: newWordSet(grownUps, children, others),
		twoKin: newWordSet(twoKin), oneKin: newWordSet(oneKin, ranking), kin: newWordSet(oneKin, twoKin, ranking),
		ranking: newWordSet(ranking), couples: newWordSet(couples), bands: newWordSet(bands), crowds: newWordSet(crowds), alone: newWordSet(alone), callings: newWordSet(callings),
		companion: newWordSet(companion), stays: newWordSet(stays), titles: newWordSet(titles), loose: newWordSet(children, loose), leading: newWordSet(leading), units: newWordSet(units),
	}
})

type grammarWords struct {
	person, noun, twoKin, oneKin, kin, ranking, couples, bands, crowds, alone, callings, companion, stays, titles, loose, leading, units wordSet
}

func runeCount(s string) int { return utf8.RuneCountInString(s) }
