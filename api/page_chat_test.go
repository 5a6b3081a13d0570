package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jieban/jieban/models/db/dbtest"
)

// heard is what a channel is told by the page; the channel itself is tested where it lives.
type heard struct {
	Text, ID string
	session  string
}

// chatStandIn answers like a channel: what was said before, and a refusal of the word 太长.
func chatStandIn(t *testing.T, told *[]heard) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			h := heard{session: r.Header.Get(headerSession)}
			if err := json.NewDecoder(r.Body).Decode(&h); err != nil {
				t.Error(err)
			}
			*told = append(*told, h)
			if h.Text == "太长" {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write([]byte(`{"code":"invalid","detail":"这句话太长了。","status":400}`))
				return
			}
		}
		_, _ = w.Write([]byte(`{"after":7,"history":[
			{"who":"bot","replies":[{"type":"choices","text":"先问","choices":[{"label":"旧的","send":"旧的"}]}]},
			{"who":"me","text":"<b>我</b>"},
			{"who":"bot","replies":[{"type":"image","url":"/v/ABC.png","alt":"入园二维码"},{"type":"link","text":"去付款","url":"/shop/pay/1"},
				{"type":"choices","text":"后问","choices":[{"label":"新的","send":"看券12"},{"label":"返回","send":"返回"}]}]}]}`))
	})
}

func TestChatPageShowsTheTalkAndWorksByForms(t *testing.T) {
	var told []heard
	a := appOn(t, dbtest.SQLite(t, frozen()), func(c *Config) { c.Chat = chatStandIn(t, &told) })
	c := browser(t, a)
	page := c.get("/").want(http.StatusOK)
	page.shows("先问", "&lt;b&gt;我&lt;/b&gt;", `src="/v/ABC.png" width="424" height="424"`, `href="/v/ABC"`, `href="/shop/pay/1"`,
		`value="看券12"`, `choice quiet`, `data-after="7"`, "虚构").hides("<b>我</b>", "旧的")
	c.submit(page, "/chat", url.Values{"text": {"领券"}}).want(http.StatusSeeOther)
	c.submit(page, "/chat", url.Values{"text": {""}, "send": {"看券12"}}).want(http.StatusSeeOther)
	c.submit(page, "/chat", url.Values{"text": {"领券"}}).want(http.StatusSeeOther)
	if len(told) != 3 || told[0].Text != "领券" || told[1].Text != "看券12" {
		t.Fatalf("the channel was told %+v", told)
	}
	if told[0].ID == told[1].ID || told[0].ID != told[2].ID || len(told[0].ID) > 64 {
		t.Errorf("the same form again must be the same message, another text another: %+v", told)
	}
	if told[0].session == "" || told[0].session != c.cookies[cookieResident] {
		t.Errorf("the channel was told session %q, the browser has %q", told[0].session, c.cookies[cookieResident])
	}
	c.submit(page, "/chat", url.Values{"text": {"太长"}}).want(http.StatusBadRequest).shows("这句话太长了", ">太长</textarea>")
}

func TestChatPageWithoutAChatSaysSo(t *testing.T) {
	a, _ := newTestApp(t, frozen())
	page := browser(t, a).get("/").want(http.StatusServiceUnavailable)
	if !strings.Contains(string(page.body), "请稍等") {
		t.Errorf("%s", page.body)
	}
}
