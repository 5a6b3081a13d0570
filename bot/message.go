package bot

import (
	"strings"
	"unicode/utf8"

	"github.com/jieban/jieban/models"
)

// askMessage is 人工: what is written next goes to an officer.
func (t *turn) askMessage() error {
	p, err := t.e.d.Programme(t.ctx)
	if err != nil {
		return err
	}
	t.k.rest()
	urgent := "急事请到景区人工窗口。"
	if p.Contact != "" {
		urgent = "急事请联系：" + p.Contact + "，或到景区人工窗口。"
	}
	return t.ask(stepMessage, "请把要问的事写下来，一次写清楚（1到1000个字）。工作人员看到后会回复到这个聊天里。"+urgent)
}

// takeMessage hands the text over whole. A single character is a slip of the finger.
func (t *turn) takeMessage() (bool, error) {
	if utf8.RuneCountInString(t.text) < 2 {
		return true, t.again("太短了，工作人员看不明白。请写一句完整的话。")
	}
	if s := strings.Trim(t.text, edges); anyone.MatchString(s) || t.says("你好", "您好", "谢谢", "喂", "好", "好的") {
		return true, t.again("我在。请把要问的事写成一句话发来，我就转给工作人员。")
	}
	if err := t.e.d.Ask(t.ctx, t.link, t.text, t.key); err != nil {
		if e := models.Refusal(err); e.Code == models.ErrMessageEmpty.Code {
			return true, t.again(e.ZH)
		}
		return true, t.refuse(err)
	}
	return true, t.rest("已经转给工作人员。回复会出现在这个聊天里，您随时可以回来看。", list("领券", "买特产")...)
}
