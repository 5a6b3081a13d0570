package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/jieban/jieban/bot"
)

// How patiently an answer is sent.
const (
	patience = 3 // seconds that a 429 is waited out; a longer one leaves the rest for later
	tries    = 3 // of one message, when the network fails
)

// Send says replies to a person who asked nothing. Errors: bot.ErrGone (blocked, or no such chat), bot.RetryAfter, or a
// fault, and then nothing was sent. Once the first message is out the rest goes to Late rather than back to the caller,
// who would send it all again.
func (ch *Channel) Send(ctx context.Context, user string, replies []bot.Reply) error {
	chat, err := strconv.ParseInt(user, 10, 64)
	if err != nil {
		return bot.ErrGone // no chat can have this name
	}
	parts := lay(replies, ch.address(ctx, user))
	sent, err := ch.deliver(ctx, chat, user, parts, 0, 1)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bot.ErrGone):
		return errors.Join(err, ch.gone(ctx, user, true))
	case sent > 0 && sent < len(parts): // at the end of parts, all were refused
		return ch.late(ctx, user, replies[parts[sent].first:])
	}
	return err
}

// say sends the answer to an update, but for what was sent of it before. nil = the update is done with; an error = it
// should come again.
func (ch *Channel) say(ctx context.Context, chat int64, user string, id int64, replies []bot.Reply) error {
	parts := lay(replies, ch.address(ctx, user))
	sent, err := ch.deliver(ctx, chat, user, parts, min(max(0, ch.known.get(id)), len(parts)), tries)
	ch.known.set(id, sent)
	var never refused
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bot.ErrGone):
		return ch.gone(ctx, user, true)
	case errors.As(err, &never): // logged already; it would be refused again and again
		return nil
	}
	ch.c.Log.WarnContext(ctx, "telegram: the rest of an answer is kept for later", "update", id, "err", err)
	return ch.late(ctx, user, replies[parts[sent].first:])
}

// late keeps what could not be sent. The time for the answer may be over, but not for this.
func (ch *Channel) late(ctx context.Context, user string, replies []bot.Reply) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callFor)
	defer cancel()
	ch.count.Add("late")
	return ch.c.Late(ctx, user, replies)
}

// gone remembers that a person left or came back.
func (ch *Channel) gone(ctx context.Context, user string, gone bool) error {
	if gone {
		ch.count.Add("gone")
	}
	return ch.c.Gone(ctx, user, gone)
}

// deliver sends messages from the one numbered from on and gives the number of the first that is not sent. A message that
// Telegram refuses is passed over; that is an error only if no other went out.
func (ch *Channel) deliver(ctx context.Context, chat int64, user string, parts []part, from, most int) (next int, err error) {
	var never refused
	good := from > 0
	for next = from; next < len(parts); next++ {
		err := ch.insist(ctx, chat, user, parts[next], most)
		switch {
		case err == nil:
			ch.count.Add("sent")
			good = true
		case errors.As(err, &never):
			ch.count.Add("faults")
			ch.c.Log.ErrorContext(ctx, "telegram: a message was refused", "err", err)
		default:
			return next, err
		}
	}
	if never.why != "" && !good {
		return next, never
	}
	return next, nil
}

// insist sends one message in at most so many tries, waits out a short 429 and tries again when the network fails. Telegram cannot be told that a
// message is a repeat: if only its thanks were lost, the person sees the message twice.
func (ch *Channel) insist(ctx context.Context, chat int64, user string, p part, most int) error {
	for try := 1; ; try++ {
		err := ch.quiet(ctx, chat)
		if err == nil {
			err = ch.post(ctx, chat, user, p)
		}
		var never refused
		var after bot.RetryAfter
		pause := time.Duration(try) * ch.second / 2
		switch {
		case err == nil, errors.Is(err, bot.ErrGone), errors.As(err, &never):
			return err
		case errors.As(err, &after):
			ch.hush.set(chat, ch.c.Now(), time.Duration(after))
			if time.Duration(after) > patience*ch.second || try >= max(most, 2) {
				return err
			}
			continue
		case try >= most:
			return err
		}
		if !wait(ctx, pause) {
			return err
		}
	}
}

// quiet waits until a chat may be written to, or says that it takes too long.
func (ch *Channel) quiet(ctx context.Context, chat int64) error {
	left := ch.hush.left(chat, ch.c.Now())
	if left > patience*ch.second || left > 0 && !wait(ctx, left) {
		return bot.RetryAfter(left)
	}
	return nil
}

// post sends one message once. Where Telegram takes no buttons or no picture the person gets the same in words.
func (ch *Channel) post(ctx context.Context, chat int64, user string, p part) error {
	if p.photo != "" {
		return ch.postPhoto(ctx, chat, user, p)
	}
	err := ch.postText(ctx, chat, p.text, p.rows)
	var never refused
	if len(p.rows) == 0 || !errors.As(err, &never) {
		return err
	}
	ch.count.Add("plain")
	ch.c.Log.WarnContext(ctx, "telegram: buttons were refused", "err", err)
	for _, text := range split(plain(p), maxText) {
		if err := ch.postText(ctx, chat, text, nil); err != nil {
			return err
		}
	}
	return nil
}

// postText sends a text with its buttons, without a preview of the pages it names.
func (ch *Channel) postText(ctx context.Context, chat int64, text string, rows [][]button) error {
	m := &tg.SendMessageParams{ChatID: chat, Text: text, LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: tg.True()}}
	if len(rows) > 0 {
		m.ReplyMarkup = keyboard{rows}
	}
	return ch.call(ctx, func(ctx context.Context) error {
		_, err := ch.api.SendMessage(ctx, m)
		return err
	})
}

// postPhoto uploads a picture of ours. It is not protected from being forwarded: one goes with one's family, and the gate
// knows a code that was used.
func (ch *Channel) postPhoto(ctx context.Context, chat int64, user string, p part) error {
	picture, err := ch.c.Picture(ctx, p.photo)
	if err == nil {
		err = ch.call(ctx, func(ctx context.Context) error {
			_, err := ch.api.SendPhoto(ctx, &tg.SendPhotoParams{
				ChatID: chat, Caption: p.text,
				Photo: &models.InputFileUpload{Filename: fileName(picture), Data: bytes.NewReader(picture)},
			})
			return err
		})
		var never refused
		if !errors.As(err, &never) {
			return err
		}
	}
	ch.count.Add("plain")
	ch.c.Log.ErrorContext(ctx, "telegram: a picture could not be shown", "err", ch.bare(err))
	words := fmt.Sprintf("%s\n图片没发出去，请打开：%s", p.text, ch.address(ctx, user)(p.photo))
	return ch.postText(ctx, chat, strings.TrimSpace(words), nil)
}

// fileName names a picture by what it is.
func fileName(picture []byte) string {
	if http.DetectContentType(picture) == "image/jpeg" {
		return "picture.jpg"
	}
	return "picture.png"
}

// address makes the address of a page for a person. Without a signed-in one they get the page's own.
func (ch *Channel) address(ctx context.Context, user string) func(path string) string {
	return func(path string) string {
		if strings.HasPrefix(path, "https://") || strings.HasPrefix(path, "http://") {
			return path
		}
		at, err := ch.c.Link(ctx, user, path)
		if err != nil {
			ch.c.Log.ErrorContext(ctx, "telegram: a page's address could not be made", "err", ch.bare(err))
			return ch.c.PublicURL + path
		}
		return at
	}
}
