package wechat

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/jieban/jieban/bot"
)

// What a message may be made of. The platform's own have some twenty elements, four deep.
const (
	maxBody     = 64 << 10 // bytes
	maxDepth    = 8
	maxElements = 500
	maxUser     = 64 // characters of an openid or an account's name
)

var errXML = errors.New("wechat: no XML that a message is made of")

// message is what the platform posts: something a person wrote or did, or the wrapping of one (Encrypt).
type message struct {
	XMLName  xml.Name `xml:"xml"`
	To       string   `xml:"ToUserName"`
	From     string   `xml:"FromUserName"`
	Created  string   `xml:"CreateTime"` // seconds since 1970
	Type     string   `xml:"MsgType"`
	ID       string   `xml:"MsgId"`
	Content  string   `xml:"Content"`
	Picture  string   `xml:"PicUrl"`
	Event    string   `xml:"Event"`
	EventKey string   `xml:"EventKey"`
	MenuID   string   `xml:"MenuId"`
	Scan     string   `xml:"ScanCodeInfo>ScanResult"`
	Popup    []optIn  `xml:"SubscribeMsgPopupEvent>List"`
	Change   []optIn  `xml:"SubscribeMsgChangeEvent>List"`
	Sent     []optIn  `xml:"SubscribeMsgSentEvent>List"`
	Encrypt  string   `xml:"Encrypt"`
}

// optIn is what happened to one template of subscription notices.
type optIn struct {
	Template string `xml:"TemplateId"`
	Status   string `xml:"SubscribeStatusString"` // accept or reject
	MsgID    string `xml:"MsgID"`
	Code     string `xml:"ErrorCode"`   // of one that was sent: 0 = it arrived
	Outcome  string `xml:"ErrorStatus"` // the same in words: success
}

// guard lets only harmless XML through: no DTD (and so no entities but the five), nothing deep, nothing long.
type guard struct {
	d               *xml.Decoder
	depth, elements int
}

// Token is the next token, or errXML.
func (g *guard) Token() (xml.Token, error) {
	t, err := g.d.Token()
	if err != nil {
		return nil, err
	}
	switch t.(type) {
	case xml.Directive:
		return nil, errXML
	case xml.StartElement:
		g.depth++
		g.elements++
		if g.depth > maxDepth || g.elements > maxElements {
			return nil, errXML
		}
	case xml.EndElement:
		g.depth--
	}
	return t, nil
}

// parse reads a body: one element xml and nothing after it. What is not known is left out.
func parse(body []byte) (*message, error) {
	m := new(message)
	d := xml.NewTokenDecoder(&guard{d: xml.NewDecoder(bytes.NewReader(body))})
	if err := d.Decode(m); err != nil {
		return nil, errXML
	}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if text, ok := t.(xml.CharData); err != nil || !ok || len(bytes.TrimSpace(text)) > 0 {
			return nil, errXML
		}
	}
}

// whole says whether there is everything without which nobody can be answered.
func (m *message) whole() bool {
	return goodName(m.From) && goodName(m.To) && m.Type != "" && len(m.ID) <= maxUser && len(m.Created) <= maxUser
}

// goodName allows what an openid or an account's name may be made of.
func goodName(s string) bool {
	return s != "" && len(s) <= maxUser && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// event is the event's name in small letters; the platform writes it now so, now so. "" = a message.
func (m *message) event() string {
	if m.Type != "event" {
		return ""
	}
	return strings.ToLower(m.Event)
}

// key names the message among those of a person; the same again has the same. From and CreateTime alone, as the platform
// says, are not enough for events: several can come within one second.
func (m *message) key() string {
	if m.ID != "" && m.Type != "event" {
		return "wx:" + m.ID
	}
	parts := []string{m.From, m.Created, m.Type, m.Event, m.EventKey, m.MenuID, m.Scan, m.ID, m.Content, m.Picture}
	for _, list := range [][]optIn{m.Popup, m.Change, m.Sent} {
		parts = append(parts, "list")
		for _, o := range list {
			parts = append(parts, o.Template, o.Status, o.MsgID, o.Code, o.Outcome)
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00"))) // XML knows no NUL: nothing can pretend to be two parts
	return "wx:" + hex.EncodeToString(sum[:])[:32]
}

// qrScene stands in front of the scene of a code by whose scan somebody followed us.
const qrScene = "qrscene_"

// in is what the bot is told; ok is false if there is nothing to answer. Photos are fetched later.
func (m *message) in() (in bot.In, ok bool) {
	in.MessageID = m.key()
	switch m.Type {
	case "text":
		in.Text = m.Content
	case "image":
	case "voice":
		in.Kind = bot.KindVoice
	case "location":
		in.Kind = bot.KindPlace
	case "video", "shortvideo", "link", "file":
		in.Kind = bot.KindOther
	case "event":
		return m.inEvent(in)
	default:
		return bot.In{}, false
	}
	return in, true
}

// inEvent is in of an event.
func (m *message) inEvent(in bot.In) (bot.In, bool) {
	switch m.event() {
	case "subscribe":
		in.Text, in.Scene = "开始", strings.TrimPrefix(m.EventKey, qrScene)
	case "scan":
		in.Scene = m.EventKey
	case "click":
		in.Text = m.EventKey
	case "scancode_push", "scancode_waitmsg":
		in.Scan = m.Scan
	default:
		return bot.In{}, false
	}
	return in, true
}
