package api

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jieban/jieban/models/db/dbtest"
)

// TestGoodScanWorksAfterHostileOnes sends a gate what scanners, bugs and attackers send; each gets a clear answer, and a
// good scan still works after it.
func TestGoodScanWorksAfterHostileOnes(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t, frozen())
	code := enrolled(t, a, "roster").post("/api/v1/vouchers", claimBody("2021-07-12", 1)).want(http.StatusCreated).object()["code"].(string)
	g := signedIn(t, a, freeGate)
	good := map[string]any{"id": "good-scan-0001", "code": code, "spot": freeSpot}
	for i, hostile := range []string{
		"", " ", "\x00\x01\x02", "\u202e\u200b", "]Q2\\000026HTTPS://HOST/V/AEAQ", strings.Repeat("A", 10_000), strings.Repeat("喜", 5_000), "HTTPS://HOST/V/", code[:len(code)-1],
		code + "A", "' OR 1=1 --", "<script>alert(1)</script>", "../../etc/passwd", "%00%ff", "\xff\xfe",
	} {
		got := g.post("/api/v1/scans", map[string]any{"id": fmt.Sprintf("hostile-%04d", i), "code": hostile, "spot": freeSpot})
		if got.StatusCode != http.StatusBadRequest && got.want(http.StatusOK).object()["verdict"] != "refused" {
			t.Errorf("%.40q: %s", hostile, got.body)
		}
	}
	deep := strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)
	for name, body := range map[string]string{
		"deep": deep, "deep list": strings.Repeat("[", 100_000), "deep inside": `{"id":"x","spot":` + deep + `}`, "a number": "1", "null": "null", "a list": "[]",
		"not UTF-8": "{\"id\":\"\xff\xfe\xfd hostile\",\"code\":\"x\",\"spot\":\"x\"}", "twice": `{"id":"a","id":"b"}`,
		"huge number": `{"id":"hostile-number","code":"x","spot":"` + freeSpot + `","people":1e400}`,
		"bad time":    `{"id":"hostile-time","code":"x","spot":"` + freeSpot + `","at":"yesterday"}`,
	} {
		if got := g.post("/api/v1/scans", body); got.StatusCode < 400 || got.StatusCode > 499 {
			t.Errorf("%s: %d %.200s", name, got.StatusCode, got.body)
		}
	}
	g.post("/api/v1/scans", `{"code":"`+strings.Repeat("A", 1<<20)+`"}`).refused(http.StatusRequestEntityTooLarge, "too_large")
	if got := g.post("/api/v1/scans", good).want(http.StatusOK).object(); got["verdict"] != "ok" {
		t.Errorf("after all that a good scan is %v", got)
	}
}

func TestHostileHeadersAndAddresses(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := program(t, a)
	for _, session := range []string{"x", "' OR 1=1", strings.Repeat("a", 129), strings.Repeat("é", 40)} {
		got := c.get("/api/v1/eligibility", headerSession, session)
		got.want(http.StatusOK)
		if c.cookies[cookieResident] == session {
			t.Errorf("took %q for a session", session)
		}
		delete(c.cookies, cookieResident)
	}
	for _, path := range []string{"/static/../api.go", "/static/%2e%2e/api.go", "/photos/../../etc/passwd", "/v/" + strings.Repeat("A", 5000) + ".png", "/v/x.png"} {
		if got := c.get(path); got.StatusCode < 400 || got.StatusCode > 499 {
			t.Errorf("%.80s: %d", path, got.StatusCode)
		}
	}
}

func TestFloodIsSlowedDown(t *testing.T) {
	t.Parallel()
	_, d := newTestApp(t)
	a := appOn(t, d, func(c *Config) { c.NoFloodGuard = false })
	c := program(t, a)
	for i := range floodMost + 1 {
		if got := c.get("/api/v1/nothing"); got.StatusCode == http.StatusTooManyRequests {
			if i != floodMost || got.Header.Get("Retry-After") == "" {
				t.Errorf("refused after %d requests, Retry-After %q", i, got.Header.Get("Retry-After"))
			}
			got.refused(http.StatusTooManyRequests, "too_many")
			c.get("/healthz").want(http.StatusOK)
			return
		}
	}
	t.Error("never refused")
}

func TestPasswordsAreGuardedInBothWays(t *testing.T) {
	t.Parallel()
	_, d := newTestApp(t)
	a := appOn(t, d, func(c *Config) { c.NoFloodGuard = false })
	c := program(t, a)
	for range passwordsMost {
		if got := c.post("/api/v1/sessions", map[string]string{"login": "nobody", "password": "x"}); got.StatusCode != http.StatusUnauthorized {
			t.Fatalf("%d", got.StatusCode)
		}
	}
	c.post("/api/v1/sessions", map[string]string{"login": "officer", "password": "x"}).refused(http.StatusTooManyRequests, "too_many")
	c.post("/signin", nil).want(http.StatusTooManyRequests)
}

// A form that cannot be read is refused by the route it was sent to: the API answers as an API.
func TestUnreadableFormsAreRefusedAsProblems(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := enrolled(t, a, "pending")
	const part = "--xx\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n住在金凤镇\r\n"
	for _, path := range []string{"/api/v1/eligibility/evidence", "/api/v1/nothing"} {
		for name, body := range map[string]string{
			"no form": "hello", "cut off": part, "another boundary": strings.ReplaceAll(part+"--xx--\r\n", "--xx", "--yy"), "empty": "",
			"many parts": strings.Repeat(part, 5000) + "--xx--\r\n",
		} {
			got := c.post(path, body, "Content-Type", "multipart/form-data; boundary=xx")
			if got.StatusCode < 400 || got.StatusCode > 499 || got.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s, %s: %d %s %.80s", path, name, got.StatusCode, got.Header.Get("Content-Type"), got.body)
			}
		}
	}
}

// A provider's notices may come by the hundred from one address.
func TestNoticesAreNotSlowedDown(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	a := appOn(t, d, func(c *Config) { c.NoFloodGuard, c.Pay = false, NewSandbox(d) })
	c := program(t, a)
	for range floodMost + 5 {
		c.post(sandboxCallback, map[string]any{}).want(http.StatusBadRequest)
	}
}

// However the address was typed, the picture is the one that the printer of codes expects: capital letters only.
func TestTheCodesPictureIsTheSameInSmallLetters(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t, frozen())
	c := enrolled(t, a, "roster")
	qr := c.post("/api/v1/vouchers", claimBody("2021-07-12", 1)).want(http.StatusCreated).object()["qr"].(string)
	want, got := c.get(qr).want(http.StatusOK), c.get(strings.ToLower(qr)).want(http.StatusOK)
	if !bytes.Equal(want.body, got.body) {
		t.Error("another picture")
	}
}

// Only a token that we could have made is a session; for any other a new one is made, as the web chat does.
func TestATokenChosenByHandIsNoSession(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	for token, fresh := range map[string]bool{
		strings.Repeat("a", 32): true, strings.Repeat("a", 40): true, strings.Repeat("A", 43): false, strings.Repeat("A", 42) + "B": true,
		strings.Repeat("A", 44): true,
	} {
		c := program(t, a)
		c.get("/api/v1/eligibility", headerSession, token).want(http.StatusOK)
		if made := c.cookies[cookieResident] != ""; made != fresh {
			t.Errorf("%s: a new session %v, want %v", token, made, fresh)
		}
	}
}
