package bot

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models/db"
)

var (
	anger      = regexp.MustCompile(`骗子|骗人|骗我|豁我|豁人|投诉|举报|垃圾|什么破|啥子破|气死|坑人|你们?(是不是|怕是)?有病|滚|他妈|妈的|妈卖批|龟儿|日妈|锤子|傻|哈儿|脑壳有包|无语|太差|差评|烦死|歧视|不公平|欺负人|烦不烦|麻烦死|恼火|火大|莫名其妙|(没得?|有没有|有没得)人管|人管不管`)
	praise     = regexp.MustCompile(`^[^有什么吗不没]{0,6}(巴适|安逸|好吃|不错|满意|点赞|真好|好用|方便|周到)[^有什么吗不没]{0,6}$`)
	gotIt      = regexp.MustCompile(`^(我|都|货|东西|包裹|快递|已经|全部|刚刚|刚)*(收到|拿到|收齐|领到)(货)?(了|啦|咯|哈|的)*(,|谢|$)`)
	paying     = regexp.MustCompile(`^(我|现在|这就|马上|要|想|来|已经|刚才|刚刚|都|去|钱|是不是|有没有)*付(钱|款|好|过|成功)?(了|啦|哈|的|没|没有|吗|不)*$`)
	justGo     = regexp.MustCompile(`(直接|就)(去|来|过去|到景区).{0,4}(是吧|对吧|是不是|行吗|行不|可以吗|就行|就可以|吗|嘛|[?？])`)
	gotOne     = regexp.MustCompile(`领(到|好|成功)(了)?(没|吗|不)|领成功没|到底领`)
	addressOf  = regexp.MustCompile(`地址.{0,6}(错|改|换)|(改|换).{0,3}地址`)
	howMuch    = regexp.MustCompile(`^.{0,4}(好多|多少|几多|几块)钱?.{0,4}$|^.{0,3}票价.{0,4}$`)
	justNow    = regexp.MustCompile(`(刚|才)(刚|才)?(下|买|订).{0,3}(单|的)|我的单`)
	mistaken   = regexp.MustCompile(`(搞|弄|选|点|打|买|订|下)错`)
	dropIt     = regexp.MustCompile(`(刚才|刚刚|原来|先前|那个|这个|那张|这张|那笔|这笔|那单|上一).{0,4}(取消|退|不要)|(取消|退掉|退了|不要).{0,2}(刚才|刚刚|原来|先前|那个|那张|那笔|那单|上一)`)
	thanks     = regexp.MustCompile(`^(好[的嘛吧哈呀]?,?|嗯+,?|行,?|ok,?)*(谢谢|多谢|谢|感谢|谢了|辛苦|那?我?先(走|忙|睡|下|这样)|再见|拜拜|知道|明白|晓得|好嘞|好|好的|要得|嗯+|哦+|ok|OK|行|(?i:thank(s| you)|thx|bye)|88+6?)[你您们啦了哈]*$`)
	forSomeone = regexp.MustCompile(`(帮|替|给|代)(我|俺|我们)?(的)?(妈|爸|老伴|爱人|老公|老婆|儿子|女儿|爷爷|奶奶|外公|外婆|邻居|朋友|同事|别人|他人|亲戚|孙子|孙女|父母|父亲|母亲|老人|家人).{0,4}(领|办|拿|弄|申请|登记)|把.{1,6}的(券|票|二维码)|(别人|他|她|邻居|朋友)的(券|票|二维码)|(叫|喊|让)我帮|帮(他|她)(看|领|弄|办)|` +
		`(妈|爸|老伴|爱人|老公|老婆|儿子|女儿|爷爷|奶奶|外公|外婆|邻居|朋友|同事|亲戚|孙子|孙女)(也|都|还)(要|想|得)?(领|办)|(算|加)(在|到|进)我.{0,4}(券|票|张|里|头)`)
	someonesOwn = regexp.MustCompile(`看(看|下|哈|一下)?(别个|[^我您你过期前次张看下哈一的]{2,3})的(券|票|二维码)`)
)

// onlyVisit is a message that says a day or a number of people and nothing else (not 今天天气好).
var onlyVisit = regexp.MustCompile(`^[0-9零一二两三四五六七八九十年月日号天周星期礼拜今明后大下这个本末上中午早晚国庆节中秋去想我们和老伴屋头家切要人位口共总,.，。\-/ 吧呢嘛那还有没得名额票吗不行]+$`)

// heart answers anger, who asks for somebody else, and questions beside the errand. Where any words are an answer it leaves them alone.
func (t *turn) heart() (bool, error) {
	switch {
	case t.k.Step == stepMessage || t.k.Step == stepEvidence || t.k.Step == stepAddress:
		return false, nil
	case anger.MatchString(t.text):
		return true, t.complain()
	case forSomeone.MatchString(t.text):
		return true, t.forOthers()
	case someonesOwn.MatchString(t.text):
		if h, err := t.hear(); err != nil || h.Spot == "" && h.Date == "" {
			return true, errors.Join(err, t.forOthers())
		}
	}
	return t.answerQuestion()
}

// wish does what a free sentence asks for. false: nobody knows what that is.
func (t *turn) wish() (bool, error) {
	h, err := t.hear()
	if err != nil {
		return true, err
	}
	if t.piece() {
		return t.lastResort()
	}
	if done, err := t.smallTalk(bare(t.text), bare(h.Text)); done || err != nil {
		return done, err
	}
	if done, err := t.changeIssued(); done || err != nil {
		return done, err
	}
	if do := t.wishOf(h); do != nil {
		return true, do()
	}
	if h.Intent == words.IntentOther && t.k.Step == "" && len([]rune(h.Text)) >= 2 {
		if done, err := t.search(h.Date == "" && h.People == 0 && t.mentions("有没有", "有卖", "卖不卖", "买")); done || err != nil {
			return done, err
		}
	}
	return t.lastResort()
}

// smallTalk answers what people say about what has just been done, at the menu; plain is the message in simplified characters.
func (t *turn) smallTalk(typed, plain string) (bool, error) {
	switch {
	case t.k.Step == "" && justGo.MatchString(t.text):
		t.say("对，那天带上本人身份证件和二维码，到景区给工作人员扫就行。")
		return true, t.vouchers()
	case gotOne.MatchString(plain):
		return true, t.vouchers()
	case dropIt.MatchString(plain) && t.mentions("张", "券", "票"):
		return true, t.cancelSome(words.Heard{})
	case t.k.Step != "":
	case t.spotShown() != "" && t.heard.Spot == "" && len(t.heard.Products) == 0 && howMuch.MatchString(plain):
		return true, t.spot(t.spotShown())
	case thanks.MatchString(typed), thanks.MatchString(plain):
		return true, t.backToMenu("不客气！还要办什么？")
	case praise.MatchString(plain):
		return true, t.backToMenu("您满意，我们就高兴。还要办什么？")
	case gotIt.MatchString(plain):
		return true, t.receiveSome()
	case bulk.MatchString(plain):
		_, err := t.unsure(plain)
		return true, err
	case paying.MatchString(plain):
		return true, t.paySome()
	case dropIt.MatchString(plain):
		return true, t.dropLast()
	case justNow.MatchString(plain):
		return true, t.orders()
	case addressOf.MatchString(plain):
		t.choose("下好的订单不能直接改地址。还没发货的，可以取消了重新下，付的钱原路退回；或点“人工”写明订单号和新地址。", append(list("我的订单", "取消订单", "人工"), home)...)
		return true, nil
	case mistaken.MatchString(plain) && len([]rune(plain)) < 16:
		t.choose("没关系。没付款、没发货的订单可以取消了再下，领好的券可以取消了再领，都不收钱。", append(list("我的订单", "我的券", "人工"), home)...)
		return true, nil
	}
	return false, nil
}

// dropLast asks whether to cancel the only thing that can be cancelled (把刚才那个取消), or which.
func (t *turn) dropLast() error {
	orders, err := t.e.d.Orders(t.ctx, t.link, 0, 50)
	if err != nil {
		return t.refuse(err)
	}
	views, err := t.e.d.Vouchers(t.ctx, t.link)
	if err != nil {
		return t.refuse(err)
	}
	orders = slices.DeleteFunc(orders, func(o db.OrderView) bool { return o.Cancel() != nil })
	views = slices.DeleteFunc(views, func(v db.VoucherView) bool { return !v.Voucher.OpenOn(t.e.d.Today()) })
	switch {
	case len(orders) > 0 && (len(views) == 0 || t.mentions("单", "笔", "货")):
		return t.dropSome()
	case len(orders) == 0 && len(views) > 0:
		return t.cancelSome(words.Heard{})
	}
	t.choose("要取消哪一样？", append(list("我的券", "我的订单", "购物篮"), home)...)
	return nil
}

// chatter are the intents that a question about a place may be taken for.
var chatter = []string{words.IntentClaim, words.IntentOther, words.IntentHuman, words.IntentHelp}

// wishOf weighs what was heard: what was asked comes before what is wanted, goods before visits.
func (t *turn) wishOf(h words.Heard) func() error {
	switch {
	case t.k.Step == "" && h.Spot == "" && h.Date == "" && h.People == 0 && len(h.Products) == 0 && slices.Contains(chatter, h.Intent) && onSite.MatchString(t.text) && asking.MatchString(t.text):
		return func() error { _, err := t.unsure(t.text); return err }
	case h.Ask == words.AskOthers:
		return t.forOthers
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
		return func() error {
			if h.Spot != "" && (h.Date != "" || h.People > 0) {
				t.say("您说了好几件事，一件一件来：先买特产，买好了再说一遍去景区的事。")
			}
			return t.order(h)
		}
	case h.Spot != "" && siteAsk.MatchString(t.text):
		return func() error { return t.siteQuestion(h.Spot) }
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
		spot := t.spotShown()
		t.k.rest()
		t.k.Claim.Spot = spot // the answer to 要去吗
	}
	t.fill(h)
	return t.goOn()
}

// spotPick marks the spot that was told of last as what a talk is about.
const spotPick = "spot:"

// spotShown is the spot that was told of last, where nothing was done since; "" if there is none.
func (t *turn) spotShown() string {
	id, ok := strings.CutPrefix(t.k.Pick, spotPick)
	if !ok || t.k.Step != "" {
		return ""
	}
	return id
}

// buy searches for what is wanted, or shows the shelves.
func (t *turn) buy() error {
	if done, err := t.search(true); done || err != nil {
		return err
	}
	return t.shop()
}

// refund leads to what can be done today: cancel before shipping, a person after it. Who complains of bad goods is not
// told of cancelling first.
func (t *turn) refund() error {
	if t.mentions("烂", "坏", "破", "少", "错", "漏", "馊", "臭", "霉", "死") {
		t.say("对不起，给您添麻烦了。坏了、少了、发错了都可以赔：请写明是哪一单、坏了或少了多少，先别点“确认收货”。")
		return t.askMessage()
	}
	orders, err := t.e.d.Orders(t.ctx, t.link, 0, ordersShown)
	if err != nil {
		return t.refuse(err)
	}
	var back []string
	for _, o := range orders {
		if strings.Contains(o.Status, "退款") {
			back = append(back, orderLine(o))
		}
	}
	if len(back) > 0 && refundAsked.MatchString(t.text) {
		t.say("退款的订单：\n" + strings.Join(back, "\n"))
		t.choose("钱原路退回付款的地方。三天没到账，点“人工”。", append(list("我的订单", "人工"), home)...)
		return nil
	}
	t.say("没发货的订单可以直接取消，付的钱原路退回；已经发货的，请点“人工”写明订单和原因。")
	return t.dropSome()
}

// refundAsked asks how a refund stands rather than for one.
var refundAsked = regexp.MustCompile(`退.{0,3}(没|吗|到|好久|多久|几时)|好久|多久|几时|什么时候|到账`)
