package wechat

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

const (
	testAppID  = "wxba5fad812f8e6fb9"
	testSecret = "0123456789abcdef0123456789abcdef"
	testToken  = "AAAAA"
	testKey    = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	testPublic = "https://jieban.example"
	testUser   = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"
)

// double is opposite the channel in place of the platform: it checks what it is sent as the platform does, refuses with
// its codes, and can be told to refuse, to hang or to break.
type double struct {
	*httptest.Server
	mu      sync.Mutex
	token   string           // the one that is taken
	issued  int              // tokens given out
	calls   map[string]int   // by path
	refuse  map[string][]int // codes for the next calls of a path; 0 = let it through, 500 and up = HTTP status
	hang    map[string]int   // how many of the next calls of a path are never answered
	sent    []customSent     // customer messages
	notices []map[string]any // subscription notices
	media   map[string][]byte
	menu    map[string]any
	scenes  []string
	body    string // when set, the answer to every call, whatever it is
	until   int64  // expires_in of tokens
	release chan struct{}
}

// customSent is one customer message as it arrived.
type customSent struct {
	To, Kind, Text, Media string
}

func newDouble(t testing.TB) *double {
	d := &double{
		calls: map[string]int{}, refuse: map[string][]int{}, hang: map[string]int{}, media: map[string][]byte{},
		until: 7200, release: make(chan struct{}),
	}
	mux := http.NewServeMux()
	for path, serve := range map[string]func(r *http.Request, body []byte) any{
		"POST /cgi-bin/stable_token":              d.stableToken,
		"GET /cgi-bin/ticket/getticket":           d.getTicket,
		"POST /cgi-bin/message/custom/send":       d.customSend,
		"POST /cgi-bin/message/subscribe/bizsend": d.bizSend,
		"POST /cgi-bin/media/upload":              d.mediaUpload,
		"POST /cgi-bin/menu/create":               d.menuCreate,
		"POST /cgi-bin/qrcode/create":             d.qrcodeCreate,
		"GET /sns/oauth2/access_token":            d.oauth,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { d.serve(w, r, serve) })
	}
	d.Server = httptest.NewServer(mux)
	t.Cleanup(func() { close(d.release); d.Close() })
	return d
}

func (d *double) serve(w http.ResponseWriter, r *http.Request, serve func(*http.Request, []byte) any) {
	body, _ := io.ReadAll(r.Body)
	d.mu.Lock()
	d.calls[r.URL.Path]++
	if d.hang[r.URL.Path] > 0 {
		d.hang[r.URL.Path]--
		d.mu.Unlock()
		select { // until the caller hangs up
		case <-r.Context().Done():
		case <-d.release:
		}
		return
	}
	defer d.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain") // as some calls of the platform do
	if d.body != "" {
		_, _ = io.WriteString(w, d.body)
		return
	}
	answer := d.answer(r, body, serve)
	if status, ok := answer.(int); ok {
		w.WriteHeader(status)
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (d *double) answer(r *http.Request, body []byte, serve func(*http.Request, []byte) any) any {
	if codes := d.refuse[r.URL.Path]; len(codes) > 0 {
		d.refuse[r.URL.Path] = codes[1:]
		switch code := codes[0]; {
		case code >= 500 && code < 600:
			return code
		case code != 0:
			return refusal(code)
		}
	}
	open := r.URL.Path == "/cgi-bin/stable_token" || strings.HasPrefix(r.URL.Path, "/sns/")
	if !open && (d.token == "" || r.URL.Query().Get("access_token") != d.token) {
		return refusal(codeToken)
	}
	if r.Method == http.MethodPost && r.ContentLength < 0 {
		return refusal(44002) // empty post data: the platform reads no chunks
	}
	if strings.Contains(r.Header.Get("Content-Type"), "json") && (strings.Contains(strings.ReplaceAll(string(body), `\\`, ""), `\u`) || !utf8.Valid(body)) {
		return refusal(40033)
	}
	return serve(r, body)
}

func refusal(code int) any {
	return map[string]any{"errcode": code, "errmsg": fmt.Sprint("refused ", code)}
}

var fine = map[string]any{"errcode": 0, "errmsg": "ok"}

func (d *double) stableToken(_ *http.Request, body []byte) any {
	var in struct {
		Grant  string `json:"grant_type"`
		AppID  string `json:"appid"`
		Secret string `json:"secret"`
		Force  bool   `json:"force_refresh"`
	}
	switch err := json.Unmarshal(body, &in); {
	case err != nil || in.Grant != "client_credential":
		return refusal(40002)
	case in.AppID != testAppID:
		return refusal(40013)
	case in.Secret != testSecret:
		return refusal(40125)
	}
	if in.Force || d.token == "" {
		d.issued++
		d.token = fmt.Sprintf("TOKEN-%d", d.issued)
	}
	return map[string]any{"access_token": d.token, "expires_in": d.until}
}

// expire makes the platform take no token that it gave so far, and give another.
func (d *double) expire() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.issued++
	d.token = fmt.Sprintf("TOKEN-%d", d.issued)
}

func (d *double) getTicket(r *http.Request, _ []byte) any {
	if r.URL.Query().Get("type") != "jsapi" {
		return refusal(40097)
	}
	return map[string]any{"errcode": 0, "errmsg": "ok", "ticket": "TICKET", "expires_in": d.until}
}

func (d *double) customSend(_ *http.Request, body []byte) any {
	var in struct {
		To    string                    `json:"touser"`
		Kind  string                    `json:"msgtype"`
		Text  struct{ Content string }  `json:"text"`
		Image struct{ Media_id string } `json:"image"` //nolint:revive // the platform's name
	}
	if err := json.Unmarshal(body, &in); err != nil || in.To == "" {
		return refusal(40003)
	}
	switch {
	case in.Kind == "text" && in.Text.Content == "":
		return refusal(44004)
	case in.Kind == "text" && len(in.Text.Content) > 2048:
		return refusal(45002)
	case in.Kind == "image" && d.media[in.Image.Media_id] == nil:
		return refusal(codeMedia)
	}
	d.sent = append(d.sent, customSent{in.To, in.Kind, in.Text.Content, in.Image.Media_id})
	return fine
}

func (d *double) bizSend(_ *http.Request, body []byte) any {
	var in map[string]any
	if err := json.Unmarshal(body, &in); err != nil || in["template_id"] != "TEMPLATE" {
		return refusal(codeTemplate)
	}
	for name, field := range in["data"].(map[string]any) {
		value := field.(map[string]any)["value"].(string)
		if value == "" || strings.HasPrefix(name, "thing") && utf8.RuneCountInString(value) > 20 || strings.Contains(value, "\n") {
			return refusal(47003)
		}
	}
	d.notices = append(d.notices, in)
	return fine
}

func (d *double) mediaUpload(r *http.Request, body []byte) any {
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	f, h, err := r.FormFile("media")
	if err != nil || h.Filename == "" || r.URL.Query().Get("type") != "image" {
		return refusal(41005)
	}
	image, _ := io.ReadAll(f)
	id := fmt.Sprintf("MEDIA-%d", len(d.media)+1)
	d.media[id] = image
	return map[string]any{"type": "image", "media_id": id, "created_at": 1626051600}
}

func (d *double) menuCreate(_ *http.Request, body []byte) any {
	if json.Unmarshal(body, &d.menu) != nil {
		return refusal(40015)
	}
	return fine
}

func (d *double) qrcodeCreate(_ *http.Request, body []byte) any {
	var in struct {
		Name string `json:"action_name"`
		Info struct {
			Scene struct {
				Text string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}
	if json.Unmarshal(body, &in) != nil || in.Name != "QR_LIMIT_STR_SCENE" || in.Info.Scene.Text == "" {
		return refusal(40053)
	}
	d.scenes = append(d.scenes, in.Info.Scene.Text)
	return map[string]any{"ticket": "gQH47j=/" + in.Info.Scene.Text, "url": "http://weixin.qq.com/q/" + in.Info.Scene.Text}
}

// oauth knows the code that begins with CODE, once; SNAPSHOT is a visitor of a preview.
func (d *double) oauth(r *http.Request, _ []byte) any {
	q := r.URL.Query()
	if q.Get("appid") != testAppID || q.Get("secret") != testSecret || q.Get("grant_type") != "authorization_code" {
		return refusal(40013)
	}
	code := q.Get("code")
	if slices.Contains(d.scenes, "used:"+code) {
		return refusal(codeOAuthUsed)
	}
	d.scenes = append(d.scenes, "used:"+code)
	answer := map[string]any{"access_token": "PAGE", "expires_in": 7200, "refresh_token": "R", "openid": testUser, "scope": "snsapi_base"}
	switch {
	case code == "SNAPSHOT":
		answer["is_snapshotuser"] = 1
	case !strings.HasPrefix(code, "CODE"):
		return refusal(codeOAuth)
	}
	return answer
}

// count says how often a path was called.
func (d *double) count(path string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls[path]
}

// next tells what the next calls of a path are answered with.
func (d *double) next(path string, codes ...int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refuse[path] = codes
}

// messages gives the customer messages so far.
func (d *double) messages() []customSent {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.sent)
}
