package bot

import (
	"unicode/utf8"

	"github.com/jieban/jieban/models"
)

// askEvidence says how things stand and takes what an officer is to look at: words or photos, until 发完了.
func (t *turn) askEvidence() error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	switch {
	case s.Resident == nil:
		return t.refuse(models.ErrIdentityNeeded)
	case s.Decision.State == "eligible":
		return t.refuse(models.ErrEvidenceUnasked, list("领券", "资格")...)
	}
	t.say(grounds(s.Decision))
	return t.askProof()
}

// askProof says who will see it before anything is sent.
func (t *turn) askProof() error {
	return t.ask(stepEvidence, "请把证明发在这里：拍一张照片，或打字写明您住哪个镇街、哪个村社。只给核对的工作人员看。核好后，结果会发到这个聊天里。", list("以后再交", "人工")...)
}

// takeEvidence takes any sentence as evidence, but not the small words that people end with.
func (t *turn) takeEvidence() (bool, error) {
	switch {
	case t.says("发完", "发好", "交完", "没有", "就这些", "完"):
		return true, t.rest("好的，已经交给工作人员。核好后，结果会发到这个聊天里，不用再来问。", list("资格", "景区", "买特产")...)
	case t.says("以后再交", "以后再说", "现在没有"):
		return true, t.rest("好的。准备好了，回复“交证明”就行。", list("资格", "景区", "买特产", "人工")...)
	case t.mentions("多久", "什么时候", "几天", "要等", "怎么还"):
		return true, t.again("要等工作人员看过。核好后，结果会发到这个聊天里。急的话回复“人工”留言。")
	case utf8.RuneCountInString(t.text) < 3 || thanks.MatchString(bare(t.text)):
		return false, nil
	}
	return true, t.giveEvidence(t.text, nil)
}

// giveEvidence hands one piece over and leaves the door open for more.
func (t *turn) giveEvidence(text string, photo []byte) error {
	if err := t.e.d.GiveEvidence(t.ctx, t.link, text, photo); err != nil {
		if e := models.Refusal(err); e.Code == models.ErrPhoto.Code || e.Code == models.ErrMessageEmpty.Code {
			return t.again(e.ZH)
		}
		t.k.rest()
		return t.refuse(err)
	}
	return t.ask(stepEvidence, "收到了，已加密保存，只给核对的工作人员看。还有就接着发，没有了就点“发完了”。", list("发完了", "人工")...)
}

// takePhoto takes a photo where one was asked for, and elsewhere says what photos are for.
func (t *turn) takePhoto() error {
	t.shown = "[照片]" + t.shown
	if t.k.Step == stepEvidence {
		return t.giveEvidence(t.text, t.photo)
	}
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	t.say("照片收到了，但没有保存：" + t.photoAdvice())
	prompt, choices := t.k.Prompt, t.k.Choices
	if s.Resident != nil && s.Decision.State != "eligible" {
		t.say("要交证明，请点“交证明”，再把照片发一次。")
		choices = append(list("交证明"), choices...)
	}
	if prompt == "" || t.k.Step == "" {
		prompt = "要办什么？"
	}
	t.choose(prompt, choices...)
	return nil
}

// photoAdvice says what to do instead of sending a photo here.
func (t *turn) photoAdvice() string {
	switch t.k.Step {
	case stepConsent, stepSharing, stepKind, stepNumber, stepName:
		return "身份证的照片不要发，这样才安全。号码和姓名请打字；打不来的，请家里人帮忙，或带证件到景区人工窗口办。"
	case stepAddress, stepDeliver:
		return "图上的字我看不了。地址请打字，或到页面上填。"
	case "":
		return "现在用不着照片。照片只在交居住证明时用，证件号码请打字。东西坏了要退，请点“我的订单”。"
	}
	return "图上的东西我看不懂。请打字，或点下面的按钮。"
}
