package wechat

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jieban/jieban/bot"
)

const (
	stateCookie = "jieban_wechat_login"
	stateFor    = 10 * time.Minute // a code of the platform lives five
	maxTo       = 512              // bytes of the path that a sign-in leads to
)

// errSnapshot is a visitor who only looks at a preview of the page: the platform gives an openid that is nobody's.
var errSnapshot = errors.New("wechat: a snapshot user, who is nobody")

// LoginURL is the address that opens a page of ours, by its path, and signs in who comes to it from the chat. base is
// the scheme and host of the pages.
func LoginURL(base, path string) string { return base + loginPath + "?to=" + url.QueryEscape(path) }

// login signs a person in to the phone pages, by the account they read the page with. The first request sends them to
// the platform, which sends them back with a code, at once and without asking: only the openid is wanted.
func (ch *Channel) login(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer") // the address holds the code
	q := r.URL.Query()
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		ch.say(w, http.StatusMethodNotAllowed, "这个地址只能打开看", "请回到公众号，从菜单里重新打开。", "")
	case ch.c.Secret == "":
		ch.say(w, http.StatusNotFound, "微信登录还没有开通", "您可以直接在公众号里发消息办理，一样办得成。", "")
	case q.Has("code") || q.Has("state"):
		ch.loginBack(w, r, q.Get("code"), q.Get("state"))
	default:
		ch.loginStart(w, r, q.Get("to"))
	}
}

// loginStart remembers who set out and where to, and sends them to the platform.
func (ch *Channel) loginStart(w http.ResponseWriter, r *http.Request, to string) {
	to = cmp.Or(to, "/")
	if !ownPath(to) {
		ch.say(w, http.StatusBadRequest, "这个链接不对", "它要去的不是我们的页面，没有给您登录。请回到公众号，从菜单里重新打开。", "/")
		return
	}
	state := rand.Text()
	ch.keepState(w, state+"."+base64.RawURLEncoding.EncodeToString([]byte(to)), stateFor)
	// The platform wants the parameters in this order.
	http.Redirect(w, r, ch.c.Open+"/connect/oauth2/authorize?appid="+url.QueryEscape(ch.c.AppID)+
		"&redirect_uri="+url.QueryEscape(ch.c.PublicURL+loginPath)+
		"&response_type=code&scope=snsapi_base&state="+state+"#wechat_redirect", http.StatusFound)
}

// loginBack takes the person who comes back with a code. The state must be the one that this browser set out with:
// otherwise somebody could sign another person in to a session of their own, and read what is written there.
func (ch *Channel) loginBack(w http.ResponseWriter, r *http.Request, code, state string) {
	kept, to := stateOf(r)
	if kept == "" || subtle.ConstantTimeCompare([]byte(kept), []byte(state)) != 1 {
		ch.say(w, http.StatusBadRequest, "登录没有完成", "页面放得太久，或不是在同一部手机上打开的。请点下面重新打开。", cmp.Or(to, "/"))
		return
	}
	ch.keepState(w, "", -time.Second) // good for one return
	if code == "" || code == "authdeny" {
		ch.say(w, http.StatusBadRequest, "您没有同意登录", "没有登录就看不了本人的券和订单。要看，请点下面重新打开；也可以直接在公众号里发消息办理。", to)
		return
	}
	user, err := ch.api.whoHas(r.Context(), code)
	if err != nil {
		ch.loginFailed(w, r, to, err)
		return
	}
	session, err := ch.c.SignIn(r.Context(), user)
	if err != nil {
		ch.loginFailed(w, r, to, err)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: bot.SessionCookie, Value: session, Path: "/", MaxAge: int(bot.SessionFor / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: ch.secure(),
	})
	ch.counts.Add("login")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// loginFailed says what went wrong in words that a person can act on.
func (ch *Channel) loginFailed(w http.ResponseWriter, r *http.Request, to string, err error) {
	ch.counts.Add("login_refused")
	switch {
	case errors.Is(err, errSnapshot):
		ch.say(w, http.StatusBadRequest, "现在看到的是预览", "请点右下角“使用完整服务”，再继续办理。预览里没有您的身份，办不了。", to)
	case refusedWith(err, codeOAuth, codeOAuthUsed, codeOAuthLate):
		ch.say(w, http.StatusBadRequest, "这次登录已经用过或过期了", "请点下面重新打开，不用再填什么。", to)
	default:
		ch.c.Log.ErrorContext(r.Context(), "wechat: a sign-in failed", "err", err)
		ch.say(w, http.StatusServiceUnavailable, "暂时登录不上", "请过一会儿点下面再试。您办好的事都在，也可以直接在公众号里发消息办理。", to)
	}
}

// whoHas gives the openid of the person who came with a code. A code is good once, so the call is not repeated.
func (a *client) whoHas(ctx context.Context, code string) (openID string, err error) {
	var out struct {
		OpenID   string `json:"openid"`
		Snapshot int    `json:"is_snapshotuser"`
	}
	q := errand{path: "/sns/oauth2/access_token", open: true, query: url.Values{
		"appid": {a.c.AppID}, "secret": {a.c.Secret}, "code": {code}, "grant_type": {"authorization_code"},
	}}
	if err := a.call(ctx, q, &out); err != nil {
		return "", err
	}
	switch {
	case out.Snapshot != 0:
		return "", errSnapshot
	case out.OpenID == "":
		return "", errors.New("wechat: a sign-in without an openid")
	}
	return out.OpenID, nil
}

// keepState sets the short-lived cookie of a sign-in that is under way, or takes it away again (d below zero).
func (ch *Channel) keepState(w http.ResponseWriter, value string, d time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: stateCookie, Value: value, Path: loginPath, MaxAge: int(d / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: ch.secure(),
	})
}

// stateOf reads the cookie. Where it leads to is checked again: a cookie can be written by others.
func stateOf(r *http.Request) (state, to string) {
	c, err := r.Cookie(stateCookie)
	if err != nil {
		return "", ""
	}
	state, coded, _ := strings.Cut(c.Value, ".")
	b, err := base64.RawURLEncoding.DecodeString(coded)
	if err != nil || !ownPath(string(b)) {
		return "", ""
	}
	return state, string(b)
}

// ownPath says whether to is a path of ours and cannot be read as another host by any browser: browsers take a
// backslash for a slash, and leave out tabs and line ends.
func ownPath(to string) bool {
	before, _, _ := strings.Cut(to, "?")
	if len(to) > maxTo || !strings.HasPrefix(to, "/") || strings.Contains(before, "//") || strings.HasPrefix(to, loginPath) {
		return false
	}
	u, err := url.Parse(to)
	return err == nil && u.Host == "" && u.Scheme == "" &&
		!strings.ContainsFunc(to, func(r rune) bool { return r == '\\' || r <= ' ' || r == 0x7f })
}

// secure says whether cookies go over https only.
func (ch *Channel) secure() bool { return strings.HasPrefix(ch.c.PublicURL, "https://") }

// failed is what a person sees when a sign-in does not go through: large letters, one sentence, one thing to tap.
var failed = template.Must(template.New("").Parse(`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>body{font:20px/1.6 sans-serif;margin:2em auto;max-width:30em;padding:0 1em}h1{font-size:1.4em}a{display:block;padding:.8em;text-align:center;background:#07622f;color:#fff;border-radius:.4em;text-decoration:none}</style>
</head><body><h1>{{.Title}}</h1><p>{{.Text}}</p>{{with .Again}}<p><a href="{{.}}">重新打开</a></p>{{end}}</body></html>
`))

// say answers with a plain page; to is where "once more" leads after signing in, "" = nowhere.
func (ch *Channel) say(w http.ResponseWriter, status int, title, text, to string) {
	again := ""
	if to != "" {
		again = LoginURL("", to)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	w.WriteHeader(status)
	if err := failed.Execute(w, map[string]string{"Title": title, "Text": text, "Again": again}); err != nil {
		ch.c.Log.Debug("wechat: the page could not be sent", "err", err)
	}
}
