package main

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// linkIn finds the first address of ours in a text.
func (s *stage) linkIn(t *testing.T, text string) string {
	t.Helper()
	at := regexp.MustCompile(regexp.QuoteMeta(s.door.URL) + `[^\s"]*`).FindString(text)
	if at == "" {
		t.Fatalf("no link of ours in %q", text)
	}
	return strings.TrimPrefix(at, s.door.URL)
}

// fill puts two boxes into the basket of a chat, and gives the link to it.
func (p person) fill(t *testing.T, s *stage) (link string) {
	t.Helper()
	shown, _ := p.talks("要两箱脆红李", "1", "加到购物篮")
	return s.linkIn(t, shown)
}

// From the chat to its own basket through WeChat's sign-in; not for who only looks at a preview, and not for who was
// sent another one's way back.
func TestSignInThroughWeChat(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		const me = "o-shopper"
		link := s.inWeChat(t, me).fill(t, s)
		if want := "/callback/wechat/login?to=" + url.QueryEscape("/shop/basket"); link != want {
			t.Fatalf("the chat leads to %q, want %q", link, want)
		}
		phone := s.browser()
		s.wx.visits(me, false)
		if page := phone.call("GET", link, nil, 200, nil); !strings.Contains(string(page), "黔江脆红李") || !strings.Contains(string(page), "90.00") {
			t.Errorf("the page is not the chat's basket: %s", page)
		}
		preview := s.browser()
		s.wx.visits(me, true)
		if page := preview.call("GET", link, nil, 400, nil); !strings.Contains(string(page), "预览") {
			t.Errorf("a preview is answered %s", page)
		}
		stranger(t, preview)
		s.wx.visits("o-other", false)
		victim := s.browser()
		way := wayBack(t, s, link)
		if page := victim.call("GET", way, nil, 400, nil); !strings.Contains(string(page), "登录没有完成") {
			t.Errorf("another one's way back is answered %s", page)
		}
		stranger(t, victim)
		if page := s.browser().call("GET", link+url.QueryEscape("//evil.example"), nil, 400, nil); strings.Contains(string(page), "evil") {
			t.Errorf("a way to another site is answered %s", page)
		}
		if got := string(phone.call("GET", "/MP_verify_abcDEF123.txt", nil, 200, nil)); got != "abcDEF123" {
			t.Errorf("the verify file says %q", got)
		}
		phone.call("GET", "/MP_verify_other.txt", nil, 404, nil)
		signsPages(t, s, phone)
	})
}

// stranger demands that a browser's basket is empty.
func stranger(t *testing.T, c *client) {
	t.Helper()
	if page := c.call("GET", "/shop/basket", nil, 200, nil); strings.Contains(string(page), "脆红李") {
		t.Errorf("a stranger sees the basket: %s", page)
	}
}

// wayBack goes through the sign-in up to the address that WeChat sends one back to, and gives its path.
func wayBack(t *testing.T, s *stage, link string) string {
	t.Helper()
	other := s.browser()
	other.http.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Query().Get("code") != "" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	res, err := other.http.Get(s.door.URL + link)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return strings.TrimPrefix(res.Header.Get("Location"), s.door.URL)
}

// signsPages checks the signature of a page by hand; foreign pages get none.
func signsPages(t *testing.T, s *stage, c *client) {
	t.Helper()
	page := s.door.URL + "/gate?a=1&b=2"
	var got struct {
		AppID, NonceStr, Signature string
		Timestamp                  int64
	}
	c.call("GET", "/callback/wechat/jssdk?url="+url.QueryEscape(page+"#top"), nil, 200, &got)
	sum := sha1.Sum([]byte(fmt.Sprintf("jsapi_ticket=TICKET&noncestr=%s&timestamp=%d&url=%s", got.NonceStr, got.Timestamp, page)))
	if got.AppID != wxApp || got.NonceStr == "" || got.Signature != hex.EncodeToString(sum[:]) {
		t.Errorf("the signature is %+v", got)
	}
	c.call("GET", "/callback/wechat/jssdk?url="+url.QueryEscape("https://evil.example/"), nil, 400, nil)
	c.call("GET", "/callback/wechat/jssdk?url="+url.QueryEscape(s.door.URL+".evil.example/"), nil, 400, nil)
}

// A link in Telegram opens the cashier with one tap, once; looking at it uses nothing up.
func TestATicketFromTelegramOpensTheCashier(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		shown, _ := s.inTelegram(t, 901).talks("要两箱脆红李", "1", "确认", smokeName+" "+smokePhone+" 重庆市沙坪坝区曾家镇白林村9号", "确认下单")
		link := s.linkIn(t, shown)
		if !strings.HasPrefix(link, "/in/") {
			t.Fatalf("the chat leads to %q", link)
		}
		preview := s.browser()
		preview.call("GET", link, nil, 200, nil)
		stranger(t, preview)
		phone := s.browser()
		if page, status := phone.tap(link); status != 200 || !strings.Contains(page, "90.00") || !strings.Contains(page, "支付全部") {
			t.Errorf("the tap leads to %d %s", status, page)
		}
		if page, status := s.browser().tap(link); status != 404 || !strings.Contains(page, "链接") {
			t.Errorf("the second tap leads to %d %s", status, page)
		}
		phone.press("/shop/pay/1", "支付全部")
	})
}

// tap sends the only form of a page and gives where it leads.
func (c *client) tap(page string) (body string, status int) {
	c.s.t.Helper()
	form := formOf.FindStringSubmatch(string(c.call("GET", page, nil, 200, nil)))
	if form == nil {
		c.s.t.Fatalf("%s has no form", page)
	}
	values := url.Values{}
	for _, in := range inputOf.FindAllStringSubmatch(form[2], -1) {
		values.Set(in[1], html.UnescapeString(in[2]))
	}
	req, err := http.NewRequest("POST", c.s.base+html.UnescapeString(form[1]), strings.NewReader(values.Encode()))
	if err != nil {
		c.s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	raw, status := c.send(req)
	return string(raw), status
}

// The menu and the posters of the account are set up by a command, beside the running service and as often as one likes.
func TestSetsUpTheServiceAccount(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		path, err := binary()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(path, "wechat", "setup")
		cmd.Dir, cmd.Env = s.dir, append(cmd.Environ(), s.settings...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v %s", err, out)
		}
		for _, spot := range []string{"zhuoshui 濯水景区", "shenguixia 神龟峡", "chengshi-daxiagu 城市大峡谷", "shisanzhai 十三寨", "ailisi 爱莉丝庄园"} {
			id, name, _ := strings.Cut(spot, " ")
			code := "http://weixin.qq.com/q/spot:" + id
			picture := "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=" + url.QueryEscape("T+spot:"+id)
			if !regexp.MustCompile(`(?m)^` + name + `\s+` + regexp.QuoteMeta(code) + `\s+` + regexp.QuoteMeta(picture) + `$`).Match(out) {
				t.Errorf("%s is not printed:\n%s", name, out)
			}
		}
		var menu struct{ Button []struct{ Name string } }
		if err := json.Unmarshal(s.wx.menu, &menu); err != nil || len(menu.Button) != 3 || len(s.wx.scenes) != 5 {
			t.Errorf("%v %+v %q", err, menu, s.wx.scenes)
		}
		if raw := string(s.wx.menu); strings.Contains(raw, `\u`) || !strings.Contains(raw, s.door.URL+"/callback/wechat/login?to=%2Fshop") || !strings.Contains(raw, "我的券") {
			t.Errorf("the menu is %s", raw)
		}
	})
}

// Who follows the account at a poster's code is asked about that spot, once it is known who it is; and so with a code
// scanned later, and with a start link of Telegram.
func TestAPosterOpensTheTalk(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		for i, event := range []string{"subscribe qrscene_spot:shenguixia", "SCAN spot:shenguixia"} {
			name, key, _ := strings.Cut(event, " ")
			openID := "o-poster-" + name
			a, err := s.post(wxSealed(openID, "<MsgType>event</MsgType><Event>"+name+"</Event><EventKey>"+key+"</EventKey><Ticket>T</Ticket>"))
			if err != nil || a.MsgType != "text" {
				t.Fatalf("%s is answered %+v %v", event, a, err)
			}
			leadsTo(t, s.inWeChat(t, openID), i)
		}
		p := s.inTelegram(t, 77)
		p.say("/start spot-shenguixia")
		leadsTo(t, p, 2)
	})
}

// leadsTo registers a person whose talk began at a poster.
func leadsTo(t *testing.T, p person, i int) {
	t.Helper()
	shown, _ := p.talks("同意", "同意", neighbours[i].number, neighbours[i].name)
	if !strings.Contains(shown, "神龟峡") || strings.Contains(shown, "濯水") {
		t.Errorf("%s: the talk leads to %s", p.channel, shown)
	}
}
