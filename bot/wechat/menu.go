package wechat

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Menu is the custom menu under the chat: at most 3 buttons, each of which does something or opens at most 5 more.
type Menu struct {
	Buttons []Button `json:"button"`
}

// Button is one of a menu. Kind is one of the Button kinds, "" for one that opens Buttons.
type Button struct {
	Kind    string   `json:"type,omitempty"`
	Name    string   `json:"name"`          // at most 16 bytes in the menu, 60 below it: 5 and 20 Chinese characters
	Key     string   `json:"key,omitempty"` // at most 128 bytes; of a ButtonSay, the text that it says
	URL     string   `json:"url,omitempty"` // at most 1024 bytes, of a ButtonOpen
	Buttons []Button `json:"sub_button,omitempty"`
}

// What a button does.
const (
	ButtonSay  = "click"            // says its Key to the bot
	ButtonOpen = "view"             // opens its URL
	ButtonScan = "scancode_waitmsg" // scans a code and tells the bot what stands in it
)

// DefaultMenu is the menu of a programme. publicURL is the scheme and host of the pages; the words are those that the
// conversation knows. signIn: the account may sign people in to the pages; without, the menu opens none: the shop goes on
// in the chat, which makes the links that know their person.
func DefaultMenu(publicURL string, signIn bool) Menu {
	say := func(word string) Button { return Button{Kind: ButtonSay, Name: word, Key: word} }
	shop := Button{Kind: ButtonSay, Name: "逛特产", Key: "买特产"}
	if signIn {
		shop = Button{Kind: ButtonOpen, Name: "逛特产", URL: LoginURL(publicURL, "/shop")}
	}
	return Menu{Buttons: []Button{
		{Name: "领券", Buttons: []Button{say("领券"), say("我的券"), say("资格"), say("景区")}},
		{Name: "买特产", Buttons: []Button{shop, say("我的订单"), say("购物篮")}},
		{Name: "帮我", Buttons: []Button{
			say("帮助"), say("人工"), {Kind: ButtonScan, Name: "扫码验券", Key: "scan"}, say("绑定"),
		}},
	}}
}

// The platform's bounds of a menu.
const (
	maxButtons, maxBelow       = 3, 5
	maxNameBytes, maxBelowName = 16, 60
	maxKeyBytes, maxURLBytes   = 128, 1024
)

// check finds what the platform would refuse, and says it before anything is changed.
func (m Menu) check() error {
	if n := len(m.Buttons); n < 1 || n > maxButtons {
		return fmt.Errorf("wechat: a menu has 1 to %d buttons, this one %d", maxButtons, n)
	}
	for _, b := range m.Buttons {
		if err := b.checkName(maxNameBytes); err != nil {
			return err
		}
		if len(b.Buttons) == 0 {
			if err := b.checkAct(); err != nil {
				return err
			}
			continue
		}
		if len(b.Buttons) > maxBelow || b.Kind != "" || b.Key != "" || b.URL != "" {
			return fmt.Errorf("wechat: the button %q has more than %d below it, or does something itself", b.Name, maxBelow)
		}
		for _, below := range b.Buttons {
			if err := below.checkBelow(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b Button) checkBelow() error {
	if len(b.Buttons) > 0 {
		return fmt.Errorf("wechat: the button %q lies below another and cannot open more", b.Name)
	}
	if err := b.checkName(maxBelowName); err != nil {
		return err
	}
	return b.checkAct()
}

func (b Button) checkName(most int) error {
	if b.Name == "" || len(b.Name) > most || !utf8.ValidString(b.Name) {
		return fmt.Errorf("wechat: the name of the button %q must have 1 to %d bytes of UTF-8", b.Name, most)
	}
	return nil
}

// checkAct checks what the button does.
func (b Button) checkAct() error {
	switch b.Kind {
	case ButtonSay, ButtonScan:
		if b.Key == "" || len(b.Key) > maxKeyBytes || b.URL != "" {
			return fmt.Errorf("wechat: the button %q needs a key of 1 to %d bytes and no address", b.Name, maxKeyBytes)
		}
	case ButtonOpen:
		u, err := url.Parse(b.URL)
		if err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") || len(b.URL) > maxURLBytes || b.Key != "" {
			return fmt.Errorf("wechat: the button %q needs a whole address of at most %d bytes and no key", b.Name, maxURLBytes)
		}
	default:
		return fmt.Errorf("wechat: the button %q does the unknown %q", b.Name, b.Kind)
	}
	return nil
}

// Setup puts the menu in place and makes the codes of the scenes. Phones show a new menu within five minutes, or after
// following anew. Everything is checked before anything is changed; after an error the codes made so far are given too.
func (ch *Channel) Setup(ctx context.Context, m Menu, scenes []Scene) ([]SceneCode, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	for _, s := range scenes {
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	body, err := asJSON(m)
	if err != nil {
		return nil, err
	}
	if err := ch.api.call(ctx, errand{path: "/cgi-bin/menu/create", body: body, again: true}, nil); err != nil {
		return nil, err
	}
	codes := make([]SceneCode, 0, len(scenes))
	for _, s := range scenes {
		c, err := ch.api.sceneCode(ctx, s)
		if err != nil {
			return codes, fmt.Errorf("the code of %s: %w", s.Text, err)
		}
		codes = append(codes, c)
	}
	return codes, nil
}
