package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
)

// cooperative is a new supplier as an officer types it into the form.
func cooperative() map[string]string {
	return map[string]string{
		"name": "水市菌子合作社", "uscc": "93500114ma00tex38f", "licence_kind": "SC", "licence": "sc 1146 4010 5000 15", "town": "水市镇",
		"ship_from": "重庆市黔江区水市镇", "contact": "田老师", "phone": "13900000001", "intro": "收<菌子>。", "approved": "1",
	}
}

func TestOfficerAddsASupplier(t *testing.T) {
	d := newDesk(t)
	officer := d.sitting("officer")
	officer.get("/officer/suppliers").says("添加供应商", "阿蓬江山货合作社", "准许销售", "证照待核对")
	officer.get("/officer/suppliers/new").says("<h1>添加供应商</h1>", `value="1" checked`)
	const form = "/officer/suppliers/new"
	path := officer.fill(form, form, cooperative()).want(http.StatusSeeOther).Header.Get("Location")
	if !strings.HasPrefix(path, "/officer/suppliers/s-") {
		t.Fatalf("sent to %s", path)
	}
	id := strings.TrimPrefix(path, "/officer/suppliers/")
	page := officer.get(path).says("已添加水市菌子合作社", "“账号”页", "还没有。", "SC11464010500015", "93500114MA00TEX38F", "收&lt;菌子&gt;。").lacks("13900000001")
	officer.get("/officer/suppliers").says("还没有账号")
	officer.get("/officer/audit?act=supplier.save").says("改供应商", "供应商 "+id, "准许销售", path)

	admin := d.sitting("admin")
	admin.get("/officer/accounts").says("水市菌子合作社")
	account := map[string]string{"login": "shuishi", "name": "田老师", "role": "supplier", "supplier": id, "password": "a long enough password"}
	admin.fill("/officer/accounts", "/officer/accounts", account).want(http.StatusSeeOther)
	officer.get(path).says("shuishi").lacks("还没有。")

	shown := typedIn(page.text(), "supplier")
	delete(shown, "approved")
	officer.fill(path, path, shown).want(http.StatusSeeOther)
	officer.get("/officer/suppliers").says("已停用")
	program(t, d.app).get("/api/v1/suppliers/"+id).refused(http.StatusNotFound, "not_found")
	admin.get("/officer/accounts").says("水市菌子合作社") // its account still says whose it is
	officer.get("/officer/suppliers/none").want(http.StatusNotFound)
}

func TestOfficerIsToldWhatIsWrongWithASupplier(t *testing.T) {
	d := newDesk(t)
	officer := d.sitting("officer")
	const form = "/officer/suppliers/new"
	for name, c := range map[string]struct{ field, value, says string }{
		"character of the code":   {"uscc", "9350O114MA00TEX38F", "第5位“O”不对"},
		"code's check":            {"uscc", "93500114MA00TEX83F", "最后一位校验码不对"},
		"licence's check":         {"licence", "SC11464010500016", "最后一位校验码不对"},
		"no licence":              {"licence", "有的", "14位数字"},
		"phone":                   {"phone", "12345", "11位数字"},
		"name":                    {"name", "坊", "2到40个字"},
		"kind":                    {"licence_kind", "", "请选证照种类"},
		"kind and number":         {"licence_kind", "JY", "应以JY开头"},
		"script instead of words": {"name", strings.Repeat("<script>", 9), "2到40个字"},
	} {
		t.Run(name, func(t *testing.T) {
			typed := cooperative()
			typed[c.field] = c.value
			page := officer.fill(form, form, typed).want(http.StatusBadRequest).says(c.says).lacks("<script>")
			back := typedIn(page.text(), "supplier")
			if c.field != "licence_kind" && back[c.field] != c.value || back["town"] != "水市镇" {
				t.Errorf("the form came back as %v", back)
			}
			inField := regexp.MustCompile(`name="` + c.field + `"[^>]*aria-invalid="true"`).MatchString(page.text())
			if numbers := c.field == "uscc" || c.field == "licence" || c.field == "phone"; inField != numbers {
				t.Errorf("the field is marked: %v", inField)
			}
		})
	}
	if list, _ := d.db.AllSuppliers(d.ctx); len(list) != 8 {
		t.Errorf("%d suppliers: a refused form was saved", len(list))
	}
}

// The demonstration's made-up numbers come back through the form as they are; its words can be mended.
func TestOfficerMendsASupplierAndIsToldWhoWasFaster(t *testing.T) {
	d := newDesk(t)
	officer := d.sitting("officer")
	const path = "/officer/suppliers/farm-apeng"
	before, err := d.db.Supplier(d.ctx, "farm-apeng")
	d.must(err)
	shown := typedIn(officer.get(path).says("请核对").text(), "supplier")
	shown["intro"] = "新的介绍。"
	officer.fill(path, path, shown).want(http.StatusSeeOther)
	after, err := d.db.Supplier(d.ctx, "farm-apeng")
	d.must(err)
	before.Intro, before.Version = "新的介绍。", before.Version+1
	if before.CreatedAt = after.CreatedAt; !sameSupplier(before, after) {
		t.Errorf("saved %+v\nwant %+v", after, before)
	}
	shown["contact"], shown["phone"] = "王老师", "13900000002"
	page := officer.fill(path, path, shown).want(http.StatusConflict).says("刚刚被别人改过", "田老师(演示)", "<b>王老师</b>").lacks("<b>13900000002</b>")
	again := typedIn(page.text(), "supplier")
	officer.fill(path, path, again).want(http.StatusSeeOther)
	if after, _ = d.db.Supplier(d.ctx, "farm-apeng"); after.Contact != "王老师" {
		t.Errorf("saved %+v", after)
	}
}

func sameSupplier(a, b models.Supplier) bool {
	return a.Name == b.Name && a.Town == b.Town && a.Intro == b.Intro && a.LicenceKind == b.LicenceKind && a.Licence == b.Licence && a.USCC == b.USCC &&
		a.Contact == b.Contact && a.ShipFrom == b.ShipFrom && a.Approved == b.Approved && a.Version == b.Version
}

func TestSuppliersAPI(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	body := func(change ...any) map[string]any {
		b := map[string]any{
			"name": "水市菌子合作社", "uscc": "93500114MA00TEX38F", "licence_kind": "SC", "licence": "SC11464010500015", "town": "水市镇",
			"ship_from": "重庆市黔江区水市镇", "phone": "13900000001", "approved": true,
		}
		for i := 0; i+1 < len(change); i += 2 {
			b[change[i].(string)] = change[i+1]
		}
		return b
	}
	for _, login := range []string{"farm-apeng", "gate-daxiagu"} {
		signedIn(t, a, login).post("/api/v1/suppliers", body()).refused(http.StatusForbidden, "forbidden")
		signedIn(t, a, login).send(http.MethodPut, "/api/v1/suppliers/farm-apeng", body("version", 1)).refused(http.StatusForbidden, "forbidden")
	}
	program(t, a).post("/api/v1/suppliers", body()).refused(http.StatusUnauthorized, "unsigned")

	boss := signedIn(t, a, "officer")
	wrong := boss.post("/api/v1/suppliers", body("uscc", "9350O114MA00TEX38F")).refused(http.StatusBadRequest, "uscc_character").object()
	if !strings.Contains(wrong["detail"].(string), "第5位“O”") {
		t.Errorf("%v", wrong["detail"])
	}
	boss.post("/api/v1/suppliers", body("licence", "SC11464010500016")).refused(http.StatusBadRequest, "food_licence_check")
	boss.post("/api/v1/suppliers", body("licence_kind", "JY")).refused(http.StatusBadRequest, "supplier_invalid")
	boss.post("/api/v1/suppliers", body("phone", "12345")).refused(http.StatusBadRequest, "phone_invalid")
	boss.post("/api/v1/suppliers", body("name", "x")).refused(http.StatusBadRequest, "invalid_request")

	got := boss.post("/api/v1/suppliers", body(), "Idempotency-Key", "one-supplier-1").want(http.StatusCreated)
	made := got.object()
	again := boss.post("/api/v1/suppliers", body(), "Idempotency-Key", "one-supplier-1").want(http.StatusCreated).object()
	if made["id"] != again["id"] || strings.Contains(string(got.body), "13900000001") || got.Header.Get("ETag") != `"1"` {
		t.Errorf("%s and %v", got.body, again)
	}
	path := "/api/v1/suppliers/" + made["id"].(string)
	program(t, a).get(path).want(http.StatusOK)
	boss.send(http.MethodPut, path, body()).refused(http.StatusBadRequest, "invalid_request") // which version?
	boss.send(http.MethodPut, path, body("approved", false), "If-Match", `"1"`).want(http.StatusOK)
	boss.send(http.MethodPut, path, body("version", 1)).refused(http.StatusConflict, "stale")
	program(t, a).get(path).refused(http.StatusNotFound, "not_found")
	boss.send(http.MethodPut, "/api/v1/suppliers/nobody", body("version", 1)).refused(http.StatusNotFound, "not_found")
	all := boss.get("/api/v1/officer/suppliers").want(http.StatusOK).object()["items"].([]any)
	open := program(t, a).get("/api/v1/suppliers").want(http.StatusOK).object()["items"].([]any)
	if len(all) != 9 || len(open) != 8 {
		t.Errorf("%d suppliers, %d of them shown", len(all), len(open))
	}
	account := map[string]any{"login": "nobodys", "name": "谁", "role": "supplier", "supplier": "nobody", "password": "a long enough password"}
	lost := signedIn(t, a, "admin").post("/api/v1/accounts", account).refused(http.StatusNotFound, "not_found").object()
	if !strings.Contains(lost["detail"].(string), "这家供应商（nobody）") {
		t.Errorf("%v", lost["detail"])
	}
}
