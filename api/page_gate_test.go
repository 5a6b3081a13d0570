package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// submit fills the form of a page that is shown: its hidden fields, and values over them.
func (c *client) submit(page reply, action string, values url.Values) reply {
	c.t.Helper()
	for _, name := range []string{"csrf_token", "id"} {
		if m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindSubmatch(page.body); m != nil && values.Get(name) == "" {
			values.Set(name, string(m[1]))
		}
	}
	return c.post(action, values.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// shows fails the test where the page lacks one of the words.
func (r reply) shows(words ...string) reply {
	r.t.Helper()
	for _, w := range words {
		if !strings.Contains(string(r.body), w) {
			r.t.Fatalf("the page lacks %q:\n%s", w, r.body)
		}
	}
	return r
}

// hides fails the test where the page has one of the words.
func (r reply) hides(words ...string) reply {
	r.t.Helper()
	for _, w := range words {
		if strings.Contains(string(r.body), w) {
			r.t.Fatalf("the page has %q:\n%s", w, r.body)
		}
	}
	return r
}

// voucherOf claims a voucher for today and gives the path of its page.
func voucherOf(c *client, people int) (path string) {
	c.t.Helper()
	v := c.post("/api/v1/vouchers", claimBody("2021-07-12", people)).want(http.StatusCreated).object()
	return strings.TrimSuffix(v["qr"].(string), ".png")
}

func TestGatePageWorksByFormsAlone(t *testing.T) {
	now := dbtest.Start
	a, _ := newTestApp(t, dbtest.Clock(func() time.Time { return now }))
	code := strings.TrimPrefix(voucherOf(enrolled(t, a, "roster"), 3), "/v/")
	gate := cookieClient(t, a, freeGate)
	page := gate.get("/gate").want(http.StatusOK).shows("城市大峡谷", "今天还没有验过票")
	form := url.Values{"code": {code}, "gate": {"东门1号"}}
	gate.submit(page, "/gate", form).want(http.StatusOK).shows(`class="verdict ok"`, "免费", "3人")
	// The very form again, as a reload sends it: the first answer, and nobody is counted twice.
	gate.submit(page, "/gate", form).want(http.StatusOK).shows(`class="verdict ok"`, "<b>3</b>已放行")
	again := gate.submit(gate.get("/gate"), "/gate", url.Values{"code": {code}}).want(http.StatusOK)
	again.shows(`class="verdict refused"`, "已用过", "东门1号", "已用过")
	part := gate.get("/gate/today").want(http.StatusOK).shows("<b>3</b>已放行", "撤销").hides("<html")
	scan := string(regexp.MustCompile(`name="scan" value="([^"]+)"`).FindSubmatch(part.body)[1])
	gate.submit(page, "/gate/undo", url.Values{"scan": {scan}}).want(http.StatusSeeOther)
	gate.get("/gate").shows("<b>0</b>已放行", "已撤销这次放行")

	other := cookieClient(t, a, freeGateTwo)
	other.submit(other.get("/gate"), "/gate", url.Values{"code": {code}, "spot": {freeSpot}}).shows("refused", "不是本景区的")
	now = now.Add(16 * time.Minute)
	gate.submit(gate.get("/gate"), "/gate", url.Values{"code": {code}, "gate": {""}}).shows(`class="verdict ok"`)
	now = now.Add(16 * time.Minute)
	gate.get("/gate/today").hides("data-undo-form")
}

func TestGatePageFindsAPersonByNumber(t *testing.T) {
	a, _ := newTestApp(t, frozen())
	samples, err := db.Samples()
	if err != nil {
		t.Fatal(err)
	}
	number := samples[0].Number
	voucherOf(enrolled(t, a, "roster"), 1)
	gate := cookieClient(t, a, freeGate)
	told := gate.submit(gate.get("/gate"), "/gate", url.Values{"code": {number}}).want(http.StatusOK)
	told.shows(`class="verdict ok"`, "刘**").hides(number)
	gate.submit(gate.get("/gate"), "/gate", url.Values{"code": {"12345"}}).shows("refused", "查不到")
	gate.submit(gate.get("/gate"), "/gate", url.Values{"code": {" "}}).want(http.StatusBadRequest)
}

func TestVoucherPageTellsEachWhatIsTheirs(t *testing.T) {
	a, _ := newTestApp(t, frozen())
	owner := enrolled(t, a, "roster")
	path := voucherOf(owner, 2)
	owner.get(path).want(http.StatusOK).shows("城市大峡谷", "2人", path+".png", "刘**").hides("验票放行")
	browser(t, a).get(path).want(http.StatusOK).shows("城市大峡谷", "今天可用").hides(path+".png", "刘", "验票放行")
	browser(t, a).get(strings.ToLower(path)).want(http.StatusOK) // typed by hand, or by a scanner that changes case
	browser(t, a).get("/V" + path[2:]).want(http.StatusOK)
	for _, bad := range []string{"/v/ABC", path[:20] + strings.Map(func(r rune) rune { return 'A' + 'Z' - r }, path[20:21]) + path[21:], "/v/" + strings.Repeat("A", 138), "/v/%00%ff"} {
		browser(t, a).get(bad).want(http.StatusNotFound).shows("不是结伴的券")
	}
	browser(t, a).get("/v/ABC.png").want(http.StatusBadRequest)

	gate := cookieClient(t, a, freeGate)
	page := gate.get(path).want(http.StatusOK).shows("验票放行", "刘**").hides(path + ".png")
	gate.submit(page, path, url.Values{}).want(http.StatusOK).shows(`class="verdict ok"`)
	gate.submit(page, path, url.Values{}).want(http.StatusOK).shows(`class="verdict ok"`) // the same form sent again
	gate.submit(gate.get(path), path, url.Values{}).want(http.StatusOK).shows(`class="verdict refused"`)
	owner.get(path).shows("已使用", "现在不能入园").hides(path + ".png")
	owner.post(path, "id=x", "Content-Type", "application/x-www-form-urlencoded").want(http.StatusForbidden)
}
