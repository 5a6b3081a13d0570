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
	return slips.Replace(strings.TrimRight(string(out), ","))
}

// slips are everyday words of the trade as keyboards and ears get them wrong; names have rules of their own (slip.go).
var slips = strings.NewReplacer(
	"明添", "明天", "名天", "明天", "明夭", "明天", "民天", "明天", "今添", "今天", "金天", "今天", "后夭", "后天", "周未", "周末", "下州", "下周", "下洲", "下周", "星其", "星期", "新期", "星期", "醒期", "星期", "心期", "星期", "里拜", "礼拜",
	"礼白", "礼拜", "星期曰", "星期日", "礼拜曰", "礼拜日", "周曰", "周日", "国请节", "国庆节", "国庆届", "国庆节", "国情节", "国庆节", "老工", "老公", "老坡", "老婆", "老破", "老婆", "个银", "个人", "个仁", "个人",
	"大银", "大人", "小还子", "小孩子", "领卷", "领券", "优惠卷", "优惠券", "门漂", "门票", "门飘", "门票", "们票", "门票", "领漂", "领票", "零票", "领票", "予约", "预约", "预越", "预约", "遇约", "预约", "与约", "预约", "定单", "订单",
	"星期刘", "星期六", "星期留", "星期六", "星期流", "星期六", "周刘", "周六", "下周留", "下周六", "这周留", "这周六", "星期舞", "星期五", "星期午", "星期五", "星期武", "星期五", "星期似", "星期四", "星期山", "星期三", "星期散", "星期三", "星期而", "星期二", "星期医", "星期一", "星期添", "星期天", "礼拜添", "礼拜天", "礼拜刘", "礼拜六", "礼拜留", "礼拜六", "像去", "想去", "向去", "想去", "响去", "想去", "我药", "我要", "我耍去", "我要去", "窝要", "我要", "窝想", "我想", "要曲", "要去", "想曲", "想去", "要趣", "要去", "取濯", "去濯", "二唯码", "二维码", "二微码", "二维码", "二为码", "二维码", "而维码", "二维码",
	"快第", "快递", "快弟", "快递", "手鸡", "手机", "退宽", "退款", "退欵", "退款", "够物车", "购物车", "构物车", "购物车", "购物撤", "购物车", "人公客服", "人工客服", "客福", "客服", "可服", "客服", "投素", "投诉", "头诉", "投诉", "注消", "注销", "解邦", "解绑", "邦定", "绑定", "绑顶", "绑定",
	"验正码", "验证码", "资各", "资格", "自格", "资格", "付宽", "付款", "付欵", "付款", "负款", "付款", "支服", "支付", "返会", "返回", "反回", "返回", "取小", "取消", "取肖", "取消", "娶消", "取消", "删出", "删除", "册除", "删除", "同义书", "同意书",
)

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
