package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

// What the console of the double's service account shows.
const (
	wxApp    = "wx0123456789abcdef"
	wxToken  = "jiebantoken"
	wxSecret = "0123456789abcdef0123456789abcdef"
)

// weixin plays api.weixin.qq.com and the page where people sign in. It refuses as the platform does: a token that is
// not the newest one, a body with escaped characters, an image that nobody uploaded.
type weixin struct {
	*httptest.Server
	mu      sync.Mutex
	issued  int // tokens given out; the last one is taken
	asked   int // calls of stable_token
	calls   map[string]int
	sent    []wxSent
	media   map[string][]byte
	refuse  map[string]int // openid → errcode of its customer messages
	menu    []byte
	scenes  []string
	codes   map[string]string // OAuth code → answer
	code    string            // what the next sign-in page gives
	stalled chan struct{}     // customer messages wait until it is closed; nil: they do not
	waiting int               // customer messages that wait
	tried   map[string]int    // customer messages by openid, those that were refused too
	slow    time.Duration     // how long a call with a token that is not taken lasts
	stale   int               // calls with such a token
}

// wxSent is one customer message that arrived.
type wxSent struct {
	user, text string
	picture    []byte
	at         time.Time
}

func newWeixin(t *testing.T) *weixin {
	w := &weixin{calls: map[string]int{}, media: map[string][]byte{}, refuse: map[string]int{}, codes: map[string]string{}, tried: map[string]int{}}
	w.Server = httptest.NewServer(w)
	t.Cleanup(w.Close)
	return w
}

// ServeHTTP answers one call.
func (w *weixin) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/connect/oauth2/authorize" {
		w.authorize(out, r)
		return
	}
	if stalled := w.waits(r); stalled != nil {
		select {
		case <-stalled:
		case <-r.Context().Done():
			return
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[r.URL.Path]++
	_, _ = io.WriteString(out, w.answer(r, body))
}

// tokenTakes is how long the platform needs for a token: long enough for others to ask meanwhile.
const tokenTakes = 100 * time.Millisecond

// waits gives what a call has to wait for.
func (w *weixin) waits(r *http.Request) chan struct{} {
	if r.URL.Path == "/cgi-bin/stable_token" {
		time.Sleep(tokenTakes)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if token := r.URL.Query().Get("access_token"); token != "" && token != w.token() {
		w.stale++
		slow := w.slow
		w.mu.Unlock()
		time.Sleep(slow)
		w.mu.Lock()
	}
	if r.URL.Path != "/cgi-bin/message/custom/send" || w.stalled == nil {
		return nil
	}
	w.waiting++
	return w.stalled
}

// stall lets customer messages wait; nil lets them pass again.
func (w *weixin) stall(until chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stalled = until
}

func refused(code int) string { return fmt.Sprintf(`{"errcode":%d,"errmsg":"refused"}`, code) }

// answer is what one call is answered; mu is held.
func (w *weixin) answer(r *http.Request, body []byte) string {
	open := r.URL.Path == "/cgi-bin/stable_token" || strings.HasPrefix(r.URL.Path, "/sns/")
	switch {
	case !open && r.URL.Query().Get("access_token") != w.token():
		return refused(40001)
	case strings.Contains(r.Header.Get("Content-Type"), "json") && (strings.Contains(string(body), `\u`) || !utf8.Valid(body)):
		return refused(40033)
	}
	switch r.URL.Path {
	case "/cgi-bin/stable_token":
		return w.stableToken(body)
	case "/cgi-bin/ticket/getticket":
		return `{"errcode":0,"ticket":"TICKET","expires_in":7200}`
	case "/cgi-bin/media/upload":
		return w.upload(r, body)
	case "/cgi-bin/message/custom/send":
		return w.custom(body)
	case "/cgi-bin/menu/create":
		w.menu = body
		return `{"errcode":0,"errmsg":"ok"}`
	case "/cgi-bin/qrcode/create":
		var in struct {
			Name string `json:"action_name"`
			Info struct {
				Scene struct {
					Text string `json:"scene_str"`
				} `json:"scene"`
			} `json:"action_info"`
		}
		if json.Unmarshal(body, &in) != nil || in.Name != "QR_LIMIT_STR_SCENE" {
			return refused(40097)
		}
		w.scenes = append(w.scenes, in.Info.Scene.Text)
		return fmt.Sprintf(`{"ticket":"T+%[1]s","url":"http://weixin.qq.com/q/%[1]s"}`, in.Info.Scene.Text)
	case "/sns/oauth2/access_token":
		code := r.URL.Query().Get("code")
		answer, ok := w.codes[code]
		if delete(w.codes, code); !ok || r.URL.Query().Get("secret") != wxSecret {
			return refused(40163)
		}
		return answer
	}
	return refused(40066)
}

func (w *weixin) token() string { return fmt.Sprint("TOKEN-", w.issued) }

func (w *weixin) stableToken(body []byte) string {
	var in struct{ AppID, Secret string }
	if json.Unmarshal(body, &in) != nil || in.AppID != wxApp || in.Secret != wxSecret {
		return refused(40125)
	}
	if w.asked++; w.issued == 0 {
		w.issued = 1
	}
	return fmt.Sprintf(`{"access_token":%q,"expires_in":7200}`, w.token())
}

// expire makes the token that was given out worthless; the next one who asks gets another. Calls with the old one take
// a while, so that many hold it at the same moment.
func (w *weixin) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.issued++
	w.slow = 200 * time.Millisecond
}

func (w *weixin) upload(r *http.Request, body []byte) string {
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	f, _, err := r.FormFile("media")
	if err != nil || r.URL.Query().Get("type") != "image" {
		return refused(41005)
	}
	picture, _ := io.ReadAll(f)
	id := fmt.Sprint("MEDIA-", len(w.media)+1)
	w.media[id] = picture
	return fmt.Sprintf(`{"type":"image","media_id":%q}`, id)
}

func (w *weixin) custom(body []byte) string {
	var in struct {
		ToUser string
		Text   struct{ Content string }
		Image  struct {
			ID string `json:"media_id"`
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return refused(47001)
	}
	w.tried[in.ToUser]++
	picture, ok := w.media[in.Image.ID]
	switch {
	case w.refuse[in.ToUser] != 0:
		return refused(w.refuse[in.ToUser])
	case in.Image.ID != "" && !ok:
		return refused(40007)
	case len(in.Text.Content) > 2048:
		return refused(45002)
	}
	w.sent = append(w.sent, wxSent{in.ToUser, in.Text.Content, picture, time.Now()})
	return `{"errcode":0,"errmsg":"ok"}`
}

// authorize sends a person back to the site at once, as it is when nothing but the openid is asked for.
func (w *weixin) authorize(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	q := r.URL.Query()
	if q.Get("appid") != wxApp || q.Get("scope") != "snsapi_base" || q.Get("response_type") != "code" {
		http.Error(out, "参数错误", http.StatusBadRequest)
		return
	}
	http.Redirect(out, r, q.Get("redirect_uri")+"?"+url.Values{"code": {w.code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

// visits makes the next sign-in that of a person; snapshot: of one who only looks at a preview.
func (w *weixin) visits(openID string, snapshot bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.code = fmt.Sprint("CODE-", openID)
	w.codes[w.code] = fmt.Sprintf(`{"access_token":"x","expires_in":7200,"openid":%q,"scope":"snsapi_base"}`, openID)
	if snapshot {
		w.codes[w.code] = strings.TrimSuffix(w.codes[w.code], "}") + `,"is_snapshotuser":1}`
	}
}

// to gives the customer messages that a person got.
func (w *weixin) to(openID string) (list []wxSent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sent {
		if s.user == openID {
			list = append(list, s)
		}
	}
	return list
}

// picture gives the bytes behind a media id.
func (w *weixin) picture(id string) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.media[id]
}

// refusing lets customer messages to a person fail with a code; 0: they arrive again.
func (w *weixin) refusing(openID string, code int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse[openID] = code
}

// tries says how often a customer message to a person was tried.
func (w *weixin) tries(openID string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tried[openID]
}

// count says how often a path was called.
func (w *weixin) count(path string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[path]
}

// tgToken is the token of the double's bot, tgSecret what its webhook must send.
const tgToken, tgSecret = "4242:AA-secret_part", "webhook-secret"

// telegrams plays api.telegram.org. A process reaches it under a prefix of its own (/a, /b), so that one knows who asked.
type telegrams struct {
	*httptest.Server
	mu      sync.Mutex
	said    []tgSaid
	gone    map[int64]bool // chats that blocked the bot
	polls   map[string]int // by prefix
	open    int            // polls under way
	clashes int            // polls that met another
	updates []json.RawMessage
	calls   []string
	slow    time.Duration // how long a message takes
}

// tgSaid is one message that arrived.
type tgSaid struct {
	chat    int64
	text    string
	link    string // address of its first button that has one
	picture []byte
	at      time.Time
}

func newTelegrams(t *testing.T) *telegrams {
	g := &telegrams{gone: map[int64]bool{}, polls: map[string]int{}}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g
}

// ServeHTTP answers one call of the Bot API.
func (g *telegrams) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	prefix, method, ok := strings.Cut(r.URL.Path, "/bot"+tgToken+"/")
	if !ok {
		http.Error(out, `{"ok":false,"error_code":404,"description":"Not Found"}`, http.StatusNotFound)
		return
	}
	if method == "getUpdates" {
		g.poll(out, r, prefix)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.slow > 0 {
		g.mu.Unlock()
		time.Sleep(g.slow)
		g.mu.Lock()
	}
	g.calls = append(g.calls, method)
	if method != "sendMessage" && method != "sendPhoto" {
		_, _ = io.WriteString(out, `{"ok":true,"result":true}`)
		return
	}
	s := tgSaid{text: r.FormValue("text") + r.FormValue("caption"), at: time.Now()}
	s.chat, _ = strconv.ParseInt(r.FormValue("chat_id"), 10, 64)
	if f, _, err := r.FormFile("photo"); err == nil {
		s.picture, _ = io.ReadAll(f)
	}
	if g.gone[s.chat] {
		out.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(out, `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`)
		return
	}
	s.link = linkOf(r.FormValue("reply_markup"))
	g.said = append(g.said, s)
	_, _ = fmt.Fprintf(out, `{"ok":true,"result":{"message_id":%d,"date":1,"chat":{"id":%d,"type":"private"}}}`, len(g.said), s.chat)
}

func linkOf(markup string) string {
	var m struct {
		Rows [][]struct{ URL string } `json:"inline_keyboard"`
	}
	_ = json.Unmarshal([]byte(markup), &m)
	for _, row := range m.Rows {
		for _, b := range row {
			if b.URL != "" {
				return b.URL
			}
		}
	}
	return ""
}

// poll is getUpdates. Telegram holds it for up to 30 s; a tenth of a second is enough to tell held polls from a storm.
func (g *telegrams) poll(out http.ResponseWriter, r *http.Request, prefix string) {
	var in struct {
		Offset  int64
		Timeout int
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open++; g.open > 1 {
		g.clashes++
	}
	g.polls[prefix]++
	for len(g.updates) > 0 && updateID(g.updates[0]) < in.Offset {
		g.updates = g.updates[1:]
	}
	for end := time.Now().Add(100 * time.Millisecond); len(g.updates) == 0 && in.Timeout > 0 && time.Now().Before(end) && r.Context().Err() == nil; {
		g.mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		g.mu.Lock()
	}
	g.open--
	_ = json.NewEncoder(out).Encode(map[string]any{"ok": true, "result": append([]json.RawMessage{}, g.updates[:min(len(g.updates), 100)]...)})
}

func updateID(raw json.RawMessage) int64 {
	var u struct {
		ID int64 `json:"update_id"`
	}
	_ = json.Unmarshal(raw, &u)
	return u.ID
}

// queue lets updates wait for whoever polls.
func (g *telegrams) queue(updates ...json.RawMessage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.updates = append(g.updates, updates...)
}

// to gives what a chat was told.
func (g *telegrams) to(chat int64) (list []tgSaid) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.said {
		if s.chat == chat {
			list = append(list, s)
		}
	}
	return list
}

// slower lets every message take some time.
func (g *telegrams) slower(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.slow = d
}

// told says how many messages arrived in all.
func (g *telegrams) told() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.said)
}

// blocked lets a chat block the bot.
func (g *telegrams) blocked(chat int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gone[chat] = true
}

// polled says how often a process asked for updates.
func (g *telegrams) polled(prefix string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.polls[prefix]
}
