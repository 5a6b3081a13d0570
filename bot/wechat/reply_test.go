package wechat

import (
	"context"
	"encoding/xml"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jieban/jieban/bot"
)

func choose(text string, labels ...string) bot.Reply {
	r := bot.Reply{Type: bot.ReplyChoices, Text: text}
	for _, l := range labels {
		r.Choices = append(r.Choices, bot.Choice{Label: l, Send: l})
	}
	return r
}

func TestPlain(t *testing.T) {
	link := bot.Reply{Type: bot.ReplyLink, Text: "去付款", URL: "https://a/pay"}
	for _, c := range []struct {
		name    string
		replies []bot.Reply
		want    string
		images  int
	}{
		{"nothing", nil, "", 0},
		{"texts", []bot.Reply{said("一"), said(""), said("二")}, "一\n\n二", 0},
		{"link", []bot.Reply{link}, "去付款\nhttps://a/pay", 0},
		{"choices in a line", []bot.Reply{choose("对吗？", "确认", "改日期")}, "对吗？\n1 确认  2 改日期", 0},
		{"choices below each other", []bot.Reply{choose("办什么？", "领券", "我的券", "资格", "买特产")}, "办什么？\n1 领券\n2 我的券\n3 资格\n4 买特产", 0},
		{"the last are numbered", []bot.Reply{choose("", "甲", "乙"), choose("", "丙", "丁")}, "甲  乙\n\n1 丙  2 丁", 0},
		{"numbers themselves", []bot.Reply{choose("几个人？", "1人", "2人", "返回", "取消")}, "几个人？\n1人  2人  返回  取消", 0},
		{"ways out", []bot.Reply{choose("请写姓名。", "返回", "取消")}, "请写姓名。\n返回  取消", 0},
		{"ten", []bot.Reply{choose("", "10月", "b", "c", "d", "e", "f", "g", "h", "i", "j")}, "1 10月\n2 b\n3 c\n4 d\n5 e\n6 f\n7 g\n8 h\n9 i\nj", 0},
		{"no choices", []bot.Reply{choose("办什么？")}, "办什么？", 0},
		{"images", []bot.Reply{shown("/v/1.png"), said("一"), shown("/v/2.png")}, "一", 2},
	} {
		if got, images := plain(c.replies); got != c.want || len(images) != c.images {
			t.Errorf("%s: %q, %v", c.name, got, images)
		}
	}
}

// Nothing is lost by cutting, nothing too long comes of it, and no character is halved.
func TestPieces(t *testing.T) {
	for _, text := range []string{
		"", "短", strings.Repeat("票", 682), strings.Repeat("票", 683), strings.Repeat("票", 5000), strings.Repeat("ab票\n", 2000),
		"a" + strings.Repeat("票", 3000), strings.Repeat("x", 2048), strings.Repeat("x", 2049), strings.Repeat("\n", 5000),
	} {
		all := pieces(text)
		whole := ""
		for i, p := range all {
			if len(p) > maxText || !utf8.ValidString(p) {
				t.Errorf("a piece of %d bytes", len(p))
			}
			if i < len(all)-1 {
				p = strings.TrimSuffix(p, cutMark)
			}
			whole += p
		}
		if lines := strings.NewReplacer("\n", "", cutMark, ""); lines.Replace(whole) != lines.Replace(text) {
			t.Errorf("%d bytes: %d came back in %d pieces", len(text), len(whole), len(all))
		}
	}
}

func TestPage(t *testing.T) {
	ch, _ := opposite(t, newDouble(t), func(c *Config) {
		c.Link = func(_ context.Context, _, path string) (string, error) {
			if path == "/broken" {
				return "", errors.New("no link")
			}
			return "https://signed" + path, nil
		}
	})
	for path, want := range map[string]string{
		"/shop": "https://signed/shop", "/broken": testPublic + "/broken", "https://pay.example/1": "https://pay.example/1", "": "",
	} {
		if got := ch.page(t.Context(), testUser, path); got != want {
			t.Errorf("%q: %q", path, got)
		}
	}
	in := []bot.Reply{{Type: bot.ReplyLink, URL: "/shop"}, shown("/v/1.png")}
	if out := ch.linked(t.Context(), testUser, in); out[0].URL != "https://signed/shop" || out[1].URL != "/v/1.png" || in[0].URL != "/shop" {
		t.Errorf("%v of %v", out, in)
	}
}

func TestCDATA(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "",
		"<a>&amp;":          "<a>&amp;",
		"]]>":               "]]>",
		"]]]>]]]]>>":        "]]]>]]]]>>",
		"]]" + "\x00" + ">": "]]>", // what is left out must not make an end of what stands around it
		"一\x01\x1f\n二\t":    "一\n二\t",
		"\xff坏\uFFFE":       "坏",
		"😀":                 "😀",
	} {
		var got struct {
			Text string `xml:"t"`
		}
		if err := xml.Unmarshal([]byte("<xml>"+element("t", text)+"</xml>"), &got); err != nil || got.Text != want {
			t.Errorf("%q: %q, %v", text, got.Text, err)
		}
	}
}
