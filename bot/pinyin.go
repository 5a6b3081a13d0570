package bot

import (
	"regexp"
	"strings"
)

// typed are the short answers and words of the errands as people type them who have no Chinese keyboard at hand. Names
// of spots and products are known to package words.
var typed = map[string]string{
	"nihao": "你好", "ninhao": "您好", "xiexie": "谢谢", "zaima": "在吗", "hao": "好", "haode": "好的", "dui": "对", "shi": "是", "bu": "不", "budui": "不对", "keyi": "可以",
	"queren": "确认", "queding": "确定", "quxiao": "取消", "fanhui": "返回", "tongyi": "同意", "butongyi": "不同意", "buyao": "不要",
	"woyao": "我要", "woxiang": "我想", "yao": "要", "qu": "去", "mai": "买", "ling": "领", "lingquan": "领券", "lingpiao": "领票", "quan": "券", "piao": "票", "de": "的", "wo": "我", "wode": "我的", "xiang": "想",
	"wodequan": "我的券", "wodedingdan": "我的订单", "dingdan": "订单", "tuikuan": "退款", "fukuan": "付款", "techan": "特产", "maitechan": "买特产", "gouwulan": "购物篮", "zige": "资格", "jingqu": "景区", "rengong": "人工", "bangzhu": "帮助",
	"shenfenzheng": "身份证", "huzhao": "护照", "hukouben": "户口本",
	"jintian": "今天", "mingtian": "明天", "houtian": "后天", "zhouliu": "周六", "zhouri": "周日", "xingqiliu": "星期六", "xingqitian": "星期天", "xiazhouliu": "下周六", "xiazhouri": "下周日",
	"yige": "一个", "liangge": "两个", "sange": "三个", "sige": "四个", "wuge": "五个", "ren": "人", "yigeren": "一个人", "lianggeren": "两个人", "sangeren": "三个人", "sigeren": "四个人", "wugeren": "五个人",
	"duoshaoqian": "多少钱", "ma": "吗", "youmeiyou": "有没有", "liangxiang": "两箱", "yixiang": "一箱", "yihe": "一盒", "lianghe": "两盒",
}

// longestTyped bounds the search for the longest word.
const longestTyped = 12

var latin = regexp.MustCompile(`[A-Za-z]+`)

// fromPinyin puts Chinese where pinyin stands, the longest words first; what is no word of ours stays as it was typed.
func fromPinyin(text string) string {
	joined := regexp.MustCompile(`([A-Za-z]) +([A-Za-z])`).ReplaceAllString(text, "$1$2")
	for _, s := range []string{joined, text} { // with and without the spaces: wo yao ling quan
		if out, all := pinyinWords(s); all {
			return out
		}
	}
	out, _ := pinyinWords(text)
	return out
}

// pinyinWords replaces word by word; all tells whether nothing was left of the letters.
func pinyinWords(text string) (out string, all bool) {
	all = true
	out = latin.ReplaceAllStringFunc(text, func(run string) string {
		han := ""
		for s := strings.ToLower(run); s != ""; {
			n := min(len(s), longestTyped)
			for n > 0 && typed[s[:n]] == "" {
				n--
			}
			if n == 0 {
				all = false
				return run
			}
			han, s = han+typed[s[:n]], s[n:]
		}
		return han
	})
	return out, all
}
