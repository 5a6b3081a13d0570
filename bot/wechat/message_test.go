package wechat

import (
	"crypto/cipher"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/jieban/jieban/bot"
)

func mustCBC(k *aesKey, b []byte) { cipher.NewCBCEncrypter(k.block, k.iv).CryptBlocks(b, b) }

// itemXML is a message of a kind, with more elements.
func itemXML(kind, more string) string {
	return fmt.Sprintf(`<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName>`+
		`<CreateTime>1626051600</CreateTime><MsgType><![CDATA[%s]]></MsgType>%s</xml>`, testUser, kind, more)
}

// textXML is a text message with an id.
func textXML(id, content string) string {
	return itemXML("text", element("Content", content)+"<MsgId>"+id+"</MsgId>")
}

// eventXML is an event with more elements.
func eventXML(name, more string) string { return itemXML("event", element("Event", name)+more) }

func TestParseIn(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       bot.In
		ok         bool
	}{
		{"text", textXML("1", "领券"), bot.In{MessageID: "wx:1", Text: "领券"}, true},
		{"five entities", itemXML("text", "<Content>&lt;b&gt; &amp; &#x8D2D;</Content><MsgId>1</MsgId>"), bot.In{MessageID: "wx:1", Text: "<b> & 购"}, true},
		{"end of CDATA", textXML("1", "a]]>b]]>"), bot.In{MessageID: "wx:1", Text: "a]]>b]]>"}, true},
		{"declaration", `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + textXML("1", "好") + "\n", bot.In{MessageID: "wx:1", Text: "好"}, true},
		{"unknown fields", itemXML("text", "<Future><A><B>1</B></A></Future><Content>好</Content><MsgId>1</MsgId>"), bot.In{MessageID: "wx:1", Text: "好"}, true},
		{"image", itemXML("image", "<PicUrl>http://mmbiz.qpic.cn/1</PicUrl><MsgId>2</MsgId>"), bot.In{MessageID: "wx:2"}, true},
		{"voice", itemXML("voice", "<Recognition>买</Recognition><MsgId>3</MsgId>"), bot.In{MessageID: "wx:3", Kind: bot.KindVoice}, true},
		{"location", itemXML("location", "<MsgId>4</MsgId>"), bot.In{MessageID: "wx:4", Kind: bot.KindPlace}, true},
		{"video", itemXML("video", "<MsgId>5</MsgId>"), bot.In{MessageID: "wx:5", Kind: bot.KindOther}, true},
		{"shortvideo", itemXML("shortvideo", "<MsgId>5</MsgId>"), bot.In{MessageID: "wx:5", Kind: bot.KindOther}, true},
		{"link", itemXML("link", "<MsgId>6</MsgId>"), bot.In{MessageID: "wx:6", Kind: bot.KindOther}, true},
		{"subscribe", eventXML("subscribe", "<EventKey></EventKey>"), bot.In{Text: "开始"}, true},
		{"subscribe by a poster", eventXML("subscribe", "<EventKey>qrscene_spot:zhuoshui</EventKey>"), bot.In{Text: "开始", Scene: "spot:zhuoshui"}, true},
		{"SCAN", eventXML("SCAN", "<EventKey>spot:zhuoshui</EventKey>"), bot.In{Scene: "spot:zhuoshui"}, true},
		{"CLICK", eventXML("CLICK", "<EventKey>我的券</EventKey>"), bot.In{Text: "我的券"}, true},
		{"scancode_waitmsg", eventXML("scancode_waitmsg", "<EventKey>scan</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>HTTPS://A/V/B</ScanResult></ScanCodeInfo>"), bot.In{Scan: "HTTPS://A/V/B"}, true},
		{"scancode_push", eventXML("scancode_push", "<ScanCodeInfo><ScanResult>1</ScanResult></ScanCodeInfo>"), bot.In{Scan: "1"}, true},
		{"unsubscribe", eventXML("unsubscribe", ""), bot.In{}, false},
		{"VIEW", eventXML("VIEW", "<EventKey>http://a</EventKey><MenuId>1</MenuId>"), bot.In{}, false},
		{"unknown kind", itemXML("hologram", "<MsgId>7</MsgId>"), bot.In{}, false},
		{"unknown event", eventXML("eclipse", ""), bot.In{}, false},
	} {
		m, err := parse([]byte(c.body))
		if err != nil || !m.whole() {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, ok := m.in()
		if m.Type == "event" {
			if !strings.HasPrefix(got.MessageID, "wx:") && ok {
				t.Errorf("%s: id %q", c.name, got.MessageID)
			}
			got.MessageID = ""
		}
		if ok != c.ok || ok && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v %v", c.name, got, ok)
		}
	}
}

// hostile are bodies that are no message, whatever their signature.
var hostile = map[string]string{
	"nothing":          "",
	"no XML":           `{"MsgType":"text"}`,
	"another root":     "<html>" + textXML("1", "a") + "</html>",
	"cut off":          strings.TrimSuffix(textXML("1", "a"), "</xml>"),
	"crossed":          "<xml><a><b></a></b></xml>",
	"two roots":        textXML("1", "a") + textXML("2", "b"),
	"text behind":      textXML("1", "a") + "x",
	"doctype":          "<!DOCTYPE xml>" + textXML("1", "a"),
	"entity bomb":      `<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>` + itemXML("text", "<Content>&c;</Content><MsgId>1</MsgId>"),
	"file entity":      `<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]>` + itemXML("text", "<Content>&f;</Content><MsgId>1</MsgId>"),
	"unknown entity":   itemXML("text", "<Content>&f;</Content><MsgId>1</MsgId>"),
	"deep":             "<xml>" + strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000) + "</xml>",
	"many":             "<xml>" + strings.Repeat("<a/>", 6000) + "</xml>",
	"another encoding": `<?xml version="1.0" encoding="GBK"?>` + textXML("1", "a"),
	"no UTF-8":         textXML("1", "\xff\xfe") + "\xff",
	"NUL":              itemXML("text", "<Content>a\x00b</Content><MsgId>1</MsgId>"),
}

func TestParseRefuses(t *testing.T) {
	for name, body := range hostile {
		if m, err := parse([]byte(body)); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestWhole(t *testing.T) {
	for body, want := range map[string]bool{
		textXML("1", "a"): true,
		"<xml></xml>":     false,
		strings.ReplaceAll(textXML("1", "a"), testUser, ""):                      false,
		strings.ReplaceAll(textXML("1", "a"), testUser, "a b"):                   false,
		strings.ReplaceAll(textXML("1", "a"), testUser, "张三"):                    false,
		strings.ReplaceAll(textXML("1", "a"), testUser, strings.Repeat("o", 65)): false,
		textXML(strings.Repeat("1", 65), "a"):                                    false,
	} {
		m, err := parse([]byte(body))
		if err != nil || m.whole() != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Events that the platform's own rule (who and when) would take for one are told apart; the same event twice is one.
func TestKey(t *testing.T) {
	keys := map[string]string{}
	for _, body := range []string{
		textXML("1", "a"), textXML("2", "a"), itemXML("image", "<MsgId>3</MsgId>"),
		eventXML("CLICK", "<EventKey>领券</EventKey>"), eventXML("CLICK", "<EventKey>我的券</EventKey>"),
		eventXML("VIEW", "<EventKey>领券</EventKey>"), eventXML("VIEW", "<EventKey>领券</EventKey><MenuId>9</MenuId>"),
		eventXML("scancode_waitmsg", "<EventKey>scan</EventKey><ScanCodeInfo><ScanResult>a</ScanResult></ScanCodeInfo>"),
		eventXML("scancode_waitmsg", "<EventKey>scan</EventKey><ScanCodeInfo><ScanResult>b</ScanResult></ScanCodeInfo>"),
		eventXML("subscribe_msg_popup_event", "<SubscribeMsgPopupEvent><List><TemplateId>T</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List></SubscribeMsgPopupEvent>"),
		eventXML("subscribe_msg_popup_event", "<SubscribeMsgPopupEvent><List><TemplateId>T</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List></SubscribeMsgPopupEvent>"),
		eventXML("CLI", "<EventKey>CK领券</EventKey>"),
	} {
		m, err := parse([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		key := m.key()
		if before, ok := keys[key]; ok {
			t.Errorf("the same key for\n%s\n%s", before, body)
		}
		keys[key] = body
		if again, _ := parse([]byte(body)); again.key() != key {
			t.Errorf("another key for the same: %s", body)
		}
		if len(key) > 3+32 {
			t.Errorf("a long key: %s", key)
		}
	}
}

// Whatever is parsed can be answered with the person's own words in it, and reads back as what was said.
func FuzzParse(f *testing.F) {
	for _, body := range hostile {
		f.Add([]byte(body))
	}
	f.Add([]byte(textXML("1", "我要领濯水的票]]>")))
	f.Add([]byte(eventXML("subscribe", "<EventKey>qrscene_1</EventKey>")))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parse(body)
		if err != nil {
			return
		}
		_, _ = m.in()
		_ = unfit(m)
		said := "您说：" + m.Content
		back, err := parse([]byte(passive{kind: passiveText, text: said}.xml(m, 1)))
		if err != nil {
			t.Fatalf("our own answer is no XML: %v", err)
		}
		if want := strings.ReplaceAll(said, "\uFFFD", ""); back.Content != want && !strings.ContainsAny(said, "\r") {
			t.Errorf("said %q, reads %q", want, back.Content)
		}
	})
}
