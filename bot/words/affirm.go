package words

import "strings"

// doubleNo are denials that, before another, say yes with all the more force: 哪能不去, 又不是不要.
var doubleNo = newWordSet([]string{"哪能", "哪会", "哪里会", "哪个会", "怎么能", "怎么会", "咋能", "咋会", "咋个会", "啷个能", "啷个会", "不能", "不得", "不会", "不可能", "不是", "没说", "没有说", "非", "怎能", "岂能", "哪敢", "不可以", "莫说"})

// affirmed takes two denials out of a sentence, so that no rule stumbles over either: 我哪能不去嘛 is 我去嘛. 是不是不去 and
// 能不能不去 ask.
func affirmed(text string) string {
	if !strings.Contains(text, "不") {
		return text
	}
	r := []rune(text)
	out := make([]rune, 0, len(r))
	for i := 0; i < len(r); i++ {
		n := doubleNo.at(r, i)
		if n > 0 && standsAt(r, i+n, "不") && oneOfRunes(r, i+n+1, "去来要买领") > 0 && !endsAsking(r[:i]) {
			i += n
			continue
		}
		out = append(out, r[i])
	}
	return string(out)
}

// endsAsking says whether a denial that follows is half of a question: 是不是, 能不能, 会不会.
func endsAsking(before []rune) bool {
	return len(before) > 0 && strings.ContainsRune("是能会得可", before[len(before)-1])
}
