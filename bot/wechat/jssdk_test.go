package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestJSSDK(t *testing.T) {
	d := newDouble(t)
	ch, _ := opposite(t, d, nil)
	ask := func(page string) (*http.Response, map[string]any) {
		res := visit(ch, jssdkPath+"?url="+url.QueryEscape(page))
		var m map[string]any
		if err := json.Unmarshal([]byte(bodyOf(res)), &m); err != nil {
			t.Fatal(err)
		}
		return res, m
	}
	for _, page := range []string{testPublic + "/gate?a=1&b=2#c", testPublic + "/gate?a=1&b=2", testPublic} {
		res, m := ask(page)
		if res.StatusCode != 200 || res.Header.Get("Cache-Control") != "no-store" || m["appId"] != testAppID {
			t.Fatalf("%s: %d %v", page, res.StatusCode, m)
		}
		signed, _, _ := strings.Cut(page, "#")
		if want := signPage("TICKET", m["nonceStr"].(string), int64(m["timestamp"].(float64)), signed); m["signature"] != want {
			t.Errorf("%s: %v, want %s", page, m, want)
		}
	}
	if n := d.count(ticketPath); n != 1 {
		t.Errorf("%d tickets were asked for", n)
	}
	for _, page := range []string{"", "/gate", "https://evil.example/", testPublic + ".evil.example/", testPublic + "@evil.example/", "http://jieban.example/", testPublic + "/" + strings.Repeat("a", 2048)} {
		if res, m := ask(page); res.StatusCode != 400 || m["signature"] != nil || m["code"] != "invalid_request" {
			t.Errorf("%s: %d %v", page, res.StatusCode, m)
		}
	}
}

// The example of the platform's documents.
func TestSignPageExample(t *testing.T) {
	got := signPage("sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg", "Wm3WZYTPz0wzccnW", 1414587457, "http://mp.weixin.qq.com?params=value")
	if got != "0f9de62fce790f9a083d5c99e95740ceb90c27ed" {
		t.Error(got)
	}
}

func TestJSSDKFaults(t *testing.T) {
	d := newDouble(t)
	for name, c := range map[string]struct {
		change func(*Config)
		status int
	}{
		"no secret": {func(c *Config) { c.Secret = "" }, 404},
		"away":      {func(c *Config) { c.API = "http://127.0.0.1:1" }, 503},
		"a fault": {func(c *Config) {
			c.Renew = func(context.Context, string, string, func(context.Context) (string, time.Time, error)) (string, error) {
				return "", errors.New("db7")
			}
		}, 503},
	} {
		ch, _ := opposite(t, d, c.change)
		res := visit(ch, jssdkPath+"?url="+testPublic+"/gate")
		if body := bodyOf(res); res.StatusCode != c.status || strings.Contains(body, "db7") || res.Header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
			t.Errorf("%s: %d %s", name, res.StatusCode, body)
		}
	}
	ch, _ := opposite(t, d, nil)
	w := httptest.NewRecorder()
	ch.ServeHTTP(w, httptest.NewRequest(http.MethodPost, jssdkPath, nil))
	if w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
}
