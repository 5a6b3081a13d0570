package wechat

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jieban/jieban/bot"
)

// cutMark stands where a text goes on elsewhere.
const cutMark = "……"

// linked gives the replies with the addresses of their links whole. Images keep their path: it is the name under which
// the picture is asked for. Whoever calls plain on replies of the engine calls this first.
func (ch *Channel) linked(ctx context.Context, user string, replies []bot.Reply) []bot.Reply {
	return withPages(replies, func(path string) string { return ch.page(ctx, user, path) })
}

// withPages is linked with any way to make an address.
func withPages(replies []bot.Reply, page func(path string) string) []bot.Reply {
	whole := make([]bot.Reply, len(replies))
	for i, r := range replies {
		if r.Type == bot.ReplyLink {
			r.URL = page(r.URL)
		}
		whole[i] = r
	}
	return whole
}

// page is the address of a page of ours that this person can open from the chat. Where no signed-in one can be made, the
// page itself must do: it asks who is there.
func (ch *Channel) page(ctx context.Context, user, path string) string {
	if !strings.HasPrefix(path, "/") {
		return path // somebody else's, whole already
	}
	address, err := ch.c.Link(ctx, user, path)
	if err != nil {
		ch.c.Log.WarnContext(ctx, "wechat: no signed-in link", "err", err)
		return ch.c.PublicURL + path
	}
	return address
}

// plain puts texts, links and choices into one text, as long as it gets (pieces cuts it), and gives the images apart.
// Only the last choices are numbered: the engine understands a digit as one of those it offered last.
func plain(replies []bot.Reply) (text string, images []bot.Reply) {
	last := -1
	for i, r := range replies {
		if r.Type == bot.ReplyChoices {
			last = i
		}
	}
	var parts []string
	for i, r := range replies {
		part := r.Text
		switch r.Type {
		case bot.ReplyImage:
			images = append(images, r)
			continue
		case bot.ReplyLink:
			part = strings.TrimSpace(r.Text + "\n" + r.URL)
		case bot.ReplyChoices:
			part = strings.TrimSpace(r.Text + "\n" + options(r.Choices, i == last))
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "\n\n"), images
}

// lineOf is how many characters a phone shows in one line of a chat.
const lineOf = 17

// options lists what can be answered: «1 确认  2 改日期», below each other where that is too long for a line.
func options(choices []bot.Choice, numbered bool) string {
	labels := make([]string, len(choices))
	numbered = numbered && countable(choices)
	for i, c := range choices {
		labels[i] = c.Label
		if numbered && i < 9 { // the engine takes one digit
			labels[i] = strconv.Itoa(i+1) + " " + c.Label
		}
	}
	line := strings.Join(labels, "  ")
	if utf8.RuneCountInString(line) <= lineOf {
		return line
	}
	return strings.Join(labels, "\n")
}

// countable says whether a digit may stand in front of choices. Where they are numbers themselves (1人, 2人), and where
// only the ways out are left because the answer is free, a digit typed is the answer and no choice.
func countable(choices []bot.Choice) bool {
	free := true
	for _, c := range choices {
		free = free && (c.Label == "返回" || c.Label == "取消")
	}
	return !free && !startsWithOne(choices[0].Label)
}

// startsWithOne says whether a label begins with the number 1.
func startsWithOne(label string) bool {
	rest, ok := strings.CutPrefix(label, "1")
	return ok && (rest == "" || rest[0] < '0' || rest[0] > '9')
}

// cut shortens a text to at most n bytes, at the end of a line if one is near, and marks that it goes on.
func cut(text string, n int) (head, rest string) {
	if len(text) <= n {
		return text, ""
	}
	at := n - len(cutMark)
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	if nl := strings.LastIndexByte(text[:at], '\n'); nl > at*3/4 {
		at = nl
	}
	return strings.TrimRight(text[:at], "\n") + cutMark, strings.TrimLeft(text[at:], "\n")
}

// pieces cuts a text into messages that the platform takes.
func pieces(text string) (all []string) {
	for text != "" {
		var head string
		head, text = cut(text, maxText)
		all = append(all, head)
	}
	return all
}

// cdata wraps a text for XML. Its own end mark is split in two, and what XML cannot say is left out.
func cdata(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
	return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
}

// element is an XML element with a text.
func element(name, text string) string { return "<" + name + ">" + cdata(text) + "</" + name + ">" }

// xml writes the passive reply to a message, at a time in seconds.
func (p passive) xml(m *message, now int64) string {
	head := "<xml>" + element("ToUserName", m.From) + element("FromUserName", m.To) +
		"<CreateTime>" + strconv.FormatInt(now, 10) + "</CreateTime>" + element("MsgType", p.kind)
	switch p.kind {
	case passiveImage:
		return head + "<Image>" + element("MediaId", p.media) + "</Image></xml>"
	case passiveNews:
		return head + "<ArticleCount>1</ArticleCount><Articles><item>" + element("Title", p.image.Alt) +
			element("Description", p.text) + element("PicUrl", p.picture) + element("Url", p.page) + "</item></Articles></xml>"
	}
	return head + element("Content", p.text) + "</xml>"
}

// envelope seals a reply.
func (ch *Channel) envelope(body string, key *aesKey, now int64, nonce string) (string, error) {
	sealed, err := key.seal(ch.random, []byte(body), ch.c.AppID)
	if err != nil {
		return "", err
	}
	stamp := strconv.FormatInt(now, 10)
	return "<xml>" + element("Encrypt", sealed) + element("MsgSignature", sha1Of(ch.c.Token, stamp, nonce, sealed)) +
		"<TimeStamp>" + stamp + "</TimeStamp>" + element("Nonce", nonce) + "</xml>", nil
}
