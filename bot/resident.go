package bot

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// whoSlots is what a person has said of themselves so far. It is forgotten as soon as they are registered.
type whoSlots struct {
	Kind   models.DocumentKind `json:"kind,omitempty"`
	Number string              `json:"number,omitempty"`
	Name   string              `json:"name,omitempty"`
	Part   string              `json:"part,omitempty"`  // a number that was sent in parts, so far
	Wrong  int                 `json:"wrong,omitempty"` // how often the number was wrong
	Odd    string              `json:"odd,omitempty"`   // an unusual name, to be confirmed
	Where  bool                `json:"where,omitempty"` // the place is typed freely
	Code   string              `json:"code,omitempty"`  // a one-time code that waits for consent
}

// askWho asks for the first thing that is still needed to register.
func (t *turn) askWho() error {
	w := t.k.Who
	switch {
	case w.Code != "":
		return t.useCode(w.Code)
	case w.Kind == "":
		var kinds []Choice
		for _, k := range models.DocumentKinds() {
			kinds = append(kinds, one(k.Label()))
		}
		return t.ask(stepKind, "您用哪种证件登记？", kinds...)
	case w.Number == "":
		return t.askNumber()
	case w.Name == "":
		return t.askName()
	}
	return t.register("")
}

// askName offers the name only of the made-up person whose number was just given.
func (t *turn) askName() error {
	var choices []Choice
	for _, s := range t.e.o.Samples(t.ctx) {
		if s.Number == t.k.Who.Number {
			choices = append(choices, one(s.Name))
		}
	}
	return t.ask(stepName, "请发证件上的姓名。", choices...)
}

// takeKind reads which document it is; a number sent at once is that of an identity card.
func (t *turn) takeKind() (bool, error) {
	if numbers := models.FindDocuments(t.text); len(numbers) > 0 && len(numbers[0]) != 11 {
		t.k.Who.Kind = models.ResidentID
		return t.takeNumber()
	}
	kind, ok := kindOf(t.text)
	if !ok && fourDigits.MatchString(t.text) {
		return true, t.strayNumber()
	}
	if !ok {
		return false, nil
	}
	t.k.Who.Kind = kind
	return true, t.askWho()
}

// kindOf knows a kind of document by its label or a common word; the longer words come first.
func kindOf(text string) (models.DocumentKind, bool) {
	for _, k := range models.DocumentKinds() {
		if text == k.Label() {
			return k, true
		}
	}
	for _, w := range []struct {
		word string
		kind models.DocumentKind
	}{
		{"港澳台居民", models.HMTResidence},
		{"永久居留", models.ForeignPR},
		{"绿卡", models.ForeignPR},
		{"护照", models.Passport},
		{"passport", models.Passport},
		{"通行证", models.Passport},
		{"台胞证", models.Passport},
		{"户口", models.Hukou},
		{"居住证", models.ResidencePermit},
		{"身份证", models.ResidentID},
	} {
		if strings.Contains(strings.ToLower(text), w.word) && utf8.RuneCountInString(text) <= 12 {
			return w.kind, true
		}
	}
	return "", false
}

// plainName says whether a name looks as most names do: 2 to 4 characters, or with a middle dot.
func plainName(name string) bool {
	n := utf8.RuneCountInString(name)
	return n <= 4 || strings.Contains(name, "·")
}

// takeName takes the name. What looks like a sentence is not taken for one without asking.
func (t *turn) takeName() (bool, error) {
	if dictated.MatchString(t.text) || len(models.FindDocuments(t.text)) > 0 {
		t.shown = "[号码]"
		return true, t.again("号码已经有了。请发证件上的姓名，只要名字。")
	}
	raw := bare(t.text)
	for _, w := range []string{"我的名字叫", "我的名字是", "名字叫", "名字是", "姓名是", "姓名", "我叫", "我是", "叫"} {
		if cut, ok := strings.CutPrefix(raw, w); ok && utf8.RuneCountInString(cut) > 1 {
			raw = strings.TrimLeft(cut, ":, ")
			break
		}
	}
	if t.says("是的", "是", "对", "就是这个名字") && t.k.Who.Odd != "" {
		raw = t.k.Who.Odd
	}
	if utf8.RuneCountInString(raw) == 1 && allHan(raw) {
		return true, t.nameByCharacter(raw)
	}
	name, err := models.NormalName(raw)
	switch {
	case err != nil:
		return true, t.again(models.Refusal(err).ZH)
	case name != t.k.Who.Odd && !plainName(name):
		if h, err := t.hear(); err != nil || h.Intent != words.IntentOther || h.Spot != "" || h.Date != "" || len(h.Products) > 0 {
			return false, err
		}
		t.k.Who.Odd, t.shown = name, models.MaskName(name)
		return true, t.ask(stepName, "您刚才发的是姓名吗？", one("就是这个名字"))
	}
	t.k.Who.Name, t.shown = name, models.MaskName(name)
	return true, t.register("")
}

// nameByCharacter puts a name together from single characters. How many there will be nobody knows but the person.
func (t *turn) nameByCharacter(c string) error {
	t.k.Who.Odd += c
	n := utf8.RuneCountInString(t.k.Who.Odd)
	t.shown = "*"
	if _, err := models.NormalName(t.k.Who.Odd); err != nil {
		if n > 1 {
			t.k.Who.Odd = ""
		}
		return t.again("收到姓名的一个字。请接着发后面的字，一次发完更好。")
	}
	return t.ask(stepName, "姓名收到"+strconv.Itoa(n)+"个字了。还有字就接着发，发完了点“就是这个名字”。", one("就是这个名字"))
}

// register binds the person to this talk and says what was decided. A child needs the guardian first.
func (t *turn) register(town string) error {
	w := t.k.Who
	doc, err := models.ParseDocument(w.Kind, w.Number, t.e.d.Today())
	if err != nil {
		t.k.Who.Number = ""
		return t.wrongNumber(models.Refusal(err))
	}
	if doc.Under14(t.e.d.Today()) {
		s, err := t.e.d.Standing(t.ctx, t.link)
		if err != nil {
			return err
		}
		if !s.Consents[models.ConsentGuardian] {
			return t.askGuardian()
		}
	}
	s, err := t.e.d.Register(t.ctx, t.link, db.Registration{Kind: w.Kind, Number: w.Number, Name: w.Name, Town: town})
	if err != nil {
		return t.notRegistered(err)
	}
	if s.Decision.State == "undecided" && town == "" {
		return t.askTown()
	}
	t.k.Who = whoSlots{}
	return t.registered(s)
}

// notRegistered keeps what was right (a wrong name keeps the number) and forgets it where the record is not theirs to open.
func (t *turn) notRegistered(err error) error {
	e := models.Refusal(err)
	switch e.Code {
	case models.ErrNameMismatch.Code, models.ErrNameInvalid.Code:
		t.k.Who.Name, t.k.Who.Odd = "", ""
		t.say(e.ZH)
		return t.ask(stepName, "请再发一次证件上的姓名。", list("换证件", "人工")...)
	case models.ErrConsentNeeded.Code:
		t.say(e.ZH)
		return t.askConsent()
	case models.ErrBoundElsewhere.Code:
		return t.elsewhere(e)
	}
	t.k.Who, t.k.Step = whoSlots{}, ""
	return t.refuse(err)
}

// registered says the decision with its reasons and goes on with what was wanted.
func (t *turn) registered(s db.Standing) error {
	t.say("登记好了：" + s.Resident.MaskedName + "，证件号" + s.Resident.MaskedNumber + "。")
	if s.Decision.State == "eligible" && s.Decision.OK {
		t.say(grounds(s.Decision))
	}
	return t.goOn()
}

// askTown asks where a person lives whom the roster does not know: an officer needs it to decide.
func (t *turn) askTown() error {
	p, err := t.e.d.Programme(t.ctx)
	if err != nil {
		return err
	}
	var towns []Choice
	for _, z := range p.Zone {
		towns = append(towns, one(z.Name))
	}
	return t.ask(stepTown, "名册里没有找到您。您现在住在哪个镇街？", append(towns, one("都不是"))...)
}

// takeTown takes a town of the zone, or any place freely after 都不是; an honest other place is decided on openly.
func (t *turn) takeTown() (bool, error) {
	p, err := t.e.d.Programme(t.ctx)
	if err != nil {
		return true, err
	}
	if t.says("都不是", "不是", "都不在") {
		t.k.Who.Where = true
		return true, t.ask(stepTown, "那您住在哪个区、哪个镇街？请写出来，比如“某某区某某街道”。", one("人工"))
	}
	if town, ok := p.InZone(t.text); ok {
		return true, t.register(town.Name)
	}
	place := bare(t.text)
	n := utf8.RuneCountInString(place)
	if n < 2 || n > 30 || !t.k.Who.Where && !strings.ContainsAny(place, "区县镇乡街村市") {
		return false, nil
	}
	return true, t.register(place)
}

// grounds lists every reason of a decision, for and against, each with the clause it rests on.
func grounds(d models.Decision) string {
	var lines []string
	for _, r := range d.Reasons {
		mark := "✗ "
		if r.OK {
			mark = "✓ "
		}
		lines = append(lines, mark+r.ZH+r.Next)
		if r.Clause != "" {
			lines = append(lines, "  依据："+r.Clause)
		}
	}
	return strings.Join(lines, "\n")
}

// standing is 资格: may I, why, why not, what to do.
func (t *turn) standing() error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	t.k.rest()
	head, choices := "您现在可以领券。", list("领券", "景区")
	switch {
	case s.Decision.State == "unknown":
		head, choices = "还不知道您能不能领券，登记证件就知道了。", list("领券", "人工")
	case s.Decision.State == "undecided":
		head, choices = "您的资格还没定下来。", list("交证明", "人工")
	case s.Decision.State == "refused":
		head, choices = "您现在还不能领券。", list("交证明", "人工")
	case !s.Decision.OK:
		head, choices = "您现在还不能领券。", wayOut(models.Refusal(s.Decision.Refusal()).Code)
	}
	t.say(head + "\n" + grounds(s.Decision))
	t.choose("您可以：", append(choices, home)...)
	return nil
}
