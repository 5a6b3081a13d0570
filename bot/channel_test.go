package bot_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/bot/telegram"
	"github.com/jieban/jieban/bot/webchat"
	"github.com/jieban/jieban/bot/wechat"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// Every talk leaves the same in the books, whichever channel it goes through: the engine by itself is the measure.
func TestEveryChannelLeavesTheSameBooks(t *testing.T) {
	files, err := filepath.Glob("testdata/*.talk")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".talk"), func(t *testing.T) {
			t.Parallel()
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := booksAfter(t, string(script))
			for name, channel := range map[string]func(*stage){"webchat": throughWeb, "wechat": throughWeChat, "telegram": throughTelegram} {
				got := booksAfter(t, string(script), channel)
				if d := firstDifference(strings.Join(want, "\n"), strings.Join(got, "\n")); d != "" {
					t.Errorf("%s leaves other books (written: the engine's, played: the channel's):\n%s", name, d)
				}
			}
		})
	}
}

// booksAfter plays a talk and gives all that it left, without the names of sessions and messages.
func booksAfter(t *testing.T, script string, with ...func(*stage)) (lines []string) {
	t.Helper()
	s := newStage(t, func(o dbtest.Option) *db.DB { return dbtest.SQLite(t, o) }, with...)
	s.play(script)
	for _, page := range books {
		rows, err := s.d.SQL().Query(page)
		if err != nil {
			t.Fatalf("%s: %v", page, err)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, line)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

// books are what a talk may write, a line a row.
var books = []string{
	`SELECT 'resident ' || masked_name || ' ' || masked_number || ' ' || town || ' ' || (erased_at IS NOT NULL) FROM residents ORDER BY id`,
	`SELECT 'link of ' || COALESCE(resident_id, 0) || ' ' || COALESCE(account_id, 0) FROM links WHERE same_as IS NULL ORDER BY id`,
	`SELECT 'consent ' || kind || ' ' || version || ' ' || given_at || ' ' || COALESCE(withdrawn_at, '') FROM consents ORDER BY id`,
	`SELECT 'eligibility ' || resident_id || ' ' || state || ' ' || basis || ' ' || until FROM eligibility ORDER BY id`,
	`SELECT 'evidence ' || eligibility_id FROM evidence ORDER BY id`,
	`SELECT 'voucher ' || resident_id || ' ' || offer_id || ' ' || visit_day || ' ' || party || ' ' || admitted || ' ' || state || ' ' || COALESCE(pay_each_fen, -1) || ' ' || claimed_at FROM vouchers ORDER BY id`,
	`SELECT 'day ' || offer_id || ' ' || day || ' ' || claimed FROM offer_days ORDER BY 1`,
	`SELECT 'order ' || supplier_id || ' ' || state || ' ' || payment_state || ' ' || total_fen || ' ' || address_masked || ' ' || placed_at FROM orders ORDER BY id`,
	`SELECT 'line ' || order_id || ' ' || sku_id || ' ' || quantity || ' ' || price_fen FROM order_lines ORDER BY id`,
	`SELECT 'payment ' || amount_fen || ' ' || provider FROM payments ORDER BY id`,
	`SELECT 'refund ' || amount_fen || ' ' || state FROM refunds ORDER BY id`,
	`SELECT 'stock ' || id || ' ' || on_hand || ' ' || reserved FROM skus WHERE reserved > 0 ORDER BY id`,
	`SELECT 'basket ' || sku_id || ' ' || quantity FROM basket_lines ORDER BY 1`,
	`SELECT 'message ' || (answered_at IS NOT NULL) || ' ' || asked_at FROM messages ORDER BY id`,
	`SELECT 'notice ' || kind || ' ' || supplier_id || ' ' || written_at FROM notices ORDER BY id`,
	`SELECT 'audit ' || act || ' ' || at FROM audit ORDER BY id`,
}

// who finds the person of a link on this stage.
func (s *stage) who(link int64) int {
	for n, l := range s.links {
		if l == link {
			return n
		}
	}
	s.t.Fatalf("nobody has the link %d", link)
	return 0
}

// joined is what cmd does for a channel: a platform's user becomes a link.
func (s *stage) joined(ctx context.Context, user string, in bot.In) ([]bot.Reply, error) {
	l, err := s.d.LinkFor(ctx, s.channel, user)
	if err != nil {
		return nil, err
	}
	in.LinkID = l.ID
	return s.e.Answer(ctx, in)
}

func (s *stage) late(ctx context.Context, user string, replies []bot.Reply) error {
	l, err := s.d.LinkFor(ctx, s.channel, user)
	if err != nil {
		return err
	}
	return s.e.Late(ctx, l.ID, replies)
}

func (s *stage) gone(ctx context.Context, user string, gone bool) error {
	l, err := s.d.LinkFor(ctx, s.channel, user)
	if err != nil || !gone {
		return err
	}
	return s.d.LinkGone(ctx, l.ID)
}

func onePicture(context.Context, string) ([]byte, error) {
	return base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")
}

func ownPage(_ context.Context, _, path string) (string, error) {
	return "http://localhost" + path, nil
}

// throughWeb lets people talk by the page's own requests.
func throughWeb(s *stage) {
	s.user = func(who int) string {
		sum := sha256.Sum256([]byte(fmt.Sprint("person ", who)))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	s.through = func(s *stage) {
		h := webchat.New(webchat.Config{
			Answer: func(ctx context.Context, session string, in bot.In) ([]bot.Reply, int64, error) {
				replies, err := s.joined(ctx, session, in)
				return replies, 0, err
			},
			Greet: s.e.Greet,
		})
		s.ask = func(ctx context.Context, in bot.In) ([]bot.Reply, error) {
			body, kind := asForm(in)
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/v1/chat", body)
			r.Header.Set("Content-Type", kind)
			r.Header.Set("X-Chat-Session", s.user(s.who(in.LinkID)))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			var answer struct{ Replies []bot.Reply }
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
				return nil, fmt.Errorf("%d %s: %w", w.Code, w.Body, err)
			}
			return answer.Replies, nil
		}
	}
}

func asForm(in bot.In) (io.Reader, string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	_ = form.WriteField("text", typed(in))
	_ = form.WriteField("id", in.MessageID)
	if in.Photo != nil {
		part, _ := form.CreateFormFile("photo", "photo.jpg")
		_, _ = part.Write(in.Photo)
	}
	_ = form.Close()
	return &b, form.FormDataContentType()
}

// typed is what a person types in a chat that scans nothing by itself: what another device has read.
func typed(in bot.In) string {
	if in.Scan != "" {
		return in.Scan
	}
	return in.Text
}

// platform plays a platform's servers: it keeps what the bot sends and hands out photos.
type platform struct {
	*httptest.Server
	mu    sync.Mutex
	said  []string
	photo []byte
}

// take gives what was said since the last time.
func (p *platform) take() (replies []bot.Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, text := range p.said {
		replies = append(replies, bot.Reply{Type: bot.ReplyText, Text: text})
	}
	p.said = nil
	return replies
}

func (p *platform) hear(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if text != "" {
		p.said = append(p.said, text)
	}
}

const weChatToken, weChatApp = "token", "wx0123456789abcdef"

var weChatKey = bytes.Repeat([]byte{7}, 32)

// throughWeChat lets people talk in secure mode. The sealing here is written anew from the platform's description, so
// that it would not agree with a mistake of the channel's own.
func throughWeChat(s *stage) {
	s.channel, s.user = "wechat", func(who int) string { return fmt.Sprint("oPerson", who) }
	p := newWeChat(s.t)
	s.through = func(s *stage) {
		var kept sync.Map
		ch, err := wechat.New(wechat.Config{
			AppID: weChatApp, Secret: "secret", Token: weChatToken, Mode: wechat.Secure, PublicURL: "http://localhost", API: p.URL,
			AESKey: strings.TrimSuffix(base64.StdEncoding.EncodeToString(weChatKey), "="), Log: slog.New(slog.DiscardHandler),
			Answer: s.joined, Picture: onePicture, Link: ownPage, Gone: s.gone, Late: s.late,
			Grant: func(ctx context.Context, user, kind string, n int, until time.Time, add bool) error {
				l, err := s.d.LinkFor(ctx, s.channel, user)
				if err != nil {
					return err
				}
				return s.d.Grant(ctx, l.ID, kind, n, s.d.Now().Add(48*time.Hour), add) // the stage's clock stands
			},
			Spend: func(ctx context.Context, user string, kinds ...string) (string, bool, error) {
				l, err := s.d.LinkFor(ctx, s.channel, user)
				if err != nil {
					return "", false, err
				}
				return s.d.Spend(ctx, l.ID, kinds...)
			},
			Void: func(context.Context, string, string) error { return nil },
			Renew: func(ctx context.Context, name, _ string, fetch func(context.Context) (string, time.Time, error)) (string, error) {
				if v, ok := kept.Load(name); ok {
					return v.(string), nil
				}
				v, _, err := fetch(ctx)
				kept.Store(name, v)
				return v, err
			},
		})
		if err != nil {
			s.t.Fatal(err)
		}
		s.ask = func(ctx context.Context, in bot.In) ([]bot.Reply, error) {
			return p.post(ctx, ch, s.user(s.who(in.LinkID)), in)
		}
	}
}

func newWeChat(t testing.TB) *platform {
	p := &platform{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/cgi-bin/stable_token":
			_, _ = io.WriteString(w, `{"access_token":"t","expires_in":7200}`)
		case "/cgi-bin/media/upload":
			_, _ = io.WriteString(w, `{"media_id":"m"}`)
		case "/cgi-bin/message/custom/send":
			var m struct{ Text struct{ Content string } }
			_ = json.Unmarshal(body, &m)
			p.hear(m.Text.Content)
			_, _ = io.WriteString(w, `{"errcode":0}`)
		case "/photo.jpg":
			_, _ = w.Write(p.photo)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// post seals a message, posts it and opens the answer.
func (p *platform) post(ctx context.Context, ch http.Handler, user string, in bot.In) ([]bot.Reply, error) {
	kind := fmt.Sprintf("<MsgType>text</MsgType><Content><![CDATA[%s]]></Content>", strings.ReplaceAll(in.Text, "]]>", "]]]]><![CDATA[>"))
	if in.Scan != "" {
		kind = "<MsgType>event</MsgType><Event>scancode_waitmsg</Event><EventKey>scan</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>" + in.Scan + "</ScanResult></ScanCodeInfo>"
	}
	if in.Photo != nil {
		p.photo = in.Photo
		kind = "<MsgType>image</MsgType><PicUrl>" + p.URL + "/photo.jpg</PicUrl>"
	}
	sealed := sealWeChat(fmt.Sprintf("<xml><ToUserName>gh</ToUserName><FromUserName>%[1]s</FromUserName><CreateTime>%[3]d</CreateTime>%[2]s<MsgId>%[3]d</MsgId></xml>", user, kind, numberOf(in.MessageID)))
	q := url.Values{"timestamp": {"1"}, "nonce": {"n"}, "encrypt_type": {"aes"}, "signature": {signWeChat("1", "n")}, "msg_signature": {signWeChat("1", "n", sealed)}}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/callback/wechat?"+q.Encode(), strings.NewReader("<xml><ToUserName>gh</ToUserName><Encrypt>"+sealed+"</Encrypt></xml>"))
	w := httptest.NewRecorder()
	ch.ServeHTTP(w, r)
	var answer struct{ Encrypt string }
	if err := xml.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		return p.take(), fmt.Errorf("%d %q: %w", w.Code, w.Body, err)
	}
	var said struct{ Content string }
	if err := xml.Unmarshal(openWeChat(answer.Encrypt), &said); err != nil {
		return nil, err
	}
	return append([]bot.Reply{{Type: bot.ReplyText, Text: said.Content}}, p.take()...), nil
}

// numberOf makes a number of a message's id, as platforms have it.
func numberOf(id string) uint32 {
	sum := sha256.Sum256([]byte(id))
	return binary.BigEndian.Uint32(sum[:]) >> 1
}

func signWeChat(parts ...string) string {
	parts = append(parts, weChatToken)
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func sealWeChat(text string) string {
	plain := make([]byte, 20, 64+len(text))
	_, _ = rand.Read(plain[:16])
	binary.BigEndian.PutUint32(plain[16:], uint32(len(text)))
	plain = append(append(plain, text...), weChatApp...)
	pad := 32 - len(plain)%32
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, _ := aes.NewCipher(weChatKey)
	cipher.NewCBCEncrypter(block, weChatKey[:16]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain)
}

func openWeChat(sealed string) []byte {
	raw, _ := base64.StdEncoding.DecodeString(sealed)
	block, _ := aes.NewCipher(weChatKey)
	cipher.NewCBCDecrypter(block, weChatKey[:16]).CryptBlocks(raw, raw)
	return raw[20 : 20+binary.BigEndian.Uint32(raw[16:20])]
}

// throughTelegram lets people talk by updates that are pushed to the webhook.
func throughTelegram(s *stage) {
	s.channel, s.user = "telegram", func(who int) string { return strconv.Itoa(1000 + who) }
	p := newTelegram(s.t)
	s.through = func(s *stage) {
		ch, err := telegram.New(telegram.Config{
			Token: "1:x", Secret: "secret", API: p.URL, Webhook: true, PublicURL: "http://localhost", Log: slog.New(slog.DiscardHandler),
			Answer: s.joined, Picture: onePicture, Link: ownPage, Gone: s.gone, Late: s.late,
		})
		if err != nil {
			s.t.Fatal(err)
		}
		s.ask = func(ctx context.Context, in bot.In) ([]bot.Reply, error) {
			user := s.user(s.who(in.LinkID))
			what := map[string]any{"message_id": 1, "date": 1, "from": map[string]any{"id": json.Number(user)}, "chat": map[string]any{"id": json.Number(user), "type": "private"}}
			if what["text"] = typed(in); in.Photo != nil {
				p.photo, what["photo"], what["caption"] = in.Photo, []any{map[string]any{"file_id": "f", "file_unique_id": "u", "width": 8, "height": 8}}, in.Text
				delete(what, "text")
			}
			body, err := json.Marshal(map[string]any{"update_id": numberOf(in.MessageID), "message": what})
			if err != nil {
				return nil, err
			}
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/callback/telegram", bytes.NewReader(body))
			r.Header.Set("X-Telegram-Bot-Api-Secret-Token", "secret")
			w := httptest.NewRecorder()
			if ch.ServeHTTP(w, r); w.Code != http.StatusOK {
				err = fmt.Errorf("%d %s", w.Code, w.Body)
			}
			return p.take(), err
		}
	}
}

func newTelegram(t testing.TB) *platform {
	p := &platform{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch method := filepath.Base(r.URL.Path); method {
		case "sendMessage", "sendPhoto":
			p.hear(r.FormValue("text"))
			_, _ = io.WriteString(w, `{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"}}}`)
		case "getFile":
			_, _ = io.WriteString(w, `{"ok":true,"result":{"file_id":"f","file_unique_id":"u","file_path":"photos/photo.jpg"}}`)
		case "photo.jpg":
			_, _ = w.Write(p.photo)
		default:
			_, _ = io.WriteString(w, `{"ok":true,"result":true}`)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// BenchmarkAnswerInWeChat is a resident's message in secure mode, from the platform's request to the sealed answer, on
// a database on disk. p99-ms is the time within which 99 of 100 are answered.
func BenchmarkAnswerInWeChat(b *testing.B) {
	var ms []float64
	s := newStage(b, func(o dbtest.Option) *db.DB { return dbtest.SQLite(b, o) }, throughWeChat)
	link := s.link(1)
	if err := s.known(link, "卢昌玉", "500106193807269920"); err != nil {
		b.Fatal(err)
	}
	asks := []string{"濯水几点开门", "我想下周六去濯水，三个人", "返回", "我的券", "买脆红李", "购物篮", "为什么", "谢谢"}
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if _, err := s.ask(b.Context(), bot.In{LinkID: link, MessageID: fmt.Sprint("bench ", i), Text: asks[i%len(asks)]}); err != nil {
			b.Fatal(err)
		}
		ms = append(ms, float64(time.Since(start))/float64(time.Millisecond))
	}
	slices.Sort(ms)
	b.ReportMetric(ms[len(ms)/2], "p50-ms")
	b.ReportMetric(ms[len(ms)*99/100], "p99-ms")
}
