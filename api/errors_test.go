package api

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

func TestEveryKindHasAStatus(t *testing.T) {
	t.Parallel()
	for kind := models.Internal; kind <= models.Unavailable; kind++ {
		if statusOf[kind] < 400 {
			t.Errorf("kind %d has no status", kind)
		}
	}
	if len(statusOf) != int(models.Unavailable)+1 {
		t.Errorf("%d statuses", len(statusOf))
	}
}

func TestFaultsAreShownBareAndLoggedOnce(t *testing.T) {
	t.Parallel()
	_, d := newTestApp(t)
	log := &logBook{}
	a := appOn(t, d, func(c *Config) { c.Log = log.logger() })
	a.add(plain(http.MethodGet, "/api/broken", anyone, nil), func(*fiber.Ctx) error { return errors.New("secret of 张三") })
	a.add(plain(http.MethodGet, "/api/panics", anyone, nil), func(*fiber.Ctx) error { panic("secret of 李四") })
	a.add(plain(http.MethodGet, "/broken", anyone, nil), func(*fiber.Ctx) error { return errors.New("secret of 王五") })
	c := program(t, a)
	for _, path := range []string{"/api/broken", "/api/panics"} {
		got := c.get(path).refused(http.StatusInternalServerError, "internal")
		if strings.Contains(string(got.body), "secret") || got.object()["request_id"] == "" {
			t.Errorf("%s shows %s", path, got.body)
		}
	}
	if page := string(c.get("/broken").want(http.StatusInternalServerError).body); strings.Contains(page, "secret") || !strings.Contains(page, "<html") {
		t.Errorf("the page shows %.200s", page)
	}
	for _, secret := range []string{"张三", "李四", "王五"} {
		if n := strings.Count(log.String(), "secret of "+secret); n < 1 || strings.Count(log.String(), `msg="request failed"`) != 3 {
			t.Errorf("%s stands %d times in\n%s", secret, n, log)
		}
	}
}

func TestSchemaRefusalsNameTheField(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := enrolled(t, a, "roster")
	for _, test := range []struct{ name, path, body, detail string }{
		{"too many people", "vouchers", `{"offer":"O1","day":"2021-07-17","people":21}`, "“people”不能大于20"},
		{"no people", "vouchers", `{"offer":"O1","day":"2021-07-17","people":0}`, "“people”不能小于1"},
		{"a word for a number", "vouchers", `{"offer":"O1","day":"2021-07-17","people":"two"}`, "“people”应是整数"},
		{"a number for a word", "vouchers", `{"offer":1,"day":"2021-07-17"}`, "“offer”应是文字"},
		{"missing", "vouchers", `{"offer":"O1"}`, "缺少“day”"},
		{"unknown", "vouchers", `{"offer":"O1","day":"2021-07-17","vip":true}`, "不认识“vip”这一项"},
		{"another case", "vouchers", `{"Offer":"O1","day":"2021-07-17"}`, "不认识“Offer”这一项"},
		{"not a day", "vouchers", `{"offer":"O1","day":"17.7.2021"}`, "应写成 2021-07-17 这样"},
		{"not JSON", "vouchers", `{"offer":`, "不是正确的JSON"},
		{"nothing", "vouchers", "", "没有内容"},
		{"not in the list", "eligibility/consents", `{"kinds":["everything"]}`, "只能是"},
		{"empty list", "eligibility/consents", `{"kinds":[]}`, "太少"},
		{"too long", "messages", `{"text":"` + strings.Repeat("长", 1001) + `"}`, "太长（最多1000个字符）"},
	} {
		got := c.post(apiPrefix+test.path, []byte(test.body), "Content-Type", "application/json").refused(http.StatusBadRequest, "invalid_request")
		if detail, _ := got.object()["detail"].(string); !strings.Contains(detail, test.detail) {
			t.Errorf("%s: %s", test.name, detail)
		}
	}
	c.get("/api/v1/offers/O1/days?days=0").refused(http.StatusBadRequest, "invalid_request")
	c.get("/api/v1/vouchers/abc").refused(http.StatusBadRequest, "invalid_request")
}

func TestRefusalsNeverRepeatWhatWasSent(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := enrolled(t, a, "roster")
	const number = "510222195503089960"
	for _, body := range []string{
		`{"document_kind":"` + number + `","number":"1","name":"x"}`, `{"document_kind":"resident_id","number":` + number + `,"name":"x"}`,
		`{"number":"` + number + `"`, `{"document_kind":"resident_id","number":"` + strings.Repeat(number, 9) + `","name":"张三"}`,
	} {
		if got := c.post("/api/v1/eligibility", body); strings.Contains(string(got.body), number) {
			t.Errorf("%s: %s", body, got.body)
		}
	}
}

func TestOnePageOfRefusalForPeople(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := program(t, a)
	if page := string(c.get("/no-such-page").want(http.StatusNotFound).body); !strings.Contains(page, "没有找到") {
		t.Errorf("%.300s", page)
	}
	if got := c.get("/static/no.css").want(http.StatusNotFound); !strings.Contains(got.Header.Get("Content-Type"), "problem+json") {
		t.Error("a missing file answers a page")
	}
	c.send(http.MethodPatch, "/api/v1/spots", nil).refused(http.StatusMethodNotAllowed, "invalid_request")
	c.get("/api/v1/nothing").refused(http.StatusNotFound, "not_found")
}

func TestWrongContentTypeIsRefused(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := enrolled(t, a, "roster")
	for _, kind := range []string{"text/plain", "application/xml", "application/x-www-form-urlencoded"} {
		if got := c.post("/api/v1/vouchers", `{"offer":"O1","day":"2021-07-17"}`, "Content-Type", kind); got.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%s: %d %s", kind, got.StatusCode, got.body)
		}
	}
}
