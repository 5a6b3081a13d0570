package words

import "strings"

// shortMessage is the longest message, in bytes, that can be a yes or a no with words around it: 8 Chinese characters.
const shortMessage = 24

// shortWords holds whole messages, without the particles at their ends.
var shortWords = shortTable(map[string]string{
	IntentYes: "是 是的 是滴 好 好的 好嘞 好滴 好哒 好勒 好咧 可以 可 行 要得 对 对的 对头 对滴 对了 嗯 恩 嗯呐 嗯哪 ok okay yes y 同意 我同意 确认 确定 没问题 没错 要 要的 需要 继续 同意并继续 就这样 得行 中 妥 成 没得问题 莫得问题 " +
		"没得事 是嘞 就这个 就要这个 就是这个 就这么办 就恁个 就楞个 就这么定 下一步 好呀 好啊 好嘛 好噻 好吧 可以的 可以嘛 没有问题 正确 准确 是这样 对对 是是 好好好 必须的 当然 当然可以 当然要 愿意 我愿意 我确认 确认无误 无误 没毛病 办嘛 整 整嘛 搞起 来嘛 走起 " +
		"安逸 巴适 ojbk okk okok oki 1可以 知道了 晓得了 明白 明白了 了解 收到 就按你说的 按你说的 听你的 那好 那行 那就好 那可以 就是 是撒 是噻 对噻 对撒 要噻 要撒 授权 我授权 允许 接受 我接受 提交 嗯好 嗯可以 嗯要得 嗯对 嗯是的 哦好 哦好的 好了 可以了 行吧 行嘛 行啊 对啊 对呀 是啊 是呀 没意见 确认下单 确认订单 确认提交 无异议 就它 就它了 好说 yep yeah yup sure",
	IntentNo: "否 不 不是 不要 不用 不行 不对 不同意 我不同意 算了 no n 取消 cancel 不需要 不用了 不要了 不弄了 不办了 不领了 不想领 退出 结束 没有 莫 要不得 不得行 莫得 不了 先不 先不用 不是的 不是这个 不是这样 不可以 不愿意 拒绝 不确认 不确定 " +
		"不搞了 不整了 不想弄了 不想要了 我不想要这个 不干 不好 没得 没 免了 罢了 算求 算球 算逑 算了算了 不要不要 还是算了 先算了 那算了 那不要了 暂时不要 暂时不用 先不要 不接受 不允许 nope 不错不错不 别 别了 停 停止 放弃 作罢 不得 不必 不必了 不需要了 不玩了算了 都不要 我不要 我不要了 不考虑 不想 不想了 不同意共享 下次 下次吧 改天 改天再说 以后再说 再说 再说吧 改日 改天吧 关闭 关掉 取消这个 取消掉 全部取消 都取消 取消操作 不约了 别领 不要领 不想办 暂时不买 不下单 错 错了 不对头 不对不对",
	IntentBack: "返回 上一步 返回上一步 后退 回退 回去 back 重选 重新选 选错 退回 退回去 回到上一步 退回上一步 上一页 返回上一页 上一级 往回走 倒回去 重来 重新来 等一下重来 搞错 弄错 点错 选错了 我选错 退一步 倒退 重填 回上一步 撤回上一步 前一步 重新填 再来一遍 重新弄",
	IntentMenu: "菜单 主菜单 首页 主页 开始 功能 menu start 返回菜单 返回首页 返回主菜单 重新开始 从头开始 返回主页 回主页 回首页 回到主页 回到首页 回到主菜单 回菜单 打开菜单 主界面 home 目录 功能菜单 服务菜单 全部功能 所有功能 主目录 首页面",
	IntentGreet: "你好 您好 你们好 hi hello 嗨 哈喽 哈啰 在 在吗 在不在 在没得 有人 有人吗 喂 早上好 上午好 中午好 下午好 晚上好 早 早安 晚安 谢谢 谢谢你 谢谢您 多谢 再见 拜拜 拜 bye byebye 88 886 谢 谢了 谢啦 感谢 非常感谢 十分感谢 辛苦 辛苦了 thanks thankyou thx 3q 大家好 师傅好 老师好 " +
		"老师你好 你好你好 哈罗 回聊 回见 好的谢谢1 万分感谢 麻烦了 麻烦你了 打扰了 吃了没 吃了吗 恭喜发财 新年好 节日快乐 好久不见 在么 有人没得 有没得人 有人没 在线吗 有人在吗 有人在不 有没得人在 老乡好 老乡你好 下次再聊 幸会 goodbye morning",
	IntentHelp:     "help 帮助 ? 帮帮我 帮忙 帮我 救命 使用说明 说明 怎么用 咋用 啷个用 不会 不会弄 不会用 不懂 看不懂 新手 指南 教程 求助 啷个整 咋整 咋弄 怎么弄 怎么搞 啷个弄 咋个弄 咋个用 不晓得啷个弄 教我",
	IntentHuman:    "agent 人工 客服 转人工 人 人呢 真人 找人 人工服务 人工客服 在线客服 投诉 举报 骂人 打电话",
	IntentVouchers: "券 我的 我的券 我的票 二维码 码 我的码 票呢 券呢 码呢 看票 看券", IntentClaim: "票 门票 领 领票 领券 领个票 领个券 要票 我要票", IntentBuy: "买 购物 买特产 买东西 特产 我要买 商城 下单 土特产 逛商店", IntentPay: "付 付款 支付 付钱 结账 买单",
	IntentEligibility: "资格 条件 查资格 我的资格", IntentOrders: "订单 我的订单 查订单 单子", IntentTrack: "快递 物流 查快递 查物流 发货", IntentRefund: "退款 退钱 退货 售后 退", IntentBasket: "购物车 购物篮 篮子", IntentLink: "绑定 解绑 验证码",
	IntentSpots: "景区 景点 有啥耍的 哪里好耍 哪点好耍",
})

func shortTable(lists map[string]string) map[string]string {
	table := map[string]string{}
	for intent, list := range lists {
		for word := range strings.FieldsSeq(list) {
			table[word] = intent
		}
	}
	return table
}

// particles end a short answer and mean nothing.
var particles = []string{"吧", "啊", "呀", "呢", "哦", "哈", "嘛", "噻", "撒", "嘞", "啦", "哟", "咯", "一下", ",", "的哈", "喽", "诶", "哎", "唉", "嗷", "滴", "了哈", "了", "呗", "哒", "咧", "吗", "没", "呐", "喔", "噢", "欸", "哇", "么"}

// openings begin a short answer and mean nothing.
var openings = []string{"那就", "我要", "我想", "请", "嗯", "哦", "那", "额", "呃", "啊", "哎", "唉", "诶", "就", "麻烦", "给我", "帮我", "我说", "喂", "好嘛", "嗯嗯", ",", "先", "都", "直接", "赶紧", "快", "查", "看", "查一下", "看看", "看一下", "我", "打开", "去", "你", "说了"}

// shortIntent reads a message that is one word of the list, whatever particles stand around it. What is doubled
// (好好好, 不不不) is said once.
func shortIntent(plain string) (string, bool) {
	core, asked := strings.Trim(plain, ", "), false
	for range 6 {
		switch intent, known := shortWords[core]; {
		case known && asked && (intent == IntentYes || intent == IntentNo): // 好了吗 is no answer
			return IntentOther, true
		case known:
			return intent, true
		}
		next := undoubled(core)
		for _, w := range particles {
			if cut, found := strings.CutSuffix(core, w); found && cut != "" && next == core {
				next, asked = strings.TrimRight(cut, ","), asked || w == "吗" || w == "没" || w == "么"
			}
		}
		for _, w := range openings {
			if rest, found := strings.CutPrefix(core, w); found && next == core && shortWords[strings.TrimLeft(undoubled(rest), ",")] != "" {
				next = strings.TrimLeft(rest, ",")
			}
		}
		if next == core {
			return "", false
		}
		core = next
	}
	return "", false
}

// undoubled says a repeated word once: 好好好, 要得要得, 不是,不是.
func undoubled(s string) string {
	r := []rune(strings.ReplaceAll(s, ",", ""))
	for n := 1; n <= 3 && n < len(r); n++ {
		if len(r)%n != 0 {
			continue
		}
		same := true
		for i := n; i < len(r); i++ {
			same = same && r[i] == r[i-n]
		}
		if same {
			return string(r[:n])
		}
	}
	return s
}

// nods are pictures that say yes all by themselves.
const nods = "👍👌🆗✅☑✔👏"

// nodded says whether a message is nothing but nods.
func nodded(text string) bool {
	some := false
	for _, r := range text {
		switch {
		case strings.ContainsRune(nods, r):
			some = true
		case r >= 0x1F3FB && r <= 0x1F3FF, r == 0xFE0F, r == ' ': // the colour of a hand
		default:
			return false
		}
	}
	return some
}

// startsYes knows 好的谢谢, 可以的, 同意领取, 确认下单: a yes with a few words after it, and no question.
func startsYes(core string) bool {
	if len(core) > shortMessage || containsAny(core, []string{"吗", "不", "么", "?", "没", "天气", "多", "热", "冷", "什么", "哪", "谁", "几", "行李", "行程", "对面", "好吃", "好玩", "好看", "好像", "怎么", "好大", "好贵", "好远", "好想", "可以多"}) {
		return false
	}
	for _, w := range []string{"我同意", "我确认", "我愿意", "好的", "好", "可以", "同意", "确认", "确定", "行", "对", "要得", "没问题", "是的", "嗯", "ok", "没得问题", "得行"} {
		if strings.HasPrefix(core, w) {
			return true
		}
	}
	return false
}
