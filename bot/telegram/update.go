package telegram

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/jieban/jieban/bot"
)

// allowed are the updates that we ask for. Edited messages are not among them: what was said counts.
var allowed = []string{"message", "callback_query", "my_chat_member"}

// update is what we read of a Telegram update. The library's type refuses an update as a whole when a part of it that
// nobody here looks at has a shape it does not know; the person would get no answer.
type update struct {
	ID           int64    `json:"update_id"`
	Message      *message `json:"message"`
	Query        *query   `json:"callback_query"`
	MyChatMember *struct {
		Chat chat `json:"chat"`
		New  struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	} `json:"my_chat_member"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

// private says whether one person talks to us alone.
func (c chat) private() bool { return c.Type == "private" && c.ID > 0 }

type user struct {
	ID    int64 `json:"id"`
	IsBot bool  `json:"is_bot"`
}

type file struct {
	ID     string `json:"file_id"`
	Size   int64  `json:"file_size"`
	Mime   string `json:"mime_type"`
	Width  int64  `json:"width"`
	Height int64  `json:"height"`
}

type contact struct {
	Phone  string `json:"phone_number"`
	UserID int64  `json:"user_id"`
}

// message is what a person sent. Fields of which only the presence matters stay raw.
type message struct {
	From     *user           `json:"from"`
	Chat     chat            `json:"chat"`
	Text     string          `json:"text"`
	Caption  string          `json:"caption"`
	Photo    []file          `json:"photo"`
	Document *file           `json:"document"`
	Contact  *contact        `json:"contact"`
	Voice    json.RawMessage `json:"voice"`
	Audio    json.RawMessage `json:"audio"`
	Note     json.RawMessage `json:"video_note"`
	Location json.RawMessage `json:"location"`

	// What Telegram itself writes into a private chat. Nobody waits for an answer to these.
	Pinned   json.RawMessage `json:"pinned_message"`
	Timer    json.RawMessage `json:"message_auto_delete_timer_changed"`
	Allowed  json.RawMessage `json:"write_access_allowed"`
	Wall     json.RawMessage `json:"chat_background_set"`
	Login    json.RawMessage `json:"connected_website"`
	Boost    json.RawMessage `json:"boost_added"`
	Alert    json.RawMessage `json:"proximity_alert_triggered"`
	Keyboard *keyboard       `json:"reply_markup"`
}

// query is a button that was tapped. Its message may be absent, or too old to be shown.
type query struct {
	ID      string   `json:"id"`
	From    user     `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

// errNoID: what came is no update.
var errNoID = errors.New("no update_id")

// readUpdate reads an update. Whenever its id can be read, the update carries it, also with an error.
func readUpdate(body []byte) (*update, error) {
	var u update
	if err := json.Unmarshal(body, &u); err != nil {
		u = update{}
		_ = json.Unmarshal(body, &struct {
			ID *int64 `json:"update_id"`
		}{&u.ID})
		return &u, err
	}
	if u.ID == 0 {
		return &u, errNoID
	}
	return &u, nil
}

// chat is where the update happened: 0 = nowhere that we serve.
func (u *update) chat() (c chat) {
	switch {
	case u.Message != nil:
		c = u.Message.Chat
	case u.Query != nil && u.Query.Message != nil && u.Query.Message.Chat.ID != 0:
		c = u.Query.Message.Chat
	case u.Query != nil && !u.Query.From.IsBot: // a private chat has its person's id
		c = chat{u.Query.From.ID, "private"}
	case u.MyChatMember != nil:
		c = u.MyChatMember.Chat
	}
	return c
}

// heard is an update as the conversation hears it.
type heard struct {
	in    bot.In
	photo *file  // still to be fetched
	popup string // what is shown on a tapped button, where nothing else can be said
}

// hear reads what a person wrote, tapped or sent; ok = there is something to answer.
func (u *update) hear() (h heard, ok bool) {
	h.in.MessageID = "tg:" + strconv.FormatInt(u.ID, 10)
	if u.Query != nil {
		h.in.Text, h.popup = u.Query.text()
		return h, h.popup == ""
	}
	m := u.Message
	if m == nil || m.From == nil || m.From.IsBot || m.service() {
		return h, false
	}
	switch {
	case strings.HasPrefix(m.Text, "/"):
		h.in.Text, h.in.Scene = command(m.Text)
	case m.Text != "":
		h.in.Text = m.Text
	case len(m.Photo) > 0:
		h.in.Text, h.photo = m.Caption, largest(m.Photo)
	case m.Document != nil && (m.Document.Mime == "image/jpeg" || m.Document.Mime == "image/png"): // a photo sent as a file
		h.in.Text, h.photo = m.Caption, m.Document
	case m.Contact != nil && m.Contact.UserID == m.From.ID: // another one's number proves nothing
		h.in.Text = m.Contact.Phone
	default:
		h.in.Kind = m.kind()
	}
	return h, true
}

// kind is what a message is that is neither text nor photo.
func (m *message) kind() string {
	switch {
	case m.Voice != nil || m.Audio != nil || m.Note != nil:
		return bot.KindVoice
	case m.Location != nil:
		return bot.KindPlace
	}
	return bot.KindOther
}

// service says whether Telegram wrote the message itself.
func (m *message) service() bool {
	return m.Pinned != nil || m.Timer != nil || m.Allowed != nil || m.Wall != nil || m.Login != nil || m.Boost != nil || m.Alert != nil
}

// largest is the picture with the most dots among those that are not too big.
func largest(sizes []file) *file {
	best := &sizes[0]
	for i := range sizes {
		f := &sizes[i]
		if best.Size > bot.MaxPhoto || f.Size <= bot.MaxPhoto && f.Width*f.Height > best.Width*best.Height {
			best = f
		}
	}
	return best
}

// commands are the words of Telegram's command list, and what they are in the conversation. Those with a description
// are shown in the list, in this order.
var commands = []struct{ name, word, shown string }{
	{"quan", "领券", "领景区的券"},
	{"mine", "我的券", "我的券和二维码"},
	{"zige", "资格", "我能不能领，为什么"},
	{"spots", "景区", "有哪些景区"},
	{"shop", "买特产", "买特产"},
	{"basket", "购物篮", "看购物篮"},
	{"orders", "我的订单", "付款、查物流、确认收货"},
	{"human", "人工", "留言给工作人员"},
	{"bind", "绑定", "换手机、绑定账号"},
	{"menu", "主菜单", "主菜单"},
	{"help", "帮助", "怎么用"},
	{"start", "开始", ""},
	{"back", "返回", ""},
	{"cancel", "取消", ""},
	{"stop", "退出", ""},
}

// scenes are the start links that lead somewhere: https://t.me/<bot>?start=spot-zhuoshui.
var scenes = regexp.MustCompile(`^(spot|product|bind)-([A-Za-z0-9_-]{1,58})$`)

// command reads /word, /word@bot and /start payload. A command that nobody knows stays as it was typed.
func command(text string) (word, scene string) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(text, "/"), " ")
	name, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(name)), "@")
	for _, c := range commands {
		if c.name != name {
			continue
		}
		if m := scenes.FindStringSubmatch(strings.TrimSpace(rest)); name == "start" && m != nil {
			scene = m[1] + ":" + m[2]
		}
		return c.word, scene
	}
	return text, ""
}

// maxData is what a button may carry, in bytes.
const maxData = 64

// shortShape is how a reference to a longer text looks.
var shortShape = regexp.MustCompile(`^#[0-9a-f]{16}$`)

// data is what a button carries for a choice: the text it sends or, if that is too long, a reference to the button.
// Nothing is kept for it: Telegram gives the keyboard back with the tap.
func data(send string) string {
	if len(send) <= maxData && !shortShape.MatchString(send) {
		return send
	}
	sum := sha256.Sum256([]byte(send))
	return "#" + hex.EncodeToString(sum[:8])
}

// text is what a tapped button says. A reference is the label of the button that carries it, which the conversation takes
// for what the choice sends. Where the keyboard has become too old to be given back, the person is asked to say it.
func (q *query) text() (text, popup string) {
	if !shortShape.MatchString(q.Data) {
		return q.Data, ""
	}
	if q.Message != nil && q.Message.Keyboard != nil {
		for _, row := range q.Message.Keyboard.Rows {
			for _, b := range row {
				if b.Data == q.Data {
					return b.Text, ""
				}
			}
		}
	}
	return "", "这个按钮太旧了，请把要办的事打字发给我。"
}
