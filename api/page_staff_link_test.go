package api

import (
	"net/http"
	"regexp"
	"strconv"
	"testing"
)

var shownCode = regexp.MustCompile(`绑定 (\d{8})`)

// A member of staff takes a code from the page, binds a chat with it, sees it and unbinds it; each role has the page.
func TestStaffBindAChatFromTheirPage(t *testing.T) {
	d := newDesk(t)
	for login, home := range map[string]string{"farm-apeng": "/supplier", freeGate: "/gate", "officer": "/officer", "admin": "/officer"} {
		t.Run(login, func(t *testing.T) {
			who := d.sitting(login)
			who.get(home).says(`href="` + staffChats + `"`)
			who.get(staffChats).says("取验证码", "还没有绑定聊天").lacks("有效")
			page := who.fill(staffChats, staffChats, nil).want(http.StatusOK).says("10分钟内有效", "网页聊天")
			code := shownCode.FindStringSubmatch(page.text())
			if code == nil {
				t.Fatalf("no code on\n%s", page.text())
			}
			who.get(staffChats).lacks(code[1]) // it is shown once
			chat, err := d.db.LinkFor(d.ctx, "telegram", login)
			d.must(err)
			s, err := d.db.BindByCode(d.ctx, chat.ID, code[1])
			d.must(err)
			if s.Account == nil || s.Account.Login != login {
				t.Fatalf("%+v", s.Account)
			}
			who.get(staffChats).says("Telegram", "解绑")
			end := staffChats + "/" + strconv.FormatInt(chat.ID, 10) + "/unbind"
			d.sitting("farm-mala").fill(staffChats, end, nil).want(http.StatusNotFound)
			who.fill(staffChats, end, nil).want(http.StatusSeeOther)
			who.get(staffChats).says("已解绑", "还没有绑定聊天")
			who.fill(staffChats, end, nil).want(http.StatusNotFound)
		})
	}
}

// The API does the same, for the caller's own account only.
func TestStaffBindAChatByTheAPI(t *testing.T) {
	t.Parallel()
	a, d := newTestApp(t)
	farm, other := signedIn(t, a, "farm-apeng"), signedIn(t, a, freeGate)
	code := farm.post("/api/v1/staff-codes", nil).want(http.StatusCreated).object()["code"].(string)
	chat, err := d.LinkFor(t.Context(), "wechat", "openid")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.BindByCode(t.Context(), chat.ID, code); err != nil {
		t.Fatal(err)
	}
	path := "/api/v1/staff-links/" + strconv.FormatInt(chat.ID, 10)
	items := farm.get("/api/v1/staff-links").want(http.StatusOK).object()["items"].([]any)
	if len(items) != 1 || items[0].(map[string]any)["channel"] != "wechat" || items[0].(map[string]any)["reached"] != true {
		t.Errorf("%v", items)
	}
	if items := other.get("/api/v1/staff-links").want(http.StatusOK).object()["items"].([]any); len(items) != 0 {
		t.Errorf("others see %v", items)
	}
	other.send(http.MethodDelete, path, nil).refused(http.StatusNotFound, "not_found")
	farm.send(http.MethodDelete, path, nil).want(http.StatusNoContent)
	farm.send(http.MethodDelete, path, nil).refused(http.StatusNotFound, "not_found")
	program(t, a).post("/api/v1/staff-codes", nil).refused(http.StatusUnauthorized, "unsigned")
	shopper := cookieClient(t, a, "farm-apeng")
	shopper.post("/api/v1/staff-codes", map[string]any{}, "Sec-Fetch-Site", "cross-site").refused(http.StatusForbidden, "csrf")
}
