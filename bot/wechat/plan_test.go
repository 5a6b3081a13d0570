package wechat

import (
	"reflect"
	"strings"
	"testing"

	"github.com/jieban/jieban/bot"
)

func TestPlan(t *testing.T) {
	page := func(path string) string { return "https://p" + path }
	long := strings.Repeat("票", 1000)
	link := bot.Reply{Type: bot.ReplyLink, Text: "去付款", URL: "/pay/1"}
	linkText := "去付款\nhttps://p/pay/1"
	more := "\n全文请看：https://p/"
	head, tail := cut(long, maxText)
	short, _ := cut(long, maxText-len(more))
	for _, c := range []struct {
		name    string
		replies []bot.Reply
		push    bool
		want    passive
		rest    []bot.Reply
	}{
		{"nothing", nil, true, passive{}, nil},
		{"text", []bot.Reply{said("一"), link}, false, passive{kind: "text", text: "一\n\n" + linkText}, nil},
		{"text, push", []bot.Reply{said("一"), link}, true, passive{kind: "text", text: "一\n\n" + linkText}, nil},
		{"long", []bot.Reply{said(long)}, false, passive{kind: "text", text: short + more}, nil},
		{"long, push", []bot.Reply{said(long)}, true, passive{kind: "text", text: head}, []bot.Reply{said(tail)}},
		{"image", []bot.Reply{shown("/v/T.png")}, true, passive{kind: "image", image: shown("/v/T.png")}, nil},
		{
			"image and text, push",
			[]bot.Reply{said("一"), shown("/v/T.png"), link, shown("/v/U.png")},
			true,
			passive{kind: "image", image: shown("/v/T.png")},
			[]bot.Reply{said("一"), link, shown("/v/U.png")},
		},
		{
			"image and text",
			[]bot.Reply{said("一"), shown("/v/T.png"), link},
			false,
			passive{kind: "news", text: "一\n\n" + linkText, image: shown("/v/T.png"), page: "https://p/v/T"},
			nil,
		},
		{
			"image alone",
			[]bot.Reply{shown("/v/T.png")},
			false,
			passive{kind: "news", image: shown("/v/T.png"), page: "https://p/v/T"},
			nil,
		},
		{
			"two images",
			[]bot.Reply{shown("/v/T.png"), shown("/v/U.png")},
			false,
			passive{kind: "news", text: "二维码\nhttps://p/v/U", image: shown("/v/T.png"), page: "https://p/v/T"},
			nil,
		},
		{
			"image and long text",
			[]bot.Reply{shown("/v/T.png"), said(long)},
			false,
			passive{kind: "news", text: short + more, image: shown("/v/T.png"), page: "https://p/v/T"},
			nil,
		},
	} {
		p, rest := plan(c.replies, c.push, page)
		if !reflect.DeepEqual(p, c.want) || len(rest)+len(c.rest) > 0 && !reflect.DeepEqual(rest, c.rest) {
			t.Errorf("%s: %+v, %v", c.name, p, rest)
		}
		if len(p.text) > maxText {
			t.Errorf("%s: a text of %d bytes", c.name, len(p.text))
		}
	}
}
