package bot

import (
	"strings"

	"github.com/jieban/jieban/models"
)

// bind is 绑定: in the session that is bound it shows a one-time code, in another it takes one.
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
	t.say("验证码：" + code + "\n10分钟内有效，只能用一次。请在要用的那部手机的聊天里回复“输入验证码”，再发这8位数字。不要告诉别人。")
	t.choose("还要办什么？", append(list("我的券"), home)...)
	return nil
}

// askCode takes the code of the bound session. Consent comes first: a record is about to be opened here.
func (t *turn) askCode() error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	switch {
	case err != nil:
		return err
	case s.Resident != nil:
		return t.refuse(models.ErrAlreadyBound.With(s.Resident.MaskedName))
	case !s.Consents[models.ConsentSensitive]:
		t.say("先看说明，同意后登记证件；如果这个证件在别的手机登记过，再回复“输入验证码”。")
		return t.askConsent()
	}
	return t.ask(stepCode, "请在原来登记的那部手机的聊天里回复“绑定”，把得到的8位数字发到这里。", one("人工"))
}

// takeCode opens the record here, and goes on with the visit that was being arranged.
func (t *turn) takeCode() (bool, error) {
	code := strings.Join(strings.Fields(t.text), "")
	if len(code) < 6 || len(code) > 10 || strings.Trim(code, "0123456789") != "" {
		return false, nil
	}
	t.shown = strings.Repeat("*", len(code))
	s, err := t.e.d.BindByCode(t.ctx, t.link, code)
	if err != nil {
		if e := models.Refusal(err); e.Code == models.ErrWrongLinkCode.Code {
			return true, t.again(e.ZH)
		}
		t.k.rest()
		return true, t.refuse(err)
	}
	claim := t.k.Claim
	t.k.rest()
	t.say("绑定好了：" + s.Resident.MaskedName + "。")
	if t.k.Claim = claim; claim.Spot != "" {
		return true, t.goOn()
	}
	return true, t.rest("现在可以用了。", list("领券", "我的券", "资格")...)
}

// bindWith takes a code that came with a start link or in the sentence itself.
func (t *turn) bindWith(code string) error {
	t.text = code
	done, err := t.takeCode()
	if err != nil || done {
		return err
	}
	return t.askCode()
}
