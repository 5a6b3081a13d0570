// Package webchat carries the conversation over HTTP: a page or a program posts what a person writes and is given
// replies as JSON. It is a plain net/http handler that keeps nothing; what it needs is passed in.
//
//	POST /api/v1/chat           {"text", "id"?}, or multipart with text, id and photo → {"session", "replies", "after"}
//	GET  /api/v1/chat           what was said before, or the greeting                 → {"session", "replies", "after", "history"}
//	GET  /api/v1/chat?after=12  what came since notice 12                             → {"session", "replies", "after"}
//
// The session is an opaque token, in the cookie jieban_session or the header X-Chat-Session; a request without one is
// given one. Refusals are RFC 9457 problems with a stable code.
package webchat

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/models"
)

// Config is what the handler calls. session is the opaque token; who is behind it is the caller's to find.
type Config struct {
	Answer  func(ctx context.Context, session string, in bot.In) (replies []bot.Reply, after int64, err error)
	Later   func(ctx context.Context, session string, after int64) (replies []bot.Reply, next int64, err error)
	History func(ctx context.Context, session string) (items []bot.Item, after int64, err error)
	Greet   func(ctx context.Context) ([]bot.Reply, error)
	Secure  bool         // cookies over https only
	Log     *slog.Logger // faults; nil = slog.Default()
}

// What a request may hold.
const (
	maxJSON = 64 << 10 // bytes, beside the photo
	maxID   = 64       // characters of a message's own id
)

// headerName is the session's header, for programs.
const headerName = "X-Chat-Session"

// What can be wrong with a request, beside what the verbs refuse.
var (
	errMethod = models.ErrInvalid.With("这个地址只能用GET或POST")
	errBody   = models.ErrInvalid.With("要发JSON（里面有text），或带text、id、photo的表单")
	errID     = models.ErrInvalid.With("消息编号最多64个可见字符")
)

type handler struct {
	c      Config
	origin *http.CrossOriginProtection
}

// New makes the handler for /api/v1/chat.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &handler{c, http.NewCrossOriginProtection()}
}

// answer is the body of every good answer.
type answer struct {
	Session string      `json:"session"`
	Replies []bot.Reply `json:"replies"`
	After   int64       `json:"after"`
	History []bot.Item  `json:"history,omitempty"`
}

// ServeHTTP answers one request. The cookie is set with good answers only.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	var a answer
	var err error
	session, fresh := sessionOf(r)
	switch {
	case r.Method == http.MethodPost:
		a, err = h.post(w, r, session)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD, POST")
		h.problem(w, r, errMethod)
		return
	case r.URL.Query().Has("after"):
		a, err = h.later(r, session, fresh)
	default:
		a, err = h.open(r, session, fresh)
	}
	if err != nil {
		h.problem(w, r, err)
		return
	}
	h.keep(w, r, session)
	a.Session = session
	if a.Replies == nil {
		a.Replies = []bot.Reply{}
	}
	h.write(w, http.StatusOK, "application/json; charset=utf-8", a)
}

// post refuses what a browser sends for another site: the cookie would speak for somebody who never wrote.
func (h *handler) post(w http.ResponseWriter, r *http.Request, session string) (a answer, err error) {
	if h.origin.Check(r) != nil {
		return a, models.ErrCSRF
	}
	in, err := read(w, r)
	if err != nil {
		return a, err
	}
	a.Replies, a.After, err = h.c.Answer(r.Context(), session, in)
	return a, err
}

// later gives what came since. A session that nobody knows has nothing.
func (h *handler) later(r *http.Request, session string, fresh bool) (a answer, err error) {
	a.After, err = strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil || a.After < 0 {
		return a, models.ErrInvalid.With("after要是0或以上的整数")
	}
	if fresh {
		return a, nil
	}
	a.Replies, a.After, err = h.c.Later(r.Context(), session, a.After)
	return a, err
}

// open gives what was said before; who says the first word is greeted, and nothing is written for them yet.
func (h *handler) open(r *http.Request, session string, fresh bool) (a answer, err error) {
	if !fresh {
		if a.History, a.After, err = h.c.History(r.Context(), session); err != nil {
			return a, err
		}
	}
	if len(a.History) == 0 {
		a.Replies, err = h.c.Greet(r.Context())
	}
	return a, err
}

// sessionOf gives the request's session, or a new one. Only what we could have made ourselves is taken for a session:
// nobody chooses a guessable one.
func sessionOf(r *http.Request) (session string, fresh bool) {
	if s := r.Header.Get(headerName); valid(s) {
		return s, false
	}
	if c, err := r.Cookie(bot.SessionCookie); err == nil && valid(c.Value) {
		return c.Value, false
	}
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b), true
}

// valid says whether s is 32 bytes in the one base64url form that we give out.
func valid(s string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(b) == 32
}

// keep sets the cookie, also again: its time runs from the last visit.
func (h *handler) keep(w http.ResponseWriter, r *http.Request, session string) {
	if valid(r.Header.Get(headerName)) {
		return // a program that keeps its own
	}
	http.SetCookie(w, &http.Cookie{
		Name: bot.SessionCookie, Value: session, Path: "/", MaxAge: int(bot.SessionFor / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.c.Secure,
	})
}

// read reads a message from JSON or from a form with a photo.
func read(w http.ResponseWriter, r *http.Request) (in bot.In, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		in, err = readJSON(w, r)
	case "multipart/form-data":
		in, err = readForm(w, r)
	default:
		err = errBody
	}
	if tooBig := new(http.MaxBytesError); errors.As(err, &tooBig) {
		err = models.ErrTooLarge.With("8MB")
	}
	if err == nil && !goodID(in.MessageID) {
		err = errID
	}
	return in, err
}

// goodID allows what an id may be made of; "" means that the sender has none.
func goodID(id string) bool {
	return len(id) <= maxID && strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// readJSON reads {"text", "id"}.
func readJSON(w http.ResponseWriter, r *http.Request) (bot.In, error) {
	var m struct {
		Text *string `json:"text"`
		ID   string  `json:"id"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON)).Decode(&m); err != nil {
		if tooBig := new(http.MaxBytesError); errors.As(err, &tooBig) {
			return bot.In{}, models.ErrTooLarge.With("64KB")
		}
		return bot.In{}, errBody
	}
	if m.Text == nil {
		return bot.In{}, errBody
	}
	return bot.In{Text: *m.Text, MessageID: m.ID}, nil
}

// readForm reads text, id and photo. It stays in memory: a photo never touches the disk unsealed.
func readForm(w http.ResponseWriter, r *http.Request) (in bot.In, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, bot.MaxPhoto+maxJSON)
	if err := r.ParseMultipartForm(bot.MaxPhoto + maxJSON); err != nil { // in memory: a photo never touches the disk unsealed
		if tooBig := new(http.MaxBytesError); errors.As(err, &tooBig) {
			return in, err
		}
		return in, errBody
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	in.Text, in.MessageID = r.FormValue("text"), r.FormValue("id")
	f, head, err := r.FormFile("photo")
	switch {
	case errors.Is(err, http.ErrMissingFile):
		return in, nil
	case err != nil:
		return in, errBody
	case head.Size > bot.MaxPhoto:
		return in, models.ErrTooLarge.With("8MB")
	}
	defer func() { _ = f.Close() }()
	in.Photo, err = io.ReadAll(f)
	return in, err
}

// status says which HTTP status a kind of refusal is.
var status = map[models.Kind]int{
	models.Invalid: http.StatusBadRequest, models.Unsigned: http.StatusUnauthorized, models.Forbidden: http.StatusForbidden,
	models.NotFound: http.StatusNotFound, models.Conflict: http.StatusConflict, models.Exhausted: http.StatusConflict,
	models.TooMany: http.StatusTooManyRequests, models.Unavailable: http.StatusServiceUnavailable,
}

// problem answers with an RFC 9457 problem. A fault of ours is logged whole and shown bare.
func (h *handler) problem(w http.ResponseWriter, r *http.Request, err error) {
	e := models.Refusal(err)
	code, known := status[e.Kind]
	switch {
	case e == errMethod:
		code = http.StatusMethodNotAllowed
	case e.Code == models.ErrTooLarge.Code:
		code = http.StatusRequestEntityTooLarge
	case !known:
		code = http.StatusInternalServerError
		h.c.Log.ErrorContext(r.Context(), "chat", "err", err)
	}
	if e.Kind == models.Unavailable {
		w.Header().Set("Retry-After", "2")
	}
	h.write(w, code, "application/problem+json; charset=utf-8", map[string]any{
		"type": "about:blank", "title": http.StatusText(code), "status": code, "code": e.Code, "detail": e.ZH, "detail_en": e.EN,
	})
}

// write sends the body. Nobody is left to tell if that fails.
func (h *handler) write(w http.ResponseWriter, code int, kind string, body any) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		h.c.Log.Debug("chat: the answer could not be sent", "err", err)
	}
}
