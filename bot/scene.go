package bot

import (
	"regexp"
	"slices"
	"strings"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"golang.org/x/text/unicode/norm"
)

// arrive goes where a poster's code or a start link leads. A greeting that came with it is said first; a place that is
// not there any more leads to the menu, as every other wish can be told there.
func (t *turn) arrive() error {
	kind, id, _ := strings.Cut(t.scene, ":")
	t.shown = strings.TrimSpace("[扫码] " + t.shown)
	if kind == "bind" {
		t.shown = "[扫码] 绑定"
		return t.bindWith(id)
	}
	if kind == "product" {
		return t.product(id)
	}
	spots, err := t.e.d.Spots(t.ctx)
	if err != nil {
		return err
	}
	if kind != "spot" || !slices.ContainsFunc(spots, func(s models.Spot) bool { return s.ID == id }) {
		return t.greet()
	}
	o, err := t.offerOf(id)
	if err != nil {
		return t.refuse(err)
	}
	t.say(o.Spot.Name + "：" + price(o.Offer, o.PayEach) + "。") // so that a newcomer knows the poster was understood
	return t.visit(words.Heard{Intent: words.IntentClaim, Spot: id})
}

// other answers what is neither text nor photo, kindly, and repeats the question that stands.
func (t *turn) other() error {
	switch t.kind {
	case KindVoice:
		t.shown = "[语音]"
		return t.again("语音我听不了。请点一下输入框，再点键盘上的“话筒”，把话说成字发给我。")
	case KindPlace:
		t.shown = "[位置]"
		return t.again("位置收到了，没有保存：我用不着您的位置。")
	case KindLost:
		t.shown = "[照片]"
		return t.again("照片没有收到，请再发一次。还是不行，请打字，或说“人工”。")
	}
	t.shown = "[其他]"
	return t.again("这种消息我看不懂。请打一句话，或点下面的按钮。")
}

// doubtEnd ends a question that is a yes without it: 可以吗, 好没, 对不, 确定删除？
var doubtEnd = regexp.MustCompile(`(?:(?:吗|么|没有?|不)[?!。.~ ]*|[?])$`)

// yesNoSteps ask for a yes or a no, and much hangs on the yes.
var yesNoSteps = []step{stepConsent, stepSharing, stepConfirm, stepCancel, stepWithdraw, stepErase, stepOrder, stepDeliver, stepBasket, stepDrop, stepReceive, stepLeave, stepShip}

// doubt sees to it that nothing is done for who only asks: 可以吗 is no 可以.
func (t *turn) doubt() (bool, error) {
	s := strings.TrimSpace(norm.NFKC.String(t.text))
	core := doubtEnd.ReplaceAllString(s, "")
	if core == s || !slices.Contains(yesNoSteps, t.k.Step) {
		return false, nil
	}
	core = bare(core)
	offered := slices.ContainsFunc(t.k.Choices, func(c Choice) bool { return c.Send == core && c != back && c != cancel })
	if !offered && !(&turn{text: core}).yes() && !yesLike.MatchString(core) {
		return false, nil
	}
	return true, t.again("您是在问吧？还没有办。要办，请点下面的按钮，或照着打。")
}

// whether answers who asks how far a thing is that nobody owes them an answer to: they were told to ask, and it was done
// meanwhile, or it was lost with a process that died.
func (t *turn) whether() (bool, error) {
	switch {
	case !t.says(howFar...):
		return false, nil
	case t.k.Step != "":
		return true, t.again("这一步还没办完，在等您回答。")
	}
	t.say("现在没有在办的事。办好了没有，看“我的券”和“我的订单”就知道；那里没有的，请再说一遍要办什么。")
	t.choose("还要办什么？", append(list("我的券", "我的订单", "人工"), home)...)
	return true, nil
}

// catchUp says the answers that came too late to be given, before anything else. Their choices are those that still
// stand, or have been answered since.
func (t *turn) catchUp() {
	for _, r := range t.k.Owed {
		if r.Type == ReplyChoices {
			r = Reply{Type: ReplyText, Text: r.Text}
		}
		t.said = append(t.said, r)
	}
	t.owed = len(t.k.Owed) > 0
	t.k.Owed = nil
}

// howFar asks how far a thing is; nudges are what else people write who were left waiting.
var (
	howFar = []string{"好了吗", "好了没", "好了没有", "好没", "好没有", "办好了吗", "办好了没", "办好了没有", "办好没", "办好没有", "结果", "结果呢"}
	nudges = append([]string{"怎么样", "在吗", "人呢", "在不在", "还在吗", "？", "?", ""}, howFar...)
)
