package words

import "strings"

// keyWords are the words that decide an errand. Where no rule fits, one of them may be misspelt: 退宽, 快第, 二唯码.
var keyWords = []string{
	"退款", "退货", "退钱", "快递", "物流", "发货", "订单", "购物车", "付款", "支付", "结账", "二维码", "验证码", "手机", "换手机", "绑定", "解绑", "人工", "客服", "投诉", "举报", "取消", "返回", "菜单", "门票", "优惠券", "领票", "领券", "预约",
	"景区", "资格", "条件", "免费", "注销", "删除", "撤回", "授权", "同意", "特产", "帮助", "包裹", "单号", "签收", "退票", "上一步", "身份证", "信息", "账号", "确认", "购物", "下单",
}

// notKeys sound like a key word and are other words.
var notKeys = newWordSet([]string{"客户", "发火", "快的", "快点", "人公", "手记", "手巾", "手紧", "免肥", "信心", "确任", "同一", "条件反射", "退伙", "去小", "童意", "统一", "返回去", "人共"})

// keyEar knows the key words by sound.
type keyEar struct{ ear ear }

func newKeyEar() keyEar {
	k := keyEar{ear: newEar()}
	for _, w := range keyWords {
		k.ear.learn(w, &nameNode{ids: []string{w}})
	}
	return k
}

// repaired puts the right key words in the place of those that only sound like them.
func (k *keyEar) repaired(plain string) string {
	r := []rune(plain)
	var b strings.Builder
	for i := 0; i < len(r); {
		word, n := k.heardAt(r, i)
		if n == 0 {
			b.WriteRune(r[i])
			i++
			continue
		}
		b.WriteString(word)
		i += n
	}
	return b.String()
}

func (k *keyEar) heardAt(r []rune, i int) (string, int) {
	if notKeys.at(r, i) > 0 {
		return "", 0
	}
	for _, code := range k.ear.table.at(r[i]) {
		for _, one := range k.ear.first[code] {
			got, ok := k.ear.align(one, r[i:], slip{}, 0)
			if ok && got.wrong == 0 && got.exact > 0 {
				return string(one.runes), got.length
			}
		}
	}
	return "", 0
}
