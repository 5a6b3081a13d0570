package bot

import (
	"strconv"
	"strings"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// claimSlots is what is known of the visit that is being arranged.
type claimSlots struct {
	Spot   string     `json:"spot,omitempty"`
	Day    models.Day `json:"day,omitempty"`
	People int        `json:"people,omitempty"`
	Told   string     `json:"told,omitempty"` // the spot whose price was told with the question that stands
}

const (
	daysShown   = 6  // open days offered at once
	daysLooked  = 14 // among the next so many, and then
	daysFurther = 90
)

// claim is 领券: a new visit.
func (t *turn) claim() error {
	t.k.rest()
	return t.goOn()
}

// fill takes over what a sentence says of the visit, and tells whether it said anything.
func (t *turn) fill(h words.Heard) bool {
	c := &t.k.Claim
	if h.Spot != "" {
		c.Spot = h.Spot
	}
	if h.Date != "" {
		c.Day = models.Day(h.Date)
	}
	if h.People > 0 {
		c.People = h.People
	}
	switch h.Ask {
	case words.AskSpot:
		c.Spot = ""
	case words.AskDay, words.AskPastDay:
		c.Day = ""
	case words.AskPeople:
		c.People = 0
	case words.AskProduct, words.AskQuantity, words.AskPrice, words.AskStock, "":
		return h.Spot != "" || h.Date != "" || h.People > 0
	}
	return true
}

// goOn asks for the first thing that is missing on the way to a voucher: consents, who it is, the decision, and then
// where, when, how many. Who is known and says it all at once is asked to confirm at once.
func (t *turn) goOn() error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	switch {
	case !s.Consents[models.ConsentSensitive]:
		return t.askConsent()
	case !s.Consents[models.ConsentSharing]:
		return t.askSharing()
	case s.Resident == nil:
		return t.askWho()
	case !s.Decision.OK:
		return t.notYet(s.Decision)
	case t.k.Claim.Spot == "":
		return t.askSpot()
	case t.k.Claim.Day == "":
		return t.askDay()
	case t.k.Claim.People == 0:
		return t.askPeople()
	}
	return t.askConfirm()
}

// notYet says why a registered person cannot claim, and what to do about it.
func (t *turn) notYet(d models.Decision) error {
	t.say(grounds(d))
	code := models.Refusal(d.Refusal()).Code
	switch {
	case d.State == "undecided":
		return t.askProof()
	case code == "guardian_needed":
		return t.askGuardian()
	}
	t.k.Step = ""
	t.choose("您可以：", append(wayOut(code), home)...)
	return nil
}

// askSpot lists the spots, whether they are open today, and what one pays.
func (t *turn) askSpot() error {
	offers, today, err := t.offers()
	if err != nil {
		return err
	}
	question := "您要去哪个景区？"
	among := map[string]bool{}
	if t.reading && t.heard.Ask == words.AskSpot {
		question = t.heard.Question()
		for _, id := range t.heard.EitherSpot {
			among[id] = true
		}
	}
	var lines []string
	var choices []Choice
	for _, o := range offers {
		if len(among) > 0 && !among[o.Spot.ID] {
			continue
		}
		lines = append(lines, o.Spot.Name+"："+price(o.Offer, o.PayEach)+"。"+today(o))
		choices = append(choices, Choice{o.Spot.Name + " " + shortPrice(o), o.Spot.Name})
	}
	t.say(strings.Join(lines, "\n"))
	return t.ask(stepSpot, question, choices...)
}

// askDay offers the next open days with what is left of each.
func (t *turn) askDay() error {
	o, err := t.offerOf(t.k.Claim.Spot)
	if err != nil {
		return t.refuse(err)
	}
	if t.reading && len(t.heard.EitherDay) > 0 && (t.heard.Ask == words.AskDay || t.heard.Ask == words.AskPastDay) {
		var days []Choice
		for _, d := range t.heard.EitherDay {
			days = append(days, one(models.Day(d).ZH()))
		}
		return t.ask(stepDay, t.heard.Question(), append(days, one("其他日期"))...)
	}
	rooms, err := t.rooms(o)
	if err != nil {
		return t.refuse(err)
	}
	var days []Choice
	why := ""
	for _, r := range rooms {
		switch {
		case !r.Open && why == "":
			why = r.Why
		case r.Open && len(days) < daysShown:
			days = append(days, dayChoice(r, t.e.d.Today()))
		}
	}
	if len(days) == 0 {
		t.say(o.Spot.Name + "最近没有可领的日子。" + why)
		return t.ask(stepDay, "您可以：", list("换景区", "其他日期", "人工")...)
	}
	question := o.Spot.Name + "，" + confirmPrice(o) + "。哪一天去，几个人去？"
	t.k.Claim.Told = o.Spot.ID
	if q := t.heard.Question(); t.reading && q != "" && t.heard.Ask != words.AskSpot {
		question, t.k.Claim.Told = q, ""
	}
	return t.ask(stepDay, question, append(days, one("其他日期"))...)
}

// askPeople says the limit before somebody runs into it.
func (t *turn) askPeople() error {
	o, err := t.offerOf(t.k.Claim.Spot)
	if err != nil {
		return t.refuse(err)
	}
	most := o.Offer.PartyLimit()
	var choices []Choice
	for n := 1; n <= min(most, 5); n++ {
		choices = append(choices, one(strconv.Itoa(n)+"人"))
	}
	question := o.Spot.Name + " " + t.k.Claim.Day.ZH() + "，连您自己，一共几个人去？"
	if t.reading && t.heard.Ask == words.AskPeople {
		question = t.heard.Question()
	}
	question += "一张券最多" + strconv.Itoa(most) + "人"
	if most > 5 {
		question += "，5人以上请直接打数字"
	}
	return t.ask(stepPeople, question+"。", choices...)
}

// askConfirm says what was heard, in one line, after asking the same rule that the claim will ask.
func (t *turn) askConfirm() error {
	c := t.k.Claim
	o, err := t.offerOf(c.Spot)
	if err != nil {
		return t.refuse(err)
	}
	d, err := t.e.d.Decide(t.ctx, t.link, o.Offer.ID, c.Day, c.People)
	if err != nil {
		return t.refuse(err)
	}
	t.k.Step, t.k.Claim.Told = stepConfirm, ""
	if err := d.Refusal(); err != nil {
		return t.refuse(err)
	}
	text := "听成：" + o.Spot.Name + " " + c.Day.ZH() + " " + strconv.Itoa(c.People) + "人 " + confirmPrice(o)
	t.choose(text, append(list("确认", "改日期", "改人数", "换景区"), back, cancel)...)
	return nil
}

// change clears one slot and asks it again.
func (t *turn) change(slot func(*claimSlots)) error {
	slot(&t.k.Claim)
	return t.goOn()
}

// visits says whether a sentence may speak of the visit that is being arranged, and of nothing else.
func visits(h words.Heard) bool {
	switch h.Intent {
	case words.IntentClaim, words.IntentOther, words.IntentSpots, words.IntentYes, words.IntentNo, words.IntentBack:
		return h.Ask != words.AskPrice && h.Ask != words.AskStock
	}
	return false
}

// takeVisit takes over whatever a sentence says of the visit, in whatever order it is asked.
func (t *turn) takeVisit() (bool, error) {
	h, err := t.hear()
	if err != nil {
		return true, err
	}
	if !visits(h) || !t.fill(h) {
		return false, nil
	}
	// Day and people at once, in answer to a question that told the price: that is an order in itself. The code shows what
	// was heard, and one tap gives it back. What came in a free sentence or bit by bit is confirmed first.
	if c := t.k.Claim; h.Date != "" && h.People > 0 && h.Ask == "" && c.Spot != "" && c.Told == c.Spot {
		return true, t.issue()
	}
	return true, t.goOn()
}

// takeDay reads a day in any form; after 其他日期 a bare number is a day of the month.
func (t *turn) takeDay() (bool, error) {
	if t.says("其他日期", "别的日期", "其它日期", "其他") {
		return true, t.ask(stepDate, "请打日期，比如“8月7日”“下周六”。")
	}
	if d, err := models.ParseDay(t.text); err == nil {
		t.k.Claim.Day = d
		return true, t.goOn()
	}
	if n, ok := countOf(t.text); ok && t.k.Step == stepDate && n >= 1 && n <= 31 {
		t.k.Claim.Day = nextDate(t.e.d.Today(), n)
		return true, t.goOn()
	}
	return t.takeVisit()
}

// nextDate is the next day whose number in the month is n.
func nextDate(from models.Day, n int) models.Day {
	for i := range 62 {
		if d := from.Add(i); d.Start().In(models.Zone).Day() == n {
			return d
		}
	}
	return ""
}

// takePeople reads a bare number as people, which it is nowhere else.
func (t *turn) takePeople() (bool, error) {
	n, ok := countOf(t.text)
	if t.says("就我", "我自己", "就我自己", "自己", "我一个", "就一个", "一个", "本人") {
		n, ok = 1, true
	}
	if ok && n > 0 {
		t.k.Claim.People = n
		return true, t.goOn()
	}
	return t.takeVisit()
}

// takeConfirm claims on a yes; anything it can hear as a correction is confirmed anew.
func (t *turn) takeConfirm() (bool, error) {
	h, err := t.hear()
	if err != nil {
		return true, err
	}
	n, counted := countOf(t.text)
	switch {
	case t.says("确认", "对", "对的", "是", "是的", "好", "好的", "可以", "没错", "要得", "嗯", "行") || t.yes():
		return true, t.issue()
	case visits(h) && t.fill(h):
		return true, t.goOn()
	case h.Intent == words.IntentYes:
		return true, t.issue()
	case t.says("不对", "不是", "错", "不", "搞错"):
		t.say("没关系，哪里不对？")
		t.choose("要改哪一样？也可以直接说，比如“改成三个人”。", append(list("改日期", "改人数", "换景区"), back, cancel)...)
		return true, nil
	case counted && n > 0:
		t.k.Claim.People = n
		return true, t.goOn()
	}
	return false, nil
}

// issue claims the voucher and shows it. A claim refused at the last moment keeps what was said, to be changed.
func (t *turn) issue() error {
	c := t.k.Claim
	o, err := t.offerOf(c.Spot)
	if err != nil {
		return t.refuse(err)
	}
	v, err := t.e.d.Claim(t.ctx, t.link, db.ClaimRequest{OfferID: o.Offer.ID, Day: c.Day, People: c.People, Key: t.key})
	if err != nil {
		return t.refuse(err)
	}
	t.k.rest()
	if err := t.showVoucher(v); err != nil {
		return err
	}
	return t.offerPhone()
}
