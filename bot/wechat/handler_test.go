package wechat

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestCheckURL(t *testing.T) {
	ch, _, _ := hearing(t, Secure)
	o := readOfficial(t).Verify
	for _, c := range []struct {
		name, echo, signature string
		status                int
	}{
		{"official", o.Echostr, o.Signature, 200},
		{"a page", "<script>alert(1)</script>\r\n &", o.Signature, 200},
		{"wrong", o.Echostr, strings.Repeat("0", 40), 403},
		{"none", o.Echostr, "", 403},
		{"capital", o.Echostr, strings.ToUpper(o.Signature), 403},
	} {
		q := url.Values{"signature": {c.signature}, "timestamp": {o.Timestamp}, "nonce": {o.Nonce}, "echostr": {c.echo}}
		w := serve(ch, httptest.NewRequest(http.MethodGet, callbackPath+"?"+q.Encode(), nil))
		want := c.echo
		if c.status != 200 {
			want = ""
		}
		if w.Code != c.status || w.Body.String() != want {
			t.Errorf("%s: %d %q", c.name, w.Code, w.Body)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || want != "" && !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %v", c.name, w.Header())
		}
	}
}

func TestPaths(t *testing.T) {
	ch, h, _ := hearing(t, Secure)
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/MP_verify_Ab1.txt", 200, "Ab1"},
		{"GET", "/MP_verify_other.txt", 404, ""},
		{"POST", "/MP_verify_Ab1.txt", 404, ""},
		{"PUT", callbackPath, 405, ""},
		{"DELETE", callbackPath, 405, ""},
		{"GET", callbackPath + "/other", 404, ""},
		{"GET", callbackPath, 403, ""},
		{"POST", callbackPath, 200, success},
	} {
		if w := serve(ch, httptest.NewRequest(c.method, c.path, nil)); w.Code != c.status || w.Body.String() != c.body {
			t.Errorf("%s %s: %d %q", c.method, c.path, w.Code, w.Body)
		}
	}
	if len(h.heard()) > 0 {
		t.Error("something was heard")
	}
}

// Every way to wrap a message, in every mode: heard or not, and if not, under which name it is counted.
func TestModes(t *testing.T) {
	old, strange := mustKey(t, strings.Repeat("b", 43)), mustKey(t, strings.Repeat("c", 43))
	now := mustKey(t, testKey)
	wraps := []struct {
		name string
		p    platform
		edit func(q url.Values)
		want map[Mode]flaw
	}{
		{"plain", platform{}, nil, map[Mode]flaw{Secure: downgrade}},
		{"plain, wrong signature", platform{}, set("signature", "0"), all(badSignature)},
		{"plain, said to be encrypted", platform{}, set("encrypt_type", "aes"), all(badBody)},
		{"plain, signed as encrypted", platform{}, set("msg_signature", sha1Of(testToken, testStamp, testNonce)), map[Mode]flaw{Secure: downgrade}},
		{"sealed", platform{key: now, app: testAppID}, nil, map[Mode]flaw{Plain: badBody}},
		{"sealed, old key", platform{key: old, app: testAppID}, nil, map[Mode]flaw{Plain: badBody}},
		{"sealed, strange key", platform{key: strange, app: testAppID}, nil, all(badBody)},
		{"sealed, another account", platform{key: now, app: "wx1"}, nil, map[Mode]flaw{Plain: badBody, Compatible: wrongAppID, Secure: wrongAppID}},
		{"sealed, signature alone", platform{key: now, app: testAppID}, set("msg_signature", ""), map[Mode]flaw{Plain: badBody, Compatible: badSignature, Secure: badSignature}},
		{"sealed, signature for the body", platform{key: now, app: testAppID}, set("msg_signature", sha1Of(testToken, testStamp, testNonce)), map[Mode]flaw{Plain: badBody, Compatible: badSignature, Secure: badSignature}},
		{"sealed, type not said", platform{key: now, app: testAppID}, set("encrypt_type", ""), map[Mode]flaw{Plain: badBody}},
		{"both", platform{key: now, app: testAppID, both: true}, nil, map[Mode]flaw{Plain: badBody}},
		{"both, wrong body signature", platform{key: now, app: testAppID, both: true}, set("msg_signature", "0"), map[Mode]flaw{Plain: badBody, Compatible: badSignature, Secure: badSignature}},
	}
	for _, mode := range []Mode{Plain, Compatible, Secure} {
		for _, wrap := range wraps {
			ch, h, m := hearing(t, mode)
			p := wrap.p
			p.t, p.h = t, ch
			r := p.request(textXML("1", "领券]]>"))
			if wrap.edit != nil {
				q := r.URL.Query()
				wrap.edit(q)
				r.URL.RawQuery = q.Encode()
			}
			raw := serve(ch, r)
			if raw.Code != http.StatusOK {
				t.Errorf("%s, %s: %d", mode, wrap.name, raw.Code)
			}
			bad := wrap.want[mode]
			if got := p.open(raw.Body.String()).Content; bad == "" && got != "听到了：领券]]>" || bad != "" && got != "" {
				t.Errorf("%s, %s: %q", mode, wrap.name, got)
			}
			if heard := len(h.heard()); bad == "" && heard != 1 || bad != "" && (heard != 0 || ch.Counts()[string(bad)] != 1 || len(m.credits) > 0) {
				t.Errorf("%s, %s: heard %d, %v", mode, wrap.name, heard, ch.Counts())
			}
		}
	}
}

func set(name, value string) func(url.Values) { return func(q url.Values) { q.Set(name, value) } }

func all(f flaw) map[Mode]flaw { return map[Mode]flaw{Plain: f, Compatible: f, Secure: f} }

// What is inside the seal counts, never what stands beside it.
func TestPlainFieldsBesideTheSeal(t *testing.T) {
	for _, mode := range []Mode{Compatible, Secure} {
		ch, h, _ := hearing(t, mode)
		p := sealedTo(t, ch)
		r := p.request(textXML("1", "真的"))
		sealed, err := p.key.seal(strings.NewReader("0123456789abcdef"), []byte(textXML("1", "真的")), testAppID)
		if err != nil {
			t.Fatal(err)
		}
		forged := strings.Replace(textXML("1", "假的"), "</xml>", element("Encrypt", sealed)+"</xml>", 1)
		serve(ch, httptest.NewRequest(http.MethodPost, r.URL.String(), strings.NewReader(forged)))
		if ins := h.heard(); len(ins) != 1 || ins[0].Text != "真的" {
			t.Errorf("%s: %+v", mode, ins)
		}
	}
}

// Bad bodies, rightly signed and sealed: the harmless answer, counted, nothing changed.
func TestBadBodies(t *testing.T) {
	bodies := map[string]string{
		"unknown kind":  itemXML("hologram", "<MsgId>1</MsgId>"),
		"unknown event": eventXML("eclipse", ""),
		"nobody":        strings.ReplaceAll(textXML("1", "a"), testUser, ""),
		"1 MB":          textXML("1", strings.Repeat("很", 1<<20/3)),
		"official JSON": readOfficial(t).Secure.Plaintext,
		"sealed twice":  "<xml>" + element("Encrypt", "AAAA") + "</xml>",
	}
	for name, body := range hostile {
		bodies[name] = body
	}
	for name, body := range bodies {
		for _, p := range []*platform{{}, sealedTo(t, nil)} {
			mode := Secure
			if p.key == nil {
				mode = Plain
			}
			ch, h, m := hearing(t, mode)
			p.t, p.h = t, ch
			if got := p.post(body); got != success {
				t.Errorf("%s, %s: %q", name, mode, got)
			}
			n := ch.Counts()
			if len(h.heard()) > 0 || len(m.credits) > 0 || n["bad_body"]+n["too_large"]+n["unknown_kind"] != 1 {
				t.Errorf("%s, %s: %v, %v", name, mode, h.heard(), n)
			}
		}
	}
}

func TestTooLarge(t *testing.T) {
	ch, _, _ := hearing(t, Plain)
	p := &platform{t: t, h: ch}
	if a := p.ask(textXML("1", strings.Repeat("a", 60_000))); a.Type != "text" {
		t.Errorf("60 kB: %+v", a)
	}
	if a := p.ask(textXML("2", strings.Repeat("a", maxBody))); a.Type != "" || ch.Counts()["too_large"] != 1 {
		t.Errorf("64 KB: %+v %v", a, ch.Counts())
	}
}

// A reply goes to who wrote, from whom it was written to, at the time of the clock.
func TestReplyHead(t *testing.T) {
	ch, _, _ := hearing(t, Secure)
	ch.c.Now = func() time.Time { return time.Unix(1713424427, 0) }
	a := sealedTo(t, ch).ask(textXML("1", "好"))
	want := answered{XMLName: a.XMLName, To: testUser, From: "gh_97417a04a28d", Created: 1713424427, Type: "text", Content: "听到了：好"}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("%+v", a)
	}
}

// The reply to a message under the previous key is sealed with it, as the platform still reads nothing else.
func TestOldKeyReply(t *testing.T) {
	ch, _, _ := hearing(t, Secure)
	p := sealedTo(t, ch)
	p.key = mustKey(t, strings.Repeat("b", 43))
	if a := p.ask(textXML("1", "好")); a.Content != "听到了：好" { // ask opens with p.key
		t.Errorf("%+v", a)
	}
}

func TestEvents(t *testing.T) {
	opt := func(event, list, template, more string) string {
		return eventXML(event, "<"+list+"><List>"+element("TemplateId", template)+more+"</List></"+list+">")
	}
	status := func(s string) string { return element("SubscribeStatusString", s) + element("PopupScene", "1") }
	for _, c := range []struct {
		name, body string
		heard      int
		credits    map[string]int
		gone       string
		counted    string
	}{
		{"text", textXML("1", "好"), 1, map[string]int{"message": 5}, "", "answered"},
		{"voice", itemXML("voice", "<MsgId>1</MsgId>"), 1, map[string]int{"message": 5}, "", "answered"},
		{"subscribe", eventXML("subscribe", ""), 1, map[string]int{"subscribe": 3}, "false", "answered"},
		{"unsubscribe", eventXML("unsubscribe", ""), 0, nil, "true", ""},
		{"SCAN", eventXML("SCAN", "<EventKey>spot:1</EventKey>"), 1, map[string]int{"scan": 3}, "", "answered"},
		{"CLICK", eventXML("CLICK", "<EventKey>领券</EventKey>"), 1, map[string]int{"menu": 3}, "", "answered"},
		{"scancode_waitmsg", eventXML("scancode_waitmsg", ""), 1, map[string]int{"menu": 3}, "", "answered"},
		{"VIEW", eventXML("VIEW", ""), 0, nil, "", "ignored"},
		{"LOCATION", eventXML("LOCATION", "<Latitude>1</Latitude>"), 0, nil, "", "ignored"},
		{"TEMPLATESENDJOBFINISH", eventXML("TEMPLATESENDJOBFINISH", "<Status>success</Status>"), 0, nil, "", "ignored"},
		{"accept", opt("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", "TEMPLATE", status("accept")), 0, map[string]int{"notice": 3}, "", ""},
		{"accept another", opt("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", "OTHER", status("accept")), 0, nil, "", ""},
		{"reject", opt("subscribe_msg_change_event", "SubscribeMsgChangeEvent", "TEMPLATE", status("reject")), 0, map[string]int{"notice": 0}, "", ""},
		{"sent", opt("subscribe_msg_sent_event", "SubscribeMsgSentEvent", "TEMPLATE", element("ErrorCode", "0")), 0, nil, "", ""},
		{"not sent", opt("subscribe_msg_sent_event", "SubscribeMsgSentEvent", "TEMPLATE", element("ErrorCode", "20001")), 0, map[string]int{"notice": 3}, "", ""},
	} {
		ch, h, m := hearing(t, Secure)
		m.credits[testUser+" notice"] = 2
		p := sealedTo(t, ch)
		for range 2 { // the second time, nothing more
			if a := p.ask(c.body); (a.Type != "") != (c.heard > 0) {
				t.Errorf("%s: %+v", c.name, a)
			}
		}
		want := map[string]int{testUser + " notice": 2}
		for kind, n := range c.credits {
			want[testUser+" "+kind] = n
		}
		if !reflect.DeepEqual(m.credits, want) || len(h.heard()) != c.heard {
			t.Errorf("%s: credits %v, heard %v", c.name, m.credits, h.heard())
		}
		if gone, ok := m.gone[testUser]; ok != (c.gone != "") || ok && strconv.FormatBool(gone) != c.gone {
			t.Errorf("%s: gone %v", c.name, m.gone)
		}
		if c.counted != "" && ch.Counts()[c.counted] != 2 {
			t.Errorf("%s: %v", c.name, ch.Counts())
		}
	}
}

func TestNew(t *testing.T) {
	good := Config{AppID: testAppID, Token: testToken, Mode: Secure, AESKey: testKey, PublicURL: testPublic}
	for _, c := range []struct {
		name   string
		change func(*Config)
		says   string
	}{
		{"good", func(*Config) {}, ""},
		{"plain needs no key", func(c *Config) { c.Mode, c.AESKey = Plain, "" }, ""},
		{"old key", func(c *Config) { c.OldAESKey = testKey }, ""},
		{"no app id", func(c *Config) { c.AppID = "" }, "app id"},
		{"no token", func(c *Config) { c.Token = "" }, "token"},
		{"token with a space", func(c *Config) { c.Token = "ab cd" }, "token"},
		{"no mode", func(c *Config) { c.Mode = "" }, "mode"},
		{"no key", func(c *Config) { c.AESKey = "" }, "current key"},
		{"half an old key", func(c *Config) { c.OldAESKey = "abc" }, "previous key"},
		{"no address", func(c *Config) { c.PublicURL = "" }, "public address"},
		{"slash at the end", func(c *Config) { c.PublicURL += "/" }, "public address"},
		{"verify", func(c *Config) { c.Verify = "../x" }, "verify"},
	} {
		cfg := good
		c.change(&cfg)
		_, err := New(cfg)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	ch, err := New(good)
	if err != nil || ch.c.API != apiBase || ch.c.Open != openBase || ch.c.MP != mpBase || ch.canPush() {
		t.Errorf("defaults: %+v, %v", ch.c, err)
	}
}

// BenchmarkPost is one message in secure mode with an answer that costs nothing; it reports the 99th percentile.
func BenchmarkPost(b *testing.B) {
	ch, _, _ := hearing(b, Secure)
	p := sealedTo(b, ch)
	times := make([]time.Duration, 0, b.N)
	for i := 0; b.Loop(); i++ {
		r := p.request(textXML(strconv.Itoa(i), "我要领濯水的票"))
		begun := time.Now()
		if w := serve(ch, r); w.Body.Len() < 100 {
			b.Fatal(w.Body)
		}
		times = append(times, time.Since(begun))
	}
	b.ReportMetric(float64(percentile(times, 99).Microseconds()), "p99-µs")
}
