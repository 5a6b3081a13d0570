package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Scene is where a poster leads. Who scans its code is in the chat, and the talk begins there.
type Scene struct {
	Name string // for people: what is printed under the code
	Text string // spot:<id>, product:<id> and the like; 1 to 64 visible ASCII characters
}

// SpotScene is the scene of a scenic spot's poster.
func SpotScene(id, name string) Scene { return Scene{Name: name, Text: "spot:" + id} }

// SceneCode is the permanent QR code of a scene. An account has 100,000 of them, and none is ever taken back.
type SceneCode struct {
	Scene   Scene
	Ticket  string
	URL     string // what the code says: for those who print it themselves
	Picture string // address of the picture as the platform draws it, without a time limit
}

func (s Scene) check() error {
	visible := !strings.ContainsFunc(s.Text, func(r rune) bool { return r <= ' ' || r > '~' })
	if n := utf8.RuneCountInString(s.Text); n < 1 || n > 64 || !visible {
		return fmt.Errorf("wechat: the scene %q must have 1 to 64 visible ASCII characters", s.Text)
	}
	return nil
}

// sceneCode makes the permanent code of a scene. It is not repeated after a lost answer: each one counts.
func (a *client) sceneCode(ctx context.Context, s Scene) (SceneCode, error) {
	body, err := asJSON(map[string]any{
		"action_name": "QR_LIMIT_STR_SCENE",
		"action_info": map[string]any{"scene": map[string]string{"scene_str": s.Text}},
	})
	if err != nil {
		return SceneCode{}, err
	}
	var out struct{ Ticket, URL string }
	if err := a.call(ctx, errand{path: "/cgi-bin/qrcode/create", body: body}, &out); err != nil {
		return SceneCode{}, err
	}
	if out.Ticket == "" {
		return SceneCode{}, errors.New("wechat: a code without a ticket")
	}
	picture := a.c.MP + "/cgi-bin/showqrcode?ticket=" + url.QueryEscape(out.Ticket)
	return SceneCode{Scene: s, Ticket: out.Ticket, URL: out.URL, Picture: picture}, nil
}
