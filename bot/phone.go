package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"github.com/jieban/jieban/models"
)

// textWithin is how long the sending of a code to a phone may take.
const textWithin = 5 * time.Second

// mayText says whether a code can be sent to the phone of who is registering here.
func (t *turn) mayText() bool {
	return t.e.o.SMS != nil && t.k.Who.Number != "" && t.k.Who.Name != ""
}

// takeElsewhere takes how somebody wants to show who they are.
func (t *turn) takeElsewhere() (bool, error) {
	if t.mayText() && t.mentions("发验证码到手机", "短信", "手机号", "发到手机", "发手机", "再发一次") {
		return true, t.textCode()
	}
	if t.k.Step == stepCode {
		return t.takeCode()
	}
	return false, nil
}

// textCode sends a code to the phone that was left with the record of this number and name. Whether there is one must
// not be told: strangers would learn who is registered. For the same reason nobody waits here for it to be sent.
func (t *turn) textCode() error {
	w := t.k.Who
	phone, code, err := t.e.d.PhoneCode(t.ctx, t.link, w.Kind, w.Number, w.Name)
	if err != nil {
		t.k.rest()
		return t.refuse(err)
	}
	if phone != "" {
		go t.e.text(context.WithoutCancel(t.ctx), phone, "【结伴】您的验证码是"+code+"，10分钟内有效。不是您本人在办，不要理会，更不要告诉别人。")
	}
	return t.ask(stepCode, "登记时留过手机号的，验证码已经用短信发过去了，一小时最多发3次。请把收到的8位数字发到这里。没有收到，就在原来的聊天里回复“绑定”取，或点“人工”。", list("再发一次", "人工")...)
}

// text sends a text message. Who waits for it and gets none asks again.
func (e *Engine) text(ctx context.Context, phone, text string) {
	ctx, cancel := context.WithTimeout(ctx, textWithin)
	defer cancel()
	defer func() { // nobody above could catch it: one message must not end the process
		if p := recover(); p != nil {
			slog.Error("bot: a code was not sent to a phone", "panic", models.MaskText(fmt.Sprint(p)))
		}
	}()
	if err := e.o.SMS(ctx, phone, text); err != nil {
		slog.Error("bot: a code was not sent to a phone", "err", models.MaskText(err.Error()))
	}
}

// offerPhone puts, after the code to scan, a choice for those who may change their phone one day. It costs nobody a message.
func (t *turn) offerPhone() error {
	if t.e.o.SMS == nil {
		return nil
	}
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil || s.Resident == nil || s.Resident.PhoneSealed != nil {
		return err
	}
	last := &t.said[len(t.said)-1]
	if last.Type == ReplyChoices {
		last.Choices = slices.Insert(slices.Clone(last.Choices), len(last.Choices)-1, one("留手机号"))
		t.k.Choices = last.Choices
	}
	return nil
}

// askPhone is 留手机号: one small question, that may be skipped.
func (t *turn) askPhone() error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	t.k.rest()
	if s.Resident == nil {
		return t.refuse(models.ErrIdentityNeeded)
	}
	return t.ask(stepPhone, "留个手机号，换手机时好找回您的券：到时用短信给您发验证码。请发手机号，加密保存，只作这个用；不留点“跳过”。", one("跳过"))
}

// phoneDigits is what may be meant as a phone in what was typed.
var phoneDigits = regexp.MustCompile(`\+?[0-9\x{ff10}-\x{ff19}][0-9\x{ff10}-\x{ff19} ()-]{4,20}`)

// takePhone keeps the phone.
func (t *turn) takePhone() (bool, error) {
	if t.says("跳过", "不留", "不用", "不", "算", "不要", "不想留") {
		return true, t.rest("好的，不留。想留的时候说“留手机号”。", list("我的券", "领券")...)
	}
	typed := phoneDigits.FindString(t.text)
	if typed == "" {
		return false, nil
	}
	t.shown = "[手机号]"
	masked, err := t.e.d.KeepPhone(t.ctx, t.link, typed)
	if errors.Is(err, models.ErrPhone) {
		return true, t.again(models.Refusal(err).ZH)
	}
	if err != nil {
		t.k.rest()
		return true, t.refuse(err)
	}
	return true, t.rest("记下了：手机号"+masked+"。不对的话，说“留手机号”重新留。", list("我的券", "领券")...)
}
