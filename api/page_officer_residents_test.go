package api

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"golang.org/x/text/encoding/simplifiedchinese"
)

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
