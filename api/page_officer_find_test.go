package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// find fills the search box of the queue and gives the page it leads to.
func (d *desk) find(officer *client, number string) (string, reply) {
	d.t.Helper()
	sent := officer.fill("/officer/cases", "/officer/cases", map[string]string{"document_number": number}).want(http.StatusSeeOther)
	to := sent.Header.Get("Location")
	return to, officer.get(to).want(http.StatusOK)
}

// From a lost phone to a new one: the person of the roster, whom no queue lists, is found at the window by number.
func TestOfficerFindsWhoIsDecided(t *testing.T) {
	d := newDesk(t)
	p := d.listed(1)[0]
	link := d.register(p)
	v, err := d.db.Claim(d.ctx, link, db.ClaimRequest{OfferID: "O1", Day: d.db.Today().Add(3), People: 2, Key: "one"})
	d.must(err)
	officer := d.sitting("officer")
	officer.get("/officer/cases").says("按证件号码找人").lacks(models.MaskName(p.Name))
	path, page := d.find(officer, " "+strings.ToLower(p.Number)+" ")
	page.says(models.MaskName(p.Name), "已通过", "名册核对", "还能用的券：1张", "解除绑定").lacks(p.Number, p.Name, p.Phone, v.Token)
	if strings.Contains(path, p.Number) {
		t.Errorf("the number is in the address %s", path)
	}

	revoke := fmt.Sprintf("%s/vouchers/%d/revoke", path, v.Voucher.ID)
	officer.fill(path, revoke, map[string]string{"why": " "}).want(http.StatusBadRequest).says("请写明作废的原因", "还能用的券：1张")
	officer.fill(path, revoke, map[string]string{"why": "领错了日子。"}).want(http.StatusSeeOther)
	officer.get(path).says("券已作废", "还能用的券：0张")
	officer.fill(path, revoke, map[string]string{"why": "再来一次"}).want(http.StatusConflict).says("已经作废")
	told, err := d.db.NoticesAfter(d.ctx, link, 0, 10)
	if err != nil || len(told) != 1 || !strings.Contains(told[0].Text, "已作废：领错了日子。有疑问") {
		t.Errorf("told: %+v %v", told, err)
	}

	s, err := d.db.Standing(d.ctx, link)
	d.must(err)
	release := fmt.Sprintf("/officer/cases/%d/release", s.Eligibility.ID)
	page.says(release)
	officer.fill(release, release, map[string]string{"seen": "1"}).want(http.StatusSeeOther)
	_, page = d.find(officer, p.Number)
	page.says("现在没有绑定手机").lacks(release)
	officer.get("/officer/audit?act=resident.find").says("按证件号码找人", path).lacks(p.Number)
}

func TestOfficerIsToldWhyNobodyWasFound(t *testing.T) {
	d := newDesk(t)
	officer := d.sitting("officer")
	none := stranger(1, "", "").Number
	officer.fill("/officer/cases", "/officer/cases", map[string]string{"document_number": none}).want(http.StatusNotFound).says("没有人用这个证件号码登记过", "待核对").lacks(none)
	officer.fill("/officer/cases", "/officer/cases", nil).want(http.StatusBadRequest).says("请填写证件号码")
	officer.get("/officer/audit?act=resident.find").says("没有找到人")
	officer.get("/officer/residents/99999", "Accept", "text/html").want(http.StatusNotFound)
	// Those of the other desks may neither ask nor read.
	for _, login := range []string{"gate-zhuoshui", "farm-apeng"} {
		other := d.sitting(login)
		form := form{fields: map[string]string{"document_number": none, "csrf_token": other.token()}}
		other.send(http.MethodPost, "/officer/cases", form, "Accept", "text/html").want(http.StatusForbidden)
		other.get("/officer/residents/1", "Accept", "text/html").want(http.StatusForbidden)
	}
}

// token is the one that forms of any page carry for this client.
func (c *client) token() string {
	c.t.Helper()
	return string(csrfMeta.FindSubmatch(c.get("/docs").body)[1])
}

func TestOfficerDecidesARefusedCaseAgain(t *testing.T) {
	d := newDesk(t)
	p := stranger(3, "胡晓兰", "金凤镇")
	id := d.waiting(p)[0]
	officer := d.sitting("officer")
	address := fmt.Sprint("/officer/cases/", id)
	officer.fill(address, address, map[string]string{"decision": "refuse", "reason": "材料已经过期"}).want(http.StatusSeeOther)
	path, page := d.find(officer, p.Number)
	page.says("未通过", "材料已经过期", address+"/reopen")
	officer.get(address).says(address + "/reopen")
	to := officer.fill(path, address+"/reopen", nil).want(http.StatusSeeOther).Header.Get("Location")
	officer.get(to).says("可以重新核对了", "通过，让他领券")
	officer.fill(address, address, map[string]string{"decision": "approve"}).want(http.StatusSeeOther)
	officer.fill(address, address+"/reopen", nil).want(http.StatusConflict).says("已有结果")
	officer.get(path).says("已通过").lacks("/reopen")
	*d.now = d.now.AddDate(1, 0, 0)
	d.sitting("officer").get(path).lacks("还能用的券：1张")
}

func TestSearchOfResidents(t *testing.T) {
	t.Parallel()
	a, d := newTestApp(t)
	samples, err := db.Samples()
	if err != nil {
		t.Fatal(err)
	}
	enrolled(t, a, samples[0].Key).post("/api/v1/vouchers", claimBody(visitDay, 2)).want(http.StatusCreated)
	boss := signedIn(t, a, "officer")
	search := func(c *client, number string) reply {
		return c.post("/api/v1/residents/search", map[string]string{"document_number": number})
	}
	got := search(boss, samples[0].Number).want(http.StatusOK)
	if o := got.object(); o["bound"] != true || o["live_vouchers"] != 1.0 || o["eligible"] != true || o["case_state"] != "approved" {
		t.Errorf("%s", got.body)
	}
	got.lacks(samples[0].Number, samples[0].Name, `"code":"HTTP`)
	search(boss, samples[1].Number).refused(http.StatusNotFound, "not_found")
	search(boss, "").refused(http.StatusBadRequest, "invalid_request")
	for _, login := range []string{freeGate, "farm-apeng"} {
		search(signedIn(t, a, login), samples[0].Number).refused(http.StatusForbidden, "forbidden")
	}
	search(program(t, a), samples[0].Number).refused(http.StatusUnauthorized, "unsigned")
	looks, err := d.AuditEntries(t.Context(), db.AuditFilter{Act: "resident.find", Limit: 9})
	if err != nil || len(looks) != 2 {
		t.Errorf("%d entries, %v", len(looks), err)
	}
}
