package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	endian "encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// stage is the built program between doubles of both platforms, behind a door that speaks https as the world sees it.
type stage struct {
	*service
	wx       *weixin
	tg       *telegrams
	door     *httptest.Server
	behind   atomic.Pointer[url.URL]
	dir      string
	settings []string
}

// newStage prepares a stage in a folder of its own; database as in databases. The program does not run yet.
func newStage(t *testing.T, database []string, more ...string) *stage {
	t.Helper()
	s := &stage{wx: newWeixin(t), tg: newTelegrams(t), dir: t.TempDir()}
	s.door = httptest.NewUnstartedServer(&httputil.ReverseProxy{
		ErrorLog: log.New(io.Discard, "", 0), // the program is killed on purpose
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(s.behind.Load())
			r.Out.Host = r.In.Host
		},
	})
	s.door.StartTLS()
	t.Cleanup(s.door.Close)
	s.settings = slices.Concat(database, []string{
		"JIEBAN_PUBLIC_URL=" + s.door.URL, "JIEBAN_FLOOD=0",
		"JIEBAN_WECHAT_APPID=" + wxApp, "JIEBAN_WECHAT_SECRET=" + wxSecret, "JIEBAN_WECHAT_TOKEN=" + wxToken,
		"JIEBAN_WECHAT_AES_KEY=" + wxAESKey, "JIEBAN_WECHAT_API=" + s.wx.URL, "JIEBAN_WECHAT_OPEN=" + s.wx.URL, "JIEBAN_WECHAT_VERIFY=abcDEF123",
		"JIEBAN_TELEGRAM_TOKEN=" + tgToken, "JIEBAN_TELEGRAM_SECRET=" + tgSecret, "JIEBAN_TELEGRAM_API=" + s.tg.URL,
	}, more)
	return s
}

// onStage runs a test on both databases, at the same time: they wait for platforms and clocks more than for the machine.
func onStage(t *testing.T, do func(t *testing.T, s *stage)) {
	t.Helper()
	t.Parallel()
	var all sync.WaitGroup
	for name, database := range databases(t) {
		all.Go(func() {
			t.Run(name, func(t *testing.T) {
				s := newStage(t, database)
				s.run(t)
				do(t, s)
			})
		})
	}
	all.Wait()
}

// run starts the program, or starts it again.
func (s *stage) run(t *testing.T, more ...string) {
	t.Helper()
	s.service = start(t, s.dir, slices.Concat(s.settings, more)...)
	at, err := url.Parse(s.base)
	if err != nil {
		t.Fatal(err)
	}
	s.behind.Store(at)
}

// twin starts a second process on the same PostgreSQL database; SQLite has one.
func (s *stage) twin(t *testing.T) (processes []*service) {
	t.Helper()
	if !s.onPostgres() {
		return []*service{s.service}
	}
	return []*service{s.service, start(t, s.dir, s.settings...)}
}

func (s *stage) onPostgres() bool {
	return len(s.settings) > 0 && strings.HasPrefix(s.settings[0], "JIEBAN_DATABASE=")
}

// browser is a person's browser, which comes through the door.
func (s *stage) browser() *client {
	outside := *s.service
	outside.base = s.door.URL
	c := outside.client()
	c.http.Transport = s.door.Client().Transport
	return c
}

// books opens the program's database beside it.
func (s *stage) books(t *testing.T) *db.DB {
	t.Helper()
	keys, err := db.LoadKeys(filepath.Join(s.dir, "data", "jieban.keys"), false)
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(s.dir, "data", "jieban.db")
	if s.onPostgres() {
		at = strings.TrimPrefix(s.settings[0], "JIEBAN_DATABASE=")
	}
	return dbtest.Open(t, at, func(c *db.Config) { c.Keys, c.PublicURL = keys, s.door.URL })
}

// rows counts the rows of every table.
func rows(t *testing.T, d *db.DB) map[string]int {
	t.Helper()
	list := "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
	if _, err := d.SQL().Exec("SELECT 1 FROM sqlite_master LIMIT 1"); err != nil {
		list = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
	}
	found, err := d.SQL().Query(list)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	counts := map[string]int{}
	for found.Next() {
		var name string
		if err := found.Scan(&name); err != nil {
			t.Fatal(err)
		}
		counts[name] = number(t, d, `SELECT COUNT(*) FROM "`+name+`"`)
	}
	return counts
}

// number asks the database for one number.
func number(t *testing.T, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := d.SQL().QueryRowContext(context.Background(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// soon waits until something is so. The bound is for a machine that is busy; it is no promise of the program.
func soon(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(25 * time.Second); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// counted reads one of a channel's counts from /metrics.
func (s *stage) counted(channel, what string) (n int) {
	raw := s.client().call("GET", "/metrics", nil, 200, nil)
	_, rest, ok := strings.Cut(string(raw), fmt.Sprintf("jieban_channel_total{channel=%q,what=%q} ", channel, what))
	if ok {
		_, _ = fmt.Sscan(rest, &n)
	}
	return n
}

// The key of the account's messages. The sealing is written from the platform's description once more, apart from the
// program's own, so that it would not agree with a mistake there.
var (
	wxKey    = bytes.Repeat([]byte{7}, 32)
	wxAESKey = strings.TrimSuffix(base64.StdEncoding.EncodeToString(wxKey), "=")
)

func signed(parts ...string) string {
	parts = append(parts, wxToken)
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func sealed(text string) string {
	plain := make([]byte, 20, 128+len(text))
	_, _ = rand.Read(plain[:16])
	endian.BigEndian.PutUint32(plain[16:], uint32(len(text)))
	plain = append(append(plain, text...), wxApp...)
	pad := 32 - len(plain)%32
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, _ := aes.NewCipher(wxKey)
	cipher.NewCBCEncrypter(block, wxKey[:16]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain)
}

func opened(text string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) < 32 || len(raw)%32 != 0 {
		return nil, fmt.Errorf("not sealed: %q %w", text, err)
	}
	block, _ := aes.NewCipher(wxKey)
	cipher.NewCBCDecrypter(block, wxKey[:16]).CryptBlocks(raw, raw)
	n := endian.BigEndian.Uint32(raw[16:20])
	if int(n) > len(raw)-20 || !strings.HasPrefix(string(raw[20+n:]), wxApp) {
		return nil, fmt.Errorf("sealed for another account")
	}
	return raw[20 : 20+n], nil
}

// wxPost is a request of the platform: the query and the body.
type wxPost struct{ query, body string }

// wxAnswer is what a passive reply says; raw is the body as it came.
type wxAnswer struct {
	MsgType string
	Content string
	Media   string `xml:"Image>MediaId"`
	raw     string
}

// lastID numbers messages and updates, as platforms do.
var lastID atomic.Int64

// wxText is a message of a person, sealed and signed.
func wxText(openID, text string) wxPost {
	return wxSealed(openID, fmt.Sprintf("<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content><MsgId>%d</MsgId>", text, lastID.Add(1)))
}

func wxSealed(openID, inner string) wxPost {
	return wxEnvelope(openID, fmt.Sprintf("<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>%d</CreateTime>%s</xml>", openID, time.Now().Unix(), inner))
}

// wxEnvelope seals and signs whatever it is given.
func wxEnvelope(openID, inner string) wxPost {
	stamp, nonce, body := fmt.Sprint(time.Now().Unix()), rand.Text(), sealed(inner)
	q := url.Values{"timestamp": {stamp}, "nonce": {nonce}, "openid": {openID}, "encrypt_type": {"aes"}, "signature": {signed(stamp, nonce)}, "msg_signature": {signed(stamp, nonce, body)}}
	return wxPost{q.Encode(), "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[" + body + "]]></Encrypt></xml>"}
}

// platformClient hangs up as the platform does, after five seconds.
var platformClient = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 128}}

// post sends a request of the platform and reads the answer.
func (s *service) post(p wxPost) (a wxAnswer, err error) {
	res, err := platformClient.Post(s.base+"/callback/wechat?"+p.query, "text/xml", strings.NewReader(p.body))
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if a.raw = string(raw); err != nil || res.StatusCode != http.StatusOK {
		return a, fmt.Errorf("%s %q %w", res.Status, raw, err)
	}
	if a.raw == "success" || a.raw == "" {
		return a, nil
	}
	var envelope struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
	if err := xml.Unmarshal(raw, &envelope); err != nil {
		return a, fmt.Errorf("%q: %w", raw, err)
	}
	if envelope.MsgSignature != signed(envelope.TimeStamp, envelope.Nonce, envelope.Encrypt) {
		return a, fmt.Errorf("a wrong signature: %s", raw)
	}
	inner, err := opened(envelope.Encrypt)
	if err != nil {
		return a, err
	}
	return a, xml.Unmarshal(inner, &a)
}

// person talks in one channel. say sends a message and gives what is shown at once: the texts, and the picture if any.
type person struct {
	channel string
	say     func(text string) (shown string, picture []byte)
}

// inWeChat is a person in the service account.
func (s *stage) inWeChat(t *testing.T, openID string) person {
	return person{"WeChat", func(text string) (string, []byte) {
		t.Helper()
		a, err := s.post(wxText(openID, text))
		if err != nil {
			t.Fatalf("WeChat %q: %v\n%s", text, err, s.logs)
		}
		return a.Content, s.wx.picture(a.Media)
	}}
}

// tgUpdate is a person's message as Telegram tells it.
func tgUpdate(chat int64, text string) json.RawMessage {
	raw, _ := json.Marshal(map[string]any{"update_id": lastID.Add(1), "message": map[string]any{
		"message_id": 1, "date": 1, "text": text, "from": map[string]any{"id": chat}, "chat": map[string]any{"id": chat, "type": "private"},
	}})
	return raw
}

// push posts an update to the webhook.
func (s *stage) push(update json.RawMessage) error {
	req, err := http.NewRequest("POST", s.base+"/callback/telegram", bytes.NewReader(update))
	if err != nil {
		return err
	}
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", tgSecret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the webhook answered %s", res.Status)
	}
	return nil
}

// inTelegram is a person in a Telegram chat.
func (s *stage) inTelegram(t *testing.T, chat int64) person {
	return person{"Telegram", func(text string) (shown string, picture []byte) {
		t.Helper()
		before := len(s.tg.to(chat))
		if err := s.push(tgUpdate(chat, text)); err != nil {
			t.Fatalf("Telegram %q: %v\n%s", text, err, s.logs)
		}
		for _, m := range s.tg.to(chat)[before:] {
			shown += m.text + "\n" + m.link + "\n"
			if m.picture != nil {
				picture = m.picture
			}
		}
		return shown, picture
	}}
}

// inWeb is a person on our own page.
func (s *stage) inWeb(t *testing.T) person {
	c := s.browser()
	return person{"web", func(text string) (shown string, picture []byte) {
		t.Helper()
		shown = c.say(text)
		if found := tokenOf.FindString(shown); found != "" {
			picture = c.call("GET", found, nil, 200, nil)
		}
		return shown, picture
	}}
}

// talks says one thing after another and gives what the last one was answered.
func (p person) talks(texts ...string) (shown string, picture []byte) {
	for _, text := range texts {
		shown, picture = p.say(text)
	}
	return shown, picture
}

// known registers a person of the roster.
func (p person) known(t *testing.T, number, name string) {
	t.Helper()
	if shown, _ := p.talks("登记", "同意", "同意", number, name); !strings.Contains(shown, "登记好了") {
		t.Fatalf("%s: %s is not registered: %s", p.channel, name, shown)
	}
}

// allAtOnce does something n times at the same moment.
func allAtOnce(n int, do func(i int)) {
	var wg sync.WaitGroup
	ready := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-ready
			do(i)
		})
	}
	close(ready)
	wg.Wait()
}
