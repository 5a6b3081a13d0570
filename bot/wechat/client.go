package wechat

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// The platform's own addresses.
const (
	apiBase  = "https://api.weixin.qq.com"
	openBase = "https://open.weixin.qq.com"
	mpBase   = "https://mp.weixin.qq.com"
)

// maxAnswer bounds what is read of an answer, in bytes; the platform's are a few hundred.
const maxAnswer = 1 << 20

// client calls the platform. It is safe for concurrent use.
type client struct {
	c     Config
	http  *http.Client
	limit time.Duration // for one call; its repetition has the same again
	pause time.Duration // before a repetition

	mu     sync.Mutex
	forced time.Time // when a token was last demanded before its time
	barred time.Time // until when customer messages are taken for forbidden (48001)
}

// newClient makes a client of the account that c names.
func newClient(c Config) *client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64 // a morning's notices go to one host; the default of 2 would shake hands for each
	return &client{c: c, limit: 5 * time.Second, pause: 200 * time.Millisecond, http: &http.Client{
		Transport: t,
		// An address of ours carries the token or the secret: it is told to nobody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// errand is one call of the platform.
type errand struct {
	path  string
	query url.Values
	body  []byte // nil = a GET
	kind  string // content type of body; "" = JSON
	open  bool   // needs no access token
	again bool   // the same twice is as good as once, so that it may be repeated when nothing is known of the first
}

// call does one call and reads the answer into out. A token that the platform does not take any more is renewed, once.
// It gives *apiError for a refusal of the platform; what that means to the bot is found by errors.Is and errors.As.
func (a *client) call(ctx context.Context, q errand, out any) error {
	if q.open {
		return a.twice(ctx, q, "", out)
	}
	token, err := a.accessToken(ctx, "")
	if err != nil {
		return err
	}
	if err = a.twice(ctx, q, token, out); !tokenRefused(err) {
		return err
	}
	// The token failed before anything was done, so that even a message may be sent again.
	if token, err = a.accessToken(ctx, token); err != nil {
		return err
	}
	return a.twice(ctx, q, token, out)
}

// twice does the call, and once more if that is harmless and the first met a passing trouble.
func (a *client) twice(ctx context.Context, q errand, token string, out any) error {
	passing, err := a.once(ctx, q, token, out)
	if err == nil || !passing || !q.again {
		return err
	}
	select {
	case <-ctx.Done():
		return err
	case <-time.After(a.pause):
	}
	_, err = a.once(ctx, q, token, out)
	return err
}

// once does the call; passing says whether the trouble may be over soon.
func (a *client) once(ctx context.Context, q errand, token string, out any) (passing bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, a.limit)
	defer cancel()
	r, err := a.request(ctx, q, token)
	if err != nil {
		return false, err
	}
	res, err := a.http.Do(r)
	if err != nil {
		return true, fmt.Errorf("wechat: %s: %w", q.path, bare(err))
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return true, fmt.Errorf("wechat: %s: %w", q.path, bare(err))
	}
	if res.StatusCode != http.StatusOK {
		return res.StatusCode >= 500, fmt.Errorf("wechat: %s: HTTP status %d", q.path, res.StatusCode)
	}
	return readAnswer(q.path, body, out)
}

// request makes the HTTP request. Bodies are whole, never chunked: the platform reads no chunks.
func (a *client) request(ctx context.Context, q errand, token string) (*http.Request, error) {
	query := url.Values{}
	for k, v := range q.query {
		query[k] = v
	}
	if !q.open {
		query.Set("access_token", token)
	}
	method, kind := http.MethodGet, ""
	if q.body != nil {
		method, kind = http.MethodPost, cmp.Or(q.kind, "application/json; charset=utf-8")
	}
	r, err := http.NewRequestWithContext(ctx, method, a.c.API+q.path+"?"+query.Encode(), bytes.NewReader(q.body))
	if err != nil {
		return nil, fmt.Errorf("wechat: %s: %w", q.path, bare(err))
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return r, nil
}

// readAnswer reads an answer: an errcode other than 0 is a refusal, whatever else stands there.
func readAnswer(path string, body []byte, out any) (passing bool, err error) {
	var e apiError
	if err := json.Unmarshal(body, &e); err != nil {
		return true, fmt.Errorf("wechat: %s: the answer is no JSON: %w", path, err)
	}
	if e.Code != 0 {
		e.path = path
		return e.Code == codeBusy, &e
	}
	if out == nil {
		return false, nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return false, fmt.Errorf("wechat: %s: the answer is not what was expected: %w", path, err)
	}
	return false, nil
}

// bare takes the address out of an error of net/http: it carries the token, the secret or the way to a photo, and errors
// are logged.
func bare(err error) error {
	for {
		u := new(url.Error)
		if !errors.As(err, &u) {
			return err
		}
		err = u.Err
	}
}

// asJSON writes v as the platform wants it: raw UTF-8, without a single \uxxxx, which it refuses (40033) wherever it
// stands. Control characters, which JSON knows no other way to write, are left out.
func asJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	in := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	out := make([]byte, 0, len(in))
	for i := 0; i < len(in); i++ {
		if in[i] != '\\' {
			out = append(out, in[i])
			continue
		}
		if in[i+1] != 'u' {
			out = append(out, in[i], in[i+1])
			i++
			continue
		}
		if n, err := strconv.ParseUint(string(in[i+2:i+6]), 16, 16); err == nil && n >= ' ' {
			out = append(out, string(rune(n))...)
		}
		i += 5
	}
	return out, nil
}
