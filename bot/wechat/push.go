package wechat

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jieban/jieban/bot"
)

// What allows a push, as event.go grants it, the shortest-lived first: what lapses in a minute is spent before what lapses
// in two days.
var customerKinds = []string{byScan.kind, byMenu.kind, bySubscribe.kind, byMessage.kind}

// noticeKind is an opt-in to one subscription notice.
const noticeKind = "notice"

// noticeFor is how long an opt-in is kept; the platform sets no end to it.
const noticeFor = 365 * 24 * time.Hour

// maxText is the platform's bound of a text message, in bytes.
const maxText = 2048

// barFor is how long customer messages are not tried after the platform forbade them: an account can be verified
// meanwhile, and then nobody has to restart anything.
const barFor = 6 * time.Hour

// canPush says whether customer messages may be tried: a secret is set and the platform did not forbid them lately.
func (ch *Channel) canPush() bool {
	if ch.c.Secret == "" {
		return false
	}
	ch.api.mu.Lock()
	defer ch.api.mu.Unlock()
	return !ch.c.Now().Before(ch.api.barred)
}

// bar remembers that the account may send no customer messages.
func (ch *Channel) bar() {
	ch.api.mu.Lock()
	defer ch.api.mu.Unlock()
	ch.api.barred = ch.c.Now().Add(barFor)
	ch.counts.Add("forbidden")
}

// Send says something to a person outside an answer: as customer messages while their last act allows some, else as a
// subscription notice that leads to the inbox. It gives bot.ErrGone, bot.ErrNoWindow, a bot.RetryAfter, or a fault; after
// each of them nothing was said, and the same may be sent again. Once something was said, what cannot follow it goes
// into the inbox instead, so that nothing is said twice. (If the platform's answer to a message is lost, it may be.)
func (ch *Channel) Send(ctx context.Context, user string, replies []bot.Reply) error {
	if ch.c.Secret == "" {
		return bot.ErrNoWindow
	}
	parts := ch.parts(ctx, user, replies)
	for i, part := range parts {
		err := ch.push(ctx, user, part)
		switch {
		case err == nil:
		case i > 0 && !errors.Is(err, bot.ErrGone):
			return ch.keepRest(ctx, user, parts[i:], err)
		case errors.Is(err, bot.ErrNoWindow):
			return ch.notice(ctx, user, replies, parts)
		default:
			return err
		}
	}
	return nil
}

// parts makes messages of replies: the texts first, as few as they fit into, then the images. Each costs one push.
func (ch *Channel) parts(ctx context.Context, user string, replies []bot.Reply) (parts []bot.Reply) {
	text, images := plain(ch.linked(ctx, user, replies))
	for _, s := range pieces(text) {
		parts = append(parts, bot.Reply{Type: bot.ReplyText, Text: s})
	}
	return append(parts, images...)
}

// keepFor is how long leaving something in the inbox may take; it is done even where the time for sending is over.
const keepFor = 5 * time.Second

// keepRest leaves for the next message what could not follow the first parts.
func (ch *Channel) keepRest(ctx context.Context, user string, rest []bot.Reply, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepFor)
	defer cancel()
	if err := ch.c.Late(ctx, user, rest); err != nil {
		return errors.Join(why, err)
	}
	ch.counts.Add("inbox")
	return nil
}

// push sends one part, a text or an image, and pays for it with what the person's last act allowed. What the platform
// says is used up is used up, whatever we counted.
func (ch *Channel) push(ctx context.Context, user string, part bot.Reply) error {
	if !ch.canPush() {
		return bot.ErrNoWindow
	}
	media := ""
	if part.Type == bot.ReplyImage {
		var err error
		if media, err = ch.mediaFor(ctx, part.URL); err != nil {
			return err
		}
	}
	for range customerKinds {
		kind, ok, err := ch.c.Spend(ctx, user, customerKinds...)
		if err != nil {
			return err
		}
		if !ok {
			return bot.ErrNoWindow
		}
		err = ch.custom(ctx, user, part, media)
		switch {
		case err == nil:
			ch.counts.Add("pushed")
			return nil
		case refusedWith(err, codeForbidden):
			ch.bar()
			return err
		case !refusedWith(err, codeNoWindow, codeNoCredit):
			return err
		}
		if err := ch.c.Void(ctx, user, kind); err != nil {
			return err
		}
	}
	return bot.ErrNoWindow
}

// custom sends one customer message; an image that the platform has forgotten is uploaded anew, once.
func (ch *Channel) custom(ctx context.Context, user string, part bot.Reply, media string) error {
	err := ch.api.custom(ctx, user, part, media)
	if media == "" || !refusedWith(err, codeMedia) {
		return err
	}
	if media, err = ch.mediaAgain(ctx, part.URL, media); err != nil {
		return err
	}
	return ch.api.custom(ctx, user, part, media)
}

// custom does the call. It is not repeated after a lost answer: the person would read it twice.
func (a *client) custom(ctx context.Context, user string, part bot.Reply, media string) error {
	message := map[string]any{"touser": user, "msgtype": "text", "text": map[string]string{"content": part.Text}}
	if media != "" {
		message = map[string]any{"touser": user, "msgtype": "image", "image": map[string]string{"media_id": media}}
	}
	body, err := asJSON(message)
	if err != nil {
		return err
	}
	return a.call(ctx, errand{path: "/cgi-bin/message/custom/send", body: body}, nil)
}

// notice tells in one line that there is something, and leaves the whole for the next message and behind the link.
func (ch *Channel) notice(ctx context.Context, user string, replies, parts []bot.Reply) error {
	if ch.c.Template == "" {
		return bot.ErrNoWindow
	}
	page := ch.page(ctx, user, leadsTo(replies))
	_, ok, err := ch.c.Spend(ctx, user, noticeKind)
	if err != nil {
		return err
	}
	if !ok {
		return bot.ErrNoWindow
	}
	line, whole := oneLine(parts)
	err = ch.api.notice(ctx, user, ch.c.Template, page, line, ch.c.Now())
	if refused := new(apiError); errors.As(err, &refused) {
		return errors.Join(err, ch.unspend(ctx, user, refused))
	}
	if err != nil {
		return err
	}
	ch.counts.Add("noticed")
	if whole {
		return nil
	}
	return ch.c.Late(ctx, user, replies)
}

// unspend puts the opt-in right after a refusal: it is gone if the platform says so, and else it was not used.
func (ch *Channel) unspend(ctx context.Context, user string, refused *apiError) error {
	if refused.Code == codeNotAllowed {
		return ch.c.Void(ctx, user, noticeKind)
	}
	return ch.c.Grant(ctx, user, noticeKind, 1, ch.c.Now().Add(noticeFor), true)
}

// china is the zone of the times that people read; it has had no summer time since 1991.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)

// notice does the call. It is not repeated after a lost answer: one opt-in is one message.
func (a *client) notice(ctx context.Context, user, template, page, line string, at time.Time) error {
	value := func(s string) map[string]string { return map[string]string{"value": s} }
	body, err := asJSON(map[string]any{
		"touser": user, "template_id": template, "page": page,
		"data": map[string]any{"thing1": value(line), "time2": value(at.In(china).Format("2006年1月2日 15:04"))},
	})
	if err != nil {
		return err
	}
	return a.call(ctx, errand{path: "/cgi-bin/message/subscribe/bizsend", body: body}, nil)
}

// maxLine is the platform's bound of a notice's line, in characters.
const maxLine = 20

// oneLine makes a notice's line of what is to be said; whole says that nothing is missing in it.
func oneLine(parts []bot.Reply) (line string, whole bool) {
	for _, p := range parts {
		if line = strings.Join(strings.Fields(p.Text), " "); line != "" {
			break
		}
	}
	if line == "" {
		line = "您有一条新消息，请点开看"
		return line, false
	}
	if r := []rune(line); len(r) > maxLine {
		return string(r[:maxLine-1]) + "…", false
	}
	return line, len(parts) == 1
}

// leadsTo is the path of the page that replies speak of, else of the chat on the web, where the person's inbox is.
func leadsTo(replies []bot.Reply) string {
	for _, r := range replies {
		switch {
		case r.Type == bot.ReplyLink && ownPath(r.URL):
			return r.URL
		case r.Type == bot.ReplyImage && ownPath(r.URL):
			return pageOf(r.URL)
		}
	}
	return "/"
}
