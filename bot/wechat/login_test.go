package wechat

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/jieban/jieban/bot"
)

// visit asks for a page of the channel's with the cookies of a phone.
func visit(ch *Channel, target string, cookies ...*http.Cookie) *http.Response {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	ch.ServeHTTP(w, r)
	return w.Result()
}

func cookieOf(res *http.Response, name string) *http.Cookie {
	for _, c := range res.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func bodyOf(res *http.Response) string {
	b, _ := io.ReadAll(res.Body)
	return string(b)
}

// setOut begins a sign-in and gives what the platform would send back.
func setOut(t *testing.T, ch *Channel, to string) (state string, cookie *http.Cookie) {
	t.Helper()
	res := visit(ch, loginPath+"?to="+url.QueryEscape(to))
	if res.StatusCode != http.StatusFound {
		t.Fatalf("%d: %s", res.StatusCode, bodyOf(res))
	}
	u, err := url.Parse(res.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("state"), cookieOf(res, stateCookie)
}

func TestLogin(t *testing.T) {
	d := newDouble(t)
	ch, _ := opposite(t, d, nil)
	res := visit(ch, loginPath+"?to="+url.QueryEscape("/shop/order/7?a=1&b=二"))
	state, kept := "", cookieOf(res, stateCookie)
	if kept == nil || !kept.HttpOnly || !kept.Secure || kept.SameSite != http.SameSiteLaxMode || kept.Path != loginPath || kept.MaxAge > 600 {
		t.Fatalf("the state's cookie is %v", kept)
	}
	state, _, _ = strings.Cut(kept.Value, ".")
	want := "https://open.weixin.qq.com/connect/oauth2/authorize?appid=" + testAppID +
		"&redirect_uri=https%3A%2F%2Fjieban.example%2Fcallback%2Fwechat%2Flogin&response_type=code&scope=snsapi_base&state=" + state + "#wechat_redirect"
	if got := res.Header.Get("Location"); res.StatusCode != 302 || got != want || len(state) < 20 {
		t.Errorf("%d to %s, want %s", res.StatusCode, got, want)
	}
	res = visit(ch, loginPath+"?code=CODE-1&state="+state, kept)
	if res.StatusCode != 303 || res.Header.Get("Location") != "/shop/order/7?a=1&b=%e4%ba%8c" {
		t.Errorf("%d to %s: %s", res.StatusCode, res.Header.Get("Location"), bodyOf(res))
	}
	c := cookieOf(res, "jieban_session")
	if c == nil || c.Value != "session-of-"+testUser || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 180*24*3600 {
		t.Errorf("the session's cookie is %v", c)
	}
	if gone := cookieOf(res, stateCookie); gone == nil || gone.MaxAge >= 0 || res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the state is kept: %v; %v", gone, res.Header)
	}
}

func TestLoginLeadsNowhereElse(t *testing.T) {
	ch, _ := opposite(t, newDouble(t), nil)
	for _, to := range []string{
		"https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/a//b", "javascript:alert(1)", "shop",
		"/a\nb", "/a b", loginPath, loginPath + "?to=/", "/" + strings.Repeat("a", 512), "/%zz",
	} {
		res := visit(ch, loginPath+"?to="+url.QueryEscape(to))
		if page := bodyOf(res); res.StatusCode != 400 || len(res.Cookies()) != 0 || res.Header.Get("Location") != "" || strings.Contains(page, "evil") {
			t.Errorf("%q: %d, %v, %s", to, res.StatusCode, res.Header, page)
		}
	}
	for _, to := range []string{"/", "/shop", "/v/AB7", "/shop?q=http://x", "/a/%2f/b", "/#a"} {
		if !ownPath(to) {
			t.Errorf("%q is not taken", to)
		}
	}
	if res := visit(ch, loginPath); res.StatusCode != 302 {
		t.Errorf("without a path: %d", res.StatusCode)
	}
}

// A sign-in that does not go through says what to do, signs nobody in, and does not lose where the person wanted to go.
func TestLoginRefused(t *testing.T) {
	for _, c := range []struct {
		name, code string
		refuse     int
		status     int
		says       string
	}{
		{"snapshot", "SNAPSHOT", 0, 400, "使用完整服务"},
		{"used", "CODE-1", codeOAuthUsed, 400, "已经用过"},
		{"no code", "NONSENSE", 0, 400, "已经用过"},
		{"late", "CODE-1", codeOAuthLate, 400, "已经用过"},
		{"denied", "", 0, 400, "没有同意"},
		{"denied in words", "authdeny", 0, 400, "没有同意"},
		{"busy", "CODE-1", -1, 503, "过一会儿"},
		{"broken", "CODE-1", 502, 503, "过一会儿"},
		{"wrong secret", "CODE-1", codeSecret, 503, "过一会儿"},
	} {
		d := newDouble(t)
		ch, _ := opposite(t, d, nil)
		state, kept := setOut(t, ch, "/v/AB7")
		if c.refuse != 0 {
			d.next(oauthPath, c.refuse)
		}
		res := visit(ch, loginPath+"?code="+c.code+"&state="+state, kept)
		page := bodyOf(res)
		if res.StatusCode != c.status || !strings.Contains(page, c.says) || !strings.Contains(page, `href="/callback/wechat/login?to=%2Fv%2FAB7"`) || cookieOf(res, bot.SessionCookie) != nil {
			t.Errorf("%s: %d %v %s", c.name, res.StatusCode, res.Cookies(), page)
		}
		if h := res.Header; h.Get("Content-Type") != "text/html; charset=utf-8" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: headers %v", c.name, h)
		}
		if n := d.count(oauthPath); n > 1 {
			t.Errorf("%s: a code was tried %d times", c.name, n)
		}
	}
}

func TestLoginStateIsThisPhones(t *testing.T) {
	d := newDouble(t)
	ch, _ := opposite(t, d, nil)
	state, kept := setOut(t, ch, "/shop")
	other, _ := setOut(t, ch, "/shop")
	forged := *kept
	forged.Value = state + ".Ly9ldmlsLmV4YW1wbGU" // //evil.example
	for name, res := range map[string]*http.Response{
		"another's":        visit(ch, loginPath+"?code=CODE-1&state="+other, kept),
		"no cookie":        visit(ch, loginPath+"?code=CODE-1&state="+state),
		"no state":         visit(ch, loginPath+"?code=CODE-1", kept),
		"empty and empty":  visit(ch, loginPath+"?code=CODE-1&state=", &http.Cookie{Name: stateCookie, Value: ".Lw"}),
		"a forged way out": visit(ch, loginPath+"?code=CODE-1&state="+state, &forged),
		"nonsense":         visit(ch, loginPath+"?code=CODE-1&state=x", &http.Cookie{Name: stateCookie, Value: "x.%%"}),
	} {
		if page := bodyOf(res); res.StatusCode != 400 || cookieOf(res, bot.SessionCookie) != nil || !strings.Contains(page, "重新打开") || strings.Contains(page, "evil") {
			t.Errorf("%s: %d %s", name, res.StatusCode, page)
		}
	}
	if d.count(oauthPath) != 0 {
		t.Error("a code was used up for a stranger")
	}
}

func TestLoginFaults(t *testing.T) {
	d := newDouble(t)
	ch, m := opposite(t, d, nil)
	m.failing = errors.New("the disk of db7 is full")
	state, kept := setOut(t, ch, "/")
	if res := visit(ch, loginPath+"?code=CODE-1&state="+state, kept); res.StatusCode != 503 || cookieOf(res, bot.SessionCookie) != nil || strings.Contains(bodyOf(res), "db7") {
		t.Errorf("%d", res.StatusCode)
	}
	ch, _ = opposite(t, d, func(c *Config) { c.Secret = "" })
	if res := visit(ch, loginPath+"?to=/shop"); res.StatusCode != 404 || !strings.Contains(bodyOf(res), "还没有开通") {
		t.Errorf("without a secret: %d", res.StatusCode)
	}
	r := httptest.NewRequest(http.MethodPost, loginPath, nil)
	w := httptest.NewRecorder()
	ch.ServeHTTP(w, r)
	if w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
	ch, _ = opposite(t, d, func(c *Config) { c.PublicURL = "http://127.0.0.1:8080" })
	if _, kept := setOut(t, ch, "/"); kept.Secure {
		t.Error("a cookie for https only, on http")
	}
}

// FuzzOwnPath: whatever is taken stays with us, as net/url and as a browser reads it.
func FuzzOwnPath(f *testing.F) {
	for _, s := range []string{"/shop", "//x", "/\\x", "/\t/x", "/a?b=//c", "/%2f%2fx", "https://x"} {
		f.Add(s)
	}
	base, _ := url.Parse(testPublic + loginPath)
	f.Fuzz(func(t *testing.T, to string) {
		if !ownPath(to) {
			return
		}
		u, err := base.Parse(to)
		if err != nil || u.Host != base.Host || u.Scheme != "https" || u.User != nil || strings.ContainsAny(to, "\\\t\r\n") || strings.HasPrefix(to, "//") {
			t.Errorf("%q leads to %v, %v", to, u, err)
		}
	})
}
