package words

import (
	"slices"
	"strings"
)

var (
	priceWords = []string{"多少钱", "怎么卖", "几块", "价格", "价钱", "什么价", "单价", "票价", "贵不贵", "贵吗", "多少一", "几元", "报价", "价位", "什么价位", "多少米", "怎么个卖", "卖多少", "便宜", "贵不", "多少块", "多少元", "价目", "标价", "卖价", "售价", "打折吗", "优惠吗", "怎么算钱", "怎么算"}
	stockWords = []string{"有没有", "有货", "还有吗", "还有没", "卖完", "现货", "库存", "缺货", "没货", "有卖", "买得到", "能买到", "还剩", "P有吗", "P有不", "P有没", "还有P吗", "还有P没", "还有P不", "有得卖", "有得P", "卖不卖", "卖P吗", "卖P不", "P卖吗", "P卖不", "断货", "上市", "上架", "有没卖", "P有的吗", "到货", "没有货", "卖光", "买得着", "买不买得到", "下市", "P没有了", "有P卖", "能买", "P有没", "售罄"}
	refusals   = []string{"不用了", "算了", "不弄了", "不领了", "不想领", "不办了", "不要了", "不想要", "不同意", "不需要", "先不", "不搞了", "不整了", "不买了"}
)

func asksPrice(plain string) bool { return containsAny(plain, priceWords) }

// asksStock: 还有P alone goes on with a list of wishes.
func asksStock(plain string) bool {
	if containsAny(plain, stockWords) {
		return true
	}
	end := strings.TrimRight(plain, ",的啊呢哦呀哈")
	if at := strings.Index(end, "有"); at >= 0 && (strings.HasSuffix(end, "吗") || strings.HasSuffix(end, "不") || strings.HasSuffix(end, "没") || strings.HasSuffix(end, "没有") && at+len("有") < len(end)-len("有")) {
		return true
	}
	i := strings.Index(plain, "有P")
	return i >= 0 && !strings.HasSuffix(plain[:i], "还") && !strings.HasSuffix(plain[:i], "只") && !strings.HasSuffix(plain[:i], "也")
}

// intent judges the whole sentence, once its parts are known.
func (s *sentence) intent(h *Heard) string {
	plain := s.plain()
	if short, known := shortIntent(plain); known {
		return short
	}
	plain = standard.Replace(plain)
	intent := book().match(plain)
	if intent == IntentOther {
		if better := s.names.keys.repaired(plain); better != plain {
			intent = book().match(better)
		}
	}
	intent = s.weigh(intent, plain, h)
	s.settleOthers(&intent, h)
	h.settleAsk(plain, intent)
	return intent
}

// weigh corrects the first rule's word by what the sentence holds.
func (s *sentence) weigh(intent, plain string, h *Heard) string {
	if intent == intentPlace { // a spot and nothing else that any rule knows
		h.place, intent = true, IntentSpots
	}
	goods, visit := len(h.Products)+len(h.Either) > 0, h.Spot != "" || h.planned() || h.Ask == AskSpot
	switch {
	case s.turned && !s.story && is(intent, IntentOther, IntentClaim, IntentBuy, IntentVoucherCancel, IntentBasket, IntentBack, IntentNo, IntentHelp, IntentSpots, IntentOrderCancel, IntentRefund, IntentVouchers) && s.saidAnew(plain) && (goods || visit):
		if goods {
			return IntentBuy
		}
		return IntentClaim
	case intent == IntentSpots && h.Spot == "" && h.planned() && !s.asksAbout(plain) && !containsAny(plain, []string{"哪", "什么", "推荐", "几", "多少", "免费", "介绍", "景"}):
		return IntentClaim
	case intent == IntentBuy && goods && h.Spot != "" && containsAny(plain, []string{"领", "门票", "预约", "的票", "的券"}):
		return IntentClaim
	case intent == IntentEligibility && h.Spot != "" && h.planned() && !containsAny(plain, []string{"资格", "条件", "符合", "户口", "高新", "免", "领", "证", "优惠"}):
		return IntentClaim
	case intent == IntentSpots && h.Spot != "" && containsAny(plain, []string{"名额", "有票", "票还有", "余票", "剩票"}):
		return IntentClaim
	case intent == IntentVoucherCancel && (s.goesElsewhere() || s.swapped && h.Date != "" && !containsAny(plain, []string{"取消", "退"}) || h.People > 0 && !containsAny(plain, []string{"取消", "退"}) && s.stay):
		return IntentClaim
	case is(intent, IntentTrack, IntentOther) && len(h.Products) > 0 && goesOnAsking(plain): // 那贡米呢
		h.ask(AskPrice)
		return IntentBuy
	case intent == IntentOrders && goods && h.orders(plain) || is(intent, IntentOrders, IntentTrack) && goods && containsAny(plain, againWords) && h.counted():
		return IntentBuy // 上回买的好吃,再要三袋
	case is(intent, IntentClaim, IntentSpots, IntentOther) && h.Spot != "" && s.onlyTold(plain):
		h.aside, h.place = true, false
		return IntentOther // 上个月去了濯水 is no wish
	case intent == IntentSpots && h.Spot != "" && h.planned() && containsAny(plain, []string{"也想去", "想去", "要去", "也去", "打算去", "准备去", "也要去"}) && !s.asksAbout(plain):
		return IntentClaim
	case intent == IntentBasket && goods && !containsAny(plain, []string{"去掉", "删", "拿掉", "移除", "减", "清空", "拿出", "看看", "看一下", "有没有", "有什么", "几样"}):
		return IntentBuy // 不要脆红李,来两箱猕猴桃; 两箱放购物车
	case intent == IntentOrderCancel && goods && len(h.Without) > 0:
		return IntentBuy // 不买土豆了,买土鸡蛋
	case intent == IntentOther && visit && h.Spot == "" && h.Ask != AskSpot && (smallTalk(plain) || h.Ask == AskPastDay && strangers(plain) > 1):
		h.aside = true
	case is(intent, IntentOther, IntentSpots) && goods && h.Spot == "", intent == IntentOther && goods, goods && h.orders(plain) && is(intent, IntentTrack, IntentHuman, IntentOrders, IntentPay, IntentHelp, IntentVouchers, IntentLink, IntentEligibility, IntentGreet, IntentSpots, IntentClaim, IntentMenu, IntentBack) && !(h.Spot != "" && intent == IntentClaim):
		return IntentBuy
	case is(intent, IntentSpots, IntentClaim, IntentOther, IntentBuy) && !goods && (h.Spot != "" || h.Ask == AskSpot) && s.asksAbout(plain):
		h.place = false
		return IntentSpots
	case is(intent, IntentSpots) && h.onlySpot(plain) && h.planned(), intent == IntentOther && h.Spot != "", intent == IntentBuy && !goods && visit && h.Spot != "" && !strings.Contains(plain, "买"):
		return IntentClaim
	case is(intent, IntentOther, IntentClaim, IntentGreet, IntentHelp) && containsAny(plain, refusals) && len(s.hits) == 0 && len(plain) <= shortMessage && !visit:
		return IntentNo
	case is(intent, IntentOther, IntentGreet) && startsYes(strings.Trim(plain, ", ")) && !visit && h.Quantity == 0:
		return IntentYes
	}
	return intent
}

// fillers are characters that a day or a company may be wrapped in and still be all that was said.
const fillers = "我们咱俺你他她它吧嘛哦啊呢哈噻撒就是要去到想来的了那这一起路共总都也带和跟与同耍玩早上下午晚中出发请给帮订约定选时间日期人数号天个走得可以行好呀哟喔把先再还有说在里安排大家家里孩娃朋友游客位名大小成年男女老票券张,TSP "

// smallTalk says whether a day or a number of people is mentioned in passing: 今天好热, 我有三个孩子都大了.
func smallTalk(plain string) bool {
	if containsAny(plain, []string{"天气", "下雨", "落雨", "好热", "好冷", "多少度", "几度", "温度", "太阳", "热死", "冷死", "周几", "星期几", "几号", "新闻", "股票", "比赛", "足球", "做什么", "干什么", "吃什么", "心情", "再说", "再聊", "再联系"}) {
		return true
	}
	if containsAny(plain, []string{"去", "来", "玩", "领", "约", "订", "票", "游", "逛", "走", "到", "改", "换", "出发", "报名", "人数", "日期"}) {
		return false
	}
	return strangers(plain) > 4
}

// strangers counts the characters that do not belong to a bare plan.
func strangers(plain string) (n int) {
	for _, r := range plain {
		n += btoi(!strings.ContainsRune(fillers, r))
	}
	return n
}

// orders says whether a sentence orders goods, whatever else it tells: where to, for whom, why. Goods with a quantity do,
// unless they are goods that were ordered before.
func (h *Heard) orders(plain string) bool {
	said := false
	for _, p := range slices.Concat(h.Products, h.Either) {
		said = said || p.typed != "" || p.Quantity > 0
	}
	return (said || containsAny(plain, []string{"要P", "买P", "来P", "想吃P", "要买", "想买", "来点P", "买点P"})) && !containsAny(plain, []string{
		"没到", "没收到", "收到", "哪里", "到哪", "催", "什么时候", "多久", "买的", "订的", "下的", "单号", "物流", "怎么还", "人工", "客服", "投诉", "骗", "举报", "没发", "发没发", "还没", "没有到", "几天", "付了", "扣了", "付不", "举报", "转人", "找人", "发货没", "发货了",
	})
}

// goesOnAsking knows a name that is asked about after another: 那贡米呢, 还有花椒呢.
func goesOnAsking(plain string) bool {
	core := strings.TrimSuffix(strings.Trim(plain, ","), "呢")
	for _, w := range []string{"那么", "那", "还有", "你们的", "这个", "对了", ","} {
		core = strings.TrimPrefix(core, w)
	}
	return core == "P" && strings.HasSuffix(strings.Trim(plain, ","), "呢")
}

// againWords want the same once more.
var againWords = []string{"再要", "再来", "再买", "再订", "再给", "再寄", "再发", "再称", "还要", "还想", "又要", "又想", "也想", "这回", "这次", "这盘", "继续"}

// counted says whether goods were named with how many.
func (h *Heard) counted() bool {
	return slices.ContainsFunc(h.Products, func(p HeardProduct) bool { return p.Quantity > 0 || p.vague })
}

// saidAnew tells a correction from 算了 before something else: what is said anew stands behind the turn.
func (s *sentence) saidAnew(plain string) bool {
	return !containsAny(plain, []string{"退款", "退货", "退钱", "烂", "坏", "漏", "碎", "霉", "臭", "破", "变质", "少发", "发错", "取消", "退票", "怎么去", "开门", "几点", "不买了", "怎么走", "换货"}) || strings.Contains(plain, "取消S")
}

// asksAbout says whether a question is put about a spot, and no voucher spoken of.
func (s *sentence) asksAbout(plain string) bool {
	if containsAny(plain, []string{"领", "券", "票", "约", "订", "名额", "报名", "登记", "改", "换", "都想去", "都要去", "不是", "帮我", "给我", "安排"}) {
		return false
	}
	if containsAny(plain, []string{"想去", "要去", "想带", "准备去", "打算去", "就我", "我们"}) && strings.Contains(plain, "T") && !containsAny(plain, []string{"几点", "怎么", "多久", "多远", "哪", "有没有", "多少", "开门", "开放", "停车"}) {
		return false
	}
	end := strings.TrimRight(plain, ",啊呢哦呀哈嘞")
	if containsAny(end, []string{"可以吗", "可不可以", "好吗", "能去", "可以去", "可以带", "能带", "去吗"}) {
		return false
	}
	if strings.HasSuffix(end, "吗") || strings.HasSuffix(end, "不") || strings.HasSuffix(end, "没") || strings.HasSuffix(end, "没有") {
		return true
	}
	if containsAny(plain, []string{"什么", "怎么走", "怎么去", "怎么样", "怎么坐", "怎么玩", "哪个", "哪里", "哪些", "几点", "几个小时", "多久", "多远", "多少钱", "多少时间", "有没有", "是不是", "好不好", "要不要", "远不远", "开不开", "热不热", "多不多", "值不值", "近不近", "大不大", "难不难", "累不累", "会不会", "开没开"}) {
		return !containsAny(plain, []string{"怎么领", "不知道选", "选哪个"})
	}
	return false
}

// onlySpot says whether a spot was named and nothing was asked about it.
func (h *Heard) onlySpot(plain string) bool {
	return h.Spot != "" && !asksPrice(plain) && !containsAny(plain, infoWords)
}

// infoWords ask about a spot.
var infoWords = []string{
	"开门", "关门", "开放", "几点", "怎么去", "怎么走", "在哪", "哪里", "好玩", "天气", "停车", "远不远", "多远", "多久", "怎么样", "介绍", "吗", "什么", "怎么", "几个", "好不好", "多少", "有没有", "电话", "位置", "地址", "值不值", "值得", "路线", "导航", "人多", "挤", "下雨", "免费", "收费", "几折", "打折",
}

// planned says whether a day or a company was named, however vaguely.
func (h *Heard) planned() bool {
	return h.Date != "" || h.People > 0 || h.crowd || h.Ask == AskDay || h.Ask == AskPastDay || h.Ask == AskPeople
}

// settleAsk drops what need not be asked for this errand (the day of a purchase, the quantity of what has gone bad)
// and notes a question of a spot's price.
func (h *Heard) settleAsk(plain, intent string) {
	switch h.Ask {
	case AskDay, AskPastDay, AskPeople:
		if !is(intent, IntentClaim, IntentOther, IntentVoucherCancel) {
			h.Ask, h.EitherDay = "", nil
		}
	case AskSpot:
		if !is(intent, IntentClaim, IntentOther, IntentSpots, IntentVoucherCancel, IntentEligibility) {
			h.Ask = ""
		}
	case AskProduct, AskQuantity, AskPrice, AskStock:
		if !is(intent, IntentBuy, IntentBasket, IntentOther) || intent == IntentBasket && len(h.Products)+len(h.Either)+len(h.Without) == 0 {
			h.Ask = ""
		}
	}
	switch {
	case intent == IntentBuy && asksPrice(plain), intent == IntentSpots && h.Spot != "" && asksPrice(plain):
		h.ask(AskPrice)
	case intent == IntentBuy && len(h.Products) > 0 && (asksStock(plain) || h.asksOfGoods(plain)):
		h.ask(AskStock)
	}
}

// asksOfGoods says whether a question is put about goods and nothing ordered: 脆红李甜不甜, 天麻怎么吃.
func (h *Heard) asksOfGoods(plain string) bool {
	for _, p := range h.Products {
		if p.Quantity > 0 {
			return false
		}
	}
	if containsAny(plain, []string{"要", "买", "来", "订", "加", "寄", "换", "改", "给我", "不是"}) {
		return false
	}
	end := strings.TrimRight(plain, ",啊呢哦呀哈嘞的")
	return strings.HasSuffix(end, "吗") || strings.HasSuffix(end, "不") || strings.HasSuffix(end, "没") || containsAny(end, []string{
		"怎么", "什么", "多久", "多大", "哪里", "几斤", "几个", "好不好", "甜不甜", "辣不辣", "新不新鲜", "香不香", "还是", "是不是", "酸不酸",
	})
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

func containsAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
