package bot

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jieban/jieban/models"
)

// lastResort comes when nothing else understood: people who type traditional characters or pinyin, who send a word in
// pieces, and then what can at least be said kindly.
func (t *turn) lastResort() (bool, error) {
	if t.joining {
		return false, nil
	}
	if done, err := t.respell(); done || err != nil {
		return done, err
	}
	if done, err := t.join(); done || err != nil {
		return done, err
	}
	return t.hint()
}

// anew reads the message as if it had been written otherwise.
func (t *turn) anew(text string) (bool, error) {
	before, shown := t.text, t.shown
	t.text, t.joining, t.reading = text, true, false
	defer func() { t.joining = false }()
	t.pick()
	for _, try := range []func() (bool, error){t.command, t.heart, t.take, t.wish} {
		if done, err := try(); done || err != nil {
			return done, err
		}
	}
	t.text, t.shown, t.reading = before, shown, false
	return false, nil
}

// respell reads the message as package words spells it: traditional characters are simplified ones there, pinyin is Chinese.
func (t *turn) respell() (bool, error) {
	h, err := t.hear()
	if err != nil {
		return true, err
	}
	text := h.Text
	if m := leadIn.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	if text == t.text || bare(text) == bare(t.text) || text == "" {
		return false, nil
	}
	done, err := t.anew(text)
	if !done && err == nil && t.k.Step != stepMessage && t.k.Step != stepEvidence {
		t.text = text // what follows need not know how it was spelled
	}
	return done, err
}

// piecesKept is how many characters of what was sent in pieces are remembered.
const piecesKept = 8

// join puts together what is sent a character or two at a time (同, 意): the ends of what came before, the longest first,
// with this message. A piece belongs to the question it was sent to.
func (t *turn) join() (bool, error) {
	last := strings.Trim(t.text, edges)
	before := []rune(t.k.Piece)
	if t.k.PieceOf != t.k.Step {
		before = nil
	}
	t.k.Piece, t.k.PieceOf = "", t.k.Step
	n := utf8.RuneCountInString(last)
	if n < 1 || n > 2 || !allHan(last) || t.k.Step == stepEvidence || t.k.Step == stepMessage {
		return false, nil
	}
	for i := range before {
		if done, err := t.anew(string(before[i:]) + last); done || err != nil {
			return done, err
		}
	}
	if n > 1 || slices.Contains(hums, last) || yesLike.MatchString(last) {
		return false, nil
	}
	kept := append(before, []rune(last)...)
	t.k.Piece = string(kept[max(0, len(kept)-piecesKept):])
	return true, t.again("收到一个“" + last + "”字。请接着发，我来拼；能一次发完一句更好，点下面的按钮也行。")
}

// hums are what people say while they think.
var hums = []string{"嗯", "哦", "噢", "啊", "哈", "呵", "唉", "哎", "诶", "额", "呃"}

// piece says whether the message is a single character that asks for something while a question stands: more likely the
// beginning of a word than a wish to leave (券 of 领券).
func (t *turn) piece() bool {
	return t.k.Step != "" && !t.joining && utf8.RuneCountInString(t.text) == 1 && allHan(t.text) &&
		!slices.Contains([]string{"在", "喂", "早", "不", "错"}, t.text) && !yesLike.MatchString(t.text)
}

var (
	english    = regexp.MustCompile(`^[!-~ ]*[A-Za-z]{2,}[,.!?']* [!-~ ]*[A-Za-z]{2,}[!-~ ]*$`)
	fourDigits = regexp.MustCompile(`\d{4}`)
	yesLike    = regexp.MustCompile(`^(好的?|对的?|对头|是的?|行|可以|确认|确定|没错|要得|ok|OK|确认下单|用这个地址|收到)$`)
	slowly     = regexp.MustCompile(`商量|考虑|想(一|哈|下)|等哈|等会|等一下|等下|过(哈|会)|再说|再看|改天|不急`)
	onSite     = regexp.MustCompile(`停车|怎么走|咋走|咋个走|啷个走|怎么去|坐车|坐哪|公交|班车|高铁|火车|几点|关门|开门|开不开|关不关|放假|电话|狗|宠物|轮椅|推车|吃饭|住宿|住的|酒店|天气|下雨|还得行|来得及|耍好久|玩多久|多久|远不远|好远|厕所|导游|讲解|老年证|军人|残疾|学生证|退役|身高|一米`)
	leadIn     = regexp.MustCompile(`^(?:算了|好嘛|好吧|那好|那好嘛|哎呀|哎|嗯|哦|行|要得|不对|不是|那|啊|你看)[,，。!！ ]+(.{2,})$`)
	notNow     = regexp.MustCompile(`^(那|就|先|还是|我)*不(删|删除|撤|取消|退|改|用|买|领|去)$`)
	yesses     = regexp.MustCompile(`^((对|对的|对头|是|是的|好|好的|好嘛|要得|嗯|可以|没错|没得错|莫得错|确认|行|就是|就这样|没问题|ok|OK)[,，、。!！ 啊呀哈嘛噻]*)+$`)
	asking     = regexp.MustCompile(`[不吗没么怎啷咋几哪?？]|好多|多少|多久|好久|好远|能|可以|得行|电话`)
	bulk       = regexp.MustCompile(`对公|转账|公户|月结|月底|赊|货到付款|现金|分期|批发|团购`)
	bargain    = regexp.MustCompile(`便宜|优惠点|少点|打折|讲价|太贵|好贵`)
	freight    = regexp.MustCompile(`包邮|运费|邮费|快递费`)
)

// yes says whether the message is nothing but yes, however often it is said: 对的对的没得错.
func (t *turn) yes() bool { return yesses.MatchString(bare(t.text)) }

// hint says what a message means that came at the wrong moment, and what to do instead. The question stands.
func (t *turn) hint() (bool, error) {
	s := bare(t.text)
	switch {
	case len(models.FindDocuments(t.text)) > 0 || t.k.Step == stepKind && fourDigits.MatchString(t.text):
		return true, t.strayNumber()
	case slices.Contains(hums, s):
		return true, t.again("我在听，您慢慢来。")
	case t.k.Step != "" && (s == "同意" || s == "我同意"):
		return true, t.again("您已经同意了，我们接着办。")
	case t.k.Step == "" && (s == "同意" || s == "我同意" || s == "不同意"):
		return true, t.again("现在没有要您同意的事。要领券请点“领券”。")
	case t.k.Step == "" && (yesLike.MatchString(s) || notNow.MatchString(s)):
		t.say("现在没有等您答复的事。办好了没有，看“我的券”和“我的订单”就知道。")
		t.choose("还要办什么？", append(list("我的券", "我的订单", "人工"), home)...)
		return true, nil
	case yesLike.MatchString(s):
		return true, t.again("这一步还要您选一下，或者照样子回答。")
	case strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0 && t.k.Step != "" && !emoji(t.text):
		return true, t.again("我在。您照下面这句话回答就行，也可以点按钮。")
	case emoji(t.text) && t.k.Step == "" && strings.ContainsAny(t.text, "🙏👍👌🌹😊😁😄❤"):
		return true, t.backToMenu("不客气！还要办什么？")
	case emoji(t.text) && (t.k.Step == stepConfirm || t.k.Step == stepOrder || t.k.Step == stepDeliver):
		return true, t.again("我只看得懂字，看不懂表情。对的话就打“对”，或点按钮。")
	case emoji(t.text):
		return true, t.again("我只看得懂字，看不懂表情。请打一句话，或点下面的按钮。")
	case english.MatchString(t.text):
		return true, t.again("Sorry, I only understand Chinese. Please tap a button below; 人工 leaves a message for a person.\n对不起，我只懂中文。请点下面的按钮，要找人请点“人工”。")
	}
	if done, err := t.unsure(s); done || err != nil {
		return done, err
	}
	return t.argues(s)
}

// unsure answers what nobody here knows for certain: it says so, and who does.
func (t *turn) unsure(s string) (bool, error) {
	way := append(list("人工", "景区"), home)
	switch {
	case slowly.MatchString(s):
		return true, t.aside("不急，您想好了再说。", "要办什么？", menu...)
	case bargain.MatchString(s):
		return true, t.aside("价钱是卖家定的，这里不讲价，也不会多收。", "您可以：", append(list("买特产", "人工"), home)...)
	case bulk.MatchString(s):
		return true, t.aside("现在只能用下单后的链接付款。单位要买得多、要对公转账的，点“人工”写明单位、数量和电话，工作人员跟您商量。", "您可以：", append(list("人工", "买特产"), home)...)
	case onSite.MatchString(s) && asking.MatchString(t.text):
		p, err := t.e.d.Programme(t.ctx)
		if err != nil {
			return true, err
		}
		text := "这个我没有准确的消息，不敢乱说，以景区售票处的为准。要问的话点“人工”写下来，工作人员会回复您"
		if p.Contact != "" {
			text += "；急的话：" + p.Contact
		}
		return true, t.aside(text+"。", "您可以：", way...)
	}
	return false, nil
}

// emoji says whether there are only pictures: neither letters nor digits nor punctuation.
func emoji(s string) bool {
	pictures := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsPunct(r):
			return false
		case unicode.Is(unicode.So, r):
			pictures++
		}
	}
	return pictures > 0
}

// strayNumber answers a document number or a phone where none was asked for. It is not kept.
func (t *turn) strayNumber() error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	t.shown = models.MaskText(t.text)
	_, notAddress := parseAddress(t.text)
	switch {
	case t.k.Step == "" && notAddress == nil:
		return t.again("这是收货地址吧？现在没有等着填地址的单子，所以没有保存。要买东西先说买什么，地址到时候我会问您；要改寄送地址，点“人工”写明订单号。")
	case t.k.Step == stepPack || t.k.Step == stepProduct || t.k.Step == stepQuantity || t.k.Step == stepOrder:
		return t.again("地址和电话等一下再填，我会问您的。先把下面这个选好。")
	case t.k.Step == stepKind:
		return t.again("先点一下是哪种证件，再发号码。")
	case s.Resident != nil:
		return t.again("这个聊天已登记为" + s.Resident.MaskedName + "，不用再报号码，刚才的号码没有保存。别人的号码请不要发在这里：一起去的人算进人数就行，单独去的用他本人的手机领。")
	}
	return t.again("这像是证件号码或电话，没有保存。要登记领券请先点“领券”，看过说明再填号码。")
}

// argues answers who was turned down and explains why that is wrong: a person must read it, not a program.
func (t *turn) argues(s string) (bool, error) {
	if t.k.Step != "" && t.k.Prompt != "您可以：" || utf8.RuneCountInString(s) < 6 { // after a refusal something may still be under way
		return false, nil
	}
	standing, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil || standing.Resident == nil || standing.Decision.OK {
		return false, err
	}
	text, choices := "您说的我明白，可我只是个小程序，改不了规定。想说清楚、想问明白，点“人工”写下来。", list("人工", "资格")
	if state := standing.Decision.State; state == "refused" || state == "undecided" {
		text = "您说的我明白，可我只是个小程序，改不了核对的结果。请点“交证明”，把这些话写给核对的工作人员；只想问清楚，就点“人工”。"
		choices = append(list("交证明"), choices...)
	}
	t.say(text)
	t.choose("您可以：", append(choices, home)...)
	return true, nil
}
