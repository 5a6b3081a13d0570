package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// cookieClient is a browser that is signed in by cookie; its own headers are added by each test.
func cookieClient(t *testing.T, a *App, login string) *client {
	t.Helper()
	c := signedIn(t, a, login)
	c.cookies[cookieStaff] = strings.TrimPrefix(c.headers["Authorization"], "Bearer ")
	c.headers = map[string]string{}
	return c
}

func TestWritesFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := cookieClient(t, a, freeGate)
	token := a.csrf(c.cookies[cookieStaff])
	scan := map[string]any{"id": "csrf-scan-1", "code": "x", "spot": freeSpot}
	for _, test := range []struct {
		name    string
		headers []string
		ok      bool
	}{
		{"a program without a browser's headers", nil, true},
		{"our own page", []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:8080"}, true},
		{"the address bar", []string{"Sec-Fetch-Site", "none"}, true},
		{"another site", []string{"Sec-Fetch-Site", "cross-site"}, false},
		{"a sister host", []string{"Sec-Fetch-Site", "same-site"}, false},
		{"another site, says its origin", []string{"Origin", "https://evil.example"}, false},
		{"our origin", []string{"Origin", "http://localhost:8080"}, true},
		{"a sandboxed frame", []string{"Origin", "null"}, false},
		{"another site that has the token", []string{"Sec-Fetch-Site", "cross-site", "X-CSRF-Token", token}, true},
		{"a wrong token", []string{"Sec-Fetch-Site", "cross-site", "X-CSRF-Token", token + "x"}, false},
		{"a bearer", []string{"Sec-Fetch-Site", "cross-site", "Authorization", "Bearer " + c.cookies[cookieStaff]}, true},
		{"a scheme that browsers add by themselves", []string{"Sec-Fetch-Site", "cross-site", "Authorization", "Basic eDp5"}, false},
	} {
		got := c.post("/api/v1/scans", scan, test.headers...)
		if test.ok {
			got.want(http.StatusOK)
		} else if got.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", test.name, got.StatusCode)
		} else {
			got.refused(http.StatusForbidden, "csrf")
		}
	}
}

func TestResidentWritesFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := enrolled(t, a, "roster")
	c.headers["Sec-Fetch-Site"] = "cross-site"
	c.post("/api/v1/vouchers", claimBody(visitDay, 1)).refused(http.StatusForbidden, "csrf")
	c.post("/api/v1/vouchers", claimBody(visitDay, 1), headerSession, c.cookies[cookieResident]).want(http.StatusCreated)
}

func TestFormsNeedTheirToken(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := browser(t, a)
	page := string(c.get("/signin").want(http.StatusOK).body)
	_, rest, found := strings.Cut(page, `name="csrf_token" value="`)
	token, _, _ := strings.Cut(rest, `"`)
	if !found || token == "" {
		t.Fatal("the form carries no token")
	}
	send := func(csrf string) reply {
		body := url.Values{"login": {"officer"}, "password": {passwordOf(t, a, "officer")}, "csrf_token": {csrf}}.Encode()
		return c.post("/signin?to=/docs", []byte(body), "Content-Type", "application/x-www-form-urlencoded")
	}
	if got := send(""); got.StatusCode != http.StatusForbidden || !strings.Contains(string(got.body), "<html") {
		t.Errorf("without a token: %d %.80s", got.StatusCode, got.body)
	}
	send("wrong").want(http.StatusForbidden)
	if to := send(token).want(http.StatusSeeOther).Header.Get("Location"); to != "/docs" {
		t.Errorf("went on to %s", to)
	}
	if c.cookies[cookieStaff] == "" {
		t.Error("no session after signing in")
	}
}

func passwordOf(t *testing.T, a *App, login string) string {
	t.Helper()
	for _, d := range a.DemoAccounts {
		if d.Login == login {
			return d.Password
		}
	}
	t.Fatalf("no account %s", login)
	return ""
}

func TestSignInGoesOnOnlyWithinTheSite(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/gate": "/gate", "/shop?q=1": "/shop?q=1", "": "", "//evil.example": "", "https://evil.example/": "", `/\evil.example`: "",
		"evil": "", "/\tevil": "", "javascript:alert(1)": "",
	} {
		if got := localPath(to); got != want {
			t.Errorf("%q: %q, want %q", to, got, want)
		}
	}
}

func TestCookiesAreKeptFromScriptsAndOtherSites(t *testing.T) {
	t.Parallel()
	_, d := newTestApp(t)
	a := appOn(t, d, func(c *Config) { c.PublicURL = "https://jieban.example" })
	c := program(t, a)
	for name, r := range map[string]reply{
		cookieResident: c.get("/api/v1/eligibility").want(http.StatusOK),
		cookieStaff:    c.post("/api/v1/sessions", map[string]string{"login": "officer", "password": passwordOf(t, a, "officer")}).want(http.StatusCreated),
	} {
		cookie := ""
		for _, set := range r.Header.Values("Set-Cookie") {
			if strings.HasPrefix(set, name+"=") {
				cookie = strings.ToLower(set)
			}
		}
		for _, want := range []string{"httponly", "secure", "samesite=", "path=/", "max-age="} {
			if !strings.Contains(cookie, want) {
				t.Errorf("%s: no %s in %q", name, want, cookie)
			}
		}
	}
	if hsts := c.get("/healthz").Header.Get("Strict-Transport-Security"); hsts == "" {
		t.Error("no HSTS over https")
	}
}
