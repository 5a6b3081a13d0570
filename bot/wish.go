package bot

import (
	"regexp"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// command reads what is said the same way everywhere, whatever was asked: the words of the menu and of the choices.
func (t *turn) command() (bool, error) {
	for _, read := range []func() (bool, error){t.voucherCommand, t.orderCommand, t.productCommand} {
		if done, err := read(); done || err != nil {
			return done, err
		}
	}
	if do := t.commandOf(bare(t.text)); do != nil {
		return true, do()
	}
	return false, nil
}

func (t *turn) commandOf(word string) func() error {
	switch word {
	case "主菜单", "菜单", "首页":
		return func() error { return t.backToMenu("要办什么？") }
	case "开始", "重新开始":
		return t.greet
	case "返回", "上一步", "后退", "回去":
		return t.goBack
	case "取消", "退出", "不办", "算":
		return t.callOff
	case "领券", "领劵", "领卷", "领票", "我要领券", "再领一张", "登记":
		return t.claim
	case "我的券", "我的劵", "我的票", "我的二维码", "二维码":
		return t.vouchers
	case "资格", "我的资格", "查资格":
		return t.standing
	case "景区", "景点", "有哪些景区":
		return t.spots
	case "买特产", "特产", "买东西":
		return t.shop
	case "购物篮", "购物车", "篮子":
		return t.basket
	case "我的订单", "订单":
		return t.orders
	case "人工", "转人工", "工作人员", "找人工", "人工服务", "客服":
		return t.askMessage
	case "帮助", "怎么用", "help", "":
		return t.help
	case "交证明", "交材料", "补材料":
		return t.askEvidence
	case "我是监护人":
		return t.askGuardian
	}
	return t.rarerCommand(word)
}

func (t *turn) rarerCommand(word string) func() error {
	switch word {
	case "绑定":
		return t.bind
	case "输入验证码", "验证码":
		return t.askCode
	case "撤回同意", "撤销同意":
		return t.askWithdraw
	case "删除我的信息", "删除信息", "注销":
		return t.askErase
	case "查物流", "物流", "到哪":
		return t.trackSome
	case "确认收货", "收货":
		return t.receiveSome
	case "取消订单", "退单":
		return t.dropSome
	case "改日期", "改时间", "换日期", "换一天":
		if t.k.Claim.Spot != "" {
			return func() error { return t.change(func(c *claimSlots) { c.Day = "" }) }
		}
	case "改人数":
		if t.k.Claim.Spot != "" {
			return func() error { return t.change(func(c *claimSlots) { c.People = 0 }) }
		}
	case "换证件", "换证件类型", "换一种证件", "换一个证件":
		t.k.Who = whoSlots{}
		return t.goOn
	case "换景区", "改景区", "换一个景区":
		return func() error { return t.change(func(c *claimSlots) { c.Spot = "" }) }
	}
	return nil
}

func (t *turn) trackSome() error {
	return t.someOrder("没有已发货的订单。发货了会在这里告诉您。", func(o db.OrderView) bool { return len(o.Shipments) > 0 }, t.track)
}

func (t *turn) receiveSome() error {
	return t.someOrder("没有等您确认收货的订单。", receivable, t.askReceive)
}

func (t *turn) dropSome() error {
	return t.someOrder("没有可以取消的订单；已经发货的请回复“人工”。", func(o db.OrderView) bool { return o.Cancel() == nil }, t.askDrop)
}

func (t *turn) paySome() error {
	return t.someOrder("没有等您付款的订单。", func(o db.OrderView) bool { return o.State == models.OrderPendingPayment }, t.payOrder)
}

// take gives the message to the question that stands. false: it is no answer to it.
func (t *turn) take() (bool, error) {
	switch t.k.Step {
	case stepConsent:
		return t.takeConsent(models.ConsentSensitive, t.declineSensitive)
	case stepSharing:
		return t.takeConsent(models.ConsentSharing, t.declineSharing)
	case stepGuardian:
		return t.takeConsent(models.ConsentGuardian, t.declineGuardian)
	case stepKind:
		return t.takeKind()
	case stepNumber:
		return t.takeNumber()
	case stepName:
		return t.takeName()
	case stepTown:
		return t.takeTown()
	case stepEvidence:
		return t.takeEvidence()
	case stepSpot:
		return t.takeVisit()
	case stepDay, stepDate:
		return t.takeDay()
	case stepPeople:
		return t.takePeople()
	case stepConfirm:
		return t.takeConfirm()
	case stepCancel:
		return t.takeCancel()
	}
	return t.takeElse()
}

func (t *turn) takeElse() (bool, error) {
	switch t.k.Step {
	case stepCode:
		return t.takeCode()
	case stepWithdraw:
		return t.takeWithdraw()
	case stepErase:
		return t.takeErase()
	case stepMessage:
		return t.takeMessage()
	case stepShop:
		return t.takeShop()
	case stepProduct:
		return t.takeProduct()
	case stepPack:
		return t.takePack()
	case stepQuantity:
		return t.takeQuantity()
	case stepOrder:
		return t.takeOrder()
	case stepAddress:
		return t.takeAddress()
	case stepDeliver:
		return t.takeDeliver()
	case stepBasket:
		return t.takeBasket()
	case stepDrop:
		return t.takeDrop()
	case stepReceive:
		return t.takeReceive()
	}
	return false, nil
}

// goBack goes to the question before; from the first one, and from where nothing is asked, to the menu.
func (t *turn) goBack() error {
	c, s := &t.k.Claim, &t.k.Shop
	switch t.k.Step {
	case stepSharing, stepKind, stepConsent, stepSpot:
	case stepNumber:
		t.k.Who = whoSlots{}
		return t.askWho()
	case stepName, stepGuardian:
		t.k.Who.Number, t.k.Who.Name = "", ""
		return t.goOn()
	case stepTown:
		t.k.Who.Name = ""
		return t.askName()
	case stepDay:
		*c = claimSlots{}
		return t.goOn()
	case stepDate, stepPeople:
		c.Day = ""
		return t.goOn()
	case stepConfirm:
		c.People = 0
		return t.goOn()
	case stepProduct, stepPack:
		return t.shop()
	case stepQuantity, stepOrder:
		for i := range s.Wants {
			s.Wants[i].SKU, s.Wants[i].Unit, s.Wants[i].Amount, s.Wants[i].Quantity = "", "", 0, 0
		}
		return t.orderNext()
	case stepAddress, stepDeliver:
		if s.Basket {
			return t.basket()
		}
		return t.askOrder()
	case stepCancel:
		return t.vouchers()
	case stepDrop, stepReceive:
		return t.orders()
	}
	return t.backToMenu("好的，回到主菜单。要办什么？")
}

// callOff stops what is being done. Where nothing is, a bare 取消 means something already done.
func (t *turn) callOff() error {
	if t.k.Step == "" || t.k.Step == stepShop {
		t.k.rest()
		t.choose("现在没有正在办的事。要取消什么？", append(list("我的券", "我的订单", "购物篮"), home)...)
		return nil
	}
	return t.backToMenu("好的，先不办了。要办什么？")
}

var (
	anger      = regexp.MustCompile(`骗子|骗人|骗我|投诉|举报|垃圾|什么破|气死|坑人|有病|滚|他妈|傻|无语|太差|差评|烦死`)
	thanks     = regexp.MustCompile(`^(好的?,?|嗯+,?|行,?)?(谢谢|多谢|谢|感谢|辛苦|再见|拜拜|知道|明白|晓得|好嘞|好|好的|要得|嗯+|哦+|ok|OK|行)[你您们啦了]*$`)
	forSomeone = regexp.MustCompile(`(帮|替|给|代)(我|俺|我们)?(的)?(妈|爸|老伴|爱人|老公|老婆|儿子|女儿|爷爷|奶奶|外公|外婆|邻居|朋友|同事|别人|他人|亲戚|孙子|孙女|父母|父亲|母亲|老人|家人).{0,4}(领|办|拿|弄|申请|登记)|把.{1,6}的(券|票|二维码)|(别人|他|她|邻居|朋友)的(券|票|二维码)`)
)

// onlyVisit is a message that says a day or a number of people and nothing else (not 今天天气好).
var onlyVisit = regexp.MustCompile(`^[0-9零一二两三四五六七八九十年月日号天周星期礼拜今明后大下这个本末上中午早晚国庆节中秋去想我们和老伴要人位口共总,.，。\-/ 吧]+$`)

// heart answers anger, and who asks for somebody else. Where any words are an answer it leaves them alone.
func (t *turn) heart() (bool, error) {
	switch {
	case t.k.Step == stepMessage || t.k.Step == stepEvidence || t.k.Step == stepAddress:
		return false, nil
	case anger.MatchString(t.text):
		return true, t.complain()
	case forSomeone.MatchString(t.text):
		return true, t.forOthers()
	}
	return false, nil
}

// wish does what a free sentence asks for. false: nobody knows what that is.
func (t *turn) wish() (bool, error) {
	if thanks.MatchString(bare(t.text)) && t.k.Step == "" {
		return true, t.backToMenu("不客气！还要办什么？")
	}
	h, err := t.hear()
	if err != nil {
		return true, err
	}
	if do := t.wishOf(h); do != nil {
		return true, do()
	}
	if h.Intent == IntentOther && t.k.Step == "" && len([]rune(h.Text)) >= 2 {
		return t.search(t.mentions("有没有", "有卖", "卖不卖", "买"))
	}
	return false, nil
}

func (t *turn) wishOf(h Heard) func() error {
	switch {
	case h.Ask == AskPrice || h.Ask == AskStock:
		if h.Spot != "" && len(h.Products) == 0 {
			return func() error { return t.spot(h.Spot) }
		}
		return func() error { return t.prices(h) }
	case h.Intent == IntentTrack:
		return t.trackSome
	case h.Intent == IntentVoucherCancel:
		return func() error { return t.cancelSome(h) }
	case h.Intent == IntentOrderCancel:
		return t.dropSome
	case h.Intent == IntentRefund:
		return t.refund
	case len(h.Products) > 0 || h.Ask == AskProduct:
		return func() error { return t.order(h) }
	case h.Intent == IntentSpots && h.Spot != "":
		return func() error { return t.spot(h.Spot) }
	case h.Intent == IntentClaim || h.Intent == IntentOther && (h.Spot != "" || h.Ask == AskSpot || (h.Date != "" || h.People > 0) && onlyVisit.MatchString(h.Text)):
		return func() error { return t.visit(h) }
	}
	return t.menuWish(h.Intent)
}

func (t *turn) menuWish(intent string) func() error {
	switch intent {
	case IntentGreet:
		if t.k.Step != "" {
			return func() error { return t.again("我在。我们接着办。") }
		}
		return t.greet
	case IntentMenu:
		return t.greet
	case IntentEligibility:
		return t.standing
	case IntentVouchers:
		return t.vouchers
	case IntentSpots:
		return t.spots
	case IntentBuy:
		return t.buy
	case IntentBasket:
		return t.basket
	case IntentOrders:
		return t.orders
	case IntentPay:
		return t.paySome
	case IntentHelp:
		return t.help
	case IntentHuman:
		return t.askMessage
	case IntentConsentWithdraw:
		return t.askWithdraw
	case IntentDeleteMe:
		return t.askErase
	case IntentLink:
		return t.bind
	case IntentBack:
		return t.goBack
	case IntentNo:
		if t.says("不", "不是", "不对", "错", "没有") && t.k.Step != "" {
			return func() error {
				return t.again("没关系。要改上一步点“返回”，不办了点“取消”。")
			}
		}
		if t.k.Step != "" {
			return t.callOff
		}
	}
	return nil
}

// visit begins a visit with what was said, or goes on with the one that is being arranged.
func (t *turn) visit(h Heard) error {
	switch t.k.Step {
	case stepSpot, stepDay, stepDate, stepPeople, stepConfirm, stepConsent, stepSharing:
	default:
		t.k.rest()
	}
	t.fill(h)
	return t.goOn()
}

// buy searches for what is wanted, or shows the shelves.
func (t *turn) buy() error {
	if done, err := t.search(true); done || err != nil {
		return err
	}
	return t.shop()
}

// refund leads to what can be done today: cancel before shipping, a person after it.
func (t *turn) refund() error {
	t.say("没发货的订单可以直接取消，付的钱原路退回；已经发货的，请点“人工”写明订单和原因。")
	return t.dropSome()
}
