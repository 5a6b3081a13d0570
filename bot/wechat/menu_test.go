package wechat

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func TestDefaultMenu(t *testing.T) {
	m := DefaultMenu(testPublic, true)
	if err := m.check(); err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, b := range m.Buttons {
		for _, below := range b.Buttons {
			named = append(named, b.Name+"/"+below.Name)
		}
	}
	want := "领券/领券 领券/我的券 领券/资格 领券/景区 买特产/逛特产 买特产/我的订单 买特产/购物篮 帮我/帮助 帮我/人工 帮我/扫码验券 帮我/绑定"
	if got := strings.Join(named, " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	u, err := url.Parse(m.Buttons[1].Buttons[0].URL)
	if err != nil || u.Path != loginPath || u.Query().Get("to") != "/shop" {
		t.Errorf("the shop is at %v, %v", u, err)
	}
	m = DefaultMenu(testPublic, false) // without the right to sign in, the platform shows an error instead of a page
	if err := m.check(); err != nil || strings.Contains(fmt.Sprint(m), testPublic) {
		t.Errorf("a menu that opens no page: %v, %v", m, err)
	}
}

func TestMenusThatThePlatformRefuses(t *testing.T) {
	say := Button{Kind: ButtonSay, Name: "领券", Key: "领券"}
	many := func(n int) (bs []Button) {
		for range n {
			bs = append(bs, say)
		}
		return bs
	}
	one := func(change func(*Button)) Menu {
		b := say
		change(&b)
		return Menu{Buttons: []Button{b}}
	}
	below := func(change func(*Button)) Menu {
		return Menu{Buttons: []Button{{Name: "更多", Buttons: one(change).Buttons}}}
	}
	for name, c := range map[string]struct {
		m    Menu
		good bool
	}{
		"three":                   {Menu{many(3)}, true},
		"four":                    {Menu{many(4)}, false},
		"none":                    {Menu{}, false},
		"five below":              {Menu{[]Button{{Name: "更多", Buttons: many(5)}}}, true},
		"six below":               {Menu{[]Button{{Name: "更多", Buttons: many(6)}}}, false},
		"16 bytes":                {one(func(b *Button) { b.Name = strings.Repeat("a", 16) }), true},
		"17 bytes":                {one(func(b *Button) { b.Name = strings.Repeat("a", 17) }), false},
		"six characters":          {one(func(b *Button) { b.Name = "我要领很多" + "券" }), false},
		"no name":                 {one(func(b *Button) { b.Name = "" }), false},
		"no UTF-8":                {one(func(b *Button) { b.Name = "\xff" }), false},
		"60 bytes below":          {below(func(b *Button) { b.Name = strings.Repeat("券", 20) }), true},
		"61 bytes below":          {below(func(b *Button) { b.Name = strings.Repeat("券", 20) + "a" }), false},
		"a key of 128":            {one(func(b *Button) { b.Key = strings.Repeat("a", 128) }), true},
		"a key of 129":            {one(func(b *Button) { b.Key = strings.Repeat("a", 129) }), false},
		"no key":                  {one(func(b *Button) { b.Key = "" }), false},
		"a key and an address":    {one(func(b *Button) { b.URL = "https://a.example/" }), false},
		"an unknown kind":         {one(func(b *Button) { b.Kind = "dance" }), false},
		"three deep":              {below(func(b *Button) { b.Buttons = many(1) }), false},
		"opens more and acts":     {one(func(b *Button) { b.Buttons = many(1) }), false},
		"an address":              {one(func(b *Button) { b.Kind, b.Key, b.URL = ButtonOpen, "", "https://a.example/" }), true},
		"an address of 1025":      {one(func(b *Button) { b.Kind, b.Key, b.URL = ButtonOpen, "", "https://a.example/"+strings.Repeat("a", 1007) }), false},
		"a path":                  {one(func(b *Button) { b.Kind, b.Key, b.URL = ButtonOpen, "", "/shop" }), false},
		"an address that is code": {one(func(b *Button) { b.Kind, b.Key, b.URL = ButtonOpen, "", "javascript://a/" }), false},
	} {
		if err := c.m.check(); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSetup(t *testing.T) {
	d := newDouble(t)
	ch, _ := opposite(t, d, nil)
	m := DefaultMenu(testPublic, true)
	d.next(menuPath, -1) // busy once
	codes, err := ch.Setup(t.Context(), m, []Scene{SpotScene("zhuoshui", "濯水古镇"), {Name: "脆红李", Text: "product:cuihongli"}})
	if err != nil || len(codes) != 2 {
		t.Fatalf("%v, %v", codes, err)
	}
	c := codes[0]
	if c.Scene.Name != "濯水古镇" || c.Ticket != "gQH47j=/spot:zhuoshui" || c.URL != "http://weixin.qq.com/q/spot:zhuoshui" ||
		c.Picture != "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQH47j%3D%2Fspot%3Azhuoshui" {
		t.Errorf("%+v", c)
	}
	sent, _ := json.Marshal(d.menu)
	var back Menu
	if err := json.Unmarshal(sent, &back); err != nil || len(back.Buttons) != 3 || !reflect.DeepEqual(back, m) {
		t.Errorf("the menu arrives as %s, %v", sent, err)
	}
}

func TestSetupChecksFirst(t *testing.T) {
	d := newDouble(t)
	ch, _ := opposite(t, d, nil)
	for _, s := range []string{"", strings.Repeat("a", 65), "spot:濯水", "a b", "a\n"} {
		if _, err := ch.Setup(t.Context(), DefaultMenu(testPublic, true), []Scene{{Text: s}}); err == nil || d.count(menuPath) != 0 {
			t.Errorf("the scene %q: %v", s, err)
		}
	}
	d.next("/cgi-bin/qrcode/create", 0, codeForbidden)
	codes, err := ch.Setup(t.Context(), DefaultMenu(testPublic, true), []Scene{{Text: "a"}, {Text: "b"}, {Text: "c"}})
	if !refusedWith(err, codeForbidden) || len(codes) != 1 {
		t.Errorf("%v, %v", codes, err)
	}
}
