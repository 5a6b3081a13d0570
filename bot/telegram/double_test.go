package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
)

const token = "4242:AA-secret_part"

// call is one call that the double was made.
type call struct {
	method string
	fields map[string]string
	photo  []byte
	raw    string
}

// chat is the chat that a call is about.
func (c call) chat() int64 { n, _ := strconv.ParseInt(c.fields["chat_id"], 10, 64); return n }

// rows are the buttons of a call.
func (c call) rows(t *testing.T) [][]button {
	t.Helper()
	var k keyboard
	if s := c.fields["reply_markup"]; s != "" {
		if err := json.Unmarshal([]byte(s), &k); err != nil {
			t.Fatal(err)
		}
	}
	return k.Rows
}

// trouble is what the double does instead of answering.
type trouble struct {
	method      string
	code        int
	description string
	after       int // retry_after
	times       int
	drop        bool // the connection breaks
	plainButton bool // only for calls with buttons
}

// double is a Bot API in memory.
type double struct {
	*httptest.Server
	mu      sync.Mutex
	calls   []call
	trouble []*trouble
	updates []json.RawMessage
	asked   []int64 // offsets of getUpdates
	files   map[string][]byte
	webhook bool
	slow    time.Duration
	came    chan struct{}
}

func newDouble(t *testing.T) *double {
	d := &double{files: map[string][]byte{}, came: make(chan struct{}, 1000)}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

func (d *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/file/bot"+token+"/"); ok {
		d.mu.Lock()
		data, ok := d.files[path]
		d.mu.Unlock()
		if !ok {
			w.WriteHeader(404)
		}
		_, _ = w.Write(data)
		return
	}
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+token+"/")
	if !ok {
		d.answer(w, 404, "Not Found", 0)
		return
	}
	c := readCall(method, r)
	if method == "getUpdates" {
		d.poll(w, r, c)
		return
	}
	if tr := d.troubled(method, c); tr != nil {
		if tr.drop {
			panic(http.ErrAbortHandler)
		}
		d.answer(w, tr.code, tr.description, tr.after)
		return
	}
	time.Sleep(d.slow)
	d.mu.Lock()
	d.calls = append(d.calls, c)
	d.mu.Unlock()
	d.came <- struct{}{}
	d.result(w, method, c)
}

// readCall reads a multipart or JSON call.
func readCall(method string, r *http.Request) call {
	raw, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	c := call{method: method, fields: map[string]string{}, raw: string(raw)}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var m map[string]any
		_ = json.Unmarshal(raw, &m)
		for k, v := range m {
			c.fields[k] = fmt.Sprint(v)
		}
		return c
	}
	if r.ParseMultipartForm(32<<20) == nil {
		for k, v := range r.MultipartForm.Value {
			c.fields[k] = v[0]
		}
		if f, _, err := r.FormFile("photo"); err == nil {
			c.photo, _ = io.ReadAll(f)
		}
	}
	return c
}

// troubled takes the trouble that is due for a call.
func (d *double) troubled(method string, c call) *trouble {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, tr := range d.trouble {
		if tr.method == method && tr.times > 0 && (!tr.plainButton || c.fields["reply_markup"] != "") {
			tr.times--
			return tr
		}
	}
	return nil
}

func (d *double) result(w http.ResponseWriter, method string, c call) {
	var result any = true
	switch method {
	case "sendMessage", "sendPhoto":
		result = map[string]any{"message_id": 1, "date": 1, "chat": map[string]any{"id": c.chat(), "type": "private"}}
	case "getFile":
		result = map[string]any{"file_id": c.fields["file_id"], "file_path": "photos/" + c.fields["file_id"] + ".jpg"}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
}

func (d *double) answer(w http.ResponseWriter, code int, description string, after int) {
	w.WriteHeader(code)
	m := map[string]any{"ok": false, "error_code": code, "description": description}
	if after > 0 {
		m["parameters"] = map[string]any{"retry_after": after}
	}
	_ = json.NewEncoder(w).Encode(m)
}

// poll is getUpdates: an offset confirms what is below it; nothing there = wait a little.
func (d *double) poll(w http.ResponseWriter, r *http.Request, c call) {
	if d.webhook {
		d.answer(w, 409, "Conflict: can't use getUpdates method while webhook is active", 0)
		return
	}
	if tr := d.troubled("getUpdates", c); tr != nil {
		if tr.drop {
			panic(http.ErrAbortHandler)
		}
		d.answer(w, tr.code, tr.description, tr.after)
		return
	}
	offset, _ := strconv.ParseInt(c.fields["offset"], 10, 64)
	deadline := time.Now().Add(50 * time.Millisecond)
	for {
		d.mu.Lock()
		for len(d.updates) > 0 && idOf(d.updates[0]) < offset {
			d.updates = d.updates[1:]
		}
		list := d.updates[:min(100, len(d.updates))]
		if len(list) > 0 || c.fields["timeout"] == "0" || time.Now().After(deadline) || r.Context().Err() != nil {
			d.asked = append(d.asked, offset)
			_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": append([]json.RawMessage{}, list...)})
			d.mu.Unlock()
			return
		}
		d.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
}

func idOf(u json.RawMessage) int64 {
	var m struct {
		ID int64 `json:"update_id"`
	}
	_ = json.Unmarshal(u, &m)
	return m.ID
}

// push puts updates up for polling.
func (d *double) push(updates ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, u := range updates {
		d.updates = append(d.updates, json.RawMessage(u))
	}
}

// waiting is how many updates are not confirmed.
func (d *double) waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.updates)
}

func (d *double) fail(tr trouble) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if tr.times == 0 {
		tr.times = 1
	}
	d.trouble = append(d.trouble, &tr)
}

// made gives the calls of a method.
func (d *double) made(method string) (calls []call) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.calls {
		if c.method == method {
			calls = append(calls, c)
		}
	}
	return calls
}

// texts are the texts that were sent to a chat.
func (d *double) texts(chat int64) (texts []string) {
	for _, c := range d.made("sendMessage") {
		if c.chat() == chat {
			texts = append(texts, c.fields["text"])
		}
	}
	return texts
}

// world is a channel between a double and a conversation that says back what it hears.
type world struct {
	*double
	ch     *Channel
	log    bytes.Buffer
	mu     sync.Mutex
	heard  []bot.In
	users  []string
	gone   []string
	late   map[string][]bot.Reply
	offset int64
	saves  []int64
	answer func(user string, in bot.In) ([]bot.Reply, error)
}

func newWorld(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	w := &world{double: newDouble(t), late: map[string][]bot.Reply{}}
	w.answer = func(_ string, in bot.In) ([]bot.Reply, error) { return says("听到：" + in.Text), nil }
	c := Config{
		Token: token, Secret: "s3cret", API: w.URL, PublicURL: "https://jieban.example",
		Log: slog.New(slog.NewTextHandler(&locked{w: &w.log, mu: &w.mu}, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Answer: func(_ context.Context, user string, in bot.In) ([]bot.Reply, error) {
			w.mu.Lock()
			w.heard, w.users = append(w.heard, in), append(w.users, user)
			answer := w.answer
			w.mu.Unlock()
			return answer(user, in)
		},
		Picture: func(_ context.Context, path string) ([]byte, error) {
			if strings.Contains(path, "missing") {
				return nil, errors.New("no such picture")
			}
			return []byte("\x89PNG\r\n\x1a\n" + path), nil
		},
		Link: func(_ context.Context, user, path string) (string, error) {
			if strings.Contains(path, "closed") {
				return "", errors.New("no session")
			}
			return "https://jieban.example/in/" + user + path, nil
		},
		Gone: func(_ context.Context, user string, gone bool) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.gone = append(w.gone, fmt.Sprint(user, " ", gone))
			return nil
		},
		Late: func(_ context.Context, user string, replies []bot.Reply) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.late[user] = append(w.late[user], replies...)
			return nil
		},
	}
	for _, f := range change {
		f(&c)
	}
	ch, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ch.second = 20 * time.Millisecond
	w.ch = ch
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if strings.Contains(w.log.String(), "secret_part") {
			t.Errorf("the token is in the log:\n%s", w.log.String())
		}
		ch.http.CloseIdleConnections()
	})
	return w
}

// locked writes under a mutex.
type locked struct {
	w  io.Writer
	mu *sync.Mutex
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func says(texts ...string) (replies []bot.Reply) {
	for _, s := range texts {
		replies = append(replies, bot.Reply{Type: bot.ReplyText, Text: s})
	}
	return replies
}

// hook pushes an update as Telegram does and gives the status.
func (w *world) hook(body string) int {
	r := httptest.NewRequest("POST", "/callback/telegram", strings.NewReader(body))
	r.Header.Set(secretHeader, "s3cret")
	rec := httptest.NewRecorder()
	w.ch.ServeHTTP(rec, r)
	return rec.Code
}

// hears gives what the conversation was told.
func (w *world) hears() []bot.In {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]bot.In{}, w.heard...)
}

// text is an update with a text of a person.
func text(id, from int64, s string) string {
	return private(id, from, `"text":`+quote(s))
}

// private is an update with a message of a person.
func private(id, from int64, fields string) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":1,"from":{"id":%d,"is_bot":false,"first_name":"王"},"chat":{"id":%d,"type":"private"},%s}}`, id, id, from, from, fields)
}

func quote(s string) string { b, _ := json.Marshal(s); return string(b) }

// eventually waits for something to come true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}
