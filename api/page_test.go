package api

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := program(t, a)
	for _, path := range []string{"/healthz", "/docs", "/api/v1/spots", "/api/v1/nothing", "/no-such-page", "/static/app.css", "/v/x.png"} {
		got := c.get(path)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Permissions-Policy": "camera=(self)", "Cross-Origin-Opener-Policy": "same-origin", "X-Request-Id": "", "Cache-Control": "",
		} {
			if value := got.Header.Get(name); value == "" || !strings.Contains(value, want) {
				t.Errorf("%s: %s is %q", path, name, value)
			}
		}
	}
}

func TestStaticFilesAreCachedByTheirVersion(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := program(t, a)
	plain := c.get("/static/app.css").want(http.StatusOK)
	if !strings.Contains(plain.Header.Get("Cache-Control"), "no-cache") {
		t.Errorf("without a version: %s", plain.Header.Get("Cache-Control"))
	}
	versioned := c.get("/static/app.css?v=" + a.assets.version).want(http.StatusOK)
	if !strings.Contains(versioned.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("with its version: %s", versioned.Header.Get("Cache-Control"))
	}
	c.get("/static/app.css", "If-None-Match", plain.Header.Get("ETag")).want(http.StatusNotModified)
	packed := c.get("/static/app.css", "Accept-Encoding", "gzip, br").want(http.StatusOK)
	r, err := gzip.NewReader(bytes.NewReader(packed.body))
	if err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(r); err != nil || !bytes.Equal(content, plain.body) || len(packed.body) >= len(plain.body) {
		t.Errorf("packed: %v, %d of %d bytes", err, len(packed.body), len(plain.body))
	}
}

func TestCatalogueReadsAnswerNotModified(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := program(t, a)
	for _, r := range a.list {
		if !r.etag || strings.Contains(r.path, "{") {
			continue
		}
		tag := c.get(r.path).want(http.StatusOK).Header.Get("ETag")
		if tag == "" {
			t.Errorf("%s has no ETag", r.path)
		}
		if again := c.get(r.path, "If-None-Match", `"x", `+tag).want(http.StatusNotModified); len(again.body) != 0 {
			t.Errorf("%s: 304 with a body", r.path)
		}
		c.get(r.path, "If-None-Match", `"x"`).want(http.StatusOK)
	}
}

func TestFlashIsSaidOnce(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	a.add(plain(http.MethodGet, "/said", anyone, nil), func(c *fiber.Ctx) error { return a.back(c, "/docs", "办好了。") })
	c := browser(t, a)
	if to := c.get("/said").want(http.StatusSeeOther).Header.Get("Location"); to != "/docs" {
		t.Errorf("went to %s", to)
	}
	if page := string(c.get("/docs").body); !strings.Contains(page, "办好了。") {
		t.Error("not said")
	}
	if page := string(c.get("/docs").body); strings.Contains(page, "办好了。") {
		t.Error("said twice")
	}
}

func TestNobodySignedInIsSentToSignIn(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	a.add(plain(http.MethodGet, "/for-officers", officer, nil), func(c *fiber.Ctx) error { return c.SendString("in") })
	c := browser(t, a)
	if to := c.get("/for-officers?a=1").want(http.StatusSeeOther).Header.Get("Location"); to != "/signin?to=%2Ffor-officers%3Fa%3D1" {
		t.Errorf("sent to %s", to)
	}
	gate := signedIn(t, a, freeGate)
	if page := string(gate.get("/for-officers").want(http.StatusForbidden).body); !strings.Contains(page, "这里不能进") {
		t.Errorf("%.200s", page)
	}
	signedIn(t, a, "admin").get("/for-officers").want(http.StatusOK)
}

func TestEveryRequestHasADeadline(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	var left time.Duration
	a.add(plain(http.MethodGet, "/deadline", anyone, nil), func(c *fiber.Ctx) error {
		at, _ := c.UserContext().Deadline()
		left = time.Until(at)
		return nil
	})
	program(t, a).get("/deadline").want(http.StatusOK)
	if left <= 0 || left > deadline {
		t.Errorf("%v left", left)
	}
}

func TestPagesShowBusinessTimeAndWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t, frozen())
	page := string(signedIn(t, a, "officer").get("/docs").want(http.StatusOK).body)
	for _, want := range []string{"2021年7月12日 09:00", "高新区经办员(演示)", "退出"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestPageWords(t *testing.T) {
	t.Parallel()
	fen, none := models.Fen(2700), (*models.Fen)(nil)
	at := time.Date(2021, 7, 12, 1, 5, 0, 0, time.UTC)
	for want, got := range map[string]string{
		"¥27.00": yuanWord(fen) + "", "¥27.00 ": yuanWord(&fen) + " ", "未设定": yuanWord(none), "未设定 ": yuanWord(nil) + " ",
		"7月17日(周六)": dayWord(models.Day("2021-07-17")), "7月12日(周一)": dayWord(at), "7月12日 09:05": timeWord(at), "7月12日 09:05 ": timeWord(&at) + " ",
		"未设定  ": timeWord((*time.Time)(nil)) + "  ",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if _, err := dict("a"); err == nil {
		t.Error("dict takes a name without a value")
	}
	if m, err := dict("a", 1, "b", 2); err != nil || m["b"] != 2 {
		t.Errorf("%v %v", m, err)
	}
}

func TestMetricsNameRoutesByTheirPattern(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := program(t, a)
	c.get("/api/v1/offers/O1")
	c.get("/api/v1/offers/made-up-label")
	c.get("/made-up-path")
	text := string(c.get("/metrics").want(http.StatusOK).body)
	for _, want := range []string{
		`jieban_requests_total{method="GET",route="/api/v1/offers/{id}",status="200"} 1`,
		`jieban_requests_total{method="GET",route="/api/v1/offers/{id}",status="404"} 1`,
		`jieban_requests_total{method="GET",route="other",status="404"} 1`,
		`jieban_request_seconds_count{route="/api/v1/offers/{id}"} 2`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "made-up") {
		t.Error("a stranger made a label up")
	}
}

func TestReadyOnlyWhileTheDatabaseAnswers(t *testing.T) {
	t.Parallel()
	a, d := newTestApp(t)
	c := program(t, a)
	c.get("/readyz").want(http.StatusOK)
	if head := c.send(http.MethodHead, "/readyz", nil).want(http.StatusOK); len(head.body) != 0 {
		t.Error("HEAD with a body")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	c.get("/readyz").want(http.StatusServiceUnavailable)
	c.get("/healthz").want(http.StatusOK)
}

func TestPicturesCanDoNothingByThemselves(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	got := program(t, a).get("/photos/seed/spot-" + freeSpot + ".svg").want(http.StatusOK)
	if got.Header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v", got.Header)
	}
	if cache := got.Header.Get("Cache-Control"); !strings.Contains(cache, "public") || strings.Contains(cache, "immutable") {
		t.Errorf("a drawing that may change is kept: %s", cache)
	}
	program(t, a).get("/photos/none.jpg").want(http.StatusNotFound)
}
