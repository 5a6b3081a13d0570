package words

import "strings"

// turns are words after which somebody says anew what was said before them. What they leave unsaid stands as it was.
var turns = newWordSet([]string{
	"改成", "改为", "改到", "改做", "改去", "改买", "改要", "改约", "改订", "改在", "换成", "换为", "换到", "换做", "换去", "换上", "变成", "变为", "调成", "调到", "调整到", "调整为", "推迟到", "提前到", "延到", "推到", "加到", "增加到", "减到", "减成", "加成", "增到", "降到", "减少到", "顺延到",
	"应该是", "应是", "而是", "不对", "错了", "写错", "说错", "哦不", "呃不", "啊不", "额不", "嗯不", "哎不", "不不", ",不,", "算了", "要改", "说成", "更正", "重新说", "还是去", "还是到", "还是要", "还是约", "还是选", "还是订", "我是说", "我的意思是", "不是不是", "等等", "改", "换", "变",
})

// takenBack stand before what is not meant.
var takenBack = newWordSet([]string{"不是", "不要", "不去", "不想去", "不买", "不想买", "别要", "别去", "不想要", "莫要", "不到", "并非", "去过", "玩过", "耍过", "到过", "不领", "不定", "不订", "去不了", "去不成", "不说", "不用", "不喝", "不吃", "不爱", "不爱吃", "不爱喝", "不喜欢", "不喜欢吃", "不想吃", "不想喝", "吃不惯", "别给我", "莫给我", "不要给我", "不给我", "别领", "别买", "别订", "别约", "莫领", "莫买", "别选", "不选", "不约", "不来", "不看", "不逛", "不搞", "不整", "不拿"})

// onceMore begin what is wanted now, behind a story of what was.
var onceMore = newWordSet([]string{"再买", "再要", "再来", "再订", "再称", "还想", "还要", "这回", "这次", "这盘", "今年", "今天", "现在", "又想", "想再", "我想", "我要", "我们想", "我们要", "也想", "再带"})

// findTurn notes where the sentence begins anew. The last turn counts: people correct themselves more than once.
func (s *sentence) findTurn() {
	past := false
	for i := range s.runes {
		past = past || pastTimes.at(s.runes, i) > 0
		if n := onceMore.at(s.runes, i); past && n > 0 && i+n < len(s.runes) { // 上回带了一箱,这回要两箱
			s.turn, s.turned, s.story, past = i, true, true, false
		}
		n := turns.at(s.runes, i)
		if n == 0 || i > 0 && strings.ContainsRune("对不", s.runes[i-1]) && s.runes[i] == '不' && n == 2 && standsAt(s.runes, i-1, "对不对") {
			continue
		}
		if n == 1 && !s.startsSlot(i+1) { // 改 or 换 alone turns only into something: 周六改周日
			continue
		}
		if i+n < len(s.runes) { // at the end there is nothing new
			s.turn, s.turned, s.story = i+n, true, false
		}
	}
}

// startsSlot says whether a number, a name or a day may begin here.
func (s *sentence) startsSlot(i int) bool {
	if i >= len(s.runes) {
		return false
	}
	_, day := oneOf(s.runes, i, []string{"周", "星期", "礼拜", "下", "这", "明", "后", "大后", "今", "国庆", "中秋", "元旦"})
	return s.hitAt(i) != nil || readNumber(s.runes, i).length > 0 || day > 0
}

// negated says whether what stands in [from, to) is something they do not mean: 不是濯水, 廿号不行, 是明天不是今天.
func (s *sentence) negated(from, to int) bool { return s.negatedBefore(from) || s.negatedAfter(to) }

// negatedBefore looks before it: 不是要去濯水, 不要那个; 要不要 and 是不是 ask.
func (s *sentence) negatedBefore(k int) bool {
	for range 5 {
		if n := takenBack.endsAt(s.typed, k); n > 0 {
			before := string(s.typed[max(0, k-n-1):k])
			for _, w := range []string{"要不要", "是不是", "去不去", "买不买", "领不领", "订不订", "想不想", "能不"} {
				if strings.HasPrefix(before, w) {
					return false
				}
			}
			return true
		}
		if k == 0 || !strings.ContainsRune("去到要买说那个这了在订约领的吃喝", s.typed[k-1]) {
			break
		}
		k--
	}
	return false
}

// negatedAfter looks behind it; at the end of a sentence it is the whole errand that is called off.
func (s *sentence) negatedAfter(to int) bool {
	for to < len(s.typed) && strings.ContainsRune("都又好像说是已经那边的天在正今这", s.typed[to]) && !standsAt(s.typed, to, "说去") {
		to++
	}
	_, bad := oneOf(s.typed, to, []string{"不行", "不得行", "去不了", "去不成", "没空", "没得空", "不得空", "不去", "不要", "有事", "不方便", "走不开", "不对", "太远", "来不了", "要上班", "要加班", "不合适", "满了", "我不去", "就不去", "去过", "已经去", "在修路", "正在修路", "修路", "在维修", "在装修", "在整修", "关门了", "关了", "关起", "封了", "封路", "没开", "不开", "没开门", "不开门", "不开放", "人太多", "人多", "太挤", "太贵", "贵了", "要收费", "不好耍", "不好玩", "没意思", "塌方", "涨水", "发洪水", "停电", "暂停", "满员", "约满", "没票", "没得票", "没票了", "票没了", "领完了", "抢完了", "去腻了", "去够了", "耍够了", "我去过", "我们去过", "都去过", "耍过", "玩过", "我们都去过"})
	return bad > 0 && to+bad < len(s.typed)
}

// kept drops what is taken back from a list, if anything of its kind is left then: judge tells whether one is of the kind
// in question, and whether it is taken back.
func kept[T any](list []T, judge func(T) (kind, back bool)) []T {
	left := 0
	for _, one := range list {
		if kind, back := judge(one); kind && !back {
			left++
		}
	}
	if left == 0 {
		return list
	}
	out := make([]T, 0, len(list))
	for _, one := range list {
		if _, back := judge(one); !back {
			out = append(out, one)
		}
	}
	return out
}
