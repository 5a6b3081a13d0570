package wechat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/models"
)

// faster is how much faster than in life the clocks of these tests run.
const faster = 20

// percentile gives the time within which n of 100 stay.
func percentile(times []time.Duration, n int) time.Duration {
	slices.Sort(times)
	return times[min(len(times)-1, len(times)*n/100)]
}

// quick runs the clocks faster.
func quick(ch *Channel) {
	l := &ch.limits
	for _, d := range []*time.Duration{
		&l.answer, &l.hold, &l.third, &l.retry, &l.flight, &l.again, &l.keep, &l.after, &l.media, &l.photo,
	} {
		*d /= faster
	}
}

// backend is an Answer that can be slow, away or broken, and counts.
type backend struct {
	stall  time.Duration
	fails  []error // of the next calls
	says   []bot.Reply
	mu     sync.Mutex
	called int
	in     bot.In
}

func (b *backend) answer(ctx context.Context, _ string, in bot.In) ([]bot.Reply, error) {
	b.mu.Lock()
	b.called++
	b.in = in
	var err error
	if len(b.fails) > 0 {
		err, b.fails = b.fails[0], b.fails[1:]
	}
	stall := b.stall
	b.mu.Unlock()
	select {
	case <-time.After(stall):
	case <-ctx.Done():
		return nil, models.ErrUnavailable.From(ctx.Err())
	}
	if err != nil {
		return nil, err
	}
	if b.says != nil {
		return b.says, nil
	}
	return []bot.Reply{{Type: bot.ReplyText, Text: "办好了"}}, nil
}

func (b *backend) calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.called
}

// slow is a channel with quick clocks in front of a backend. Without push the account has no customer messages.
func slow(t *testing.T, b *backend, push bool) (*Channel, *double, *memory) {
	d := newDouble(t)
	ch, m := opposite(t, d, func(c *Config) {
		c.Answer = b.answer
		if !push {
			c.Secret = ""
		}
	})
	quick(ch)
	t.Cleanup(func() { landed(t, ch) })
	return ch, d, m
}

// landed waits until nothing is under way.
func landed(t *testing.T, ch *Channel) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := ch.Wait(ctx); err != nil {
		t.Error("something is still under way")
	}
}

// With customer messages: silence in time, and the answer comes by itself.
func TestStalledPush(t *testing.T) {
	b := &backend{stall: 8 * time.Second / faster}
	ch, d, m := slow(t, b, true)
	begun := time.Now()
	a, try := sealedTo(t, ch).insist(textXML("1", "领券"), false)
	if a.Type != "" || try != 1 || time.Since(begun) < ch.limits.answer {
		t.Errorf("%+v at try %d after %v", a, try, time.Since(begun))
	}
	landed(t, ch)
	if late := time.Since(begun) - b.stall; late > ch.limits.retry/2 {
		t.Errorf("pushed %v after it was known, as if the platform could still ask", late)
	}
	if got := d.messages(); len(got) != 1 || got[0].Text != "办好了" || got[0].To != testUser || len(m.inbox()) > 0 || b.calls() != 1 {
		t.Errorf("sent %v, inbox %v, called %d", got, m.inbox(), b.calls())
	}
	if a := sealedTo(t, ch).ask(textXML("1", "领券")); a.Type != "" || len(d.messages()) != 1 {
		t.Errorf("a repetition says it again: %+v", a)
	}
	if n := ch.Counts(); n["late"] != 1 || n["pushed"] != 1 || n["duplicate"] != 1 {
		t.Errorf("%v", n)
	}
}

// What cannot be pushed waits for the next message.
func TestStalledPushRefused(t *testing.T) {
	for _, code := range []int{codeNoWindow, codeForbidden, 43004, 45009, 40003, 500} {
		ch, d, m := slow(t, &backend{stall: 8 * time.Second / faster}, true)
		d.next("/cgi-bin/message/custom/send", slices.Repeat([]int{code}, 9)...)
		if a, try := sealedTo(t, ch).insist(textXML("1", "领券"), false); a.Type != "" || try != 1 {
			t.Errorf("%d: %+v at try %d", code, a, try)
		}
		landed(t, ch)
		if got := m.inbox(); len(got) != 1 || got[0].Text != "办好了" || len(d.messages()) > 0 {
			t.Errorf("%d: inbox %v", code, got)
		}
	}
}

// Without customer messages one of the three tries carries the answer of one computation.
func TestStalledHeld(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		for _, c := range []struct {
			seconds float64
			try     int
			says    string
			inbox   int
		}{
			{1, 1, "办好了", 0},
			{8, 2, "办好了", 0},
			{12, 3, "办好了", 0},
			{20, 3, sayStill, 1},
		} {
			t.Run(fmt.Sprint(c.seconds, "s, deaf ", deaf), func(t *testing.T) {
				t.Parallel()
				b := &backend{stall: time.Duration(c.seconds * float64(time.Second) / faster)}
				ch, _, m := slow(t, b, false)
				begun := time.Now()
				a, try := sealedTo(t, ch).insist(textXML("1", "领券"), deaf)
				if a.Content != c.says || try != c.try {
					t.Errorf("%+v at try %d", a, try)
				}
				landed(t, ch)
				if late := time.Since(begun) - b.stall; late > ch.limits.retry/2 {
					t.Errorf("seen to %v after it was known", late)
				}
				if len(m.inbox()) != c.inbox || b.calls() != 1 {
					t.Errorf("inbox %v, called %d", m.inbox(), b.calls())
				}
			})
		}
	}
}

// The platform hangs up and never asks again: the answer is not lost, also where nobody noticed that it hung up; and who
// asks after that hears it no second time.
func TestNobodyAsksAgain(t *testing.T) {
	for _, c := range []struct {
		name      string
		push      bool
		stall, up time.Duration
	}{
		{"push", true, 2 * time.Second, time.Second},
		{"no push", false, 2 * time.Second, time.Second},
		{"no push, deaf", false, 4900 * time.Millisecond, time.Minute},
	} {
		ch, d, m := slow(t, &backend{stall: c.stall / faster}, c.push)
		ctx, cancel := context.WithTimeout(t.Context(), c.up/faster)
		serve(ch, sealedTo(t, ch).request(textXML("1", "领券")).WithContext(ctx))
		cancel()
		landed(t, ch)
		if len(d.messages())+len(m.inbox()) != 1 || len(d.messages()) > 0 != c.push {
			t.Errorf("%s: sent %v, inbox %v", c.name, d.messages(), m.inbox())
		}
		if a := sealedTo(t, ch).ask(textXML("1", "领券")); a.Type != "" {
			t.Errorf("%s: said again: %+v", c.name, a)
		}
	}
}

// One id three times at once: one effect, three times the same answer.
func TestOneIDAtOnce(t *testing.T) {
	for range 20 {
		b := &backend{stall: time.Millisecond}
		ch, _, m := slow(t, b, true)
		p := sealedTo(t, ch)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if a := p.open(p.post(textXML("1", "领券"))); a.Content != "办好了" {
					t.Errorf("%+v", a)
				}
			})
		}
		wg.Wait()
		if n := ch.Counts(); b.calls() != 1 || m.left(testUser, "message") != 5 || n["duplicate"] != 2 || n["answered"] != 3 {
			t.Errorf("called %d, %v", b.calls(), n)
		}
	}
}

// The same again gets the same, from here for a while and from the engine after that. Others are not mistaken for it.
func TestReplay(t *testing.T) {
	b := &backend{}
	ch, _, _ := slow(t, b, true)
	p := sealedTo(t, ch)
	for range 5 {
		if a := p.ask(textXML("1", "领券")); a.Content != "办好了" {
			t.Errorf("%+v", a)
		}
	}
	if b.calls() != 1 {
		t.Errorf("called %d times", b.calls())
	}
	p.ask(textXML("2", "领券"))
	p.ask(strings.ReplaceAll(textXML("1", "领券"), testUser, "another"))
	if b.calls() != 3 {
		t.Errorf("another message or person: called %d times", b.calls())
	}
	ch.limits.keep = 0
	if a := p.ask(textXML("1", "领券")); a.Content != "办好了" || b.calls() != 4 {
		t.Errorf("forgotten: %+v, called %d times", a, b.calls())
	}
	if len(ch.flights.by) != 1 || len(ch.flights.landed) != 1 {
		t.Errorf("kept: %d, %d", len(ch.flights.by), len(ch.flights.landed))
	}
}

func TestUnavailable(t *testing.T) {
	b := &backend{fails: []error{models.ErrUnavailable, models.ErrUnavailable.From(errors.New("busy"))}}
	ch, _, _ := slow(t, b, true)
	if a := sealedTo(t, ch).ask(textXML("1", "领券")); a.Content != "办好了" || b.calls() != 3 {
		t.Errorf("%+v, called %d times", a, b.calls())
	}
	b = &backend{fails: slices.Repeat([]error{models.ErrUnavailable}, 10_000)}
	ch, d, _ := slow(t, b, true)
	if a := sealedTo(t, ch).ask(textXML("1", "领券")); a.Type != "" {
		t.Errorf("%+v", a)
	}
	landed(t, ch)
	if got := d.messages(); len(got) != 1 || got[0].Text != sayBusy || ch.Counts()["fault"] != 1 {
		t.Errorf("after half a minute: %v, %v", got, ch.Counts())
	}
}

// A fault is spoken, and the same message may be tried anew.
func TestFault(t *testing.T) {
	b := &backend{fails: []error{errors.New("broken")}}
	ch, _, _ := slow(t, b, true)
	p := sealedTo(t, ch)
	for _, want := range []string{sayBusy, "办好了"} {
		if a := p.ask(textXML("1", "领券")); a.Content != want {
			t.Errorf("%+v", a)
		}
	}
}

// A panic ends no process and loses no answer, wherever it comes from.
func TestPanics(t *testing.T) {
	pay := []bot.Reply{{Type: bot.ReplyLink, Text: "付款", URL: "/pay"}}
	for _, c := range []struct {
		name   string
		change func(*Config, *backend)
		says   string // at once
		sent   string // after that
	}{
		{"answer", func(c *Config, _ *backend) { c.Answer = nil }, sayBusy, ""},
		{"grant", func(c *Config, _ *backend) { c.Grant = nil }, sayBusy, ""},
		{"link", func(c *Config, _ *backend) {
			link, calls := c.Link, atomic.Int64{}
			c.Link = func(ctx context.Context, user, path string) (string, error) {
				if calls.Add(1) == 1 {
					panic("the first time")
				}
				return link(ctx, user, path)
			}
		}, "", "付款\n" + testPublic + "/pay?k=1"},
		{"late", func(c *Config, b *backend) { c.Late, c.Secret, b.stall = nil, "", 12*time.Second/faster }, sayStill, ""},
	} {
		d, b := newDouble(t), &backend{says: pay}
		ch, _ := opposite(t, d, func(cfg *Config) {
			cfg.Answer = b.answer
			c.change(cfg, b)
		})
		quick(ch)
		if a := sealedTo(t, ch).ask(textXML("1", "领券")); a.Content != c.says {
			t.Errorf("%s: %+v", c.name, a)
		}
		landed(t, ch)
		if got := d.messages(); c.sent == "" && len(got) > 0 || c.sent != "" && (len(got) != 1 || got[0].Text != c.sent) {
			t.Errorf("%s: sent %v", c.name, got)
		}
		if n := ch.Counts(); n["fault"] == 0 {
			t.Errorf("%s: %v", c.name, n)
		}
	}
}

// A voucher: the picture at once and the words after it; or all in one article.
func TestVoucher(t *testing.T) {
	says := []bot.Reply{{Type: bot.ReplyImage, URL: "/v/T.png", Alt: "濯水 入园二维码"}, said("带上身份证。"), choose("", "我的券", "再领一张")}
	text := "带上身份证。\n\n1 我的券  2 再领一张"
	for _, c := range []struct {
		name   string
		push   bool
		upload string // what becomes of it
		want   answered
		sent   string
	}{
		{"push", true, "", answered{Type: "image", Media: "MEDIA-1"}, text},
		{"refused upload", true, "refuse", answered{Type: "news"}, ""},
		{"slow upload", true, "hang", answered{Type: "news"}, ""},
		{"no push", false, "", answered{Type: "news"}, ""},
	} {
		ch, d, m := slow(t, &backend{says: says}, c.push)
		switch c.upload {
		case "refuse":
			d.next("/cgi-bin/media/upload", 45009)
		case "hang":
			ch.api.limit = time.Minute
			d.hang["/cgi-bin/media/upload"] = 2
		}
		if c.want.Type == "news" {
			c.want = answered{Type: "news", Count: 1, Title: "濯水 入园二维码", About: text, PicURL: testPublic + "/v/T.png", URL: testPublic + "/v/T?k=1"}
		}
		for range 2 { // the second time the same, and nothing is pushed again
			a := sealedTo(t, ch).ask(textXML("1", "领券"))
			a.XMLName, a.To, a.From, a.Created = c.want.XMLName, "", "", 0
			if a != c.want {
				t.Errorf("%s: %+v", c.name, a)
			}
			landed(t, ch)
		}
		got := d.messages()
		if len(m.inbox()) > 0 || c.sent == "" && len(got) > 0 || c.sent != "" && (len(got) != 1 || got[0].Text != c.sent) {
			t.Errorf("%s: sent %v, inbox %v", c.name, got, m.inbox())
		}
	}
}

// Words that can follow the picture by no push wait in the inbox.
func TestVoucherWordsRefused(t *testing.T) {
	ch, d, m := slow(t, &backend{says: []bot.Reply{shown("/v/T.png"), said("带上身份证。")}}, true)
	d.next("/cgi-bin/message/custom/send", codeNoCredit, codeNoCredit, codeNoCredit, codeNoCredit)
	if a := sealedTo(t, ch).ask(textXML("1", "领券")); a.Type != "image" {
		t.Errorf("%+v", a)
	}
	landed(t, ch)
	if got := m.inbox(); len(got) != 1 || got[0].Text != "带上身份证。" {
		t.Errorf("inbox %v", got)
	}
}

// Another process may have had the first tries: an old message is asked for the last time.
func TestThird(t *testing.T) {
	ch, _, _ := slow(t, &backend{}, false)
	now := time.Unix(1713424427, 0)
	ch.c.Now, ch.limits = func() time.Time { return now }, realLimits
	for age, want := range map[time.Duration]bool{-time.Minute: false, 0: false, 5 * time.Second: false, 10 * time.Second: true, time.Hour: false} {
		if got := ch.third(&message{Created: strconv.FormatInt(now.Add(-age).Unix(), 10)}); got != want {
			t.Errorf("%v: %v", age, got)
		}
	}
	if ch.third(&message{Created: "yesterday"}) {
		t.Error("no number")
	}
}
