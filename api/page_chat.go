package api

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

// chatBody is what chat.html shows: what was said so far. chat.js goes on from there.
type chatBody struct {
	Items  []chatItem
	After  int64 // the last notice among them
	FormID string
	Typed  string
	Fault  string // why the message of the form was not answered
}

// chatItem is one thing said, as the chat's own API gives it.
type chatItem struct {
	Who     string      `json:"who" enum:"me,bot"`
	Text    string      `json:"text,omitempty" doc:"what the person wrote, numbers masked"`
	Replies []chatReply `json:"replies,omitempty"`
	Last    bool        `json:"-"` // its choices can still be tapped
}

// chatReply is one of the four kinds of reply.
type chatReply struct {
	Type    string       `json:"type" enum:"text,image,choices,link"`
	Text    string       `json:"text,omitempty"`
	URL     string       `json:"url,omitempty" doc:"of an image or a link"`
	Alt     string       `json:"alt,omitempty" doc:"what an image shows"`
	Choices []chatChoice `json:"choices,omitempty"`
}

// chatChoice is one thing to tap.
type chatChoice struct {
	Label string `json:"label" doc:"what the button says"`
	Send  string `json:"send" doc:"sending this as text is the same as tapping"`
}

// Look is the button's class: ways out are quiet, a long label has a line of its own (a Chinese character counts twice).
func (c chatChoice) Look() string {
	switch {
	case slices.Contains([]string{"返回", "取消", "主菜单"}, c.Send):
		return "quiet"
	case (len(c.Label)+utf8.RuneCountInString(c.Label))/2 > 15:
		return "whole"
	}
	return ""
}

// Voucher says whether the picture is that of a voucher, which has its own page.
func (r chatReply) Voucher() string {
	page, ok := strings.CutSuffix(r.URL, ".png")
	if !ok || !strings.HasPrefix(page, "/v/") {
		return ""
	}
	return page
}

// residentNav leads a resident through the service.
func residentNav(current string) []NavItem {
	return nav(current, NavItem{Label: "聊天", Href: "/"}, NavItem{Label: "特产", Href: "/shop"}, NavItem{Label: "购物篮", Href: "/shop/basket"},
		NavItem{Label: "我的订单", Href: "/shop/orders"})
}

// chatPage is the talk of a resident, as far as it has come.
func (a *App) chatPage(c *fiber.Ctx) error { return a.showChat(c, chatBody{}) }

func (a *App) showChat(c *fiber.Ctx, b chatBody) error {
	var said struct {
		History []chatItem  `json:"history"`
		Replies []chatReply `json:"replies"`
		After   int64       `json:"after"`
	}
	if err := a.askChat(c, http.MethodGet, nil, &said); err != nil {
		return err
	}
	b.FormID, b.Items, b.After = rand.Text(), said.History, said.After
	if len(said.Replies) > 0 {
		b.Items = append(b.Items, chatItem{Who: "bot", Replies: said.Replies})
	}
	for i := len(b.Items) - 1; i >= 0; i-- {
		if b.Items[i].Who == "bot" {
			b.Items[i].Last = true
			break
		}
	}
	return a.render(c, "chat.html", View{Title: "问问结伴", Nav: residentNav("/"), Body: b})
}

// chatForm says something without a script, and shows the talk again. The form's id makes sending it twice harmless.
func (a *App) chatForm(c *fiber.Ctx) error {
	text := c.FormValue("send") // what a choice sends
	if text == "" {
		text = c.FormValue("text")
	}
	// The page may still stand in the browser after its message was answered: another text is another message.
	sum := sha256.Sum256([]byte(c.FormValue("id") + "\x00" + text))
	err := a.askChat(c, http.MethodPost, map[string]string{"text": text, "id": hex.EncodeToString(sum[:])}, nil)
	if e := models.Refusal(err); err != nil && e.Kind != models.Internal {
		c.Status(statusOf[e.Kind])
		return a.showChat(c, chatBody{Typed: text, Fault: e.ZH})
	}
	if err != nil {
		return err
	}
	return c.Redirect("/#now", fiber.StatusSeeOther)
}

// askChat asks the chat's handler in process, as its API is asked from outside.
func (a *App) askChat(c *fiber.Ctx, method string, body, into any) error {
	if a.Chat == nil {
		return models.ErrUnavailable
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(c.UserContext(), method, "/api/v1/chat", bytes.NewReader(raw))
	if err != nil {
		return err
	}
	r.Header.Set(headerSession, a.residentToken(c))
	r.Header.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	w := &keptAnswer{header: http.Header{}, status: http.StatusOK}
	a.Chat.ServeHTTP(w, r)
	if w.status != http.StatusOK {
		return chatFault(w)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(w.body.Bytes(), into)
}

// chatFault turns the handler's problem back into a refusal.
func chatFault(w *keptAnswer) error {
	var p problem
	if err := json.Unmarshal(w.body.Bytes(), &p); err != nil || p.Detail == "" {
		return models.ErrUnavailable
	}
	for kind, status := range statusOf {
		if status == w.status && kind != models.Internal {
			return &models.Error{Kind: kind, Code: p.Code, EN: p.DetailEN, ZH: p.Detail}
		}
	}
	return fmt.Errorf("the chat answered %d", w.status)
}

// keptAnswer keeps what a handler writes.
type keptAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header gives the answer's header.
func (k *keptAnswer) Header() http.Header { return k.header }

// WriteHeader keeps the status.
func (k *keptAnswer) WriteHeader(status int) { k.status = status }

// Write keeps the body.
func (k *keptAnswer) Write(p []byte) (int, error) { return k.body.Write(p) }
