package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// TestMain ends the PostgreSQL cluster that tests may have started.
func TestMain(m *testing.M) { dbtest.Main(m) }

// newTestApp is an application on a fresh SQLite database with the demonstration's seed, without the flood guard.
func newTestApp(t testing.TB, opts ...dbtest.Option) (*App, *db.DB) {
	t.Helper()
	d := dbtest.SQLite(t, opts...)
	return appOn(t, d), d
}

func appOn(t testing.TB, d *db.DB, change ...func(*Config)) *App {
	t.Helper()
	accounts, err := db.DemoAccounts()
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		DB: d, Demo: true, Version: "test", PublicURL: "http://localhost:8080", NoFloodGuard: true,
		DemoAccounts: accounts, Log: slog.New(slog.NewTextHandler(testLog{t}, nil)),
	}
	for _, f := range change {
		f(&c)
	}
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// testLog shows what the application logs beside the test that failed.
type testLog struct{ testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.Helper()
	l.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// frozen is the morning of the announcement, and stays it.
func frozen() dbtest.Option {
	now := dbtest.Start
	return dbtest.Clock(func() time.Time { return now })
}

// client is a person or a program at the other end: it keeps its cookies and sends its headers with every request.
type client struct {
	t       testing.TB
	app     *App
	cookies map[string]string
	headers map[string]string
}

// program sends no headers of a browser.
func program(t testing.TB, a *App) *client {
	return &client{t: t, app: a, cookies: map[string]string{}, headers: map[string]string{}}
}

// browser says of every request that a page of ours made it.
func browser(t testing.TB, a *App) *client {
	c := program(t, a)
	c.headers["Sec-Fetch-Site"] = "same-origin"
	return c
}

// reply is an answer, read whole.
type reply struct {
	*http.Response
	t    testing.TB
	body []byte
}

// send sends a request. body is nil, text, bytes, a form, or anything that becomes JSON. extra is header, value, ….
func (c *client) send(method, path string, body any, extra ...string) reply {
	c.t.Helper()
	raw, kind := encode(c.t, body)
	req := httptest.NewRequest(method, path, bytes.NewReader(raw))
	req.Host = "localhost:8080"
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for name, value := range c.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for name, value := range c.headers {
		req.Header.Set(name, value)
	}
	for i := 0; i+1 < len(extra); i += 2 {
		req.Header.Set(extra[i], extra[i+1])
	}
	res, err := c.app.Fiber().Test(req, -1)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	for _, cookie := range res.Cookies() {
		if cookie.Value == "" {
			delete(c.cookies, cookie.Name)
		} else {
			c.cookies[cookie.Name] = cookie.Value
		}
	}
	if strings.HasPrefix(path, apiPrefix) {
		contractOf(c.t, c.app).hold(c.t, method, path, res.StatusCode, res.Header, reply{res, c.t, answer}.unpacked())
	}
	return reply{res, c.t, answer}
}

// form is a multipart body: fields, and files by their name.
type form struct{ fields, files map[string]string }

func encode(t testing.TB, body any) (raw []byte, kind string) {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return nil, ""
	case []byte:
		return b, "application/json"
	case string:
		return []byte(b), "application/json"
	case form:
		var buffer bytes.Buffer
		w := multipart.NewWriter(&buffer)
		for name, value := range b.fields {
			_ = w.WriteField(name, value)
		}
		for name, content := range b.files {
			part, err := w.CreateFormFile(name, name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(part, content)
		}
		_ = w.Close()
		return buffer.Bytes(), w.FormDataContentType()
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		return raw, "application/json"
	}
}

func (c *client) get(path string, extra ...string) reply {
	c.t.Helper()
	return c.send(http.MethodGet, path, nil, extra...)
}

func (c *client) post(path string, body any, extra ...string) reply {
	c.t.Helper()
	return c.send(http.MethodPost, path, body, extra...)
}

// want fails the test where the status is another.
func (r reply) want(status int) reply {
	r.t.Helper()
	if r.StatusCode != status {
		r.t.Fatalf("%s: status %d, want %d: %s", r.Header.Get("X-Request-Id"), r.StatusCode, status, r.body)
	}
	return r
}

// refused fails the test where the answer is not this refusal, in the form that all refusals have.
func (r reply) refused(status int, code string) reply {
	r.t.Helper()
	r.want(status)
	var p problem
	r.into(&p)
	if p.Code != code || p.Status != status || p.Detail == "" || p.DetailEN == "" || p.Type != "urn:jieban:error:"+code {
		r.t.Fatalf("want code %s, got %s", code, r.body)
	}
	if kind := r.Header.Get("Content-Type"); kind != "application/problem+json" {
		r.t.Fatalf("a refusal as %s", kind)
	}
	return r
}

func (r reply) into(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
}

// object reads a JSON object.
func (r reply) object() map[string]any {
	r.t.Helper()
	var m map[string]any
	r.into(&m)
	return m
}

// signedIn is a client whom the demonstration's password of a login let in.
func signedIn(t testing.TB, a *App, login string) *client {
	t.Helper()
	at := slices.IndexFunc(a.DemoAccounts, func(d DemoAccount) bool { return d.Login == login })
	if at < 0 {
		t.Fatalf("no demonstration account %s", login)
	}
	c := program(t, a)
	token := c.post("/api/v1/sessions", map[string]string{"login": login, "password": a.DemoAccounts[at].Password}).want(http.StatusCreated).object()["token"]
	c.cookies = map[string]string{}
	c.headers["Authorization"] = fmt.Sprint("Bearer ", token)
	return c
}

// enrolled is a resident's client who has consented and is one of the demonstration's samples: roster, pending, ineligible.
func enrolled(t testing.TB, a *App, key string) *client {
	t.Helper()
	samples, err := db.Samples()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(samples, func(s db.Sample) bool { return s.Key == key })
	s := samples[at]
	c := browser(t, a)
	c.post("/api/v1/eligibility/consents", map[string]any{"kinds": []string{"sensitive", "sharing"}}).want(http.StatusCreated)
	c.post("/api/v1/eligibility", map[string]any{
		"document_kind": "resident_id", "number": s.Number, "name": s.Name, "phone": s.Phone, "town": s.Town,
	}).want(http.StatusCreated)
	return c
}

// claimBody asks for a voucher at the offer that is free.
func claimBody(day string, people int) map[string]any {
	return map[string]any{"offer": freeOffer, "day": day, "people": people}
}

const (
	visitDay    = "2021-07-17"
	freeOffer   = "O1" // 城市大峡谷
	freeSpot    = "chengshi-daxiagu"
	freeGate    = "gate-daxiagu"
	freeGateTwo = "gate-zhuoshui" // another spot's
)

// logBook keeps what is logged, for tests that look into it.
type logBook struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logBook) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }
