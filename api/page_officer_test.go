package api

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// officerPages are all addresses of the desk that show a page, with a word of each.
func (d *desk) officerPages() map[string]string {
	d.t.Helper()
	cases, err := d.db.Cases(d.ctx, 0, 1)
	d.must(err)
	id := strconv.FormatInt(cases[0].Eligibility.ID, 10)
	goods, err := d.db.Products(d.ctx, db.ProductFilter{State: models.ListingInReview})
	d.must(err)
	return map[string]string{
		"/officer": "待核对的居民", "/officer/roster": "导入名册", "/officer/cases": "自述住", "/officer/cases/" + id: "仅供参考",
		"/officer/cases/" + id + "/release": "当面核对", "/officer/messages": "发出回复", "/officer/offers": "濯水景区", "/officer/offers/O4": "每位游客付",
		"/officer/programme": "白市驿镇", "/officer/products": "烟熏笋干", "/officer/products/" + goods.Products[0].ID: "通过，上架",
		"/officer/products?state=listed": "脆红李", "/officer/refunds": "再试一次", "/officer/figures": "特产销售", "/officer/audit": "操作记录",
	}
}

func TestOfficerPagesShowAndHide(t *testing.T) {
	d := newDesk(t).busy()
	d.offered("烟熏笋干")
	admin := d.sitting("admin")
	pages := d.officerPages()
	pages["/officer/accounts"] = "gate-zhuoshui"
	noise := regexp.MustCompile(`\bd="[^"]*"|\d{4}-\d\d-\d\d|\?v=[0-9a-f]+|content="[\w-]{24}"|value="[\w-]{24}"|19900000000`) // the last is the programme's own telephone
	for path, word := range pages {
		page := admin.get(path).want(http.StatusOK).says(word, "<h1>", "</html>")
		if kind := page.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") || page.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s, %s", path, kind, page.Header.Get("Cache-Control"))
		}
		text := noise.ReplaceAllString(page.text(), "")
		if masked := models.MaskText(text); masked != text {
			t.Errorf("%s shows a number: %v", path, models.FindDocuments(text))
		}
		for _, secret := range d.know {
			if secret != "" && strings.Contains(text, secret) {
				t.Errorf("%s shows %s", path, secret)
			}
		}
	}
}

func TestOfficerPagesAreForOfficers(t *testing.T) {
	d := newDesk(t)
	d.waiting(stranger(1, "陈志远", "金凤镇"))
	d.offered("烟熏笋干")
	gate, seller, nobody, officer := d.sitting("gate-zhuoshui"), d.sitting("farm-apeng"), d.sitting(""), d.sitting("officer")
	pages := d.officerPages()
	pages["/officer/roster.csv"], pages["/officer/figures.csv?part=sales&from=2021-07-01&to=2021-07-02"], pages["/officer/accounts"] = "", "", ""
	for path := range pages {
		gate.get(path, "Accept", "text/html").want(http.StatusForbidden).says("这里不能进").lacks("陈*")
		seller.get(path, "Accept", "text/html").want(http.StatusForbidden).lacks("陈*")
		to := nobody.get(path, "Accept", "text/html").want(http.StatusSeeOther).Header.Get("Location")
		if !strings.HasPrefix(to, "/signin?to=") {
			t.Errorf("%s sends nobody to %s", path, to)
		}
	}
	officer.get("/officer/accounts", "Accept", "text/html").want(http.StatusForbidden).says("没有这项权限")
	officer.get("/officer").lacks("/officer/accounts")
	// A form without the page's token is nobody's.
	officer.send(http.MethodPost, "/officer/programme", form{fields: map[string]string{"title": "x"}}, "Accept", "text/html").want(http.StatusForbidden).says("刷新")
}

const rosterText = "姓名,证件类型,证件号码,镇街,村社\r\n%s\r\n李四,居民身份证,500107198501011231,金凤镇,海兰村\r\n,,,,\r\n%s\r\n"

func rosterFile() string {
	line := func(p person) string { return p.Name + ",居民身份证," + p.Number + "," + p.Town + "," }
	return fmt.Sprintf(rosterText, line(stranger(1, "陈志远", "金凤镇")), line(stranger(2, "胡晓兰", "白市驿镇")))
}

func TestOfficerImportsRoster(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(rosterFile())
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"utf-8": rosterFile(), "utf-8 with a mark": "\ufeff" + rosterFile(), "gb18030": gb} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			id := d.waiting(stranger(1, "陈志远", "金凤镇"))[0]
			officer := d.sitting("officer")
			upload := func() reply {
				return officer.fill("/officer/roster", "/officer/roster", nil, map[string]string{"roster": file}).want(http.StatusOK)
			}
			first := upload().says("<b>2</b>新增", "<b>0</b>有改动", "<b>1</b>因此通过资格", "<b>2</b>没有导入", `<td class="num">3</td>`, `<td class="num">4</td>`, "校验码不对", "姓名要2到30个字")
			first.lacks("500107198501011231", "李四", stranger(1, "", "").Number)
			upload().says("<b>0</b>新增", "<b>0</b>有改动", "<b>2</b>和原来一样", "<b>0</b>因此通过资格")
			officer.get("/officer/cases/" + strconv.FormatInt(id, 10)).says("已通过")
		})
	}
}

func TestOfficerHearsWhyARosterIsNotTaken(t *testing.T) {
	officer := newDesk(t).sitting("officer")
	for file, why := range map[string]string{"": "还没有选文件", "甲,乙\n1,2\n": "表头里没有", "\xff\xfe\x00\xff": "编码"} {
		officer.fill("/officer/roster", "/officer/roster", nil, map[string]string{"roster": file}).want(http.StatusBadRequest).says(why, "导入名册")
	}
	officer.fill("/officer/roster", "/officer/roster", nil).want(http.StatusBadRequest).says("还没有选文件")
	template := officer.get("/officer/roster.csv").want(http.StatusOK)
	if template.text() != "\ufeff姓名,证件类型,证件号码,镇街,村社\r\n" || !strings.Contains(template.Header.Get("Content-Disposition"), "roster.csv") {
		t.Errorf("the template is %q as %s", template.text(), template.Header)
	}
	officer.fill("/officer/roster", "/officer/roster", nil, map[string]string{"roster": template.text()}).want(http.StatusOK).says("只有表头")
}

func TestOfficerWalksTheRosterBothWays(t *testing.T) {
	officer := newDesk(t).sitting("officer")
	link := func(r reply, rel string) string {
		m := regexp.MustCompile(`rel="` + rel + `" href="([^"]+)"`).FindStringSubmatch(r.text())
		if m == nil {
			return ""
		}
		return strings.ReplaceAll(m[1], "&amp;", "&")
	}
	first := officer.get("/officer/roster")
	if link(first, "prev") != "" || strings.Count(first.text(), "<tr>") != rosterRows+1 {
		t.Fatal("the first page is not the first")
	}
	second := officer.get(link(first, "next")).want(http.StatusOK).says("第2页")
	if link(second, "next") != "" {
		t.Error("75 people are two pages")
	}
	back := officer.get(link(second, "prev"))
	if row := "<tbody>.*</tbody>"; regexp.MustCompile(row).FindString(back.text()) != regexp.MustCompile(row).FindString(first.text()) {
		t.Error("the way back leads elsewhere")
	}
	officer.get("/officer/roster?at=999999&back=x-%3Cscript%3E").want(http.StatusOK).lacks("<script>alert", "x-<")
}

// From being undecided to a voucher: the resident registers and gives evidence, the officer opens, decides, and the same
// claim that was refused is granted.
func TestOfficerDecidesAndTheResidentClaims(t *testing.T) {
	d := newDesk(t)
	p := stranger(7, "谭国庆", "含谷镇")
	link := d.register(p)
	d.must(d.db.GiveEvidence(d.ctx, link, "我住含谷镇，<b>有合同</b>，电话"+p.Phone, jpegOf(320, 240)))
	claim := db.ClaimRequest{OfferID: "O1", Day: d.db.Today().Add(3), People: 2, Key: "one"}
	if _, err := d.db.Claim(d.ctx, link, claim); models.Refusal(err).Code != "undecided" {
		t.Fatalf("before: %v", err)
	}
	officer := d.sitting("officer")
	address := regexp.MustCompile(`/officer/cases/\d+`).FindString(officer.get("/officer/cases").says("谭**", "1 份材料").lacks(p.Number).text())
	page := officer.get(address).want(http.StatusOK).says("含谷镇，在名单里", "1985年生，36岁", "重庆市九龙坡区", "已经记入操作记录", "&lt;b&gt;有合同").lacks("<b>有合同", p.Number)
	photo := officer.get(regexp.MustCompile(address + `/photos/\d+`).FindString(page.text())).want(http.StatusOK)
	if photo.Header.Get("Content-Type") != "image/jpeg" || photo.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(photo.text(), "\xff\xd8") {
		t.Errorf("the photo comes as %v", photo.Header)
	}
	officer.get(address + "/photos/999").want(http.StatusNotFound)
	read, err := d.db.AuditEntries(d.ctx, db.AuditFilter{Act: "evidence.read", Limit: 10})
	if err != nil || len(read) != 3 { // the page and the photo once each, and the photo that is not there
		t.Errorf("%d entries, %v", len(read), err)
	}

	officer.fill(address, address, map[string]string{"decision": "refuse"}).want(http.StatusBadRequest).says("请写明原因")
	officer.fill(address, address, map[string]string{"decision": "approve", "until": "2021-07-01"}).want(http.StatusBadRequest).says("已经过了", "2021-07-01")
	officer.fill(address, address, map[string]string{"decision": "approve", "until": "明天"}).want(http.StatusBadRequest).says("明天", "2021-07-17 这样")
	to := officer.fill(address, address, map[string]string{"decision": "approve", "until": "2021-08-31"}).want(http.StatusSeeOther).Header.Get("Location")
	officer.get(to).says("已通过，并在聊天里告诉了本人", "都核对完了")
	officer.fill(address, address, map[string]string{"decision": "approve"}).want(http.StatusConflict).says("已有结果")
	officer.get(address).says("8月31日").lacks("有合同", "/photos/")
	if _, err := d.db.Claim(d.ctx, link, claim); err != nil {
		t.Fatalf("after: %v", err)
	}
}

func TestOfficerRefusesWithAReasonTheResidentReads(t *testing.T) {
	d := newDesk(t)
	link := d.register(stranger(3, "胡晓兰", "金凤镇"))
	cases, _ := d.db.Cases(d.ctx, 0, 1)
	address := fmt.Sprint("/officer/cases/", cases[0].Eligibility.ID)
	d.sitting("officer").fill(address, address, map[string]string{"decision": "refuse", "reason": "材料已经过期", "note": "合同写到2020年。"}).want(http.StatusSeeOther)
	told, err := d.db.NoticesAfter(d.ctx, link, 0, 10)
	if err != nil || len(told) != 1 || !strings.Contains(told[0].Text, "材料已经过期；合同写到2020年。有新的证明") {
		t.Fatalf("%+v %v", told, err)
	}
}

func TestOfficerReleasesOnlyWhomTheyHaveSeen(t *testing.T) {
	d := newDesk(t)
	p := stranger(4, "向玉梅", "巴福镇")
	link := d.register(p)
	cases, _ := d.db.Cases(d.ctx, 0, 1)
	address := fmt.Sprint("/officer/cases/", cases[0].Eligibility.ID, "/release")
	officer := d.sitting("officer")
	officer.get(address).want(http.StatusOK).says("确定解除绑定", "向**")
	officer.fill(address, address, nil).want(http.StatusBadRequest).says("当面看过")
	if s, _ := d.db.Standing(d.ctx, link); s.Resident == nil {
		t.Fatal("released without being seen")
	}
	officer.fill(address, address, map[string]string{"seen": "1"}).want(http.StatusSeeOther)
	if s, _ := d.db.Standing(d.ctx, link); s.Resident != nil {
		t.Fatal("still bound")
	}
}

// typedIn reads back what stands in a form of a page, as a browser would send it.
func typedIn(page, id string) map[string]string {
	_, inside, _ := strings.Cut(page, `id="`+id+`" method="post"`)
	inside, _, _ = strings.Cut(inside, "</form>")
	values := map[string]string{}
	text := func(s string) string {
		return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&#43;", "+", "&amp;", "&").Replace(s)
	}
	for _, m := range regexp.MustCompile(`<input[^>]*>`).FindAllString(inside, -1) {
		name := regexp.MustCompile(`name="([^"]*)"`).FindStringSubmatch(m)
		value := regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(m)
		if value == nil || name[1] == "csrf_token" || (strings.Contains(m, `type="radio"`) || strings.Contains(m, `type="checkbox"`)) && !strings.Contains(m, " checked") {
			continue
		}
		values[name[1]] = text(value[1])
	}
	for _, m := range regexp.MustCompile(`(?s)<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>`).FindAllStringSubmatch(inside, -1) {
		values[m[1]] = text(m[2])
	}
	for _, m := range regexp.MustCompile(`(?s)<select[^>]*name="([^"]*)".*?value="([^"]*)" selected`).FindAllStringSubmatch(inside, -1) {
		values[m[1]] = m[2]
	}
	return values
}

// Saving a form as it was shown changes nothing but the version: no field is lost on its way through the page.
func TestSettingsComeBackAsTheyWere(t *testing.T) {
	d := newDesk(t)
	two, zero, price := 2, 0, models.Fen(1234)
	v, err := d.db.Offer(d.ctx, "O5")
	d.must(err)
	o := v.Offer
	o.PerDay, o.PerSpot, o.Total, o.DailyQuota, o.MaxParty, o.AdvanceDays = &two, &two, &two, &zero, &two, &zero
	o.FixedFen, o.Rounding, o.Blackout, o.HolidayBlackout = &price, models.RoundYuanUp, []models.Day{"2021-08-01", "2021-10-01"}, true
	o.ValidFrom, o.ValidTo, o.ClauseText = "2021-07-15", "2021-11-30", `写着"3折"的<条款> & 说明`
	_, err = d.db.SetOffer(d.ctx, d.staff("officer"), o)
	d.must(err)
	officer := d.sitting("officer")
	for path, id := range map[string]string{"/officer/offers/O5": "offer", "/officer/offers/O5/spot": "spot", "/officer/programme": "programme"} {
		from := strings.TrimSuffix(path, "/spot")
		before, versions := d.stored()
		officer.fill(from, path, typedIn(officer.get(from).text(), id)).want(http.StatusSeeOther)
		if after, now := d.stored(); after != before || now != versions+1 {
			t.Errorf("%s changed more than the version:\n%s\n%s", path, before, after)
		}
	}
}

// stored is all that the settings pages can change, and the sum of its versions.
func (d *desk) stored() (all string, versions int) {
	d.t.Helper()
	v, err := d.db.Offer(d.ctx, "O5")
	d.must(err)
	p, err := d.db.Programme(d.ctx)
	d.must(err)
	versions = v.Offer.Version + v.Spot.Version + p.Version
	v.Offer.Version, v.Spot.Version, p.Version = 0, 0, 0
	raw, err := json.Marshal([]any{v, p})
	d.must(err)
	return string(raw), versions
}

func TestOfficerIsToldWhichSettingIsWrong(t *testing.T) {
	d := newDesk(t)
	officer := d.sitting("officer")
	shown := typedIn(officer.get("/officer/offers/O4").text(), "offer")
	for name, c := range map[string]struct{ field, value, says string }{
		"not a number":   {"per_day", "两张", "请填整数"},
		"out of range":   {"max_party", "21", "1到20之间"},
		"not a day":      {"blackout", "2021-10-01\n国庆节", "“国庆节”不是日期"},
		"no clause":      {"clause", "", "不能空着"},
		"percent":        {"pay_percent", "300", "3折填30"},
		"unknown kind":   {"kind", "gift", "只有免费、折扣、优惠价"},
		"days reversed":  {"valid_to", "2020-01-01", ""},
		"hostile number": {"total", `"><script>alert(1)</script>`, "请填整数"},
	} {
		t.Run(name, func(t *testing.T) {
			typed := map[string]string{"valid_from": "2021-07-20"}
			for k, v := range shown {
				typed[k] = v
			}
			typed[c.field], typed["components"] = c.value, "只含门票（我刚写的）"
			if c.field == "valid_to" {
				typed["valid_from"] = "2021-07-20"
			}
			page := officer.fill("/officer/offers/O4", "/officer/offers/O4", typed).want(http.StatusBadRequest).says(c.says, "只含门票（我刚写的）")
			page.lacks("<script>alert")
			if back := typedIn(page.text(), "offer"); c.field != "kind" && back[c.field] != c.value {
				t.Errorf("%s came back as %q", c.field, back[c.field])
			}
		})
	}
	if v, _ := d.db.Offer(d.ctx, "O4"); v.Offer.Version != 1 {
		t.Error("a refused form was saved")
	}
}

func TestOfficerKeepsWhatWasTypedWhenSomebodyWasFaster(t *testing.T) {
	d := newDesk(t)
	slow := d.sitting("officer")
	shown := typedIn(slow.get("/officer/offers/O4").text(), "offer")
	v, err := d.db.Offer(d.ctx, "O4")
	d.must(err)
	quota := 500
	v.Offer.DailyQuota = &quota
	_, err = d.db.SetOffer(d.ctx, d.staff("admin"), v.Offer)
	d.must(err)

	shown["max_party"] = "4"
	page := slow.fill("/officer/offers/O4", "/officer/offers/O4", shown).want(http.StatusConflict).says("刚刚被别人改过", "每天名额", ">500<", "您填的还在下面")
	again := typedIn(page.text(), "offer")
	if again["max_party"] != "4" || again["version"] != "2" {
		t.Fatalf("after the refusal the form holds %v", again)
	}
	slow.fill("/officer/offers/O4", "/officer/offers/O4", again).want(http.StatusSeeOther)
	v, _ = d.db.Offer(d.ctx, "O4")
	if v.Offer.MaxParty == nil || *v.Offer.MaxParty != 4 || v.Offer.DailyQuota != nil {
		t.Errorf("saved: %+v", v.Offer)
	}
	slow.fill("/officer/offers/O4", "/officer/offers/O9", shown).want(http.StatusNotFound)
}

func TestOfficerAnswersMessages(t *testing.T) {
	d := newDesk(t)
	l, err := d.db.LinkFor(d.ctx, "web", "somebody who asks")
	d.must(err)
	d.must(d.db.Ask(d.ctx, l.ID, `</p><script>alert("x")</script> 我的电话19900000123`))
	officer := d.sitting("officer")
	path := regexp.MustCompile(`/officer/messages/\d+`).FindString(officer.get("/officer/messages").says("&lt;script&gt;", "199****0123").lacks("<script>alert", "19900000123").text())
	officer.fill("/officer/messages", path, map[string]string{"answer": "  "}).want(http.StatusBadRequest).says("1到1000个字", "&lt;script&gt;")
	long := strings.Repeat("长", 1001)
	officer.fill("/officer/messages", path, map[string]string{"answer": long}).want(http.StatusBadRequest).says(long)
	to := officer.fill("/officer/messages", path, map[string]string{"answer": "可以，带身份证就行。"}).want(http.StatusSeeOther).Header.Get("Location")
	officer.get(to).says("已回复", "留言都回复了").lacks("&lt;script&gt;")
	officer.fill("/officer/messages", path, map[string]string{"answer": "第二个人的回复"}).want(http.StatusConflict).says("已有结果", "第二个人的回复")
	told, _ := d.db.NoticesAfter(d.ctx, l.ID, 0, 10)
	if len(told) != 1 || !strings.Contains(told[0].Text, "带身份证就行") {
		t.Errorf("told: %+v", told)
	}
}

func TestOfficerFiguresAddUp(t *testing.T) {
	d := newDesk(t).busy()
	officer := d.sitting("officer")
	f, err := d.db.Figures(d.ctx, "2021-07-01", "2021-12-31")
	d.must(err)
	if f.Admitted == 0 || f.Total.AcceptedFen == 0 || len(f.BySupplier) < 3 {
		t.Fatalf("nothing to count: %+v", f)
	}
	span := "from=2021-07-01&to=2021-12-31"
	officer.get("/officer/figures?"+span).want(http.StatusOK).says(f.Total.OrderedFen.String(), f.Total.AcceptedFen.String(), "<svg", "21-07", "每月入园")
	officer.get("/officer/figures?from=2021-07-12&to=2021-07-14").says("每天入园", "07-13")
	officer.get("/officer/figures?from=2030-01-01&to=2030-01-02").says("还没有人预约", "还没有订单")
	officer.get("/officer/figures?from=2021-07-14&to=2021-07-12").want(http.StatusBadRequest).says("晚于", `value="2021-07-14"`)
	officer.get("/officer/figures?from=x%22%3E%3Cb%3E&to=2021-07-12").want(http.StatusBadRequest).lacks("<b>&to")
	officer.get("/officer/figures?from=2001-01-01&to=2021-07-12").want(http.StatusBadRequest).says("三年")

	visits, sales := d.table(officer, "visits", span), d.table(officer, "sales", span)
	came := 0
	for _, row := range visits[1:] {
		n, _ := strconv.Atoi(row[3])
		came += n
	}
	total := sales[len(sales)-1]
	if came != f.Admitted || total[0] != "合计" || total[2] != f.Total.OrderedFen.Yuan() || total[5] != f.Total.AcceptedFen.Yuan() || len(sales) != len(f.BySupplier)+2 {
		t.Errorf("%d of %d came; %v", came, f.Admitted, total)
	}
	officer.get("/officer/figures.csv?part=people&" + span).want(http.StatusNotFound)
}

// table reads an export, which must be as Excel wants it.
func (d *desk) table(c *client, part, span string) [][]string {
	d.t.Helper()
	file := c.get("/officer/figures.csv?part=" + part + "&" + span).want(http.StatusOK)
	text, marked := strings.CutPrefix(file.text(), "\ufeff")
	if !marked || strings.Count(text, "\n") != strings.Count(text, "\r\n") || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") {
		d.t.Errorf("%s is not as Excel wants it: %q", part, text[:20])
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	d.must(err)
	return rows
}

func TestCellsAreNeverFormulas(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+86": "+86", "-3.50": "-3.50", "-3+cmd|' /C calc'!A0": "'-3+cmd|' /C calc'!A0", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1",
		"  =1": "'  =1", "\u3000＝1": "'\u3000＝1", "＋1": "'＋1", "濯水老街食品坊": "濯水老街食品坊", "": "", "27.00": "27.00", "-": "'-", "1-2": "1-2",
	} {
		if cell == "+86" {
			want = "'+86"
		}
		if got := cellText(cell); got != want {
			t.Errorf("%q became %q, want %q", cell, got, want)
		}
	}
}

func TestOfficerSearchesTheAudit(t *testing.T) {
	d := newDesk(t).busy()
	officer := d.sitting("officer")
	me := db.ByAccount(d.staff("officer").ID)
	officer.get("/officer/audit?actor="+url.QueryEscape(me)).says("高新区经办员", "登录").lacks("<td>领券</td>")
	first := officer.get("/officer/audit?act=voucher.claim").says("<td>领券</td>").lacks("<td>登录</td>")
	if n := strings.Count(first.text(), "<td>领券</td>"); n != 40 {
		t.Errorf("%d claims, want 40", n)
	}
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(officer.get("/officer/audit").text())
	officer.get(strings.ReplaceAll(next[1], "&amp;", "&")).want(http.StatusOK).says("第2页")
	officer.get("/officer/audit?object=nothing%3Cb%3E").says("没有这样的记录", "nothing&lt;b&gt;").lacks("nothing<b>")
}

func TestOfficerReviewsProducts(t *testing.T) {
	d := newDesk(t)
	id := d.offered("<i>烟熏笋干</i>")
	path := "/officer/products/" + id
	officer := d.sitting("officer")
	officer.get("/officer/products").says("&lt;i&gt;烟熏笋干").lacks("<i>烟熏")
	officer.get(path).says("鲜笋、食用盐", "¥26.80", "30 天")
	officer.fill(path, path, map[string]string{"to": "withdrawn"}).want(http.StatusConflict).says("待审核", "不能改成")
	officer.fill(path, path, map[string]string{"to": "listed"}).want(http.StatusSeeOther)
	if _, err := d.db.Product(d.ctx, id); err != nil {
		t.Fatalf("not on sale: %v", err)
	}
	officer.get("/officer/products").says("已改为“已上架”", "没有等着审核的商品")
	officer.fill(path, path, map[string]string{"to": "paused"}).want(http.StatusSeeOther)
	officer.get("/officer/products?state=paused").says("烟熏笋干")
	officer.get("/officer/products/none").want(http.StatusNotFound)
}

func TestOfficerTriesARefundAgain(t *testing.T) {
	d := newDesk(t)
	d.shopping()
	officer := d.sitting("officer")
	officer.get("/officer").says("没退成的款", "去处理")
	path := regexp.MustCompile(`/officer/refunds/\d+`).FindString(officer.get("/officer/refunds").text())
	if path == "" {
		t.Fatal("no refund has failed")
	}
	to := officer.fill("/officer/refunds", path, nil).want(http.StatusSeeOther).Header.Get("Location")
	officer.get(to).says("已经再次", "没有退不成的款")
	officer.fill("/officer/refunds", path, nil).want(http.StatusConflict)
}

func TestAdminKeepsAccounts(t *testing.T) {
	d := newDesk(t)
	admin := d.sitting("admin")
	fields := map[string]string{"login": "Gate-2", "name": "濯水二号口", "role": "gate", "spot": "zhuoshui", "supplier": "farm-apeng", "password": "short"}
	page := admin.fill("/officer/accounts", "/officer/accounts", fields).want(http.StatusBadRequest).says("10到128个字符", "Gate-2", "濯水二号口", `value="zhuoshui" selected`)
	page.lacks(`value="short"`)
	fields["password"] = "a long enough password"
	admin.fill("/officer/accounts", "/officer/accounts", fields).want(http.StatusSeeOther)
	admin.get("/officer/accounts").says("已开账号 gate-2", "<code>gate-2</code>").lacks("a long enough password")
	if made := d.staff("gate-2"); made.SpotID != "zhuoshui" || made.SupplierID != "" {
		t.Errorf("made %+v", made)
	}
	admin.fill("/officer/accounts", "/officer/accounts", fields).want(http.StatusConflict).says("已有人用")

	officer := d.sitting("officer")
	admin.fill("/officer/accounts", "/officer/accounts/password", map[string]string{"password": "another long password"}).want(http.StatusBadRequest).says("还没有选账号")
	admin.fill("/officer/accounts", "/officer/accounts/password", map[string]string{"login": "officer", "password": "another long password"}).want(http.StatusSeeOther)
	officer.get("/officer", "Accept", "text/html").want(http.StatusSeeOther)
}
