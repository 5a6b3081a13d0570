package wechat

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
)

// hangUp is when the platform hangs up, and asks again.
const hangUp = 5 * time.Second / faster

const (
	testStamp = "1626051600"
	testNonce = "415670741"
)

// answered is what a person sees of a passive reply.
type answered struct {
	XMLName xml.Name `xml:"xml"`
	To      string   `xml:"ToUserName"`
	From    string   `xml:"FromUserName"`
	Created int64    `xml:"CreateTime"`
	Type    string   `xml:"MsgType"`
	Content string   `xml:"Content"`
	Media   string   `xml:"Image>MediaId"`
	Count   int      `xml:"ArticleCount"`
	Title   string   `xml:"Articles>item>Title"`
	About   string   `xml:"Articles>item>Description"`
	PicURL  string   `xml:"Articles>item>PicUrl"`
	URL     string   `xml:"Articles>item>Url"`

	Encrypt   string `xml:"Encrypt"`
	Signature string `xml:"MsgSignature"`
	Stamp     string `xml:"TimeStamp"`
	Nonce     string `xml:"Nonce"`
}

// platform posts as the platform does.
type platform struct {
	t    testing.TB
	h    http.Handler
	key  *aesKey // nil = plain
	both bool    // compatible mode: plain fields beside the encrypted ones
	app  string
}

// sealedTo is the platform in secure mode.
func sealedTo(t testing.TB, h http.Handler) *platform {
	return &platform{t: t, h: h, key: mustKey(t, testKey), app: testAppID}
}

// request makes a signed request of a body.
func (p *platform) request(body string) *http.Request {
	q := url.Values{"timestamp": {testStamp}, "nonce": {testNonce}, "signature": {sha1Of(testToken, testStamp, testNonce)}}
	if p.key != nil {
		sealed, err := p.key.seal(strings.NewReader("0123456789abcdef"), []byte(body), p.app)
		if err != nil {
			p.t.Fatal(err)
		}
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", sha1Of(testToken, testStamp, testNonce, sealed))
		wrapped := "<xml>" + element("ToUserName", "gh_97417a04a28d") + element("Encrypt", sealed) + "</xml>"
		if p.both {
			wrapped = strings.Replace(body, "</xml>", element("Encrypt", sealed)+"</xml>", 1)
		}
		body = wrapped
	}
	return httptest.NewRequest(http.MethodPost, callbackPath+"?"+q.Encode(), strings.NewReader(body))
}

// post posts a body and gives the raw answer.
func (p *platform) post(body string) string { return serve(p.h, p.request(body)).Body.String() }

// serve answers one request.
func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// ask posts a body and reads what the person sees; the zero value is silence.
func (p *platform) ask(body string) answered {
	p.t.Helper()
	return p.open(p.post(body))
}

// open reads an answer as the platform does.
func (p *platform) open(raw string) (a answered) {
	p.t.Helper()
	if raw == success {
		return a
	}
	if err := xml.Unmarshal([]byte(raw), &a); err != nil {
		p.t.Fatalf("%v: %s", err, raw)
	}
	if p.key == nil {
		return a
	}
	if a.Nonce != testNonce || !signedBy(a.Signature, testToken, a.Stamp, a.Nonce, a.Encrypt) || a.Content != "" {
		p.t.Fatalf("the reply is not signed or not sealed: %s", raw)
	}
	b, err := p.key.open(a.Encrypt, testAppID)
	if err != nil {
		p.t.Fatal(err)
	}
	a = answered{}
	if err := xml.Unmarshal(b, &a); err != nil {
		p.t.Fatal(err)
	}
	return a
}

// hears makes Answer remember what it was asked and repeat the text.
type hears struct {
	mu  sync.Mutex
	ins []bot.In
}

func (h *hears) answer(_ context.Context, _ string, in bot.In) ([]bot.Reply, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ins = append(h.ins, in)
	return []bot.Reply{{Type: bot.ReplyText, Text: "听到了：" + in.Text}}, nil
}

func (h *hears) heard() []bot.In {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]bot.In(nil), h.ins...)
}

// hearing is a channel opposite a double, in a mode, that remembers what it was asked.
func hearing(t testing.TB, mode Mode) (*Channel, *hears, *memory) {
	h := &hears{}
	ch, m := opposite(t, newDouble(t), func(c *Config) {
		c.Mode, c.Answer, c.OldAESKey, c.Verify, c.Template = mode, h.answer, strings.Repeat("b", 43), "Ab1", "TEMPLATE"
	})
	return ch, h, m
}

// insist asks up to three times, hanging up after five seconds each, as the platform does. It gives what the person
// sees, and the try that had it; 0 = none, and the person reads that the account is broken. Through a server that does
// not notice (deaf) the handler is not told that nobody listens any more.
func (p *platform) insist(body string, deaf bool) (a answered, try int) {
	for try := 1; try <= lastTry; try++ {
		ctx, cancel := context.WithTimeout(context.Background(), hangUp)
		r := p.request(body)
		if !deaf {
			r = r.WithContext(ctx)
		}
		got := make(chan string, 1)
		go func() { got <- serve(p.h, r).Body.String() }()
		select {
		case raw := <-got:
			if ctx.Err() == nil {
				cancel()
				return p.open(raw), try
			}
		case <-ctx.Done():
		}
		cancel()
	}
	return answered{}, 0
}
