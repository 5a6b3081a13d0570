package telegram

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	tg "github.com/go-telegram/bot"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/models"
)

// answerFor is how long the answer to an update may take, its sending included. Telegram waits a minute for a webhook.
const answerFor = 50 * time.Second

// What is said without the conversation.
const (
	inGroup   = "请单独和我聊"
	lostPhoto = "照片没有收到，请再发一次。"
)

// attempt answers an update whose turn has come. nil = it is done with, also if nothing could be made of it; an error =
// it should come again, because the database is away. It goes on when the caller hangs up.
func (ch *Channel) attempt(ctx context.Context, u *update) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerFor)
	defer cancel()
	select {
	case ch.slots <- struct{}{}:
		defer func() { <-ch.slots }()
	case <-ctx.Done():
		return models.ErrUnavailable.From(ctx.Err())
	}
	if ch.known.get(u.ID) == allSent {
		ch.count.Add("repeats")
		return nil
	}
	defer func() {
		if v := recover(); v != nil {
			ch.stumble(ctx, u, v)
			err = nil
		}
		if err == nil {
			ch.known.set(u.ID, allSent)
		} else {
			ch.count.Add("unavailable")
		}
	}()
	return ch.take(ctx, u)
}

// stumble excuses a panic of ours. The update is not tried again: what kills the process once would kill it each time.
func (ch *Channel) stumble(ctx context.Context, u *update, v any) {
	ch.fault(ctx, u.ID, fmt.Errorf("panic: %v", v))
	ch.c.Log.ErrorContext(ctx, "telegram: panic", "update", u.ID, "stack", string(debug.Stack()))
	if c := u.chat(); c.private() {
		_ = ch.postText(ctx, c.ID, models.ErrInternal.ZH, nil) // at best; the fault is logged
	}
}

// take does what an update asks for.
func (ch *Channel) take(ctx context.Context, u *update) error {
	c := u.chat()
	who := strconv.FormatInt(c.ID, 10)
	switch {
	case u.Message == nil && u.Query == nil && u.MyChatMember != nil:
		return ch.member(ctx, c, u.MyChatMember.New.Status)
	case c.Type == "group" || c.Type == "supergroup":
		ch.group(ctx, c, u.Query)
		return nil
	case !c.private():
		ch.count.Add("ignored")
		return nil
	}
	h, ok := u.hear()
	if u.Query != nil {
		defer ch.acknowledge(ctx, u.Query.ID, h.popup)()
	}
	if !ok {
		ch.count.Add("ignored")
		return nil
	}
	replies, err := ch.answer(ctx, who, u.ID, h)
	if err != nil {
		return err
	}
	ch.count.Add("answered")
	return ch.say(ctx, c.ID, who, u.ID, replies)
}

// member notes that a person blocked the bot, or took it back.
func (ch *Channel) member(ctx context.Context, c chat, status string) error {
	if c.private() {
		switch status {
		case "kicked":
			return ch.gone(ctx, strconv.FormatInt(c.ID, 10), true)
		case "member":
			return ch.gone(ctx, strconv.FormatInt(c.ID, 10), false)
		}
	}
	ch.count.Add("ignored")
	return nil
}

// group asks to be talked to alone, once: what residents say here is not for a group's eyes.
func (ch *Channel) group(ctx context.Context, c chat, q *query) {
	ch.count.Add("groups")
	if q != nil {
		ch.acknowledge(ctx, q.ID, inGroup)()
		return
	}
	if !ch.told.first(c.ID) {
		return
	}
	if err := ch.postText(ctx, c.ID, inGroup, nil); err != nil {
		ch.c.Log.DebugContext(ctx, "telegram: a group could not be told", "err", err)
	}
}

// acknowledge tells the person's phone that the tap arrived, beside the answering; finish waits until it is told. That it
// fails does no harm: a tap that is some minutes old is refused.
func (ch *Channel) acknowledge(ctx context.Context, id, popup string) (finish func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := ch.call(ctx, func(ctx context.Context) error {
			_, err := ch.api.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: id, Text: popup, ShowAlert: popup != ""})
			return err
		})
		if err != nil {
			ch.c.Log.DebugContext(ctx, "telegram: a tap was not acknowledged", "err", err)
		}
	}()
	return func() { <-done }
}

// answer asks the conversation. Refusals and faults are spoken; an error means that the database is away.
func (ch *Channel) answer(ctx context.Context, who string, id int64, h heard) ([]bot.Reply, error) {
	if h.photo != nil {
		said, err := ch.fetch(ctx, &h)
		if err != nil {
			ch.c.Log.WarnContext(ctx, "telegram: a photo could not be fetched", "update", id, "err", err)
		}
		if said != "" {
			return []bot.Reply{{Type: bot.ReplyText, Text: said}}, nil
		}
	}
	replies, err := ch.c.Answer(ctx, who, h.in)
	if err == nil {
		return replies, nil
	}
	e := models.Refusal(err)
	switch {
	case e.Kind == models.Unavailable:
		return nil, err
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return nil, models.ErrUnavailable.From(err)
	case e.Kind == models.Internal:
		ch.fault(ctx, id, err)
	}
	return []bot.Reply{{Type: bot.ReplyText, Text: e.ZH}}, nil
}

// fetch gets the photo of a message; said is what the person hears if there is none, err why.
func (ch *Channel) fetch(ctx context.Context, h *heard) (said string, err error) {
	tooBig := models.ErrTooLarge.With("8MB").ZH
	if h.photo.Size > bot.MaxPhoto {
		return tooBig, nil
	}
	for try := 1; ; try++ {
		h.in.Photo, err = ch.file(ctx, h.photo.ID)
		var never refused
		var after bot.RetryAfter
		pause := time.Duration(try) * ch.second / 2
		switch {
		case err == nil && len(h.in.Photo) > 0:
			return "", nil
		case errors.Is(err, errTooBig):
			return tooBig, nil
		case errors.As(err, &never) || try >= tries:
			return lostPhoto, err
		case errors.As(err, &after):
			if pause = time.Duration(after); pause > patience*ch.second {
				return lostPhoto, err
			}
		}
		if !wait(ctx, pause) {
			return lostPhoto, err
		}
	}
}

// fault logs what went wrong on our side. The update's number finds it again; what the person wrote is not logged.
func (ch *Channel) fault(ctx context.Context, id int64, err error) {
	ch.count.Add("faults")
	ch.c.Log.ErrorContext(ctx, "telegram", "update", id, "err", ch.bare(err))
}
