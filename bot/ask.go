package bot

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// question is something people ask beside their errand, and what is answered; the question that stood is asked again.
type question struct {
	about  *regexp.Regexp
	answer func(*turn) error
}

// tell answers with a sentence and offers the choices named.
func tell(text string, choices ...string) func(*turn) error {
	return func(t *turn) error { return t.aside(text, "您可以：", append(list(choices...), home)...) }
}

// questions are tried in order. They are matched without punctuation and polite endings.
var questions = []question{
	{freight, tell("快递费不另收：合计写多少，就付多少。", "买特产", "购物篮")},
	{regexp.MustCompile(`发票|开票|开个票|收据`), (*turn).bill},
	{regexp.MustCompile(`手机(坏|掉|丢|没电|停机|不见|摔|被偷|没得了)|手机.(坏|掉|丢|没电|不见|摔|被偷)|(没|没有|莫得|没得)(智能)?手机($|[^号])`), tell("手机坏了、丢了或没有，都不要紧：带本人身份证到景区人工窗口，报号码就能查到券。换了手机的，在新手机上回复“绑定”。", "我的券", "绑定", "人工")},
	{regexp.MustCompile(`(娃|孩子|小孩|儿子|女儿|孙子|孙女|幺儿|细娃|学生).{0,8}(要不要|用不用|需不需要|要钱|收钱|免费|免票|半价|也要|算不算|算人头|买票|领不领|怎么办|咋办|啷个办|单独)`), tell("小孩跟您一起去，不用另外领：把孩子算进您那张券的人数里就行。小孩买不买票、多高多大免票，以景区售票处为准。孩子要单独一张，用家长的另一部手机领，未满14周岁要监护人同意。", "领券", "人工")},
	{regexp.MustCompile(`外国人|外籍|老外|外国朋友|香港人|澳门人|台湾人`), tell("外籍和港澳台的朋友，住在优惠的镇街里也可以办：点“领券”，证件选护照、居住证或永久居留证，再交居住证明，由工作人员核对。", "领券", "人工")},
	{regexp.MustCompile(`^你(们)?(到底)?是(哪个|谁|啥子|什么|干什么的|干嘛的|做啥子的|真人|人|机器人|活人)(吗|不|哦)*$|是人还是|是不是(真人|机器|机器人)|你叫(啥|什么)`), tell("我是自动回答的小助手，不是真人。要找真人，点“人工”留言。", "领券", "买特产", "人工")},
	{regexp.MustCompile(`(不|没)(想)?(给|交|填|发|报|带|登记).{0,3}(身份证|证件|号码|信息).{0,6}(能|可以|行|得行)`), tell("不登记证件，这里发不了电子券，怕别人冒领。不想在网上登记的，带证件到景区人工窗口办，优惠一样。买特产不用证件。", "领券", "景区", "买特产")},
	{regexp.MustCompile(`(不想|不要|不准|不许|不让|莫).{0,6}(存|留|保存|用|拿|登记).{0,4}(信息|资料|身份证|号码)|(怎么|啷个|咋个|咋|如何|能不能|可以).{0,3}(删|撤回|注销)`), tell("可以，您的信息您做主：回复“撤回同意”，就不再用您的信息，没用过的券作废；回复“删除我的信息”，就全部删掉，找不回来。", "撤回同意", "删除我的信息")},
	{regexp.MustCompile(`(收不收|要不要|用不用|交不交|要交|另外收).{0,2}(钱|费)$|^(要钱|收费|收钱|花钱)(不|吗|么)$`), tell("领券不收钱。进景区时，免费的不用付，打折的到窗口付折后的票钱；买特产按标的价付。", "领券", "景区", "买特产")},
	{regexp.MustCompile(`(回复|回信|答复|回话)(了)?(没|没有|吗|不|我没)|(还|咋|怎么)(还)?(不|没)(有)?(回|答复)|等了(好久|半天)`), from(noReply)},
	{regexp.MustCompile(`^.{0,10}(不好意思|对不起|抱歉|莫怪)[哈啊了哦]?$`), tell("没关系，您慢慢来。", "领券", "买特产", "人工")},
	{regexp.MustCompile(`(信息|数据|资料|号码|隐私|身份证).{0,10}(安全|泄露|泄漏|外传|卖给|卖掉|保密|会不会)|(会不会|别|莫|不会).{0,4}(拿去|卖掉|拿去卖|泄露|外传|乱用)`), tell("不会外传，也不会卖。号码加密保存，只用来核对您能不能享受优惠；二维码里没有您的姓名和号码；到期删除。您随时可以回复“撤回同意”或“删除我的信息”。", "领券", "景区", "人工")},
	{regexp.MustCompile(`(信息|数据|资料|号码|隐私|身份证).{0,10}(拿去|做什么|干什么|干啥|干嘛|给谁|谁看|谁能看|存在哪|存多久|保存多久)|存(好久|多久|多长)`), from(models.Programme.ConsentNotice)},
	{regexp.MustCompile(`(谁|哪个|哪家|什么单位|啥单位).{0,4}(办的|在管|管的|负责|运营|开的|搞的|做的)|是不是.{0,4}(政府|官方|正规|公家|诈骗|骗局)|(不会|会不会)是.{0,3}(诈骗|骗局|假的)|(政府|官方|公家|正规)(办|搞|的)?.{0,3}(吗|么|不|嘛)$|折.{0,6}是真的|折.{0,6}是不是真的|真的假的|真的还是假的`), from(whoRuns)},
	{regexp.MustCompile(`下一?(期|次|批|回).{0,6}(好久|什么时候|啥时候|几时|有没有|还有|有|哪天)|(明年|以后).{0,3}还(有|搞|办|打折)`), from(whenNext)},
}

var (
	aboutQuery = regexp.MustCompile(`^.{0,6}(问|请教|咨询)(一下|个|一个|点|哈|件)*(事|问题|事情)?$`)
	anyone     = regexp.MustCompile(`^(喂+|哎+|有人|人|在|说话|回话|咋|怎么|为什么|为啥|啷个|你|都|还)*(在|在不在|人呢|人喃|人咧|人勒|没人|有人|不说话|不回|不理人|不理我|不回我|说话|回话|搭理)(吗|不|没|没得|呀|啊|了|嘛|喃|呢|撒|哦|咯)*$`)
	changeOfIt = regexp.MustCompile(`(改|换)(成|到|为|期|一天|个时间|个日子)|加(一|两|三|几|1|2)?(个|位)人?|多(一|两|1|2)个人|少(一|两|1|2)个人`)
)

// answerQuestion answers what is no errand. false: it is none of the questions known.
func (t *turn) answerQuestion() (bool, error) {
	s, called := bare(t.text), strings.Trim(t.text, edges)
	for _, q := range questions {
		if q.about.MatchString(s) {
			return true, q.answer(t)
		}
	}
	switch {
	case aboutQuery.MatchString(s) && t.k.Step == "":
		return true, tell("您请说。我答不上来的，点“人工”写给工作人员。", "领券", "景区", "买特产", "人工")(t)
	case anyone.MatchString(called) && t.k.Step != "":
		return true, t.again("我在。我们接着办，您照下面这句话回答就行。")
	case anyone.MatchString(called):
		return true, t.backToMenu("我在，我是自动回答的小助手。要办什么？")
	}
	return false, nil
}

// from answers with what the programme's own data say.
func from(text func(models.Programme) string) func(*turn) error {
	return func(t *turn) error {
		p, err := t.e.d.Programme(t.ctx)
		if err != nil {
			return err
		}
		return tell(text(p), "领券", "景区", "人工")(t)
	}
}

// noReply is what to do while an officer has not answered: an answer would stand above this sentence.
func noReply(p models.Programme) string {
	text := "工作人员一回复，就会出现在这个聊天里；现在还没有新的回复。"
	if p.Contact != "" {
		text += "等不及的话：" + p.Contact + "。"
	}
	return text
}

// whoRuns names the programme and who answers for it.
func whoRuns(p models.Programme) string {
	text := "这是“" + p.Title + "”"
	if p.Answerable() {
		text += "，由" + p.Controller + "办理（" + p.Contact + "）"
	}
	return text + "，优惠期是" + p.ValidFrom.ZH() + "到" + p.ValidTo.ZH() + "。领券不收钱，也不会叫您转账。"
}

// whenNext promises nothing.
func whenNext(p models.Programme) string {
	return "这一期是" + p.ValidFrom.ZH() + "到" + p.ValidTo.ZH() + "。下一期有没有、什么时候，要等公布，现在说不准。"
}

// siteAsk is a question about a spot that is no wish to go there yet.
var siteAsk = regexp.MustCompile(`(停车|轮椅|推车|狗|宠物|吃饭|住宿|坐船|坐车|公交|厕所|老年证|军人|残疾|学生证|身高|讲解|导游|走不动|爬坡|楼梯).*(不|吗|没|么|能|可以|多少|啷个|怎么|[?？])`)

// siteQuestion tells what is known of a spot, and that the rest is not.
func (t *turn) siteQuestion(spot string) error {
	offers, today, err := t.offers()
	if err != nil {
		return err
	}
	for _, o := range offers {
		if o.Spot.ID == spot {
			t.say(spotLine(o, today))
		}
	}
	_, err = t.unsure("电话")
	return err
}

// bill tells who writes an invoice and what it needs, and takes it down where nothing else is under way.
func (t *turn) bill() error {
	text := "发票由卖家开，要写明订单号、发票抬头和税号。"
	if t.k.Step != "" {
		return t.again(text + "先把这一步办完，再回复“人工”写下来就行。")
	}
	t.say(text)
	return t.askMessage()
}

// changeIssued tells who wants another day or number on a voucher that is already issued how that is done. false: there
// is no such voucher, or nothing of the kind was said.
func (t *turn) changeIssued() (bool, error) {
	if t.k.Step != "" || !changeOfIt.MatchString(bare(t.text)) {
		return false, nil
	}
	h, err := t.hear()
	if err != nil || h.People == 0 && h.Date == "" && h.Ask != words.AskDay && !t.mentions("加", "多", "少") || len(h.Products) > 0 {
		return false, err
	}
	views, err := t.e.d.Vouchers(t.ctx, t.link)
	if err != nil {
		return true, t.refuse(err)
	}
	var open []db.VoucherView
	for _, v := range views {
		if v.Voucher.OpenOn(t.e.d.Today()) {
			open = append(open, v)
		}
	}
	if len(open) == 0 {
		return false, nil
	}
	choices := append(list("我的券", "人工"), home)
	if len(open) == 1 {
		choices = append([]Choice{{"取消这张券", "取消券" + strconv.FormatInt(open[0].Voucher.ID, 10)}}, choices...)
	}
	t.say("领好的券不能直接改。请先取消原来那张，再按新的日子和人数领一张，不收钱。")
	t.choose("您可以：", choices...)
	return true, nil
}
