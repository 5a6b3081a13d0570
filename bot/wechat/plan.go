package wechat

import (
	"strings"

	"github.com/jieban/jieban/bot"
)

// The kinds of passive reply; the zero kind says nothing.
const (
	passiveText  = "text"
	passiveImage = "image"
	passiveNews  = "news"
)

// passive is the one thing that an answer to the platform can say.
type passive struct {
	kind          string
	text          string    // text; of news the description
	image         bot.Reply // of an image and of news
	media         string    // id of the uploaded image
	page, picture string    // where news leads, and where its picture lies
}

// plan decides what is said at once, as the one passive reply, and what goes as customer messages after it. push: these
// are to be had. page makes the address of a page out of a path of ours. Without push nothing may be left over, so a
// picture becomes an article with the text in it, further pictures become links, and a long text ends in a link.
func plan(replies []bot.Reply, push bool, page func(path string) string) (p passive, rest []bot.Reply) {
	first := -1
	for i, r := range replies {
		if r.Type == bot.ReplyImage {
			first = i
			break
		}
	}
	switch {
	case first < 0:
		return planText(replies, push, page)
	case push:
		rest = append(append(rest, replies[:first]...), replies[first+1:]...)
		return passive{kind: passiveImage, image: replies[first]}, rest
	}
	p, _ = planText(withoutImages(replies, first), false, page)
	return passive{kind: passiveNews, text: p.text, image: replies[first], page: page(pageOf(replies[first].URL))}, nil
}

// planText plans what is only text.
func planText(replies []bot.Reply, push bool, page func(string) string) (p passive, rest []bot.Reply) {
	text, _ := plain(withPages(replies, page))
	switch {
	case text == "":
		return passive{}, nil
	case len(text) <= maxText:
		return passive{kind: passiveText, text: text}, nil
	case push:
		head, tail := cut(text, maxText)
		return passive{kind: passiveText, text: head}, []bot.Reply{{Type: bot.ReplyText, Text: tail}}
	}
	more := "\n全文请看：" + page("/")
	head, _ := cut(text, maxText-len(more))
	return passive{kind: passiveText, text: head + more}, nil
}

// withoutImages drops the first image, which is shown, and turns the others into links to their pages.
func withoutImages(replies []bot.Reply, first int) (texts []bot.Reply) {
	for i, r := range replies {
		switch {
		case i == first:
			continue
		case r.Type == bot.ReplyImage:
			r = bot.Reply{Type: bot.ReplyLink, Text: r.Alt, URL: pageOf(r.URL)}
		}
		texts = append(texts, r)
	}
	return texts
}

// pageOf is the page that shows a picture: its path without the ending.
func pageOf(path string) string { return strings.TrimSuffix(path, ".png") }
