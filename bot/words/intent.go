package words

import (
	"slices"
	"strings"
)

// wordRule: any of the patterns means the intent. In a pattern … stands for at most gap bytes, S for a spot, P for a product.
type wordRule struct {
	intent   string
	patterns []string
}

// gap is how far apart two words of one pattern may stand, in bytes: 8 Chinese characters.
const gap = 24

// shortMessage is the longest message, in bytes, that can be a yes or a no with words around it: 8 Chinese characters.
const shortMessage = 24

// shortWords holds whole messages, without the particles at their end.
var shortWords = map[string]string{
	"是": IntentYes, "是的": IntentYes, "好": IntentYes, "好的": IntentYes, "好嘞": IntentYes, "可以": IntentYes, "行": IntentYes, "要得": IntentYes, "对": IntentYes, "对的": IntentYes,
	"嗯": IntentYes, "嗯嗯": IntentYes, "ok": IntentYes, "okay": IntentYes, "yes": IntentYes, "y": IntentYes, "同意": IntentYes, "我同意": IntentYes, "确认": IntentYes, "确定": IntentYes,
	"没问题": IntentYes, "没错": IntentYes, "要": IntentYes, "要的": IntentYes, "需要": IntentYes, "继续": IntentYes, "同意并继续": IntentYes, "就这样": IntentYes, "可以可以": IntentYes, "好好": IntentYes,
	"否": IntentNo, "不": IntentNo, "不是": IntentNo, "不要": IntentNo, "不用": IntentNo, "不行": IntentNo, "不对": IntentNo, "不同意": IntentNo, "我不同意": IntentNo, "算了": IntentNo, "no": IntentNo,
	"n": IntentNo, "取消": IntentNo, "cancel": IntentNo, "不需要": IntentNo, "不用了": IntentNo, "不要了": IntentNo, "不弄了": IntentNo, "不办了": IntentNo, "不领了": IntentNo, "不想领": IntentNo,
	"退出": IntentNo, "结束": IntentNo, "没有": IntentNo, "莫": IntentNo, "要不得": IntentNo, "不得行": IntentNo, "莫得": IntentNo, "不了": IntentNo, "先不": IntentNo, "先不用": IntentNo,
	"返回": IntentBack, "上一步": IntentBack, "返回上一步": IntentBack, "后退": IntentBack, "回退": IntentBack, "回去": IntentBack, "back": IntentBack, "重选": IntentBack, "重新选": IntentBack, "选错": IntentBack,
	"菜单": IntentMenu, "主菜单": IntentMenu, "首页": IntentMenu, "主页": IntentMenu, "开始": IntentMenu, "功能": IntentMenu, "menu": IntentMenu, "start": IntentMenu, "返回菜单": IntentMenu, "返回首页": IntentMenu,
	"返回主菜单": IntentMenu, "重新开始": IntentMenu, "从头开始": IntentMenu,
	"你好": IntentGreet, "您好": IntentGreet, "你们好": IntentGreet, "hi": IntentGreet, "hello": IntentGreet, "嗨": IntentGreet, "在": IntentGreet, "在吗": IntentGreet, "在不在": IntentGreet, "有人": IntentGreet, "喂": IntentGreet,
	"早上好": IntentGreet, "上午好": IntentGreet, "下午好": IntentGreet, "晚上好": IntentGreet, "早": IntentGreet, "谢谢": IntentGreet, "谢谢你": IntentGreet, "谢谢您": IntentGreet, "多谢": IntentGreet, "再见": IntentGreet, "拜拜": IntentGreet,
	"help": IntentHelp, "帮助": IntentHelp, "?": IntentHelp, "agent": IntentHuman, "券": IntentVouchers, "我的": IntentVouchers, "票": IntentClaim, "买": IntentBuy, "购物": IntentBuy, "付": IntentPay, "资格": IntentEligibility,
}

// wordRules are tried in order: what must never be missed (erasure, withdrawal, a human) comes first, then calling off,
// then questions, then the common errands, whose words also occur in all the others.
var wordRules = []wordRule{
	{IntentDeleteMe, []string{"删除…信息", "删除…资料", "删除…数据", "删除…账号", "删除…记录", "删掉…信息", "删掉…资料", "删了…信息", "清除…信息", "清空…信息", "注销", "把我…删", "信息…删除", "信息…删掉", "信息…删了", "资料…删"}},
	{IntentConsentWithdraw, []string{"撤回…同意", "撤销…同意", "收回…同意", "取消…同意", "同意…撤回", "撤回…授权", "撤销…授权", "取消…授权", "收回…授权", "授权…撤", "不再同意", "不同意了", "撤回"}},
	{IntentHuman, []string{"人工", "客服", "真人", "工作人员", "投诉", "举报", "找人", "找个人", "联系电话", "打电话", "电话多少", "电话是多少", "咨询电话", "留言", "活人", "发票"}},
	{IntentLink, []string{"绑定", "关联", "换手机", "换了手机", "换微信", "换号", "验证码", "解绑"}},
	{IntentVoucherCancel, []string{"退票", "退券", "退…票", "退…券", "券…退", "票…退", "取消…券", "取消…票", "券…取消", "票…取消", "取消…预约", "预约…取消", "取消…行程", "取消…S", "S…取消", "不去S", "不想去S", "不去了", "不想去了", "不能去", "去不了", "去不成", "去不到", "来不了", "不来了", "不耍了"}},
	{IntentOrderCancel, []string{"取消…订单", "取消…单", "订单…取消", "单子…取消", "不买了", "不想买", "撤单", "退单", "取消购买", "不订了", "取消…P", "P…取消"}},
	{IntentRefund, []string{"退款", "退钱", "退货", "换货", "退换", "退…钱", "钱…退", "退…款", "售后", "烂了", "坏了", "坏的", "烂的", "少发", "发错", "漏发", "赔", "要退", "想退", "能退", "可以退"}},
	{IntentBasket, []string{"购物车", "购物篮", "篮子", "不要P", "不想要P", "去掉P", "删掉P", "别要P", "删除P", "P不要", "P都不要", "P不买", "P去掉", "P删掉", "P就不要"}},
	{IntentTrack, []string{"到哪了", "到哪里了", "到哪儿", "到哪点", "到了哪", "物流", "快递", "发货", "寄出", "寄了", "运单", "单号", "什么时候到", "几时到", "哪天到", "多久到", "好久到", "多久能到", "几天到", "还没到", "没收到", "没有收到", "确认收货", "签收", "送到没", "到货", "包裹"}},
	{IntentPay, []string{"付款", "支付", "付钱", "给钱", "结账", "结算", "买单", "缴费", "交钱", "付账", "怎么付", "付了钱", "没到账", "扣了钱", "扣款", "pay"}},
	{IntentOrders, []string{"我的订单", "订单", "买过", "我买的", "我订的", "买了什么", "购买记录"}},
	{IntentVouchers, []string{"我的券", "我的票", "我的优惠", "我领的", "领过的", "领了哪些", "领了几", "已领", "看券", "查券", "看票", "查票", "二维码", "券码", "出示", "码呢", "票呢", "券呢", "券在哪", "票在哪", "有几张券", "我的门票", "入园码"}},
	{IntentHelp, []string{"用不了", "付不了", "打不开", "扫不出", "扫不了", "扫不到", "没反应", "进不去", "带几个", "可以带", "能带", "带身份证", "什么证", "证件", "手续", "转给", "转让", "代领", "用几次", "最多"}},
	{IntentSpots, []string{"S…免费吗", "S…免费不", "S…要钱", "S…收费"}},
	{IntentBuy, []string{"有P", "有没有P", "P…有没有", "P…怎么卖", "买…P", "在S…买"}},
	{IntentEligibility, []string{"资格", "能领吗", "能领不", "能领么", "能不能领", "可不可以领", "可以领吗", "可以领不", "能领S", "领得到", "符合", "条件", "哪些人", "什么人", "谁可以", "谁能", "我能不能", "能享受", "享受…吗", "算不算", "能免费", "能不能免费", "可以免费", "免费吗", "免费不", "是不是免费", "免票", "能领…吗", "能…领吗", "可以…领吗", "能…领不", "能领…不", "可以领…吗", "能不能…领", "为什么不能", "为啥不能", "凭什么", "够不够格", "审核", "材料", "可以去吗", "能去吗"}},
	{IntentSpots, []string{"哪些景", "什么景", "哪些地方", "哪几个景", "哪里好玩", "哪里好耍", "哪点好耍", "去哪", "景点介绍", "有哪些…免费", "怎么去S", "S…怎么去", "S…怎么走", "S…在哪", "S…远", "S…好玩", "S…好耍", "S…开门", "S…开放", "S…几点", "S…多少钱", "S…好多钱", "S…票价", "S…价格", "S…介绍", "介绍…S", "S…停车", "S…天气", "S…电话", "S…贵", "几点开", "几点关", "开门", "关门", "开放时间", "营业时间", "打折", "几折"}},
	{IntentClaim, []string{"领…券", "领…票", "领取", "领S", "领…S", "抢票", "订票", "要票", "预约", "预订S", "订S", "门票", "免费票", "优惠券", "旅游券", "买…票", "S…票", "S…券", "怎么领", "咋领", "啷个领", "在哪领", "我要领", "我想领", "领一", "领两", "领三", "取票", "去S", "到S", "游S", "玩S", "耍S", "逛S", "看S", "去一趟S", "名额", "有票", "有没有票", "去…S", "S…玩", "S…耍", "S…旅游", "想去S", "要去"}},
	{IntentBuy, []string{"P", "特产", "买东西", "买点", "购买", "商城", "商店", "超市", "下单", "订购", "年货", "礼盒", "农产品", "山货", "好吃的", "吃的", "想买", "要买", "去买", "逛", "我买", "买…吃"}},
	{IntentSpots, []string{"S", "景点", "景区", "好玩", "好耍", "旅游", "哪里耍", "去耍", "去玩", "出去玩"}},
	{IntentBack, []string{"上一步", "重来", "重新选", "选错", "搞错", "返回"}},
	{IntentMenu, []string{"菜单", "首页", "有什么功能", "能做什么", "能干什么", "会做什么", "能办什么", "有哪些服务"}},
	{IntentHelp, []string{"帮助", "帮忙", "帮我", "帮帮", "怎么用", "怎么使用", "啷个用", "咋个用", "怎么弄", "怎么操作", "怎么搞", "啷个弄", "咋弄", "咋用", "不会", "教我", "教一下", "说明", "规则", "不懂", "看不懂", "怎么买", "怎么办", "help"}},
	{IntentGreet, []string{"你好", "您好", "谢谢", "hello", "再见", "辛苦", "你是谁", "有人吗", "在不在"}},
}

var (
	priceWords = []string{"多少钱", "好多钱", "几多钱", "几钱", "怎么卖", "咋卖", "啷个卖", "几块", "价格", "价钱", "什么价", "啥价", "单价", "票价", "贵不贵", "贵吗", "多少一", "好多一", "几元"}
	stockWords = []string{"有没有", "有没得", "有货", "还有吗", "还有没", "卖完", "现货", "库存", "缺货", "没货", "有卖", "买得到", "能买到", "还剩", "P有吗", "P有不", "还有P吗", "还有P没", "有得卖", "有得P"}
	refusals   = []string{"不用了", "算了", "不弄了", "不领了", "不想领", "不办了", "不要了", "不想要", "不同意", "不需要", "先不"}
)

func asksPrice(plain string) bool { return containsAny(plain, priceWords) }

// asksStock: 还有P alone goes on with a list of wishes.
func asksStock(plain string) bool {
	return containsAny(plain, stockWords) || strings.Contains(plain, "有P") && !strings.Contains(plain, "还有P")
}

// intent judges the whole sentence, once its parts are known.
func (s *sentence) intent(plain string, h *Heard) string {
	core := bareWords(plain)
	if intent, known := shortWords[core]; known {
		return intent
	}
	intent, goods := firstRule(plain), len(h.Products)+len(h.Either) > 0
	switch {
	case intent == IntentVoucherCancel && s.goesElsewhere():
		intent = IntentClaim
	case intent == IntentBasket && goods: // 不要脆红李,来两箱猕猴桃
		intent = IntentBuy
	case (is(intent, IntentSpots, IntentOther) || intent == IntentBuy && !goods) && h.Spot != "" && h.planned() && !asksPrice(plain) && !visitQuestion(plain):
		intent = IntentClaim
	case is(intent, IntentOther, IntentClaim, IntentGreet, IntentHelp) && containsAny(core, refusals) && len(s.hits) == 0 && len(core) <= shortMessage:
		intent = IntentNo
	case is(intent, IntentOther, IntentGreet) && startsYes(core):
		intent = IntentYes
	}
	h.settleAsk(plain, intent)
	return intent
}

// planned says whether a day or a company was named, however vaguely.
func (h *Heard) planned() bool {
	return h.Date != "" || h.People > 0 || h.Ask == AskDay || h.Ask == AskPastDay || h.Ask == AskPeople
}

// settleAsk drops what need not be asked for this errand (the day of a purchase, the quantity of what has gone bad)
// and notes a question of a spot's price.
func (h *Heard) settleAsk(plain, intent string) {
	visit := is(intent, IntentClaim, IntentOther, IntentSpots, IntentVoucherCancel, IntentEligibility)
	switch h.Ask {
	case AskDay, AskPastDay, AskPeople, AskSpot:
		if !visit {
			h.Ask, h.EitherDay = "", nil
		}
	case AskProduct, AskQuantity, AskPrice, AskStock:
		if !is(intent, IntentBuy, IntentBasket, IntentOther) {
			h.Ask = ""
		}
	}
	switch {
	case intent == IntentBuy && asksPrice(plain), intent == IntentSpots && h.Spot != "" && asksPrice(plain):
		h.ask(AskPrice)
	case intent == IntentBuy && len(h.Products) > 0 && asksStock(plain):
		h.ask(AskStock)
	}
}

func is(intent string, wanted ...string) bool { return slices.Contains(wanted, intent) }

// goesElsewhere says whether, beside a spot they do not want, there is one they do want: 不去濯水了,去十三寨.
func (s *sentence) goesElsewhere() bool {
	refused, wanted := false, false
	for i := range s.runes {
		if hit := s.hitAt(i); hit != nil && hit.spot {
			refused = refused || s.refused(i)
			wanted = wanted || !s.refused(i)
		}
	}
	return refused && wanted
}

func visitQuestion(plain string) bool {
	return containsAny(plain, []string{"开门", "开放", "几点", "怎么去", "怎么走", "在哪", "好玩", "好耍", "天气", "停车", "远不远"})
}

func firstRule(plain string) string {
	for _, r := range wordRules {
		for _, p := range r.patterns {
			if matchesPattern(plain, p) {
				return r.intent
			}
		}
	}
	return IntentOther
}

// matchesPattern says whether the words of a pattern stand in the text in their order, each close to the one before.
func matchesPattern(text, pattern string) bool {
	first, rest, more := strings.Cut(pattern, "…")
	for {
		i := strings.Index(text, first)
		if i < 0 || !more {
			return i >= 0
		}
		text = text[i+len(first):]
		if k := strings.Index(text, rest); k >= 0 && k <= gap {
			return true
		}
	}
}

func containsAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// bareWords drops what carries no meaning at the ends of a short answer.
func bareWords(plain string) string {
	core := strings.Trim(plain, ", ")
	for {
		cut := core
		for _, w := range []string{"吧", "啊", "呀", "呢", "哦", "哈", "嘛", "噻", "撒", "嘞", "啦", "哟", "咯", "一下", ","} {
			if len(cut) > len(w) {
				cut = strings.TrimSuffix(cut, w)
			}
		}
		for _, w := range []string{"那就", "我要", "我想", "请", "嗯,", "哦,", "那"} {
			if rest := strings.TrimPrefix(cut, w); rest != "" && shortWords[rest] != "" {
				cut = rest
			}
		}
		if cut == core {
			return core
		}
		core = cut
	}
}

// startsYes knows 好的谢谢, 可以的, 同意领取, 确认下单: a yes with a few words after it, and no question.
func startsYes(core string) bool {
	if len(core) > shortMessage || containsAny(core, []string{"吗", "不", "么", "?"}) {
		return false
	}
	for _, w := range []string{"好的", "好", "可以", "同意", "确认", "确定", "行", "对", "要得", "没问题", "是的", "嗯", "ok"} {
		if strings.HasPrefix(core, w) {
			return true
		}
	}
	return false
}
