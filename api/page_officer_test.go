package api

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
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
		residentPath(cases[0].Resident.ID): "去核对", "/officer": "待核对的居民", "/officer/roster": "导入名册", "/officer/cases": "自述住", "/officer/cases/" + id: "仅供参考",
		"/officer/cases/" + id + "/release": "当面核对", "/officer/messages": "发出回复", "/officer/notices": "没送到的通知", "/officer/offers": "濯水景区", "/officer/offers/O4": "每位游客付",
		"/officer/programme": "白市驿镇", "/officer/products": "烟熏笋干", "/officer/products/" + goods.Products[0].ID: "通过，上架",
		"/officer/suppliers": "添加供应商", "/officer/suppliers/new": "准许销售", "/officer/suppliers/farm-apeng": "阿蓬江镇", "/officer/products?state=listed": "脆红李", "/officer/refunds": "再试一次", "/officer/figures": "特产销售", "/officer/audit": "操作记录",
	}
}

func TestOfficerPagesShowAndHide(t *testing.T) {
	d := newDesk(t).busy()
	d.offered("烟熏笋干")
	admin := d.sitting("admin")
	pages := d.officerPages()
	pages["/officer/accounts"] = "gate-zhuoshui"
	noise := regexp.MustCompile(`\bd="[^"]*"|\d{4}-\d\d-\d\d|\?v=[0-9a-f]+|content="[\w-]{48}"|value="[\w-]{48}"|19900000000`) // the last is the programme's own telephone
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

func TestOfficerAnswersMessages(t *testing.T) {
	d := newDesk(t)
	l, err := d.db.LinkFor(d.ctx, "web", "somebody who asks")
	d.must(err)
	d.must(d.db.Ask(d.ctx, l.ID, `</p><script>alert("x")</script> 我的电话19900000123`, "k"))
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
	officer.get("/officer/figures?"+span).want(http.StatusOK).says(f.Total.OrderedFen.String(), f.Total.AcceptedFen.String(), "<svg", "12月<", "每月入园")
	officer.get("/officer/figures?from=2021-07-12&to=2021-07-14").says("每天入园", "7/12<")
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
	// Both exports write a supplier's name by this one function.
	f := models.Figures{BySupplier: []models.SupplierSums{{Name: "\u3000=HYPERLINK(1)"}}}
	for _, rows := range [][][]string{saleRows(f), figureRows(f, nil)} {
		if text := string(csvFile(rows)); !strings.Contains(text, "'\u3000=HYPERLINK(1)") || !strings.HasPrefix(text, "\ufeff") {
			t.Errorf("exported as %q", text)
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
