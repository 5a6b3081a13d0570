package bot

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
)

// turn is the answering of one message. Its methods say things; what they return as an error is a fault, never a
// refusal: refusals are said.
type turn struct {
	ctx     context.Context
	e       *Engine
	link    int64
	key     string // request key of the verbs this message calls
	text    string // as typed, cleaned
	photo   []byte
	kind    string // of a message that is neither text nor photo
	scene   string // where a scanned poster leads
	scan    string // a code scanned from inside the chat
	owed    bool   // the answer to an earlier message was given with this one
	shown   string // how the text is kept in the history
	k       *talk
	said    []Reply
	secret  string // what must not be kept in the history
	erased  bool
	heard   words.Heard
	reading bool // heard is filled
	joining bool // the text is put together from pieces
}

// MaxText is the longest message that is read, in characters.
const MaxText = 4000

// newTurn begins a turn. The text is masked for the history before anything is done with it.
func newTurn(ctx context.Context, e *Engine, in In, k *talk) *turn {
	t := &turn{ctx: ctx, e: e, link: in.LinkID, key: in.key(), k: k, photo: in.Photo, text: clean(in.Text), kind: in.Kind, scene: in.Scene, scan: in.Scan}
	t.shown = models.MaskText(t.text)
	t.k.LastID = in.MessageID
	return t
}

// clean drops control characters and what is no text, and the spaces around it.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s)
}

// run answers, and keeps what was said. However it went, the last reply offers something to tap.
func (t *turn) run() error {
	t.catchUp()
	if err := t.news(); err != nil {
		return err
	}
	if err := t.answer(); err != nil {
		return err
	}
	if n := len(t.said); n == 0 || t.said[n-1].Type != ReplyChoices {
		t.choose("还要办什么？", t.k.Choices...)
	}
	t.k.LastSaid = t.said
	t.k.remember(Item{Who: "me", Text: t.shown}, Item{Who: "bot", Replies: t.kept()})
	return nil
}

// kept is what was said as the history keeps it.
func (t *turn) kept() []Reply {
	if t.secret == "" {
		return t.said
	}
	kept := slices.Clone(t.said)
	for i := range kept {
		kept[i].Text = strings.ReplaceAll(kept[i].Text, t.secret, "********")
	}
	return kept
}

// news puts what has happened since in front of the answer.
func (t *turn) news() error {
	notices, err := t.e.d.NoticesAfter(t.ctx, t.link, t.k.Notice, noticesAtOnce)
	for _, n := range notices {
		t.said = append(t.said, NoticeReply(n))
		t.k.Notice = max(t.k.Notice, n.ID)
	}
	return err
}

// answer asks, in this order: is it a word that means the same everywhere? a doubt? anger? an answer to the question? a wish?
func (t *turn) answer() error {
	switch {
	case utf8.RuneCountInString(t.text) > MaxText:
		t.shown = string([]rune(t.text)[:60]) + "……"
		t.shown = models.MaskText(t.shown)
		return t.again("这段话太长了，我读不完。请分成几句发，一句说一件事。")
	case len(t.photo) > 0:
		return t.takePhoto()
	case t.kind != "":
		return t.other()
	case t.scan != "":
		return t.takeScan()
	case t.scene != "":
		return t.arrive()
	case t.owed && t.says(nudges...):
		t.choose(t.k.Prompt, t.k.Choices...)
		return nil
	}
	t.pick()
	if t.text == "" {
		return t.again("我没收到字。请打一句话，或点下面的按钮。")
	}
	for _, try := range []func() (bool, error){t.command, t.why, t.heart, t.doubt, t.take, t.wish, t.whether} {
		if done, err := try(); done || err != nil {
			t.k.Lost = 0
			return err
		}
	}
	return t.lost()
}

// pick turns a digit or a label into what the choice sends. Where a number is the answer itself, digits stay.
func (t *turn) pick() {
	choices := t.k.Choices
	if len(choices) == 0 {
		choices = menu
	}
	for _, c := range choices {
		if t.text == c.Label || t.text == c.Send {
			t.text, t.shown = c.Send, c.Label
			return
		}
	}
	if c, ok := t.pointed(choices); ok {
		t.text, t.shown = c.Send, c.Label
		return
	}
	n, ok := ordinal(t.text)
	switch {
	case !ok:
	case n == 0:
		t.text, t.shown = "返回", "返回"
	case t.k.Step == stepPeople || t.k.Step == stepQuantity || t.k.Step == stepDate:
	case n <= len(choices):
		t.text, t.shown = choices[n-1].Send, t.text+" "+choices[n-1].Label
	}
}

// pointed finds the only choice that one to four characters can mean (濯 for 濯水景区), where a mistake does no harm.
func (t *turn) pointed(choices []Choice) (found Choice, ok bool) {
	s := bare(t.text)
	n := utf8.RuneCountInString(s)
	harmless := t.k.Step == "" || t.k.Step == stepSpot || t.k.Step == stepShop || t.k.Step == stepKind || t.k.Step == stepTown
	if n < 1 || n > 4 || !harmless || !allHan(s) || t.commandOf(s) != nil || anyone.MatchString(strings.Trim(t.text, edges)) {
		return found, false
	}
	for _, c := range choices {
		if strings.Contains(c.Label, s) {
			if ok {
				return Choice{}, false
			}
			found, ok = c, true
		}
	}
	return found, ok
}

// allHan says whether there is nothing but Chinese characters.
func allHan(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) < 0
}

// ordinal reads a single digit (3, 3., ③, 第三个, full width) as people point at a list with it.
func ordinal(s string) (int, bool) {
	s = strings.TrimRight(s, ".。、， \uff0e")
	if rest, ok := strings.CutPrefix(s, "第"); ok {
		s = strings.TrimSuffix(rest, "个")
		if i := strings.Index("一二三四五六七八九", s); i >= 0 && utf8.RuneCountInString(s) == 1 {
			return i/3 + 1, true
		}
	}
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case s == "" || size != len(s):
		return 0, false
	case r >= '0' && r <= '9':
		return int(r - '0'), true
	case r >= '\uff10' && r <= '\uff19': // full width
		return int(r - '\uff10'), true
	case r >= '①' && r <= '⑨':
		return int(r-'①') + 1, true
	}
	return 0, false
}

// say adds a text.
func (t *turn) say(text string) { t.said = append(t.said, Reply{Type: ReplyText, Text: text}) }

// show adds an image.
func (t *turn) show(url, alt string) {
	t.said = append(t.said, Reply{Type: ReplyImage, URL: url, Alt: alt})
}

// lead adds a link to a page.
func (t *turn) lead(text, url string) {
	t.said = append(t.said, Reply{Type: ReplyLink, Text: text, URL: url})
}

// choose adds choices, without a question they are the menu's. The next digit points at them.
func (t *turn) choose(text string, choices ...Choice) {
	if len(choices) == 0 {
		choices = menu
	}
	t.k.Prompt, t.k.Choices = text, choices
	t.said = append(t.said, Reply{Type: ReplyChoices, Text: text, Choices: choices})
}

// ask waits for an answer to a question; 返回 and 取消 are always among the ways out.
func (t *turn) ask(s step, text string, choices ...Choice) error {
	t.k.Step = s
	t.choose(text, append(slices.Clip(choices), back, cancel)...)
	return nil
}

// rest ends what was being done and offers the next things.
func (t *turn) rest(text string, choices ...Choice) error {
	t.k.rest()
	t.choose(text, append(slices.Clip(choices), home)...)
	return nil
}

// again says why nothing came of the message and repeats the question that stands.
func (t *turn) again(why string) error {
	t.say(why)
	prompt := t.k.Prompt
	if prompt == "" || t.k.Step == "" {
		prompt = "要办什么？"
	}
	t.choose(prompt, t.k.Choices...)
	return nil
}

// lost answers what nobody understood. The third time it offers a person.
func (t *turn) lost() error {
	t.k.Lost++
	if t.k.Lost >= 3 {
		t.k.Lost = 0
		choices := slices.Clone(t.k.Choices)
		for _, c := range list("人工", "帮助") {
			if len(choices) > 0 && !slices.Contains(choices, c) {
				choices = append(choices, c)
			}
		}
		t.k.Choices = choices
		return t.again("对不起，我还是没听懂。我只是个小程序，这件事请找工作人员。")
	}
	return t.again("我没听懂。您可以点下面的按钮，或说“帮助”看例子，说“人工”找工作人员。")
}

// refuse says a refusal as the verb gave it, with the further grounds against and the clauses, and offers choices.
// A fault of ours is given back.
func (t *turn) refuse(err error, choices ...Choice) error {
	e := models.Refusal(err)
	if e.Kind == models.Internal || e.Kind == models.Unavailable {
		return err
	}
	t.say(refusal(e))
	if len(choices) == 0 {
		choices = wayOut(e.Code)
	}
	t.choose("您可以：", append(slices.Clip(choices), home)...)
	return nil
}

// refusal is the sentence of a refusal, then every further ground against, then the clauses they rest on.
func refusal(e *models.Error) string {
	lines := []string{e.ZH}
	var clauses []string
	for i, r := range e.Reasons {
		if r.OK {
			continue
		}
		if s := r.ZH + r.Next; s != e.ZH {
			lines = append(lines, "✗ "+s)
		}
		if r.Clause != "" && !slices.Contains(clauses, r.Clause) {
			clauses = append(clauses, e.Reasons[i].Clause)
		}
	}
	for _, c := range clauses {
		lines = append(lines, "依据："+c)
	}
	return strings.Join(lines, "\n")
}

// wayOut is what to do after a refusal.
func wayOut(code string) []Choice {
	switch code {
	case "consent_needed", "identity_needed":
		return list("领券", "人工")
	case "undecided", "not_resident", "eligibility_lapsed":
		return list("交证明", "人工")
	case "guardian_needed":
		return list("我是监护人", "人工")
	case "day_past", "outside_window", "day_closed", "too_late_to_claim", "limit_day", "quota_full":
		return list("改日期", "改人数", "换景区", "我的券")
	case "party_too_large":
		return list("改人数", "人工")
	case "limit_spot", "offer_closed":
		return list("换景区", "我的券")
	case "already_claimed", "limit_total", "voucher_not_cancellable":
		return list("我的券", "改日期", "人工")
	case "bound_elsewhere":
		return list("输入验证码", "人工")
	case "already_bound":
		return list("我的券", "资格", "人工")
	case "out_of_stock", "not_listed", "price_changed", "quantity":
		return list("买特产", "购物篮")
	case "too_many_unpaid", "order_state":
		return list("我的订单", "人工")
	}
	return list("帮助", "人工")
}

var (
	back   = one("返回")
	cancel = one("取消")
	home   = one("主菜单")
	menu   = list("领券", "我的券", "资格", "景区", "买特产", "我的订单", "人工", "帮助")
)

// one is a choice that sends what it says.
func one(label string) Choice { return Choice{label, label} }

// list makes choices that send what they say.
func list(labels ...string) []Choice {
	choices := make([]Choice, len(labels))
	for i, l := range labels {
		choices[i] = one(l)
	}
	return choices
}
