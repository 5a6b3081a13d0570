package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// neighbours are people of the roster, one for each channel and once more for those whom the bot knows already.
var neighbours = []struct{ number, name string }{
	{"500106193807269920", "卢昌玉"},
	{"510222195803089929", "乔世琼"},
	{"510222196705209995", "雷华平"},
	{"510222197812219982", "康晓琴"},
	{"500106199810159922", "萧思琪"},
	{"500106200205249909", "毛雨桐"},
}

// From one sentence to the code, in every channel, for people whom the bot knows and for those it does not.
func TestFromASentenceToTheCode(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		checksURL(t, s)
		next := 0
		for _, asks := range [][]string{{"我想下周六去濯水，三个人", "确认"}, {"我要领濯水的票", "下周六，三个人"}} {
			for _, make := range []func() person{
				func() person { return s.inWeChat(t, fmt.Sprint("o-", next)) },
				func() person { return s.inTelegram(t, 7000+int64(next)) },
				func() person { return s.inWeb(t) },
			} {
				who := neighbours[next]
				p := make()
				next++
				n := 0
				for _, text := range []string{asks[0], "同意", "同意", who.number, who.name, asks[1]} {
					shown, picture := p.say(text)
					if n++; picture != nil {
						isVoucher(t, s, picture)
						t.Logf("%s, a new resident, «%s»: %d messages to the code", p.channel, asks[0], n)
						break
					}
					if n == 6 {
						t.Fatalf("%s: no code after %q: %s", p.channel, text, shown)
					}
				}
				known(t, s, p, asks)
			}
		}
	})
}

// known counts the messages of somebody who has a voucher already.
func known(t *testing.T, s *stage, p person, asks []string) {
	t.Helper()
	p.say("主菜单")
	asks = []string{strings.Replace(asks[0], "濯水", "神龟峡", 1), asks[1]}
	for n, text := range asks {
		if shown, picture := p.say(text); picture != nil {
			isVoucher(t, s, picture)
			t.Logf("%s, a known resident, «%s»: %d messages to the code", p.channel, asks[0], n+1)
			return
		} else if n == 1 {
			t.Fatalf("%s: no code after two messages: %s", p.channel, shown)
		}
	}
}

func isVoucher(t *testing.T, s *stage, picture []byte) {
	t.Helper()
	if text := decode(t, picture); !strings.HasPrefix(text, strings.ToUpper(s.door.URL)+"/V/") {
		t.Fatalf("the code says %q", text)
	}
}

// checksURL proves the address to the platform; who does not know the token learns nothing.
func checksURL(t *testing.T, s *stage) {
	t.Helper()
	const echo = "5837397520665436492<b>"
	for signature, want := range map[string]string{signed("1", "n"): "200 text/plain; charset=utf-8 " + echo, "wrong": "403  "} {
		q := url.Values{"signature": {signature}, "timestamp": {"1"}, "nonce": {"n"}, "echostr": {echo}}
		res, err := s.browser().http.Get(s.door.URL + "/callback/wechat?" + q.Encode())
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if got := fmt.Sprint(res.StatusCode, " ", res.Header.Get("Content-Type"), " ", string(body)); got != want {
			t.Errorf("the URL check is answered %q, want %q", got, want)
		}
	}
}

// The picture is the reply itself, the words follow it as a customer message; and the same message three times at once,
// as the platform repeats it, is one voucher.
func TestTheSameMessageThriceIsOneVoucher(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		const me = "o-thrice"
		p := s.inWeChat(t, me)
		p.known(t, neighbours[0].number, neighbours[0].name)
		p.say("我想下周六去濯水，三个人")
		confirm, answers := wxText(me, "确认"), make([]wxAnswer, 3)
		allAtOnce(3, func(i int) {
			var err error
			if answers[i], err = s.post(confirm); err != nil {
				t.Error(err)
			}
		})
		for _, a := range answers {
			if a.MsgType != "image" || a.Media == "" || a.Media != answers[0].Media {
				t.Fatalf("the three answers differ: %+v", answers)
			}
		}
		isVoucher(t, s, s.wx.picture(answers[0].Media))
		soon(t, "the words of the voucher follow the picture", func() bool { return len(s.wx.to(me)) == 1 })
		if m := s.wx.to(me)[0]; !strings.Contains(m.text, "7月24日(周六) 3人") || !strings.Contains(m.text, "共¥54.00") || m.picture != nil {
			t.Errorf("the words are %+v", m)
		}
		d := s.books(t)
		if n := number(t, d, "SELECT COUNT(*) FROM vouchers"); n != 1 {
			t.Errorf("%d vouchers", n)
		}
		if again, err := s.post(confirm); err != nil || again.Media != answers[0].Media {
			t.Errorf("once more: %+v %v", again, err)
		}
		s.stop()
		s.run(t)
		if again, err := s.post(confirm); err != nil || again.Media != answers[0].Media {
			t.Errorf("after a restart: %+v %v", again, err)
		}
		if n := number(t, d, "SELECT COUNT(*) FROM vouchers"); n != 1 || s.wx.count("/cgi-bin/media/upload") != 1 {
			t.Errorf("%d vouchers, %d uploads", n, s.wx.count("/cgi-bin/media/upload"))
		}
	})
}

// Whatever is wrong with a request, the platform is answered harmlessly, it is counted, and nothing is written.
func TestHostileCallbacks(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		d := s.books(t)
		s.inWeChat(t, "o-first").say("你好")
		before := rows(t, d)
		good, other := wxText("o-stranger", "你好"), wxText("o-stranger", "领券")
		text := "<xml><ToUserName>gh</ToUserName><FromUserName>o-stranger</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>你好</Content><MsgId>1</MsgId></xml>"
		bomb := `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>` + strings.Replace(text, "你好", "&b;&b;", 1)
		plain := "timestamp=1&nonce=n&signature=" + signed("1", "n")
		for _, c := range []struct {
			name    string
			post    wxPost
			counted string
		}{
			{"a wrong signature", wxPost{strings.Replace(good.query, "msg_signature=", "msg_signature=0", 1), good.body}, "bad_signature"},
			{"another body", wxPost{good.query, other.body}, "bad_signature"},
			{"plain in secure mode", wxPost{plain, text}, "downgrade"},
			{"plain, wrongly signed", wxPost{"timestamp=1&nonce=n&signature=0", text}, "bad_signature"},
			{"a megabyte", wxPost{plain, strings.Replace(text, "你好", strings.Repeat("好", 400_000), 1)}, "too_large"},
			{"an entity bomb", wxPost{plain, bomb}, "bad_body"},
			{"a sealed entity bomb", wxEnvelope("o-stranger", bomb), "bad_body"},
			{"no XML", wxPost{plain, "{}"}, "bad_body"},
			{"nothing at all", wxPost{}, "bad_body"},
			{"an unknown kind", wxEnvelope("o-stranger", strings.Replace(text, ">text<", ">hologram<", 1)), "unknown_kind"},
		} {
			was := s.counted("wechat", c.counted)
			if a, err := s.post(c.post); err != nil || a.raw != "success" {
				t.Errorf("%s: answered %q %v", c.name, a.raw, err)
			}
			if now := s.counted("wechat", c.counted); now != was+1 {
				t.Errorf("%s: %s went from %d to %d", c.name, c.counted, was, now)
			}
		}
		hostileUpdates(t, s)
		if after := rows(t, d); !maps.Equal(before, after) {
			t.Errorf("rows before %v, after %v", before, after)
		}
	})
}

// hostileUpdates does the same to the webhook of Telegram.
func hostileUpdates(t *testing.T, s *stage) {
	t.Helper()
	for name, c := range map[string]struct {
		secret, body, counted string
		status                int
	}{
		"a wrong secret":  {"guessed", string(tgUpdate(1, "你好")), "bad_secret", 403},
		"no JSON":         {tgSecret, "<xml/>", "malformed", 200},
		"two megabytes":   {tgSecret, `{"update_id":1,"message":"` + strings.Repeat("x", 2<<20) + `"}`, "malformed", 200},
		"an unknown kind": {tgSecret, `{"update_id":9999,"hologram":{}}`, "ignored", 200},
	} {
		was := s.counted("telegram", c.counted)
		req, err := http.NewRequest("POST", s.base+"/callback/telegram", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", c.secret)
		res, err := platformClient.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_ = res.Body.Close()
		if now := s.counted("telegram", c.counted); res.StatusCode != c.status || now != was+1 {
			t.Errorf("%s: %s, %s went from %d to %d", name, res.Status, c.counted, was, now)
		}
	}
}
