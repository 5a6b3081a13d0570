package webchat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/bot/webchat"
	"github.com/jieban/jieban/models"
)

// heard is what the conversation was given.
type heard struct {
	session string
	in      bot.In
	after   int64
}

func handler(secure bool, fail error) (http.Handler, *heard) {
	h := &heard{}
	text := func(s string) []bot.Reply { return []bot.Reply{{Type: bot.ReplyText, Text: s}} }
	return webchat.New(webchat.Config{
		Secure: secure, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Answer: func(_ context.Context, session string, in bot.In) ([]bot.Reply, int64, error) {
			h.session, h.in = session, in
			return text("听到了 <b>&"), 7, fail
		},
		Later: func(_ context.Context, session string, after int64) ([]bot.Reply, int64, error) {
			h.session, h.after = session, after
			return nil, 9, fail
		},
		History: func(_ context.Context, session string) ([]bot.Item, int64, error) {
			h.session = session
			if strings.HasPrefix(session, "B") {
				return []bot.Item{{Who: "me", Text: "你好"}, {Who: "bot", Replies: text("您好")}}, 5, fail
			}
			return nil, 0, fail
		},
		Greet: func(context.Context) ([]bot.Reply, error) { return text("欢迎"), fail },
	}), h
}

var (
	sessionA = strings.Repeat("A", 43)
	sessionB = "B" + strings.Repeat("A", 42)
)

func send(t *testing.T, h http.Handler, method, target, body string, headers ...string) (*http.Response, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatalf("%s %s: %v in %q", method, target, err, w.Body)
	}
	return w.Result(), m
}

const asJSON = "application/json"

func TestPostGivesASessionAndAnswers(t *testing.T) {
	h, heard := handler(true, nil)
	res, m := send(t, h, "POST", "/api/v1/chat", `{"text":"你好","id":"m-1"}`, "Content-Type", asJSON+"; charset=utf-8")
	cookies := res.Cookies()
	if res.StatusCode != 200 || len(cookies) != 1 {
		t.Fatalf("%d, cookies %v, %v", res.StatusCode, cookies, m)
	}
	c := cookies[0]
	if c.Name != "jieban_session" || len(c.Value) != 43 || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 180*24*3600 {
		t.Errorf("cookie %v", c)
	}
	if m["session"] != c.Value || heard.session != c.Value || m["after"] != 7.0 || heard.in.Text != "你好" || heard.in.MessageID != "m-1" {
		t.Errorf("%v; heard %+v", m, heard)
	}
	if reply := m["replies"].([]any)[0].(map[string]any); reply["text"] != "听到了 <b>&" || len(reply) != 2 {
		t.Errorf("reply %v", reply)
	}
	if res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", res.Header)
	}
}

func TestSessionIsKeptAndNeverChosen(t *testing.T) {
	h, heard := handler(false, nil)
	post := func(headers ...string) (*http.Response, map[string]any) {
		return send(t, h, "POST", "/api/v1/chat", `{"text":"好"}`, append([]string{"Content-Type", asJSON}, headers...)...)
	}
	if res, m := post("Cookie", "jieban_session="+sessionA); m["session"] != sessionA || heard.session != sessionA || res.Cookies()[0].Secure {
		t.Errorf("by cookie: %v", m)
	}
	if res, m := post("X-Chat-Session", sessionB, "Cookie", "jieban_session="+sessionA); m["session"] != sessionB || len(res.Cookies()) != 0 {
		t.Errorf("by header: %v, cookies %v", m, res.Cookies())
	}
	for _, guess := range []string{"1", "admin", strings.Repeat("A", 42), strings.Repeat("A", 44), strings.Repeat("=", 43), strings.Repeat("A", 42) + "B"} {
		if _, m := post("X-Chat-Session", guess); m["session"] == guess || len(m["session"].(string)) != 43 {
			t.Errorf("the session %q was taken: %v", guess, m["session"])
		}
	}
}

func TestGetGivesGreetingHistoryAndNews(t *testing.T) {
	h, heard := handler(false, nil)
	if _, m := send(t, h, "GET", "/api/v1/chat", ""); m["history"] != nil || len(m["replies"].([]any)) != 1 || heard.session != "" {
		t.Errorf("a stranger: %v, asked for %q", m, heard.session)
	}
	if _, m := send(t, h, "GET", "/api/v1/chat", "", "X-Chat-Session", sessionA); len(m["replies"].([]any)) != 1 {
		t.Errorf("one who said nothing yet: %v", m)
	}
	if _, m := send(t, h, "GET", "/api/v1/chat", "", "X-Chat-Session", sessionB); len(m["history"].([]any)) != 2 || len(m["replies"].([]any)) != 0 || m["after"] != 5.0 {
		t.Errorf("one who was here: %v", m)
	}
	if _, m := send(t, h, "GET", "/api/v1/chat?after=8", "", "X-Chat-Session", sessionB); heard.after != 8 || m["after"] != 9.0 || m["history"] != nil {
		t.Errorf("news: %v", m)
	}
	heard.session = ""
	if _, m := send(t, h, "GET", "/api/v1/chat?after=0", ""); heard.session != "" || m["after"] != 0.0 {
		t.Errorf("a stranger's news: %v", m)
	}
}

func TestPhoto(t *testing.T) {
	h, heard := handler(false, nil)
	form := func(size int) (string, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.WriteField("text", "房产证")
		_ = w.WriteField("id", "p1")
		f, _ := w.CreateFormFile("photo", "a.jpg")
		_, _ = f.Write(bytes.Repeat([]byte{1}, size))
		_ = w.Close()
		return b.String(), w.FormDataContentType()
	}
	body, kind := form(1000)
	if res, m := send(t, h, "POST", "/api/v1/chat", body, "Content-Type", kind); res.StatusCode != 200 || len(heard.in.Photo) != 1000 || heard.in.Text != "房产证" || heard.in.MessageID != "p1" {
		t.Errorf("%v; heard %d bytes", m, len(heard.in.Photo))
	}
	body, kind = form(bot.MaxPhoto)
	if res, m := send(t, h, "POST", "/api/v1/chat", body, "Content-Type", kind); res.StatusCode != 200 {
		t.Errorf("8 MB: %v", m)
	}
	for _, size := range []int{bot.MaxPhoto + 1, bot.MaxPhoto + 1<<20} {
		body, kind = form(size)
		if res, m := send(t, h, "POST", "/api/v1/chat", body, "Content-Type", kind); res.StatusCode != 413 || m["code"] != "too_large" {
			t.Errorf("%d bytes: %d %v", size, res.StatusCode, m)
		}
	}
}

func TestBadRequests(t *testing.T) {
	h, _ := handler(false, nil)
	for _, c := range []struct {
		name, method, target, body, kind string
		status                           int
	}{
		{"no JSON", "POST", "/api/v1/chat", "text=好", asJSON, 400},
		{"no text", "POST", "/api/v1/chat", `{"id":"1"}`, asJSON, 400},
		{"a form that crosses sites", "POST", "/api/v1/chat", "text=1", "application/x-www-form-urlencoded", 400},
		{"no kind", "POST", "/api/v1/chat", `{"text":"1"}`, "", 400},
		{"id too long", "POST", "/api/v1/chat", `{"text":"1","id":"` + strings.Repeat("a", 65) + `"}`, asJSON, 400},
		{"id with a space", "POST", "/api/v1/chat", `{"text":"1","id":"a b"}`, asJSON, 400},
		{"too much JSON", "POST", "/api/v1/chat", `{"text":"` + strings.Repeat("a", 1<<20) + `"}`, asJSON, 413},
		{"a broken form", "POST", "/api/v1/chat", "--x", "multipart/form-data; boundary=x", 400},
		{"after is no number", "GET", "/api/v1/chat?after=x", "", "", 400},
		{"after is negative", "GET", "/api/v1/chat?after=-1", "", "", 400},
		{"another method", "PUT", "/api/v1/chat", "", "", 405},
	} {
		res, m := send(t, h, c.method, c.target, c.body, "Content-Type", c.kind)
		if res.StatusCode != c.status || m["code"] == nil || m["detail"] == "" || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s: %d %v", c.name, res.StatusCode, m)
		}
	}
	if res, m := send(t, h, "POST", "/api/v1/chat", `{"text":"1"}`, "Content-Type", asJSON, "Sec-Fetch-Site", "cross-site"); res.StatusCode != 403 || m["code"] != "csrf" {
		t.Errorf("another site: %d %v", res.StatusCode, m)
	}
	if res, m := send(t, h, "POST", "/api/v1/chat", `{"text":"1"}`, "Content-Type", asJSON, "Origin", "https://evil.example"); res.StatusCode != 403 {
		t.Errorf("another origin: %d %v", res.StatusCode, m)
	}
}

func TestFaultsAreShownBare(t *testing.T) {
	h, _ := handler(false, errors.New("the disk of db7 is full"))
	res, m := send(t, h, "POST", "/api/v1/chat", `{"text":"1"}`, "Content-Type", asJSON)
	if raw, _ := json.Marshal(m); res.StatusCode != 500 || m["code"] != "internal" || strings.Contains(string(raw), "db7") || len(res.Cookies()) != 0 {
		t.Errorf("%d %v", res.StatusCode, m)
	}
	h, _ = handler(false, models.ErrUnavailable)
	if res, m := send(t, h, "GET", "/api/v1/chat", ""); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || m["code"] != "unavailable" {
		t.Errorf("%d %v", res.StatusCode, m)
	}
}

func FuzzPost(f *testing.F) {
	h, _ := handler(false, nil)
	f.Add(`{"text":"你好"}`, asJSON, sessionA)
	f.Add("--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x", "")
	f.Fuzz(func(t *testing.T, body, kind, session string) {
		r := httptest.NewRequest("POST", "/api/v1/chat", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("X-Chat-Session", session)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if !json.Valid(w.Body.Bytes()) || w.Code >= 500 {
			t.Errorf("%d %q", w.Code, w.Body)
		}
	})
}
