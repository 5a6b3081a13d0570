package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jieban/jieban/bot"
)

const (
	sendPath   = "/cgi-bin/message/custom/send"
	noticePath = "/cgi-bin/message/subscribe/bizsend"
	uploadPath = "/cgi-bin/media/upload"
	tokenPath  = "/cgi-bin/stable_token"
	ticketPath = "/cgi-bin/ticket/getticket"
	oauthPath  = "/sns/oauth2/access_token"
	menuPath   = "/cgi-bin/menu/create"
)

func TestCodesSayWhatTheyMean(t *testing.T) {
	wait := func(d time.Duration) error { return bot.RetryAfter(d) }
	for code, want := range map[int]error{
		-1: wait(2 * time.Second), 45009: wait(time.Minute), 45011: wait(time.Minute),
		43004: bot.ErrGone, 40003: bot.ErrGone,
		45015: bot.ErrNoWindow, 45047: bot.ErrNoWindow, 43101: bot.ErrNoWindow, 48001: bot.ErrNoWindow, 48002: bot.ErrNoWindow,
		40033: nil, 40164: nil, 99999: nil,
	} {
		d := newDouble(t)
		ch, _ := opposite(t, d, nil)
		d.next(sendPath, code)
		err := ch.api.custom(t.Context(), testUser, bot.Reply{Text: "您好"}, "")
		if !refusedWith(err, code) || want != nil && !errors.Is(err, want) {
			t.Errorf("%d gives %v, want %v", code, err, want)
		}
		if n := d.count(sendPath); n != 1 {
			t.Errorf("%d: a message was sent %d times", code, n)
		}
		for _, other := range []error{bot.ErrGone, bot.ErrNoWindow} {
			if !errors.Is(want, other) && errors.Is(err, other) {
				t.Errorf("%d is also taken for %v", code, other)
			}
		}
	}
}

// What may be repeated is, once; what a person would read twice is not.
func TestPassingTroubles(t *testing.T) {
	for _, c := range []struct {
		name  string
		codes []int
		hang  int
		calls int
		good  bool
	}{
		{"all is well", nil, 0, 1, true},
		{"busy once", []int{-1}, 0, 2, true},
		{"busy twice", []int{-1, -1}, 0, 2, false},
		{"broken once", []int{502}, 0, 2, true},
		{"broken twice", []int{500, 503}, 0, 2, false},
		{"hangs once", nil, 1, 2, true},
		{"hangs twice", nil, 2, 2, false},
		{"refused", []int{40097}, 0, 1, false},
	} {
		d := newDouble(t)
		ch, _ := opposite(t, d, nil)
		ch.api.limit = 50 * time.Millisecond
		if _, err := ch.api.accessToken(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		d.next(ticketPath, c.codes...)
		d.hang[ticketPath] = c.hang
		_, err := ch.api.ticket(t.Context())
		if n := d.count(ticketPath); (err == nil) != c.good || n != c.calls {
			t.Errorf("a ticket, %s: %v after %d calls", c.name, err, n)
		}
		if c.codes == nil && c.hang == 0 {
			continue
		}
		d.next(sendPath, c.codes...)
		d.hang[sendPath] = c.hang
		err = ch.api.custom(t.Context(), testUser, bot.Reply{Text: "您好"}, "")
		if n := d.count(sendPath); err == nil || n != 1 {
			t.Errorf("a message, %s: %v after %d calls", c.name, err, n)
		}
	}
}

func TestCallsEnd(t *testing.T) {
	d := newDouble(t)
	ch, _ := opposite(t, d, nil)
	ch.api.limit = 20 * time.Millisecond
	d.hang[tokenPath] = 10
	start := time.Now()
	_, err := ch.api.ticket(t.Context())
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	ch.api.limit = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err = ch.api.ticket(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 2*time.Second {
		t.Errorf("the caller's own end: %v after %v", err, time.Since(start))
	}
}

// The addresses that are called hold the secret and the token, and errors are logged.
func TestErrorsTellNoSecret(t *testing.T) {
	d := newDouble(t)
	ch, _ := opposite(t, d, nil)
	check := func(what string, err error) {
		t.Helper()
		if err == nil {
			t.Fatalf("%s: no error", what)
		}
		for _, secret := range []string{testSecret, "TOKEN-", "CODE-1"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %q is told in %v", what, secret, err)
			}
		}
	}
	if _, err := ch.api.accessToken(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	d.hang[sendPath], d.hang[oauthPath] = 1, 1
	ch.api.limit = 20 * time.Millisecond
	check("hanging", ch.api.custom(t.Context(), testUser, bot.Reply{Text: "1"}, ""))
	_, err := ch.api.whoHas(t.Context(), "CODE-1")
	check("a sign-in that hangs", err)
	d.CloseClientConnections()
	d.Listener.Close()
	check("away", ch.api.custom(t.Context(), testUser, bot.Reply{Text: "1"}, ""))
	ch.api.c.API = "http://bad host"
	check("a bad address", ch.api.custom(t.Context(), testUser, bot.Reply{Text: "1"}, ""))
}

// A redirect would carry the token to another host.
func TestRedirectsAreNotFollowed(t *testing.T) {
	hit := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hit = true }))
	defer other.Close()
	api := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer api.Close()
	ch, _ := opposite(t, newDouble(t), func(c *Config) { c.API = api.URL })
	if _, err := ch.api.accessToken(t.Context(), ""); err == nil || hit {
		t.Errorf("err %v, the other host was asked: %v", err, hit)
	}
}

func TestStrangeAnswers(t *testing.T) {
	tooLong := `{"access_token":"` + strings.Repeat("x", maxAnswer) + `","expires_in":7200}`
	for _, body := range []string{"", "<html>502</html>", "null", "[]", `"ok"`, `{"access_token":7}`, "{}", `{"access_token":"","expires_in":7200}`, `{"access_token":"T"}`, strings.Repeat("[", 1<<16), tooLong} {
		d := newDouble(t)
		d.body = body
		if body == "" {
			d.body = " "
		}
		ch, _ := opposite(t, d, nil)
		if token, err := ch.api.accessToken(t.Context(), ""); err == nil {
			t.Errorf("%.40q gives the token %q", body, token)
		}
	}
}

func TestNothingIsEscaped(t *testing.T) {
	d := newDouble(t)
	ch, m := opposite(t, d, nil)
	_ = m.grant(t.Context(), testUser, "message", 5, time.Time{}, false)
	text := "<a href=\"https://x/?a=1&b=2\">点这里</a> \u2028\u2029\x00\x1f\\u0041 \xff 😀\t尾"
	if err := ch.Send(t.Context(), testUser, []bot.Reply{{Type: bot.ReplyText, Text: text}}); err != nil {
		t.Fatal(err)
	}
	want := "<a href=\"https://x/?a=1&b=2\">点这里</a> \u2028\u2029\\u0041 \ufffd 😀\t尾"
	if got := d.messages()[0].Text; got != want {
		t.Errorf("%q arrives as %q", text, got)
	}
}

func FuzzAsJSON(f *testing.F) {
	f.Add("a<&>\u2028\\u003c\\\\u\x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := asJSON(map[string]string{"s": s})
		if err != nil || !utf8.Valid(b) {
			t.Fatalf("%v in %q", err, b)
		}
		for i := 0; i < len(b); i++ {
			if b[i] == '\\' {
				if i++; b[i] == 'u' {
					t.Fatalf("%q is escaped in %q", s, b)
				}
			}
		}
		var back map[string]string
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%v in %q", err, b)
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && !strings.ContainsRune("\b\f\n\r\t", r) {
				return -1
			}
			return r
		}, string([]rune(s)))
		if back["s"] != want {
			t.Fatalf("%q became %q", s, back["s"])
		}
	})
}

func TestThousandAtOnce(t *testing.T) {
	d := newDouble(t)
	ch, m := opposite(t, d, nil)
	ch.api.limit = 20 * time.Second // this is about counting, on any machine
	_ = m.grant(t.Context(), testUser, "message", 400, time.Time{}, false)
	_ = m.grant(t.Context(), testUser, "menu", 300, time.Time{}, false)
	var wg sync.WaitGroup
	var mu sync.Mutex
	results := map[error]int{}
	for range 1000 {
		wg.Go(func() {
			err := ch.Send(context.Background(), testUser, []bot.Reply{{Type: bot.ReplyText, Text: "您好"}, {Type: bot.ReplyImage, URL: "/v/abc.png"}})
			mu.Lock()
			defer mu.Unlock()
			results[err]++
		})
	}
	wg.Wait()
	late := len(m.inbox())
	if n := len(d.messages()); n != 700 || results[nil]*2 != 700+late || results[nil]+results[bot.ErrNoWindow] != 1000 {
		t.Errorf("%d messages of 700 allowed, %d left for later, answers %v", n, late, results)
	}
	if d.count(tokenPath) != 1 || d.count(uploadPath) != 1 {
		t.Errorf("%d tokens, %d uploads; want one each", d.count(tokenPath), d.count(uploadPath))
	}
}
