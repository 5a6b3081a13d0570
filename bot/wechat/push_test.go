package wechat

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
)

func said(s string) bot.Reply { return bot.Reply{Type: bot.ReplyText, Text: s} }

func shown(url string) bot.Reply { return bot.Reply{Type: bot.ReplyImage, URL: url, Alt: "二维码"} }

// sending is one Send: what the person's acts allow, what the platform says, what comes of it.
type sending struct {
	name     string
	credits  map[string]int
	replies  []bot.Reply
	refuse   []int // of customer messages
	notice   []int // of notices
	template string

	want    error
	sent    []string // texts; an image as its media id
	noticed string   // line of the notice
	late    int      // replies left in the inbox
	left    map[string]int
}

var sendings = []sending{
	{name: "a text", credits: map[string]int{"message": 5}, replies: []bot.Reply{said("您好")}, sent: []string{"您好"}, left: map[string]int{"message": 4}},
	{
		name: "texts are one message", credits: map[string]int{"message": 5}, replies: []bot.Reply{said("一"), said("二"), {Type: bot.ReplyLink, Text: "看", URL: "/shop"}},
		sent: []string{"一\n\n二\n\n看\nhttps://jieban.example/shop?k=1"}, left: map[string]int{"message": 4},
	},
	{
		name: "a text and a code", credits: map[string]int{"menu": 2}, replies: []bot.Reply{shown("/v/a.png"), said("给门口看")},
		sent: []string{"给门口看", "MEDIA-1"}, left: map[string]int{"menu": 0},
	},
	{
		name: "the shortest-lived first", credits: map[string]int{"message": 5, "menu": 3, "subscribe": 3, "scan": 3}, replies: []bot.Reply{said("1")},
		sent: []string{"1"}, left: map[string]int{"message": 5, "menu": 3, "subscribe": 3, "scan": 2},
	},
	{
		name: "one is used up without our knowing", credits: map[string]int{"message": 5, "menu": 3}, replies: []bot.Reply{said("1")}, refuse: []int{45047},
		sent: []string{"1"}, left: map[string]int{"message": 4, "menu": 0},
	},
	{
		name: "all are", credits: map[string]int{"message": 5, "menu": 3}, replies: []bot.Reply{said("1")}, refuse: []int{45047, 45015},
		want: bot.ErrNoWindow, left: map[string]int{"message": 0, "menu": 0},
	},
	{name: "nothing is allowed", replies: []bot.Reply{said("1")}, want: bot.ErrNoWindow},
	{name: "nothing to say", credits: map[string]int{"message": 5}, left: map[string]int{"message": 5}},
	{name: "it ends in the middle", credits: map[string]int{"message": 1}, replies: []bot.Reply{said("1"), shown("/v/a.png")}, sent: []string{"1"}, late: 1, left: map[string]int{"message": 0}},
	{name: "it breaks in the middle", credits: map[string]int{"message": 5}, replies: []bot.Reply{said("1"), shown("/v/a.png"), shown("/v/b.png")}, refuse: []int{0, -1}, sent: []string{"1"}, late: 2},
	{name: "gone", credits: map[string]int{"message": 5}, replies: []bot.Reply{said("1")}, refuse: []int{43004}, want: bot.ErrGone},
	{name: "gone in the middle", credits: map[string]int{"message": 5}, replies: []bot.Reply{said("1"), shown("/v/a.png")}, refuse: []int{0, 43004}, want: bot.ErrGone, sent: []string{"1"}},
	{name: "busy", credits: map[string]int{"message": 5}, replies: []bot.Reply{said("1")}, refuse: []int{-1}, want: bot.RetryAfter(2 * time.Second)},
	{name: "the day is used up", credits: map[string]int{"message": 5}, replies: []bot.Reply{said("1")}, refuse: []int{45009}, want: bot.RetryAfter(time.Minute)},
	{name: "a notice that says it all", credits: map[string]int{"notice": 1}, template: "TEMPLATE", replies: []bot.Reply{said("您的资格已经通过")}, noticed: "您的资格已经通过", left: map[string]int{"notice": 0}},
	{
		name: "a notice that leads to the inbox", credits: map[string]int{"notice": 2}, template: "TEMPLATE", replies: []bot.Reply{said("明天（7月17日）去濯水古镇，3人，\n记得带身份证"), shown("/v/a.png")},
		noticed: "明天（7月17日）去濯水古镇，3人， …", late: 2, left: map[string]int{"notice": 1},
	},
	{name: "a notice of a picture", credits: map[string]int{"notice": 1}, template: "TEMPLATE", replies: []bot.Reply{shown("/v/a.png")}, noticed: "您有一条新消息，请点开看", late: 1},
	{name: "a notice after the window", credits: map[string]int{"notice": 1, "message": 1}, template: "TEMPLATE", refuse: []int{45015}, replies: []bot.Reply{said("好")}, noticed: "好"},
	{name: "no template", credits: map[string]int{"notice": 1}, replies: []bot.Reply{said("好")}, want: bot.ErrNoWindow, left: map[string]int{"notice": 1}},
	{name: "no opt-in", template: "TEMPLATE", replies: []bot.Reply{said("好")}, want: bot.ErrNoWindow},
	{name: "the opt-in was taken back", credits: map[string]int{"notice": 3}, template: "TEMPLATE", notice: []int{43101}, replies: []bot.Reply{said("好")}, want: bot.ErrNoWindow, left: map[string]int{"notice": 0}},
	{name: "the notice is not sent", credits: map[string]int{"notice": 3}, template: "TEMPLATE", notice: []int{-1}, replies: []bot.Reply{said("好")}, want: bot.RetryAfter(2 * time.Second), left: map[string]int{"notice": 3}},
	{name: "no such template", credits: map[string]int{"notice": 3}, template: "OTHER", replies: []bot.Reply{said("好")}, want: errAny, left: map[string]int{"notice": 3}},
}

// errAny stands for a fault whose words do not matter.
var errAny = errors.New("any")

func TestSend(t *testing.T) {
	for _, c := range sendings {
		t.Run(c.name, func(t *testing.T) {
			d := newDouble(t)
			ch, m := opposite(t, d, func(k *Config) { k.Template = c.template })
			for kind, n := range c.credits {
				_ = m.grant(t.Context(), testUser, kind, n, time.Time{}, false)
			}
			d.next(sendPath, c.refuse...)
			d.next(noticePath, c.notice...)
			err := ch.Send(t.Context(), testUser, c.replies)
			if c.want == errAny && err == nil || c.want != errAny && !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			var sent []string
			for _, s := range d.messages() {
				sent = append(sent, s.Text+s.Media)
			}
			if strings.Join(sent, "|") != strings.Join(c.sent, "|") || len(m.inbox()) != c.late {
				t.Errorf("sent %q, left in the inbox %v; want %q and %d", sent, m.inbox(), c.sent, c.late)
			}
			for kind, want := range c.left {
				if n := m.left(testUser, kind); n != want {
					t.Errorf("%d of %s are left, want %d", n, kind, want)
				}
			}
			checkNotice(t, d, c.noticed)
		})
	}
}

// checkNotice checks the one notice, "" = none.
func checkNotice(t *testing.T, d *double, line string) {
	t.Helper()
	if line == "" {
		if len(d.notices) != 0 {
			t.Errorf("noticed %v", d.notices)
		}
		return
	}
	if len(d.notices) != 1 {
		t.Fatalf("%d notices, want one: %s", len(d.notices), line)
	}
	n := d.notices[0]
	data := n["data"].(map[string]any)
	if got := data["thing1"].(map[string]any)["value"]; got != line || n["touser"] != testUser || !strings.HasPrefix(n["page"].(string), testPublic+"/") {
		t.Errorf("noticed %v, want %q", n, line)
	}
	at, err := time.ParseInLocation("2006年1月2日 15:04", data["time2"].(map[string]any)["value"].(string), china)
	if err != nil || time.Since(at).Abs() > 2*time.Minute {
		t.Errorf("time2 is %v, %v", data["time2"], err)
	}
}

func TestLongTextsGoInPieces(t *testing.T) {
	d := newDouble(t)
	ch, m := opposite(t, d, nil)
	_ = m.grant(t.Context(), testUser, "message", 5, time.Time{}, false)
	if err := ch.Send(t.Context(), testUser, []bot.Reply{said(strings.Repeat("领", 1500))}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range d.messages() { // the double refuses what is over 2048 bytes
		n += strings.Count(s.Text, "领")
	}
	if n != 1500 || len(d.messages()) != 3 {
		t.Errorf("%d of 1500 characters in %d messages", n, len(d.messages()))
	}
}

func TestAccountsWithoutCustomerMessages(t *testing.T) {
	now := time.Now()
	d := newDouble(t)
	ch, m := opposite(t, d, func(c *Config) { c.Now = func() time.Time { return now } })
	_ = m.grant(t.Context(), testUser, "message", 5, time.Time{}, false)
	if !ch.canPush() {
		t.Error("not tried")
	}
	d.next(sendPath, codeForbidden)
	for range 3 { // only the first is tried
		if err := ch.Send(t.Context(), testUser, []bot.Reply{said("1")}); !errors.Is(err, bot.ErrNoWindow) {
			t.Error(err)
		}
	}
	if ch.canPush() || d.count(sendPath) != 1 || m.left(testUser, "message") != 4 || ch.Counts()["forbidden"] != 1 {
		t.Errorf("may push: %v; tried %d times; counted %v", ch.canPush(), d.count(sendPath), ch.Counts())
	}
	now = now.Add(barFor)
	if !ch.canPush() {
		t.Error("never tried again")
	}
	d.next(uploadPath, codeForbidden)
	if _, err := ch.mediaFor(t.Context(), "/v/a.png"); !errors.Is(err, bot.ErrNoWindow) || ch.canPush() {
		t.Errorf("who may not upload may not push either: %v", err)
	}
	ch, m = opposite(t, d, func(c *Config) { c.Secret = "" })
	_ = m.grant(t.Context(), testUser, "message", 5, time.Time{}, false)
	if err := ch.Send(t.Context(), testUser, []bot.Reply{said("1")}); !errors.Is(err, bot.ErrNoWindow) || ch.canPush() || m.left(testUser, "message") != 5 {
		t.Errorf("without a secret: %v", err)
	}
}

// What could not follow is kept even where the time for sending is over; if that fails too, the fault is told.
func TestTheRestIsKept(t *testing.T) {
	d := newDouble(t)
	ch, m := opposite(t, d, nil)
	_ = m.grant(t.Context(), testUser, "message", 5, time.Time{}, false)
	ctx, cancel := context.WithCancel(t.Context())
	ch.c.Picture = func(context.Context, string) ([]byte, error) { cancel(); return nil, context.Canceled }
	ch.c.Late = func(ctx context.Context, user string, replies []bot.Reply) error {
		return errors.Join(ctx.Err(), m.putLate(ctx, user, replies))
	}
	both := []bot.Reply{said("1"), shown("/v/a.png")}
	if err := ch.Send(ctx, testUser, both); err != nil || len(m.inbox()) != 1 {
		t.Errorf("%v, in the inbox %v", err, m.inbox())
	}
	m.failing = errors.New("no room")
	if err := ch.Send(t.Context(), testUser, both); !errors.Is(err, m.failing) {
		t.Errorf("%v", err)
	}
}

func TestMedia(t *testing.T) {
	d := newDouble(t)
	ch, m := opposite(t, d, nil)
	first, err := ch.mediaFor(t.Context(), "/v/secret.png")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ch.mediaFor(t.Context(), "/v/secret.png"); again != first || err != nil || string(d.media[first]) != string(onePixel) {
		t.Errorf("%q, then %q, %v", first, again, err)
	}
	for name, k := range maps.All(m.kept) {
		if strings.Contains(name, "secret") {
			t.Errorf("the path is kept in the clear: %s", name)
		}
		if left := time.Until(k.until); strings.HasPrefix(name, "media:") && (left > 60*time.Hour || left < 59*time.Hour) {
			t.Errorf("kept for %v", left)
		}
	}
	_ = m.grant(t.Context(), testUser, "message", 5, time.Time{}, false)
	d.mu.Lock()
	d.media = map[string][]byte{"MEDIA-0": onePixel} // the platform forgot it
	d.mu.Unlock()
	if err := ch.Send(t.Context(), testUser, []bot.Reply{shown("/v/secret.png")}); err != nil || d.messages()[0].Media != "MEDIA-2" || m.left(testUser, "message") != 4 {
		t.Errorf("%v, sent %v", err, d.messages())
	}
	for name, bytes := range map[string][]byte{"nothing": nil, "a page": []byte("<html>"), "too large": append([]byte("\xff\xd8\xff"), make([]byte, maxImage)...)} {
		if _, err := ch.api.upload(t.Context(), bytes); err == nil {
			t.Errorf("%s was uploaded", name)
		}
	}
	if _, err := ch.mediaFor(t.Context(), "/v/none.txt"); err == nil {
		t.Error("a picture that is none")
	}
}

func TestWhereNoticesLead(t *testing.T) {
	for want, replies := range map[string][]bot.Reply{
		"/":             {said("1")},
		"/v/abc":        {said("1"), shown("/v/abc.png")},
		"/shop/order/7": {{Type: bot.ReplyLink, URL: "/shop/order/7"}, shown("/v/abc.png")},
		"/v/x":          {{Type: bot.ReplyLink, URL: "https://elsewhere.example/"}, shown("/v/x.png")},
	} {
		if got := leadsTo(replies); got != want {
			t.Errorf("%v leads to %q, want %q", replies, got, want)
		}
	}
}
