package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func engine(d *db.DB) *bot.Engine {
	return bot.New(d, bot.Options{Demo: true, PublicURL: "https://jieban.example", Samples: func(context.Context) []bot.Sample {
		people, _ := db.Samples()
		var list []bot.Sample
		for _, p := range people {
			list = append(list, bot.Sample{Label: p.Label, Number: p.Number, Name: p.Name})
		}
		return list
	}})
}

func link(t testing.TB, d *db.DB, user string) int64 {
	t.Helper()
	l, err := d.LinkFor(context.Background(), "web", user)
	if err != nil {
		t.Fatal(err)
	}
	return l.ID
}

func say(t testing.TB, e *bot.Engine, link int64, texts ...string) (last []bot.Reply) {
	t.Helper()
	for _, text := range texts {
		var err error
		if last, err = e.Answer(context.Background(), bot.In{LinkID: link, Text: text}); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	}
	return last
}

// register brings the first sample person to the question where to go.
func register(t testing.TB, e *bot.Engine, link int64) {
	t.Helper()
	people, err := db.Samples()
	if err != nil {
		t.Fatal(err)
	}
	say(t, e, link, "领券", "同意", "同意", "居民身份证", people[0].Number, people[0].Name)
}

// The same message thirty times at once, through two processes' engines: one voucher, one answer.
func TestAnswerOnceAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one, other, me := engine(d), engine(d), link(t, d, "me")
		register(t, one, me)
		say(t, one, me, "濯水 7月17日 3人")
		var mu sync.Mutex
		answers := map[string]int{}
		var wg sync.WaitGroup
		for i := range 30 {
			e := []*bot.Engine{one, other}[i%2]
			wg.Go(func() {
				replies, err := e.Answer(t.Context(), bot.In{LinkID: me, MessageID: "same", Text: "确认"})
				for try := 0; errors.Is(err, models.ErrUnavailable) && try < 200; try++ { // the other process is at it
					time.Sleep(10 * time.Millisecond)
					replies, err = e.Answer(t.Context(), bot.In{LinkID: me, MessageID: "same", Text: "确认"})
				}
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				answers[asJSON(t, replies)]++
				mu.Unlock()
			})
		}
		wg.Wait()
		views, err := d.Vouchers(t.Context(), me)
		if err != nil || len(views) != 1 || len(answers) != 1 {
			t.Errorf("%d vouchers, %d different answers, %v; want one of each", len(views), len(answers), err)
		}
	})
}

// A process that dies after it kept the talk, and before it said that the message is answered, has done it all: the same
// message again is not taken for the next one.
func TestAnswerAfterACrashBetweenTalkAndEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e, me := engine(d), link(t, d, "me")
		register(t, e, me)
		say(t, e, me, "濯水 7月17日 3人")
		first, err := e.Answer(t.Context(), bot.In{LinkID: me, MessageID: "crash", Text: "确认"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.SQL().ExecContext(t.Context(), "DELETE FROM chat_messages"); err != nil { // as if it had never been ended
			t.Fatal(err)
		}
		again, err := engine(d).Answer(t.Context(), bot.In{LinkID: me, MessageID: "crash", Text: "确认"})
		if err != nil || asJSON(t, again) != asJSON(t, first) {
			t.Errorf("after the crash: %v, %v; want %v", again, err, first)
		}
	})
}

// A process that dies before it kept the talk is asked again by the same message: the claim knows the message's key.
func TestAnswerAfterACrashBeforeTalk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e, me := engine(d), link(t, d, "me")
		register(t, e, me)
		say(t, e, me, "濯水 7月17日 3人")
		again, err := crashed(t, d, me, "确认")
		views, _ := d.Vouchers(t.Context(), me)
		if err != nil || len(views) != 1 || again[0].Type != bot.ReplyImage {
			t.Errorf("%d vouchers, %v, %v; want the one voucher shown again", len(views), again, err)
		}
	})
}

// crashed lets a message be answered, forgets that it was, the talk too, and lets another process answer it.
func crashed(t *testing.T, d *db.DB, me int64, text string) ([]bot.Reply, error) {
	t.Helper()
	state, version, err := d.Talk(t.Context(), me)
	if err != nil {
		t.Fatal(err)
	}
	in := bot.In{LinkID: me, MessageID: "crash:" + text, Text: text}
	if _, err := engine(d).Answer(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SQL().ExecContext(t.Context(), "DELETE FROM chat_messages"); err != nil {
		t.Fatal(err)
	}
	if err := d.SaveTalk(t.Context(), me, state, version+1); err != nil { // the talk as it was before
		t.Fatal(err)
	}
	return engine(d).Answer(t.Context(), in)
}

// A question for an officer is left once, and a basket filled once, however often the message comes.
func TestAskAndBasketAfterACrashBeforeTalk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e, me := engine(d), link(t, d, "me")
		say(t, e, me, "人工")
		if _, err := crashed(t, d, me, "景区有轮椅吗？"); err != nil {
			t.Fatal(err)
		}
		if open, err := d.OpenMessages(t.Context(), 0, 10); err != nil || len(open) != 1 {
			t.Errorf("%d messages, %v; want the one", len(open), err)
		}
		say(t, e, me, "要两箱脆红李", "5斤的")
		again, err := crashed(t, d, me, "加到购物篮")
		items, _ := d.Basket(t.Context(), me)
		if err != nil || len(items) != 1 || items[0].Quantity != 2 {
			t.Errorf("basket %+v after %v %v; want two boxes", items, again, err)
		}
		say(t, e, me, "要两箱脆红李", "5斤的", "加到购物篮") // meant anew, it is added anew
		if items, _ = d.Basket(t.Context(), me); items[0].Quantity != 4 {
			t.Errorf("basket %+v; want four boxes", items)
		}
	})
}

// A message that failed may be sent again at once, with the same id, and is then answered.
func TestAnswerAgainAfterAFault(t *testing.T) {
	d := dbtest.SQLite(t)
	e, me := engine(d), link(t, d, "me")
	if _, err := d.SQL().Exec("ALTER TABLE talks RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Answer(t.Context(), bot.In{LinkID: me, MessageID: "m", Text: "你好"}); err == nil {
		t.Fatal("no talk can be kept, and yet there is no error")
	}
	if _, err := d.SQL().Exec("ALTER TABLE away RENAME TO talks"); err != nil {
		t.Fatal(err)
	}
	replies, err := e.Answer(t.Context(), bot.In{LinkID: me, MessageID: "m", Text: "你好"})
	if err != nil || len(replies) == 0 {
		t.Errorf("the second try: %v, %v", replies, err)
	}
}

// Who was told to ask whether it is done is answered also where it was done, or said, meanwhile.
func TestWhetherItIsDone(t *testing.T) {
	d := dbtest.SQLite(t)
	e, me := engine(d), link(t, d, "me")
	for _, c := range []struct {
		before []string
		want   string
	}{
		{nil, "现在没有在办的事"},
		{[]string{"领券", "同意", "同意"}, "在等您回答"},
	} {
		say(t, e, me, c.before...)
		for _, text := range []string{"好了吗", "好了没有？", "办好了没"} {
			if said := say(t, e, me, text); !strings.Contains(said[0].Text, c.want) || said[len(said)-1].Type != bot.ReplyChoices {
				t.Errorf("%q after %q: %v", text, c.before, said)
			}
		}
	}
}

// Who asks 可以吗 has not said 可以: no voucher, no consent, nothing erased, and the question stands.
func TestAQuestionIsNoYes(t *testing.T) {
	d := dbtest.SQLite(t)
	e, me := engine(d), link(t, d, "me")
	asks := func(questions ...string) {
		t.Helper()
		for _, text := range questions {
			if said := say(t, e, me, text); !strings.Contains(said[0].Text, "还没有办") {
				t.Errorf("%q: %v", text, said)
			}
		}
	}
	say(t, e, me, "领券")
	asks("同意吗", "同意？")
	register(t, e, me)
	say(t, e, me, "濯水 7月17日 3人")
	asks("好了吗", "好没", "可以了吗", "是吗？", "可以吗", "确认了吗", "对不", "确认没有", "确认？")
	if list, err := d.Vouchers(t.Context(), me); err != nil || len(list) != 0 {
		t.Errorf("%d vouchers, %v", len(list), err)
	}
	say(t, e, me, "确认", "删除我的信息")
	asks("确定删除吗", "确定删除？")
	say(t, e, me, "不删除", "解绑")
	asks("是吗", "好吗")
	if list, err := d.Vouchers(t.Context(), me); err != nil || len(list) != 1 {
		t.Errorf("%d vouchers, %v", len(list), err)
	}
}

// A photo that did not arrive is asked for again: who sent it must not think that it was refused.
func TestALostPhotoIsAskedForAgain(t *testing.T) {
	d := dbtest.SQLite(t)
	replies, err := engine(d).Answer(t.Context(), bot.In{LinkID: link(t, d, "me"), Kind: bot.KindLost})
	if err != nil || !strings.Contains(replies[0].Text, "照片没有收到，请再发一次") {
		t.Errorf("%v %v", replies, err)
	}
}

// Messages of one person come one after another, of different people side by side; nobody gets another's talk.
func TestAnswerManyPeopleAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := engine(d)
		var wg sync.WaitGroup
		for i := range 20 {
			me := link(t, d, fmt.Sprint("person ", i))
			wg.Go(func() {
				n := i%5 + 1
				last := say(t, e, me, fmt.Sprintf("要%d袋鸡杂", n), "加到购物篮")
				basket, err := d.Basket(t.Context(), me)
				if err != nil || len(basket) != 1 || basket[0].Quantity != n {
					t.Errorf("person %d: basket %v, %v after %v", i, basket, err, last)
				}
			})
		}
		wg.Wait()
	})
}

// Neither what is kept of a talk nor any answer repeats a number or a phone in the clear.
func TestNoNumberIsRepeated(t *testing.T) {
	d := dbtest.SQLite(t)
	e, me := engine(d), link(t, d, "me")
	people, _ := db.Samples()
	secrets := []string{people[0].Number, strings.ToLower(people[0].Number), "500107198806179931", "19900000001", "19900000077", "88881234"}
	var all strings.Builder
	for _, text := range []string{
		"我是" + people[0].Number, "领券", "同意", "同意", "居民身份证", "500107198806179931", strings.ToLower(people[0].Number), people[0].Name, "输入验证码", "绑定",
		"要一袋鸡杂", "1", "确认", "张三 19900000001 重庆市九龙坡区某某街1号", "换一个地址", "张三 19900000001 重庆市", "张三 19900000001 重庆市九龙坡区某某街1号", "对", "我的订单", "1",
		"人工", "打我电话19900000077", "我的券",
	} {
		all.WriteString(asJSON(t, say(t, e, me, text)))
	}
	history, _, err := e.History(t.Context(), me)
	if err != nil {
		t.Fatal(err)
	}
	all.WriteString(asJSON(t, history))
	for _, s := range secrets {
		if i := strings.Index(all.String(), s); i >= 0 {
			t.Errorf("%s… stands in an answer or in the history: …%s", s[:4], all.String()[max(0, i-120):i])
		}
	}
	if n := len(history); n != 40 {
		t.Errorf("%d items of history, want the last 40", n)
	}
}

// A one-time code is shown once; a page that is opened later does not show it any more.
func TestHistoryHidesTheCode(t *testing.T) {
	d := dbtest.SQLite(t)
	e, me := engine(d), link(t, d, "me")
	register(t, e, me)
	replies := say(t, e, me, "绑定")
	_, code, _ := strings.Cut(replies[0].Text, "验证码：")
	history, _, err := e.History(t.Context(), me)
	if len(code) < 8 || err != nil || strings.Contains(asJSON(t, history), code[:8]) {
		t.Errorf("the code of %q is in the history, %v", replies[0].Text, err)
	}
}

// A reply has the keys of its kind and no others (DESIGN.md §6).
func TestReplyKeys(t *testing.T) {
	for want, r := range map[string]bot.Reply{
		`{"type":"text","text":"您好"}`:                                               {Type: bot.ReplyText, Text: "您好"},
		`{"type":"image","url":"/v/A.png","alt":"券"}`:                               {Type: bot.ReplyImage, URL: "/v/A.png", Alt: "券"},
		`{"type":"link","text":"去付款","url":"/shop/pay/1"}`:                          {Type: bot.ReplyLink, Text: "去付款", URL: "/shop/pay/1"},
		`{"type":"choices","text":"要吗","choices":[{"label":"要 ¥1.00","send":"要"}]}`: {Type: bot.ReplyChoices, Text: "要吗", Choices: []bot.Choice{{Label: "要 ¥1.00", Send: "要"}}},
	} {
		if got := asJSON(t, r); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// News is given once: what the page fetched is not put in front of the next answer, and the other way round.
func TestNewsIsGivenOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e, me := engine(d), link(t, d, "me")
		answer := func(text string) {
			t.Helper()
			say(t, e, me, "人工", "我想问一件事")
			open, err := d.OpenMessages(t.Context(), 0, 1)
			if err != nil || len(open) != 1 {
				t.Fatal(open, err)
			}
			if err := d.Answer(t.Context(), models.Account{ID: 1, Role: models.RoleOfficer}, open[0].ID, text); err != nil {
				t.Fatal(err)
			}
		}
		answer("第一个回答")
		replies, next, err := e.Later(t.Context(), me, 0)
		if err != nil || len(replies) != 1 || !strings.Contains(replies[0].Text, "第一个回答") {
			t.Fatalf("later: %v, %v", replies, err)
		}
		if again := say(t, e, me, "帮助"); strings.Contains(asJSON(t, again), "第一个回答") {
			t.Errorf("given twice: %v", again)
		}
		answer("第二个回答")
		if now := say(t, e, me, "帮助"); !strings.Contains(now[0].Text, "第二个回答") {
			t.Errorf("not in front of the next answer: %v", now)
		}
		after, err := e.After(t.Context(), me)
		if err != nil || after <= next {
			t.Errorf("after is %d, %v; want more than %d", after, err, next)
		}
		if replies, _, err := e.Later(t.Context(), me, after); err != nil || len(replies) != 0 {
			t.Errorf("given twice: %v, %v", replies, err)
		}
		history, _, _ := e.History(t.Context(), me)
		if !strings.Contains(asJSON(t, history), "第一个回答") {
			t.Error("what the page fetched is not in the history")
		}
	})
}

// From 我要领濯水的票 to the QR code a known resident needs two messages.
func TestTwoMessagesToTheVoucher(t *testing.T) {
	d := dbtest.SQLite(t)
	e, me := engine(d), link(t, d, "me")
	register(t, e, me)
	say(t, e, me, "主菜单")
	last := say(t, e, me, "我想下周六去濯水,三个人", "确认")
	if last[0].Type != bot.ReplyImage || !strings.HasPrefix(last[0].URL, "/v/") || !strings.HasSuffix(last[0].URL, ".png") {
		t.Errorf("got %v", last)
	}
	token := strings.TrimSuffix(strings.TrimPrefix(last[0].URL, "/v/"), ".png")
	if v, err := d.VoucherByToken(t.Context(), token); err != nil || v.Voucher.Party != 3 || v.Voucher.VisitDay != "2021-07-24" || v.Spot.ID != "zhuoshui" {
		t.Errorf("the picture leads to %+v, %v", v.Voucher, err)
	}
}

// Whoever waits too long for their turn is told to try again.
func TestAnswerGivesUpWhenTheCallerDoes(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine(d).Answer(ctx, bot.In{LinkID: link(t, d, "me"), MessageID: "m", Text: "你好"}); err == nil {
		t.Error("an answer to nobody")
	}
}

// Every choice, tapped, is understood: no button leads to 我没听懂.
func TestEveryButtonWorks(t *testing.T) {
	d := dbtest.SQLite(t)
	e := engine(d)
	people, _ := db.Samples()
	for i, path := range [][]string{
		{},
		{"帮助"},
		{"景区"},
		{"资格"},
		{"我的券"},
		{"买特产"},
		{"买特产", "时令水果"},
		{"要两箱脆红李"},
		{"要两箱脆红李", "5斤"},
		{"要两箱脆红李", "5斤", "确认"},
		{"人工"},
		{"领券"},
		{"领券", "同意"},
		{"领券", "同意", "同意"},
		{"领券", "同意", "同意", "身份证"},
		{"领券", "同意", "同意", "身份证", people[1].Number},
		{"领券", "同意", "同意", "身份证", people[1].Number + people[1].Name},
		{"领券", "同意", "同意", "身份证", "123456"},
		{"删除我的信息"},
		{"撤回同意"},
		{"要一袋鸡杂", "加到购物篮"},
	} {
		who := fmt.Sprint("path ", i)
		last := say(t, e, link(t, d, who), append([]string{"你好"}, path...)...)
		for j, c := range last[len(last)-1].Choices {
			me := link(t, d, fmt.Sprint(who, " choice ", j))
			say(t, e, me, append([]string{"你好"}, path...)...)
			replies := say(t, e, me, c.Send)
			if slices.ContainsFunc(replies, func(r bot.Reply) bool { return strings.Contains(r.Text, "没听懂") }) {
				t.Errorf("after %v the button %q (%q) is not understood", path, c.Label, c.Send)
			}
		}
	}
}

func FuzzAnswer(f *testing.F) {
	d := dbtest.SQLite(f)
	e, people := engine(d), 0
	for _, s := range []string{"你好", "领券", "同意", "身份证", "51022219550308996X", "刘桂芳", "我想下周六去濯水,三个人", "确认", "要两箱脆红李", "1", "返回", "取消券1", "看订单J1", "\x00\xff", "💥", "删除我的信息", "确定删除"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		people++
		me := link(t, d, fmt.Sprint("fuzz ", people%50))
		for i, text := range []string{first, second, first} {
			replies, err := e.Answer(context.Background(), bot.In{LinkID: me, Text: text})
			if err != nil || len(replies) == 0 {
				t.Fatalf("message %d %q: %v, %v", i, text, replies, err)
			}
			if last := replies[len(replies)-1]; last.Type != bot.ReplyChoices || len(last.Choices) == 0 {
				t.Fatalf("%q is a dead end: %v", text, replies)
			}
		}
	})
}

func BenchmarkAnswer(b *testing.B) {
	for name, open := range map[string]func() *db.DB{
		"sqlite":   func() *db.DB { return dbtest.SQLite(b) },
		"postgres": func() *db.DB { return dbtest.OnPostgres(b) },
	} {
		b.Run(name, func(b *testing.B) {
			d := open()
			e, me := engine(d), link(b, d, "me")
			register(b, e, me)
			for i := 0; b.Loop(); i++ {
				say(b, e, me, []string{"我想下周六去濯水,三个人", "取消"}[i%2])
			}
		})
	}
}
