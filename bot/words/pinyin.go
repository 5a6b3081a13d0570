package words

import (
	"strings"
	"sync"
)

// pinyinWords are the everyday words of the errands, for whoever types whole sentences in pinyin. They are spelled by the
// table of sounds; names come from the catalogue, numbers with what they count from countedWords.
const pinyinWords = "我要 我想 我想要 想要 想 要 去 想去 要去 我 我的 我们 你 你们 他 她 我要买 我想买 买 买点 来 来点 给我 帮我 领 领券 领票 领取 领一张 领个 券 票 门票 的 了 吗 吧 呢 啊 和 跟 带 带着 带上 还有 还 一起 也 都 再 再来 不 不去 不去了 不想去 不要 不要了 不买了 " +
	"取消 取消订单 取消预约 退 退票 退款 退货 退钱 预约 预订 改 改成 改到 换 换成 不是 是 是的 对 对的 不对 好 好的 行 可以 可以吗 同意 不同意 确认 确定 返回 上一步 菜单 帮助 帮忙 人工 客服 转人工 人工客服 找人工 投诉 你好 您好 谢谢 再见 在吗 有人吗 算了 不用 不用了 " +
	"怎么 怎么用 怎么领 怎么领票 怎么去 怎么走 怎么卖 怎么买 怎么付款 怎么办 什么 什么时候 为什么 多少 多少钱 多钱 几点 几点开门 开门 关门 哪里 在哪里 在哪 哪 哪些 有哪些 景区 景点 地方 好玩 好玩吗 免费 免费吗 能 能不能 能领吗 可以领吗 资格 我有资格吗 查资格 条件 符合 有 有没有 有吗 还有吗 还有没有 没有 没 " +
	"快递 物流 单号 到哪里了 到哪里 到哪了 到了吗 到 发货 发货了吗 没发货 没收到 没到 还没到 收到 坏了 烂了 坏 烂 订单 我的订单 我的券 我的票 查订单 看 看看 查 二维码 购物车 购物篮 付款 支付 付钱 结账 绑定 解绑 验证码 手机 换手机 号码 删除 信息 删除我的信息 注销 账号 撤回 授权 撤回授权 撤回同意 特产 买特产 买东西 东西 " +
	"身份证 户口本 护照 老婆 老公 爸爸 妈妈 爸 妈 爸妈 父母 孩子 小孩 小孩子 大人 老人 朋友 同事 同学 娃 娃儿 娃娃 儿子 女儿 老伴 弟弟 妹妹 哥哥 姐姐 爷爷 奶奶 外公 外婆 全家 一家人 自己 我自己 就我一个人 就 人 个 个人 口 高新区 居民 今天 明天 后天 大后天 周末 下周末 今晚 明早 下个月 国庆 国庆节 中秋 中秋节 元旦 上午 下午 早上 中午 " +
	"国庆第一天 国庆第二天 国庆第三天 一家三口 一家四口 一家五口 新鲜 鲜 干 干的 鲜的 各 各来 寄 寄到 送 便宜 贵 贵吗 好吃 好吃吗 谁 哪个 下单 购买 走 玩 耍 旅游 月 号"

// countedUnits follow a number.
const countedUnits = "个 个人 人 位 口 口人 箱 斤 公斤 千克 克 袋 盒 瓶 包 条 只 床 罐 张 份 件 桶 块 把 提 对 枚 号 月 张票 大 小 个大人 个小孩 个孩子 个老人 个朋友 大一小 大两小 天 岁 半"

// rareSounds are characters whose everyday sound is not the first of the table.
var rareSounds = map[rune]string{'行': "xing", '的': "de", '了': "le", '得': "de", '还': "hai", '都': "dou", '么': "me", '什': "shen", '没': "mei", '谁': "shei", '地': "di", '着': "zhe", '大': "da", '几': "ji", '会': "hui", '哪': "na", '那': "na", '给': "gei", '单': "dan", '车': "che", '家': "jia", '和': "he", '吗': "ma", '呢': "ne", '吧': "ba", '娃': "wa", '儿': "er", '约': "yue", '系': "xi", '重': "chong", '把': "ba", '二': "er", '两': "liang", '奶': "nai", '便': "pian", '卷': "quan", '号': "hao", '好': "hao", '个': "ge", '耍': "shua", '只': "zhi"}

// typedWords holds what pinyin may spell, and the longest of it.
type typedWords struct {
	words, units map[string]string
	longest      int
}

var pinyinBook = sync.OnceValue(func() *typedWords {
	b := &typedWords{words: map[string]string{}, units: map[string]string{}}
	for w := range strings.FieldsSeq(pinyinWords) {
		b.add(b.words, w)
	}
	numbers := strings.Fields("一 二 两 三 四 五 六 七 八 九 十 半 几")
	for n := 11; n <= 31; n++ {
		numbers = append(numbers, chineseNumber(n))
	}
	for unit := range strings.FieldsSeq(countedUnits) {
		b.add(b.units, unit)
		for _, n := range numbers {
			b.add(b.words, n+unit)
		}
		for _, n := range numbers[:11] {
			b.add(b.words, "各"+n+unit)
		}
	}
	for _, n := range numbers {
		b.add(b.words, n)
	}
	for _, week := range []string{"周", "星期", "礼拜"} {
		for _, day := range strings.Fields("一 二 三 四 五 六 日 天") {
			for _, which := range []string{"", "下", "下个", "这", "这个"} {
				b.add(b.words, which+week+day)
			}
		}
	}
	return b
})

// chineseNumber writes 11 to 99.
func chineseNumber(n int) string {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	if n < 20 {
		return "十" + digits[n%10]
	}
	return digits[n/10] + "十" + digits[n%10]
}

// add enters a word; of two that are spelled alike the first stays.
func (b *typedWords) add(into map[string]string, word string) {
	var key strings.Builder
	for _, r := range word {
		said, rare := rareSounds[r]
		if !rare {
			said, _ = spelled(string(r))
		}
		key.WriteString(said)
	}
	if into[key.String()] == "" {
		into[key.String()] = word
		b.longest = max(b.longest, key.Len())
	}
}

// fromPinyin puts characters where pinyin stands, with or without spaces between its syllables. A run of letters that is
// not spelled out of known words and names, or is too short to be sure of, stays as it was typed.
func (n *lexicon) fromPinyin(text string) string {
	in := []rune(text)
	out := make([]rune, 0, len(in))
	latin := !strings.ContainsFunc(text, func(r rune) bool { return r >= firstHan })
	for i := 0; i < len(in); {
		if !isLetter(in, i) {
			out = append(out, in[i])
			i++
			continue
		}
		end := i
		for end < len(in) && (isLetter(in, end) || in[end] == ' ' && isLetter(in, end+1)) {
			end++
		}
		counted := i > 0 && (isDigit(in[i-1]) || in[i-1] == ' ' && i > 1 && isDigit(in[i-2]))
		run := string(in[i:end])
		if han, all := n.spellOut(run, counted); han != "" && (len(run) >= 4 || all && latin || all && counted && len(run) > 2) {
			if k := len(out); k > 0 && out[k-1] == ' ' {
				out = out[:k-1]
			}
			run = han
			if end < len(in) && in[end] == ' ' {
				end++
			}
		}
		out = append(out, []rune(run)...)
		i = end
	}
	return string(out)
}

// spellOut reads a run of letters as the fewest words. Whole words between spaces may stay as they are, if fewer do than
// not; all says whether none does. counted says whether a number stands before the run, so that a unit may begin it.
func (n *lexicon) spellOut(run string, counted bool) (han string, all bool) {
	letters, starts := joined(run)
	size := len(letters)
	const never = 1 << 20
	cost, from, word := make([]int, size+1), make([]int, size+1), make([]string, size+1)
	for end := 1; end <= size; end++ {
		cost[end] = never
		for at := end - 1; at >= 0; at-- {
			if cost[at] == never || !fitsSpaces(starts, at, end) {
				continue
			}
			w, price := n.typedWord(letters[at:end], counted && at == 0), 10
			if w == "" && starts[at] && starts[end] && !startsWithin(starts, at, end) {
				w, price = " "+letters[at:end]+" ", 1000
			}
			if w != "" && cost[at]+price < cost[end] {
				cost[end], from[end], word[end] = cost[at]+price, at, w
			}
		}
	}
	if cost[size] == never {
		return "", false
	}
	left, known := 0, 0
	for end := size; end > 0; end = from[end] {
		han = word[end] + han
		left += btoi(word[end][0] == ' ')
		known += btoi(word[end][0] != ' ')
	}
	if left > known {
		return "", false
	}
	return strings.TrimSpace(strings.ReplaceAll(han, "  ", " ")), left == 0
}

// typedWord is the word or the name that letters spell.
func (n *lexicon) typedWord(letters string, counted bool) string {
	b := pinyinBook()
	if counted && b.units[letters] != "" {
		return b.units[letters]
	}
	if w := b.words[letters]; w != "" || len(letters) < 4 {
		return w
	}
	return n.ear.fullNames[foldedWord(letters)]
}

// joined drops the spaces of a run, and tells at which letters its words begin.
func joined(run string) (letters string, starts []bool) {
	letters = strings.ReplaceAll(run, " ", "")
	starts = make([]bool, len(letters)+1)
	starts[0], starts[len(letters)] = true, true
	at := 0
	for _, c := range run {
		if c == ' ' {
			starts[at] = true
			continue
		}
		at++
	}
	return letters, starts
}

func startsWithin(starts []bool, from, to int) bool {
	for k := from + 1; k < to; k++ {
		if starts[k] {
			return true
		}
	}
	return false
}

// fitsSpaces says whether a word from here to there keeps to the spaces: one that crosses a space begins and ends at one.
func fitsSpaces(starts []bool, from, to int) bool {
	return !startsWithin(starts, from, to) || starts[from] && starts[to]
}
