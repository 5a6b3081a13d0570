package wechat

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jieban/jieban/bot"
)

// The paths that the channel answers. The verify file stands at the root because the platform looks for it there.
const (
	callbackPath = "/callback/wechat"
	loginPath    = callbackPath + "/login"
	jssdkPath    = callbackPath + "/jssdk"
	verifyPrefix = "/MP_verify_"
)

// Channel is a service account: an http.Handler for what comes, and Send for what goes out. It is safe for concurrent use.
type Channel struct {
	c       Config
	api     *client
	keys    []*aesKey // the current one first; none in plain mode
	random  io.Reader
	limits  limits
	photos  *http.Client
	flights flights
	counts  bot.Counts
}

// New checks the settings and makes the channel. An error names the setting that is wrong. It asks for no function of c:
// who only sets up the menu needs Renew, and who serves needs all.
func New(c Config) (*Channel, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	keys, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("wechat: %w", err)
	}
	for base, own := range map[*string]string{&c.API: apiBase, &c.Open: openBase, &c.MP: mpBase} {
		if *base = strings.TrimRight(*base, "/"); *base == "" {
			*base = own
		}
	}
	ch := &Channel{c: c, api: newClient(c), keys: keys, random: rand.Reader, limits: realLimits}
	ch.photos = ch.photoClient()
	return ch, nil
}

// check checks the settings and gives the keys.
func (c *Config) check() (keys []*aesKey, err error) {
	switch {
	case !goodName(c.AppID):
		return nil, errors.New("the app id is missing or has spaces in it")
	case !goodName(c.Token): // the console takes 3 to 32 letters and digits; what stands opposite may not be the console
		return nil, errors.New("the token is missing or has spaces in it")
	case c.Mode != Plain && c.Mode != Compatible && c.Mode != Secure:
		return nil, fmt.Errorf("the mode is %q; it must be plain, compatible or secure, as in the account's console", string(c.Mode))
	case len(c.Verify) > maxUser || !alphanumeric(c.Verify):
		return nil, errors.New("the verify code must be what stands between MP_verify_ and .txt")
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return nil, errors.New("the public address must be scheme and host, without a slash at the end")
	}
	if c.Mode == Plain {
		return nil, nil
	}
	for i, s := range []string{c.AESKey, c.OldAESKey} {
		if i > 0 && s == "" {
			continue
		}
		k, err := readKey(s)
		if err != nil {
			return nil, fmt.Errorf("%s key: %w", []string{"the current", "the previous"}[i], err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// alphanumeric says whether there are only ASCII letters and digits, or nothing.
func alphanumeric(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}

// ServeHTTP answers one request of the platform, or of a phone page.
func (ch *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff") // what is echoed must not become a page
	get := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch path := r.URL.Path; {
	case path == loginPath:
		ch.login(w, r)
	case path == jssdkPath:
		ch.jssdk(w, r)
	case path == callbackPath && r.Method == http.MethodPost:
		ch.post(w, r)
	case path == callbackPath && get:
		ch.checkURL(w, r)
	case path == callbackPath:
		w.Header().Set("Allow", "GET, HEAD, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	case ch.c.Verify != "" && get && path == verifyPrefix+ch.c.Verify+".txt":
		ch.write(w, "text/plain; charset=utf-8", ch.c.Verify)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// checkURL proves to the platform that we know the token, by giving back what it sent, byte for byte.
func (ch *Channel) checkURL(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if !signedBy(q.Get("signature"), ch.c.Token, q.Get("timestamp"), q.Get("nonce")) {
		ch.counts.Add(string(badSignature))
		w.WriteHeader(http.StatusForbidden)
		return
	}
	ch.write(w, "text/plain; charset=utf-8", q.Get("echostr"))
}

// post answers a message. Whatever is wrong with it, the platform gets its harmless answer: any other would be shown to
// the person as a broken account, or told to who forged it.
func (ch *Channel) post(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooBig := new(http.MaxBytesError); errors.As(err, &tooBig) {
		ch.ignore(w, tooLarge)
		return
	}
	if err != nil {
		ch.ignore(w, badBody)
		return
	}
	q := r.URL.Query()
	m, key, bad := ch.read(q, body)
	if bad == "" {
		bad = unfit(m)
	}
	if bad != "" {
		ch.ignore(w, bad)
		return
	}
	f, try := ch.join(m)
	if try > 1 {
		ch.counts.Add("duplicate")
	}
	p := ch.wait(r.Context(), f, try)
	if p.kind == "" {
		ch.write(w, "text/plain; charset=utf-8", success)
		return
	}
	if p.text != sayStill {
		ch.counts.Add("answered")
	}
	ch.reply(w, m, p, key, q.Get("nonce"))
}

// flaw is what is wrong with a request, under the name by which it is counted. "" = nothing.
type flaw string

const (
	badSignature flaw = "bad_signature"
	badBody      flaw = "bad_body"
	tooLarge     flaw = "too_large"
	wrongAppID   flaw = "wrong_appid"
	downgrade    flaw = "downgrade"    // plain where only encrypted is taken
	unknownKind  flaw = "unknown_kind" // a message or event that we do not know
	ignored      flaw = "ignored"      // an event that means nothing to us
)

// success is the answer that says nothing to the person.
const success = "success"

// ignore counts what is wrong, and does nothing.
func (ch *Channel) ignore(w http.ResponseWriter, why flaw) {
	ch.counts.Add(string(why))
	ch.write(w, "text/plain; charset=utf-8", success)
}

// read reads the message in a body, if it comes from the platform. key is the one that it was sealed with, nil if it was
// not. An encrypted body is believed by msg_signature alone: the other signature says nothing about the body, and who has
// seen one could put any body under it.
func (ch *Channel) read(q url.Values, body []byte) (m *message, key *aesKey, bad flaw) {
	m, err := parse(body)
	if err != nil {
		return nil, nil, badBody
	}
	stamp, nonce := q.Get("timestamp"), q.Get("nonce")
	sealed := m.Encrypt != "" || q.Get("encrypt_type") == "aes"
	if !sealed {
		switch {
		case !signedBy(q.Get("signature"), ch.c.Token, stamp, nonce):
			return nil, nil, badSignature
		case ch.c.Mode == Secure:
			return nil, nil, downgrade
		}
		return m, nil, ""
	}
	if ch.c.Mode == Plain || m.Encrypt == "" {
		return nil, nil, badBody
	}
	if !signedBy(q.Get("msg_signature"), ch.c.Token, stamp, nonce, m.Encrypt) {
		return nil, nil, badSignature
	}
	inner, key, err := openAny(ch.keys, m.Encrypt, ch.c.AppID)
	switch {
	case errors.Is(err, errAppID):
		return nil, nil, wrongAppID
	case err != nil:
		return nil, nil, badBody
	}
	if m, err = parse(inner); err != nil {
		return nil, nil, badBody
	}
	return m, key, ""
}

// unfit says why a message is nothing to act on.
func unfit(m *message) flaw {
	_, answered := m.in()
	switch {
	case !m.whole():
		return badBody
	case answered || m.felt():
		return ""
	case m.quiet():
		return ignored
	}
	return unknownKind
}

// reply writes the passive reply, sealed if the message was, with the same key.
func (ch *Channel) reply(w http.ResponseWriter, m *message, p passive, key *aesKey, nonce string) {
	now := ch.c.Now().Unix()
	body := p.xml(m, now)
	if key != nil {
		var err error
		if body, err = ch.envelope(body, key, now, nonce); err != nil {
			ch.c.Log.Error("wechat: an answer could not be sealed", "err", err)
			body = success
		}
	}
	ch.write(w, "application/xml; charset=utf-8", body)
}

// write sends a good answer. Nobody is left to tell if that fails.
func (ch *Channel) write(w http.ResponseWriter, kind, body string) {
	w.Header().Set("Content-Type", kind)
	if _, err := io.WriteString(w, body); err != nil {
		ch.c.Log.Debug("wechat: the answer could not be written", "err", err)
	}
}

// Counts says how often each thing happened since the start, by its name. What was refused: bad_signature, bad_body,
// too_large, wrong_appid, downgrade, unknown_kind. What went well: answered, duplicate (repetitions among them), ignored
// (events that mean nothing to us), pushed (customer messages), noticed (subscription notices), login and jssdk (pages
// that were signed in and signed). What took long or went wrong: late (no answer in time), inbox (kept for the next
// message), fault, photo_lost, media_lost, login_refused, and forbidden (the account may not push).
func (ch *Channel) Counts() map[string]int64 { return ch.counts.All() }
