package bot

import (
	"strconv"
	"strings"

	"github.com/jieban/jieban/models"
)

// askConsent says who processes what, what for and how long, and asks the first of the two separate consents.
func (t *turn) askConsent() error {
	p, err := t.e.d.Programme(t.ctx)
	if err != nil {
		return err
	}
	t.say(p.ConsentNotice())
	return t.ask(stepConsent, p.ConsentText(models.ConsentSensitive), list("同意", "不同意")...)
}

// askSharing asks the second consent, a question of its own.
func (t *turn) askSharing() error {
	p, err := t.e.d.Programme(t.ctx)
	if err != nil {
		return err
	}
	return t.ask(stepSharing, p.ConsentText(models.ConsentSharing), list("同意", "不同意")...)
}

// agrees reads a yes that is beyond doubt: 好 or 嗯 is no consent to the processing of sensitive data.
func (t *turn) agrees() (yes, no bool) {
	s := bare(t.text)
	switch {
	case strings.HasPrefix(s, "不同意"), strings.HasPrefix(s, "我不同意"), s == "不", s == "不行", s == "不愿意", s == "拒绝":
		return false, true
	case s == "同意", s == "我同意", s == "都同意", s == "同意同意", s == "同意一", s == "同意二", s == "好的同意", s == "好同意":
		return true, false
	}
	return false, false
}

// takeConsent takes the answer to one of the consents. A half-hearted yes is asked again.
func (t *turn) takeConsent(kind models.ConsentKind, declined func() error) (bool, error) {
	switch yes, no := t.agrees(); {
	case no:
		return true, declined()
	case yes:
		if err := t.e.d.Consent(t.ctx, t.link, kind); err != nil {
			return true, t.refuse(err)
		}
		return true, t.goOn()
	case kind == models.ConsentGuardian && t.mentions("妈", "爸", "监护人", "家长", "父", "母", "爷爷", "奶奶", "外公", "外婆"):
		return true, t.again("知道了。要您亲口说清楚：请回复“同意”或“不同意”。")
	case t.says("好", "好的", "可以", "行", "嗯", "嗯嗯", "要得", "是", "是的", "ok", "OK", "对"):
		return true, t.again("这件事要您说得清楚些：请回复“同意”或“不同意”。")
	}
	return false, nil
}

// declineSensitive respects the no and says what still works.
func (t *turn) declineSensitive() error {
	return t.rest("好的，我们不处理您的证件信息。不同意也可以：带证件到景区人工窗口办理，在这里看景区、买特产。想好了随时回复“领券”。", list("景区", "买特产", "人工")...)
}

// declineSharing says why there is no voucher without it: the gate could not tell who comes.
func (t *turn) declineSharing() error {
	return t.rest("好的，不会给景区看。没有这一项，景区核对不了来的人，所以这里发不了电子券。您可以带证件到景区人工窗口办理；买特产不受影响。想好了随时回复“领券”。", list("景区", "买特产", "人工")...)
}

// askGuardian asks the consent of a child's guardian (PIPL 31).
func (t *turn) askGuardian() error {
	p, err := t.e.d.Programme(t.ctx)
	if err != nil {
		return err
	}
	t.say("未满14周岁，要由父母或其他监护人同意。请监护人来回答。")
	return t.ask(stepGuardian, p.ConsentText(models.ConsentGuardian), list("同意", "不同意", "人工")...)
}

// declineGuardian leaves the way with a parent to the window.
func (t *turn) declineGuardian() error {
	return t.rest("好的。没有监护人同意，这里不能给孩子办理。孩子可以由家长带着，到景区人工窗口办理。", list("景区", "人工")...)
}

// askWithdraw says what follows before consent is taken back.
func (t *turn) askWithdraw() error {
	t.k.rest()
	return t.ask(stepWithdraw, "撤回同意后：没用过的券会作废，这里不能再领券；已经下的特产订单照常。以后可以重新同意。确定撤回吗？", list("确定撤回", "不撤回")...)
}

// takeWithdraw takes consent back on any yes: that must be as easy as giving it (PIPL 15).
func (t *turn) takeWithdraw() (bool, error) {
	switch {
	case t.says("不撤回", "不", "不用", "算"):
		return true, t.rest("好的，没有撤回，一切照旧。", list("我的券", "领券")...)
	case !t.says("确定撤回", "确定", "撤回", "是", "是的", "撤回同意", "确认"):
		return false, nil
	}
	revoked, err := t.e.d.WithdrawConsent(t.ctx, t.link)
	if err != nil {
		return true, t.refuse(err)
	}
	text := "已撤回您的同意。"
	if revoked > 0 {
		text += "没用过的" + strconv.Itoa(revoked) + "张券已作废。"
	}
	return true, t.rest(text+"要把登记的信息也删掉，请回复“删除我的信息”。", list("删除我的信息", "领券", "买特产")...)
}

// askErase asks for a clear yes before everything is deleted.
func (t *turn) askErase() error {
	t.k.rest()
	return t.ask(stepErase, "会删除您的证件号码、姓名、电话、收货地址、证明材料和聊天记录，没用过的券会作废，删了找不回来。订单按法律要保存三年，只留打了星号的信息；还没收货的，收货地址留到收货后。确定要删除吗？", list("确定删除", "不删除")...)
}

// takeErase wants the very words: what is erased cannot be had back.
func (t *turn) takeErase() (bool, error) {
	switch {
	case t.says("不删除", "不删", "不", "不用", "算"):
		return true, t.rest("好的，没有删除，一切照旧。", list("我的券", "我的订单")...)
	case t.says("确定", "是", "是的", "删除", "好", "确认", "删"):
		return true, t.again("删了找不回来，请再说清楚一次：要删就回复“确定删除”。")
	case !t.says("确定删除"):
		return false, nil
	}
	if err := t.e.d.Erase(t.ctx, t.link); err != nil {
		return true, t.refuse(err)
	}
	t.erased = true
	return true, t.rest("您的信息已删除，这段聊天也不再保存。要再办理，请重新登记。", list("领券", "景区", "买特产")...)
}
