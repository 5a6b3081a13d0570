package bot

import (
	"regexp"

	"github.com/jieban/jieban/bot/words"
)

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
	if h.Intent == words.IntentOther && t.k.Step == "" && len([]rune(h.Text)) >= 2 {
		return t.search(t.mentions("有没有", "有卖", "卖不卖", "买"))
	}
	return false, nil
}

// wishOf weighs what was heard: what was asked comes before what is wanted, goods before visits.
func (t *turn) wishOf(h words.Heard) func() error {
	switch {
	case h.Ask == words.AskPrice || h.Ask == words.AskStock:
		if h.Spot != "" && len(h.Products) == 0 {
			return func() error { return t.spot(h.Spot) }
		}
		return func() error { return t.prices(h) }
	case h.Intent == words.IntentTrack:
		return t.trackSome
	case h.Intent == words.IntentVoucherCancel:
		return func() error { return t.cancelSome(h) }
	case h.Intent == words.IntentOrderCancel:
		return t.dropSome
	case h.Intent == words.IntentRefund:
		return t.refund
	case len(h.Products) > 0 || h.Ask == words.AskProduct:
		return func() error { return t.order(h) }
	case h.Intent == words.IntentSpots && h.Spot != "":
		return func() error { return t.spot(h.Spot) }
	case h.Intent == words.IntentClaim || h.Intent == words.IntentOther && (h.Spot != "" || h.Ask == words.AskSpot || (h.Date != "" || h.People > 0) && onlyVisit.MatchString(h.Text)):
		return func() error { return t.visit(h) }
	}
	return t.menuWish(h.Intent)
}

// menuWish is the errand alone, where nothing was named.
func (t *turn) menuWish(intent string) func() error {
	switch intent {
	case words.IntentGreet:
		if t.k.Step != "" {
			return func() error { return t.again("我在。我们接着办。") }
		}
		return t.greet
	case words.IntentMenu:
		return t.greet
	case words.IntentEligibility:
		return t.standing
	case words.IntentVouchers:
		return t.vouchers
	case words.IntentSpots:
		return t.spots
	case words.IntentBuy:
		return t.buy
	case words.IntentBasket:
		return t.basket
	case words.IntentOrders:
		return t.orders
	case words.IntentPay:
		return t.paySome
	case words.IntentHelp:
		return t.help
	case words.IntentHuman:
		return t.askMessage
	case words.IntentConsentWithdraw:
		return t.askWithdraw
	case words.IntentDeleteMe:
		return t.askErase
	case words.IntentLink:
		return t.bind
	case words.IntentBack:
		return t.goBack
	case words.IntentNo:
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
func (t *turn) visit(h words.Heard) error {
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
