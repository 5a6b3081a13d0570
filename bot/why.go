package bot

import "unicode/utf8"

// why answers who hesitates at a question: why it is asked, where to look, that there is no hurry. The question stands.
func (t *turn) why() (bool, error) {
	if t.k.Step == "" || utf8.RuneCountInString(t.text) > 30 {
		return false, nil
	}
	if utf8.RuneCountInString(t.text) <= 8 && t.mentions("等一下", "等下", "等等", "等会", "稍等", "找一下", "我找找", "我看看", "想一想", "想想", "莫慌", "慢点", "帮我看", "帮我打", "去拿", "去找", "眼镜", "翻一下") {
		return true, t.again("不急，您慢慢来，我等着。")
	}
	if t.k.Step == stepNumber || t.k.Step == stepName || t.k.Step == stepKind {
		switch {
		case t.mentions("看不清", "看不见", "看不到", "太小", "不会打", "打不来", "打不出", "不识字", "老花"):
			return true, t.again("不要紧，请家里人帮忙看一下、打一下。实在不行，带证件到景区人工窗口，当场就能办。")
		case t.mentions("发给你", "发了", "照片", "拍给你", "自己看", "传给你"):
			return true, t.again("照片我看不了，也没有保存，这样才安全。号码要打字发给我。打不来的，请家里人帮忙，或带证件到景区人工窗口办。")
		case t.k.Step == stepNumber && t.mentions("没错", "没有错", "没得错", "是对的", "就是这个", "没打错", "没有打错"):
			return true, t.again("18位号码里有一位是用来检验的，现在对不上，多半是看错了一位，比如1和7、0和6。请一位一位再对一遍；还是不行，带证件到景区人工窗口办。")
		}
	}
	if utf8.RuneCountInString(t.text) <= 14 && t.mentions("商量一下", "商量哈", "商量下", "考虑一下", "考虑哈", "再想", "好贵") {
		return true, t.again("不急，您想好了再说。")
	}
	reason := reasons[t.k.Step]
	if reason == "" || !t.mentions("为什么", "为啥", "干嘛", "干啥", "凭啥", "做什么用", "有什么用", "哪里看", "在哪", "哪里有", "安全", "泄露", "要钱", "收费", "什么意思", "不懂", "怎么要", "怎么还要", "怎么填", "怎么写", "看得到", "看不看得", "给景区", "完整", "拿去", "怕") {
		return false, nil
	}
	return true, t.again(reason)
}

// reasons say why each question about a person is asked.
var reasons = map[step]string{
	stepConsent:  "证件号码和姓名只用来核对您能不能享受优惠。加密保存，到期删除，不收钱。不同意也行，可以到景区人工窗口办理。",
	stepSharing:  "景区要认得来的是不是领券的本人，所以要看打了星号的姓名和号码，看不到完整的。不收钱。",
	stepKind:     "要知道您用哪种证件，才好核对号码。没带证件的话，户口簿上也有号码。",
	stepNumber:   "号码在身份证正面最下面一行，一共18位；户口簿在您那一页上。只用来核对资格，加密保存，不收钱。",
	stepName:     "姓名要和证件号码对得上，免得别人拿您的号码冒领。请打证件上的姓名。",
	stepGuardian: "法律规定，处理不满14周岁孩子的信息，要父母或其他监护人同意。",
	stepTown:     "名册里没有您，工作人员要知道您住在哪里，才好核对。选一个镇街就行。",
	stepAddress:  "快递要有收货人、手机号和详细地址才送得到。地址加密保存，只给卖家发货用。",
}
