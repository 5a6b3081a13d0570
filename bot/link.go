package bot

import (
	"regexp"
	"strings"

	"github.com/jieban/jieban/models"
	"golang.org/x/text/unicode/norm"
)

// bindSentence is 绑定 12345678 and what people make of it.
var bindSentence = regexp.MustCompile(`^(?:我要|我想|请|帮我)?(?:绑定|输入验证码|验证码是?)[ :,，]*([0-9][0-9 -]{4,14}[0-9])$`)

// oneTimeCode is a code alone; people copy the gaps along.
var oneTimeCode = regexp.MustCompile(`^[0-9]{4}[ -]?[0-9]{4}$`)

// linkCommand reads 绑定 12345678, and a code alone where nothing else is asked.
func (t *turn) linkCommand() (bool, error) {
	s := strings.Trim(norm.NFKC.String(t.text), edges)
	if m := bindSentence.FindStringSubmatch(s); m != nil {
		return true, t.useCode(m[1])
	}
	if t.k.Step != "" && t.k.Step != stepElsewhere || !oneTimeCode.MatchString(s) {
		return false, nil
	}
	if _, err := models.ParseDay(s[:4] + "-" + s[4:6] + "-" + s[6:]); err == nil && len(s) == 8 {
		return false, nil // 20210717 is a day
	}
	return true, t.useCode(s)
}

// bind is 绑定: in the chat that is bound it shows a one-time code, in another it takes one.
func (t *turn) bind() error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	t.k.rest()
	if s.Resident == nil {
		return t.askCode()
	}
	code, err := t.e.d.LinkCode(t.ctx, t.link)
	if err != nil {
		return t.refuse(err)
	}
	t.secret = code
	t.say("验证码：" + code + "\n10分钟内有效，只能用一次。请在要用的那个聊天里（新手机、微信、Telegram或网页）发：绑定 " + code + "\n不要告诉别人。")
	t.choose("还要办什么？", append(list("我的券"), home)...)
	return nil
}

// askCode takes a code: of another chat, of the phone, or of a page of staff. Consent is asked once it is known whose
// record is about to be opened.
func (t *turn) askCode() error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	if s.Resident != nil {
		return t.refuse(models.ErrAlreadyBound.With(s.Resident.MaskedName))
	}
	return t.ask(stepCode, "请在原来登记的那部手机的聊天里回复“绑定”，把得到的8位数字发到这里。", t.codeWays()...)
}

// codeWays are how else one can show who one is.
func (t *turn) codeWays() []Choice {
	if t.mayText() {
		return list("发验证码到手机", "人工")
	}
	return list("人工")
}

// takeCode takes a code as it is typed.
func (t *turn) takeCode() (bool, error) {
	code := strings.Join(strings.Fields(norm.NFKC.String(t.text)), "")
	if len(code) < 6 || len(code) > 10 || strings.Trim(code, "0123456789") != "" {
		return false, nil
	}
	return true, t.useCode(code)
}

// bindWith takes a code that came with a start link.
func (t *turn) bindWith(code string) error {
	if strings.Trim(code, "0123456789") != "" || code == "" {
		return t.askCode()
	}
	return t.useCode(code)
}

// useCode opens what a code is for: a person's record, and then goes on with the visit that was being arranged, or the
// account of a member of staff.
func (t *turn) useCode(code string) error {
	t.shown = strings.Repeat("*", 8)
	code = strings.NewReplacer(" ", "", "-", "").Replace(code)
	before, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	s, err := t.e.d.BindByCode(t.ctx, t.link, code)
	t.k.Who.Code = ""
	switch e := models.Refusal(err); {
	case err == nil:
	case e.Code == models.ErrWrongLinkCode.Code:
		t.say(e.ZH)
		return t.askCode()
	case e.Code == models.ErrConsentNeeded.Code:
		t.k.Who.Code = code
		t.say("验证码收到了。打开登记之前，请先看说明。")
		return t.askConsent()
	case e.Code == models.ErrAlreadyBound.Code:
		return t.refuse(err)
	default:
		t.k.rest()
		return t.refuse(err)
	}
	claim := t.k.Claim
	t.k.rest()
	if before.Resident != nil || s.Resident == nil {
		return t.welcomeStaff(*s.Account)
	}
	t.say("绑定好了：" + s.Resident.MaskedName + "。")
	if t.k.Claim = claim; claim.Spot != "" {
		return t.goOn()
	}
	return t.rest("现在可以用了。", list("领券", "我的券", "资格")...)
}

// elsewhere tells who has registered in another chat how to show that it is them. Never by number and name alone: both
// stand on a card that others see. What was typed is kept for the code to the phone.
func (t *turn) elsewhere(e *models.Error) error {
	t.say(e.ZH)
	return t.ask(stepElsewhere, "您可以：", append(list("输入验证码"), t.codeWays()...)...)
}

// askLeave is 解绑: it says first what becomes of everything.
func (t *turn) askLeave() error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	t.k.rest()
	switch {
	case s.Resident != nil:
		return t.ask(stepLeave, "要让这个聊天不再认得您吗？券和订单不会丢，以后凭验证码或证件还能找回来。这里的聊天记录和购物篮会清空。", list("是", "否")...)
	case s.Account != nil:
		return t.ask(stepLeave, "要让这个聊天不再用“"+s.Account.Name+"”这个工作账号吗？账号还在，以后在页面上取个验证码又能绑定。", list("是", "否")...)
	}
	return t.refuse(models.ErrNotBound, list("领券", "我的订单")...)
}

// leaveOr is 退出: what is under way is called off; where nothing is, the person wants to leave.
func (t *turn) leaveOr() error {
	if t.k.Step == "" || t.k.Step == stepShop {
		return t.askLeave()
	}
	return t.callOff()
}

// takeLeave leaves on a yes. Nothing of the talk stays where its person does not.
func (t *turn) takeLeave() (bool, error) {
	switch {
	case t.says("否", "不", "不是", "不用", "算", "不要"):
		return true, t.rest("好的，一切照旧。", list("我的券", "我的订单")...)
	case !t.says("是", "是的", "对", "确定", "确认", "好", "好的", "解绑", "退出"):
		return false, nil
	}
	before, err := t.e.d.Leave(t.ctx, t.link)
	if err != nil {
		t.k.rest()
		return true, t.refuse(err)
	}
	t.erased = true
	if before.Resident == nil {
		return true, t.rest("好了，这个聊天不再用您的工作账号。", list("领券", "买特产")...)
	}
	return true, t.rest("好了，这个聊天不再认得您。券和订单都还是您的：在您别的聊天里接着用，或者以后重新登记。", list("领券", "景区", "买特产")...)
}
