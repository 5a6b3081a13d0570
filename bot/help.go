package bot

import (
	"slices"
	"strings"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// greet says what this is and offers everything it can do.
func (t *turn) greet() error {
	p, err := t.e.d.Programme(t.ctx)
	if err != nil {
		return err
	}
	t.k.rest()
	spot, _, err := t.examples()
	if err != nil {
		return err
	}
	t.say("您好！我是" + p.Home + "和" + p.Host + "的结伴小助手，帮您领" + p.Host + "景区的优惠券、买" + p.Host + "的特产。")
	t.choose("要办什么？点一下，或直接说，比如“我想下周六去"+spot+"，三个人”。", menu...)
	return nil
}

// examples are a spot and a product as people call them, for sentences to imitate.
func (t *turn) examples() (spot, product string, err error) {
	offers, err := t.e.d.Offers(t.ctx)
	spot = "景区"
	if len(offers) > 0 {
		spot = shortest(words.Named{Name: offers[0].Spot.Name, Aliases: offers[0].Spot.Aliases})
	}
	if err != nil {
		return "", "", err
	}
	if product, err = t.e.example(t.ctx); product == "" {
		product = "份特产"
	}
	return spot, product, err
}

// help teaches by sentences that can be sent as they stand.
func (t *turn) help() error {
	if t.k.Step != "" && bare(t.text) == "" { // a mere ? is no wish for a lecture
		return t.again("我在。您照下面这句话回答就行，也可以点按钮。")
	}
	spot, product, err := t.examples()
	if err != nil {
		return err
	}
	lines := []string{
		"可以这样说：",
		"“我想下周六去" + spot + "，三个人”：领券",
		"“我的券”：看二维码、取消",
		"“资格”：我能不能领，为什么",
		"“要两" + product + "”：买特产",
		"“" + string([]rune(product)[1:]) + "多少钱”：问价钱",
		"“我的订单”：付款、查物流、确认收货",
		"“绑定”：换手机",
		"“撤回同意”“删除我的信息”：您的信息您做主",
		"“人工”：留言给工作人员",
		"随时可以说“返回”或“取消”。点按钮、发前面第几个的数字也行，0是返回。",
	}
	if t.e.o.PublicURL != "" {
		lines = append(lines, "网页："+t.e.o.PublicURL)
	}
	return t.aside(strings.Join(lines, "\n"), "要办什么？", menu...)
}

// spots is 景区: what there is, whether it is open today, what one pays.
func (t *turn) spots() error {
	offers, today, err := t.offers()
	if err != nil {
		return err
	}
	var lines []string
	var choices []Choice
	for _, o := range offers {
		lines = append(lines, spotLine(o, today))
		choices = append(choices, Choice{"去" + o.Spot.Name, "我要领" + o.Spot.Name + "的券"})
	}
	return t.aside(strings.Join(lines, "\n"), "想去哪里？", append(choices, home)...)
}

// spotLine is a spot in a few lines.
func spotLine(o db.OfferView, today func(db.OfferView) string) string {
	line := "【" + o.Spot.Name + "】" + price(o.Offer, o.PayEach) + "。" + today(o) + "\n" + o.Spot.Intro
	if o.Spot.Hours != "" {
		line += "\n开放时间：" + o.Spot.Hours
	}
	return line
}

// spot tells of one spot, with the prices that are known.
func (t *turn) spot(id string) error {
	offers, today, err := t.offers()
	if err != nil {
		return err
	}
	for _, o := range offers {
		if o.Spot.ID != id {
			continue
		}
		lines := []string{spotLine(o, today)}
		for _, ticket := range o.Spot.Tickets {
			switch {
			case ticket.Fen == nil:
			case *ticket.Fen == 0:
				lines = append(lines, ticket.Item+"：不收费")
			default:
				lines = append(lines, ticket.Item+"："+ticket.Fen.String()+"（"+ticket.Note+"）")
			}
		}
		if t.k.Step == "" {
			t.k.Pick = spotPick + id
		}
		return t.aside(strings.Join(lines, "\n"), "要去吗？", Choice{"领" + o.Spot.Name + "的券", "我要领" + o.Spot.Name + "的券"}, one("景区"), home)
	}
	return t.spots()
}

// aside answers a question in the middle of something, and then goes on with what was being asked.
func (t *turn) aside(text, prompt string, choices ...Choice) error {
	if t.k.Step != "" {
		return t.again(text)
	}
	t.say(text)
	t.choose(prompt, choices...)
	return nil
}

// backToMenu ends what was being done.
func (t *turn) backToMenu(text string) error {
	t.k.rest()
	t.choose(text, menu...)
	return nil
}

// forOthers answers who wants a voucher for somebody else: companions go on one's own, others need their own phone.
func (t *turn) forOthers() error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	text := ""
	if s.Resident != nil {
		text = models.ErrAlreadyBound.With(s.Resident.MaskedName).ZH + "\n"
	}
	text += "一起去的人不用另外领：领您自己的券时，把人数算上他们就行。单独去的，要用本人的手机领；没有智能手机的，带证件到景区人工窗口。"
	return t.aside(text, "您可以：", append(list("领券", "人工"), home)...)
}

// complain takes anger seriously: sorry, and a person.
func (t *turn) complain() error {
	t.say("对不起，让您费心了。您有气，我听着。要投诉、要问清楚，点“人工”写下来，工作人员会回复您。")
	if t.k.Step != "" {
		t.k.Choices = append(list("人工"), slices.DeleteFunc(slices.Clone(t.k.Choices), func(c Choice) bool { return c.Send == "人工" })...)
		t.choose(t.k.Prompt, t.k.Choices...)
		return nil
	}
	t.choose("您可以：", append(list("人工", "资格", "帮助"), home)...)
	return nil
}
