package bot

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jieban/jieban/models"
)

// askNumber offers the made-up people of the demonstration beside the question.
func (t *turn) askNumber() error {
	choices := list("换证件", "人工")
	text := "请发" + t.k.Who.Kind.Label() + "上的号码。号码会加密保存，聊天里只显示几位。"
	for i, s := range t.e.o.Samples(t.ctx) {
		if i == 0 {
			text += "\n这是演示，可以点下面虚构的人来试。"
		}
		choices = append(choices, Choice{"演示：" + s.Label, sampleSend + s.Name})
	}
	return t.ask(stepNumber, text, choices...)
}

// sampleSend begins what the choice of a sample person sends: its name and not its number, so that no reply holds one.
const sampleSend = "用演示人物 "

// takeNumber checks the number as typed; the sentence of the rule that failed says which digits. A name typed along
// with it is kept.
func (t *turn) takeNumber() (bool, error) {
	raw, rest := t.numberIn()
	if raw == "" {
		return false, nil
	}
	t.shown = models.MaskText(t.text)
	if dictated.MatchString(t.text) {
		t.shown = models.MaskDocument(raw)
	}
	if strings.Contains(t.shown, raw) {
		t.shown = strings.ReplaceAll(t.text, raw, models.MaskDocument(raw))
	}
	doc, err := models.ParseDocument(t.k.Who.Kind, raw, t.e.d.Today())
	if part := t.k.Who.Part; err != nil && part != "" {
		if whole, bad := models.ParseDocument(t.k.Who.Kind, part+raw, t.e.d.Today()); bad == nil {
			doc, err = whole, nil
		}
	}
	if err != nil {
		return true, t.halfNumber(raw, models.Refusal(err))
	}
	t.k.Who.Number, t.k.Who.Part, t.k.Who.Wrong = doc.Number, "", 0
	if name, ok := nameIn(rest); ok {
		t.k.Who.Name = name
		t.shown = strings.ReplaceAll(t.shown, name, models.MaskName(name))
	}
	return true, t.askWho()
}

// halfNumber keeps a number that is too short: people read it from the card in groups. The parts are put together as
// long as they do not make more than a number.
func (t *turn) halfNumber(raw string, e *models.Error) error {
	if e.Code != models.ErrDocumentLength.Code {
		t.k.Who.Part = ""
		return t.wrongNumber(e)
	}
	part := t.k.Who.Part + strings.Join(strings.Fields(raw), "")
	if utf8.RuneCountInString(part) >= 18 {
		part = strings.Join(strings.Fields(raw), "")
	}
	t.k.Who.Part = part
	return t.wrongNumber(e)
}

// saidDigits are digits as they are said, and as dictation writes them.
var saidDigits = strings.NewReplacer("〇", "0", "零", "0", "幺", "1", "一", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9", "叉", "X", "艾克斯", "X")

// dictated is a number of at least six digits in characters.
var dictated = regexp.MustCompile(`[〇零幺一二三四五六七八九]{6,}(叉|艾克斯)?`)

// numberIn finds what is meant as the number, and the rest of the message.
func (t *turn) numberIn() (raw, rest string) {
	if m := dictated.FindStringIndex(t.text); m != nil {
		return saidDigits.Replace(t.text[m[0]:m[1]]), t.text[:m[0]] + " " + t.text[m[1]:]
	}
	if name, ok := strings.CutPrefix(t.text, strings.TrimSpace(sampleSend)); ok {
		for _, s := range t.e.o.Samples(t.ctx) {
			if s.Name == strings.TrimSpace(name) {
				return s.Number, ""
			}
		}
	}
	start, end, digits := -1, 0, 0
	for i, r := range t.text { // from the first to the last character that a number may have
		if unicode.IsDigit(r) || r < 128 && unicode.IsLetter(r) || r == 'Ⅹ' || r >= '\uff21' && r <= '\uff5a' {
			if start < 0 {
				start = i
			}
			end = i + utf8.RuneLen(r)
			if unicode.IsDigit(r) {
				digits++
			}
		}
	}
	if digits < 4 {
		return "", ""
	}
	return t.text[start:end], t.text[:start] + " " + t.text[end:]
}

// nameIn finds a person's name in what stood beside the number.
func nameIn(rest string) (string, bool) {
	for _, w := range []string{"我的", "我叫", "我是", "名字", "姓名", "身份证", "户口", "证件", "号码", "号", "是", "叫", ":", "\uff1a", ",", "\uff0c", "。", "、"} {
		rest = strings.ReplaceAll(rest, w, " ")
	}
	words := strings.Fields(rest)
	if len(words) != 1 || noName.MatchString(words[0]) {
		return "", false
	}
	name, err := models.NormalName(words[0])
	return name, err == nil && plainName(name)
}

// noName are characters that stand in a remark (看错了) and hardly ever in a name.
var noName = regexp.MustCompile(`[了错的吗不看这那呢吧嘛对好有没]`)

// wrongNumber says which digit rule failed, and offers the other kind where the number is one of it.
func (t *turn) wrongNumber(e *models.Error) error {
	t.say(e.ZH)
	if t.k.Who.Wrong++; t.k.Who.Wrong == 3 {
		t.say("不着急，慢慢来。实在对不上，带证件到景区人工窗口，当场就能办。")
	}
	choices := list("换证件", "人工")
	switch e.Code {
	case models.ErrDocumentUseHMT.Code:
		choices = append(list(models.HMTResidence.Label()), choices...)
	case models.ErrDocumentUseForeign.Code:
		choices = append(list(models.ForeignPR.Label()), choices...)
	}
	return t.ask(stepNumber, "请再发一次"+t.k.Who.Kind.Label()+"上的号码。", choices...)
}
