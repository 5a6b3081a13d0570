package api

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// lose lets a notice to somebody in a chat fail until it is given up, and gives their link.
func lose(t testing.TB, d *db.DB, user, text, why string) int64 {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	l, err := d.LinkFor(ctx, "wechat", user)
	must(err)
	must(d.Ask(ctx, l.ID, "请问", "k"))
	open, err := d.OpenMessages(ctx, 0, 100)
	must(err)
	must(d.Answer(ctx, models.Account{ID: 1, Role: models.RoleOfficer}, open[len(open)-1].ID, text))
	taken, err := d.TakeNotices(ctx, []string{"wechat"}, 10)
	must(err)
	// As after the last of its tries: the clock of these tests stands still.
	_, err = d.SQL().Exec(fmt.Sprintf("UPDATE notices SET state = 'dead', tries = %d, due_at = NULL, taken_until = NULL, why = '%s' WHERE id = %d",
		models.NoticeTries, why, taken[0].ID))
	must(err)
	return l.ID
}

func TestOfficerSendsANoticeAgain(t *testing.T) {
	d := newDesk(t)
	officer := d.sitting("officer")
	officer.get("/officer/notices").want(http.StatusOK).says("没有送不到的通知", "回到概况")
	officer.get("/officer").says("没送到的通知")
	link := lose(t, d.db, "o1", "<b>您好</b>，打19900000123", "wechat: /cgi-bin/message/custom/send: 45009 limit")
	officer.get("/officer").says(`href="/officer/notices" class="waits"`)
	page := officer.get("/officer/notices").says("访客 · 留言的回复", "微信", "199****0123", "&lt;b&gt;您好", "我们发得太多", "45009", "试过 8 次", "再发一次").lacks("19900000123", "<b>您好")
	path := regexp.MustCompile(`/officer/notices/\d+`).FindString(page.text())
	to := officer.fill("/officer/notices", path, nil).want(http.StatusSeeOther).Header.Get("Location")
	officer.get(to).says("已安排再发", "没有送不到的通知")
	officer.fill("/officer/notices", path, nil).want(http.StatusConflict).says("刚刚被别人改过")
	officer.fill("/officer/notices", "/officer/notices/999999", nil).want(http.StatusNotFound)
	officer.get("/officer/audit?act=notice.resend").says("再发通知")
	taken, err := d.db.TakeNotices(d.ctx, []string{"wechat"}, 10)
	if err != nil || len(taken) != 1 || taken[0].LinkID != link {
		t.Errorf("due: %+v %v", taken, err)
	}
	gate := d.sitting("gate-zhuoshui")
	gate.get("/officer/notices", "Accept", "text/html").want(http.StatusForbidden)
	gate.send(http.MethodPost, path, form{fields: map[string]string{"csrf_token": gate.token()}}, "Accept", "text/html").want(http.StatusForbidden)
}

func TestOfficerTurnsThePagesOfNotices(t *testing.T) {
	d := newDesk(t)
	for i := range noticeRows + 1 {
		lose(t, d.db, fmt.Sprintf("o%d", i), fmt.Sprintf("第%d封", i), "")
	}
	officer := d.sitting("officer")
	first := officer.get("/officer/notices").says("第0封", fmt.Sprintf("第%d封", noticeRows-1)).lacks(fmt.Sprintf("第%d封", noticeRows))
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(first.text())
	officer.get(strings.ReplaceAll(next[1], "&amp;", "&")).says(fmt.Sprintf("第%d封", noticeRows)).lacks("第0封")
}

// Every reason that is kept for a notice has a sentence that says what to do.
func TestEveryReasonIsExplained(t *testing.T) {
	t.Parallel()
	unknown := deadReason("something new")
	for _, why := range []string{
		models.WhyGone, models.WhySealed, models.WhyUnheard, "wechat: x: 40164 invalid ip", "telegram: 401 Unauthorized", "dial tcp: i/o timeout",
		"context deadline exceeded", "wechat: x: 40037 invalid template", "Bad Request: message is too long", "wechat: x: 48001 api unauthorized",
	} {
		if zh := deadReason(why); zh == unknown || !strings.HasSuffix(zh, "。") {
			t.Errorf("%s: %s", why, zh)
		}
	}
}

// TestScenarioOfALostNotice is an officer who sends again what was given up, through the API.
func TestScenarioOfALostNotice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := appOn(t, d)
		s := &transcript{t: t}
		boss, g, person := signedIn(t, a, "officer"), signedIn(t, a, freeGate), browser(t, a)
		lose(t, d, "o1", "有，在游客中心借。电话19900000123", "wechat: 45009")
		s.say("officer", boss, http.MethodGet, "/api/v1/notices?state=dead", nil)
		s.say("officer", boss, http.MethodGet, "/api/v1/notices?state=dead&after=99", nil)
		s.say("officer", boss, http.MethodGet, "/api/v1/notices?state=sent", nil)
		s.say("officer", boss, http.MethodGet, "/api/v1/notices", nil) // as the resident of their own session
		s.say("resident", person, http.MethodGet, "/api/v1/notices?state=dead", nil)
		s.say("gate", g, http.MethodGet, "/api/v1/notices?state=dead", nil)
		s.say("gate", g, http.MethodPost, "/api/v1/notices/1/resend", nil)
		s.say("officer", boss, http.MethodPost, "/api/v1/notices/1/resend", nil)
		s.say("officer", boss, http.MethodPost, "/api/v1/notices/1/resend", nil)
		s.say("officer", boss, http.MethodPost, "/api/v1/notices/77/resend", nil)
		s.say("officer", boss, http.MethodGet, "/api/v1/notices?state=dead", nil)
		s.say("officer", boss, http.MethodGet, "/api/v1/audit?act=notice.resend", nil)
		s.compare("notices")
	}, frozen())
}

// A notice that somebody reads while an officer has the list open is not sent again.
func TestWhoReadsFirstIsNotToldTwice(t *testing.T) {
	d := newDesk(t)
	link := lose(t, d.db, "o1", "您好", "")
	officer := d.sitting("officer")
	path := regexp.MustCompile(`/officer/notices/\d+`).FindString(officer.get("/officer/notices").text())
	told, err := d.db.NoticesAfter(d.ctx, link, 0, 10)
	if err != nil || len(told) != 1 {
		t.Fatalf("%+v %v", told, err)
	}
	officer.fill("/officer/notices", path, nil).want(http.StatusConflict)
	*d.now = d.now.Add(time.Hour)
	if taken, _ := d.db.TakeNotices(d.ctx, []string{"wechat"}, 10); len(taken) != 0 {
		t.Errorf("sent again: %+v", taken)
	}
}
